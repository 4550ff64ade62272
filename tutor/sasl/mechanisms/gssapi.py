"""GSSAPI, GS2-KRB5 and GSS-SPNEGO, read and not played (RFC 4752, RFC 5801, MS-SPNG; tokens: RFC 2743, 4121, 4178)."""

from tutor.sasl import der, kerberos
from tutor.sasl.mechanism import Certainty, Mechanism, Recognition, Side
from tutor.sasl.mechanisms import ntlm
from tutor.sasl.patterns import Pattern
from tutor.spans import GAP, Field, Span, tile

SOURCE = "RFC 2743 section 3.1"
KRB5 = "RFC 4121 section 4"
LAYERS = "RFC 4752 section 3.1"
_HEADER = Pattern(rb"(F,)?(n|y|p=[A-Za-z0-9.-]+),(?:a=([^,]*))?,")
_KERBEROS = ("1.2.840.113554.1.2.2", "1.2.840.48018.1.2.2", "1.3.6.1.5.2", "1.2.840.113554.1.2.2.3")
_SPNEGO = "1.3.6.1.5.5.2"
_TOKEN_IDS = {
    b"\x01\x00": "KRB_AP_REQ: the client's ticket.",
    b"\x02\x00": "KRB_AP_REP: the server's proof.",
    b"\x03\x00": "KRB_ERROR: no.",
    b"\x01\x01": "A MIC of the old form (RFC 1964).",
    b"\x02\x01": "A wrap token of the old form (RFC 1964).",
    b"\x04\x04": "A MIC.",
    b"\x05\x04": "A wrap token: from here on the session key protects what is said.",
}
_DEEPEST = 5
"""How many tokens may lie inside one another."""


def token_fields(message: bytes, start: int, level: int, depth: int = 0) -> list[Field]:
    """A GSS token from `start` to the end: its framing, the mechanism's OID, and the token itself."""
    end = len(message)
    if start >= end or depth > _DEEPEST:
        return []
    if message.startswith(ntlm.SIGNATURE, start):
        return _whole_token(message, start, level, _ntlm(message, Span(start, end), level + 1))
    node = der.read(message, start, end)
    if message[start] != 0x60 or node is None:
        return _inner(message, start, end, level, depth, framed=False)
    cut = " The length says more than there is: cut." if node.cut else ""
    frame = Field(
        "header",
        Span(start, node.content),
        message[start : node.content].hex(),
        f"A GSS token: tag 60, and its length.{cut}",
        SOURCE,
        level=level,
    )
    mech = der.read(message, node.content, node.end)
    if mech is None or mech.tag != 0x06:
        return [frame, *_inner(message, node.content, end, level, depth, framed=True)]
    name = der.value(message, mech)
    meaning = f"The mechanism: {der.OIDS.get(name, 'not one that we know')}."
    oid = Field("oid", Span(mech.start, mech.end), name, meaning, SOURCE, level=level)
    return [frame, oid, *_inner(message, mech.end, end, level, depth, framed=True)]


def _inner(message: bytes, start: int, end: int, level: int, depth: int, *, framed: bool) -> list[Field]:
    """The token behind its framing, whatever it is."""
    if start >= end:
        return []
    identifier = message[start : start + 2]
    if identifier == b"\x05\x04" and end - start >= 16:
        return wrap_fields(message, start, level)
    if framed and identifier == b"\x02\x01" and end - start >= 24:
        return _old_wrap(message, start, level)
    inside: list[Field] = []
    if identifier in _TOKEN_IDS:
        place = Span(start, start + 2)
        inside.append(Field("TOK_ID", place, identifier.hex(), _TOKEN_IDS[identifier], KRB5, level=level + 1))
        inside += _structure(message, start + 2, end, level + 1, depth)
    else:
        inside += _structure(message, start, end, level + 1, depth)
    return _whole_token(message, start, level, inside)


