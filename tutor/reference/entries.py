"""Floor 1: the shapes of the reference's entries."""

from typing import NamedTuple


class CodeEntry(NamedTuple):
    """One SMTP reply code."""

    code: int
    title: str
    short: str
    """One sentence."""
    meaning: str
    when: tuple[str, ...]
    """When you see it, a situation each."""
    fix: tuple[str, ...]
    """What to do, a step or a case each; what comes next, where nothing is wrong."""
    answers: str
    """What the server answers with it."""
    next: str
    """Who speaks next, and what."""
    turn: str
    """Who speaks next: `client`, `server` or `nobody`."""
    base64: bool
    """True where the text behind the code is Base64."""
    closes: bool
    """True where the server closes the connection behind it."""
    enhanced: tuple[str, ...]
    """Enhanced codes that often stand with it."""
    source: str
    as_of: str = ""
    """When it was checked, where it can age."""
    words: tuple[str, ...] = ()
    """Other words that people look it up by."""


class EnhancedEntry(NamedTuple):
    """One enhanced status code, such as `5.7.8` (RFC 3463)."""

    code: str
    title: str
    short: str
    meaning: str
    when: tuple[str, ...]
    fix: tuple[str, ...]
    replies: tuple[int, ...]
    """Reply codes that it often stands behind."""
    registered: bool
    """True where the IANA registry (RFC 5248) has it."""
    source: str
    as_of: str = ""
    words: tuple[str, ...] = ()


class Step(NamedTuple):
    """One line of a mechanism's flow."""

    side: str
    """`S` or `C`."""
    line: str
    """As it goes over the wire; `…` where it was cut."""
    message: str
    """The decoded message as text; empty where there is none or it is binary."""
    note: str


class MechanismPage(NamedTuple):
    """One SASL mechanism: how it goes, how it stands, what to do."""

    name: str
    """IANA spelling."""
    title: str
    summary: str
    first: str
    """Who speaks first: `client` or `server`."""
    rounds: str
    """How many 334 lines, in words."""
    sends: str
    """What of the password travels."""
    stores: str
    """What the server must keep."""
    mutual: bool
    """True where the server proves itself too."""
    tls: str
    """Whether TLS is needed."""
    played: bool
    """True where this program plays it; False where it only reads it."""
    flow: tuple[Step, ...]
    standing: str
    """Standards track, deprecated …, and who uses it."""
    advice: str
    security: tuple[str, ...]
    source: str
    as_of: str
    words: tuple[str, ...] = ()


class Port(NamedTuple):
    """A TCP port of mail."""

    number: int
    name: str
    title: str
    meaning: str
    tls: str
    auth: str
    use: tuple[str, ...]
    source: str
    as_of: str = ""
    words: tuple[str, ...] = ()


class Term(NamedTuple):
    """One word of the glossary."""

    term: str
    text: str
    also: tuple[str, ...]
    """Other names for it."""
    see: tuple[str, ...]
    source: str
    as_of: str = ""


class ProviderText(NamedTuple):
    """A text that a provider or a server program writes, and what it means there."""

    id: str
    provider: str
    pattern: str
    """A regular expression, matched without regard to case, over the text with its white space folded."""
    code: str
    """Reply code and enhanced code as they are seen with it; either may be missing."""
    finding: str
    """The diagnosis code that it points to."""
    meaning: str
    fix: str
    source: str
    as_of: str
    sample: str
    """A line that shows it."""


class Row(NamedTuple):
    """One aspect of two things."""

    aspect: str
    a: str
    b: str


class Comparison(NamedTuple):
    """Two things side by side."""

    kind: str
    """What both are, or `mixed`."""
    a: str
    b: str
    """Their keys."""
    a_title: str
    b_title: str
    summary: str
    differences: tuple[str, ...]
    """The key differences, a sentence each, the greatest first."""
    when_a: str
    """When you see or choose the first."""
    when_b: str
    rows: tuple[Row, ...]
    written: bool
    """True where people wrote the texts for this pair, False where they come from the facts of each."""
    source: str


class Section(NamedTuple):
    """A part of a page."""

    heading: str
    kind: str
    """`text`, `list`, `steps` (items are pairs of line and note), `rows` (pairs of name and text), `codes` (pairs of
    key and text)."""
    items: tuple[tuple[str, ...], ...]


class Page(NamedTuple):
    """An entry for a front end to paint."""

    kind: str
    key: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    source: str
    as_of: str


class Hit(NamedTuple):
    """What a search found."""

    kind: str
    """`reply`, `enhanced`, `mechanism`, `port`, `term`, `provider` or `comparison`; `diagnosis` in `explain.lookup`."""
    key: str
    title: str
    line: str
