"""The coach: one voice, in one place, above the keys."""

from collections.abc import Sequence

from tutor.diagnosis import Diagnosis
from tutor.explain.catalogue import explain
from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import Piece, Row, Rows

MARKS = {"good": " ✓ ", "bad": " ✗ ", "hint": " ? ", "say": " · ", "warn": " ! "}


class Coach(Rows):
    """As high as what it says, within bounds; its scroll says so where there is more."""

    DEFAULT_CSS = """
    Coach { background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__(id="coach", height=3)
        self._said: list[tuple[str, str]] = []

    def say(self, *said: tuple[str, str]) -> None:
        """Each a mood (`good`, `bad`, `hint`, `say`, `warn`) and a text."""
        self._said = list(said)
        self._lay()

    @property
    def words(self) -> str:
        """All that is being said."""
        return "\n".join(text for _, text in self._said)

    def page(self, by: int) -> bool:
        """Scroll what is being said; False where all of it is in sight, or nothing more that way."""
        return self.scroll_rows(by * max(1, self.size.height - 2))

    def on_resize(self) -> None:
        """Folded anew."""
        self._lay()
        super().on_resize()

    def _lay(self) -> None:
        width = self.size.width or self.app.size.width
        rows: list[Row] = []
        for mood, text in self._said:
            style = {"good": "good", "bad": "bad", "hint": "key", "warn": "warn"}.get(mood, "dim")
            for number, paragraph in enumerate(text.split("\n")):
                mark = MARKS.get(mood, "   ") if number == 0 else "   "
                folded = fold(pieces(paragraph), width - 1, mark)
                first: Piece = (mark, style)
                rows += [Row((first, *folded[0].pieces[1:])), *folded[1:]]
        most = max(3, self.app.size.height // 3)
        height = max(2, min(len(rows), most))
        if self.app.size.height < 12:
            height = 1 if self.app.size.height < 8 else 2
        self.styles.height = height
        self.top = 0
        self.show_rows(rows)
        self.refresh()


def told(diagnoses: Sequence[Diagnosis], more: bool = False) -> str:
    """What to say about a wrong answer: the first reason; with `more`, all that is known."""
    if not diagnoses:
        return "That is not it."
    first = diagnoses[0]
    text = first.summary
    if first.fix and first.fix not in text:
        text += f" {first.fix}"
    if first.source:
        text += f" ({first.source})"
    if more:
        for other in diagnoses[1:]:
            text += f"\nAlso: {other.summary} {other.fix}"
        entry = explain(first.code)
        if entry is not None:
            text += f"\n{entry.title}. {entry.long}"
    return text


def has_more(diagnoses: Sequence[Diagnosis]) -> bool:
    """Whether `told` has more to say."""
    return len(diagnoses) > 1 or (len(diagnoses) == 1 and explain(diagnoses[0].code) is not None)
