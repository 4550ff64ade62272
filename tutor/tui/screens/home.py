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
from tutor.tui.widgets.rows import EMPTY, Piece, Row, Rows, row
from tutor.wire.printable import show

WELCOME = (
    "New to this? Press enter. A program that sends mail logs in to a mail server by a short talk in plain lines; "
    "you will read each line of it, and then speak it."
)
DANCE = (
    ("S", "220 mail.example.org ESMTP", "the server greets"),
    ("C", "EHLO laptop.example.net", "who I am"),
    ("S", "250 AUTH LOGIN PLAIN", "how to log in here"),
    ("C", "AUTH LOGIN", "like this, please"),
    ("S", "334 VXNlcm5hbWU6", "Username:"),
    ("C", "YWRh", "ada"),
    ("S", "334 UGFzc3dvcmQ6", "Password:"),
    ("C", "••••••••", "a secret"),
    ("S", "235 2.7.0 Authentication successful", "welcome"),
)
"""What the program is about, where there is room for it (draft-murchison-sasl-login-00, RFC 4954 section 4)."""
ROOM_FOR_DANCE = 32
TWO_COLUMNS = 60
THREE_COLUMNS = 110


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
        self._due = 0
        """Cards that are due for review."""
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

    def on_screen_resume(self) -> None:
        """Back from a lesson: its progress shows."""
        if self._entries is not None:
            self._load()

    def _load(self) -> None:
        self._entries, self._trouble = entries(self.app)
        self._due = due(self.app)
        self._at[0] = min(self._at[0], len(self._entries))
        self._lay()

    # Keys

    def action_move(self, by: int) -> None:
        """Up and down in the column."""
        last = self._count(self._column) - 1
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
            step = f", step {entry.solved + 1} of {entry.steps}" if entry.solved and not entry.finished else ""
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
        left_width = min(width // 2 + 4, 62) if width < THREE_COLUMNS else 58 if width < 140 else 72
        rows = [*self._top(width), self._continue(width), EMPTY]
        rows.append(row((" Lessons".ljust(left_width), "title"), ("  Do", "title")))
        first = len(rows)
        lessons, where = self._listed(left_width)
        places = [self._place(n) for n in range(len(self._places))]
        beside = [*places, EMPTY, *fold(pieces(self._about(), "dim"), width - left_width - 1, "  ")]
        if width >= THREE_COLUMNS and self._body.size.height >= ROOM_FOR_DANCE:
            beside += [EMPTY, row(("  A login, line by line", "title")), *_dance()]
        # The list scrolls with the cursor; what stands beside it stays.
        room = max(1, self._body.size.height - first)
        here = where[self._at[0] - 1] if self._at[0] and where else 0
        top = max(0, min(here - room // 2, len(lessons) - room)) if self._column == 0 else self._scrolled
        self._scrolled = top
        for n in range(min(max(len(lessons) - top, len(beside)), room)):
            left = self._shown_lesson(lessons, top, n, room, left_width)
            right = beside[n] if n < len(beside) else EMPTY
            rows.append(Row((*left.pieces, *right.pieces), left.target or right.target))
        return rows, 0

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

    def _listed(self, width: int) -> tuple[list[Row], list[int]]:
        """The rows of all lessons, those of a pack under its name; and in which row each lesson is."""
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
        return rows, where

    def _lesson(self, number: int, width: int) -> Row:
        assert self._entries is not None
        entry = self._entries[number]
        chosen = self._column == 0 and self._at[0] == number + 1
        done = entry.finished
        mark = "▸" if chosen else "✓" if done else "·" if entry.solved else "»" if entry.placed else " "
        dots = "●" * entry.solved + "○" * (entry.steps - entry.solved)
        if len(dots) > 12 or width < 44:
            dots = f"{entry.solved}/{entry.steps}"
        head = f" {mark} {number + 1:>2} "
        longest = max(entry.steps if entry.steps <= 12 and width >= 44 else 5 for entry in self._entries)
        dots = dots.ljust(longest)
        room = width - len(head) - len(dots) - 2
        title = show(entry.title)
        if cell_len(title) > room:
            title = title[: max(0, room - 1)] + "…"
        title += " " * (room - cell_len(title))
        style = "bold on" if chosen else "dim" if done else ""
        dots_style = "good" if done else "key" if entry.solved else "dim"
        first: Piece = (head, "good" if done and not chosen else style)
        return row(first, (title, style), (f" {dots} ", dots_style), target=f"lesson:{entry.id}")

    def _place(self, number: int) -> Row:
        found = self._places[number]
        chosen = self._column == 1 and self._at[1] == number
        line = f"{found.line}: {self._due}" if found.id == "review" and self._due else found.line
        return row((" ▸" if chosen else "  ", ""), (f" {found.key} ", "key"),
                   (f" {line} ", "bold on" if chosen else ""), target=f"place:{found.id}")  # fmt: skip


def _dance() -> list[Row]:
    """An exchange in the colours of its two sides, and what its Base64 says."""
    return [
        row((f"  {side}: ", "dim"), (f"{line:<38}", "theirs" if side == "S" else "ours"), (words, "dim"))
        for side, line, words in DANCE
    ]


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
