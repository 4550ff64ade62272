"""`lessons`, `progress`, `learn` and `practise` as a script meets them."""

import io
import json
import sys
import time
from pathlib import Path

import pytest

from tutor.cli.main import main
from tutor.course import load
from tutor.course.progress import Progress
from tutor.course.run import LessonRun


class Piped(io.TextIOWrapper):
    """Standard input that is a pipe holding these lines."""

    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode("utf-8", "surrogateescape")), "utf-8")


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run a command line with standard input; (status, stdout, stderr)."""

    def run(text: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", Piped(text))
        try:
            status = main(list(arguments))
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


def answers(id: str, seed: int) -> str:
    """Every line that leads through the lesson; an empty one to go on."""
    run, lines = LessonRun(load.lesson(id), seed), []
    while not run.finished:
        if run.play.INPUT == "watch":  # no other program runs here
            lines.append(":skip")
            run.skip()
            continue
        lines += run.solution()
        for line in run.solution():
            run.submit(line)
        last = run.position + 1 == run.count
        lines += [] if last or not run.play.SOLVES else [""]
        assert run.next(), f"step {run.position + 1} of {id} cannot be passed with its own solution"
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("id", [summary.id for summary in load.index()])
def test_every_lesson_can_be_learnt_in_lines_of_text(say, id: str) -> None:  # type: ignore[no-untyped-def]
    status, out, err = say(answers(id, 11), "learn", "--seed", "11", id)
    assert status == 0, out
    assert err == ""
    steps = [step for step in load.lesson(id).steps if step.kind != "client"]
    assert out.count("✓ Right") == sum(step.kind != "read" for step in steps)
    assert "last step" in out
    assert Progress().lesson(id).done == {step.id for step in steps}


def test_input_that_ends_leaves_the_place_kept(say) -> None:  # type: ignore[no-untyped-def]
    count = len(load.lesson("greeting").steps)
    status, out, _ = say("\nwrong\n", "learn", "greeting", "--seed", "1")
    assert status == 1
    assert f"stopped at step 2 of {count}; your place is kept" in out
    status, out, _ = say(":quit\n", "learn")
    assert status == 0
    assert f"Step 2 of {count}" in out


def test_hints_come_and_the_answer_only_when_asked_for(say) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = say(":hint\n:hint\n:hint\n:hint\n:quit\n", "practise", "PLAIN", "--seed", "1")
    assert out.count("Hint: ") == 4
    _, out, _ = say("EHLO me\nAUTH PLAIN\n:show\n:quit\n", "practise", "plain", "--seed", "1")
    right = out.split(":show\n    ")[1].split("\n")[0]
    _, out, _ = say("EHLO me\nAUTH PLAIN\nabc\n", "practise", "PLAIN", "--seed", "1")
    assert right not in out
    status, out, _ = say(f"EHLO me\nAUTH PLAIN\n{right}\n", "practise", "PLAIN", "--seed", "1")
    assert status == 0
    assert "S: 235 " in out


def test_what_is_typed_is_shown_only_safely(say) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = say("\x1b[2J\nEHLO \x1b]0;x\x07[/x]\n\udcff\n:quit\n", "practise", "--seed", "1")
    assert "\x1b" not in out
    assert "\x07" not in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["learn", "greting"], "Did you mean `greeting`?"),
        (["learn", "99"], "There is no lesson 99."),
        (["learn", "drill", "knitting"], "There are: base64.decode, "),
        (["learn", "drill", "[/x] \n"], "There is no skill of that name"),
        (["learn", "drill", "--level", "6"], "from 1 to 5"),
        (["learn", "drill", "--level", "-1"], "from 1 to 5"),
        (["learn", "greeting", "base64"], "A skill goes with a drill"),
        (["practise", "GSSAPI"], "is read here, not played"),
        (["practise", "NOPE"], "is not known"),
        (["practise", "--like", "nobody"], "no dialect"),
        (["progress", "--import", "/nowhere/at/all"], "cannot be read"),
        (["progress", "--export", "/nowhere/at/all"], "cannot be written"),
    ],
)
def test_mistakes_get_one_clear_sentence(say, arguments: list[str], words: str) -> None:  # type: ignore[no-untyped-def]
    status, out, err = say("", *arguments)
    assert status == 2
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_lessons_lists_all_with_progress(say) -> None:  # type: ignore[no-untyped-def]
    Progress().record("greeting", "the-talk", "read")
    Progress().record("greeting", "who-first", "shown")
    status, out, _ = say("", "lessons")
    assert status == 0
    place = [lesson.id for lesson in load.lessons()].index("greeting")
    assert out.splitlines()[place].endswith("●◐" + "○" * (len(load.lesson("greeting").steps) - 2))
    _, out, _ = say("", "lessons", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["id"] for row in rows] == [lesson.id for lesson in load.lessons()]
    row = rows[place]
    assert (row["solved"], row["shown"], row["read"], row["finished"]) == (0, 1, 1, False)


def test_progress_goes_out_and_comes_back(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    Progress().record("greeting", "who-first", "solved")
    file = tmp_path / "mine.json"
    assert say("", "progress", "--export", str(file))[0] == 0
    _, out, _ = say("", "progress", "--export", "-")
    assert json.loads(out) == json.loads(file.read_text("utf-8"))
    _, _, err = say("", "progress", "--reset")
    kept = Path(err.split("--import ")[1].strip())
    assert Progress().lesson("greeting").done == frozenset()
    assert say("", "progress", "--import", str(file))[0] == 0
    assert Progress().lesson("greeting").solved == {"who-first"}
    say("", "progress", "--reset")
    assert say(kept.read_text("utf-8"), "progress", "--import", "-")[0] == 0
    assert Progress().lesson("greeting").solved == {"who-first"}
    status, out, _ = say("", "progress")
    assert status == 0
    assert out.startswith("1 of ")


@pytest.mark.parametrize("octets", [b"", b"\xff\xfe", b"[" * 100_000, b"{}", b'{"format": 1}'])
def test_a_broken_import_changes_nothing(say, tmp_path: Path, octets: bytes) -> None:  # type: ignore[no-untyped-def]
    Progress().record("greeting", "who-first", "solved")
    file = tmp_path / "broken.json"
    file.write_bytes(octets)
    status, _, err = say("", "progress", "--import", str(file))
    assert status == 2
    assert str(file) in err
    assert Progress().lesson("greeting").solved == {"who-first"}


def test_a_damaged_progress_file_is_said_and_stops_nobody(say) -> None:  # type: ignore[no-untyped-def]
    path = Path(Progress().path)
    path.write_bytes(b"no database" * 1000)
    status, out, err = say("", "lessons")
    assert status == 0
    assert out
    assert "set aside" in err


def test_lines_of_text_say_what_the_screen_says(say) -> None:  # type: ignore[no-untyped-def]
    """Both sides decoded, the source of a step that is only read, and once a step where help is."""
    _, out, _ = say("\n\n\nbfcade\nbfcade\n:quit\n", "learn", "--seed", "5", "one-minute")
    assert "= Username:" in out
    assert "= dennis" in out  # the client's own line, which the screen decodes too
    assert "(RFC 5321 section 3.1; RFC 5321 section 3.2)" in out
    assert out.count("`:hint` helps") == 1


@pytest.mark.parametrize("words", [["drill", "base64", "--level", "3"], ["--level", "3", "drill", "base64"],
                                   ["drill", "--level", "3", "base64"]])  # fmt: skip
def test_the_words_of_learn_may_stand_around_its_options(say, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = say(":quit\n", "learn", *words)
    assert status == 0
    assert out.startswith("Drill base64, level 3: 10 steps.")


def test_what_is_due_is_said_beside_the_progress(say, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    say("%%%\n:quit\n", "learn", "drill", "login.answer")
    assert "to review" not in say("", "progress")[1]
    later = time.time() + 3600
    monkeypatch.setattr("time.time", lambda: later)
    assert "to review: sasl-tutor learn review" in say("", "progress")[1]
    status, out, _ = say(":quit\n", "learn", "review")
    assert status == 0
    assert out.startswith("Review: ")
