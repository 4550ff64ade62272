"""EXTERNAL: the server knows the client already, from TLS or the like; the client only says whom to act as.

RFC 4422 appendix A. Whom the layer below has proved is not on the wire, so here the scenario
says it: `credentials.authcid` stands for the name in the client's certificate. Whether a
server offers EXTERNAL at all on a connection is for the SMTP floor to decide.
Protected, so that a flipped byte never ends in 235: the `authzid`.
"""

from collections.abc import Iterator

from tutor.diagnosis import Diagnosis, Layer
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

SOURCE = "RFC 4422 appendix A"
PROTECTED = ("authzid",)


def serve(scenario: Scenario) -> ServerScript:
    """EXTERNAL, server side: the outer name is known; may it act as the authzid?"""
    message = yield b""
    try:
        authzid = message.decode("utf-8")
    except UnicodeDecodeError:
        return Failure(Reason.MALFORMED, f"An authzid is UTF-8 ({SOURCE}).")
    if "\0" in authzid:
        return Failure(Reason.MALFORMED, f"An authzid holds no NUL byte ({SOURCE}).")
    outer = scenario.credentials.authcid
    if outer not in scenario.users:
        return Failure(Reason.CREDENTIALS, "Nothing outside SASL, such as a client certificate, proved a known name.")
    if not scenario.users.may_act_as(outer, authzid):
        return Failure(Reason.AUTHORIZATION, "The name that was proved outside may not act as that authzid.")
    return Success(authzid or outer)


def answer(scenario: Scenario) -> ClientScript:
    """EXTERNAL, client side: the authzid, mostly empty (`=` on the AUTH line)."""
    credentials = scenario.credentials
    more = yield credentials.authzid.encode("utf-8", "surrogatepass")
    if more is not None:
        return Failure(Reason.MALFORMED, "The server asked again; EXTERNAL has one message.")
    return Success(credentials.authzid or credentials.authcid)


def carries(credentials: Credentials) -> str | None:
    """Any authzid without NUL; no password travels."""
    for what, value in (("authzid", credentials.authzid), ("user name", credentials.authcid)):
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            return f"The {what} holds half a character (a lone surrogate), which UTF-8 cannot write."
    if "\0" in credentials.authzid:
        return f"The authzid holds a NUL ({SOURCE})."
    return None


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """One authzid. A NUL in it makes it look like PLAIN's message, so it is masked then."""
    if side is Side.SERVER:
        return _surprise(message)
    if b"\0" in message:
        why = "No authzid: it holds a NUL byte. Masked, because PLAIN's message looks like this."
        return [Field("message", Span(0, len(message)), _text(message), why, SOURCE, secret=True)]
    why = "Whom to act as." if message else "Whom to act as: empty, so the name that is known already."
    return [Field("authzid", Span(0, len(message)), _text(message), why, SOURCE)]


def _surprise(message: bytes) -> list[Field]:
    if not message:
        return []
    why = "EXTERNAL's challenge is empty; this is text."
    return [Field("text", Span(0, len(message)), _text(message), why, SOURCE)]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def stage(side: Side, turn: int, message: bytes) -> str:
    """The empty challenge, then the authzid."""
    if side is Side.CLIENT:
        return "initial response"
    return "text" if message else "empty"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """The empty challenge, which several mechanisms share; any name alone says nothing."""
    if side is Side.CLIENT:
        return None
    if clear:
        named = message.strip().upper() == b"EXTERNAL SUPPORTED"
        return Recognition("text", Certainty.LIKELY, "The text names EXTERNAL.") if named else None
    if message:
        return None
    return Recognition("empty", Certainty.POSSIBLE, "The empty challenge: EXTERNAL's authzid may go here.")


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.SERVER:
        return "The Base64 of the name to act as, or an empty line for the name that the server knows already."
    return "235 where that name may be used, else 535."


def _not_an_authzid(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if turns.number:
        return
    credentials = scenario.credentials
    name = credentials.authcid.encode("utf-8", "surrogatepass")
    password = (credentials.password or "").encode("utf-8", "surrogatepass")
    candidates = [b"=", b"u:" + name, b"dn:" + name, b"CN=" + name, b"/CN=" + name, b"EXTERNAL", b"\0" + name + b"\0"]
    if password:
        candidates += [password, b"\0" + name + b"\0" + password, name + b"\0" + name + b"\0" + password]
    for wrong in candidates:
        if not _right(scenario, wrong):
            yield wrong


def _right(scenario: Scenario, message: bytes) -> bool:
    """Whether it is what was asked for, or a name that the user may act as (whatever users the server knows)."""
    credentials = scenario.credentials
    try:
        authzid = message.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return authzid == credentials.authzid or scenario.users.may_act_as(credentials.authcid, authzid)


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """Whatever else is not an authzid that this user may act as."""
    if turns.number or _right(scenario, message):
        return None
    mistake = MISCONCEPTIONS[0]
    return Diagnosis(
        mistake.code,
        mistake.layer,
        mistake.why,
        mistake.fix,
        message_span=Span(0, len(message)),
        expected="nothing, or a name that this user may act as",
        source=mistake.source,
    )


MISCONCEPTIONS = (
    Misconception(
        "external.identity",
        "This is not an authzid that this user may act as. EXTERNAL carries no password and no certificate name.",
        SOURCE,
        _not_an_authzid,
        "Send an empty line (on the AUTH line: =). The server knows you from the TLS certificate.",
        layer=Layer.VALUE,
    ),
)

MECHANISMS = (
    Mechanism(
        name="EXTERNAL",
        source=SOURCE,
        first=Side.CLIENT,
        initial_response=True,
        plaintext=False,
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
