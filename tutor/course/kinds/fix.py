"""A line went wrong; the learner types it as it should have been."""

from collections.abc import Mapping

from tutor.course.kinds.base import NOTHING, Play, checked, no
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.wire.lines import Line, Side
from tutor.wire.printable import show


class Fix(Play):
    """`wrong` is the client's line as it was sent, `right` as it should be; `lines` came before it."""

    INPUT = "line"
    prompt = "Better"
    placeholder = "the line as it should be"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """Both lines are templates; `reply` is what the server said to the wrong one. `exact` minds the case."""
        found = {key: checked(table, key, table.text(key)) for key in ("wrong", "right")}
        reply = checked(table, "reply", table.text("reply", ""))
        return {**super().read(table), **found, "reply": reply, "exact": table.flag("exact")}

    def lines(self) -> list[Line]:
        """What was said, with the wrong line and the reply to it at the end."""
        said = [*super().lines(), Line(Side.CLIENT, self.octets(self.option("wrong")))]
        if self.option("reply"):
            said.append(Line(Side.SERVER, self.octets(self.option("reply"))))
        return said

    def judge(self, text: str) -> Verdict:
        """As it should be, letter for letter where it is Base64; commands have no case."""
        right, typed = self.solution()[0], text.strip()
        if not typed:
            return NOTHING
        if self._same(typed, right):
            self.passed = True
            return Verdict(True)
        if self._same(typed, self.fill(self.option("wrong")).strip()):
            words = "That is the line as it was sent, with its fault."
            return no("lesson.still-wrong", words, "What did the server not like?", source=self.step.source)
        at = 0
        while at < min(len(typed), len(right)) and self._same(typed[at], right[at]):
            at += 1
        words = f"Not yet. `{show(typed[:at])}` is right so far." if at else "Not yet: it begins otherwise."
        return no("lesson.not-fixed", words, "Change only what is wrong.", source=self.step.source)

    def _same(self, left: str, right: str) -> bool:
        if self.step.options["exact"]:
            return left == right
        # The case of a command and of its mechanism is free, that of Base64 is not.
        head, other = left.split(" ", 2), right.split(" ", 2)
        return [word.casefold() for word in head[:2]] + head[2:] == [word.casefold() for word in other[:2]] + other[2:]

    @property
    def encodes(self) -> bool:
        """Where every letter counts, it is Base64."""
        return bool(self.step.options["exact"])

    def solution(self) -> list[str]:
        """The right line."""
        return [self.fill(self.option("right"))]


KIND = Fix
