"""One suite over every mechanism that is played: a new file under mechanisms/ is tested the moment it exists."""

import pytest

from tests.explain.answers import b64, codes, first, judged
from tutor.explain import catalogue
from tutor.explain.expected import own_answers, with_values
from tutor.sasl import registry, scenarios
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import Mechanism, Scenario, Side, Success, Turns

PLAYED = registry.played()
TIES = {("cram-md5.no-space", "text.surrounding-space")}
"""(made, named): two spaces before the digest are also a name with a space behind it, which stands higher."""


def scene(mechanism: Mechanism, seed: int = 7) -> Scenario:
    """A scenario that this mechanism can play."""
    made = scenarios.generate(seed, mechanism.name)._replace(iterations=64)  # PBKDF2 is not what is tested here
    if mechanism.name.endswith("-PLUS"):
        return made._replace(tls=True, channel_binding=("tls-server-end-point", b"\x01" * 32))
    return made


def answers(mechanism: Mechanism, scenario: Scenario) -> list[tuple[Turns, bytes]]:
    """Each place where the client answers, with the right message, from an exchange that our server ends with yes."""
    client = ClientExchange(mechanism, scenario)
    found: list[tuple[Turns, bytes]] = []
    if client.initial_response is not None:
        found.append((Turns(), client.initial_response))
    server = ServerExchange(mechanism, scenario, client.initial_response)
    while server.outcome is None:
        turns = server.turns
        message = client.response(server.challenge or b"")
        assert message is not None
        found.append((turns, message))
        server.respond(message)
    assert isinstance(server.outcome, Success)
    return found


def line(message: bytes, turns: Turns) -> bytes:
    """As it stands on the wire."""
    return b64(message) if message or turns.challenge is not None else b"="


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_the_right_answer_is_right_everywhere(mechanism: Mechanism) -> None:
    scenario = scene(mechanism)
    for turns, message in answers(mechanism, scenario):
        verdict = judged(mechanism.name, scenario, turns, line(message, turns))
        assert (verdict.correct, verdict.diagnoses) == (True, ())


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_every_misconception_is_named_first(mechanism: Mechanism) -> None:
    scenario = scene(mechanism)
    made = 0
    for turns, right in answers(mechanism, scenario):
        for misconception in mechanism.misconceptions:
            for wrong in misconception.wrong(scenario, turns):
                made += 1
                assert wrong != right, misconception.code
                found = first(judged(mechanism.name, scenario, turns, line(wrong, turns)))
                if (misconception.code, found) not in TIES:
                    assert found == misconception.code
                    continue
                assert catalogue.rank(found) < catalogue.rank(misconception.code)
    assert made or not mechanism.misconceptions


def secret_places(mechanism: Mechanism, scenario: Scenario) -> list[tuple[Turns, bytes, bytes]]:
    """(turns, right, with a line feed behind the password) where that changes the answer."""
    password = scenario.credentials.password
    assert password is not None
    changed = with_values(scenario, password=password.encode() + b"\n")
    places: list[tuple[Turns, bytes, bytes]] = []
    for turns, right in answers(mechanism, scenario):
        wrong = own_answers(mechanism, changed, turns)
        if wrong is not None and wrong != right:
            places.append((turns, right, wrong))
    return places


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_a_line_feed_behind_the_password_is_seen_even_inside_a_digest(mechanism: Mechanism) -> None:
    scenario = scene(mechanism)
    for turns, _, wrong in secret_places(mechanism, scenario):
        assert codes(judged(mechanism.name, scenario, turns, b64(wrong))) == ["text.trailing-newline"]


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_a_line_feed_behind_the_message_is_seen(mechanism: Mechanism) -> None:
    scenario = scene(mechanism)
    for turns, right in answers(mechanism, scenario):
        if right and mechanism.name not in ("ANONYMOUS", "EXTERNAL"):
            found = judged(mechanism.name, scenario, turns, b64(right + b"\n"))
            assert found.correct is False
            assert first(found) == "text.trailing-newline"


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_without_the_password_nothing_right_is_called_wrong(mechanism: Mechanism) -> None:
    scenario = scene(mechanism)
    known = scenario.credentials
    unknown = scenario._replace(credentials=Credentials(known.authcid, None, known.authzid))
    for turns, message in answers(mechanism, scenario):
        verdict = judged(mechanism.name, unknown, turns, line(message, turns))
        assert verdict.correct in (True, None)
        assert verdict.diagnoses == ()


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_nonsense_is_wrong_for_a_reason_and_nothing_holds_the_secret(mechanism: Mechanism) -> None:
    scenario = scene(mechanism)
    password = scenario.credentials.password
    assert password is not None
    for turns, message in answers(mechanism, scenario):
        for text in (b64(b"\x01\xff\x00 complete nonsense \xfe"), b64(message)[:-2], b64(message + b"x"), b"!"):
            verdict = judged(mechanism.name, scenario, turns, text)
            if verdict.correct is False:
                assert verdict.diagnoses
            assert password not in repr(verdict)
            for diagnosis in verdict.diagnoses:
                assert diagnosis.code in catalogue.ANSWERS
                assert diagnosis.source
                assert diagnosis.summary.endswith((".", "…"))


@pytest.mark.parametrize("mechanism", [m for m in PLAYED if m.first is Side.CLIENT], ids=str)
def test_an_answer_on_the_auth_line_and_behind_an_empty_challenge_is_judged_alike(mechanism: Mechanism) -> None:
    scenario = scene(mechanism)
    _, message = answers(mechanism, scenario)[0]
    behind = Turns().then(Side.SERVER, b"")
    assert judged(mechanism.name, scenario, behind, b64(message)).correct is True
    if message:
        wrong = b64(message + b"\n")
        one, other = (first(judged(mechanism.name, scenario, turns, wrong)) for turns in (Turns(), behind))
        assert one == other
