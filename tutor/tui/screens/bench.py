"""The bench: a text typed on top, its Base64 and its bits below; enter takes the Base64 along."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tutor.explain.annotate import annotate_line
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.paint import paint
from tutor.tui.widgets.prose import fold, paragraphs
from tutor.tui.widgets.rows import EMPTY, Row, Rows, row
from tutor.tui.widgets.taken import place_of, the_bits, the_map
from tutor.wire import b64

WELCOME = (
    "Type a text: its Base64 appears here, bit by bit. Enter puts the Base64 into your answer; esc leaves it alone.\n\n"
    "A NUL byte, which stands between the parts of some messages, is typed as `\\0`."
)


class BenchScreen(ModalScreen[str | None]):
    """Gives the Base64 of what was typed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", show=False, priority=True, id="bench.back",
                tooltip="Back, without taking anything along."),
    ]  # fmt: skip
    DEFAULT_CSS = """
    BenchScreen { background: $background; layout: vertical; }
    """
    AUTO_FOCUS = "#plain"

    def __init__(self) -> None:
        super().__init__()
        self._entry = Entry(id="plain", placeholder="a text to encode")
        self._body = Rows(id="bench")

    def compose(self) -> ComposeResult:
        """One input, one widget of lines."""
        yield self._entry
        yield self._body

    def on_mount(self) -> None:
        """Encoded at every key."""
        self._entry.follow(lambda changed: self._lay())
        self._lay()

    def on_resize(self) -> None:
        """Folded anew."""
        self._lay()

    def message(self) -> bytes:
        """What is to be encoded."""
        return self._entry.octets.replace(b"\\0", b"\0")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the Base64 along."""
        event.stop()
        self.dismiss(b64.encode(self.message()).decode("ascii") if self._entry.value else None)

    def _lay(self) -> None:
        width = self._body.size.width or self.app.size.width
        title: list[Row] = [
            *fold([("Base64 bench", "title"), ("  enter takes it, esc leaves", "dim")], width, " "),
            EMPTY,
        ]
        message = self.message()
        if not message:
            self._body.show_rows([*title, *paragraphs(WELCOME, width - 1, first=" ")])
            return
        text = b64.encode(message)
        # As bare Base64: whose answer it will be is no matter here.
        painted = paint(annotate_line(text)._replace(text=text, text_start=0, message=message, fields=()))
        place = place_of(painted, len(text.rstrip(b"=")) - 1)
        rows = [*title, row((" ", ""), (text.decode("ascii"), "code")), EMPTY]
        rows += [*the_map(painted, place, width, True), EMPTY, *the_bits(painted, place, width, True), EMPTY]
        rows += paragraphs(
            "Three bytes are 24 bits, and 24 bits are four characters of six bits each. Where bytes are missing at "
            "the end, `=` fills the group up.",
            width - 1, "dim", " ",
        )  # fmt: skip
        self._body.show_rows(rows)
