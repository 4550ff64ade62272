"""Floor 4: a pasted log of any length -> its SMTP sessions, each line annotated in its own context.

Streams: a session is given out when it ends (at the next greeting, or at the end of the
log), and what is kept of one is bounded. Interleaved sessions of a server's log are told
apart by what their format calls the key.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from tutor.explain import formats
from tutor.explain.annotate import AnnotatedLine, Annotator
from tutor.explain.hiding import hide_again
from tutor.records import Record
from tutor.smtp.dialogue import Observation, State
from tutor.wire import reply
from tutor.wire.ehlo import Capabilities
from tutor.wire.lines import Line, Side
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
MOST_MARKS = 16
"""Different beginnings of a log's lines that are remembered."""


class Entry(Record):
    """One protocol line of a log."""

    n: int
    """The line of the log, counted from 1."""
    line: AnnotatedLine
    seen: Observation | None = None
    """What the state machine saw in it."""
    ehlo: Capabilities | None = None
    """What EHLO had offered by then."""


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
    alone: bool = False
    """Whether the log holds no other, as far as was read: so people paste one, and servers' logs are not."""

    @property
    def mechanism(self) -> str | None:
        """The first that was tried; None where none is told."""
        return next((entry.line.mechanism for entry in self.entries if entry.line.mechanism), None)


class _Open:
    """A session that has not ended."""

    def __init__(self) -> None:
        self.annotator = Annotator()
        self.entries: list[Entry] = []
        self.notes: list[tuple[int, str]] = []
        self.truncated = False
        self.replied = False

    def take(self, n: int, found: "formats.Found", alone: bool) -> None:
        """One protocol line; `alone`: of a log that has no other ones, where it may be a program's words."""
        if alone and found.side is None and not _LONG_WORD.search(found.line):
            self.entries.append(Entry(n, AnnotatedLine(found.line, None, "unknown")))
            return
        said = self.annotator.feed(Line(found.side, found.line, n))
        self.replied = self.replied or said.code is not None
        if len(self.entries) < MOST_LINES:
            self.entries.append(Entry(n, said, self.annotator.seen, self.annotator.dialogue.ehlo))
        else:
            self.truncated = True

    @property
    def asked(self) -> bool:
        """Whether the server's last word was a challenge."""
        return bool(self.entries) and self.entries[-1].line.code == 334

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
    reader = Reader(formats.recognise(sample))
    for n, line in enumerate(chain(sample, stream), 1):
        yield from reader.feed(n, line)
    yield from reader.end()


