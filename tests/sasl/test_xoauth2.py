"""XOAUTH2 against Google's own example, curl, and anything at all."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import binary, characters, dictionaries, integers, sampled_from, text

from tests.sasl.judges import curl, smtp_server
from tests.sasl.misconceptions import check
from tests.tools import VECTORS
from tutor.sasl import oauth, registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Certainty, Failure, Reason, Scenario, Side, Success, Turns
from tutor.spans import GAP, Field, tile

XOAUTH2 = registry.require("XOAUTH2")

# Google, "OAuth 2.0 Mechanism": user, token and the line that comes of them.
GOOGLE = Scenario(
    Credentials("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
    UserTable({"someuser@example.com": "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"}),
)
GOOGLE_LINE = (
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRx"
    "bVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
)

names = text(characters(codec="utf-8"), min_size=1, max_size=12)
tokens = text(characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)


def by_name(side: Side, turn: int, message: bytes) -> dict[str, Field]:
    return {field.name: field for field in XOAUTH2.fields(side, turn, message)}


def failure(exchange: ServerExchange | ClientExchange) -> Reason:
    assert isinstance(exchange.outcome, Failure)
    return exchange.outcome.reason


def test_googles_example() -> None:
    client = ClientExchange(XOAUTH2, GOOGLE)
    assert client.initial_response is not None
    assert base64.b64encode(client.initial_response).decode() == GOOGLE_LINE
    server = ServerExchange(XOAUTH2, GOOGLE, client.initial_response)
    assert server.outcome == client.succeed() == Success("someuser@example.com")
    assert server.challenge is None


def test_without_an_initial_response_the_server_asks_with_an_empty_challenge() -> None:
    server = ServerExchange(XOAUTH2, GOOGLE)
    assert server.challenge == b""
    server.respond(base64.b64decode(GOOGLE_LINE))
    assert server.outcome == Success("someuser@example.com")


def test_a_refused_token_is_acknowledged_with_an_empty_line() -> None:
    stale = GOOGLE._replace(credentials=Credentials("someuser@example.com", "ya29.stale"))
    client = ClientExchange(XOAUTH2, stale)
    server = ServerExchange(XOAUTH2, stale, client.initial_response)
    assert server.challenge is not None
    assert json.loads(server.challenge) == {"status": "400", "schemes": "Bearer", "scope": GOOGLE.scope}
    answer = client.response(server.challenge)
    assert answer == b""
    server.respond(answer)
    assert failure(server) is Reason.CREDENTIALS


def test_the_other_mechanisms_acknowledgement_is_malformed() -> None:
    server = ServerExchange(XOAUTH2, GOOGLE, b"user=someuser@example.com\x01auth=Bearer stale\x01\x01")
    assert server.outcome is None
    server.respond(b"\x01")
    assert failure(server) is Reason.MALFORMED


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"user=ada",
        b"user=\x01auth=Bearer t\x01\x01",
        b"auth=Bearer t\x01\x01",
        b"user=ada\x01auth=Bearer t\x01",
        b"user=ada\x01auth=Bearer t\x01\x01\x01",
        b"user=ada^Aauth=Bearer t^A^A",
        b"n,a=ada,\x01auth=Bearer t\x01\x01",
        b"\0ada\0t",
        b"user=\xff\xfe",
    ],
)
def test_what_is_not_the_form_is_malformed(message: bytes) -> None:
    server = ServerExchange(XOAUTH2, GOOGLE._replace(users=UserTable({"ada": "t"})), message)
    assert failure(server) is Reason.MALFORMED


@pytest.mark.parametrize(
    ("message", "accepted"),
    [
        (b"user=ada\x01auth=bearer t\x01\x01", True),
        (b"user=ada\x01auth=BEARER  t\x01\x01", True),
        (b"user=ada\x01auth=Basic t\x01\x01", False),
        (b"user=ada\x01auth=Bearer T\x01\x01", False),
        (b"user=Ada\x01auth=Bearer t\x01\x01", False),
        (b"user=ada\x01auth=\x01\x01", False),
        (b"user=\xff\x01auth=Bearer t\x01\x01", False),
    ],
)
def test_scheme_user_and_token(message: bytes, accepted: bool) -> None:
    server = ServerExchange(XOAUTH2, GOOGLE._replace(users=UserTable({"ada": "t"})), message)
    assert (server.outcome == Success("ada")) is accepted
    assert (server.challenge is None) is accepted


@given(names, tokens, tokens)
def test_any_name_and_token(name: str, token: str, other: str) -> None:
    assert XOAUTH2.carries is not None
    credentials = Credentials(name, token)
    scenario = Scenario(credentials, UserTable({name: token}))
    if XOAUTH2.carries(credentials) is not None:
        assert "\x01" in name
        return
    client = ClientExchange(XOAUTH2, scenario)
    assert ServerExchange(XOAUTH2, scenario, client.initial_response).outcome == Success(name)
    assert client.initial_response is not None
    found = by_name(Side.CLIENT, 0, client.initial_response)
    assert (found["user"].value, found["token"].value) == (name, token)
    wrong = ClientExchange(XOAUTH2, scenario._replace(credentials=Credentials(name, other)))
    outcome = ServerExchange(XOAUTH2, scenario, wrong.initial_response).outcome
    assert outcome == (Success(name) if token == other else None)


@pytest.mark.parametrize(
    ("credentials", "why"),
    [
        (Credentials("", "t"), "empty"),
        (Credentials("a\x01b", "t"), "^A"),
        (Credentials("ada", ""), "empty"),
        (Credentials("ada", None), "empty"),
        (Credentials("ada", " t"), "blank"),
        (Credentials("ada", "tök"), "ASCII"),
        (Credentials("ada", "t\x01"), "ASCII"),
        (Credentials("\ud800", "t"), "surrogate"),
        (Credentials("ada", "t", authzid="tim"), "authzid"),
    ],
)
def test_what_it_cannot_carry_is_said(credentials: Credentials, why: str) -> None:
    assert XOAUTH2.carries is not None
    reason = XOAUTH2.carries(credentials)
    assert reason is not None
    assert why in reason


def test_the_token_is_masked_and_the_name_is_not() -> None:
    found = by_name(Side.CLIENT, 0, base64.b64decode(GOOGLE_LINE))
    assert found["user"].value == "someuser@example.com"
    assert not found["user"].secret
    assert found["auth"].value == "Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
    assert found["auth"].secret
    assert found["token"].secret


@pytest.mark.parametrize(
    "message",
    [
        b"SECRET",
        b"SECRET==",
        b"Bearer SECRET",
        b"user=ada^Aauth=Bearer SECRET^A^A",
        b"user=ada auth=Bearer SECRET",
        b"user=adaauth=Bearer SECRET\x01\x01",
        b"user=ada\x01SECRET\x01\x01",
        b"user=ada\x01token=SECRET\x01\x01",
        b"user=ada\x01auth=SECRET\x01\x01",
        b"user=ada Bearer SECRET",
        b"\0ada\0SECRET",
        b"n,a=ada,\x01auth=Bearer SECRET\x01\x01",
        b"\x01\x01SECRET",
    ],
)
@pytest.mark.parametrize("name", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_is_masked_wherever_it_stands(name: str, message: bytes) -> None:
    at = message.find(b"SECRET")
    fields = tile(len(message), registry.require(name).fields(Side.CLIENT, 0, message))
    for field in fields:
        if "SECRET" in field.value:
            assert field.secret, field
        if field.level == 0 and field.span.start < at + 6 and field.span.end > at:
            assert field.secret, field


def jwt(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"sig") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_a_jwt_is_read() -> None:
    token = jwt({"alg": "RS256", "kid": "k1"}, {"aud": "https://outlook.office.com", "exp": 1700000000, "n": [1, 2]})
    found = by_name(Side.CLIENT, 0, f"user=ada\x01auth=Bearer {token}\x01\x01".encode())
    assert found["alg"].value == "RS256"
    assert found["aud"].value == "https://outlook.office.com"
    assert found["exp"].value == "1700000000"
    assert "2023-11-14 22:13:20 UTC" in found["exp"].meaning
    assert found["n"].value == "[1,2]"
    assert found["jwt-signature"].secret
    assert not found["aud"].secret
    assert json.loads(found["jwt-header"].value) == {"alg": "RS256", "kid": "k1"}


def test_a_jwt_that_nothing_signs_stays_masked() -> None:
    token = jwt({"alg": "none"}, {"sub": "ada"}, b"")
    found = by_name(Side.CLIENT, 0, f"user=ada\x01auth=Bearer {token}\x01\x01".encode())
    assert found["sub"].secret
    assert found["alg"].secret


def test_rfc_7519_section_3_1() -> None:
    token = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    found = by_name(Side.CLIENT, 0, f"user=joe\x01auth=Bearer {token}\x01\x01".encode())
    assert (found["typ"].value, found["alg"].value, found["iss"].value) == ("JWT", "HS256", "joe")
    assert "2011-03-22 18:43:00 UTC" in found["exp"].meaning
    assert found["claim"].value == "http://example.com/is_root: true"


def rows() -> list[dict[str, Any]]:
    with (VECTORS / "challenges.jsonl").open(encoding="utf-8") as lines:
        every = [json.loads(line) for line in lines]
    return [row for row in every if row["mechanism"] in ("XOAUTH2", "OAUTHBEARER") and row["stage"] == "error-json"]


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row["id"]))
@pytest.mark.parametrize("name", ["XOAUTH2", "OAUTHBEARER"])
def test_the_error_of_real_servers(name: str, row: dict[str, Any]) -> None:
    message = base64.b64decode(row["line"][4:])
    mechanism = registry.require(name)
    found = {field.name: field.value for field in mechanism.fields(Side.SERVER, 1, message)}
    for key in ("status", "schemes", "scope"):
        assert found.get(key) == row["facts"].get(key)
    assert mechanism.stage(Side.SERVER, 1, message) == "error-json"
    own = mechanism.recognises(Side.SERVER, message, False)
    assert own is not None
    assert (own.certainty is Certainty.LIKELY) is (name == row["mechanism"])


def test_json_that_was_damaged_survives() -> None:
    with (VECTORS / "challenges.jsonl").open(encoding="utf-8") as lines:
        (row,) = (json.loads(line) for line in lines if '"ch-064"' in line)
    message = base64.b64decode(row["line"][4:])
    found = tile(len(message), XOAUTH2.fields(Side.SERVER, 1, message))
    assert all(field.name != GAP for field in found)
    assert "not JSON" in found[-1].meaning
    assert XOAUTH2.recognises(Side.SERVER, message, False) is not None


@given(dictionaries(sampled_from(["status", "scope", "schemes", "x"]), text(max_size=8), max_size=4), integers(0, 2))
def test_any_object_of_texts(members: dict[str, str], indent: int) -> None:
    """The standard library writes it, we read it: each member as it was, and every byte in a field."""
    message = json.dumps(members, indent=indent or None).encode()
    found = tile(len(message), oauth.error_fields(message))
    assert all(field.name != GAP for field in found)
    assert {field.name: field.value for field in found if field.name in ("status", "scope", "schemes", "x")} == members


@given(binary(max_size=60), sampled_from([b"", b"{", b'{"status":', b'{"a":[{"b":"', b'{"a":"\\u12', b'{"a":1,']))
def test_any_bytes_as_json(rest: bytes, start: bytes) -> None:
    message = start + rest
    found = tile(len(message), oauth.error_fields(message))
    assert all(field.name != GAP for field in found)
    assert b"".join(message[f.span.start : f.span.end] for f in found if f.level == 0) == message


@pytest.mark.parametrize("nasty", [b"[" * 100_000, b'{"a":' * 50_000, b"{" + b'"' * 50_001, b'{"a":' + b"9" * 50_000])
def test_nesting_costs_nothing(nasty: bytes) -> None:
    assert oauth.error_fields(nasty)


def test_every_misconception_is_refused_and_has_its_own_code() -> None:
    made = check(XOAUTH2, GOOGLE, Turns())
    assert set(made) == {each.code for each in XOAUTH2.misconceptions} - {"oauth.no-acknowledgement"}
    error = ServerExchange(XOAUTH2, GOOGLE, b"user=someuser@example.com\x01auth=Bearer stale\x01\x01")
    assert error.outcome is None
    assert set(check(XOAUTH2, GOOGLE, error.turns)) == {"oauth.no-acknowledgement"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"user=tim\x01auth=other\x01\x01", "oauth.no-bearer"),
        (b"user=tim^Aauth=Bearer other^A^A", "oauth.separator"),
        (b"user=tim\x01auth=Bearer other\x01", "oauth.terminator"),
        (b"user=\x01auth=Bearer other\x01\x01", "oauth.user"),
        (b"n,a=tim,\x01auth=Bearer other\x01\x01", "oauth.wrong-form"),
        (b"ya29." + b"x" * 60, "oauth.bare-token"),
        (base64.b64decode(GOOGLE_LINE), None),
        (b"user=tim\x01auth=Bearer other\x01\x01", None),
    ],
)
def test_mistakes_are_read_without_the_password(message: bytes, code: str | None) -> None:
    assert XOAUTH2.reads is not None
    scenario = GOOGLE._replace(credentials=Credentials("someuser@example.com"))
    found = XOAUTH2.reads(scenario, Turns(), message)
    assert (None if found is None else found.code) == code


@pytest.mark.parametrize("token", ["ya29.good", "ya29.stale"])
@pytest.mark.parametrize("initial", [True, False])
def test_curl_logs_in(token: str, initial: bool) -> None:
    scenario = GOOGLE._replace(users=UserTable({"ada@example.org": "ya29.good"}))
    options = ["--user", "ada@example.org:", "--oauth2-bearer", token, "--login-options", "AUTH=XOAUTH2"]
    with smtp_server(XOAUTH2, scenario) as (port, heard):
        code = curl(port, *options, *(["--sasl-ir"] if initial else []))
    assert heard.responses[0] == f"user=ada@example.org\x01auth=Bearer {token}\x01\x01".encode()
    assert (code == 0) is (token == "ya29.good")
    assert heard.accepted is (token == "ya29.good")
