"""XOAUTH2: a user name and an access token in one message, as Google defined it.

Protected, so that a flipped byte never ends in 235: the `user` and the `token`.
"""

from collections.abc import Iterator

from tutor.diagnosis import Diagnosis
from tutor.sasl import oauth
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
from tutor.sasl.oauth import utf8
from tutor.sasl.patterns import Pattern
from tutor.spans import Field, Span

SOURCE = oauth.GOOGLE
PROTECTED = ("user", "token")
_MESSAGE = Pattern(rb"user=([^\x01]+)\x01auth=([^\x01]*)\x01\x01")
_GS2 = Pattern(rb"[nyp][^,\x01]*,(a=[^,]*)?,")
_FORM = "user=NAME ^A auth=Bearer TOKEN ^A ^A, where ^A is the byte 01"


def serve(scenario: Scenario) -> ServerScript:
    """XOAUTH2, server side: a verdict, or the error JSON, which the client acknowledges with an empty line."""
    message = yield b""
    match = _MESSAGE.fullmatch(message)
    if match is None:
        return Failure(Reason.MALFORMED, f"The message is not {_FORM}.")
    user, value = match.groups()
    scheme, token = oauth.scheme_and_token(value)
    if scheme.lower() == b"bearer" and token and scenario.users.verify(user, token):
        return Success(user.decode("utf-8"))
    acknowledged = yield oauth.error_json(scenario, status="400", schemes="Bearer")
    if acknowledged:
        return Failure(Reason.MALFORMED, "The error was not acknowledged with an empty line.")
    return Failure(Reason.CREDENTIALS, "The server does not take this token for this user.")


def answer(scenario: Scenario) -> ClientScript:
    """XOAUTH2, client side: everything at once; an error JSON gets an empty line."""
    error = yield message_of(scenario)
    if error is None:
        return Success(scenario.credentials.authcid)
    yield b""
    return Failure(Reason.CREDENTIALS, f"The server refused the token: status {oauth.status(error) or 'unknown'}.")


def message_of(scenario: Scenario) -> bytes:
    """`user=NAME^Aauth=Bearer TOKEN^A^A`."""
    name, token = _pair(scenario)
    return b"user=" + name + b"\x01auth=Bearer " + token + b"\x01\x01"


def carries(credentials: Credentials) -> str | None:
    """No ^A in the user name, which is not empty; a token of printable ASCII."""
    if not credentials.authcid:
        return "The user name is empty; XOAUTH2 cannot do without."
    if "\x01" in credentials.authcid:
        return f"The user name holds a ^A (byte 01), which XOAUTH2 uses between its parts ({SOURCE})."
    if credentials.authzid:
        return "XOAUTH2 has no place for an authzid."
    return oauth.uncarried(credentials.password, **{"user name": credentials.authcid})


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """The error JSON's members; or `user` and `auth`, with the token and what a JWT says of itself inside."""
    if side is Side.SERVER:
        return oauth.error_fields(message)
    return oauth.pair_fields(message, 0, SOURCE)


def stage(side: Side, turn: int, message: bytes) -> str:
    """The empty challenge or the error; the message, then the acknowledgement."""
    if side is Side.CLIENT:
        return "initial response" if turn == 0 or message.startswith(b"user=") else "acknowledgement"
    if not message:
        return "empty"
    if oauth.looks_like_error(message):
        return "error-json"
    return "text" if turn == 0 else "challenge"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """`user=…^Aauth=…`; or an error JSON; or a text that names XOAUTH2."""
    if side is Side.SERVER:
        if clear:
            named = message.strip().upper() == b"XOAUTH2 SUPPORTED"
            return Recognition("text", Certainty.LIKELY, "The text names XOAUTH2.") if named else None
        if not message:
            return Recognition("empty", Certainty.POSSIBLE, "The empty challenge: XOAUTH2's message may go here.")
        sure = oauth.json_certainty(message, numeric=True)
        return None if sure is None else Recognition("error-json", *sure)
    if clear or not message.startswith(b"user="):
        return None
    keys = {item.key for item in oauth.pairs(message, 0) if not isinstance(item, int)}
    if b"host" in keys or b"port" in keys:
        return Recognition("initial response", Certainty.POSSIBLE, "It begins with user=, but has host= or port= too.")
    if b"auth" in keys:
        # A whole message; a NUL would make it PLAIN's, and a digest at the end CRAM-MD5's.
        certainty = Certainty.CERTAIN if message.endswith(b"\x01") and b"\0" not in message else Certainty.LIKELY
        return Recognition("initial response", certainty, "user= and auth= with a ^A (byte 01) between them.")
    return Recognition("initial response", Certainty.LIKELY, "It begins with user=.")


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.CLIENT:
        if stage(side, turn, message) == "acknowledgement":
            return "535: the token was refused before."
        return "235 where user and token are right; else a 334 with an error in JSON."
    if oauth.looks_like_error(message):
        return "An empty line, which only says that the error was read; then comes 535. Get a new token."
    return f"The Base64 of: {_FORM}."


