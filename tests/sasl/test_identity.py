"""Secrets do not show."""

import pytest

from tutor.sasl import scenarios
from tutor.sasl.identity import Credentials, UserTable

CANARY = "canary-7Qx"


def test_no_repr_shows_a_password() -> None:
    credentials = Credentials("ada", CANARY)
    users = UserTable({"ada": CANARY})
    scenario = scenarios.generate(1, password=CANARY)
    for thing in (credentials, users, scenario, [credentials], {"x": users}):
        assert CANARY not in repr(thing)
        assert CANARY not in str(thing)


def test_credentials_do_not_change() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        Credentials("ada").password = "x"
    assert Credentials("ada", "x") == Credentials("ada", "x")
    assert Credentials("ada", "x") != Credentials("ada", "y")
    assert len({Credentials("ada", "x"), Credentials("ada", "x")}) == 1


def test_an_unknown_user_is_not_told_apart_by_an_empty_password() -> None:
    users = UserTable({"ada": "x"})
    assert not users.verify(b"nobody", b"")
    assert not users.verify(b"\xff", b"")
    assert users.verify(b"ada", b"x")


def test_a_seed_means_the_same_scenario_for_ever() -> None:
    one, two = scenarios.generate(7, "LOGIN"), scenarios.generate(7, "login")
    assert one.credentials == two.credentials
    assert (one.credentials.authcid, one.hostname, one.process_id) == ("barbara@example.net", one.hostname, 25894)
    assert len({scenarios.generate(seed).credentials for seed in range(40)}) > 30
