"""Floor 4: why a session failed before any login: the greeting, STARTTLS, another protocol's client."""

import re
from collections.abc import Iterator

from tutor.explain import quoted, wording
from tutor.explain.facts import Facts, Seen
from tutor.explain.finding import Finding, finding
from tutor.explain.greeting import other_protocol
from tutor.wire.lines import Side

# What a firewall leaves of a session

_STARS = re.compile(r"220[ -][*02 ]*\*{6}[*02 ]*")
"""Cisco's inspection writes asterisks over all but `220`, and over the digits 2 and 0 further on."""
_CROSSED = re.compile(rb"250[ -](?:X{3,}[A-Z]?|X-?AUTH(?:[ =].*)?|X-?STARTTLS) *")
"""What Cisco's inspection leaves of a keyword: as many letters, the last counted up from A; others put X in front."""
_NOT_OFFERED = (500, 502, 503, 504, 530, 538)


def rewritten(facts: Facts) -> Iterator[Finding]:
    """A greeting of asterisks, or a keyword of the EHLO reply that was crossed out; not where a login was judged."""
    if any(code in (235, 334, 535) for _, code, _ in facts.replies):
        return
    if any((answer := facts.reply_behind(one)) and answer[1] not in _NOT_OFFERED for one in facts.auths):
        return
    if any(facts.asked.get(n) == "STARTTLS" and code == 220 for n, code, _ in facts.replies):
        return  # inside TLS no firewall reads along
    inside = False  # the first line of the EHLO reply is the host's name, which posters mask
    for one in facts.seen:
        if inside and _CROSSED.fullmatch(one.line):
            summary = "The EHLO reply has a keyword that was crossed out: a firewall hides STARTTLS or AUTH."
            yield finding("greeting.masked", one.n, summary)
            return
        inside = one.line.startswith(b"250-")
    for n, _, text in facts.replies:
        if _STARS.fullmatch(text.strip()):
            yield finding("greeting.masked", n, "The greeting was overwritten with asterisks: a firewall does that.")
            return


# No session at all, or one that breaks off

_CONNECTED = re.compile(r"^(?:Connected to |CONNECTED\()")
_CLOSED = re.compile(
    r"connection (?:to \S+ )?(?:was )?(?:closed|reset|lost)|closed by (?:foreign|remote)|hung up", re.IGNORECASE
)
_OF_MAIL = re.compile(r"\b(?:25|465|587|2525)\b|smtp|mail|\bmx", re.IGNORECASE)


def by_hand(facts: Facts) -> Iterator[Finding]:
    """Somebody's own connection, with telnet or the like: another protocol greets, or nobody, or it breaks off."""
    in_clear = _in_clear(facts)
    if in_clear is not None:
        yield in_clear
        return
    if facts.format not in ("telnet", "openssl"):
        return
    connected = next((n for n, text in facts.notes if _CONNECTED.search(text)), None)
    closed = next((n for n, text in facts.notes if _CLOSED.search(text)), None)
    if connected is None:
        return
    if not facts.replies:
        for n, text in facts.notes:
            other = other_protocol(text.encode()) if n > connected else None
            if other is not None:
                yield finding("greeting.not-smtp", n, other[1])
                return
        if closed is not None and facts.format == "telnet" and any(_OF_MAIL.search(text) for _, text in facts.notes):
            yield finding("greeting.none", closed, sure="likely")
        return
    last = facts.seen[-1] if facts.seen else None
    if closed is not None and last is not None and (last.what.kind == "response" or last in facts.auths):
        yield finding("session.dropped", closed, "The server hung up where its reply to the login was due.", "likely")


_CLOSED_ON_US = re.compile(r"closed by foreign host|reset by", re.IGNORECASE)
_WITH_TLS = (
    "Telnet and netcat cannot do TLS: openssl s_client -starttls smtp -crlf -connect HOST:587 does it, and then shows"
    " the session. Port 465 has TLS from the first byte."
)


