"""NTLM, read and not played: messages of type 1, 2 and 3 (MS-NLMP section 2.2).

Every name is found through a length and an offset that the sender wrote. Either may be
nonsense; then the name is shown as empty, and its meaning says where it should have been.
"""

from collections.abc import Iterator

from tutor.records import Record
from tutor.sasl.mechanism import Certainty, Mechanism, Recognition, Side
from tutor.spans import GAP, Field, Span, tile

SOURCE = "MS-NLMP section 2.2.1"
AV_SOURCE = "MS-NLMP section 2.2.2.1"
SIGNATURE = b"NTLMSSP\0"
# `334 NTLM` is text, and by accident valid Base64; these are the bytes that come out.
_TEXT_AS_BASE64 = b"\x35\x32\xcc"

UNICODE, VERSION, TARGET_INFO = 0x00000001, 0x02000000, 0x00800000
FLAGS = {
    0x00000001: ("UNICODE", "Names are UTF-16."),
    0x00000002: ("OEM", "Names are in the machine's own code page."),
    0x00000004: ("REQUEST_TARGET", "The client wants to know the server's domain."),
    0x00000008: ("R10", "Reserved."),
    0x00000010: ("SIGN", "Later messages are signed."),
    0x00000020: ("SEAL", "Later messages are encrypted."),
    0x00000040: ("DATAGRAM", "No connection."),
    0x00000080: ("LM_KEY", "The old LAN Manager session key."),
    0x00000100: ("R9", "Reserved."),
    0x00000200: ("NTLM", "NTLM version 1 session security; always set."),
    0x00000400: ("R8", "Reserved."),
    0x00000800: ("ANONYMOUS", "Nobody logs in."),
    0x00001000: ("OEM_DOMAIN_SUPPLIED", "The client says its domain."),
    0x00002000: ("OEM_WORKSTATION_SUPPLIED", "The client says its machine's name."),
    0x00004000: ("R7", "Reserved."),
    0x00008000: ("ALWAYS_SIGN", "A signature stands behind every message, if only a dummy."),
    0x00010000: ("TARGET_TYPE_DOMAIN", "The target name is a domain."),
    0x00020000: ("TARGET_TYPE_SERVER", "The target name is a machine."),
    0x00040000: ("R6", "Reserved."),
    0x00080000: ("EXTENDED_SESSIONSECURITY", "NTLM version 2 session security."),
    0x00100000: ("IDENTIFY", "The server may only ask who the client is."),
    0x00200000: ("R5", "Reserved."),
    0x00400000: ("REQUEST_NON_NT_SESSION_KEY", "The LAN Manager session key is wanted."),
    0x00800000: ("TARGET_INFO", "A list of names and a time comes with the challenge."),
    0x01000000: ("R4", "Reserved."),
    0x02000000: ("VERSION", "The version field means something."),
    0x04000000: ("R3", "Reserved."),
    0x08000000: ("R2", "Reserved."),
    0x10000000: ("R1", "Reserved."),
    0x20000000: ("128", "128-bit keys."),
    0x40000000: ("KEY_EXCH", "A session key is exchanged."),
    0x80000000: ("56", "56-bit keys."),
}
AV_PAIRS = {
    0: ("av_eol", "The end of the list."),
    1: ("nb_computer", "The server's NetBIOS name."),
    2: ("nb_domain", "The NetBIOS name of its domain."),
    3: ("dns_computer", "The server's DNS name."),
    4: ("dns_domain", "The DNS name of its domain."),
    5: ("dns_forest", "The DNS name of its forest."),
    6: ("av_flags", "Flags of the authentication."),
    7: ("timestamp", "The server's clock, in 100 nanoseconds since 1601"),
    8: ("single_host", "Which machine and login it comes from."),
    9: ("target_spn", "The service that the client wants to reach."),
    10: ("channel_bindings", "MD5 over the TLS channel binding; zeros: none."),
}
_AV_FLAGS = {1: "account constrained", 2: "a MIC is in the message", 4: "the service name is not verified"}
_WINDOWS = {
    (5, 1): "Windows XP", (5, 2): "Windows Server 2003", (6, 0): "Windows Vista or Server 2008",
    (6, 1): "Windows 7 or Server 2008 R2", (6, 2): "Windows 8 or Server 2012",
    (6, 3): "Windows 8.1 or Server 2012 R2", (10, 0): "Windows 10, 11, or Server 2016 and later",
}  # fmt: skip
_KINDS = {
    1: "NEGOTIATE_MESSAGE: the client says what it can do.",
    2: "CHALLENGE_MESSAGE: the server's challenge.",
    3: "AUTHENTICATE_MESSAGE: the client's name and its answers to the challenge.",
}


