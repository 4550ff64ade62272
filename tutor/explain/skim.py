"""Floor 4: a log of any size -> the sessions in it that tell of a login, as lines with their numbers.

A mail log is mostly mail. What stands between two greetings and holds neither an AUTH
command nor a refusal (RFC 5321 section 4.2.1: 4yz, 5yz) is passed over in blocks, never
line by line, and only counted; so is the mail behind the end of a login. Memory is bounded
by a block and a session.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from tutor.explain import formats
from tutor.explain.routine import Marks, Outline, Routines
from tutor.records import Record
from tutor.wire.lines import Side

MOST_CARRIED = 1 << 18
"""Octets of a session at the end of a block that wait for the next block."""
_AUTH = rb"[Aa][Uu][Tt][Hh] "
_REFUSAL = rb"[45][0-9][0-9][ -](?:[45]\.|[A-Za-z])"


class Region(Record):
    """A session of the log, or a piece of one."""

    text: bytes
    """Lines of the log, each behind a line feed; in interleaved logs, without what stands in front of the mark."""
    begin: int
    end: int
    """Where its last telling line ends."""
    numbers: Sequence[int]
    """Of its lines."""
    raw: Sequence[bytes] | None = None
    """The lines as the log has them, where `text` does not."""
    outline: Outline | None = None
    """Of a session that holds nothing unusual."""
    key: bytes | None = None
    """Of a session that began before anything was skimmed: a line more of it; without lines, its end."""

    def lines(self) -> Sequence[bytes]:
        """The lines as the log has them."""
        return self.text[self.begin + 1 : self.end].split(b"\n") if self.raw is None else self.raw


class ByGreeting:
    """One session behind the other: a new one begins with its greeting."""

    def __init__(self, form: formats.Format, marks: Marks | None, first: int, routines: Routines | None) -> None:
        """`marks`: what stands in front of every line, where that is known; `first`: the number of the next line."""
        self.skipped = 0
        """Lines that were passed over."""
        self.routines = routines
        self._form = form
        self._rest = b""
        self._n = first  # of the first line of the rest
        self._marks = marks
        if marks is not None:
            server, client = _any_of(marks.server), _any_of(marks.client)
            self._greeting = re.compile(server + rb"220[ -](?!2\.0\.)")
            self._mark = re.compile(client + _AUTH + rb"|" + server + rb"[45][0-9][0-9][ -]")
            self._ends = re.compile(server + rb"(?:235|[45][0-9][0-9])[ ][^\n]*")
            self._auth = re.compile(client + _AUTH)
            every = b"|".join(re.escape(mark) for mark in {*marks.server, *marks.client})
            self._strange = re.compile(b"\n(?!" + every + b")")

    def some(self, block: bytes, last: bool = False) -> Iterator[Region]:
        """What a block brings; it ends at a line end. `last`: nothing follows."""
        text = self._rest + (b"\n" + block.removesuffix(b"\n") if block else b"")
        self._rest = b""
        start, tight = 0, self._is_tight(text)
        marks = _Marks([self._mark.search] if tight else [_auth_search, _loose_search], text)
        while True:
            begin, outline, first = start, self._outlined(text, start, tight), -1
            if outline is None:
                first = marks.behind(start)
                if first < 0:
                    break
                begin = self._greeting_before(text, start, first, tight)
                outline = self._outlined(text, begin, tight) if begin > start else None
            end = self.greeting_behind(text, first if outline is None else outline.end, tight)
            if end < 0 and not last and len(text) - begin <= MOST_CARRIED:
                self._pass_over(text, start, begin)
                self._rest = text[begin:]
                return
            if end < 0:
                end = len(text)
            if begin > start:
                self._pass_over(text, start, begin)
            if outline is not None and 0 <= marks.behind(outline.end) < end:
                outline = None  # more happened behind the login
            stop = outline.end if outline is not None else self._end_of_login(text, begin, end, tight)
            count = text.count(b"\n", begin, stop)
            yield Region(text, begin, stop, range(self._n, self._n + count), None, outline)
            self._n += count
            self._pass_over(text, stop, end)
            start = end
        begin = len(text)
        if not last:
            begin = self._greeting_before(text, max(start, len(text) - MOST_CARRIED), len(text), tight)
        self._pass_over(text, start, begin)
        self._rest = text[begin:]

    def _outlined(self, text: bytes, begin: int, tight: bool) -> Outline | None:
        return self.routines.outline(text, begin) if tight and self.routines is not None else None

    def _pass_over(self, text: bytes, start: int, end: int) -> None:
        count = text.count(b"\n", start, end)
        self._n += count
        self.skipped += count

    def _is_tight(self, text: bytes) -> bool:
        """Whether each line has its mark in front: then what is looked for stands at a line's beginning."""
        return self._marks is not None and self._strange.search(text) is None

    def _end_of_login(self, text: bytes, begin: int, end: int, tight: bool) -> int:
        """Where the last reply ends that accepts or refuses; the end, where a login was left in the middle."""
        if not tight:
            return end
        stop = -1
        for match in self._ends.finditer(text, begin + 1, end):
            stop = match.end()
        return end if stop < 0 or self._auth.search(text, stop, end) else stop

    def _greeting_before(self, text: bytes, low: int, high: int, tight: bool) -> int:
        """Where the last greeting before `high` begins, `low` where there is none."""
        at = high
        while (at := text.rfind(b"220", low, at)) >= 0:
            begin = text.rfind(b"\n", low, at)
            if begin >= 0 and self._greets(text, begin, at, tight):
                return begin
        return low

    def greeting_behind(self, text: bytes, low: int, tight: bool = False) -> int:
        """Where the next greeting begins, -1 where there is none."""
        if tight:
            match = self._greeting.search(text, low + 1)
            while match is not None and _starttls_before(text, match.start()):
                match = self._greeting.search(text, match.end())
            return -1 if match is None else match.start()
        at = low
        while (at := text.find(b"220", at + 1)) >= 0:
            begin = text.rfind(b"\n", low, at)
            if begin >= 0 and self._greets(text, begin, at, tight):
                return begin
        return -1

    def _greets(self, text: bytes, begin: int, at: int, tight: bool) -> bool:
        if tight:
            return self._greeting.match(text, begin) is not None and not _starttls_before(text, begin)
        if at - begin > 200 or text[at + 3 : at + 4] not in (b" ", b"-") or text[at + 4 : at + 8] == b"2.0.":
            return False
        end = text.find(b"\n", at)
        found = formats.read(self._form, text[begin + 1 : len(text) if end < 0 else end].rstrip(b"\r"))
        return bool(found) and found[0].line[:3] == b"220" and not _starttls_before(text, begin)


