"""What will the server say? The reply code is typed; our own server session tells whether it is so."""

import re
from collections.abc import Mapping

from tutor import reference
from tutor.course.kinds.base import NOTHING, Play, checked, no
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.smtp import dialects, faults
from tutor.smtp.partner import Partner
from tutor.wire import reply
from tutor.wire.lines import Line, Side

CLASSES = {
    "2": "2 is yes, done.",
    "3": "3 is go on, more is wanted.",
    "4": "4 is not now, it may work later.",
    "5": "5 is no, it will not work like this.",
}
"""First digit of a reply code -> its meaning (RFC 5321 section 4.2.1)."""


def read_partner(table: Table) -> dict[str, object]:
    """What decides the server of a step: its manners, its TLS, its fault, its mechanisms, and what was said."""
    dialect = table.one_of("dialect", dialects.names(), "plain")
    fault = table.one_of("fault", ("none", *faults.names()), "none")
    tls = table.one_of("tls", ("none", "starttls"), "none")
    say = tuple(checked(table, "say", line) for line in table.texts("say", ()))
    return {"dialect": dialect, "fault": fault, "tls": tls, "say": say, "offers": table.texts("offers", ())}


def make_partner(play: Play) -> Partner:
    """The server of a step, before its greeting."""
    dialect = dialects.get(play.option("dialect"))
    fault = faults.get(play.option("fault"))
    assert dialect is not None
    assert fault is not None
    offers = tuple(play.options("offers")) or None
    return Partner(
        play.scenario, play.step.cast.mechanism, dialect, mechanisms=offers, tls=play.option("tls"), fault=fault
    )


def fill_line(play: Play, partner: Partner, text: str) -> bytes:
    """A line of `say`; `{right}` is the line that is due there."""
    from tutor.course import template

    return template.fill(text, {**play.names, "right": partner.solution()})


class Predict(Play):
    """`say` is what the client says, line by line; the code of the reply to the last line is asked for."""

    prompt = "Reply code"
    placeholder = "three digits"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """The server and what is said to it; no line at all asks for the greeting. `last`: show that many lines."""
        return {
            **super().read(table),
            **read_partner(table),
            "literal": table.optional("literal"),
            "last": table.number("last", 0),
        }

    def begin(self) -> None:
        """Play it to its end; what is shown stops before the reply."""
        self._code = b""
        self._reply: list[Line] = []
        self._shown: list[Line] = []
        partner = make_partner(self)
        replies = partner.start()
        for text in self.options("say"):
            self._shown = list(partner.lines)
            said = fill_line(self, partner, text)
            replies = partner.say(said)
            self._shown.append(Line(Side.CLIENT, said))
        self._reply = replies
        parsed = reply.parse_line(replies[-1].line) if replies else None
        assert parsed is not None, f"{self.step.id}: the server says nothing here"
        self._code = str(parsed.code).encode()
        self._last = replies[-1].line

    def own_names(self) -> Mapping[str, bytes]:
        """`code` and `solution`: the reply code; `reply`: its last line."""
        return {"code": self._code, "solution": self._code, "reply": self._last} if self._code else {}

    def lines(self) -> list[Line]:
        """Up to the question; with the answer once it was given."""
        last = self.step.options["last"]
        assert isinstance(last, int)
        return [*super().lines(), *self._shown[-last:], *(self._reply if self.passed else ())]

    def judge(self, text: str) -> Verdict:
        """Three digits; more behind them is not looked at."""
        typed = text.strip().strip("\"'`").strip()
        if not typed:
            return NOTHING
        found = re.match(r"\d{3}(?!\d)", typed)
        if found is None:
            return no("lesson.no-code", "A reply code has three digits.", "Type the three digits.",
                      source="RFC 5321 section 4.2")  # fmt: skip
        code, right = found[0], self._code.decode()
        if code == right:
            self.passed = True
            return Verdict(True)
        said = reference.short(code)
        words = f"Not `{code}` here. It says: {said}" if said else f"`{code}` is no code that mail servers use."
        if code[0] == right[0]:
            return no("lesson.other-code", f"{words} The first digit is right.", "Which code of that class fits?",
                      source="RFC 5321 section 4.2.1")  # fmt: skip
        meaning = CLASSES.get(code[0], "No reply of SMTP begins so.")
        return no("lesson.other-class", f"{words} The first digit: {meaning}", "Is it yes, go on, not now, or no?",
                  source="RFC 5321 section 4.2.1")  # fmt: skip

    def solution(self) -> list[str]:
        """The code."""
        return [self._code.decode()]


KIND = Predict