def _whole_token(message: bytes, start: int, level: int, inside: list[Field]) -> list[Field]:
    # What has a secret inside must not show it in its own value.
    secret = message.startswith(b"\x01\x00", start) or any(field.secret for field in inside)
    meaning = "The mechanism's own token."
    span = Span(start, len(message))
    return [Field("token", span, message[start:].hex(), meaning, SOURCE, secret=secret, level=level), *inside]


def _structure(message: bytes, start: int, end: int, level: int, depth: int) -> list[Field]:
    """DER, by the shape that its first tag tells."""
    found: list[Field] = []
    node = der.read(message, start, end)
    while node is not None and len(found) < der.MOST:
        family = node.tag & 0xE0
        shape = der.ANY
        if family == 0x60:
            shape = kerberos.MESSAGES.get(node.number, der.ANY)
        elif family == 0xA0:
            shape = _nested(kerberos.NEGOTIATION.get(node.number, der.ANY), depth)
        found += der.walk(message, node, shape, level, der.MOST - len(found))
        node = der.read(message, node.end, end) if node.end > node.start else None
    return found


def _nested(shape: der.Shape, depth: int) -> der.Shape:
    """SPNEGO's shape, whose tokens are read as tokens."""

    def inside(message: bytes, span: Span, level: int) -> list[Field]:
        body = message[span.start : span.end]
        return _moved(token_fields(body, 0, 0, depth + 1), span.start, level)

    if shape.parts is None:
        return shape
    reads = {
        number: part._replace(inside=inside) if part.name in ("mechToken", "responseToken") else part
        for number, part in shape.parts.items()
    }
    return shape._replace(parts=reads)


def _ntlm(message: bytes, span: Span, level: int) -> list[Field]:
    body = message[span.start : span.end]
    side = Side.SERVER if ntlm.message_type(body) == 2 else Side.CLIENT
    inside = [field for field in tile(len(body), ntlm.fields(side, 1, body)) if field.name != GAP]
    return _moved(inside, span.start, level)


def _moved(fields: list[Field], offset: int, level: int) -> list[Field]:
    return [
        field._replace(
            span=Span(field.span.start + offset, field.span.end + offset),
            level=field.level + level,
        )
        for field in fields
    ]


def wrap_fields(message: bytes, start: int, level: int) -> list[Field]:
    """A wrap token (RFC 4121 section 4.2.6.2): its header, and what is inside, turned back by RRC."""
    source = f"{KRB5}.2.6.2"
    flags = message[start + 2]
    extra, turned = _big(message, start + 4, 2), _big(message, start + 6, 2)
    named = [name for bit, name in ((1, "from the acceptor"), (2, "sealed"), (4, "acceptor's subkey")) if flags & bit]
    parts = (
        ("TOK_ID", 2, "0504", _TOKEN_IDS[b"\x05\x04"]),
        ("Flags", 1, f"0x{flags:02x}", f"Who sent it and how: {', '.join(named) or 'from the initiator'}."),
        ("Filler", 1, message[start + 3 : start + 4].hex(), "Always ff."),
        ("EC", 2, str(extra), "Extra count: the length of the checksum, or of padding where it is sealed."),
        ("RRC", 2, str(turned), "Right rotation count: by how much the rest is turned."),
        ("SND_SEQ", 8, str(_big(message, start + 8, 8)), "Sequence number."),
    )
    found: list[Field] = []
    at = start
    for name, size, value, meaning in parts:
        found.append(Field(name, Span(at, at + size), value, meaning, source, level=level))
        at += size
    if flags & 2:
        why = "Encrypted; the offer cannot be read without the session key."
        return [*found, Field("data", Span(at, len(message)), message[at:].hex(), why, source, level=level)]
    return [*found, *_unsealed(message, at, extra, turned, level)]


