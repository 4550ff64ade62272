"""Floor 4: what came before any login: no greeting, a refusal in its place, TLS that failed, a hang-up.

Here speak the programs and their libraries, in a log or an error line that shows no session.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from tutor.explain import own_words, quoted, tls_words, wording
from tutor.explain.facts import Facts, Seen
from tutor.explain.finding import Finding, finding
from tutor.explain.own_words import pattern

_ABOUT_TLS = re.compile(
    r"ssl|tls|cert|x509|handshake|version.number|too long|plain-?text|InvalidContent|corrupt|frame|record|pkix|issuer|"
    r"too (?:small|weak)|protocol|cipher|match|algorithm|inner exc|remote party|peer|alternative|SEC_E|0x800|authority|"
    r"principal|Security\.Auth|BR_ERR|mailsmtp|in state|alert|curl: \(|UNABLE_TO|altname|SSPI|-0x|trust|NotValid|"
    r"wrappermode|or decryption|secure|identity",
    re.IGNORECASE,
)
"""One of these stands in all words of `tls_words`."""
_ABOUT_GREETINGS = re.compile(
    r"greeting|banner|welcome|nothing|initial|to me:|connect to|220|SMTPConnect|smtp-server resp|EOF|end of file|"
    r"ReadTimeout|SMTPServerDis|reading response|timed out|smtp dial|error response|unavailable",
    re.IGNORECASE,
)
"""One of these stands in all that `greeting` looks for."""


def handshake(facts: Facts) -> Iterator[Finding]:
    """What TLS libraries say, word for word; a warning behind which the session went on was none."""
    if _ABOUT_TLS.search(facts.whole) is None:
        return
    if any(one.line[:8].upper() == b"STARTTLS" and _refused(facts, one) for one in facts.seen):
        return
    if "login" in facts.asked.values() or _elsewhere(facts) or facts.said(tls_words.HARMLESS) is not None:
        return
    for rows, code in ((tls_words.EXPECTED, "greeting.tls-expected"), (tls_words.FAILED, "session.tls-failed")):
        harmless = partial(_got_over, facts) if rows is tls_words.FAILED else None
        found = facts.said(pattern(rows), skip=_of_another, skip_line=harmless)
        if found is not None and code == "greeting.tls-expected" and _begun(facts):
            summary = "The server said 220 to STARTTLS, and no TLS came behind it."
            yield finding("session.tls-failed", found[0], summary)
            return
        if found is not None:
            yield _of_names(finding(code, found[0]), found[1])
            return
    yield from _at_handshake(facts)


_NAMES = re.compile(
    r"certificate is valid for (?P<valid>[\w.*-]{1,253}(?:, [\w.*-]{1,253}){0,20}), not (?P<wanted>[\w.-]{1,253})",
    re.IGNORECASE,
)
"""Go, crypto/x509/verify.go."""
_SHOWN_NAMES = 4


def _of_names(told: Finding, text: str) -> Finding:
    """A certificate for another name, with the names."""
    match = _NAMES.search(text)
    if match is None:
        return told
    names = match["valid"].split(", ")
    listed = ", ".join(names[:_SHOWN_NAMES]) + (
        f" and {len(names) - _SHOWN_NAMES} more" if names[_SHOWN_NAMES:] else ""
    )
    wanted = match["wanted"]
    summary = f"The certificate is for another name: it is valid for {listed}, and the program asked for {wanted}."
    fix = "Write a name that stands in the certificate into the program's settings, if that is the server you mean; "
    fix += f"or let the server's administrator get a certificate for {wanted}. Do not turn verification off."
    return told._replace(summary=summary, fix=fix, source="RFC 3207 section 4.1; RFC 8314 section 5.3")


def _got_over(facts: Facts, n: int) -> bool:
    """Whether the session went on behind line `n`; not where the program sums up, in front of a session that stops."""
    in_front = bool(facts.replies) and n < facts.replies[0][0] and facts.starttls
    return facts.went_on(n) and not (in_front and not any(code >= 300 for _, code, _ in facts.replies))


def _begun(facts: Facts) -> bool:
    """Whether TLS was to begin with STARTTLS, which the server took: then nobody mistook the port."""
    asked = [one for one in facts.seen if one.line[:8].upper() == b"STARTTLS"]
    answers = [facts.reply_behind(one) for one in asked]
    if any(answer is not None and answer[1] == 220 for answer in answers):
        return True
    return facts.said(r"could not convert socket to TLS") is not None  # Jakarta Mail, behind STARTTLS


_STEP = re.compile(r"\b(?:SSL|TLS)\b[^\n]{0,20} handshake\W*$", re.IGNORECASE)
_ERROR = re.compile(r"^\W{0,3}(?:E:|(?:error|failed|failure|fatal)\b(?!:? ?(?:count|0|none)\b))", re.IGNORECASE)


def _at_handshake(facts: Facts) -> Iterator[Finding]:
    """A program that tells its steps: the handshake, and then an error (ESP-Mail-Client's `! E:`)."""
    notes = sorted(facts.notes)
    for (n, text), (other, more) in pairwise(notes):
        if other == n + 1 and _STEP.search(text) and _ERROR.search(more) and not _of_another(text):
            yield finding("session.tls-failed", other, "The step that failed is the TLS handshake.", "likely")
            return


def no_starttls(facts: Facts) -> Iterator[Finding]:
    """The client insists on STARTTLS, and the server does not have it, or the client did not see it."""
    found = facts.said(pattern(tls_words.NOT_OFFERED), skip=_passed_over)
    if found is None and facts.listed:
        found = facts.said(_NOT_OFFERED, skip=_of_another, skip_line=facts.went_on)
    found = found or _minded(facts)
    if found is None:
        return
    if facts.starttls and not any(one.line[:8].upper() == b"STARTTLS" for one in facts.seen):
        summary = (
            "The program says that there is no STARTTLS, and the reply to EHLO has it: the fault is the program's."
        )
        yield finding("session.client-bug", found[0], summary, "likely", _ITS_OWN_TLS)
    else:
        summary = "STARTTLS was wanted, and the server does not offer it."
        told = finding("session.tls-failed", found[0], summary, "likely", _NO_STARTTLS)
        yield told._replace(source="RFC 3207 section 4; RFC 8314 section 3.3")


_NOT_OFFERED = (
    r"\bSTARTTLS\b (?:\w+ )?(?:is |was )?(?:not|isn't|wasn't) (?:\w+ )?(?:supported|available|offered|advertised)|"
    r"\b(?:does not|doesn't|did not|didn't) (?:support|offer|advertise|have) STARTTLS\b|\bno STARTTLS\b"
)
"""Of a log that shows the reply to EHLO these words need to tell no more."""
_NO_STARTTLS = (
    "Try port 587, or port 465 with TLS from the first byte and without STARTTLS. Where the list of EHLO should "
    "hold it, a firewall may hide it, or the server has no certificate set up."
)
_ITS_OWN_TLS = "Look whether the program has TLS at all (PHP: the openssl extension), and update it; or use port 465."


_MINDS = re.compile(
    r"error|exception|fail|fatal|panic|could not|cannot|unable|required|mandatory|disable TLS|switch off STARTTLS|"
    r"\*{3}|\babort",
    re.IGNORECASE,
)
_FEW = 2


def _minded(facts: Facts) -> tuple[int, str] | None:
    """A sentence that the server has no STARTTLS, which is a complaint or all that was pasted, and the last word."""
    found = facts.said(pattern(tls_words.ABSENT), skip=_passed_over, skip_line=facts.went_on)
    if found is None or not (_MINDS.search(found[1]) or len(facts.notes) <= _FEW):
        return None
    behind = [text for n, text in facts.notes if n > found[0]]
    return None if any(next(quoted.replies(text), None) or wording.login_failed(text) for text in behind) else found


_WITHOUT = re.compile(
    r"\bok \d|\b(?:if|when(?:ever)?|unless|where) (?:your |the |an? |this )(?:\w+ )?(?:server|host)\b|"
    r"\b(?:continuing|proceeding|fall(?:ing|s)? back|skipping|anyway|opportunistic\w*|optional|ignoring|"
    r"(?:sending|delivering|going on|using) (?:\w+ )?(?:in (?:the )?clear|unencrypted|plain ?text|without))\b",
    re.IGNORECASE,
)


def _passed_over(text: str) -> bool:
    """Whether it is of another service, or the program says that it goes on without, or a manual that it may be so."""
    return _of_another(text) or _WITHOUT.search(text) is not None


def _of_another(text: str) -> bool:
    return wording.foreign(text) or tls_words.of_another(text)


def _elsewhere(facts: Facts) -> bool:
    """Whether the whole paste is about another protocol."""
    if facts.replies:
        return False
    whole = "\n".join(text for _, text in facts.notes)
    return wording.elsewhere(whole) or tls_words.of_another(whole)


def _refused(facts: Facts, one: Seen) -> bool:
    answer = facts.reply_behind(one)
    return answer is not None and answer[1] >= 400


def greeting(facts: Facts) -> Iterator[Finding]:
    """What programs say of a greeting that did not come, or that was a no or another protocol's."""
    if _ABOUT_GREETINGS.search(facts.whole) is None:
        return
    found = facts.said(pattern(own_words.IMAP_MEETS_SMTP))
    if found is not None:
        summary = "A client of IMAP or POP3 was connected to a server of SMTP."
        yield finding("session.wrong-protocol", found[0], summary)
        return
    if _greets(facts) or any(code < 400 for _, code, _ in facts.replies):
        return
    found = facts.said(pattern(own_words.NO_GREETING), skip=wording.foreign) or _ended_at_greeting(facts)
    if found is not None and _PHP_ASKS.search(facts.whole):
        found = None
    if found is not None and not facts.replies:
        yield finding("greeting.none", found[0])
        return
    found = _refusal(facts)
    if found is not None:
        yield finding("greeting.refused", found[0])


def _refusal(facts: Facts) -> tuple[int, str] | None:
    """A program's sentence that the greeting was a no; the reply may stand in the line behind it."""
    search = re.compile(pattern(own_words.GREETING_REFUSED), re.IGNORECASE).search
    lines = sorted([*facts.notes, *((n, text) for n, _, text in facts.replies)])
    for place, (n, text) in enumerate(lines):
        behind = lines[place + 1][1] if place + 1 < len(lines) else ""
        if not wording.foreign(text) and search(f"{text}\n{behind}") and not _about_login(f"{text} {behind}"):
            return n, text
    return None


def _about_login(text: str) -> bool:
    """Whether a login was refused; the names of methods in a stack trace count for nothing."""
    return wording.login_failed(text) or "535" in text


_FRAME = re.compile(r"(?:`|'|\bin )(?:block in )?(?:\w+[.#:]{1,2}){0,6}(\w+)'?\s*$")
"""The method in a line of a stack trace of Ruby or Python."""
_EOF = r"EOFError|end of file reached|ReadTimeout|SMTPServerDisconnected|MessagingException: Exception reading response"
_JAVA_READS = re.compile(r"SMTPTransport\.readServerResponse\([^\n]*\s+(?:at )?\S*SMTPTransport\.openServer\(")
_JAVA_ASKS = re.compile(r"SMTPTransport\.(?:ehlo|helo|startTLS|simpleCommand|issueCommand|authenticate)\(")
"""Jakarta Mail: the method that reads a reply, called by the one that connects; and those that have asked first."""
_CONNECTS = {"recv_response": "do_start", "getreply": "connect"}
"""The method that reads a reply (Ruby's net/smtp.rb, Python's smtplib.py), and the one that awaits the greeting."""
_OTHERS = frozenset(
    {"getok", "ehlo", "helo", "do_helo", "authenticate", "starttls", "docmd", "login", "auth", "sendmail"}
)


_PHP_ASKS = re.compile(r"(?:->|::)_?(?:do(?:Helo|Ehlo|MailFrom|RcptTo)Command|afterEhlo|handleAuth)\(")
"""Swift Mailer and Symfony, in a stack trace: the greeting was read."""


def _ended_at_greeting(facts: Facts) -> tuple[int, str] | None:
    """A stack trace that ends where the greeting was read."""
    found = facts.said(_EOF)
    if found is None:
        return None
    if _JAVA_READS.search(facts.whole) and not _JAVA_ASKS.search(facts.whole):
        return found
    frames = {match[1] for _, text in facts.notes if (match := _FRAME.search(text)) is not None}
    for reader, awaits in _CONNECTS.items():
        if reader in frames and awaits in frames and not frames & _OTHERS:
            return found
    return None


def _greets(facts: Facts) -> bool:
    """Whether the log shows the client's EHLO: then a greeting came."""
    return any(one.what.command is not None and one.what.command.verb == b"EHLO" for one in facts.seen)


_MAILERS = re.compile(r"net/smtp\.rb|\bmailers?\b[^\n]*\.rb:|\bdeliver_(?:mail|now|later|email)\b")
"""Ruby's net/smtp, and the mailers of Rails that call it (Action Mailer, message_delivery.rb)."""
_OF_SMTP = re.compile(r"smtp|\bESOCKET\b|\bcommand\W{1,4}CONN\b|mailkit|nodemailer", re.IGNORECASE)


def unanswered(facts: Facts) -> Iterator[Finding]:
    """PHPMailer shows that a command got an empty reply; it may say behind it that it could not log in."""
    if not facts.replies or "ERROR: " not in facts.whole:
        return
    found = facts.said(pattern(own_words.UNANSWERED), skip=wording.foreign)
    if found is not None and not any(code >= 400 for _, code, _ in facts.replies):
        yield finding("session.dropped", found[0], "The command got an empty reply: the server hung up.", "likely")


def dropped(facts: Facts) -> Iterator[Finding]:
    """A program that was hung up on, or a server that was."""
    found = facts.said(pattern(own_words.DROPPED), skip=wording.foreign)
    if found is not None:
        yield finding("session.dropped", found[0], sure="likely")
        return
    found = facts.said(pattern(own_words.HUNG_UP), skip=_of_another)
    if found is not None and not facts.replies and _OF_SMTP.search(facts.whole) and not _elsewhere(facts):
        yield finding("session.dropped", found[0], sure="likely")
        return
    found = facts.said(_EOF, skip=wording.foreign)
    if found is not None and any(_MAILERS.search(text) for _, text in facts.notes):
        yield finding("session.dropped", found[0], sure="likely")
