"""Floor 4: why a session failed, from the words and codes of its refusals.

First a provider's or a program's own sentence (data, with source and date), then the families of
words that anybody may use, then the codes. A reply counts by what it answers: 451 to AUTH is a
failed login, 451 to RCPT is greylisting.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from tutor.explain import own_words, quoted, wording
from tutor.explain.catalogue import explain
from tutor.explain.facts import CONTENT, Facts
from tutor.explain.finding import Finding, finding
from tutor.explain.own_words import pattern
from tutor.records import Record
from tutor.reference import match_provider
from tutor.wire.lines import Side

OAUTH = ("XOAUTH2", "OAUTHBEARER")
_REFUSED = re.compile(r"\b535[ -]")
VAGUE = ("server.bad-credentials", "server.temporary")
"""What says so little that the answer itself is looked at first."""
PASSWORDS = ("server.bad-credentials", "server.app-password")
"""What a provider's text says of a password; behind an OAuth mechanism it means the token."""


def by_text(facts: Facts, vague: bool = False) -> Iterator[Finding]:
    """A provider's or a program's own words."""
    failed = [(n, text) for n, code, text in facts.replies if code >= 400]
    notes = [(n, text) for n, text in facts.notes if not wording.foreign(text) or (not vague and _ASKS.search(text))]
    tried = not facts.auths and (facts.tried or facts.said(_LOGIN_REFUSED) is not None)
    tried = tried or any(code >= 400 and facts.asked.get(n) == "login" for n, code, _ in facts.replies)
    for n, text in (*failed, *notes, *_wrapped(notes)):
        for provider in match_provider(text):
            code = provider.finding
            if not code or code in ("session.ok", "session.answer") or (code in VAGUE) is not vague:
                continue
            if code == "session.tls-failed" and facts.went_on(n):
                continue  # a warning, behind which the session went on
            if code == "session.kerberos-ticket" and wording.elsewhere(facts.whole):
                continue  # the stack trace names IMAP
            if code == "session.auth-required" and (tried or _REFUSED.search(text)):
                continue  # a login was tried and refused, and the same text says so
            if code in PASSWORDS and facts.mechanism in OAUTH:
                yield finding("server.token", n, sure="likely")
                return
            if provider.id == "gmail.not-accepted" and _not_google(facts):
                continue
            if code == "server.bad-credentials" and not provider.code and _refused_here(facts, n):
                continue  # the client's summary of a reply that stands here itself
            sure = "certain" if provider.id != "gmail.not-accepted" or _GOOGLE.search(_all(facts)) else "likely"
            yield Finding(
                code, n, f"{provider.provider}: {provider.meaning}", provider.fix,
                _sources(f"{provider.source}, as of {provider.as_of}", provider.source, code), sure,
            )  # fmt: skip
            return


def _sources(own: str, source: str, code: str) -> str:
    """A provider's source, and those of the code that it does not name already."""
    entry = explain(code)
    named = source.split("; ")
    rules = [one for one in (entry.source if entry is not None else "").split("; ") if one and one not in named]
    return "; ".join((own, *rules))


_GOOGLE = re.compile(r"\bgsmtp\b|\bgoogle(?:mail|usercontent)?\b|\bgmail\.com\b|\?p=BadCredentials", re.IGNORECASE)
"""What shows that it is Google's server, or its user."""
_HOST = re.compile(
    r"(?<![\w.@])(?:smtp|mail|mx|relay|e?mailrelay|send|out)[\w-]{0,20}\.(?:[a-z\d-]{1,63}\.){1,6}"
    r"(?!(?:host|port|auth|user|username|password|ssl|tls|starttls|enable|from|java|py|js|php|rb)\b)[a-z]{2,24}\b(?!\()|"
    r"\b(?:host(?:name)?|server|relay)\b[\"']?[ :=>]{1,4}[\"']?(?!self\b|this\b|os\.|process\.|config|settings)"
    r"(?:[a-z\d-]{1,63}\.){1,6}[a-z]{2,24}\b(?!\()|"
    r"\bsmtps?://(?:[^\s/@]{1,200}@)?(?:[a-z\d-]{1,63}\.){1,6}[a-z]{2,24}\b|"
    r"^220[ -](?:[a-z\d-]{1,63}\.){1,6}[a-z]{2,24}\b",
    re.IGNORECASE | re.MULTILINE,
)
"""A server's name: in a setting, in a URL, in a greeting, or a name as mail servers have."""


