"""PLAIN against RFC 4616 section 4 and RFC 4954 section 4.1."""

import base64

import pytest
from hypothesis import given
from hypothesis.strategies import characters, text

from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Reason, Scenario, Side, Success, Turns
from tutor.spans import tile

PLAIN = registry.require("plain")

TIM = Scenario(Credentials("tim", "tanstaaftanstaaf"), UserTable({"tim": "tanstaaftanstaaf", "Kurt": "xipj3plmq"}))
values = text(characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


def test_rfc_4616_section_4_first_example() -> None:
    client = ClientExchange(PLAIN, TIM)
    assert client.initial_response == b"\0tim\0tanstaaftanstaaf"
    server = ServerExchange(PLAIN, TIM)
    assert server.challenge == b""
    server.respond(client.initial_response)
    assert server.outcome == client.succeed() == Success("tim")


def test_rfc_4616_section_4_second_example_is_refused_the_authzid() -> None:
    """The example's server lets Kurt act as Ursel, or not: "requested identity" is the server's own decision."""
    client = ClientExchange(PLAIN, TIM._replace(credentials=Credentials("Kurt", "xipj3plmq", "Ursel")))
    assert client.initial_response == b"Ursel\0Kurt\0xipj3plmq"
    server = ServerExchange(PLAIN, TIM, client.initial_response)
    assert isinstance(server.outcome, Failure)
    assert server.outcome.reason is Reason.AUTHORIZATION


def test_rfc_4954_section_4_1_initial_response() -> None:
    message = base64.b64decode("dGVzdAB0ZXN0ADEyMzQ=")
    server = ServerExchange(PLAIN, TIM._replace(users=UserTable({"test": "1234"})), message)
    assert server.outcome == Success("test")
    assert [(field.name, field.value) for field in PLAIN.fields(Side.CLIENT, 0, message)] == [
        ("authzid", "test"),
        ("UTF8NUL", "00"),
        ("authcid", "test"),
        ("UTF8NUL", "00"),
        ("passwd", "1234"),
    ]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"tim\0tanstaaftanstaaf", Reason.MALFORMED),
        (b"\0tim\0tanstaaftanstaaf\0", Reason.MALFORMED),
        (b"\0\0tanstaaftanstaaf", Reason.MALFORMED),
        (b"\0tim\0", Reason.MALFORMED),
        (b"\0tim\0tanstaaf", Reason.CREDENTIALS),
        (b"\0\xff\0tanstaaftanstaaf", Reason.CREDENTIALS),
        (b"ada\0tim\0tanstaaftanstaaf", Reason.AUTHORIZATION),
    ],
)
def test_the_server_says_no(message: bytes, reason: Reason) -> None:
    server = ServerExchange(PLAIN, TIM, message)
    assert isinstance(server.outcome, Failure)
    assert server.outcome.reason is reason


@given(values, values, values)
def test_any_name_and_password(name: str, password: str, other: str) -> None:
    users = UserTable({name: password})
    for tried in {password, other}:
        scenario = Scenario(Credentials(name, tried), users)
        assert PLAIN.carries is not None
        assert PLAIN.carries(scenario.credentials) is None
        server = ServerExchange(PLAIN, scenario, ClientExchange(PLAIN, scenario).initial_response)
        assert isinstance(server.outcome, Success if tried == password else Failure)


@pytest.mark.parametrize(
    "credentials", [Credentials("", "x"), Credentials("a\0b", "x"), Credentials("a", "x\0"), Credentials("a")]
)
def test_what_it_cannot_carry_it_says(credentials: Credentials) -> None:
    assert PLAIN.carries is not None
    assert "RFC 4616" in (PLAIN.carries(credentials) or "")


@pytest.mark.parametrize(
    "message", [b"\0tim\0secret", b"tim\0secret", b"secret", b"\0tim\0sec\0ret", b"\0\0\0\0", b"secret\0"]
)
def test_the_password_is_masked_even_where_a_nul_is_missing(message: bytes) -> None:
    for field in tile(len(message), PLAIN.fields(Side.CLIENT, 0, message)):
        if "sec" in field.value and field.name != "authzid":
            assert field.secret, field


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\0tim\0tanstaaftanstaaf\0", "plain.nul-count"),
        (b"timtanstaaftanstaaf", "plain.nul-count"),
        (b"ada\0tim\0tanstaaftanstaaf", "plain.authzid"),
        (b"tim\0\0tanstaaftanstaaf", "plain.authzid"),
        (b"tim\0tim\0tanstaaftanstaaf", None),
        (b"\0tim\0wrong", None),
    ],
)
def test_open_mistakes_are_read(message: bytes, code: str | None) -> None:
    assert PLAIN.reads is not None
    diagnosis = PLAIN.reads(TIM, Turns(), message)
    assert (diagnosis.code if diagnosis else None) == code
