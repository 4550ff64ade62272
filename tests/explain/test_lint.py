"""The linter: the RFCs' own examples, one session that breaks each rule, and no false alarm."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.smtp.exchanges import Exchange, load
from tests.tools import VECTORS
from tutor.explain import lint as package
from tutor.explain.lint import Violation, lint
from tutor.explain.session import sessions

# What the RFCs' own texts break, and why that is known.
SLIPS = {
    "rfc4954-cram-md5": {
        "lint.reply-unfinished": "its greeting is `220-` and has no last line",
    },
    "rfc4954-plain-empty-challenge": {
        "lint.reply-unfinished": "its greeting is `220-` and has no last line",
        "lint.enhanced-missing": "`220 Ready to start TLS` has no enhanced code, though they were offered",
    },
    "rfc4954-plain-initial": {
        "lint.reply-unfinished": "its greeting is `220-` and has no last line",
        "lint.enhanced-missing": "`220 Ready to start TLS` has no enhanced code, though they were offered",
    },
}
E = "S: 220 mx ESMTP\nC: EHLO me\n"
H = E + "S: 250-mx\nS: 250 AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 OAUTHBEARER ANONYMOUS\n"
TLS = E + "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Ready\n"
# Made with coreutils' base64.
PLAIN = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"
FIRST = "biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM"  # RFC 5802 section 5
SERVER_FIRST = "cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitRNnNlazhiZjkyLGk9NDA5Ng=="
FINAL = (
    "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9djBYOHYzQnoyVDBDSkdiSlF5RjBYK0hJNFRzPQ=="
)
SCRAM = H + f"C: AUTH SCRAM-SHA-1 {FIRST}\n"
CRAM = H + "C: AUTH CRAM-MD5\n"
DIGEST = H + "C: AUTH DIGEST-MD5\n"
OAUTH = H + "C: AUTH OAUTHBEARER "


def b(octets: bytes) -> str:
    import base64

    return base64.b64encode(octets).decode()


BAD = {
    "reply-code": H + "C: NOOP\nS: 299 what\n",
    "challenge-code": H + "C: AUTH LOGIN\nS: 335 VXNlcm5hbWU6\n",
    "success-code": H + f"C: AUTH PLAIN {PLAIN}\nS: 250 fine\n",
    "challenge-space": H + "C: AUTH PLAIN\nS: 334\n",
    "challenge-lines": H + "C: AUTH LOGIN\nS: 334-VXNlcm5hbWU6\n",
    "reply-unfinished": "S: 220-mx ESMTP\nC: EHLO me\nS: 250 mx\n",
    "reply-codes-differ": E + "S: 250-mx\nS: 251 HELP\n",
    "reply-length": H + f"C: NOOP\nS: 250 {'x' * 600}\n",
    "challenge-length": H + f"C: AUTH LOGIN\nS: 334 {'VXNl' * 3100}\n",
    "reply-characters": H + "C: NOOP\nS: 250 a\x1bb\n",
    "enhanced-class": H + f"C: AUTH PLAIN {PLAIN}\nS: 535 4.7.8 no\n",
    "enhanced-missing": E + "S: 250-mx\nS: 250-ENHANCEDSTATUSCODES\nS: 250 AUTH PLAIN\nC: NOOP\nS: 250 fine\n",
    "auth-without-mechanisms": E + "S: 250-mx\nS: 250 AUTH\n",
    "auth-equals": E + "S: 250-mx\nS: 250-AUTH LOGIN\nS: 250 AUTH=LOGIN\n",
    "quit-code": H + "C: QUIT\nS: 250 bye\n",
    "cancel-code": H + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 535 no\n",
    "starttls-code": E + "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 250 go\n",
    "greeting-code": "S: 250 mx ESMTP\nC: EHLO me\nS: 250 mx\n",
    "after-554": "S: 554 no service\nC: EHLO me\nS: 503 no\n",
    "no-ehlo": "S: 220 mx ESMTP\nC: AUTH LOGIN\nS: 503 EHLO first\n",
    "helo": "S: 220 mx ESMTP\nC: HELO me\nS: 250 mx\nC: AUTH LOGIN\nS: 503 no\n",
    "no-ehlo-after-tls": TLS + "C: AUTH LOGIN\nS: 503 EHLO first\n",
    "auth-again": H + f"C: AUTH PLAIN {PLAIN}\nS: 235 ok\nC: AUTH PLAIN {PLAIN}\nS: 503 already\n",
    "auth-in-transaction": H + "C: MAIL FROM:<a@b>\nS: 250 ok\nC: AUTH LOGIN\nS: 503 no\n",
    "auth-not-offered": E + "S: 250-mx\nS: 250 PIPELINING\nC: AUTH LOGIN\nS: 502 no\n",
    "mechanism-not-offered": H + "C: AUTH XOAUTH2\nS: 504 no\n",
    "auth-without-name": H + "C: AUTH\nS: 501 no\n",
    "mechanism-name": H + "C: AUTH A.B\nS: 504 no\n",
    "initial-empty": H + "C: AUTH PLAIN \nS: 334 \n",
    "in-clear": E + f"S: 250-mx\nS: 250-STARTTLS\nS: 250 AUTH PLAIN\nC: AUTH PLAIN {PLAIN}\nS: 535 no\n",
    "offers-in-clear": E + "S: 250-mx\nS: 250-STARTTLS\nS: 250 AUTH PLAIN\nC: QUIT\nS: 221 bye\n",
    "starttls-parameter": E + "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS now\nS: 501 no\n",
    "starttls-twice": TLS + "C: EHLO me\nS: 250-mx\nS: 250 AUTH PLAIN\nC: STARTTLS\nS: 503 no\n",
    "starttls-again": TLS + "C: EHLO me\nS: 250-mx\nS: 250 STARTTLS\n",
    "after-quit": H + "C: QUIT\nS: 221 bye\nC: NOOP\n",
    "auth-length": H + f"C: AUTH PLAIN {'AAAA' * 3100}\nS: 500 too long\n",
    "command-length": H + f"C: NOOP {'x' * 600}\nS: 500 too long\n",
    "padding": H + "C: AUTH LOGIN\nS: 334 VXNl=cm5hbWU6\n",
    "base64-length": H + "C: AUTH LOGIN\nS: 334 VXNlc\n",
    "trailing-bits": H + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWV=\n",
    "alphabet": H + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: _-_-\nS: 501 no\n",
    "wrapped": None,
    "not-base64": H + "C: AUTH LOGIN\nS: 334 user name?\n",
    "response-equals": H + "C: AUTH PLAIN\nS: 334 \nC: =\nS: 501 no\n",
    "initial-response": H + "C: AUTH CRAM-MD5 YWRh\nS: 501 no\n",
    "first-challenge": H + "C: AUTH PLAIN\nS: 334 VXNlcm5hbWU6\n",
    "plain-nuls": H + f"C: AUTH PLAIN {b(b'ada secret')}\nS: 535 no\n",
    "plain-empty": H + f"C: AUTH PLAIN {b(bytes(2) + b'x')}\nS: 535 no\n",
    "plain-utf-8": H + f"C: AUTH PLAIN {b(bytes(1) + b'j' + bytes([0xFC, 0]) + b'x')}\nS: 535 no\n",
    "cram-challenge": CRAM + f"S: 334 {b(b'12345.678@mx')}\n",
    "cram-response": CRAM + f"S: 334 {b(b'<1.2@mx>')}\nC: {b(b'ada ' + b'AB' * 16)}\nS: 535 no\n",
    "scram-first": H + f"C: AUTH SCRAM-SHA-1 {b(b'n=user,r=abc')}\nS: 501 no\n",
    "scram-nonce-final": SCRAM + f"S: 334 {SERVER_FIRST}\nC: {b(b'c=biws,r=other,p=' + b(bytes(20)).encode())}\n",
    "scram-binding": None,
    "scram-proof": None,
    "scram-nonce": SCRAM + f"S: 334 {b(b'r=other,s=AAAA,i=4096')}\n",
    "scram-server-first": SCRAM + f"S: 334 {b(b'r=fyko+d2lbbFgONRv9qkxdawLxyz,i=4096')}\n",
    "scram-iterations": SCRAM + f"S: 334 {b(b'r=fyko+d2lbbFgONRv9qkxdawLxyz,s=AAAA,i=1000')}\n",
    "scram-server-final": SCRAM + f"S: 334 {SERVER_FIRST}\nC: {FINAL}\nS: 334 {b(b'hello')}\n",
    "scram-unproven": SCRAM + f"S: 334 {SERVER_FIRST}\nC: {FINAL}\nS: 235 ok\n",
    "digest-nonce": DIGEST + f"S: 334 {b(b'realm=x,algorithm=md5-sess')}\n",
    "digest-algorithm": DIGEST + f"S: 334 {b(b'nonce=x')}\n",
    "digest-response": DIGEST + f"S: 334 {b(b'nonce=x,algorithm=md5-sess')}\nC: {b(b'username=ada')}\nS: 535 n\n",
    "digest-unproven": None,
    "oauth-header": OAUTH + f"{b(b'user=ada' + bytes([1]))}\nS: 535 no\n",
    "oauth-pairs": OAUTH + f"{b(b'n,,' + bytes([1]) + b'auth=Bearer x' + bytes([1]))}\nS: 535 no\n",
    "oauth-acknowledgement": None,
    "anonymous-trace": H + f"C: AUTH ANONYMOUS {b(b'y' * 256)}\nS: 535 no\n",
}
GS2 = "Yz1iaXdzLHI9"
DIGESTED = 'username="ada",nonce=x,cnonce=y,nc=00000001,digest-uri="smtp/mx",response=' + "0" * 32
NONCE = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j"
BAD["scram-binding"] = (
    SCRAM + f"S: 334 {SERVER_FIRST}\nC: {b(b'c=eSws,' + NONCE + b',p=' + b(bytes(20)).encode())}\nS: 535 no\n"
)
BAD["scram-proof"] = (
    SCRAM + f"S: 334 {SERVER_FIRST}\nC: {b(b'c=biws,' + NONCE + b',p=' + b(bytes(32)).encode())}\nS: 535 no\n"
)
BAD["digest-unproven"] = DIGEST + (f"S: 334 {b(b'nonce=x,algorithm=md5-sess')}\nC: {b(DIGESTED.encode())}\nS: 235 ok\n")
BAD["oauth-acknowledgement"] = OAUTH + (
    f"{b(b'n,,' + bytes([1]) + b'auth=Bearer x' + bytes([1, 1]))}\nS: 334 {b(b'{}')}\nC: {b(b'y')}\nS: 535 no\n"
)
BAD["wrapped"] = H + "C: AUTH LOGIN\nS: 334 VXNl\rcm5hbWU6\n"
CLEAN = [
    H + f"C: AUTH PLAIN {PLAIN}\nS: 235 2.7.0 ok\nC: QUIT\nS: 221 bye\n",
    H + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWRh\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 535 5.7.8 no\n"
    f"C: AUTH PLAIN {PLAIN}\nS: 235 2.7.0 ok\n",
    H + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 cancelled\n",
    H + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: <hidden>\nS: 334 UGFzc3dvcmQ6\nC: ********\nS: 235 ok\n",
    H + "C: AUTH PLAIN Lyogc2VjcmV0ICov\nS: 235 ok\n",
    TLS + f"C: EHLO me\nS: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN {PLAIN}\nS: 235 ok\n",
    "S: 334 VXNlcm5hbWU6\nC: YWRh\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 535 5.7.8 no\n",
    "C: AUTH LOGIN\nS: 503 5.5.1 no\n",
    "S: 535 5.7.8 no\n",
    "S: 554 no service\nC: QUIT\nS: 221 bye\n",
    "S: 421 later\n",
    H + "C: MAIL FROM:<a@b>\nS: 250 ok\nC: DATA\nS: 354 go\nC: =\nC: .\nS: 250 ok\n",
]


def violations(text: str) -> list[Violation]:
    return [one for session in sessions(text.encode().removesuffix(b"\n").split(b"\n")) for one in lint(session)]


@pytest.mark.parametrize("exchange", load(), ids=lambda exchange: exchange.name)
def test_the_rfcs_own_examples_are_clean_but_for_their_slips(exchange: Exchange) -> None:
    text = "".join(f"{line.side.letter if line.side else '?'}: {line.line.decode()}\n" for line in exchange.lines)
    assert {one.code for one in violations(text)} == set(SLIPS.get(exchange.name, ()))


@pytest.mark.parametrize("name", BAD)
def test_each_rule_names_what_breaks_it(name: str) -> None:
    text = BAD[name]
    assert text is not None
    found = violations(text)
    assert f"lint.{name}" in {one.code for one in found}, found
    lines = text.splitlines()
    for one in found:
        assert lines[one.line - 1].startswith(one.side[0].upper() + ": ")
        assert re.search(r"RFC \d+ section \d", one.source)


def test_every_rule_is_tried() -> None:
    rooms = Path(package.__file__).parent.glob("*.py")
    names = {name for room in rooms for name in re.findall(r'broken\(\s*"([a-z0-9-]+)"', room.read_text("utf-8"))}
    names |= set(re.findall(r': \("([a-z0-9-]+)"', (Path(package.__file__).parent / "base64.py").read_text("utf-8")))
    assert names == set(BAD)
    assert len(names) >= 60


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_right_or_cannot_be_seen_is_no_violation(text: str) -> None:
    assert violations(text) == []


@given(st.lists(st.sampled_from([line for text in BAD.values() if text for line in text.splitlines()]), max_size=15))
def test_any_order_of_lines(lines: list[str]) -> None:
    for one in violations("\n".join(lines)):
        assert one.code.startswith("lint.")


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_any_bytes(lines: list[bytes]) -> None:
    for session in sessions(lines):
        lint(session)


def test_real_cases_never_repeat_an_answer() -> None:
    for row in (VECTORS / "cases.jsonl").read_text("utf-8").splitlines():
        transcript = json.loads(row)["transcript"]
        for session in sessions(transcript.encode().split(b"\n")):
            secrets = [
                entry.line.text.decode("latin-1") for entry in session.entries if entry.line.masked and entry.line.text
            ]
            for one in lint(session):
                assert not any(secret in one.summary for secret in secrets if len(secret) > 3)
