"""Home: the lessons with their progress, and what else there is to do."""

from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tutor.tui.commands import PLACES, bindings
from tutor.tui.messages import RowChosen
from tutor.tui.widgets.keys import Keys
from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import EMPTY, Piece, Row, Rows, cut_to, row
from tutor.wire.printable import show

WELCOME = (
    "New to this? Press enter. A program that sends mail logs in to a mail server by a short talk in plain lines; "
    "you will read each line of it, and then speak it."
)
PIE = "○◔◑◕●"
"""How much of a lesson is solved, in one cell."""
TWO_COLUMNS = 60
WIDE = 110
"""Columns from which on there is room for a mark for every step, and for what the program is about."""
VERY_WIDE = 170
"""Columns from which on every lesson and place has its sentence below it, where there are rows for that."""
ROOM_FOR_LOGIN = 30
"""Rows of the window that it needs."""


class Entry(NamedTuple):
    """One lesson in the list."""

    id: str
    title: str
    steps: int
    solved: int
    finished: bool
    """Every step was done."""
    about: str = ""
    minutes: int = 0
    current: bool = False
    """Where the learner was last."""
    placed: bool = False
    """The placement test says that it may be passed over; it is not solved by that."""
    pack: str = ""
    """The name of the pack that it comes from; empty: it is one of ours."""


