"""Lines on the wire: who said them, and how octets become lines (RFC 5321 section 2.3.8)."""

from enum import Enum
from typing import NamedTuple


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


class Line(NamedTuple):
    """One line without its CRLF."""

    side: Side | None
    """None: not known; the content decides."""
    line: bytes
    number: int = 0
    """Where it stands in its file or session, from 1; 0: not counted."""
