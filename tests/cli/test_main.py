"""The command line as a whole: kind errors, exit statuses, help with examples, completion that shells accept."""

import os
import shutil
import signal
import subprocess
import sys
from argparse import ArgumentParser

import pytest

import tutor
from tests.tools import ROOT
from tutor.cli import main as cli
from tutor.cli.exits import Exit, UserError
from tutor.cli.main import VERBS, build_parser, main
from tutor.cli.read import LONGEST_LINE, input_lines, password


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"sasl-tutor {tutor.__version__}\n"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("decoed", "Did you mean `decode`?"),
        ("chek", "`check`"),
        ("334", "sasl-tutor decode 334"),
        ("zzz", "The verbs are"),
    ],
)
def test_an_unknown_verb_is_said_kindly(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == Exit.USAGE
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([verb, "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert f"sasl-tutor {verb}" in shown
    # Examples are not folded, so that they can be copied.
    assert all(len(line) <= 80 or line.startswith("  ") for line in shown.splitlines())
    assert shown.count(f"sasl-tutor {verb}") >= 2, "no example"


def test_top_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(verb in shown for verb in VERBS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "decode" in script
    assert "--reveal" in script or "reveal" in script
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_bash_completes_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    script = capsys.readouterr().out
    ask = "\nCOMP_WORDS=(sasl-tutor dec); COMP_CWORD=1; _shtab_sasl_tutor; echo ${COMPREPLY[@]}"
    done = subprocess.run(["bash", "-c", script + ask], capture_output=True, text=True)
    assert done.stdout.split() == ["decode"]


def test_a_shell_nobody_has(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["completion", "elvish"])
    assert stop.value.code == Exit.USAGE


def test_ctrl_c_is_130_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tutor", "decode", "--json", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"334 VXNlcm5hbWU6\n")
        process.stdin.flush()
        assert b"LOGIN" in process.stdout.readline()  # it is reading now
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == b""


def test_errors_carry_their_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> int:
        raise UserError("The port is taken. Choose another one.", Exit.UNREACHABLE)

    monkeypatch.setattr("tutor.cli.completion.run", fail)
    assert main(["completion", "bash"]) == 3
    assert capsys.readouterr().err == "sasl-tutor completion: The port is taken. Choose another one.\n"


def test_the_password_comes_from_a_file_or_the_environment(
    tmp_path: "os.PathLike[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    file = os.path.join(tmp_path, "secret")
    with open(file, "wb") as out:
        out.write("pässword \r\nsecond line\n".encode())
    assert password(file) == "pässword "
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", "from environment")
    assert password(None) == "from environment"
    assert password(file) == "pässword "
    monkeypatch.delenv("SASL_TUTOR_PASSWORD")
    assert password(None, ask=False) is None
    with open(file, "wb"):
        pass
    with pytest.raises(UserError, match="empty"):
        password(file)


def test_no_password_option_that_would_show_in_the_list_of_processes() -> None:
    assert "--password " not in build_parser().format_help()
    for verb in VERBS:
        module = cli._module(verb)
        parser = ArgumentParser(prog=verb)
        module.add_arguments(parser)
        assert not any(option == "--password" for action in parser._actions for option in action.option_strings)


def test_lines_of_a_file(tmp_path: "os.PathLike[str]") -> None:
    file = os.path.join(tmp_path, "lines")
    with open(file, "wb") as out:
        out.write(b"a\r\n\nb\x00\xff\nlast")
    assert list(input_lines(file)) == [b"a", b"", b"b\x00\xff", b"last"]
    with open(file, "wb") as out:
        out.write(b"x" * LONGEST_LINE + b"\r\n" + b"y" * (LONGEST_LINE + 1))
    lines = input_lines(file)
    assert len(next(lines)) == LONGEST_LINE
    with pytest.raises(UserError, match="Line 2"):
        next(lines)
