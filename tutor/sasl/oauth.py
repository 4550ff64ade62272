"""What XOAUTH2 and OAUTHBEARER share: pairs between ^A bytes, the error JSON, and JWTs (RFC 7628, 8259, 7519).

A JWT is read, never trusted: no signature is checked here, and a claim is only shown.
"""

from collections.abc import Iterator

from tutor.records import Record
from tutor.sasl.mechanism import Certainty, Scenario
from tutor.sasl.patterns import Pattern
from tutor.spans import Field, Span

KVSEP = b"\x01"
"""`kvsep` of RFC 7628 section 3.1: the byte Control-A, in texts `^A`."""
RFC = "RFC 7628 section 3.1"
ERROR = "RFC 7628 section 3.2.2"
GOOGLE = "Google: The SASL XOAUTH2 Mechanism"

_STRING = Pattern(rb'"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*"')
_SCALAR = Pattern(rb"[-+.0-9A-Za-z]+")
_WS = Pattern(rb"[ \t\r\n]*")
_CREDENTIAL = Pattern(rb"(?i)auth=|bearer ")
_PLAIN_NAME = Pattern(rb"[A-Za-z0-9_.-]{1,40}")
_BASE64URL = Pattern(rb"[A-Za-z0-9_-]*")
_KNOWN = {
    b"user": "Who logs in.",
    b"host": "The server's name as the client knows it.",
    b"port": "The server's port as the client knows it.",
}
_MEMBERS = {
    "status": "Why the token was refused: an OAuth error code, or an HTTP status at Google.",
    "scope": "The scope that a token must have here.",
    "schemes": "The authorization schemes that the server takes. Not in the RFC's grammar, only in its example.",
    "openid-configuration": "Where to read how a token for this server is got.",
}
_CLAIMS = {
    "alg": "The algorithm of the signature.",
    "typ": "The type of this object.",
    "kid": "Which key signed it.",
    "iss": "Who issued the token.",
    "sub": "Whom it is about.",
    "aud": "For whom it is meant: a mail server refuses a token made for somebody else.",
    "exp": "When it ends",
    "nbf": "Not to be used before",
    "iat": "When it was issued",
    "scp": "What it allows (Microsoft's name for scope).",
    "scope": "What it allows.",
    "upn": "The user's name at Microsoft.",
    "preferred_username": "The user's name.",
    "email": "The user's address.",
    "appid": "The application that asked for it.",
    "azp": "The application that asked for it.",
    "tid": "The tenant at Microsoft.",
}
_DATES = ("exp", "nbf", "iat")


def text(value: bytes) -> str:
    """Bytes as text; what is not UTF-8 becomes `\\xNN`."""
    return value.decode("utf-8", "backslashreplace")


def utf8(value: str) -> bytes:
    """Text as bytes; `carries` has refused a lone surrogate before."""
    return value.encode("utf-8", "surrogatepass")


def uncarried(token: str | None, **names: str) -> str | None:
    """Why a token or a name does not fit into any of the two mechanisms; None: it does."""
    for what, value in (*names.items(), ("token", token or "")):
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            return f"The {what} holds half a character (a lone surrogate), which UTF-8 cannot write."
    if not token:
        return "The token is empty: an empty `auth=` asks for the scope, and never logs in."
    if token[0] in " \t":
        return "The token begins with a blank, which cannot be told from the blank behind `Bearer`."
    for character in token:
        if not (0x20 <= ord(character) < 0x7F or character in "\t\r\n"):
            return f"The token holds a character outside printable ASCII, which `auth=` cannot carry ({RFC})."
    return None


class Pair(Record):
    """One `key=value` of a client's message, as spans of the message."""

    key: bytes
    value: bytes
    start: int
    cut: int
    """Where the value begins."""
    end: int


def pairs(message: bytes, start: int) -> Iterator[Pair | int]:
    """The stretches between ^A from `start` on: a Pair (its key is b"" where there is no `=`), and each ^A's place."""
    position = start
    while position < len(message):
        at = message.find(KVSEP, position)
        end = len(message) if at == -1 else at
        if end > position:
            key, equals, value = message[position:end].partition(b"=")
            if not equals:
                yield Pair(b"", key, position, position, end)
            else:
                yield Pair(key, value, position, position + len(key) + 1, end)
        if at == -1:
            return
        yield at
        position = at + 1


def scheme_and_token(value: bytes) -> tuple[bytes, bytes]:
    """`Bearer TOKEN` cut at its blanks (RFC 7235 section 2.1: one blank at least)."""
    scheme, _, token = value.partition(b" ")
    return scheme, token.lstrip(b" ")


