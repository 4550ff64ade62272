"""Themes with enough contrast, ASCII alone, no colour, no mouse: whatever the terminal can."""

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme

from tests.tui.driving import paste, play, settle, text
from tutor.cli.main import main
from tutor.tui.app import TutorApp
from tutor.tui.look import ANSI, DARK, FIELD_STYLES, LIGHT
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.rows import Rows

CRAM = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [value / 255 for value in Color.parse(colour).rgb]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's well-known near miss


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_text_can_be_read(theme: Theme) -> None:
    """WCAG 2.2 success criterion 1.4.3: 4.5 to 1 for text."""
    own = theme.variables
    texts = {
        "foreground": theme.foreground, "primary": theme.primary, "accent": theme.accent, "success": theme.success,
        "error": theme.error, "warning": theme.warning, "dim": own["tutor-dim"],
        **{letter: own[f"tutor-{letter}"] for letter in FIELD_STYLES},
    }  # fmt: skip
    for ground in (theme.background, theme.surface, theme.panel):
        assert ground is not None
        low = {name: contrast(colour, ground) for name, colour in texts.items() if colour}
        assert {name: ratio for name, ratio in low.items() if ratio < 4.5} == {}


SCREENS = ["home", "decode", "practice", "simulator", "reference", "lesson"]


@pytest.mark.parametrize("screen", SCREENS)
def test_only_ascii_is_drawn_when_asked(screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SASL_TUTOR_ASCII", "1")

    async def steps(pilot: Pilot[int]) -> None:
        if screen == "decode":
            await paste(pilot, CRAM)
        await settle(pilot)
        shown = []
        for widget in [*pilot.app.screen.query(Rows), *pilot.app.screen.query(Entry)]:
            drawn = "".join(strip.text for strip in widget.render_lines(widget.outer_size.region))
            assert drawn.isascii(), drawn
            shown.append(drawn)
        assert "".join(shown).strip()

    if screen == "lesson":
        play(steps, lesson="greeting")
    else:
        play(steps, screen=screen)


def test_the_palette_is_ascii_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SASL_TUTOR_ASCII", "1")

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("ctrl+p", *"535")
        await settle(pilot)
        shown = text(pilot)
        assert "Authentication credentials invalid" in shown
        assert shown.isascii(), shown

    play(steps)


@pytest.mark.parametrize(
    ("asked", "name"), [("light", LIGHT.name), ("ansi", ANSI), ("dark", DARK.name), ("", DARK.name)]
)
def test_a_theme_can_be_asked_for(asked: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("SASL_TUTOR_THEME", asked)

    async def steps(pilot: Pilot[int]) -> None:
        assert pilot.app.theme == name
        assert "Lessons" in text(pilot)

    play(steps, app=TutorApp())


def test_without_colour_the_ansi_theme_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("SASL_TUTOR_THEME", "ansi")

    async def steps(pilot: Pilot[int]) -> None:
        assert pilot.app.theme == DARK.name
        (home,) = pilot.app.screen.query("#home").results(Rows)
        styles = {segment.style for y in range(home.size.height) for segment in home.render_line(y) if segment.style}
        colours = {style.color.triplet for style in styles if style.color is not None and style.color.triplet}
        assert all(len(set(colour)) == 1 for colour in colours)  # greys
        assert any(style.reverse for style in styles)  # what the cursor is on

    play(steps, app=TutorApp())


def test_without_colour_every_text_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def steps(pilot: Pilot[int]) -> None:
        (home,) = pilot.app.screen.query("#home").results(Rows)
        seen = 0
        for strip in home.render_lines(home.outer_size.region):
            for words, style, _ in strip:
                if not words.strip() or style is None or style.color is None or style.bgcolor is None:
                    continue
                assert not style.dim, words  # of a grey, half of it
                front, back = (Color(*colour.triplet).hex for colour in (style.color, style.bgcolor) if colour.triplet)
                assert contrast(front, back) >= 4.5, words
                seen += 1
        assert seen > 20

    play(steps, app=TutorApp())


def test_the_options_in_front_of_a_verb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []

    def run(self: TutorApp, *, mouse: bool = True) -> int:
        taken.append(mouse)
        return 0

    for name in ("SASL_TUTOR_MOUSE", "SASL_TUTOR_ASCII", "SASL_TUTOR_THEME", "TEXTUAL_ANIMATIONS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(TutorApp, "run", run)
    monkeypatch.setattr("tutor.cli.main.wants_lines", lambda: False)  # as on a terminal
    assert main(["--no-mouse", "--still", "--theme=light"]) == 0
    monkeypatch.setenv("SASL_TUTOR_MOUSE", "")
    assert main([]) == 0
    assert taken == [False, True]
    assert main(["--theme", "pink", "lessons"]) == 2
    assert "dark, light, ansi" in capsys.readouterr().err
