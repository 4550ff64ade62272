"""Floor 5: a short test of what somebody knows already, and the fast track that follows from it.

A lesson that was placed out of is not solved, and nobody says so: it is only not the next one.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.course import load
from tutor.course.drawn import Drawn, DrawnRun, drawable, varying
from tutor.course.table import LessonError

if TYPE_CHECKING:
    from tutor.course.progress import Progress

GROUPS = 8
"""Groups of lessons, in the order of the course; one task of each is asked."""


class PlacementRun(DrawnRun):
    """One task of each group; what is right at the first try, without a hint, places out of the group's lessons."""

    def __init__(self, seed: int | None = None, progress: "Progress | None" = None) -> None:
        by_lesson: dict[str, list[Drawn]] = {}
        for one in drawable():
            by_lesson.setdefault(one.lesson, []).append(one)
        names = list(by_lesson)
        if not names:
            raise LessonError("There are no lessons to be placed in.")
        count = min(GROUPS, len(names))
        edges = [len(names) * n // count for n in range(count + 1)]
        self.groups = [names[start:end] for start, end in pairwise(edges)]
        self._by_lesson = by_lesson
        self.known: set[int] = set()
        self._tried: set[int] = set()
        super().__init__("placement", "Find your level", seed, progress)

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.groups)

    def draw(self, number: int) -> Drawn:
        """A task of the last lesson of the group: who can do that knows the ones before it."""
        steps = self._by_lesson[self.groups[number][-1]]
        return self.random.choice(varying(steps))

    def judged(self, number: int, right: bool) -> None:
        """The first try counts."""
        if number in self._tried:
            return
        self._tried.add(number)
        if right:
            self.known.add(number)
            if self.book is not None:
                for lesson in self.groups[number]:
                    self.book.place(lesson)

    @property
    def verdict(self) -> str:
        """What came out, in one sentence or two."""
        names = [load.lesson(name).title for number in sorted(self.known) for name in self.groups[number]]
        if not names:
            return "Begin with the first lesson: everything that you need is in it."
        following = next((number for number in range(self.count) if number not in self.known), None)
        on = "" if following is None else f" Go on with: {load.lesson(self.groups[following][0]).title}."
        return f"You may pass over {len(names)} lessons (they do not count as solved).{on}"
