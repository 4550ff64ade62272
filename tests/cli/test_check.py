"""check by its contract: keys, exit statuses, the password asked for only when needed, and no secret shown."""

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from select import select

import pytest

from tests.explain.answers import b64, cram, plain
from tests.tools import ROOT
from tutor.cli.main import main

Capture = pytest.CaptureFixture[str]
KEYS = {"correct", "mechanism", "stage", "diagnoses"}
DIAGNOSIS_KEYS = {"code", "layer", "summary", "fix", "start", "end", "message_start", "message_end", "source"}
CANARY = "Canary-7f3a!9 Kx"


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sits there to be asked."""
    monkeypatch.setattr("tutor.cli.read.sys.stderr", io.StringIO())


def give(monkeypatch: pytest.MonkeyPatch, octets: bytes) -> None:
    """Put these octets on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(octets)))


def checked(capsys: Capture, *arguments: str) -> tuple[int, dict[str, object]]:
    status = main(["check", "--json", *arguments])
    return status, json.loads(capsys.readouterr().out)


def first(found: dict[str, object]) -> dict[str, object]:
    diagnoses = found["diagnoses"]
    assert isinstance(diagnoses, list)
    row = diagnoses[0]
    assert isinstance(row, dict)
    return row


def test_the_acceptance_line_of_the_first_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "check", "--user", "ada", "--json", "-"],
        input=b"S: 334 VXNlcm5hbWU6\nC: YWRhCg==\n",
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "SASL_TUTOR_PASSWORD": "x"},
        check=False,
    )
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert done.stderr == b""
    assert set(found) == KEYS
    assert (found["correct"], found["mechanism"], found["stage"]) == (False, "LOGIN", "username")
    row = first(found)
    assert set(row) == DIAGNOSIS_KEYS
    assert row["code"] == "text.trailing-newline"
    assert row["layer"] == "text"
    assert (row["start"], row["end"], row["message_start"], row["message_end"]) == (4, 8, 3, 4)
    assert "printf %s 'ada' | openssl base64 -A" in str(row["fix"])


def test_exit_statuses(capsys: Capture) -> None:
    prompt = ("--user", "ada", "--challenge", "334 VXNlcm5hbWU6")
    assert checked(capsys, *prompt, "YWRh")[0] == 0
    assert checked(capsys, *prompt, "YWRhCg==")[0] == 1
    for arguments in (
        ["--user", "ada", "--from", "/nowhere/at/all"],
        ["--user", "ada", "--mechanism", "NONSENSE", "YWRh"],
        ["--user", "ada", "--mechanism", "NTLM", "YWRh"],
        ["--user", "ada", "--mechanism", "CRAM-MD5", "YWRh"],
        ["--user", "ada", "--challenge", "334 §", "YWRh"],
        ["--user", "ada", "--from", "x", "YWRh"],
    ):
        assert main(["check", *arguments]) == 2
        assert capsys.readouterr().out == ""
    for arguments in (["YWRh"], ["--user"]):
        with pytest.raises(SystemExit) as raised:
            main(["check", *arguments])
        assert raised.value.code == 2


def test_an_answer_that_begins_with_a_hyphen_stands_behind_two(capsys: Capture) -> None:
    status, found = checked(capsys, "--user", "ada", "--challenge", "334 VXNlcm5hbWU6", "--", "-YWRh")
    assert status == 1
    assert first(found)["code"] in ("b64.url-safe", "b64.length", "b64.plain-text")


def test_the_answer_may_be_empty_or_have_blanks_or_be_a_whole_auth_line(capsys: Capture) -> None:
    prompt = ("--user", "ada", "--challenge", "334 VXNlcm5hbWU6")
    assert first(checked(capsys, *prompt, "")[1])["code"] == "line.empty"
    assert first(checked(capsys, *prompt, "334", "YWRh")[1])["code"] == "line.with-code"
    answer = b64(plain("ada", "secret\n")).decode()
    _, found = checked(capsys, "--user", "ada", f"AUTH PLAIN {answer}")
    assert (found["mechanism"], found["stage"]) == ("PLAIN", "initial response")
    assert first(found)["code"] == "text.trailing-newline"
    start = first(found)["start"]
    assert isinstance(start, int)
    assert f"AUTH PLAIN {answer}"[start:] in answer


def test_the_mechanism_is_seen_or_named_or_supposed(capsys: Capture) -> None:
    assert checked(capsys, "--user", "ada", "YWRh")[1]["mechanism"] == "LOGIN"
    assert checked(capsys, "--user", "ada", b64(plain("ada", "x")).decode())[1]["mechanism"] == "PLAIN"
    challenge = base64.b64encode(b"<1.2@example.org>").decode()
    assert checked(capsys, "--user", "ada", "--challenge", challenge, "YWRh")[1]["mechanism"] == "CRAM-MD5"
    found = checked(capsys, "--user", "ada", "--mechanism", "login", "YWRh")[1]
    assert (found["mechanism"], found["correct"]) == ("LOGIN", True)


