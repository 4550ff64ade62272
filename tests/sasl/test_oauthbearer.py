"""OAUTHBEARER against RFC 7628 section 4, curl, and anything at all."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis.strategies import binary, characters, text

from tests.sasl.judges import curl, smtp_server
from tests.sasl.misconceptions import check
from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Reason, Scenario, Side, Success, Turns
from tutor.spans import Field

OAUTHBEARER = registry.require("OAUTHBEARER")
TOKEN = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

# RFC 7628 section 4.1, an IMAP session.
RFC_7628 = Scenario(
    Credentials("user@example.com", TOKEN),
    UserTable({"user@example.com": TOKEN}),
    hostname="server.example.com",
    port=143,
)
RFC_7628_LINE = (
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhv"
    "c3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI"
    "HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQ"
    "EB"
)
# Section 4.3.
RFC_7628_ERROR = (
    "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxl"
    "X3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4"
    "YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9u"
    "In0="
)

names = text(characters(codec="utf-8", exclude_characters="\0"), max_size=12)
tokens = text(characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)


def by_name(side: Side, turn: int, message: bytes) -> dict[str, Field]:
    return {field.name: field for field in OAUTHBEARER.fields(side, turn, message)}


def failure(exchange: ServerExchange | ClientExchange) -> Reason:
    assert isinstance(exchange.outcome, Failure)
    return exchange.outcome.reason


def test_rfc_7628_section_4_1() -> None:
    client = ClientExchange(OAUTHBEARER, RFC_7628)
    assert client.initial_response is not None
    assert base64.b64encode(client.initial_response).decode() == RFC_7628_LINE
    server = ServerExchange(OAUTHBEARER, RFC_7628, client.initial_response)
    assert server.outcome == client.succeed() == Success("user@example.com")


def test_rfc_7628_section_4_3_the_error_and_its_acknowledgement() -> None:
    client = ClientExchange(OAUTHBEARER, RFC_7628)
    error = base64.b64decode(RFC_7628_ERROR)
    answer = client.response(error)
    assert answer is not None
    assert base64.b64encode(answer) == b"AQ=="
    found = by_name(Side.SERVER, 1, error)
    assert found["status"].value == "invalid_token"
    assert found["scope"].value == "example_scope"
    assert found["openid-configuration"].value == "https://example.com/.well-known/openid-configuration"


def test_our_own_error_has_the_rfcs_members() -> None:
    stale = RFC_7628._replace(users=UserTable({"user@example.com": "fresh"}), scope="example_scope")
    server = ServerExchange(OAUTHBEARER, stale, base64.b64decode(RFC_7628_LINE))
    assert server.challenge is not None
    assert json.loads(server.challenge) == {
        "status": "invalid_token",
        "scope": "example_scope",
        "openid-configuration": "https://server.example.com/.well-known/openid-configuration",
    }
    server.respond(b"\x01")
    assert failure(server) is Reason.CREDENTIALS


@pytest.mark.parametrize("answer", [b"", b"\x01\x01", b"AQ==", base64.b64decode(RFC_7628_LINE)])
def test_another_acknowledgement_is_malformed(answer: bytes) -> None:
    server = ServerExchange(OAUTHBEARER, RFC_7628, b"n,,\x01auth=Bearer stale\x01\x01")
    assert server.outcome is None
    server.respond(answer)
    assert failure(server) is Reason.MALFORMED


def test_an_error_may_be_cancelled() -> None:
    server = ServerExchange(OAUTHBEARER, RFC_7628, b"n,,\x01auth=Bearer stale\x01\x01")
    server.cancel()
    assert failure(server) is Reason.CANCELLED


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x01",
        b"auth=Bearer t\x01\x01",
        b"user=ada\x01auth=Bearer t\x01\x01",
        b"n,a=ada\x01auth=Bearer t\x01\x01",
        b"n,ada,\x01auth=Bearer t\x01\x01",
        b"n,a=ada,auth=Bearer t\x01\x01",
        b"n,a=ada,\x01auth=Bearer t\x01",
        b"n,a=ada,\x01auth=Bearer t\x01\x01\x01",
        b"n,a=ada,\x01host=x\x01\x01",
        b"n,a=ada,\x01auth=Bearer t\x01auth=Bearer t\x01\x01",
        b"n,a=a=b,\x01auth=Bearer t\x01\x01",
        b"p=tls-unique,a=ada,\x01auth=Bearer t\x01\x01",
        b"x,a=ada,\x01auth=Bearer t\x01\x01",
        b"n,a=ada,\x01a1=x\x01auth=Bearer t\x01\x01",
        b"n,a=ada,\x01auth=Bearer t\xff\x01\x01",
        b"n,a=ada^A,auth=Bearer t^A^A",
    ],
)
def test_what_breaks_the_grammar_is_malformed(message: bytes) -> None:
    server = ServerExchange(OAUTHBEARER, RFC_7628._replace(users=UserTable({"ada": "t"})), message)
    assert failure(server) is Reason.MALFORMED


@pytest.mark.parametrize(
    ("message", "identity"),
    [
        (b"n,a=ada,\x01auth=Bearer t\x01\x01", "ada"),
        (b"y,a=ada,\x01auth=Bearer t\x01\x01", "ada"),
        (b"n,,\x01auth=Bearer t\x01\x01", "ada"),
        (b"n,a=ada,\x01auth=bEARER  t\x01\x01", "ada"),
        (b"n,a=ada,\x01auth=Bearer t\x01host=elsewhere\x01port=1\x01\x01", "ada"),
        (b"n,a=ada,\x01unknown=1\x01auth=Bearer t\x01\x01", "ada"),
        (b"n,a=a=2Cb=3D,\x01auth=Bearer u\x01\x01", "a,b="),
        (b"n,a=twin,\x01auth=Bearer t\x01\x01", "twin"),
        (b"n,a=tim,\x01auth=Bearer t\x01\x01", None),
        (b"n,a=ada,\x01auth=Basic t\x01\x01", None),
        (b"n,a=ada,\x01auth=Bearer T\x01\x01", None),
        (b"n,a=ada,\x01auth=\x01\x01", None),
        (b"n,a=\xff,\x01auth=Bearer t\x01\x01", None),
    ],
)
def test_who_is_logged_in(message: bytes, identity: str | None) -> None:
    users = UserTable({"ada": "t", "a,b=": "u", "tim": "v", "twin": "t"})
    server = ServerExchange(OAUTHBEARER, RFC_7628._replace(users=users), message)
    assert server.outcome == (None if identity is None else Success(identity))
    if identity is None:
        assert server.challenge is not None
        server.respond(b"\x01")
        assert failure(server) in (Reason.CREDENTIALS, Reason.AUTHORIZATION)


@given(names, tokens, tokens)
def test_any_name_and_token(name: str, token: str, other: str) -> None:
    assert OAUTHBEARER.carries is not None
    credentials = Credentials(name, token)
    assert OAUTHBEARER.carries(credentials) is None
    scenario = Scenario(credentials, UserTable({name: token}))
    client = ClientExchange(OAUTHBEARER, scenario)
    assert client.initial_response is not None
    assert ServerExchange(OAUTHBEARER, scenario, client.initial_response).outcome == Success(name)
    found = by_name(Side.CLIENT, 0, client.initial_response)
    assert (found["authzid"].value, found["token"].value) == (name, token)
    assert (found["host"].value, found["port"].value) == ("mail.example.org", "587")
    wrong = ClientExchange(OAUTHBEARER, scenario._replace(credentials=Credentials(name, other)))
    outcome = ServerExchange(OAUTHBEARER, scenario, wrong.initial_response).outcome
    assert outcome == (Success(name) if token == other else None)


@pytest.mark.parametrize(
    ("credentials", "why"),
    [
        (Credentials("a\0b", "t"), "NUL"),
        (Credentials("ada", "t", authzid="a\0"), "NUL"),
        (Credentials("ada", ""), "empty"),
        (Credentials("ada", "\tt"), "blank"),
        (Credentials("ada", "t\0"), "ASCII"),
        (Credentials("ada\udfff", "t"), "surrogate"),
    ],
)
def test_what_it_cannot_carry_is_said(credentials: Credentials, why: str) -> None:
    assert OAUTHBEARER.carries is not None
    assert why in (OAUTHBEARER.carries(credentials) or "")


def test_fields_of_the_rfcs_example() -> None:
    found = by_name(Side.CLIENT, 0, base64.b64decode(RFC_7628_LINE))
    assert found["gs2-header"].value == "n,a=user@example.com,"
    assert found["authzid"].value == "user@example.com"
    assert (found["host"].value, found["port"].value) == ("server.example.com", "143")
    assert found["auth"].value == f"Bearer {TOKEN}"
    assert found["auth"].secret
    assert not found["host"].secret


def test_a_lone_control_a_is_an_acknowledgement() -> None:
    assert OAUTHBEARER.stage(Side.CLIENT, 1, b"\x01") == "acknowledgement"
    assert OAUTHBEARER.stage(Side.CLIENT, 0, base64.b64decode(RFC_7628_LINE)) == "initial response"
    own = OAUTHBEARER.recognises(Side.CLIENT, b"\x01", False)
    assert own is not None
    assert own.stage == "acknowledgement"


def test_what_old_curls_sent_is_recognised() -> None:
    message = base64.b64decode(
        "dXNlcj11c2VyAWhvc3Q9MTI3LjAuMC4xAXBvcnQ9OTAwNQFhdXRoPUJlYXJlciBtRl85LkI1Zi00LjFKcU0BAQ=="
    )
    own = OAUTHBEARER.recognises(Side.CLIENT, message, False)
    other = registry.require("XOAUTH2").recognises(Side.CLIENT, message, False)
    assert own is not None
    assert other is not None
    assert own.certainty > other.certainty


@given(binary(max_size=20))
def test_an_unknown_form_is_never_a_success(message: bytes) -> None:
    server = ServerExchange(OAUTHBEARER, RFC_7628, message)
    assert not isinstance(server.outcome, Success)


def test_every_misconception_is_refused_and_has_its_own_code() -> None:
    made = check(OAUTHBEARER, RFC_7628, Turns())
    assert set(made) == {each.code for each in OAUTHBEARER.misconceptions} - {"oauth.no-acknowledgement"}
    error = ServerExchange(OAUTHBEARER, RFC_7628, b"n,,\x01auth=Bearer stale\x01\x01")
    assert set(check(OAUTHBEARER, RFC_7628, error.turns)) == {"oauth.no-acknowledgement"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"n,a=tim,\x01auth=other\x01\x01", "oauth.no-bearer"),
        (b"n,a=tim,^Aauth=Bearer other^A^A", "oauth.separator"),
        (b"n,a=tim,\x01auth=Bearer other\x01", "oauth.terminator"),
        (b"n,tim,\x01auth=Bearer other\x01\x01", "oauth.user"),
        (b"user=tim\x01auth=Bearer other\x01\x01", "oauth.wrong-form"),
        (b"ya29." + b"x" * 60, "oauth.bare-token"),
        (b"n,,\x01auth=Bearer other\x01\x01", None),
        (b"n,a=tim,\x01auth=\x01\x01", None),
    ],
)
def test_mistakes_are_read_without_the_password(message: bytes, code: str | None) -> None:
    assert OAUTHBEARER.reads is not None
    found = OAUTHBEARER.reads(RFC_7628._replace(credentials=Credentials("user@example.com")), Turns(), message)
    assert (None if found is None else found.code) == code


@pytest.mark.parametrize("token", ["ya29.good", "ya29.stale"])
@pytest.mark.parametrize("initial", [True, False])
def test_curl_logs_in(token: str, initial: bool) -> None:
    scenario = RFC_7628._replace(users=UserTable({"ada@example.org": "ya29.good"}))
    options = ["--user", "ada@example.org:", "--oauth2-bearer", token, "--login-options", "AUTH=OAUTHBEARER"]
    with smtp_server(OAUTHBEARER, scenario) as (port, heard):
        code = curl(port, *options, *(["--sasl-ir"] if initial else []))
    assert heard.responses[0].startswith(b"n,a=")
    assert heard.responses[0].endswith(f"auth=Bearer {token}\x01\x01".encode())
    assert (code == 0) is (token == "ya29.good")
    assert heard.accepted is (token == "ya29.good")
    if token == "ya29.stale":
        assert heard.responses[1:] == [b"\x01"]
