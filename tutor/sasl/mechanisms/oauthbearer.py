"""OAUTHBEARER: a GS2 header, then `key=value` pairs between ^A bytes (RFC 7628).

Protected, so that a flipped byte never ends in 235: the `authzid` and the `token`. Host and
port are the client's own view, and unknown keys are ignored (section 3.1).
"""

from collections.abc import Iterator

from tutor.diagnosis import Diagnosis
from tutor.records import Record
from tutor.sasl import oauth
from tutor.sasl.identity import Credentials, UserTable
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
from tutor.sasl.oauth import KVSEP, text, utf8
from tutor.sasl.patterns import Pattern
from tutor.spans import Field, Span

SOURCE = "RFC 7628 section 3.1"
ERROR = "RFC 7628 section 3.2.3"
PROTECTED = ("authzid", "token")
_HEADER = Pattern(rb"(n|y|p=[A-Za-z0-9.-]+),(?:a=([^,]*))?,")
_LENIENT = Pattern(rb"([nNyY]?|p=[^,\x01]*),(a=)?([^,]*),")
_KEY = Pattern(rb"[A-Za-z]+")
_VALUE = Pattern(rb"[\x20-\x7e\t\r\n]*")
_SASLNAME = Pattern(rb"(?:[^=,\0]|=2C|=3D)*")
_FORM = "n,a=NAME, ^A auth=Bearer TOKEN ^A ^A, where ^A is the byte 01"


class Parsed(Record):
    """A client's first message that keeps to the grammar."""

    authzid: bytes | None
    """Unescaped; None where there is no `a=`."""
    auth: bytes


def parse(message: bytes) -> Parsed | str:
    """The message's parts, or why it breaks the grammar of RFC 7628 section 3.1."""
    header = _HEADER.match(message)
    if header is None:
        return "No GS2 header such as `n,a=NAME,` in front."
    flag, name = header.groups()
    if flag.startswith(b"p"):
        return "The client binds to a TLS channel (p=), which OAUTHBEARER cannot (section 3.1; RFC 5801 section 4)."
    if name is not None and not _SASLNAME.fullmatch(name):
        return "In the name, `,` is written =2C and `=` is written =3D (RFC 5801 section 4)."
    body = message[header.end() :]
    if not body.startswith(KVSEP) or not body.endswith(KVSEP * 2):
        return "A ^A (byte 01) stands behind the header, and two at the end."
    values: dict[bytes, bytes] = {}
    for pair in body[1:-2].split(KVSEP):
        key, equals, value = pair.partition(b"=")
        if not equals or not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            return "Between two ^A stands a key of letters, `=`, and a value of printable ASCII."
        if values.setdefault(key, value) is not value:
            return "A key occurs twice."
    if b"auth" not in values:
        return "There is no auth=."
    authzid = None if name is None else name.replace(b"=2C", b",").replace(b"=3D", b"=")
    return Parsed(authzid, values[b"auth"])


def serve(scenario: Scenario) -> ServerScript:
    """OAUTHBEARER, server side: a verdict, or the error JSON, which the client acknowledges with a lone ^A."""
    message = yield b""
    parsed = parse(message)
    if isinstance(parsed, str):
        return Failure(Reason.MALFORMED, f"{parsed} ({SOURCE})")
    scheme, token = oauth.scheme_and_token(parsed.auth)
    owner = _owner(scenario.users, parsed.authzid, token) if scheme.lower() == b"bearer" and token else None
    reason = Reason.CREDENTIALS
    if owner is not None:
        if scenario.users.may_act_as(owner, _name(parsed.authzid)):
            return Success(owner)
        reason = Reason.AUTHORIZATION
    acknowledged = yield oauth.error_json(
        scenario,
        status="invalid_token",
        **{"openid-configuration": f"https://{scenario.hostname}/.well-known/openid-configuration"},
    )
    if acknowledged != KVSEP:
        return Failure(Reason.MALFORMED, f"The error was not acknowledged with the byte 01, AQ== ({ERROR}).")
    return Failure(reason, "The server does not take this token here.")


