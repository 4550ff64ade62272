"""The order of commands: who may say what, when."""

import re
from collections.abc import Iterator

from tutor.explain.lint import Seen, Violation, broken, rule
from tutor.smtp.states import CONTENT_STATES, State
from tutor.wire.lines import Side

_C, _S = Side.CLIENT, Side.SERVER
_LOGGED_IN = (State.AUTHENTICATED, State.HELLO_AFTER_AUTH)
_MAIL = ("MAIL_SENT", "TRANSACTION", "DATA_SENT")
_NAME = re.compile(r"[A-Z0-9_-]{1,20}")


def commands(lines: list[Seen], verb: bytes = b"") -> Iterator[Seen]:
    """The client's commands, of one verb where it is given."""
    for seen in lines:
        command = seen.what.command
        if seen.what.kind == "command" and command is not None and (not verb or command.verb == verb):
            yield seen


def greeted(lines: list[Seen]) -> bool:
    """Whether the log begins with the greeting."""
    return bool(lines) and lines[0].what.reply is not None and lines[0].what.reply.code == 220


@rule
def greeting_code(lines: list[Seen]) -> Iterator[Violation]:
    """A greeting that is neither 220 nor a refusal, and a client that takes it for one."""
    replied = next((seen for seen in lines if seen.what.side is _C), None)
    first = lines[0] if lines else None
    if first is None or first.what.reply is None or replied is None or replied.what.command is None:
        return
    if replied.what.command.verb in (b"EHLO", b"HELO") and first.what.reply.code in (200, 221, 250):
        yield broken(
            "greeting-code",
            first,
            _S,
            f"{first.what.reply.code} as a greeting; a server that is ready says 220.",
            "RFC 5321 section 3.1",
        )


@rule
def after_554(lines: list[Seen]) -> Iterator[Violation]:
    """The server refused the connection; only QUIT is left."""
    for seen in commands(lines):
        if seen.what.state_before is State.TURNED_AWAY and seen.what.command and seen.what.command.verb != b"QUIT":
            yield broken("after-554", seen, _C, "The greeting was 554; only QUIT is left.", "RFC 5321 section 3.1")


@rule
def hello_first(lines: list[Seen]) -> Iterator[Violation]:
    """AUTH and STARTTLS before EHLO, or behind HELO."""
    for seen in commands(lines):
        verb = seen.what.command.verb if seen.what.command else b""
        if verb not in (b"AUTH", b"STARTTLS") or not greeted(lines):
            continue
        name = verb.decode()
        answer = next((later.what.reply for later in lines if later.n > seen.n and later.what.reply), None)
        refused = answer is not None and answer.code == 503  # where the server went on, the log may lack the EHLO
        if seen.what.state_before is State.GREETED and not seen.tls and refused:
            yield broken("no-ehlo", seen, _C, f"{name} before EHLO.", "RFC 5321 section 4.1.4")
        if seen.what.state_before is State.UNEXTENDED:
            yield broken("helo", seen, _C, f"{name} behind HELO; extensions need EHLO.", "RFC 5321 section 4.1.1.1")


@rule
def hello_after_tls(lines: list[Seen]) -> Iterator[Violation]:
    """What the server said before TLS counts no more."""
    for seen in commands(lines):
        verb = seen.what.command.verb if seen.what.command else b""
        if seen.tls and seen.what.state_before is State.GREETED and verb in (b"AUTH", b"MAIL"):
            yield broken(
                "no-ehlo-after-tls",
                seen,
                _C,
                f"{verb.decode()} right behind the TLS handshake; EHLO is said again first.",
                "RFC 3207 section 4.2",
            )


@rule
def auth_when(lines: list[Seen]) -> Iterator[Violation]:
    """AUTH once, and never in a mail transaction."""
    for seen in commands(lines, b"AUTH"):
        state = seen.what.state_before
        if state in _LOGGED_IN or (state.name.startswith("AUTH_") and state is not State.AUTH_SENT):
            yield broken("auth-again", seen, _C, "AUTH behind a 235; a session logs in once.", "RFC 4954 section 4")
        elif state.name in _MAIL:
            yield broken("auth-in-transaction", seen, _C, "AUTH inside a mail transaction.", "RFC 4954 section 4")


@rule
def auth_offered(lines: list[Seen]) -> Iterator[Violation]:
    """AUTH, or a mechanism, that EHLO did not bring."""
    for seen in commands(lines, b"AUTH"):
        name = (seen.what.command.mechanism or "").upper() if seen.what.command else ""
        if seen.offered is None or seen.what.state_before is not State.READY:
            continue
        offered = seen.offered.auth
        if offered is None:
            yield broken(
                "auth-not-offered",
                seen,
                _C,
                "AUTH, which this server's EHLO reply does not offer.",
                "RFC 4954 section 3",
            )
        elif name and name not in offered:
            yield broken(
                "mechanism-not-offered",
                seen,
                _C,
                "This mechanism is not on the list that EHLO brought.",
                "RFC 4422 section 3.2",
            )


