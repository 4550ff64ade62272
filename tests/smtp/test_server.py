"""The server session: each reply that RFC 4954 and 5321 ask for, and its invariants under anything at all."""

import base64
import re
import smtplib

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.smtp.exchanges import Exchange, load
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Reason, Scenario
from tutor.smtp import dialects, faults
from tutor.smtp.replies import REASONS, REPLIES
from tutor.smtp.server import ServerSession
from tutor.smtp.states import CONTENT_STATES, ESTABLISHED, State
from tutor.wire.lines import Side

ADA = Scenario(Credentials("ada", "correct horse"), UserTable({"ada": "correct horse"}))


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def say(session: ServerSession, *lines: str | bytes) -> list[str]:
    """The replies to each line: their last line."""
    replies = []
    for line in lines:
        session.data_to_send()
        session.receive_data((line.encode() if isinstance(line, str) else line) + b"\r\n")
        data = session.data_to_send().decode()
        replies.append(data.split("\r\n")[-2] if data else "")
    return replies


def ready(**options: object) -> ServerSession:
    session = ServerSession(ADA, **options)  # type: ignore[arg-type]  # keyword pass-through of a test
    assert session.data_to_send() == b"220 mail.example.org ESMTP sasl-tutor\r\n"
    assert say(session, "EHLO me")[0].startswith("250 ")
    return session


def codes(session: ServerSession, *lines: str | bytes) -> list[str]:
    return [re.sub(r"^(\d{3}(?: \d\.\d+\.\d+)?).*", r"\1", reply) for reply in say(session, *lines)]


def test_login_with_and_without_an_initial_response() -> None:
    assert say(ready(), "AUTH LOGIN", b64("ada"), b64("correct horse")) == [
        "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 2.7.0 Authentication successful",
    ]  # fmt: skip
    assert say(ready(), f"AUTH LOGIN {b64('ada')}", b64("correct horse")) == [
        "334 UGFzc3dvcmQ6", "235 2.7.0 Authentication successful",
    ]  # fmt: skip


def test_an_empty_challenge_keeps_its_space() -> None:
    session = ready()
    session.receive_data(b"AUTH PLAIN\r\n")
    assert session.data_to_send() == b"334 \r\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["AUTH PLAIN", "*"], ["334", "501 5.7.0"]),
        (["AUTH LOGIN", "User?"], ["334", "501 5.5.2"]),
        (["AUTH PLAIN a"], ["501 5.5.2"]),
        (["AUTH LOGIN", "YWRh="], ["334", "501 5.5.2"]),
        (["AUTH LOGIN", "="], ["334", "501 5.5.2"]),  # `=` means empty on the AUTH line alone
        (["AUTH PLAIN ="], ["501 5.5.2"]),
        (["AUTH LOGIN =", b64("correct horse")], ["334", "535 5.7.8"]),
        (["AUTH CRAM-MD5 YWRh"], ["501 5.7.0"]),
        (["AUTH FOO"], ["504 5.5.4"]),
        (["AUTH"], ["501 5.5.4"]),
        (["AUTH PLAIN a b"], ["501 5.5.4"]),
        (["auth login", "YWRh"], ["334", "334"]),
        (["AUTH LOGIN", "A" * 12286], ["334", "501 5.5.2"]),
        (["AUTH LOGIN", "A" * 12287], ["334", "500 5.5.6"]),
        (["AUTH PLAIN " + "A" * 500], ["500 5.5.6"]),
        (["AUTH PLAIN " + b64("\0ada\0correct horse")], ["235 2.7.0"]),
        (["AUTH PLAIN " + b64("bob\0ada\0correct horse")], ["535 5.7.8"]),
        (["AUTH PLAIN " + b64("ada\0ada\0correct horse")], ["235 2.7.0"]),
        (["AUTH PLAIN " + b64("\0nobody\0correct horse")], ["535 5.7.8"]),
        (["AUTH PLAIN " + b64("ada:correct horse")], ["501 5.5.2"]),
        (["MAIL FROM:<> AUTH=<>", "AUTH LOGIN"], ["250 2.1.0", "503 5.5.1"]),
        (["MAIL FROM:<a@b.example> AUTH=e+3Dmc2@example.com"], ["250 2.1.0"]),
        (["MAIL FROM:<a@b.example> AUTH=e=mc2@example.com"], ["501 5.5.4"]),
        (["MAIL FROM:<a@b.example> FOO=1"], ["555 5.5.4"]),
        (["MAIL FROM:a", "RCPT TO:<a@b.example>"], ["501 5.5.4", "503 5.5.1"]),
        (["MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], ["250 2.1.0", "503 5.5.1"]),
        (["MAIL FROM:<a@b.example>", "DATA", "RCPT TO:<c@d.example>", "DATA", "Q", ".", "NOOP"],
         ["250 2.1.0", "503 5.5.1", "250 2.1.5", "354", "", "250 2.0.0", "250 2.0.0"]),
        (["NOOP", "NOOP x", "RSET", "HELP", "VRFY ada", "VRFY", "QUIT"],
         ["250 2.0.0", "250 2.0.0", "250 2.0.0", "214 2.0.0", "252 2.1.5", "501 5.5.4", "221 2.0.0"]),
        (["FOO", "", "\xff", "EHLO", "RSET x"], ["500 5.5.2", "500 5.5.2", "500 5.5.2", "501 5.5.4", "501 5.5.4"]),
        (["STARTTLS"], ["502 5.5.1"]),
        (["NOOP " + "x" * 600, "NOOP"], ["500 5.5.6", "250 2.0.0"]),
    ],
)  # fmt: skip
def test_each_line_and_its_reply(lines: list[str], expected: list[str]) -> None:
    assert codes(ready(), *lines) == expected


