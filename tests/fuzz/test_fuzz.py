"""The fuzzer itself works: a short run finds nothing, and it does find what is wrong."""

import pytest

from tests.fuzz import fuzz
from tutor.sasl import registry
from tutor.sasl.mechanism import Side
from tutor.spans import Field


def test_a_short_run_finds_nothing() -> None:
    """The long one is a command: python tests/fuzz/fuzz.py --seconds 300."""
    count, findings = fuzz.run(3, seed=1, mechanisms=registry.all())
    assert findings == []
    assert count > 0


def test_the_same_seed_makes_the_same_messages() -> None:
    first, second = (fuzz.Mutator(7, fuzz.real_messages()) for _ in range(2))
    assert [first.next() for _ in range(50)] == [second.next() for _ in range(50)]


def test_it_finds_what_raises() -> None:
    def broken(side: Side, turn: int, message: bytes) -> list[Field]:
        raise ZeroDivisionError

    mechanism = registry.require("PLAIN")._replace(fields=broken)
    with pytest.raises(fuzz.Finding, match="ZeroDivisionError"):
        fuzz.one(b"x", [mechanism])


def test_it_finds_what_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SLOW", -1.0)
    with pytest.raises(fuzz.Finding, match="took"):
        fuzz.one(b"x", [registry.require("PLAIN")])
