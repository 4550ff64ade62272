"""Whether a screen can be painted, or lines of text are wanted: asked at every start, so it costs next to nothing."""

import os
import sys

PLAIN = ("SASL_TUTOR_PLAIN", "ACCESSIBLE")
"""Environment variables with which a person says it for good, such as one who works with a screen reader; the second
is what other programs heed too."""


def wants_lines() -> bool:
    """Whether to talk in lines of text without being asked: no terminal, a dumb one, or a standing wish."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return False  # what paints is not this terminal: a browser, in `web`
    if sys.stdin is None or sys.stdout is None or not sys.stdin.isatty() or not sys.stdout.isatty():
        return True
    if any(os.environ.get(name, "") not in ("", "0") for name in PLAIN):
        return True
    return os.environ.get("TERM", "") in ("", "dumb", "unknown")