def test_enhanced_codes_stand_on_no_3xx_greeting_or_ehlo_reply() -> None:
    for dialect in dialects.all():
        for key, reply in {**REPLIES, **dialect.replies}.items():
            if key in ("greeting", "hello", "go-ahead"):
                assert reply.enhanced is None
            elif reply.enhanced is not None:
                assert reply.enhanced[0] == str(reply.code)[0]
            assert all(text and "\n" not in text for text in reply.texts)


def test_before_ehlo_and_after_helo_there_is_no_auth() -> None:
    session = ServerSession(ADA)
    assert codes(session, "AUTH LOGIN", "MAIL FROM:<>", "NOOP") == ["503 5.5.1", "503 5.5.1", "250 2.0.0"]
    assert codes(session, "HELO me", "AUTH LOGIN", "EHLO me", "AUTH LOGIN") == ["250", "503 5.5.1", "250", "334"]
    assert session.exchange is not None
    session = ServerSession(ADA)
    session.data_to_send()
    session.receive_data(b"HELO me\r\n")
    assert session.data_to_send() == b"250 mail.example.org\r\n"


def test_auth_after_success_is_refused_even_in_and_after_a_transaction() -> None:
    session = ready()
    say(session, "AUTH PLAIN " + b64("\0ada\0correct horse"))
    assert session.authenticated
    assert session.identity == "ada"
    assert codes(session, "AUTH LOGIN", "MAIL FROM:<>", "AUTH LOGIN", "RSET", "AUTH LOGIN", "EHLO x", "AUTH LOGIN") == [
        "503 5.5.1", "250 2.1.0", "503 5.5.1", "250 2.0.0", "503 5.5.1", "250", "503 5.5.1",
    ]  # fmt: skip


def test_three_failures_are_answered_and_the_fourth_auth_ends_the_connection() -> None:
    session = ready()
    wrong = "AUTH PLAIN " + b64("\0ada\0wrong")
    assert codes(session, wrong, wrong, "AUTH FOO", wrong) == ["535 5.7.8", "535 5.7.8", "504 5.5.4", "535 5.7.8"]
    assert not session.closed
    assert codes(session, "AUTH PLAIN " + b64("\0ada\0correct horse")) == ["421 4.7.0"]
    assert session.closed
    assert not session.authenticated
    assert say(session, "NOOP") == [""]


def test_a_wrong_name_and_a_wrong_password_get_the_very_same_reply() -> None:
    for dialect in dialects.all():
        unknown = say(ready_in(dialect), "AUTH PLAIN " + b64("\0nobody\0x"))
        wrong = say(ready_in(dialect), "AUTH PLAIN " + b64("\0ada\0x"))
        assert unknown == wrong


def ready_in(dialect: dialects.Dialect) -> ServerSession:
    session = ServerSession(ADA, dialect=dialect)
    say(session, "EHLO me")
    return session


