"""Drills in the app: chosen from a list, played from keys, without end."""

import pytest
from textual.pilot import Pilot

from tests.tui.driving import play, settle, text
from tests.tui.test_lesson import run, solve
from tutor.course import drills
from tutor.course.drill import TASKS, DrillRun, skills
from tutor.tui.drilling import options


def test_the_list_holds_every_drill_and_every_skill() -> None:
    assert next(iter(options())).id == ""
    assert {option.id for option in options()} == {"", *skills()}
    for option in options():
        assert option.name
        assert option.about


@pytest.mark.parametrize("skill", drills.names())
def test_each_drill_is_found_by_its_name_and_played(skill: str) -> None:
    title = drills.get(skill).title

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("t")
        await pilot.pause()
        await pilot.press(*title)
        await pilot.pause()
        assert drills.get(skill).about[:20] in " ".join(text(pilot).split())
        await pilot.press("enter")
        await settle(pilot)
        played = run(pilot)
        assert isinstance(played, DrillRun)
        assert played.skill == skill
        for _ in range(2):
            await solve(pilot)
        assert run(pilot).position == 2

    play(steps)


def test_a_drill_has_no_end_and_gets_harder() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert "Drill, level 1" in text(pilot)
        for _ in range(TASKS):
            await solve(pilot)
        assert run(pilot).finished
        await pilot.press("enter")
        await settle(pilot)
        assert not run(pilot).finished
        assert "Drill, level 4" in text(pilot)
        await solve(pilot)
        assert run(pilot).position == 1

    play(steps)


def test_escape_from_the_list_leaves_everything_as_it_was() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("escape")
        await settle(pilot)
        assert "Lessons" in text(pilot)

    play(steps)


@pytest.mark.parametrize("level", [1, 3, 5])
def test_what_is_asked_is_seen_without_scrolling(level: int) -> None:
    # A question whose last line lies below the screen would be answered blindly.
    async def steps(pilot: Pilot[int]) -> None:
        for _ in range(5):
            for line in run(pilot).step.lines[-1:]:
                assert line.line.decode()[:20] in text(pilot)
            await pilot.press("f5")
            await pilot.pause()

    play(steps, lesson=f"drill@{level}:session.reply")
    play(steps, lesson=f"drill@{level}:mistakes.name")
