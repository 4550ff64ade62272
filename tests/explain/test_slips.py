"""A slip makes wrong octets, says so in its own words, and never says what the value is."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.explain.answers import names, passwords
from tutor.diagnosis import Layer
from tutor.explain import catalogue
from tutor.explain.slips import LINE_SLIPS, Slip
from tutor.explain.text_slips import TEXT_SLIPS
from tutor.explain.values import VALUE_SLIPS, describe, looks_unset

SLIPS = (*LINE_SLIPS, *TEXT_SLIPS, *VALUE_SLIPS)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.code)
@given(value=st.one_of(names, passwords))
def test_a_slip_never_makes_what_is_right(slip: Slip, value: str) -> None:
    octets = value.encode()
    right = base64.b64encode(octets) if slip in LINE_SLIPS else octets
    for made in slip.make(octets):
        assert made.octets != right


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.code)
@given(value=st.binary(max_size=40))
def test_a_slip_takes_any_octets_and_points_inside_of_what_it_made(slip: Slip, value: bytes) -> None:
    for made in slip.make(value):
        if made.guilty is not None:
            assert 0 <= made.guilty.start <= made.guilty.end <= len(made.octets)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.code)
def test_the_words_are_its_own_and_hold_no_value(slip: Slip) -> None:
    value = "Cänary$7f3a#9 K@x.example!\\q%20'%VAR% ?>?>?>~~ and long enough to be wrapped twice".encode()
    mine = [made.words for made in slip.make(value)] + [made.words for made in slip.make(b"abcd")]
    others = {made.words for other in SLIPS if other.code != slip.code for made in other.make(value)}
    assert mine
    for words in mine:
        assert words not in others
        assert words[0].isupper() or words[0] in "`{" or words[0].isdigit()
        assert words.endswith((".", "…"))
        if slip.code != "value.domain":  # a user name's own domain may be said
            assert "7f3a" not in words


def test_the_slips_stand_in_the_order_of_the_table() -> None:
    for slips in (LINE_SLIPS, TEXT_SLIPS, VALUE_SLIPS):
        ranks = [catalogue.rank(slip.code) for slip in slips]
        assert ranks == sorted(ranks)
        assert all(catalogue.explain(slip.code) is not None for slip in slips)
    assert all(slip.layer is Layer.TEXT for slip in TEXT_SLIPS)
    assert all(slip.layer is Layer.VALUE for slip in VALUE_SLIPS)


@pytest.mark.parametrize(
    ("value", "code", "made"),
    [
        (b"ada", "text.utf-16", b"a\0d\0a\0"),
        (b"ada", "text.utf-16", b"\xff\xfea\0d\0a\0"),
        ("é".encode(), "text.latin-1", b"\xe9"),
        ("é".encode(), "text.latin-1", b"\xc3\x83\xc2\xa9"),
        ("é".encode(), "text.not-normalized", b"e\xcc\x81"),
        (b"\0ada\0x", "text.escape", b"\\0ada\\0x"),
        (b"\0ada\x00123", "text.escape", b"\0ada\x0a3"),  # "\0123" in C: octal 012, then 3
        (b"\0ada\x00123", "text.escape", b"\0ada\x53"),  # echo -e "\0123": octal 123
        (b"ada\\8", "text.escape", b"ada8"),  # the shell takes the backslash; 8 is no octal digit
        (b"grace@example.org", "text.escape", b"grace.org"),
        (b"a\\nb", "text.escape", b"a\nb"),
        (b"\0ada", "text.replacement-character", b"\xef\xbf\xbdada"),
    ],
)
def test_text_slips_against_octets_written_by_hand(value: bytes, code: str, made: bytes) -> None:
    slip = next(slip for slip in TEXT_SLIPS if slip.code == code)
    assert made in [found.octets for found in slip.make(value)]


@pytest.mark.parametrize(
    ("value", "code", "made"),
    [
        (b"pa$word1", "value.mangled", b"pa"),
        (b"pa$$1", "value.mangled", b"pa$1"),
        (b"abc #def", "value.mangled", b"abc"),
        (b"p@ss", "value.mangled", b"p%40ss"),
        (b"50%25", "value.mangled", b"50%"),
        (b"say!it", "value.mangled", b"say\\!it"),
        (b"a'b", "value.mangled", b"ab"),
        (b"user:pa@host", "value.mangled", b"host"),
        (b"ada@example.org", "value.domain", b"ada"),
        (b"EXAMPLE\\ada", "value.domain", b"ada"),
        (b"aDa", "value.case", b"AdA"),
        (b"x", "value.placeholder", b"${PASSWORD}"),
    ],
)
def test_value_slips_against_octets_written_by_hand(value: bytes, code: str, made: bytes) -> None:
    slip = next(slip for slip in VALUE_SLIPS if slip.code == code)
    assert made in [found.octets for found in slip.make(value)]


def test_nothing_is_made_where_nothing_can_go_wrong() -> None:
    by_code = {slip.code: slip for slip in SLIPS}
    for code in ("text.latin-1", "text.not-normalized"):
        assert list(by_code[code].make(b"ada")) == []
    assert list(by_code["b64.url-safe"].make(b"ada")) == []
    assert list(by_code["b64.plain-text"].make(b"test")) == []
    assert list(by_code["b64.accidental"].make(b"ada")) == []
    assert list(by_code["b64.wrapped"].make(b"x" * 45)) == []
    assert list(by_code["b64.non-canonical"].make(b"ada")) == []
    assert list(by_code["value.case"].make(b"123")) == []


@pytest.mark.parametrize(
    ("what", "right", "found", "code"),
    [
        ("the user name", b"ada", b"bob", "value.username"),
        ("the user name", b"ada", b"ada@example.org", "value.domain"),
        ("the user name", b"ada", b"EXAMPLE\\ada", "value.domain"),
        ("the user name", b"ADA", b"aDa", "value.case"),
        ("the user name", b"ada", b"${SMTP_LOGIN}", "value.placeholder"),
        ("the password", b"secret$HOME9", b"secret/root9", "value.mangled"),
        ("the password", b"secret", b"zebra", "value.password"),
        ("the password", b"secret", b"  ", "value.placeholder"),
        ("the password", None, b"zebra", "value.password"),
    ],
)
def test_a_value_that_nobody_made_is_described(what: str, right: bytes | None, found: bytes, code: str) -> None:
    said = describe(what, right, found, b"ada")
    assert said.code == code
    assert what != "the password" or found.strip() == b"" or found.decode() not in said.words


def test_what_looks_like_a_variable_that_was_not_set() -> None:
    for value in (b"undefined", b"", b" ", b"$PASSWORD", b"${MAIL_PASS}", b"%SMTP%", b"{{ secrets.x }}"):
        assert looks_unset(value)
    for value in (b"ada", b"$ecret", b"100%", b"undefined1"):
        assert not looks_unset(value)
