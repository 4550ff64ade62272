"""Floor 5: the kinds of step, one file each. A new file here is a new kind; its name is what a lesson writes."""

from importlib import import_module
from os import listdir
from os.path import dirname

from tutor.course.kinds.base import Play

_FOUND: dict[str, type[Play]] = {}
_HELPERS = ("base", "__init__")


def names() -> list[str]:
    """What a step's `kind` may be."""
    found = (entry[:-3] for entry in listdir(dirname(__file__)) if entry.endswith(".py"))
    return sorted(name.replace("_", "-") for name in found if name not in _HELPERS and not name.startswith("_"))


def get(name: str) -> type[Play]:
    """The class that plays steps of that kind; raises KeyError where there is none."""
    if name not in _FOUND:
        if name not in names():
            raise KeyError(f"no kind {name!r}; there are {', '.join(names())}")
        _FOUND[name] = import_module(f"tutor.course.kinds.{name.replace('-', '_')}").KIND
    return _FOUND[name]
