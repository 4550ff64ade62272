"""Floor 5: whether a lesson holds what it promises, played with several seeds: for its writer and for our own tests.

A lesson that loads is well formed (see `load.py`). Here each step is played: its solution passes,
its named mistakes get their codes, its hints do not say the answer, nothing passes by default,
and the lesson can be gone through to its end.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from tutor.course import load, making
from tutor.course.kinds.base import Play
from tutor.course.lesson import Broken, Lesson
from tutor.course.run import LessonRun
from tutor.explain.annotate import Annotator
from tutor.records import Record

SEEDS = range(12)
"""Enough that a value that is drawn differs; a lesson of nine steps takes some tenths of a second."""
JUNK = ("", " ", "\t", "?", "0", "=", "a b c", "x" * 5000, "\0", "334 ", "*", "[/x]", "\x1b[31m", "\udcff")
"""What nobody means as an answer."""
LONGEST_SOLUTION = 200
"""Lines; a step that wants more than that never ends."""


class Fault(Record):
    """Something that a lesson's writer should mend."""

    file: str
    step: str
    """The step's id; empty where it is the lesson's."""
    key: str
    """The key of the step's table, such as `hints`."""
    code: str
    """`schema`, `solution`, `mistake`, `choice`, `hint`, `text`, `junk`, `literal`, `advice`."""
    message: str
    seed: int | None = None
    """The first seed that shows it; None where each does."""

    @property
    def blocks(self) -> bool:
        """Whether the lesson is wrong; an advice is a matter of taste."""
        return self.code != "advice"

    @property
    def sentence(self) -> str:
        """All of it, for people: file, step, key, what, and the seed."""
        if self.code == "schema":
            return self.message
        where = f", step {self.step}" if self.step else ""
        key = f", key `{self.key}`" if self.key else ""
        seed = "" if self.seed is None else f" (seed {self.seed})"
        return f"{self.file}{where}{key}: {self.message}{seed}"


def inspect_file(path: str, seeds: Sequence[int] = SEEDS) -> tuple[Lesson | None, list[Fault]]:
    """Read one file and play it; the lesson is None where it breaks its schema. Never raises for its content."""
    found = load.read(path, shown=path)
    if isinstance(found, Broken):
        return None, [Fault(found.file, "", "", "schema", found.sentence)]
    return found, inspect(found, seeds)


def inspect(lesson: Lesson, seeds: Sequence[int] = SEEDS) -> list[Fault]:
    """Everything that is wrong with a lesson that loads, step by step, each fault once; [] where all is well."""
    found: list[Fault] = []
    for number in range(len(lesson.steps)):
        for check in CHECKS:
            found += _once(check, lesson, number, seeds)
    if not any(fault.code == "solution" for fault in found):
        found += _dead_ends(lesson, seeds)
    return found


def play_of(lesson: Lesson, number: int, seed: int) -> Play:
    """One step as it is in a fresh run with that seed; `number` counts from 0."""
    run = LessonRun(lesson, seed)
    run.go(number)
    return run.play


def solve(run: LessonRun) -> str:
    """Pass the current step with its own solution; what went wrong, empty where it is passed."""
    if run.step.input == "watch":
        annotator = Annotator()
        for seen in getattr(run.play, "demonstration")():  # noqa: B009 - only this kind has it
            run.observe(annotator.feed(seen))
    else:
        lines = run.solution()
        if len(lines) > LONGEST_SOLUTION:
            return f"its solution has {len(lines)} lines."
        for line in lines:
            if run.passed:
                return f"it is passed before the line {line[:60]!r} of its solution."
            verdict = run.submit(line)
            if verdict.correct is not True:
                why = f": {verdict.diagnoses[0].code}, {verdict.diagnoses[0].summary}" if verdict.diagnoses else ""
                return f"its own solution {line[:60]!r} is refused{why}"
    return "" if run.passed else "its own solution does not pass it."


# The checks: each yields (key, code, message) of one step with one seed


Found = Iterator[tuple[str, str, str]]


def _texts(lesson: Lesson, number: int, seed: int) -> Found:
    play = play_of(lesson, number, seed)
    step = play.step
    named = [("goal", step.goal), ("before", step.before), ("after", step.after), *(("hints", h) for h in step.hints)]
    for key, text in named:
        try:
            filled = play.fill(text)
        except ValueError as error:
            yield key, "text", f"{error}."
            continue
        if key != "hints" and not filled.strip():
            yield key, "text", "it is empty."
        if text.count("`") % 2:
            yield key, "text", "a backtick is not closed."
    if not step.source:
        yield "source", "advice", "it has no source; a claim names its RFC section."


def _solution(lesson: Lesson, number: int, seed: int) -> Found:
    run = LessonRun(lesson, seed)
    run.go(number)
    if not run.play.SOLVES:
        return
    failed = solve(run)
    if failed:
        yield "", "solution", failed
    literal = run.play.step.options.get("literal")
    if literal is not None:
        right = play_of(lesson, number, seed).solution()
        if right != [literal]:
            yield "literal", "literal", f"it says {literal!r}, and the solution is {right!r}."


