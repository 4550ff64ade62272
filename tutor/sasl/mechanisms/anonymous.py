"""ANONYMOUS: no login at all, only a trace: an address or a word for the server's log (RFC 4505).

The scenario's `credentials.authcid` is the trace. Nothing is protected: any trace logs in.
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
from tutor.sasl.patterns import Pattern
from tutor.spans import Field, Span

SOURCE = "RFC 4505 section 2"
PROFILE = "RFC 4505 section 3"
PROTECTED: tuple[str, ...] = ()
IDENTITY = "anonymous"
"""Who is logged in afterwards."""
LIMIT = 255
"""The longest token, in characters."""
_ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# addr-spec of RFC 2822 section 3.4.1, without comments and folding.
_ADDRESS = Pattern(
    rb"(?:%(a)s(?:\.%(a)s)*|\"(?:[ !#-\[\]-~]|\\[ -~])*\")@(?:%(a)s(?:\.%(a)s)*|\[[!-Z^-~]*\])" % {b"a": _ATOM}
)


def trace_problem(message: bytes) -> str | None:
    """Why these bytes are no trace, one sentence; None: they are one, or empty, which is allowed."""
    try:
        trace = message.decode("utf-8")
    except UnicodeDecodeError:
        return f"A trace is UTF-8 ({SOURCE})."
    problem = _prohibited(trace)
    if problem is not None:
        return problem
    if "@" in trace:
        if _ADDRESS.fullmatch(message):
            return None
        return f"A trace with an @ is a whole e-mail address ({SOURCE})."
    if len(trace) > LIMIT:
        return f"A trace that is no address has at most {LIMIT} characters; this one has {len(trace)} ({SOURCE})."
    return None


def _prohibited(trace: str) -> str | None:
    """The `trace` profile of stringprep: no mapping, no normalization, these tables forbidden."""
    if trace.isascii():
        # Table C.2.1 is all that can be wrong in ASCII; the import below costs a millisecond.
        for character in trace:
            if character < " " or character == "\x7f":
                return f"A trace holds no control characters; here is {ord(character):02X} ({PROFILE})."
        return None
    import stringprep

    tables = (
        (stringprep.in_table_c21_c22, "a control character"),
        (stringprep.in_table_c3, "a private-use character"),
        (stringprep.in_table_c4, "a non-character"),
        (stringprep.in_table_c5, "a surrogate"),
        (stringprep.in_table_c6, "a character that does not belong into plain text"),
        (stringprep.in_table_c8, "a character that changes how text is displayed"),
        (stringprep.in_table_c9, "a tagging character"),
    )
    for character in trace:
        for prohibits, what in tables:
            if prohibits(character):
                return f"A trace holds no such character: U+{ord(character):04X} is {what} ({PROFILE})."
    right_to_left = [stringprep.in_table_d1(character) for character in trace]
    if any(right_to_left):
        mixed = any(stringprep.in_table_d2(character) for character in trace)
        if mixed or not (right_to_left[0] and right_to_left[-1]):
            return f"The trace mixes writing directions ({PROFILE}; RFC 3454 section 6)."
    return None


def serve(scenario: Scenario) -> ServerScript:
    """ANONYMOUS, server side: any trace, or none, will do."""
    message = yield b""
    problem = trace_problem(message)
    if problem is not None:
        return Failure(Reason.MALFORMED, problem)
    return Success(IDENTITY)


def answer(scenario: Scenario) -> ClientScript:
    """ANONYMOUS, client side: the trace."""
    more = yield scenario.credentials.authcid.encode("utf-8", "surrogatepass")
    if more is not None:
        return Failure(Reason.MALFORMED, "The server asked again; ANONYMOUS has one message.")
    return Success(IDENTITY)


def carries(credentials: Credentials) -> str | None:
    """The user name travels as the trace, so it must be one."""
    if credentials.authzid:
        return "ANONYMOUS has no place for an authzid."
    return trace_problem(credentials.authcid.encode("utf-8", "surrogatepass"))


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """One trace. A NUL in it makes it look like PLAIN's message, so it is masked then."""
    if side is Side.SERVER:
        if not message:
            return []
        why = "ANONYMOUS has an empty challenge; this is text."
        return [Field("text", Span(0, len(message)), _text(message), why, SOURCE)]
    if b"\0" in message:
        why = "No trace: it holds a NUL byte. Masked, because PLAIN's message looks like this."
        return [Field("message", Span(0, len(message)), _text(message), why, SOURCE, secret=True)]
    problem = trace_problem(message)
    if problem is not None:
        why = problem
    elif not message:
        why = "No trace: the client says nothing of itself."
    elif b"@" in message:
        why = "A trace for the server's log: an e-mail address."
    else:
        why = "A trace for the server's log: any word."
    return [Field("trace", Span(0, len(message)), _text(message), why, SOURCE)]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def stage(side: Side, turn: int, message: bytes) -> str:
    """The empty challenge, then the trace."""
    if side is Side.CLIENT:
        return "initial response"
    return "text" if message else "empty"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """The empty challenge, which several mechanisms share; a trace alone could be anything."""
    if side is Side.CLIENT:
        return None
    if clear:
        named = message.strip().upper() == b"ANONYMOUS SUPPORTED"
        return Recognition("text", Certainty.LIKELY, "The text names ANONYMOUS.") if named else None
    if message:
        return None
    return Recognition("empty", Certainty.POSSIBLE, "The empty challenge: ANONYMOUS's trace may go here.")


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.SERVER:
        return "The Base64 of a trace: an e-mail address or a word, or an empty line."
    return "235, or 501 where it is no trace."


def _no_trace(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if turns.number:
        return
    credentials = scenario.credentials
    name = credentials.authcid.encode("utf-8", "surrogatepass")
    password = (credentials.password or "").encode("utf-8", "surrogatepass")
    candidates = [b"anonymous@", b"@", name + b"@", b"\0" + name, b"\0" + name + b"\0", b"\0anonymous\0"]
    candidates += [b"\0anonymous\0" + name, name.ljust(LIMIT + 1, b"x")]
    if password:
        candidates += [b"\0" + name + b"\0" + password, name + b"\0" + password]
    for wrong in candidates:
        if trace_problem(wrong) is not None:
            yield wrong


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """Whatever else is not a trace, and why."""
    problem = None if turns.number else trace_problem(message)
    if problem is None:
        return None
    mistake = MISCONCEPTIONS[0]
    return Diagnosis(
        mistake.code, mistake.layer, problem, mistake.fix, message_span=Span(0, len(message)), source=mistake.source
    )


MISCONCEPTIONS = (
    Misconception(
        "anonymous.trace",
        "This is not a trace: ANONYMOUS carries an e-mail address, or up to 255 characters without an @, or nothing.",
        f"{SOURCE} and section 3",
        _no_trace,
        "Send the Base64 of your mail address or of any word; no password, since nobody logs in.",
        layer=Layer.VALUE,
    ),
)

MECHANISMS = (
    Mechanism(
        name="ANONYMOUS",
        source="RFC 4505",
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
