"""Floor 4: an interleaved log of any size -> the sessions in it that tell of a login.

Sessions of a server that write their lines between each other are told apart by what their
format calls the key. What is passed over is what `skim.py` passes over, and counted too.
"""

import re
from collections.abc import Iterable, Iterator

from tutor.explain import formats
from tutor.explain.marks import Marks
from tutor.explain.routine import Routines
from tutor.explain.skim import Region


class _Held:
    """A session whose end has not come."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, bytes]] = []
        self.logins = 0
        self.settled = False
        self.most = _MOST_WAITING


class ByKey:
    """Interleaved sessions, told apart by what their format calls the key."""

    def __init__(self, form: formats.Format, first: int, routine: bool, opened: Iterable[bytes]) -> None:
        """`first`: the number of the next line; `opened`: the keys of sessions that are being read already."""
        self._opened = set(opened)
        self.skipped = 0
        """Lines that were passed over."""
        self.routines = Routines(Marks((_SERVER[1:],), (_CLIENT[1:],))) if routine else None
        self._search = formats.compiled(form.pattern).search
        self._n = first
        self._held: dict[bytes, _Held] = {}
        self._octets = 0

    def some(self, block: bytes, last: bool = False) -> Iterator[Region]:
        """What a block brings; it ends at a line end. `last`: nothing follows."""
        held, search = self._held, self._search
        for n, line in enumerate(block.removesuffix(b"\n").split(b"\n") if block else (), self._n):
            match = search(line)
            if match is None:
                self.skipped += 1
                continue
            key, said = match.group("key", "line")
            start = said[:4] if said is not None else b""
            if start in _GREETINGS and said[4:8] != b"2.0.":
                yield from self._greeted(key)
            one = held.get(key)
            if one is None:
                if key in self._opened:
                    yield Region(b"", 0, 0, (n,), (line,), key=key)
                    continue
                one = held[key] = _Held()
            if start in _AUTHS:
                one.logins += 1
                one.settled = False
                one.most = _MOST_LINES
            elif start[:1] in _NO and _refuses(said) is not None:
                one.logins += 1
                one.most = _MOST_LINES
            elif one.settled or len(one.lines) >= one.most:
                self.skipped += 1
                continue
            if one.logins and (start == b"235 " or (start[:1] in _NO and _settles(said) is not None)):
                one.settled = True
            one.lines.append((n, line))
            self._octets += len(line)
            if self._octets > _MOST_HELD or len(held) > _MOST_KEYS:
                yield from self._end(next(iter(held)))
        self._n += block.count(b"\n") + (bool(block) and not block.endswith(b"\n"))
        for key in list(held) if last else ():
            yield from self._end(key)

    def _greeted(self, key: bytes) -> Iterator[Region]:
        """A greeting: what was said under this key before is another session, but behind STARTTLS (RFC 3207)."""
        if key in self._opened:
            self._opened.discard(key)
            yield Region(b"", 0, 0, (), (), key=key)
        one = self._held.get(key)
        if one is not None and one.lines[-1][1].find(b"STARTTLS") < 0:
            yield from self._end(key)

    def _end(self, key: bytes) -> Iterator[Region]:
        one = self._held.pop(key)
        numbers, lines = [n for n, _ in one.lines], [line for _, line in one.lines]
        self._octets -= sum(map(len, lines))
        if not one.logins:
            self.skipped += len(lines)
            return
        outline, text = None, b""
        if self.routines is not None:
            said = [match["line"] or b"" for match in map(self._search, lines) if match is not None]
            text = b"".join((_SERVER if line[:3].isdigit() else _CLIENT) + line for line in said)
            outline = self.routines.outline(text)
            if outline is not None and outline.end != len(text):
                outline = None
        yield Region(text, 0, len(text), numbers, lines, outline)


_SERVER, _CLIENT = b"\nS: ", b"\nC: "
"""Marks of our own, where the log has more in front of its lines than that."""
_AUTHS = (b"AUTH", b"auth", b"Auth")
_GREETINGS = (b"220 ", b"220-")
_NO = (b"4", b"5")
_MOST_WAITING = 50
"""Lines of a session that may come before its AUTH: a greeting, EHLO and its reply, STARTTLS, again."""
_MOST_LINES = 2000
_MOST_KEYS = 5000
_MOST_HELD = 1 << 24
_refuses = re.compile(rb"[45][0-9][0-9][ -](?:[45]\.|[A-Za-z])").match
_settles = re.compile(rb"(?:235|[45][0-9][0-9]) ").match
