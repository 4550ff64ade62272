"""Bytes keep their colour: which field each character of a line and each byte of a message belongs to."""

from typing import NamedTuple

from tutor.explain import ruler
from tutor.explain.annotate import AnnotatedLine
from tutor.tui.look import field_style
from tutor.tui.widgets.rows import Piece
from tutor.wire.printable import ruler_char, show

MASK = "•"


class Painted(NamedTuple):
    """An annotated line with the field of every character and byte, as indices into `line.fields`."""

    line: AnnotatedLine
    marks: dict[int, str]
    """Field -> its letter; separators have none."""
    styles: dict[int, str]
    """Field -> its style."""
    of_byte: list[int | None]
    """For each byte of the message (of the line, where it carries no Base64)."""
    of_char: list[int | None]
    """For each character of the line."""

    @property
    def message(self) -> bytes:
        """The decoded bytes, or the line's own where it carries no Base64."""
        line = self.line
        if line.text is None:
            return line.line
        return line.message if line.message is not None else line.lenient or b""

    def char_style(self, at: int) -> str:
        """The style of a character of the line."""
        field = self.of_char[at] if at < len(self.of_char) else None
        return "" if field is None else self.styles[field]

    def byte_style(self, at: int) -> str:
        """The style of a byte."""
        field = self.of_byte[at] if at < len(self.of_byte) else None
        return "" if field is None else self.styles[field]

    def byte_mark(self, at: int) -> str:
        """The letter of the field that a byte belongs to, or a blank."""
        field = self.of_byte[at] if at < len(self.of_byte) else None
        return " " if field is None else self.marks.get(field, " ")

    def is_secret(self, at: int) -> bool:
        """Whether a byte must be masked."""
        return any(field.secret and field.span.start <= at < field.span.end for field in self.line.fields)


def paint(line: AnnotatedLine) -> Painted:
    """Give every byte and character its field."""
    marks = ruler.marks(line.fields)
    styles = {index: field_style(place) for place, index in enumerate(marks)}
    styles.update((index, "dim") for index in range(len(line.fields)) if index not in styles)
    painted = Painted(line, marks, styles, [], [])
    painted.of_byte.extend(ruler.owners(line.fields, len(painted.message)))
    if line.text is None:
        painted.of_char.extend(painted.of_byte)
    elif line.message is not None:
        painted.of_char.extend([None] * line.text_start)
        for at in range(len(line.text.rstrip(b"="))):
            first = at * 6 // 8
            painted.of_char.append(painted.of_byte[first] if first < len(painted.of_byte) else None)
    return painted


def line_pieces(painted: Painted, reveal: bool = False) -> list[Piece]:
    """The line's characters in their fields' colours, one piece a run."""
    line = painted.line
    masked = set() if reveal else {at for span in line.masked for at in range(span.start, span.end)}
    pieces: list[Piece] = []
    for at, octet in enumerate(line.line):
        if octet >= 0x80:
            # Not ASCII: the whole rest at once, so that characters of several bytes stay whole.
            rest = line.line[at:] if not masked else MASK.encode() * (len(line.line) - at)
            _join(pieces, show(rest), "")
            break
        _join(pieces, MASK if at in masked else show(chr(octet)), painted.char_style(at))
    return pieces


def message_pieces(painted: Painted, reveal: bool = False) -> list[Piece]:
    """The message as text, each field in its colour; secret ones as dots."""
    message = painted.message
    pieces: list[Piece] = []
    start = 0
    while start < len(message):
        field = painted.of_byte[start] if start < len(painted.of_byte) else None
        end = start
        while end < len(message) and (painted.of_byte[end] if end < len(painted.of_byte) else None) == field:
            end += 1
        chunk = message[start:end]
        secret = not reveal and painted.is_secret(start)
        _join(pieces, MASK * 4 if secret else readable(chunk), painted.byte_style(start))
        start = end
    return pieces


def readable(chunk: bytes) -> str:
    """UTF-8 as text, anything else byte by byte."""
    try:
        return show(chunk.decode("utf-8"))
    except UnicodeDecodeError:
        return "".join(map(ruler_char, chunk))


def _join(pieces: list[Piece], text: str, style: str) -> None:
    if pieces and pieces[-1][1] == style:
        pieces[-1] = (pieces[-1][0] + text, style)
    else:
        pieces.append((text, style))
