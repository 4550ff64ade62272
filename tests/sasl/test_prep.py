"""SASLprep against RFC 4013 section 3's own examples, scramp and GNU SASL, and its reasons."""

import base64
import hashlib
import subprocess

import pytest
from hypothesis import given
from hypothesis.strategies import characters, text

from tests.tools import need
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
    ("given_text", "reasons", "place"),
    [
        ("\u0007", ("U+0007", "C.2.1"), 0),
        ("a\u0085", ("U+0085", "C.2.2"), 1),
        ("\u0627\u0031", ("U+0031", "begins or ends", "D.1"), 1),
        ("1\u0627", ("U+0031", "begins or ends", "D.1"), 0),
        ("ab\u0000", ("U+0000", "C.2.1"), 2),
        ("x\u0627", ("U+0078", "U+0627", "D.2"), 0),
        ("a\ud800", ("U+D800", "surrogate"), 1),
        ("a\ue000", ("U+E000", "C.3"), 1),
        ("a\ufdd0", ("U+FDD0", "C.4"), 1),
        ("a\ufffd", ("U+FFFD", "C.6"), 1),
        ("a\u2ff0", ("U+2FF0", "C.7"), 1),
        ("a\u200e", ("U+200E", "C.8"), 1),
        ("a\U000e0041", ("U+E0041", "C.9"), 1),
    ],
)
def test_refusals_say_why_and_where(given_text: str, reasons: tuple[str, ...], place: int) -> None:
    ready = saslprep(given_text)
    assert ready.value is None
    assert all(reason in ready.reason for reason in reasons)
    assert ready.reason.endswith(".")
    assert ready.place == place


def test_the_place_is_in_the_string_as_it_was_given() -> None:
    """A full-width x becomes an x, which is what is refused; the user sees the full-width one."""
    ready = saslprep("\u0627\uff58\u0627")
    assert ready.value is None
    assert "U+0078" in ready.reason
    assert ready.place == 1


def test_what_unicode_3_2_did_not_know_may_be_sent_but_not_stored() -> None:
    assert saslprep("a\u0221b").value == "a\u0221b"
    assert saslprep("a\u0221b", stored=True).value is None


@given(text(characters(codec="utf-8", exclude_characters="\u200b"), max_size=8))
def test_scramp_agrees(value: str) -> None:
    try:
        theirs: str | None = scramp_core.saslprep(value)
    except Exception:
        theirs = None
    ours = saslprep(value, stored=True).value
    assert ours == (theirs or ("" if not value else theirs))


@given(text(max_size=8))
def test_prepared_twice_is_prepared_once(value: str) -> None:
    once = saslprep(value).value
    if once is not None:
        again = saslprep(once)
        assert again.value in (once, None)


@pytest.mark.parametrize(
    "password",
    ["pencil", "a\u200bb", "I\u00adX", "\u2168", "\u0627\u0031", "a\u0221b", "\u00aa", "a\ue000", "\u00a0x", "e\u0301"],
    ids=ascii,
)
def test_gnu_sasl_agrees(password: str) -> None:
    """`gsasl --mkpasswd` prepares the password before it hashes it, as one that is stored."""
    salt = base64.b64encode(b"salt")
    command = [need("gsasl"), "--mkpasswd", "--mechanism", "SCRAM-SHA-1", "--password", password]
    command += ["--salt", salt.decode(), "--iteration-count", "1", "--verbose"]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False, env={"LC_ALL": "C.UTF-8"})
    ours = saslprep(password, stored=True).value
    assert (done.returncode == 0) is (ours is not None)
    if ours is not None:
        salted = hashlib.pbkdf2_hmac("sha1", ours.encode(), b"salt", 1)
        assert done.stdout.decode().rstrip().endswith(salted.hex())