@pytest.mark.parametrize(
    ("exchange", "mechanism", "stage", "code"),
    [
        (b"S:334 VXNlcm5hbWU6\r\nC:YWRhCg==\r\n", "LOGIN", "username", "text.trailing-newline"),
        (b"S: 334 UGFzc3dvcmQ6\nC: YWRh\n", "LOGIN", "password", "login.swapped"),
        (b"C: AUTH LOGIN YWRh\nS: 334 UGFzc3dvcmQ6\nC: eAo=\n", "LOGIN", "password", "text.trailing-newline"),
        (b"C: AUTH PLAIN\nS: 334 \nC: YWRhAHg=\n", "PLAIN", "initial response", "plain.no-leading-nul"),
        (b"C: AUTH PLAIN YWRhAHg=\nS: 535 no\nC: QUIT\n", "PLAIN", "initial response", "plain.no-leading-nul"),
        (b"S: 220 hi\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: QUIT\n", "LOGIN", "username", "line.command"),
        (b"S: 334 VXNlcm5hbWU6\nC: *\nS: 501 cancelled\n", "LOGIN", "username", "line.cancelled"),
        (b"S: 334 VXNlcm5hbWU6\nC:\nS: 535 no\n", "LOGIN", "username", "line.empty"),
    ],
)
def test_an_exchange_may_begin_and_end_anywhere(
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    exchange: bytes,
    mechanism: str,
    stage: str,
    code: str,
) -> None:
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", "x")
    give(monkeypatch, exchange)
    status, found = checked(capsys, "--user", "ada", "-")
    assert (status, found["mechanism"], found["stage"], first(found)["code"]) == (1, mechanism, stage, code)
    file = tmp_path / "exchange.txt"
    file.write_bytes(exchange)
    assert checked(capsys, "--user", "ada", "--from", str(file)) == (status, found)


