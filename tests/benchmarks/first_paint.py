#!/usr/bin/env python3
"""From the start of the process to the first paint of the home screen, against a bare Textual app.

    python tests/benchmarks/first_paint.py [-n ROUNDS] [--size 80x24]

In a real pseudo-terminal. Prints ratios, measured side by side in one run, in random order
within each round. `home` is the word Lessons on the screen, at the very first start, with no
data folder (aim: within 1.10 times the bare app); `whole` is the tenth lesson of the list
(aim: within 1.40). Run it three times on a busy machine and keep the middle one.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.terminal import Terminal, percentile  # noqa: E402 - the path comes first

HELLO = [sys.executable, str(ROOT / "tests" / "benchmarks" / "apps" / "hello.py")]
TUTOR = [sys.executable, "-m", "tutor"]


def once(command: list[str], marker: str, columns: int, rows: int) -> float:
    """Seconds from the fork to the chunk that shows the marker."""
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(command, columns, rows, {"HOME": home, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": home})
        try:
            end = time.perf_counter() + 20
            while time.perf_counter() < end and not terminal.ended:
                got = terminal.read(0.25)
                if not got and terminal.chunks and (seen := terminal.first_seen(marker)):
                    return seen - terminal.start
            raise SystemExit(f"{command}: {marker!r} never came\n{terminal.screen}")
        finally:
            terminal.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=15)
    parser.add_argument("--size", default="80x24")
    arguments = parser.parse_args()
    columns, rows = map(int, arguments.size.split("x"))
    from tutor.course import load

    last = load.index()[9].title[:20]
    cases = {"bare hello": (HELLO, "HELLO-MARKER"), "home": (TUTOR, "Lessons"), "whole": (TUTOR, last)}
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(arguments.n + 2):
        for name in random.sample(list(cases), len(cases)):
            taken = once(*cases[name], columns, rows)
            if number >= 2:
                seconds[name].append(taken)
    base = seconds["bare hello"]
    print(f"{'':<12}{'median ms':>10}{'min':>8}{'p90':>8}{'ratio':>8}{'of minima':>11}")
    for name, values in seconds.items():
        ratio = statistics.median(value / floor for value, floor in zip(values, base, strict=True))
        print(
            f"{name:<12}{statistics.median(values) * 1e3:>10.1f}{min(values) * 1e3:>8.1f}"
            f"{percentile(values, 90) * 1e3:>8.1f}{ratio:>8.2f}{min(values) / min(base):>11.2f}"
        )


if __name__ == "__main__":
    main()
