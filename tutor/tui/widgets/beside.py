"""Room put to use: a second widget, beside the first in wide windows, below it in high ones, nowhere in small ones."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container

from tutor.explain.annotate import AnnotatedLine
from tutor.tui.widgets.paint import paint
from tutor.tui.widgets.rows import EMPTY, Row, Rows, row
from tutor.tui.widgets.taken import Place, headline, the_bits, the_fields, the_line, the_map

WIDE = 150
"""Columns from which on it stands beside."""
HIGH = 36
"""Rows from which on it stands below, where there are 80 columns."""
LEAST = 10
"""Rows that are of use to it."""


class Beside(Container):
    """What is worked in, and what explains it."""

    DEFAULT_CSS = """
    Beside { layout: vertical; height: 1fr; width: 1fr; }
    Beside.-side { layout: horizontal; }
    Beside #aside { background: $surface; }
    """

    def __init__(self, main: Rows) -> None:
        super().__init__()
        self._main = main
        self.aside = Rows(id="aside", paged=False)
        self.aside.display = False

    def compose(self) -> ComposeResult:
        """The main one first."""
        yield self._main
        yield self.aside

    @property
    def is_side(self) -> bool:
        """Whether there is room beside."""
        return self.app.size.width >= WIDE

    @property
    def main_width(self) -> int:
        """Columns of the main widget."""
        width = self.app.size.width
        return width - self._aside_width if self.is_side and self.aside.display else width

    @property
    def _aside_width(self) -> int:
        return self.app.size.width * 2 // 5

    def tell(self, rows: Callable[[int, int], list[Row]], needs: int = 0) -> bool:
        """Show what `rows` makes for so many columns and rows; whether the main widget has another size from now on.

        Below the main one it takes no row of those that the main one `needs`.
        """
        size, aside = self.app.size, self.aside
        whole = self.size.height or size.height - 8
        spare = min(whole - needs, size.height // 2 - 3)
        if self.is_side:
            width, height = self._aside_width, whole
        elif size.height >= HIGH and size.width >= 80 and spare >= LEAST:
            width, height = size.width, spare
        else:
            width = height = 0
        made = rows(width - 2, height - 1) if width else []
        before = (aside.display, str(aside.styles.width), str(aside.styles.height), self.has_class("-side"))
        self.set_class(self.is_side, "-side")
        aside.display = bool(made)
        aside.styles.width = width if self.is_side else "1fr"
        aside.styles.height = "1fr" if self.is_side else min(len(made), height)
        aside.show_rows(made)
        return before != (aside.display, str(aside.styles.width), str(aside.styles.height), self.has_class("-side"))


def anatomy(line: AnnotatedLine, width: int, height: int) -> list[Row]:
    """A line in its Base64, bits, bytes and fields, without a word on what comes next. Secrets are shown."""
    painted, nowhere = paint(line), Place()
    head = [row((" Byte by byte", "title")), *headline(line, width), EMPTY]
    fields = the_fields(painted, nowhere, width, True)[0]
    if line.text is None or line.message is None:
        return [*head, *the_line(painted, nowhere, width), EMPTY, *fields]
    above = [*head, *the_map(painted, nowhere, width, True, True), EMPTY]
    room = (height - len(above) - len(fields) - 1) // 4
    bits = [*the_bits(painted, nowhere, width, True, room), EMPTY] if room > 0 else []
    return [*above, *bits, *fields]