def _pair(scenario: Scenario) -> tuple[bytes, bytes]:
    credentials = scenario.credentials
    return utf8(credentials.authcid), utf8(credentials.password or "")


def _accepted(scenario: Scenario, message: bytes) -> bool:
    script = serve(scenario)
    next(script)
    try:
        script.send(message)
    except StopIteration as stop:
        return isinstance(stop.value, Success)
    return False


def _due(scenario: Scenario, turns: Turns) -> tuple[bytes, bytes] | None:
    """(user, token) where the message itself is due and the token is known."""
    if turns.number or not scenario.credentials.password:
        return None
    return _pair(scenario)


def _no_bearer(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        name, token = due
        for scheme in (b"", b"Bearer", b"Bearer:", b"Bearer=", b"OAuth ", b"Token ", b"Basic ", b"token="):
            wrong = b"user=" + name + b"\x01auth=" + scheme + token + b"\x01\x01"
            if not _accepted(scenario, wrong):
                yield wrong


def _separator(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        name, token = due
        for separator in (
            b"^A", b"\\x01", b"\\001", b"\\u0001", b"%01", b"\0", b" ", b",", b";", b"&", b"\n", b"\r\n", b"",
        ):  # fmt: skip
            yield b"user=" + name + separator + b"auth=Bearer " + token + separator * 2
            yield b"user=" + name + separator + b"auth=Bearer " + token + b"\x01\x01"
            yield b"user=" + name + separator + b"auth=Bearer " + token


def _terminator(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        name, token = due
        for end in (b"", b"\x01", b"\x01\x01\x01", b"\x01^A", b"^A^A", b"\\x01\\x01", b"\n\n", b"\0\0"):
            yield b"user=" + name + b"\x01auth=Bearer " + token + end


def _no_user(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        name, token = due
        tail = b"auth=Bearer " + token + b"\x01\x01"
        for head in (b"", b"\x01", b"user=\x01", name + b"\x01"):
            yield head + tail
        for key in (b"username", b"login", b"email", b"a"):
            yield key + b"=" + name + b"\x01" + tail


def _bare_token(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        name, token = due
        yield token
        yield b"Bearer " + token
        yield b"\0" + name + b"\0" + token


def _wrong_form(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        name, token = due
        escaped = name.replace(b"=", b"=3D").replace(b",", b"=2C")
        place = b"host=" + utf8(scenario.hostname) + b"\x01port=" + str(scenario.port).encode() + b"\x01"
        for header in (b"n,a=" + escaped + b",", b"n,,", b"y,a=" + escaped + b",", b"n,a=" + name + b","):
            yield header + b"\x01" + place + b"auth=Bearer " + token + b"\x01\x01"
            yield header + b"\x01auth=Bearer " + token + b"\x01\x01"
        yield b"user=" + name + b"\x01" + place + b"auth=Bearer " + token + b"\x01\x01"


def _no_acknowledgement(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if turns.number and oauth.looks_like_error(turns.challenge or b""):
        yield b"\x01"
        yield b"\n"
        yield b"\r\n"
        if scenario.credentials.password:
            yield message_of(scenario)


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """The same mistakes in messages that we could not make: another user, another token, two mistakes at once."""
    if turns.number:
        if not message or not oauth.looks_like_error(turns.challenge or b""):
            return None
        return _diagnosis("oauth.no-acknowledgement", Span(0, len(message)))
    if _MESSAGE.fullmatch(message) is not None:
        at = message.find(b"\x01auth=") + 1
        scheme, _ = oauth.scheme_and_token(message[at + 5 : -2])
        return None if scheme.lower() == b"bearer" else _diagnosis("oauth.no-bearer", Span(at, at + 5))
    if _GS2.match(message):
        return _diagnosis("oauth.wrong-form", Span(0, message.rfind(b",") + 1))
    if b"auth=" not in message:
        return _diagnosis("oauth.bare-token", None) if b"\0" not in message and len(message) > 40 else None
    at = message.find(b"auth=")
    if not (message.startswith(b"user=") and message[5:6] not in (b"", b"\x01")):
        return _diagnosis("oauth.user", Span(0, max(at, 1)))
    if message[at - 1 : at] != b"\x01":
        return _diagnosis("oauth.separator", Span(max(at - 1, 0), at))
    if not message[at + 5 :].lower().startswith(b"bearer "):
        return _diagnosis("oauth.no-bearer", Span(at, at + 5))
    return _diagnosis("oauth.terminator", Span(max(len(message) - 2, 0), len(message)))


def _diagnosis(code: str, span: Span | None) -> Diagnosis:
    mistake = next(each for each in MISCONCEPTIONS if each.code == code)
    return Diagnosis(code, mistake.layer, mistake.why, mistake.fix, message_span=span, source=mistake.source)


_PRINTF = r"printf 'user=%s\001auth=Bearer %s\001\001' NAME TOKEN | openssl base64 -A"

MISCONCEPTIONS = (
    Misconception(
        "oauth.no-bearer",
        "The word `Bearer` and a space are missing between auth= and the token.",
        SOURCE,
        _no_bearer,
        f"Write auth=Bearer TOKEN: {_PRINTF}",
    ),
    Misconception(
        "oauth.separator",
        "Between the parts stands something else than the byte 01 (Control-A, in texts ^A).",
        SOURCE,
        _separator,
        f"^A is one byte, not two characters: {_PRINTF}",
    ),
    Misconception(
        "oauth.terminator",
        "The message does not end in exactly two ^A bytes (byte 01).",
        SOURCE,
        _terminator,
        f"End with two ^A: {_PRINTF}",
    ),
    Misconception(
        "oauth.user",
        "There is no user=NAME in front; XOAUTH2 cannot do without.",
        SOURCE,
        _no_user,
        f"Begin with user= and the mail address that the token belongs to: {_PRINTF}",
    ),
    Misconception(
        "oauth.bare-token",
        "Only the token was sent; it must be wrapped with the user name.",
        SOURCE,
        _bare_token,
        f"Wrap it: {_PRINTF}",
    ),
    Misconception(
        "oauth.wrong-form",
        "This is OAUTHBEARER's form (n,a=NAME, …); XOAUTH2 begins with user=NAME.",
        SOURCE,
        _wrong_form,
        f"Use XOAUTH2's form, or choose AUTH OAUTHBEARER: {_PRINTF}",
    ),
    Misconception(
        "oauth.no-acknowledgement",
        "After the error JSON, XOAUTH2 wants an empty line before the server says 535.",
        SOURCE,
        _no_acknowledgement,
        "Send an empty line (just enter). A new token belongs into a new AUTH.",
    ),
)

MECHANISMS = (
    Mechanism(
        name="XOAUTH2",
        source=SOURCE,
        first=Side.CLIENT,
        initial_response=True,
        plaintext=True,
        serve=serve,
        answer=answer,
        fields=fields,
        stage=stage,
        recognises=recognises,
        expects=expects,
        misconceptions=MISCONCEPTIONS,
        reads=reads,
        carries=carries,
    ),
)
