"""The EHLO reply: a host, and the keywords of what the server can do (RFC 5321 section 4.1.1.1)."""

from collections.abc import Iterable

from tutor.records import Record
from tutor.wire import reply


class Capabilities(Record):
    """What one EHLO reply offered."""

    hostname: bytes
    """The first word of the first line."""
    greeting: bytes
    """The rest of that line."""
    keywords: tuple[tuple[str, tuple[str, ...]], ...]
    """(keyword in upper case, its parameters as written), in the order of the lines."""

    def has(self, keyword: str) -> bool:
        """Whether the keyword was offered, in any case."""
        return any(name == keyword.upper() for name, _ in self.keywords)

    def parameters(self, keyword: str) -> tuple[str, ...] | None:
        """The keyword's parameters, of all its lines together; None where it was not offered."""
        found = [parameters for name, parameters in self.keywords if name == keyword.upper()]
        return tuple(word for parameters in found for word in parameters) if found else None

    @property
    def auth(self) -> tuple[str, ...] | None:
        """The mechanisms in upper case, each once; None: no AUTH line; empty: an AUTH line without any.

        Many servers repeat the list as `AUTH=LOGIN PLAIN` for old clients; both lines count.
        """
        if not self.has("AUTH"):
            return None
        names = [name.upper() for name in self.parameters("AUTH") or ()]
        return tuple(dict.fromkeys(names))

    @property
    def starttls(self) -> bool:
        """Whether TLS is offered (RFC 3207)."""
        return self.has("STARTTLS")

    @property
    def size(self) -> int | None:
        """The greatest message in octets (RFC 1870); None: not said."""
        words = self.parameters("SIZE")
        return int(words[0]) if words and words[0].isdigit() and len(words[0]) < 20 else None


def parse(lines: Iterable[bytes]) -> Capabilities:
    """Read the lines of one EHLO reply, with or without their `250-`. Any bytes; never raises."""
    texts = [_text(line) for line in lines]
    first = texts[0] if texts else b""
    hostname, _, greeting = first.partition(b" ")
    return Capabilities(hostname, greeting, tuple(keyword for keyword in map(parse_keyword, texts[1:]) if keyword))


def parse_keyword(text: bytes) -> tuple[str, tuple[str, ...]] | None:
    """One capability line without its `250-`; None where it is blank. `AUTH=X` reads as AUTH with X."""
    words = text.decode("ascii", "backslashreplace").split()
    if not words:
        return None
    keyword, equals, rest = words[0].partition("=")
    if equals and keyword.upper() == "AUTH":
        return "AUTH", tuple(word for word in (rest, *words[1:]) if word)
    return words[0].upper(), tuple(words[1:])


def _text(line: bytes) -> bytes:
    parsed = reply.parse_line(line)
    return line if parsed is None else parsed.text
