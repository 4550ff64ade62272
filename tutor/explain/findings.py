"""Floor 4: why a session failed, from its whole transcript or from a single error line.

The main finding comes first. Nothing is said where nothing is known: a wrong finding is
worse than none. Texts of providers and servers are data (`tutor.reference`), each with its
source and date; the order of the rules is the order in which a good teacher would look.
"""

import re
from collections.abc import Iterator

from tutor.explain import wording
from tutor.explain.beginning import by_hand, helo_only, hurried, mailbox_client, proxied, rewritten, starttls
from tutor.explain.by_answers import answers, broken_value, digest, stopped, token, unset
from tutor.explain.by_connection import dropped, greeting, handshake, no_starttls, unanswered
from tutor.explain.by_dovecot import dovecot
from tutor.explain.by_meaning import narrowly, of_a_login, of_anything, of_no, of_you
from tutor.explain.by_sentence import (
    abroad_refused,
    already_tls,
    broken_plug_in,
    broken_url,
    clear_on_465,
    late_greeting,
    nameless,
    no_key,
    no_token,
    no_value,
    of_quit,
    says_535,
    split_greeting,
    strange_greeting,
)
from tutor.explain.by_words import OAUTH, PASSWORDS, VAGUE, by_code, by_text, by_wording, failed, token_of, vaguely
from tutor.explain.catalogue import explain
from tutor.explain.facts import CONTENT, Facts, Seen
from tutor.explain.finding import Finding, finding
from tutor.explain.one_sided import went_on
from tutor.explain.only_looked import only_looked
from tutor.explain.out_of_order import bare_auth, no_hello, not_again, out_of_step, stale_at, too_long, twice
from tutor.explain.session import LONGEST_LINE, Session
from tutor.explain.without_login import never_sent, not_on_list, not_tried, quit_at_starttls, wished
from tutor.reference import match_provider
from tutor.sasl import registry
from tutor.smtp.states import ESTABLISHED
from tutor.wire.lines import Side

__all__ = ["Finding", "find"]

