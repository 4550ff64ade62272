"""PLAIN: authzid NUL authcid NUL passwd in one message (RFC 4616)."""

from collections.abc import Iterator

from tutor.diagnosis import Diagnosis, Layer
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import (
    NAME,
    VALUE,
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
    Usual,
)
from tutor.spans import Field, Span

SOURCE = "RFC 4616 section 2"


def serve(scenario: Scenario) -> ServerScript:
    """PLAIN, server side: an empty challenge where no initial response came, then a verdict."""
    message = yield b""
    parts = message.split(b"\0")
    if len(parts) != 3:
        return Failure(Reason.MALFORMED, f"PLAIN has exactly 2 NUL bytes; here are {len(parts) - 1}.")
    authzid, authcid, passwd = parts
    if not authcid or not passwd:
        missing = "user name" if not authcid else "password"
        return Failure(Reason.MALFORMED, f"The {missing} is empty; PLAIN wants at least one character ({SOURCE}).")
    if not scenario.users.verify(authcid, passwd):
        return Failure(Reason.CREDENTIALS, "The user name or the password is wrong.")
    name = authcid.decode("utf-8")
    identity = authzid.decode("utf-8", "replace")
    if not scenario.users.may_act_as(name, identity):
        return Failure(Reason.AUTHORIZATION, "The password is right, but this user may not act as that authzid.")
    return Success(identity or name)


def answer(scenario: Scenario) -> ClientScript:
    """PLAIN, client side: everything at once."""
    credentials = scenario.credentials
    values = (credentials.authzid, credentials.authcid, credentials.password or "")
    more = yield b"\0".join(value.encode("utf-8", "surrogatepass") for value in values)
    if more is not None:
        return Failure(Reason.MALFORMED, "The server asked again; PLAIN has one message.")
    return Success(credentials.authzid or credentials.authcid)


def carries(credentials: Credentials) -> str | None:
    """No NUL, and neither the user name nor the password empty (RFC 4616 section 2)."""
    for what, value in (
        ("authzid", credentials.authzid),
        ("user name", credentials.authcid),
        ("password", credentials.password or ""),
    ):
        if "\0" in value:
            return f"The {what} holds a NUL, which PLAIN uses between the parts ({SOURCE})."
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            return f"The {what} holds half a character (a lone surrogate), which UTF-8 cannot write."
    if not credentials.authcid:
        return f"The user name is empty ({SOURCE})."
    if not credentials.password:
        return f"The password is empty ({SOURCE})."
    return None


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """authzid, NUL, authcid, NUL, passwd; what comes after a third NUL belongs to the passwd, so it stays masked."""
    if side is Side.SERVER or not message:
        return []
    parts = message.split(b"\0", 2)
    if len(parts) < 3:
        return _broken(message, parts)
    authzid, authcid, passwd = parts
    first, second = len(authzid), len(authzid) + 1 + len(authcid)
    acting = "Whom to act as." if authzid else "Whom to act as: empty, so the user's own identity."
    return [
        Field("authzid", Span(0, first), _text(authzid), acting, SOURCE),
        Field("UTF8NUL", Span(first, first + 1), "00", "A NUL byte between the parts.", SOURCE),
        Field("authcid", Span(first + 1, second), _text(authcid), "The user name.", SOURCE),
        Field("UTF8NUL", Span(second, second + 1), "00", "A NUL byte between the parts.", SOURCE),
        Field("passwd", Span(second + 1, len(message)), _text(passwd), "The password.", SOURCE, secret=True),
    ]


def _broken(message: bytes, parts: list[bytes]) -> list[Field]:
    """Fewer than two NULs: which part is which cannot be known, so all behind the first separator is masked."""
    cut = len(parts[0])
    if len(parts) == 1:
        why = "No NUL byte: these parts cannot be told apart."
        return [Field("message", Span(0, len(message)), _text(message), why, SOURCE, secret=True)]
    return [
        Field("authzid", Span(0, cut), _text(parts[0]), "By position the authzid; a NUL is missing.", SOURCE),
        Field("UTF8NUL", Span(cut, cut + 1), "00", "The only NUL byte; PLAIN has two.", SOURCE),
        Field(
            "authcid",
            Span(cut + 1, len(message)),
            _text(parts[1]),
            "By position the user name; perhaps the password.",
            SOURCE,
            secret=True,
        ),
    ]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def stage(side: Side, turn: int, message: bytes) -> str:
    """The empty challenge, then the message."""
    return "empty" if side is Side.SERVER else "initial response"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """Two NULs with something behind each; or the empty challenge, which several mechanisms share."""
    if side is Side.SERVER:
        if not message and not clear:
            return Recognition("empty", Certainty.POSSIBLE, "The empty challenge: PLAIN's message goes here.")
        if clear and message.strip().upper() == b"PLAIN SUPPORTED":
            return Recognition("text", Certainty.LIKELY, "The text names PLAIN.")
        return None
    parts = message.split(b"\0")
    if len(parts) == 3 and parts[1] and parts[2]:
        try:
            message.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return Recognition("initial response", Certainty.CERTAIN, "Two NUL bytes with text behind each.")
    return None


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.SERVER:
        return "The Base64 of: authzid (mostly empty), a NUL, the user name, a NUL, the password."
    return "235 where they are right, else 535."


