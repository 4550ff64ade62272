"""SCRAM: salted challenge, response, and the server's own proof (RFC 5802; RFC 7677; -SHA-512 is a draft only)."""

from collections.abc import Callable

from tutor.sasl import scram
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import (
    NAME,
    Certainty,
    ClientScript,
    Failure,
    Mechanism,
    Reason,
    Recognition,
    Scenario,
    ServerScript,
    Side,
    Success,
    Turns,
    Usual,
    Working,
)
from tutor.sasl.prep import saslprep
from tutor.sasl.scram_mistakes import mistakes
from tutor.sasl.scram_reading import reader
from tutor.spans import Field, Span
from tutor.wire import b64

SOURCE = "RFC 5802 section 7"
PROTECTED = ("gs2-header", "n", "r", "s", "i", "c", "p", "v")
"""The fields that no one can change on the way without a failure: all are in the AuthMessage, or prove it."""


def _server(digest: str, plus: bool) -> Callable[[Scenario], ServerScript]:
    def serve(scenario: Scenario) -> ServerScript:
        """SCRAM, server side (RFC 5802 section 5)."""
        message = yield b""
        first = scram.client_first(message)
        refusal = _refused_first(first, scenario, plus)
        if first is None or refusal is not None:
            return refusal or Failure(Reason.MALFORMED, "The GS2 header is missing: `n,,` in front.")
        name = scram.unescaped(first.name or b"")
        if not name:
            return Failure(Reason.MALFORMED, "`n=` is empty, or a `=` in it is neither =2C nor =3D.")
        ready = saslprep(name)
        if not ready.value:
            why = ready.reason or "Nothing is left of the name."
            return Failure(Reason.MALFORMED, f"invalid-username-encoding (RFC 5802 section 5.1). {why}")
        owner, password = _user(scenario.users, name)
        salted = scram.salted_password(scram.prepared(password), scenario.salt, scenario.iterations, digest)
        nonce = (first.nonce or b"") + scenario.server_nonce
        server_first = b"r=%s,s=%s,i=%d" % (nonce, b64.encode(scenario.salt), scenario.iterations)
        message = yield server_first
        found = scram.attributes(message)
        if not found.letters.startswith("cr") or not found.letters.endswith("p") or found.letters.count("p") != 1:
            return Failure(Reason.MALFORMED, "client-final is c=, r=, and p= at the end (RFC 5802 section 7).")
        if "m" in found.letters:
            return Failure(Reason.MALFORMED, "extensions-not-supported: m= must fail (RFC 5802 section 5.1).")
        proof = b64.decode(found.get("p") or b"").message
        if proof is None or len(proof) != scram.SIZES[digest]:
            return Failure(Reason.MALFORMED, f"`p=` is not the Base64 of {scram.SIZES[digest]} bytes.")
        if found.get("c") != b64.encode(scram.channel_binding_input(scenario, first.header)):
            return Failure(Reason.CREDENTIALS, "channel-bindings-dont-match: `c=` is not what was agreed.")
        if found.get("r") != nonce:
            return Failure(Reason.CREDENTIALS, "other-error: `r=` is not the nonce of this exchange.")
        auth_message = first.bare + b"," + server_first + b"," + message[: message.rfind(b",p=")]
        if not _proven(salted, proof, auth_message, digest) or owner is None:
            return Failure(Reason.CREDENTIALS, "The user name or the password is wrong.")
        acting = "" if first.authzid is None else scram.unescaped(first.authzid)
        if acting is None or not scenario.users.may_act_as(owner, acting):
            return Failure(Reason.AUTHORIZATION, "The password is right, but this user may not act as that authzid.")
        last = yield b"v=" + b64.encode(scram.server_signature(salted, auth_message, digest))
        if last:
            return Failure(Reason.MALFORMED, "`v=` is answered with an empty line.")
        return Success(acting or owner)

    return serve


