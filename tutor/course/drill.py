"""Floor 5: drills without end: ten tasks at a time, other values each time, harder as they go well."""

from typing import TYPE_CHECKING

from tutor.course.drawn import Drawn, DrawnRun, drawable, varying
from tutor.course.table import LessonError

if TYPE_CHECKING:
    from tutor.course.progress import Progress

LEVELS = 5
TASKS = 10
"""Of one round; the next one begins at the level that this one ended with."""
_LEAST = 4
"""Tasks to choose from, even at level 1 of a small skill."""
_UP = 3
"""Right answers in a row that lead to the next level."""


class DrillRun(DrawnRun):
    """One round. `skill`: a skill or the beginning of one, such as `base64`; empty: all of the course."""

    def __init__(
        self, skill: str = "", level: int = 1, seed: int | None = None, progress: "Progress | None" = None
    ) -> None:
        self.skill = skill
        self.level = min(max(level, 1), LEVELS)
        self._row = 0
        self._judged: set[int] = set()
        steps = [one for one in drawable() if not skill or (one.step.skill + ".").startswith(skill + ".")]
        self._steps = varying(steps)
        if not self._steps:
            skills = sorted({one.step.skill.split(".")[0] for one in drawable()})
            raise LessonError(f"There is no skill of that name to drill. There are: {', '.join(skills)}.")
        super().__init__(f"drill@{self.level}:{skill}", f"Drill, level {self.level}", seed, progress)

    @property
    def count(self) -> int:
        """How many tasks a round has."""
        return TASKS

    @property
    def following(self) -> str:
        """The round that comes next."""
        return f"drill@{self.level}:{self.skill}"

    def draw(self, number: int) -> Drawn:
        """A task of the level: level 1 draws from the first fifth of the course, the last one from all of it."""
        pool = self._steps[: max(_LEAST, len(self._steps) * self.level // LEVELS)]
        others = [one for one in pool if one not in self._drawn[-min(len(pool) - 1, 4) :]] if len(pool) > 1 else pool
        newest = others[len(others) // 2 :]  # what came with this level is asked more often
        return self.random.choice(newest if self.random.random() < 0.6 else others)

    def judged(self, number: int, right: bool) -> None:
        """Three right ones in a row lead up, a wrong one leads down; each task counts once."""
        if number in self._judged:
            return
        self._judged.add(number)
        self._row = self._row + 1 if right else 0
        if not right and self.level > 1:
            self.level -= 1
        elif self._row == _UP and self.level < LEVELS:
            self.level, self._row = self.level + 1, 0
        self.lesson = self.lesson._replace(title=f"Drill, level {self.level}")
