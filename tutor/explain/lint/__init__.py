"""Floor 4: every violation of the RFCs in a session, on both sides.

A rule is a function over the lines of a session, in the file of its subject: `replies`,
`order`, `base64`, `messages`. A false alarm is worse than a miss: what a log does not show
(its beginning, masked answers, TLS from the first byte) is not held against anybody. No
sentence repeats what a client answered.
"""

from collections.abc import Callable, Iterator
from importlib import import_module

from tutor.explain.session import Session
from tutor.records import Record
from tutor.smtp.dialogue import Dialogue, Observation
from tutor.wire.ehlo import Capabilities
from tutor.wire.lines import Line, Side


class Violation(Record):
    """One thing that an RFC forbids."""

    code: str
    """`lint.` and the name of the rule."""
    line: int
    """The line of the log, counted from 1."""
    side: str
    """`client` or `server`: who broke the rule."""
    summary: str
    source: str


class Seen(Record):
    """One line, and what the state machine saw in it."""

    n: int
    line: bytes
    what: Observation
    offered: Capabilities | None
    """What EHLO had offered before this line."""
    tls: bool
    """Whether TLS was active by STARTTLS before this line."""


Rule = Callable[[list[Seen]], Iterator[Violation]]
RULES: list[Rule] = []
"""Filled when the rooms are first imported, in the order of their files."""
_ROOMS = ("replies", "order", "base64", "messages")
MOST = 500
"""Violations of one session that are given."""


def rule(function: Rule) -> Rule:
    """Makes a function a rule."""
    RULES.append(function)
    return function


def broken(code: str, seen: Seen, side: Side, summary: str, source: str) -> Violation:
    """One violation at a line."""
    return Violation(f"lint.{code}", seen.n, side.value, summary, source)


def lint(session: Session) -> list[Violation]:
    """The violations of a session, in the order of its lines. Never raises for any session."""
    for room in _ROOMS:
        import_module(f"tutor.explain.lint.{room}")
    lines = list(_seen(session))
    found = {violation: None for one in RULES for violation in one(lines)}
    return sorted(found, key=lambda violation: violation.line)[:MOST]


def _seen(session: Session) -> Iterator[Seen]:
    offered: Capabilities | None = None
    tls = False
    for entry in session.entries:
        what = entry.seen or Dialogue().observe(Line(entry.line.side, entry.line.line, entry.n))
        yield Seen(entry.n, entry.line.line, what, offered, tls)
        if what.state_before.name == "STARTTLS_SENT" and what.reply is not None and what.reply.code == 220:
            tls, offered = True, None
        elif what.reply is not None:
            offered = entry.ehlo
