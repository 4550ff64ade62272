"""The answer to a challenge, as Base64, judged as the server's checker judges it."""

from collections.abc import Mapping

from tutor.course.exchanges import CannotPlay, Due, as_lines, due_at
from tutor.course.kinds.base import Play, no, unspoilt
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.explain.check import check_answer
from tutor.smtp.partner import shell_command
from tutor.wire import b64
from tutor.wire.lines import Line
from tutor.wire.printable import show


class Answer(Play):
    """`turn` is the number of the client's message, from 0; `initial = true` puts the first on the AUTH line."""

    INPUT = "line"
    prompt = "You send"
    placeholder = "one line, in Base64"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """Where in the exchange the answer is due. `exact`: other messages that a server would take are not meant."""
        found = {"turn": table.number("turn", 0), "initial": table.flag("initial"), "exact": table.flag("exact")}
        return {**super().read(table), **found}

    def begin(self) -> None:
        """Play the exchange up to that place."""
        turn = self.step.options["turn"]
        assert isinstance(turn, int)
        self.due: Due = due_at(self.scenario, self.step.cast.mechanism, turn, bool(self.step.options["initial"]))
        if self.due.initial:
            self.prompt = f"AUTH {self.step.cast.mechanism}"

    def own_names(self) -> Mapping[str, bytes]:
        """`challenge` decoded, `message` and `solution` of the right answer, and every value on the way to it."""
        due = self.due
        found = {"challenge": due.turns.challenge or b"", "message": due.right, "solution": due.text}
        if due.mechanism.steps is not None and not due.initial:
            for working in due.mechanism.steps(self.scenario, due.turns):
                found.setdefault(working.name, working.value)
        return found

    def lines(self) -> list[Line]:
        """What was said before; the AUTH line itself is still to be typed where the answer goes on it."""
        shown = super().lines()
        return shown if self.due.initial else shown + as_lines(self.step.cast.mechanism, self.due.turns)

    def judge(self, text: str) -> Verdict:
        """By the one checker that the whole program uses. The whole AUTH line is taken too, where it is due."""
        line = text.encode("utf-8", "surrogateescape")
        if self.due.initial:
            head = f"AUTH {self.step.cast.mechanism}".encode()
            if line[: len(head)].upper() == head and line[len(head) : len(head) + 1] in (b"", b" "):
                line = line[len(head) + 1 :]
            if not line:
                words = "Nothing stands behind the mechanism: that is no initial response at all."
                return no("line.empty", words, "An empty one is written `=`.", source="RFC 4954 section 4")
        verdict = check_answer(self.due.mechanism, self.scenario, self.due.turns, line)
        if verdict.correct and self.step.options["exact"] and b64.decode(line).message != self.due.right:
            return no("lesson.other-answer", "A server would take that, but it is not what was asked for here.",
                      "Look at the goal again.", source=self.step.source)  # fmt: skip
        self.passed = self.passed or verdict.correct is True
        return unspoilt(verdict, self.due.text.decode("ascii"))

    @property
    def encodes(self) -> bool:
        """Where the right answer is not empty."""
        return bool(self.due.right)

    def solution(self) -> list[str]:
        """The right line."""
        return [self.due.text.decode("ascii")]

    def worked(self) -> str | None:
        """Somebody else's answer at the same place."""
        cast = self.step.cast._replace(authcid=None, password=None)
        for other in range(1, 5):
            scenario = cast.scenario(self.seed + other)
            try:
                due = due_at(scenario, cast.mechanism, int(str(self.step.options["turn"])), self.due.initial)
            except CannotPlay:
                return None
            if due.right != self.due.right and due.right:
                return _told(due, scenario.credentials.authcid, scenario.credentials.password or "")
        return None


def _told(due: Due, name: str, password: str) -> str:
    challenge = due.turns.challenge
    asked = ""
    if challenge:
        asked = f"\n\n    S: 334 {b64.encode(challenge).decode()}"
    who = f"user `{show(name)}` with the password `{show(password)}`"
    return (
        f"Another one, worked out, for {who}:{asked}\n    C: {due.text.decode()}\n\n"
        f"That is the Base64 of `{show(due.right)}`. In a shell: `{shell_command(due.right)}`"
    )


KIND = Answer
