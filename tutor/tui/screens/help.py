"""F1: what the screen below is for, and every key that works there."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tutor.tui.commands import commands, key_names, place
from tutor.tui.widgets.prose import fold, paragraphs, pieces
from tutor.tui.widgets.rows import EMPTY, Row, Rows, row


class HelpScreen(ModalScreen[None]):
    """Any of esc, F1, enter, q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "app.pop_screen", "close", show=False, id="help.close", tooltip="Close."),
        Binding("down,j", "scroll(1)", "down", show=False, id="help.down", tooltip="One line down."),
        Binding("up,k", "scroll(-1)", "up", show=False, id="help.up", tooltip="One line up."),
        Binding("pagedown,space", "scroll(10)", "down", show=False, id="help.page-down", tooltip="Ten lines down."),
        Binding("pageup", "scroll(-10)", "up", show=False, id="help.page-up", tooltip="Ten lines up."),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background; layout: vertical; }
    """
    AUTO_FOCUS = "#help"

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where
        self._body = Rows(id="help", focusable=True)

    def compose(self) -> ComposeResult:
        """One widget of lines."""
        yield self._body

    def on_mount(self) -> None:
        """The text."""
        self._body.show_rows(text(self._where, self.app.size.width))

    def on_resize(self) -> None:
        """Folded anew."""
        self._body.show_rows(text(self._where, self.app.size.width))

    def action_scroll(self, by: int) -> None:
        """Up and down."""
        self._body.scroll_rows(by)


def text(where: str, width: int) -> list[Row]:
    """The help of a place."""
    found = place(where)
    rows = [row((f" {found.title if found else where}", "title"), ("   esc closes this", "dim")), EMPTY]
    if found:
        rows += paragraphs(found.help, width - 2, first=" ")
    rows += [EMPTY, row((" Keys", "title"))]
    column = min(max(len(key_names(command)) for command in commands(where)), max(10, width // 3))
    for command in commands(where):
        names = key_names(command)
        if len(names) > column:
            rows += [row((f" {names}", "key")), *fold(pieces(command.tooltip), width, " " * (column + 3))]
        else:
            rows += _with_key(f" {names:<{column}}  ", command.tooltip, width)
    return rows


def _with_key(name: str, tooltip: str, width: int) -> list[Row]:
    folded = fold(pieces(tooltip), width - 1, name)
    head = folded[0]
    return [Row(((name, "key"), *head.pieces[1:])), *folded[1:]]
