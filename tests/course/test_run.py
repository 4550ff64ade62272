"""A run: it remembers, resumes, hints, shows, undoes, and is honest about what was solved."""

from pathlib import Path

import pytest

from tutor.course import load
from tutor.course.lesson import Lesson
from tutor.course.progress import Progress
from tutor.course.run import LessonRun


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "progress.sqlite3")


def solve(run: LessonRun) -> None:
    for line in run.solution():
        run.submit(line)
    assert run.next()


def lesson(id: str = "greeting") -> Lesson:
    return load.lesson(id)


def test_equal_seeds_make_equal_runs() -> None:
    one, two, other = (LessonRun(lesson("first-334"), seed) for seed in (4, 4, 5))
    texts = [[], [], []]  # type: ignore[var-annotated]  # lists of StepView
    for run, seen in zip((one, two, other), texts, strict=True):
        while not run.finished:
            seen.append(run.step)
            solve(run)
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_it_resumes_at_the_step_and_with_the_values_of_last_time(progress: Progress) -> None:
    run = LessonRun(lesson("first-334"), None, progress)
    solve(run)
    solve(run)
    again = LessonRun(lesson("first-334"), None, progress)
    assert again.position == 2
    assert again.step == run.step


def test_a_finished_lesson_begins_anew_and_stays_finished(progress: Progress) -> None:
    run = LessonRun(lesson(), 1, progress)
    while not run.finished:
        solve(run)
    assert run.next() is False
    assert progress.position("greeting") is None
    assert len(progress.lesson("greeting").done) == run.count
    again = LessonRun(lesson(), None, progress)
    assert again.position == 0
    assert len(progress.lesson("greeting").done) == run.count


def test_a_step_that_is_not_passed_holds_but_may_be_skipped(progress: Progress) -> None:
    run = LessonRun(lesson(), 1, progress)
    assert run.next(), "the first one is only read"
    assert progress.state("greeting", "the-talk") == "read"
    assert run.next() is False
    assert run.skip()
    assert run.position == 2
    assert progress.state("greeting", "who-first") == ""
    assert run.back()
    assert run.position == 1


def test_who_is_shown_the_answer_has_not_solved_it(progress: Progress) -> None:
    run = LessonRun(lesson(), 1, progress)
    run.next()
    (answer,) = run.show()
    assert run.submit(answer).correct
    assert progress.state("greeting", "who-first") == "shown"


def test_hints_up_to_the_last_cost_nothing(progress: Progress) -> None:
    run = LessonRun(lesson("first-334"), 1, progress)
    run.go(3)
    while run.hints_left:
        run.hint()
    assert run.submit(run.solution()[0]).correct
    assert progress.state("first-334", run.step.id) == "solved"


def test_the_hint_that_gives_the_line_counts_as_shown(progress: Progress) -> None:
    run = LessonRun(lesson("ehlo"), 1, progress)
    run.go(1)
    hint = ""
    while run.hints_left:
        hint = run.hint() or ""
    assert run.solution()[0] in hint
    run.submit(run.solution()[0])
    assert run.passed
    assert progress.state("ehlo", "say-ehlo") == "shown"


def test_mistakes_are_remembered_by_code_and_skill(progress: Progress) -> None:
    run = LessonRun(lesson("first-334"), 1, progress)
    run.go(3)
    run.submit("")
    run.submit("QUIT")
    assert {(skill, code) for _, _, skill, code, _ in progress.mistakes()} == {
        ("login.username", "line.empty"), ("login.username", "line.command"),
    }  # fmt: skip


def test_drive_takes_lines_back(progress: Progress) -> None:
    run = LessonRun(lesson("auth-login"), 1, progress)
    run.go(run.count - 1)
    before = run.step
    assert run.undo() is False
    assert run.submit(run.solution()[0]).correct
    assert run.submit("nonsense").correct is False
    assert len(run.step.lines) > len(before.lines)
    assert run.undo()
    assert run.undo()
    assert run.step == before
    for line in run.solution():
        run.submit(line)
    assert run.passed
    assert run.undo() is False, "what is passed is passed"


def test_drive_never_ends_in_a_dead_end() -> None:
    run = LessonRun(lesson("auth-login"), 1)
    run.go(run.count - 1)
    for line in ("EHLO me", "QUIT", "EHLO me"):
        run.submit(line)
    assert not run.passed
    assert run.submit("AUTH LOGIN").diagnoses[0].code == "lesson.closed"
    assert run.undo()
    assert run.solution()
    run.again()
    for line in run.solution():
        run.submit(line)
    assert run.passed


def test_three_wrong_passwords_and_the_next_auth_close_the_connection_and_undo_opens_it() -> None:
    run = LessonRun(lesson("auth-login"), 1)
    run.go(run.count - 1)
    run.submit("EHLO me")
    for _ in range(3):
        for line in ("AUTH LOGIN", "YWRh", "YWRh"):
            verdict = run.submit(line)
        assert verdict.correct is False
    run.submit("AUTH LOGIN")
    assert run.submit("NOOP").diagnoses[0].code == "lesson.closed"
    assert run.solution() == []
    while run.undo():
        pass
    for line in run.solution():
        run.submit(line)
    assert run.passed
