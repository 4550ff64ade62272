"""Floor 5: drills, one file each: makers of tasks with other values every time. A new file here is a new drill.

A file's name is its skill, with `_` for `.` and `__` for `-`: `cram__md5_answer.py` drills `cram-md5.answer`.
"""

from importlib import import_module
from os import listdir
from os.path import dirname
from random import Random

from tutor.course.drills.base import Drill
from tutor.course.lesson import Step

LESSON = "drill"
"""What stands for the lesson of a step that a drill made."""
LEVELS = 5
_FOUND: dict[str, Drill] = {}
_HELPERS = ("base", "__init__")


def names() -> list[str]:
    """The skills that have a drill of their own, in alphabetical order."""
    found = (entry[:-3] for entry in listdir(dirname(__file__)) if entry.endswith(".py"))
    return sorted(_skill(name) for name in found if name not in _HELPERS)


def _skill(module: str) -> str:
    return module.replace("__", "-").replace("_", ".")


def get(skill: str) -> Drill:
    """The drill of that skill; raises KeyError where there is none."""
    if skill not in _FOUND:
        if skill not in names():
            raise KeyError(f"no drill {skill!r}; there are {', '.join(names())}")
        module = skill.replace(".", "_").replace("-", "__")
        _FOUND[skill] = import_module(f"tutor.course.drills.{module}").DRILL
    return _FOUND[skill]


def each() -> list[Drill]:
    """Every drill, those for beginners first."""
    return sorted(map(get, names()), key=lambda drill: (drill.since, drill.skill))


def below(skill: str) -> list[Drill]:
    """The drills of a skill, or of all that it is the beginning of: `base64` has three."""
    return [get(name) for name in names() if not skill or (name + ".").startswith(skill + ".")]


def make(skill: str, level: int, random: Random) -> Step:
    """A task of that drill and level (1 to LEVELS); its id says both, so that it can be made again."""
    level = min(max(level, 1), LEVELS)
    return get(skill).make(random, level)._replace(id=f"{skill}@{level}", skill=skill)


def again(id: str, random: Random) -> Step | None:
    """Another task like the one of that id; None where no drill makes it."""
    skill, _, level = id.rpartition("@")
    return make(skill, int(level), random) if skill in names() and level.isdecimal() else None