def _unsealed(message: bytes, at: int, extra: int, turned: int, level: int) -> list[Field]:
    """Clear data and checksum. They were rotated right, so the data may begin in the middle."""
    source = f"{KRB5}.2.5"
    length = len(message) - at
    if length == 0:
        return []
    size = max(length - extra, 0)
    begin = turned % length
    if size == 0 or begin + size > length:
        # Cut off, or turned so that the data is torn apart: too rare to be drawn in two pieces.
        why = "Data and checksum, turned by RRC."
        return [Field("data", Span(at, len(message)), message[at:].hex(), why, source, level=level)]
    data = Span(at + begin, at + begin + size)
    found = [_checksum(message, Span(at, data.start), level)] if begin else []
    found += offer_fields(message, data, level)
    return [*found, _checksum(message, Span(data.end, len(message)), level)] if data.end < len(message) else found


def _checksum(message: bytes, span: Span, level: int) -> Field:
    shown = message[span.start : span.end].hex()
    why = "The checksum, made with the session key."
    return Field("checksum", span, shown, why, f"{KRB5}.2.4", level=level)


def offer_fields(message: bytes, span: Span, level: int) -> list[Field]:
    """Four octets: which security layers, and how large a piece may be; from the client also an authzid."""
    if span.end - span.start < 4:
        shown = message[span.start : span.end].hex()
        return [Field("data", span, shown, "Fewer than the four octets of an offer: cut.", LAYERS, level=level)]
    octet = message[span.start]
    named = [name for bit, name in ((1, "none"), (2, "integrity"), (4, "confidentiality")) if octet & bit]
    meaning = f"Security layers, offered or chosen: {', '.join(named) or 'not one'}. Mail uses none: TLS does it."
    most = _big(message, span.start + 1, 3)
    found = [
        Field("layers", Span(span.start, span.start + 1), f"0x{octet:02x}", meaning, LAYERS, level=level),
        Field(
            "max_size",
            Span(span.start + 1, span.start + 4),
            str(most),
            "The largest piece that the sender takes, in octets; 0 without a layer.",
            LAYERS,
            level=level,
        ),
    ]
    if span.end > span.start + 4:
        shown = message[span.start + 4 : span.end].decode("utf-8", "backslashreplace")
        why = "Whom to act as; only the client says this."
        found.append(Field("authzid", Span(span.start + 4, span.end), shown, why, LAYERS, level=level))
    return found


def _old_wrap(message: bytes, start: int, level: int) -> list[Field]:
    """A wrap token of RFC 1964 section 1.2.2: header, then a confounder of 8 and the data, padded."""
    source = "RFC 1964 section 1.2.2"
    sealed = message[start + 4 : start + 6] != b"\xff\xff"
    parts = (
        ("TOK_ID", 2, _TOKEN_IDS[b"\x02\x01"]),
        ("SGN_ALG", 2, "How the checksum is made."),
        ("SEAL_ALG", 2, "How it is encrypted." if sealed else "ffff: not encrypted."),
        ("Filler", 2, "Always ffff."),
        ("SND_SEQ", 8, "Sequence number, encrypted."),
        ("SGN_CKSUM", 8, "The checksum."),
    )
    found: list[Field] = []
    at = start
    for name, size, meaning in parts:
        shown = message[at : at + size].hex()
        found.append(Field(name, Span(at, at + size), shown, meaning, source, level=level))
        at += size
    if sealed or len(message) - at < 13:
        shown = message[at:].hex()
        return [*found, Field("data", Span(at, len(message)), shown, "Confounder and data.", source, level=level)]
    shown = message[at : at + 8].hex()
    found.append(Field("confounder", Span(at, at + 8), shown, "Random bytes in front.", source, level=level))
    pad = message[-1]
    end = len(message) - pad if 1 <= pad <= 8 and len(message) - at - 8 - pad >= 4 else len(message)
    found += offer_fields(message, Span(at + 8, end), level)
    if end < len(message):
        shown = message[end:].hex()
        found.append(
            Field("padding", Span(end, len(message)), shown, "Filled up to a whole block.", source, level=level)
        )
    return found