def _refused_first(first: scram.ClientFirst | None, scenario: Scenario, plus: bool) -> Failure | None:
    """Why client-first cannot go on; None where it can."""
    if first is None or first.nonce is None or not first.nonce or first.name is None:
        return Failure(Reason.MALFORMED, "client-first is a GS2 header, n=, and r= (RFC 5802 section 7).")
    if first.extension:
        return Failure(Reason.MALFORMED, "extensions-not-supported: m= must fail (RFC 5802 section 5.1).")
    if not all(0x21 <= octet <= 0x7E and octet != 0x2C for octet in first.nonce):
        return Failure(Reason.MALFORMED, "The nonce is printable ASCII without a comma (RFC 5802 section 7).")
    if plus:
        if not first.flag.startswith(b"p="):
            return Failure(
                Reason.MALFORMED, "A -PLUS mechanism binds the channel: the flag is p= (RFC 5802 section 6)."
            )
        if scram.bound_data(scenario, first.flag) is None:
            return Failure(Reason.MALFORMED, "unsupported-channel-binding-type (RFC 5802 section 7).")
        return None
    if first.flag.startswith(b"p="):
        return Failure(Reason.MALFORMED, "channel-binding-not-supported: p= belongs to the -PLUS mechanisms.")
    if first.flag == b"y" and scenario.channel_binding is not None:
        return Failure(
            Reason.CREDENTIALS,
            "server-does-support-channel-binding: somebody hid the -PLUS offer (RFC 5802 section 6).",
        )
    return None


def _user(users: UserTable, name: str) -> tuple[str | None, str]:
    """(the user of that name, its password); for an unknown one None, and a password that opens nothing."""
    password = users.password(name)
    if password is not None:
        return name, password
    wanted = scram.prepared(name)
    for known in users:
        if scram.prepared(known) == wanted:
            return known, users.password(known) or ""
    return None, ""


def _proven(salted: bytes, proof: bytes, auth_message: bytes, digest: str) -> bool:
    from hmac import compare_digest

    stored = scram.hashed(scram.hmac(salted, b"Client Key", digest), digest)
    key = scram.xor(proof, scram.hmac(stored, auth_message, digest))
    return compare_digest(scram.hashed(key, digest), stored)


def _client(digest: str, plus: bool) -> Callable[[Scenario], ClientScript]:
    def answer(scenario: Scenario) -> ClientScript:
        """SCRAM, client side (RFC 5802 section 5)."""
        credentials = scenario.credentials
        if plus and scenario.channel_binding is None:
            return Failure(Reason.MALFORMED, "A -PLUS mechanism needs a channel to bind: TLS, and its binding data.")
        first = scram.gs2_header(scenario, plus) + scram.first_bare(scenario)
        challenge = yield first
        if challenge is None:
            return Failure(Reason.SERVER_UNPROVEN, "The server said yes before it had sent anything.")
        turns = Turns().then(Side.CLIENT, first).then(Side.SERVER, challenge)
        asked = scram.due(turns)
        letters = scram.attributes(challenge).letters
        if asked is None or not letters.startswith("rsi") or "m" in letters:
            return Failure(Reason.MALFORMED, _unanswerable(challenge))
        if not asked.nonce.startswith(scenario.client_nonce) or asked.nonce == scenario.client_nonce:
            return Failure(Reason.SERVER_UNPROVEN, "The server's r= does not extend the client's nonce.")
        password = scram.prepared(credentials.password or "")
        without_proof = asked.without_proof(scenario)
        auth_message = asked.auth_message(without_proof)
        proof = scram.proof(password, asked, auth_message, digest)
        final = yield without_proof + b",p=" + b64.encode(proof)
        if final is None:
            return Failure(Reason.SERVER_UNPROVEN, "The server said yes without its v=: it has not proved itself.")
        found = scram.attributes(final)
        error = found.get("e")
        if error is not None:
            return Failure(Reason.CREDENTIALS, f"The server says e={error.decode('ascii', 'backslashreplace')}.")
        salted = scram.salted_password(password, asked.salt, asked.iterations, digest)
        if found.get("v") != b64.encode(scram.server_signature(salted, auth_message, digest)):
            return Failure(Reason.SERVER_UNPROVEN, "v= is not the signature of a server that knows the password.")
        more = yield b""
        if more is not None:
            return Failure(Reason.MALFORMED, "The server asked again after its v=.")
        return Success(credentials.authzid or credentials.authcid)

    return answer


