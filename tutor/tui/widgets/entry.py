"""The input line: what is pasted into it can neither move the cursor nor hide; and its octets can be had back."""

from collections.abc import Callable, Iterable
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.filter import ANSIToTruecolor
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from tutor.tui.look import Palette
from tutor.tui.widgets.paint import MASK
from tutor.wire.printable import show

_FROM_PICTURE = {0x2400 + code: code for code in range(0x20)} | {0x2421: 0x7F}


def octets(value: str) -> bytes:
    """What was typed or pasted, as bytes: a control picture stands for its control character."""
    return value.translate(_FROM_PICTURE).encode("utf-8", "surrogateescape")


class Entry(Input):
    """One line to type in. Control characters appear as their pictures, from keys and from the clipboard."""

    DEFAULT_CSS = """
    Entry, Entry:focus {
        border: none; height: 1; padding: 0 1 0 2; background: $surface; width: 1fr;
    }
    """

    virtual_size = Reactive(Size(0, 0), layout=False)
    """As a widget's own, but a longer text lays out nothing anew: one row stays one row."""

    def __init__(self, *, placeholder: str = "", id: str | None = None, limit: int = 16384) -> None:
        super().__init__(placeholder=placeholder, id=id, select_on_focus=False, compact=True)
        self.cursor_blink = False
        self._limit = limit
        self.take_lines: Callable[[str], bool] | None = None
        """Asked first where something was pasted; it says whether it took that."""
        self._colours: tuple[Style, ...] = ()
        self._signs: dict[tuple[bool, bool, bool], tuple[Strip, Strip]] = {}
        self._editing = False
        self._edited: Callable[[bool], None] | None = None
        self._last = ""
        self._veiled: frozenset[int] = frozenset()
        self.lifted = False
        """Whether what is veiled is shown all the same."""
        self._initial_value = False  # Textual scrolls to the cursor after the first text only; a paste may be the first

    def follow(self, edited: Callable[[bool], None]) -> None:
        """Call this once for each change, within the handling of the key that made it: the echo and what follows from
        it then share one frame. It is told whether the text changed, or the cursor alone.
        """
        self._edited = edited

    def watch_value(self, value: str) -> None:
        """The text was set."""
        self._tell()

    def watch_selection(self, selection: object) -> None:
        """The cursor moved."""
        self._tell()

    def replace(self, text: str, start: int, end: int) -> None:
        """Every edit goes through here: the text changes and then the cursor, which is told as one change."""
        self._editing = True
        before = len(self.value)
        try:
            # Nobody listens to Changed: who wants to know has said so with `follow`.
            with self.prevent(Input.Changed):
                super().replace(text, start, end)
        finally:
            self._editing = False
            # What was typed into a secret is known to who typed it; the rest of the secret stays veiled.
            by = len(self.value) - before
            kept = (at if at < start else at + by for at in self._veiled if not start <= at < end)
            self._veiled = frozenset(kept) if self._veiled else self._veiled
        self._tell()

    def _tell(self) -> None:
        if self._edited is not None and not self._editing and self.is_mounted:
            changed, self._last = self.value != self._last, self.value
            self._edited(changed)

    def validate_value(self, value: str) -> str:
        """Nothing that a terminal would obey, and no more than `limit` characters."""
        if not value.isprintable() or not value.isascii():
            value = show(value)
        return value[: self._limit]

    @property
    def octets(self) -> bytes:
        """What was typed, as bytes."""
        return octets(self.value)

    def put(self, text: str) -> None:
        """Another text, the cursor behind it; nothing of it is veiled."""
        self._veiled = frozenset()
        self.value = text
        self.cursor_position = len(self.value)

    def veil(self, characters: Iterable[int]) -> None:
        """Show dots in these places of the text until `lifted`; the text itself stays what it is."""
        self._veiled = frozenset(characters)
        self.refresh()

    def lift(self, lifted: bool) -> None:
        """Show what is veiled, or veil it again."""
        self.lifted = lifted
        self.refresh()

    @property
    def veiled(self) -> frozenset[int]:
        """The places of the text that are a secret's."""
        return self._veiled

    @property
    def selected_text(self) -> str:
        """What is copied: as it is shown."""
        start, end = sorted(self.selection)
        return "".join(self._shown(self.value)[start:end])

    def _shown(self, text: str) -> list[str]:
        """Each character as it is painted."""
        if not self._veiled or self.lifted:
            return list(text)
        mask = "*" if getattr(self.app, "only_ascii", False) else MASK
        return [mask * cell_len(char) if at in self._veiled else char for at, char in enumerate(text)]

    def on_resize(self) -> None:
        """The cursor stays in sight, and no room is left unused."""
        self.scroll_to(x=min(self.scroll_x, self.max_scroll_x), animate=False, force=True)
        cursor = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(cursor, 0, 1, 1), force=True, animate=False)

    # Painting: as Input's, without a console's detour over rich.Text

    def render_line(self, y: int) -> Strip:
        """The visible part of the text, the selection and the cursor."""
        if y or self.password:
            return super().render_line(y)
        if not self._colours:
            names = ("input--placeholder", "input--selection", "input--cursor")
            self._colours = (self.rich_style, *map(self.get_component_rich_style, names))
        base, pale, selected, under_cursor = self._colours
        width = self.scrollable_content_region.width + 1
        focused = self.has_focus
        text = self.value or self.placeholder
        if not self.value:
            base += pale
        start, end = sorted(self.selection) if focused and self.value else (0, 0)
        cursor = self.cursor_position if focused and self.value else 0 if focused else -1
        text += " "
        shown = self._shown(text) if self._veiled else text
        cuts = sorted({0, len(text), start, end, *((cursor, cursor + 1) if cursor >= 0 else ())})
        segments = []
        for low, high in pairwise(cuts):
            style = base
            if start <= low < end:
                style = base + selected
            if low == cursor:
                style = base + under_cursor
            segments.append(Segment("".join(shown[low:high]), style))
        left = self.scroll_offset.x
        return Strip(segments).crop(left, left + width).extend_cell_length(width, base)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line, a sign that one may type here, and signs where the text goes on beyond an end."""
        strips = super().render_lines(crop)
        width = self.outer_size.width
        if not strips or crop.y or crop.column_span != (0, width) or width < 8:
            return strips
        left = self.scroll_offset.x > 0
        cut = cell_len(self.value or self.placeholder) > self.scroll_offset.x + width - 3
        state = (self.has_focus, left, cut)
        signs = self._signs.get(state)
        if signs is None:
            signs = self._signs[state] = self._signs_for(*state)
        strips[0] = Strip.join([signs[0], strips[0].crop(2, width - 1), signs[1]])
        return strips

    def _signs_for(self, focus: bool, left: bool, cut: bool) -> tuple[Strip, Strip]:
        palette = Palette(self.app.theme_variables)
        key, dim = self.rich_style + palette["key"], self.rich_style + palette["dim"]
        prompt, more = (">", "~") if getattr(self.app, "only_ascii", False) else ("›", "…")
        signs = Strip([Segment(prompt, key if focus else dim), Segment(more if left else " ", dim)], 2)
        end = Strip([Segment(more if cut else " ", dim)], 1)
        for line_filter in self.get_line_filters():
            if not isinstance(line_filter, ANSIToTruecolor):
                signs, end = (strip.apply_filter(line_filter, self.background_colors[1]) for strip in (signs, end))
        return signs, end

    def notify_style_update(self) -> None:
        """The theme or the focus changed."""
        super().notify_style_update()
        self._colours = ()
        self._signs = {}

    def _on_paste(self, event: events.Paste) -> None:
        """The first line that holds anything; a newline at the end is no line."""
        event.stop()
        event.prevent_default()
        lines = [line for line in event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
        if lines and self.take_lines is not None and self.take_lines(event.text):
            return
        if len(lines) > 1:
            self.notify(f"One line fits here: the first of the {len(lines)} that you pasted was taken.", markup=False)
        if lines:
            text = show(lines[0])
            if self.selection.is_empty:
                self.insert_text_at_cursor(text)
            else:
                self.replace(text, *self.selection)
