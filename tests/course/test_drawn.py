"""Drills, the review and the placement test: drawn, honest, without end."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course.drawn import DrawnRun, drawable, varying
from tutor.course.drill import LEVELS, TASKS, DrillRun
from tutor.course.opening import open_run, special
from tutor.course.placement import PlacementRun
from tutor.course.progress import Progress
from tutor.course.review import MISTAKE, SOON, ReviewRun, due, items
from tutor.course.table import LessonError

DAY = 86400.0


class Clock:
    def __init__(self) -> None:
        self.now = 1.7e9

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(tmp_path: Path, clock: Clock) -> Progress:
    return Progress(tmp_path / "progress.sqlite", clock)


def solve(run: DrawnRun) -> None:
    """The step as its own solution does it."""
    for line in run.solution():
        run.submit(line)
    assert run.passed
    assert run.next()


@given(seed=st.integers(0, 1 << 30), level=st.integers(1, LEVELS))
@settings(max_examples=15)
def test_a_round_is_solved_by_its_solutions_and_leads_up(seed: int, level: int) -> None:
    run = DrillRun("", level, seed)
    for _ in range(TASKS):
        assert not run.finished
        solve(run)
    assert run.finished
    assert run.level == min(LEVELS, level + TASKS // 3)
    assert run.following == f"drill@{run.level}:"


@given(seed=st.integers(0, 1 << 30), text=st.text(min_size=8, max_size=30))
@settings(max_examples=25)
def test_nonsense_never_passes_and_leads_down(seed: int, text: str) -> None:
    run = DrillRun("", 3, seed)
    if not run.step.choices and text.encode() not in [line.encode() for line in run.solution()]:
        run.submit(text)
        assert not run.passed


def test_a_wrong_answer_leads_one_level_down_once() -> None:
    run = DrillRun("base64", 3, 1)
    for _ in range(3):
        run.submit("%%% no such thing %%%")
    assert run.level == 2


def test_equal_seeds_draw_equal_tasks_and_other_seeds_others() -> None:
    def goals(seed: int) -> list[str]:
        run = DrillRun("", 2, seed)
        found = []
        for _ in range(TASKS):
            found.append(run.step.before + run.step.goal)
            solve(run)
        return found

    assert goals(5) == goals(5)
    assert goals(5) != goals(6)


def test_a_skill_is_drilled_alone_and_an_unknown_one_is_said() -> None:
    run = DrillRun("base64", LEVELS, 3)
    for _ in range(TASKS):
        assert run.play.step.skill.startswith("base64.")
        solve(run)
    with pytest.raises(LessonError, match=r"There are: .*base64"):
        DrillRun("knitting")


def test_most_tasks_are_others_with_another_seed_and_a_known_vector_is_not_drilled() -> None:
    names = [(one.lesson, one.step.id) for one in varying(drawable())]
    assert len(names) >= 40
    assert ("cram-md5", "crack") not in names  # RFC 4954's own example has the same answer each time


def test_there_is_much_to_draw_from() -> None:
    assert len(drawable()) >= 60
    assert len({one.lesson for one in drawable()}) >= 18


def test_what_was_wrong_comes_back_soon_and_what_was_right_later(progress: Progress, clock: Clock) -> None:
    run = DrillRun("base64", LEVELS, 3, progress)
    wrong = "%%%%"
    run.submit(wrong)
    assert not due(progress)
    clock.now += SOON
    cards = due(progress)
    assert cards
    assert cards[0].startswith(MISTAKE)
    review = open_run("review", 1, progress)
    assert isinstance(review, ReviewRun)
    while not review.finished:
        solve(review)
    assert due(progress) == []
    clock.now += 400 * DAY
    assert {card.removeprefix(MISTAKE) == card for card in due(progress)} == {True, False}


def test_a_review_with_nothing_due_is_said(progress: Progress) -> None:
    with pytest.raises(LessonError, match="Nothing is due"):
        open_run("review", None, progress)
    with pytest.raises(LessonError, match="Nothing is due"):
        open_run("review", None, None)


def test_a_solved_lesson_step_is_due_one_day(progress: Progress, clock: Clock) -> None:
    one = next(one for one in drawable() if one.step.kind == "decode")
    run = open_run(one.lesson, 4, progress)
    while run.play.step.id != one.step.id:
        run.skip()
    for line in run.solution():
        run.submit(line)
    assert run.passed
    assert one.step.skill in {row[0] for row in progress.cards()}
    assert items(progress) == []
    clock.now += 30 * DAY
    assert one.step.skill in due(progress)


def test_placement_places_out_and_solves_nothing(progress: Progress) -> None:
    run = open_run("placement", 2, progress)
    assert isinstance(run, PlacementRun)
    solve(run)
    for line in run.show():
        run.submit(line)
    assert run.passed
    placed = progress.placed()
    assert placed >= set(run.groups[0])
    assert not placed & set(run.groups[1])
    assert all(progress.solved(lesson) == 0 for lesson in placed)
    assert f"{len(run.groups[0])} lessons" in run.verdict
    kept = progress.export()
    progress.reset()
    assert progress.placed() == frozenset()
    progress.load(kept)
    assert progress.placed() == placed


def test_who_knows_all_is_placed_out_of_all(progress: Progress) -> None:
    run = PlacementRun(1, progress)
    while not run.finished:
        solve(run)
    assert progress.placed() == {name for group in run.groups for name in group}


@pytest.mark.parametrize("name", ["drill", "drill@3:", "drill@2:base64", "review", "placement"])
def test_names(name: str) -> None:
    assert special(name)
    assert not special("greeting")
