"""Floor 1: the signs that we draw, in ASCII, for terminals and fonts that have nothing else.

One character becomes one character, so that columns stay where they are.
"""

TABLE = str.maketrans(
    {
        "✓": "+", "✗": "x", "▸": ">", "▾": "v", "»": ">", "…": "~", "·": ".", "•": "*", "●": "#", "○": "o", "◉": "@",
        "◐": "%", "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+",
        "┼": "+", "→": ">", "←": "<", "↑": "^", "↓": "v", "×": "x", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"',
        "”": '"', "▲": "^", "▼": "v", "█": "#", "░": ".", "▌": "|", "\u00a0": " ", "␣": "_", "⏎": "<",
        "◔": "c", "◑": "%", "◕": "@", "›": ">", "┆": "|",
        **{chr(0x2400 + code): "." for code in range(0x22)},
    }
)  # fmt: skip
"""The bytes behind control pictures (`␀`) stand beside them in hex wherever they matter."""


def signs(text: str) -> str:
    """Our own signs in ASCII; other characters stay, since they are what somebody wrote."""
    return text if text.isascii() else text.translate(TABLE)


def cells(text: str) -> str:
    """All in ASCII, cell by cell: what has no sign of ours becomes `?`, twice where it is two cells wide."""
    if text.isascii():
        return text
    from unicodedata import east_asian_width

    return "".join(
        char if char.isascii() else "?" * (2 if east_asian_width(char) in "WF" else 1) for char in signs(text)
    )


def encode_error(error: UnicodeError) -> tuple[str, int]:
    """A codec's error handler: our signs in ASCII, anything else as an escape, such as `\\xfc`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return signs(text).encode("ascii", "backslashreplace").decode("ascii"), error.end