def _unanswerable(challenge: bytes) -> str:
    """Why no client can answer this server-first, one sentence."""
    found = scram.attributes(challenge)
    if "m" in found.letters:
        return "server-first holds m=, which must fail (RFC 5802 section 5.1)."
    if found.letters.startswith("e"):
        return "The server refuses with e= before it has asked anything."
    if not found.letters.startswith("rsi"):
        return f"server-first is r=, s= and i=, in this order ({SOURCE})."
    if b64.decode(found.get("s") or b"").message is None:
        return f"The salt in s= is not Base64 ({SOURCE})."
    return f"i= is not a count from 1 to {scram.MOST_ITERATIONS:,}, more than which we do not compute ({SOURCE})."


def carries(credentials: Credentials) -> str | None:
    """Names and passwords go through SASLprep, which refuses some (RFC 5802 section 2.2)."""
    for what, value in (("user name", credentials.authcid), ("password", credentials.password or "")):
        ready = saslprep(value)
        if ready.value is None:
            return f"SASLprep refuses the {what}: {ready.reason}"
        if not ready.value:
            return f"The {what} is empty once SASLprep has prepared it."
    if any(0xD800 <= ord(character) <= 0xDFFF for character in credentials.authzid):
        return "The authzid holds half a character (a lone surrogate), which UTF-8 cannot write."
    if "\0" in credentials.authzid:
        return f"The authzid holds a NUL ({SOURCE})."
    return None


_MEANINGS = {
    "n": "The user name; `,` is written =2C and `=` is written =3D.",
    "s": "The salt, in Base64.",
    "p": "The client's proof that it knows the password, in Base64.",
    "v": "The server's proof that it knows the password, in Base64.",
    "e": "Why the server refuses.",
    "a": "Whom to act as.",
    "m": "Reserved; whoever meets it must give up.",
    "": "No attribute: each has a letter and `=` in front.",
}
_ERRORS = {
    "invalid-encoding": "The message is not UTF-8, or its Base64 is broken.",
    "extensions-not-supported": "m= was there, which nobody supports.",
    "invalid-proof": "The proof is wrong: another password, most likely.",
    "channel-bindings-dont-match": "c= does not fit this TLS channel: somebody stands between, or a client's mistake.",
    "server-does-support-channel-binding": "The client said y, yet the server does bind: somebody hid the -PLUS offer.",
    "channel-binding-not-supported": "The client wants to bind the channel, and the server cannot.",
    "unsupported-channel-binding-type": "The server does not know this kind of channel binding.",
    "unknown-user": "There is no such user. (A careful server would not say so.)",
    "invalid-username-encoding": "The user name breaks SASLprep, or a `=` in it is neither =2C nor =3D.",
    "no-resources": "The server cannot serve the login right now.",
    "other-error": "The server does not say why.",
}
"""server-error-value (RFC 5802 section 7)."""


def _meaning(side: Side, letter: str, value: bytes, first: bool) -> str:
    """What an attribute says here; `first`: the client's first message."""
    if letter == "r":
        if first:
            return "The client's nonce: fresh characters of its own."
        whole = "The client's nonce, and behind it the server's"
        return f"{whole}." if side is Side.SERVER else f"{whole}, repeated."
    if letter == "i":
        count = scram.iterations_of(value)
        if count is None:
            return f"No count that a client would take: it wants 1 to {scram.MOST_ITERATIONS:,}."
        little = "; RFC 7677 wants 4096 at least" if count < 4096 else ""
        return f"The hash is iterated {count:,} times: the more, the slower to guess{little}."
    if letter == "s" and b64.decode(value).message is None:
        return "The salt, which should be Base64, and is not."
    if letter == "c":
        return _bound(value)
    if letter == "e":
        return _ERRORS.get(value.decode("ascii", "replace"), _MEANINGS["e"])
    return _MEANINGS.get(letter, "An attribute that RFC 5802 does not name; it is ignored.")


