"""What the kinds of step say to those who are half way there, or beside the way."""

import base64
from pathlib import Path

import pytest

from tutor.course import load, practice
from tutor.course.lesson import Lesson
from tutor.course.run import LessonRun

STEP = """
id = "one"
title = "One"
about = "One."
minutes = 1

[[steps]]
id = "only"
goal = "Go."
before = "Before."
after = "After."
hints = ["One.", "Two."]
source = "RFC 4648 section 4"
skill = "one.one"
"""


def run_of(folder: Path, more: str) -> LessonRun:
    path = folder / "10-one.toml"
    path.write_text(STEP + more, "utf-8")
    found = load.read(str(path))
    assert isinstance(found, Lesson)
    return LessonRun(found, 1)


def code_of(run: LessonRun, text: str) -> str:
    verdict = run.submit(text)
    assert not run.passed
    return verdict.diagnoses[0].code


@pytest.mark.parametrize("word", ["tim", "lisa", "paula"])
def test_encode_knows_the_bits_and_the_first_letters(tmp_path: Path, word: str) -> None:
    run = run_of(tmp_path, f'kind = "encode"\nvalue = "{word}"\n')
    right = base64.b64encode(word.encode()).decode()
    bits = " ".join(f"{octet:08b}" for octet in word.encode())
    assert run.submit(bits).diagnoses[0].summary == "The bits are right."
    assert run.submit("1" + bits[1:]).diagnoses[0].summary.endswith("Look at byte 1.")
    assert code_of(run, right[:2]) == "lesson.part"
    assert code_of(run, right[:3]) == "lesson.part"
    assert code_of(run, word) in ("b64.plain-text", "b64.accidental")
    assert "334" not in run.submit(word).diagnoses[0].fix
    assert code_of(run, base64.b64encode(b"xyz").decode()) == "value.username"
    assert run.submit(right).correct
    assert run.passed


def test_encode_still_misses_the_padding_where_only_that_is_missing(tmp_path: Path) -> None:
    run = run_of(tmp_path, 'kind = "encode"\nvalue = "lisa"\n')
    assert code_of(run, "bGlzYQ") == "b64.padding"


def test_decode_knows_the_bits_and_what_is_nearly_right(tmp_path: Path) -> None:
    run = run_of(tmp_path, 'kind = "decode"\nline = "S: 334 VXNlcm5hbWU6"\n')
    bits = " ".join(f"{octet:08b}" for octet in base64.b64decode("VXNlcm5hbWU6"))
    assert run.submit(bits).diagnoses[0].summary == "The bits are right. Which letters are they?"
    assert run.submit("010101 010111").diagnoses[0].summary == "The bits are right so far."
    assert "what is asked for is the text" in run.submit("011101 010111").diagnoses[0].summary
    assert code_of(run, "username") == "lesson.case"
    assert code_of(run, "user name") == "lesson.case"
    assert code_of(run, "Use") == "lesson.part"
    assert code_of(run, "Password:") == "lesson.other"


def test_a_code_may_stand_in_quotation_marks(tmp_path: Path) -> None:
    assert run_of(tmp_path, 'kind = "predict"\n').submit('"220"').correct


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [("HELO me", "lesson.no-progress", "no list"), ("NOOP", "lesson.no-progress", "no nearer"),
     ("QUIT", "lesson.closed", "before the goal"), ("EHLO", "reply.501", "name of your computer"),
     ("AUTH LOGIN", "reply.503", "too early"), ("dGlt", "reply.500", "has not asked"),
     ("cancel", "reply.500", "no command")],
)  # fmt: skip
def test_drive_says_what_was_odd_about_a_line(line: str, code: str, words: str) -> None:
    run = LessonRun(practice.exchange("LOGIN"), 1)
    verdict = run.submit(line)
    assert verdict.correct is False
    assert verdict.diagnoses[0].code == code
    assert words in verdict.diagnoses[0].summary


def test_every_right_line_of_a_drive_is_right_so_far() -> None:
    for mechanism in ("LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-256"):
        run = LessonRun(practice.exchange(mechanism, "postfix", "starttls"), 1)
        for line in run.solution():
            assert run.submit(line).correct, (mechanism, line)
        assert run.passed


def test_a_value_with_something_beside_it(tmp_path: Path) -> None:
    run = run_of(tmp_path, 'kind = "arithmetic"\nanswer = "biws"\n')
    assert "something stands beside it" in run.submit("c=biws").diagnoses[0].summary
    assert "something stands beside it" in run.submit("biws==").diagnoses[0].summary
    assert "1 character," in run.submit("x").diagnoses[0].summary


def test_a_hyphen_behind_the_code_of_a_server_is_no_end() -> None:
    run = LessonRun(load.lesson("be-the-server"), 1)
    run.go(1)
    assert code_of(run, "334-VXNlcm5hbWU6") == "serve.more-lines"
    assert run.submit("334 VXNlcm5hbWU6").correct
