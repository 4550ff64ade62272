"""The arithmetic and the grammar of SCRAM (RFC 5802, 7677), shared by its mechanisms and their mistakes."""

from tutor.records import Record
from tutor.sasl.mechanism import Scenario, Side, Turns, Working
from tutor.sasl.prep import saslprep
from tutor.wire import b64

MOST_ITERATIONS = 1_000_000
"""A server may ask for any number; more than this would only keep the client busy."""
SIZES = {"sha1": 20, "sha256": 32, "sha512": 64}
"""Octets of each hash, and so of `p=` and `v=`."""

MOST_ATTRIBUTES = 200
"""A message has three; what has more is nonsense, which must not cost time."""

_KEYS: dict[tuple[bytes, bytes, int, str], bytes] = {}
_MOST_KEYS = 64


class Attributes(Record):
    """A message's attributes; SCRAM's order is fixed, so order and spans are kept."""

    pairs: tuple[tuple[str, bytes, int, int], ...]
    """(letter, value, start, end), spans in bytes of the message, `n=` included; letter `""` where there is none."""

    def get(self, letter: str) -> bytes | None:
        """The value of the first attribute of that letter."""
        return next((value for name, value, _, _ in self.pairs if name == letter), None)

    @property
    def letters(self) -> str:
        """The letters in their order."""
        return "".join(name or "?" for name, _, _, _ in self.pairs)


def attributes(message: bytes, start: int = 0) -> Attributes:
    """Split `message[start:]` at its commas. Any bytes; behind MOST_ATTRIBUTES the rest is one, without a letter."""
    found = []
    position = start
    for number, part in enumerate(message[start:].split(b",", MOST_ATTRIBUTES)):
        letter = chr(part[0]) if part[1:2] == b"=" and part[:1].isalpha() and number < MOST_ATTRIBUTES else ""
        found.append((letter, part[2:] if letter else part, position, position + len(part)))
        position += len(part) + 1
    return Attributes(tuple(found))


class ClientFirst(Record):
    """client-first-message, taken apart (RFC 5802 section 7)."""

    header: bytes
    """The GS2 header, both commas included."""
    flag: bytes
    """`n`, `y`, or `p=` and the type of the binding."""
    authzid: bytes | None
    """As written, `=2C` and all."""
    bare: bytes
    extension: bool
    """Whether the reserved `m=` is there: it must fail (RFC 5802 section 5.1)."""
    name: bytes | None
    """As written."""
    nonce: bytes | None


def client_first(message: bytes) -> ClientFirst | None:
    """Read a client-first-message; None where there is no GS2 header at all."""
    flag, comma, rest = message.partition(b",")
    authzid, second, bare = rest.partition(b",")
    if not comma or not second or not (flag in (b"n", b"y") or flag.startswith(b"p=")):
        return None
    if authzid and not authzid.startswith(b"a="):
        return None
    found = attributes(bare)
    # The order is fixed (RFC 5802 section 5); the reserved m= would stand in front.
    in_order = found.letters.removeprefix("m").startswith("nr")
    return ClientFirst(
        message[: len(message) - len(bare)],
        flag,
        authzid[2:] if authzid else None,
        bare,
        "m" in found.letters,
        found.get("n") if in_order else None,
        found.get("r") if in_order else None,
    )


def escaped(name: str) -> bytes:
    """A name as `n=` carries it: `,` is `=2C`, `=` is `=3D` (RFC 5802 section 5.1)."""
    return name.replace("=", "=3D").replace(",", "=2C").encode("utf-8", "surrogatepass")


def unescaped(name: bytes) -> str | None:
    """The name behind `n=` or `a=`; None where a `=` is neither `=2C` nor `=3D`, or where it is not UTF-8."""
    parts = name.split(b"=")
    out = parts[0]
    for part in parts[1:]:
        sign = {b"2C": b",", b"3D": b"="}.get(part[:2])
        if sign is None:
            return None
        out += sign + part[2:]
    try:
        return out.decode("utf-8")
    except UnicodeDecodeError:
        return None


def prepared(text: str) -> bytes:
    """The octets of a name or password: prepared where SASLprep takes it, else as it is.

    `carries` tells a user why SASLprep refuses a string. The arithmetic goes on, since a
    wrong answer made with such a string (a password and its line feed, say) must be named too.
    """
    ready = saslprep(text).value
    return (text if ready is None else ready).encode("utf-8", "surrogatepass")


def salted_password(password: bytes, salt: bytes, iterations: int, digest: str) -> bytes:
    """Hi(): PBKDF2-HMAC, kept for the last few, since it costs milliseconds (RFC 5802 section 2.2)."""
    from hashlib import pbkdf2_hmac

    asked = (password, salt, iterations, digest)
    if asked not in _KEYS:
        if len(_KEYS) >= _MOST_KEYS:
            del _KEYS[next(iter(_KEYS))]
        _KEYS[asked] = pbkdf2_hmac(digest, password, salt, iterations)
    return _KEYS[asked]


def hmac(key: bytes, message: bytes, digest: str) -> bytes:
    """HMAC with that hash."""
    from hmac import digest as compute

    return compute(key, message, digest)


def hashed(message: bytes, digest: str) -> bytes:
    """H()."""
    from hashlib import new

    return new(digest, message).digest()


def xor(one: bytes, two: bytes) -> bytes:
    """Octet by octet."""
    return bytes(a ^ b for a, b in zip(one, two, strict=True))


def iterations_of(value: bytes | None) -> int | None:
    """`i=` as a number from 1 to MOST_ITERATIONS; None where it is none."""
    if value is None or not value.isdigit() or len(value) > 7 or value.startswith(b"0"):  # posit-number, section 7
        return None
    number = int(value)
    return number if number <= MOST_ITERATIONS else None


