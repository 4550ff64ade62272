"""A line taken apart, as rows: the map of characters over bytes, the bits at the cursor, the fields, the advice."""

from typing import NamedTuple

from rich.cells import cell_len

from tutor.explain import ruler
from tutor.explain.annotate import AnnotatedLine
from tutor.explain.shown import is_sentence
from tutor.spans import Field, Span
from tutor.tui.widgets.paint import MASK, Painted, paint
from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import EMPTY, Piece, Row, row
from tutor.wire import b64
from tutor.wire.printable import ruler_char, show

LABEL = 9
NARROW = 60
"""Below it, a field's meaning stands under its value, not beside it."""
MAP_LINES = 4
"""How many lines of the map are shown at most; it follows the cursor."""
WORDS = (
    "These are words: no line of SMTP, and no Base64. Paste what a program says of a failed login, one line or its "
    "whole log, and it is explained here."
)
HIGH = 30
"""Rows from which on there is room for more than the bits at the cursor, and for a letter under each byte."""


class Place(NamedTuple):
    """What the cursor stands on."""

    char: int | None = None
    """Of the text (of the line, where it carries no Base64)."""
    bytes: Span = Span(0, 0)
    """Of the message, or of the line."""
    field: int | None = None
    """Index into the line's fields."""


def place_of(painted: Painted, at: int) -> Place:
    """What lies under character `at` of the line."""
    line = painted.line
    if line.text is None:
        if not 0 <= at < len(line.line):
            return Place()
        return Place(at, Span(at, at + 1), painted.of_byte[at])
    char = at - line.text_start
    if not 0 <= char < len(line.text):
        return Place()
    span = b64.byte_span(Span(char, char + 1))
    span = Span(min(span.start, len(painted.message)), min(span.end, len(painted.message)))
    if line.message is None or char >= len(line.text.rstrip(b"=")):
        return Place(char)
    owner = painted.of_byte[span.start] if span.start < len(painted.of_byte) else None
    return Place(char, span, owner)


def char_of_field(painted: Painted, field: int) -> int:
    """The character of the line where a field begins."""
    line = painted.line
    span = line.fields[field].span
    if line.text is None:
        return span.start
    if line.message is None:
        return line.text_start
    char = b64.text_span(span).start
    # A character may carry the last bits of the byte before; the next one begins inside the field.
    if b64.byte_span(Span(char, char + 1)).start < span.start:
        char += 1
    return line.text_start + char


def taken_apart(
    line: AnnotatedLine, at: int, width: int, reveal: bool, height: int = 0, letters: bool = False
) -> tuple[list[Row], int | None]:
    """The rows, and the one of the field that the cursor is on.

    Where `height` rows leave room for it, the bits of the whole text are among them; `letters` puts each field's
    letter under its bytes, for those who see no colours.
    """
    whole = aligned(line)
    if is_sentence(whole):
        return [EMPTY, *fold([("✗ ", "bad"), (WORDS, "")], width - 1, " ", "   ")], None
    painted = paint(whole)
    place = place_of(painted, at)
    rows = [*headline(line, width), EMPTY]
    bits_at = None
    if whole.text and whole.message is not None:
        rows += [*the_map(painted, place, width, reveal, letters or height >= HIGH), EMPTY]
        bits_at = len(rows)
        # The verdict has its own row, so that nothing jumps while somebody types.
        rows += [*the_verdict(line, width), EMPTY]
    elif line.text and line.problems:
        rows += [*the_damage(painted, width, reveal), *the_verdict(line, width), EMPTY]
    elif line.text is None and line.line:
        rows += [*the_line(painted, place, width, reveal), EMPTY]
        if line.problems:
            rows += [*the_verdict(line, width), EMPTY]
    first = len(rows)
    table, on_row = the_fields(painted, place, width, reveal)
    rows += table
    if table:
        rows.append(EMPTY)
    rows += advice(line, width)
    here = on_row[place.field] if place.field is not None else -1
    if bits_at is not None:
        room = (height - len(rows)) // 4 if height >= HIGH else 1
        bits = the_bits(painted, place, width, reveal, max(1, room))
        rows[bits_at:bits_at] = bits
        first += len(bits)
    return rows, first + here if here >= 0 else None