COMMAND_LIMIT = 510
"""Octets of a command line without its CRLF (RFC 5321 section 4.5.3.1.4)."""
_PROMPTS = (b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6")


def find(session: Session) -> list[Finding]:
    """What happened, the main thing first; empty where nothing is known. Never raises for any session."""
    facts = Facts(session)
    for rule in _RULES:
        found = list(rule(facts))
        if found:
            return [_as_told(facts, one) for one in found]
    return []


def _as_told(facts: Facts, one: Finding) -> Finding:
    """A finding in the words of its code, where the session shows better what they are about."""
    usual = explain(one.code)
    if usual is None or not one.summary.startswith(usual.title):
        return one
    if one.code == "server.bad-credentials" and "535" not in facts.whole:
        return one._replace(summary="The login was refused. Nothing here says more of why.")
    if one.code == "server.token" and one.fix == usual.fix:
        return one._replace(fix=_new_token(facts))
    if one.code == "server.account" and wording.of_sender(facts.whole):
        summary = "The login was fine, or there was none: the sender's address is not one of this login's."
        return one._replace(summary=summary, fix=_ASK_FOR_SENDERS)
    return one


def _new_token(facts: Facts) -> str:
    """What to do about a token, as far as the session does not show that it was done (RFC 7628 section 3.2.3)."""
    asked = next((at for at, one in enumerate(facts.seen) if _is_challenge(one) and _speaks_of_status(one)), None)
    behind = [] if asked is None else facts.seen[asked + 1 :]
    open_ = asked is not None and not any(one.what.side is Side.CLIENT for one in behind)
    scope = _SCOPE.search("" if asked is None else (facts.seen[asked].what.message or b"").decode("utf-8", "replace"))
    wanted = f" with the scope {scope[1]}" if scope is not None else ""
    checks = "" if wanted else " Look when the old one expires, and whether its scope is that of mail."
    return f"{'Acknowledge the error, then g' if open_ else 'G'}et a new token{wanted} for this very mailbox.{checks}"


_SCOPE = re.compile(r'"scope" ?: ?"([!-\[\]-~]{1,120})"')


def _is_challenge(one: Seen) -> bool:
    return one.what.reply is not None and one.what.reply.code == 334


def _speaks_of_status(one: Seen) -> bool:
    return b'"status"' in (one.what.message or b"")


# The rules, in their order


def _client_bug(facts: Facts) -> Iterator[Finding]:
    """235 is success, and the client took it for an error."""
    found = facts.said(r"Expected response code \"?250\"? but got code \"?235")
    if found is not None:
        yield finding("session.client-bug", found[0], "The server said 235, login done; the client wanted 250.")
        return
    found = facts.said(_GOOD_AS_ERROR, skip=wording.foreign)
    if found is not None and facts.replies and all(code < 400 for _, code, _ in facts.replies):
        summary = "The program shows 250 as its error, which is a good reply: it wanted something that was not in it."
        if not facts.offered and any(code == 250 and "250-" in text for _, code, text in facts.replies):
            summary += " AUTH is not in the reply to EHLO."
        yield finding("session.client-bug", found[0], summary, "likely")


_GOOD_AS_ERROR = (
    r"^\W{0,6}(?:error|failed|E)\b\W{1,3}(?:(?:smtp |status |reply )?code\W{1,3})?250\b,? ?"
    r"(?:text|message|msg)?\W{0,3}(?:OK|2\.\d\.\d)\b"
)
"""An error line that holds nothing but a good reply (ESP Mail Client)."""


def _succeeded(facts: Facts) -> Iterator[Finding]:
    """The last word on AUTH was 235."""
    words = [(one.n, code) for one in facts.seen if (code := _code(one)) in _OF_AUTH and not _of_a_mail(one)]
    if words and words[-1][1] == 235 and not _misled(facts):
        yield from _not_allowed(facts, words[-1][0])
        yield finding("session.ok", words[-1][0])
    if words or any(code >= 400 for _, code, _ in facts.replies):
        return
    found = facts.said(_LOGGED_IN)
    if found is not None and facts.said(_NOT_LOGGED_IN) is None:
        clear = facts.said(_TLS_WANTED)
        if clear is not None:
            summary = "The login was taken; then the mail was refused: this server wants TLS before it."
            yield finding("session.starttls-first", clear[0], summary)
        yield finding("session.ok", found[0], sure="likely")


_OF_AUTH = (235, 535, 534, 530, 454, 501, 504)
"""Codes that AUTH and responses are answered with (RFC 4954 sections 4 and 6)."""


_MAILING = frozenset(state for state in ESTABLISHED if state.name.startswith("AUTH_"))
"""A mail is being sent, by who has logged in."""


def _code(one: Seen) -> int:
    return 0 if one.what.reply is None else one.what.reply.code


def _of_a_mail(one: Seen) -> bool:
    """Whether a reply refuses a mail behind a login that was good: then it says nothing of AUTH."""
    return one.what.state_before in _MAILING and _code(one) not in (235, 534, 535)


def _not_allowed(facts: Facts, n: int) -> Iterator[Finding]:
    """Behind the login on line `n`: a sentence by which this account may not send, or 530, which is of access."""
    for at, code, text in facts.replies:
        known = next((one for one in match_provider(text) if one.finding == "server.account"), None)
        if at >= n and code >= 500 and known is not None and facts.asked.get(at) != CONTENT:
            meaning = known.meaning.removeprefix("The login was fine. ")
            summary = f"The login was fine. {known.provider}: {meaning}"
            yield finding("server.account", at, summary, "certain", known.fix)
            return
    refused = next((one for one in facts.seen if one.n >= n and _code(one) == 530 and _of_a_mail(one)), None)
    if refused is not None:
        summary = "The login was fine (235); then 530 refused the mail: this account may not send it, or not from here."
        yield finding("server.account", refused.n, summary, "likely", _ASK_FOR_SENDERS)


_ASK_FOR_SENDERS = "Send from an address that belongs to this login; ask which addresses the account may send from."


_LOGGED_IN = (
    r"^DEBUG SMTPS?: AUTH \S+ succeeded$|"  # Jakarta Mail, which does not show the exchange
    r"smtpd\[\d+\]: disconnect from .* auth=[1-9]\d*(?: |$)|"  # Postfix: as many were tried as succeeded
    r"smtpd\[\d+\]: \w+: client=\S+, sasl_method=\w|"
    r"auth: Debug: client (?:passdb )?out: OK\b|"  # Dovecot's auth service
    r"^[\d-]{10} \S+ \S+ (?:<=|=>|->) \S+ .* A=\w+(?:[: ]|$)"  # Exim: taken or sent on behind a login
)
_TLS_WANTED = r"reject: (?:MAIL|RCPT|DATA) from [^\n]{1,200}: [45]\d\d [45]\.7\.\d{1,2} Session encryption is required"
"""Postfix with smtpd_tls_security_level=may and reject_plaintext_session (postconf(5))."""
_NOT_LOGGED_IN = r"auth: Debug: client (?:passdb )?out: FAIL\b| disconnect from .* auth=\d+/|authentication failed"


def _misled(facts: Facts) -> bool:
    """Whether AUTH came again where a response was due: whatever the server says to that, the client is lost."""
    return any(one.what.kind == "response" and one.line[:5].upper() == b"AUTH " for one in facts.seen)


def _greeted(facts: Facts) -> Iterator[Finding]:
    """No greeting, or another protocol's."""
    from tutor.explain.greeting import other_protocol

    if not facts.seen:
        if facts.notes and re.match(r"\* (?:OK|BYE|PREAUTH)\b.*\b(?:IMAP|CAPABILITY)", facts.notes[0][1]):
            yield finding("greeting.not-smtp", facts.notes[0][0], "This is an IMAP server, not SMTP: another port.")
        return
    first = facts.seen[0]
    other = None if first.what.side is Side.CLIENT else other_protocol(first.line)
    if other is None or (first.line.lstrip()[:1] == b"<" and _speaks(facts)):
        return  # a log that was saved as a web page: its first line is mark-up
    refused = next((one.n for one in facts.seen if _IMAP_REFUSED.match(one.line)), None)
    refused = refused or next((n for n, text in facts.notes if _IMAP_REFUSED.match(text.encode())), None)
    if refused is not None:
        summary = "This is IMAP, and its login was refused: NO [AUTHENTICATIONFAILED] (RFC 5530). Here SMTP is read."
        fix = "Check name and password. A login that sends mail is SMTP's: on port 587 or 465."
        yield finding("greeting.not-smtp", refused, summary, fix=fix)
        return
    yield finding("greeting.not-smtp", first.n, other[1])


_IMAP_REFUSED = re.compile(rb"\S{1,20} NO \[AUTHENTICATIONFAILED\]")


def _speaks(facts: Facts) -> bool:
    """Whether a server of SMTP speaks: a greeting or a 334, with a reply to a login."""
    codes = {code for _, code, _ in facts.replies}
    return bool(codes & {220, 250, 334}) and bool(codes & {334, 235, 535, 530, 534, 454, 501, 504})


def _odd_challenge(facts: Facts) -> Iterator[Finding]:
    """A 334 without its space, or one in UTF-32."""
    for one in facts.seen:
        if re.match(rb"^3[^ -~]{1,3}3[^ -~]{1,3}4|^3\.\.\.3\.\.\.4", one.line):
            yield finding("session.bad-challenge", one.n, "The server writes UTF-32, with three more bytes a letter.")
            return
    last = facts.seen[-1] if facts.seen else None
    if last is not None and last.line == b"334":
        summary = "The server's 334 has no space behind it, and some clients stop there (RFC 4954 section 4)."
        yield finding("session.bad-challenge", last.n, summary, "likely")


_WITHOUT_AUTH = re.compile(r"220[ -]\S+ SMTP Guerrilla\b")
"""Greetings of software that knows no AUTH: go-guerrilla (server.go), which only receives mail."""


def _before_tls(facts: Facts) -> Iterator[Finding]:
    """AUTH was refused where EHLO offers STARTTLS and no AUTH: whatever the reply says, TLS comes first."""
    if facts.offered is None or facts.offered or not facts.starttls:
        return
    if any(stale_at(facts, one.n) for one in facts.auths):
        return
    for one in facts.auths:
        answer = facts.reply_behind(one)
        if answer is not None and answer[1] >= 500 and _WITHOUT_AUTH.match(facts.replies[0][2]):
            yield finding("session.auth-not-offered", answer[0], "This server's software has no AUTH at all.")
            return
        if answer is not None and answer[1] >= 500:
            yield finding("session.starttls-first", answer[0], "The EHLO reply offers STARTTLS, and no AUTH before it.")
            return


def _order(facts: Facts) -> Iterator[Finding]:
    """What was refused since it came at the wrong time."""
    for n, said in facts.refused:
        if said.code == "greeting.refused" and not _turned_away(facts, n):
            continue
        if said.code in ("session.auth-required", *VAGUE) or (said.code == "session.auth-not-offered" and _took(facts)):
            continue
        yield Finding(said.code, n, said.summary, said.fix, said.source, "certain")
        return
    for one in facts.seen:
        command = one.what.command
        answer = facts.reply_behind(one)
        refused = command is not None and command.verb == b"STARTTLS" and answer is not None and answer[1] == 503
        if refused and not any(seen.what.command and seen.what.command.verb == b"EHLO" for seen in facts.seen):
            yield finding("session.ehlo-again", one.n, "STARTTLS came without an EHLO before it.")
            return


def _turned_away(facts: Facts, n: int) -> bool:
    """Whether the reply on line `n` refuses the whole connection: the first one, or one whose words say so."""
    first = facts.replies[0]
    if len(facts.seen) == 1 and _ON_A_LIST.match(first[2]):
        return False  # a line alone: that may have been said to RCPT as well
    if first[0] < n and (first[1] in (220, 250) or facts.asked.get(first[0])):
        return False
    return any(
        at == n and wording.refuses_connection(code, text) and not of_you(text) for at, code, text in facts.replies
    )


_ON_A_LIST = re.compile(r"[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3} [^\n]{0,80}\blisted (?:at|by|in|on)\b", re.IGNORECASE)
"""A greeting has no enhanced code (RFC 2034 section 4)."""


def _took(facts: Facts) -> bool:
    """Whether the last AUTH named an offered mechanism with an initial response: then that is what was not taken."""
    auths = facts.auths
    return bool(auths) and auths[-1].what.text is not None and auths[-1].what.mechanism in (facts.offered or ())


def _mechanism(facts: Facts) -> Iterator[Finding]:
    """AUTH with a mechanism that EHLO does not list."""
    for one in facts.auths:
        answer = facts.reply_behind(one)
        name = one.what.mechanism
        ended = answer is None and one is facts.seen[-1]
        if name is None or facts.offered is None or name in facts.offered:
            continue
        if not ended and (answer is None or answer[1] < 400):
            continue
        n = one.n if answer is None else answer[0]
        if not facts.offered and stale_at(facts, one.n):
            yield finding("session.ehlo-again", n)
        elif not facts.offered:
            yield finding("session.auth-not-offered", n, "The last EHLO reply offers no AUTH.")
        else:
            listed = ", ".join(sorted(facts.offered))
            summary = f"The client sent AUTH {name if registry.get(name) else ''}; the server lists {listed}."
            yield finding("session.mechanism-not-offered", n, summary)
        return
    found = facts.said(r"invalid authentication mechanism|mechanism \S+ not available|unrecognized authentication type|"
                       r"authentication mechanism not supported|auth type not supported|couldn't find mech |"
                       r"offered no compatible authentication mechanisms")  # fmt: skip
    if found is not None:
        yield finding("session.mechanism-not-offered", found[0])


def _evident(facts: Facts) -> Iterator[Finding]:
    """What the answer itself shows, where the server only says that name or password is wrong."""
    if facts.mechanism in OAUTH:
        return
    refused = [text for _, code, text in facts.replies if code == 535]
    texts = match_provider(refused[-1]) if refused else ()
    if not texts or not all(text.finding in PASSWORDS for text in texts):
        return
    yield from answers(facts)


def _fell_back(facts: Facts) -> Iterator[Finding]:
    """A listed mechanism got 535, and then the client tried what is not listed: only the first no says something."""
    if not facts.offered or len(facts.auths) < 2:
        return
    first = facts.auths[0]
    n, text = next(
        ((n, text) for n, code, text in facts.replies if code == 535 and facts.asked.get(n) == "login"), (0, "")
    )
    others = [one.what.mechanism for one in facts.auths if one.n > n]
    if not n or len(others) != len(facts.auths) - 1 or first.what.mechanism not in facts.offered:
        return
    vague = all(one.finding in VAGUE for one in match_provider(text)) and not wording.family(text)
    if vague and not any(name in facts.offered for name in others):
        found = list(answers(facts))
        ours = bool(found) and (found[0].line or 0) < n
        yield from found if ours else [finding(token_of(facts, "server.bad-credentials"), n, sure="likely")]


def _chosen(facts: Facts) -> Iterator[Finding]:
    """As `_mechanism`, where the server says that it has no mechanism: that none was meant was the client's choice."""
    if facts.said(r"no mechanism available") is not None:
        yield from _mechanism(facts)


def _initial(facts: Facts) -> Iterator[Finding]:
    """The initial response: not taken, wanted, or too long for a command line."""
    for one in facts.auths:
        answer = facts.reply_behind(one)
        if len(one.line) > COMMAND_LIMIT and (answer is None or answer[1] >= 500):
            size = len(one.line)
            counted = f"{size + 2:,}" if size < LONGEST_LINE else f"more than {LONGEST_LINE:,}"
            summary = f"The AUTH line has {counted} octets; a command line may have 512."
            yield finding("session.line-too-long", one.n, summary, "likely")
            return
        if answer is None:
            continue
        n, code, _ = answer
        if one.what.text is not None and code in (500, 501, 502) and _undamaged(one) and not _misjoined(one):
            yield finding("session.initial-response", n, f"AUTH with an initial response got {code}.", "likely")
            return
        between = any(one.n < at < n for at, _ in facts.notes)  # what was sent, in part, or who knows what
        if one.what.text is None and code in (501, 535) and one.what.mechanism == "PLAIN" and not between:
            summary = f"A bare AUTH PLAIN got {code} at once: no 334 came."
            yield finding("session.initial-response-required", n, summary)
            return


_SHOWS_ALL = ("curl", "swaks", "telnet", "openssl", "smtplib")
"""Formats whose AUTH lines are whole: a bare one was sent bare."""


def _bare(facts: Facts) -> Iterator[Finding]:
    """A bare AUTH PLAIN got 535 before anything was sent: whatever the server says of the password, it saw none."""
    if facts.format in _SHOWS_ALL and any(one.what.mechanism == "PLAIN" for one in facts.auths):
        yield from (found for found in _initial(facts) if found.code == "session.initial-response-required")


def _undamaged(one: Seen) -> bool:
    from tutor.wire import b64

    return one.what.text is not None and b64.decode(one.what.text).message is not None


def _misjoined(one: Seen) -> bool:
    """Whether PLAIN's message has not its two NULs (RFC 4616 section 2): then that is what was not taken."""
    return one.what.mechanism == "PLAIN" and (one.what.message or b"").count(b"\0") != 2


def _gave_up(facts: Facts) -> Iterator[Finding]:
    """The client left at a challenge."""
    for number, one in enumerate(facts.seen):
        if one.what.reply is None or one.what.reply.code != 334:
            continue
        behind = facts.seen[number + 1 : number + 2]
        if behind and behind[0].what.reply is not None and behind[0].what.reply.code not in (221, 421):
            continue  # the server goes on: this log does not show what the client answers
        rest = [seen for seen in facts.seen[number + 1 :] if seen.what.side is not Side.SERVER]
        left = not rest or rest[0].line.strip().upper() == b"QUIT"
        if not left:
            continue
        if any("ignored the initial response" in note for note in one.what.notes):
            yield finding("session.initial-response", one.n)
        elif one.what.mechanism == "LOGIN" and one.what.text not in (None, b"", *_PROMPTS):
            yield finding("session.prompt-compared", one.n, sure="likely")
        elif rest:
            yield finding("session.out-of-step", rest[0].n, "QUIT came where a response to the 334 was due.", "likely")
        return
    found = facts.said(_OTHER_PROMPT)
    if found is not None:
        yield finding("session.prompt-compared", found[0], sure="likely")


_OTHER_PROMPT = (
    r"unexpected (?:server )?(?:response|challenge|prompt)\W{1,4}(?:user ?name|password|login)\b|unk\w?nown fromServer|"
    r"\bloginAuth\b[^\n]{0,40}\bunexpected server challenge\b|"
    r"invalid login sequence while waiting for \W?334 [A-Za-z0-9+/=]+ ?\W{1,5}(?:334 |VXNlc|dXNlc)"
)
"""What clients in Go, and the old SMTP clients of Node.js, say of another prompt than that which they compare with."""


_RULES = (
    _client_bug, proxied, hurried, no_hello, not_again, twice, _succeeded, _greeted, by_hand, mailbox_client, handshake,
    split_greeting, strange_greeting, late_greeting, already_tls, greeting, clear_on_465, starttls, quit_at_starttls,
    _odd_challenge, out_of_step, bare_auth, too_long, token, no_token, unset, nameless, no_value, no_key, rewritten,
    helo_only, broken_plug_in, went_on, unanswered, not_tried, wished, not_on_list, _chosen, _before_tls, _bare,
    _evident, _fell_back, by_text, _mechanism, _initial, answers, _order, never_sent, _gave_up, narrowly, of_quit,
    by_wording, no_starttls, digest, abroad_refused, dovecot, vaguely, stopped, of_a_login, by_code, says_535,
    broken_url, of_anything, failed, dropped, broken_value, of_no, only_looked,
)  # fmt: skip
