"""Choose one of a list: arrows and enter, or a part of its name; esc leaves everything as it was."""

from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tutor.tui.messages import RowChosen
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import EMPTY, Row, Rows, row


class Option(NamedTuple):
    """One thing to choose."""

    id: str
    name: str
    about: str


class ChooseScreen(ModalScreen[str | None]):
    """Gives the id of what was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", show=False, priority=True, id="choose.back",
                tooltip="Choose nothing."),
        Binding("down", "move(1)", "down", show=False, priority=True, id="choose.down", tooltip="One down."),
        Binding("up", "move(-1)", "up", show=False, priority=True, id="choose.up", tooltip="One up."),
        Binding("pagedown", "move(8)", "down", show=False, priority=True, id="choose.page-down", tooltip="Eight down."),
        Binding("pageup", "move(-8)", "up", show=False, priority=True, id="choose.page-up", tooltip="Eight up."),
    ]  # fmt: skip
    DEFAULT_CSS = """
    ChooseScreen { background: $background; layout: vertical; }
    ChooseScreen #about { background: $panel; }
    """
    AUTO_FOCUS = "#filter"

    def __init__(self, title: str, options: list[Option], current: str = "") -> None:
        super().__init__()
        self._heading = title
        self._options = options
        self._shown = options
        self._at = next((n for n, option in enumerate(options) if option.id == current), 0)
        self._entry = Entry(id="filter", placeholder="a part of its name; enter takes it, esc leaves")
        self._list = Rows(id="list")
        self._about = Rows(id="about", height=4)

    def compose(self) -> ComposeResult:
        """Filter, list, what the chosen one is."""
        yield self._entry
        yield self._list
        yield self._about

    def on_mount(self) -> None:
        """Filtered at every key."""
        self._entry.follow(self._filter)
        self._lay()

    def on_resize(self) -> None:
        """Folded anew."""
        self._lay()

    def _filter(self, changed: bool) -> None:
        if changed:
            words = self._entry.value.casefold().split()
            self._shown = [option for option in self._options if all(word in option.name.casefold() for word in words)]
            self._at = 0
            self._lay()

    def action_move(self, by: int) -> None:
        """Up and down."""
        self._at = max(0, min(self._at + by, len(self._shown) - 1))
        self._lay()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take it."""
        event.stop()
        if self._shown:
            self.dismiss(self._shown[self._at].id)

    def on_row_chosen(self, message: RowChosen) -> None:
        """A click takes it too."""
        self.dismiss(message.target)

    def _lay(self) -> None:
        rows = [row((f" {self._heading}", "title")), EMPTY]
        for number, option in enumerate(self._shown):
            here = number == self._at
            rows.append(row((" ▸ " if here else "   ", ""), (option.name, "bold on" if here else ""), target=option.id))
        if not self._shown:
            rows.append(row(("   nothing has that in its name", "dim")))
        self._list.show_rows(rows, 2 + self._at)
        about: list[Row] = []
        if self._shown:
            about = fold(pieces(self._shown[self._at].about), self.app.size.width - 1, " ")
        self._about.show_rows(about)