def _big(message: bytes, at: int, size: int) -> int:
    return int.from_bytes(message[at : at + size], "big")


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """Tokens of GSSAPI and GSS-SPNEGO, and texts that are none."""
    if _is_token(message):
        return token_fields(message, 0, 0)
    if not message:
        return []
    why = "No token: GSS tokens begin with 60, a1, 05 04 or NTLMSSP."
    shown = message.decode("utf-8", "backslashreplace")
    return [Field("text", Span(0, len(message)), shown, why, SOURCE, secret=side is Side.CLIENT)]


def gs2_fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """As `fields`; but the client's first message is a GS2 header and a token without its framing and OID."""
    header = _HEADER.match(message) if side is Side.CLIENT else None
    if header is None:
        return fields(side, turn, message)
    end = header.end()
    name = (header.group(3) or b"").replace(b"=2C", b",").replace(b"=3D", b"=")
    at = header.span(3) if header.group(3) is not None else (end - 1, end - 1)
    why = "Whom to act as." if name else "Whom to act as: empty, so the ticket's own user."
    shown = message[:end].decode("utf-8", "backslashreplace")
    binding = {b"n": "no channel binding", b"y": "no channel binding, though the client could"}
    meaning = f"{binding.get(header.group(2), 'bound to the TLS channel')}. The token's framing and OID are left out."
    return [
        Field("gs2-header", Span(0, end), shown, meaning[0].upper() + meaning[1:], "RFC 5801 section 4"),
        Field("authzid", Span(*at), name.decode("utf-8", "backslashreplace"), why, "RFC 5801 section 4", level=1),
        *token_fields(message, end, 0),
    ]


def _is_token(message: bytes) -> bool:
    return message[:1] in (b"\x60", b"\xa0", b"\xa1") or message[:2] in _TOKEN_IDS or message.startswith(b"NTLMSSP")


def mechanism_oid(message: bytes) -> str | None:
    """The OID in a framed token, dotted; None where there is none."""
    node = der.read(message, 0, len(message))
    if node is None or node.tag != 0x60:
        return None
    mech = der.read(message, node.content, node.end)
    return der.value(message, mech) if mech is not None and mech.tag == 0x06 else None


def _is_offer(message: bytes) -> bool:
    """Whether it is a wrap token, of the new form or of the old one."""
    if message.startswith(b"\x05\x04"):
        return True
    node = der.read(message, 0, len(message))
    if node is None or node.tag != 0x60:
        return False
    mech = der.read(message, node.content, node.end)
    return mech is not None and mech.tag == 0x06 and message[mech.end : mech.end + 2] == b"\x02\x01"


def stage(side: Side, turn: int, message: bytes) -> str:
    """Tokens go to and fro; the wrap token at the end is the offer of security layers, and its answer."""
    if side is Side.CLIENT:
        return "initial response" if turn == 0 else "response"
    if not message:
        return "empty"
    if _is_offer(message):
        return "security-layer"
    return "challenge" if _is_token(message) or turn > 0 else "text"


def gs2_stage(side: Side, turn: int, message: bytes) -> str:
    """As `stage`, but GS2 has no offer of layers."""
    found = stage(side, turn, message)
    return "challenge" if found == "security-layer" else found


