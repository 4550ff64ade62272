"""The man page is what `--help` says."""

import shutil
import subprocess
import sys

import pytest

from tests.tools import ROOT
from tutor.cli.main import VERBS

PAGE = ROOT / "docs" / "sasl-tutor.1"


def test_the_man_page_is_up_to_date() -> None:
    code = "import sys; sys.path[:0] = ['.', 'docs']; import make_man; sys.stdout.reconfigure(encoding='utf-8'); " \
           "print(make_man.page(), end='')"  # fmt: skip
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert made.stdout == PAGE.read_text("utf-8"), "run: python docs/make_man.py"


def test_every_verb_has_its_section() -> None:
    text = PAGE.read_text("utf-8")
    assert [line[4:] for line in text.splitlines() if line.startswith(".SS ")] == list(VERBS)


def test_groff_has_no_complaint() -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    run = subprocess.run([groff, "-man", "-ww", "-Kutf8", "-Tutf8", "-z", str(PAGE)], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
