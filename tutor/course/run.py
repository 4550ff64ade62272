"""Floor 5: a lesson being played. It knows no screen; the app and plain mode drive the same object."""

from typing import TYPE_CHECKING

from tutor.course import kinds
from tutor.course.fsrs import AGAIN, GOOD, HARD
from tutor.course.kinds.base import Option, Play
from tutor.course.lesson import Lesson, Step
from tutor.diagnosis import Verdict
from tutor.explain.annotate import AnnotatedLine
from tutor.records import Record
from tutor.wire.lines import Line

if TYPE_CHECKING:
    from tutor.course.progress import Progress

__all__ = ["LessonRun", "Option", "StepView"]


_NO_MISTAKE = frozenset(
    ("lesson.nothing", "lesson.no-choice", "lesson.no-code", "lesson.two-lines", "lesson.no-progress")
)
"""Slips of the keyboard; they say nothing of what somebody knows."""


class StepView(Record):
    """One step as it stands now, with all its values filled in. Prose is never markup but for `code` in backticks;
    an empty line separates paragraphs, a line that begins with a blank is kept as it is, `- ` begins a list item."""

    id: str
    kind: str
    goal: str
    before: str
    after: str
    """Empty until the step is passed."""
    lines: tuple[Line, ...]
    """What was said so far, or the lines that the step is about; as octets, to be annotated."""
    input: str
    """What is typed: see `Play.INPUT` (`none choice order text line watch`)."""
    prompt: str
    placeholder: str
    choices: tuple[Option, ...]
    """For `choice` and `order`: each with `.key` and `.text`."""
    source: str
    passed: bool
    solves: bool
    """False: it is only read."""
    decoded: bool
    """Whether to show what the Base64 in `lines` says; False where that is the question."""


