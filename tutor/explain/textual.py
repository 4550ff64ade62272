"""Floor 4: text mistakes recognised by reading, where the value inside is wrong or unknown too."""

from collections.abc import Iterator

from tutor.diagnosis import Layer
from tutor.explain.candidates import Cause, Due
from tutor.explain.text_slips import TEXT_SLIPS
from tutor.explain.values import spoken
from tutor.spans import Span

_SLIPS = {slip.code: slip for slip in TEXT_SLIPS}
_FEWEST = 6


def undone(case: Due, message: bytes, what: str = "") -> Iterator[tuple[Cause, bytes | None]]:
    """Each text mistake that the message shows, and the message without it (None: it cannot be had)."""
    rights, what = case.rights, what or case.whole
    if message[-1:] in (b"\n", b"\r") and not any(right[-1:] in (b"\n", b"\r") for right in rights):
        inner = message.rstrip(b"\r\n")
        yield _made("text.trailing-newline", inner, message, what), inner
    if message.startswith(b"\xef\xbb\xbf") and not any(right.startswith(b"\xef\xbb\xbf") for right in rights):
        yield _made("text.bom", message[3:], message, what), message[3:]
    for codec, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b""), ("utf-16-be", b"")):
        wide = _utf_16(message, codec, mark)
        if wide is not None:
            yield _made("text.utf-16", wide, message, what), wide
    if b"\xef\xbf\xbd" in message and not any(b"\xef\xbf\xbd" in right for right in rights):
        at = message.index(b"\xef\xbf\xbd")
        words = "U+FFFD (bytes EF BF BD), the sign for a lost character, is inside: a text box or a log lost it."
        yield _cause("text.replacement-character", words, Span(at, at + 3)), None
    try:
        message.decode("utf-8")
    except UnicodeDecodeError as error:
        plain = sum(0x20 <= octet < 0x7F for octet in message)
        if plain * 2 >= len(message):
            inner = message.decode("latin-1").encode("utf-8")
            words = f"Byte {error.start + 1} (hex {message[error.start]:02X}) is no UTF-8; it looks like Latin-1."
            yield _cause("text.latin-1", words, Span(error.start, error.start + 1)), inner
    for mark in (b'"', b"'"):
        if len(message) > 2 and message[:1] == message[-1:] == mark:
            yield _made("text.quotes", message[1:-1], message, what), message[1:-1]
    if message != message.strip(b" \t") and message.strip() and not any(r != r.strip(b" \t") for r in rights):
        inner = message.strip(b" \t")
        yield _made("text.surrounding-space", inner, message, what), inner


def _utf_16(message: bytes, codec: str, mark: bytes) -> bytes | None:
    """The text of a message that looks like UTF-16: a mark in front, or NULs in every other place."""
    if not message.startswith(mark) or len(message) % 2 or len(message) < _FEWEST:
        return None
    body = message[len(mark) :]
    high = body[1::2] if codec.endswith("le") else body[::2]
    low = body[::2] if codec.endswith("le") else body[1::2]
    if not mark and (high.count(0) < len(high) * 0.8 or low.count(0) > len(low) * 0.4):
        return None
    try:
        return body.decode(codec).encode("utf-8")
    except UnicodeError:
        return None


def _made(code: str, inner: bytes, message: bytes, what: str) -> Cause:
    """In the words of the slip that makes this message, where one does."""
    for made in _SLIPS[code].make(inner):
        if made.octets == message:
            return _cause(code, spoken(made.words, what), made.guilty)
    tail = Span(len(inner), len(message)) if message.startswith(inner) else None
    fallback = "Blanks or line ends around the value were encoded too."
    return _cause(code, fallback, tail)


def _cause(code: str, words: str, guilty: Span | None) -> Cause:
    slip = _SLIPS[code]
    return Cause(code, Layer.TEXT, words, slip.advice, slip.source, guilty)