def test_starttls_hides_plaintext_mechanisms_before_and_forgets_all_behind() -> None:
    session = ServerSession(ADA, tls="starttls")
    session.data_to_send()
    session.receive_data(b"EHLO me\r\n")
    hello = session.data_to_send().decode()
    assert "250-STARTTLS\r\n" in hello
    assert hello.endswith("250 AUTH CRAM-MD5\r\n")
    assert codes(session, "AUTH LOGIN", "AUTH PLAIN " + b64("\0ada\0correct horse")) == ["504 5.5.4", "504 5.5.4"]
    session.receive_data(b"STARTTLS\r\nEHLO injected\r\nAUTH CRAM-MD5\r\n")
    assert session.data_to_send() == b"220 2.0.0 Ready to start TLS\r\n"
    assert session.wants_tls
    session.receive_data(b"NOOP\r\n")
    session.tls_started()
    assert session.data_to_send() == b""
    assert codes(session, "AUTH LOGIN", "STARTTLS") == ["503 5.5.1", "503 5.5.1"]  # EHLO is forgotten
    session.receive_data(b"EHLO me\r\n")
    hello = session.data_to_send().decode()
    assert "STARTTLS" not in hello
    assert "AUTH LOGIN PLAIN CRAM-MD5\r\n" in hello


def test_530_where_auth_is_required() -> None:
    assert codes(ready(auth_required=True), "MAIL FROM:<>", "RCPT TO:<a@b.c>") == ["530 5.7.0", "503 5.5.1"]


def test_what_is_pipelined_behind_auth_is_taken_as_responses_and_never_repeated() -> None:
    session = ready()
    session.receive_data(f"AUTH LOGIN\r\n{b64('ada')}\r\n{b64('correct horse')}\r\nNOOP\r\n".encode())
    assert [line[:3] for line in session.data_to_send().decode().splitlines()] == ["334", "334", "235", "250"]
    session = ready(fault=faults.get("504"))
    session.receive_data(f"AUTH LOGIN\r\n{b64('ada')}\r\n{b64('correct horse')}\r\n".encode())
    data = session.data_to_send().decode()
    assert [line[:3] for line in data.splitlines()] == ["504", "500", "500"]
    assert b64("correct horse") not in data


def test_every_reason_has_a_reply() -> None:
    assert set(REASONS) == set(Reason)
    assert set(REASONS.values()) <= set(REPLIES)
    assert {reason: REPLIES[key].code for reason, key in REASONS.items()}[Reason.ENCRYPTION] == 538


@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
def test_each_fault_does_what_it_says_and_never_logs_in_silently(fault: faults.Fault) -> None:
    session = ServerSession(ADA, fault=fault)
    data = session.data_to_send()
    seen = say(session, "EHLO me", "AUTH LOGIN", b64("ada"), b64("correct horse"))
    text = data.decode() + "".join(seen)
    if fault.name.isdigit():
        assert f"{fault.name} " in text
        assert session.authenticated == (fault.name == "250")
    assert len({f.name for f in faults.FAULTS}) == len(faults.FAULTS)
    if fault.name.startswith("drop"):
        assert session.closed
        assert not session.authenticated


@pytest.mark.parametrize("exchange", load(), ids=lambda exchange: exchange.name)
@pytest.mark.parametrize("pieces", ["lines", "bytes", "whole"])
def test_the_rfcs_exchanges_served(exchange: Exchange, pieces: str) -> None:
    """What the RFC's client says, from AUTH on, is answered with the RFC's codes and challenges."""
    start = next(i for i, line in enumerate(exchange.lines) if line.line.startswith(b"AUTH"))
    scenario = Scenario(
        Credentials(exchange.user, exchange.password),
        UserTable({exchange.user: exchange.password}),
        **_challenge_of(exchange),  # type: ignore[arg-type]  # read from the vector
    )
    session = ServerSession(scenario, mechanisms=(exchange.mechanism,))
    session.receive_data(b"EHLO x\r\n")
    session.data_to_send()
    client = b"".join(line.line + b"\r\n" for line in exchange.lines[start:] if line.side is Side.CLIENT)
    chunks = {"lines": client.splitlines(True), "bytes": [bytes([c]) for c in client], "whole": [client]}[pieces]
    for chunk in chunks:
        session.receive_data(chunk)
    replies = session.data_to_send().split(b"\r\n")[:-1]
    expected = [line.line for line in exchange.lines[start:] if line.side is Side.SERVER]
    assert [r if r.startswith(b"334") else r[:9] for r in replies] == [
        e if e.startswith(b"334") else e[:9] for e in expected
    ]


