"""The form of replies: codes, separators, enhanced codes, length."""

import re
from collections.abc import Iterator

from tutor.explain.lint import Seen, Violation, broken, rule
from tutor.smtp.states import State
from tutor.wire.lines import Side

_ENHANCED = re.compile(rb"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?= |\Z)")
_IN_EXCHANGE = (State.AUTH_SENT, State.RESPONDED)
_S = Side.SERVER


@rule
def code(lines: list[Seen]) -> Iterator[Violation]:
    """Three digits, the first 2 to 5, the second 0 to 5."""
    for seen in lines:
        reply = seen.what.reply
        if reply is not None and not (200 <= reply.code < 600 and reply.code // 10 % 10 <= 5):
            yield broken(
                "reply-code",
                seen,
                _S,
                f"{reply.code} is no reply code: its first digit is 2 to 5, its second 0 to 5.",
                "RFC 5321 section 4.2",
            )


@rule
def challenge_code(lines: list[Seen]) -> Iterator[Violation]:
    """Another 3yz inside AUTH."""
    for seen in lines:
        reply = seen.what.reply
        if (
            reply is not None
            and 300 <= reply.code < 400
            and reply.code != 334
            and seen.what.state_before in _IN_EXCHANGE
        ):
            yield broken(
                "challenge-code",
                seen,
                _S,
                f"{reply.code} where a challenge is due; its code is 334.",
                "RFC 4954 section 4",
            )


@rule
def success_code(lines: list[Seen]) -> Iterator[Violation]:
    """Another 2yz that ends AUTH."""
    for seen in lines:
        reply = seen.what.reply
        inside = seen.what.state_before in _IN_EXCHANGE
        if reply is not None and inside and 200 <= reply.code < 300 and reply.code not in (235, 221):
            summary = f"{reply.code} ends the exchange; success is 235."
            yield broken("success-code", seen, _S, summary, "RFC 4954 section 6")


@rule
def challenge_space(lines: list[Seen]) -> Iterator[Violation]:
    """`334` alone."""
    for seen in lines:
        reply = seen.what.reply
        if reply is not None and reply.code == 334 and not reply.separator:
            yield broken(
                "challenge-space",
                seen,
                _S,
                "There is no space behind 334; an empty challenge is `334 `.",
                "RFC 4954 section 8",
            )


@rule
def challenge_lines(lines: list[Seen]) -> Iterator[Violation]:
    """A challenge of several lines."""
    for seen in lines:
        reply = seen.what.reply
        if reply is not None and reply.code == 334 and reply.separator == b"-":
            yield broken(
                "challenge-lines", seen, _S, "A challenge is one line: `334 `, never `334-`.", "RFC 4954 section 8"
            )


@rule
def one_code(lines: list[Seen]) -> Iterator[Violation]:
    """A multi-line reply whose codes differ, or that does not end."""
    opened: Seen | None = None
    for seen in lines:
        reply = seen.what.reply
        before = opened.what.reply if opened is not None else None
        if reply is None:
            whole = lines[0].what.reply is not None and lines[0].what.reply.code == 220  # else a piece of a log
            if opened is not None and before is not None and whole and seen.what.side is Side.CLIENT:
                yield broken(
                    "reply-unfinished",
                    opened,
                    _S,
                    f"The reply {before.code}- has no last line.",
                    "RFC 5321 section 4.2.1",
                )
                opened = None
            continue
        if before is not None and before.code != reply.code:
            yield broken(
                "reply-codes-differ",
                seen,
                _S,
                f"{reply.code} inside a reply that began with {before.code}.",
                "RFC 5321 section 4.2.1",
            )
        opened = seen if reply.separator == b"-" else None


@rule
def reply_length(lines: list[Seen]) -> Iterator[Violation]:
    """512 octets with CRLF; a challenge may be longer."""
    for seen in lines:
        reply = seen.what.reply
        if reply is None:
            continue
        if reply.code == 334 and len(seen.line) > 12288:
            yield broken(
                "challenge-length",
                seen,
                _S,
                f"{len(seen.line)} octets; the limit of AUTH's lines is 12,288.",
                "RFC 4954 section 4",
            )
        elif reply.code != 334 and len(seen.line) > 510:
            yield broken(
                "reply-length",
                seen,
                _S,
                f"A reply line of {len(seen.line)} octets; with CRLF 512 are allowed.",
                "RFC 5321 section 4.5.3.1.5",
            )


@rule
def reply_characters(lines: list[Seen]) -> Iterator[Violation]:
    """Control characters in a text for people."""
    for seen in lines:
        reply = seen.what.reply
        if reply is not None and reply.code != 334 and re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", reply.text):
            yield broken(
                "reply-characters", seen, _S, "The text of a reply holds control characters.", "RFC 5321 section 4.2"
            )


@rule
def enhanced_class(lines: list[Seen]) -> Iterator[Violation]:
    """`535 4.7.8`, `334 5.7.0`."""
    for seen in lines:
        reply = seen.what.reply
        found = None if reply is None else _ENHANCED.match(reply.text)
        if reply is None or found is None or reply.code == 220 or seen.what.state_before is State.CONNECTED:
            continue
        if seen.what.state_before in (State.EHLO_SENT, State.HELO_SENT, State.HELLO_AFTER_AUTH):
            continue
        if int(found[1]) != reply.code // 100:
            yield broken(
                "enhanced-class",
                seen,
                _S,
                f"The enhanced code begins with {found[1].decode()}, the reply "
                f"code with {reply.code // 100}; they must be the same.",
                "RFC 2034 section 4",
            )


@rule
def enhanced_missing(lines: list[Seen]) -> Iterator[Violation]:
    """ENHANCEDSTATUSCODES was promised, and is not kept."""
    greetings = (State.CONNECTED, State.EHLO_SENT, State.HELO_SENT, State.HELLO_AFTER_AUTH)
    promised = False
    for seen in lines:
        promised = promised or (seen.offered is not None and seen.offered.has("ENHANCEDSTATUSCODES"))
        reply = seen.what.reply
        if not promised or reply is None or seen.what.state_before in greetings:
            continue
        if reply.code // 100 in (2, 4, 5) and not _ENHANCED.match(reply.text):
            yield broken(
                "enhanced-missing",
                seen,
                _S,
                "ENHANCEDSTATUSCODES was offered, and this reply has no such code.",
                "RFC 2034 section 4",
            )


@rule
def auth_keyword(lines: list[Seen]) -> Iterator[Violation]:
    """`AUTH` without mechanisms, and `AUTH=`."""
    for seen in lines:
        reply = seen.what.reply
        if (
            reply is None
            or reply.code != 250
            or seen.what.state_before not in (State.EHLO_SENT, State.HELLO_AFTER_AUTH)
        ):
            continue
        if reply.text.strip().upper() == b"AUTH":
            yield broken(
                "auth-without-mechanisms", seen, _S, "AUTH is offered without any mechanism.", "RFC 4954 section 3"
            )
        if reply.text[:5].upper() == b"AUTH=":
            yield broken(
                "auth-equals",
                seen,
                _S,
                "`AUTH=` is an old form for old clients; a keyword has no `=`, and the list stands behind a space.",
                "RFC 5321 section 4.1.1.1",
            )


@rule
def codes_of_commands(lines: list[Seen]) -> Iterator[Violation]:
    """QUIT, `*` and STARTTLS have their own answers."""
    for seen in lines:
        reply, before = seen.what.reply, seen.what.state_before
        if reply is None or reply.code == 421:
            continue
        if before is State.QUIT_SENT and reply.code != 221:
            yield broken(
                "quit-code", seen, _S, f"{reply.code} to QUIT; the answer is 221.", "RFC 5321 section 4.1.1.10"
            )
        if before is State.CANCELLED and reply.code != 501:
            yield broken(
                "cancel-code",
                seen,
                _S,
                f"{reply.code} to `*`; an exchange that was cancelled ends with 501.",
                "RFC 4954 section 4",
            )
        if before is State.STARTTLS_SENT and reply.code // 100 == 2 and reply.code != 220:
            yield broken(
                "starttls-code", seen, _S, f"{reply.code} to STARTTLS; the go-ahead is 220.", "RFC 3207 section 4"
            )
