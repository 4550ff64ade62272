"""A written exchange is judged at its last answer, wherever it begins; the RFCs' own answers are right."""

import base64
from hashlib import md5
from pathlib import Path

import pytest

from tests.explain.answers import b64, cram, plain
from tutor.explain.judge import Judgement, Unjudgeable, find_next, judge_exchange, parse_exchange, right_line
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import Side

EXCHANGES = sorted((Path(__file__).parent.parent / "vectors" / "exchanges").glob("*.txt"))


def judged(lines: list[bytes], user: str, password: str | None, mechanism: str | None = None) -> Judgement:
    return judge_exchange(parse_exchange(lines), Credentials(user, password), mechanism)


def first(judgement: Judgement) -> str:
    diagnoses = judgement.verdict.diagnoses
    return diagnoses[0].code if diagnoses else str(judgement.verdict.correct)


def challenge(message: bytes | str) -> bytes:
    return b"S: 334 " + b64(message)


def response(message: bytes | str) -> bytes:
    return b"C: " + b64(message)


@pytest.mark.parametrize("path", EXCHANGES, ids=lambda path: path.stem)
def test_the_answers_of_the_rfcs_are_right(path: Path) -> None:
    head, *lines = path.read_bytes().split(b"\n", 2)
    words = lines[0].decode().split()
    given = dict(zip(words[1::2], words[2::2], strict=True))
    credentials = Credentials(given["user"], given["password"], given.get("authzid", ""))
    exchange = parse_exchange(line for line in lines[1].split(b"\n") if not line.startswith(b"#"))
    judgement = judge_exchange(exchange, credentials)
    assert judgement.mechanism == given["mechanism"]
    assert judgement.verdict == (True, ())
    assert head.startswith(b"# RFC")
    assert given["password"] not in repr(judgement)


FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
SERVER_FIRST = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
FINAL = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
SCRAM = [b"C: AUTH SCRAM-SHA-256", b"S: 334 ", response(FIRST), challenge(SERVER_FIRST), response(FINAL),
         challenge(SERVER_FINAL), b"C: "]  # fmt: skip
"""RFC 7677 section 3, carried by SMTP: the client's nonce is read from its own lines."""


@pytest.mark.parametrize("length", [3, 5, 7])
def test_scram_is_judged_with_the_nonce_of_the_clients_own_lines(length: int) -> None:
    assert judged(SCRAM[:length], "user", "pencil").verdict == (True, ())
    wrong = judged(SCRAM[:length], "user", "Pencil")
    assert first(wrong) == {3: "True", 5: "value.case", 7: "None"}[length]


def test_scram_with_its_first_message_on_the_auth_line() -> None:
    lines = [b"C: AUTH SCRAM-SHA-256 " + b64(FIRST), *SCRAM[3:5]]
    assert judged(lines, "user", "pencil").verdict.correct is True
    assert judged(lines, "user", None).verdict == (None, ())
    due = find_next(parse_exchange([*lines, SCRAM[5]]), Credentials("user", "pencil"))
    assert right_line(due) == b""


def test_scram_without_its_beginning_cannot_be_judged_and_says_so() -> None:
    with pytest.raises(Unjudgeable, match="--client-nonce"):
        judged(SCRAM[3:5], "user", "pencil")


DIGEST_LINE = challenge('realm="mail.example.org",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8')


def digest(user: str, password: str, **changed: str) -> bytes:
    """A response as curl writes it: quoted `nc`, no charset, its own order; by hashlib (RFC 2831 section 2.1.2.1)."""
    said = {"realm": "mail.example.org", "nonce": "OA6MG9tEQGm2hh", "cnonce": "OA6MHXh6VqTrRk", "nc": "00000001",
            "uri": "smtp/mail.example.org", "qop": "auth", **changed}  # fmt: skip
    secret = md5(f"{user}:{said['realm']}:{password}".encode()).digest()
    a1 = md5(secret + f":{said['nonce']}:{said['cnonce']}".encode()).hexdigest()
    a2 = md5(f"AUTHENTICATE:{said['uri']}".encode()).hexdigest()
    proof = md5(f"{a1}:{said['nonce']}:{said['nc']}:{said['cnonce']}:{said['qop']}:{a2}".encode()).hexdigest()
    return response(
        f'username="{user}",realm="{said["realm"]}",nonce="{said["nonce"]}",cnonce="{said["cnonce"]}",'
        f'nc="{said["nc"]}",digest-uri="{said["uri"]}",response={proof},qop={said["qop"]}'
    )


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (digest("ada", "pw"), "True"),
        (digest("ada", "pw", cnonce="another"), "True"),
        (digest("ada", "PW"), "value.case"),
        (digest("ada", "pw\n"), "text.trailing-newline"),
        (digest("ada", "something"), "value.password"),
        (digest("bob", "pw"), "value.username"),
        (digest("ada", "pw", realm="example.org"), "digest-md5.realm"),
        (digest("ada", "pw", nonce="OA6MG9tEQGm2h"), "digest-md5.nonce"),
        (digest("ada", "pw", nc="1"), "digest-md5.nc"),
        (digest("ada", "pw", qop="auth-int"), "digest-md5.qop"),
        (digest("ada", "pw", uri="imap/mail.example.org"), "digest-md5.uri"),
    ],
)
def test_digest_md5_of_another_client_is_judged_by_our_server(answer: bytes, code: str) -> None:
    lines = [b"C: AUTH DIGEST-MD5", DIGEST_LINE, answer]
    assert first(judged(lines, "ada", "pw")) == code