def _bound(value: bytes) -> str:
    """What `c=` carries."""
    message = b64.decode(value).message
    if message is None:
        return "The GS2 header again, which should be Base64, and is not."
    if message.startswith(b"p="):
        return "The GS2 header and the binding's data, in Base64."
    if message in (b"n,,", b"y,,"):
        return f"The GS2 header `{message.decode('ascii')}` again, in Base64."
    return "The GS2 header again, in Base64."


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """The GS2 header, then the attributes by letter, with the commas between."""
    found: list[Field] = []
    start = 0
    first = scram.client_first(message) if side is Side.CLIENT else None
    if first is not None:
        start = len(first.header)
        found = _header_fields(first)
    if start >= len(message):
        return found
    for letter, value, begin, end in scram.attributes(message, start).pairs:
        if begin > start:
            found.append(Field("separator", Span(begin - 1, begin), ",", "A comma between the attributes.", SOURCE))
        text = value.decode("utf-8", "backslashreplace")
        if letter == "n":
            text = scram.unescaped(value) or text
        # The proof lets whoever has it guess passwords; without a letter, nothing is known.
        secret = letter == "p" or (not letter and side is Side.CLIENT)
        bare = first is not None or (side is Side.CLIENT and not turn)
        meaning = _meaning(side, letter, value, bare)
        found.append(Field(letter or "text", Span(begin, end), text, meaning, SOURCE, secret))
    return found


def _header_fields(first: scram.ClientFirst) -> list[Field]:
    meaning = {
        b"n": "The client does not bind the channel.",
        b"y": "The client could bind the channel, and believes that the server cannot.",
    }.get(first.flag, "The client binds the TLS channel, in this way.")
    header = first.header.decode("utf-8", "backslashreplace")
    found = [Field("gs2-header", Span(0, len(first.header)), header, meaning, "RFC 5801 section 4")]
    if first.authzid is not None:
        start = len(first.flag) + 1
        name = scram.unescaped(first.authzid) or first.authzid.decode("utf-8", "backslashreplace")
        span = Span(start, start + 2 + len(first.authzid))
        found.append(Field("a", span, name, _MEANINGS["a"], SOURCE, level=1))
    return found


def stage(side: Side, turn: int, message: bytes) -> str:
    """By the first letter where it tells, else by position."""
    if side is Side.CLIENT:
        return ("client-first", "client-final", "acknowledgement")[min(turn, 2)]
    if not message:
        return "empty"
    if message[:2] in (b"v=", b"e="):
        return "server-final"
    if message[:2] in (b"r=", b"m="):
        return "server-first"
    return "server-final" if turn >= 2 else "server-first"


def _recogniser(digest: str, plus: bool) -> Callable[[Side, bytes, bool], Recognition | None]:
    size = scram.SIZES[digest]

    def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
        if clear or len(message) > 10_000:
            return None
        if side is Side.CLIENT:
            return _recognised_client(message, plus, size)
        if plus:
            return None
        found = scram.attributes(message)
        if found.letters[:3] == "rsi":
            why = "r=, s= and i= are SCRAM's; which hash it is, the AUTH line says."
            return Recognition("server-first", Certainty.LIKELY, why)
        if found.letters == "v":
            value = b64.decode(found.get("v") or b"").message
            if value is None or len(value) != size:
                return None
            return Recognition("server-final", Certainty.CERTAIN, f"v= with {size} bytes, the size of this hash.")
        if found.letters == "e" and b" " not in message and len(message) > 2:
            return Recognition("server-final", Certainty.LIKELY, "e= is how SCRAM servers say why they refuse.")
        return None

    return recognises