@rule
def auth_syntax(lines: list[Seen]) -> Iterator[Violation]:
    """AUTH alone; a name that is none; a blank where `=` is due."""
    for seen in commands(lines, b"AUTH"):
        command = seen.what.command
        name = command.mechanism if command is not None else None
        if name is None:
            yield broken("auth-without-name", seen, _C, "AUTH without the name of a mechanism.", "RFC 4954 section 8")
        elif not _NAME.fullmatch(name.upper()):
            yield broken(
                "mechanism-name",
                seen,
                _C,
                "A mechanism's name is 1 to 20 letters, digits, `-` and `_`.",
                "RFC 4422 section 3.1",
            )
        elif re.fullmatch(rb"(?i)AUTH +[A-Z0-9_-]+ +", seen.line):
            yield broken(
                "initial-empty",
                seen,
                _C,
                "A blank behind the name, and nothing more: an empty initial response is written `=`.",
                "RFC 4954 section 4",
            )


@rule
def in_clear(lines: list[Seen]) -> Iterator[Violation]:
    """A password in clear although TLS was to be had; where STARTTLS is not offered, TLS may stand already."""
    for seen in commands(lines, b"AUTH"):
        name = (seen.what.command.mechanism or "").upper() if seen.what.command else ""
        if name in ("PLAIN", "LOGIN") and not seen.tls and seen.offered and seen.offered.has("STARTTLS"):
            yield broken(
                "in-clear",
                seen,
                _C,
                f"{name} without TLS: the password goes over the wire in clear. STARTTLS was offered.",
                "RFC 4954 section 9",
            )


@rule
def offers_in_clear(lines: list[Seen]) -> Iterator[Violation]:
    """The server offers PLAIN or LOGIN beside STARTTLS, before TLS."""
    for seen in lines:
        reply = seen.what.reply
        if reply is None or reply.code != 250 or seen.what.state_before is not State.EHLO_SENT or not reply.last:
            continue
        following = next((later for later in lines if later.n > seen.n and later.what.side is _C), None)
        offered = following.offered if following is not None else None
        if offered is None or seen.tls or not offered.has("STARTTLS"):
            continue
        plain = [name for name in offered.auth or () if name in ("PLAIN", "LOGIN")]
        if plain:
            yield broken(
                "offers-in-clear",
                seen,
                _S,
                f"{' and '.join(plain)} offered before TLS; a server should offer "
                "what sends a password only inside it.",
                "RFC 4954 section 9",
            )


@rule
def starttls(lines: list[Seen]) -> Iterator[Violation]:
    """STARTTLS alone, once, before AUTH."""
    for seen in commands(lines, b"STARTTLS"):
        if seen.what.command is not None and seen.what.command.argument.strip():
            yield broken("starttls-parameter", seen, _C, "STARTTLS has no parameters.", "RFC 3207 section 4")
        if seen.tls:
            yield broken("starttls-twice", seen, _C, "STARTTLS although TLS is active.", "RFC 3207 section 4.2")
    for seen in lines:
        reply = seen.what.reply
        greeting = seen.what.state_before in (State.EHLO_SENT, State.HELLO_AFTER_AUTH)
        offer = reply is not None and reply.code == 250 and reply.text.strip().upper() == b"STARTTLS"
        if seen.tls and greeting and offer:
            yield broken("starttls-again", seen, _S, "STARTTLS is offered inside TLS.", "RFC 3207 section 4.2")


@rule
def after_quit(lines: list[Seen]) -> Iterator[Violation]:
    """QUIT is the last word."""
    for seen in commands(lines):
        verb = seen.what.command.verb if seen.what.command else b""
        if seen.what.state_before in (State.QUIT_SENT, State.CLOSED) and verb not in (b"EHLO", b"HELO"):
            yield broken("after-quit", seen, _C, "A command behind QUIT.", "RFC 5321 section 4.1.1.10")


@rule
def command_length(lines: list[Seen]) -> Iterator[Violation]:
    """512 octets with CRLF; AUTH's lines may be longer."""
    for seen in lines:
        if seen.what.side is not _C or seen.what.state_before in CONTENT_STATES:
            continue
        auth = seen.what.command is not None and seen.what.command.verb == b"AUTH"
        if auth or seen.what.kind == "response":
            if len(seen.line) > 12288:
                yield broken(
                    "auth-length",
                    seen,
                    _C,
                    f"{len(seen.line)} octets; the limit of AUTH's lines is 12,288.",
                    "RFC 4954 section 4",
                )
        elif seen.what.kind == "command" and len(seen.line) > 510:
            yield broken(
                "command-length",
                seen,
                _C,
                f"A command of {len(seen.line)} octets; with CRLF 512 are allowed.",
                "RFC 5321 section 4.5.3.1.4",
            )
