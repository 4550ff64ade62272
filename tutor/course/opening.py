"""Floor 5: the name of a lesson, or of a drill, a review or the placement test -> its run."""

import re
from typing import TYPE_CHECKING

from tutor.course import load
from tutor.course.run import LessonRun
from tutor.course.table import LessonError

if TYPE_CHECKING:
    from tutor.course.progress import Progress

_DRILL = re.compile(r"drill(?:@([0-9]{1,2}))?(?::(.*))?", re.DOTALL)
SPECIAL = ("drill", "review", "placement")
"""What is no lesson, and is opened like one. `drill@3:base64` is level 3 of Base64."""


def special(name: str) -> bool:
    """Whether it is no lesson of the course."""
    return name in SPECIAL or _DRILL.fullmatch(name) is not None


def open_run(name: str, seed: int | None, progress: "Progress | None") -> LessonRun:
    """The run of that name. Raises LessonError with a sentence where there is none, or nothing to do."""
    drill = _DRILL.fullmatch(name)
    if drill is not None:
        from tutor.course.drill import DrillRun

        return DrillRun(drill[2] or "", int(drill[1] or 1), seed, progress)
    if name == "review":
        from tutor.course.review import ReviewRun, items

        if not items(progress):
            raise LessonError("Nothing is due for review now. What you solve, or get wrong, comes back in time.")
        return ReviewRun(seed, progress)
    if name == "placement":
        from tutor.course.placement import PlacementRun

        return PlacementRun(seed, progress)
    return LessonRun(load.lesson(name), seed, progress)
