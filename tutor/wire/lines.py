"""Lines on the wire: who said them, and how octets become lines (RFC 5321 section 2.3.8)."""

from enum import Enum

from tutor.records import Record


class Side(Enum):
    """The two parties of an SMTP session."""

    SERVER = "server"
    CLIENT = "client"

    def __str__(self) -> str:
        return self.value

    @property
    def letter(self) -> str:
        """`S` or `C`, as RFC examples mark lines."""
        return "S" if self is Side.SERVER else "C"

    @property
    def other(self) -> "Side":
        """The party that answers."""
        return Side.CLIENT if self is Side.SERVER else Side.SERVER


class Line(Record):
    """One line without its CRLF."""

    side: Side | None
    """None: not known; the content decides."""
    line: bytes
    number: int = 0
    """Where it stands in its file or session, from 1; 0: not counted."""


class Framed(Record):
    """One line that a LineBuffer cut out of the octets."""

    line: bytes
    """Without its line end; cut where `overlong` says so."""
    ending: bytes
    """`b"\\r\\n"` as it should be, or a bare `b"\\n"`."""
    overlong: bool = False
    """Longer than the limit: what came after the limit was thrown away."""


class LineBuffer:
    """Octets in any chunks become lines; memory stays bounded.

    A line ends with CRLF. A bare LF ends it too, and is reported, because people type into
    netcat; a bare CR is part of the line (RFC 5321 section 2.3.8 forbids both).
    """

    def __init__(self, limit: int = 12288) -> None:
        self.limit = limit
        """Octets of one line, its line end included (RFC 5321 section 4.5.3.1 counts so)."""
        self._held = bytearray()
        self._overlong = False

    @property
    def pending(self) -> bytes:
        """What came after the last line end."""
        return bytes(self._held)

    def clear(self) -> None:
        """Throw away what is held, as STARTTLS must (RFC 3207 section 4.2)."""
        self._held.clear()
        self._overlong = False

    def feed(self, data: bytes) -> list[Framed]:
        """Take the next octets; the lines that they complete."""
        lines: list[Framed] = []
        start = 0
        while True:
            end = data.find(b"\n", start)
            if end == -1:
                self._hold(data[start:])
                return lines
            self._hold(data[start : end + 1])
            start = end + 1
            lines.append(self._cut())

    def feed_one(self, data: bytes) -> tuple[Framed | None, bytes]:
        """Take octets up to the first line end: that line, and the octets behind it, untouched.

        For a server that must look at one line before it knows what the next ones are.
        """
        end = data.find(b"\n")
        if end == -1:
            self._hold(data)
            return None, b""
        self._hold(data[: end + 1])
        return self._cut(), data[end + 1 :]

    def _hold(self, data: bytes) -> None:
        room = self.limit - len(self._held)
        if len(data) > room:
            self._overlong = True
            # The line end must survive the cut.
            self._held += data[: max(room, 0)]
            if data.endswith(b"\n"):
                self._held += b"\n"
        else:
            self._held += data

    def _cut(self) -> Framed:
        held = bytes(self._held)
        overlong = self._overlong
        self.clear()
        if held.endswith(b"\r\n"):
            return Framed(held[:-2], b"\r\n", overlong)
        return Framed(held[:-1], b"\n", overlong)
