"""An exchange as two columns, theirs and ours, time going down; in narrow windows, one under the other."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from tutor.diagnosis import Verdict
from tutor.explain.annotate import AnnotatedLine
from tutor.tui.widgets.paint import line_pieces, message_pieces, paint
from tutor.tui.widgets.prose import break_at, fold, pieces
from tutor.tui.widgets.rows import Piece, Row, row
from tutor.wire.lines import Side

NARROW = 56
WIDE = 104


class Said(NamedTuple):
    """One line of the exchange, and what was thought of it."""

    line: AnnotatedLine
    verdict: Verdict | None = None
    remark: str = ""
    """A sentence beside it, where the screen is wide."""
    decoded: bool = True
    """Whether to show what it decodes to."""


def exchange_rows(said: Iterable[Said], width: int, reveal: bool = True, remarks: bool = False) -> list[Row]:
    """The rows of the exchange, with a column for remarks where they are asked for and there is room."""
    rows: list[Row] = []
    for item in said:
        rows += _rows_of(item, width, reveal, remarks)
    return rows


def head_row(width: int, theirs: str = "server", ours: str = "client", remarks: bool = False) -> Row:
    """The rule on top of the two columns, which says whose they are."""
    if width < NARROW:
        parts: list[Piece] = [(" S ", "dim"), ("server", "theirs"), (" ─ ", "line"), ("C ", "dim"), ("client ", "ours")]
        return row(*parts, ("─" * max(0, width - sum(len(text) for text, _ in parts)), "line"))
    left, right, notes = _columns(width, remarks)
    return row(
        (f" {theirs} ", "theirs"), ("─" * (left - len(theirs)) + "┬", "line"), (f" {ours} ", "ours"),
        ("─" * (right - len(ours)) + ("┬" if notes else "") + "─" * (width - left - right - 6 if notes else 0), "line"),
    )  # fmt: skip


def filled(rows: list[Row], width: int, height: int, remarks: bool = False) -> list[Row]:
    """The columns go on to the bottom, empty as yet."""
    if width < NARROW or len(rows) >= height:
        return rows
    left = _columns(width, remarks)[0]
    return [*rows, *[row((" " * (left + 2), ""), ("│", "line"))] * (height - len(rows))]


def _columns(width: int, remarks: bool) -> tuple[int, int, int]:
    """The cells of the server's column, of ours and of the remarks."""
    if not remarks or width < WIDE:
        left = (width - 4) // 2
        return left, width - 5 - left, 0
    # The server's column is the wider one: it says more.
    left, right = width * 38 // 100, width * 30 // 100
    return left, right, width - left - right - 8


def _rows_of(item: Said, width: int, reveal: bool, remarks: bool) -> list[Row]:
    ours = item.line.side is Side.CLIENT
    if width < NARROW:
        cells = chunk(_cells(item, reveal, "C " if ours else "S "), width - 1)
        return [Row(((" ", ""), *cell)) for cell in cells]
    left, right, notes = _columns(width, remarks)
    cells = [list(cell) for cell in chunk(_cells(item, reveal, ""), right if ours else left)]
    remark = fold(pieces(item.remark, "dim"), notes) if notes and item.remark else []
    rows = []
    for y in range(max(len(cells), len(remark))):
        cell = cells[y] if y < len(cells) else []
        used = sum(cell_len(text) for text, _ in cell)
        theirs: list[Piece] = [(" " * (left + 1), "")] if ours else [(" ", ""), *cell, (" " * (left - used), "")]
        mine: list[Piece] = [*cell, (" " * (right - used), "")] if ours else [(" " * right, "")]
        end: list[Piece] = [(" ┆ ", "line"), *remark[y].pieces] if y < len(remark) else []
        rows.append(Row((*theirs, (" │ ", "line"), *mine, *end)))
    return rows


def _cells(item: Said, reveal: bool, sign: str) -> list[list[Piece]]:
    """The line, and under it what it decodes to; each a row that may be longer than the column."""
    painted = paint(item.line)
    mark: list[Piece] = []
    if item.verdict is not None:
        mark = [("✓ ", "good")] if item.verdict.correct else [("✗ ", "bad")]
    line = line_pieces(painted, reveal)
    if item.line.text is None:
        # No Base64 in it: colours would say nothing here. The code, which programs read, stands out.
        words = "".join(text for text, _ in line)
        code = 3 if item.line.code is not None else 0
        line = [(words[:code], "bold"), (words[code:], "")]
    if not item.line.line:
        line = [("(an empty line)", "dim")]
    rows = [[*([(sign, "dim")] if sign else []), *mark, *line]]
    if item.decoded and item.line.text is not None and item.line.message:
        rows.append([("  = ", "dim"), *message_pieces(painted, reveal)])
    return rows


def chunk(rows: Sequence[Sequence[Piece]], width: int) -> list[list[Piece]]:
    """Rows broken at `width` cells, at a blank where there is one; a broken row goes on indented."""
    broken: list[list[Piece]] = []
    for whole in rows:
        line: list[Piece] = []
        used = 0
        for text, style in whole:
            while cell_len(text) > width - used:
                # At least one character, so that it ends; but not into a row that is full already.
                head = break_at(text, width - used) if width > used else ""
                if cell_len(head) > width - used and used > 2:
                    head = ""
                if head:
                    line.append((head, style))
                broken.append(line)
                text = text[len(head) :]
                line, used = [("  ", "")], 2
            if text:
                line.append((text, style))
                used += cell_len(text)
        broken.append(line)
    return broken
