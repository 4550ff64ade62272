"""Any two can be compared, and the pairs that people confuse have words of their own."""

from itertools import product

import pytest

from tutor import reference
from tutor.reference import load

CODES = reference.keys("reply")
ENHANCED = reference.keys("enhanced")
MECHANISMS = reference.keys("mechanism")

WRITTEN = (
    "220 334", "220 250", "235 250", "334 354", "530 535", "534 535", "454 535", "421 454", "501 535", "503 535",
    "504 535", "530 538", "5.7.8 5.7.9", "LOGIN PLAIN", "235 334", "500 501", "OAUTHBEARER XOAUTH2",
)  # fmt: skip


@pytest.mark.parametrize("pair", WRITTEN)
def test_what_people_confuse_is_written(pair: str) -> None:
    a, b = pair.split()
    both, turned = reference.compare(a, b), reference.compare(b, a)
    assert both.written
    assert turned.written
    assert (turned.a, turned.b, turned.when_a, turned.when_b) == (both.b, both.a, both.when_b, both.when_a)
    assert both.differences == turned.differences
    assert [(row.aspect, row.a, row.b) for row in both.rows] == [(row.aspect, row.b, row.a) for row in turned.rows]


@pytest.mark.parametrize("key", load.pairs(), ids=" ".join)
def test_a_written_pair_is_whole(key: tuple[str, str]) -> None:
    item = load.pairs()[key]
    assert key[0] != key[1]
    assert (key[1], key[0]) not in load.pairs()
    for name in ("summary", "when_a", "when_b", "source"):
        assert len(item[name]) > 5
        assert name == "source" or item[name].endswith((".", "?", "!")), item[name]
    assert item["differences"]
    assert "RFC" in item["source"] or "draft-" in item["source"] or "MS-" in item["source"]
    both = reference.compare(*key)
    assert {both.a, both.b} == set(key)


def test_any_two_codes() -> None:
    for a, b in product((*CODES, *ENHANCED, *MECHANISMS), repeat=2):
        both = reference.compare(a, b)
        assert both.rows
        assert both.summary
        assert both.when_a
        assert both.when_b
        assert bool(both.differences) is (a != b)


def test_numbers_and_any_case_are_taken() -> None:
    assert reference.compare(220, 334) == reference.compare("220", " 334 ")
    assert reference.compare("plain", "Login").a == "PLAIN"


def test_facts_that_a_table_must_have() -> None:
    rows = {row.aspect: (row.a, row.b) for row in reference.compare(334, 421).rows}
    assert rows["first digit"][0].startswith("3")
    assert rows["behind the code"] == ("Base64, for the mechanism", "text, for people")
    assert rows["the connection"] == ("stays", "closes")


@pytest.mark.parametrize("name", ["335", "0334", "", "5.7", "NOBODY", "3.3.4", "9" * 5000])
def test_what_is_not_known(name: str) -> None:
    with pytest.raises(LookupError):
        reference.compare(334, name)


def test_computed_differences_name_both() -> None:
    both = reference.compare(251, 553)
    assert not both.written
    assert "2" in both.differences[0]
    assert "5" in both.differences[0]
