"""What people get wrong in SCRAM, as functions that make the very bytes (codes `scram.*`)."""

from collections.abc import Iterator

from tutor.diagnosis import Diagnosis, Layer
from tutor.sasl import scram
from tutor.sasl.mechanism import Misconception, Scenario, Turns
from tutor.spans import Span
from tutor.wire import b64

_SOURCE = "RFC 5802 section 5.1"
_HASHES = ("sha1", "sha256", "sha512")


def _bare(scenario: Scenario, name: bytes | None = None) -> bytes:
    prepared = scram.prepared(scenario.credentials.authcid).decode("utf-8", "surrogatepass")
    name = scram.escaped(prepared) if name is None else name
    return b"n=" + name + b",r=" + scenario.client_nonce


def _final(scenario: Scenario, asked: scram.Due, digest: str, without_proof: bytes | None = None) -> bytes:
    """A client-final that is right but for what its arguments changed."""
    without_proof = asked.without_proof(scenario) if without_proof is None else without_proof
    password = scram.prepared(scenario.credentials.password or "")
    made = scram.proof(password, asked, asked.auth_message(without_proof), digest)
    return without_proof + b",p=" + b64.encode(made)


def _due(scenario: Scenario, turns: Turns) -> scram.Due | None:
    return None if scenario.credentials.password is None else scram.due(turns)


