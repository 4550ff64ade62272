"""A lesson, step by step. The run judges and remembers; this screen shows its steps, whatever their kind."""

from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input

from tutor.course import load
from tutor.course.opening import open_run
from tutor.course.run import LessonRun, StepView
from tutor.diagnosis import Verdict
from tutor.explain.annotate import Annotator
from tutor.tui.commands import bindings, place
from tutor.tui.messages import RowChosen
from tutor.tui.screens.bench import BenchScreen
from tutor.tui.widgets.beside import Beside, anatomy
from tutor.tui.widgets.coach import Coach, has_more, told
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.exchange import Said, exchange_rows, head_row
from tutor.tui.widgets.keys import Keys
from tutor.tui.widgets.outline import option_rows, outline
from tutor.tui.widgets.prose import fold, paragraphs, pieces
from tutor.tui.widgets.rows import EMPTY, Piece, Row, Rows, cut_to, row
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.net.watch import Watch

TYPED = ("text", "line", "order")
"""Inputs of a step that are typed into the entry."""


class LessonScreen(Screen[None]):
    """Goal on top, the step, the input, the coach."""

    PLACE = "lesson"
    BINDINGS: ClassVar[list[BindingType]] = bindings("lesson")
    AUTO_FOCUS = "#answer"

    def __init__(self) -> None:
        super().__init__()
        self._top = Rows(id="task", height=3)
        self._body = Rows(id="step", focusable=True)
        self._both = Beside(self._body)
        self._entry = Entry(id="answer")
        self._coach = Coach()
        self._keys = Keys("lesson")
        self._run: LessonRun | None = None
        self._view: StepView | None = None
        self._trouble = ""
        self._name = "Lesson"
        """What stands on top where none could be opened."""
        self._verdicts: dict[int, Verdict] = {}
        self._watch: Watch | None = None
        self._last: Verdict | None = None
        self._choice = 0
        self._refuted: set[str] = set()
        """Keys of choices that were tried, and are wrong."""
        self._after_at = -1

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._top
        yield self._both
        yield self._entry
        yield self._coach
        yield self._keys

    def on_mount(self) -> None:
        """The step."""
        self._enter_step()

    def on_resize(self) -> None:
        """Folded anew; what was typed stays."""
        self._lay()

    def opened(self, lesson: str | None = None) -> None:
        """Called when one comes here: a lesson that is open already goes on where it was left."""
        run = self._run
        if lesson is None or (run is not None and run.lesson.id == lesson and not run.finished):
            return
        app: Any = self.app
        try:
            self._run = open_run(lesson, app.seed, app.progress)
            self._trouble = ""
        except load.LessonError as error:
            self._run, self._trouble = None, str(error)
            found = place(lesson)
            self._name = found.title if found is not None else "Lesson"
        self._entry.put("")
        if self.is_mounted:
            self._enter_step()

    def looked_at(self) -> str:
        """What F3 looks up: the last code on the screen."""
        codes = [said.line.code for said in self._said() if said.line.code is not None]
        return str(codes[-1]) if codes else ""

    # Steps

    def _enter_step(self) -> None:
        """A new step: its own input, nothing said yet."""
        self._end_watch()
        self._verdicts, self._last, self._choice = {}, None, 0
        self._refuted.clear()
        self._body.top = 0
        run = self._run
        if run is None:
            self._view = None
            self._coach.say(("warn", self._trouble or "No lesson is open."), ("say", "esc leads back."))
        elif run.finished:
            self._view = None
            self._say_end(run)
        else:
            self._view = run.step
            self._invite()
        self._arrange()
        self._lay()
        if self._view is not None and self._view.input == "watch" and not self._view.passed:
            self.call_next(self._begin_watch)

    # Steps that another program does

    async def _begin_watch(self) -> None:
        """A server for this step, in the app's own event loop."""
        from tutor.net.watch import Watch

        run = self._run
        if run is None or self._watch is not None or run.finished or run.play.INPUT != "watch":
            return
        watch = self._watch = Watch(run, self._watched)
        try:
            await watch.start()
        except OSError as error:
            self._watch = None
            self._coach.say(("warn", f"No server could be started for this step: {error.strerror or error}."))
            return
        self._view = run.step  # its texts name the port now
        self._lay()

    def _watched(self, verdict: Verdict | None) -> None:
        """A line was seen, and perhaps it decides the step. Called in the event loop; it must not wait."""
        self.call_later(self._saw, verdict)

    def _saw(self, verdict: Verdict | None) -> None:
        run = self._run
        if run is None or run.finished or self._watch is None:
            return
        self._view = run.step
        if verdict is not None:
            self._last = verdict
            self._judged(verdict, self._view)
            self._arrange()
        self._lay(to_end=True)

    def _end_watch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            self.app.call_next(watch.stop)

    def on_unmount(self) -> None:
        """Nothing keeps listening behind the app's back."""
        self._end_watch()

    def _arrange(self) -> None:
        """The input that this step wants, and the focus with it."""
        view, run = self._view, self._run
        typed = view is not None and view.input in TYPED and not view.passed
        self._entry.display = typed
        # Where something is typed, every key is meant for the entry: tab must not lead the letters astray.
        self._body.can_focus = not typed
        if typed and view is not None:
            self._entry.placeholder = f"{view.prompt}: {view.placeholder or 'type, then enter'}"
            self._entry.focus()
        else:
            self._body.focus()
        hidden = set()
        if view is None or view.passed or not view.solves:
            hidden |= {"lesson.hint", "lesson.show", "lesson.why", "lesson.skip"}
        if self._last is None or self._last.correct is True or not has_more(self._last.diagnoses):
            hidden |= {"lesson.why"}
        if view is None or view.passed or view.kind not in ("drive", "serve"):
            hidden |= {"lesson.undo"}
        if run is None or view is None or view.passed or not run.play.encodes:
            hidden |= {"practice.bench"}
        self._keys.hide(frozenset(hidden))

    def _invite(self) -> None:
        view, run = self._view, self._run
        assert view is not None
        assert run is not None
        if view.passed:
            self._coach.say(("good", "This step is done. Enter goes on."))
        elif not view.solves:
            back = " F7 is the step before." if run.position else ""
            self._coach.say(("say", f"Read; enter turns the page, and then goes on.{back}"))
        elif view.input == "choice":
            keys = ", ".join(option.key for option in view.choices)
            self._coach.say(("say", f"Press the letter of your choice: {keys}. F2 gives a hint."))
        elif view.input == "order":
            self._coach.say(("say", "Type the letters in their right order, then enter. F2 gives a hint."))
        elif view.input == "watch":
            self._coach.say(
                ("say", "Another program does this one, in another terminal; it is watched from here. F2 gives a hint.")
            )
        else:
            bench = " F9 is a bench that encodes." if run.play.encodes else ""
            self._coach.say(
                ("say", f"Your turn: type, then enter. F2 gives a hint; a wrong answer costs nothing.{bench}")
            )

    def _say_end(self, run: LessonRun) -> None:
        following = self._following()
        on = f"Enter opens the next one: {following.title}." if following is not None else "It was the last one."
        if run.lesson.number == 0:
            on = "Enter brings more." if run.following else run.verdict
        self._coach.say(("good", f"{run.lesson.title}: all {run.count} steps are behind you."),
                        ("say", f"{on} esc leads back."))  # fmt: skip

    def _following(self) -> Any:
        run = self._run
        index = load.index()
        places = [n for n, entry in enumerate(index) if run is not None and entry.id == run.lesson.id]
        return index[places[0] + 1] if places and places[0] + 1 < len(index) else None

    # Answers

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """What was typed, judged."""
        event.stop()
        self._submit(self._entry.octets.decode("utf-8", "surrogateescape"))

    def _submit(self, text: str) -> None:
        run, view = self._run, self._view
        if run is None or view is None or view.passed:
            return
        if text == "" and view.input != "line":
            self._coach.say(("say", "Nothing was typed yet. F2 gives a hint."))
            return
        before = len(view.lines)
        verdict = run.submit(text)
        self._last = verdict
        if view.input == "choice" and verdict.correct is False:
            self._refuted.add(text)
        self._view = view = run.step
        if len(view.lines) > before:
            # It was said to the other side, and the first new line is it.
            self._verdicts[before] = verdict
            self._entry.put("")
        self._judged(verdict, view)
        self._arrange()
        self._lay(to_end=True)

    def _judged(self, verdict: Verdict, view: StepView) -> None:
        run = self._run
        assert run is not None
        if view.passed:
            self._entry.put("")
            kept = "" if run.saved or run.progress is None else " It could not be saved this time."
            self._coach.say(("good", f"Right.{kept} Enter goes on."))
            self._tell_notices()
        elif verdict.correct:
            self._coach.say(("good", "Right so far. What comes next?"))
        else:
            again = "F4 takes the line back, to try again" if view.kind in ("drive", "serve") else "Try again"
            more = ", F6 says more" if has_more(verdict.diagnoses) else ""
            self._coach.say(("bad", told(verdict.diagnoses)), ("say", f"{again}; F2 gives a hint{more}."))

    def _tell_notices(self) -> None:
        app: Any = self.app
        tell = getattr(app, "tell_notices", None)
        if tell is not None:
            tell()

    def on_key(self, event: events.Key) -> None:
        """A letter chooses."""
        view = self._view
        if view is None or view.input != "choice" or view.passed or event.character is None:
            return
        keys = [option.key for option in view.choices]
        if event.character.lower() in keys:
            event.stop()
            self._choice = keys.index(event.character.lower())
            self._submit(keys[self._choice])

    def on_row_chosen(self, message: RowChosen) -> None:
        """A click chooses too."""
        view = self._view
        if view is not None and view.input == "choice" and not view.passed:
            self._choice = [option.key for option in view.choices].index(message.target)
            self._submit(message.target)

    # Keys

    def action_next(self) -> None:
        """Enter: on where the step is done or only read; else the choice that the cursor is on."""
        run, view = self._run, self._view
        if run is None:
            return
        if run.finished:
            if run.following:
                self.opened(run.following)
                return
            following = self._following()
            if following is not None:
                self.opened(following.id)
            return
        if view is not None and view.input == "choice" and not view.passed:
            self._submit(view.choices[self._choice].key)
        elif view is not None and not view.solves and not view.passed and self._body.more_below:
            self.action_page(1)
        elif run.next():
            self._entry.put("")
            self._enter_step()
            self._tell_notices()

    def action_previous(self) -> None:
        """The step before."""
        if self._run is not None and self._run.back():
            self._entry.put("")
            self._enter_step()

    def action_skip(self) -> None:
        """The next step, without this one."""
        if self._run is not None and self._run.skip():
            self._entry.put("")
            self._enter_step()

    def action_choose(self, by: int) -> None:
        """Up and down."""
        view = self._view
        if view is not None and view.input == "choice" and not view.passed:
            self._choice = max(0, min(self._choice + by, len(view.choices) - 1))
            self._lay()
        else:
            self._body.scroll_rows(by)

    def action_hint(self) -> None:
        """One more hint."""
        run = self._run
        if run is None or self._view is None or self._view.passed or not self._view.solves:
            return
        hint = run.hint()
        if hint is None:
            self._coach.say(("say", "There are no more hints. F8 shows the solution; the step then counts as shown."))
            return
        left = run.hints_left
        more = f"F2 says more ({left} left)." if left else "That was the last hint. F8 shows the solution."
        self._coach.say(("hint", hint), ("say", more))

    def action_show(self) -> None:
        """The solution, since it was asked for."""
        run = self._run
        if run is None or self._view is None or self._view.passed or not self._view.solves:
            return
        lines = run.show()
        if not lines:
            self._coach.say(("hint", "Nothing is typed here: what is to be done stands above. F5 passes over it."))
            return
        words = "\n".join(f"`{show(line)}`" if line else "(an empty line: press enter)" for line in lines)
        self._coach.say(("hint", f"Type:\n{words}" if len(lines) != 1 else f"Type: {words}"))

    def action_undo(self) -> None:
        """The last line back."""
        run = self._run
        if run is not None and run.undo():
            self._view = run.step
            said = len(self._view.lines)
            self._verdicts = {at: verdict for at, verdict in self._verdicts.items() if at < said}
            self._last = None
            self._coach.say(("say", "Taken back, as if it was never said."))
            self._lay(to_end=True)
        else:
            self._coach.say(("say", "There is nothing to take back."))

    def action_why(self) -> None:
        """More about the last mistake."""
        if self._last is not None and self._last.correct is not True:
            self._coach.say(("bad", told(self._last.diagnoses, more=True)))

    def action_bench(self) -> None:
        """A bench to encode on; what it makes comes into the input."""
        view = self._view
        if view is None or self._run is None or view.passed or not self._run.play.encodes:
            return

        def take(text: str | None) -> None:
            if text is not None:
                self._entry.put(text)

        self.app.push_screen(BenchScreen(), take)

    def action_page(self, by: int) -> None:
        """Scroll."""
        if not self._coach.page(by):
            self._body.scroll_rows(by * max(1, self._body.size.height - 2))

    # Painting

    def _said(self) -> list[Said]:
        view = self._view
        if view is None:
            return []
        annotator = Annotator()
        annotated = [annotator.feed(line) for line in view.lines]
        # What a step asks for, it does not show beforehand.
        return [Said(line, self._verdicts.get(n), "", view.decoded) for n, line in enumerate(annotated)]

    def _lay(self, to_end: bool = False) -> None:
        needs = 0 if self._both.is_side else len(self._rows(self.app.size.width))
        if self._both.tell(self._aside, needs):
            self.call_after_refresh(self._lay, to_end)
        self._lay_top(self.app.size.width)
        rows = self._rows(self._both.main_width)
        keep: int | None = None
        if to_end:
            keep = len(rows) - 1
            height = self._body.size.height
            if self._after_at >= 0 and len(rows) - self._after_at > height - 2:
                keep = min(len(rows) - 1, self._after_at + height - 3)
        self._body.show_rows(rows, keep)

    def _aside(self, width: int, height: int) -> list[Row]:
        """Where there is room: the lesson's steps, and the last Base64 where it is no question what it says."""
        run, view = self._run, self._view
        if run is None or view is None:
            return []
        rows = (
            [row((" The steps", "title")), *outline(run, width, view.goal), EMPTY]
            if self._both.is_side and run.lesson.number
            else []
        )
        lines = [said.line for said in self._said() if said.line.text and said.line.message is not None]
        if not view.decoded or not lines:
            return rows
        return rows + anatomy(lines[-1], width, height - len(rows))

    def _rows(self, width: int) -> list[Row]:
        view, run = self._view, self._run
        self._after_at = -1
        if view is None:
            if run is None:
                return []  # the coach says why
            return [EMPTY, row((f" {run.lesson.title}", "title")), EMPTY, *outline(run, width)]
        readable = min(width - 1, 100)
        rows: list[Row] = [EMPTY, *paragraphs(view.before, readable, first=" ")] if view.before else []
        said = self._said()
        if said:
            rows += [EMPTY, head_row(width), *exchange_rows(said, width)]
        if view.choices:
            rows.append(EMPTY)
            for number, option in enumerate(view.choices):
                chosen = view.input == "choice" and number == self._choice and not view.passed
                rows += option_rows(option, readable, chosen, self._verdict_on(option.key))
        if view.passed and view.after:
            rows.append(EMPTY)
            self._after_at = len(rows)
            rows += paragraphs(view.after, readable, first=" ✓ ", rest="   ")
        elif not view.solves and run is not None:
            # Nothing is to be solved: what would be said afterwards can be read at once.
            rows += [EMPTY, *paragraphs(run.play.fill(run.play.step.after), readable, first=" ")]
        if view.source:
            rows += [EMPTY, *fold(pieces(view.source, "dim"), readable, " ")]
        return rows

    def _verdict_on(self, key: str) -> bool | None:
        """Whether a choice is known to be right, or wrong; None: it was not tried."""
        run, view = self._run, self._view
        passed = view is not None and view.passed and view.input == "choice"
        if passed and run is not None and key in run.solution()[:1]:
            return True
        return False if key in self._refuted else None

    def _lay_top(self, width: int) -> None:
        run, view = self._run, self._view
        if run is None:
            self._top.styles.height = 1
            self._top.show_rows([row((f" {self._name}", "title"))])
            return
        at = min(run.position, run.count - 1)
        dots = "".join("●" if n < at or run.finished or (n == at and view is not None and view.passed) else
                       "◉" if n == at else "○" for n in range(run.count))  # fmt: skip
        count = f"step {at + 1} of {run.count}  " if not run.finished else ""
        right = f"{count}{dots if run.count <= 14 else ''} "
        number = f"{run.lesson.number} " if run.lesson.number else ""
        title: Piece = (f" {number}{show(run.lesson.title)}", "title")
        if width < 50:
            right = f"{at + 1}/{run.count} "
        rows = [row(*cut_to([title], width - len(right) - 1), (" " + right, "dim"))]
        if view is not None and self.app.size.height >= 8:
            rows += fold(pieces(view.goal, "bold"), width - 1, " ")[: max(1, self.app.size.height // 4)]
        if self.app.size.height >= 14:
            rows.append(row(("─" * width, "line")))
        self._top.styles.height = len(rows)
        self._top.show_rows(rows)