def _owner(users: UserTable, authzid: bytes | None, token: bytes) -> str | None:
    """Whose token it is; where two users share one, the one that `a=` names."""
    found: str | None = None
    for name in users:
        # No early end: how long the search takes tells nothing about the token.
        if users.verify(utf8(name), token) and (found is None or utf8(name) == authzid):
            found = name
    return found


def _name(authzid: bytes | None) -> str:
    return "" if authzid is None else authzid.decode("utf-8", "backslashreplace")


def answer(scenario: Scenario) -> ClientScript:
    """OAUTHBEARER, client side: everything at once; an error JSON gets a lone ^A (`AQ==`)."""
    credentials = scenario.credentials
    error = yield message_of(scenario)
    if error is None:
        return Success(credentials.authzid or credentials.authcid)
    yield KVSEP
    return Failure(Reason.CREDENTIALS, f"The server refused the token: status {oauth.status(error) or 'unknown'}.")


def message_of(scenario: Scenario) -> bytes:
    """`n,a=NAME,^Ahost=HOST^Aport=PORT^Aauth=Bearer TOKEN^A^A`; without a name `n,,`."""
    place = b"host=" + utf8(scenario.hostname) + b"\x01port=" + str(scenario.port).encode()
    token = utf8(scenario.credentials.password or "")
    return gs2_header(scenario) + KVSEP + place + KVSEP + b"auth=Bearer " + token + KVSEP * 2


def gs2_header(scenario: Scenario) -> bytes:
    """`n,a=NAME,`: no channel binding, and whom to act as (RFC 5801 section 4)."""
    name = scenario.credentials.authzid or scenario.credentials.authcid
    if not name:
        return b"n,,"
    return b"n,a=" + utf8(name).replace(b"=", b"=3D").replace(b",", b"=2C") + b","


def carries(credentials: Credentials) -> str | None:
    """No NUL in the name, which may be empty; a token of printable ASCII."""
    for what, value in (("user name", credentials.authcid), ("authzid", credentials.authzid)):
        if "\0" in value:
            return f"The {what} holds a NUL, which a GS2 header cannot carry (RFC 5801 section 4)."
    names = {"user name": credentials.authcid, "authzid": credentials.authzid}
    return oauth.uncarried(credentials.password, **names)


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """The error JSON's members; or the GS2 header and the pairs, with the token and what a JWT says inside."""
    if side is Side.SERVER:
        return oauth.error_fields(message)
    if message == KVSEP:
        return [Field("kvsep", Span(0, 1), "01", "A lone ^A: the error was read.", ERROR)]
    header = _LENIENT.match(message)
    if header is None or b"auth=" in header.group(3).lower():
        return oauth.pair_fields(message, 0, SOURCE)
    end = header.end()
    shown = text(message[:end])
    found = [Field("gs2-header", Span(0, end), shown, _binding(header.group(1)), "RFC 5801 section 4")]
    start, stop = header.span(3)
    name = header.group(3).replace(b"=2C", b",").replace(b"=3D", b"=")
    why = "Whom to act as: the user." if name else "No user named: the token alone tells who it is."
    if name and header.group(2) is None:
        why = "Should begin with a=."
    found.append(Field("authzid", Span(start, stop), text(name), why, SOURCE, level=1))
    return [*found, *oauth.pair_fields(message, end, SOURCE)]


def _binding(flag: bytes) -> str:
    if flag == b"n":
        return "n: the client does not bind to the TLS channel."
    if flag == b"y":
        return "y: the client could bind to the TLS channel, and believes that the server cannot."
    if flag.startswith(b"p="):
        return "p: the client binds to the TLS channel, which OAUTHBEARER cannot."
    return "Should begin with n, or y."


