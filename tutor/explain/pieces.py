"""Floor 4: the rest of a large log, cut into pieces where sessions begin, which can be read side by side.

What reads them, one after the other or at once, is the caller's choice: `Spread`.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from tutor.explain.skim import MOST_CARRIED, ByGreeting

PIECE = 1 << 19
"""Octets of a piece, about."""
MANY = 16
"""Pieces from which on it is worth to read them side by side."""
_LOOK = 1 << 14
"""Octets behind a place in which the next session mostly begins."""
_BACK = 1 << 10
"""Octets in front of it: a 220 behind STARTTLS is no greeting."""

Told = tuple[bytes, dict[tuple[str | None, str | None], int], int]
"""Of a piece: the JSON of its sessions; as `Batch.counts`; lines that were passed over."""


class Spread(Protocol):
    """What has pieces read: each step is given what the one before it brought for all pieces in front, in sum."""

    def __call__(
        self,
        count: int,
        measure: Callable[[int], int],
        prepare: Callable[[int, int], int],
        tell: Callable[[int, int], Told],
        /,
    ) -> Iterator[Told]:
        """What `tell` brings for each of the pieces, in their order."""


class Source(Protocol):
    """A log whose other places can be read, where `place` is known. All places are octets."""

    @property
    def place(self) -> int | None:
        """Where the last block ended that was given."""

    def size(self) -> int:
        """Of the whole log."""

    def part(self, begin: int, end: int) -> Iterator[bytes]:
        """What stands between two beginnings of lines, in blocks that end at line ends."""

    def look(self, begin: int, size: int) -> bytes:
        """At most so many octets."""


class Pieces:
    """Pieces of about PIECE octets; each begins with a session, as far as one can be found."""

    def __init__(self, source: Source, skimmer: ByGreeting, begin: int, end: int) -> None:
        """From `begin`, where a line begins, to the `end`."""
        self._source = source
        self._skimmer = skimmer
        self._begin = begin
        self._end = end

    def __len__(self) -> int:
        """How many."""
        return -(-(self._end - self._begin) // PIECE)

    def bounds(self, index: int) -> tuple[int, int]:
        """Where a piece begins and ends; the same for one without any session."""
        return self._cut(index), self._cut(index + 1)

    def blocks(self, index: int) -> Iterator[bytes]:
        """What the piece holds."""
        begin, end = self.bounds(index)
        return self._source.part(begin, end)

    def lines(self, index: int) -> int:
        """How many lines the piece has."""
        return sum(block.count(b"\n") for block in self.blocks(index))

    def _cut(self, index: int) -> int:
        """Where the first session begins that does so behind the beginning of a piece of equal size."""
        place = self._begin + index * PIECE
        if index == 0 or place >= self._end:
            return min(place, self._end)
        before = min(place, _BACK)
        for size in (_LOOK, MOST_CARRIED):
            text = self._source.look(place - before, before + size)
            at = self._skimmer.next_session(text, before - 1)
            if at >= 0:
                break
        else:
            if place + size >= self._end:
                return self._end
            at = text.find(b"\n", before - 1)  # a session that long is cut wherever it is read
        return self._cut(index + 1) if at < 0 else place - before + at + 1
