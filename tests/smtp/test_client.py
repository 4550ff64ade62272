"""The client session against our server, byte by byte, and against servers that misbehave."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.sasl import registry
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Mechanism, Reason, Scenario, Success
from tutor.smtp import dialects, faults
from tutor.smtp.client import ClientSession
from tutor.smtp.server import ServerSession
from tutor.wire.lines import Side

ADA = Scenario(Credentials("ada", "correct-horse"), UserTable({"ada": "correct-horse"}))
WRONG = ADA._replace(credentials=Credentials("ada", "wrong"))


def talk(client: ClientSession, server: ServerSession, piece: int = 0) -> None:
    """Carry octets to and fro until both are quiet; `piece` octets at a time, 0: all at once."""
    for _ in range(200):
        moved = False
        for sender, receiver in ((server, client), (client, server)):
            data = sender.data_to_send()
            moved = moved or bool(data)
            for chunk in [data] if not piece else [data[i : i + piece] for i in range(0, len(data), piece)]:
                receiver.receive_data(chunk)
        if server.wants_tls and client.wants_tls:
            server.tls_started()
            client.tls_started()
            moved = True
        if not moved:
            if server.closed:
                client.receive_eof()
            return
    raise AssertionError("the two never came to an end")


def lines(session: ClientSession) -> list[str]:
    return [f"{line.side.letter if line.side else '?'}: {line.line.decode()}" for line in session.lines_seen()]


@pytest.mark.parametrize("mechanism", registry.played(), ids=str)
@pytest.mark.parametrize("initial", [True, False], ids=["initial", "bare"])
@pytest.mark.parametrize("piece", [0, 1], ids=["whole", "bytes"])
def test_client_and_server_agree_for_every_played_mechanism(mechanism: Mechanism, initial: bool, piece: int) -> None:
    if mechanism.name.endswith("-PLUS"):
        scenario = ADA._replace(channel_binding=("tls-server-end-point", b"\x01" * 32), tls=True)
    else:
        scenario = ADA
    server = ServerSession(scenario, mechanisms=(mechanism.name,), tls="implicit")
    client = ClientSession(scenario, mechanism.name, tls=True, initial=initial)
    talk(client, server, piece)
    assert isinstance(client.outcome, Success), (client.outcome, client.problem, lines(client))
    assert server.closed
    assert client.closed
    assert client.problem is None


@pytest.mark.parametrize(
    "mechanism", [m for m in registry.played() if m.name not in ("ANONYMOUS", "EXTERNAL")], ids=str
)
def test_a_wrong_password_is_refused_for_every_played_mechanism(mechanism: Mechanism) -> None:
    binding = ("tls-server-end-point", b"\x01" * 32) if mechanism.name.endswith("-PLUS") else None
    server = ServerSession(ADA._replace(channel_binding=binding), mechanisms=(mechanism.name,), tls="implicit")
    client = ClientSession(WRONG._replace(channel_binding=binding, tls=True), mechanism.name, tls=True)
    talk(client, server)
    assert isinstance(client.outcome, Failure)
    assert not server.authenticated
    assert any(line.startswith("S: 535 5.7.8") for line in lines(client))


@pytest.mark.parametrize("dialect", dialects.all(), ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN", "CRAM-MD5"])
def test_every_dialect_is_understood(dialect: dialects.Dialect, mechanism: str) -> None:
    client = ClientSession(ADA, mechanism, allow_clear=True)
    talk(client, ServerSession(ADA, dialect=dialect))
    assert client.outcome == Success("ada")


def test_starttls_is_used_and_ehlo_said_again() -> None:
    server, client = ServerSession(ADA, tls="starttls"), ClientSession(ADA, "PLAIN", starttls="required")
    talk(client, server)
    assert client.outcome == Success("ada")
    said = [line[3:] for line in lines(client) if line.startswith("C:")]
    assert [word.split()[0] for word in said] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"]


def test_no_plaintext_secret_without_tls() -> None:
    client = ClientSession(ADA, "PLAIN")
    talk(client, ServerSession(ADA))
    assert "refused" in (client.problem or "")
    assert not any("AUTH" in line for line in lines(client) if line.startswith("C:"))


def test_starttls_stripped_by_somebody_in_the_middle() -> None:
    client = ClientSession(ADA, "PLAIN", starttls="required")
    talk(client, ServerSession(ADA, tls="starttls", fault=faults.get("no-starttls") or faults.NO_FAULT))
    assert "STARTTLS is wanted" in (client.problem or "")


def test_what_came_in_clear_behind_the_go_ahead_is_not_read() -> None:
    client = ClientSession(ADA, "PLAIN", starttls="required")
    client.receive_data(b"220 x\r\n")
    client.receive_data(b"250-x\r\n250 STARTTLS\r\n")
    client.receive_data(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")
    assert client.wants_tls
    client.tls_started()
    assert client.capabilities is None
    assert client.data_to_send().endswith(b"EHLO client.example.org\r\n")


def test_a_long_initial_response_waits_for_a_334() -> None:
    scenario = Scenario(Credentials("ada", "x" * 400), UserTable({"ada": "x" * 400}))
    client, server = ClientSession(scenario, "PLAIN", allow_clear=True), ServerSession(scenario)
    talk(client, server)
    assert client.outcome == Success("ada")
    assert "C: AUTH PLAIN" in lines(client)


def test_nothing_leaves_before_it_is_allowed() -> None:
    client, server = ClientSession(ADA, "LOGIN", allow_clear=True, ask=True), ServerSession(ADA)
    seen: list[tuple[bytes, bool]] = []
    while not client.closed:
        client.receive_data(server.data_to_send())
        if client.pending is None:
            server.receive_data(client.data_to_send())  # QUIT tells nobody anything, and goes by itself
            continue
        assert client.data_to_send() == b""
        seen.append((client.pending, client.pending_secret))
        client.send()
        server.receive_data(client.data_to_send())
    assert seen == [
        (b"EHLO client.example.org", False),
        (b"AUTH LOGIN", False),
        (b"YWRh", True),
        (b"Y29ycmVjdC1ob3JzZQ==", True),
    ]
    assert server.authenticated


def test_stopping_before_the_secret_cancels_the_exchange() -> None:
    client, server = ClientSession(ADA, "LOGIN", allow_clear=True, ask=True), ServerSession(ADA)
    while True:
        client.receive_data(server.data_to_send())
        if client.pending_secret:
            client.give_up()
            break
        client.send()
        server.receive_data(client.data_to_send())
    talk(client, server)
    assert client.outcome is not None
    assert isinstance(client.outcome, Failure)
    assert client.outcome.reason is Reason.CANCELLED
    assert "C: *" in lines(client)
    assert client.closed


@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN", "CRAM-MD5"])
def test_every_fault_ends_and_says_why(fault: faults.Fault, mechanism: str) -> None:
    client = ClientSession(ADA, mechanism, allow_clear=True, initial=False)
    server = ServerSession(ADA, fault=fault)
    talk(client, server)
    client.receive_eof()
    assert client.closed
    harmless = (
        "wrong-prompt",
        "ignores-initial",
        "no-space",
        "no-starttls",
        "greeting-multiline",
        "bad-padding",
        "no-plus",
    )
    if isinstance(client.outcome, Success):
        assert fault.name in (*harmless, "text-challenge")
    else:
        assert client.problem or client.outcome


script = st.lists(
    st.sampled_from([b"220 x", b"220-x", b"250-AUTH LOGIN PLAIN", b"250 AUTH LOGIN", b"334 VXNlcm5hbWU6", b"334 ",
                     b"334 %", b"235 2.7.0 ok", b"535 no", b"421 bye", b"250 ok", b"501 x", b"HTTP/1.1", b"", b"999"])
    | st.binary(max_size=9),
    max_size=12,
)  # fmt: skip


@given(script, st.sampled_from(["LOGIN", "PLAIN", "CRAM-MD5", None]))
def test_no_server_makes_the_client_raise_or_believe_what_it_should_not(
    replies: list[bytes], mechanism: str | None
) -> None:
    client = ClientSession(ADA, mechanism, allow_clear=True)
    for line in replies:
        client.receive_data(line + b"\r\n")
    client.receive_eof()
    assert client.closed
    if isinstance(client.outcome, Success):
        assert any(line.startswith(b"235") for line in replies)
    said = [line.line for line in client.lines_seen() if line.side is Side.CLIENT]
    assert len(list(itertools.takewhile(lambda line: line != b"QUIT", said))) >= len(said) - 1


def test_repr_and_problem_hold_no_password() -> None:
    client = ClientSession(WRONG, "PLAIN", allow_clear=True)
    talk(client, ServerSession(ADA))
    assert "wrong" not in f"{client.problem} {client.outcome!r} {client.scenario!r}"
