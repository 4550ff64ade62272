"""The wheel and the sdist hold what a stranger needs, and an installed copy finds its lessons."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.tools import ROOT

DATA = {".toml", ".tcss"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder


def test_the_wheel_holds_code_lessons_and_data(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for lesson in (ROOT / "lessons").glob("*.toml"):
        assert f"tutor/_lessons/{lesson.name}" in names
    for path in (ROOT / "tutor").rglob("*"):
        if path.suffix in DATA | {".py"} and "_lessons" not in path.parts:
            assert str(path.relative_to(ROOT)) in names
    assert not any(name.startswith("tests/") for name in names)


def test_the_sdist_holds_lessons_and_tests(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    for path in [*(ROOT / "lessons").glob("*.toml"), ROOT / "tests" / "test_packaging.py", ROOT / "LICENSE"]:
        assert str(path.relative_to(ROOT)) in names


def test_an_installed_wheel_lists_its_lessons(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    place = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(place), str(wheel)],
        check=True,
        capture_output=True,
    )
    run = subprocess.run(
        [sys.executable, "-m", "tutor", "lessons"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) >= len(list((ROOT / "lessons").glob("*.toml")))
