"""Floor 4: a log of any size -> its sessions explained, one after the other.

The first GENTLE octets are read line by line, whatever they hold. Behind them, what tells of
no login is passed over (`skim.py`), and what is like an earlier session is filled into its
template (`routine.py`), where JSON is wanted.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count

from tutor.explain import formats
from tutor.explain.by_event import ByEvent
from tutor.explain.by_key import ByKey
from tutor.explain.finding import Finding
from tutor.explain.findings import find
from tutor.explain.marks import marks_of
from tutor.explain.pieces import MANY, PIECE, Pieces, Source, Spread, Told
from tutor.explain.routine import Batch, Filled
from tutor.explain.session import MOST_MARKS, Reader, Session
from tutor.explain.shown import as_object
from tutor.explain.skim import MOST_CARRIED, ByGreeting, Region
from tutor.records import Record
from tutor.wire.printable import dumps

GENTLE = 1 << 16
"""Octets at the beginning of a log that are read line by line, whatever they hold."""
_LARGE = 4 * GENTLE
"""Octets of a first block behind which much more comes: of such a log, a fourth of GENTLE is enough."""


_MOST_KINDS = 2000
_NUMBER = re.compile(r"[0-9]+")
_LONG_NUMBER = re.compile(r"[0-9]{2,}")
"""What a finding must not quote to be the same elsewhere; `UGFzc3dvcmQ6` has digits too."""


class Explained(Record):
    """A session that was read in full, and why it failed."""

    session: Session
    findings: list[Finding]


class Log:
    """A log of any size; behind its first GENTLE octets, sessions that tell of no login are only counted."""

    def __init__(
        self, blocks: Iterable[bytes], routine: bool = False, source: Source | None = None, spread: Spread | None = None
    ) -> None:
        """`blocks` end at line ends, but for the last. `routine`: give sessions of a known kind as JSON, masked.

        `source`, `spread`: where other parts of the blocks can be had, and what may read the rest in pieces then.
        """
        self._blocks = iter(blocks)
        self._source = source
        self._spread = spread
        self.octets = 0
        """How much was read so far."""
        self._routine = routine
        self._next_number = count(1).__next__
        self._short = False  # whether a session is a few words of a server's log
        self._known: dict[str, list[tuple[Finding, int | None]]] = {}
        self._skimmer: ByGreeting | ByKey | ByEvent | None = None
        self._skipped = 0  # in pieces

    @property
    def skipped(self) -> int:
        """Lines that were passed over."""
        return self._skipped + (0 if self._skimmer is None else self._skimmer.skipped)

    def sessions(self) -> Iterator[Explained | Batch]:
        """Every session that tells something, as it ends."""
        for item in self._items():
            yield item.batch() if isinstance(item, Filled) else item

    def _items(self) -> Iterator[Explained | Filled | Batch]:
        head, form = self._head()
        reader, number = Reader(form), 1
        self._short = form.alone
        ahead = len(head)  # blocks that the source has given already
        for block in chain(head, self._blocks):
            ahead -= 1
            skimmed: bytes | None = block
            if self._skimmer is None:
                gentle, skimmed = self._parted(block, form)
                lines = gentle.removesuffix(b"\n").split(b"\n") if gentle else []
                for n, line in enumerate(lines, number):
                    yield from map(self._explained, reader.feed(n, line.rstrip(b"\r")))
                number += len(lines)
                if skimmed is not None:
                    if not _is_keyed(form):
                        yield from map(self._explained, reader.end())
                    self._skimmer = self._begin(form, reader, number)
            self.octets += len(block)
            if self._skimmer is not None and skimmed:
                for region in self._skimmer.some(skimmed):
                    yield from self._read(form, reader, region)
                yield from self._filled()
                if ahead <= 0 and (pieces := self._pieces()) is not None:
                    yield from self._side_by_side(form, *pieces)
                    return
        if self._skimmer is not None:
            for region in self._skimmer.some(b"", last=True):
                yield from self._read(form, reader, region)
            yield from self._filled()
        yield from map(self._explained, reader.end())

    def _parted(self, block: bytes, form: formats.Format) -> tuple[bytes, bytes | None]:
        """What of the block is read line by line, and what is skimmed, which begins with a session if it can.

        The second is None as long as nothing is skimmed.
        """
        left = (GENTLE if self.octets or len(block) < _LARGE else GENTLE // 4) - self.octets
        if form.words or left > len(block):
            return block, None
        cut = -1
        if not _is_keyed(form):
            cut = ByGreeting(form, None, 0, False, int).greeting_behind(b"\n" + block, max(left, 0))
            if cut < 0 and len(block) - left < MOST_CARRIED:
                return block, None
        if cut < 0:
            cut = block.find(b"\n", max(left - 1, 0)) + 1 or len(block)
        return block[:cut], block[cut:]

    def _head(self) -> tuple[list[bytes], formats.Format]:
        """The first blocks, and the format that their lines show."""
        head: list[bytes] = []
        count = 0
        for block in self._blocks:
            head.append(block)
            count += block.count(b"\n")
            if count >= formats.SAMPLE_LINES:
                break
        sample = b"".join(head).split(b"\n")[: formats.SAMPLE_LINES]
        return head, formats.recognise(line.rstrip(b"\r") for line in sample)

    def _begin(self, form: formats.Format, reader: Reader, number: int) -> ByGreeting | ByKey | ByEvent:
        if _is_keyed(form):
            by = ByEvent if form.before and form.frame is None else ByKey
            return by(form, number, self._routine, reader.opened)
        marks = marks_of(form, reader.marks, MOST_MARKS)
        return ByGreeting(form, marks, number, self._routine, self._next_number)

    def _pieces(self) -> tuple[Spread, ByGreeting, Pieces] | None:
        """The rest, where it is worth to read it side by side: most kinds of session are known, and much comes."""
        source, spread, skimmer = self._source, self._spread, self._skimmer
        if source is None or spread is None or not self._routine or not isinstance(skimmer, ByGreeting):
            return None
        if self.octets < PIECE or (place := source.place) is None:
            return None
        begin, end = place - skimmer.waiting, source.size()
        return (spread, skimmer, Pieces(source, skimmer, begin, end)) if end - begin > MANY * PIECE else None

    def _side_by_side(
        self, form: formats.Format, spread: Spread, skimmer: ByGreeting, pieces: Pieces
    ) -> Iterator[Batch]:
        """All that comes, in its order. How many sessions a piece has is known when they are read, not before."""
        first, number = skimmer.next_line, self._next_number()
        read: dict[int, tuple[list[Explained | Filled], int]] = {}

        def sessions(index: int, lines: int) -> int:
            read[index] = self._piece(form, skimmer, pieces.blocks(index), first + lines)
            return self._next_number() - 1

        def tell(index: int, sessions: int) -> Told:
            items, skipped = read.pop(index)
            batches = [_as_batch(item, number - 1 + sessions) for item in items]
            counts: dict[tuple[str | None, str | None], int] = {}
            for batch in batches:
                for key, times in batch.counts.items():
                    counts[key] = counts.get(key, 0) + times
            return b"\n".join([batch.json for batch in batches]), counts, skipped

        for index, (json, counts, skipped) in enumerate(spread(len(pieces), pieces.lines, sessions, tell)):
            self.octets = pieces.bounds(index)[1]
            self._skipped += skipped
            if json:
                yield Batch(json, counts)

    def _piece(
        self, form: formats.Format, skimmer: ByGreeting, blocks: Iterator[bytes], first: int
    ) -> tuple[list[Explained | Filled], int]:
        """The sessions of a piece, numbered from 1, and how many lines were passed over; `first`: its first line."""
        self._next_number = count(1).__next__
        skipped, skimmer.skipped = skimmer.skipped, 0
        skimmer.restart(first, self._next_number)
        items: list[Explained | Filled] = []
        for block in chain(blocks, (b"",)):
            for region in skimmer.some(block, last=not block):
                items += self._read(form, Reader(form), region)
            items += self._filled()
        skipped, skimmer.skipped = skimmer.skipped, skipped
        return items, skipped

    def _read(self, form: formats.Format, first: Reader, region: Region) -> Iterator[Explained | Filled]:
        """One session of the skimmed part, routine or read in full; or a piece of one that began in the first part."""
        outline, routines = region.outline, self._skimmer.routines if self._skimmer is not None else None
        if outline is not None and routines and routines.fill(outline, self._next_number, region.numbers):
            return
        yield from self._filled()
        reader = first if region.key is not None else Reader(form)
        found: list[Session] = []
        for n, line in zip(region.numbers, region.lines(), strict=True):
            found += reader.feed(n, line.rstrip(b"\r"))
        if region.key is None:
            found += reader.end()
        elif not region.numbers:
            found += reader.close(region.key)
        explained = list(map(self._explained, found))
        if outline is not None and routines is not None and len(explained) == 1 and routines.is_new(outline):
            routines.learn(outline, region.numbers, *explained[0])
        yield from explained

    def _filled(self) -> Iterator[Filled]:
        """What was filled since the last time."""
        filled = self._skimmer.routines.taken() if self._skimmer is not None and self._skimmer.routines else None
        if filled is not None:
            yield filled

    def _explained(self, session: Session) -> Explained:
        session = session._replace(number=self._next_number())
        return Explained(session, self._findings(session) if self._short else find(session))

    def _findings(self, session: Session) -> list[Finding]:
        """As `find`; sessions that differ in numbers alone (pids, addresses, times) have the same in other lines."""
        rows = [*session.notes, *((entry.n, entry.line.line.decode("utf-8", "replace")) for entry in session.entries)]
        text = "\n".join(row for _, row in rows)
        kind = _NUMBER.sub("0", text)
        places = [n for n, _ in rows]
        known = self._known.get(kind)
        if known is None:
            found = find(session)
            numbers = set(_LONG_NUMBER.findall(text))
            told = _LONG_NUMBER.findall(" ".join(one.summary + one.fix for one in found))
            if len(self._known) < _MOST_KINDS and len(kind) < 4000 and numbers.isdisjoint(told):
                self._known[kind] = [(one, None if one.line is None else places.index(one.line)) for one in found]
            return found
        return [one if place is None else one._replace(line=places[place]) for one, place in known]


def _as_batch(item: Explained | Filled, before: int) -> Batch:
    """As it is written, where so many sessions more come before it than its numbers say."""
    if isinstance(item, Filled):
        return item.batch(before)
    session, found = item.session._replace(number=item.session.number + before), item.findings
    code = found[0].code if found else None
    return Batch(dumps(as_object(session, found)).encode(), {(session.mechanism, code): 1})


def _is_keyed(form: formats.Format) -> bool:
    return "(?P<key>" in form.pattern