def _all(facts: Facts) -> str:
    """The whole session, the client's lines too."""
    client = (one.line.decode("utf-8", "replace") for one in facts.seen if one.what.side is Side.CLIENT)
    return "\n".join((facts.whole, *client))


def _not_google(facts: Facts) -> bool:
    """Whether another server than Google's is named, and nothing of Google: its words are not Google's alone."""
    return _GOOGLE.search(_all(facts)) is None and _HOST.search(facts.whole) is not None


def _refused_here(facts: Facts, n: int) -> bool:
    """Whether a reply of the session on another line than `n` refuses the login."""
    return any(at != n and code == 535 and facts.asked.get(at) == "login" for at, code, _ in facts.replies)


_ASKS = re.compile(r"\b(?:saslauthd|auth(?:-worker)?)(?:\[\d+\]|\([^()]*\)|<[^<>]*>){0,3}: ")
"""What judges logins, and may ask a database, a directory or an IMAP server: to name them is not to be about them."""
_LOGIN_REFUSED = r"\bSASL \S+ authentication failed|(?<![\w.])535[ -]5\.7\.\d"


def _wrapped(notes: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Two lines that follow each other, as one: a mail program or a poster wraps a long sentence."""
    for (n, text), (other, more) in pairwise(notes):
        if other == n + 1 and text[-1:] not in (".", ";", "}", "{"):
            yield n, f"{text} {more}"


def vaguely(facts: Facts) -> Iterator[Finding]:
    """Words of a provider that say no more than "no"."""
    yield from by_text(facts, vague=True)


def by_wording(facts: Facts) -> Iterator[Finding]:
    """Words that tell the reason, whoever wrote them: of a reply, or of what a program quotes."""
    tried = not facts.auths and facts.tried
    for one in refusals(facts):
        found = wording.verdict(one.code, one.enhanced, one.text, one.login)
        if found == "session.auth-required" and tried:
            continue
        if found and found == wording.family(one.text):
            yield _temporary(one) or finding(found, one.n, sure="likely")
            return
        if found and one.login:
            return


def _temporary(one: "Refusal") -> Finding | None:
    """What a program's own words say of its temporary trouble: which service behind it is down."""
    known = next((text for text in match_provider(one.text) if text.id == "postfix.connection-lost"), None)
    if known is None:
        return None
    told = finding(known.finding, one.n, f"{known.provider}: {known.meaning}", "certain", known.fix)
    return told._replace(source=_sources(f"{known.source}, as of {known.as_of}", known.source, known.finding))


def by_code(facts: Facts) -> Iterator[Finding]:
    """Nothing more to go by than the code; then a program's words without one."""
    for one in refusals(facts):
        found = wording.verdict(one.code, one.enhanced, one.text, one.login)
        if not found and one.login and one.quoted and one.code in _NOT_TAKEN:
            found = "session.mechanism-not-offered" if facts.offered else "session.auth-not-offered"
        if not found and one.quoted and one.code == 421 and not wording.of_transaction(note(facts, one.n)):
            found = "server.temporary"
        if found:
            told = "UGFzc3dvcmQ6" in one.text and found == "server.bad-credentials"
            yield finding(token_of(facts, found), one.n, _PROMPT if told else "", "likely")
            return
    for n, text in _own(facts):
        found = wording.complaint(text)
        if found:
            yield finding(found, n, sure="possible")
            return


def _own(facts: Facts) -> list[tuple[int, str]]:
    """Programs' own sentences, of a paste that tells of mail."""
    texts = [*facts.notes, *((n, text) for n, _, text in facts.replies if facts.asked.get(n) != CONTENT)]
    if not any(wording.about_mail(text) for _, text in texts) or wording.elsewhere("\n".join(t for _, t in texts)):
        return []
    return texts


def failed(facts: Facts) -> Iterator[Finding]:
    """A program's own sentence that says that the login failed, and no more."""
    for n, text in _own(facts):
        if (_FAILED.search(text) or _refused(facts, text)) and not wording.foreign(text):
            told = _PROMPT if "UGFzc3dvcmQ6" in text else "" if _ANSWERED.search(text) else _UNTOLD
            yield finding(token_of(facts, "server.bad-credentials"), n, told, "likely")
            return


def _refused(facts: Facts, text: str) -> bool:
    """Whether a program says that the login was refused, and its stack trace names no other protocol's class."""
    found = re.search(pattern(own_words.LOGIN_REFUSED), text, re.IGNORECASE)
    return found is not None and re.search(r"\bmail\.(?:imap|pop3)\.", facts.whole) is None


def _to_you(note: str) -> bool:
    return wording.to_you(note) and wording.about_mail(note)


def note(facts: Facts, n: int) -> str:
    """What stands in a line of the log that is no protocol line."""
    return next((text for at, text in facts.notes if at == n), "")


_NOT_TAKEN = (500, 502, 503)
"""How servers say, in a program's sentence about AUTH, that they do not take it; `refused` reads whole sessions."""
_PROMPT = "The login failed at the password. UGFzc3dvcmQ6 is only the server's last prompt, `Password:`."
_ANSWERED = re.compile(r"\b535[ -]|(?<![\w.])[45]\.7\.\d{1,3}(?![\w.])")
_UNTOLD = "The login failed. These words do not say what the server answered."
_FAILED = re.compile(
    r"(?<!sieve-login: )\bauth failed\b|"
    r"authentication (?:fails|failed|failure|unsuccessful|rejected)|did not accept the (?:password|user ?name)\b|"
    r"\blog-?(?:in|on) (?:attempt )?(?:denied|failed|incorrect|rejected)|\blogin to [^\n]{1,120} failed\b|"
    r"(?:could not|couldn't|cannot|failed to|unable to) authenticate\b|authentication credentials invalid|"
    r"auth\S{0,40}: Info: .*: (?:Password mismatch|unknown user)|pam_authenticate\(\) failed",  # Dovecot
    re.IGNORECASE,
)


def token_of(facts: Facts, code: str) -> str:
    """With OAuth a refused credential is a refused token."""
    return "server.token" if code == "server.bad-credentials" and facts.mechanism in OAUTH else code


class Refusal(Record):
    """One reply that says no."""

    n: int
    code: int
    enhanced: str
    text: str
    login: bool
    """Whether it answers AUTH or a response, as far as can be told."""
    quoted: bool = False
    """Whether it stands in a program's sentence."""


def refusals(facts: Facts) -> Iterator[Refusal]:
    """The session's own replies that say no, then those that a program quotes.

    The replies to AUTH and to responses come first, the last one in front; then those that
    stand alone or answer something else, in their order.
    """
    own = [reply for reply in facts.replies if reply[1] >= 400 and facts.asked.get(reply[0]) != CONTENT]
    to_login = [reply for reply in reversed(own) if facts.asked.get(reply[0]) == "login"]
    for n, code, text in (*to_login, *(reply for reply in own if reply not in to_login)):
        asked = facts.asked.get(n, "")
        told = next(quoted.replies(text), None)
        login = asked == "login" or (not asked and wording.about_login(text))
        yield Refusal(n, code, told.enhanced if told else "", told.text if told else text, login)
    before = ""
    for n, note in facts.notes:
        if wording.about_login(f"{before} {note}") or quoted.tells_code(note) or quoted.certain(note) or _to_you(note):
            for one in quoted.replies(note):
                login = wording.login_failed(f"{before}\n{note}") or wording.about_login(one.text)
                yield Refusal(n, one.code, one.enhanced, one.text, login, True)
        before = note
