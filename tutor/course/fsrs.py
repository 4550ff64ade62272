"""Floor 5: when something that was learnt is due again. FSRS-6, with its default parameters and no fuzz.

The model is https://github.com/open-spaced-repetition: `stability` is the number of days
after which it is remembered with a chance of nine in ten, `difficulty` goes from 1 to 10.
"""

from math import exp

from tutor.records import Record

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
"""Ratings: not known, with help, known, at once."""

W = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629,
    1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
_DECAY = -W[20]
_FACTOR = 0.9 ** (1 / _DECAY) - 1
_LEAST = 0.001
_LONGEST = 36500
DAY = 86400.0
"""Seconds."""


class Card(Record):
    """How well one thing is known."""

    stability: float
    """Days."""
    difficulty: float
    last: float
    """When it was last asked, in seconds since 1970."""
    due: float
    """When it is to be asked again."""
    reps: int = 1
    """How often it was asked."""
    lapses: int = 0
    """How often it was not known."""


def retrievability(card: Card, now: float) -> float:
    """The chance that it is remembered now, 0 to 1."""
    days = max(0, int((now - card.last) // DAY))
    return float((1 + _FACTOR * days / card.stability) ** _DECAY)


def review(card: Card | None, rating: int, now: float) -> Card:
    """The card after it was asked and answered so; None: it was never asked before."""
    if card is None:
        stability, difficulty = max(W[rating - 1], _LEAST), _clamp(_first_difficulty(rating))
    else:
        if now - card.last < DAY:
            stability = _same_day(card.stability, rating)
        elif rating == AGAIN:
            stability = _forgotten(card, retrievability(card, now))
        else:
            stability = _recalled(card, retrievability(card, now), rating)
        difficulty = _harder(card.difficulty, rating)
    days = min(max(round(stability), 1), _LONGEST)
    return Card(
        stability, difficulty, now, now + days * DAY, 1 if card is None else card.reps + 1,
        (0 if card is None else card.lapses) + (rating == AGAIN),
    )  # fmt: skip


def _clamp(difficulty: float) -> float:
    return min(max(difficulty, 1.0), 10.0)


def _first_difficulty(rating: int) -> float:
    return W[4] - exp(W[5] * (rating - 1)) + 1


def _harder(difficulty: float, rating: int) -> float:
    moved = difficulty - W[6] * (rating - 3) * (10.0 - difficulty) / 9.0
    return _clamp(W[7] * _first_difficulty(EASY) + (1 - W[7]) * moved)


def _same_day(stability: float, rating: int) -> float:
    growth = exp(W[17] * (rating - 3 + W[18])) * stability ** -W[19]
    if rating >= HARD:
        growth = max(growth, 1.0)
    return float(max(stability * growth, _LEAST))


def _forgotten(card: Card, chance: float) -> float:
    after = W[11] * card.difficulty ** -W[12] * ((card.stability + 1) ** W[13] - 1) * exp((1 - chance) * W[14])
    return float(max(min(after, card.stability / exp(W[17] * W[18])), _LEAST))


def _recalled(card: Card, chance: float, rating: int) -> float:
    growth = exp(W[8]) * (11 - card.difficulty) * card.stability ** -W[9] * (exp((1 - chance) * W[10]) - 1)
    growth *= W[15] if rating == HARD else 1
    growth *= W[16] if rating == EASY else 1
    return float(max(card.stability * (1 + growth), _LEAST))
