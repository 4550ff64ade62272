"""The colours and marks of the app: one table of named styles, two themes.

A field's colour is never the only sign: the same letter stands beside it. Where there is
no colour (NO_COLOR), bold, dim, underline and reverse remain.
"""

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="sasl-tutor",
    primary="#7aa2f7",
    secondary="#bb9af7",
    accent="#e0af68",
    warning="#e0af68",
    error="#ff7a93",
    success="#9ece6a",
    foreground="#d5daee",
    background="#11141c",
    surface="#161a24",
    panel="#1d2230",
    variables={
        "tutor-dim": "#8a93b2",
        "tutor-line": "#3b435c",
        "tutor-a": "#7dcfff",
        "tutor-b": "#e0af68",
        "tutor-c": "#9ece6a",
        "tutor-d": "#c9a5ff",
        "tutor-e": "#ff8fa3",
        "tutor-f": "#4fd6be",
        "tutor-g": "#ff9e64",
        "tutor-h": "#8fb0ff",
        "input-cursor-background": "#d5daee",
        "input-cursor-foreground": "#11141c",
    },
)
LIGHT = Theme(
    name="sasl-tutor-light",
    primary="#1f4fbf",
    secondary="#6b3fa0",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#b0003a",
    success="#2f6b00",
    foreground="#1a2030",
    background="#fbfbf8",
    surface="#f3f3ee",
    panel="#e8e8e0",
    dark=False,
    variables={
        "tutor-dim": "#596070",
        "tutor-line": "#b9bdc8",
        "tutor-a": "#006a83",
        "tutor-b": "#8a5a00",
        "tutor-c": "#2f6b00",
        "tutor-d": "#6b3fa0",
        "tutor-e": "#b0003a",
        "tutor-f": "#00695c",
        "tutor-g": "#a04000",
        "tutor-h": "#1f4fbf",
        "input-cursor-background": "#1a2030",
        "input-cursor-foreground": "#fbfbf8",
    },
)
PALETTE_IN_ASCII = """
CommandPalette #--input, CommandPalette CommandList, CommandPalette LoadingIndicator { border: none; }
CommandPalette CommandList { scrollbar-size-vertical: 0; }
CommandPalette SearchIcon { display: none; }
"""
"""Textual's command palette without its borders, its sign and its scroll bar, which are no ASCII."""
ANSI = "ansi-dark"
"""Textual's own theme of the terminal's sixteen colours."""
ANSI_VARIABLES = {
    "tutor-dim": "ansi_default",
    "tutor-line": "ansi_default",
    "tutor-a": "ansi_cyan",
    "tutor-b": "ansi_yellow",
    "tutor-c": "ansi_green",
    "tutor-d": "ansi_magenta",
    "tutor-e": "ansi_red",
    "tutor-f": "ansi_bright_cyan",
    "tutor-g": "ansi_bright_yellow",
    "tutor-h": "ansi_blue",
}
"""For a theme that brings none of ours: the terminal's own sixteen."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FIELD_STYLES = tuple("abcdefgh")

# Name -> (theme variable of the foreground, attributes). `on` is added to any of them for what the cursor is on.
_STYLES: dict[str, tuple[str | None, str]] = {
    "": (None, ""),
    "dim": ("tutor-dim", "dim"),
    "line": ("tutor-line", "dim"),
    "bold": (None, "bold"),
    "title": ("primary", "bold"),
    "key": ("accent", "bold"),
    "code": ("accent", "bold"),
    "good": ("success", "bold"),
    "bad": ("error", "bold"),
    "warn": ("warning", "bold"),
    "theirs": ("tutor-a", ""),
    "ours": ("tutor-b", ""),
    **{letter: (f"tutor-{letter}", "") for letter in FIELD_STYLES},
}


def field_letter(number: int) -> str:
    """The letter of field `number`, from 0."""
    return LETTERS[number % len(LETTERS)]


def field_style(number: int) -> str:
    """The style of field `number`, from 0; the eight colours come round again."""
    return FIELD_STYLES[number % len(FIELD_STYLES)]


class Palette:
    """Named styles under one theme, resolved once each. A name may be several words, such as `a on`."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables
        self._cache: dict[str, Style] = {}

    def __getitem__(self, name: str) -> Style:
        style = self._cache.get(name)
        if style is None:
            style = self._cache[name] = self._resolve(name)
        return style

    def _resolve(self, name: str) -> Style:
        colour = None
        attributes: dict[str, bool] = {}
        for word in name.split():
            if word == "on":
                attributes |= {"reverse": True, "bold": True}
                continue
            if word in ("under", "here"):
                attributes["underline" if word == "under" else "reverse"] = True
                continue
            variable, attribute = _STYLES[word]
            if variable is not None:
                colour = Color.parse(self._variables.get(variable) or ANSI_VARIABLES[variable]).rich_color
            # A colour says "dim" by itself, and without colours its grey does: dimmed once more, it could not be read.
            if attribute and attribute != "dim":
                attributes[attribute] = True
        return Style(color=colour, **attributes)  # type: ignore[arg-type]  # the attributes are all bool
