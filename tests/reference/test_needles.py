"""Needles: a text without any of them does not match."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.explain import formats
from tutor.explain.greeting import PRODUCTS
from tutor.reference import load
from tutor.reference.needles import needles

PATTERNS = sorted(
    {text.pattern for text in load.providers()}
    | {pattern for form in formats.all() for pattern in (form.pattern, form.noise) if pattern}
    | {pattern for pattern, _ in PRODUCTS}
)


def test_by_hand() -> None:
    assert needles("relay access denied") == ("relay access denied",)
    assert needles(r"client (?:was )?not authenticated|530 5\.7\.1 x") == ("not authenticated", "530 5.7.1 x")
    assert needles(r"too bad[- ]{0,3}times?") == ("too bad",)
    assert needles(r"\w{1,40}/smtpd") == ("/smtpd",)
    assert needles(r"\x16\x03ab") == ("ab",)
    assert needles(r"(?:a|b)c?") == ("",)


@pytest.mark.parametrize("pattern", [one for one in PATTERNS if one != "(?!)"])  # that one matches nothing
@settings(max_examples=10)  # there are hundreds of patterns
@given(data=st.data())
def test_what_matches_holds_a_needle(pattern: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(pattern, re.IGNORECASE)))
    assert any(needle in text.lower() for needle in needles(pattern))
