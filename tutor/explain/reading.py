"""Floor 4: which messages a line may carry, and what must be wrong with the line if it does.

A reading is a guess that undoes one or two mistakes in the writing (quotes, hexadecimal, a lost
`=`). The checker believes it only where the message that comes out explains itself.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tutor.diagnosis import Layer
from tutor.explain.slips import BASE64_SOURCE, ENCODE_SOURCE, LINE_SLIPS, Made
from tutor.spans import Span
from tutor.wire import b64

_QUOTES = ((b"b'", b"'"), (b'b"', b'"'), (b'"', b'",'), (b'"', b'"'), (b"'", b"'"), (b"`", b"`"),
           ("“".encode(), "”".encode()), (b"<", b">"), (b"[", b"]"))  # fmt: skip
_DEPTH = 3
_SLIPS = {slip.code: slip for slip in LINE_SLIPS}


class Writing(NamedTuple):
    """One mistake in how the line is written."""

    code: str
    layer: Layer
    words: str
    advice: str
    source: str
    span: Span | None
    """Octets of the line."""


class Reading(NamedTuple):
    """One message that the line may carry."""

    message: bytes
    writings: tuple[Writing, ...]
    """What is wrong with the writing, outermost first; empty: it is strict Base64."""
    data: tuple[int, ...] | None
    """Where in the line the Base64 letters of `message` stand; None: they do not stand there."""
    end: int
    """Where the Base64 ends in the line, padding included."""
    length: int
    """Of the whole line, in octets."""
    sure: bool = True
    """False where the decoded octets are only the best that can be had."""

    def span(self, inside: Span | None) -> Span | None:
        """The octets of the line that carry these bytes of the message, the padding behind the last one included."""
        if inside is None or self.data is None:
            return None
        if self.data == () or inside.start * 8 // 6 >= len(self.data):
            return Span(self.end, self.end)
        if any(writing.code in ("b64.plain-text", "b64.accidental") for writing in self.writings):
            return inside
        text = b64.text_span(inside)
        start = self.data[text.start]
        if text.end <= text.start:
            return Span(start, start)
        last = min(text.end, len(self.data))
        end = self.end if last == len(self.data) else self.data[last - 1] + 1
        return Span(start, end)


def readings(line: bytes) -> list[Reading]:
    """Every reading of a line, the strict one first where there is one."""
    found: list[Reading] = []
    for reading in _read(line, 0, (), _DEPTH):
        reading = reading._replace(length=len(line))
        if reading not in found:
            found.append(reading)
    return found


def _read(text: bytes, offset: int, outer: tuple[Writing, ...], depth: int) -> Iterator[Reading]:
    decoding = b64.decode(text)
    data = tuple(place + offset for place, octet in enumerate(text) if octet in b64.ALPHABET or octet in b"-_")
    end = offset + len(text)
    if decoding.message is not None:
        yield Reading(decoding.message, outer, data, end, 0)
        yield from _twice(decoding.message, outer, text)
    if depth:
        yield from _peeled(text, offset, outer, depth)
    if decoding.message is None:
        yield from _damaged(decoding, outer, offset, data, end)
    yield from _hexadecimal(text, outer)
    if text and not outer:
        yield _plain(text, decoding.message is not None)


def _peeled(text: bytes, offset: int, outer: tuple[Writing, ...], depth: int) -> Iterator[Reading]:
    """Take off what stands around the Base64, and read what is left."""
    if text.startswith(b"334"):
        rest = text[3:].lstrip(b" -")
        cut = len(text) - len(rest)
        writing = _writing("line.with-code", "The server's `334` was copied in front of the answer.",
                           Span(offset, offset + cut))  # fmt: skip
        yield from _read(rest, offset + cut, (*outer, writing), depth - 1)
    for left, right in _QUOTES:
        if len(text) >= len(left) + len(right) and text.startswith(left) and text.endswith(right):
            writing = _writing("b64.quoted", quoted_words(text), Span(offset, offset + len(left)))
            inner = text[len(left) : len(text) - len(right)]
            yield from _read(inner, offset + len(left), (*outer, writing), depth - 1)
            break
    plain = unescaped(text)
    if plain != text and b64.decode(plain).message is not None:
        place = next((at for at, octet in enumerate(text) if octet in b"%&\\"), max(text.find(b"=3"), 0))
        words = "The Base64 was escaped: percent-encoded, HTML-escaped or quoted-printable."
        writing = _writing("b64.escaped", words, Span(offset + place, offset + place + 3))
        message = b64.decode(plain).message
        if message is not None:
            yield Reading(message, (*outer, writing), None, 0, 0)


def _writing(code: str, words: str, span: Span | None) -> Writing:
    slip = _SLIPS[code]
    return Writing(code, slip.layer, words, slip.advice, slip.source, span)


def quoted_words(text: bytes) -> str:
    """Which marks stand around the Base64, in the words of the slip that makes them."""
    for made in _SLIPS["b64.quoted"].make(b""):
        length = made.guilty.end if made.guilty is not None else 1
        left, right = made.octets[:length], made.octets[length:]
        if text.startswith(left) and text.endswith(right):
            return made.words
    return "Marks stand around the Base64."


def unescaped(text: bytes) -> bytes:
    """The line without percent, quoted-printable, HTML or JSON escapes of `+`, `/` and `=`."""
    if not any(mark in text for mark in (b"%", b"&", b"\\", b"=3")):
        return text
    import re
    from html import unescape

    if b"&" in text:
        return unescape(text.decode("latin-1")).encode("latin-1", "replace")
    if b"%" in text:
        return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), text)
    if b"\\" in text:
        text = re.sub(rb"\\(?:u00|x)(2[BbFf]|3[Dd])", lambda match: bytes([int(match[1], 16)]), text)
        return text.replace(b"\\/", b"/").replace(b"\\=", b"=")
    return re.sub(rb"=3[Dd]", b"=", text)


def _twice(message: bytes, outer: tuple[Writing, ...], text: bytes) -> Iterator[Reading]:
    """The message is Base64 itself."""
    inner, depth = message, 0
    while depth < 2:
        stripped = inner.rstrip(b"\r\n")
        decoded = b64.decode(stripped)
        result = decoded.message
        if result is None and [problem.code for problem in decoded.problems] == ["b64.padding"]:
            result = decoded.lenient
        if not result:
            return
        depth += 1
        words = "It was encoded twice: decoded once, Base64 comes out again."
        yield Reading(result, (*outer, _writing("b64.double", words, None)), None, 0, 0)
        inner = result


def _hexadecimal(text: bytes, outer: tuple[Writing, ...]) -> Iterator[Reading]:
    plain = text.replace(b"\\x", b"").replace(b"0x", b"").translate(None, b" :-")
    if not plain or len(plain) % 2 or plain.translate(None, b"0123456789abcdefABCDEF"):
        return
    words = "The bytes were written in hexadecimal; Base64 is due."
    yield Reading(bytes.fromhex(plain.decode()), (*outer, _writing("b64.hex", words, None)), None, 0, 0)


def _plain(text: bytes, valid: bool) -> Reading:
    code = "b64.accidental" if valid else "b64.plain-text"
    words = next((made.words for made in _SLIPS[code].make(text)), "")
    return Reading(text, (_writing(code, words, None),), tuple(range(len(text) * 2)), len(text), 0)


ADVICE = {
    "b64.alphabet": "Only A-Z, a-z, 0-9, + and / belong into Base64, and = at the end.",
    "b64.padding": "The length of Base64 is a multiple of four; = fills it up at the end, and nowhere else.",
    "b64.length": "A letter is missing or too much: copy the encoder's output whole.",
    "b64.whitespace": "Base64 on a line has no blanks in it.",
}
"""What to do about the open families, which nobody makes: they are read."""


def _damaged(
    decoding: b64.Decoding, outer: tuple[Writing, ...], offset: int, data: tuple[int, ...], end: int
) -> Iterator[Reading]:
    """What the decoder could make of it; one writing for each kind of damage."""
    writings: list[Writing] = []
    for problem in decoding.problems:
        if problem.code in (writing.code for writing in writings):
            continue
        slip = _SLIPS.get(problem.code)
        advice = slip.advice if slip is not None else ADVICE[problem.code]
        source = slip.source if slip is not None else BASE64_SOURCE
        if problem.code in ("b64.whitespace", "b64.wrapped"):
            source = ENCODE_SOURCE
        span = Span(problem.span.start + offset, problem.span.end + offset)
        writings.append(Writing(problem.code, Layer.BASE64, problem.message, advice, source, span))
    codes = {writing.code for writing in writings}
    if "b64.url-safe" in codes:
        # The URL-safe alphabet is commonly written without padding: one mistake, not two.
        writings = [writing for writing in writings if writing.code != "b64.padding"]
    yield Reading(decoding.lenient, (*outer, *writings), data, end, 0, not codes & {"b64.alphabet", "b64.length"})


def words_of(line: bytes, reading: Reading) -> Reading:
    """The same reading in the exact words of the slip that makes this line from its message, where one does."""
    if len(reading.writings) != 1:
        return reading
    slip = _SLIPS.get(reading.writings[0].code)
    if slip is None or slip.code == "b64.wrapped":
        return reading
    made: Made
    for made in slip.make(reading.message):
        if made.octets == line:
            span = made.guilty or reading.writings[0].span
            return reading._replace(writings=(reading.writings[0]._replace(words=made.words, span=span),))
    return reading
