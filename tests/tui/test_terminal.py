"""The app in a real pseudo-terminal: what reaches it, how it is left, and that colour is never needed."""

import base64
import re
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.benchmarks.terminal import Terminal
from tests.tools import ROOT

PASTE = b"\x1b[200~%s\x1b[201~"
# What Textual itself writes: cursor movement, colours, modes, its own queries.
OWN = re.compile(
    rb"\x1b\[[0-9;:?<>=]*[A-Za-z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*[ $][a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>78M]"
    rb"|\x1b\]22;[a-z-]*\x07|\x1b\](?:10|11|12);\?(?:\x07|\x1b\\)|\x1b_G[^\x1b]*\x1b\\|\x1bP\+q[0-9a-fA-F;]*\x1b\\"
)


@contextmanager
def app(*keys: bytes, columns: int = 80, rows: int = 24, ready: str = "Lessons",
        environment: dict[str, str] | None = None) -> Iterator[Terminal]:  # fmt: skip
    terminal = Terminal(
        [sys.executable, "-m", "tutor"], columns, rows, {"PYTHONPATH": str(ROOT), **(environment or {})}
    )
    try:
        assert terminal.wait_for(ready), terminal.screen
        terminal.settle(0.3)
        for key in keys:
            terminal.send(key)
            terminal.settle(0.3)
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize(
    "content",
    [
        b"\x1b]0;owned\x07",
        b"\x1b]52;c;b3duZWQ=\x07",
        b"\x1b[?1049l",
        b"\x9b31m",
        b"\xff\xfe",
        "\u202e".encode(),
        b"[@click=app.quit]x[/]",
    ],
    ids=ascii,
)
def test_no_escape_of_the_content_reaches_the_terminal(content: bytes) -> None:
    with app(b"d") as terminal:
        encoded = b"334 " + base64.b64encode(content)
        for pasted in (
            PASTE % encoded,
            b"\x0c" + PASTE % (b"220 " + content.replace(b"\x1b", b"").replace(b"\x07", b"")),
        ):
            terminal.send(pasted)
            terminal.settle(0.3)
        output = terminal.output
        left = OWN.sub(b"", output)
        assert b"\x1b" not in left, left[max(0, left.find(b"\x1b") - 30) :][:80]
        for control in (b"\x07", b"owned\x07", "\u202e".encode()):
            assert control not in left
        # Everything that is left is UTF-8, and none of it is a C1 control.
        assert not re.search("[\x80-\x9f]", left.decode("utf-8"))
        assert b"\x1b]0;owned" not in output
        assert b"\x1b]52" not in output


def flags(fd: int) -> tuple[int, int, int]:
    attributes = termios.tcgetattr(fd)
    return attributes[0], attributes[1], attributes[3]


@pytest.mark.parametrize("key", [b"\x11", b"\x1b[21~", b"q"], ids=["ctrl+q", "F10", "q"])
def test_the_terminal_is_left_as_it_was(key: bytes) -> None:
    with app() as terminal:
        during = flags(terminal.fd)
        terminal.send(key)
        assert terminal.wait() == 0
        assert flags(terminal.fd) != during
        assert flags(terminal.fd)[2] & termios.ECHO
        assert flags(terminal.fd)[2] & termios.ICANON
        output = terminal.output
        assert output.rfind(b"\x1b[?1049l") > output.rfind(b"\x1b[?1049h")
        assert output.rfind(b"\x1b[?25h") > output.rfind(b"\x1b[?25l")
        assert b"Traceback" not in output


def test_without_colour_everything_can_be_read() -> None:
    with app(b"d", PASTE % b"334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
             environment={"NO_COLOR": "1"}) as terminal:  # fmt: skip
        shown = terminal.screen
        assert "CRAM-MD5" in shown
        # Each field has its letter, so that colour is not needed.
        assert re.search(r"A challenge .*\n(.*\n)?\s+B   nonce", shown)
        # Grey is no colour: red, green and blue are equal in whatever is still set.
        for red, green, blue in re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.output):
            assert red == green == blue


@pytest.mark.parametrize("size", [(20, 5), (10, 3), (40, 12), (300, 100)])
def test_any_size_survives(size: tuple[int, int]) -> None:
    terminal = Terminal([sys.executable, "-m", "tutor"], *size, {"PYTHONPATH": str(ROOT)})
    try:
        assert terminal.wait_for("sasl")
        terminal.settle(0.3)
        for key in (b"d", b"334 VXNl", b"\x1b", b"p", b"EHLO me\r", b"\x1bOP", b"\x1b", b"\x1b"):
            terminal.send(key)
            terminal.settle(0.25)
        terminal.resize(80, 24)
        terminal.settle(0.4)
        terminal.send(b"\x11")
        assert terminal.wait() == 0
        assert b"Traceback" not in terminal.output
    finally:
        terminal.close()


def test_a_tiny_terminal_says_so() -> None:
    terminal = Terminal([sys.executable, "-m", "tutor"], 20, 5, {"PYTHONPATH": str(ROOT)})
    try:
        assert terminal.wait_for("sasl")
        terminal.settle(0.4)
        assert "larger window" in " ".join(terminal.screen.split())
    finally:
        terminal.close()


def test_a_terminal_without_colour_names_says_nothing_wrong() -> None:
    with app(b"p", environment={"TERM": "vt100", "COLORTERM": ""}) as terminal:
        assert "Practise" in terminal.screen
