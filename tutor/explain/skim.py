"""Floor 4: a log of any size -> the sessions in it that tell of a login, as lines with their numbers.

A mail log is mostly mail. What stands between two greetings and holds neither an AUTH
command nor a refusal (RFC 5321 section 4.2.1: 4yz, 5yz) is passed over in blocks, never
line by line, and only counted; so is the mail behind the end of a login. Memory is bounded
by a block and a session.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence

from tutor.explain import formats
from tutor.explain.marks import Finder, Marks, starttls_before
from tutor.explain.routine import Outline, Routines
from tutor.records import Record

MOST_CARRIED = 1 << 18
"""Octets of a session at the end of a block that wait for the next block."""
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

    def __init__(
        self, form: formats.Format, marks: Marks | None, first: int, routine: bool, next_number: Callable[[], int]
    ) -> None:
        """`marks`: what stands in front of every line, where that is known; `first`: the number of the next line.

        `routine`: sessions of a known kind are filled into its template, each with the `next_number`.
        """
        self.skipped = 0
        """Lines that were passed over."""
        self.routines = Routines(marks) if routine and marks is not None else None
        self._form = form
        self._rest = b""
        self._n = first  # of the first line of the rest
        self._finder = Finder(marks) if marks is not None else None
        self._next_number = next_number

    @property
    def waiting(self) -> int:
        """Octets at the end of what was read that wait for the next block."""
        return len(self._rest)

    def restart(self, first: int, next_number: Callable[[], int]) -> None:
        """Go on elsewhere, at the line with the number `first`; what waits is dropped, the kinds stay known."""
        self._rest, self._n, self._next_number = b"", first, next_number

    def next_session(self, text: bytes, low: int) -> int:
        """Where the session begins whose greeting has a line at or behind `low`: at the line feed before it, or -1."""
        if self._finder is None:
            return self.greeting_behind(text, low)
        at = self._finder.next_greeting(text, low)
        return at if at < 0 else self._finder.first_line(text, 0, at)

    @property
    def next_line(self) -> int:
        """The number of the first line that waits, or of the next one."""
        return self._n

    def some(self, block: bytes, last: bool = False) -> Iterator[Region]:
        """What a block brings, but for what is filled; it ends at a line end. `last`: nothing follows."""
        text = self._rest + (b"\n" + block.removesuffix(b"\n") if block else b"")
        self._rest = b""
        start: int | None = 0
        if self._finder is not None:
            start = yield from self._marked(text, self._finder, last)
        if start is not None:
            yield from self._loose(text, start, last)

    def _marked(self, text: bytes, finder: Finder, last: bool) -> Generator[Region, None, int | None]:
        """Lines with marks in front. Returns where lines begin that need a closer look; None: all is read."""
        start = place = begin = 0
        held: Outline | None = None  # a login that is over, begun at `begin`; more may follow in its session
        while (found := finder.telling(text, place)) is not None:
            at = found.start()
            if not text.startswith(finder.all, at + 1):
                place = at + 1
                if _perhaps_telling(text, place):
                    return start
                continue
            greeting = finder.last_greeting(text, start if held is None else held.end, at)
            if held is not None and greeting >= 0:
                if (region := self._routine(text, start, begin, held)) is not None:
                    yield region
                start, held = held.end, None
            outline = None
            if held is None:
                begin = start if greeting < 0 else greeting
                outline = self.routines.outline(text, begin) if self.routines is not None else None
            if outline is not None and outline.end > at:
                held = outline
                while (outline := self._outlined_behind(text, held, finder)) is not None:
                    if (region := self._routine(text, start, begin, held)) is not None:
                        yield region
                    start, begin, held = held.end, outline.begin, outline
                place = held.end
                continue
            end = finder.next_greeting(text, at)
            if end < 0 and self._waits(text, start, begin, last):
                return None
            end = len(text) if end < 0 else end
            yield self._region(text, start, begin, finder.end_of_login(text, begin, end), end)
            start, place, held = end, end, None
        if held is not None:
            if finder.next_greeting(text, held.end) < 0 and self._waits(text, start, begin, last):
                return None
            if (region := self._routine(text, start, begin, held)) is not None:
                yield region
            start = held.end
        low = _low(text, start)
        self._rest_of(text, start, len(text) if last else max(finder.last_greeting(text, low, len(text)), low))
        return None

    def _outlined_behind(self, text: bytes, held: Outline, finder: Finder) -> Outline | None:
        """The next session, where nothing behind the login of this one belongs to it, and it is of a kind too."""
        begin = finder.greeting_at_once(text, held.end)
        return self.routines.outline(text, begin) if begin >= 0 and self.routines is not None else None

    def _routine(self, text: bytes, start: int, begin: int, outline: Outline) -> Region | None:
        """A session of a known kind is filled; of another, it is returned."""
        if begin > start:
            self._pass_over(text, start, begin)
        count = text.count(b"\n", begin, outline.end)
        numbers = range(self._n, self._n + count)
        self._n += count
        if self.routines is not None and self.routines.fill(outline, self._next_number, numbers):
            return None
        return Region(text, begin, outline.end, numbers, None, outline)

    def _region(self, text: bytes, start: int, begin: int, stop: int, end: int) -> Region:
        """A session to be read in full up to `stop`; what stands before it and behind it is passed over."""
        self._pass_over(text, start, begin)
        count = text.count(b"\n", begin, stop)
        numbers = range(self._n, self._n + count)
        self._n += count
        self._pass_over(text, stop, end)
        return Region(text, begin, stop, numbers)

    def _waits(self, text: bytes, start: int, begin: int, last: bool) -> bool:
        """Whether a session that has no end yet waits for the next block."""
        if last or len(text) - begin > MOST_CARRIED:
            return False
        self._rest_of(text, start, begin)
        return True

    def _rest_of(self, text: bytes, start: int, begin: int) -> None:
        """Pass over what stands before `begin`; what stands behind waits for the next block."""
        self._pass_over(text, start, begin)
        self._rest = text[begin:]

    def _pass_over(self, text: bytes, start: int, end: int) -> None:
        count = text.count(b"\n", start, end)
        self._n += count
        self.skipped += count

    def _loose(self, text: bytes, start: int, last: bool) -> Iterator[Region]:
        """As `_marked`, for lines that may have anything in front."""
        telling = _Places((_auth_search, _loose_search), text)
        while (first := telling.behind(start)) >= 0:
            begin = self._greeting_before(text, start, first)
            end = self.greeting_behind(text, first)
            if end < 0 and self._waits(text, start, begin, last):
                return
            end = len(text) if end < 0 else end
            yield self._region(text, start, begin, end, end)
            start = end
        low = _low(text, start)
        self._rest_of(text, start, len(text) if last else self._greeting_before(text, low, len(text)))

    def _greeting_before(self, text: bytes, low: int, high: int) -> int:
        """Where the last greeting before `high` begins, `low` where there is none."""
        at = high
        while (at := text.rfind(b"220", low, at)) >= 0:
            begin = text.rfind(b"\n", low, at)
            if begin >= 0 and self._greets(text, begin, at):
                return begin
        return low

    def greeting_behind(self, text: bytes, low: int) -> int:
        """Where the next greeting begins, -1 where there is none; lines may have anything in front."""
        at = low
        while (at := text.find(b"220", at + 1)) >= 0:
            begin = text.rfind(b"\n", low, at)
            if begin >= 0 and self._greets(text, begin, at):
                return begin
        return -1

    def _greets(self, text: bytes, begin: int, at: int) -> bool:
        if at - begin > 200 or text[at + 3 : at + 4] not in (b" ", b"-") or text[at + 4 : at + 8] == b"2.0.":
            return False
        end = text.find(b"\n", at)
        found = formats.read(self._form, text[begin + 1 : len(text) if end < 0 else end].rstrip(b"\r"))
        return bool(found) and found[0].line[:3] == b"220" and not starttls_before(text, begin)


def _low(text: bytes, start: int) -> int:
    """Where the first line begins that may wait for the next block."""
    low = text.find(b"\n", max(len(text) - MOST_CARRIED, 0))
    return max(start, low) if low >= 0 else len(text)


def _perhaps_telling(text: bytes, begin: int) -> bool:
    """Whether the line that begins there could be part of a login, or its end, or a greeting."""
    end = text.find(b"\n", begin)
    line = text[begin : len(text) if end < 0 else end]
    return _auth_search(line) is not None or _loose_search(line) is not None or line.find(b"220") >= 0


class _Places:
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
