"""SCRAM's mistakes that nobody could make beforehand, recognised by reading (codes `scram.*`).

The client's nonce, the order of its mistakes and its password are its own, so a wrong part
is found where it stands, not by comparing whole messages.
"""

from collections.abc import Callable

from tutor.diagnosis import Diagnosis, Layer
from tutor.sasl import scram
from tutor.sasl.mechanism import Scenario, Turns
from tutor.spans import Span
from tutor.wire import b64
from tutor.wire.printable import show

_SECTION = "RFC 5802 section 5.1"


def reader(digest: str, plus: bool) -> Callable[[Scenario, Turns, bytes], Diagnosis | None]:
    """`reads` of one mechanism."""

    def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
        if not turns.number:
            return _of_first(scenario, message, plus)
        if turns.number == 1:
            asked = scram.due(turns)
            return None if asked is None else _of_final(scenario, asked, message, digest)
        challenge = turns.challenge
        if challenge is None or not challenge.startswith(b"v=") or not message:
            return None
        return _said(
            "scram.no-empty-response",
            "The server's `v=` was answered with something; it takes an empty line.",
            "Check `v=` against your own ServerSignature, then send an empty line. Then 235 comes.",
            Span(0, len(message)),
            "an empty line",
            f"{len(message)} bytes",
            "RFC 5802 section 5; RFC 4954 section 4",
        )

    return reads


def _said(
    code: str, words: str, fix: str, span: Span | None, expected: str = "", found: str = "", source: str = _SECTION
) -> Diagnosis:
    return Diagnosis(
        code, Layer.STRUCTURE, words, fix, message_span=span, expected=expected, found=found, source=source
    )


def _of_first(scenario: Scenario, message: bytes, plus: bool) -> Diagnosis | None:
    first = scram.client_first(message)
    if first is None:
        return _headless(message, scram.gs2_header(scenario, plus))
    header = Span(0, len(first.header))
    if first.flag.startswith(b"p=") is not plus:
        words = "a -PLUS mechanism binds the channel, and the flag is p=" if plus else "p= belongs to the -PLUS form"
        return _said(
            "scram.gs2-header",
            f"The GS2 header is that of the other form of the mechanism: {words}.",
            "Take the flag that fits the mechanism of the AUTH line: p= for -PLUS, else n or y.",
            header,
            source="RFC 5802 section 6",
        )
    name, comma, rest = first.bare.removeprefix(b"n=").rpartition(b",r=")
    if first.bare.startswith(b"n=") and comma and (b"," in name or scram.unescaped(name) is None):
        start = len(first.header)
        return _said(
            "scram.name",
            "The user name holds a `,` or a `=` as it is; they are written =2C and =3D.",
            "Write `,` as `=2C` and `=` as `=3D` in `n=`, the `=` first.",
            Span(start, start + 2 + len(name)),
        )
    if first.bare.startswith(b"n=") and (not comma or not rest.split(b",")[0]):
        return _said(
            "scram.nonce",
            "client-first has no nonce: `r=` is missing or empty.",
            "Put `,r=` and fresh characters of your own behind the user name.",
            Span(len(first.header), len(message)),
        )
    return None


def _headless(message: bytes, header: bytes) -> Diagnosis | None:
    """What has SCRAM's attributes without a GS2 header that can be read."""
    at = message.find(b"n=")
    if at == -1 or b",r=" not in message[at:]:
        return None
    due = show(header)
    return _said(
        "scram.gs2-header",
        f"The GS2 header in front is {'broken' if at else 'missing'}: it is `{due}` here.",
        f"Begin client-first with `{due}` (flag, comma, authzid or nothing, comma).",
        Span(0, at),
        due,
        source="RFC 5802 section 7",
    )


def _of_final(scenario: Scenario, asked: scram.Due, message: bytes, digest: str) -> Diagnosis | None:
    found = scram.attributes(message)
    spans = {letter: Span(start, end) for letter, _, start, end in reversed(found.pairs)}
    bound, nonce, proof = (found.get(letter) for letter in "crp")
    if sum(value is not None for value in (bound, nonce, proof)) < 2:
        return None  # no client-final at all
    right = b64.encode(scram.channel_binding_input(scenario, asked.first.header))
    if bound != right:
        header = show(asked.first.header)
        return _said(
            "scram.channel-binding",
            f"`c=` is not the Base64 of the GS2 header that the first message had, `{header}`.",
            "Put the Base64 of that very header (and of the binding's data behind p=) into `c=`.",
            spans.get("c"),
            f"c={right.decode('ascii')}",
        )
    if nonce != asked.nonce:
        own = asked.first.nonce or b""
        lost = "it is the client's own part alone" if nonce == own else "it is another"
        return _said(
            "scram.nonce",
            f"`r=` is not the whole nonce of the server's message: {'it is missing' if nonce is None else lost}.",
            "Copy `r=` from the server's message, whole.",
            spans.get("r"),
            f"r={show(asked.nonce)}",
        )
    return _of_proof(proof, spans.get("p"), digest)


def _of_proof(proof: bytes | None, span: Span | None, digest: str) -> Diagnosis | None:
    """The form of `p=`; whether it fits the password is another question."""
    size = scram.SIZES[digest]
    octets = None if proof is None else b64.decode(proof).message
    length = 0 if octets is None else len(octets)
    if length == size:
        return None
    other = next((name for name, each in scram.SIZES.items() if each == length), None)
    if other is not None:
        return _said(
            "scram.hash",
            f"`p=` carries {length} bytes, the size of {_spelt(other)}; this mechanism hashes with {_spelt(digest)}.",
            f"Use {_spelt(digest)} in PBKDF2, HMAC and H().",
            span,
            f"{size} bytes",
            f"{length} bytes",
            "RFC 5802 section 4",
        )
    words = "is missing" if proof is None else "is not Base64" if octets is None else f"carries {length} bytes"
    return _said(
        "scram.proof",
        f"`p=` {words}; it is ClientProof, {size} bytes, in Base64.",
        "ClientProof is ClientKey XOR HMAC(H(ClientKey), AuthMessage), written in Base64.",
        span,
        f"{size} bytes",
        source="RFC 5802 section 3",
    )


def _spelt(digest: str) -> str:
    return digest.upper().replace("SHA", "SHA-")
