"""DIGEST-MD5: a hash over a fresh challenge, and the server's own proof (RFC 2831, historic since RFC 6331)."""

from collections.abc import Iterator

from tutor.sasl import digest, digest_reading
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import (
    Certainty,
    ClientScript,
    Failure,
    Mechanism,
    Misconception,
    Reason,
    Recognition,
    Scenario,
    ServerScript,
    Side,
    Success,
    Turns,
)
from tutor.spans import Field, Span

SOURCE = "RFC 2831 section 2.1"
PROTECTED = ("username", "realm", "nonce", "cnonce", "nc", "qop", "digest-uri", "response", "rspauth")
"""The directives whose values no one can change on the way without a failure: all are hashed."""
_HEX = frozenset(b"0123456789abcdef")


def challenge(scenario: Scenario) -> bytes:
    """digest-challenge (RFC 2831 section 2.1.1). `algorithm=md5-sess` has no quotes: curl insists on that."""
    realm = b"" if scenario.realm is None else b"realm=" + digest.quoted(scenario.realm.encode("utf-8")) + b","
    return realm + b"nonce=" + digest.quoted(scenario.server_nonce) + b',qop="auth",charset=utf-8,algorithm=md5-sess'


def serve(scenario: Scenario) -> ServerScript:
    """DIGEST-MD5, server side."""
    asked = challenge(scenario)
    message = yield asked
    said = digest.parse(message)
    failure = _malformed(said) or _mismatch(said, scenario)
    if failure is not None:
        return failure
    name, password = _user(said, scenario)
    inputs = _inputs(said, name, password or "")
    right = [one for one in inputs if one.response() == said.get("response")]
    if not right or password is None:
        return Failure(Reason.CREDENTIALS, "The user name or the password is wrong.")
    authzid = (said.get("authzid") or b"").decode("utf-8", "replace")
    if not scenario.users.may_act_as(name, authzid):
        return Failure(Reason.AUTHORIZATION, "The password is right, but this user may not act as that authzid.")
    last = yield b"rspauth=" + right[0].response(b"")
    if last:
        return Failure(Reason.MALFORMED, "rspauth is answered with an empty line.")
    return Success(authzid or name)


_NEEDED = ("username", "nonce", "cnonce", "nc", "digest-uri", "response")
_SINGLE = (*_NEEDED, "realm", "qop", "charset", "maxbuf", "cipher", "authzid")


def _malformed(said: digest.Directives) -> Failure | None:
    for needed in _NEEDED:
        if said.get(needed) is None:
            return Failure(Reason.MALFORMED, f"The directive {needed} is missing (RFC 2831 section 2.1.2).")
    for single in _SINGLE:
        if len(said.every(single)) > 1:
            return Failure(Reason.MALFORMED, f"The directive {single} stands there twice (RFC 2831 section 2.1.2).")
    if said.get("authzid") == b"":
        return Failure(Reason.MALFORMED, "authzid must not be empty; leave it out (RFC 2831 section 2.1.2).")
    response = said.get("response") or b""
    if len(response) != 32 or not _HEX.issuperset(response):
        return Failure(Reason.MALFORMED, "response is 32 lower-case hex digits (RFC 2831 section 2.1.2).")
    return None


def _mismatch(said: digest.Directives, scenario: Scenario) -> Failure | None:
    """What does not answer our challenge; the host in digest-uri is not looked at, since curl puts the realm there."""
    if said.get("nonce") != scenario.server_nonce:
        return Failure(Reason.CREDENTIALS, "nonce is not the one of this challenge.")
    if said.get("nc") != b"00000001":
        return Failure(Reason.CREDENTIALS, "nc is 00000001 at the first use of a nonce.")
    if (said.get("qop") or b"auth") != b"auth":
        return Failure(Reason.MALFORMED, "qop is auth: nothing else was offered.")
    if not (said.get("digest-uri") or b"").lower().startswith(scenario.service.encode("ascii") + b"/"):
        return Failure(Reason.CREDENTIALS, f"digest-uri begins {scenario.service}/ (RFC 2831 section 2.1.2).")
    realm = said.get("realm")
    if scenario.realm is not None and (realm or b"") != scenario.realm.encode("utf-8"):
        return Failure(Reason.CREDENTIALS, "realm is not the one that was offered.")
    return None


