"""The grammar and the arithmetic of DIGEST-MD5 (RFC 2831), shared by its mechanism and its mistakes."""

from tutor.records import Record
from tutor.sasl.mechanism import Scenario, Side, Turns, Working

_BLANKS = b" \t\r\n"
MOST_DIRECTIVES = 200
"""A message has a dozen; what has more is nonsense, which must not cost time."""


class Directive(Record):
    """One `name=value` of a message; spans count bytes of the message."""

    name: str
    """Lower case; `""` where there is no `=`."""
    value: bytes
    """Without quotes and escapes."""
    quoted: bool
    start: int
    end: int


class Directives(Record):
    """All of a message, in its order."""

    found: tuple[Directive, ...]

    def get(self, name: str) -> bytes | None:
        """The value of the first directive of that name."""
        return next((one.value for one in self.found if one.name == name), None)

    def every(self, name: str) -> list[bytes]:
        """The values of all directives of that name."""
        return [one.value for one in self.found if one.name == name]

    @property
    def utf8(self) -> bool:
        """Whether `charset=utf-8` is there."""
        return (self.get("charset") or b"").lower() == b"utf-8"


def parse(message: bytes) -> Directives:
    """Split a challenge or a response into its directives.

    Any bytes; quotes that never end take the rest, and so does the first directive too many.
    """
    found: list[Directive] = []
    position, length = 0, len(message)
    while position < length:
        while position < length and message[position] in b"," + _BLANKS:
            position += 1
        if position >= length:
            break
        start = position
        if len(found) == MOST_DIRECTIVES:
            found.append(Directive("", message[start:], False, start, length))
            break
        position, name, value, quoted = _one(message, position)
        found.append(Directive(name, value, quoted, start, position))
    return Directives(tuple(found))


def _one(message: bytes, start: int) -> tuple[int, str, bytes, bool]:
    """(end, name, value, whether it was quoted) of the directive that begins at `start`."""
    length = len(message)
    comma = message.find(b",", start)
    comma = length if comma == -1 else comma
    equals = message.find(b"=", start, comma)
    if equals == -1:
        return comma, "", message[start:comma], False
    name = message[start:equals].strip(_BLANKS).decode("ascii", "backslashreplace").lower()
    at = equals + 1
    while at < length and message[at] in _BLANKS:
        at += 1
    if message[at : at + 1] != b'"':
        return comma, name, message[at:comma].rstrip(_BLANKS), False
    end = at + 1
    value = bytearray()
    while end < length and message[end] != 0x22:
        if message[end] == 0x5C and end + 1 < length:
            end += 1
        value.append(message[end])
        end += 1
    end = min(end + 1, length)
    # What stands between the closing quote and the comma belongs to nobody; keep it inside the span.
    comma = message.find(b",", end)
    return (length if comma == -1 else comma), name, bytes(value), True


def quoted(value: bytes) -> bytes:
    """A quoted string (RFC 2831 section 7.2: `"` and backslash take a backslash)."""
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def md5(message: bytes) -> bytes:
    """H()."""
    from hashlib import md5 as compute

    return compute(message, usedforsecurity=False).digest()


def hex_md5(message: bytes) -> bytes:
    """HEX(H())."""
    return md5(message).hex().encode("ascii")


def octets(text: str, utf8: bool) -> bytes:
    """A name as it is sent: UTF-8 where `charset=utf-8` was agreed, else Latin-1 where that can write it."""
    try:
        return text.encode("utf-8" if utf8 else "latin-1", "strict")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def hashed_octets(text: str) -> bytes:
    """A name or password as it is hashed: Latin-1 where it can be, else UTF-8 (RFC 2831 section 2.1.2.1)."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


class Inputs(Record):
    """What the response value is computed from (RFC 2831 section 2.1.2.1); octets as they are hashed."""

    username: bytes
    realm: bytes
    password: bytes
    nonce: bytes
    cnonce: bytes
    nc: bytes
    qop: bytes
    uri: bytes
    authzid: bytes | None = None

    def a1(self) -> bytes:
        """A1, whose first part is binary: the hash, not its hex."""
        secret = md5(self.username + b":" + self.realm + b":" + self.password)
        tail = b"" if self.authzid is None else b":" + self.authzid
        return secret + b":" + self.nonce + b":" + self.cnonce + tail

    def a2(self, method: bytes = b"AUTHENTICATE") -> bytes:
        """A2; without a method it is the server's, for rspauth."""
        return method + b":" + self.uri + (b":" + b"0" * 32 if self.qop in (b"auth-int", b"auth-conf") else b"")

    def response(self, method: bytes = b"AUTHENTICATE") -> bytes:
        """The 32 hex digits."""
        return self.combined(hex_md5(self.a1()), hex_md5(self.a2(method)))

    def combined(self, ha1: bytes, ha2: bytes) -> bytes:
        """KD(): both halves with what makes them fresh."""
        return hex_md5(self.joined(ha1, ha2))

    def joined(self, ha1: bytes, ha2: bytes) -> bytes:
        """What KD() hashes."""
        return b":".join((ha1, self.nonce, self.nc, self.cnonce, self.qop, ha2))