def test_a_lone_second_prompt_of_login_is_the_passwords() -> None:
    found = judged([b"S: 334 UGFzc3dvcmQ6", response("ada")], "ada", "x")
    assert (found.mechanism, found.stage, first(found)) == ("LOGIN", "password", "login.swapped")


def test_an_initial_response_that_the_server_ignored_is_asked_for_again() -> None:
    again = [b"C: AUTH LOGIN YWRh", b"S: 334 VXNlcm5hbWU6", response("ada")]
    assert judged(again, "ada", "x").verdict.correct is True
    assert judged(again, "ada", "x").stage == "username"
    taken = [b"C: AUTH LOGIN YWRh", b"S: 334 UGFzc3dvcmQ6", response("x")]
    assert (judged(taken, "ada", "x").stage, judged(taken, "ada", "x").verdict.correct) == ("password", True)


@pytest.mark.parametrize(
    ("line", "answer", "mechanism"),
    [
        (b"S: 334 VXNlcm5hbWU6", b64("ada"), "LOGIN"),
        (b"S: 334 " + b64("<1.2@example.org>"), b64(cram("ada", "x", b"<1.2@example.org>")), "CRAM-MD5"),
        (b"S: 334 ", b64(plain("ada", "x")), "PLAIN"),
    ],
)
def test_a_session_may_begin_at_the_334(line: bytes, answer: bytes, mechanism: str) -> None:
    found = judged([line, b"C: " + answer], "ada", "x")
    assert (found.mechanism, found.verdict.correct) == (mechanism, True)
    assert found.due.guessed


def test_lines_are_read_with_and_without_the_space_and_their_crlf() -> None:
    parsed = parse_exchange([b"S:334 VXNlcm5hbWU6\r\n", b"c: YWRh\r", b"", b"C:", b"334 x"])
    assert [(line.side, line.line) for line in parsed] == [
        (Side.SERVER, b"334 VXNlcm5hbWU6"), (Side.CLIENT, b"YWRh"), (Side.CLIENT, b""), (None, b"334 x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b"S: 220 hello"],
        [b"C: AUTH CRAM-MD5"],
        [b"C: AUTH NONSENSE", b"S: 334 ", b"C: YWRh"],
        [b"C: AUTH NTLM", b"S: 334 ", b"C: YWRh"],
        [b"S: 334 " + b64(b"\xff\xfe\x01"), b"C: /w=="],
    ],
)
def test_what_cannot_be_judged_is_said(lines: list[bytes]) -> None:
    with pytest.raises(Unjudgeable, match=r"[.…]$|--mechanism"):
        judged(lines, "ada", "x")


def test_a_wrapped_answer_is_joined_and_pointed_at() -> None:
    password = "x" * 60
    lines = base64.encodebytes(password.encode()).split()
    found = judged([b"S: 334 UGFzc3dvcmQ6", b"C: " + lines[0], b"C: " + lines[1]], "ada", password)
    assert first(found) == "b64.wrapped"
    assert found.verdict.diagnoses[0].span == (76, 77)


def test_the_right_line_is_in_the_judgement_but_not_in_its_repr() -> None:
    found = judged([b"S: 334 UGFzc3dvcmQ6", b"C: eA=="], "ada", "correct horse")
    assert found.expected == b64("correct horse")
    assert "correct" not in repr(found).replace("correct=", "")
    assert b64("correct horse").decode() not in repr(found)
