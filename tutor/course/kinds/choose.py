"""One of several statements is right; each wrong one is a mistake with a name and its own explanation."""

from collections.abc import Mapping
from random import Random

from tutor.course.exchanges import workings
from tutor.course.kinds.base import LETTERS, NOTHING, Option, Play, checked, no
from tutor.course.lesson import Choice
from tutor.course.table import Table
from tutor.diagnosis import Verdict


class Choose(Play):
    """`choices = [{ text = …, right = true }, { text = …, code = …, why = … }]`, in an order that the seed draws."""

    INPUT = "choice"
    DECODED = False
    prompt = "Your choice"
    placeholder = "a letter"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """Two to six choices, one of them right; `ordered = true` keeps the order of the file; a `turn` gives the
        templates the challenge and the answer of that place."""
        choices = []
        for inner in table.tables("choices", required=True):
            right = inner.flag("right")
            code = inner.text("code", "") if right else inner.text("code")
            why = checked(inner, "why", inner.text("why", "") if right else inner.text("why"))
            choices.append(Choice(checked(inner, "text", inner.text("text")), right, code, why))
            inner.finish()
        if sum(choice.right for choice in choices) != 1:
            raise table.error("choices", "exactly one of them must have `right = true`.")
        if not 2 <= len(choices) <= 6:
            raise table.error("choices", f"there must be two to six, not {len(choices)}.")
        found = {"choices": tuple(choices), "ordered": table.flag("ordered"), "turn": table.number("turn", -1)}
        return {**super().read(table), **found}

    def begin(self) -> None:
        """Draw the order."""
        choices = self.step.options["choices"]
        assert isinstance(choices, tuple)
        self._choices: list[Choice] = list(choices)
        turn = self.step.options["turn"]
        assert isinstance(turn, int)
        self._workings = workings(self.scenario, self.step.cast.mechanism, turn) if turn >= 0 else {}
        if not self.step.options["ordered"]:
            Random(f"{self.step.id} {self.seed}").shuffle(self._choices)

    def choices(self) -> list[Option]:
        """In the drawn order."""
        return [Option(key, self.fill(choice.text)) for key, choice in zip(LETTERS, self._choices, strict=False)]

    def own_names(self) -> Mapping[str, bytes]:
        """`solution`: the key of the right one."""
        return {**self._workings, "solution": self.solution()[0].encode()}

    def judge(self, text: str) -> Verdict:
        """A letter, a number, or the whole text of a choice."""
        typed = text.strip().rstrip(".)").casefold()
        if not typed:
            return NOTHING
        for number, (option, choice) in enumerate(zip(self.choices(), self._choices, strict=True), 1):
            if typed in (option.key, str(number), option.text.casefold()):
                if choice.right:
                    self.passed = True
                    return Verdict(True)
                return no(choice.code, self.fill(choice.why), source=self.step.source)
        keys = ", ".join(option.key for option in self.choices())
        return no("lesson.no-choice", f"That is none of the choices: {keys}.", "Type the letter of one of them.")

    def solution(self) -> list[str]:
        """The key of the right one."""
        return [LETTERS[next(number for number, choice in enumerate(self._choices) if choice.right)]]


KIND = Choose
