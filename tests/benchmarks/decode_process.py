#!/usr/bin/env python3
"""`sasl-tutor decode` of one line, the whole process, against `python -c pass`.

    python tests/benchmarks/decode_process.py [-n ROUNDS]

Prints ratios, measured side by side in one run: the rounds are interleaved in random
order, and each ratio is the median of the ratios within a round, so that a machine that
slows down slows both. Aim: decode within 4.0 times. It is a script, not a test: a clock
proves nothing on a busy machine. tests/test_floors.py holds the imports instead.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
COMMANDS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "decode 334 VXNlcm5hbWU6": [PYTHON, "-m", "tutor", "decode", "334", "VXNlcm5hbWU6"],
    "decode --json (CRAM-MD5)": [
        PYTHON, "-m", "tutor", "decode", "--json",
        "334", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
    ],
    "check": [PYTHON, "-m", "tutor", "check", "--user", "ada", "--challenge", "334 VXNlcm5hbWU6", "YWRh"],
    "code 334": [PYTHON, "-m", "tutor", "code", "334"],
    "--version": [PYTHON, "-m", "tutor", "--version"],
}  # fmt: skip


def once(command: list[str]) -> float:
    """Seconds from start to end of one process."""
    start = time.perf_counter()
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=_environment())
    seconds = time.perf_counter() - start
    if run.returncode:
        sys.exit(f"{' '.join(command)} ended with status {run.returncode}: there is nothing to measure")
    return seconds


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "SASL_TUTOR_PASSWORD": "x"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=30, help="rounds (default 30)")
    rounds = parser.parse_args().n
    times: dict[str, list[float]] = {label: [] for label in COMMANDS}
    for number in range(rounds + 2):
        order = list(COMMANDS)
        random.shuffle(order)
        for label in order:
            seconds = once(COMMANDS[label])
            if number >= 2:  # the first rounds fill caches
                times[label].append(seconds)
    floor = times["python -c pass"]
    print(f"{'command':<28}{'ratio':>7}{'median ms':>11}")
    for label, taken in times.items():
        ratio = statistics.median(mine / base for mine, base in zip(taken, floor, strict=True))
        print(f"{label:<28}{ratio:>7.2f}{statistics.median(taken) * 1000:>11.1f}")


if __name__ == "__main__":
    main()
