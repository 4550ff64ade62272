"""What the mechanisms' own specifications say of their messages."""

import re
from collections.abc import Iterator

from tutor.explain.lint import Seen, Violation, broken, rule
from tutor.sasl import digest, registry, scram
from tutor.smtp.states import State
from tutor.wire import b64
from tutor.wire.lines import Side

_C, _S = Side.CLIENT, Side.SERVER
_HEX = re.compile(rb"[0-9a-f]{32}")
_IN_EXCHANGE = (State.AUTH_SENT, State.RESPONDED)


def said(lines: list[Seen], side: Side, *prefixes: str) -> Iterator[tuple[Seen, bytes]]:
    """(line, message) of every strict message of a side, in the mechanisms that begin so."""
    for seen in lines:
        name = seen.what.mechanism or ""
        text = seen.what.text
        if seen.what.side is not side or text is None or not name.startswith(prefixes):
            continue
        message = b64.decode(b"" if text == b"=" else text).message
        if message is not None and text != b"*" and not _masked(message):
            yield seen, message


def _masked(message: bytes) -> bool:
    """Whether a program put these words in the place of what was sent."""
    return message[:2] == b"/*" or (message.strip(b"*xX") == b"" and bool(message))


@rule
def initial(lines: list[Seen]) -> Iterator[Violation]:
    """An initial response where the server speaks first."""
    for seen in lines:
        command = seen.what.command
        if command is None or command.verb != b"AUTH" or command.initial_response is None:
            continue
        mechanism = registry.get((command.mechanism or "").upper())
        if mechanism is not None and mechanism.first is _S and not mechanism.initial_response:
            yield broken(
                "initial-response",
                seen,
                _C,
                f"An initial response, though in {mechanism.name} the server speaks first; it must answer 501.",
                "RFC 4954 section 4",
            )