def pair_fields(message: bytes, start: int, source: str) -> list[Field]:
    """The fields from `start` on. Whatever may hold the token is secret: a stretch without a known key is."""
    found: list[Field] = []
    for item in pairs(message, start):
        if isinstance(item, int):
            found.append(Field("kvsep", Span(item, item + 1), "01", "Control-A (^A), the separator.", source))
            continue
        whole = Span(item.start, item.end)
        known = _KNOWN.get(item.key.lower())
        if item.key.lower() == b"auth":
            found += _auth_fields(message, item.start, item.cut, item.end, source)
        elif known is not None:
            found.append(_key_field(message, item.start, item.cut, source))
            leak = _CREDENTIAL.search(item.value)
            cut = item.end if leak is None else item.cut + leak.start()
            name = item.key.decode().lower()
            found.append(Field(name, Span(item.cut, cut), text(message[item.cut : cut]), known, source))
            if leak is not None:
                # The ^A is missing: the token must not be shown as part of a user name.
                begin = cut + 5 if leak.group().lower() == b"auth=" else cut
                found += _auth_fields(message, cut, begin, item.end, source)
        elif item.key:
            why = "A key that nobody here knows; a server ignores it."
            found.append(Field("kvpair", whole, text(message[item.start : item.end]), why, source, secret=True))
        else:
            why = "Not a key=value pair. Masked, because it may be the token."
            found.append(Field("message", whole, text(item.value), why, source, secret=True))
    return found


def _key_field(message: bytes, start: int, cut: int, source: str) -> Field:
    return Field("key", Span(start, cut), text(message[start:cut]).rstrip("="), "The key of the pair.", source)


def _auth_fields(message: bytes, start: int, cut: int, end: int, source: str) -> list[Field]:
    found = [_key_field(message, start, cut, source)] if cut > start else []
    value = message[cut:end]
    if not value:
        why = "Empty: the client asks which scope a token must have."
        return [*found, Field("auth", Span(cut, end), "", why, source)]
    scheme, token = scheme_and_token(value)
    at = cut
    if scheme.lower() == b"bearer":
        # Not a secret, and what a learner forgets: it stays readable in front of the mask.
        at = end - len(token)
        why = "The scheme, in any case of letters, and a space."
        found.append(Field("scheme", Span(cut, at), text(scheme), why, "RFC 6750 section 2.1"))
    else:
        token = value
    why = "The access token: who has it can log in until it expires."
    if b" " in token:
        why += " A token has no blanks (RFC 6750 section 2.1)."
    inside = _jwt_fields(token, at)
    why += next((f" It is a JWT, and says that it ends{field.meaning[13:]}" for field in inside if _ends(field)), "")
    whole = Span(at, end)
    found.append(Field("auth", whole, text(value), "The authorization: scheme and token.", source, secret=True))
    if token:
        found.append(Field("token", whole, text(token), why, "RFC 6750 section 2.1", secret=True, level=1))
    return [*found, *inside]


def _ends(field: Field) -> bool:
    return field.name == "exp" and field.meaning.startswith("When it ends:")


def _jwt_fields(token: bytes, at: int) -> list[Field]:
    """Header and claims of a JSON Web Token (RFC 7519 section 3). Secret as well where nothing signs them."""
    parts = token.split(b".")
    if len(parts) not in (3, 5):
        return []
    header = _json_part(parts[0])
    if header is None:
        return []
    bare = not parts[-1]
    cut = at + len(parts[0])
    found = [
        _part("jwt-header", Span(at, cut), header, "Says how the token is signed. Read, not checked.", bare),
        *_claims(header, Span(at, cut), bare),
    ]
    if len(parts) == 5:
        # RFC 7516 section 3.1: header, encrypted key, initialization vector, ciphertext, tag.
        return found
    claims = _json_part(parts[1])
    end = cut + 1 + len(parts[1])
    if claims is not None:
        why = "What the token says of itself. Read, not checked: only its issuer's key can do that."
        found += [_part("jwt-claims", Span(cut + 1, end), claims, why, bare)]
        found += _claims(claims, Span(cut + 1, end), bare)
    why = "The signature over the two parts before it." if parts[2] else "Empty: nothing signs this token."
    return [
        *found,
        Field(
            "jwt-signature",
            Span(end + 1, at + len(token)),
            text(parts[2]),
            why,
            "RFC 7515 section 3.1",
            secret=bool(parts[2]),
            level=2,
        ),
    ]


def _part(name: str, span: Span, members: dict[str, object], meaning: str, secret: bool) -> Field:
    return Field(name, span, _compact(members), meaning, "RFC 7519 section 3", secret=secret, level=2)


def _claims(members: dict[str, object], span: Span, secret: bool) -> Iterator[Field]:
    for key, value in list(members.items())[:40]:
        known = _CLAIMS.get(key, "")
        meaning = known or "A claim of the issuer's own."
        if key in _DATES:
            meaning = f"{known}{_when(value)}."
        shown = value if isinstance(value, str) else _compact(value)
        name = key
        if not _is_plain(key):
            name, shown = "claim", f"{key}: {shown}"
        yield Field(name, span, shown, meaning, "RFC 7519 section 4", secret=secret, level=3)