def _user(said: digest.Directives, scenario: Scenario) -> tuple[str, str | None]:
    """(name, password) of the user; the password is None where there is no such user.

    A name is UTF-8 where the client says `charset=utf-8`, else Latin-1 (RFC 2831 section
    2.1.2); curl and Cyrus SASL's client send UTF-8 without saying so.
    """
    sent = said.get("username") or b""
    names = []
    for encoding in ("utf-8",) if said.utf8 else ("latin-1", "utf-8"):
        try:
            names.append(sent.decode(encoding))
        except UnicodeDecodeError:
            pass
    for name in names:
        if name in scenario.users:
            return name, scenario.users.password(name)
    return (names[0] if names else ""), None


def _inputs(said: digest.Directives, name: str, password: str) -> Iterator[digest.Inputs]:
    """What the client may have hashed: Latin-1 as RFC 2831 wants, or UTF-8, or the name as it was sent."""
    sent, realm = said.get("username") or b"", said.get("realm") or b""
    realms = [realm]
    try:
        realms = [digest.hashed_octets(realm.decode("utf-8")), realm]
    except UnicodeDecodeError:
        pass
    for name_octets in dict.fromkeys((digest.hashed_octets(name), name.encode("utf-8", "surrogatepass"), sent)):
        for secret in dict.fromkeys((digest.hashed_octets(password), password.encode("utf-8", "surrogatepass"))):
            for one in dict.fromkeys(realms):
                yield digest.Inputs(
                    name_octets,
                    one,
                    secret,
                    said.get("nonce") or b"",
                    said.get("cnonce") or b"",
                    said.get("nc") or b"",
                    said.get("qop") or b"auth",
                    said.get("digest-uri") or b"",
                    said.get("authzid"),
                )


def answer(scenario: Scenario) -> ClientScript:
    """DIGEST-MD5, client side."""
    message = yield None
    asked = None if message is None else digest.due(scenario, message)
    if asked is None:
        return Failure(Reason.MALFORMED, "The challenge wants a nonce, algorithm=md5-sess, and auth among its qop.")
    for single in ("nonce", "algorithm", "qop", "charset", "stale", "maxbuf", "cipher"):
        if len(asked.challenge.every(single)) > 1:
            return Failure(Reason.MALFORMED, f"The challenge has more than one {single} (RFC 2831 section 2.1.1).")
    final = yield asked.message()
    if final is None:
        return Failure(Reason.SERVER_UNPROVEN, "The server said yes without its rspauth: it has not proved itself.")
    if digest.parse(final).get("rspauth") != asked.inputs.response(b""):
        return Failure(Reason.SERVER_UNPROVEN, "rspauth is not that of a server that knows the password.")
    more = yield b""
    if more is not None:
        return Failure(Reason.MALFORMED, "The server asked again after its rspauth.")
    return Success(scenario.credentials.authzid or scenario.credentials.authcid)


def carries(credentials: Credentials) -> str | None:
    """Any name and password that UTF-8 can write; an empty authzid is none."""
    for what, value in (
        ("user name", credentials.authcid),
        ("password", credentials.password or ""),
        ("authzid", credentials.authzid),
    ):
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            return f"The {what} holds half a character (a lone surrogate), which UTF-8 cannot write."
    return None


