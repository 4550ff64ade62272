"""The scheduler against numbers made by py-fsrs, another implementation of FSRS-6."""

import json

import pytest

from tests.tools import VECTORS
from tutor.course import fsrs

HEAD, *HISTORIES = [json.loads(line) for line in (VECTORS / "fsrs.jsonl").read_text("utf-8").splitlines()]


def test_the_parameters_are_the_default_ones() -> None:
    assert list(fsrs.W) == HEAD["parameters"]
    assert HEAD["desired_retention"] == 0.9


@pytest.mark.parametrize("number", range(len(HISTORIES)))
def test_histories_come_out_the_same(number: int) -> None:
    card, now = None, 1_767_225_600.0
    for step in HISTORIES[number]:
        now += step["days"] * fsrs.DAY
        card = fsrs.review(card, step["rating"], now)
        assert card.stability == pytest.approx(step["stability"])
        assert card.difficulty == pytest.approx(step["difficulty"])
        assert (card.due - now) / fsrs.DAY == step["interval"]
    assert card is not None
    assert card.reps == len(HISTORIES[number])
    assert card.lapses == sum(step["rating"] == fsrs.AGAIN for step in HISTORIES[number])


def test_after_its_stability_nine_in_ten_are_remembered() -> None:
    card = fsrs.Card(10.0, 5.0, 0.0, 0.0)
    assert fsrs.retrievability(card, 0.0) == 1.0
    assert fsrs.retrievability(card, 10 * fsrs.DAY) == pytest.approx(0.9)
