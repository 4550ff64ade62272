"""Floor 5: drills without end: ten tasks at a time, other values each time, harder as they go well.

Tasks come from the makers in `drills/`, and from those steps of the lessons that vary.
"""

from random import Random
from typing import TYPE_CHECKING

from tutor.course import drills
from tutor.course.drawn import Drawn, DrawnRun, drawable, question, varying
from tutor.course.drills import LEVELS
from tutor.course.table import LessonError

if TYPE_CHECKING:
    from tutor.course.drills.base import Drill
    from tutor.course.progress import Progress

__all__ = ["LEVELS", "TASKS", "DrillRun", "skills"]

TASKS = 10
"""Of one round; the next one begins at the level that this one ended with."""
_LEAST = 4
"""Tasks to choose from, even at level 1 of a small skill."""
_UP = 3
"""Right answers in a row that lead to the next level."""
_MADE = 0.7
"""How often a drill of its own is asked, where the lessons have tasks too."""
_TRIES = 20


def skills() -> list[str]:
    """What can be drilled: the drills of their own, then the other skills of the lessons, by their first word."""
    own = drills.names()
    known = {name.split(".")[0] for name in own}
    return [*own, *sorted({one.step.skill.split(".")[0] for one in drawable()} - known)]


class DrillRun(DrawnRun):
    """One round. `skill`: a skill or the beginning of one, such as `base64`; empty: all of the course."""

    def __init__(
        self, skill: str = "", level: int = 1, seed: int | None = None, progress: "Progress | None" = None
    ) -> None:
        self.skill = skill
        self.level = min(max(level, 1), LEVELS)
        self._row = 0
        self._judged: set[int] = set()
        self._own = drills.below(skill)
        steps = [one for one in drawable() if not skill or (one.step.skill + ".").startswith(skill + ".")]
        # A drill that is asked for by its whole name is what is meant; the lessons need not help it out.
        self._steps = [] if skill in drills.names() else varying(steps)
        if not self._steps and not self._own:
            raise LessonError(f"There is no skill of that name to drill. There are: {', '.join(skills())}.")
        super().__init__(f"drill@{self.level}:{skill}", self._named(), seed, progress)

    def _named(self) -> str:
        return f"Drill, level {self.level}" if not self.skill else f"Drill {self.skill}, level {self.level}"

    @property
    def count(self) -> int:
        """How many tasks a round has."""
        return TASKS

    @property
    def following(self) -> str:
        """The round that comes next."""
        return f"drill@{self.level}:{self.skill}"

    def draw(self, number: int) -> Drawn:
        """A task of the level, and not the one that was asked a moment ago."""
        before = [question(one.step, self.seed) for one in self._drawn[-2:]]
        drawn = self._any()
        for _ in range(_TRIES):
            if question(drawn.step, self.seed) not in before:
                break
            drawn = self._any()
        return drawn

    def _any(self) -> Drawn:
        own = self._makers()
        if own and (not self._steps or self.random.random() < _MADE):
            drill, level = self.random.choice(own)
            step = drills.make(drill.skill, level, Random(self.random.randrange(1 << 60)))
            return Drawn(drills.LESSON, 0, step)
        return self._of_the_lessons()

    def _makers(self) -> list[tuple["Drill", int]]:
        """The makers of this level, each with its own: in the mixed drill the harder ones begin later."""
        if self.skill:
            return [(drill, self.level) for drill in self._own]
        return [(drill, self.level - drill.since + 1) for drill in self._own if drill.since <= self.level]

    def _of_the_lessons(self) -> Drawn:
        """Level 1 draws from the first fifth of the course, the last one from all of it."""
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
        self.lesson = self.lesson._replace(title=self._named())