def test_an_answer_that_was_wrapped_is_put_together(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder breaks after 76 characters, and the rest comes as a line of its own."""
    password = "x" * 70
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", password)
    lines = base64.encodebytes(password.encode()).split()
    give(monkeypatch, b"S: 334 UGFzc3dvcmQ6\nC: " + lines[0] + b"\nC: " + lines[1] + b"\n")
    assert first(checked(capsys, "--user", "ada", "-")[1])["code"] == "b64.wrapped"


@pytest.mark.parametrize("octets", [b"", b"\n\n", b"S: 334 VXNlcm5hbWU6\n", b"C: QUIT\n", b"\x00\xff garbage\n"])
def test_nothing_to_judge_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch, octets: bytes) -> None:
    give(monkeypatch, octets)
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    assert main(["check", "--user", "ada", "-"]) == 2
    assert stderr.getvalue().startswith("sasl-tutor check: ")
    assert stderr.getvalue().count("\n") == 1


def test_without_a_password_the_verdict_stays_open(capsys: Capture) -> None:
    status, found = checked(capsys, "--user", "ada", "--mechanism", "PLAIN", b64(plain("ada", "x")).decode())
    assert (status, found["correct"], found["diagnoses"]) == (0, None, [])
    status, found = checked(capsys, "--user", "ada", "--challenge", "334 VXNlcm5hbWU6", "YWRh")
    assert (status, found["correct"]) == (0, True)


def test_the_password_comes_from_a_file_or_the_environment(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    answer = b64(plain("ada", "correct horse")).decode()
    arguments = ("--user", "ada", "--mechanism", "PLAIN", answer)
    assert checked(capsys, "--password-file", str(file), *arguments)[1]["correct"] is True
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", "wrong")
    found = checked(capsys, *arguments)[1]
    assert first(found)["code"] == "value.password"


@pytest.mark.parametrize(
    ("challenge", "answer", "asked"),
    [
        ("334 VXNlcm5hbWU6", b64("ada"), False),
        ("334 VXNlcm5hbWU6", b64("bob"), False),
        ("334 UGFzc3dvcmQ6", b64("x\n"), False),
        ("334 UGFzc3dvcmQ6", b64("x"), True),
    ],
)
def test_the_password_is_asked_for_only_where_it_is_needed(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, challenge: str, answer: bytes, asked: bool
) -> None:
    prompts: list[str] = []

    def ask(file: str | None, prompt: str = "", ask: bool = True) -> str | None:
        if not ask:
            return None
        prompts.append(prompt)
        return "x"

    monkeypatch.setattr("tutor.cli.check.read_password", ask)
    _, found = checked(capsys, "--user", "ada", "--challenge", challenge, answer.decode())
    assert bool(prompts) is asked
    assert found["correct"] is not None


AT_A_TERMINAL = """\
import os, sys
terminal = os.open(sys.argv[1], os.O_RDWR)  # the first one that a new session opens is its own
os.dup2(terminal, 0)
os.dup2(terminal, 2)
os.execv(sys.executable, [sys.executable, "-m", "tutor", *sys.argv[2:]])
"""


def test_the_prompt_is_on_the_terminal_and_does_not_echo() -> None:
    """In a real terminal, with standard output in a pipe."""
    answer = b64(cram("ada", CANARY)).decode()
    challenge = "334 " + base64.b64encode(b"<1896.697170952@postoffice.reston.mci.net>").decode()
    main_end, user_end = os.openpty()
    try:
        command = [sys.executable, "-c", AT_A_TERMINAL, os.ttyname(user_end), "check", "--user", "ada"]
        with subprocess.Popen(
            [*command, "--challenge", challenge, answer], stdout=subprocess.PIPE, start_new_session=True, cwd=ROOT
        ) as child:
            seen = b""
            while b"Password" not in seen:
                seen += os.read(main_end, 1000)
            os.write(main_end, CANARY.encode() + b"\n")
            said, _ = child.communicate(timeout=30)
            while select([main_end], [], [], 0)[0]:
                seen += os.read(main_end, 1000)
    finally:
        os.close(main_end)
        os.close(user_end)
    assert child.returncode == 0
    assert said.startswith("✓ right: CRAM-MD5".encode())
    assert CANARY.encode() not in seen + said


def answers_with_the_canary() -> list[tuple[str, ...]]:
    """Command lines whose answer holds the password, in right and in wrong ways."""
    name, word = "ada", CANARY
    prompt, second = ("--challenge", "334 VXNlcm5hbWU6"), ("--challenge", "334 UGFzc3dvcmQ6")
    rows: list[tuple[str, ...]] = []
    for where in (prompt, second, ("--mechanism", "PLAIN"), ("--mechanism", "LOGIN")):
        for message in (
            word.encode(), word.encode() + b"\n", plain(name, word), plain(name, word + "x"), plain(word, name),
            f"{name}:{word}".encode(), word.upper().encode(), word.encode("utf-16-le"), b'"' + word.encode() + b'"',
        ):  # fmt: skip
            text = b64(message).decode()
            rows += [(*where, text), (*where, "334 " + text), (*where, text.rstrip("=")), (*where, f'"{text}"')]
        rows += [(*where, word), (*where, f"{name} {word}"), (*where, f"AUTH PLAIN {b64(plain(name, word)).decode()}")]
    return rows


@pytest.mark.parametrize("known", [True, False])
def test_no_output_holds_the_password_unless_it_is_asked_for(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    if known:
        monkeypatch.setenv("SASL_TUTOR_PASSWORD", CANARY)
    pieces = [CANARY, "7f3a", CANARY.upper()]
    for shift in range(3):  # any place that it can have in Base64
        inside = base64.b64encode(b"\0" * shift + CANARY.encode())[4:-4].decode()
        pieces.append(inside[:8])
    for arguments in answers_with_the_canary():
        for form in ((), ("--json",)):
            main(["check", "--user", "ada", *form, *arguments])
            shown = "".join(capsys.readouterr())
            for piece in pieces:
                assert piece not in shown, arguments


def test_reveal_shows_the_answer_and_what_was_due(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", "correct horse")
    arguments = ("--user", "ada", "--challenge", "334 UGFzc3dvcmQ6", b64("wrong horse").decode())
    assert "expected" not in checked(capsys, *arguments)[1]
    assert checked(capsys, "--reveal", *arguments)[1]["expected"] == b64("correct horse").decode()
    main(["check", "--reveal", *arguments])
    shown = capsys.readouterr().out
    assert b64("wrong horse").decode() in shown
    assert b64("correct horse").decode() in shown


def test_the_text_for_people_points_at_the_guilty_characters(capsys: Capture) -> None:
    main(["check", "--user", "ada", "--challenge", "334 VXNlcm5hbWU6", "YWRhCg=="])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  YWRhCg=="
    assert lines[1] == "      ^^^^"
    assert lines[2].startswith("✗ A line feed (byte 0A)")
    assert "  Type: printf %s 'ada' | openssl base64 -A" in lines
    assert "RFC 4954 section 4" in lines[-1]


def test_hostile_octets_are_shown_as_pictures(capsys: Capture) -> None:
    main(["check", "--user", "a\x1b[31mda", "--challenge", "334 VXNlcm5hbWU6", "\x1b]0;x\x07[/x]\u202eYWRh"])
    shown = "".join(capsys.readouterr())
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_credentials_that_the_mechanism_cannot_carry_are_refused_with_the_reason(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", "x")
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    assert main(["check", "--user", "", "--mechanism", "PLAIN", "AGEAeA=="]) == 2
    assert "cannot carry" in stderr.getvalue()


def test_help_has_examples(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["check", "--help"])
    assert raised.value.code == 0
    assert "examples:" in capsys.readouterr().out
