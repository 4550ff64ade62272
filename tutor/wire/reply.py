"""Replies: three digits, a hyphen or a space, perhaps an enhanced code, a text (RFC 5321 section 4.2, RFC 2034)."""

import re

from tutor.records import Record
from tutor.spans import Span

_LINE = re.compile(rb"([1-5][0-9]{2})([ -]?)", re.DOTALL)
_ENHANCED = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")


class ReplyLine(Record):
    """One line of a reply. Spans count characters of the line."""

    code: int
    separator: bytes
    """`b"-"`: more lines follow; `b" "`: the last one; `b""`: the code alone."""
    enhanced: str | None
    """Such as `5.7.8`; its class is always the code's first digit (RFC 2034 section 4), or it is text."""
    enhanced_span: Span | None
    text: bytes
    """All behind the code and its separator, the enhanced code included."""
    text_span: Span

    @property
    def last(self) -> bool:
        """Whether the reply ends here."""
        return self.separator != b"-"


class Reply(Record):
    """A whole reply, one or more lines."""

    code: int
    enhanced: str | None
    lines: tuple[bytes, ...]
    """The texts, without codes and separators."""


def parse_line(line: bytes) -> ReplyLine | None:
    """Read one line (without CRLF) as a reply; None where it is none.

    Lenient, because real servers are: the code may stand alone, and 1xx codes are read
    although SMTP has none (RFC 5321 section 4.2.1). A fourth digit, or a letter right
    behind the code, makes it no reply.
    """
    match = _LINE.match(line)
    if match is None:
        return None
    separator = match[2]
    end = match.end()
    if not separator and end < len(line):
        return None
    text = line[end:]
    enhanced, span = _enhanced(match[1][:1], text, end)
    return ReplyLine(int(match[1]), separator, enhanced, span, text, Span(end, len(line)))


def _enhanced(first: bytes, text: bytes, offset: int) -> tuple[str | None, Span | None]:
    match = _ENHANCED.match(text)
    if match is None or match[1][:1] != first:
        return None, None
    return match[1].decode("ascii"), Span(offset, offset + match.end())


_ALONE = frozenset(
    b"211 214 220 221 235 250 251 252 334 354 421 432 450 451 452 454 455 500 501 502 503 504 521 523 525 530 534 535 "
    b"538 550 551 552 553 554 555 556".split()
)
"""The codes that SMTP has (RFC 5321 section 4.2.3, RFC 4954 section 6, RFC 7504, RFC 5248)."""


def is_number(line: bytes) -> bool:
    """Whether three digits stand alone that are no code of SMTP: somebody may have typed them as an answer."""
    return len(line) == 3 and line.isdigit() and line not in _ALONE


def write(code: int, enhanced: str | None, *texts: str | bytes) -> bytes:
    """A reply as octets, every line ended with CRLF; without a text, the code and a space.

    The space stays where the text is empty: `334 ` is the empty challenge (RFC 4954
    section 4), and some clients stop at a `334` without it.
    """
    lines = [text.encode("utf-8") if isinstance(text, str) else text for text in texts] or [b""]
    prefix = b"" if enhanced is None else enhanced.encode("ascii") + b" "
    out = bytearray()
    for number, text in enumerate(lines, 1):
        separator = b" " if number == len(lines) else b"-"
        out += b"%d%s%s%s\r\n" % (code, separator, prefix, text)
    return bytes(out)


class ReplyAssembler:
    """Puts the lines of multi-line replies together."""

    MOST_LINES = 512
    """A reply that goes on longer is cut here, so that no server fills our memory."""

    def __init__(self) -> None:
        self._code: int | None = None
        self._enhanced: str | None = None
        self._texts: list[bytes] = []

    @property
    def open(self) -> bool:
        """Whether a last line is still due."""
        return self._code is not None

    def feed(self, line: bytes) -> Reply | None:
        """Take the next line; the whole reply where it ends here, else None.

        A line with another code begins a new reply: the unfinished one is forgotten. A line
        that is no reply is ignored.
        """
        parsed = parse_line(line)
        if parsed is None:
            return None
        if self._code != parsed.code:
            self._code, self._enhanced, self._texts = parsed.code, parsed.enhanced, []
        self._enhanced = self._enhanced or parsed.enhanced
        text = parsed.text
        if parsed.enhanced is not None:
            text = text[len(parsed.enhanced) :].removeprefix(b" ")
        if len(self._texts) < self.MOST_LINES:
            self._texts.append(text)
        if not parsed.last:
            return None
        reply = Reply(parsed.code, self._enhanced, tuple(self._texts))
        self._code, self._enhanced, self._texts = None, None, []
        return reply