@rule
def first_challenge(lines: list[Seen]) -> Iterator[Violation]:
    """Where the client speaks first, the first 334 says nothing."""
    for seen, message in said(lines, _S, "PLAIN", "SCRAM-", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS"):
        if seen.what.state_before is State.AUTH_SENT and seen.what.turn == 0 and message and not seen.what.turns.said:
            yield broken(
                "first-challenge",
                seen,
                _S,
                "The client speaks first in this mechanism: the challenge is empty, `334 `.",
                "RFC 4954 section 4",
            )


@rule
def plain(lines: list[Seen]) -> Iterator[Violation]:
    """authzid NUL authcid NUL password, in UTF-8."""
    for seen, message in said(lines, _C, "PLAIN"):
        parts = message.split(b"\0")
        if len(parts) != 3:
            yield broken(
                "plain-nuls",
                seen,
                _C,
                f"PLAIN's message has two NULs; this one has {len(parts) - 1}.",
                "RFC 4616 section 2",
            )
        elif not parts[1] or not parts[2]:
            yield broken(
                "plain-empty",
                seen,
                _C,
                "The user name and the password have at least one character each.",
                "RFC 4616 section 2",
            )
        try:
            message.decode("utf-8")
        except UnicodeDecodeError:
            yield broken("plain-utf-8", seen, _C, "PLAIN's message is not UTF-8.", "RFC 4616 section 2")


@rule
def cram_md5(lines: list[Seen]) -> Iterator[Violation]:
    """`<…@…>`, and a name with 32 hexadecimal digits."""
    for seen, message in said(lines, _S, "CRAM-MD5"):
        if not (message[:1] == b"<" and message[-1:] == b">" and b"@" in message):
            yield broken(
                "cram-challenge",
                seen,
                _S,
                "CRAM-MD5's challenge is a message identifier in angle brackets, `<…@…>`.",
                "RFC 2195 section 2",
            )
    for seen, message in said(lines, _C, "CRAM-MD5"):
        if b" " not in message or not _HEX.fullmatch(message.rpartition(b" ")[2]):
            yield broken(
                "cram-response",
                seen,
                _C,
                "CRAM-MD5's response is the user name, a space, and 32 hexadecimal digits in small letters.",
                "RFC 2195 section 2",
            )


@rule
def scram_client(lines: list[Seen]) -> Iterator[Violation]:
    """The GS2 header, the nonces, the binding, the proof."""
    for seen, message in said(lines, _C, "SCRAM-"):
        turns = [text for side, text in seen.what.turns.said if side is _C]
        asked = [text for side, text in seen.what.turns.said if side is _S and text]
        if not turns:
            if not re.match(rb"(?:[ny]|p=[A-Za-z0-9.-]+),(?:a=[^,]+)?,(?:m=[^,]*,)?n=[^,]*,r=[!-+\--~]+", message):
                yield broken(
                    "scram-first", seen, _C, "A client's first message is `n,,n=name,r=nonce`.", "RFC 5802 section 7"
                )
            continue
        if len(turns) > 1 or not asked:
            continue
        yield from _scram_final(seen, message, turns[0], asked[-1])


def _scram_final(seen: Seen, message: bytes, first: bytes, asked: bytes) -> Iterator[Violation]:
    final = _attributes(message)
    nonce = _attributes(asked).get(b"r", b"")
    if final.get(b"r") != nonce:
        yield broken(
            "scram-nonce-final", seen, _C, "The nonce is not the one that the server sent.", "RFC 5802 section 5.1"
        )
    header = re.match(rb"[^,]*,[^,]*,", first)
    bound = b64.decode(final.get(b"c", b"")).message
    if header is not None and bound is not None and not bound.startswith(header[0]):
        yield broken(
            "scram-binding",
            seen,
            _C,
            "`c=` does not repeat the GS2 header of the first message.",
            "RFC 5802 section 5.1",
        )
    sizes = {"SCRAM-SHA-1": 20, "SCRAM-SHA-256": 32, "SCRAM-SHA-512": 64}
    size = sizes.get((seen.what.mechanism or "").removesuffix("-PLUS"))
    proof = b64.decode(final.get(b"p", b"")).message
    if size is not None and (proof is None or len(proof) != size):
        yield broken("scram-proof", seen, _C, f"The proof of this mechanism has {size} bytes.", "RFC 5802 section 3")


@rule
def scram_server(lines: list[Seen]) -> Iterator[Violation]:
    """The nonce, the iterations, the server's own proof."""
    for seen, message in said(lines, _S, "SCRAM-"):
        turns = [text for side, text in seen.what.turns.said if side is _C]
        given = _attributes(message)
        if len(turns) == 1:
            start = turns[0].rpartition(b"r=")[2].split(b",")[0]
            if not given.get(b"r", b"").startswith(start) or given.get(b"r") == start:
                yield broken(
                    "scram-nonce",
                    seen,
                    _S,
                    "The nonce does not begin with the client's, or adds nothing.",
                    "RFC 5802 section 5.1",
                )
            count = scram.iterations_of(given.get(b"i"))
            if count is None or b"s" not in given:
                yield broken(
                    "scram-server-first", seen, _S, "A server's first message is `r=…,s=…,i=…`.", "RFC 5802 section 7"
                )
            elif count < 4096:
                section = (
                    "5802 section 5.1" if (seen.what.mechanism or "").startswith("SCRAM-SHA-1") else "7677 section 4"
                )
                yield broken("scram-iterations", seen, _S, f"{count} iterations; 4096 is the least.", f"RFC {section}")
        elif len(turns) == 2 and not (given.keys() & {b"v", b"e"}):
            yield broken(
                "scram-server-final", seen, _S, "A server's last message is `v=…` or `e=…`.", "RFC 5802 section 7"
            )


@rule
def scram_unproven(lines: list[Seen]) -> Iterator[Violation]:
    """235 without the server's signature."""
    for seen in lines:
        reply = seen.what.reply
        if reply is None or reply.code != 235 or not (seen.what.mechanism or "").startswith("SCRAM-"):
            continue
        messages = [text for side, text in seen.what.turns.said if side is _S and text]
        answers = [text for side, text in seen.what.turns.said if side is _C and text]
        if len(answers) == 2 and len(messages) == 1:
            yield broken(
                "scram-unproven",
                seen,
                _S,
                "Success without the server's signature: `334` with `v=…` comes first.",
                "RFC 5802 section 5",
            )


@rule
def digest_md5(lines: list[Seen]) -> Iterator[Violation]:
    """Directives that must be there, once."""
    for seen, message in said(lines, _S, "DIGEST-MD5"):
        if any(side is _C for side, _ in seen.what.turns.said):
            continue
        names = _names(message)
        if names.count("nonce") != 1:
            yield broken("digest-nonce", seen, _S, "A challenge has `nonce` exactly once.", "RFC 2831 section 2.1.1")
        if names.count("algorithm") != 1:
            yield broken(
                "digest-algorithm",
                seen,
                _S,
                "A challenge has `algorithm=md5-sess` exactly once.",
                "RFC 2831 section 2.1.1",
            )
    for seen, message in said(lines, _C, "DIGEST-MD5"):
        if not message:
            continue
        names = _names(message)
        missing = [
            name for name in ("username", "nonce", "cnonce", "nc", "digest-uri", "response") if names.count(name) != 1
        ]
        if missing:
            yield broken(
                "digest-response",
                seen,
                _C,
                f"Directives that must be there once: {', '.join(missing)}.",
                "RFC 2831 section 2.1.2",
            )
    for seen in lines:
        reply = seen.what.reply
        if reply is None or reply.code != 235 or seen.what.mechanism != "DIGEST-MD5":
            continue
        messages = [text for side, text in seen.what.turns.said if side is _S]
        if len(messages) == 1:
            yield broken("digest-unproven", seen, _S, "Success without `rspauth`.", "RFC 2831 section 2.1.3")


@rule
def oauthbearer(lines: list[Seen]) -> Iterator[Violation]:
    """A GS2 header, pairs that end with 01, and 01 alone behind an error."""
    for seen, message in said(lines, _C, "OAUTHBEARER"):
        asked = [text for side, text in seen.what.turns.said if side is _S and text]
        if asked:
            if message != b"\x01":
                yield broken(
                    "oauth-acknowledgement",
                    seen,
                    _C,
                    "An error is acknowledged with the byte 01 alone.",
                    "RFC 7628 section 3.2.3",
                )
        elif not re.match(rb"[nyp][^,]*,(?:a=[^,]*)?,\x01", message):
            yield broken(
                "oauth-header",
                seen,
                _C,
                "The message begins with a GS2 header, such as `n,,`, and the byte 01.",
                "RFC 7628 section 3.1",
            )
        elif not message.endswith(b"\x01\x01") or b"\x01auth=" not in message:
            yield broken(
                "oauth-pairs",
                seen,
                _C,
                "The pairs hold `auth=`, end with the byte 01 each, and one more 01 ends the message.",
                "RFC 7628 section 3.1",
            )


@rule
def anonymous(lines: list[Seen]) -> Iterator[Violation]:
    """At most 255 characters of UTF-8."""
    for seen, message in said(lines, _C, "ANONYMOUS"):
        text = message.decode("utf-8", "replace")
        if len(text) > 255 or "\ufffd" in text:
            yield broken(
                "anonymous-trace", seen, _C, "The trace is UTF-8 of at most 255 characters.", "RFC 4505 section 2"
            )


def _attributes(message: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for part in message.split(b","):
        name, equals, value = part.partition(b"=")
        if equals and len(name) == 1:
            found.setdefault(name, value)
    return found


def _names(message: bytes) -> list[str]:
    return [one.name for one in digest.parse(message).found]
