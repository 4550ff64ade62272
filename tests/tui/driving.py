"""The app driven from keys, without a terminal."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.events import Paste
from textual.pilot import Pilot

from tutor.tui.app import TutorApp

Play = Callable[[Pilot[int]], Awaitable[None]]
SEED = 5


def play(steps: Play, *, size: tuple[int, int] = (80, 24), app: TutorApp | None = None, screen: str | None = None,
         lesson: str | None = None, mechanism: str | None = None, seed: int | None = SEED) -> TutorApp:  # fmt: skip
    """Run the app and what `steps` does with it."""
    driven = app or TutorApp(screen, lesson, mechanism, seed=seed)

    async def run() -> None:
        async with driven.run_test(size=size, notifications=True) as pilot:
            await settle(pilot)
            await steps(pilot)
            await settle(pilot)

    asyncio.run(run())
    return driven


async def settle(pilot: Pilot[int]) -> None:
    """Until everything is done and painted; home reads its lessons a moment after its first paint."""
    await pilot.pause()
    for _ in range(200):
        screen = pilot.app.screen
        if getattr(screen, "complete", True):
            break
        await pilot.pause(0.01)
    await pilot.pause()


def text(pilot: Pilot[int]) -> str:
    """What stands on the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def write(pilot: Pilot[int], line: str) -> None:
    """Type a line, key by key, and send it."""
    await pilot.press(*line, "enter")
    await pilot.pause()


async def paste(pilot: Pilot[int], what: str) -> None:
    """As from a clipboard."""
    focused = pilot.app.focused
    assert focused is not None
    focused.post_message(Paste(what))
    await pilot.pause()
