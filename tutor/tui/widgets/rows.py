"""One widget of lines: it keeps its strips, and paints only the rows that changed.

Everything in the app but the input fields is drawn by it. Its texts are never markup, and
what is not printable becomes a picture here at the latest.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tutor.tui.look import Palette
from tutor.tui.messages import RowChosen
from tutor.wire.only_ascii import cells as cells_of
from tutor.wire.printable import show

Piece = tuple[str, str]
"""A text and the name of its style (`look.py`)."""


class Row(NamedTuple):
    """One line of the screen."""

    pieces: tuple[Piece, ...] = ()
    target: str = ""
    """What a click on it means; posted as RowChosen. Empty: nothing."""

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(text for text, _ in self.pieces)


EMPTY = Row()


def row(*pieces: Piece | str, target: str = "") -> Row:
    """A row of pieces; a bare string has no style."""
    return Row(tuple((piece, "") if isinstance(piece, str) else piece for piece in pieces), target)


class Rows(Widget):
    """Rows of text, scrolled by whole rows; a first or last row says so where more is hidden."""

    def __init__(
        self, rows: Iterable[Row] = (), *, id: str | None = None, height: int | str = "1fr", focusable: bool = False,
        follow: bool = False, paged: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        # Here, not in a style sheet: each one that is parsed delays the first paint.
        self.styles.width = "1fr"
        self.styles.height = height
        self.can_focus = focusable
        self.rows: list[Row] = list(rows)
        self.top = 0
        """The first row that is shown."""
        self.follow = follow
        """Whether the last row stays in sight when rows are added."""
        self._more = "more below: page down" if paged else "more"
        self._mouse = False
        self._strips: dict[Row, Strip] = {}
        self._palette: Palette | None = None
        self._styles_by_name: dict[str, Style] = {}

    # What is shown

    def show_rows(self, rows: Sequence[Row], keep: int | None = None) -> None:
        """Show these rows; `keep` is one that must be visible."""
        old_top, old, self.rows = self.top, self.rows, list(rows)
        height = self.size.height
        if self.follow:
            self.top = max(0, len(self.rows) - height)
        self.top = max(0, min(self.top, len(self.rows) - height))
        if keep is not None and height > 2:
            # The outermost rows may be covered by the sign that there is more.
            self.top = max(0, min(self.top, keep - 1), min(keep - height + 2, len(self.rows) - height))
        elif keep is not None and height:
            self.top = max(min(self.top, keep), keep - height + 1)
        if self.top != old_top or (len(old) != len(self.rows) and max(len(old), len(self.rows)) > height):
            self.refresh()
            return
        width = self.size.width
        dirty = [
            Region(0, y, width, 1)
            for y in range(min(height, max(len(old), len(self.rows)) - self.top))
            if _at(old, y + self.top) != _at(self.rows, y + self.top)
        ]
        if dirty:
            self.refresh(*dirty)

    def scroll_rows(self, by: int) -> bool:
        """Scroll; says whether anything moved."""
        top = max(0, min(self.top + by, len(self.rows) - self.size.height))
        moved = top != self.top
        self.top = top
        if moved:
            self.refresh()
        return moved

    @property
    def more_below(self) -> bool:
        """Whether rows are hidden below."""
        return self.top + self.size.height < len(self.rows)

    @property
    def shown_text(self) -> str:
        """What is on the screen, as text."""
        return "\n".join(self._visible(y).text.rstrip() for y in range(self.size.height))

    # Painting

    def _visible(self, y: int) -> Row:
        height, count = self.size.height, len(self.rows)
        if count > height > 2:
            if y == 0 and self.top > 0:
                return row((f" ↑ {self.top + 1} more above", "dim"))
            hidden = count - self.top - height
            if y == height - 1 and hidden > 0:
                return row((f" ↓ {hidden + 1} {self._more}", "dim"))
        elif count > height and y == height - 1:
            # Too low for rows that say so: the sign stands at the end of the last one.
            sign = f" {'↑' if self.top else ''}{'↓' if count - self.top > height else ''}"
            return row(*cut_to(_at(self.rows, y + self.top).pieces, self.size.width - len(sign)), (sign, "dim"))
        return _at(self.rows, y + self.top)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips themselves: with neither border nor padding there is nothing for Textual's cache of styles to add.

        That saves a third of the time from a key to the screen.
        """
        strips = [self.render_line(y) for y in crop.line_range]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """One row, from the kept strips where it is one of them."""
        line = self._visible(y)
        strip = self._strips.get(line)
        if strip is None:
            if len(self._strips) > 400:
                self._strips.clear()
            strip = self._strips[line] = self._strip(line)
        if self._mouse:
            strip = strip.apply_offsets(0, y)
        selection = self.text_selection
        if selection is not None:
            return self._selected(line, strip, selection, y)
        return strip

    def _strip(self, line: Row) -> Strip:
        width = self.size.width
        segments = []
        room = width
        ascii_only = getattr(self.app, "only_ascii", False)
        for text, name in line.pieces:
            safe = text if text.isascii() and text.isprintable() else show(text)
            if ascii_only:
                safe = cells_of(safe)
            cells = len(safe) if safe.isascii() else cell_len(safe)
            if cells > room:
                # Cut off, and never without a sign.
                segments.append(Segment(_cut(safe, room - 1) + ("~" if ascii_only else "…"), self._style(name)))
                room = 0
                break
            segments.append(Segment(safe, self._style(name)))
            room -= cells
        if room > 0:
            segments.append(Segment(" " * room, self._style("")))
        strip = Strip(segments).adjust_cell_length(width)
        # Our colours are true ones already; NO_COLOR's filter is what matters here.
        for line_filter in self.get_line_filters():
            if not isinstance(line_filter, ANSIToTruecolor):
                strip = strip.apply_filter(line_filter, self.background_colors[1])
        return strip

    def _style(self, name: str) -> Style:
        """A named style over the widget's own colours."""
        style = self._styles_by_name.get(name)
        if style is None:
            if self._palette is None:
                app = self.app
                self._palette = Palette(app.theme_variables)
            style = self._styles_by_name[name] = self.rich_style + self._palette[name]
        return style

    def _selected(self, line: Row, strip: Strip, selection: Selection, y: int) -> Strip:
        span = selection.get_span(y)
        if span is None:
            return strip
        start, end = span
        end = len(line.text) if end == -1 else end
        left, middle, right = (strip.crop(0, start), strip.crop(start, end), strip.crop(end, strip.cell_length))
        return Strip.join([left, middle.apply_style(self.screen.get_component_rich_style("screen--selection")), right])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Lets the mouse copy from the lines."""
        return selection.extract(self.shown_text), "\n"

    def notify_style_update(self) -> None:
        """The theme changed: all strips are painted anew."""
        super().notify_style_update()
        self._forget()

    def on_resize(self) -> None:
        """Strips have the old width."""
        self._forget()
        self.show_rows(self.rows)
        self.refresh()

    def _forget(self) -> None:
        self._strips.clear()
        self._styles_by_name.clear()
        self._palette = None

    # Mouse

    def on_enter(self) -> None:
        """From now on characters know their places, so that they can be selected; without a mouse that is only slow."""
        if not self._mouse:
            self._mouse = True
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click on a row that means something."""
        line = self._visible(event.y)
        if line.target:
            self.post_message(RowChosen(self, line.target))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        if self.scroll_rows(3):
            event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        if self.scroll_rows(-3):
            event.stop()


def _at(rows: Sequence[Row], index: int) -> Row:
    return rows[index] if 0 <= index < len(rows) else EMPTY


def cut_to(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """Exactly `width` cells of these pieces: cut off with a sign, or filled up."""
    room, kept = width, []
    for text, style in pieces:
        text = show(text)
        if cell_len(text) > room:
            kept.append((_cut(text, room - 1) + "…", style))
            room -= cell_len(kept[-1][0])
            break
        kept.append((text, style))
        room -= cell_len(text)
    return [*kept, (" " * max(0, room), "")]


def _cut(text: str, cells: int) -> str:
    while text and cell_len(text) > cells:
        text = text[:-1] if cell_len(text) < 2 * cells + 8 else text[: 2 * cells + 4]
    return text if cells > 0 else ""
