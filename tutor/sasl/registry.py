"""Every mechanism by name. A new file under `mechanisms/` is found by itself."""

from collections.abc import Iterator
from importlib import import_module

from tutor.sasl.mechanism import Mechanism

_FOUND: dict[str, Mechanism] = {}
_WHOLE: list[Mechanism] = []
_MODULES: list[str] = []
_LOADED: dict[str, tuple[Mechanism, ...]] = {}


def all() -> list[Mechanism]:
    """Every mechanism, in alphabetical order."""
    if not _WHOLE:
        _WHOLE.extend(sorted(each(), key=str))
    return list(_WHOLE)


def names() -> list[str]:
    """The IANA names, in alphabetical order."""
    return [mechanism.name for mechanism in all()]


def each() -> Iterator[Mechanism]:
    """Every mechanism, file by file, the commonest first; what nobody asks for is not imported."""
    for module in _modules():
        yield from _load(module)


def played() -> list[Mechanism]:
    """Those that we play on both sides."""
    return [mechanism for mechanism in all() if mechanism.serve is not None and mechanism.answer is not None]


def get(name: str) -> Mechanism | None:
    """The mechanism of that name, in any case (RFC 4954 section 4: AUTH's mechanism name has no case)."""
    wanted = name.upper()
    if wanted not in _FOUND:
        # Most often one file is all that is needed: `CRAM-MD5` lives in cram_md5.py.
        try:
            _load(wanted.lower().replace("-", "_"))
        except ModuleNotFoundError:
            all()
    return _FOUND.get(wanted)


def require(name: str) -> Mechanism:
    """As `get`, for a name that must be there; raises KeyError where it is not."""
    mechanism = get(name)
    if mechanism is None:
        raise KeyError(f"no mechanism {name!r}; there are {', '.join(names())}")
    return mechanism


_COMMON = ("login", "plain", "cram_md5")


def _modules() -> list[str]:
    # Kept, and so is what was loaded: the app reads a line at every key.
    if _MODULES:
        return _MODULES
    from os import listdir
    from os.path import dirname

    from tutor.sasl import mechanisms

    files = listdir(dirname(mechanisms.__file__ or ""))
    found = sorted(file[:-3] for file in files if file.endswith(".py") and not file.startswith("_"))
    _MODULES.extend([*_COMMON, *(module for module in found if module not in _COMMON)])
    return _MODULES


def _load(module: str) -> tuple[Mechanism, ...]:
    if module in _LOADED:
        return _LOADED[module]
    if not module.isidentifier():
        raise ModuleNotFoundError(module)
    loaded: tuple[Mechanism, ...] = import_module(f"tutor.sasl.mechanisms.{module}").MECHANISMS
    _LOADED[module] = loaded
    for mechanism in loaded:
        _FOUND.setdefault(mechanism.name, mechanism)
    return loaded
