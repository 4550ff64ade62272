"""CRAM-MD5: the name, a space, and HMAC-MD5(password, challenge) in hex (RFC 2195)."""

from collections.abc import Iterator

from tutor.diagnosis import Diagnosis, Layer
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import (
    NAME,
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
    Working,
)
from tutor.spans import Field, Span
from tutor.wire import b64

SOURCE = "RFC 2195 section 2"
_HEX = frozenset(b"0123456789abcdef")
# A number in a challenge is a date only where a mail server may have lived: 1989 to 2038.
_EARLIEST, _LATEST = 600_000_000, 2**31


def challenge(scenario: Scenario) -> bytes:
    """`<process-id.clock@host>`, as RFC 2195 section 2 asks (an RFC 822 msg-id)."""
    return f"<{scenario.process_id}.{scenario.timestamp}@{scenario.hostname}>".encode()


def serve(scenario: Scenario) -> ServerScript:
    """CRAM-MD5, server side: the challenge, then a verdict. The name ends at the last space; it may hold others."""
    asked = challenge(scenario)
    message = yield asked
    name, space, digest = message.rpartition(b" ")
    if not space or not name:
        return Failure(Reason.MALFORMED, f"No space between a user name and a digest ({SOURCE}).")
    if len(digest) != 32 or not _HEX.issuperset(digest):
        return Failure(Reason.MALFORMED, f"The digest is not 32 lower-case hex digits ({SOURCE}).")
    from hmac import compare_digest

    password: str | None = None
    try:
        password = scenario.users.password(name.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    # An unknown name costs an HMAC too, so that time does not tell it from a wrong password.
    right = _digest((password or "").encode("utf-8", "surrogatepass"), asked)
    if not compare_digest(right, digest) or password is None:
        return Failure(Reason.CREDENTIALS, "The user name or the password is wrong.")
    return Success(name.decode("utf-8"))


def answer(scenario: Scenario) -> ClientScript:
    """CRAM-MD5, client side."""
    credentials = scenario.credentials
    asked = yield None
    more = yield _message(scenario, asked or b"")
    if more is not None:
        return Failure(Reason.MALFORMED, "The server asked again; CRAM-MD5 asks once.")
    return Success(credentials.authcid)


def carries(credentials: Credentials) -> str | None:
    """Any user name that is not empty; the password never travels."""
    if not credentials.authcid:
        return f"The user name is empty ({SOURCE})."
    if credentials.authzid:
        return "CRAM-MD5 has no place for an authzid."
    for what, value in (("user name", credentials.authcid), ("password", credentials.password or "")):
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            return f"The {what} holds half a character (a lone surrogate), which UTF-8 cannot write."
    return None


def steps(scenario: Scenario, turns: Turns) -> list[Working]:
    """The inner and the outer hash of HMAC-MD5 (RFC 2104 section 2), and the message."""
    from hashlib import md5

    key = _password(scenario)
    asked = turns.challenge or b""
    workings = [Working("challenge", asked, "the decoded 334", secret=False), Working("key", key, "the password")]
    if len(key) > 64:
        key = md5(key, usedforsecurity=False).digest()
        workings.append(Working("short key", key, "MD5(key), because the key is longer than 64 octets"))
    padded = key.ljust(64, b"\0")
    inner_pad = bytes(octet ^ 0x36 for octet in padded)
    outer_pad = bytes(octet ^ 0x5C for octet in padded)
    inner = md5(inner_pad + asked, usedforsecurity=False).digest()
    outer = md5(outer_pad + inner, usedforsecurity=False).digest()
    name = scenario.credentials.authcid.encode("utf-8", "surrogatepass")
    return [
        *workings,
        Working("ipad", inner_pad, "key, filled up with zeros to 64 octets, XOR 36 36 36 …"),
        Working("inner", inner, "MD5(ipad, challenge)"),
        Working("opad", outer_pad, "key, filled up with zeros to 64 octets, XOR 5C 5C 5C …"),
        Working("digest", outer.hex().encode(), "MD5(opad, inner), as 32 lower-case hex digits"),
        Working("message", name + b" " + outer.hex().encode(), "user name, one space, digest"),
    ]


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """The challenge and the three things in it; or the user name and the digest."""
    if side is Side.SERVER:
        return _challenge_fields(message)
    name, space, digest = message.rpartition(b" ")
    if not space:
        return [Field("digest", Span(0, len(message)), _text(message), "No space: no user name.", SOURCE, secret=True)]
    cut = len(name)
    return [
        Field("authcid", Span(0, cut), _text(name), "The user name: all before the last space.", SOURCE),
        Field("space", Span(cut, cut + 1), " ", "One space between the two.", SOURCE),
        Field(
            "digest",
            Span(cut + 1, len(message)),
            _text(digest),
            "HMAC-MD5(password, challenge) in hex.",
            SOURCE,
            secret=True,
        ),
    ]


def _challenge_fields(message: bytes) -> list[Field]:
    meaning = "What the digest is made over, angle brackets and all."
    if not (message.startswith(b"<") and message.endswith(b">")):
        missing = (
            "The angle brackets are missing."
            if not message.startswith(b"<")
            else "The closing > is missing: was it cut?"
        )
        meaning = f"{meaning} {missing}"
    found = [Field("challenge", Span(0, len(message)), _text(message), meaning, SOURCE)]
    start = 1 if message.startswith(b"<") else 0
    end = len(message) - 1 if message.endswith(b">") else len(message)
    at = message.rfind(b"@", start, end)
    local_end = end if at == -1 else at
    local = message[start:local_end]
    clock = _clock(local)
    if clock is None:
        why = "Makes the challenge unique, so that an old answer cannot be used again."
        found.append(Field("nonce", Span(start, local_end), _text(local), why, SOURCE, level=1))
    else:
        low, high = clock
        other = Span(start + high + 1, local_end) if low == 0 else Span(start, start + low - 1)
        date = _date(int(local[low:high]))
        inside = [
            Field(
                "nonce",
                other,
                _text(message[other.start : other.end]),
                "Makes the challenge unique, often a process number.",
                SOURCE,
                level=1,
            ),
            Field(
                "timestamp",
                Span(start + low, start + high),
                _text(local[low:high]),
                f"The server's clock: {date}.",
                SOURCE,
                level=1,
            ),
        ]
        found += sorted(inside, key=lambda field: field.span)
    if at != -1:
        host = message[at + 1 : end]
        why = "The server's name."
        if b"%" in host:
            why = "Should be the server's name; it looks like a template that nobody filled in."
        found.append(Field("hostname", Span(at + 1, end), _text(host), why, SOURCE, level=1))
    return found


def _clock(local: bytes) -> tuple[int, int] | None:
    """Where a plausible time stands in `a.b`: the second number, else the first (some servers turn them round)."""
    left, dot, right = local.partition(b".")
    if not dot:
        return None
    for start, digits in ((len(left) + 1, right), (0, left)):
        if digits.isdigit() and len(digits) <= 10 and _EARLIEST <= int(digits) < _LATEST:
            return start, start + len(digits)
    return None


def _date(seconds: int) -> str:
    from time import gmtime, strftime

    return strftime("%Y-%m-%d %H:%M:%S UTC", gmtime(seconds))


def stage(side: Side, turn: int, message: bytes) -> str:
    """One challenge, one response."""
    return "challenge" if side is Side.SERVER else "response"


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """Angle brackets around `…@…`; or, from the client, a name, a space and 32 hex digits."""
    if side is Side.CLIENT:
        name, space, digest = message.rpartition(b" ")
        if name and space and len(digest) == 32 and _HEX.issuperset(digest):
            return Recognition(
                "response", Certainty.CERTAIN, "A name, a space and 32 hex digits, the length of an MD5."
            )
        return None
    if clear:
        if message.strip().upper() == b"CRAM-MD5 SUPPORTED":
            return Recognition("text", Certainty.LIKELY, "The text names CRAM-MD5.")
        return None
    if not message.startswith(b"<") or b"\0" in message:
        return None
    if message.endswith(b">") and b"@" in message:
        return Recognition("challenge", Certainty.CERTAIN, "A text in angle brackets with an @, like a Message-ID.")
    if message.endswith(b">") and len(message) > 2 and b"<" not in message[1:]:
        return Recognition("challenge", Certainty.LIKELY, "A text in angle brackets, though without an @.")
    if b"@" in message and b">" not in message:
        return Recognition("challenge", Certainty.LIKELY, "It begins like <number@host; the closing > is missing.")
    return None


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.SERVER:
        return "The Base64 of: the user name, a space, and HMAC-MD5(password, challenge) as 32 lower-case hex digits."
    return "235 where it is right, else 535."


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _digest(key: bytes, message: bytes, name: str = "md5") -> bytes:
    from hmac import digest

    return digest(key, message, name).hex().encode()


def _password(scenario: Scenario) -> bytes:
    return (scenario.credentials.password or "").encode("utf-8", "surrogatepass")


def _named(scenario: Scenario, digest: bytes) -> bytes:
    return scenario.credentials.authcid.encode("utf-8", "surrogatepass") + b" " + digest


def _message(scenario: Scenario, asked: bytes) -> bytes:
    return _named(scenario, _digest(_password(scenario), asked))


def _known(scenario: Scenario, turns: Turns) -> tuple[bytes, bytes] | None:
    """(password, challenge), or None where one of them is not known and no digest can be made."""
    if scenario.credentials.password is None or turns.challenge is None:
        return None
    return _password(scenario), turns.challenge


def _no_username(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if known := _known(scenario, turns):
        yield _digest(*known)
        yield b" " + _digest(*known)


def _no_space(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if known := _known(scenario, turns):
        digest = _digest(*known)
        name = scenario.credentials.authcid.encode("utf-8", "surrogatepass")
        for between in (b"", b":", b"\0", b",", b"\t", b"  "):
            yield name + between + digest


def _digest_form(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if known := _known(scenario, turns):
        digest = _digest(*known)
        raw = bytes.fromhex(digest.decode())
        for form in (
            digest.upper(),
            raw,
            b64.encode(raw),
            b64.encode(raw).rstrip(b"="),
            b64.encode(digest),
            b"0x" + digest,
        ):
            if form != digest:
                yield _named(scenario, form)


def _digest_of_base64(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if known := _known(scenario, turns):
        password, asked = known
        yield _named(scenario, _digest(password, b64.encode(asked)))


def _swapped(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if known := _known(scenario, turns):
        password, asked = known
        if password != asked:
            yield _named(scenario, _digest(asked, password))


def _not_hmac(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    from hashlib import md5

    if known := _known(scenario, turns):
        password, asked = known
        for joined in (password + asked, asked + password, asked, password, password + b":" + asked):
            yield _named(scenario, md5(joined, usedforsecurity=False).hexdigest().encode())


def _wrong_hash(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if known := _known(scenario, turns):
        for name in ("sha1", "sha256", "sha512", "sha224", "sha384"):
            yield _named(scenario, _digest(*known, name))


def _brackets(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if known := _known(scenario, turns):
        password, asked = known
        stripped = asked.removeprefix(b"<").removesuffix(b">")
        if stripped != asked:
            yield _named(scenario, _digest(password, stripped))


def _password_sent(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    if scenario.credentials.password is not None:
        yield _password(scenario)
        yield _named(scenario, _password(scenario))


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """The open mistakes: the right form and name, but a digest of something else."""
    name, space, digest = message.rpartition(b" ")
    own = scenario.credentials.authcid.encode("utf-8", "surrogatepass")
    if len(digest) != 32 or not _HEX.issuperset(digest):
        return None
    if not space or name != own or scenario.credentials.password is None:
        return None
    return Diagnosis(
        "cram-md5.stale",
        Layer.VALUE,
        "The form is right, but the digest answers another challenge, or was made with another password.",
        "Take the challenge from this very 334, decode it, and compute the digest again; it changes at each login.",
        message_span=Span(len(name) + 1, len(message)),
        expected="the HMAC-MD5 over this challenge",
        found="another digest",
        source=SOURCE,
    )


MECHANISMS = (
    Mechanism(
        name="CRAM-MD5",
        source="RFC 2195",
        first=Side.SERVER,
        initial_response=False,
        plaintext=False,
        serve=serve,
        answer=answer,
        fields=fields,
        stage=stage,
        recognises=recognises,
        expects=expects,
        misconceptions=(
            Misconception(
                "cram-md5.no-username",
                "The digest came alone; the user name and a space stand before it.",
                SOURCE,
                _no_username,
                "Send: user name, one space, digest.",
            ),
            Misconception(
                "cram-md5.no-space",
                "There is no single space between the user name and the digest.",
                SOURCE,
                _no_space,
                "Put exactly one space between the user name and the digest.",
            ),
            Misconception(
                "cram-md5.digest-form",
                "The digest is right but written in another form; it must be 32 lower-case hex digits.",
                SOURCE,
                _digest_form,
                "Write the 16 bytes as 32 lower-case hex digits.",
            ),
            Misconception(
                "cram-md5.digest-of-base64",
                "The HMAC was taken over the Base64 text, not over the decoded challenge.",
                SOURCE,
                _digest_of_base64,
                "Decode the 334 first; the HMAC covers the decoded text, with its angle brackets.",
            ),
            Misconception(
                "cram-md5.swapped",
                "Key and message of the HMAC are swapped: the password is the key, the challenge is the message.",
                SOURCE,
                _swapped,
                "Compute HMAC-MD5(key = password, message = challenge).",
            ),
            Misconception(
                "cram-md5.not-hmac",
                "This is a plain MD5, not an HMAC-MD5.",
                "RFC 2195 section 2; RFC 2104 section 2",
                _not_hmac,
                "Use HMAC: openssl md5 -hmac, or hmac.new() in Python.",
            ),
            Misconception(
                "cram-md5.wrong-hash",
                "The HMAC was made with another hash; CRAM-MD5 is MD5 only.",
                SOURCE,
                _wrong_hash,
                "Use HMAC with MD5.",
            ),
            Misconception(
                "cram-md5.brackets",
                "The angle brackets were stripped before the HMAC; they belong to the challenge.",
                SOURCE,
                _brackets,
                "Take the whole decoded challenge, from < to >.",
            ),
            Misconception(
                "cram-md5.password-sent",
                "The password itself was sent. CRAM-MD5 sends a digest, so that the password never travels.",
                SOURCE,
                _password_sent,
                "Send: user name, one space, HMAC-MD5(password, challenge) in hex. "
                "And change this password: it went over the line in clear.",
            ),
        ),
        reads=reads,
        carries=carries,
        steps=steps,
        usual=(
            Usual(Side.SERVER, 0, rb"<[0-9A-Za-z]+\.[0-9]+@[A-Za-z0-9.-]+>"),
            Usual(Side.CLIENT, 0, NAME + rb" (?P<secret>[0-9a-f]{32})"),
        ),
    ),
)
