"""The table of places and commands, which everything else is made from."""

from importlib import import_module

import pytest
from textual.pilot import Pilot

from tests.tui.driving import play, text
from tutor.tui.app import TutorApp
from tutor.tui.commands import COMMANDS, PLACES, bindings, commands, key_names
from tutor.tui.screens import help as help_screen
from tutor.tui.widgets.keys import footer

WHERE = [place.id for place in PLACES]


def test_ids_are_unique_and_everything_is_explained() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert len({place.id for place in PLACES}) == len(PLACES)
    for command in COMMANDS:
        assert command.tooltip.endswith("."), command.id
        assert command.label, command.id
    for where in (*WHERE, "all"):
        for binding in bindings(where):
            assert getattr(binding, "id", None)
            assert getattr(binding, "tooltip", None)


@pytest.mark.parametrize("where", WHERE)
def test_no_key_means_two_things_in_a_place(where: str) -> None:
    keys = [key for command in commands(where) for key in command.keys.split(",")]
    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize("where", WHERE)
def test_every_action_is_there(where: str) -> None:
    place = next(place for place in PLACES if place.id == where)
    screen = getattr(import_module(f"tutor.tui.screens.{place.module}"), place.cls)
    for command in commands(where):
        name = command.action.partition("(")[0]
        owner = TutorApp if name.startswith("app.") else screen
        assert hasattr(owner, f"action_{name.removeprefix('app.')}"), command


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_every_key_is_in_the_footer_or_in_the_help(where: str, width: int) -> None:
    shown = " ".join(row.text for row in help_screen.text(where, width))
    for command in commands(where):
        for name in key_names(command).split(", "):
            assert name in shown, command
    assert "F1 help" in footer(commands(where), width).text


SCREENS = ("decode", "practice", "simulator", "reference")


@pytest.mark.parametrize("place", [place for place in PLACES if place.key], ids=lambda place: place.id)
def test_a_letter_opens_a_place_and_escape_leads_back(place: object) -> None:
    key, id = getattr(place, "key"), getattr(place, "id")  # noqa: B009 - parametrize gives no type

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press(key)
        await pilot.pause()
        if id == "drill":  # it asks first what shall be drilled
            assert "Everything, mixed" in text(pilot)
            await pilot.press("enter")
            await pilot.pause()
        # Drills, the review and the placement test are played on the screen of the lessons.
        assert getattr(pilot.app.screen, "PLACE", None) == (id if id in SCREENS else "lesson")
        await pilot.press("f1")
        await pilot.pause()
        assert "Keys" in text(pilot)
        for _ in range(2):
            await pilot.press("escape")
            await pilot.pause()
        assert "Lessons" in text(pilot)

    play(steps)


@pytest.mark.parametrize("key", ["ctrl+q", "f10", "q"])
def test_leaving(key: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press(key)

    assert play(steps).return_code == 0


@pytest.mark.parametrize("where", [place.id for place in PLACES if place.key])
@pytest.mark.parametrize("key", ["ctrl+q", "f10"])
def test_leaving_from_anywhere(where: str, key: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press(key)

    app = play(steps, screen=where)
    assert app.return_code == 0
    assert not app.is_running


def test_the_palette_finds_lessons_codes_mechanisms_and_commands() -> None:
    from tutor.tui.finder import Finder

    async def names(pilot: Pilot[int], query: str) -> list[str]:
        finder = Finder(pilot.app.screen)
        return [hit.text or "" async for hit in finder.search(query)]

    async def steps(pilot: Pilot[int]) -> None:
        assert any("Decode" in name for name in await names(pilot, "decode"))
        assert any("535" in name for name in await names(pilot, "535"))
        assert any("SCRAM-SHA-256" in name for name in await names(pilot, "SCRAM-SHA-256"))
        assert any("Lesson" in name for name in await names(pilot, "greeting"))
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press("escape")

    play(steps)
