"""When the app is painted and when lines of text come by themselves, in real processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.terminal import Terminal
from tests.tools import ROOT

LINES = "A line that begins with `:` is for me"


def shown(tmp_path: Path, environment: dict[str, str], *arguments: str, until: str) -> str:
    terminal = Terminal(
        [sys.executable, "-m", "tutor", *arguments], 80, 24,
        {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), **environment},
    )  # fmt: skip
    try:
        assert terminal.wait_for(until), terminal.screen
        return terminal.output.decode("utf-8", "replace")
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("environment", "verb"),
    [
        ({"TERM": "dumb"}, ()), ({"TERM": "dumb"}, ("learn", "greeting")), ({"TERM": "dumb"}, ("practise",)),
        ({"TERM": "dumb"}, ("learn", "drill")), ({"SASL_TUTOR_PLAIN": "1"}, ()), ({"ACCESSIBLE": "1"}, ("learn",)),
    ],
    ids=str,
)  # fmt: skip
def test_lines_come_by_themselves(tmp_path: Path, environment: dict[str, str], verb: tuple[str, ...]) -> None:
    out = shown(tmp_path, environment, *verb, until="is for me")
    assert "\x1b" not in out, "not one escape sequence"


def test_a_terminal_gets_the_app_and_zero_is_no_wish(tmp_path: Path) -> None:
    assert "\x1b[?1049h" in shown(tmp_path, {"ACCESSIBLE": "0", "SASL_TUTOR_PLAIN": ""}, until="Lessons")


@pytest.mark.parametrize("verb", [(), ("learn",), ("practise",)], ids=str)
def test_a_pipe_gets_lines(tmp_path: Path, verb: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *verb], input=b":quit\n", capture_output=True, cwd=ROOT, timeout=60,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TERM": "xterm-256color"},
    )  # fmt: skip
    assert done.returncode == 0
    assert LINES in done.stdout.decode()
    assert done.stderr == b""
