"""Every lesson in lines of text, from the lines alone: each mistake that it names, nothing, rubbish, then its end."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.wrong import SEED, empty, mistakes, random_lines
from tutor.cli import plain
from tutor.course import drills, load
from tutor.course.opening import open_run
from tutor.course.progress import Progress
from tutor.course.run import LessonRun
from tutor.explain.annotate import Annotator

LESSONS = [entry.id for entry in load.index()]
TALKED = ("drive", "serve")
"""Kinds of which a line changes the state, so that the next one needs a new beginning."""
COMMANDS = (":hint", ":again", ":text", ":back", ":help", ":undo", ":nonsense", ":", ": hint ", ":SHOW?")


def on(run: LessonRun) -> Iterator[bytes]:
    """The lines that pass the current step and lead on, as a person types them who knows the answer."""
    if run.play.INPUT == "watch" and not run.passed:
        annotator = Annotator()
        for line in getattr(run.play, "demonstration")():  # noqa: B009 - only this kind has it
            run.observe(annotator.feed(line))
    here = run.position
    if run.step.solves and not run.passed:
        for line in run.solution():
            yield line.encode("utf-8", "surrogateescape")
    if not run.finished and run.position == here:
        yield b""


@pytest.mark.parametrize("id", LESSONS)
def test_every_named_mistake_is_explained_and_passes_nothing(id: str, capsys: pytest.CaptureFixture[str]) -> None:
    lesson = load.lesson(id)
    progress = Progress()
    run = LessonRun(lesson, SEED, progress)

    def lines() -> Iterator[bytes]:
        for number in range(run.count):
            assert run.position == number
            tried = list(mistakes(lesson, number)) if run.step.solves and run.step.input != "watch" else []
            for text, codes in tried:
                capsys.readouterr()
                yield text.encode("utf-8", "surrogateescape")
                said = capsys.readouterr().out
                assert not run.passed, (run.step.id, text)
                assert run.position == number
                assert "✗ " in said, (run.step.id, text, codes)
                assert "✓ Right" not in said
                if run.step.kind in TALKED:
                    yield b":again"
            if run.step.solves and not empty(lesson, number):
                yield b""
                assert not run.passed
                yield b":again"
            yield from on(run)

    assert plain.play(run, lines()) == 0
    assert "last step" in capsys.readouterr().out
    tasks = {step.id for step in lesson.steps if step.kind != "read"}
    assert progress.lesson(id).solved == tasks, "a mistake costs nothing"
    assert progress.lesson(id).shown == frozenset()
    made = {code for _, _, _, code, _ in progress.mistakes()}
    named = {code for n, step in enumerate(lesson.steps) for _, codes in mistakes(lesson, n) for code in codes}
    assert not named or made & named


@pytest.mark.parametrize("id", LESSONS)
def test_random_lines_pass_nothing_and_lead_nowhere_without_a_way_on(
    id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(f"lines for {id}")
    progress = Progress()
    run = LessonRun(load.lesson(id), SEED, progress)

    def lines() -> Iterator[bytes]:
        for _ in range(run.count):
            for line in random_lines(random, 6):
                yield line.encode()
                assert not run.passed
                if random.random() < 0.4:
                    yield random.choice(COMMANDS).encode()
            if run.position + 1 < run.count:
                yield b":skip"
        assert progress.lesson(id).solved == frozenset()
        while run.position:
            yield b":back"
        while not run.finished:
            yield b":again"
            yield from on(run)

    assert plain.play(run, lines()) == 0
    out = capsys.readouterr().out
    assert all(char.isprintable() or char == "\n" for char in out), "what was typed is shown as pictures alone"
    assert progress.lesson(id).done == {step.id for step in load.lesson(id).steps}


@pytest.mark.parametrize("name", ["drill", *(f"drill@{1 + n % 5}:{skill}" for n, skill in enumerate(drills.names()))])
def test_a_drill_is_played_in_lines_of_text(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = open_run(name, SEED, None)
    random = Random(name)

    def lines() -> Iterator[bytes]:
        while not run.finished:
            for line in random_lines(random, 2):
                yield line.encode()
                assert not run.passed
            yield b":again"
            yield from on(run)

    assert plain.play(run, lines()) == 0
    assert capsys.readouterr().out.count("✓ Right") == run.count


@pytest.mark.parametrize("name", ["placement"])
def test_the_placement_test_is_played_in_lines_of_text(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = open_run(name, SEED, Progress())

    def lines() -> Iterator[bytes]:
        while not run.finished:
            yield from on(run)

    assert plain.play(run, lines()) == 0
    assert f"You may pass over {len(LESSONS)} lessons" in capsys.readouterr().out
