"""A text is given, its Base64 is typed. What went wrong on the way is named as in a real answer."""

from collections.abc import Mapping
from random import Random

from tutor.course.kinds.base import NOTHING, Play, checked, no, unspoilt
from tutor.course.table import Table
from tutor.diagnosis import Diagnosis, Verdict
from tutor.explain.check import check_answer
from tutor.sasl import registry
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import Side, Turns
from tutor.wire import b64
from tutor.wire.printable import show

_WORDS = ("cat", "moon", "seven", "garden", "Berlin")


class Encode(Play):
    """`value` is a template of the text; `values` a list of which the seed draws one, as `{value}`."""

    INPUT = "line"
    DECODED = False
    prompt = "Base64"
    placeholder = "letters in groups of four"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """What is to be encoded; `literal` is its Base64, as a check."""
        found = {"value": checked(table, "value", table.text("value", "{value}")), "values": table.texts("values", ())}
        return {**super().read(table), **found, "literal": table.optional("literal")}

    def begin(self) -> None:
        """Draw the text."""
        drawn = self.options("values")
        self._drawn = Random(f"{self.step.id} {self.seed}").choice(drawn).encode() if drawn else b""
        self._message = b""
        self._message = self.octets(self.option("value"))

    def own_names(self) -> Mapping[str, bytes]:
        """`value`: the text; `solution`: its Base64."""
        return {"value": self._drawn or self._message, "solution": b64.encode(self._message)}

    def judge(self, text: str) -> Verdict:
        """As a LOGIN user name would be judged: the one answer that is a value and nothing else."""
        if not text:
            return NOTHING
        mechanism = registry.require("LOGIN")
        value = self._message.decode("utf-8", "surrogateescape")
        scenario = self.scenario._replace(credentials=Credentials(value, "no password is in this"))
        on_the_way = self._on_the_way(text)
        if on_the_way is not None:
            return on_the_way
        line = text.strip().encode("utf-8", "surrogateescape")
        verdict = check_answer(mechanism, scenario, Turns().then(Side.SERVER, b"Username:"), line)
        self.passed = self.passed or verdict.correct is True
        return Verdict(verdict.correct, tuple(map(_of_a_text, unspoilt(verdict, self.solution()[0]).diagnoses)))

    def _on_the_way(self, text: str) -> Verdict | None:
        """A right half of the way: the bits, or the first letters."""
        typed, right = text.strip(), self.solution()[0]
        digits = "".join(typed.split())
        if len(digits) > 7 and not digits.strip("01"):
            bits = "".join(f"{octet:08b}" for octet in self._message)
            filled = bits + "0" * (-len(bits) % 6)
            if digits in (bits, filled):
                return no("lesson.bits", "The bits are right.", "Now six at a time: look up the letter of each group.",
                          source="RFC 4648 section 4")  # fmt: skip
            at = next((n for n, (left, other) in enumerate(zip(digits, bits, strict=False)) if left != other), None)
            if filled.startswith(digits):
                return no("lesson.bits", "The bits are right so far.", "Go on from there.", source="RFC 4648 section 4")
            words = "Those are bits, and not yet the right ones."
            if at is not None:
                words += f" Look at byte {at // 8 + 1}."
            return no("lesson.bits", words, "Each letter is a byte, eight bits.", source="RFC 4648 section 4")
        if typed and right.startswith(typed) and typed not in (right, right.rstrip("=")):
            return no("lesson.part", f"`{show(typed)}` is right so far.", "Go on from there.",
                      source="RFC 4648 section 4")  # fmt: skip
        return None

    def solution(self) -> list[str]:
        """The Base64."""
        return [b64.encode(self._message).decode()]

    def worked(self) -> str | None:
        """Another word, bits and all."""
        word = Random(self.seed).choice([word for word in _WORDS if word.encode() != self._message])
        text = b64.encode(word.encode()).decode()
        rows = []
        for start in range(0, len(text), 4):
            octets = word[start // 4 * 3 : start // 4 * 3 + 3].encode()
            bits = "".join(f"{octet:08b}" for octet in octets)
            bits += "0" * (-len(bits) % 6)
            sixes = " ".join(bits[place : place + 6] for place in range(0, len(bits), 6))
            rows.append(f"    {octets.decode():<4}{sixes:<29}{text[start : start + 4]}")
        return f"Another one, worked out: `{word}`\n\n" + "\n".join(rows)


def _of_a_text(diagnosis: Diagnosis) -> Diagnosis:
    fix = diagnosis.fix
    if diagnosis.code in ("b64.plain-text", "b64.accidental"):
        fix = "Write it in Base64, four letters for three bytes."
    elif diagnosis.code == "value.username":
        fix = "Compare it with the text, group by group: three letters there, four here."
    return diagnosis._replace(
        summary=diagnosis.summary.replace("user name", "text"), fix=fix.replace("user name", "text")
    )


KIND = Encode
