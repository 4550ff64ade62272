"""Look up: search while one types, a page for the chosen entry, two things side by side."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Input

from tutor import reference
from tutor.explain import lookup
from tutor.reference.entries import Comparison, Hit, Page, Section
from tutor.tui.commands import bindings
from tutor.tui.messages import RowChosen
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.keys import Keys
from tutor.tui.widgets.prose import fold, paragraphs, pieces
from tutor.tui.widgets.rows import EMPTY, Row, Rows, row
from tutor.wire.printable import show

SIDE_BY_SIDE = 100
"""From this width on, the list stands left of the page."""


class ReferenceScreen(Screen[None]):
    """One input, the list of what was found, the page of what is chosen."""

    PLACE = "reference"
    BINDINGS: ClassVar[list[BindingType]] = bindings("reference")
    AUTO_FOCUS = "#words"
    DEFAULT_CSS = """
    ReferenceScreen #both { layout: vertical; height: 1fr; width: 1fr; }
    ReferenceScreen #found { background: $surface; }
    ReferenceScreen.-side #both { layout: horizontal; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._entry = Entry(
            id="words", placeholder="a code, a mechanism, a port or any word; two codes to compare them"
        )
        self._list = Rows(id="found", height=6)
        self._page = Rows(id="page")
        self._hits: list[Hit] = []
        self._at = 0

    def compose(self) -> ComposeResult:
        """The input on top, list and page below."""
        yield self._entry
        with Container(id="both"):
            yield self._list
            yield self._page
        yield Keys("reference")

    def on_mount(self) -> None:
        """Searched at every key."""
        self._entry.follow(self._edited)
        self._search()

    def on_resize(self) -> None:
        """Folded anew; what was typed stays."""
        side = self.app.size.width >= SIDE_BY_SIDE
        self.set_class(side, "-side")
        self._list.styles.width = max(40, self.app.size.width * 3 // 10) if side else "1fr"
        self._list.styles.height = "1fr" if side else max(3, min(6, self.app.size.height // 4))
        self.call_after_refresh(self._lay)

    def opened(self, words: str | None = None) -> None:
        """Called when one comes here; `words` are looked up."""
        if words:
            self._entry.put(words)
            if self.is_mounted:
                self._search()

    def _edited(self, changed: bool) -> None:
        if changed:
            self._search()

    def _search(self) -> None:
        self._hits = found(self._entry.value)
        self._at = 0
        self._page.top = 0
        self._lay()

    # Keys

    def action_choose(self, by: int) -> None:
        """Up and down."""
        self._at = max(0, min(self._at + by, len(self._hits) - 1))
        self._page.top = 0
        self._lay()

    def action_page(self, by: int) -> None:
        """Scroll the page."""
        self._page.scroll_rows(by * max(1, self._page.size.height - 2))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the key of what is chosen, so that the next search begins there."""
        event.stop()
        if self._hits:
            self._entry.put(self._hits[self._at].key)

    def on_row_chosen(self, message: RowChosen) -> None:
        """A click chooses from the list, or follows a code on the page."""
        if message.widget is self._list:
            self._at = int(message.target)
            self._page.top = 0
            self._lay()
        else:
            self._entry.put(message.target)

    # Painting

    def _lay(self) -> None:
        width = self._list.size.width or self.app.size.width
        rows: list[Row] = []
        for number, hit in enumerate(self._hits):
            here = number == self._at
            # The keys of servers' texts are for programs; their titles say more.
            key = "" if hit.kind == "provider" else f"{show(hit.key):<8} "
            rows.append(row(("▸" if here else " ", "key"), (key, "key on" if here else "key"),
                            (show(hit.title), "bold on" if here and not key else "bold" if here else ""),
                            target=str(number)))  # fmt: skip
        if not self._hits:
            rows = fold(
                pieces("Nothing was found. Try a code such as those that a server sends, or one word.", "dim"),
                width - 1,
                " ",
            )
        if not self.has_class("-side"):
            self._list.styles.height = max(1, min(6, len(rows), self.app.size.height // 4))
        self._list.show_rows(rows, self._at)
        page_width = self._page.size.width or self.app.size.width
        self._page.show_rows(painted(self._hits[self._at], self._entry.value, page_width) if self._hits else [])


def found(words: str) -> list[Hit]:
    """What a search finds; two things that can be compared come first, as one."""
    text = words.strip()
    if not text:
        return overview()
    hits = lookup.search(text)
    parts = text.replace(",", " ").split()
    if len(parts) == 2 and not (hits and hits[0].kind == "comparison"):
        comparison = _compared(*parts)
        if comparison is not None:
            hits.insert(0, Hit("comparison", f"{parts[0]} {parts[1]}", f"{comparison.a} and {comparison.b}", ""))
    return hits


def overview() -> list[Hit]:
    """Before anything is typed: every reply code and every mechanism."""
    codes = [Hit("reply", str(entry.code), entry.title, entry.short) for entry in reference.reply_codes()]
    pages = [Hit("mechanism", page.name, page.title, page.summary) for page in reference.mechanism_pages()]
    return codes + pages


def _compared(a: str, b: str) -> Comparison | None:
    try:
        return reference.compare(int(a) if a.isdigit() else a, int(b) if b.isdigit() else b)
    except LookupError:
        return None


def painted(hit: Hit, words: str, width: int) -> list[Row]:
    """The page of a hit."""
    if hit.kind == "comparison":
        parts = hit.key.replace(",", " ").split()
        comparison = _compared(*parts) if len(parts) == 2 else None
        if comparison is not None:
            return _comparison(comparison, width)
    page: Page | None = lookup.page(hit.kind, hit.key)
    if page is None:
        return fold(pieces(hit.line), width - 1, " ")
    head = f" {show(page.key)} "
    title = fold([(show(page.title), "title")], width - 1, head + " ")
    rows: list[Row] = [Row(((head, "bold on"), (" ", ""), *title[0].pieces[1:])), *title[1:], EMPTY]
    rows += paragraphs(page.lead, min(width - 1, 110), first=" ")
    source = page.source + (f", as of {page.as_of}" if page.as_of else "")
    end = [EMPTY, *fold(pieces(source, "dim"), width - 1, " ")]
    half = (width - 4) // 2
    two = half >= 60
    blocks = [
        [EMPTY, row((f" {section.heading}", "title")), *_section(section, half if two else min(width - 1, 110))]
        for section in page.sections
    ]
    if two:
        return [*rows, *_two_columns(blocks, half), *end]
    return [*rows, *(line for block in blocks for line in block), *end]


def _two_columns(blocks: list[list[Row]], width: int) -> list[Row]:
    """The blocks in two columns about as high as each other, in their order."""
    heights = [len(block) for block in blocks]
    first = min(range(len(blocks) + 1), key=lambda n: max(sum(heights[:n]), sum(heights[n:])))
    left = [line for block in blocks[:first] for line in block]
    right = [line for block in blocks[first:] for line in block]
    rows = []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else EMPTY
        other = right[number] if number < len(right) else EMPTY
        gap = " " * max(0, width - _cells(one))
        rows.append(Row((*one.pieces, (gap, ""), (" │ ", "line"), *other.pieces), one.target or other.target))
    return rows


def _section(section: Section, width: int) -> list[Row]:
    rows: list[Row] = []
    for item in section.items:
        first, rest = show(item[0]), " ".join(item[1:])
        if section.kind == "list":
            rows += fold(pieces(first), width, " • ", "   ")
        elif section.kind == "steps":
            rows += fold([(first, "code")], width, "   ", "     ")
            rows += fold(pieces(rest, "dim"), width, "       ") if rest else []
        elif section.kind in ("rows", "codes"):
            target = item[0] if section.kind == "codes" else ""
            head = f" {first}  " if section.kind == "rows" else f" {first:<8}"
            folded = fold(pieces(rest), width, head, "     ", target)
            rows += [Row(((head, "key"), *folded[0].pieces[1:]), target), *folded[1:]]
        else:
            rows += paragraphs(item[0], width, first=" ")
    return rows


def _comparison(both: Comparison, width: int) -> list[Row]:
    """Two columns where there is room, one under the other where not."""
    rows: list[Row] = [row((f" {show(both.a)} ", "a on"), ("  and  ", "dim"), (f" {show(both.b)} ", "b on")), EMPTY]
    rows += paragraphs(both.summary, width - 1, first=" ")
    rows += [EMPTY, row((" Differences", "title"))]
    for difference in both.differences:
        rows += fold(pieces(difference), width - 1, " • ", "   ")
    rows.append(EMPTY)
    rows += _pair(both.a, both.b, width, "a", "b")
    rows += _pair(both.a_title, both.b_title, width)
    rows += [EMPTY, row((" When", "title")), *_pair(both.when_a, both.when_b, width)]
    for aspect in both.rows:
        rows += [EMPTY, row((f" {show(aspect.aspect)}", "title")), *_pair(aspect.a, aspect.b, width)]
    return [*rows, EMPTY, *fold(pieces(both.source, "dim"), width - 1, " ")]


def _pair(a: str, b: str, width: int, style_a: str = "", style_b: str = "") -> list[Row]:
    if width < 60:
        return [*fold(pieces(a, style_a or "a"), width - 1, " "), *fold(pieces(b, style_b or "b"), width - 1, " ")]
    room = (width - 4) // 2
    left, right = fold(pieces(a, style_a), room, " "), fold(pieces(b, style_b), room, " ")
    rows = []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else EMPTY
        other = right[number] if number < len(right) else EMPTY
        gap = " " * max(0, room - _cells(one))
        rows.append(Row((*one.pieces, (gap, ""), (" │", "line"), *other.pieces)))
    return rows


def _cells(line: Row) -> int:
    from rich.cells import cell_len

    return sum(cell_len(text) for text, _ in line.pieces)


__all__ = ["ReferenceScreen", "found"]
