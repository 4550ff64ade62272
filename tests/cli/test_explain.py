"""`sasl-tutor explain`: the contract, masks, hostile text."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.tools import VECTORS
from tutor.cli.main import main

CANARY = "c4n4ry-s3same"
CASES = [json.loads(line) for line in (VECTORS / "cases.jsonl").read_text("utf-8").splitlines()]
# base64 of the canary, of NUL ada NUL canary, and of ada LF: made with coreutils' base64
PASSWORD = "YzRuNHJ5LXMzc2FtZQ=="
PLAIN = "AGFkYQBjNG40cnktczNzYW1l"
EHLO = "220 mx.example.org ESMTP\nEHLO me\n250-mx.example.org\n250 AUTH PLAIN LOGIN\n"
LOGIN = EHLO + f"AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\n334 UGFzc3dvcmQ6\n{PASSWORD}\n535 5.7.8 no\n"


def explain(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | bytes, *options: str) -> tuple[int, str]:
    path = tmp_path / "session.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    status = main(["explain", *options, str(path)])
    return status, capsys.readouterr().out


def test_json_has_the_keys_of_the_contract(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out = explain(capsys, tmp_path, LOGIN, "--json")
    assert status == 1
    (value,) = [json.loads(line) for line in out.splitlines()]
    assert value["exchange"] == 1
    assert value["format"] == "bare"
    assert set(value["lines"][0]) >= {"n", "side", "line", "mechanism", "decoded", "note"}
    assert [line["n"] for line in value["lines"]] == list(range(1, 11))
    assert set(value["findings"][0]) >= {"code", "line", "summary", "fix", "source"}
    assert value["findings"][0]["code"] == "server.bad-credentials"


def test_several_sessions_end_in_a_summary(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out = explain(capsys, tmp_path, LOGIN * 3, "--json")
    *sessions, last = [json.loads(line) for line in out.splitlines()]
    assert [session["exchange"] for session in sessions] == [1, 2, 3]
    assert last["summary"]["exchanges"] == 3
    assert last["summary"]["outcomes"] == {"failed": 3}
    assert last["summary"]["mechanisms"] == {"LOGIN": 3}
    assert last["summary"]["findings"] == {"server.bad-credentials": 3}


def test_a_session_without_a_login_has_not_failed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out = explain(capsys, tmp_path, EHLO + "QUIT\n221 bye\n")
    assert status == 0
    assert "? AUTH was offered" in out
    status, out = explain(capsys, tmp_path, EHLO + "QUIT\n221 bye\n", "--json")
    assert status == 0
    assert [one["failed"] for one in json.loads(out)["findings"]] == [False]
    _, out = explain(capsys, tmp_path, LOGIN, "--json")
    assert [one["failed"] for one in json.loads(out)["findings"]] == [True]


def test_a_login_that_succeeded_is_fine(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert explain(capsys, tmp_path, LOGIN.replace("535 5.7.8 no", "235 2.7.0 yes"))[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        LOGIN,
        EHLO + f"AUTH PLAIN {PLAIN}\n535 5.7.8 no\n",
        EHLO + f"AUTH PLAIN\n334 \n{PLAIN}\n535 5.7.8 no\n",
        EHLO + f'AUTH PLAIN {PLAIN}\n500 5.5.1 Command unrecognized: "AUTH PLAIN {PLAIN}"\n',
        "".join(f"<-  {line}\n" if line[:3].isdigit() else f" -> {line}\n" for line in LOGIN.splitlines()),
        "".join(f"S: {line}\n" if line[:3].isdigit() else f"C: {line}\n" for line in LOGIN.splitlines()),
        EHLO + f"AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRhCg==\n334 UGFzc3dvcmQ6\n{CANARY}\n535 no\n",
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_password_shows_only_with_reveal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, options: list[str]
) -> None:
    _, out = explain(capsys, tmp_path, text, *options)
    for secret in (CANARY, PASSWORD, PLAIN, PLAIN[8:]):
        assert secret not in out
    assert "••••" in out
    _, out = explain(capsys, tmp_path, text, "--reveal", *options)
    assert CANARY in out


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_real_case_is_shown(case: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out = explain(capsys, tmp_path, case["transcript"])
    assert status in (0, 1)
    assert out.startswith("Session 1, read as ")


def test_hostile_text_is_shown_as_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = b"220 \x1b[2J[bold][/x][@click=app.quit] \xe2\x80\xae\0 \xff\xfe\n535 \x1b]0;x\x07\x9b31m\n"
    for options in ([], ["--json"], ["--reveal"]):
        _, out = explain(capsys, tmp_path, text, *options)
        assert not any(bad in out for bad in "\x1b\x07\0\x9b\u202e")


def test_utf_16_and_one_endless_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out = explain(capsys, tmp_path, LOGIN.encode("utf-16")[:-7])
    assert "AUTH LOGIN" in out
    status, out = explain(capsys, tmp_path, b"A" * (3 << 20))
    assert status == 0
    assert len(out) < 10_000
    assert "characters more)" in out


def test_nothing_at_all_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert main(["explain", str(path)]) == 2
    assert "nothing to explain" in capsys.readouterr().err
    assert main(["explain", str(tmp_path / "missing")]) == 2
    assert main(["explain", str(tmp_path)]) == 2


def test_the_picture_is_masked_and_shows_the_session_that_failed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "login.svg"
    fine = LOGIN.replace("535 5.7.8 no", "235 2.7.0 yes").replace("me\n", "fine\n", 1)
    status, _ = explain(capsys, tmp_path, fine + LOGIN, "--svg", str(picture))
    drawn = picture.read_text("utf-8")
    assert status == 1
    assert "EHLO me" in drawn
    assert "EHLO fine" not in drawn
    for secret in (CANARY, PASSWORD):
        assert secret not in drawn
    explain(capsys, tmp_path, LOGIN, "--reveal", "--svg", str(picture))
    assert PASSWORD in picture.read_text("utf-8")


def test_a_picture_that_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "session.txt"
    path.write_text(LOGIN)
    assert main(["explain", "--svg", str(tmp_path), str(path)]) == 2
    assert "picture cannot be written" in capsys.readouterr().err


def test_lint_names_what_the_rfcs_forbid(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = LOGIN.replace("334 VXNlcm5hbWU6", "335 VXNlcm5hbWU6")
    status, out = explain(capsys, tmp_path, bad, "--lint")
    assert status == 1
    assert "line 6, server: 335 where a challenge is due" in out
    assert "RFC 4954 section 4" in out
    _, out = explain(capsys, tmp_path, bad, "--lint", "--json")
    (violation, *_) = json.loads(out)["violations"]
    assert (violation["code"], violation["line"], violation["side"]) == ("lint.challenge-code", 6, "server")
    _, out = explain(capsys, tmp_path, LOGIN, "--lint")
    assert "No violation" in out
    _, out = explain(capsys, tmp_path, LOGIN, "--json")
    assert "violations" not in json.loads(out)


def test_how_far_it_is_goes_to_a_terminal_on_standard_error_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.cli import explain as verb
    from tutor.explain.log import Log

    ticks = iter([0.0, 0.5, 1.5, 1.6, 9.0])
    monkeypatch.setattr(verb, "monotonic", lambda: next(ticks))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    log = Log([])
    log.octets = 12_000_000
    progress = verb._Progress(log)
    progress.told()
    assert capsys.readouterr().err == ""  # not yet a second
    progress.told()
    assert "12 MB read" in capsys.readouterr().err
    progress.told()
    assert capsys.readouterr().err == ""  # twice a second at most
    progress.end()
    assert capsys.readouterr().err.endswith("\r")


@pytest.mark.parametrize(
    "line",
    [
        "AUTH LOGIN PLAIN AGFkYQBjb3JyZWN0IGhvcnNl",
        'list: ("SmtpClient: send \\"AUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl\\"")',
        "> sending dXNlcj1hZGEBYXV0aD1CZWFyZXIgY29ycmVjdC1ob3JzZQEB to the server",
    ],
)
def test_credentials_are_masked_in_whatever_line_they_stand(
    line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shown = explain(capsys, tmp_path, f"220 mx.example.org ESMTP\n{line}\n501 5.5.4 no\n", "--json")[1]
    shown += explain(capsys, tmp_path, f"220 mx.example.org ESMTP\n{line}\n501 5.5.4 no\n")[1]
    assert not [word for word in re.findall(r"[A-Za-z0-9+/=]{20,}", line) if word in shown]
    assert "correct" not in shown


def test_a_program_s_sentence_is_no_message(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said = "gomail: could not send email 1: 552 Your account has been suspended"
    shown = explain(capsys, tmp_path, f"sending email\n{said}\n\n")[1].splitlines()
    assert shown[1:4] == ["    1 ?: sending email", f"    2 ?: {said}", "    3 ?: "]
    (first, *_), *_ = [json.loads(explain(capsys, tmp_path, said, "--json")[1].splitlines()[0])["lines"]]
    assert (first["mechanism"], first["note"]) == (None, None)


def test_of_a_server_s_log_the_whole_line_is_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = "Nov 29 21:53:31 mx postfix/smtpd[19419]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: "
    shown = explain(capsys, tmp_path, line + "UGFzc3dvcmQ6\n")[1].splitlines()
    assert shown[1] == f"    1 ?: {line}UGFzc3dvcmQ6"
    shown = explain(capsys, tmp_path, line + "\n")[1].splitlines()
    assert shown[1] == f"    1 ?: {line.strip()}"


def test_what_a_program_tells_is_shown_where_there_is_no_session(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = 'DEBUG SMTP: trying to connect to host "localhost", port 465, isSSL false\npassword=correct-horse\n'
    shown = explain(capsys, tmp_path, "DEBUG SMTP: useEhlo true, useAuth true\n" + text)[1]
    assert shown.splitlines()[1] == '    2 ?: DEBUG SMTP: trying to connect to host "localhost", port 465, isSSL false'
    assert "correct-horse" not in shown  # what else a program says may hold anything
    assert "challenge" not in shown


def test_a_word_that_says_nothing_has_no_note(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shown = explain(capsys, tmp_path, "I get 535 5.7.8 authentication failed with PLAIN\nor\n\tWRONG_WORD(1)\n")[1]
    assert shown.splitlines()[2:4] == ["    2 ?: or", "    3 ?: ␉WRONG_WORD(1)"]


def test_what_was_said_of_one_session_is_not_said_in_full_of_a_thousand(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    line = "Nov 29 21:53:31 mx postfix/smtpd[7]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: {}\n"
    shown = explain(capsys, tmp_path, line.format("UGFzc3dvcmQ6") * 3 + line.format("generic failure"))[1]
    assert shown.count("Check name and password") == 1
    assert shown.count("what to do: see session 1") == 2
    assert shown.count("server.bad-credentials   line") == 3
    assert "saslauthd" in shown  # another reason is said in full


def test_a_binary_file_is_no_log(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "ls"
    path.write_bytes(Path(sys.executable).resolve().read_bytes()[:100_000])
    assert main(["explain", str(path)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "is no text" in err
    path.write_bytes(LOGIN.encode().replace(b"\n", b"\0\n") + b"\0" * 500)  # a session with NULs in it is read
    assert main(["explain", "--json", str(path)]) in (0, 1)


@pytest.mark.parametrize(
    ("auth", "command"),
    [
        ("AUTH LOGIN\n334 VXNlcm5hbWU6\nada", "printf %s 'NAME' | openssl base64 -A"),
        (
            "AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\n334 UGFzc3dvcmQ6\nhorse!",
            'read -rs P; printf %s "$P" | openssl base64 -A',
        ),
        (
            "AUTH PLAIN\n334 \nada correct!horse",
            r"""read -rs P; printf '\0%s\0%s' 'NAME' "$P" | openssl base64 -A""",
        ),
    ],
)
def test_the_command_prints_this_answer_and_no_other(
    auth: str, command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = f"220 mx.example.org ESMTP\nEHLO me\n250 AUTH LOGIN PLAIN\n{auth}\n535 5.7.8 no\n"
    shown = explain(capsys, tmp_path, text, "--json")[1]
    assert command in json.loads(shown.splitlines()[0])["findings"][1]["fix"]


def test_two_wrong_answers_are_both_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = (
        "220 mx ESMTP\nEHLO me\n250 AUTH LOGIN\nAUTH LOGIN\n334 VXNlcm5hbWU6\nada\n334 UGFzc3dvcmQ6\nhorse!\n535 no\n"
    )
    found = json.loads(explain(capsys, tmp_path, text, "--json")[1].splitlines()[0])["findings"]
    assert [(one["code"], one["line"]) for one in found] == [
        ("session.answer", 6), ("b64.plain-text", 6), ("b64.plain-text", 8),
    ]  # fmt: skip
    assert "lines 6 and 8" in found[0]["summary"]
