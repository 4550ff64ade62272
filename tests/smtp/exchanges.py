"""Reads the exchanges of tests/vectors/exchanges: who said what, and with which credentials."""

from typing import NamedTuple

from tests.tools import VECTORS
from tutor.wire.lines import Line, Side


class Exchange(NamedTuple):
    """One file."""

    name: str
    mechanism: str
    user: str
    password: str
    authzid: str
    lines: tuple[Line, ...]


def load() -> list[Exchange]:
    return [_read(path.stem, path.read_bytes()) for path in sorted((VECTORS / "exchanges").glob("*.txt"))]


def _read(name: str, data: bytes) -> Exchange:
    facts: dict[str, str] = {"authzid": ""}
    lines: list[Line] = []
    for row in data.split(b"\n"):
        if row.startswith(b"# mechanism "):
            words = row[2:].decode().split()
            facts |= dict(zip(words[::2], words[1::2], strict=True))
        elif row[:3] in (b"S: ", b"C: "):
            lines.append(Line(Side.SERVER if row[:1] == b"S" else Side.CLIENT, row[3:], len(lines) + 1))
    return Exchange(name, facts["mechanism"], facts["user"], facts["password"], facts["authzid"], tuple(lines))
