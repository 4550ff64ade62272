"""Floor 4: what stands in front of the lines of a log, for each side, and what is found by it.

Where each line has one of a few marks in front, what tells of a login stands at a line's
beginning, right behind a mark: one search through a block finds it.
"""

import re
from collections.abc import Sequence

from tutor.explain import formats
from tutor.records import Record
from tutor.wire.lines import Side

AUTH = rb"[Aa][Uu][Tt][Hh] "
REFUSES = rb"[45][0-9][0-9][ -]"
"""How a reply begins that refuses (RFC 5321 section 4.2.1: 4yz, 5yz)."""
_LONGEST = 16


class Marks(Record):
    """What stands in front of the lines of a log, for each side: always one of these, whole."""

    server: tuple[bytes, ...]
    client: tuple[bytes, ...]


def marks_of(form: formats.Format, seen: dict[bytes, set[Side | None]], most: int) -> Marks | None:
    """What stands in front of the lines of a log, as far as its first part shows; None where that differs too much.

    `seen` is what was found in front of lines, and whose they were; with `most` of them, more may follow.
    """
    if form.clean is not None or not seen or len(seen) >= most or any(len(mark) > _LONGEST for mark in seen):
        return None
    server = tuple(sorted((mark for mark, sides in seen.items() if Side.SERVER in sides), reverse=True))
    client = tuple(sorted((mark for mark, sides in seen.items() if Side.CLIENT in sides), reverse=True))
    return Marks(server, client) if server and client else None


class Finder:
    """What is found in a text whose lines have such marks, each line behind a line feed."""

    def __init__(self, marks: Marks) -> None:
        self.all = (*{*marks.server, *marks.client},)
        """Every mark."""
        looks = []
        for mark in self.all:
            # A line behind a longer mark begins with a shorter one too.
            longer = [(other, re.escape(other.removeprefix(mark))) for other in self.all if other.startswith(mark)]
            told = [rest + AUTH for other, rest in longer if other in marks.client]
            told += [rest + REFUSES for other, rest in longer if other in marks.server]
            looks.append(re.escape(mark) + b"(?!" + b"|".join(told) + b")")
        # "Not a line that tells nothing" is quicker than "a line that tells something", and finds strange lines too.
        self.telling = re.compile(b"\n(?!" + b"|".join(looks) + b")").search
        """Finds the line feed in front of a line that begins a login or refuses, or that has no mark."""
        server, client = any_of(marks.server), any_of(marks.client)
        self._greeting = re.compile(server + rb"220[ -](?!2\.0\.)")
        self._ends = re.compile(server + rb"(?:235|[45][0-9][0-9])[ ][^\n]*")
        self._auth = re.compile(client + AUTH)
        self._greetings = [b"\n" + mark + b"220" for mark in marks.server]
        self._more = tuple(greeting + b"-" for greeting in self._greetings)

    def last_greeting(self, text: bytes, low: int, high: int) -> int:
        """Where the last greeting between the two begins, its first line; -1 where there is none."""
        at = high
        while True:
            at = max([text.rfind(greeting, low, at) for greeting in self._greetings])
            if at < 0:
                return -1
            before = text.rfind(b"\n", 0, at)
            if text.find(b"STARTTLS", max(before, 0), at) < 0 and self._greeting.match(text, at) is not None:
                break
        return self.first_line(text, low, at)

    def first_line(self, text: bytes, low: int, at: int) -> int:
        """Where the greeting begins whose last line begins at `at`, its first line; not before `low`."""
        while (before := text.rfind(b"\n", low, at)) >= 0 and text.startswith(self._more, before):
            at = before
        return at

    def greeting_at_once(self, text: bytes, low: int) -> int:
        """Where the next greeting begins, if no line before it tells something; else -1."""
        at = text.find(self._greetings[0], low) if len(self._greetings) == 1 else self.next_greeting(text, low)
        if at < 0 or self.telling(text, low, at) is not None or self._greeting.match(text, at) is None:
            return -1
        return -1 if starttls_before(text, at) else at

    def next_greeting(self, text: bytes, low: int) -> int:
        """Where the first greeting at or behind `low` begins; -1 where there is none."""
        match = self._greeting.search(text, low)
        while match is not None and starttls_before(text, match.start()):
            match = self._greeting.search(text, match.end())
        return -1 if match is None else match.start()

    def end_of_login(self, text: bytes, begin: int, end: int) -> int:
        """Where the last reply ends that accepts or refuses; the end, where a login was left in the middle."""
        stop = -1
        for match in self._ends.finditer(text, begin, end):
            stop = match.end()
        return end if stop < 0 or self._auth.search(text, stop, end) else stop


def any_of(marks: Sequence[bytes]) -> bytes:
    """A pattern for a line's beginning with one of the marks."""
    return b"\n(?:" + b"|".join(re.escape(mark) for mark in marks) + b")"


def starttls_before(text: bytes, begin: int) -> bool:
    """Whether the line before is STARTTLS: then this 220 is no greeting (RFC 3207 section 4)."""
    return text.find(b"STARTTLS", max(text.rfind(b"\n", 0, begin), begin - 100, 0), begin) >= 0
