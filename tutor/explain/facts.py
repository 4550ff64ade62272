"""Floor 4: what a session holds, read once, for the rules that say why it failed."""

import re

from tutor.diagnosis import Diagnosis
from tutor.explain.refused import Refusals
from tutor.explain.session import Session
from tutor.records import Record
from tutor.smtp.dialogue import Dialogue, Observation
from tutor.wire.lines import Line


class Seen(Record):
    """One line of the session."""

    n: int
    what: Observation
    line: bytes


class Facts:
    """A session, read once."""

    def __init__(self, session: Session) -> None:
        ehlo = None
        refusals = Refusals()
        self.seen: list[Seen] = []
        self.replies: list[tuple[int, int, str]] = []
        """Line of the log, code, and the whole text of a reply with its code."""
        self.refused: list[tuple[int, Diagnosis]] = []
        self.notes = list(session.notes)
        """What is no protocol line: line of the log, text. Only matched, never shown: it may hold a secret."""
        self.offered: frozenset[str] | None = None
        """The mechanisms of the last EHLO reply; None where none was seen."""
        self.starttls = False
        """Whether the last EHLO reply offered STARTTLS."""
        text: list[str] = []
        for entry in session.entries:
            said = entry.seen or Dialogue().observe(Line(entry.line.side, entry.line.line, entry.n))
            self.seen.append(Seen(entry.n, said, entry.line.line))
            refusal = refusals.observe(said, entry.line.line)
            if refusal is not None:
                self.refused.append((entry.n, refusal))
            ehlo = entry.ehlo or ehlo
            if said.kind == "unknown" or _prose(said):
                self.notes.append((entry.n, entry.line.line.decode("utf-8", "replace")))
            if said.reply is not None:
                text.append(entry.line.line.decode("utf-8", "replace"))
                if said.reply.last:
                    self.replies.append((entry.n, said.reply.code, " ".join(text)))
                    text = []
        if ehlo is not None:
            self.offered = frozenset(ehlo.auth or ())
            self.starttls = ehlo.has("STARTTLS")
        if text:
            self.replies.append((self.seen[-1].n, int(text[0][:3]), " ".join(text)))

    @property
    def auths(self) -> list[Seen]:
        """The AUTH commands."""
        return [one for one in self.seen if one.what.command is not None and one.what.command.verb == b"AUTH"]

    def reply_behind(self, one: Seen) -> tuple[int, int, str] | None:
        """The first whole reply behind a line."""
        return next((answer for answer in self.replies if answer[0] > one.n), None)

    def said(self, pattern: str) -> tuple[int, str] | None:
        """The first note or reply in which a pattern is found, case ignored."""
        search = re.compile(pattern, re.IGNORECASE).search
        for n, text in (*self.notes, *((n, text) for n, _, text in self.replies)):
            if search(text):
                return n, text
        return None


def _prose(said: Observation) -> bool:
    """Whether a line only looks like MAIL: a program's sentence, such as `Mail command failed: 530 …`."""
    command = said.command
    return command is not None and command.verb == b"MAIL" and not command.argument.upper().startswith(b"FROM:")
