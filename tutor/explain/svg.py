"""Floor 4: an annotated exchange as a picture (SVG 1.1), for a slide or an issue.

A pure function: rows that are safe to show (masked, no control characters) -> one text.
Two columns, the client left, the server right; nothing is loaded from elsewhere, no script.
"""

from collections.abc import Iterable, Iterator
from html import escape

from tutor.records import Record

MOST_ROWS = 200
"""Lines that are drawn; a picture with more helps nobody."""
_WIDTH = 960
_COLUMN = 456
_CHARACTERS = 52
"""Of a line in its column."""
_WIDE = 108
"""Characters of a finding, across both columns."""
_STEP = 18
_MARGIN = 16


class Row(Record):
    """One line of the exchange."""

    n: int
    """The line of the log, counted from 1."""
    side: str
    """`C`, `S` or `?`."""
    text: str
    note: str = ""
    """What it says, decoded."""


class Remark(Record):
    """One finding."""

    mark: str
    """`✓ `, `✗ ` or `? `, as `shown.mark_of` gives it."""
    summary: str
    fix: str
    source: str


def draw(title: str, rows: Iterable[Row], remarks: Iterable[Remark], left_out: int = 0) -> str:
    """The whole SVG document. `left_out`: how many lines stand behind the rows that are given."""
    body: list[str] = []
    y = 2 * _MARGIN + _STEP
    body.append(_text(_MARGIN, y, "t", title))
    y += _STEP
    body.append(_text(_MARGIN, y, "d", "C: client"))
    body.append(_text(_WIDTH - _MARGIN - _COLUMN, y, "d", "S: server"))
    y += _STEP // 2
    for row in rows:
        lines, y = _box(row, y)
        body += lines
    if left_out:
        y += _STEP
        body.append(_text(_MARGIN, y, "d", f"… {left_out} more lines, not drawn"))
    y += _STEP // 2
    for remark in remarks:
        for style, line in _remark(remark):
            y += _STEP
            body.append(_text(_MARGIN, y, style, line))
        y += _STEP // 2
    height = y + _MARGIN
    return "\n".join([_head(title, height), *body, "</svg>\n"])


def _head(title: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img">\n'
        f"<title>{_safe(title)}</title>\n"
        "<style>text{font:14px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1a2030;"
        "white-space:pre}.t{font-weight:bold;font-size:16px}.d{fill:#596070}.g{fill:#2f6b00;font-weight:bold}"
        ".b{fill:#b0003a;font-weight:bold}.c{fill:#e9f0fb;stroke:#1f4fbf}.s{fill:#f3f3ee;stroke:#8a5a00}"
        ".u{fill:#ffffff;stroke:#596070}</style>\n"
        f'<rect width="{_WIDTH}" height="{height}" fill="#fbfbf8"/>'
    )


def _box(row: Row, y: int) -> tuple[list[str], int]:
    """One line in its column, and where the next begins."""
    left = _WIDTH - _MARGIN - _COLUMN if row.side == "S" else _MARGIN
    spoken = [("", line) for line in wrapped(f"{row.side}: {row.text}", _CHARACTERS)]
    spoken += [("d", line) for line in wrapped(row.note, _CHARACTERS) if row.note]
    height = len(spoken) * _STEP + 10
    shape = {"C": "c", "S": "s"}.get(row.side, "u")
    lines = [f'<rect x="{left}" y="{y + 6}" width="{_COLUMN}" height="{height}" rx="4" class="{shape}"/>']
    for number, (style, line) in enumerate(spoken, 1):
        lines.append(_text(left + 8, y + 4 + number * _STEP, style, line))
    return lines, y + height + 6


def _remark(remark: Remark) -> Iterator[tuple[str, str]]:
    for line in wrapped(remark.mark + remark.summary, _WIDE):
        yield {"✓": "g", "✗": "b"}.get(remark.mark[:1], ""), line
    for line in wrapped(remark.fix, _WIDE) if remark.fix else ():
        yield "", line
    for line in wrapped(remark.source, _WIDE) if remark.source else ():
        yield "d", line


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters, broken at a blank where there is one."""
    lines = []
    while len(text) > width:
        cut = text.rfind(" ", width // 2, width + 1)
        cut = width if cut < 0 else cut
        lines.append(text[:cut])
        text = text[cut:].lstrip(" ") if text[cut : cut + 1] == " " else text[cut:]
    return [*lines, text]


def _text(x: int, y: int, style: str, text: str) -> str:
    shown = f' class="{style}"' if style else ""
    return f'<text x="{x}" y="{y}"{shown} xml:space="preserve">{_safe(text)}</text>'


def _safe(text: str) -> str:
    """Only characters that XML 1.0 allows (its section 2.2), and no markup."""
    return escape("".join(char if _allowed(ord(char)) else "\ufffd" for char in text))


def _allowed(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