def _any_of(marks: Sequence[bytes]) -> bytes:
    return b"\n(?:" + b"|".join(re.escape(mark) for mark in marks) + b")"


def _starttls_before(text: bytes, begin: int) -> bool:
    """Whether the line before is STARTTLS: then this 220 is no greeting (RFC 3207 section 4)."""
    return text.find(b"STARTTLS", max(text.rfind(b"\n", 0, begin), begin - 100, 0), begin) >= 0


class _Marks:
    """Places that tell of a login, found as far as they are asked for."""

    def __init__(self, searches: "Sequence[Callable[[bytes, int], re.Match[bytes] | None]]", text: bytes) -> None:
        self._text = text
        self._searches = searches
        self._found = [-2] * len(searches)  # the last place that each has found; -1: none follows

    def behind(self, low: int) -> int:
        """The first one at or behind `low`, which never goes back; -1 where there is none."""
        first = -1
        for index, search in enumerate(self._searches):
            place = self._found[index]
            if place != -1 and place < low:
                match = search(self._text, low)
                place = self._found[index] = -1 if match is None else match.start()
            if place >= 0 and (first < 0 or place < first):
                first = place
        return first


_loose_search = re.compile(_REFUSAL).search
_auth_search = re.compile(rb"(?<!250[ -])(?:AUTH|auth|Auth) ").search


def marks_of(form: formats.Format, seen: dict[bytes, set[Side | None]], most: int) -> Marks | None:
    """What stands in front of the lines of a log, as far as its first part shows; None where that differs too much.

    `seen` is what was found in front of lines, and whose they were; with `most` of them, more may follow.
    """
    if form.clean is not None or not seen or len(seen) >= most or any(len(mark) > 16 for mark in seen):
        return None
    server = tuple(sorted((mark for mark, sides in seen.items() if Side.SERVER in sides), reverse=True))
    client = tuple(sorted((mark for mark, sides in seen.items() if Side.CLIENT in sides), reverse=True))
    return Marks(server, client) if server and client else None
