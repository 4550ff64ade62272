"""Every diagnosis code has its long explanation, and the order of the table is kept."""

import re
from pathlib import Path

import pytest

from tutor.explain import catalogue
from tutor.sasl import registry

TABLE = [
    line
    for line in (Path(__file__).parent.parent / "vectors" / "diagnoses.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_the_codes_are_those_of_the_table_in_its_order() -> None:
    codes = [*catalogue.ANSWERS, *catalogue.SESSIONS]
    assert [code for code in codes if code not in catalogue.ADDED] == TABLE
    assert [entry.code for entry in catalogue.entries()] == codes
    assert set(catalogue.ADDED) < set(codes)


@pytest.mark.parametrize("code", [*TABLE, *catalogue.ADDED])
def test_an_entry_says_all_that_is_promised(code: str) -> None:
    entry = catalogue.explain(code)
    assert entry is not None
    assert 4 < len(entry.title) < 75
    assert len(entry.long) > 40
    assert entry.fix or code == "session.ok"
    assert re.search(r"RFC \d{4}|draft-|Guide|protocol|provider", entry.source)
    assert "\n" not in entry.title + entry.fix
    assert not re.search(r"[^\n]\n[^\n]", entry.long), "a paragraph is one line"


def test_no_two_entries_have_the_same_words() -> None:
    entries = catalogue.entries()
    for part in ("title", "long"):
        texts = [getattr(entry, part) for entry in entries]
        assert len(set(texts)) == len(texts)


def test_an_unknown_code_has_no_entry_and_stands_last() -> None:
    assert catalogue.explain("line.nonsense") is None
    assert catalogue.rank("line.nonsense") > catalogue.rank("server.misconfigured")
    assert catalogue.rank("line.empty") == 0


def test_every_misconception_of_every_mechanism_has_an_entry() -> None:
    found = {misconception.code for mechanism in registry.all() for misconception in mechanism.misconceptions}
    assert found <= set(catalogue.ANSWERS)
    assert "login.swapped" in found


def test_the_words_of_different_mistakes_differ_over_all_mechanisms() -> None:
    words: dict[str, str] = {}
    for mechanism in registry.all():
        for misconception in mechanism.misconceptions:
            assert words.setdefault(misconception.why, misconception.code) == misconception.code
