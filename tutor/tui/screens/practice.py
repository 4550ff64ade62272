"""Practice: a whole exchange typed by hand. The partner plays the server; this screen shows and asks."""

from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input

from tutor import reference
from tutor.course import practice
from tutor.course.kinds.drive import Drive
from tutor.course.run import LessonRun
from tutor.diagnosis import Verdict
from tutor.explain.annotate import AnnotatedLine, Annotator
from tutor.explain.check import check_answer
from tutor.explain.commands import Slip, slip
from tutor.sasl import registry
from tutor.sasl.mechanism import Turns
from tutor.smtp import dialects
from tutor.smtp.partner import HINTS, Partner
from tutor.tui.commands import bindings
from tutor.tui.screens.bench import BenchScreen
from tutor.tui.screens.choose import ChooseScreen, Option
from tutor.tui.widgets.beside import Beside, anatomy
from tutor.tui.widgets.coach import Coach, told
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.exchange import Said, exchange_rows, filled, head_row
from tutor.tui.widgets.keys import Keys
from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import Piece, Row, Rows
from tutor.wire import reply
from tutor.wire.lines import Line, Side
from tutor.wire.printable import show

FIRST = "LOGIN"


class PracticeScreen(Screen[None]):
    """Task on top, the exchange in two columns, the input, the coach."""

    PLACE = "practice"
    BINDINGS: ClassVar[list[BindingType]] = bindings("practice")
    AUTO_FOCUS = "#answer"

    def __init__(self) -> None:
        super().__init__()
        self._top = Rows(id="task", height=3)
        self._exchange = Rows(id="exchange", follow=True)
        self._both = Beside(self._exchange)
        self._entry = Entry(id="answer", placeholder="your line; enter sends it")
        self._coach = Coach()
        self._mechanism = FIRST
        self._dialect = dialects.PLAIN
        self._any_dialect = False
        self._partner: Partner | None = None
        self._task_text = ""
        self._verdicts: list[Verdict | None] = []
        self._last: tuple[Verdict, bool] | None = None
        self._slip: Slip | None = None
        self._hints = 0
        self._level = 0

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._top
        yield self._both
        yield self._entry
        yield self._coach
        yield Keys("practice")

    def on_mount(self) -> None:
        """The first exchange, where no mechanism was asked for."""
        if self._partner is None:
            self._begin()

    def on_resize(self) -> None:
        """Folded anew; what was typed stays."""
        self._lay()

    def opened(self, mechanism: str | None = None) -> None:
        """Called when one comes here."""
        if mechanism is None or (self._partner is not None and mechanism.upper() == self._mechanism):
            return
        found = registry.get(mechanism)
        if found is None or found.serve is None:
            self.notify(f"{show(mechanism)} cannot be played by hand.", markup=False)
            return
        self._mechanism = found.name
        self._begin()

    def looked_at(self) -> str:
        """What F3 looks up: the last code, or the mechanism."""
        codes = [said.line.code for said in self._said() if said.line.code is not None]
        return str(codes[-1]) if codes else self._mechanism

    # The exchange

    def _begin(self) -> None:
        app: Any = self.app
        seed = app.next_seed()
        if self._any_dialect:
            from random import Random

            self._dialect = Random(seed).choice(dialects.all())
        # A lesson of one step draws the user and the server, and says who one is; it is played here, line by line.
        run = LessonRun(practice.exchange(self._mechanism, self._dialect.name), seed)
        assert isinstance(run.play, Drive)
        self._partner, self._task_text = run.play.partner, run.step.before
        self._verdicts, self._last, self._hints, self._level = [], None, 0, 0
        self._coach.say(
            ("say", f"The server has greeted you. {self._meaning()}"),
            ("say", "Your turn: type what a client says, and press enter. F2 gives a hint; nothing can break."),
        )
        self._lay()

    def _said(self) -> list[Said]:
        """Every line so far, annotated anew: an undo changes what came before."""
        assert self._partner is not None
        annotator = Annotator()
        said: list[Said] = []
        verdicts = iter(self._verdicts)
        for line in self._partner.lines:
            annotated = annotator.feed(line)
            verdict = next(verdicts, None) if line.side is Side.CLIENT else None
            said.append(Said(annotated, verdict, _remark(annotated)))
        return said

    def _meaning(self) -> str:
        """What the server's last reply means, in one sentence."""
        said = [each.line for each in self._said() if each.line.side is Side.SERVER]
        return _sentence(said[-1]) if said else ""

    def _judge(self, line: bytes) -> Verdict | None:
        """Why an answer is right or wrong; None where no answer is due, and none came with the line."""
        partner = self._partner
        assert partner is not None
        mechanism = partner.mechanism
        if mechanism is not None:
            return check_answer(mechanism, partner.scenario, partner.turns, line)
        annotator = Annotator()
        for earlier in partner.lines:
            annotator.feed(earlier)
        said = annotator.feed(Line(Side.CLIENT, line))
        if said.kind == "command" and said.text is not None and said.mechanism is not None:
            mechanism = registry.get(said.mechanism)
            if mechanism is not None and mechanism.answer is not None and mechanism.initial_response:
                return check_answer(mechanism, partner.scenario, Turns(), said.text)
        return None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """One line, said to the server."""
        event.stop()
        partner = self._partner
        if partner is None:
            return
        if partner.closed:
            self._coach.say(("warn", "The connection is closed. F5 opens a new one; ^z takes your last line back."))
            return
        line = self._entry.octets
        if not line and partner.mechanism is None:
            self._coach.say(("say", "Nothing was typed. F2 gives a hint."))
            return
        verdict = self._judge(line)
        before = (partner.due, partner.state, partner.done)
        self._slip = slip(line, partner.state) if verdict is None else None
        partner.say(line)
        self._verdicts.append(verdict)
        self._entry.put("")
        self._level = 0
        self._comment(verdict, before != (partner.due, partner.state, partner.done), bool(before[2]))
        self._lay()

    def _comment(self, verdict: Verdict | None, moved: bool, was_done: bool) -> None:
        partner = self._partner
        assert partner is not None
        self._last = (verdict, moved) if verdict is not None else None
        meaning = self._meaning()
        if partner.done and not was_done:
            hints = "without a hint" if not self._hints else f"with {self._hints} hint{'s' if self._hints > 1 else ''}"
            self._coach.say(
                ("good", f"{meaning} You did it by hand, {hints}."),
                ("say", "F5 draws another user and server, F7 another mechanism. Or be polite, and say goodbye first."),
            )
            self._any_dialect = True
        elif verdict is not None and verdict.correct is not True:
            self._coach.say(
                ("bad", told(verdict.diagnoses)),
                ("say", "^z takes it back. F6 says more, F2 gives a hint."),
            )
        elif partner.closed:
            self._coach.say(("say", f"{meaning} F5 begins another exchange."))
        elif moved:
            self._coach.say(("good", f"{'Right. ' if verdict is not None else ''}{meaning}"))
        else:
            found = self._slip
            said = ("warn", f"{meaning} {self._words()}")
            if found is not None:
                said = ("bad", f"{found.summary} {found.fix} ({found.source})")
            self._coach.say(
                said,
                ("say", "The server still waits for the same as before. ^z takes your line back, F2 gives a hint."),
            )

    def _words(self) -> str:
        """The server's own words."""
        said = [each.line for each in self._said() if each.line.side is Side.SERVER]
        return f"Its own words: `{show(said[-1].line)}`" if said else ""

    # Keys

    def action_hint(self) -> None:
        """One more hint."""
        partner = self._partner
        if partner is None:
            return
        hint = partner.hint(self._level)
        if hint is None:
            if partner.due:
                self._coach.say(("hint", str(partner.hint(HINTS - 1))))
            else:
                self._coach.say(("say", "Nothing is due. F5 begins another exchange."))
            return
        self._level += 1
        self._hints += 1
        more = "F2 says more." if self._level < HINTS else "That was the last one."
        if partner.mechanism is not None and self._level < HINTS:
            more += " F9 is a bench that encodes Base64."
        self._coach.say(("hint", hint), ("say", more))
        self._lay_task()

    def action_undo(self) -> None:
        """The last line back, into the input."""
        partner = self._partner
        if partner is None:
            return
        line = partner.undo()
        if line is None:
            self._coach.say(("say", "There is nothing to take back: the server spoke first."))
            return
        if self._verdicts:
            self._verdicts.pop()
        self._last = None
        self._level = 0
        self._entry.put(line.decode("utf-8", "surrogateescape"))
        self._coach.say(("say", "Taken back, as if it was never said. It stands in the input, to be changed."))
        self._lay()

    def action_why(self) -> None:
        """More about the last mistake."""
        if self._last is None:
            self._coach.say(("say", self._meaning()))
            return
        verdict = self._last[0]
        if verdict.correct:
            self._coach.say(("good", f"That was right. {self._meaning()}"))
        else:
            self._coach.say(("bad", told(verdict.diagnoses, more=True)))

    def action_again(self) -> None:
        """Another user, another password."""
        self._entry.put("")
        self._begin()

    def action_bench(self) -> None:
        """A bench to encode on; what it makes comes into the input."""

        def take(text: str | None) -> None:
            if text is not None:
                self._entry.put(text)

        self.app.push_screen(BenchScreen(), take)

    def action_mechanism(self) -> None:
        """Another mechanism, or another server."""
        options = [Option(f"m {found.name}", found.name, _summary(found.name)) for found in registry.played()] + [
            Option(f"d {found.name}", f"server: {found.title}", found.about) for found in dialects.all()
        ]

        def chosen(id: str | None) -> None:
            if id is None:
                return
            kind, _, name = id.partition(" ")
            if kind == "m":
                self._mechanism = name
            else:
                self._dialect, self._any_dialect = dialects.get(name) or dialects.PLAIN, False
            self._entry.put("")
            self._begin()

        self.app.push_screen(ChooseScreen("Which mechanism, or which server?", options, f"m {self._mechanism}"), chosen)

    def action_page(self, by: int) -> None:
        """Scroll the exchange."""
        if not self._coach.page(by):
            self._exchange.scroll_rows(by * max(1, self._exchange.size.height - 2))

    # Painting

    def _lay(self) -> None:
        if self._partner is None:
            return
        said = self._said()
        # It follows its end; half of it is enough.
        if self._both.tell(lambda width, height: _apart(said, width, height), self._both.size.height // 2):
            self.call_after_refresh(self._lay)
        width = self._both.main_width
        self._lay_task()
        rows = exchange_rows(said, width, remarks=True)
        self._exchange.show_rows(filled(rows, width, self._exchange.size.height, remarks=True))

    def _lay_task(self) -> None:
        partner = self._partner
        assert partner is not None
        width = self.app.size.width
        right: list[Piece] = [("F7", "key"), (" another ", "dim")]
        if self._level:
            right = [(f"hint {self._level} of {HINTS} ", "dim")]
        title: list[Piece] = [
            (" Practise  ", "title"),
            (partner.target.name, "bold"),
            (" with ", "dim"),
            (partner.dialect.title, ""),
        ]
        gap = width - sum(cell_len(text) for text, _ in [*title, *right])
        rows = [Row((*title, (" " * gap, ""), *right) if gap > 0 else tuple(title))]
        task = f"{self._task_text} (All of it is made up.)"
        if self.app.size.height >= 12:
            rows += fold(pieces(task), width - 1, " ")
            columns = self._both.main_width
            rows.append(head_row(columns, "the server", "you, the client", remarks=True))
            rows[-1] = Row((*rows[-1].pieces, ("─" * (width - columns), "line")))
        self._top.styles.height = len(rows)
        self._top.show_rows(rows)


def _apart(said: list[Said], width: int, height: int) -> list[Row]:
    """The last Base64 of the exchange, byte by byte; our own where it was wrong."""
    base64 = [each for each in said if each.line.text and each.line.message is not None]
    wrong = [each for each in base64 if each.verdict is not None and each.verdict.correct is False]
    if wrong and wrong[-1] in base64[-2:]:
        base64 = wrong
    return anatomy(base64[-1].line, width, height) if base64 else []


def _remark(line: AnnotatedLine) -> str:
    """What stands beside a line where there is room."""
    if line.side is not Side.SERVER:
        return line.note or ""
    parsed = reply.parse_line(line.line)
    # Of a reply in many lines, the last one is enough.
    return _sentence(line) if parsed is None or parsed.last else ""


def _sentence(line: AnnotatedLine) -> str:
    if line.code is None:
        return line.note or ""
    short = reference.short(line.enhanced) if line.enhanced else None
    meaning = reference.short(str(line.code)) or ""
    text = f"`{line.code:03d}` {meaning}"
    return f"{text} `{line.enhanced}` {short}" if short and short != meaning else text


def _summary(name: str) -> str:
    page = reference.mechanism_page(name)
    return page.summary if page is not None else ""