def _recognised_client(message: bytes, plus: bool, size: int) -> Recognition | None:
    first = scram.client_first(message)
    if first is not None and first.nonce and first.name is not None:
        if first.flag.startswith(b"p=") is not plus:
            return None
        return Recognition("client-first", Certainty.LIKELY, "A GS2 header, n= and r=: SCRAM's first message.")
    found = scram.attributes(message)
    if found.letters.startswith("cr") and found.letters.endswith("p"):
        bound = b64.decode(found.get("c") or b"").message
        proof = b64.decode(found.get("p") or b"").message
        if bound is None or proof is None or len(proof) != size or bound.startswith(b"p=") is not plus:
            return None
        return Recognition(
            "client-final", Certainty.CERTAIN, f"c=, r=, and p= with {size} bytes, the size of this hash."
        )
    return None


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    at = stage(side, turn, message)
    if at == "empty":
        return "client-first: the Base64 of n,,n= user name, r= a fresh nonce."
    if at == "server-first":
        return "client-final: c= the GS2 header in Base64, r= the whole nonce, p= the proof; all in Base64 once more."
    if at == "server-final":
        if message.startswith(b"e="):
            return "An empty line or `*`; then the 535 comes."
        return "An empty line, once v= has been checked against the own ServerSignature. Then 235 comes."
    return {"client-first": "334 with r=, s= and i=.", "client-final": "334 with v=, or 535."}.get(at, "235.")


def _steps(digest: str) -> Callable[[Scenario, Turns], list[Working]]:
    return lambda scenario, turns: scram.workings(scenario, turns, digest)


def _usual(size: int) -> tuple[Usual, ...]:
    nonce, text = rb"r=(?P<nonce>[A-Za-z0-9+/]+)", _base64(size)
    return (
        Usual(Side.CLIENT, 0, rb"n,,n=" + NAME + b"," + nonce),
        Usual(Side.SERVER, 1, nonce + rb",s=[A-Za-z0-9+/]{21}[AQgw]==,i=[1-9][0-9]{3,5}"),
        Usual(Side.CLIENT, 1, rb"c=biws," + nonce + rb",(?P<secret>p=" + text + b")"),
        Usual(Side.SERVER, 2, rb"v=" + text),
        Usual(Side.CLIENT, 2, rb""),
    )


def _base64(size: int) -> bytes:
    """A pattern for the Base64 of so many octets, whose unused bits are zero (RFC 4648 section 3.5)."""
    whole, rest = divmod(size, 3)
    end = (b"", rb"[A-Za-z0-9+/][AQgw]==", rb"[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=")[rest]
    return rb"[A-Za-z0-9+/]{%d}" % (4 * whole) + end


def _make(name: str, digest: str, source: str, plus: bool) -> Mechanism:
    return Mechanism(
        name=f"{name}-PLUS" if plus else name,
        source=source,
        first=Side.CLIENT,
        initial_response=True,
        plaintext=False,
        serve=_server(digest, plus),
        answer=_client(digest, plus),
        fields=fields,
        stage=stage,
        recognises=_recogniser(digest, plus),
        expects=expects,
        misconceptions=mistakes(digest, plus),
        reads=reader(digest, plus),
        carries=carries,
        steps=_steps(digest),
        usual=() if plus else _usual(scram.SIZES[digest]),
    )


MECHANISMS = tuple(
    _make(name, digest, source, plus)
    for name, digest, source in (
        ("SCRAM-SHA-1", "sha1", "RFC 5802"),
        ("SCRAM-SHA-256", "sha256", "RFC 7677"),
        ("SCRAM-SHA-512", "sha512", "draft-melnikov-scram-sha-512"),
    )
    for plus in (False, True)
)