def stage(side: Side, turn: int, message: bytes) -> str:
    """The empty challenge or the error; the message, then the acknowledgement."""
    if side is Side.CLIENT:
        return "acknowledgement" if message == KVSEP or (turn > 0 and b"auth=" not in message) else "initial response"
    if not message:
        return "empty"
    if oauth.looks_like_error(message):
        return "error-json"
    return "text" if turn == 0 else "challenge"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """A GS2 header with pairs behind it; a lone ^A; an error JSON; or a text that names OAUTHBEARER."""
    if side is Side.SERVER:
        if clear:
            named = message.strip().upper() == b"OAUTHBEARER SUPPORTED"
            return Recognition("text", Certainty.LIKELY, "The text names OAUTHBEARER.") if named else None
        if not message:
            return Recognition("empty", Certainty.POSSIBLE, "The empty challenge: OAUTHBEARER's message may go here.")
        sure = oauth.json_certainty(message, numeric=False)
        return None if sure is None else Recognition("error-json", *sure)
    if clear:
        return None
    if message == KVSEP:
        return Recognition("acknowledgement", Certainty.LIKELY, "A lone ^A (byte 01) acknowledges an error.")
    header = _HEADER.match(message)
    if header is not None and b"\x01auth=" in message[header.end() :]:
        # A whole message; a NUL would make it PLAIN's, and a digest at the end CRAM-MD5's.
        certainty = Certainty.CERTAIN if message.endswith(KVSEP) and b"\0" not in message else Certainty.LIKELY
        return Recognition("initial response", certainty, "A GS2 header, and auth= behind a ^A (byte 01).")
    if (
        message.startswith(b"user=")
        and b"\x01auth=" in message
        and (b"\x01host=" in message or b"\x01port=" in message)
    ):
        why = "auth=, host= and port= between ^A bytes; but user= instead of a GS2 header, as old curls sent it."
        return Recognition("initial response", Certainty.LIKELY, why)
    return None


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.CLIENT:
        if stage(side, turn, message) == "acknowledgement":
            return "535: the token was refused before."
        return "235 where the token is right; else a 334 with an error in JSON."
    if oauth.looks_like_error(message):
        return "AQ== (the byte 01), which only says that the error was read, or *; then comes the refusal."
    return f"The Base64 of: {_FORM}."


def _accepted(scenario: Scenario, message: bytes) -> bool:
    script = serve(scenario)
    next(script)
    try:
        script.send(message)
    except StopIteration as stop:
        return isinstance(stop.value, Success)
    return False


def _due(scenario: Scenario, turns: Turns) -> tuple[bytes, bytes, bytes] | None:
    """(GS2 header, host and port, token) where the message itself is due and the token is known."""
    if turns.number or not scenario.credentials.password:
        return None
    place = b"host=" + utf8(scenario.hostname) + b"\x01port=" + str(scenario.port).encode() + b"\x01"
    return gs2_header(scenario), place, utf8(scenario.credentials.password)


def _refused(scenario: Scenario, messages: Iterator[bytes]) -> Iterator[bytes]:
    return (message for message in messages if not _accepted(scenario, message))


