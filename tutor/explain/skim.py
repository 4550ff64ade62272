"""Floor 4: a log of any size -> its lines that tell of a login, with their numbers.

A mail log is mostly mail. What stands between two greetings and holds neither an AUTH
command nor a refusal (RFC 5321 section 4.2.1: 4yz, 5yz) is passed over in blocks, never
line by line, and only counted. Memory is bounded by a block and one session.
"""

import re
from collections.abc import Iterator
from re import Pattern

from tutor.explain import formats

GENTLE = 1 << 20
"""Octets at the beginning of a log that are read line by line, whatever they hold."""
MOST_CARRIED = 1 << 18
"""Octets of a session at the end of a block that wait for the next block."""
_REFUSAL = re.compile(rb"[45][0-9][0-9][ -](?:[45]\.|[A-Za-z])")
_OFFERS = (b"250 ", b"250-")


class Skimmer:
    """Takes blocks that end at a line end; gives (number, line), and (0, b"") where lines were passed over."""

    def __init__(self, form: formats.Format) -> None:
        self.form = form
        self.skipped = 0
        """Lines that were passed over."""
        self._n = 1  # number of the first line of what comes next
        self._rest = b""
        self._pattern = formats.compiled(form.pattern)
        self._keyed = "(?P<key>" in form.pattern
        self._waiting: dict[bytes, list[tuple[int, bytes]]] = {}
        self._awake: set[bytes] = set()

    def all(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        """Every line of a block."""
        yield from self._lines(block)

    def some(self, block: bytes, last: bool = False) -> Iterator[tuple[int, bytes]]:
        """The lines of a block that belong to a session with a login or a refusal; `last`: nothing follows."""
        if self.form.words:
            yield from self._lines(block)
        elif self._keyed:
            yield from self._by_key(block)
            if last:
                self.skipped += sum(len(lines) for lines in self._waiting.values())
        else:
            yield from self._by_greeting(block, last)

    def _lines(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        yield from enumerate(lines, self._n)
        self._n += len(lines)

    def _pass_over(self, block: bytes) -> None:
        count = block.count(b"\n")
        self._n += count
        self.skipped += count

    # One session behind the other

    def _by_greeting(self, block: bytes, last: bool) -> Iterator[tuple[int, bytes]]:
        block = self._rest + block
        start = 0
        for mark in _marks(block):
            if mark < start:
                continue
            begin = self._greeting_before(block, start, mark)
            end = self._greeting_behind(block, mark)
            if end < 0 and not last and len(block) - begin <= MOST_CARRIED:
                self._pass_over(block[start:begin])
                self._rest = block[begin:]
                return
            end = len(block) if end < 0 else end
            if begin > start:
                self._pass_over(block[start:begin])
                yield 0, b""
            yield from self._lines(block[begin:end])
            start = end
        begin = len(block) if last else self._greeting_before(block, max(start, len(block) - MOST_CARRIED), len(block))
        self._pass_over(block[start:begin])
        self._rest = block[begin:]

    def _greeting_before(self, block: bytes, low: int, high: int) -> int:
        """Where the last greeting before `high` begins, `low` where there is none."""
        at = high
        while (at := block.rfind(b"220", low, at)) >= 0:
            begin = block.rfind(b"\n", low, at) + 1 or low
            if self._greets(block, begin, at):
                return begin
        return low

    def _greeting_behind(self, block: bytes, low: int) -> int:
        """Where the next greeting begins, -1 where there is none."""
        at = low
        while (at := block.find(b"220", at + 1)) >= 0:
            begin = block.rfind(b"\n", low, at) + 1
            if begin and self._greets(block, begin, at):
                return begin
        return -1

    def _greets(self, block: bytes, begin: int, at: int) -> bool:
        if at - begin > 200 or block[at + 3 : at + 4] not in (b" ", b"-") or block[at + 4 : at + 8] == b"2.0.":
            return False
        end = block.find(b"\n", at)
        found = formats.read(self.form, block[begin : len(block) if end < 0 else end].rstrip(b"\r"))
        return bool(found) and found[0].line[:3] == b"220"

    # Sessions that are interleaved, told apart by a key

    def _by_key(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        search, waiting, awake = self._pattern.search, self._waiting, self._awake
        for n, line in self._lines(block):
            match = search(line)
            if match is None:
                self.skipped += 1
                continue
            key = match["key"] or b""
            if match["line"][:4] in (b"220 ", b"220-") and b" 2.0.0 " not in line:
                self.skipped += len(waiting.pop(key, ()))
                awake.discard(key)
            elif key in awake:
                yield n, line
                continue
            elif _tells(line):
                awake.add(key)
                yield from waiting.pop(key, ())
                yield n, line
                continue
            lines = waiting.setdefault(key, [])
            if len(lines) < _MOST_WAITING:
                lines.append((n, line))
            else:
                self.skipped += 1
            if len(waiting) > _MOST_KEYS:
                self.skipped += len(waiting.pop(next(iter(waiting))))
        if len(awake) > _MOST_KEYS:
            awake.clear()


_MOST_WAITING = 50
"""Lines of a session that may come before its AUTH: a greeting, EHLO and its reply, STARTTLS, again."""
_MOST_KEYS = 5000


def _tells(line: bytes) -> bool:
    at = line.find(b"AUTH ")
    return (at >= 0 and line[at - 4 : at] not in _OFFERS) or _REFUSAL.search(line) is not None


def _marks(block: bytes) -> Iterator[int]:
    """Where AUTH commands and refusals stand, in order."""
    auth, refusal = _auths(block), _places(_REFUSAL, block)
    a, b = next(auth, None), next(refusal, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a < b):
            assert a is not None
            yield a
            a = next(auth, None)
        else:
            yield b
            b = next(refusal, None)


def _auths(block: bytes) -> Iterator[int]:
    find = block.find
    at = find(b"AUTH ")
    while at >= 0:
        if block[at - 4 : at] not in _OFFERS:
            yield at
        at = find(b"AUTH ", at + 5)


def _places(pattern: "Pattern[bytes]", block: bytes) -> Iterator[int]:
    return (match.start() for match in pattern.finditer(block))
