"""The README's examples are run, and every verb has one. `python tests/test_readme.py` writes their output anew."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def rerun(block: str, folder: Path) -> str:
    """The block with what its commands say now; they run one after the other in `folder`, which is their HOME too."""
    tool = folder / "bin" / "sasl-tutor"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tutor "$@"\n', "utf-8")
    tool.chmod(0o755)
    env = {"PATH": f"{tool.parent}:{os.environ['PATH']}", "HOME": str(folder), "PYTHONPATH": str(ROOT),
           "TERM": "dumb", "LC_ALL": "C.UTF-8", "COLUMNS": "80"}  # fmt: skip
    out = []
    for line in block.splitlines():
        if line.startswith("$ "):
            run = subprocess.run(["/bin/sh", "-c", line[2:]], cwd=folder, env=env, capture_output=True, timeout=60)
            out.append(f"{line}\n{run.stdout.decode()}{run.stderr.decode()}")
    return "".join(out)


def test_the_examples_say_what_they_say(tmp_path: Path) -> None:
    blocks = BLOCK.findall(README.read_text("utf-8"))
    assert blocks
    for block in blocks:
        assert rerun(block, tmp_path) == block


def test_every_verb_has_an_example() -> None:
    from tutor.cli.main import VERBS

    lines = [line for block in BLOCK.findall(README.read_text("utf-8")) for line in block.splitlines()]
    shown = {verb for line in lines if line.startswith("$ ") for verb in re.findall(r"sasl-tutor (\w+)", line)}
    assert [verb for verb in VERBS if verb not in shown] == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        text = README.read_text("utf-8")
        README.write_text(BLOCK.sub(lambda found: rerun(found[0], Path(place)), text), "utf-8")