def _mistakes(lesson: Lesson, number: int, seed: int) -> Found:
    step = lesson.steps[number]
    for place, mistake in enumerate(step.mistakes, 1):
        for text in making.typed(play_of(lesson, number, seed), mistake):
            play = play_of(lesson, number, seed)
            verdict = play.submit(text)
            said = verdict.diagnoses[0].code if verdict.diagnoses else "no code"
            wanted = "it should be " + " or ".join(f"`{code}`" for code in mistake.codes)
            if play.passed or verdict.correct is not False:
                yield (
                    "mistakes",
                    "mistake",
                    f"mistake {place}, {text[:60]!r}, is taken as right; {wanted}.",
                )
            elif said not in mistake.codes:
                yield "mistakes", "mistake", f"mistake {place}, {text[:60]!r}, gets `{said}`; {wanted}."


def _choices(lesson: Lesson, number: int, seed: int) -> Found:
    play = play_of(lesson, number, seed)
    if play.INPUT != "choice":
        return
    right = play.solution()
    for option in play.choices():
        if option.key in right:
            continue
        play = play_of(lesson, number, seed)
        verdict = play.submit(option.key)
        if play.passed or verdict.correct is not False:
            yield "choices", "choice", f"the choice {option.text[:60]!r} passes, and is not the right one."
        elif not verdict.diagnoses or not verdict.diagnoses[0].summary.strip():
            yield "choices", "choice", f"the choice {option.text[:60]!r} does not say why it is wrong."


def _hints(lesson: Lesson, number: int, seed: int) -> Found:
    play = play_of(lesson, number, seed)
    step = play.step
    if not play.SOLVES:
        return
    answers = [line for line in play.solution() if len(line) > 1]
    if step.kind == "choose":
        answers = [option.text for option in play.choices() if option.key == play.solution()[0]]
    for place, hint in enumerate(step.hints, 1):
        for answer in answers:
            if re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", play.fill(hint)):
                yield "hints", "hint", f"hint {place} gives the answer away: {answer[:60]!r}."
    if len(step.hints) < 2:
        yield "hints", "advice", "two hints or more help better, each saying more than the one before."


def _junk(lesson: Lesson, number: int, seed: int) -> Found:
    play = play_of(lesson, number, seed)
    if not play.SOLVES:
        return
    for text in JUNK:
        if _may_pass(lesson, number, text, seed):
            continue
        play = play_of(lesson, number, seed)
        verdict = play.submit(text)
        if play.passed:
            yield "", "junk", f"it is passed by typing {text[:20]!r}."
        elif play.INPUT != "line" and (verdict.correct is not False or not verdict.diagnoses):
            yield "", "junk", f"typing {text[:20]!r} is not said to be wrong."


def _may_pass(lesson: Lesson, number: int, text: str, seed: int) -> bool:
    """What looks like nothing is an answer here (RFC 7628 section 3.2.3: `*` may also acknowledge the error)."""
    play = play_of(lesson, number, seed)
    return text.strip() in play.solution() or (play.step.cast.mechanism == "OAUTHBEARER" and text == "*")


Check = Callable[[Lesson, int, int], Found]
CHECKS: tuple[Check, ...] = (_texts, _solution, _mistakes, _choices, _hints, _junk)


def _once(check: Check, lesson: Lesson, number: int, seeds: Sequence[int]) -> list[Fault]:
    """One check with every seed; what several seeds show is said once, with the first."""
    step = lesson.steps[number]
    found: dict[tuple[str, str, str], Fault] = {}
    for seed in seeds if check is not _junk else list(seeds)[:2]:
        try:
            for key, code, message in check(lesson, number, seed):
                same = (key, code, message.partition("'")[0])
                found.setdefault(same, Fault(lesson.file, step.id, key, code, message, seed))
        except Exception as error:  # a lesson of somebody else's may ask for anything: its writer is told
            shown = str(error) or type(error).__name__
            found.setdefault(("", "solution", ""), Fault(lesson.file, step.id, "", "solution",
                                                         f"it cannot be played: {shown}.", seed))  # fmt: skip
    if check is _mistakes:
        found.update(_never_made(lesson, number, seeds))
    return [fault._replace(seed=None) if fault.code == "advice" else fault for fault in found.values()]


def _never_made(lesson: Lesson, number: int, seeds: Sequence[int]) -> dict[tuple[str, str, str], Fault]:
    """The mistakes that no seed can make: they would never be tried."""
    found = {}
    for place, mistake in enumerate(lesson.steps[number].mistakes, 1):
        try:
            made = any(True for seed in seeds for _ in making.typed(play_of(lesson, number, seed), mistake))
        except Exception:  # said above already, with its reason
            continue
        if not made:
            what = f"mistake {place} (`{mistake.make}`) cannot be made of this step's answer."
            found["mistakes", "mistake", what] = Fault(
                lesson.file, lesson.steps[number].id, "mistakes", "mistake", what
            )
    return found


def _dead_ends(lesson: Lesson, seeds: Sequence[int]) -> list[Fault]:
    """Play from the first step to the end, as a learner goes."""
    for seed in seeds:
        run = LessonRun(lesson, seed)
        for step in lesson.steps:
            if run.play.SOLVES and solve(run):
                return [Fault(lesson.file, step.id, "", "solution", "it is a dead end: its solution fails.", seed)]
            if not run.next():
                return [Fault(lesson.file, step.id, "", "solution", "it is a dead end: there is no way on.", seed)]
        if not run.finished:
            return [Fault(lesson.file, "", "", "solution", "it does not end.", seed)]
    return []
