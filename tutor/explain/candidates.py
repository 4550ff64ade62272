"""Floor 4: every wrong message that we can make for one answer that is due, with its reasons.

A candidate is a message and the one or two mistakes that made it: a misconception of the
mechanism, a text slip or a damaged value in one place, or two of these together. Where two
make the same message, the fewer mistakes win, then the one that stands higher in the table
of diagnosis codes.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tutor.diagnosis import Layer
from tutor.explain.catalogue import rank
from tutor.explain.expected import (
    BOTH,
    MESSAGE,
    NAME,
    PASSWORD,
    needs_password,
    own_answers,
    places,
    with_values,
)
from tutor.explain.slips import Made, Slip
from tutor.explain.text_slips import TEXT_SLIPS
from tutor.explain.values import VALUE_SLIPS, spoken
from tutor.sasl.mechanism import Mechanism, Misconception, Scenario, Turns
from tutor.spans import Span

COMMON = ("text.trailing-newline", "text.surrounding-space", "text.quotes", "text.utf-16", "value.case", "text.latin-1")
"""Mistakes that go together with another one often enough to look for the pair."""

_ALONE = frozenset(("text.utf-16", "value.mangled", "value.placeholder"))
"""Mistakes that nobody looks for in a pair: they are rare together, or reading takes them apart."""

SLOW_ITERATIONS = 5_000
"""PBKDF2 rounds above which a hidden password is tried in its commonest wrong forms only."""


class Cause(NamedTuple):
    """One mistake, as it was made."""

    code: str
    layer: Layer
    words: str
    advice: str
    source: str
    guilty: Span | None = None
    """Bytes of the message; None: all of it, or no place."""
    what: str = MESSAGE


class Candidate(NamedTuple):
    """A wrong message and what made it."""

    message: bytes
    causes: tuple[Cause, ...]

    @property
    def order(self) -> tuple[int, list[int]]:
        """Fewer mistakes first, then as in the table."""
        return len(self.causes), sorted(rank(cause.code) for cause in self.causes)


class Due(NamedTuple):
    """One answer that is due, with all that decides it."""

    mechanism: Mechanism
    scenario: Scenario
    turns: Turns
    rights: tuple[bytes, ...]
    """The right messages, our own first."""

    def __repr__(self) -> str:
        return f"<Due {self.mechanism.name} after {len(self.turns.said)} messages>"  # the rights hold the password

    @property
    def name(self) -> bytes:
        """The user name's octets."""
        return self.scenario.credentials.authcid.encode("utf-8", "surrogatepass")

    @property
    def password(self) -> bytes | None:
        """The password's octets, where it is known."""
        password = self.scenario.credentials.password
        return None if password is None else password.encode("utf-8", "surrogatepass")

    @property
    def whole(self) -> str:
        """What the message is called: the user name or the password, where it is nothing else."""
        for right in self.rights:
            for what, start, end in places(self.mechanism, self.scenario, self.turns, right):
                if (start, end) == (0, len(right)):
                    return what
        return MESSAGE


def due(mechanism: Mechanism, scenario: Scenario, turns: Turns) -> Due:
    """What is due after these (settled) turns; `rights` is empty where nobody can know it."""
    right = own_answers(mechanism, scenario, turns)
    return Due(mechanism, scenario, turns, () if right is None else (right,))


class _Everything:
    """What is wanted where nobody says what."""

    def __contains__(self, message: object) -> bool:
        return True


_EVERYTHING = _Everything()


def singles(
    case: Due, hidden: bool = True, wanted: frozenset[bytes] | _Everything = _EVERYTHING
) -> dict[bytes, Candidate]:
    """Every message that one mistake makes, or those of the `wanted` ones.

    `hidden`: also those of a password inside a digest.
    """
    found: dict[bytes, Candidate] = {}
    if case.rights:
        _take(found, _echoes(case), case)
    _take(found, _misconceived(case), case)
    for right in case.rights:
        spots = list(places(case.mechanism, case.scenario, case.turns, right))
        for slip in (*TEXT_SLIPS, *VALUE_SLIPS):
            _take(found, _placed(case, slip, right, spots, wanted), case)
            if hidden and case.password is not None and PASSWORD not in (what for what, _, _ in spots):
                _take(found, _hidden(case, slip, right), case)
    return {message: one for message, one in found.items() if message in wanted}


