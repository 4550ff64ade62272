"""Passwords in clear are masked in whatever line they stand; sentences about passwords are left as they are."""

from base64 import b64encode
from pathlib import Path

import pytest

from tutor.cli.main import main
from tutor.explain.clear import passwords
from tutor.explain.session import sessions
from tutor.explain.shown import as_text

SECRET = "Zx9-Secret!pw"


@pytest.mark.parametrize(
    "line",
    [
        "mail.smtp.password=§",
        'MAIL_PASSWORD="§"',
        "spring.mail.password: §",
        '{"auth": {"user": "ada@example.org", "pass": "§"}}',
        r'{"message": "{\"auth\": {\"user\": \"ada\", \"pass\": \"§\"}}"}',
        "x" * 6000 + " password=§",
        '<add key="smtpPass" value="§" />',
        "<password>§</password>",
        "[smtp.example.org]:587 ada@example.org:§",
        "machine smtp.example.org login ada password §",
        "password §",
        "PASS §",
        "a1 LOGIN ada §",
        "AUTH LOGIN ada §",
        "$ swaks -s mail.example.org -au ada -ap '§'",
        "$ swaks --auth-user ada --auth-password § --server mail.example.org",
        "curl --url smtp://mail.example.org --user 'ada:§'",
        "MAILER_DSN=smtp://ada:§@mail.example.org:587",
        "server.login('ada', '§')",
        'smtp.PlainAuth("", "ada", "§", "mail.example.org")',
        "$mail->Password = '§';",
        "'password' => '§',",
        '$env:SMTP_PASS="§"',
        r"$ printf '\0ada\0§' | base64",
        "$ echo -n '§' | base64",
        "Could not authenticate with user ada password=§, 535 came back",
        "auth: sql(ada,192.0.2.1): Password mismatch (given password: §)",
        "API key §ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    ],
)
def test_a_password_is_found(line: str) -> None:
    octets = line.replace("§", SECRET).encode()
    found = b"".join(octets[span.start : span.end] for span in passwords(octets))
    assert SECRET.encode() in found
    assert all(octets[span.start : span.end].decode() in line.replace("§", SECRET) for span in passwords(octets))
    assert not any(octets[span.start : span.end].endswith(b")") for span in passwords(octets))


@pytest.mark.parametrize(
    "line",
    [
        "Password mismatch",
        "password: too weak",
        "error: password: incorrect",
        "password authentication failed",
        "Username and Password not accepted",
        "UGFzc3dvcmQ6",
        "authentication failed",
        "the password is required",
        "your login and password don't match",
        "token expired",
        "auth: passwd-file(ada,192.0.2.1): unknown user",
        "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd",
        "password = os.environ['SMTP_PASS']",
        "'password' => env('MAIL_PASSWORD'),",
        "AUTH PLAIN LOGIN CRAM-MD5",
        "AUTH LOGIN was offered and never used",
        "SMTP login failed: server accepts only NTLM and GSSAPI",
        "https://support.google.com/mail/?p=BadCredentials",
        "[smtp.example.org]:587 refused to talk to me: 554 5.7.1 no",
    ],
)
def test_a_sentence_about_a_password_stays(line: str) -> None:
    assert passwords(line.encode()) == []


def shown(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What explain shows of it as text, as JSON and as a picture; and what is copied in the app."""
    log, picture = tmp_path / "log.txt", tmp_path / "picture.svg"
    log.write_text(text)
    main(["explain", str(log), "--svg", str(picture)])
    main(["explain", str(log), "--json"])
    said = capsys.readouterr().out
    copied = "".join(as_text(session, ()) for session in sessions(text.encode().splitlines()))
    return said + picture.read_text() + copied


LOGIN = "220 mx.example.org ESMTP\nEHLO a\n250-mx.example.org\n250 AUTH PLAIN LOGIN\nAUTH LOGIN\n334 VXNlcm5hbWU6\n"
PLAIN = "220 mx.example.org ESMTP\nEHLO a\n250-mx.example.org\n250 AUTH PLAIN LOGIN\nAUTH PLAIN "
ENCODED = b64encode(SECRET.encode()).decode()


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"mail.smtp.password={SECRET}\nDas Passwort ist {SECRET}\n535 5.7.8 Error: authentication failed\n",
        f"The password {SECRET} does not work.\n{encoded(chr(0) + 'ada' + chr(0) + SECRET)}\n{ENCODED}\n535 no\n",
        f"defaults\nauth on\ntls on\nuser ada\npassword {SECRET}\n# msmtp: server message: 535 5.7.8 no\n",
        f"+OK ready.\nUSER ada\n+OK\nPASS {SECRET}\n-ERR no\n",
        f"{LOGIN}{encoded('ada:' + SECRET)}\n535 5.7.8 no\n",
        f"{LOGIN}{encoded(chr(0) + 'ada' + chr(0) + SECRET)}\n535 5.7.8 no\n",
        f"{LOGIN}{ENCODED}\n334 UGFzc3dvcmQ6\nYWRh\n535 5.7.8 no\n",
        f"{LOGIN}YWRh\n334 UGFzc3dvcmQ6\n{ENCODED}\n535 5.7.8 {SECRET} is wrong\n",
        f"220 mx.example.org ESMTP\nEHLO a\n250 AUTH LOGIN\nAUTH LOGIN ada {SECRET}\n535 5.7.8 no\n",
        # Base64 without a code is the client's: a log of one side, or the rest of an answer that was cut.
        f"{LOGIN}YWRh\n{ENCODED}\n334 UGFzc3dvcmQ6\n535 5.7.8 no\n",
        f"EHLO a\nAUTH LOGIN\nYWRh\n{ENCODED}\n535 5.7.8 no\n",
        f"EHLO a\nAUTH PLAIN\n{encoded(chr(0) + 'ada' + chr(0) + SECRET)}\n535 5.7.8 no\n",
    ],
)
def test_no_secret_is_shown(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(text, tmp_path, capsys)
    assert SECRET not in said
    assert ENCODED.rstrip("=") not in said
    assert "••••" in said


def in_lines(text: str, width: int) -> str:
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


@pytest.mark.parametrize("width", [40, 48, 64, 76])
@pytest.mark.parametrize("before", [f"{LOGIN}YWRh\n334 UGFzc3dvcmQ6\n", PLAIN])
def test_the_rest_of_an_answer_in_lines_is_masked(
    before: str, width: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = f"{SECRET}-and-more-{SECRET}-and-more-of-it-{SECRET}-until-three-lines-are-full-{SECRET}"
    answer = in_lines(encoded(password if before is not PLAIN else f"\0ada\0{password}"), width)
    text = f"{before}{answer}\n535 5.7.8 Error: authentication failed\n"
    said = shown(text, tmp_path, capsys)
    assert "Zx9" not in said
    assert not any(line in said for line in answer.splitlines())
    assert "b64.wrapped" in said


def test_a_prompt_without_its_code_is_the_server_s() -> None:
    (session,) = sessions(b"EHLO a\nAUTH LOGIN\nVXNlcm5hbWU6\nYWRh\nUGFzc3dvcmQ6\n535 no".splitlines())
    sides = [entry.line.side.letter for entry in session.entries if entry.line.side is not None]
    assert sides == ["C", "C", "S", "C", "S", "S"]


@pytest.mark.parametrize("name", ["ada", "ada@example.org", "EXAMPLE\\ada", "Ada.Lovelace9", "AKIAIOSFODNN7EXAMPLE"])
def test_a_user_name_stays(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{LOGIN}{encoded(name)}\n334 UGFzc3dvcmQ6\n{ENCODED}\n535 5.7.8 authentication failed: password\n"
    said = shown(text, tmp_path, capsys)
    assert f"LOGIN username: {name}" in said
    assert "535 5.7.8 authentication failed: password" in said


def test_a_common_word_is_not_looked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{LOGIN}YWRh\n334 UGFzc3dvcmQ6\n{encoded('password')}\n535 5.7.8 wrong password\n"
    assert "535 5.7.8 wrong password" in shown(text, tmp_path, capsys)