class Reader:
    """Lines of one format become sessions."""

    def __init__(self, form: "formats.Format") -> None:
        self.form = form
        self.marks: dict[bytes, set[Side | None]] = {}
        """What stood in front of protocol lines, and whose lines they were; MOST_MARKS at most."""
        self._opened: dict[bytes, _Open] = {}
        self._number = 0
        self._last = b""
        self._owned = False
        """Whether the last line says whose it is."""
        self._last_n = 0
        """The line of the log in which a protocol line was last found."""

    @property
    def opened(self) -> dict[bytes, bytes]:
        """The keys of the sessions that have not ended, each with its last line."""
        return {key: one.entries[-1].line.line if one.entries else b"" for key, one in self._opened.items()}

    def feed(self, n: int, raw: bytes) -> Iterator[Session]:
        """The next line of the log; what ended with it."""
        line = self.form.line(raw[:LONGEST_LINE])
        if line is None:
            return
        opened = self._opened
        found = self._placed(n, formats.read(self.form, line))
        if self._begins(n, line, found):
            session = opened.pop(self._last, None)
            if session is not None and self._tells(session):
                yield self._ended(session)
        # Where lines have owners, the others are of other programs, and most tell of no login.
        of_others = self.form.owner and not self._owned and not found and opened and not _PERHAPS_A_LOGIN.search(line)
        if (not found or self.form.words) and not of_others:
            _note(self._open(self._last), n, line)
        for one in found:
            self._last = one.key
            self._learn(raw[:LONGEST_LINE], one)
            session = opened.get(one.key)
            if session is not None and session.ends_at(one.line):
                yield self._ended(opened.pop(one.key))
            self._open(one.key).take(n, one, self.form.alone)
        while len(opened) > MOST_OPEN:
            oldest = opened.pop(next(iter(opened)))
            if self._tells(oldest):
                yield self._ended(oldest)

    def _open(self, key: bytes) -> _Open:
        """The session of a key, which begins here where there is none."""
        session = self._opened.get(key)
        if session is None:
            session = self._opened[key] = _Open()
        return session

    def _begins(self, n: int, line: bytes, found: "list[formats.Found]") -> bool:
        """Notes whose line this is; whether another session of theirs begins with it."""
        begins = False
        owner = formats.compiled(self.form.owner).search(line) if self.form.owner else None
        self._owned = owner is not None
        if owner is not None:
            self._last = owner["key"]
            begins = owner["begin"] is not None
        if found:
            self._last = found[0].key
            self._last_n = n
            session = self._opened.get(self._last)
            begins = begins or (self.form.alone and session is not None and bool(session.entries))
        return begins

    def _tells(self, session: _Open) -> bool:
        """Whether anything in it is about a login; most connections of a mail log are not."""
        if session.entries or not self.form.owner:
            return bool(session.entries or session.notes)
        return any(_OF_A_LOGIN.search(text) for _, text in session.notes)

    def _placed(self, n: int, found: "list[formats.Found]") -> "list[formats.Found]":
        """What was found, in the session that it belongs to; nothing where it only looks like a protocol line."""
        if not found:
            return found
        one = found[0]
        if one.loose:
            # A reply goes on in the line behind it; elsewhere a program only repeats what a server said.
            goes_on = n == self._last_n + 1 or not self._last_n
            return [one._replace(key=self._last)] if goes_on else []
        if one.key and one.key not in self._opened and b"" in self._opened and not self._opened[b""].entries:
            self._opened[one.key] = self._opened.pop(b"")  # what the tool said before its first session
        if self.form.bare and self.form.noise and one.side is None:
            before = self._opened.get(b"")
            if before is None or not before.replied or (not one.line and not before.asked):
                return []  # a certificate, a blank line: nothing answers a server that has not asked
        return found

    def _learn(self, raw: bytes, found: "formats.Found") -> None:
        if not raw.endswith(found.line):
            return  # something was taken off behind it: what stands in front shows in other lines
        mark = raw.removesuffix(found.line)
        if mark not in self.marks and len(self.marks) >= MOST_MARKS:
            return
        self.marks.setdefault(mark, set()).add(found.side)

    def close(self, key: bytes) -> Iterator[Session]:
        """Nothing more follows in this session."""
        session = self._opened.pop(key, None)
        if session is not None:
            yield self._ended(session)

    def end(self) -> Iterator[Session]:
        """Nothing more follows: what was open ends."""
        opened = list(self._opened.values())
        telling = [session for session in opened if self._tells(session)]
        if not telling and not self._number:
            telling = [session for session in opened if session.notes][-1:]  # a log without any login is no empty one
        alone = not self._number and len(telling) == 1
        for session in telling:
            yield self._ended(session, alone)
        self._opened = {}

    def _ended(self, session: _Open, alone: bool = False) -> Session:
        self._number += 1
        _hide_again(session.entries)
        entries, notes = tuple(session.entries), tuple(session.notes)
        return Session(self._number, self.form.name, entries, session.truncated, notes, alone)


_LONG_WORD = re.compile(rb"[A-Za-z0-9+/=]{24}")
"""What may be Base64 that says more than a prompt."""
_PERHAPS_A_LOGIN = re.compile(rb"(?i)auth|sasl|relay|530| A=|log-?in|failed after DATA")
_OF_A_LOGIN = re.compile(
    r"(?<!supports LOGIN )\bauth(?!entication for user)|\bsasl\b|\brelay(?:ing)? (?:access|denied|not)|\b530 | A=\w|"
    r": PROXY TCP|\bhaproxy read: (?!EOF)|wrappermode",
    re.IGNORECASE,
)


def _hide_again(entries: list[Entry]) -> None:
    """What other lines of the session tell to be a secret is masked in each of them."""
    for place, (one, said) in enumerate(zip(entries, hide_again([one.line for one in entries]), strict=True)):
        if said is not one.line:
            entries[place] = one._replace(line=said)


def _note(session: _Open, n: int, line: bytes) -> None:
    text = line.strip()
    if text and len(session.notes) < MOST_NOTES:
        session.notes.append((n, show(text[:LONGEST_NOTE])))
