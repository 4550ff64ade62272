"""One sentence, for a window in which nothing else has room."""

from textual.app import ComposeResult
from textual.screen import ModalScreen

from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import Rows

LEAST = (32, 8)
"""Columns and rows."""


class SmallScreen(ModalScreen[None]):
    """It lies over whatever was there, and goes when the window grows."""

    DEFAULT_CSS = """
    SmallScreen { background: $background; }
    """

    def compose(self) -> ComposeResult:
        """One widget of lines."""
        yield Rows(id="small")

    def on_mount(self) -> None:
        """The sentence."""
        self._lay()

    def on_resize(self) -> None:
        """Folded anew."""
        self._lay()

    def _lay(self) -> None:
        words = f"sasl-tutor needs a larger window: {LEAST[0]} columns, {LEAST[1]} rows. Nothing is lost. ^q quits."
        self.query_one(Rows).show_rows(fold(pieces(words), self.app.size.width))