def pairs(case: Due, single: dict[bytes, Candidate], wanted: frozenset[bytes]) -> dict[bytes, Candidate]:
    """The `wanted` messages that two common mistakes make together, outermost first."""
    found: dict[bytes, Candidate] = {}
    wholes, whole = [slip for slip in TEXT_SLIPS if slip.code in COMMON], case.whole
    for candidate in single.values():
        (cause,) = candidate.causes
        if cause.code in _ALONE:
            continue
        for slip in wholes:
            if slip.code == cause.code:
                continue
            for made in slip.make(candidate.message):
                if made.octets in wanted:
                    _take(found, [Candidate(made.octets, (_cause(slip, made, whole, 0), cause))], case)
    _take(found, _both_values(case, wanted), case)
    return {message: candidate for message, candidate in found.items() if message not in single}


def _take(found: dict[bytes, Candidate], candidates: "Iterator[Candidate] | list[Candidate]", case: Due) -> None:
    for candidate in candidates:
        if candidate.message in case.rights:
            continue
        before = found.get(candidate.message)
        if before is None or candidate.order < before.order or _lost_domain(candidate, before):
            found[candidate.message] = candidate


def _lost_domain(candidate: Candidate, before: Candidate) -> bool:
    """The one exception to the table's order: a name that lost its whole domain lost it to people, not to Perl."""
    return [cause.code for cause in (*before.causes, *candidate.causes)] == ["text.escape", "value.domain"]


def _echoes(case: Due) -> Iterator[Candidate]:
    challenge = case.turns.challenge
    if challenge:
        words = "The server's own challenge was sent back to it."
        yield Candidate(challenge, (Cause("line.echoed-challenge", Layer.LINE, words, ECHO_ADVICE, ECHO_SOURCE),))
    words = "An empty line was sent where a response was due."
    yield Candidate(b"", (Cause("line.empty", Layer.LINE, words, "Send the Base64 of the answer.", ECHO_SOURCE),))


ECHO_ADVICE = "The 334 is the question. Decode it, and send the answer to it."
ECHO_SOURCE = "RFC 4954 section 4"


def _misconceived(case: Due, scenario: Scenario | None = None) -> Iterator[Candidate]:
    for misconception in case.mechanism.misconceptions:
        for message in _wrong(misconception, scenario or case.scenario, case.turns):
            yield Candidate(message, (_of(misconception),))


def _wrong(misconception: Misconception, scenario: Scenario, turns: Turns) -> list[bytes]:
    try:
        return list(misconception.wrong(scenario, turns))
    except ValueError:
        return []  # credentials that this mistake cannot be made with, such as a lone surrogate


def _of(misconception: Misconception) -> Cause:
    return Cause(misconception.code, misconception.layer, misconception.why, misconception.fix, misconception.source)


def _cause(slip: Slip, made: Made, what: str, offset: int) -> Cause:
    guilty = None if made.guilty is None else Span(made.guilty.start + offset, made.guilty.end + offset)
    return Cause(slip.code, slip.layer, spoken(made.words, what), slip.advice, slip.source, guilty, what)


def _placed(
    case: Due, slip: Slip, right: bytes, spots: list[tuple[str, int, int]], wanted: frozenset[bytes] | _Everything
) -> Iterator[Candidate]:
    """One slip in each place of the message where it can happen: the name, the password, both, the whole."""
    for what, start, end in spots:
        if what == PASSWORD and slip.code == "value.domain":
            continue
        for made in slip.make(right[start:end]):
            message = right[:start] + made.octets + right[end:]
            if message in wanted:
                yield Candidate(message, (_located(slip, made, what, start, len(made.octets)),))
    if len(spots) == 2:
        yield from _in_both(slip, right, spots, wanted)
    if slip.layer is Layer.TEXT and [(0, len(right))] != [(start, end) for _, start, end in spots]:
        for made in slip.make(right):
            if made.octets in wanted:
                yield Candidate(made.octets, (_cause(slip, made, MESSAGE, 0),))


def _located(slip: Slip, made: Made, what: str, start: int, size: int) -> Cause:
    cause = _cause(slip, made, what, start)
    return cause if cause.guilty is not None else cause._replace(guilty=Span(start, start + size))