def _challenge_of(exchange: Exchange) -> dict[str, object]:
    """The scenario that makes the vector's challenge: CRAM-MD5's `<process.clock@host>`, SCRAM's `r=,s=,i=`."""
    own = b""
    for line in exchange.lines:
        if line.line.startswith(b"AUTH SCRAM-"):
            own = base64.b64decode(line.line.rpartition(b" ")[2]).rpartition(b"r=")[2]
        if line.line[:4] != b"334 ":
            continue
        message = base64.b64decode(line.line[4:])
        if match := re.match(rb"r=(.*),s=(.*),i=(\d+)", message):
            nonce = match[1].removeprefix(own)
            return {"server_nonce": nonce, "salt": base64.b64decode(match[2]), "iterations": int(match[3])}
        if match := re.match(rb"<(\d+)\.(\d+)@(.*)>", message):
            return {"process_id": int(match[1]), "timestamp": int(match[2]), "hostname": match[3].decode()}
    return {}


WORDS = (
    "EHLO me", "HELO me", "EHLO", "STARTTLS", "AUTH LOGIN", "AUTH PLAIN", "AUTH CRAM-MD5", "AUTH LOGIN YWRh", "AUTH",
    "AUTH PLAIN AGFkYQB3cm9uZw==", "AUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl", "YWRh", "Y29ycmVjdCBob3JzZQ==", "*", "", "=",
    "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", ".", "RSET", "NOOP", "HELP", "VRFY x", "[/x]", "%",
)  # fmt: skip
REPLY = re.compile(rb"(?:([1-5]\d\d)-[^\r\n]*\r\n)*([1-5]\d\d) [^\r\n]*\r\n")


class Sessions(RuleBasedStateMachine):
    """Lines in random chunks; after each, every reply is well formed and the state tells the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.session = ServerSession(ADA, tls="starttls")
        self.said = bytearray()
        self.heard = bytearray()
        self.unsent = b""

    @rule(line=st.sampled_from(WORDS) | st.text(max_size=8), cuts=st.lists(st.integers(1, 6), max_size=4))
    def speak(self, line: str, cuts: list[int]) -> None:
        data = self.unsent + line.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"") + b"\r\n"
        self.unsent = b""
        for cut in cuts:
            self.session.receive_data(data[:cut])
            data = data[cut:]
        self.session.receive_data(data)

    @rule(data=st.binary(max_size=20))
    def babble(self, data: bytes) -> None:
        self.session.receive_data(data)

    @precondition(lambda self: self.session.wants_tls)
    @rule()
    def shake_hands(self) -> None:
        self.session.tls_started()
        assert self.session.state is State.GREETED
        assert self.session.exchange is None

    @precondition(lambda self: not self.session.closed and self.session.state in CONTENT_STATES)
    @rule()
    def end_the_message(self) -> None:
        self.session.receive_data(b"\r\n.\r\n")

    @invariant()
    def replies_are_well_formed(self) -> None:
        data = self.session.data_to_send()
        position = 0
        while position < len(data):
            match = REPLY.match(data, position)
            assert match is not None, data
            assert len(set(re.findall(rb"^(\d{3})", match[0], re.MULTILINE))) == 1
            position = match.end()

    @invariant()
    def an_exchange_exists_exactly_in_its_state(self) -> None:
        assert (self.session.exchange is not None) == (self.session.state is State.CHALLENGED)

    @invariant()
    def who_is_logged_in_is_in_a_state_for_it(self) -> None:
        if not self.session.closed:
            assert self.session.authenticated == (self.session.state in ESTABLISHED)

    @invariant()
    def between_lines_the_client_is_due(self) -> None:
        waiting = {State.EHLO_SENT, State.HELO_SENT, State.AUTH_SENT, State.RESPONDED, State.CANCELLED, State.MAIL_SENT}
        assert self.session.state not in waiting


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_the_reply_codes_are_known_to_the_standard_library() -> None:
    """smtplib has no table to compare with, but its own client must read every reply of ours."""
    for dialect in dialects.all():
        session = ServerSession(ADA, dialect=dialect)
        client = smtplib.SMTP()
        client.file = _File(session)
        assert client.getreply()[0] == 220
        session.receive_data(b"EHLO me\r\n")
        assert client.getreply()[0] == 250


class _File:
    """What smtplib reads replies from."""

    def __init__(self, session: ServerSession) -> None:
        self.session = session
        self.lines: list[bytes] = []

    def readline(self, limit: int = -1) -> bytes:
        self.lines = self.lines or self.session.data_to_send().splitlines(True)
        return self.lines.pop(0)

    def close(self) -> None:
        pass
