"""The main screens as text, with a fixed seed: who changes what people see, sees it here."""

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from tests.tui.driving import paste, play, settle, text, write
from tutor.tui.screens import home
from tutor.tui.screens.home import Entry

ENTRIES = [
    Entry("greeting", "The greeting", 6, 6, True, "A server speaks first.", 6),
    Entry("codes", "Reply codes: 220 and 334", 7, 3, False, "Three digits say it all.", 7, True),
    Entry("base64", "Base64 by hand", 7, 0, False, "Six bits a letter.", 9),
]


@pytest.mark.parametrize("size", [(80, 24), (40, 24), (120, 40)], ids=str)
def test_home(size: tuple[int, int], snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "entries", lambda app: (ENTRIES, ""))

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("down", "down")
        await settle(pilot)
        assert text(pilot) == snapshot

    play(steps, size=size)


@pytest.mark.parametrize("size", [(80, 24), (40, 24), (120, 40)], ids=str)
@pytest.mark.parametrize(
    "line",
    [
        "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
        "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm",
        "334 VXNlcm5hb",
        "334 VXN-cm5hbWU6",
        "220 mail.example.org ESMTP Postfix",
    ],
    ids=["cram-md5", "plain", "typing", "url-safe", "greeting"],
)
def test_decode(line: str, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, line)
        assert text(pilot) == snapshot

    play(steps, screen="decode", size=size)


@pytest.mark.parametrize("size", [(80, 24), (40, 24), (120, 40)], ids=str)
def test_practice_after_a_mistake(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for line in ("EHLO me", "AUTH LOGIN", "YWRhCg=="):
            await write(pilot, line)
        assert text(pilot) == snapshot

    play(steps, screen="practice", size=size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_two_codes_side_by_side(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, "220 334")
        assert text(pilot) == snapshot

    play(steps, screen="reference", size=size)


def test_help(snapshot: SnapshotAssertion) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("f1")
        await settle(pilot)
        assert text(pilot) == snapshot

    play(steps, screen="practice")


def test_the_simulator(snapshot: SnapshotAssertion) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        assert text(pilot) == snapshot

    play(steps, screen="simulator")
