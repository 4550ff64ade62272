"""ctrl+p finds everything that there is: asked of the registries, not of a list."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.driving import play, settle, text
from tutor import reference
from tutor.course import drills, load, skeleton
from tutor.explain import catalogue, lookup
from tutor.sasl import registry
from tutor.tui.commands import PLACES, commands, key_names
from tutor.tui.finder import Finder

KINDS = ("reply", "enhanced", "mechanism", "port", "term", "provider")


async def found(finder: Finder, query: str) -> list[str]:
    """The names that a search of the palette gives."""
    return [hit.text or "" async for hit in finder.search(query)]


async def opened(pilot: Pilot[int], query: str, name: str) -> None:
    """Choose that name, as enter on it would."""
    finder = Finder(pilot.app.screen)
    hits = [hit async for hit in finder.search(query) if (hit.text or "").startswith(name)]
    assert hits, (query, name)
    getattr(hits[0], "command")()  # noqa: B009 - of a Hit; a DiscoveryHit is not among them
    await settle(pilot)


def test_every_code_mechanism_provider_and_mistake_is_found() -> None:
    keys = [key for kind in KINDS for key in reference.keys(kind)]
    keys += [entry.code for entry in catalogue.entries()]
    assert len(keys) > 300

    async def steps(pilot: Pilot[int]) -> None:
        finder = Finder(pilot.app.screen)
        missing = [key for key in keys if not any(name.startswith(f"{key}  ") for name in await found(finder, key))]
        assert missing == []

    play(steps)


def test_every_lesson_drill_place_and_exchange_is_found() -> None:
    titles = [f"Lesson {entry.number}: {entry.title}" for entry in load.index()]
    titles += [f"Drill: {drill.title}" for drill in drills.each()]
    titles += [f"Go to {place.title}" for place in PLACES if place.key]
    titles += [f"Practise {mechanism.name}" for mechanism in registry.played()]

    async def steps(pilot: Pilot[int]) -> None:
        finder = Finder(pilot.app.screen)
        assert [title for title in titles if title not in await found(finder, title)] == []

    play(steps)


@pytest.mark.parametrize("where", [place.id for place in PLACES if place.id != "drill"])
def test_every_action_of_a_place_is_found_there(where: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        finder = Finder(pilot.app.screen)
        here = pilot.app.here  # type: ignore[attr-defined]  # of our app
        for command in commands(here):
            if command.id != "palette":
                name = f"{command.label.capitalize()} ({key_names(command)})"
                assert name in await found(finder, command.label)

    play(steps, screen=where)


def test_what_is_found_opens() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for query, name, sign in (
            ("535", "535", "535"),
            ("5.7.8", "5.7.8", "Authentication credentials"),
            ("text.trailing-newline", "text.trailing-newline", "A line feed was encoded too"),
            ("gmail.app-password", "gmail.app-password", "gmail.app-password"),
            ("SCRAM-SHA-512", "SCRAM-SHA-512", "SCRAM-SHA-512"),
            ("Practise CRAM-MD5", "Practise CRAM-MD5", "Practise  CRAM-MD5"),
            ("Drill: AUTH PLAIN", "Drill: AUTH PLAIN", "Drill plain.answer, level 1"),
            ("greeting", "Lesson 2", "The greeting"),
            ("home", "Go to Home", "Lessons"),
        ):
            await opened(pilot, query, name)
            assert sign in text(pilot), (query, text(pilot))

    play(steps)


def test_every_mistake_has_its_page_where_things_are_looked_up() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for entry in catalogue.entries()[::9]:
            await opened(pilot, entry.code, entry.code)
            shown = " ".join(text(pilot).split())
            assert entry.title[:30] in shown

    play(steps, screen="reference")


def test_a_title_of_somebody_elses_is_no_markup_in_the_palette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = tmp_path / "pack"
    path = Path(skeleton.write("our-server", str(pack)))
    changed = path.read_text("utf-8").replace('title = "Our server"', 'title = "[@click=app.quit]Evil[/] [/x]"')
    path.write_text(changed.replace('about = "', 'about = "[/y][@click=app.quit]z[/]'), "utf-8")
    monkeypatch.setenv(load.PACKS, str(pack))

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"evil")
        for _ in range(100):
            await pilot.pause(0.02)
            if "Evil" in text(pilot):
                break
        assert "[@click=app.quit]Evil[/] [/x] (pack)" in text(pilot)
        assert "[/y][@click=app.quit]z[/]" in text(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert "See who speaks first." in text(pilot)

    play(steps, size=(120, 40))


def test_a_lesson_of_a_pack_is_listed_under_its_name_and_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = tmp_path / "Our [b]class"
    skeleton.write("our-server", str(pack))
    monkeypatch.setenv(load.PACKS, str(pack))

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("end")
        await pilot.pause()
        shown = text(pilot)
        assert "Our [b]class" in shown, "a folder's name is no markup"
        assert "Our server" in shown
        await pilot.press("enter")
        await settle(pilot)
        assert "See who speaks first." in text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        await opened(pilot, "Our server", f"Lesson {len(load.index())}: Our server (Our [b]class)")
        assert "See who speaks first." in text(pilot)

    play(steps)
    for size in ((40, 24), (120, 40)):
        play(steps, size=size)


def test_pages_of_mistakes_are_looked_up_beside_the_reference() -> None:
    assert lookup.search("   ") == []
    assert lookup.search("b64.double")[0].key == "b64.double"
    assert lookup.search("535")[0].kind == "reply"
    assert any(hit.key == "text.trailing-newline" for hit in lookup.search("line feed"))
    page = lookup.page("diagnosis", "B64.double")
    assert page is not None
    assert page.source
    assert lookup.page("diagnosis", "no.such") is None
    assert lookup.page("reply", "535") == reference.page("reply", "535")