_MEANINGS = {
    "realm": "Which collection of accounts; the response repeats it.",
    "nonce": "Makes the challenge unique; the response repeats it.",
    "qop": "Quality of protection: `auth` is authentication alone.",
    "charset": "Names and passwords are UTF-8.",
    "algorithm": "Always md5-sess.",
    "cipher": "Ciphers for qop auth-conf; nobody should use them.",
    "maxbuf": "The largest buffer, for qop auth-int and auth-conf.",
    "stale": "The nonce of the last attempt was too old.",
    "rspauth": "The server's own proof: check it, then answer with an empty line.",
    "username": "The user name.",
    "cnonce": "The client's own nonce.",
    "nc": "How often this nonce was used, eight hex digits.",
    "digest-uri": "Service and host, such as smtp/mail.example.org.",
    "response": "The proof that the client knows the password, 32 hex digits.",
    "authzid": "Whom to act as.",
}


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """The directives by name, with the commas between."""
    found: list[Field] = []
    position = 0
    for one in digest.parse(message).found:
        if one.start > position:
            comma = message[position : one.start]
            text = comma.decode("utf-8", "backslashreplace")
            found.append(Field("separator", Span(position, one.start), text, "Between the directives.", SOURCE))
        # A directive without a name may be a password that somebody sent here.
        secret = one.name == "response" or (not one.name and side is Side.CLIENT)
        meaning = _MEANINGS.get(one.name, "A directive that RFC 2831 does not name; it is ignored.")
        value = one.value.decode("utf-8", "backslashreplace")
        # A name is shown as it is, so it must not bring control characters from the wire.
        name = one.name if one.name.isascii() and one.name.isprintable() else "directive"
        found.append(Field(name or "text", Span(one.start, one.end), value, meaning, SOURCE, secret))
        position = one.end
    if position < len(message):
        text = message[position:].decode("utf-8", "backslashreplace")
        found.append(Field("separator", Span(position, len(message)), text, "Behind the directives.", SOURCE))
    return found


def stage(side: Side, turn: int, message: bytes) -> str:
    """By what stands in the message, else by position; an initial response may get a challenge at turn 1."""
    said = digest.parse(message[:4096])
    if side is Side.SERVER:
        if not message:
            return "empty"
        if said.get("rspauth") is not None:
            return "rspauth"
        return "challenge" if turn == 0 or said.get("nonce") is not None else "rspauth"
    return "response" if turn == 0 or said.get("response") is not None else "acknowledgement"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """Directives with the names of RFC 2831."""
    if clear or len(message) > 10_000 or b"=" not in message:
        return None
    said = digest.parse(message)
    if side is Side.SERVER:
        if said.get("rspauth") is not None and len(said.found) == 1:
            return Recognition("rspauth", Certainty.CERTAIN, "rspauth= is what DIGEST-MD5 servers end with.")
        if said.get("nonce") is not None and any(said.get(name) is not None for name in ("algorithm", "qop", "realm")):
            return Recognition("challenge", Certainty.CERTAIN, "nonce=, qop=, algorithm= are DIGEST-MD5's directives.")
        return None
    if all(said.get(name) is not None for name in ("username", "nonce", "response")):
        return Recognition("response", Certainty.CERTAIN, "username=, nonce=, response= are DIGEST-MD5's directives.")
    return None


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    at = stage(side, turn, message)
    if at in ("challenge", "empty"):
        return "The Base64 of: username=, realm=, nonce=, nc=, cnonce=, digest-uri=, response=, qop= with commas."
    if at == "rspauth":
        return "An empty line, once rspauth has been checked; then 235 comes. `*` would cancel."
    return {"response": "334 with rspauth=, or 535."}.get(at, "235.")


def _asked(scenario: Scenario, turns: Turns) -> digest.Due | None:
    if scenario.credentials.password is None or turns.challenge is None or turns.number:
        return None
    return digest.due(scenario, turns.challenge)