def aligned(line: AnnotatedLine) -> AnnotatedLine:
    """A text that is right but for its end (somebody is typing it) with what it says so far as its message."""
    if line.message is not None or not line.text or line.lenient is None:
        return line
    # Whole groups of four must be what their three bytes are encoded to; what follows them may be any part of one.
    data = line.text.rstrip(b"=")
    whole = b64.encode(line.lenient[: len(line.lenient) // 3 * 3])
    rest = data[len(whole) :]
    if not data.startswith(whole) or len(rest) > 3 or rest.translate(None, b64.ALPHABET):
        return line
    return line._replace(message=line.lenient)


def the_verdict(line: AnnotatedLine, width: int) -> list[Row]:
    """Whether the text is strict Base64, and if not, why not."""
    if not line.problems:
        return [row((" ✓ ", "good"), ("strict Base64", "dim"))]
    rows: list[Row] = []
    for problem in line.problems:
        rows += fold([("✗ ", "bad"), *pieces(problem.message)], width - 1, " ", "   ")
    return rows


def headline(line: AnnotatedLine, width: int) -> list[Row]:
    """What it is."""
    parts: list[Piece] = []
    if line.code is not None:
        parts.append((f"{line.code:03d}", "bold"))
        parts.append((f" {show(line.enhanced)}" if line.enhanced else "", "bold"))
        parts.append((" ", ""))
    who = {"server": "the server's ", "client": "the client's "}.get(str(line.side), "")
    if line.line:
        parts.append((f"{who}{line.kind if line.kind != 'unknown' else 'line'}", ""))
    if line.mechanism:
        parts += [(", ", ""), (show(line.mechanism), "bold")]
    if line.stage:
        parts.append((f": {show(line.stage)}", "bold"))
    if line.text:
        size = len(line.text)
        parts.append((f". Base64, {size} characters" if line.message is not None else f". {size} characters", "dim"))
        if line.message is not None:
            parts.append((f", {len(line.message)} bytes", "dim"))
    return fold(parts, width - 1, " ")


def the_map(painted: Painted, place: Place, width: int, reveal: bool, letters: bool = False) -> list[Row]:
    """The whole text in fours, over the bytes that they carry in threes; with `letters`, those of the fields below."""
    line = painted.line
    text, message = line.text or b"", line.message or b""
    per_row = max(2, (width - LABEL - 1) // 5)
    lines = -(-len(text) // (4 * per_row))
    current = (place.char or 0) // (4 * per_row) if place.char is not None else lines - 1
    first = max(0, min(current - MAP_LINES // 2, lines - MAP_LINES))
    hidden = [False] * len(message)
    if not reveal:
        for field in line.fields:
            if field.secret:
                hidden[field.span.start : field.span.end] = [True] * (field.span.end - field.span.start)
    rows = []
    for number in range(first, min(lines, first + MAP_LINES)):
        above: list[Piece] = [_label("text" if number == first else "")]
        below: list[Piece] = [_label("message" if number == first else "")]
        under: list[Piece] = [_label("field" if number == first else "")]
        for group in range(number * per_row, min((number + 1) * per_row, -(-len(text) // 4))):
            for at in range(4 * group, min(4 * group + 4, len(text))):
                secret = any(hidden[byte] for byte in (at * 6 // 8, (at * 6 + 5) // 8) if byte < len(message))
                char = MASK if secret and text[at] != 0x3D else chr(text[at])
                _add(above, char, _on(painted.char_style(line.text_start + at), at == place.char))
            _add(above, " ", "")
            for byte in range(3 * group, min(3 * group + 3, len(message))):
                char = MASK if hidden[byte] else ruler_char(message[byte])
                _add(below, char, _on(painted.byte_style(byte), place.bytes.start <= byte < place.bytes.end))
                if letters:
                    _add(under, painted.byte_mark(byte), painted.byte_style(byte))
            _add(below, "  ", "")
            _add(under, "  ", "")
        rows += [Row(tuple(above)), Row(tuple(below))]
        if letters and painted.marks:
            rows.append(Row(tuple(under)))
    left = lines - first - MAP_LINES
    if first > 0 or left > 0:
        rows += fold([(f"… {lines} lines of it; the cursor moves through them", "dim")], width - 1, " " * (LABEL + 1))
    return rows


def the_bits(painted: Painted, place: Place, width: int, reveal: bool, lines: int = 1) -> list[Row]:
    """Where the cursor is: six bits a character, eight bits a byte, the same bits. At most so many lines of them."""
    fit = max(1, (width - LABEL - 1) // 30)
    count = -(-len(painted.line.text or b"") // 4)
    current = (place.char or 0) // 4 if place.char is not None else count - 1
    lines = min(lines, -(-count // fit))
    if lines <= 1:
        first = max(0, min(current - (fit - 1) // 2 if fit > 2 else current, count - fit))
        return _bits_of(painted, place, reveal, first, fit)
    top = max(0, min(current // fit - lines // 2, -(-count // fit) - lines))
    rows: list[Row] = []
    for number in range(top, top + lines):
        rows += [*([EMPTY] if rows else []), *_bits_of(painted, place, reveal, number * fit, fit)]
    return rows


def _bits_of(painted: Painted, place: Place, reveal: bool, first: int, fit: int) -> list[Row]:
    """`fit` groups of four characters, from group `first` on."""
    line = painted.line
    shown = ruler.groups(line, first + fit, first)
    above: list[Piece] = [_label("text")]
    bits: list[Piece] = [_label("bits")]
    below: list[Piece] = [_label("byte")]
    for number, group in enumerate(shown):
        if number:
            for pieces_ in (above, bits, below):
                _add(pieces_, "│ ", "line")
        for cell in group.chars:
            secret = cell.secret and not reveal
            here = cell.place == place.char
            _add(above, MASK if secret else cell.char, _on(painted.char_style(line.text_start + cell.place), here))
            _add(above, "      ", "")
            for offset, bit in enumerate(cell.bits):
                byte = (cell.place * 6 + offset) // 8
                style = painted.byte_style(byte) if bit in "01" else "dim"
                _add(bits, MASK if secret and bit in "01" else bit, _on(style, here))
            _add(bits, " ", "")
        for cell_ in group.bytes:
            # A byte begins at its first bit: characters are seven cells apart, six bits and a blank.
            start = (cell_.place - group.bytes[0].place) * 8
            column = start // 6 * 7 + start % 6
            secret = cell_.secret and not reveal
            here = place.bytes.start <= cell_.place < place.bytes.end
            used = sum(cell_len(text) for text, _ in below) - LABEL - 1 - number * 30
            _add(below, " " * (column - used), "")
            shown_byte = f"{MASK} {MASK * 2}" if secret else f"{cell_.picture} {cell_.octet:02x}"
            _add(below, shown_byte, _on(painted.byte_style(cell_.place), here))
        used = sum(cell_len(text) for text, _ in below) - LABEL - 1 - number * 30
        _add(below, " " * (28 - used), "")
        for pieces_ in (above, bits):
            used = sum(cell_len(text) for text, _ in pieces_) - LABEL - 1 - number * 30
            _add(pieces_, " " * (28 - used), "")
    return [Row(tuple(above)), Row(tuple(bits)), Row(tuple(below))]


def the_line(painted: Painted, place: Place, width: int, reveal: bool = False) -> list[Row]:
    """A line without Base64: its characters over the letters of their fields."""
    line = painted.line.line
    hidden = _masked(painted.line, reveal)
    room = max(10, width - LABEL - 2)
    first = max(0, ((place.char or 0) // room) - 1) if place.char is not None else 0
    rows = []
    for start in range(first * room, min(len(line), (first + MAP_LINES) * room), room):
        above: list[Piece] = [_label("line" if start == first * room else "")]
        below: list[Piece] = [_label("field" if start == first * room else "")]
        for at in range(start, min(start + room, len(line))):
            style = _on(painted.byte_style(at), at == place.char)
            _add(above, MASK if at in hidden else ruler_char(line[at]), style)
            _add(below, painted.byte_mark(at), painted.byte_style(at))
        rows += [Row(tuple(above)), Row(tuple(below))]
    if first or len(line) > (first + MAP_LINES) * room:
        words = f"… {len(line)} characters of it; the cursor moves through them"
        rows += fold([(words, "dim")], width - 1, " " * (LABEL + 1))
    return rows


def the_damage(painted: Painted, width: int, reveal: bool = False) -> list[Row]:
    """A text that is not Base64: where."""
    line = painted.line
    guilty: set[int] = set()
    hidden = _masked(line, reveal)
    for problem in line.problems:
        if problem.at is not None:
            guilty |= set(range(problem.at, max(problem.at + 1, problem.end or 0)))
    room = max(10, width - LABEL - 2)
    start = max(0, min(guilty, default=0) - room // 2) if len(line.line) > room else 0
    more = "…" if start + room - 2 < len(line.line) else ""
    above: list[Piece] = [_label("line")]
    below: list[Piece] = [_label("")]
    if start:
        above.append(("…", "dim"))
        below.append((" ", ""))
    for at in range(start, min(len(line.line) + 1, start + room - 2)):
        char = MASK if at in hidden else ruler_char(line.line[at]) if at < len(line.line) else " "
        _add(above, char, "bad" if at in guilty else "")
        _add(below, "^" if at in guilty else " ", "bad")
    _add(above, more, "dim")
    rows = [Row(tuple(above)), Row(tuple(below))]
    if line.lenient and not hidden:
        rows += fold([(_best(line.lenient), "")], width - 1, f" {'read as':<{LABEL}}")
    return rows


def the_fields(painted: Painted, place: Place, width: int, reveal: bool) -> tuple[list[Row], list[int]]:
    """The table: letter, name, value, meaning."""
    rows: list[Row] = []
    on_row = [-1] * len(painted.line.fields)
    names = [
        len(field.name) + 2 * field.level for index, field in enumerate(painted.line.fields) if index in painted.marks
    ]
    column = min(max(names, default=0), 20)
    values = [
        cell_len(_value(field, reveal)) for index, field in enumerate(painted.line.fields) if index in painted.marks
    ]
    value_column = min(max(values, default=0), max(12, (width - column - 8) * 2 // 5))
    for index, field in enumerate(painted.line.fields):
        letter = painted.marks.get(index)
        if letter is None:
            continue
        here = index == place.field
        style = painted.styles[index]
        on_row[index] = len(rows)
        name = ("  " * field.level + field.name)[:column].ljust(column)
        head: list[Piece] = [(" ", ""), (f"{letter} {name}", _on(style, here)), ("  ", "")]
        value = _value(field, reveal)
        meaning = field.meaning + (f" ({field.source})" if field.source and width >= 100 else "")
        indent = " " * (column + 5)
        if cell_len(value) <= value_column and width >= NARROW:
            rest = fold(pieces(meaning, "dim"), width - 1, indent + " " * (value_column + 2))
            body = (value + " " * (value_column - cell_len(value) + 2), style)
            rows.append(Row((*head, body, *rest[0].pieces[1:]), f"field:{index}"))
            rows += rest[1:]
        else:
            longer = fold([(value, style)], width - 1, indent)
            rows.append(Row((*head, *longer[0].pieces[1:]), f"field:{index}"))
            rows += longer[1:4]
            if len(longer) > 4:
                rows.append(row((f"{indent}… {cell_len(value)} characters in all", "dim")))
            rows += fold(pieces(meaning, "dim"), width - 1, indent)
    return rows, on_row


def advice(line: AnnotatedLine, width: int) -> list[Row]:
    """What comes next, what is odd, what it may be, and where that is written."""
    rows: list[Row] = []
    if line.expects:
        rows += _labelled("Next", pieces(line.expects), width)
    if line.note:
        rows += _labelled("Note", pieces(line.note, "dim"), width)
    if line.candidates:
        names = ", ".join(candidate.mechanism for candidate in line.candidates)
        rows += _labelled("Maybe", [(names, "")], width)
        for why in dict.fromkeys(candidate.why for candidate in line.candidates):
            rows += fold(pieces(why, "dim"), width - 1, "        ")
    if line.source:
        rows += _labelled("From", [(line.source, "dim")], width)
    return rows


def _labelled(label: str, parts: list[Piece], width: int) -> list[Row]:
    head = f" {label:<7}"
    rows = fold(parts, width - 1, head)
    return [Row(((head, "key"), *rows[0].pieces[1:])), *rows[1:]]


def _masked(line: AnnotatedLine, reveal: bool) -> frozenset[int]:
    """The characters of the line that are not shown."""
    return frozenset() if reveal else frozenset(at for span in line.masked for at in range(span.start, span.end))


def _value(field: Field, reveal: bool) -> str:
    return MASK * 4 if field.secret and not reveal else show(field.value)


def _best(message: bytes) -> str:
    return show(message.decode("utf-8", "backslashreplace"))


def _label(text: str) -> Piece:
    return (f" {text:<{LABEL}}", "dim")


def _on(style: str, here: bool) -> str:
    return f"{style} on".strip() if here else style


def _add(parts: list[Piece], text: str, style: str) -> None:
    if not text:
        return
    if len(parts) > 1 and parts[-1][1] == style:
        parts[-1] = (parts[-1][0] + text, style)
    else:
        parts.append((text, style))