class LessonRun:
    """One run through a lesson. With equal lesson and seed two runs are equal.

    With a `progress` it begins where the learner was (and with the seed of that time, unless
    one is given), and records what is passed the moment it is.
    """

    def __init__(self, lesson: Lesson, seed: int | None = None, progress: "Progress | None" = None) -> None:
        self.lesson = lesson
        self.progress = progress
        self.book = progress
        """Where it is kept what was known and what was not (see `review.py`)."""
        self.saved = progress is not None
        """Whether all that was passed in this run is on the disk."""
        self._plays: dict[int, Play] = {}
        self._position = 0
        self._hints: dict[int, int] = {}
        self._wrong: dict[int, int] = {}
        self._shown: set[int] = set()
        kept = None if progress is None else progress.position(lesson.id)
        if kept is not None:
            places = [number for number, step in enumerate(lesson.steps) if step.id == kept.step]
            self._position = places[0] if places else 0
            seed = kept.seed if seed is None else seed
        if seed is None:
            from random import SystemRandom

            seed = SystemRandom().randrange(1 << 30)
        self.seed = seed
        self._remember()

    # Where it stands

    @property
    def position(self) -> int:
        """The number of the step, from 0."""
        return self._position

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.lesson.steps)

    @property
    def finished(self) -> bool:
        """Whether the last step was passed and left with `next`."""
        return self._position >= self.count

    @property
    def play(self) -> Play:
        """The step being played; the last one where the lesson is finished."""
        number = min(self._position, self.count - 1)
        if number not in self._plays:
            step = self.lesson.steps[number]
            self._plays[number] = kinds.get(step.kind)(step, step.cast.scenario(self.seed), self.seed + 31 * number)
        return self._plays[number]

    @property
    def passed(self) -> bool:
        """Whether the current step is passed; a Verdict speaks of one line, this of the step."""
        return self.play.passed

    @property
    def step(self) -> StepView:
        """What to show now."""
        play = self.play
        step = play.step
        return StepView(
            id=step.id,
            kind=step.kind,
            goal=play.fill(step.goal),
            before=play.fill(step.before),
            after=play.fill(step.after) if play.passed else "",
            lines=tuple(play.lines()),
            input=play.INPUT,
            prompt=play.prompt,
            placeholder=play.placeholder,
            choices=tuple(play.choices()),
            source=step.source,
            passed=play.passed,
            solves=play.SOLVES,
            decoded=play.DECODED or play.passed,
        )

    def state_of(self, number: int) -> str:
        """`solved`, `shown`, `read` or ``: how far the step of that number is, in this run or before."""
        return "" if self.progress is None else self.progress.state(self.lesson.id, self.lesson.steps[number].id)

    # What the learner does

    def submit(self, text: str) -> Verdict:
        """Judge what was typed. `verdict.correct` speaks of this line: in a `drive` step, which takes several,
        a right line need not be the last one. See `passed`."""
        before = self.play.passed
        verdict = self.play.submit(text)
        self._note(verdict, before)
        return verdict

    def observe(self, line: AnnotatedLine) -> Verdict | None:
        """A line that was seen on a real connection, for `watch` steps; a Verdict where it decides something."""
        before = self.play.passed
        verdict = self.play.observe(line)
        if verdict is not None:
            self._note(verdict, before)
        return verdict

    def _note(self, verdict: Verdict, before: bool) -> None:
        number = self._position
        if self.play.passed and not before:
            state = "read" if not self.play.SOLVES else "shown" if number in self._shown else "solved"
            self._record(state)
            if self.play.SOLVES:
                self._learnt(number)
            self._hints[number] = 0
        elif verdict.correct is False:
            code = verdict.diagnoses[0].code if verdict.diagnoses else ""
            if code in _NO_MISTAKE:
                return
            self._wrong[number] = self._wrong.get(number, 0) + 1
            self.judged(number, False)
            if self.book is not None and code:
                self.book.mistake(self.origin(number), self.play.step.id, self.play.step.skill, code)
                self._rate(f"mistake:{code}", AGAIN)
        elif verdict.correct:
            self._hints[number] = 0

    def _learnt(self, number: int) -> None:
        """A step was passed: how well, for the review."""
        helped = number in self._shown or self._wrong.get(number, 0) > 0
        rating = AGAIN if helped else HARD if self._hints.get(number, 0) else GOOD
        self.judged(number, rating == GOOD)
        for card in self.learns(number):
            self._rate(card, rating)

    def _rate(self, card: str, rating: int) -> None:
        if self.book is not None:
            from tutor.course.review import learnt

            learnt(self.book, card, rating)

    def judged(self, number: int, right: bool) -> None:
        """A step was answered: for runs that go by it. `right`: at the first try, without help."""

    def learns(self, number: int) -> list[str]:
        """The cards (see `review.py`) that the step of that number is about."""
        return [self.lesson.steps[number].skill]

    def origin(self, number: int) -> str:
        """The id of the lesson that the step of that number comes from."""
        return self.lesson.id

    @property
    def following(self) -> str:
        """The name of the run that comes next, where it is not the next lesson; empty: that one."""
        return ""

    @property
    def verdict(self) -> str:
        """What came out in the end, where there is more to say than that it is over."""
        return ""

    def hint(self) -> str | None:
        """The next hint, each saying more than the one before; then a worked example; None when there are no more."""
        if not self.hints_left:
            return None
        used = self._hints.get(self._position, 0)
        self._hints[self._position] = used + 1
        own = self.play.step.hints
        if used < len(own):
            return self.play.fill(own[used])
        if self.play.gives_away(used - len(own)):
            self._shown.add(self._position)
        return self.play.hint(used - len(own))

    @property
    def hints_left(self) -> int:
        """How many more hints there are."""
        if self.passed or self.finished:
            return 0
        return max(0, len(self.play.step.hints) + self.play.hints - self._hints.get(self._position, 0))

    def solution(self) -> list[str]:
        """What to type from here on, in its order. Who is shown it has not solved the step: use `show` for that."""
        return self.play.solution()

    def show(self) -> list[str]:
        """The solution, because the learner asked for it; the step then counts as shown, not as solved."""
        self._shown.add(self._position)
        return self.play.solution()

    def undo(self) -> bool:
        """Take the last line or choice back; False where there is nothing."""
        return not self.passed and self.play.undo()

    def again(self) -> None:
        """Begin the current step anew, as in the beginning; what was passed before stays passed in the progress."""
        self.play.again()
        self._hints[self._position] = 0

    # From step to step

    def next(self) -> bool:
        """On to the next step; a step that is only read is then read. False where this one is not passed."""
        if self.finished:
            return False
        if not self.play.SOLVES and not self.passed:
            self.play.passed = True
            self._record("read")
        if not self.passed:
            return False
        self._go(self._position + 1)
        return True

    def skip(self) -> bool:
        """On to the next step without solving this one; False at the end. Nothing is recorded as done."""
        if self.finished:
            return False
        self._go(self._position + 1)
        return True

    def back(self) -> bool:
        """Back to the step before, as it was left; False at the first one."""
        if self._position == 0:
            return False
        self._go(min(self._position, self.count) - 1)
        return True

    def go(self, number: int) -> None:
        """To the step of that number, from 0."""
        self._go(max(0, min(number, self.count - 1)))

    def _go(self, number: int) -> None:
        self._position = number
        self._remember()

    def _remember(self) -> None:
        if self.progress is None:
            return
        if self.finished:
            self.saved = self.progress.leave(self.lesson.id) and self.saved
        else:
            step: Step = self.lesson.steps[self._position]
            self.saved = self.progress.at(self.lesson.id, step.id, self.seed) and self.saved

    def _record(self, state: str) -> None:
        if self.progress is not None:
            step = self.play.step
            self.saved = (
                self.progress.record(
                    self.lesson.id, step.id, state, skill=step.skill,
                    hints=self._hints.get(self._position, 0), wrong=self._wrong.get(self._position, 0),
                )
                and self.saved
            )  # fmt: skip
