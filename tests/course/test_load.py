"""A broken lesson file gives one clear sentence (file, table, key) and never blocks the others."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course import load
from tutor.course.lesson import Broken, Lesson

HEAD = 'id = "one"\ntitle = "One"\nabout = "It."\nminutes = 5\n'
STEP = '[[steps]]\nid = "a"\nkind = "read"\ngoal = "g"\nbefore = "b"\nafter = "a"\nsource = "RFC 5321 section 4.2"\n'
CHOOSE = STEP.replace('"read"', '"choose"') + 'choices = [{ text = "x", right = true }, { text = "y", code = "z", '


def read(tmp_path: Path, text: str) -> Lesson | Broken:
    path = tmp_path / "10-one.toml"
    path.write_text(text, "utf-8")
    return load.read(str(path))


def test_the_smallest_lesson(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + STEP)
    assert isinstance(found, Lesson)
    assert found.steps[0].kind == "read"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = @\n", ["10-one.toml", "not TOML", "line 1"]),
        (HEAD, ["`steps`", "missing"]),
        (HEAD + "steps = 3\n", ["`steps`", "a list"]),
        (HEAD + "steps = [3]\n", ["`steps`", "entry 1"]),
        (HEAD.replace('"One"', "1") + STEP, ["`title`", "text in quotation marks"]),
        (HEAD.replace("minutes = 5", "minutes = true") + STEP, ["`minutes`", "whole number"]),
        (HEAD + "colour = 1\n" + STEP, ["`colour`", "not known"]),
        (HEAD.replace('"one"', '"One Two"') + STEP, ["`id`", "small letters"]),
        (HEAD + STEP.replace("goal", "gaol"), ["step 1 (a)", "`goal`", "missing"]),
        (HEAD + STEP + 'hintz = ["x"]\n', ["step 1 (a)", "`hintz`", "did you mean `hints`?"]),
        (HEAD + STEP.replace('"read"', '"decod"'), ["`kind`", "`decod`", "Did you mean `decode`?"]),
        (HEAD + STEP.replace('"g"', '"{authcid"'), ["`goal`", "not closed"]),
        (HEAD + STEP.replace('"g"', '"{rot13 x}"'), ["`goal`", "rot13"]),
        (HEAD + STEP.replace("RFC 5321 section 4.2", "somewhere"), ["`source`", "somewhere"]),
        (HEAD + STEP + "hints = [1]\n", ["`hints`", "each entry"]),
        (HEAD + STEP + 'scenario = { mechanism = "LOGON" }\n', ["`mechanism`", "LOGON"]),
        (HEAD + STEP + 'scenario = { user = "x" }\n', ["scenario", "`user`"]),
        (HEAD + STEP + 'mistakes = [{ text = "x" }]\n', ["mistakes 1", "`code`", "missing"]),
        (HEAD + STEP + 'mistakes = [{ code = "x" }]\n', ["mistakes 1", "`text`"]),
        (HEAD + STEP + STEP, ["step 2 (a)", "two steps"]),
        (HEAD + STEP + 'lines = ["220 hello"]\n', ["`lines`", "S:"]),
        (HEAD + CHOOSE + 'why = "w", right = true }]\n', ["`choices`", "exactly one"]),
        (HEAD + CHOOSE[:-2] + "}]\n", ["choices 2", "`why`"]),
    ],
)
def test_each_fault_is_named_with_file_table_and_key(tmp_path: Path, text: str, words: list[str]) -> None:
    found = read(tmp_path, text)
    assert isinstance(found, Broken)
    for word in ["lessons/10-one.toml", *words]:
        assert word in found.sentence
    assert "\n" not in found.sentence


def test_a_broken_file_does_not_block_the_others(tmp_path: Path) -> None:
    for number, text in enumerate(["\xff\0", HEAD + STEP, "title = 3", HEAD + STEP, HEAD.replace("one", "two") + STEP]):
        (tmp_path / f"{number}.toml").write_text(text, "latin-1")
    (tmp_path / "5.toml").mkdir()
    where = str(tmp_path)
    assert [(entry.id, entry.number) for entry in load.index(where)] == [("one", 1), ("two", 2)]
    assert [problem.file for problem in load.broken(where)] == [f"lessons/{n}.toml" for n in (0, 2, 3, 5)]
    assert load.lesson("two", where).id == "two"
    assert load.lesson("2", where).id == "two"
    assert load.lesson("one", where).number == 1


def test_a_lesson_that_is_broken_inside_says_so_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "1.toml").write_text(HEAD + STEP.replace("goal", "gaol"), "utf-8")
    assert load.index(str(tmp_path))[0].id == "one"
    with pytest.raises(load.LessonError, match="step 1"):
        load.lesson("one", str(tmp_path))
    assert len(load.check(str(tmp_path))) == 1


def test_no_folder_at_all_is_no_lessons(tmp_path: Path) -> None:
    assert load.index(str(tmp_path / "none")) == []
    with pytest.raises(load.LessonError, match="There is no lesson"):
        load.lesson("greeting", str(tmp_path / "none"))


@given(octets=st.binary(max_size=200))
def test_no_file_can_do_more_than_be_broken(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.mktemp("lessons") / "1.toml"
    path.write_bytes(octets)
    assert isinstance(load.read(str(path)), Broken)
    load.index(str(path.parent))


def test_the_index_is_read_without_the_toml_parser() -> None:
    import subprocess
    import sys

    from tests.tools import ROOT

    code = "import sys; from tutor.course import load; assert load.index(); assert 'tomllib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_order_is_that_of_the_numbers(tmp_path: Path) -> None:
    for number, id in ((100, "third"), (20, "second"), (5, "first")):
        text = f'id = "{id}"\ntitle = "T"\nabout = "A."\nminutes = 1\n'
        (tmp_path / f"{number}-{id}.toml").write_text(text, encoding="utf-8")
    assert [os.path.basename(path).split("-")[1] for path in load.files(str(tmp_path))] == [
        "first.toml",
        "second.toml",
        "third.toml",
    ]
