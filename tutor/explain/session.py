"""Floor 4: a pasted log of any length -> its SMTP sessions, each line annotated in its own context.

Streams: a session is given out when it ends (at the next greeting, or at the end of the
log), and what is kept of one is bounded. Interleaved sessions of a server's log are told
apart by what their format calls the key.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from tutor.explain import formats
from tutor.explain.annotate import AnnotatedLine, Annotator
from tutor.records import Record
from tutor.smtp.dialogue import State
from tutor.wire import reply
from tutor.wire.lines import Line
from tutor.wire.printable import show

MOST_LINES = 2000
"""Lines of one session that are kept."""
MOST_NOTES = 200
"""Lines of a tool's own words that are kept."""
MOST_OPEN = 500
"""Sessions of one log that may be open at once; the oldest ends when one more begins."""
LONGEST_LINE = 1 << 16
"""Octets of a line that are looked at; RFC 4954 section 4 needs 12,288."""
LONGEST_NOTE = 1000


class Entry(Record):
    """One protocol line of a log."""

    n: int
    """The line of the log, counted from 1."""
    line: AnnotatedLine


class Session(Record):
    """One connection, as far as the log shows it."""

    number: int
    """Counted from 1, in the order in which they end."""
    format: str
    """The name of the log format, such as `swaks`."""
    entries: tuple[Entry, ...]
    truncated: bool
    """Whether it had more than MOST_LINES."""
    notes: tuple[tuple[int, str], ...]
    """What the tool itself said: line of the log, text that is safe to show."""


class _Open:
    """A session that has not ended."""

    def __init__(self) -> None:
        self.annotator = Annotator()
        self.entries: list[Entry] = []
        self.notes: list[tuple[int, str]] = []
        self.truncated = False
        self.replied = False

    def take(self, n: int, found: "formats.Found") -> None:
        """One protocol line."""
        said = self.annotator.feed(Line(found.side, found.line, n))
        self.replied = self.replied or said.code is not None
        if len(self.entries) < MOST_LINES:
            self.entries.append(Entry(n, said))
        else:
            self.truncated = True

    def ends_at(self, line: bytes) -> bool:
        """Whether this line is the greeting of another connection."""
        if not self.replied or line[:3] not in (b"220", b"554", b"421"):
            return False
        parsed = reply.parse_line(line)
        if parsed is None or parsed.code != 220:
            return False
        dialogue = self.annotator.dialogue
        greeting_goes_on = all(entry.line.code == 220 for entry in self.entries)
        return dialogue.state is not State.STARTTLS_SENT and not greeting_goes_on and not self._starttls_was_asked()

    def _starttls_was_asked(self) -> bool:
        return any(entry.line.line[:8].upper() == b"STARTTLS" for entry in self.entries[-3:])


def sessions(lines: Iterable[bytes]) -> Iterator[Session]:
    """Every session of a log, as it ends. Lines come without their ends; any bytes; never raises of itself."""
    stream = iter(lines)
    sample = list(islice(stream, formats.SAMPLE_LINES))
    form = formats.recognise(sample)
    opened: dict[bytes, _Open] = {}
    number = 0
    last = b""
    for n, raw in enumerate(chain(sample, stream), 1):
        line = raw[:LONGEST_LINE]
        found = formats.read(form, line)
        if found:
            last = found[0].key
        if not found or form.words:
            _note(opened.setdefault(last, _Open()), n, line)
        for one in found:
            last = one.key
            session = opened.get(one.key)
            if session is not None and session.ends_at(one.line):
                number += 1
                yield _ended(number, form.name, opened.pop(one.key))
                session = None
            if session is None:
                session = opened[one.key] = _Open()
            session.take(n, one)
            if len(opened) > MOST_OPEN:
                number += 1
                yield _ended(number, form.name, opened.pop(next(iter(opened))))
    for session in opened.values():
        if session.entries or session.notes:
            number += 1
            yield _ended(number, form.name, session)


def _note(session: _Open, n: int, line: bytes) -> None:
    text = line.strip()
    if text and len(session.notes) < MOST_NOTES:
        session.notes.append((n, show(text[:LONGEST_NOTE])))


def _ended(number: int, name: str, session: _Open) -> Session:
    return Session(number, name, tuple(session.entries), session.truncated, tuple(session.notes))
