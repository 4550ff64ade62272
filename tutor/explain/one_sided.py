"""Floor 4: logs that show the client's lines alone: what it goes on with tells what the server said."""

import re
from collections.abc import Iterator

from tutor.explain import abroad, quoted, wording
from tutor.explain.facts import Facts
from tutor.explain.finding import Finding, finding
from tutor.wire.lines import Side

_BY_HAND = ("bare", "telnet")
"""Formats in which such lines may be somebody's script, that no server has seen."""
_NOT_LOGGED_IN = re.compile(
    r"(?:could not|couldn't|cannot|can't|failed to|unable to) (?:authenticate|log ?in)\b", re.IGNORECASE
)


def went_on(facts: Facts) -> Iterator[Finding]:
    """AUTH, then MAIL, RCPT and DATA, and not one reply in the log: behind a login that was refused none goes on so."""
    if facts.replies or not facts.auths or facts.format in _BY_HAND:
        return
    if any(one.what.side is Side.SERVER or one.line.strip() == b"*" for one in facts.seen):
        return
    begun = facts.auths[-1].n
    behind = [(one.n, one.what.command.verb) for one in facts.seen if one.n > begun and one.what.command is not None]
    verbs = [verb for _, verb in behind if verb != b"RCPT"]
    if verbs[:2] != [b"MAIL", b"DATA"] or all(verb != b"RCPT" for _, verb in behind):
        return
    if not any(_refused(text) for _, text in facts.notes):
        summary = "The log shows the client's lines alone; it went on from AUTH to a mail, as behind 235 (login done)."
        yield finding("session.ok", behind[0][0], summary, "likely")


def _refused(text: str) -> bool:
    """Whether a program's sentence says that the login failed, or quotes a refusal."""
    if _NOT_LOGGED_IN.search(text) is not None or wording.login_failed(text) or abroad.login_failed(text):
        return True
    return any(one.code for one in quoted.replies(text))