def _json_part(part: bytes) -> dict[str, object] | None:
    import json
    from base64 import urlsafe_b64decode

    if not part or not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
        return None
    try:
        members = json.loads(urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None


def _is_plain(name: str) -> bool:
    """Whether a name of the sender's own may stand as a field's name: names are shown as they are."""
    return name.isascii() and _PLAIN_NAME.fullmatch(name.encode()) is not None


def _compact(value: object) -> str:
    import json

    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return ""


def _when(value: object) -> str:
    from time import gmtime, strftime

    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253402300800:
        return ""
    return strftime(": %Y-%m-%d %H:%M:%S UTC", gmtime(value))


# The error challenge


def error_json(scenario: Scenario, **members: str) -> bytes:
    """The server's error challenge: its members in the order given, the scope in its place."""
    import json

    return json.dumps({**members, "scope": scenario.scope}, separators=(",", ":")).encode()


def looks_like_error(message: bytes) -> bool:
    """Whether a challenge is the error JSON, broken or not."""
    return message.lstrip(b" \t\r\n").startswith(b"{")


def status(message: bytes) -> str:
    """The `status` of an error challenge, or an empty text."""
    return next((field.value for field in error_fields(message) if field.name == "status"), "")


def json_certainty(message: bytes, *, numeric: bool) -> tuple[Certainty, str] | None:
    """How much a lone error JSON looks like a mechanism's whose status is a number (XOAUTH2), or a word (OAUTHBEARER).

    Both mechanisms may send either, so the other one always remains a rival.
    """
    if not looks_like_error(message):
        return None
    found = status(message)
    if not found:
        if any(field.name in _MEMBERS for field in error_fields(message)) or message.lstrip().startswith(b'{"'):
            return Certainty.POSSIBLE, "JSON in a challenge is the error of XOAUTH2 or OAUTHBEARER, alike in both."
        return None
    if found.isdigit() == numeric:
        form = "an HTTP number, as Google's XOAUTH2 has it" if numeric else "a word of OAuth's, as RFC 7628 wants it"
        return Certainty.LIKELY, f"The error JSON's status is {form}."
    return Certainty.POSSIBLE, "An error JSON with a status looks alike in XOAUTH2 and OAUTHBEARER."


def error_fields(message: bytes) -> list[Field]:
    """The members of the error JSON. Where it stops being JSON, the rest is one field that says so."""
    if not looks_like_error(message):
        if not message:
            return []
        return [Field("text", Span(0, len(message)), text(message), "Not JSON, so no error of OAuth's.", ERROR)]
    found: list[Field] = []
    position = _space(message, 0, found)
    found.append(_mark("begin-object", position, "{"))
    position = _space(message, position + 1, found)
    while position < len(message):
        if message[position] == 0x7D:
            found.append(_mark("end-object", position, "}"))
            position = _space(message, position + 1, found)
            break
        end, member = _member(message, position)
        if member is None:
            break
        found.append(member)
        position = _space(message, end, found)
        if message[position : position + 1] == b",":
            found.append(_mark("value-separator", position, ","))
            position = _space(message, position + 1, found)
        elif message[position : position + 1] != b"}":
            break
    if position < len(message):
        why = "From here on it is not JSON: damaged on its way, or cut."
        found.append(Field("text", Span(position, len(message)), text(message[position:]), why, "RFC 8259 section 2"))
    return found


def _mark(name: str, at: int, shown: str) -> Field:
    return Field(name, Span(at, at + 1), shown, "Part of JSON's grammar.", "RFC 8259 section 2")


def _space(message: bytes, position: int, found: list[Field]) -> int:
    match = _WS.match(message, position)
    end = position if match is None else match.end()
    if end > position:
        shown = message[position:end].hex()
        found.append(Field("ws", Span(position, end), shown, "White space; JSON allows it.", "RFC 8259 section 2"))
    return end


def _member(message: bytes, position: int) -> tuple[int, Field | None]:
    """One `"key": value`, and where it ends."""
    key = _STRING.match(message, position)
    if key is None:
        return position, None
    colon = _skip(message, key.end())
    if message[colon : colon + 1] != b":":
        return position, None
    start = _skip(message, colon + 1)
    value = _STRING.match(message, start) or _SCALAR.match(message, start)
    end = _nested(message, start) if value is None else value.end()
    if end == start:
        return position, None
    name = _unquoted(key.group())
    shown = _unquoted(message[start:end])
    if not _is_plain(name):
        name, shown = "member", f"{name}: {shown}"
    meaning = _MEMBERS.get(name, "A member that the RFC does not have.")
    return end, Field(name, Span(position, end), shown, meaning, ERROR)


def _skip(message: bytes, position: int) -> int:
    match = _WS.match(message, position)
    return position if match is None else match.end()


def _unquoted(value: bytes) -> str:
    import json

    if value.startswith(b'"'):
        try:
            decoded = json.loads(value)
        except (ValueError, RecursionError):
            return text(value[1:-1])
        if isinstance(decoded, str):
            return decoded
    return text(value)


def _nested(message: bytes, position: int) -> int:
    """The end of an array or object that begins at `position`; `position` where it has none."""
    depth, at = 0, position
    while at < len(message):
        octet = message[at]
        if octet == 0x22:
            string = _STRING.match(message, at)
            if string is None:
                return position
            at = string.end()
            continue
        if octet in b"[{":
            depth += 1
        elif octet in b"]}":
            depth -= 1
            if depth < 0:
                return position
        at += 1
        if depth == 0:
            return position if octet not in b"]}" else at
    return position