def _named(name: str, side: Side, message: bytes, clear: bool) -> Recognition | None:
    if clear:
        if side is Side.SERVER and message.strip().upper() == f"{name} SUPPORTED".encode():
            return Recognition("text", Certainty.LIKELY, f"The text names {name}.")
        return None
    if side is Side.SERVER and not message:
        return Recognition("empty", Certainty.POSSIBLE, f"The empty challenge: {name}'s first token may go here.")
    return None


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """A framed Kerberos token, or a wrap token."""
    if clear or not message:
        return _named("GSSAPI", side, message, clear)
    where = stage(side, 0 if side is Side.CLIENT else 1, message)
    if message.startswith(b"\x05\x04"):
        sure = Certainty.CERTAIN if message[3:4] == b"\xff" else Certainty.LIKELY
        return Recognition("security-layer" if side is Side.SERVER else "response", sure, "A wrap token, 05 04.")
    oid = mechanism_oid(message)
    if oid is None or oid == _SPNEGO:
        return None
    if oid in _KERBEROS:
        return Recognition(where, Certainty.CERTAIN, "A GSS token whose OID is Kerberos 5.")
    return Recognition(where, Certainty.LIKELY, f"A GSS token whose OID is {der.OIDS.get(oid, oid)}.")


def gs2_recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """A GS2 header with a Kerberos token behind it; from the server, an AP-REP, which GSSAPI has as well."""
    if clear or not message:
        return _named("GS2-KRB5", side, message, clear)
    if side is Side.SERVER:
        if mechanism_oid(message) in _KERBEROS and not _is_offer(message):
            return Recognition("challenge", Certainty.POSSIBLE, "A Kerberos token, as in GSSAPI.")
        return None
    header = _HEADER.match(message)
    if header is None:
        return None
    if message.startswith((b"\x01\x00\x6e", b"\x60"), header.end()):
        return Recognition("initial response", Certainty.CERTAIN, "A GS2 header with a Kerberos token behind it.")
    return None


def spnego_recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """SPNEGO's OID, or a negTokenResp; NTLM or Kerberos without it are possible there too."""
    if clear or not message:
        return _named("GSS-SPNEGO", side, message, clear)
    where = stage(side, 0 if side is Side.CLIENT else 1, message)
    oid = mechanism_oid(message)
    if oid == _SPNEGO:
        return Recognition(where, Certainty.CERTAIN, "A GSS token whose OID is SPNEGO.")
    if message[:1] == b"\xa1":
        node = der.read(message, 0, len(message))
        if node is not None and not node.cut and message[node.content : node.content + 1] == b"\x30":
            where = "response" if side is Side.CLIENT else "challenge"
            return Recognition(where, Certainty.CERTAIN, "SPNEGO's negTokenResp: [1] with a SEQUENCE inside.")
    if oid in _KERBEROS or message.startswith((ntlm.SIGNATURE, b"\x05\x04")):
        return Recognition(where, Certainty.POSSIBLE, "GSS-SPNEGO may carry this token without its own frame.")
    return None


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.CLIENT:
        return "A 334 with the server's token or its offer of security layers; 235 or 535 at the end."
    if stage(side, turn, message) == "security-layer":
        return "A wrap token with the chosen layer, a size, and perhaps an authzid. Only a program with a ticket can."
    return "The Base64 of the next token. Only a program with a Kerberos ticket can make one: kinit, klist."


def gs2_expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.CLIENT:
        return "A 334 with the server's token; 235 or 535 at the end."
    if turn == 0 and not message:
        return "The Base64 of a GS2 header and the first token without its framing."
    return "The Base64 of the next token, or an empty line where there is none left."


GSSAPI = Mechanism(
    name="GSSAPI",
    source="RFC 4752",
    first=Side.CLIENT,
    initial_response=True,
    plaintext=False,
    serve=None,
    answer=None,
    fields=fields,
    stage=stage,
    recognises=recognises,
    expects=expects,
)
GS2_KRB5 = GSSAPI._replace(
    name="GS2-KRB5",
    source="RFC 5801",
    fields=gs2_fields,
    stage=gs2_stage,
    recognises=gs2_recognises,
    expects=gs2_expects,
)
GSS_SPNEGO = GSSAPI._replace(name="GSS-SPNEGO", source="MS-SPNG; RFC 4178", recognises=spnego_recognises)

MECHANISMS = (GSSAPI, GS2_KRB5, GSS_SPNEGO)
