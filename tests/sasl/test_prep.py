"""SASLprep against RFC 4013 section 3's own examples, and its reasons."""

import pytest
from hypothesis import given
from hypothesis.strategies import characters, text

from tutor.sasl.prep import saslprep

scramp_core = pytest.importorskip(
    "scramp.core", reason="scramp's own SASLprep is the judge here; the test extra has it"
)


@pytest.mark.parametrize(
    ("given_text", "prepared"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        ("\u0627\u0628", "\u0627\u0628"),
    ],
)
def test_rfc_4013_section_3(given_text: str, prepared: str) -> None:
    assert saslprep(given_text).value == prepared


@pytest.mark.parametrize(
    ("given_text", "reason", "place"),
    [
        ("\u0007", "C.2.1", 0),
        ("\u0627\u0031", "begin and end", 0),
        ("ab\u0000", "C.2.1", 2),
        ("x\u0627", "mixes", 0),
        ("a\ud800", "surrogate", 1),
        ("a\ue000", "C.3", 1),
        ("a\u200e", "C.8", 1),
    ],
)
def test_refusals_say_why_and_where(given_text: str, reason: str, place: int) -> None:
    ready = saslprep(given_text)
    assert ready.value is None
    assert reason in ready.reason
    assert ready.place == place


def test_what_unicode_3_2_did_not_know_may_be_sent_but_not_stored() -> None:
    assert saslprep("a\u0221b").value == "a\u0221b"
    assert saslprep("a\u0221b", stored=True).value is None


@given(text(characters(codec="utf-8"), max_size=8))
def test_scramp_agrees(value: str) -> None:
    try:
        theirs: str | None = scramp_core.saslprep(value)
    except Exception:
        theirs = None
    ours = saslprep(value, stored=True).value
    if ours is not None and theirs is not None:
        assert ours == theirs
    if theirs is None:
        assert saslprep(value, stored=True).value is None or not value


@given(text(max_size=8))
def test_prepared_twice_is_prepared_once(value: str) -> None:
    once = saslprep(value).value
    if once is not None:
        again = saslprep(once)
        assert again.value in (once, None)
