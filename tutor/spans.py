"""Floor 0: named stretches of bytes, and how they cover a message without gaps."""

from collections.abc import Iterable

from tutor.records import Record


class Span(Record):
    """A half-open stretch `start <= i < end`; what `i` counts is said where a span is used."""

    start: int
    end: int


class Field(Record):
    """One named part of a message."""

    name: str
    """The specification's own name, such as `authcid`."""
    span: Span
    """Bytes of the message."""
    value: str
    """The meaning as text: no quotes, no escapes; binary as lower-case hex without spaces."""
    meaning: str
    """One short sentence for people."""
    source: str
    """Where this is written, such as `RFC 4616 section 2`."""
    secret: bool = False
    """True where every renderer must mask the value until asked."""
    level: int = 0
    """0 tiles the message; a deeper field lies inside the nearest field before it of a lower level."""


GAP = "unknown"
"""The name of a stretch that no field covers."""


def tile(length: int, fields: Iterable[Field]) -> list[Field]:
    """Make the level 0 fields cover all of `length` bytes; what none covers becomes a gap field.

    Fields are clipped to the message. A level 0 field that overlaps an earlier one is
    cut at its start; if nothing is left of it, it goes. Deeper fields keep their order
    behind the level 0 field they lie in, and are clipped to it. A zero-length field
    (an empty authzid, say) stays where it stands.
    """
    fields = list(fields)
    at = 0
    for field in fields:  # mostly they tile already
        if field.level or field.span[0] != at or field.span[1] < at:
            break
        at = field.span[1]
    else:
        if at == length:
            return fields
    tops: list[tuple[Field, list[Field]]] = []
    for field in fields:
        start = min(max(field.span.start, 0), length)
        end = min(max(field.span.end, start), length)
        clipped = field._replace(span=Span(start, end))
        if clipped.level == 0 or not tops:
            tops.append((clipped._replace(level=0), []))
        else:
            tops[-1][1].append(clipped)
    tops.sort(key=lambda pair: pair[0].span)
    tiled: list[Field] = []
    position = 0
    for top, inner in tops:
        start, end = top.span
        if start > position:
            tiled.append(_gap(position, start))
            position = start
        if start < position:
            if end <= position and end > start:
                continue
            start, end = position, max(position, end)
        tiled.append(top._replace(span=Span(start, end)))
        for field in inner:
            low = min(max(field.span.start, start), end)
            high = min(max(field.span.end, low), end)
            tiled.append(field._replace(span=Span(low, high)))
        position = end
    if position < length:
        tiled.append(_gap(position, length))
    return tiled


def _gap(start: int, end: int) -> Field:
    return Field(GAP, Span(start, end), "", "No specification gives these bytes a name here.", "")