def _no_leading_nul(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    name, password = _pair(scenario)
    if password and b"\0" not in name:
        yield name + b"\0" + password


def _separator(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    name, password = _pair(scenario)
    if not password:
        return
    for separator in (b":", b" ", b",", b";", b"\t", b"|", b"/", b"\n", b"\r\n", b"\x01", b"0", b""):
        yield name + separator + password
        yield separator + name + separator + password
    yield b"\0" + name + b":" + password
    yield b"\0" + name + b" " + password


def _order(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    name, password = _pair(scenario)
    if password and password != name:
        yield b"\0" + password + b"\0" + name
        yield name + b"\0" + password + b"\0"
        yield password + b"\0" + name


def _pair(scenario: Scenario) -> tuple[bytes, bytes]:
    credentials = scenario.credentials
    password = credentials.password or ""
    return credentials.authcid.encode("utf-8", "surrogatepass"), password.encode("utf-8", "surrogatepass")


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """The open mistakes: a wrong number of NULs, and an authzid that should not be there."""
    parts = message.split(b"\0")
    count = len(parts) - 1
    if count != 2:
        few = "Too few" if count < 2 else "Too many"
        at = 0 if count < 2 else len(b"\0".join(parts[:3]))
        return Diagnosis(
            "plain.nul-count",
            Layer.STRUCTURE,
            f"{few} NUL bytes: PLAIN has exactly 2, and here {'is 1' if count == 1 else f'are {count}'}.",
            "Join authzid (mostly empty), NUL, user name, NUL, password. "
            + "In a shell: printf '\\0%s\\0%s' NAME PASSWORD | openssl base64 -A",
            message_span=Span(at, len(message)),
            expected="2 NUL bytes",
            found=f"{count} NUL byte{'' if count == 1 else 's'}",
            source=SOURCE,
        )
    authzid, authcid, _ = parts
    name, _ = _pair(scenario)
    wanted = scenario.credentials.authzid.encode("utf-8", "surrogatepass")
    if authzid in (b"", wanted) or (authzid == name and authcid):
        # Nothing in front, what was asked for, or one's own name: all are allowed.
        return None
    mistaken = authzid == name and not authcid
    return Diagnosis(
        "plain.authzid",
        Layer.STRUCTURE,
        "The user name stands in the authzid's place, and the authcid is empty."
        if mistaken
        else "There is an authzid in front, and this user may not act as it.",
        "Leave the authzid empty: begin the message with the NUL. It is only for acting as somebody else.",
        message_span=Span(0, len(authzid)),
        expected="an empty authzid",
        found=f"an authzid of {len(authzid)} bytes",
        source="RFC 4616 section 2",
    )


MECHANISMS = (
    Mechanism(
        name="PLAIN",
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
        misconceptions=(
            Misconception(
                "plain.no-leading-nul",
                "The first NUL is missing: PLAIN starts with the authzid, which may be empty, and a NUL.",
                SOURCE,
                _no_leading_nul,
                fix="Put a NUL in front: printf '\\0%s\\0%s' NAME PASSWORD | openssl base64 -A",
            ),
            Misconception(
                "plain.separator",
                "The parts are joined by something else than NUL bytes (byte 00).",
                SOURCE,
                _separator,
                fix="Put a NUL before the name and one before the password: "
                "printf '\\0%s\\0%s' NAME PASSWORD | openssl base64 -A",
            ),
            Misconception(
                "plain.order",
                "The parts are in the wrong order: it is authzid, user name, password.",
                SOURCE,
                _order,
                fix="Send NUL, user name, NUL, password.",
            ),
        ),
        reads=reads,
        carries=carries,
        usual=(
            Usual(Side.CLIENT, 0, b"\0%b\0(?P<secret>%b)" % (NAME, VALUE)),
            Usual(Side.CLIENT, 0, b"%b\0(?P<secret>%b)" % (NAME, VALUE), "plain.no-leading-nul"),
        ),
    ),
)
