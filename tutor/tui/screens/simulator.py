"""The simulator: a real server for real clients, in the app's own event loop; it narrates what they send."""

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tutor.tui.commands import bindings
from tutor.tui.messages import Narration, RowChosen
from tutor.tui.screens.choose import ChooseScreen, Option
from tutor.tui.widgets.coach import told
from tutor.tui.widgets.exchange import Said, exchange_rows, head_row
from tutor.tui.widgets.keys import Keys
from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import EMPTY, Piece, Row, Rows, row
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.net.narration import Happened, Narrated
    from tutor.net.simulator import Simulator

KEPT = 2000
"""Rows of narration; older ones go."""
USER, PASSWORD = "ada", "correct horse"
"""Nobody's secret: the same as the command line's."""


class Told(NamedTuple):
    """One thing of the narration: a sentence, or a line and what was thought of it."""

    sentence: str
    said: Said | None = None

    def rows(self, width: int) -> list[Row]:
        """As it is shown."""
        if self.said is None:
            return fold(pieces(self.sentence, "dim"), width - 1, " · ", "   ")
        rows = exchange_rows([self.said], width, reveal=False)
        verdict = self.said.verdict
        if verdict is not None and verdict.correct is False:
            rows += fold([("✗ ", "bad"), *pieces(told(verdict.diagnoses))], width - 1, " ", "   ")
        return rows


