"""Work that other processes do: the same as without them, whatever becomes of them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools import ROOT
from tutor.cli import workers
from tutor.cli.workers import spread

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, no other process is split off"),
    # The caller's processes have no threads (`processors` sees to that); those of the test runner may.
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def _three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "processors", lambda: 3)


def told(count: int, sizes: list[int], texts: list[bytes]) -> Iterator[tuple[int, int, int, bytes, int]]:
    """What each piece was given, a text, and who told it."""
    given: dict[int, int] = {}

    def prepare(index: int, before: int) -> int:
        given[index] = before
        return sizes[index] * 2

    return spread(
        count,
        lambda index: sizes[index],
        prepare,
        lambda index, before: (index, given[index], before, texts[index], os.getpid()),
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.binary(max_size=50)), max_size=12))
def test_each_piece_knows_what_is_before_it(rows: list[tuple[int, bytes]]) -> None:
    sizes, texts = [size for size, _ in rows], [text for _, text in rows]
    found = list(told(len(rows), sizes, texts))
    assert [one[:4] for one in found] == [
        (index, sum(sizes[:index]), 2 * sum(sizes[:index]), texts[index]) for index in range(len(rows))
    ]
    if len(rows) > 2:
        assert len({one[4] for one in found} - {os.getpid()}) == 3


def test_more_than_a_pipe_holds() -> None:
    texts = [bytes([n]) * 1_000_000 for n in range(8)]
    assert [one[3] for one in told(8, [1] * 8, texts)] == texts


@pytest.mark.parametrize("step", ["measure", "prepare", "tell"])
def test_a_worker_that_ends_loses_nothing(step: str) -> None:
    here = os.getpid()

    def dies(name: str, index: int, value: int) -> int:
        if os.getpid() != here and name == step and index == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return value

    found = spread(
        12,
        lambda index: dies("measure", index, 1),
        lambda index, before: dies("prepare", index, before and 2),
        lambda index, before: (index, dies("tell", index, before)),
    )
    assert list(found) == [(index, max(0, 2 * (index - 1))) for index in range(12)]


def test_an_error_is_the_callers() -> None:
    def tell(index: int, _: int) -> int:
        if index == 4:
            raise ValueError("the fourth")
        return index

    found = spread(9, lambda _: 1, lambda *_: 1, tell)
    assert [next(found) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="the fourth"):
        next(found)


def test_who_stops_early_leaves_no_process_behind() -> None:
    found = told(100, [1] * 100, [b"x" * 100_000] * 100)
    first = next(found)
    found.close()  # type: ignore[attr-defined]  # it is a generator
    with pytest.raises(ProcessLookupError):
        os.kill(first[4], 0)


def test_a_caller_whose_children_are_forgotten() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert len(list(told(5, [1] * 5, [b""] * 5))) == 5
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_without_another_process_it_works_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "processors", lambda: 1)
    assert {one[4] for one in told(5, [1] * 5, [b""] * 5)} == {os.getpid()}

    def refused() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(workers, "processors", lambda: 3)
    monkeypatch.setattr(os, "fork", refused)
    assert {one[4] for one in told(5, [1] * 5, [b""] * 5)} == {os.getpid()}


SESSION = """\
S: 220 mx.example.org ESMTP
C: EHLO client{0}.example.net
S: 250-mx.example.org
S: 250 AUTH LOGIN PLAIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: YWRhQGV4YW1wbGUub3Jn
S: 334 UGFzc3dvcmQ6
C: Y29ycmVjdC1ob3JzZQ==
S: {1}
C: MAIL FROM:<ada@example.org>
S: 250 2.1.0 Ok
C: QUIT
S: 221 2.0.0 Bye
"""
ENDS = ("235 2.7.0 ok", "535 5.7.8 no")


def run(*args: str, stdin: Path | None = None) -> tuple[int, bytes, bytes]:
    with open(stdin or os.devnull, "rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "tutor", "explain", *args], cwd=ROOT, stdin=file, capture_output=True, check=False
        )
    return done.returncode, done.stdout, done.stderr


def test_a_large_file_is_told_as_it_is_from_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    rows = [SESSION.format(n, ENDS[n % 2]) for n in range(30_000)]
    rows[20_000] = SESSION.format("", "454 4.7.0 later")  # of a kind that was not seen before
    path.write_text("".join(rows))
    file = run("--json", str(path))
    assert file == run("--json", "-", stdin=path)  # of which no other place can be read
    assert file[0] == 1
    assert file[1].count(b"\n") == 30_001
    assert b"Y29ycmVjdC1ob3JzZQ" not in file[1]
