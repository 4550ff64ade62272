"""What people get wrong in SCRAM, as functions that make the very bytes (codes `scram.*`)."""

from collections.abc import Iterator

from tutor.sasl import scram
from tutor.sasl.mechanism import Misconception, Scenario, Turns
from tutor.wire import b64

_SOURCE = "RFC 5802 section 5.1"
_QUICK = 100_000
"""Iterations above which no other count is tried, since each costs as much as the right one."""


def _final(scenario: Scenario, asked: scram.Due, digest: str, without_proof: bytes | None = None) -> bytes:
    """A client-final that is right but for what its arguments changed."""
    without_proof = asked.without_proof(scenario) if without_proof is None else without_proof
    password = scram.prepared(scenario.credentials.password or "")
    made = scram.proof(password, asked, asked.auth_message(without_proof), digest)
    return without_proof + b",p=" + b64.encode(made)


def _with_proof(scenario: Scenario, asked: scram.Due, made: bytes) -> bytes:
    """A client-final with another proof."""
    return asked.without_proof(scenario) + b",p=" + b64.encode(made)


def _due(scenario: Scenario, turns: Turns) -> scram.Due | None:
    return None if scenario.credentials.password is None else scram.due(turns)


def mistakes(digest: str, plus: bool) -> tuple[Misconception, ...]:
    """Those of one mechanism: its hash, and whether it binds the channel."""

    def gs2_header(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if turns.number:
            return
        right, bare = scram.gs2_header(scenario, plus), scram.first_bare(scenario)
        flag, _, acting = right[:-1].partition(b",")
        wrong = [b"", flag + b",", b",,", flag + b",,,", flag, flag + b";;"]
        if plus:
            wrong += [b"n,,", b"y,,", b"p,,", flag[2:] + b",,"]
        if acting:
            wrong.append(flag + b"," + acting.removeprefix(b"a=") + b",")
        for header in dict.fromkeys(wrong):
            if header != right:
                yield header + bare

    def name(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if turns.number:
            return
        plain = scram.prepared(scenario.credentials.authcid)
        right, header = scram.first_bare(scenario), scram.gs2_header(scenario, plus)
        wrong = (
            plain,
            plain.replace(b",", b"%2C").replace(b"=", b"%3D"),
            plain.replace(b",", b"\\,"),
            plain.replace(b",", b"=2C"),
            plain.replace(b"=", b"=3D"),
            plain.replace(b",", b"=2C").replace(b"=", b"=3D"),  # the `=` of =2C was escaped once more
            b'"' + plain + b'"' if b"," in plain or b"=" in plain else plain,
        )
        for each in dict.fromkeys(wrong):
            message = scram.first_bare(scenario, each)
            if message != right:
                yield header + message

    def channel_binding(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            right = scram.channel_binding_input(scenario, asked.first.header)
            data = right[len(asked.first.header) :]
            tried = [b64.encode(other) for other in (b"n,,", b"y,,", b"n", b"", asked.first.header, data)]
            tried += [right, b64.encode(right).rstrip(b"=")]
            for text in dict.fromkeys(tried):
                if text != b64.encode(right):
                    yield _final(scenario, asked, digest, b"c=" + text + b",r=" + asked.nonce)
            yield _final(scenario, asked, digest, b"r=" + asked.nonce)

    def nonce(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            own = asked.first.nonce or b""
            bound = b"c=" + b64.encode(scram.channel_binding_input(scenario, asked.first.header))
            others = (own, asked.nonce[len(own) :], asked.nonce + own, own + own, b64.encode(asked.nonce), b"")
            for other in dict.fromkeys(others):
                if other != asked.nonce:
                    yield _final(scenario, asked, digest, bound + b",r=" + other)

    def salt(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            for wrong in dict.fromkeys((asked.salt_text, asked.salt.hex().encode("ascii"), b"")):
                if wrong != asked.salt:
                    yield _final(scenario, asked._replace(salt=wrong), digest)

    def iterations(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            near = (asked.iterations - 1, asked.iterations + 1) if asked.iterations <= _QUICK else ()
            for count in dict.fromkeys((1, 4096, 1000, 10000, 15000, *near)):
                if count > 0 and count != asked.iterations:
                    yield _final(scenario, asked._replace(iterations=count), digest)

    def another_hash(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            password = scram.prepared(scenario.credentials.password or "")
            message = asked.auth_message(asked.without_proof(scenario))
            for other in scram.SIZES:
                if other != digest:
                    yield _final(scenario, asked, other)
                    # Only PBKDF2 ran with the other hash, which is the default of many libraries.
                    salted = scram.salted_password(password, asked.salt, asked.iterations, other)
                    yield _with_proof(scenario, asked, scram.proof_of(salted, message, digest))

    def proof(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            password = scram.prepared(scenario.credentials.password or "")
            salted = scram.salted_password(password, asked.salt, asked.iterations, digest)
            key = scram.hmac(salted, b"Client Key", digest)
            stored = scram.hashed(key, digest)
            message = asked.auth_message(asked.without_proof(scenario))
            signature = scram.hmac(stored, message, digest)
            right = scram.xor(key, signature)
            for wrong in (
                signature,
                key,
                stored,
                salted,
                scram.server_signature(salted, message, digest),
                scram.xor(stored, signature),
                scram.xor(key, scram.hmac(key, message, digest)),
                scram.xor(key, scram.hmac(salted, message, digest)),
                right.hex().encode("ascii"),
            ):
                yield _with_proof(scenario, asked, wrong)
            for text in (right.hex().encode("ascii"), right, b64.encode(right).rstrip(b"=")):
                if text != b64.encode(right):
                    yield asked.without_proof(scenario) + b",p=" + text

    def auth_message(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
        if asked := _due(scenario, turns):
            without = asked.without_proof(scenario)
            password = scram.prepared(scenario.credentials.password or "")
            first = asked.first.bare
            whole_first = asked.first.header + first
            for covered in (
                whole_first + b"," + asked.server_first + b"," + without,
                first + asked.server_first + without,
                first + b"," + asked.server_first,
                asked.server_first + b"," + without,
                first + b"," + asked.server_first + b"," + without + b",p=",
                b",".join(map(b64.encode, (first, asked.server_first, without))),
                without,
            ):
                yield _with_proof(scenario, asked, scram.proof(password, asked, covered, digest))

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
