"""Themes, contrast, and reading without colour."""

import pytest
from textual.color import Color
from textual.pilot import Pilot

from tests.tui.driving import paste, play, settle, text
from tutor.tui.app import TutorApp
from tutor.tui.look import _STYLES, DARK, LIGHT, Palette

THEMES = sorted(TutorApp().available_themes)
CRAM = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"


def luminance(colour: Color) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [value / 255 for value in colour.rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_text_has_enough_contrast(theme: object) -> None:
    """WCAG 2.2 section 1.4.3: 4.5 to 1 for text; lines between columns are no text."""
    background = Color.parse(getattr(theme, "background"))  # noqa: B009 - parametrize gives no type
    surface, panel = (Color.parse(getattr(theme, name)) for name in ("surface", "panel"))
    variables = getattr(theme, "variables") | {  # noqa: B009
        name: getattr(theme, name) for name in ("primary", "accent", "success", "error", "warning", "foreground")
    }
    for name, (variable, _) in _STYLES.items():
        if name == "line":
            continue
        colour = Color.parse(variables[variable or "foreground"])
        for ground in (background, surface, panel):
            assert contrast(colour, ground) >= 4.5, (name, colour.hex, ground.hex)


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_shows_the_same_text(theme: str) -> None:
    shown: list[str] = []

    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM)
        shown.append(text(pilot))
        pilot.app.theme = theme
        await settle(pilot)
        shown.append(text(pilot))

    app = play(steps, screen="decode")
    assert app.theme == theme
    assert shown[0] == shown[1]
    palette = Palette(app.theme_variables)
    for name in _STYLES:
        assert palette[f"{name} on"].reverse


def test_no_colour_and_a_theme_of_the_terminal_do_not_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def steps(pilot: Pilot[int]) -> None:
        pilot.app.theme = "ansi-dark"
        await settle(pilot)
        assert pilot.app.theme == DARK.name
        assert any("NO_COLOR" in str(note.message) for note in pilot.app._notifications)

    play(steps)


def test_fields_have_letters_beside_their_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM)
        shown = text(pilot)
        for letter, name in zip("ABCD", ("challenge", "nonce", "timestamp", "hostname"), strict=True):
            assert any(line.strip().startswith(letter) and name in line for line in shown.split("\n"))

    play(steps, screen="decode")
