"""What the program is about, for large home screens: a login line by line, and one challenge byte by byte.

Read after the first paint: what takes a line apart need not be there before.
"""

from tutor.explain.annotate import annotate_line
from tutor.reference.showcase import CHALLENGE, CHALLENGE_SOURCE, LOGIN, LOOKED_AT
from tutor.tui.widgets.paint import paint
from tutor.tui.widgets.rows import EMPTY, Row, row
from tutor.tui.widgets.taken import place_of, the_bits, the_fields, the_map

NARROWEST = 84
"""Columns that the challenge needs, to stand in one piece."""


def login() -> list[Row]:
    """An exchange in the colours of its two sides, and what it says."""
    column = max(len(spoken.line) for spoken in LOGIN) + 1
    return [
        row(("  A login, line by line", "title")),
        *(
            row(
                (f"  {spoken.side}: ", "dim"),
                (f"{spoken.line:<{column}}", "theirs" if spoken.side == "S" else "ours"),
                (spoken.says, "dim"),
            )
            for spoken in LOGIN
        ),
    ]


def challenge(width: int, bits: bool) -> list[Row]:
    """The Base64, the bytes and the fields of a challenge, each field in its colour; the bits too, where asked for."""
    line = annotate_line(CHALLENGE)
    # One source for all of it is enough.
    painted = paint(line._replace(fields=tuple(field._replace(source="") for field in line.fields)))
    place = place_of(painted, LOOKED_AT)
    rows = [row((" A challenge, byte by byte", "title"), (f"   {CHALLENGE_SOURCE}", "dim"))]
    rows += [*the_map(painted, place, width, True, True), EMPTY]
    if bits:
        rows += [*the_bits(painted, place, width, True), EMPTY]
    return rows + the_fields(painted, place, width, True)[0]
