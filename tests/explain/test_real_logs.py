"""What real programs print: each log is recognised, its exchange found, its cause named and its password hidden.

The logs are the programs' own (`tests/vectors/logs/README.md`); the expected lines are what the other side of the
connection received and sent.
"""

import json
from base64 import b64encode
from collections import Counter
from time import process_time
from typing import Any

import pytest

from tests.tools import VECTORS
from tutor.explain import formats
from tutor.explain.findings import find
from tutor.explain.lint import lint
from tutor.explain.log import Explained, Log
from tutor.explain.session import LONGEST_LINE, Session
from tutor.explain.shown import as_text, decoded_of, hidden, secrets_of

LOGS = [json.loads(line) for line in (VECTORS / "logs" / "expected.jsonl").read_text("utf-8").splitlines()]
CANARIES = (b"Kanarie7Zq", b"Wr0ngKanarieX")


def sessions(name: str) -> list[Session]:
    found = Log([(VECTORS / "logs" / f"{name}.txt").read_bytes()]).sessions()
    return [item.session for item in found if isinstance(item, Explained)]


def shapes() -> set[str]:
    """The passwords of the logs, and their Base64 wherever they begin in a message (RFC 4648 section 4)."""
    found = set()
    for canary in CANARIES:
        found.add(canary.decode())
        for before, cut in ((0, 0), (1, 2), (2, 3)):
            found.add(b64encode(b"\0" * before + canary).decode().rstrip("=")[cut:-1])
    return found


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log["log"])
def test_a_real_log_is_read(log: dict[str, Any]) -> None:
    (session,) = sessions(log["log"])
    assert session.format == log["format"]
    assert [find(session)[0].code] == [log["finding"]]
    said = [(entry.line.side, entry.line.line.decode("utf-8", "replace").rstrip()) for entry in session.entries]
    exchange = [(side, line) for side, line in log["exchange"]]
    size = len(exchange)
    # `null` stands for an answer that the program hides: only its side and its place are known.
    assert any(
        all(
            side == (None if seen is None else seen.value) and line in (None, text)
            for (side, line), (seen, text) in zip(exchange, said[start : start + size], strict=True)
        )
        for start in range(len(said) - size + 1)
    ), said


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log["log"])
def test_no_password_of_a_real_log_is_shown(log: dict[str, Any]) -> None:
    for session in sessions(log["log"]):
        found = find(session)
        secrets = secrets_of(session)
        shown = as_text(session, found) + repr(found) + repr(lint(session))
        for entry in session.entries:
            shown += f"{hidden(entry.line, False, secrets)} {decoded_of(entry.line, False)} {entry.line.note}\n"
        for shape in shapes():
            assert shape not in shown


def test_logins_of_a_mail_log_are_told_apart() -> None:
    """Five connections at once, one of them without a login, and one behind them with two refused logins."""
    found = [find(session)[0] for session in sessions("many/postfix-maillog")]
    assert Counter(one.code for one in found) == {"server.bad-credentials": 4, "session.ok": 1, "session.cancelled": 1}
    assert {one.line for one in found} == {8, 9, 10, 14, 16, 17}


def test_deliveries_of_one_program_are_told_apart() -> None:
    """Four mails of dma: two refused logins, one that was sent, one for which no login was tried before TLS."""
    found = [find(session)[0] for session in sessions("many/dma")]
    assert [(one.code, one.line) for one in found] == [
        ("server.bad-credentials", 10),
        ("server.temporary", 22),
        ("session.starttls-first", 43),
    ]


def test_every_log_has_its_row() -> None:
    files = {path.stem for path in (VECTORS / "logs").glob("*.txt")}
    assert files == {log["log"] for log in LOGS}


PIECES = [
    b"postfix/", b"postfix/smtpd[1]: ", b"dma[1]: a: ", b" authenticator failed for ", b"mail.log ", b"lettre", b"a: ",
    b"SERVER -> CLIENT: ", b"DEBUG [", b"Net::SMTP", b"sendmail", b"org.subethamail", b'm="LS: ', b"12 ", b'"', b"a",
    b"SMTP (", b"mutt_socket_", b"<CRLF>", b"auth(a)", b"(set_id=", b'event="read" data="', b"smtp-server: conn ",
]  # fmt: skip


@pytest.mark.parametrize("form", formats.all(), ids=lambda form: form.name)
def test_a_hostile_line_takes_no_longer_than_its_length(form: formats.Format) -> None:
    formats.read(form, b"")
    for piece in PIECES:
        line = (piece * (LONGEST_LINE // len(piece)))[:LONGEST_LINE]
        before = process_time()
        formats.read(form, line)
        # A pattern whose time grows with the square takes half a minute.
        assert process_time() - before < 3, piece
