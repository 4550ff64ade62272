"""What comes from outside is neither markup nor a control sequence, wherever it comes in."""

import asyncio
import smtplib

import pytest
from rich.segment import Segment
from textual.pilot import Pilot

from tests.tui.driving import paste, play, settle, text
from tutor.tui.app import TutorApp
from tutor.tui.screens.simulator import SimulatorScreen
from tutor.tui.widgets.entry import Entry, octets
from tutor.tui.widgets.prose import fold, paragraphs, pieces
from tutor.tui.widgets.rows import Rows, row

HOSTILE = [
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[31m",
    "\x00\x07\x08\x7f",
    "\x9b31m\x9d0;x\x9c",
    "\u202eevil\u2066\xa0\u200b\u2060",
    "[/x]",
    "[bold]x[/bold]",
    "[@click=app.quit]x[/]",
    "[[[",
    "`a` `b",
    "\udcff\udc80",
    "é́́́ 👩‍👩‍👧",
    "\u2028\u2029\x85",
    "\t\v\f",
]
INPUTS = ["decode", "practice", "reference"]


def raw(pilot: Pilot[int]) -> str:
    """Every character that would be written to a terminal, but for the app's own sequences."""
    found: list[Segment] = []
    for strip in pilot.app.screen._compositor.render_strips():
        found.extend(strip)
    return "".join(segment.text for segment in found)


def assert_safe(shown: str) -> None:
    for character in shown:
        assert character.isprintable() or character == "\n", f"{character!r} would reach the terminal"


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
@pytest.mark.parametrize("where", INPUTS)
def test_typed_and_pasted(where: str, hostile: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, hostile)
        assert_safe(raw(pilot))
        await pilot.press("enter")
        await settle(pilot)
        assert_safe(raw(pilot))
        entry = pilot.app.screen.query_one(Entry)
        entry.value = f"334 {hostile}"
        await settle(pilot)
        assert_safe(raw(pilot))
        await pilot.press("f3", "f1", "escape", "ctrl+z")
        await settle(pilot)
        assert_safe(raw(pilot))

    play(steps, screen=where)


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_decoded(hostile: str) -> None:
    import base64

    data = base64.b64encode(hostile.encode("utf-8", "surrogateescape")).decode()

    async def steps(pilot: Pilot[int]) -> None:
        for line in (f"334 {data}", f"AUTH PLAIN {data}", data, f"220 {hostile}", f"535 5.7.8 {hostile}"):
            pilot.app.screen.query_one(Entry).put(line)
            await settle(pilot)
            assert_safe(raw(pilot))
            for key in ("home", "down", "f8", "f8"):
                await pilot.press(key)
            await settle(pilot)
            assert_safe(raw(pilot))

    play(steps, screen="decode")


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_in_the_palette_and_the_notifications(hostile: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, TutorApp)
        app.say_once(hostile.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"))
        app.go(hostile)
        app.go("practice", mechanism=hostile)
        await settle(pilot)
        await pilot.press("ctrl+p")
        await settle(pilot)
        await pilot.press(*[key for key in hostile if key.isprintable()][:8])
        await settle(pilot)

    play(steps)


def test_a_lesson_of_that_name() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        assert_safe(raw(pilot))

    for hostile in HOSTILE:
        play(steps, lesson=hostile)


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_rows_and_prose(hostile: str) -> None:
    for rows in (fold(pieces(hostile * 9), 20, " "), paragraphs(hostile * 9, 20, first=" ")):
        assert rows
    widget = Rows([row((hostile, "a"), hostile, (hostile, "bold on"))])

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.app.screen.mount(widget)
        await settle(pilot)
        assert_safe(raw(pilot))

    play(steps)


@pytest.mark.parametrize("hostile", [value for value in HOSTILE if "\udcff" not in value], ids=ascii)
def test_what_was_pasted_can_be_had_back(hostile: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        entry = pilot.app.screen.query_one(Entry)
        first = next((line for line in hostile.splitlines() if line.strip()), "")
        await paste(pilot, hostile)
        if first == hostile and all(ord(character) < 0x80 for character in hostile):
            assert octets(entry.value) == hostile.encode()

    play(steps, screen="decode")


def test_a_client_that_says_anything_to_the_simulator() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("enter")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, SimulatorScreen)
        host, port = screen._address
        reader, writer = await asyncio.open_connection(host, port)
        await reader.readline()
        for hostile in HOSTILE:
            line = hostile.encode("utf-8", "surrogateescape").replace(b"\r", b"").replace(b"\n", b"")
            writer.write(line + b"\r\n")
            await writer.drain()
            assert await reader.readline()
        await settle(pilot)
        assert_safe(raw(pilot))
        assert "[/x]" in text(pilot) or "more above" in text(pilot)
        writer.close()

    play(steps, screen="simulator")


def test_a_real_client_logs_in_to_the_simulator_and_is_narrated_masked() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("enter")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, SimulatorScreen)
        assert "listening" in text(pilot)
        host, port = screen._address

        def log_in(password: str) -> int:
            with smtplib.SMTP(host, port, timeout=10) as client:
                client.ehlo()
                client.user, client.password = "ada", password
                try:
                    return client.auth("LOGIN", client.auth_login, initial_response_ok=False)[0]
                except smtplib.SMTPAuthenticationError as error:
                    return error.smtp_code

        assert await asyncio.to_thread(log_in, "correct horse") == 235
        await settle(pilot)
        shown = text(pilot)
        assert "235" in shown
        assert "ada" in shown
        assert "Y29ycmVjdCBob3JzZQ==" not in shown
        assert await asyncio.to_thread(log_in, "wrong") == 535
        await settle(pilot)
        assert "535" in text(pilot)
        assert "d3Jvbmc=" not in text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "stopped" in text(pilot)

    play(steps, screen="simulator", size=(80, 40))


def test_the_simulator_stops_with_the_app() -> None:
    address: list[tuple[str, int]] = []

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("enter")
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, SimulatorScreen)
        address.append(screen._address)

    play(steps, screen="simulator")
    with pytest.raises(OSError, match=r".*"):
        smtplib.SMTP(*address[0], timeout=2)
