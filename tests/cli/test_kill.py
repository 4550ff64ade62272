"""kill -9 at random moments of a scripted session: what was shown as done is done, and one is where one was."""

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.benchmarks.terminal import Terminal
from tests.cli.test_lessons import answers
from tests.tools import ROOT
from tutor.course import load
from tutor.course.progress import Progress

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9")
LESSON = "auth-login"
SEED = 11
ROUNDS = 20


def talk(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A session in lines of text, by pipes, as a real process."""
    return subprocess.Popen(
        [sys.executable, "-m", "tutor", "learn", "--plain", "--seed", str(SEED), *arguments, LESSON],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, "HOME": str(home)},
    )  # fmt: skip


def read_until(process: subprocess.Popen[bytes], shown: bytearray, enough: int, spin: float = 0.0) -> None:
    """Read so many octets of what it shows, or all; then let it run on for a moment."""
    assert process.stdout is not None
    while len(shown) < enough:
        chunk = os.read(process.stdout.fileno(), 512)
        if not chunk:
            return
        shown += chunk
    until = time.perf_counter() + spin
    while time.perf_counter() < until:  # the kill shall not always come just behind an output
        pass


def claimed(shown: str) -> tuple[set[int], int]:
    """What a session said: the numbers of the steps that it called right or let pass, and where it stood last."""
    steps = [int(number) for number in re.findall(r"^-- Step (\d+) of", shown, re.MULTILINE)]
    right: set[int] = set()
    parts = re.split(r"^-- Step (\d+) of [^\n]*$", shown, flags=re.MULTILINE)
    for number, text in zip(parts[1::2], parts[2::2], strict=True):
        if "✓ Right" in text:
            right.add(int(number))
    # A step that is only read was left by going on to the next one.
    right |= {step for step in steps if step < max(steps, default=0)}
    return right, max(steps, default=0)


def test_what_a_killed_session_showed_is_what_the_next_one_finds(tmp_path: Path) -> None:
    rng = random.Random(20261126)
    lesson = load.lesson(LESSON)
    ids = [step.id for step in lesson.steps]
    path = tmp_path / ".local" / "share" / "sasl-tutor" / "progress.sqlite3"
    script = answers(LESSON, SEED).split("\n")
    whole = talk(tmp_path / "whole")
    everything, _ = whole.communicate("\n".join(script).encode())
    assert b"last step" in everything

    done: set[int] = set()
    killed = 0
    places: set[int] = set()
    for _ in range(ROUNDS):
        home = tmp_path
        process = talk(home)
        assert process.stdin is not None
        # From where the last one was killed: the lines of the steps before are not typed again.
        with closing(Progress(path)) as kept:
            place = kept.position(LESSON)
        first = ids.index(place.step) if place is not None else 0
        process.stdin.write("\n".join(lines_from(first)).encode() + b"\n")
        process.stdin.flush()
        shown = bytearray()
        read_until(process, shown, rng.randrange(1, len(everything)), rng.uniform(0, 0.004))
        process.send_signal(signal.SIGKILL)
        rest, errors = process.communicate()
        assert errors == b"", errors
        killed += process.returncode == -signal.SIGKILL
        right, at = claimed((bytes(shown) + rest).decode("utf-8", "replace"))
        done |= right
        places.add(at)
        with closing(Progress(path)) as kept:
            assert kept.notices == [], "a kill never damages the file"
            behind = {ids.index(step) + 1 for step in kept.lesson(LESSON).done}
            assert done <= behind, "what was shown as done is done"
            assert len(behind - done) <= 1, "and nothing else is, but for what it was about to say"
            place = kept.position(LESSON)
            if at and place is not None:
                assert ids.index(place.step) + 1 - at in (0, 1), "one is where one was, or one step on"
            if place is None and at:
                assert at == len(ids), "only who was at the end begins anew"
        done = behind
        if len(done) == len(ids):
            with closing(Progress(path)) as kept:
                kept.reset()
            done = set()
    assert killed >= ROUNDS // 2, "most of them were killed in the middle"
    assert len(places) >= 5, "and at many places"
    assert list(path.parent.glob("*damaged*")) == []
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def lines_from(step: int) -> list[str]:
    """The script of the lesson from a step on."""
    from tutor.course.run import LessonRun

    run, lines = LessonRun(load.lesson(LESSON), SEED), list[str]()
    while not run.finished:
        mine = list(run.solution()) if run.play.SOLVES else []
        for line in mine:
            run.submit(line)
        last = run.position + 1 == run.count
        mine += [] if last and run.play.SOLVES else [""]
        if run.position >= step:
            lines += mine
        run.next()
    return lines


def test_two_sessions_at_once_keep_what_both_did(tmp_path: Path) -> None:
    lessons = ("greeting", "reply-codes", "auth-plain")
    processes = []
    for id in lessons:
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "learn", "--plain", "--seed", str(SEED), id],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
            env={**os.environ, "HOME": str(tmp_path)},
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(answers(id, SEED).encode())
        process.stdin.close()
        process.stdin = None
        processes.append(process)
    for process in processes:
        out, errors = process.communicate(timeout=120)
        assert errors == b""
        assert b"last step" in out
    with closing(Progress(tmp_path / ".local" / "share" / "sasl-tutor" / "progress.sqlite3")) as kept:
        for id in lessons:
            assert kept.lesson(id).done == {step.id for step in load.lesson(id).steps}


@pytest.mark.parametrize("rounds", [3])
def test_the_app_killed_in_the_middle_goes_on_where_it_was(tmp_path: Path, rounds: int) -> None:
    ids = [step.id for step in load.lesson("greeting").steps]
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    path = tmp_path / ".local" / "share" / "sasl-tutor" / "progress.sqlite3"
    for number in range(rounds):
        command = [sys.executable, "-m", "tutor", "learn", "--seed", "3", "greeting"]
        terminal = Terminal(command, 80, 24, environment)
        try:
            assert terminal.wait_for(f"step {number + 1} of {len(ids)}"), terminal.screen
            terminal.send(b"\x0e")  # ctrl+n: on to the next step
            assert terminal.wait_for(f"step {number + 2} of {len(ids)}"), terminal.screen
            os.kill(terminal.pid, signal.SIGKILL)
            terminal.wait()
        finally:
            terminal.close()
        with closing(Progress(path)) as kept:
            assert kept.notices == []
            place = kept.position("greeting")
            assert place is not None
            assert place.step == ids[number + 1]


def test_the_app_opens_on_a_damaged_file_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / ".local" / "share" / "sasl-tutor" / "progress.sqlite3"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"SQLite format 3\0" + b"\xa5" * 5000)
    terminal = Terminal([sys.executable, "-m", "tutor"], 80, 24, {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)})
    try:
        assert terminal.wait_for("set aside"), terminal.screen
        terminal.send(b"\r")
        assert terminal.wait_for("step 1 of"), terminal.screen
    finally:
        terminal.close()
    (aside,) = path.parent.glob("*damaged*")
    assert aside.read_bytes().startswith(b"SQLite format 3\0\xa5")
    with closing(Progress(path)) as kept:
        assert kept.last_position() is not None
