"""Every mechanism by name. A new file under `mechanisms/` is found by itself."""

from importlib import import_module

from tutor.sasl.mechanism import Mechanism

_FOUND: dict[str, Mechanism] = {}


def all() -> list[Mechanism]:
    """Every mechanism, in alphabetical order."""
    if not _FOUND:
        _find()
    return [_FOUND[name] for name in sorted(_FOUND)]


def names() -> list[str]:
    """The IANA names, in alphabetical order."""
    return [mechanism.name for mechanism in all()]


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


def _find() -> None:
    from os import listdir
    from os.path import dirname

    from tutor.sasl import mechanisms

    folder = dirname(mechanisms.__file__ or "")
    for entry in sorted(listdir(folder)):
        if entry.endswith(".py") and not entry.startswith("_"):
            _load(entry[:-3])


def _load(module: str) -> None:
    if not module.isidentifier():
        raise ModuleNotFoundError(module)
    for mechanism in import_module(f"tutor.sasl.mechanisms.{module}").MECHANISMS:
        _FOUND.setdefault(mechanism.name, mechanism)