class Part(Record):
    """A fixed part of a message, or the descriptor (length, space, offset) of a part elsewhere."""

    name: str
    at: int
    size: int
    kind: str
    """`flags`, `version`, `bytes`, or what the descriptor points at: `name`, `oem`, `info`, `data`, `answer`."""
    meaning: str
    secret: bool = False


_NEGOTIATE = (
    Part("flags", 12, 4, "flags", "What the client can do"),
    Part("domain_name", 16, 8, "oem", "The client's domain."),
    Part("workstation", 24, 8, "oem", "The client's machine."),
    Part("version", 32, 8, "version", "The client's version"),
)
_CHALLENGE = (
    Part("target_name", 12, 8, "name", "The server's domain, or its own name."),
    Part("flags", 20, 4, "flags", "What the server chose"),
    Part("server_challenge", 24, 8, "bytes", "Eight random bytes, which the client's answers are made over."),
    Part("reserved", 32, 8, "bytes", "Reserved; once a handle of the server's own."),
    Part("target_info", 40, 8, "info", "Names and time of the server."),
    Part("version", 48, 8, "version", "The server's version"),
)
_AUTHENTICATE = (
    Part("lm_response", 12, 8, "data", "The old LAN Manager answer to the challenge.", secret=True),
    Part("nt_response", 20, 8, "answer", "The NTLM answer to the challenge.", secret=True),
    Part("domain_name", 28, 8, "name", "The user's domain."),
    Part("user_name", 36, 8, "name", "The user name."),
    Part("workstation", 44, 8, "name", "The client's machine."),
    Part("session_key", 52, 8, "data", "A session key, encrypted.", secret=True),
    Part("flags", 60, 4, "flags", "What was agreed on"),
    Part("version", 64, 8, "version", "The client's version"),
    Part("mic", 72, 16, "bytes", "HMAC-MD5 over all three messages, so that none was changed."),
)
_LAYOUTS = {1: _NEGOTIATE, 2: _CHALLENGE, 3: _AUTHENTICATE}
# What even the oldest clients and servers send; all behind it came later and may be absent.
_OLDEST = {1: 16, 2: 32, 3: 52}


def message_type(message: bytes) -> int | None:
    """1, 2 or 3 where the signature and the type are there."""
    if not message.startswith(SIGNATURE) or len(message) < 12:
        return None
    number = int.from_bytes(message[8:12], "little")
    return number if number in _KINDS else None


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """Every part by its name in MS-NLMP; a list of AV pairs and an NTLMv2 answer are read further inside."""
    if not message.startswith(SIGNATURE):
        if not message:
            return []
        why = "No NTLM message: it does not begin with NTLMSSP."
        masked = side is Side.CLIENT
        return [Field("text", Span(0, len(message)), _ascii(message), why, SOURCE, secret=masked)]
    found = [Field("signature", Span(0, 8), "NTLMSSP", "All NTLM messages begin with this and a NUL.", SOURCE)]
    number = int.from_bytes(message[8:12], "little")
    layout = _LAYOUTS.get(number) if len(message) >= 12 else None
    meaning = _KINDS.get(number, "There is no such type of message.") if len(message) >= 12 else "Cut off here."
    if layout is not None and len(message) < _OLDEST[number]:
        meaning += f" Truncated: {len(message)} bytes, where {_OLDEST[number]} at least are needed."
    found.append(Field("message_type", Span(8, min(12, len(message))), str(number), meaning, SOURCE))
    if layout is not None:
        found += _parts(message, number, layout)
    if number == 3 or (layout is None and side is Side.CLIENT):
        return _masked(message, found)
    return found


def _masked(message: bytes, found: list[Field]) -> list[Field]:
    """Nothing points at the gaps, but they may be the answers to the challenge: secret."""
    why = "Nothing in the header points here. Masked, because it may be an answer to the challenge."
    return [
        field._replace(
            name="payload",
            value=message[field.span.start : field.span.end].hex(),
            meaning=why,
            source=SOURCE,
            secret=True,
        )
        if field.name == GAP
        else field
        for field in tile(len(message), found)
    ]


def _parts(message: bytes, number: int, layout: tuple[Part, ...]) -> Iterator[Field]:
    flags = next(_number(message, part.at, 4) for part in layout if part.kind == "flags")
    payload = len(message)
    for part in layout:
        end = part.at + part.size
        if part.at >= len(message) or (part.at >= payload and part.at >= _OLDEST[number]):
            # The payload begins here: what would stand here came with a later version of NTLM.
            return
        cut = end > len(message)
        span = Span(part.at, min(end, len(message)))
        if cut:
            name = part.name if part.kind in ("flags", "version", "bytes") else f"{part.name}_fields"
            yield Field(name, span, message[span.start :].hex(), f"{part.meaning} Truncated.", SOURCE)
        elif part.kind == "flags":
            yield from _flag_fields(flags, span, part)
        elif part.kind == "version":
            yield _version(message, span, part, flags)
        elif part.kind == "bytes":
            yield Field(part.name, span, message[span.start : span.end].hex(), part.meaning, SOURCE)
        else:
            place = _place(message, part)
            if _fits(message, place, number):
                payload = min(payload, place.start)
            yield from _described(message, part, span, flags, number)


