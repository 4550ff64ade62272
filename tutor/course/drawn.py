"""Floor 5: runs whose steps are drawn from the lessons or made, one at a time: drills, reviews, the placement test."""

import re
from collections.abc import Iterable
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

from tutor.course import kinds, load
from tutor.course.kinds.base import Play
from tutor.course.lesson import Lesson, Step
from tutor.course.run import LessonRun
from tutor.records import Record

if TYPE_CHECKING:
    from tutor.course.progress import Progress

_ELSEWHERE = re.compile(r"(?i)step before|last step|you just|as before|so far|above|this lesson|again")
"""Words that lean on what another step said."""


class Drawn(Record):
    """A step that can stand alone."""

    lesson: str
    """Its id, or `drill` where a maker of tasks made it (see `drills`)."""
    number: int
    """The lesson's place in the course; 0 for a drill."""
    step: Step


@lru_cache(maxsize=4)
def _drawable(folders: tuple[str, ...]) -> tuple[Drawn, ...]:
    found = []
    for lesson in load.lessons():
        for step in lesson.steps:
            play = kinds.get(step.kind)
            leans = _ELSEWHERE.search(f"{step.goal} {step.before}")
            if play.SOLVES and play.INPUT != "watch" and not leans:
                found.append(Drawn(lesson.id, lesson.number, step))
    return tuple(found)


def drawable() -> tuple[Drawn, ...]:
    """Every step of every lesson that can be solved alone, in the order of the course."""
    return _drawable((load.folder(), *load.packs()))


def varying(steps: Iterable[Drawn]) -> list[Drawn]:
    """Those that are another task with another seed; all of them where none is."""
    steps = list(steps)
    return [one for one in steps if _varies(one.lesson, one.step)] or steps


_known: dict[tuple[str, str], bool] = {}


def _varies(lesson: str, step: Step) -> bool:
    key = (lesson, step.id)
    if key not in _known:
        _known[key] = _told(step, 1) != _told(step, 2)
    return _known[key]


def _told(step: Step, seed: int) -> list[str]:
    """All that the learner sees and types of a step, drawn with a seed; in their order, choices do not count."""
    play = _play(step, seed)
    choices = sorted(option.text for option in play.choices())
    right = [] if choices else play.solution()
    return [play.fill(step.goal), play.fill(step.before), *map(str, play.lines()), *choices, *right]


def question(step: Step, seed: int) -> tuple[str, ...]:
    """What a step asks and what is right: two steps with equal ones are one task for the learner."""
    play = _play(step, seed)
    right = play.solution()
    if play.INPUT == "choice":
        right = [option.text for option in play.choices() if option.key in right]
        right += [play.fill(step.before), *map(str, play.lines())]
    elif play.INPUT == "order":
        right = [text.text for key in right[0].split() for text in play.choices() if text.key == key]
    return (step.kind, play.fill(step.goal), *right)


def _play(step: Step, seed: int) -> Play:
    cast = step.cast._replace(fresh=step.cast.fresh + seed)
    return kinds.get(step.kind)(step._replace(cast=cast), cast.scenario(0), seed)


class DrawnRun(LessonRun):
    """A run without a place in the course. What is right and wrong is remembered, by skill; no step is ticked off."""

    def __init__(self, id: str, title: str, seed: int | None, progress: "Progress | None") -> None:
        self._drawn: list[Drawn] = []
        super().__init__(Lesson(id, title, "", 0, (), 0, ""), seed, None)
        self.book = progress
        self.random = Random(f"{id} {self.seed}")
        self._more()

    def draw(self, number: int) -> Drawn:
        """The step of that number; each kind of run says which."""
        raise NotImplementedError

    def _more(self) -> None:
        """Draw up to where the run stands."""
        while len(self._drawn) <= min(self._position, self.count - 1):
            number = len(self._drawn)
            drawn = self.draw(number)
            self._drawn.append(drawn)
            cast = drawn.step.cast._replace(fresh=drawn.step.cast.fresh + 1 + number)
            self.lesson = self.lesson._replace(steps=(*self.lesson.steps, drawn.step._replace(cast=cast)))

    def _go(self, number: int) -> None:
        self._position = number
        self._more()

    def origin(self, number: int) -> str:
        """The lesson that the step comes from."""
        return self._drawn[number].lesson
