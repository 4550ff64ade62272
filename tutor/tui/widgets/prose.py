"""Sentences made into rows: folded at spaces, `code` between backticks set apart."""

from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len

from tutor.tui.widgets.rows import Piece, Row
from tutor.wire.printable import show


def pieces(text: str, style: str = "") -> list[Piece]:
    """The text in pieces: what stands between two backticks is code. The backticks stay, for blanks and no colour."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return [(text, style)]
    return [
        (f"`{part}`", "code") if index % 2 else (part, style) for index, part in enumerate(parts) if part or index % 2
    ]


def fold(parts: Iterable[Piece], width: int, first: str = "", rest: str | None = None, target: str = "") -> list[Row]:
    """Rows of at most `width` cells; `first` stands before the first, `rest` (blanks, by default) before the others."""
    return list(_folded(tuple(parts), width, first, rest, target))


@lru_cache(512)
def _folded(parts: tuple[Piece, ...], width: int, first: str, rest: str | None, target: str) -> tuple[Row, ...]:
    """Kept: at every key most sentences on the screen are those of the key before."""
    indent = " " * cell_len(first) if rest is None else rest
    width = max(width, cell_len(indent) + 8)
    rows: list[Row] = []
    line: list[Piece] = [(first, "")] if first else []
    used = start = cell_len(first)
    for unit in _units(parts):
        size = sum(cell_len(text) for text, _ in unit)
        if used > start and used + 1 + size > width:
            rows.append(Row(tuple(line), target))
            line = [(indent, "")] if indent else []
            used = start = cell_len(indent)
        if used > start:
            line.append((" ", unit[0][1] if unit[0][1] == line[-1][1] else ""))
            used += 1
        for text, style in unit:
            while used + cell_len(text) > width:
                # One word longer than a line: broken at a blank where it has one, else where the line ends.
                head = break_at(text, max(1, width - used))
                line.append((head, style))
                rows.append(Row(tuple(line), target))
                text = text[len(head) :]
                line = [(indent, "")] if indent else []
                used = start = cell_len(indent)
            if text:
                line.append((text, style))
                used += cell_len(text)
    rows.append(Row(tuple(line), target))
    return tuple(rows)


def paragraphs(text: str, width: int, style: str = "", first: str = "", rest: str | None = None) -> list[Row]:
    """Every paragraph of a text, with an empty row between them.

    A line that begins with a blank is kept as it is; `- ` begins a list item.
    """
    indent = " " * cell_len(first) if rest is None else rest
    rows: list[Row] = []
    for block in text.strip("\n").split("\n\n"):
        if rows:
            rows.append(Row())
        for kept, line in _lines_of(block):
            start = indent if rows else first
            if kept:
                rows += kept_rows(line, width, start)
            elif line.startswith("- "):
                rows += fold(pieces(line[2:], style), width, f"{start}• ", f"{indent}  ")
            else:
                rows += fold(pieces(line, style), width, start, indent)
    return rows


def kept_rows(line: str, width: int, start: str = "") -> list[Row]:
    """A line that is kept as it is; where it is too long it goes on in the next row, further in."""
    text = start + show(line)
    indent = " " * min(len(text) - len(text.lstrip(" ")) + 2, max(0, width - 12))
    rows: list[Row] = []
    while cell_len(text) > width:
        head = break_at(text, width, len(indent))
        # Columns stay whole where that can be: two blanks stand between them.
        column = head.rfind("  ")
        if column > max(len(indent) + 8, width // 3):
            head = head[: column + 2]
        rows.append(Row(((head, "code"),)))
        text = indent + text[len(head) :].lstrip(" ")
    return [*rows, Row(((text, "code"),))]


def _lines_of(block: str) -> list[tuple[bool, str]]:
    """The lines of a paragraph: those that are kept as they are, and the others joined."""
    found: list[tuple[bool, str]] = []
    for line in block.split("\n"):
        if line.startswith((" ", "\t")):
            found.append((True, line.expandtabs(4)))
        elif found and not found[-1][0] and not line.startswith("- "):
            found[-1] = (False, f"{found[-1][1]} {line}")
        else:
            found.append((False, line))
    return found


def _units(parts: Iterable[Piece]) -> list[list[Piece]]:
    """Words, each in pieces: `code` keeps its blanks, and what stands against it without a blank stays with it."""
    units: list[list[Piece]] = [[]]
    for text, style in parts:
        text = show(text)
        words = [text] if style == "code" else text.split(" ")
        for number, word in enumerate(words):
            if number and units[-1]:
                units.append([])
            if word:
                units[-1].append((word, style))
    return [unit for unit in units if unit]


def break_at(text: str, room: int, start: int = 0) -> str:
    """The beginning of a text that is too long: up to its last blank behind `start`, else as much as there is room."""
    head, used = "", 0
    for character in text:
        used += cell_len(character)
        if used > room and len(head) > start:
            break
        head += character
    blank = head.rfind(" ", start)
    return head[: blank + 1] if blank > start and head[: blank + 1].strip() else head