def _place(message: bytes, part: Part) -> Span:
    length, offset = _number(message, part.at, 2), _number(message, part.at + 4, 4)
    return Span(offset, offset + length)


def _fits(message: bytes, place: Span, number: int) -> bool:
    """Whether something of it lies in the message, behind the oldest header."""
    return place.end > place.start and _OLDEST[number] <= place.start < len(message)


def _described(message: bytes, part: Part, span: Span, flags: int, number: int) -> Iterator[Field]:
    """A descriptor, and what it points at."""
    place = _place(message, part)
    length, offset = place.end - place.start, place.start
    where = f"{length} bytes at {offset}"
    over = place.end > len(message)
    if length == 0:
        where = "0 bytes: none" if offset <= len(message) else f"0 bytes, and the offset {offset} is nonsense"
    elif not _fits(message, place, number):
        where += f", which lies outside the payload of {len(message)} bytes"
    elif over:
        where += f", of which only {len(message) - offset} are there"
    if part.kind == "info" and length and not flags & TARGET_INFO:
        where += "; the TARGET_INFO flag is not set, so a client ignores it"
    name = f"{part.name}_fields"
    yield Field(name, span, message[span.start : span.end].hex(), f"Where {part.name} stands: {where}.", SOURCE)
    if not _fits(message, place, number):
        yield Field(part.name, Span(span.end, span.end), "", f"{part.meaning} Empty.", SOURCE, part.secret, level=1)
        return
    body = message[place.start : place.end]
    whole = Span(place.start, min(place.end, len(message)))
    meaning = f"{part.meaning} Truncated." if over else part.meaning
    if part.kind == "info":
        yield Field(part.name, whole, body.hex(), meaning, AV_SOURCE)
        yield from _av_pairs(message, whole, 1)
        return
    shown = body.hex()
    if part.kind in ("name", "oem"):
        shown = _utf16(body) if part.kind == "name" and flags & UNICODE else _ascii(body)
    yield Field(part.name, whole, shown, meaning, SOURCE, secret=part.secret)
    if part.kind == "answer":
        yield from _nt_response(message, whole)


def _flag_fields(flags: int, span: Span, part: Part) -> Iterator[Field]:
    names = [name for bit, (name, _) in FLAGS.items() if flags & bit]
    meaning = f"{part.meaning}: {', '.join(names) or 'nothing'}."
    yield Field("flags", span, f"0x{flags:08x}", meaning, "MS-NLMP section 2.2.2.5")
    for bit, (name, what) in FLAGS.items():
        if flags & bit:
            # Little-endian: bit 0 stands in the first byte.
            at = span.start + (bit.bit_length() - 1) // 8
            yield Field("flag", Span(at, at + 1), name, what, "MS-NLMP section 2.2.2.5", level=1)


def _version(message: bytes, span: Span, part: Part, flags: int) -> Field:
    octets = message[span.start : span.end]
    source = "MS-NLMP section 2.2.2.10"
    if not flags & VERSION:
        return Field("reserved", span, octets.hex(), "Place for a version; the VERSION flag is not set.", source)
    major, minor, build = octets[0], octets[1], int.from_bytes(octets[2:4], "little")
    system = _WINDOWS.get((major, minor), "No Windows that we know")
    meaning = f"{part.meaning}: {system}, build {build}; NTLM revision {octets[7]}."
    return Field("version", span, f"{major}.{minor}.{build}", meaning, source)


def _av_pairs(message: bytes, place: Span, level: int) -> Iterator[Field]:
    """The list of identifier, length, value, up to its end mark; a pair that runs over the end is cut."""
    at = place.start
    for _ in range(64):
        if at + 4 > place.end:
            return
        identifier, length = _number(message, at, 2), _number(message, at + 2, 2)
        end = min(at + 4 + length, place.end)
        body = message[at + 4 : end]
        name, meaning = AV_PAIRS.get(identifier, ("av_pair", f"An AV pair of the unknown kind {identifier}."))
        shown = _utf16(body)
        if identifier == 7 and len(body) == 8:
            ticks = int.from_bytes(body, "little")
            shown, meaning = str(ticks), f"{meaning}{filetime(ticks)}."
        elif identifier == 6:
            bits = int.from_bytes(body[:4], "little")
            shown = f"0x{bits:08x}"
            meaning += f" {', '.join(what for bit, what in _AV_FLAGS.items() if bits & bit) or 'None set'}."
        elif identifier in (7, 8, 10) or identifier not in AV_PAIRS:
            shown = body.hex()
        if len(body) < length:
            meaning += " Truncated."
        yield Field(name, Span(at, end), shown, meaning, AV_SOURCE, level=level)
        at = end
        if identifier == 0:
            return


