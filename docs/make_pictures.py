#!/usr/bin/env python3
"""Make the README's pictures from the app's own screens: `python docs/make_pictures.py`.

Each is what a person sees at 80x24 (home at 120x40) after typing the keys below, with a seed
and an empty data folder, so that they come out the same every time.
"""

import asyncio
import os
import re
import tempfile
from pathlib import Path

PICTURES = Path(__file__).resolve().parent / "pictures"
CRAM = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
SEED = 5
SIZES = {"home": (120, 40)}


def typed(text: str) -> list[str]:
    """The keys that type a text."""
    return ["space" if character == " " else character for character in text]


SHOTS: dict[str, list[str]] = {
    "home": [],
    "decode": ["d", *typed(CRAM), *["left"] * 30],
    "practice": ["p", *typed("EHLO me"), "enter", *typed("AUTH LOGIN"), "enter", *typed("YWRhCg=="), "enter"],
    "reference": ["r", *typed("220 334")],
}


async def shoot(name: str, keys: list[str]) -> None:
    """One picture."""
    from tutor.tui.app import TutorApp

    app = TutorApp(seed=SEED)
    async with app.run_test(size=SIZES.get(name, (80, 24))) as pilot:
        await pilot.pause()
        while not getattr(app.screen, "complete", True):
            await pilot.pause(0.01)
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
        svg = app.export_screenshot(title=f"sasl-tutor: {name}")
    # The fonts that it names would be loaded from elsewhere; the reader's own monospaced font will do.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    # Its ids are drawn anew each time; a picture that did not change must not differ.
    svg = re.sub(r"terminal-\d+", f"terminal-{name}", svg)
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"docs/pictures/{name}.svg")


def main() -> None:
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    os.environ.pop("NO_COLOR", None)
    PICTURES.mkdir(exist_ok=True)
    for name, keys in SHOTS.items():
        with tempfile.TemporaryDirectory() as home:
            os.environ["HOME"] = home
            os.environ["XDG_DATA_HOME"] = home
            asyncio.run(shoot(name, keys))


if __name__ == "__main__":
    main()