def _in_both(
    slip: Slip, right: bytes, spots: list[tuple[str, int, int]], wanted: frozenset[bytes] | _Everything
) -> Iterator[Candidate]:
    """The same slip in the name and in the password, as one habit makes it."""
    (_, start, end), (_, second_start, second_end) = sorted(spots, key=lambda spot: spot[1])
    for one, other in zip(slip.make(right[start:end]), slip.make(right[second_start:second_end]), strict=False):
        if slip.code == "value.domain":
            return
        first = right[:start] + one.octets + right[end:second_start]
        message = first + other.octets + right[second_end:]
        if message not in wanted:
            continue
        cause = _cause(slip, one, BOTH, start)
        yield Candidate(message, (cause._replace(guilty=cause.guilty or Span(start, start + len(one.octets))),))


def _hidden(case: Due, slip: Slip, right: bytes) -> Iterator[Candidate]:
    """A slip in a password that travels only inside a digest: the mechanism's own script computes it anew."""
    if case.password is None or slip.code in ("value.domain", "text.replacement-character"):
        return
    if not needs_password(case.mechanism, case.scenario, case.turns):
        return
    if case.scenario.iterations > SLOW_ITERATIONS and slip.code not in COMMON:
        return
    for made in slip.make(case.password):
        changed = with_values(case.scenario, password=made.octets)
        message = own_answers(case.mechanism, changed, case.turns)
        if message is not None and message != right:
            cause = _cause(slip, made, PASSWORD, 0)._replace(guilty=_changed(right, message))
            yield Candidate(message, (cause,))
    if slip.code in COMMON:
        yield from _hidden_both(case, slip)


def _hidden_both(case: Due, slip: Slip) -> Iterator[Candidate]:
    for one, other in zip(slip.make(case.name), slip.make(case.password or b""), strict=False):
        message = own_answers(case.mechanism, with_values(case.scenario, one.octets, other.octets), case.turns)
        if message is not None:
            yield Candidate(message, (_cause(slip, other, BOTH, 0)._replace(guilty=None),))


def _changed(right: bytes, message: bytes) -> Span | None:
    """The stretch in which two messages differ."""
    start = 0
    while start < min(len(right), len(message)) and right[start] == message[start]:
        start += 1
    tail = 0
    while tail < min(len(right), len(message)) - start and right[-1 - tail] == message[-1 - tail]:
        tail += 1
    return Span(start, len(message) - tail)


def _both_values(case: Due, wanted: frozenset[bytes]) -> Iterator[Candidate]:
    """A value that slipped in two ways, and a misconception over a value that slipped."""
    slips = [slip for slip in (*TEXT_SLIPS, *VALUE_SLIPS) if slip.code in COMMON]
    values = [(NAME, case.name)] + ([(PASSWORD, case.password)] if case.password is not None else [])
    for what, value in values:
        for inner in VALUE_SLIPS:
            if inner.code in _ALONE or (inner.code == "value.domain" and what == PASSWORD):
                continue
            for wrong in inner.make(value):
                yield from _two_slips(case, slips, what, (inner, wrong), wanted)
        if not case.mechanism.plaintext:
            continue
        for slip in slips:
            for made in slip.make(value):
                for candidate in _misconceived(case, _substituted(case, what, made.octets)):
                    if candidate.message in wanted:
                        cause = _cause(slip, made, what, 0)._replace(guilty=None)
                        yield Candidate(candidate.message, (cause, *candidate.causes))


def _two_slips(
    case: Due, slips: list[Slip], what: str, inner: tuple[Slip, Made], wanted: frozenset[bytes]
) -> Iterator[Candidate]:
    if not case.mechanism.plaintext and inner[0].code != "value.case":
        return
    for slip in slips:
        if slip.layer is not Layer.TEXT:
            continue
        for made in slip.make(inner[1].octets):
            message = own_answers(case.mechanism, _substituted(case, what, made.octets), case.turns)
            if message is not None and message in wanted:
                outer = _cause(slip, made, what, max(message.find(made.octets), 0))
                if made.octets not in message:
                    outer = outer._replace(guilty=None)
                yield Candidate(message, (outer, _cause(*inner, what, 0)._replace(guilty=None)))


def _substituted(case: Due, what: str, octets: bytes) -> Scenario:
    if what == NAME:
        return with_values(case.scenario, name=octets)
    return with_values(case.scenario, password=octets)
