#!/usr/bin/env python3
"""From a key to the live decode on the screen, against a bare Textual Input that echoes.

    python tests/benchmarks/key_to_decode.py [--rounds 6] [--keys 46] [--size 80x24]

In a real pseudo-terminal: Base64 of random words is typed, 0.12 s apart, and for each key
the time is taken from its write to the chunk that shows what it brings: the echo, and for
every fourth character the decoded bytes. Prints ratios, the rounds interleaved. Aims: p50
within 1.4 times, p99 within 1.8, no key missed, the middle of three runs. Exit status 1
where a key was missed.
"""

import argparse
import random
import string
import sys
import tempfile
import time
from base64 import b64decode, b64encode
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.terminal import Terminal, percentile  # noqa: E402 - the path comes first

GAP = 0.12
WARM_UP = 6
ECHO = ([sys.executable, str(ROOT / "tests" / "benchmarks" / "apps" / "echo.py")], "READY", b"")
TUTOR = ([sys.executable, "-m", "tutor"], "Lessons", b"d")


def echoed(typed: str) -> str:
    """What a key shows in the input."""
    return typed[-6:]


def decoded(typed: str) -> str | None:
    """What a key shows in the map of the message: the last whole group's three bytes."""
    whole = b64decode(typed[: len(typed) // 4 * 4]).decode("latin-1")
    return f"{whole[-6:-3]}  {whole[-3:]}" if len(whole) >= 6 else None


def session(case: tuple[list[str], str, bytes], live: bool, text: str, size: tuple[int, int],
            chance: random.Random) -> tuple[dict[str, list[float]], int]:  # fmt: skip
    """Type the text into one program; the latencies in ms by what is waited for, and how many keys were missed."""
    command, ready, before = case
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(command, *size, {"HOME": home, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": home})
        try:
            if not terminal.wait_for(ready):
                raise SystemExit(f"{command}: {ready!r} never came")
            terminal.settle(0.6)
            if before:
                terminal.send(before)
                terminal.settle(0.6)
            sent = []
            for character in text:
                now = time.perf_counter()
                terminal.send(character.encode())
                sent.append(now)
                terminal.read_until(now + GAP * chance.uniform(0.67, 1.33))
            terminal.settle(0.5)
            frames = list(terminal.replay())
        finally:
            terminal.close()
    found: dict[str, list[float]] = {}
    missed = 0
    for name, wanted in (("echo", echoed), *((("decode", decoded),) if live else ())):
        last = None
        for number in range(WARM_UP, len(text)):
            want = wanted(text[: number + 1])
            if want is None or want == last:
                continue
            last = want
            stop = sent[number + 5] if number + 5 < len(sent) else float("inf")
            seen = next((when for when, shown in frames if sent[number] <= when <= stop and want in shown), None)
            if seen is None:
                missed += 1
            else:
                found.setdefault(name, []).append((seen - sent[number]) * 1e3)
    return found, missed


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--keys", type=int, default=46)
    parser.add_argument("--size", default="80x24")
    arguments = parser.parse_args()
    columns, rows = map(int, arguments.size.split("x"))
    chance = random.Random(7)
    pool: dict[str, list[float]] = {"bare echo": [], "tutor echo": [], "tutor decode": []}
    missed = 0
    for _ in range(arguments.rounds):
        words = "".join(chance.choice(string.ascii_lowercase) for _ in range(arguments.keys))
        text = b64encode(words.encode()).decode()[: arguments.keys]
        for label, case in chance.sample([("bare", ECHO), ("tutor", TUTOR)], 2):
            found, lost = session(case, label == "tutor", text, (columns, rows), chance)
            missed += lost
            for name, values in found.items():
                pool[f"{label} {name}"] += values
    floor = pool["bare echo"]
    print(f"{'':<14}{'n':>5}{'p50 ms':>9}{'p95':>8}{'p99':>8}{'r50':>7}{'r95':>7}{'r99':>7}")
    for name, values in pool.items():
        points = [(percentile(values, p), percentile(values, p) / percentile(floor, p)) for p in (50, 95, 99)]
        print(f"{name:<14}{len(values):>5}{points[0][0]:>9.2f}{points[1][0]:>8.2f}{points[2][0]:>8.2f}"
              + "".join(f"{ratio:>7.2f}" for _, ratio in points))  # fmt: skip
    print(f"keys missed: {missed}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