def _uri(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if asked := _asked(scenario, turns):
        host, service = scenario.hostname.encode(), scenario.service.encode("ascii")
        tried = (host, b"imap/" + host, b"http/" + host, b"ldap/" + host, service + b"://" + host, b"/", b"")
        for wrong in tried:
            if not wrong.lower().startswith(service + b"/"):
                yield asked.message(asked.inputs._replace(uri=wrong))


def _nonce(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if asked := _asked(scenario, turns):
        for wrong in (asked.inputs.cnonce, digest.quoted(asked.inputs.nonce), b""):
            if wrong != asked.inputs.nonce:
                yield asked.message(asked.inputs._replace(nonce=wrong))


def _realm(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    asked = _asked(scenario, turns)
    if asked is None or asked.realm is None:
        return
    domain = scenario.credentials.authcid.rpartition("@")[2].encode("utf-8", "surrogatepass")
    host = scenario.hostname.encode()
    for wrong in dict.fromkeys((domain, host, host.partition(b".")[2], b"localhost", b"")):
        if wrong != asked.realm:
            yield asked.message(asked.inputs._replace(realm=wrong), realm=wrong)


def _nc(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if asked := _asked(scenario, turns):
        for wrong in (b"1", b"00000000", b"00000002", b"0", b"000001"):
            yield asked.message(asked.inputs._replace(nc=wrong))


def _qop(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if asked := _asked(scenario, turns):
        for wrong in (b"auth-int", b"auth-conf", b"auth,auth-int", b"none"):
            yield asked.message(asked.inputs._replace(qop=wrong))


def _hash(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    asked = _asked(scenario, turns)
    if asked is None:
        return
    inputs = asked.inputs
    secret = inputs.username + b":" + inputs.realm + b":" + inputs.password
    fresh = b":" + inputs.nonce + b":" + inputs.cnonce
    ha2 = digest.hex_md5(inputs.a2())
    right = inputs.response()
    wrong = [
        inputs.combined(digest.hex_md5(secret), ha2),  # HTTP's MD5 instead of md5-sess
        inputs.combined(digest.hex_md5(digest.hex_md5(secret) + fresh), ha2),  # the hex hashed, not the bytes
        inputs.combined(digest.hex_md5(inputs.a1()), digest.hex_md5(inputs.a2(b"POST"))),
        inputs.combined(digest.hex_md5(inputs.a1()), digest.hex_md5(inputs.a2(b""))),  # the server's A2
        inputs.combined(digest.hex_md5(inputs.a1()), digest.hex_md5(inputs.a2(b"AUTHENTICATE") + b":" + b"0" * 32)),
        digest.hex_md5(digest.hex_md5(inputs.a1()) + b":" + inputs.nonce + b":" + ha2),  # RFC 2069
        inputs._replace(  # the quotation marks hashed too
            username=digest.quoted(inputs.username),
            realm=b"" if asked.realm is None else digest.quoted(inputs.realm),
            nonce=digest.quoted(inputs.nonce),
            cnonce=digest.quoted(inputs.cnonce),
            uri=digest.quoted(inputs.uri),
        ).response(),
        right.upper(),
    ]
    if inputs.authzid is not None:
        wrong.append(inputs._replace(authzid=None).response())
    for response in dict.fromkeys(wrong):
        if response != right:
            yield asked.message(response=response)


MECHANISMS = (
    Mechanism(
        name="DIGEST-MD5",
        source="RFC 2831",
        first=Side.SERVER,
        # RFC 2831 section 2.2 lets a client begin with an old nonce; ours answers with a fresh challenge.
        initial_response=True,
        plaintext=False,
        serve=serve,
        answer=answer,
        fields=fields,
        stage=stage,
        recognises=recognises,
        expects=expects,
        misconceptions=(
            Misconception(
                "digest-md5.uri",
                "digest-uri is not the service and the host, such as smtp/mail.example.org.",
                "RFC 2831 section 2.1.2",
                _uri,
                'Write digest-uri="smtp/HOST", and hash the same text in A2.',
            ),
            Misconception(
                "digest-md5.nonce",
                "nonce is not the one of the challenge.",
                "RFC 2831 section 2.1.2",
                _nonce,
                "Copy nonce from the challenge, without its quotation marks.",
            ),
            Misconception(
                "digest-md5.realm",
                "realm is not one that the challenge offers.",
                "RFC 2831 section 2.1.2",
                _realm,
                "Copy realm from the challenge; do not invent one from the domain or the host.",
            ),
            Misconception(
                "digest-md5.nc",
                "nc is not 00000001, the first use of this nonce in eight hex digits.",
                "RFC 2831 section 2.1.2",
                _nc,
                "Send nc=00000001.",
            ),
            Misconception(
                "digest-md5.qop",
                "qop is not auth, which is all that was offered.",
                "RFC 2831 section 2.1.2",
                _qop,
                "Send qop=auth, and hash the same word.",
            ),
            Misconception(
                "digest-md5.hash",
                "The response was computed another way than RFC 2831 says.",
                "RFC 2831 section 2.1.2.1",
                _hash,
                "A1 is H(user:realm:password), 16 raw bytes, then :nonce:cnonce; A2 is AUTHENTICATE:digest-uri.",
            ),
        ),
        reads=digest_reading.reads,
        carries=carries,
        steps=digest.workings,
    ),
)