def _in_clear(facts: Facts) -> Finding | None:
    """Behind the server's 220 to STARTTLS somebody typed on in clear, or nothing; a handshake is due there."""
    asked = [one for one in facts.seen if one.what.command is not None and one.what.command.verb == b"STARTTLS"]
    answer = facts.reply_behind(asked[-1]) if asked and facts.format in ("telnet", "bare") else None
    if answer is None or answer[1] != 220 or facts.replies[-1][0] != answer[0]:
        return None
    typed = next(
        (one for one in facts.seen if one.n > answer[0] and one.what.side is Side.CLIENT and not _leaves(one)), None
    )
    words = _CLOSED if typed is not None and facts.format == "telnet" else _CLOSED_ON_US
    closed = next((n for n, text in facts.notes if n > answer[0] and words.search(text)), None)
    if closed is None:
        return None
    summary = "Behind 220 to STARTTLS a TLS handshake is due (RFC 3207 section 4); clear text, or nothing, came."
    return finding("session.tls-failed", closed if typed is None else typed.n, summary, "likely", _WITH_TLS)


_WITHOUT_AUTH = (500, 502, 503, 504)


def helo_only(facts: Facts) -> Iterator[Finding]:
    """AUTH behind HELO, which asks for no extensions, was not taken."""
    for one in facts.auths:
        answer = facts.reply_behind(one)
        verbs = [seen.what.command.verb for seen in facts.seen if seen.what.command is not None and seen.n < one.n]
        hellos = [verb for verb in verbs if verb in (b"HELO", b"EHLO")]
        if hellos and hellos[-1] == b"HELO" and answer is not None and answer[1] in _WITHOUT_AUTH:
            yield finding("session.no-ehlo", answer[0], "HELO asks for no extensions: say EHLO before AUTH.", "likely")
            return


# STARTTLS

_ON_ALREADY = (
    r"already (?:in|active|running|started|using|established|negotiated)\b.{0,20}(?:TLS|SSL)|"
    r"\bTLS\b.{0,20}\balready|\bwhen TLS (?:is )?active|already (?:a )?TLS"
)
"""Postfix, Exim, Dovecot, Coremail, aiosmtpd and others to STARTTLS in a session that has TLS."""
_TOLD = re.compile(r"\b(?:send(?:ing)?|sent|command)\W{1,4}STARTTLS\b|\bSTARTTLS command\W*$", re.IGNORECASE)
_COMPLAINS = re.compile(
    r"error|fail|exception|could not|couldn't|cannot|unable|reset by|broken pipe|lost connection|hung up|timed? ?out|"
    r"abort|\bEOF\b|unexpected",
    re.IGNORECASE,
)


_BEGUN = re.compile(
    r"handshake (?:done|complete|finish|success)|TLS (?:connection )?established|cipher|upgraded", re.IGNORECASE
)


def starttls(facts: Facts) -> Iterator[Finding]:
    """STARTTLS was refused, and the session ends with it; or it was taken, and no SMTP came behind it."""
    shows_client = any(one.what.side is Side.CLIENT for one in facts.seen)
    for n, code, text in facts.replies:
        if code < 400 or not (facts.asked.get(n) == "STARTTLS" or (not shows_client and _told_before(facts, n))):
            continue
        if re.search(_ON_ALREADY, text, re.IGNORECASE):
            summary = "STARTTLS came in a session that has TLS already, from its first byte as port 465 has it."
            fix = "Port 465: TLS from the first byte, and no STARTTLS. Port 587: STARTTLS. One of the two."
            yield finding("session.client-bug", n, summary, "likely", fix)
            return
        if not facts.went_on(n) and code != 503:
            yield finding("session.tls-failed", n, _why(facts, code), "likely", _CURE)
            return
    yield from _handshake(facts)


_CURE = "As the administrator: look at the server's certificate and key. As a user: try port 465, or another port."


def _why(facts: Facts, code: int) -> str:
    if code == 454:
        return "The server knows STARTTLS and cannot do it now (454): mostly its certificate or key is missing."
    if facts.offered is not None and not facts.starttls:
        return f"The client wants TLS, and this server does not offer STARTTLS here: it said {code}."
    return f"The client wants TLS, and the server refused STARTTLS ({code})."


def _told_before(facts: Facts, n: int) -> bool:
    """Whether a reply answers STARTTLS by the program's own words in front; for a log that does not show the client."""
    if facts.asked.get(n):
        return False
    before = next((text for line, text in reversed(facts.notes) if line < n), None)
    return before is not None and _TOLD.search(before) is not None


