"""Search finds what a person would type, in the order that helps, and in no time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import reference

FIRST = {
    "app password": ("term", "app password"),
    "334": ("reply", "334"),
    "535": ("reply", "535"),
    "5.7.8": ("enhanced", "5.7.8"),
    "wrong password": ("reply", "535"),
    "220 334": ("comparison", "220 334"),
    "334 220": ("comparison", "220 334"),
    "251 553": ("comparison", "251 553"),
    "5.7.25": ("enhanced", "5.7.25"),
    "plain": ("mechanism", "PLAIN"),
    "scram-sha-256": ("mechanism", "SCRAM-SHA-256"),
    "587": ("port", "587"),
    "nonce": ("term", "nonce"),
    "StartTLS": ("term", "STARTTLS"),
    "kerberos": ("term", "Kerberos"),
    "not advertised": ("reply", "503"),
}
AMONG = {
    "UGFzc3dvcmQ6": {("reply", "334"), ("mechanism", "LOGIN"), ("provider", "postfix.password-prompt")},
    "app password": {("reply", "534"), ("enhanced", "5.7.9"), ("provider", "gmail.app-password")},
    "relay access denied": {("reply", "554"), ("provider", "postfix.relay-denied")},
    "gmail": {("provider", "gmail.app-password"), ("reply", "534")},
    "basic authentication": {("term", "basic authentication"), ("provider", "microsoft.basic-disabled")},
    "535": {("comparison", "534 535"), ("provider", "yahoo.auth")},
    "smtpclientauthentication": {("provider", "microsoft.tenant-switch"), ("enhanced", "5.7.139")},
    "too many login attempts": {("reply", "454"), ("provider", "gmail.too-many-logins")},
    "my wrong password please": {("reply", "535")},
    "what does error code 535 mean": {("reply", "535")},
    "220 vs 334": {("comparison", "220 334")},
}


def found(words: str) -> list[tuple[str, str]]:
    return [(hit.kind, hit.key) for hit in reference.search(words)]


@pytest.mark.parametrize(("words", "first"), FIRST.items())
def test_what_comes_first(words: str, first: tuple[str, str]) -> None:
    assert found(words)[0] == first


@pytest.mark.parametrize(("words", "hits"), AMONG.items())
def test_what_is_among_the_hits(words: str, hits: set[tuple[str, str]]) -> None:
    assert hits <= set(found(words))


def test_nothing_for_nothing() -> None:
    assert reference.search("") == []
    assert reference.search("  \t ") == []
    assert reference.search("zzqqxx") == []


def test_every_hit_has_a_page() -> None:
    for words in ("a", "e", "5", "auth", "25", "33"):
        for hit in reference.search(words, limit=500):
            page = reference.page(hit.kind, hit.key)
            assert page is not None, hit
            assert page.lead
            assert page.source
            assert all(section.heading and section.items for section in page.sections), hit
            assert hit.line


def test_the_limit_holds() -> None:
    assert len(reference.search("a", limit=7)) == 7


@given(st.text(max_size=60))
def test_any_words_at_all(words: str) -> None:
    for hit in reference.search(words):
        assert reference.page(hit.kind, hit.key) is not None


def test_a_search_is_quick() -> None:
    reference.search("warm")
    best = min(_seconds(words) for words in ("a", "password", "534 5.7.9", "wrong password gmail") for _ in range(5))
    assert best < 0.002


def _seconds(words: str) -> float:
    start = time.perf_counter()
    reference.search(words)
    return time.perf_counter() - start
