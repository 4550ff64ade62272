"""DER as far as SASL meets it: tags, lengths, OIDs by name, and a walk along a shape (X.690).

Reads any bytes, raises nothing, and stops after `MOST` fields and `DEEPEST` levels. A shape
says what a structure's parts are called; what no shape names is called by its tag.
"""

from collections.abc import Callable, Iterator

from tutor.records import Record
from tutor.spans import Field, Span

MOST = 600
"""Fields at most from one walk, so that hostile nesting stays cheap."""
DEEPEST = 24
SOURCE = "X.690 section 8"

_UNIVERSAL = {
    1: "BOOLEAN", 2: "INTEGER", 3: "BIT STRING", 4: "OCTET STRING", 5: "NULL", 6: "OBJECT IDENTIFIER",
    10: "ENUMERATED", 12: "UTF8String", 16: "SEQUENCE", 17: "SET", 19: "PrintableString", 22: "IA5String",
    23: "UTCTime", 24: "GeneralizedTime", 27: "GeneralString",
}  # fmt: skip
_TEXTS = (12, 19, 22, 23, 24, 27)

OIDS = {
    "1.2.840.113554.1.2.2": "Kerberos 5 (RFC 4121)",
    "1.2.840.48018.1.2.2": "Kerberos 5 as old Windows writes it",
    "1.2.840.113554.1.2.2.3": "Kerberos 5, user to user",
    "1.3.6.1.5.2": "Kerberos 5, the draft's name",
    "1.3.6.1.5.2.5": "IAKERB",
    "1.3.6.1.5.5.2": "SPNEGO (RFC 4178)",
    "1.3.6.1.4.1.311.2.2.10": "NTLM (MS-NLMP)",
    "1.3.6.1.4.1.311.2.2.30": "NegoEx (MS-NEGOEX)",
    "1.3.6.1.5.5.14": "SCRAM-SHA-1 (RFC 5802)",
    "1.3.6.1.5.5.18": "SCRAM-SHA-256 (RFC 7677)",
    "1.3.6.1.5.5.15.1.1.17": "GSS-EAP, aes128",
    "1.3.6.1.5.5.15.1.1.18": "GSS-EAP, aes256",
    "1.3.6.1.5.5.1.1": "SPKM-1 (RFC 2025)",
}


class Node(Record):
    """One tag, length and content."""

    tag: int
    """The first octet: class, constructed bit, number."""
    number: int
    start: int
    content: int
    """Where the content begins."""
    end: int
    """Where it ends; never beyond the end of the surrounding bytes."""
    cut: bool
    """True where the length says more than there is, or is not in DER's definite form."""

    @property
    def constructed(self) -> bool:
        """Whether other nodes lie inside."""
        return bool(self.tag & 0x20)

    @property
    def kind(self) -> str:
        """The tag's name, such as `INTEGER`, `[3]` or `[APPLICATION 14]`."""
        family = self.tag & 0xC0
        if family == 0x00:
            return _UNIVERSAL.get(self.number, f"[UNIVERSAL {self.number}]")
        if family == 0x80:
            return f"[{self.number}]"
        return f"[{'APPLICATION' if family == 0x40 else 'PRIVATE'} {self.number}]"


class Shape(Record):
    """What a structure's parts are called."""

    name: str
    meaning: str = ""
    source: str = SOURCE
    parts: "dict[int, Shape] | None" = None
    """By the number of the context tag."""
    each: "Shape | None" = None
    """For SEQUENCE OF: what every element is."""
    labels: dict[int, str] | None = None
    """What a number means."""
    bits: tuple[str, ...] = ()
    """What the bits of a BIT STRING mean, bit 0 first."""
    secret: bool = False
    inside: "Callable[[bytes, Span, int], list[Field]] | None" = None
    """Reads an OCTET STRING's content: (message, span, level) -> fields."""


ANY = Shape("")


def read(message: bytes, at: int, end: int) -> Node | None:
    """The node that begins at `at`; None where not even a tag and a length are there."""
    if at + 2 > end:
        return None
    tag = message[at]
    number, position = tag & 0x1F, at + 1
    if number == 0x1F:
        number = 0
        # Four more octets hold any tag that exists; more would only cost time.
        for position in range(at + 1, min(at + 5, end)):
            number = number << 7 | message[position] & 0x7F
            if not message[position] & 0x80:
                break
        position += 1
    if position >= end:
        return None
    first = message[position]
    position += 1
    if first < 0x80:
        length = first
    elif first == 0x80 or first > 0x84:
        # 80 is BER's indefinite form, which DER forbids (X.690 section 10.1).
        return Node(tag, number, at, position, end, True)
    else:
        octets = message[position : min(position + first - 0x80, end)]
        position += len(octets)
        length = int.from_bytes(octets, "big")
        if len(octets) < first - 0x80:
            return Node(tag, number, at, position, end, True)
    return Node(tag, number, at, position, min(position + length, end), position + length > end)