def _handshake(facts: Facts) -> Iterator[Finding]:
    """220 to STARTTLS is the server's last word, and the program complains behind it."""
    asked = [one for one in facts.seen if one.what.command is not None and one.what.command.verb == b"STARTTLS"]
    answer = facts.reply_behind(asked[-1]) if asked else None
    if answer is None or answer[1] != 220 or facts.replies[-1][0] != answer[0]:
        return
    behind = [(n, text) for n, text in facts.notes if n > answer[0]]
    spoke = any(one.what.side is Side.CLIENT and not _leaves(one) for one in facts.seen if one.n > answer[0])
    if spoke or facts.format == "telnet" or any(_BEGUN.search(text) for _, text in behind):
        return
    if any(next(quoted.replies(text), None) for _, text in behind):
        return
    complaint = next((n for n, text in behind if _COMPLAINS.search(text) and not wording.foreign(text)), None)
    if complaint is not None:
        summary = "The server said 220 to STARTTLS, and the handshake behind it failed."
        yield finding("session.tls-failed", complaint, summary, "likely")


def _leaves(one: Seen) -> bool:
    return one.line.strip().upper() in (b"QUIT", b"")


# Clients that speak at the wrong time, or another protocol

_PROXY_LINE = r"\bPROXY (?:TCP[46] [0-9A-Fa-f:.]{2,45} [0-9A-Fa-f:.]{2,45} \d{1,5} \d{1,5}|UNKNOWN)(?![\w ])"
_NUL = r"(?:\x00|␀|\\x00|\\u0000|\\0(?:00)?)"
_CRLF = r"(?:\r\n|␍␊|\\r\\n|\\x0d\\x0a|\\u000d\\u000a|\\015\\012)"
_LF = r"(?:\n|␊|\\n|\\x0a|\\u000a|\\012|<LF>)"
_KIND = r"(?:[\x11\x12\x21\x22␑␒]|\\x[123][12]|\\u00[123][12]|\\0[246][12])"
_PROXY_BINARY = (
    rf"{_NUL}{_CRLF}QUIT{_LF}|QUIT{_LF}(?:!|\\x21|\\u0021|\\041){_KIND}{_NUL}|^!{_KIND}{_NUL}|"
    r"0d ?0a ?0d ?0a ?00 ?0d ?0a ?51 ?55 ?49 ?54 ?0a"
)
"""The PROXY protocol's two headers (haproxy.org, proxy-protocol.txt, sections 2.1 and 2.2), raw or as logs write them.

The binary one begins with CR LF CR LF NUL CR LF `QUIT` LF; behind it stand version and command (`!`: 2, PROXY), family
and transport (0x11: TCP over IPv4) and two octets of length.
"""
_PROXY_HEADER = wording.Any(rf"(?-i:{_PROXY_LINE})", _PROXY_BINARY)
_PERHAPS_PROXY = re.compile(rb"^(?:PROXY |!|\0)|QUIT.{1,9}!", re.DOTALL)
_PERHAPS_TOLD = re.compile(r"\bPROXY [TU]|QUIT.{1,9}(?:!|21|041)|51 ?55 ?49 ?54")
_NOT_TAKEN = re.compile(
    r"\b5\d\d[ -]|error|reject|improper|non-SMTP|unrecogni|unknown command|not recogni|fail|syntax|pipelin",
    re.IGNORECASE,
)


def proxied(facts: Facts) -> Iterator[Finding]:
    """A reverse proxy says who the client is, in front of EHLO, to a server that does not expect it."""
    lines = [(one.n, one.line.decode("latin-1")) for one in facts.seen if _PERHAPS_PROXY.search(one.line)]
    if _PERHAPS_TOLD.search(facts.whole):
        lines += facts.notes
    found = next((line for line in sorted(lines) if _PROXY_HEADER.search(line[1])), None)
    if found is None or any(code == 235 for _, code, _ in facts.replies):
        return
    n, text = found
    behind = [code for at, code, _ in facts.replies if at >= n and code != 220]
    told = _NOT_TAKEN.search(text) is not None and wording.about_mail(facts.whole)
    if (behind[0] >= 400) if behind else (told or bool(facts.replies)):
        summary = (
            "A header of the PROXY protocol, with which a proxy says who its client is, went to a server that does not"
            " expect it (proxy-protocol.txt section 2)."
        )
        yield finding("session.client-bug", n, summary, "likely", _NO_PROXY)


