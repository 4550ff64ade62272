"""One value of a computation is asked for; the values before it are shown, the rest follows."""

import re
from collections.abc import Mapping
from random import Random

from tutor.course.exchanges import workings
from tutor.course.kinds.base import NOTHING, Play, checked, no, wrong
from tutor.course.table import Table
from tutor.diagnosis import Verdict

FORMS = ("text", "hex", "number")


class Arithmetic(Play):
    """`value` is a template of what is asked for. With a `turn`, every value on the way to that answer has a name."""

    prompt = "The value"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """`form` is how it is typed: `text`, `hex` or `number`; `values` are drawn from by the seed, as `{value}`."""
        found: dict[str, object] = {"answer": checked(table, "answer", table.text("answer"))}
        found["form"] = table.one_of("form", FORMS, "text")
        found["turn"] = table.number("turn", -1)
        found["values"] = table.texts("values", ())
        return {**super().read(table), **found, "literal": table.optional("literal")}

    def begin(self) -> None:
        """Draw, and play the exchange where there is one."""
        drawn = self.options("values")
        self._drawn = Random(f"{self.step.id} {self.seed}").choice(drawn).encode() if drawn else b""
        turn = self.step.options["turn"]
        assert isinstance(turn, int)
        self._workings = workings(self.scenario, self.step.cast.mechanism, turn) if turn >= 0 else {}
        self.placeholder = {"hex": "hexadecimal digits", "number": "a number"}.get(self.option("form"), "")

    def own_names(self) -> Mapping[str, bytes]:
        """`value`, and the mechanism's workings by their names."""
        return {"value": self._drawn, **self._workings}

    def judge(self, text: str) -> Verdict:
        """By its form: blanks, colons, `0x` and capitals do not matter in hexadecimal, nor quotes around a text."""
        typed, right = self._plain(text), self._plain(self.solution()[0])
        if not text.strip():
            return NOTHING
        if typed == right and typed:
            self.passed = True
            return Verdict(True)
        form = self.option("form")
        if form == "hex" and not re.fullmatch(r"[0-9a-f]+", typed):
            return no("lesson.no-hex", "Hexadecimal digits are 0 to 9 and a to f.", "Two of them for each byte.")
        if form == "number" and not re.fullmatch(r"-?\d+", typed):
            return no("lesson.no-number", "That is no number.", "Type digits alone.")
        if form == "text" and len(typed) > len(right) and (typed.endswith(right) or typed.startswith(right)):
            words = "The value is in it, and something stands beside it."
            return no("lesson.value-length", words, "Type the value alone.", source=self.step.source)
        if len(typed) != len(right) and form != "number":
            unit = "digit" if form == "hex" else "character"
            words = f"That is not it: it has {len(typed)} {unit}{'s'[: len(typed) != 1]}, and {len(right)} are right."
            return no("lesson.value-length", words, source=self.step.source)
        return Verdict(False, (wrong("lesson.value", "That is not it.", "Take it step by step; a hint helps.",
                                     source=self.step.source),))  # fmt: skip

    def _plain(self, text: str) -> str:
        text = text.strip()
        if self.option("form") == "hex":
            return re.sub(r"0x|[\s:,-]", "", text.casefold())
        if self.option("form") == "number":
            return text.replace(",", "").replace(" ", "").lstrip("0") or "0"
        for mark in "\"'`":
            if len(text) > 1 and text[0] == text[-1] == mark:
                text = text[1:-1]
        return text

    def solution(self) -> list[str]:
        """The value."""
        return [self.fill(self.option("answer"))]


KIND = Arithmetic
