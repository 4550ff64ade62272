"""Base64 characters over their bits over the message bytes, as cells: the command line and the app only paint."""

from collections.abc import Iterator

from tutor.explain.annotate import AnnotatedLine
from tutor.records import Record
from tutor.spans import Field, Span
from tutor.wire import b64
from tutor.wire.printable import ruler_char

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The marks of fields, for those who see no colour."""


class CharCell(Record):
    """One Base64 character."""

    place: int
    """In the text, from 0."""
    char: str
    bits: str
    """Its six bits; those that carry no byte (padding) as `.`."""
    bytes: Span
    """The message bytes that it carries bits of; empty for `=`."""
    field: int | None
    """Index into `AnnotatedLine.fields` of the byte that its first bit belongs to."""
    secret: bool


class ByteCell(Record):
    """One byte of the message."""

    place: int
    """In the message, from 0."""
    octet: int
    picture: str
    """One cell wide: the character, a control picture, or `·`."""
    chars: Span
    """The characters of the text that carry it."""
    field: int | None
    secret: bool


class Group(Record):
    """Four characters over three bytes: where both rulers meet."""

    chars: tuple[CharCell, ...]
    bytes: tuple[ByteCell, ...]


def groups(line: AnnotatedLine, most: int | None = None, first: int = 0) -> Iterator[Group]:
    """The groups of the line's text up to number `most`, from number `first`; none where it is not strict Base64."""
    if line.text is None or line.message is None:
        return
    text = b"" if not line.message else line.text
    owner = owners(line.fields, len(line.message) if most is None else min(len(line.message), 3 * most))
    hidden = [span for span in (field.span for field in line.fields if field.secret) if span.end > span.start]
    for number, start in enumerate(range(4 * first, len(text), 4), first):
        if most is not None and number >= most:
            return
        yield _group(line, text, start, owner, hidden)


def _group(line: AnnotatedLine, text: bytes, start: int, owner: list[int | None], hidden: list[Span]) -> Group:
    message = line.message or b""
    first = start // 4 * 3
    bytes_ = tuple(
        ByteCell(
            index,
            message[index],
            ruler_char(message[index]),
            b64.text_span(Span(index, index + 1)),
            owner[index],
            any(span.start <= index < span.end for span in hidden),
        )
        for index in range(first, min(first + 3, len(message)))
    )
    chars = []
    for index in range(start, min(start + 4, len(text))):
        octet = text[index]
        span = b64.byte_span(Span(index, index + 1))
        span = Span(min(span.start, len(message)), min(span.end, len(message)))
        secret = any(cell.secret for cell in bytes_ if span.start <= cell.place < span.end)
        if octet == 0x3D:
            bits, span = "      ", Span(len(message), len(message))
        else:
            value = b64.ALPHABET.index(octet)
            carried = min(6, len(message) * 8 - index * 6)
            bits = f"{value:06b}"[:carried] + "." * (6 - carried)
        mark = owner[span.start] if span.end > span.start else None
        chars.append(CharCell(index, chr(octet), bits, span, mark, secret))
    return Group(tuple(chars), bytes_)


def owners(fields: tuple[Field, ...], length: int) -> list[int | None]:
    """For each byte the index of the deepest field that it lies in; the first one where several are as deep."""
    found: list[int | None] = [None] * length
    depth = [-1] * length
    for index, field in enumerate(fields):
        for place in range(max(field.span.start, 0), min(field.span.end, length)):
            if field.level > depth[place]:
                found[place], depth[place] = index, field.level
    return found


def marks(fields: tuple[Field, ...]) -> dict[int, str]:
    """Index of a field -> its letter, for the fields that are worth a row; separators get none."""
    letters: dict[int, str] = {}
    for index, field in enumerate(fields):
        if field.name not in ("space", "UTF8NUL", "separator"):
            letters[index] = LETTERS[len(letters) % len(LETTERS)]
    return letters
