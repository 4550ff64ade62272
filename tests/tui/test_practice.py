"""A whole exchange typed by hand, and every way to go wrong in it."""

import base64
import re

import pytest
from textual.pilot import Pilot

from tests.tui.driving import SEED, play, settle, text, write
from tutor.sasl import registry
from tutor.smtp.partner import HINTS, Partner
from tutor.tui.screens.practice import PracticeScreen
from tutor.tui.widgets.coach import Coach
from tutor.tui.widgets.entry import Entry


def told(pilot: Pilot[int]) -> tuple[str, str]:
    """The user name and the password that the screen names."""
    found = re.search(r"You are `([^`]+)`, and your password is `([^`]+)`", " ".join(text(pilot).split()))
    assert found is not None
    return found[1], found[2]


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def coach(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one(Coach).words


def partner(pilot: Pilot[int]) -> Partner:
    screen = pilot.app.screen
    assert isinstance(screen, PracticeScreen)
    found = screen._partner
    assert found is not None
    return found


@pytest.mark.parametrize("size", [(80, 24), (40, 24), (120, 40)])
def test_a_login_by_hand(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("p")
        await pilot.pause()
        name, password = told(pilot)
        assert "220" in text(pilot)
        await write(pilot, "EHLO client.example.org")
        await write(pilot, "AUTH LOGIN")
        assert "Username:" in text(pilot)
        await write(pilot, encoded(name))
        assert "Password:" in text(pilot)
        assert "✓" in text(pilot)
        await write(pilot, encoded(password))
        assert "235" in text(pilot)
        assert "Logged in" in coach(pilot)
        assert "without a hint" in coach(pilot)
        await write(pilot, "QUIT")
        assert "221" in text(pilot)
        await write(pilot, "NOOP")
        assert "closed" in coach(pilot)
        await pilot.press("f5")
        await pilot.pause()
        assert "220" in text(pilot)

    play(steps, size=size)


@pytest.mark.parametrize("mechanism", registry.played(), ids=str)
def test_every_mechanism_can_be_won_with_hints_alone(mechanism: object) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for _ in range(12):
            if partner(pilot).done:
                break
            for _ in range(HINTS):
                await pilot.press("f2")
            await pilot.pause()
            found = re.search(r"Type: (.*)", coach(pilot))
            line = found[1] if found else ""
            entry = pilot.app.screen.query_one(Entry)
            entry.put(line)
            await pilot.press("enter")
            await pilot.pause()
        assert partner(pilot).done
        assert "hint" in coach(pilot)

    play(steps, screen="practice", mechanism=str(mechanism))


def test_a_mistake_is_named_taken_back_and_mended() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        name, _ = told(pilot)
        await write(pilot, "EHLO me")
        await write(pilot, "AUTH LOGIN")
        await write(pilot, encoded(name + "\n"))
        assert "✗" in text(pilot)
        assert "line feed" in coach(pilot)
        await pilot.press("f6")
        await pilot.pause()
        assert "line feed" in coach(pilot)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert pilot.app.screen.query_one(Entry).value == encoded(name + "\n")
        assert "✗" not in text(pilot)
        pilot.app.screen.query_one(Entry).put("")
        await write(pilot, encoded(name))
        assert "✓" in text(pilot)

    play(steps, screen="practice")


def test_undo_to_the_beginning_and_further() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await write(pilot, "EHLO me")
        for _ in range(4):
            await pilot.press("ctrl+z")
            await pilot.pause()
        assert len(partner(pilot).lines) == 1
        assert "nothing to take back" in coach(pilot)

    play(steps, screen="practice")


@pytest.mark.parametrize(
    "line",
    ["hello", "AUTH LOGIN", "AUTH", "STARTTLS", "MAIL FROM:<a@b>", "*", "x" * 600, "\\0", "EHLO [/x]", "NOOP", " "],
)
def test_a_line_at_the_wrong_moment_is_answered_kindly(line: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        entry = pilot.app.screen.query_one(Entry)
        entry.put(line)
        await pilot.press("enter")
        await pilot.pause()
        assert coach(pilot).strip()
        assert "None" not in coach(pilot)

    play(steps, screen="practice")


def test_an_initial_response_is_judged_too() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        name, _ = told(pilot)
        await write(pilot, "EHLO me")
        await write(pilot, f"AUTH LOGIN {encoded(name + chr(10))}")
        assert "✗" in text(pilot)
        assert "line feed" in coach(pilot)

    play(steps, screen="practice")


def test_the_bench_brings_base64_along() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        name, password = told(pilot)
        await write(pilot, "EHLO me")
        await write(pilot, "AUTH LOGIN")
        for value in (name, password):
            await pilot.press("f9")
            await pilot.pause()
            await pilot.press(*value)
            await pilot.pause()
            assert encoded(value)[:8] in text(pilot)
            await pilot.press("enter")
            await pilot.pause()
            assert pilot.app.screen.query_one(Entry).value == encoded(value)
            await pilot.press("enter")
            await pilot.pause()
        assert partner(pilot).done

    play(steps, screen="practice")


def test_another_mechanism_and_another_server() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("f7")
        await pilot.pause()
        await pilot.press(*"cram", "enter")
        await pilot.pause()
        assert "CRAM-MD5" in text(pilot).split("\n")[0]
        await pilot.press("f7")
        await pilot.pause()
        await pilot.press(*"postfix", "enter")
        await pilot.pause()
        assert "Postfix" in text(pilot).split("\n")[0]
        await pilot.press("f7")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "CRAM-MD5" in text(pilot).split("\n")[0]

    play(steps, screen="practice")


def test_a_walk_and_a_resize_lose_nothing() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await write(pilot, "EHLO me")
        await pilot.press(*"AUTH LO")
        for size in ((120, 40), (30, 10), (20, 5), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await pilot.press("f3")
        await pilot.pause()
        assert "250" in text(pilot)
        for _ in range(2):
            await pilot.press("escape")
            await pilot.pause()
        await pilot.press("p")
        await pilot.pause()
        assert pilot.app.screen.query_one(Entry).value == "AUTH LO"
        assert "EHLO me" in text(pilot)

    play(steps, screen="practice")


def test_equal_seeds_bring_equal_tasks() -> None:
    tasks = []

    async def steps(pilot: Pilot[int]) -> None:
        tasks.append(told(pilot))

    for seed in (SEED, SEED, SEED + 1):
        play(steps, screen="practice", seed=seed)
    assert tasks[0] == tasks[1]
    assert tasks[0] != tasks[2]


def test_what_was_odd_about_a_line_is_said_with_the_refusal() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("p")
        await pilot.pause()
        await write(pilot, "EHLO")
        assert "name of your computer is missing" in coach(pilot)
        await write(pilot, "C: EHLO me")
        assert "only shows who speaks" in coach(pilot)

    play(steps)


def test_where_there_is_room_the_wrong_answer_stands_byte_by_byte() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for line in ("EHLO me", "AUTH LOGIN", "YWRhCg=="):
            await write(pilot, line)
        assert "Byte by byte" not in text(pilot)  # 80x24
        for size in ((120, 40), (200, 60)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            shown = text(pilot)
            assert "Byte by byte" in shown
            # RFC 4648 section 4: A and 0A are the bytes 01100001 and 00001010.
            assert "011000 010110 010001 100001" in shown
            assert "000010 10...." in shown
            assert "= Password:" in shown

    play(steps, screen="practice")
