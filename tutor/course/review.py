"""Floor 5: what was learnt comes back when it is due, and what went wrong comes back first (see `fsrs.py`).

A card is kept for each skill, and for each mistake by its name (`mistake:` and its code).
The answers themselves are not kept.
"""

from random import Random
from typing import TYPE_CHECKING

from tutor.course import drills, fsrs
from tutor.course.drawn import Drawn, DrawnRun, drawable
from tutor.records import Record

if TYPE_CHECKING:
    from tutor.course.progress import Progress

MISTAKE = "mistake:"
SOON = 600.0
"""Seconds after which something that was not known is asked again, the first time."""
MOST = 20
"""Items of one review."""


class Due(Record):
    """Something to be asked again."""

    card: str
    """A skill, or `mistake:` and a code."""
    drawn: Drawn


def learnt(progress: "Progress | None", card: str, rating: int) -> None:
    """Something was asked: keep when it is due again."""
    if progress is None or not card:
        return
    kept = {row[0]: row for row in progress.cards()}.get(card)
    now = progress.now()
    before = None if kept is None else fsrs.Card(*kept[1:])
    after = fsrs.review(before, rating, now)
    due = now + SOON if rating == fsrs.AGAIN else after.due
    progress.put_card(card, after.stability, after.difficulty, after.last, due, after.reps, after.lapses)


def due(progress: "Progress | None") -> list[str]:
    """The cards that are due now, mistakes first."""
    if progress is None:
        return []
    now = progress.now()
    found = [row[0] for row in progress.cards() if row[4] <= now]
    return sorted(found, key=lambda card: not card.startswith(MISTAKE))


LEVEL = 2
"""Of a drill that is asked for its skill, not for a mistake that was made in it."""


def items(progress: "Progress | None") -> list[Due]:
    """A step for each card that is due; a card of which nothing has a step any more is passed over."""
    cards = due(progress)
    if progress is None or not cards:
        return []
    made = {code: (lesson, step) for lesson, step, _, code, _ in reversed(progress.mistakes())}
    found: list[Due] = []
    for card in cards:
        if card.startswith(MISTAKE):
            drawn = _where(*made.get(card.removeprefix(MISTAKE), ("", "")))
        else:
            drawn = _of_skill(card)
        if drawn is not None and not any(_same(known.drawn, drawn) for known in found):
            found.append(Due(card, drawn))
    return found[:MOST]


def _where(lesson: str, step: str) -> Drawn | None:
    """The step in which a mistake was made; of a drill, another one like it."""
    if lesson == drills.LESSON:
        return _of_drill(step)
    return next((one for one in drawable() if (one.lesson, one.step.id) == (lesson, step)), None)


def _of_skill(skill: str) -> Drawn | None:
    found = next((one for one in drawable() if one.step.skill == skill), None)
    return found or (_of_drill(f"{skill}@{LEVEL}") if skill in drills.names() else None)


def _of_drill(id: str, random: Random | None = None) -> Drawn | None:
    step = drills.again(id, random or Random(id))
    return None if step is None else Drawn(drills.LESSON, 0, step)


def _same(one: Drawn, other: Drawn) -> bool:
    """Whether two cards ask for the same step; the values of a drill do not count."""
    return (one.lesson, one.step.id) == (other.lesson, other.step.id)


class ReviewRun(DrawnRun):
    """Everything that is due now, each once, with new values."""

    def __init__(self, seed: int | None, progress: "Progress | None") -> None:
        self._items = items(progress)
        super().__init__("review", "Review", seed, progress)

    @property
    def count(self) -> int:
        """How many are due; 1 where none is, since a run has a step."""
        return max(1, len(self._items))

    def draw(self, number: int) -> Drawn:
        """The item of that number; a drill's with other values each time."""
        drawn = self._items[number].drawn
        return (_of_drill(drawn.step.id, self.random) or drawn) if drawn.lesson == drills.LESSON else drawn

    def learns(self, number: int) -> list[str]:
        """The item's card, and its skill."""
        card = self._items[number].card
        return list(dict.fromkeys([card, self._items[number].drawn.step.skill]))
