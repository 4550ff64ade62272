"""The first screen."""

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.driving import SEED, play, settle, text
from tutor.course import load
from tutor.course.progress import Progress, default_path
from tutor.tui.app import TutorApp
from tutor.tui.screens.home import HomeScreen


def test_lessons_and_places_are_listed() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        shown = text(pilot)
        assert "Start here  1 " in shown
        assert load.index()[0].title in shown
        assert "d  Decode" in shown
        assert "F1 help" in shown

    play(steps)


def test_the_cursor_reaches_the_last_lesson() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("end")
        await pilot.pause()
        assert load.index()[-1].title[:20] in text(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert load.index()[-1].title[:20] in text(pilot).split("\n")[0]

    play(steps)


@pytest.mark.parametrize("size", [(40, 24), (60, 20), (80, 24), (120, 40), (200, 60)])
def test_every_size_shows_lessons_and_places(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        shown = text(pilot)
        assert "Lessons" in shown
        assert "Practise" in shown

    play(steps, size=size)


@pytest.mark.parametrize(("size", "sign"), [((80, 24), "◔"), ((120, 40), "●○")])
def test_progress_shows_and_is_kept_between_runs(size: tuple[int, int], sign: str) -> None:
    first = load.lesson(load.index()[0].id)
    progress = Progress()
    progress.record(first.id, first.steps[0].id, "solved")
    progress.at(first.id, first.steps[1].id, 3)
    progress.close()

    async def steps(pilot: Pilot[int]) -> None:
        shown = text(pilot)
        assert "Continue  1 " in shown
        assert sign in shown

    play(steps, size=size)


def test_coming_back_shows_new_progress() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        app = pilot.app
        first = load.lesson(load.index()[0].id)
        await pilot.press("enter")
        await pilot.pause()
        app.progress.record(first.id, first.steps[0].id, "solved")  # type: ignore[attr-defined]  # a TutorApp
        await pilot.press("escape")
        await settle(pilot)
        assert "◔" in text(pilot)

    play(steps)


def test_a_damaged_progress_file_is_said_and_blocks_nothing() -> None:
    path = Path(default_path())
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database " * 100)

    async def steps(pilot: Pilot[int]) -> None:
        said = " ".join(str(note.message) for note in pilot.app._notifications)
        assert "damaged" in said
        assert load.index()[0].title in text(pilot)

    play(steps)
    assert list(path.parent.glob("progress.sqlite3.damaged-*"))


def test_a_data_folder_that_cannot_be_written_blocks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(file))

    async def steps(pilot: Pilot[int]) -> None:
        assert load.index()[0].title in text(pilot)
        assert pilot.app._notifications

    play(steps)


def test_no_lessons_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "folder", lambda: str(tmp_path))

    async def steps(pilot: Pilot[int]) -> None:
        assert "No lessons" in text(pilot)
        await pilot.press("enter", "end", "enter", "tab", "enter")

    play(steps)


def test_a_broken_lesson_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "10-good.toml").write_bytes(Path(load.folder(), "10-greeting.toml").read_bytes())
    (tmp_path / "20-bad.toml").write_text('id = "bad"\ntitle = [')
    monkeypatch.setattr(load, "folder", lambda: str(tmp_path))

    async def steps(pilot: Pilot[int]) -> None:
        assert load.index()[0].title in text(pilot)
        said = " ".join(str(note.message) for note in pilot.app._notifications)
        assert "20-bad.toml" in said

    play(steps)


@pytest.mark.parametrize("size", [(80, 24), (110, 30), (120, 40), (200, 60)])
def test_no_title_of_ours_is_cut(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        seen = text(pilot)
        for _ in load.index():
            await pilot.press("down")
            seen += text(pilot)
        missing = [entry.title for entry in load.index() if not entry.pack and entry.title not in seen]
        assert missing == []

    play(steps, size=size)


@pytest.mark.parametrize(("size", "shown"), [((80, 24), 0), ((120, 40), 3), ((200, 60), 4)])
def test_where_there_is_room_home_says_what_it_is_about(size: tuple[int, int], shown: int) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        seen = text(pilot)
        about = ["A login, line by line", "A challenge, byte by byte", "postoffice.reston.mci.net", "001101 100011"]
        assert [part for part in about if part in seen] == about[:shown]

    play(steps, size=size)


def test_a_long_help_is_shortened_by_whole_sentences() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.resize_terminal(80, 18)
        await pilot.press("tab")
        await settle(pilot)
        right = " ".join(line[50:].strip() for line in text(pilot).split("\n")[13:-1]).strip()
        assert right.endswith((". …", "…")) or not right
        assert "Base64." in right or not right

    play(steps)


def test_what_is_typed_before_the_lessons_are_read_is_meant_for_them() -> None:
    app = TutorApp(seed=SEED)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            home = pilot.app.screen
            assert isinstance(home, HomeScreen)
            home._entries = None
            await pilot.press("down", "down", "enter")
            home._load()
            await settle(pilot)
            assert load.index()[1].title in text(pilot).split("\n")[0]

    asyncio.run(run())
