"""`lesson new`, `lesson check`, and packs of lessons behind ours."""

import json
from pathlib import Path

import pytest

from tutor.cli.main import main
from tutor.course import load, skeleton


@pytest.fixture
def pack(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(load.PACKS, "")  # what the verbs set is put back
    folder = tmp_path / "ours"
    assert main(["lesson", "new", "our-server", "--into", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}/10-our-server.toml\n"
    return folder


def test_a_new_lesson_passes_its_check_and_is_never_overwritten(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = pack / "10-our-server.toml"
    assert main(["lesson", "check", str(pack)]) == 0
    assert "3 steps" in capsys.readouterr().out
    path.write_text(path.read_text("utf-8") + "# mine\n", "utf-8")
    assert main(["lesson", "new", "our-server", "--into", str(pack)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert path.read_text("utf-8").endswith("# mine\n")
    assert main(["lesson", "new", "another", "--into", str(pack)]) == 0
    assert (pack / "20-another.toml").is_file()


@pytest.mark.parametrize("id", ["Our", "a b", "../x", "", "ünder", "a--b"])
def test_an_id_that_is_none_is_refused(tmp_path: Path, id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "new", id, "--into", str(tmp_path)]) == 2
    assert "small letters" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_check_says_file_table_and_key_and_exits_with_1(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = pack / "20-bad.toml"
    bad.write_text((pack / "10-our-server.toml").read_text("utf-8").replace("goal", "gaol", 2), "utf-8")
    assert main(["lesson", "check", str(bad)]) == 1
    out = capsys.readouterr().out
    assert f"{bad}, step 1 (idea), key `goal`" in out
    assert "There is a key `gaol`" in out
    assert main(["lesson", "check", "--json", "--seeds", "2", str(pack)]) == 1
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["ok"], first["id"], first["faults"]) == (True, "our-server", [])
    assert (second["ok"], second["faults"][0]["code"]) == (False, "schema")


def test_two_files_with_one_id_are_said(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "30-twin.toml").write_bytes((pack / "10-our-server.toml").read_bytes())
    assert main(["lesson", "check", str(pack)]) == 1
    assert "is the id of" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["check", "none.toml"], ["check", "--seeds", "0", "."], ["check", "."]])
def test_what_cannot_be_checked_is_usage(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lesson", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_pack_stands_behind_ours_and_a_broken_file_blocks_nothing(
    pack: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = len(load.index())
    (pack / "20-broken.toml").write_text("id = 3\n", "utf-8")
    assert main(["lessons", "--lessons", str(pack)]) == 0
    out, err = capsys.readouterr()
    rows = out.splitlines()
    assert rows[own : own + 2] == ["", "ours"]
    assert "our-server" in rows[own + 2]
    assert "20-broken.toml" in err
    monkeypatch.setenv(load.PACKS, str(pack))
    assert main(["lessons", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["id"], last["pack"], last["number"]) == ("our-server", "ours", own + 1)


def test_the_users_own_folder_of_packs_is_always_listed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = len(load.index())
    where = Path(load.packs_folder())
    skeleton.write("loose", str(where))
    skeleton.write("our-server", str(where / "class of 26"))
    (where / "empty").mkdir()
    (where / ".hidden").mkdir()
    assert load.packs() == [str(where), str(where / "class of 26")]
    assert main(["lessons"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = out.splitlines()
    assert [row.strip() for row in rows[own:] if row and "min" not in row] == ["lessons", "class of 26"]
    assert load.lesson("our-server").steps
    # One that is asked for as well is not listed twice.
    monkeypatch.setenv(load.PACKS, str(where / "class of 26"))
    assert load.packs() == [str(where / "class of 26"), str(where)]
    assert load.broken() == []


def test_a_lesson_of_a_pack_never_hides_one_of_ours(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = pack / "10-our-server.toml"
    path.write_text(path.read_text("utf-8").replace('id = "our-server"', 'id = "greeting"'), "utf-8")
    assert main(["lessons", "--lessons", str(pack)]) == 0
    out, err = capsys.readouterr()
    assert sum("  greeting  " in row for row in out.splitlines()) == 1
    assert "greeting" in err


def test_a_pack_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    assert main(["lessons", "--lessons", str(tmp_path / "none")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    monkeypatch.setenv(load.PACKS, str(tmp_path / "none"))
    assert main(["lessons"]) == 0
    assert "There are no lessons" in capsys.readouterr().err
