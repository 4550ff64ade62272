"""Record behaves as typing.NamedTuple does, which is the judge here."""

import copy
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis.strategies import dictionaries, integers, lists, sampled_from

from tutor.records import Record


class Ours(Record):
    """Three fields, one with a default."""

    a: int
    """First."""
    b: int
    c: int = 7

    @property
    def total(self) -> int:
        """A property beside the fields."""
        return self.a + self.b + self.c


class Theirs(NamedTuple):
    a: int
    b: int
    c: int = 7


def outcome(make: Callable[..., Any], args: list[int], named: dict[str, int]) -> object:
    try:
        return tuple(make(*args, **named))
    except TypeError:
        return TypeError


@given(lists(integers(), max_size=4), dictionaries(sampled_from("abcd"), integers(), max_size=4))
def test_made_like_a_named_tuple(args: list[int], named: dict[str, int]) -> None:
    assert outcome(Ours, args, named) == outcome(Theirs, args, named)


@given(integers(), integers(), integers(), dictionaries(sampled_from("abcd"), integers(), max_size=2))
def test_replaced_like_a_named_tuple(a: int, b: int, c: int, named: dict[str, int]) -> None:
    def replaced(record: Any) -> object:
        try:
            return tuple(record._replace(**named))
        except (ValueError, TypeError):
            return None

    assert replaced(Ours(a, b, c)) == replaced(Theirs(a, b, c))
    assert Ours(a, b, c)._asdict() == Theirs(a, b, c)._asdict()


def test_it_is_a_tuple_with_names() -> None:
    one = Ours(1, b=2)
    assert one == (1, 2, 7)
    assert repr(one) == "Ours(a=1, b=2, c=7)"
    assert one.total == 10
    assert hash(one) == hash((1, 2, 7))
    a, b, c = one
    assert (a, b, c) == (one.a, one.b, one.c)
    match one:
        case Ours(x, y, z):
            assert (x, y, z) == (1, 2, 7)
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert type(copy.copy(one)) is Ours
    with pytest.raises(AttributeError):
        one.a = 3  # type: ignore[misc]  # that it cannot be done is the point
    with pytest.raises(AttributeError):
        one.d = 3  # type: ignore[attr-defined]  # nor this