_NO_PROXY = (
    "Turn it off in the proxy for this server (HAProxy: send-proxy; nginx: proxy_protocol), or let the server expect it"
    " (Postfix: smtpd_upstream_proxy_protocol; Exim: hosts_proxy; Dovecot: haproxy_trusted_networks)."
)


_TOO_EARLY = (b"MAIL", b"RCPT", b"DATA")
_SYNCHRONIZATION = (
    r"\bsmtp (?:protocol )?synchroni[sz]ation error|input sent without waiting for greeting|"
    r"\bimproper command pipelining after AUTH\b"
)
"""Exim (smtp_enforce_sync) and Postfix (smtpd.c); RFC 5321 section 4.3.1 wants the client to wait."""


def hurried(facts: Facts) -> Iterator[Finding]:
    """The client did not wait: for the greeting, or for a reply."""
    first = facts.seen[0] if facts.seen else None
    command = None if first is None else first.what.command
    greeted = bool(facts.replies) and facts.replies[0][1] == 220
    if first is not None and command is not None and command.verb in _TOO_EARLY and greeted:
        summary = f"{command.verb.decode()} came before the greeting: every reply answers another question."
        yield finding("session.out-of-step", first.n, summary, "certain", "Wait for 220, then say EHLO.")
        return
    found = facts.said(_SYNCHRONIZATION)
    if found is not None:
        summary = "The client sent on without waiting for the server's reply (RFC 5321 section 4.3.1)."
        yield finding("session.out-of-step", found[0], summary, "likely", "Wait for each reply, the greeting first.")


_TAGGED = re.compile(
    rb"[A-Za-z]{0,6}[0-9]{1,8} (?:CAPABILITY|LOGIN|AUTHENTICATE|STARTTLS|LOGOUT|ID|NOOP)\b|(?:CAPA|STLS) *$",
    re.IGNORECASE,
)
"""IMAP's commands have a tag in front (RFC 3501 section 2.2.1); CAPA and STLS are POP3's (RFC 2449, RFC 2595)."""
_UNTAGGED = re.compile(
    rb"(?:AUTHENTICATE [A-Z0-9-]{3,20}|LOGIN \S+ \S+|(?:USER|PASS) \S+|APOP \S+ \S+) *$", re.IGNORECASE
)


def _refused_untagged(facts: Facts, one: Seen) -> bool:
    """Whether a line is such a command without its tag, typed by hand, and was not known."""
    answer = facts.reply_behind(one) if _UNTAGGED.match(one.line) else None
    return answer is not None and answer[0] - one.n < 3 and answer[1] in (500, 502)


_GREETED_AS_MAILBOX = (
    r"Syntax error in IMAP server greeting\. Unexpected token: .{0,10}\b220\b|"  # MailKit
    r"Unexpected greeting from server: 220\b|"
    r"\b(?:imap|pop)\S{0,40}(?:error|abort|exception)\S{0,20}: [^\n]{0,60}\W220[ -]|"  # imaplib, poplib, imap_tools
    r"\b(?:imap|pop3?)s?://[^/\s]{1,200}:(?:25|465|587|2525)\b"
)


def mailbox_client(facts: Facts) -> Iterator[Finding]:
    """An IMAP or POP3 client on a port of SMTP."""
    greeted = any(code == 220 for _, code, _ in facts.replies)
    for one in facts.seen:
        if greeted and one.what.reply is None and (_TAGGED.match(one.line) or _refused_untagged(facts, one)):
            yield finding("session.wrong-protocol", one.n, "A command of IMAP or POP3 went to an SMTP server.")
            return
    found = facts.said(_GREETED_AS_MAILBOX)
    if found is not None:
        summary = "A client of IMAP or POP3 was connected to a port of SMTP."
        fix = "IMAP: port 993 or 143. POP3: 995 or 110. SMTP has 465, 587 and 25."
        yield finding("session.wrong-protocol", found[0], summary, "certain", fix)
