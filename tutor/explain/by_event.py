"""Floor 4: an interleaved log of any size -> the sessions in it that tell of a login, without looking at every line.

One search over a block finds the lines that begin, secure, try, settle, refuse or close
something (`_EVENT`), where the format says what stands in front of its protocol lines. Only
for sessions that tell of a login are the other lines gathered, from a window over the log.

Positions count octets from where the skimming began. A session whose lines leave the window
before it has ended keeps what it has said by then, at most `_MOST_WAITING` lines where it has
not told of a login. Memory is bounded by the window and `_MOST_HELD`.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping

from tutor.explain import formats
from tutor.explain.marks import Marks
from tutor.explain.routine import Outline, Routines
from tutor.explain.skim import Region
from tutor.explain.stretch import NO_ROWS, Block, One, Rows, Search, joined

_WINDOW = 1 << 20
"""Octets of the log that are at hand: lines of a session that are further apart are lost, but for its first ones."""
_PIECE = 1 << 18
"""Octets that are searched at once."""
_MOST_WAITING = 50
"""Lines that are kept of a session that has not told of a login, when it leaves the window."""
_MOST_LINES = 2000
"""Lines of one session: its first _MOST_WAITING and its last."""
_MOST_KEYS = 5000
"""Sessions that may be open at once; the oldest ends when one more begins."""
_MOST_HELD = 1 << 24
"""Octets of memory for lines that have left the window."""
_OF_A_LINE = 200
"""Octets of memory that a line takes over what it holds."""

_GREETINGS = (b"220 ", b"220-")
_AUTHS = (b"AUTH", b"auth", b"Auth")
_STARTTLS = (b"STAR", b"star", b"Star")
_NO = (b"4", b"5")
_refuses = re.compile(rb"[45][0-9][0-9][ -](?:[45]\.|[A-Za-z])").match


class ByEvent:
    """Interleaved sessions, told apart by what their format calls the key; for a format that has `before`."""

    def __init__(self, form: formats.Format, first: int, routine: bool, opened: Mapping[bytes, bytes]) -> None:
        """`first`: the number of the next line; `opened`: sessions that are being read, key and last line."""
        self.skipped = 0
        """Lines that were passed over."""
        self.routines = Routines(Marks((b"",), (b"",))) if routine else None
        self._search = Search(form)
        self._n = first
        self._at = 0  # how far everything was looked at
        self._window: deque[Block] = deque()
        self._held = {key: One(key, 0) for key in opened}  # in the order in which they began
        self._waiting = list(self._held.values())  # for the next block, to be listed there
        for one in self._waiting:
            one.opened = one.listed = True
            one.last = opened[one.key][:4]
            if one.last[:3] == b"221":
                one.closed, one.stop = True, 0
        self._told: list[Region] = []  # what is to be given out
        self._octets = 0
        self._gone = 0  # sessions that have ended, and that blocks may still know of
        self._shown = 0  # in front of it, lines may have been shown whose session is not known any more

    def some(self, block: bytes, last: bool = False) -> Iterator[Region]:
        """What a block brings; it ends at a line end. `last`: nothing follows."""
        for piece in _pieces(block):
            yield from self._piece(piece)
        for one in list(self._held.values()) if last else ():
            self._ended(one)
            yield from self._given_out()

    def _piece(self, text: bytes) -> Iterator[Region]:
        block = Block(text, self._at, self._n, self._search)
        self._n += block.lines
        self.skipped += block.lines
        self._window.append(block)
        block.listed, self._waiting = self._waiting, []
        search, event, told = self._search.line, self._event, self._told
        low = last = 0
        looked_at = -1
        for match in self._search.event(text):
            place = match.start()
            begin = text.rfind(b"\n", last, place) + 1
            last = place
            low = begin or low
            if low == looked_at:
                continue
            looked_at = low
            # Mostly, the event is the line's own beginning: then its end is of no interest.
            line = search(text, low, match.end() + 4) or search(text, low, _end_of_line(text, place))
            self._at = block.base + low
            if line is not None:
                key, said = line.group("key", "line")
                event(key or b"", said or b"", place)
                if told:
                    yield from self._given_out()
        self._at = block.end
        while self._window and self._at - self._window[0].base > _WINDOW:
            self._forget()
            yield from self._given_out()

    def _given_out(self) -> list[Region]:
        told, self._told[:] = self._told[:], []
        return told

    def _event(self, key: bytes, said: bytes, place: int) -> None:
        """The line that was come to may change how its session stands; at least the first octets of what it says."""
        start = said[:4]
        one = self._held.get(key)
        if start in _GREETINGS:
            if said[4:8] != b"2.0." and (one is None or not self._goes_on(one)):
                if one is not None:
                    self._ended(one)
                one = self._begun(key, self._at)
            if start == b"220-" and one is not None:
                one.behind = self._behind(place)
        elif start in _AUTHS or start in _STARTTLS or (start[:1] in _NO and _refuses(said) is not None):
            if one is None:
                one = self._begun(key, max(self._window[0].base, self._shown))
            self._tells(one, start, place)
        elif one is None:
            return
        elif start[:3] == b"221":
            one.closed = True
            if one.tells and one.stop < 0:
                self._settled(one, place)
            elif not one.listed:
                self._list(one)
        elif one.logins and (start == b"235 " or (start[:1] in _NO and start[3:] == b" ")):
            self._settled(one, place)
        if one is not None:
            one.last = start

    def _tells(self, one: One, start: bytes, place: int) -> None:
        """A login begins, TLS, or something is refused."""
        if start in _AUTHS:
            one.logins, one.closed, one.stop = True, False, -1
            if not one.listed:
                self._list(one)
        elif start not in _STARTTLS:
            one.logins = True
            if one.stop >= 0 or start[3:] == b" ":
                self._settled(one, place)

    def _settled(self, one: One, place: int) -> None:
        """Nothing behind this line is wanted of it for now."""
        if one.closed or not one.opened:
            one.stop = self._behind(place)
        if not one.listed:
            self._list(one)

    def _behind(self, place: int) -> int:
        """Where the next line begins."""
        block = self._window[-1]
        return block.base + min(_end_of_line(block.text, place) + 1, len(block.text))

    def _goes_on(self, one: One) -> bool:
        """Whether this 220 begins nothing: it answers STARTTLS (RFC 3207), or is one more line of the greeting."""
        if one.last in _STARTTLS:
            return True
        return one.last == b"220-" and not self._rows(one.key, one.behind, self._at)[1]

    def _begun(self, key: bytes, low: int) -> One:
        """A session, whose lines begin there."""
        if len(self._held) >= _MOST_KEYS:
            self._oldest_ended()
        if self._gone > _MOST_KEYS:
            self._gone = 0
            for block in self._window:
                block.listed = [one for one in block.listed if self._held.get(one.key) is one]
        one = self._held[key] = One(key, low)
        if low == self._at:
            one.listed = True
            self._window[-1].listed.append(one)
        else:
            self._list(one)
        return one

    def _list(self, one: One) -> None:
        """Have it looked at before the block that holds its next lines is forgotten."""
        one.listed = True
        block = next((block for block in self._window if one.low < block.end), None)
        (self._waiting if block is None else block.listed).append(one)

    def _forget(self) -> None:
        """The oldest block leaves the window; whoever has lines in it takes them."""
        end = self._window[0].end
        for one in self._window[0].listed:
            one.listed = False
            if self._held.get(one.key) is not one:
                continue  # it has ended
            if one.closed and not one.tells:
                del self._held[one.key]
            else:
                self._left(one, end)
        self._window.popleft()

    def _left(self, one: One, end: int) -> None:
        """What a session does when the block up to `end` leaves the window."""
        before = len(one.rows[0])
        self._take(one)
        if one.stop < 0:
            # One that is silent for so long, or goes on about its mail, is not asked again before its next event.
            wanted = len(one.rows[0]) > before and (one.tells or len(one.rows[0]) < _MOST_WAITING)
        else:
            wanted = one.stop > end  # so that it is not forgotten which of the lines in the window were shown
        if one.opened:
            self._handed_on(one)
        if wanted:
            self._list(one)
        elif one.stop >= 0 and one.closed:
            self._ended(one)
            return
        octets = _memory(one.rows)
        self._octets += octets - one.octets
        one.octets = octets
        while self._octets > _MOST_HELD:
            self._oldest_ended()

    def _oldest_ended(self) -> None:
        self._shown = self._at
        self._ended(next(iter(self._held.values())))

    def _ended(self, one: One) -> None:
        """Nothing more follows in it, as far as everything was looked at."""
        del self._held[one.key]
        self._gone += 1
        self._octets -= one.octets
        if not one.tells:
            return
        self._take(one)
        if one.opened:
            self._handed_on(one)
            self._told.append(Region(b"", 0, 0, (), (), key=one.key))
        else:
            numbers, raw, said = one.rows
            self.skipped -= len(raw)
            self._told.append(Region(b"", 0, 0, numbers, raw, self._outlined(said)))

    def _handed_on(self, one: One) -> None:
        """The lines that were gathered, of a session that is being read."""
        numbers, raw, _ = one.rows
        if raw:
            one.rows = NO_ROWS
            self.skipped -= len(raw)
            self._told.append(Region(b"", 0, 0, numbers, raw, key=one.key))

    def _outlined(self, said: list[bytes]) -> Outline | None:
        """The session as one of a kind, where the reply that ends its login is its last line."""
        if self.routines is None:
            return None
        text = b"\n" + b"\n".join(said)
        outline = self.routines.outline(text)
        return outline if outline is not None and outline.end == len(text) else None

    def _take(self, one: One) -> None:
        """Gather its lines, up to the end of its login, or as far as everything was looked at."""
        high = self._at if one.stop < 0 else one.stop
        if one.low < high:
            rows = self._rows(one.key, one.low, high)
            one.low = high
            one.rows = joined(one.rows, rows)
            if not one.opened:
                one.rows = _cut(one.rows, _MOST_LINES if one.logins else _MOST_WAITING)

    def _rows(self, key: bytes, low: int, high: int) -> Rows:
        """The lines of a key in a part of the window."""
        found = NO_ROWS
        for block in self._window:
            if block.base >= high:
                break
            if block.end > low:
                found = joined(found, block.rows(key, max(low - block.base, 0), min(high, block.end) - block.base))
        return found


def _end_of_line(text: bytes, place: int) -> int:
    end = text.find(b"\n", place)
    return len(text) if end < 0 else end


def _cut(rows: Rows, most: int) -> Rows:
    """Of too many lines, the first _MOST_WAITING and the last."""
    count = len(rows[1])
    if count <= most:
        return rows
    numbers, raw, said = rows
    head, tail = _MOST_WAITING, count - most + _MOST_WAITING
    return [*numbers[:head], *numbers[tail:]], raw[:head] + raw[tail:], said[:head] + said[tail:]


def _memory(rows: Rows) -> int:
    return sum(map(len, rows[1])) * 2 + _OF_A_LINE * len(rows[1])


def _pieces(block: bytes) -> Iterator[bytes]:
    """Whole lines of it, not much more than _PIECE octets at once."""
    start = 0
    while len(block) - start > _PIECE:
        end = block.find(b"\n", start + _PIECE) + 1 or len(block)
        yield block[start:end]
        start = end
    if start < len(block):
        yield block[start:]