def _nt_response(message: bytes, place: Span) -> Iterator[Field]:
    """24 bytes are NTLMv1's answer; more are NTLMv2's proof and what it was made over."""
    source = "MS-NLMP section 2.2.2.8"
    start, length = place.start, place.end - place.start
    if length == 24:
        v1 = "The answer of NTLM version 1, DES over the challenge: easily broken."
        yield Field("nt_proof", place, message[start : place.end].hex(), v1, source, secret=True, level=1)
    if length < 44:
        return
    proof = Span(start, start + 16)
    v2 = "The answer of NTLM version 2: HMAC-MD5 over the challenge and what follows."
    yield Field("nt_proof", proof, message[start : start + 16].hex(), v2, source, secret=True, level=1)
    clock = Span(start + 24, start + 32)
    ticks = int.from_bytes(message[clock.start : clock.end], "little")
    meaning = f"The client's clock, in 100 nanoseconds since 1601{filetime(ticks)}."
    yield Field("timestamp", clock, str(ticks), meaning, source, level=1)
    nonce = Span(start + 32, start + 40)
    yield Field(
        "client_challenge", nonce, message[nonce.start : nonce.end].hex(), "The client's nonce.", source, level=1
    )
    yield from _av_pairs(message, Span(start + 44, place.end), 1)


def filetime(ticks: int) -> str:
    """`: 2017-11-14 07:51:37 UTC` for 100-nanosecond steps since 1601; empty where that is no plausible date."""
    from time import gmtime, strftime

    seconds = ticks // 10_000_000 - 11_644_473_600
    # 1990 to 2100: outside, the number is rubbish or an example's zeros.
    if not 631_152_000 <= seconds < 4_102_444_800:
        return ""
    return strftime(": %Y-%m-%d %H:%M:%S UTC", gmtime(seconds))


def _number(message: bytes, at: int, size: int) -> int:
    return int.from_bytes(message[at : at + size], "little")


def _utf16(value: bytes) -> str:
    return value.decode("utf-16-le", "backslashreplace")


def _ascii(value: bytes) -> str:
    # Which code page "OEM" is, the message does not say.
    return value.decode("ascii", "backslashreplace")


def stage(side: Side, turn: int, message: bytes) -> str:
    """By position: what answers a bare `AUTH NTLM` is text, even where it is valid Base64."""
    number = message_type(message)
    if side is Side.SERVER:
        if number is not None:
            return f"type-{number}"
        if not message:
            return "empty"
        return "type-2" if message.startswith(SIGNATURE) or (turn > 0 and len(message) >= 24) else "text"
    if number is not None:
        return f"type-{number}"
    return "type-1" if turn == 0 else "type-3"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """The signature; or a text that names NTLM."""
    if clear:
        if side is Side.SERVER and message.strip().upper() in (b"NTLM SUPPORTED", b"NTLM"):
            return Recognition("text", Certainty.LIKELY, "The text names NTLM; Microsoft's servers say so.")
        return None
    number = message_type(message)
    if number is not None:
        due = Side.SERVER if number == 2 else Side.CLIENT
        sure = Certainty.CERTAIN if side is due else Certainty.LIKELY
        return Recognition(f"type-{number}", sure, f"It begins with NTLMSSP, a NUL and the type {number}.")
    if message.startswith(SIGNATURE[:7]):
        return Recognition(stage(side, 1, message), Certainty.LIKELY, "It begins with NTLMSSP, but without a type.")
    if side is Side.SERVER and message == _TEXT_AS_BASE64:
        return Recognition("text", Certainty.LIKELY, "The word NTLM, which is by accident valid Base64.")
    return None


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    what = stage(side, turn, message)
    if side is Side.SERVER:
        if what == "type-2":
            return "The Base64 of a type 3 message: the user name, and answers made from password and challenge."
        return "The Base64 of a type 1 message, which begins TlRMTVNTUAAB."
    return "A 334 with a type 2 message." if what == "type-1" else "235 where name and password are right, else 535."


MECHANISMS = (
    Mechanism(
        name="NTLM",
        source="MS-NLMP; MS-SMTPNTLM",
        first=Side.CLIENT,
        initial_response=True,
        plaintext=False,
        serve=None,
        answer=None,
        fields=fields,
        stage=stage,
        recognises=recognises,
        expects=expects,
    ),
)
