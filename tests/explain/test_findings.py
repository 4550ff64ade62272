"""Why sessions failed: real cases, and what must never happen."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools import VECTORS
from tutor.explain.findings import Finding, find
from tutor.explain.session import MOST_LINES, MOST_NOTES, sessions

CASES = [json.loads(line) for line in (VECTORS / "cases.jsonl").read_text("utf-8").splitlines()]
MORE = [json.loads(line) for line in (VECTORS / "cases-more.jsonl").read_text("utf-8").splitlines()]
"""Cases that were collected after the rules were first written; of them 27 of 32 were named then."""
UNTOLD = {
    "cs-008": "only who knows the password can tell that the digest is an old one",
    "cs-013": "only the server knows that it has no clear password; the text says no more than no",
    "cs-039": "only the server knows which tokens it takes",
    "cs-041": "two values of a test, and no session",
}


def found_in(text: str | bytes) -> list[list[Finding]]:
    data = text.encode() if isinstance(text, str) else text
    return [find(session) for session in sessions(data.split(b"\n"))]


def main_code(text: str) -> str | None:
    """The code to be judged: the first one, the second behind `session.answer`."""
    for found in found_in(text):
        codes = [finding.code for finding in found]
        if codes:
            return codes[1] if codes[0] == "session.answer" else codes[0]
    return None


@pytest.mark.parametrize(
    "case", [case for case in CASES + MORE if case["id"] not in UNTOLD], ids=lambda case: case["id"]
)
def test_a_real_case_is_explained(case: dict[str, Any]) -> None:
    assert main_code(case["transcript"]) in case["codes"]


EHLO = "220 mx.example.org ESMTP\nEHLO me\n250-mx.example.org\n250 AUTH PLAIN LOGIN\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\n334 UGFzc3dvcmQ6\nc2VzYW1l\n235 2.7.0 ok\nQUIT\n221 bye",
            "session.ok",
        ),
        (EHLO + "AUTH CRAM-MD5\n504 5.5.4 no such mechanism", "session.mechanism-not-offered"),
        (EHLO + "MAIL FROM:<a@example.org>\n530 5.7.0 Authentication required", "session.auth-required"),
        (EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\n*\n501 5.7.0 cancelled", "session.cancelled"),
        ("AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRhCg==\n535 5.7.8 no", "text.trailing-newline"),
        ("HTTP/1.1 400 Bad Request", "greeting.not-smtp"),
        ("ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "greeting.tls-expected"),
        ("ssl.SSLCertVerificationError: certificate verify failed: self-signed certificate", "session.tls-failed"),
        ("454 4.7.0 Temporary authentication failure", "server.temporary"),
        ("432 4.7.12 A password transition is needed", "server.password-transition"),
    ],
)
def test_what_a_session_shows_is_named(text: str, code: str) -> None:
    assert main_code(text) == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [  # made with printf, iconv and coreutils' base64
        ("YWRhCg==", "text.trailing-newline"),
        ("YWRhDQ==", "text.trailing-newline"),
        ("YQBkAGEA", "text.utf-16"),
        ("YWRhIA==", "text.surrounding-space"),
        ("YWRh", "server.bad-credentials"),
    ],
)
def test_a_user_name_that_the_server_took_is_looked_at_behind_a_535(answer: str, code: str) -> None:
    start = "S: 220 mx ESMTP\nC: EHLO me\nS: 250 AUTH LOGIN\n"
    end = "S: 334 UGFzc3dvcmQ6\nC: c2VzYW1l\nS: 535 5.7.8 no\n"
    assert main_code(f"{start}C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {answer}\n{end}") == code
    assert main_code(f"{start}C: AUTH LOGIN {answer}\n{end}") == code
    assert main_code(f"{start}C: AUTH LOGIN {answer}\n{end.replace('535 5.7.8', '235 2.7.0')}") == "session.ok"


def test_the_prompt_in_a_log_is_explained() -> None:
    head = "Feb  4 15:30:34 mail postfix/smtpd[243]: warning: unknown[192.0.2.1]: "
    ((finding,),) = found_in(head + "SASL LOGIN authentication failed: UGFzc3dvcmQ6")
    assert finding.code == "server.bad-credentials"
    assert "Password:" in finding.summary


def test_text_without_a_login_has_no_finding() -> None:
    assert main_code("Dear all,\nthe picnic is on Sunday.\nAda") is None


def test_two_sessions_are_told_apart() -> None:
    one = EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\n334 UGFzc3dvcmQ6\nc2VzYW1l\n{}\nQUIT\n221 bye\n"
    codes = [found[0].code for found in found_in(one.format("235 2.7.0 ok") + one.format("535 5.7.8 no")) if found]
    assert codes == ["session.ok", "server.bad-credentials"]


def test_what_is_kept_of_a_session_is_bounded() -> None:
    lines = [b"220 mx.example.org ESMTP", *[b"NOOP", b"250 ok"] * MOST_LINES, *[b"=== words"] * MOST_NOTES * 3]
    (session,) = sessions(lines)
    assert session.truncated
    assert len(session.entries) == MOST_LINES
    assert len(session.notes) <= MOST_NOTES


PIECES = st.sampled_from(
    [b"220 x", b"250-AUTH LOGIN", b"250 x", b"AUTH LOGIN", b"AUTH PLAIN AGE=", b"334 VXNlcm5hbWU6", b"334", b"YWRh",
     b"*", b"535 no", b"235 ok", b"QUIT", b"STARTTLS", b"EHLO x", b"<- 334 VXNl", b"-> YWRh", b"\x1b[2J", b"\xff\xfe"]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.binary(max_size=60)), max_size=30))
def test_no_log_upsets_it(lines: list[bytes]) -> None:
    for session in sessions(lines):
        for finding in find(session):
            assert finding.code
            assert finding.summary