class Due(Record):
    """What a response to one challenge is made of."""

    challenge: Directives
    inputs: Inputs
    username: bytes
    """As it is sent."""
    realm: bytes | None
    """As it is sent; None: not sent."""
    authzid: bytes | None

    def message(self, inputs: Inputs | None = None, response: bytes | None = None, **changed: bytes) -> bytes:
        """The whole digest-response; what is changed is changed in the text, and `inputs` in the sum."""
        summed = self.inputs if inputs is None else inputs
        response = summed.response() if response is None else response
        parts = [b"charset=utf-8"] if self.challenge.utf8 else []
        parts.append(b"username=" + quoted(self.username))
        realm = changed.get("realm", self.realm)
        if realm is not None:
            parts.append(b"realm=" + quoted(realm))
        parts.append(b"nonce=" + quoted(changed.get("nonce", summed.nonce)))
        parts.append(b"nc=" + changed.get("nc", summed.nc))
        parts.append(b"cnonce=" + quoted(summed.cnonce))
        parts.append(b"digest-uri=" + quoted(changed.get("uri", summed.uri)))
        parts.append(b"response=" + response)
        parts.append(b"qop=" + changed.get("qop", summed.qop))
        if self.authzid is not None:
            parts.append(b"authzid=" + quoted(self.authzid))
        return b",".join(parts)


def due(scenario: Scenario, message: bytes) -> Due | None:
    """What answers the challenge `message`; None where it is no challenge that we can answer."""
    challenge = parse(message)
    nonce = challenge.get("nonce")
    options = (challenge.get("qop") or b"auth").replace(b" ", b"").split(b",")
    if nonce is None or (challenge.get("algorithm") or b"").lower() != b"md5-sess" or b"auth" not in options:
        return None
    credentials = scenario.credentials
    offered = challenge.every("realm")
    realm = None if scenario.realm is None else scenario.realm.encode("utf-8", "surrogatepass")
    if offered and realm not in offered:  # a client chooses among those offered (RFC 2831 section 2.1.1)
        realm = offered[0]
    authzid = credentials.authzid.encode("utf-8", "surrogatepass") if credentials.authzid else None
    inputs = Inputs(
        hashed_octets(credentials.authcid) if challenge.utf8 else octets(credentials.authcid, False),
        _hashed_realm(realm or b"", challenge.utf8),
        hashed_octets(credentials.password or ""),
        nonce,
        scenario.client_nonce,
        b"00000001",
        b"auth",
        f"{scenario.service}/{scenario.hostname}".encode(),
        authzid,
    )
    return Due(challenge, inputs, octets(credentials.authcid, challenge.utf8), realm, authzid)


def _hashed_realm(realm: bytes, utf8: bool) -> bytes:
    """A realm came as UTF-8 where that was agreed, and is hashed as Latin-1 where it can be."""
    if not utf8:
        return realm
    try:
        return hashed_octets(realm.decode("utf-8"))
    except UnicodeDecodeError:
        return realm


def workings(scenario: Scenario, turns: Turns) -> list[Working]:
    """Every value on the way to `response`, and to the `rspauth` that must come back."""
    asked = None if turns.challenge is None else due(scenario, turns.challenge)
    if asked is None or turns.said[-1].side is not Side.SERVER:
        return []
    inputs = asked.inputs
    secret = inputs.username + b":" + inputs.realm + b":" + inputs.password
    ha1, ha2 = hex_md5(inputs.a1()), hex_md5(inputs.a2())
    again = hex_md5(inputs.a2(b""))
    return [
        Working("challenge", turns.challenge or b"", "the decoded 334", False),
        Working("user:realm:password", secret, "username : realm : passwd"),
        Working("H(user:realm:password)", md5(secret), "MD5, 16 bytes; it stays binary"),
        Working("A1", inputs.a1(), "H(user:realm:password) : nonce : cnonce" + (" : authzid" if asked.authzid else "")),
        Working("HA1", ha1, "HEX(H(A1))"),
        Working("A2", inputs.a2(), "AUTHENTICATE: digest-uri", False),
        Working("HA2", ha2, "HEX(H(A2))", False),
        Working("KD input", inputs.joined(ha1, ha2), "HA1 : nonce : nc : cnonce : qop : HA2"),
        Working("response", inputs.response(), "HEX(H(KD input))"),
        Working("message", asked.message(), "all directives, with commas"),
        Working("A2 of the server", inputs.a2(b""), ": digest-uri", False),
        Working("rspauth", inputs.combined(ha1, again), "as response, with the server's A2: what must come back"),
    ]