class HomeScreen(Screen[None]):
    """The first screen. It is painted before the lessons are read."""

    PLACE = "home"
    BINDINGS: ClassVar[list[BindingType]] = bindings("home")
    AUTO_FOCUS = "#home"

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] | None = None
        self._trouble = ""
        self._column = 0
        self._at = [0, 0]
        self._scrolled = 0
        self._ahead = False
        """Enter was pressed before the lessons were read."""
        self._due = 0
        """Cards that are due for review."""
        self._posters: tuple[list[Row], dict[tuple[int, bool], list[Row]]] | None = None
        """What the program is about: a login, and a challenge in the widths that were asked for."""
        self._body = Rows(id="home", focusable=True)
        self._places = [place for place in PLACES if place.key]

    def compose(self) -> ComposeResult:
        """One widget of lines, and the keys."""
        yield self._body
        yield Keys("home")

    def on_mount(self) -> None:
        """Paint first, read the lessons then."""
        self._lay()
        # A moment later still, so that the thread that writes to the terminal comes first.
        self.call_after_refresh(self.set_timer, 0.005, self._load)

    def on_resize(self) -> None:
        """Columns come and go with the width."""
        self._lay()
        if self._entries is not None and self._posters is None and self._poster_fits:
            self._load_poster()

    def on_screen_resume(self) -> None:
        """Back from a lesson: its progress shows."""
        if self._entries is not None:
            self._load()

    def _load(self) -> None:
        self._entries, self._trouble = entries(self.app)
        self._due = due(self.app)
        self._at[0] = min(self._at[0], len(self._entries))
        self._lay()
        if self._ahead:
            self._ahead = False
            self.action_open()
        if self._posters is None and self._poster_fits:
            self.call_after_refresh(self.set_timer, 0.05, self._load_poster)

    @property
    def _poster_fits(self) -> bool:
        size = self.app.size
        return size.width >= WIDE and size.height >= ROOM_FOR_LOGIN

    @property
    def complete(self) -> bool:
        """Whether all that comes after the first paint is there."""
        return self._entries is not None and (self._posters is not None or not self._poster_fits)

    def _load_poster(self) -> None:
        from tutor.tui.widgets import poster

        self._posters = (poster.login(), {})
        self._lay()

    def _challenge(self, width: int, room: int) -> list[Row]:
        """As much of it as there is room for."""
        if self._posters is None:
            return []
        from tutor.tui.widgets import poster

        made = self._posters[1]
        for bits in (True, False) if width >= poster.NARROWEST else ():
            if (width, bits) not in made:
                made[width, bits] = poster.challenge(width, bits)
            if len(made[width, bits]) <= room:
                return made[width, bits]
        return []

    # Keys

    def action_move(self, by: int) -> None:
        """Up and down in the column."""
        last = self._count(self._column) - 1
        if self._entries is None and not self._column:
            last = 999  # the lessons come in a moment; who typed ahead means them
        self._at[self._column] = max(0, min(self._at[self._column] + by, last))
        self._lay()

    def action_side(self) -> None:
        """To the other column."""
        self._column = 1 - self._column
        self._lay()

    def action_open(self) -> None:
        """What the cursor is on."""
        if self._column:
            self._open(f"place:{self._places[self._at[1]].id}")
        elif self._entries is None:
            self._ahead = True
        elif self._entries:
            at = self._at[0]
            self._open(f"lesson:{self._next().id if at == 0 else self._entries[at - 1].id}")

    def on_key(self, event: Any) -> None:
        """The letters of the places."""
        for found in self._places:
            if event.character == found.key:
                event.stop()
                self._open(f"place:{found.id}")

    def on_row_chosen(self, message: RowChosen) -> None:
        """A click."""
        self._open(message.target)

    def _open(self, target: str) -> None:
        kind, _, id = target.partition(":")
        go: Any = getattr(self.app, "go")  # noqa: B009 - the app's own method, which a bare App has not
        if kind == "lesson":
            go("lesson", lesson=id)
        elif kind == "place":
            go(id)

    def _count(self, column: int) -> int:
        return len(self._places) if column else len(self._entries or ()) + 1

    def _next(self) -> Entry:
        assert self._entries
        unfinished = [entry for entry in self._entries if not entry.finished and (entry.current or not entry.placed)]
        return next((entry for entry in unfinished if entry.current), (unfinished or self._entries)[0])

    # Painting

    def _lay(self) -> None:
        width = self.app.size.width
        if width < TWO_COLUMNS:
            rows, keep = self._narrow(width)
        else:
            rows, keep = self._columns(width)
        self._body.show_rows(rows, keep)

    def _top(self, width: int) -> list[Row]:
        left: Piece = (" sasl-tutor", "title")
        right = "SMTP AUTH, explained byte by byte " if width >= TWO_COLUMNS else ""
        return [Row((left, (right.rjust(width - len(left[0])), "dim"))), EMPTY]

    def _continue(self, width: int) -> Row:
        chosen = self._column == 0 and self._at[0] == 0
        if self._entries is None:
            words, name = "Start", "…"
        elif not self._entries:
            words, name = "No lessons", self._trouble or "were found in this installation."
        else:
            entry = self._next()
            begun = any(known.solved for known in self._entries)
            words = "Continue" if begun else "Start here"
            inside = entry.solved and not entry.finished and width >= TWO_COLUMNS
            step = f", step {entry.solved + 1} of {entry.steps}" if inside else ""
            name = f"{self._entries.index(entry) + 1} {entry.title}{step}"
        mark = "▸" if chosen else " "
        text = f" {mark} {words}  "
        return row(
            (text, "bold on" if chosen else "bold"),
            (show(name) + " ", "on" if chosen else ""),
            ("  enter" if chosen else "", "key"),
            target=f"lesson:{self._next().id}" if self._entries else "",
        )

    def _columns(self, width: int) -> tuple[list[Row], int]:
        """Lessons on the left, the rest on the right. The list scrolls with the cursor; what stands beside it stays."""
        rows = [*self._top(width), self._continue(width), EMPTY]
        room = max(1, (self._body.size.height or self.app.size.height - 1) - len(rows) - 1)
        told = width >= VERY_WIDE and 2 * len(self._entries or ()) <= room
        left_width = self._left_width(width)
        if told:
            left_width = width - 88
        rows.append(row((self._heading().ljust(left_width), "title"), ("  Do", "title")))
        lessons, where = self._listed(left_width, told)
        beside = self._beside(width - left_width, room, told)
        here = where[self._at[0] - 1] if self._at[0] and where else 0
        top = max(0, min(here - room // 2, len(lessons) - room)) if self._column == 0 else self._scrolled
        self._scrolled = top
        for n in range(min(max(len(lessons) - top, len(beside)), room)):
            left = self._shown_lesson(lessons, top, n, room, left_width)
            right = beside[n] if n < len(beside) else EMPTY
            rows.append(Row((*left.pieces, *right.pieces), left.target or right.target))
        below = [] if told else self._challenge(width, room - max(len(lessons), len(beside)) - 1)
        rows += [EMPTY, *below] if below else []
        return rows, 0

    def _left_width(self, width: int) -> int:
        """Columns for the lessons: as many as their titles need, where the rest has enough then."""
        # Before they are read: as ours are, so that nothing moves when they come.
        titles = max((cell_len(show(entry.title)) for entry in self._entries or ()), default=43)
        if width >= WIDE:
            return min(titles + 8 + self._dots, width - 44)
        return max(min(titles + 7, width - 30), width // 2)

    @property
    def _dots(self) -> int:
        """Cells for the marks of a lesson's steps."""
        return max((entry.steps if entry.steps <= 12 else 5 for entry in self._entries or ()), default=9)

    def _heading(self) -> str:
        finished = sum(entry.finished for entry in self._entries or ())
        return f" Lessons, {finished} of {len(self._entries or ())} finished" if finished else " Lessons"

    def _beside(self, width: int, room: int, told: bool) -> list[Row]:
        """What one can do without the lessons, what the cursor is on, and what it is all about."""
        rows: list[Row] = []
        for n, found in enumerate(self._places):
            rows.append(self._place(n))
            if told:
                rows += fold(pieces(found.help.partition(". ")[0].rstrip(".") + ".", "dim"), width - 1, "      ")
        rows.append(EMPTY)
        rows += _whole_sentences(self._about(), width - 1, room - len(rows))
        login = self._posters[0] if self._posters is not None and self._poster_fits else []
        if login and room - len(rows) > len(login) and max(cell_len(line.text) for line in login) <= width:
            rows += [EMPTY, *login]
        challenge = self._challenge(width - 2, room - len(rows) - 1) if told else []
        return [*rows, EMPTY, *(Row(((" ", ""), *line.pieces)) for line in challenge)]

    def _shown_lesson(self, lessons: list[Row], top: int, n: int, room: int, width: int) -> Row:
        """One row of the list, or the sign that there is more."""
        more = len(lessons) - top - room
        if n == 0 and top > 0:
            return row((f"   ↑ {top + 1} more".ljust(width), "dim"))
        if n == room - 1 and more > 0:
            return row((f"   ↓ {more + 1} more".ljust(width), "dim"))
        return lessons[top + n] if top + n < len(lessons) else row(" " * width)

    def _about(self) -> str:
        """What the cursor is on, in a sentence or two."""
        if self._entries is None:
            return ""
        if self._column:
            return self._places[self._at[1]].help
        if not self._entries:
            return self._trouble
        if self._at[0] == 0:
            return WELCOME if not any(entry.solved for entry in self._entries) else self._next().about
        entry = self._entries[self._at[0] - 1]
        if entry.pack:
            return f"{entry.about} From {show(entry.pack)}, which is not ours."
        if entry.placed and not entry.finished:
            return f"{entry.about} You were placed out of it (»); it is not solved."
        return f"{entry.about} About {entry.minutes} minutes." if entry.minutes else entry.about

    def _narrow(self, width: int) -> tuple[list[Row], int]:
        rows = [*self._top(width), self._continue(width), EMPTY, row((" Do", "title"))]
        keep = len(rows) + self._at[1] if self._column else 0
        rows += [self._place(n) for n in range(len(self._places))]
        rows += [EMPTY, row((" Lessons", "title"))]
        if self._column == 0 and self._at[0]:
            keep = len(rows) + self._listed(width)[1][self._at[0] - 1]
        rows += self._listed(width)[0]
        return rows, keep

    def _listed(self, width: int, told: bool = False) -> tuple[list[Row], list[int]]:
        """The rows of all lessons, those of a pack under its name; and in which row each lesson is.

        `told`: each with its sentence below it.
        """
        rows: list[Row] = []
        where: list[int] = []
        pack = ""
        for number, entry in enumerate(self._entries or ()):
            if entry.pack != pack:
                pack = entry.pack
                name = f"   {show(pack)}"
                rows.append(row(((name if len(name) < width else name[: width - 2] + "…").ljust(width), "title")))
            where.append(len(rows))
            rows.append(self._lesson(number, width))
            if told:
                rows.append(
                    Row((*cut_to([("      ", ""), (entry.about, "dim")], width - 2), ("  ", "")), rows[-1].target)
                )
        return rows, where

    def _lesson(self, number: int, width: int) -> Row:
        assert self._entries is not None
        entry = self._entries[number]
        chosen = self._column == 0 and self._at[0] == number + 1
        done = entry.finished
        wide = self.app.size.width >= WIDE
        mark = (
            "✓" if done else "»" if entry.placed else " " if wide else PIE[min(3, -(-4 * entry.solved // entry.steps))]
        )
        dots = "●" * entry.solved + "○" * (entry.steps - entry.solved) if wide else ""
        if len(dots) > 12:
            dots = f"{entry.solved}/{entry.steps}"
        style = "bold on" if chosen else "dim" if done else ""
        dots_style = "good" if done else "key" if entry.solved else "dim"
        title = cut_to([(entry.title, style)], width - 7 - (self._dots + 1 if wide else 0))
        return row(
            ("▸" if chosen else " ", "key"), (mark, dots_style), (f" {number + 1:>2} ", style), *title[:-1],
            (title[-1][0], style if chosen else ""),
            (f" {dots.ljust(self._dots)} " if wide else " ", dots_style), target=f"lesson:{entry.id}",
        )  # fmt: skip

    def _place(self, number: int) -> Row:
        found = self._places[number]
        chosen = self._column == 1 and self._at[1] == number
        line = f"{found.line}: {self._due}" if found.id == "review" and self._due else found.line
        return row((" ▸" if chosen else "  ", ""), (f" {found.key} ", "key"),
                   (f" {line} ", "bold on" if chosen else ""), target=f"place:{found.id}")  # fmt: skip


def _whole_sentences(text: str, width: int, room: int) -> list[Row]:
    """As many sentences as there are rows for, none of them in part."""
    sentences = text.split(". ")
    for count in range(len(sentences), 0, -1):
        some = ". ".join(sentences[:count]) + ("" if count == len(sentences) else ". …")
        rows = fold(pieces(some, "dim"), width, "  ")
        if len(rows) <= room:
            return rows
    return []


def due(app: Any) -> int:
    """How many cards are due for review."""
    progress = app.progress
    return 0 if progress is None else sum(card[4] <= progress.now() for card in progress.cards())


def entries(app: Any) -> tuple[list[Entry], str]:
    """The lessons with their progress, and a sentence where they cannot be read."""
    try:
        from tutor.course import load

        index = load.index()
        broken = load.broken()
    except Exception as error:  # a broken installation must still open, and say so
        return [], f"could not be read: {error}"
    for each in broken:
        app.say_once(each.sentence)
    progress = app.progress
    done = progress.lessons() if progress is not None else {}
    last = progress.last_position() if progress is not None else None
    placed = progress.placed() if progress is not None else frozenset()
    found = []
    for lesson in index:
        known = done.get(lesson.id)
        solved = min(len(known.solved | known.read), lesson.steps) if known is not None else 0
        finished = known is not None and len(known.done) >= lesson.steps
        current = last is not None and last.lesson == lesson.id
        found.append(
            Entry(
                lesson.id,
                lesson.title,
                lesson.steps,
                solved,
                finished,
                lesson.about,
                lesson.minutes,
                current,
                lesson.id in placed,
                lesson.pack,
            )
        )
    return found, ""