def mistakes(digest: str, flag: bytes) -> tuple[Misconception, ...]:
    """Those of one mechanism: its hash, and the GS2 flag that its client sends without a binding."""

    def gs2_header(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if turns.number:
            return
        bare = _bare(scenario)
        for header in (b"", b"n,", b",,", b"n,,,"):
            yield header + bare

    def name(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        plain = scram.prepared(scenario.credentials.authcid)
        if turns.number:
            return
        header = b"n,," if flag == b"n" else flag + b",,"
        for wrong in (plain, plain.replace(b",", b"%2C").replace(b"=", b"%3D"), plain.replace(b",", b"\\,")):
            if wrong != scram.escaped(plain.decode("utf-8", "surrogatepass")):
                yield header + _bare(scenario, wrong)

    def channel_binding(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            right = scram.channel_binding_input(scenario, asked.first.header)
            tried = (b64.encode(other) for other in (b"n,,", b"y,,", b"n", b"", asked.first.header))
            for text in (*tried, right, b64.encode(right).rstrip(b"=")):
                if text != b64.encode(right):
                    yield _final(scenario, asked, digest, b"c=" + text + b",r=" + asked.nonce)
            yield _final(scenario, asked, digest, b"r=" + asked.nonce)

    def nonce(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            own = asked.first.nonce or b""
            bound = b"c=" + b64.encode(scram.channel_binding_input(scenario, asked.first.header))
            others = (own, asked.nonce[len(own) :], asked.nonce + own, own + own, b64.encode(asked.nonce), b"")
            for other in others:
                if other != asked.nonce:
                    yield _final(scenario, asked, digest, bound + b",r=" + other)

    def salt(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if (asked := _due(scenario, turns)) and asked.salt_text != asked.salt:
            yield _final(scenario, asked._replace(salt=asked.salt_text), digest)

    def iterations(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            for count in (1, 4096, 1000, 10000, 15000, asked.iterations - 1, asked.iterations + 1):
                if count > 0 and count != asked.iterations:
                    yield _final(scenario, asked._replace(iterations=count), digest)

    def another_hash(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            for other in _HASHES:
                if other != digest:
                    yield _final(scenario, asked, other)

    def proof(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            without = asked.without_proof(scenario)
            password = scram.prepared(scenario.credentials.password or "")
            salted = scram.salted_password(password, asked.salt, asked.iterations, digest)
            key = scram.hmac(salted, b"Client Key", digest)
            stored = scram.hashed(key, digest)
            message = asked.auth_message(without)
            signature = scram.hmac(stored, message, digest)
            right = scram.xor(key, signature)
            with_key = scram.hmac(key, message, digest)
            for wrong in (signature, key, stored, salted, scram.xor(stored, signature), scram.xor(key, with_key)):
                yield without + b",p=" + b64.encode(wrong)
            for text in (right.hex().encode(), b64.encode(right.hex().encode()), b64.encode(right).rstrip(b"=")):
                if text != b64.encode(right):
                    yield without + b",p=" + text

    def auth_message(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            without = asked.without_proof(scenario)
            password = scram.prepared(scenario.credentials.password or "")
            whole_first = asked.first.header + asked.first.bare
            for covered in (
                whole_first + b"," + asked.server_first + b"," + without,
                asked.first.bare + asked.server_first + without,
                asked.first.bare + b"," + asked.server_first,
                asked.server_first + b"," + without,
                asked.first.bare + b"," + asked.server_first + b"," + without + b",p=",
                without,
            ):
                yield without + b",p=" + b64.encode(scram.proof(password, asked, covered, digest))

    return (
        Misconception(
            "scram.gs2-header",
            "The GS2 header in front is missing or broken: it is `n,,` where no channel is bound.",
            "RFC 5802 section 7",
            gs2_header,
            "Begin client-first with `n,,` (flag, comma, authzid or nothing, comma).",
        ),
        Misconception(
            "scram.channel-binding",
            "`c=` does not carry the GS2 header of the first message: `n,,` gives `biws`, `y,,` gives `eSws`.",
            _SOURCE,
            channel_binding,
            "Put the Base64 of the very GS2 header that the first message had (and the binding's data) into `c=`.",
        ),
        Misconception(
            "scram.nonce",
            "`r=` is not the client's nonce with the server's behind it.",
            _SOURCE,
            nonce,
            "Copy `r=` from the server's message, whole.",
        ),
        Misconception(
            "scram.salt",
            "The salt was used as it stands in `s=`; it is Base64 and must be decoded first.",
            _SOURCE,
            salt,
            "Decode `s=` from Base64, then give the bytes to PBKDF2.",
        ),
        Misconception(
            "scram.iterations",
            "The key was made with another iteration count than `i=`.",
            _SOURCE,
            iterations,
            "Give PBKDF2 the number that stands in `i=`.",
        ),
        Misconception(
            "scram.hash",
            "The proof was made with another hash than the mechanism's name says.",
            "RFC 5802 section 4",
            another_hash,
            f"Use {digest.upper().replace('SHA', 'SHA-')} in PBKDF2, HMAC and H().",
        ),
        Misconception(
            "scram.proof",
            "`p=` is not ClientKey XOR ClientSignature, in Base64.",
            "RFC 5802 section 3",
            proof,
            "ClientProof is ClientKey XOR HMAC(H(ClientKey), AuthMessage), written in Base64.",
        ),
        Misconception(
            "scram.auth-message",
            "The proof covers another AuthMessage.",
            "RFC 5802 section 3",
            auth_message,
            "AuthMessage is client-first without the GS2 header, server-first, client-final without `p=`, with commas.",
        ),
        Misconception(
            "scram.name",
            "A `,` or `=` in the user name was not written `=2C` or `=3D`.",
            _SOURCE,
            name,
            "Write `,` as `=2C` and `=` as `=3D` in `n=`.",
        ),
    )


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """The open mistake: an answer to `v=` that is not empty."""
    asked = turns.challenge
    if turns.number < 2 or asked is None or not asked.startswith(b"v=") or not message:
        return None
    return Diagnosis(
        "scram.no-empty-response",
        Layer.STRUCTURE,
        "The server's `v=` was answered with something; it takes an empty line.",
        "Check `v=` against your own ServerSignature, then send an empty line. Then 235 comes.",
        message_span=Span(0, len(message)),
        expected="an empty line",
        found=f"{len(message)} bytes",
        source="RFC 5802 section 5; RFC 4954 section 4",
    )
