"""One suite over every lesson file: it loads, solutions pass, mistakes explain themselves, nothing else passes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wrong import mistakes
from tutor.course import kinds, load, making
from tutor.course.kinds.base import Play
from tutor.course.lesson import Lesson, Step
from tutor.course.run import LessonRun
from tutor.explain.annotate import Annotator

LESSONS = load.lessons()
STEPS = [(lesson, number) for lesson in LESSONS for number in range(len(lesson.steps))]
TASKS = [(lesson, number) for lesson, number in STEPS if kinds.get(lesson.steps[number].kind).SOLVES]
SEEDS = range(12)
JUNK = ("", " ", "\t", "?", "0", "=", "a b c", "x" * 5000, "\0", "334 ", "*", "[/x]", "\x1b[31m", "\udcff")
SOURCE = re.compile(r"RFC \d{3,5}( (section|appendix) [A-Z]?\d*(\.\d+)*)?|draft-[\w-]+|MS-[A-Z]+( section [\d.]+)?")
OUTSIDE = re.compile(r"POSIX \w+|[A-Z][\w.]*( [\w.-]+)* documentation")
"""What no RFC says: how a shell, a program or a provider behaves. Never the only source but in these lessons."""
ABOUT_PROGRAMS = {"oauth", "real-tools", "logs"}


def name(value: object) -> str:
    return value.id if isinstance(value, (Lesson, Step)) else str(value)


def play_of(lesson: Lesson, number: int, seed: int) -> Play:
    run = LessonRun(lesson, seed)
    run.go(number)
    return run.play


def test_there_are_lessons_and_none_is_broken() -> None:
    assert len(LESSONS) >= 6
    assert load.check() == []
    assert load.broken() == []


def test_the_index_says_what_the_files_say() -> None:
    for summary, lesson in zip(load.index(), LESSONS, strict=True):
        assert (summary.id, summary.title, summary.about, summary.minutes) == (
            lesson.id, lesson.title, lesson.about, lesson.minutes,
        )  # fmt: skip
        assert summary.number == lesson.number
        assert summary.steps == len(lesson.steps)
        assert summary.tasks == sum(kinds.get(step.kind).SOLVES for step in lesson.steps)


def test_ids_are_unique_and_lessons_are_of_a_size_to_do_at_once() -> None:
    assert len({lesson.id for lesson in LESSONS}) == len(LESSONS)
    for lesson in LESSONS:
        assert 4 <= len(lesson.steps) <= 9, lesson.id
        assert 3 <= lesson.minutes <= 15, lesson.id


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_the_solutions_lead_to_the_end(lesson: Lesson, seed: int) -> None:
    run = LessonRun(lesson, seed)
    for number in range(run.count):
        assert run.position == number
        assert run.next() is (not run.play.SOLVES) or run.play.SOLVES
        if run.position > number:
            continue
        if run.step.input == "watch":
            annotator = Annotator()
            for seen in getattr(run.play, "demonstration")():  # noqa: B009 - only this kind has it
                run.observe(annotator.feed(seen))
        for line in run.solution():
            assert not run.passed
            verdict = run.submit(line)
            assert verdict.correct is True, (run.step.id, line, verdict)
        assert run.passed
        assert run.step.after
        assert run.next()
    assert run.finished


@pytest.mark.parametrize(("lesson", "number"), STEPS, ids=name)
def test_every_step_explains_before_and_after_with_a_source(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    for text in (step.goal, step.before, step.after):
        assert text.strip()
        assert text.count("`") % 2 == 0
        assert "[/" not in text
    assert step.source
    sources = step.source.split("; ")
    for source in sources:
        assert SOURCE.fullmatch(source) or OUTSIDE.fullmatch(source), source
    assert lesson.id in ABOUT_PROGRAMS or any(map(SOURCE.fullmatch, sources)), sources
    for seed in SEEDS:
        play = play_of(lesson, number, seed)
        for text in (step.goal, step.before, step.after, *step.hints):
            filled = play.fill(text)
            assert "{" not in filled or "{challenge}" in text, filled  # an error of OAuth is JSON


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
def test_hints_lead_there_and_do_not_say_it(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    assert len(step.hints) >= 2
    for seed in SEEDS:
        play = play_of(lesson, number, seed)
        answers = [line for line in play.solution() if len(line) > 1]
        if step.kind == "choose":
            answers = [option.text for option in play.choices() if option.key == play.solution()[0]]
        for hint in step.hints:
            for answer in answers:
                assert not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", play.fill(hint)), (step.id, answer)


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
def test_hints_come_one_by_one_and_end(lesson: Lesson, number: int) -> None:
    run = LessonRun(lesson, 3)
    run.go(number)
    left = run.hints_left
    hints: list[str] = []
    while run.hints_left:
        assert run.hints_left == left - len(hints)
        hint = run.hint()
        assert hint
        hints.append(hint)
    assert len(set(hints)) == left >= 2
    assert run.hint() is None


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
def test_named_mistakes_get_their_code_and_do_not_pass(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    if step.kind != "choose":
        assert len(step.mistakes) >= 2
    made = dict.fromkeys(range(len(step.mistakes)), 0)
    for seed in SEEDS:
        for place, mistake in enumerate(step.mistakes):
            for text in making.typed(play_of(lesson, number, seed), mistake):
                play = play_of(lesson, number, seed)
                verdict = play.submit(text)
                made[place] += 1
                assert not play.passed, (text, seed)
                assert verdict.correct is False, (text, seed)
                assert verdict.diagnoses[0].code in mistake.codes, (text, seed, verdict.diagnoses[0])
                assert verdict.diagnoses[0].summary
    assert all(made.values()), "a mistake that no seed can make"


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
def test_every_other_choice_is_wrong_for_a_reason(lesson: Lesson, number: int) -> None:
    for seed in SEEDS:
        for option in play_of(lesson, number, seed).choices():
            play = play_of(lesson, number, seed)
            if play.INPUT != "choice" or option.key in play.solution():
                continue
            verdict = play.submit(option.key)
            assert verdict.correct is False
            assert not play.passed
            assert verdict.diagnoses[0].code
            assert len(verdict.diagnoses[0].summary) > 20


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
def test_a_literal_beside_a_solution_is_the_solution(lesson: Lesson, number: int) -> None:
    literal = lesson.steps[number].options.get("literal")
    if literal is not None:
        for seed in SEEDS:
            assert play_of(lesson, number, seed).solution() == [literal]


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
def test_nothing_passes_by_default(lesson: Lesson, number: int) -> None:
    for seed in (0, 1):
        for text in JUNK:
            play = play_of(lesson, number, seed)
            if text.strip() in play.solution() or (play.step.cast.mechanism == "OAUTHBEARER" and text == "*"):
                continue  # RFC 7628 section 3.2.3: its error may also be acknowledged by giving up
            verdict = play.submit(text)
            assert not play.passed, (text, verdict)
            if play.INPUT not in ("line",):
                assert verdict.correct is False
                assert verdict.diagnoses


def letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
@given(text=st.text(min_size=6, max_size=40), seed=st.integers(0, 1 << 30))
def test_random_input_never_passes(lesson: Lesson, number: int, text: str, seed: int) -> None:
    play = play_of(lesson, number, seed)
    # A choice may also be typed in full, whatever its capitals and its last dot.
    if not any(letters(text) == letters(option.text) for option in play.choices()):
        play.submit(text)
        assert not play.passed


@pytest.mark.parametrize(("lesson", "number"), TASKS, ids=name)
def test_what_is_said_of_a_wrong_answer_does_not_give_the_right_one_away(lesson: Lesson, number: int) -> None:
    for seed in (0, 5):
        play = play_of(lesson, number, seed)
        right = [line for line in play.solution() if len(line) > 2]
        if play.INPUT == "choice":
            right = [option.text for option in play.choices() if option.key in play.solution()]
        typed = [text for text, _ in mistakes(lesson, number, seed)] + ["?", "abcdef", "x" * 40]
        for text in typed:
            for diagnosis in play_of(lesson, number, seed).submit(text).diagnoses:
                told = f"{diagnosis.summary} {diagnosis.fix} {diagnosis.expected}"
                for answer in right:
                    if answer not in text:  # what was typed may be shown again
                        assert not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", told), (text, told)