def children(message: bytes, node: Node) -> Iterator[Node]:
    """The nodes inside a constructed one, until something else than a node stands there."""
    at = node.content
    while at < node.end:
        child = read(message, at, node.end)
        if child is None:
            return
        yield child
        at = child.end


def oid(content: bytes) -> str:
    """The dotted form of an OBJECT IDENTIFIER's content; hex where it is none."""
    if not content or content[-1] & 0x80 or len(content) > 40:
        return content.hex()
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - 40 * first, *arcs[1:]))


def value(message: bytes, node: Node, shape: Shape = ANY) -> str:
    """A primitive node's content in words: a number, a dotted OID, a text, else lower-case hex."""
    content = message[node.content : node.end]
    universal = not node.tag & 0xC0
    if universal and node.number in (2, 10) and 0 < len(content) <= 16:
        return str(int.from_bytes(content, "big", signed=True))
    if universal and node.number == 6:
        return oid(content)
    if universal and node.number in _TEXTS:
        return content.decode("utf-8", "backslashreplace")
    if universal and node.number == 3 and content:
        # The first octet counts the unused bits of the last one (X.690 section 8.6.2).
        return content[1:].hex()
    if universal and node.number == 1 and len(content) == 1:
        return "true" if content[0] else "false"
    return content.hex()


def walk(message: bytes, node: Node, shape: Shape = ANY, level: int = 1, room: int = MOST) -> list[Field]:
    """The fields of a node and of what lies inside, the outer one first."""
    found: list[Field] = []
    _walk(message, node, shape, level, found, room, 0)
    return found


def _walk(
    message: bytes, node: Node, shape: Shape, level: int, found: list[Field], room: int, depth: int, tags: str = ""
) -> None:
    if len(found) >= room or depth >= DEEPEST:
        return
    kind = f"{tags} {node.kind}".strip()
    inner = next(children(message, node), None) if node.constructed else None
    explicit = bool(node.tag & 0xC0) and inner is not None and inner.end == node.end
    if explicit and inner is not None and not inner.tag & 0xC0:
        # An explicit tag and what it wraps are one thing to a reader: `[0] INTEGER`.
        whole = inner._replace(start=node.start)
        _walk(message, whole, shape, level, found, room, depth + 1, kind)
        return
    span = Span(node.start, node.end)
    if not node.constructed:
        found.append(_leaf(message, node, shape, span, level, kind))
        if shape.inside is not None and node.end > node.content:
            inside = shape.inside(message, Span(node.content, node.end), level + 1)
            if any(field.secret for field in inside):
                found[-1] = found[-1]._replace(secret=True)
            found.extend(inside[: room - len(found)])
        return
    meaning = shape.meaning or f"{kind}: holds other parts."
    if node.cut:
        meaning += " Its length says more than there is: cut."
    found.append(Field(shape.name or node.kind, span, "", f"{meaning}{_tag(shape, kind)}", shape.source, level=level))
    place = len(found) - 1
    for child in children(message, node):
        if len(found) >= room:
            break
        part = ANY
        if shape.each is not None:
            part = shape.each
        elif shape.parts is not None:
            part = shape.parts.get(child.number, ANY) if child.tag & 0xC0 else shape._replace(name="")
        _walk(message, child, part, level + 1, found, room, depth + 1)
    texts = [field.value for field in found[place + 1 :] if field.level == level + 1]
    if shape.each is not None and texts:
        found[place] = found[place]._replace(value="/".join(texts) if shape.name == "name-string" else ", ".join(texts))


def _tag(shape: Shape, kind: str) -> str:
    return f" ({kind})" if shape.meaning else ""


def _leaf(message: bytes, node: Node, shape: Shape, span: Span, level: int, kind: str) -> Field:
    shown = value(message, node, shape)
    meaning = shape.meaning or f"{kind}."
    note = _note(message, node, shape, shown)
    if note:
        meaning = f"{meaning.rstrip('.')}: {note}."
    if node.cut:
        meaning += " Its length says more than there is: cut."
    name = shape.name or node.kind
    return Field(name, span, shown, f"{meaning}{_tag(shape, kind)}", shape.source, secret=shape.secret, level=level)


def _note(message: bytes, node: Node, shape: Shape, shown: str) -> str:
    if shown in OIDS and node.number == 6:
        return OIDS[shown]
    if shape.labels is not None and shown.lstrip("-").isdigit():
        return shape.labels.get(int(shown), "")
    if shape.bits and node.end - node.content > 1:
        octets = message[node.content + 1 : node.end]
        known = ((number, name) for number, name in enumerate(shape.bits) if number < 8 * len(octets))
        set_bits = [name for number, name in known if octets[number // 8] & 0x80 >> number % 8]
        return ", ".join(set_bits) or "none set"
    return ""
