"""What checks a lesson finds each kind of fault, in a lesson that is sound but for it."""

from pathlib import Path

import pytest

from tutor.course import inspection, load, skeleton
from tutor.course.lesson import Lesson

LESSONS = load.lessons()


def inspected(tmp_path: Path, text: str, seeds: int = 12) -> list[inspection.Fault]:
    path = tmp_path / "10-x.toml"
    path.write_text(text, "utf-8")
    return inspection.inspect_file(str(path), range(seeds))[1]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_our_own_lessons_have_no_fault(lesson: Lesson) -> None:
    assert [fault.sentence for fault in inspection.inspect(lesson)] == []


def test_a_new_lesson_is_sound_whatever_is_drawn(tmp_path: Path) -> None:
    assert inspected(tmp_path, skeleton.text("our-server"), 100) == []


@pytest.mark.parametrize(
    ("old", "new", "step", "key", "code", "word"),
    [
        ('goal = "Answer', 'gaol = "Answer', "", "", "schema", "`goal`"),
        ("three", "{nothing}", "", "", "text", "nothing"),
        ("`220` greets, before any login.", " ", "which-code", "choices", "choice", "does not say why"),
        ("It is neither the greeting nor a refusal.", "It is `334`.", "which-code", "hints", "hint", "away"),
        ("Only the name travels now.", "Type {b64 {authcid}} now.", "first-answer", "hints", "hint", "away"),
        ('"text.trailing-newline"', '"scram.none"', "first-answer", "mistakes", "mistake", "cannot be made"),
        ('["b64.plain-text", "b64.accidental"]', '"b64.double"', "first-answer", "mistakes", "mistake", "b64.double"),
        ('text = "{authcid}", code', 'text = "{b64 {authcid}}", code', "first-answer", "mistakes", "mistake", "right"),
        ('"Only the name travels now.", ', "", "first-answer", "hints", "advice", "two hints"),
        ('goal = "Answer the', 'goal = "Answer ` the', "first-answer", "goal", "text", "backtick"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_step_and_key(
    tmp_path: Path, old: str, new: str, step: str, key: str, code: str, word: str
) -> None:
    text = skeleton.text("our-server")
    assert old in text
    head, _, rest = text.partition("[[steps]]")
    found = inspected(tmp_path, head + "[[steps]]" + rest.replace(old, new, 1 if old != "three" else -1))
    fault = next(fault for fault in found if fault.code == code)
    assert word in fault.message
    assert not step or (fault.step, fault.key) == (step, key)
    assert "10-x.toml" in fault.sentence
    assert fault.blocks is (code != "advice")


def test_a_step_that_cannot_be_played_is_said_and_not_raised(tmp_path: Path) -> None:
    text = skeleton.text("our-server").replace('mechanism = "LOGIN"', 'mechanism = "NTLM"')
    assert any(fault.code == "solution" for fault in inspected(tmp_path, text, 2))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[[steps]]", b"steps = 3", b"x" * (2 << 20), b"[" * 5000])
def test_no_content_of_a_file_raises(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "10-x.toml"
    path.write_bytes(content)
    lesson, faults = inspection.inspect_file(str(path))
    assert lesson is None
    assert [fault.code for fault in faults] == ["schema"]
    assert "10-x.toml" in faults[0].sentence
