"""Progress: what was reported as saved survives kill -9; a damaged file is set aside; two apps at once are fine."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools import ROOT
from tutor.course.progress import Progress, ProgressError, default_path

# Records one step after the other and says each only when it was reported as saved.
WRITER = """
import sys
from tutor.course.progress import Progress
progress = Progress(sys.argv[1])
for number in range(int(sys.argv[2]), 100000):
    assert progress.record("lesson", f"step-{number}", "solved")
    assert progress.at("lesson", f"step-{number}", number)
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "progress.sqlite3"


def test_it_lies_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "here"))
    if sys.platform == "linux":
        assert default_path() == str(tmp_path / "here" / "sasl-tutor" / "progress.sqlite3")


def test_what_was_solved_stays_solved(path: Path) -> None:
    progress = Progress(path)
    for state, then in (("read", "read"), ("shown", "shown"), ("read", "shown"), ("solved", "solved"),
                        ("shown", "solved"), ("read", "solved")):  # fmt: skip
        assert progress.record("a", "one", state)
        assert progress.state("a", "one") == then
    assert progress.state("a", "two") == ""
    assert progress.lesson("a").solved == {"one"}
    assert progress.lesson("a").done == {"one"}


def test_reading_is_not_solving(path: Path) -> None:
    progress = Progress(path)
    progress.record("a", "text", "read")
    progress.record("a", "task", "shown")
    assert progress.lesson("a").solved == frozenset()
    assert progress.lesson("a").done == {"text", "task"}
    assert progress.solved("a") == 1
    assert Progress(path).lessons()["a"] == progress.lesson("a")


def test_it_lasts_and_knows_where_one_was(path: Path) -> None:
    times = iter(range(100))
    progress = Progress(path, clock=lambda: next(times))
    progress.at("a", "one", 1)
    progress.at("b", "two", 2)
    progress.at("a", "three", 3)
    progress.close()
    again = Progress(path)
    assert again.last_position() == ("a", "three", 3)
    assert again.position("b") == ("b", "two", 2)
    again.leave("a")
    assert again.position("a") is None
    assert again.last_position() == ("b", "two", 2)


def test_mistakes_are_counted_by_their_code(path: Path) -> None:
    progress = Progress(path)
    for code in ("b64.double", "b64.padding", "b64.double"):
        progress.mistake("a", "one", "skill", code)
    assert sorted(progress.mistakes()) == [
        ("a", "one", "skill", "b64.double", 2), ("a", "one", "skill", "b64.padding", 1),
    ]  # fmt: skip


def test_reset_of_one_lesson_and_of_all(path: Path) -> None:
    progress = Progress(path)
    progress.record("a", "one", "solved")
    progress.record("b", "one", "solved")
    progress.reset("a")
    assert not progress.lesson("a").done
    assert progress.lesson("b").done
    progress.reset()
    assert not progress.lesson("b").done


def test_export_and_import_bring_everything_back(path: Path, tmp_path: Path) -> None:
    progress = Progress(path)
    progress.record("a", "one", "solved", skill="x", hints=2, wrong=1)
    progress.record("a", "two", "read")
    progress.at("a", "two", 9)
    progress.mistake("a", "one", "x", "b64.double")
    progress.put_card("x", 1.5, 5.0, 10.0, 20.0, 1, 0)
    data = json.loads(json.dumps(progress.export()))
    other = Progress(tmp_path / "other.sqlite3")
    other.record("a", "two", "solved")
    assert other.load(data) == 2
    assert other.lesson("a").solved == {"one", "two"}, "the better state stays"
    assert other.position("a") == progress.position("a")
    assert other.mistakes() == progress.mistakes()
    assert other.cards() == progress.cards()
    assert other.load(data) == 2, "twice is as good as once"
    assert other.mistakes() == progress.mistakes()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ([], "no exported progress"),
        ({}, "no exported progress"),
        ({"format": "sasl-tutor progress"}, "version"),
        ({"format": "sasl-tutor progress", "version": 99}, "later version"),
        ({"format": "sasl-tutor progress", "version": 1, "steps": {}}, "`steps`"),
        ({"format": "sasl-tutor progress", "version": 1, "steps": [1]}, "entry 1"),
        ({"format": "sasl-tutor progress", "version": 1, "steps": [{"lesson": "a"}]}, "`step`"),
        (
            {"format": "sasl-tutor progress", "version": 1, "steps": [
                {"lesson": "a", "step": "b", "state": "mastered", "skill": "", "wrong": 0, "hints": 0, "at": 1}]},
            "`state`",
        ),
        (
            {"format": "sasl-tutor progress", "version": 1, "positions": [
                {"lesson": "a", "step": "b", "seed": 1 << 70, "at": 1}]},
            "`seed`",
        ),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_whole(path: Path, data: object, word: str) -> None:
    progress = Progress(path)
    progress.record("a", "one", "solved")
    before = progress.export()
    with pytest.raises(ProgressError, match=word):
        progress.load(data)
    assert progress.export() == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(steps=JSON, rest=JSON)