def _no_bearer(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        header, place, token = due
        schemes = (b"", b"Bearer", b"Bearer:", b"Bearer=", b"OAuth ", b"Token ", b"Basic ", b"token=")
        yield from _refused(
            scenario,
            (
                header + KVSEP + middle + b"auth=" + scheme + token + KVSEP * 2
                for scheme in schemes
                for middle in (place, b"")
            ),
        )


def _separator(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        header, place, token = due
        for mark in (
            b"^A", b"\\x01", b"\\001", b"\\u0001", b"%01", b"\0", b" ", b",", b";", b"&", b"\n", b"\r\n", b"",
        ):  # fmt: skip
            for middle in (place.replace(KVSEP, mark), b""):
                yield header + mark + middle + b"auth=Bearer " + token + mark * 2
                yield header + mark + middle + b"auth=Bearer " + token + KVSEP * 2
                yield header + mark + middle + b"auth=Bearer " + token


def _terminator(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        header, place, token = due
        for end in (b"", b"\x01", b"\x01\x01\x01", b"\x01^A", b"^A^A", b"\\x01\\x01", b"\n\n", b"\0\0"):
            for middle in (place, b""):
                yield header + KVSEP + middle + b"auth=Bearer " + token + end


def _user(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    """The name without its `a=`; a header without a name is right (the user is optional)."""
    if due := _due(scenario, turns):
        header, place, token = due
        name = header.removeprefix(b"n,a=").removesuffix(b",")
        if header == b"n,,":
            return
        heads = (b"n," + name + b",", b"n," + name, b"n,user=" + name + b",", b"n,u=" + name + b",", b"n,n=" + name)
        yield from _refused(
            scenario,
            (head + KVSEP + middle + b"auth=Bearer " + token + KVSEP * 2 for head in heads for middle in (place, b"")),
        )


def _bare_token(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        _, _, token = due
        name = utf8(scenario.credentials.authcid)
        yield token
        yield b"Bearer " + token
        yield b"\0" + name + b"\0" + token


def _wrong_form(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if due := _due(scenario, turns):
        _, place, token = due
        name = utf8(scenario.credentials.authcid)
        for middle in (b"", place):
            yield b"user=" + name + KVSEP + middle + b"auth=Bearer " + token + KVSEP * 2
            yield middle + b"auth=Bearer " + token + KVSEP * 2


def _no_acknowledgement(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if turns.number and oauth.looks_like_error(turns.challenge or b""):
        yield b""
        yield b"AQ=="
        yield b"\x01\x01"
        yield b"\n"
        if scenario.credentials.password:
            yield message_of(scenario)


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """The same mistakes in messages that we could not make: another user, another token, two mistakes at once."""
    if turns.number:
        if message == KVSEP or not oauth.looks_like_error(turns.challenge or b""):
            return None
        return _diagnosis("oauth.no-acknowledgement", Span(0, len(message)))
    parsed = parse(message)
    at = message.find(b"auth=")
    if isinstance(parsed, Parsed):
        scheme, token = oauth.scheme_and_token(parsed.auth)
        bearer = scheme.lower() == b"bearer" and token
        return _diagnosis("oauth.no-bearer", Span(at, at + 5)) if parsed.auth and not bearer else None
    if at == -1:
        return _diagnosis("oauth.bare-token", None) if b"\0" not in message and len(message) > 40 else None
    if message.startswith((b"user=", b"auth=", b"host=")):
        return _diagnosis("oauth.wrong-form", Span(0, at))
    header = _HEADER.match(message)
    if header is None:
        return _diagnosis("oauth.user", Span(0, at))
    if message[at - 1 : at] != KVSEP or message[header.end() : header.end() + 1] != KVSEP:
        return _diagnosis("oauth.separator", Span(header.end() - 1, at))
    if not message[at + 5 :].lower().startswith(b"bearer "):
        return _diagnosis("oauth.no-bearer", Span(at, at + 5))
    if not message.endswith(KVSEP * 2) or message.endswith(KVSEP * 3):
        return _diagnosis("oauth.terminator", Span(max(len(message) - 2, 0), len(message)))
    return None


def _diagnosis(code: str, span: Span | None) -> Diagnosis:
    mistake = next(each for each in MISCONCEPTIONS if each.code == code)
    return Diagnosis(code, mistake.layer, mistake.why, mistake.fix, message_span=span, source=mistake.source)


_PRINTF = r"printf 'n,a=%s,\001auth=Bearer %s\001\001' NAME TOKEN | openssl base64 -A"

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
        "The user name has no a= in front; the GS2 header is n,a=NAME, or n,, without a user.",
        "RFC 7628 section 3.1; RFC 5801 section 4",
        _user,
        f"Write n,a=NAME, with both commas: {_PRINTF}",
    ),
    Misconception(
        "oauth.bare-token",
        "Only the token was sent; it must be wrapped behind a GS2 header.",
        SOURCE,
        _bare_token,
        f"Wrap it: {_PRINTF}",
    ),
    Misconception(
        "oauth.wrong-form",
        "This is XOAUTH2's form (user=NAME …); OAUTHBEARER begins with a GS2 header, n,a=NAME,",
        SOURCE,
        _wrong_form,
        f"Use OAUTHBEARER's form, or choose AUTH XOAUTH2: {_PRINTF}",
    ),
    Misconception(
        "oauth.no-acknowledgement",
        "After the error JSON, OAUTHBEARER wants AQ== (the byte 01) before the server refuses.",
        ERROR,
        _no_acknowledgement,
        "Send AQ==, or * to cancel. A new token belongs into a new AUTH.",
    ),
)

MECHANISMS = (
    Mechanism(
        name="OAUTHBEARER",
        source="RFC 7628",
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