class SimulatorScreen(Screen[None]):
    """What it listens on, how to reach it, and the narration."""

    PLACE = "simulator"
    BINDINGS: ClassVar[list[BindingType]] = bindings("simulator")
    AUTO_FOCUS = "#narration"

    def __init__(self) -> None:
        super().__init__()
        self._top = Rows(id="task", height=3)
        self._body = Rows(id="narration", focusable=True, follow=True)
        self._keys = Keys("simulator")
        self._simulator: Simulator | None = None
        self._address = ("", 0)
        self._trouble = ""
        self._told: deque[Told] = deque(maxlen=KEPT)
        self._folded: deque[list[Row]] = deque(maxlen=KEPT)
        """The rows of what was told, for windows `_folded_for` cells wide."""
        self._folded_for = 0
        self._waiting: deque[Narrated | Happened] = deque(maxlen=KEPT)
        self._asked = False
        self._dialect = "plain"
        self._last_code = ""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._top
        yield self._body
        yield self._keys

    def on_mount(self) -> None:
        """Off, until it is started."""
        self._lay()

    def on_resize(self) -> None:
        """Folded anew."""
        self._lay()

    async def on_unmount(self) -> None:
        """Nothing keeps listening behind the app's back."""
        await self._stop()

    def looked_at(self) -> str:
        """What F3 looks up: the last code that the server said."""
        return self._last_code

    # The server

    async def action_start_stop(self) -> None:
        """Start, or stop."""
        if self._simulator is not None:
            await self._stop()
            self._tell(Told("The server has stopped."))
        else:
            await self._start()
        self._lay()

    async def _start(self) -> None:
        from tutor.net.simulator import Options, Simulator
        from tutor.sasl.identity import UserTable
        from tutor.smtp import dialects

        dialect = dialects.get(self._dialect) or dialects.PLAIN
        simulator = Simulator(Options(UserTable({USER: PASSWORD}), dialect=dialect), self._hear)
        try:
            self._address = await simulator.start()
        except OSError as error:
            self._trouble = f"The server cannot listen: {error.strerror or error}."
            return
        self._simulator, self._trouble = simulator, ""

    async def _stop(self) -> None:
        simulator, self._simulator = self._simulator, None
        if simulator is not None:
            await simulator.stop()

    def _hear(self, item: "Narrated | Happened") -> None:
        """Called by the server for each line; it must not wait, so the item is put aside and the screen told once."""
        self._waiting.append(item)
        if not self._asked:
            self._asked = True
            self.post_message(Narration())

    def on_narration(self, message: Narration) -> None:
        """Everything that was put aside since, in one go."""
        message.stop()
        self._asked = False
        while self._waiting:
            self._tell(self._judged(self._waiting.popleft()), show=False)
        self._show()

    def _judged(self, item: "Narrated | Happened") -> "Told":
        """What is kept of it: the judgement costs too much to be made again at each fold."""
        said = getattr(item, "said", None)
        if said is None:
            return Told(getattr(item, "sentence", ""))
        if said.code is not None:
            self._last_code = str(said.code)
        judgement: Any = item.judged()  # type: ignore[union-attr]  # what has `said` has this too
        return Told("", Said(said, judgement.verdict if judgement is not None else None))

    def _tell(self, item: "Told", *, show: bool = True) -> None:
        self._told.append(item)
        self._folded.append(item.rows(self._width))
        if show:
            self._show()

    @property
    def _width(self) -> int:
        return self._body.size.width or self.app.size.width

    # Keys

    def action_clear(self) -> None:
        """Forget the narration."""
        self._told.clear()
        self._folded.clear()
        self._show()

    def action_page(self, by: int) -> None:
        """Scroll."""
        self._body.scroll_rows(by * max(1, self._body.size.height - 2))

    def action_dialect(self) -> None:
        """Which server it plays."""
        from tutor.smtp import dialects

        options = [Option(found.name, found.title, found.about) for found in dialects.all()]

        async def chosen(id: str | None) -> None:
            if id is None:
                return
            self._dialect = id
            if self._simulator is not None:
                await self._stop()
                await self._start()
            self._lay()

        self.app.push_screen(ChooseScreen("Which server shall it be?", options, self._dialect), chosen)

    def on_row_chosen(self, message: RowChosen) -> None:
        """A click on the first row starts or stops."""
        if message.target == "toggle":
            self.call_next(self.action_start_stop)

    # Painting

    def _lay(self) -> None:
        width = self.app.size.width
        rows = [self._headline()]
        if self.app.size.height >= 12:
            rows += self._how(width)
            rows.append(head_row(width, "the server here", "the client that calls"))
        self._top.styles.height = len(rows)
        self._top.show_rows(rows)
        self._show()

    def _headline(self) -> Row:
        state: Piece = (" stopped ", "dim on")
        more: Piece = ("  enter starts it", "dim")
        if self._simulator is not None:
            host, port = self._address
            state, more = (" listening ", "good on"), (f"  {host} port {port}", "bold")
        title: Piece = (" Simulator  " if self.app.size.width >= 50 else " ", "title")
        return row(title, state, more, target="toggle")

    def _how(self, width: int) -> list[Row]:
        if self._trouble:
            return fold([("✗ ", "bad"), *pieces(self._trouble)], width - 1, " ", "   ")
        if self._simulator is None:
            words = (
                "A real mail server for real clients, on this machine alone; it delivers no mail. Start it, then log "
                f"in with any client as `{USER}` with the password `{PASSWORD}`. Every line is explained here."
            )
            return fold(pieces(words), width - 1, " ")
        host, port = self._address
        rows = [row((" In another terminal, one of:", "dim"))]
        for command in commands_to_try(host, port):
            rows += command_rows(command, width - 1)
        return rows

    def _before_anyone(self, width: int) -> list[Row]:
        """What one can do, while there is nothing to tell."""
        if self._simulator is not None:
            return [EMPTY, *fold(pieces("Nobody has come yet.", "dim"), width - 1, " ")]
        rows = [EMPTY]
        for key, does in (
            ("enter", "starts it, on a port that is free"),
            ("F7", "lets it talk as another server does: its greeting, its prompts, its words"),
            ("", ""),
            ("then", "type one of these in another terminal, with the port that stands here; or use your own program:"),
        ):
            if key:
                head = f" {key:<6} "
                folded = fold(pieces(does), width - 1, head)
                rows += [Row(((head, "key"), *folded[0].pieces[1:])), *folded[1:]]
            else:
                rows.append(EMPTY)
        for command in commands_to_try("127.0.0.1", "PORT"):
            rows += [EMPTY, *command_rows(command, width - 1)]
        return rows

    def _show(self) -> None:
        width = self._width
        if width != self._folded_for:
            self._folded_for = width
            self._folded = deque((item.rows(width) for item in self._told), KEPT)
        rows = [line for block in self._folded for line in block]
        self._body.follow = bool(rows)
        if not rows:
            self._body.show_rows(self._before_anyone(width), 0)
            return
        self._body.show_rows(rows[-4 * KEPT :])


def command_rows(command: str, width: int) -> list[Row]:
    """A shell command over as many rows as it needs; each but the last ends in `\\`, so that it can be copied."""
    import re

    lines, room = [""], width - 5
    for word in re.findall(r"'[^']*'|\S+", command):
        if lines[-1] and cell_len(f"{lines[-1]} {word}") > room:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    last = len(lines) - 1
    return [
        row(("   " if number == 0 else "     ", ""), (line + (" \\" if number < last else ""), "code"))
        for number, line in enumerate(lines)
    ]


def commands_to_try(host: str, port: int | str) -> list[str]:
    """How to log in with programs that many people have."""
    where = f"{show(host)}:{port}"
    return [
        f"swaks --server {where} --auth LOGIN --auth-user {USER} --auth-password '{PASSWORD}' --quit-after AUTH",
        f"curl -v smtp://{where} --user '{USER}:{PASSWORD}' --mail-from {USER}@example.org",
    ]
