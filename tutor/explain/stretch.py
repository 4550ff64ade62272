"""Floor 4: a stretch of an interleaved log, in which the lines of one session are found among the others.

A format says what stands in front of its protocol lines; one search for that and for what may
follow (`_EVENT`) finds the lines that matter, and the format's own pattern the lines of a key.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from tutor.explain import formats

NARROW = 1 << 14
"""Octets in which lines are looked for without asking first whether the key is in them at all."""
_EVENT = rb"(?:2[23][015][ -]|[45][0-9][0-9][ -]|A(?:UTH|uth)|auth|STARTTLS|starttls|StartTLS)"
"""How the lines begin that may change how a session stands, and a few others (`225 `): so it is quicker."""

_Groups = tuple[bytes, ...]
Rows = tuple[Sequence[int], list[bytes], list[bytes]]
"""Lines of a session: their numbers, themselves, what was said in them."""
NO_ROWS: Rows = ((), [], [])


class Search:
    """The pattern of a format, for many lines at once."""

    def __init__(self, form: formats.Format) -> None:
        pattern = re.compile(within_lines(form.pattern))
        self.line = pattern.search
        self.event = re.compile(form.before.encode() + _EVENT).finditer
        self._all = pattern.findall
        self._each = pattern.finditer
        self._key, self._said = pattern.groupindex["key"] - 1, pattern.groupindex["line"] - 1

    def rows(self, text: bytes, key: bytes, first: int) -> Rows:
        """The lines of a key; the text begins with line `first`."""
        lines, found = self._found(text)
        at, said = self._key, self._said
        if isinstance(found, list):
            words = [groups[said] for groups in found if groups[at] == key]
            if len(words) == len(lines):
                return range(first, first + len(lines)), lines, words
            found = enumerate(found)
        mine = [(row, groups[said]) for row, groups in found if groups[at] == key]
        return [first + row for row, _ in mine], [lines[row] for row, _ in mine], [word for _, word in mine]

    def keys(self, text: bytes) -> Iterator[tuple[int, bytes]]:
        """Of each line that carries something: its place among the lines, its key."""
        found = self._found(text)[1]
        for row, groups in enumerate(found) if isinstance(found, list) else found:
            yield row, groups[self._key]

    def _found(self, text: bytes) -> tuple[list[bytes], list[_Groups] | Iterable[tuple[int, _Groups]]]:
        """The lines, and the groups of each; or of those only that carry something, with their places."""
        lines = text.removesuffix(b"\n").split(b"\n")
        found: list[_Groups] = self._all(text)
        # A match never goes over the end of a line, and there are no two in one.
        return lines, found if len(found) == len(lines) else self._counted(text)

    def _counted(self, text: bytes) -> Iterator[tuple[int, _Groups]]:
        row = place = 0
        for match in self._each(text):
            row += text.count(b"\n", place, match.start())
            place = match.start()
            yield row, match.groups(b"")


def within_lines(pattern: str) -> bytes:
    """A format's pattern, to be searched in many lines at once: it finds in each what it finds in the line alone."""
    bounded = re.sub(r"(?<!\[\^)\\s", r"[^\\S\\n]", pattern)
    return b"(?m)" + re.sub(r"(?<!\\)\[\^(?!\\S\\n)", r"[^\\n", bounded).encode()


class One:
    """A session that has not ended."""

    stop = -1
    """Behind the reply that settled the last login; -1 while one is under way, or where there was none."""
    logins = False
    """Whether it tells of a login or a refusal."""
    closed = False
    """Whether the server has said goodbye."""
    last = b""
    """How its last event begins."""
    behind = 0
    """Where the line behind that begins."""
    listed = False
    """Whether a block in the window knows of it."""
    opened = False
    """Whether it began in front of what is skimmed: then its lines are handed on as they are."""
    rows = NO_ROWS
    """The lines that were gathered."""
    octets = 0
    """Of memory, for them."""

    def __init__(self, key: bytes, low: int) -> None:
        self.key = key
        self.low = low
        """Where the lines begin that were not gathered yet."""

    @property
    def tells(self) -> bool:
        """Whether its lines are wanted."""
        return self.logins or self.opened


class Block:
    """A piece of the log, whole lines."""

    def __init__(self, text: bytes, base: int, number: int, search: Search) -> None:
        self.text = text
        self.base = base
        """Its position in the log."""
        self.end = base + len(text)
        self.lines = text.count(b"\n") + (not text.endswith(b"\n"))
        self.listed: list[One] = []
        """Sessions that want something of it before it is forgotten."""
        self._search = search
        self._first = number  # of its first line
        self._searched = 0  # octets in which lines of one key were looked for, again and again
        self._index: dict[bytes, list[int]] | None = None  # places of lines; made where looking for them costs more
        self._starts = array("I")  # of every line, with the index
        self._place, self._number = 0, number

    def rows(self, key: bytes, low: int, high: int) -> Rows:
        """The lines of a key between two places where lines begin."""
        if self._index is None:
            if high - low > NARROW and self.text.find(key, low, high) < 0:
                return NO_ROWS
            self._searched += high - low
            if self._searched <= len(self.text) + NARROW:
                return self._search.rows(self.text[low:high], key, self._number_at(low))
            self._index = self._make_index()
        places = self._index.get(key, [])
        rows = [bisect_left(self._starts, at) for at in places[bisect_left(places, low) : bisect_left(places, high)]]
        lines = [self.text[self._starts[row] : self._starts[row + 1] - 1] for row in rows]
        said = [match["line"] or b"" for match in map(self._search.line, lines) if match is not None]
        return [self._first + row for row in rows], lines, said

    def _number_at(self, place: int) -> int:
        """The number of the line that begins there; quick where the last one that was asked for is near."""
        low, high = sorted((self._place, place))
        count = self.text.count(b"\n", low, high)
        self._number += count if place > self._place else -count
        self._place = place
        return self._number

    def _make_index(self) -> dict[bytes, list[int]]:
        """Where the lines of each key begin."""
        index: dict[bytes, list[int]] = {}
        self._starts = array("I", accumulate((len(line) + 1 for line in self.text.split(b"\n")), initial=0))
        for row, key in self._search.keys(self.text):
            index.setdefault(key, []).append(self._starts[row])
        return index


def joined(rows: Rows, more: Rows) -> Rows:
    if not rows[1]:
        return more
    return ([*rows[0], *more[0]], rows[1] + more[1], rows[2] + more[2]) if more[1] else rows
