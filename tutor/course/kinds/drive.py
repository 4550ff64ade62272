"""The learner is the client: a whole exchange, or a part of it, typed line by line against our own server."""

from collections.abc import Callable, Mapping

from tutor import reference
from tutor.course.kinds.base import Play, no, unspoilt
from tutor.course.kinds.predict import fill_line, make_partner, read_partner
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.explain.check import check_answer
from tutor.explain.commands import slip
from tutor.smtp.partner import HINTS, Partner
from tutor.smtp.states import EXCHANGE_STATES, State
from tutor.wire import reply
from tutor.wire.lines import Line, Side

_GOALS: dict[str, Callable[[Partner], bool]] = {
    "ehlo": lambda partner: partner.state is State.READY,
    "tls": lambda partner: (
        any(seen.state_before is State.STARTTLS_SENT for seen in partner.observations) and partner.state is State.READY
    ),
    "challenge": lambda partner: partner.state is State.CHALLENGED,
    "second-challenge": lambda partner: partner.state is State.CHALLENGED and partner.turns.number > 0,
    "logged-in": lambda partner: partner.done,
    "cancelled": lambda partner: any(seen.state_before is State.CANCELLED for seen in partner.observations),
    "goodbye": lambda partner: partner.closed,
}
"""What `until` may be, and when it is reached."""
_LONGEST = 60
"""Solution lines; a step that needs more has no end."""


class Drive(Play):
    """`until` is the goal; `say` was said before the learner's turn comes."""

    INPUT = "line"
    prompt = "You send"
    placeholder = "one line"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """The server, and the goal."""
        return {**super().read(table), **read_partner(table), "until": table.one_of("until", tuple(_GOALS))}

    def begin(self) -> None:
        """Connect, and say what was said before."""
        self.partner: Partner = make_partner(self)
        self.partner.start()
        self._said = 0
        for text in self.options("say"):
            self.partner.say(fill_line(self, self.partner, text))

    def own_names(self) -> Mapping[str, bytes]:
        """`right`: the line that is due now."""
        partner = getattr(self, "partner", None)
        return {} if partner is None else {"right": partner.solution(), "challenge": partner.turns.challenge or b""}

    def lines(self) -> list[Line]:
        """All that was said."""
        return [*super().lines(), *self.partner.lines]

    @property
    def due(self) -> str:
        """What is due: `EHLO`, `AUTH`, `response`, …; `` where nothing is."""
        return self.partner.due

    def judge(self, text: str) -> Verdict:
        """Say it to the server. A refusal is explained by the checker, or by the reply."""
        partner = self.partner
        if partner.closed:
            return no("lesson.closed", "The connection is closed.", "Take your last line back, or begin again.")
        line = text.encode("utf-8", "surrogateescape")
        if any(octet in line for octet in b"\r\n"):
            return no("lesson.two-lines", "That is more than one line.", "Send one line at a time.")
        exchange = (partner.mechanism, partner.scenario, partner.turns) if partner.due == "response" else None
        state, left = partner.state, len(self.solution())
        right = partner.solution().decode("ascii") if exchange is not None else ""
        replies = partner.say(line)
        self._said += 1
        self.passed = self.passed or _GOALS[self.option("until")](partner)
        if self.passed:
            return Verdict(True)
        parsed = reply.parse_line(replies[-1].line) if replies else None
        if exchange is not None and exchange[0] is not None:
            verdict = check_answer(exchange[0], exchange[1], exchange[2], line)
            if verdict.correct is not True and verdict.diagnoses:
                return Verdict(False, unspoilt(verdict, right).diagnoses)
        if parsed is None or parsed.code >= 400:
            return _refused(line, state, parsed)
        if partner.closed:
            return no("lesson.closed", "That ended the talk before the goal was reached.", "Take the line back.")
        if len(self.solution()) >= left:
            # Taken, but to no end: `HELO`, `NOOP`, a second `EHLO`, an answer where giving up is the goal.
            odd = None if state is State.CHALLENGED else slip(line, state)
            words = (
                odd.summary if odd is not None else "The server takes that, but it brings you no nearer to the goal."
            )
            fix = odd.fix if odd is not None else "Look at the goal, and at the last line of the server."
            return no("lesson.no-progress", words, fix, source=odd.source if odd is not None else "")
        return Verdict(True)

    @property
    def encodes(self) -> bool:
        """Where the goal lies behind a challenge that is answered."""
        return self.option("until") in ("second-challenge", "logged-in")

    def undo(self) -> bool:
        """Take the last line back, with all that it brought."""
        if not self._said:
            return False
        self._said -= 1
        self.partner.undo()
        return True

    def solution(self) -> list[str]:
        """The lines from here to the goal, played on a copy."""
        copy = make_partner(self)
        copy.start()
        for line in self.partner.lines:
            if line.side is Side.CLIENT:
                copy.say(line.line)
        goal = _GOALS[self.option("until")]
        lines: list[str] = []
        if copy.closed:
            return lines
        while not goal(copy) and len(lines) < _LONGEST:
            right = self._right(copy)
            lines.append(right.decode("ascii"))
            copy.say(right)
        return lines

    def _right(self, partner: Partner) -> bytes:
        until = self.option("until")
        if until == "cancelled" and partner.state in EXCHANGE_STATES:
            return b"*"
        if until == "goodbye" and partner.due in ("QUIT", "EHLO") and (partner.done or not self.options("say")):
            return b"QUIT"
        return partner.solution()

    @property
    def hints(self) -> int:
        """As many as the partner has for what is due; where the goal wants another line, that line alone."""
        if self.partner.closed:
            return 0
        return HINTS if self._as_due() else 1

    def hint(self, level: int) -> str | None:
        """For what is due now; the last one gives the line."""
        if self._as_due():
            return self.partner.hint(level)
        right = self.solution()
        return f"Type: {right[0]}" if right and level == 0 else None

    def gives_away(self, level: int) -> bool:
        """The last one."""
        return level == self.hints - 1

    def _as_due(self) -> bool:
        """Whether the next line towards the goal is the one that any session would want here."""
        return bool(self.partner.due) and self._right(self.partner) == self.partner.solution()


def _refused(line: bytes, state: State, parsed: "reply.ReplyLine | None") -> Verdict:
    if parsed is None:
        return no("lesson.no-reply", "The server says nothing to that.", "Take the line back.")
    from tutor.wire.printable import show

    code = parsed.code
    odd = slip(line, state)
    if odd is not None:
        return no(f"reply.{code}", f"`{code}`: {odd.summary}", odd.fix, source=odd.source)
    said = reference.short(str(code)) or ""
    words = f"The server refuses it with `{code}`: {said} Its own words: `{show(parsed.text)}`"
    return no(f"reply.{code}", words,
              "Take the line back, or go on with what is due.", source="RFC 5321 section 4.2.1")  # fmt: skip


KIND = Drive
