"""LOGIN: positions count, words do not."""

import json

import pytest
from hypothesis import given
from hypothesis.strategies import binary, characters, text

from tests.tools import VECTORS
from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Reason, Scenario, Side, Success

LOGIN = registry.require("LOGIN")

ADA = Scenario(Credentials("ada", "correct horse"), UserTable({"ada": "correct horse"}))
ROWS = [json.loads(line) for line in (VECTORS / "challenges.jsonl").read_text(encoding="utf-8").splitlines()]
values = text(characters(codec="utf-8"), max_size=12)


def test_two_prompts_and_yes() -> None:
    client, server = ClientExchange(LOGIN, ADA), ServerExchange(LOGIN, ADA)
    assert server.challenge == b"Username:"
    server.respond(client.response(b"Username:") or b"")
    assert server.challenge == b"Password:"
    server.respond(client.response(b"Password:") or b"")
    assert server.outcome == client.succeed() == Success("ada")
    assert [turn.message for turn in server.turns.said] == [b"Username:", b"ada", b"Password:", b"correct horse"]


def test_the_user_name_as_initial_response() -> None:
    taken = ServerExchange(LOGIN, ADA, b"ada")
    assert taken.challenge == b"Password:"
    ignored = ServerExchange(LOGIN, ADA._replace(takes_login_initial_response=False), b"ada")
    assert ignored.challenge == b"Username:"


@given(values, values, values, binary(max_size=20), binary(max_size=20))
def test_any_prompts_any_values(name: str, password: str, other: str, first: bytes, second: bytes) -> None:
    for tried in {password, other}:
        scenario = Scenario(Credentials(name, tried), UserTable({name: password}), prompts=(first, second))
        client, server = ClientExchange(LOGIN, scenario), ServerExchange(LOGIN, scenario)
        while server.outcome is None:
            assert server.challenge is not None
            server.respond(client.response(server.challenge) or b"")
        assert isinstance(server.outcome, Success if tried == password else Failure)


def test_a_third_prompt_makes_the_client_give_up() -> None:
    client = ClientExchange(LOGIN, ADA)
    client.response(b"Username:")
    client.response(b"Password:")
    assert client.response(b"Realm:") is None
    assert isinstance(client.outcome, Failure)


def test_cancelling() -> None:
    server = ServerExchange(LOGIN, ADA)
    server.cancel()
    assert isinstance(server.outcome, Failure)
    assert server.outcome.reason is Reason.CANCELLED
    with pytest.raises(RuntimeError, match="ended"):
        server.respond(b"ada")


@pytest.mark.parametrize("row", [row for row in ROWS if row["mechanism"] == "LOGIN"], ids=lambda row: row["id"])
def test_prompts_of_real_servers(row: dict[str, object]) -> None:
    facts = row["facts"]
    assert isinstance(facts, dict)
    words = row["decoded"] or facts.get("plain_text") or facts.get("leading_token_decoded")
    words = words or facts.get("decoded_lenient") or facts.get("decoded_ignoring_whitespace")
    found = LOGIN.recognises(Side.SERVER, str(words).encode(), row["decoded"] is None)
    assert found is not None
    assert found.stage == row["stage"]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["mechanism"] != "LOGIN" and row["decoded"]], ids=lambda row: row["id"]
)
def test_other_challenges_are_not_taken_for_prompts(row: dict[str, object]) -> None:
    assert LOGIN.recognises(Side.SERVER, str(row["decoded"]).encode(), False) is None


@given(binary(max_size=60))
def test_the_whole_message_is_one_field(message: bytes) -> None:
    for turn in (0, 1):
        (field,) = LOGIN.fields(Side.CLIENT, turn, message)
        assert field.span == (0, len(message))
        assert field.secret == (turn == 1)
