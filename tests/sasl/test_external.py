"""EXTERNAL against RFC 4422 appendix A, GNU SASL and curl."""

import base64

import pytest
from hypothesis import given
from hypothesis.strategies import characters, text

from tests.sasl.judges import curl, gsasl, smtp_server
from tests.sasl.misconceptions import check
from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Reason, Scenario, Side, Success, Turns

EXTERNAL = registry.require("EXTERNAL")
FRED = Scenario(Credentials("fred@example.com"), UserTable({"fred@example.com": "x"}))
names = text(characters(codec="utf-8"), min_size=1, max_size=12)


def failure(exchange: ServerExchange) -> Reason:
    assert isinstance(exchange.outcome, Failure)
    return exchange.outcome.reason


def test_rfc_4422_appendix_a_2_no_authzid() -> None:
    """`S: + ` and an empty line, or an empty initial response."""
    server = ServerExchange(EXTERNAL, FRED)
    assert server.challenge == b""
    server.respond(b"")
    client = ClientExchange(EXTERNAL, FRED)
    assert client.initial_response == b""
    assert server.outcome == client.succeed() == Success("fred@example.com")


def test_rfc_4422_appendix_a_2_with_an_authzid() -> None:
    """The RFC's own line: `C: fred@example.com`."""
    client = ClientExchange(EXTERNAL, FRED._replace(credentials=Credentials("", authzid="fred@example.com")))
    assert client.initial_response == b"fred@example.com"
    server = ServerExchange(EXTERNAL, FRED, client.initial_response)
    assert server.outcome == Success("fred@example.com")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"tim", Reason.AUTHORIZATION),
        (b"=", Reason.AUTHORIZATION),
        (b"fred@example.com\0", Reason.MALFORMED),
        (b"\0fred@example.com\0x", Reason.MALFORMED),
        (b"\xff", Reason.MALFORMED),
    ],
)
def test_the_server_says_no(message: bytes, reason: Reason) -> None:
    assert failure(ServerExchange(EXTERNAL, FRED, message)) is reason


def test_nobody_known_from_outside() -> None:
    stranger = FRED._replace(credentials=Credentials("stranger"))
    assert failure(ServerExchange(EXTERNAL, stranger, b"")) is Reason.CREDENTIALS
    assert failure(ServerExchange(EXTERNAL, stranger, b"fred@example.com")) is Reason.CREDENTIALS


@given(names, names)
def test_any_name(name: str, other: str) -> None:
    assert EXTERNAL.carries is not None
    scenario = Scenario(Credentials(name, authzid=other), UserTable({name: "x"}))
    if EXTERNAL.carries(scenario.credentials) is not None:
        assert "\0" in other
        return
    client = ClientExchange(EXTERNAL, scenario)
    outcome = ServerExchange(EXTERNAL, scenario, client.initial_response).outcome
    assert isinstance(outcome, Success) is (name == other)


def test_fields() -> None:
    (field,) = EXTERNAL.fields(Side.CLIENT, 0, "fréd".encode())
    assert (field.name, field.value, field.secret) == ("authzid", "fréd", False)
    (field,) = EXTERNAL.fields(Side.CLIENT, 0, b"\0fred\0secret")
    assert field.secret


def test_misconceptions() -> None:
    assert check(EXTERNAL, FRED._replace(credentials=Credentials("fred@example.com", "secret")), Turns())
    assert EXTERNAL.reads is not None
    assert EXTERNAL.reads(FRED, Turns(), b"") is None
    assert EXTERNAL.reads(FRED, Turns(), b"fred@example.com") is None
    wrong = EXTERNAL.reads(FRED, Turns(), b"CN=fred")
    assert wrong is not None
    assert wrong.code == "external.identity"


@pytest.mark.parametrize("authzid", ["ada", "ädä", "a b,c=d"])
def test_gsasls_client_is_accepted(authzid: str) -> None:
    lines, _ = gsasl("EXTERNAL", "--client", "--authorization-id", authzid)
    said = base64.b64decode(lines[-1])
    assert (
        said == ClientExchange(EXTERNAL, FRED._replace(credentials=Credentials("", authzid=authzid))).initial_response
    )
    scenario = Scenario(Credentials(authzid), UserTable({authzid: "x"}))
    assert ServerExchange(EXTERNAL, scenario, said).outcome == Success(authzid)


def test_gsasls_server_can_read_our_client() -> None:
    """Its command has no way to say yes: it stops at asking its caller; what it cannot read ends before that."""
    ours = ClientExchange(EXTERNAL, FRED._replace(credentials=Credentials("", authzid="fred@example.com")))
    assert ours.initial_response is not None
    _, complaint = gsasl("EXTERNAL", "--server", said=base64.b64encode(ours.initial_response) + b"\n")
    assert "No callback specified by caller" in complaint
    _, complaint = gsasl("EXTERNAL", "--server", said=base64.b64encode(b"a\0b") + b"\n")
    assert "No callback specified by caller" not in complaint


@pytest.mark.parametrize("initial", [True, False])
def test_curl_logs_in(initial: bool) -> None:
    options = ["--user", "fred:", "--login-options", "AUTH=EXTERNAL"]
    scenario = Scenario(Credentials("fred"), UserTable({"fred": "x"}))
    with smtp_server(EXTERNAL, scenario) as (port, heard):
        code = curl(port, *options, *(["--sasl-ir"] if initial else []))
    assert heard.responses == [b"fred"]
    assert code == 0
