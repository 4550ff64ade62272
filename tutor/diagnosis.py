"""Floor 0: what is wrong with an answer, in the words of `diagnosis codes`."""

from enum import IntEnum

from tutor.records import Record
from tutor.spans import Span


class Layer(IntEnum):
    """Where a problem lies; problems are named from the outside in."""

    LINE = 1
    BASE64 = 2
    TEXT = 3
    STRUCTURE = 4
    VALUE = 5


class Diagnosis(Record):
    """One reason why an answer is wrong."""

    code: str
    """Stable; lessons, tests and scripts name it."""
    layer: Layer
    summary: str
    """One short sentence: what was found. Never holds a secret."""
    fix: str
    """What to do, with a command to type where there is one."""
    span: Span | None = None
    """Characters of the answer, or None where it is about the whole."""
    message_span: Span | None = None
    """Bytes of the decoded message, or None where there is none."""
    expected: str = ""
    """What was due; holds a secret only where `secret` says so."""
    found: str = ""
    source: str = ""
    secret: bool = False
    """True where `expected` or `found` must be masked until asked."""


class Verdict(Record):
    """The judgement of one answer."""

    correct: bool | None
    """None: cannot be told without the password."""
    diagnoses: tuple[Diagnosis, ...] = ()
    """The first one is the one to show."""
