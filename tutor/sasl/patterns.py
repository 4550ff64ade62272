"""Regular expressions over bytes that are compiled when they are first used.

Compiling a dozen takes longer than to decode a line, and most lines need none of them.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re


class Pattern:
    """A regular expression; flags stand inside it, as in `(?i)`."""

    __slots__ = ("_compiled", "_source")

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._compiled: re.Pattern[bytes] | None = None

    def _ready(self) -> "re.Pattern[bytes]":
        if self._compiled is None:
            import re

            self._compiled = re.compile(self._source)
        return self._compiled

    def match(self, octets: bytes, position: int = 0) -> "re.Match[bytes] | None":
        """A match that begins at `position`."""
        return self._ready().match(octets, position)

    def fullmatch(self, octets: bytes) -> "re.Match[bytes] | None":
        """A match of all the bytes."""
        return self._ready().fullmatch(octets)

    def search(self, octets: bytes) -> "re.Match[bytes] | None":
        """The first match anywhere."""
        return self._ready().search(octets)