def gs2_header(scenario: Scenario, plus: bool) -> bytes:
    """The GS2 header (RFC 5802 section 6): who could bind but saw no -PLUS offered says `y`."""
    credentials, binding = scenario.credentials, scenario.channel_binding
    if plus and binding is not None:
        flag = b"p=" + binding[0].encode("ascii")
    else:
        able = binding is not None or scenario.could_bind
        flag = b"y" if able and not scenario.plus_offered else b"n"
    return flag + b"," + (b"a=" + escaped(credentials.authzid) if credentials.authzid else b"") + b","


def first_bare(scenario: Scenario, name: bytes | None = None) -> bytes:
    """client-first-message-bare; `name` as it shall stand there, else the user's, prepared and escaped."""
    if name is None:
        name = escaped(prepared(scenario.credentials.authcid).decode("utf-8", "surrogatepass"))
    return b"n=" + name + b",r=" + scenario.client_nonce


def channel_binding_input(scenario: Scenario, header: bytes) -> bytes:
    """What `c=` carries: the GS2 header, and behind `p=` the binding's data (RFC 5802 section 7)."""
    return header + (bound_data(scenario, header[: header.find(b",")]) or b"")


def bound_data(scenario: Scenario, flag: bytes) -> bytes | None:
    """The data of the binding that a `p=` flag names; None where it names none that is to be had."""
    if not flag.startswith(b"p="):
        return None
    return next((data for kind, data in scenario.bindings if kind.encode("ascii") == flag[2:]), None)


class Due(Record):
    """All that the client-final-message is made of, read from what was said."""

    first: ClientFirst
    server_first: bytes
    nonce: bytes
    salt_text: bytes
    """`s=` as it stands, Base64."""
    salt: bytes
    iterations: int

    def without_proof(self, scenario: Scenario) -> bytes:
        """client-final-message-without-proof."""
        bound = b64.encode(channel_binding_input(scenario, self.first.header))
        return b"c=" + bound + b",r=" + self.nonce

    def auth_message(self, without_proof: bytes) -> bytes:
        """client-first-bare, server-first, client-final-without-proof (RFC 5802 section 3)."""
        return self.first.bare + b"," + self.server_first + b"," + without_proof


def due(turns: Turns) -> Due | None:
    """What client-final must answer; None where the turns do not stand at a good server-first."""
    said = [turn.message for turn in turns.said if turn.side is Side.CLIENT]
    challenge = turns.challenge
    if len(said) != 1 or challenge is None:
        return None
    first = client_first(said[0])
    found = attributes(challenge)
    nonce, salt_text, count = found.get("r"), found.get("s"), iterations_of(found.get("i"))
    if first is None or nonce is None or salt_text is None or count is None:
        return None
    salt = b64.decode(salt_text).message
    return None if salt is None else Due(first, challenge, nonce, salt_text, salt, count)


def proof(password: bytes, asked: Due, auth_message: bytes, digest: str) -> bytes:
    """ClientProof: ClientKey XOR ClientSignature (RFC 5802 section 3)."""
    return proof_of(salted_password(password, asked.salt, asked.iterations, digest), auth_message, digest)


def proof_of(salted: bytes, auth_message: bytes, digest: str) -> bytes:
    """ClientProof from the SaltedPassword."""
    key = hmac(salted, b"Client Key", digest)
    return xor(key, hmac(hashed(key, digest), auth_message, digest))


def server_signature(salted: bytes, auth_message: bytes, digest: str) -> bytes:
    """What `v=` carries."""
    return hmac(hmac(salted, b"Server Key", digest), auth_message, digest)


def workings(scenario: Scenario, turns: Turns, digest: str) -> list[Working]:
    """Every value on the way to client-final and to the server's signature, in the order of RFC 5802 section 3."""
    asked = due(turns)
    if asked is None:
        return []
    password = prepared(scenario.credentials.password or "")
    salted = salted_password(password, asked.salt, asked.iterations, digest)
    client_key = hmac(salted, b"Client Key", digest)
    stored_key = hashed(client_key, digest)
    without_proof = asked.without_proof(scenario)
    message = asked.auth_message(without_proof)
    signature = hmac(stored_key, message, digest)
    result = xor(client_key, signature)
    server_key = hmac(salted, b"Server Key", digest)
    return [
        Working("client-first-message-bare", asked.first.bare, "client-first without its GS2 header", False),
        Working("server-first-message", asked.server_first, "the decoded 334", False),
        Working("salt", asked.salt, "s=, Base64 decoded", False),
        Working("password", password, "the password through SASLprep (RFC 4013)"),
        Working("SaltedPassword", salted, f"Hi(password, salt, {asked.iterations}): PBKDF2 with HMAC"),
        Working("ClientKey", client_key, 'HMAC(SaltedPassword, "Client Key")'),
        Working("StoredKey", stored_key, "H(ClientKey)"),
        Working(
            "client-final-message-without-proof", without_proof, "c= Base64(GS2 header), r= the whole nonce", False
        ),
        Working("AuthMessage", message, "client-first-bare , server-first , client-final-without-proof", False),
        Working("ClientSignature", signature, "HMAC(StoredKey, AuthMessage)"),
        Working("ClientProof", result, "ClientKey XOR ClientSignature"),
        Working(
            "client-final-message",
            without_proof + b",p=" + b64.encode(result),
            "without-proof , p= Base64(ClientProof)",
        ),
        Working("ServerKey", server_key, 'HMAC(SaltedPassword, "Server Key")'),
        Working("ServerSignature", hmac(server_key, message, digest), "HMAC(ServerKey, AuthMessage): the server's v="),
    ]
