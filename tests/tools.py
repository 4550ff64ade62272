"""What tests share: where things lie, and the programs they drive."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests" / "vectors"


def need(tool: str) -> str:
    """The path of a program that a test drives; without it the test is skipped, but never in CI."""
    path = shutil.which(tool)
    if path is None:
        message = f"{tool} is not installed; this test drives the real program"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path