def test_no_data_can_do_more_than_be_refused(steps: object, rest: object) -> None:
    progress = Progress(":memory:")
    data = {"format": "sasl-tutor progress", "version": 1, "steps": steps, "cards": rest}
    try:
        progress.load(data)
    except ProgressError:
        pass


# Damage


@pytest.mark.parametrize("octets", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_set_aside_and_said(path: Path, octets: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(octets)
    progress = Progress(path)
    assert progress.record("a", "one", "solved")
    assert Progress(path).state("a", "one") == "solved"
    if octets:  # SQLite takes an empty file for a new one
        (notice,) = progress.notices
        assert "set aside" in notice
        (aside,) = path.parent.glob("*.damaged-*")
        assert aside.read_bytes() == octets
        assert str(aside) in notice


def test_another_programs_database_is_set_aside_not_changed(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE steps (whatever)")
        database.execute("PRAGMA user_version = 1")
    progress = Progress(path)
    assert progress.record("a", "one", "solved")
    assert "set aside" in progress.notices[0]


def test_a_file_damaged_while_it_is_open_is_set_aside(path: Path) -> None:
    progress = Progress(path)
    for number in range(300):
        progress.record("a", f"step-{number}", "solved")
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.write(os.urandom(size))
    for number in range(5):
        progress.record("b", f"step-{number}", "solved")
    assert any("damaged" in notice for notice in progress.notices)
    assert progress.record("c", "one", "solved")
    assert Progress(path).state("c", "one") == "solved"


def test_a_later_versions_file_is_left_alone(path: Path) -> None:
    Progress(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    octets = path.read_bytes()
    progress = Progress(path)
    assert not progress.kept
    assert "later version" in progress.notices[0]
    assert progress.record("a", "one", "solved") is False
    assert progress.state("a", "one") == "solved", "it lasts until the app is left"
    assert path.read_bytes() == octets


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
@pytest.mark.parametrize("make", ["file", "directory"])
def test_where_nothing_can_be_written_memory_must_do(tmp_path: Path, make: str) -> None:
    blocked = tmp_path / "blocked"
    if make == "file":
        blocked.write_text("a file where a folder is needed")
        path = blocked / "progress.sqlite3"
    else:
        path = blocked
        blocked.mkdir()
    progress = Progress(path)
    assert not progress.kept
    assert str(path) in progress.notices[0]
    assert progress.record("a", "one", "solved") is False
    assert progress.state("a", "one") == "solved"


# Processes


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9")
def test_what_was_shown_as_saved_survives_kill_9(path: Path) -> None:
    rng = random.Random(1)
    last = -1
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(last + 1)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )  # fmt: skip
        assert writer.stdout is not None
        stop = last + rng.randrange(1, 25)
        for line in writer.stdout:
            last = int(line)
            if last >= stop:
                break
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        # It may have said more between our last look and its end; all of that must be there too.
        said = [int(word) for word in rest.split("\n") if word and rest.endswith("\n")]
        last = said[-1] if said else last
        progress = Progress(path)
        assert progress.notices == []
        done = progress.lesson("lesson").solved
        assert {f"step-{number}" for number in range(last + 1)} <= done
        progress.close()
        last = len(done) - 1


def test_two_processes_at_once_lose_nothing(path: Path) -> None:
    code = WRITER.replace("100000", "int(sys.argv[2]) + 40")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(start)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for start in (0, 1000, 2000)
    ]  # fmt: skip
    for writer in writers:
        _, errors = writer.communicate()
        assert writer.returncode == 0, errors
    assert len(Progress(path).lesson("lesson").solved) == 120


def test_nothing_secret_is_kept(path: Path) -> None:
    from tutor.course import load
    from tutor.course.run import LessonRun

    progress = Progress(path)
    run = LessonRun(load.lesson("auth-login"), 5, progress)
    run.next()
    password = run.play.scenario.credentials.password
    assert password is not None
    run.submit(password)
    for line in run.solution():
        run.submit(line)
    assert run.passed
    assert run.saved
    assert password.encode() not in path.read_bytes()
    assert password not in json.dumps(progress.export())


def test_another_thread_may_record_too(path: Path) -> None:
    from threading import Thread

    progress = Progress(path)
    thread = Thread(target=progress.record, args=("a", "one", "solved"))
    thread.start()
    thread.join()
    assert progress.notices == []
    assert progress.state("a", "one") == "solved"


def test_a_bug_of_ours_never_sets_a_good_file_aside(path: Path) -> None:
    progress = Progress(path)
    progress.record("a", "one", "solved")
    with pytest.raises(sqlite3.Error):
        progress.put_card("too few values")
    assert progress.notices == []
    assert progress.state("a", "one") == "solved"


def test_a_file_of_the_first_version_is_kept_and_gets_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite3"
    first = Progress(path)
    first.record("greeting", "one", "solved")
    first.close()
    database = sqlite3.connect(path)
    database.execute("DROP TABLE placed")
    database.execute("PRAGMA user_version = 1")
    database.commit()
    database.close()
    second = Progress(path)
    assert second.solved("greeting") == 1
    assert second.notices == []
    assert second.place("greeting")
    assert second.placed() == {"greeting"}
    assert [file.name for file in tmp_path.glob("*damaged*")] == []
