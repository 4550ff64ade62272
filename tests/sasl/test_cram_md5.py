"""CRAM-MD5 against RFC 2195's and RFC 4954's own exchanges, and against the standard library's HMAC."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis.strategies import binary, characters, text

from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Reason, Scenario, Side, Success, Turn, Turns

CRAM = registry.require("CRAM-MD5")

# RFC 2195 section 2.
RFC_2195 = Scenario(
    Credentials("tim", "tanstaaftanstaaf"),
    UserTable({"tim": "tanstaaftanstaaf"}),
    hostname="postoffice.reston.mci.net",
    process_id=1896,
    timestamp=697170952,
)
RFC_2195_CHALLENGE = base64.b64decode("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")
RFC_2195_RESPONSE = base64.b64decode("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw")

names = text(characters(codec="utf-8"), min_size=1, max_size=12)
passwords = text(characters(codec="utf-8"), max_size=80)


def test_rfc_2195_section_2() -> None:
    client = ClientExchange(CRAM, RFC_2195)
    server = ServerExchange(CRAM, RFC_2195)
    assert client.initial_response is None
    assert server.challenge == RFC_2195_CHALLENGE
    response = client.response(RFC_2195_CHALLENGE)
    assert response == RFC_2195_RESPONSE
    server.respond(response)
    assert server.outcome == client.succeed() == Success("tim")


def test_rfc_4954_section_4_1_has_the_secret_1234() -> None:
    challenge = base64.b64decode("PDQxOTI5NDIzNDEuMTI4Mjg0NzJAc291cmNlZm91ci5hbmRyZXcuY211LmVkdT4=")
    client = ClientExchange(CRAM, RFC_2195._replace(credentials=Credentials("rjs3", "1234")))
    assert client.response(challenge) == base64.b64decode("cmpzMyBlYzNhNTlmZWQzOTVhYmExZWM2MzY3YzRmNGI0MWFjMA==")


@given(names, passwords, passwords)
def test_any_name_and_password(name: str, password: str, other: str) -> None:
    scenario = Scenario(Credentials(name, password), UserTable({name: password}))
    server = ServerExchange(CRAM, scenario)
    assert server.challenge is not None
    digest = hmac.new(password.encode(), server.challenge, hashlib.md5).hexdigest()
    response = ClientExchange(CRAM, scenario).response(server.challenge)
    assert response == f"{name} {digest}".encode()
    server.respond(response)
    assert server.outcome == Success(name)
    again = ServerExchange(CRAM, scenario)
    assert again.challenge is not None
    wrong = ClientExchange(CRAM, scenario._replace(credentials=Credentials(name, other))).response(again.challenge)
    assert wrong is not None
    again.respond(wrong)
    # HMAC fills short keys with zeros (RFC 2104 section 2), so these passwords make one key.
    same_key = _key(password) == _key(other)
    assert again.outcome == (Success(name) if same_key else Failure(Reason.CREDENTIALS, again.outcome.detail))  # type: ignore[union-attr]


def _key(password: str) -> bytes:
    octets = password.encode()
    return (hashlib.md5(octets).digest() if len(octets) > 64 else octets).ljust(64, b"\0")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"tim", Reason.MALFORMED),
        (b" b913a602c7eda7a495b4e6e7334d3890", Reason.MALFORMED),
        (b"tim B913A602C7EDA7A495B4E6E7334D3890", Reason.MALFORMED),
        (b"tim b913a602c7eda7a495b4e6e7334d389", Reason.MALFORMED),
        (b"tim b913a602c7eda7a495b4e6e7334d3891", Reason.CREDENTIALS),
        (b"tom b913a602c7eda7a495b4e6e7334d3890", Reason.CREDENTIALS),
        (b"\xff b913a602c7eda7a495b4e6e7334d3890", Reason.CREDENTIALS),
    ],
)
def test_the_server_says_no(message: bytes, reason: Reason) -> None:
    server = ServerExchange(CRAM, RFC_2195)
    server.respond(message)
    assert isinstance(server.outcome, Failure)
    assert server.outcome.reason is reason


def test_an_initial_response_is_refused() -> None:
    """RFC 4954 section 4: the server MUST reject it where the mechanism does not have it."""
    server = ServerExchange(CRAM, RFC_2195, RFC_2195_RESPONSE)
    assert isinstance(server.outcome, Failure)
    assert server.outcome.reason is Reason.NO_INITIAL_RESPONSE
    assert server.challenge is None


@pytest.mark.parametrize(
    ("challenge", "expected"),
    [
        (
            RFC_2195_CHALLENGE,
            {"nonce": "1896", "timestamp": "697170952", "hostname": "postoffice.reston.mci.net"},
        ),
        (b"<4563495@example.com>", {"nonce": "4563495", "hostname": "example.com"}),
        (b"<1234567890.12345@servername>", {"timestamp": "1234567890", "nonce": "12345", "hostname": "servername"}),
        (b"<99080413050552115449.0@localhost>", {"nonce": "99080413050552115449.0", "hostname": "localhost"}),
        (b"<4192942341.12828472@%s>", {"nonce": "4192942341.12828472", "hostname": "%s"}),
        (b"<1234>", {"nonce": "1234"}),
    ],
)
def test_what_is_in_a_challenge(challenge: bytes, expected: dict[str, str]) -> None:
    found = CRAM.fields(Side.SERVER, 0, challenge)
    assert found[0].value == challenge.decode()
    assert {field.name: field.value for field in found[1:]} == expected
    for field in found:
        assert challenge[field.span.start : field.span.end].decode() == field.value


def test_the_date_in_a_challenge() -> None:
    (clock,) = (field for field in CRAM.fields(Side.SERVER, 0, RFC_2195_CHALLENGE) if field.name == "timestamp")
    assert "1992-02-04 02:35:52 UTC" in clock.meaning


def test_the_digest_is_masked_and_the_name_is_not() -> None:
    found = {field.name: field for field in CRAM.fields(Side.CLIENT, 0, RFC_2195_RESPONSE)}
    assert found["digest"].secret
    assert not found["authcid"].secret
    assert (found["authcid"].value, found["digest"].value) == ("tim", "b913a602c7eda7a495b4e6e7334d3890")


@given(binary(max_size=90), binary(max_size=90))
def test_the_steps_end_in_the_standard_librarys_digest(key: bytes, challenge: bytes) -> None:
    password = key.decode("utf-8", "replace")
    scenario = RFC_2195._replace(credentials=Credentials("tim", password))
    assert CRAM.steps is not None
    workings = {w.name: w.value for w in CRAM.steps(scenario, Turns((Turn(Side.SERVER, challenge),)))}
    assert workings["digest"].decode() == hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    assert workings["message"] == b"tim " + workings["digest"]
