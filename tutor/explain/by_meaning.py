"""Floor 4: why a login failed, from the loose meaning of words that no surer rule knows.

The meanings are `meanings.MEANINGS`. They are asked behind everything surer, and only where a text is
about mail by SMTP beyond doubt: a reply of a session, a reply that a program for mail quotes, or a
program's sentence that names SMTP and complains.
"""

import re
from collections.abc import Iterator

from tutor.explain import by_words, quoted, wording
from tutor.explain.facts import CONTENT, Facts
from tutor.explain.finding import Finding, finding
from tutor.explain.meanings import MEANINGS, meaning
from tutor.explain.wording import Any

_ALL = tuple(dict.fromkeys(row.code for row in MEANINGS))
_BY_CODE_TOO = ("server.bad-credentials", "server.temporary", "session.auth-required")
"""What the code of a reply to AUTH says by itself."""
_OF_A_LOGIN = tuple(code for code in _ALL if code not in _BY_CODE_TOO)
_OF_THE_ACCOUNT = ("server.account", "server.rate-limited")
_OF_MAIL = ("session.starttls-first", "session.auth-required", *_OF_THE_ACCOUNT)
"""What a refusal of MAIL, RCPT or DATA may say of the login."""
_NARROW = ("session.auth-twice", "session.initial-response")
"""So plain that they come before the code and its family."""
_VAGUE = ("server.bad-credentials", "server.temporary", "session.dropped")
_TOLD = tuple(code for code in _ALL if code not in _VAGUE)
_LOGIN_CODES = (432, 454, 504, 523, 525, 530, 534, 535, 538)

_SMTP = Any(
    r"(?<![A-Za-z\d_])e?smtps?|\bsasl|start ?tls|\b(?:EHLO|HELO)\b|\bAUTH (?:LOGIN|PLAIN|command)\b|mail ?server|"
    r"mail (?:submission|relay)",
    r"\bEAUTH\b|mailkit|mimekit|nodemailer|phpmailer|gomail|go-mail|go_mail|swift_?mailer|swift_transport|"
    r"javax?\.mail|jakarta\.mail",
    r"symfony\\\\?component\\\\?mailer|\blettre\b|msmtp|postfix|\bexim\d?\b|sendmail|\bqmail|opensmtpd|(?:smtp|mail|"
    r"mx)\d?\.[a-z\d-]+\.",
    r"smtplib|\bgsasl\b|submission-login|\b(?:e-?mail|mail(?:er)?) (?:error|exception|fail\w*)|MailException|"
    r"send(?:ing)?[ _-]?(?:an? |the )?e?-?mail|VXNlcm5hbWU6|UGFzc3dvcmQ6|laminas[-\\]mail|zend[\\_]mail|:(?:465|587|"
    r"2525)\b",
)  # fmt: skip
"""One of these, and a text is about sending mail."""
_SMTP_SURELY = Any(r"smtp|\bEHLO\b|\bEAUTH\b|postfix|\bexim|sendmail|phpmailer|nodemailer|gomail")
_OTHER = Any(
    r"\[AUTH(?:ENTICATIONFAILED)?\]|\bimap|\bpop3?\b|\bsieve|\bhttps?(?:/\d| ?(?:status|error|code|request|response|"
    r"server|proxy|basic))|\bldap|\bradius\b|\bssh|\bvpn\b|\bftp|mysql|mariadb|postgres|\bmongo|\bredis|\bamqp|"
    r"rabbitmq|\bmqtt|\bxmpp|jabber|\bsip\b|\bkafka|\bwi-?fi|\bapi key|webhook|\bdocker|\bgit\b|\bsudo\b|\bcron\b|"
    r"\bpam_|caldav|carddav|activesync|\bdovecot: (?:imap|pop3|lmtp)|\bdns\b|\bexchange web|\bjndi|\bjdbc|"
    r"publickey|\bscp\b|elasticsearch:|\bs3\b|\bspf\b|dkim|dmarc|listen(?:ing|er)?\b"
)
_COMPLAINT = Any(
    r"error|exception|\berr\b|err=|fail|warn|could not|couldn't|cannot|can't|unable|den(?:y|ied)|refus|reject|"
    r"missing|none of|\bnot\b|n't\b|\bno\b|invalid|unsupported|unexpected|unrecogni|unknown|bounced|aborted|fatal|"
    r"disabled|suspended|blocked|locked|expired|exceeded|fehler|fehlge|erreur|échec|errore|erro\b|ungültig|"
    r"incorrect|limit|błąd|ошиб|невер|错误|失败|エラー|失敗"
)
_STRONG = Any(r"error|exception|\berr\b|err=|fail|fatal|refus|reject|den(?:y|ied)|could not|cannot|unable|\b[45]\d\d\b")
_ROUTINE = re.compile(
    r"\b(?:INFO|DEBUG|NOTICE|TRACE|VERBOSE)\b|\blevel=(?:info|debug|trace)|\[(?:info|debug|trace|notice)\]|"
    r"\"level\": ?\"?(?:info|debug)"
)
_WENT_WELL = Any(
    r"status=sent|queued as|\b235[ -]|\b2\.[0-7]\.\d{1,3}\b|(?:e?-?mail|message|test) (?:\w+ )?(?:was |"
    r"has been )?(?:successfully )?"
    r"(?:sent|delivered|accepted)\b(?!:)|successfully (?:sent|delivered|logged|authenticated|connected)|(?:login|"
    r"auth\w*|connection|verif\w*) (?:was |is )?(?:success\w*|succeeded|ok\b)|result: (?:ok|success)"
)
_NOT_WELL = Any(r"\b(?:not|n't|could|cannot|no|never|unable|before|until|once|fail\w*)\b")
_BOUNCED = Any(
    r"\b[45]\.1\.\d|\b[45]\.2\.\d|\b[45]\.4\.[^5]|recipient|user unknown|unknown user|no such (?:user|mailbox)|"
    r"does(?: not|n't) exist|tried to reach|mailbox (?:is )?(?:full|unavailable|disabled|over)|over quota|"
    r"grey-?list|\bspam\b|spamhaus|\bdnsbl|\brbl\b|blacklist|reputation|message size|virus|invalid address"
)
"""What is said of a recipient or of a mail."""
_OF_A_MAIL = Any(
    r"recipient|user unknown|no such user|trying to contact|tried to reach|receiving|grey-?list|message size|"
    r"spamhaus|dnsbl"
)
_YOURS = Any(r"\b(?:your|sender|sending|outgoing|outbound) (?:\w+ ){0,2}(?:account|access|service)\b")
_OF_YOU = Any(
    r"\b(?:you|your|sender|sending|senders|outgoing|outbound|smtp|log-?in|auth\w*|subscription|plan|client|"
    r"connections?)\b"
)
"""Who is meant: not the recipient."""
_LONGEST_PASTE = 3
"""Notes: what is so short was pasted for what it says."""


def narrowly(facts: Facts) -> Iterator[Finding]:
    """The reply to AUTH says plainly that the client spoke at the wrong time, or in the wrong form."""
    yield from _of_logins(facts, _NARROW)


def of_a_login(facts: Facts) -> Iterator[Finding]:
    """The reply to AUTH says a reason, in words that no other rule knows."""
    yield from _of_logins(facts, _OF_A_LOGIN)


def _of_logins(facts: Facts, codes: tuple[str, ...]) -> Iterator[Finding]:
    refused = any(quoted.refuses_login(text) for _, _, text in facts.replies)
    for one in by_words.refusals(facts):
        if (not one.login and one.code not in _LOGIN_CODES) or _foreign(one.text):
            continue
        first = not refused and not facts.tried and facts.asked.get(one.n, "") != "login"  # no login was tried yet
        found = meaning(one.text, (*codes, "session.auth-required") if first else codes)
        if found:
            yield finding(found, one.n, sure="likely" if one.login else "possible")
            return


def of_anything(facts: Facts) -> Iterator[Finding]:
    """A reply to something else, or a program's own sentence, that says a reason."""
    yield from _of(facts, _TOLD)


def of_no(facts: Facts) -> Iterator[Finding]:
    """One that says no more than no."""
    yield from _of(facts, _VAGUE)


def _of(facts: Facts, codes: tuple[str, ...]) -> Iterator[Finding]:
    for n, found in (*_of_replies(facts, codes), *_of_notes(facts, codes)):
        yield finding(by_words.token_of(facts, found), n, sure="possible")
        return


def _of_replies(facts: Facts, codes: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Replies to commands of a mail, and those of which nobody knows what they answer."""
    for one in by_words.refusals(facts):
        asked = "" if one.quoted else facts.asked.get(one.n, "")
        if asked == CONTENT or _foreign(one.text) or not (asked or _about_smtp(facts, one)):
            continue
        note = by_words.note(facts, one.n) if one.quoted else ""
        mail = asked in ("MAIL", "RCPT", "DATA") or wording.of_transaction(note)
        if one.login:
            found = meaning(one.text, codes)
        else:
            asked_for = tuple(code for code in codes if code in _OF_MAIL) if mail else codes
            found = of_you(f"{one.enhanced} {one.text}", asked_for)
        if found == "session.line-too-long" and asked not in ("", "login"):
            continue  # a line of the mail
        if found == "server.bad-credentials" and not one.login and not wording.about_login(one.text):
            continue
        if found:
            yield one.n, found


def of_you(text: str, codes: tuple[str, ...] = _OF_MAIL) -> str:
    """What a refusal says of the one who sends, whatever it answers; empty where it may mean a recipient."""
    found = "" if _foreign(text) else meaning(text, codes)
    return "" if found in _OF_THE_ACCOUNT and not _of_the_sender(found, text) else found


def _of_the_sender(found: str, text: str) -> bool:
    if found == "server.rate-limited":
        return _OF_A_MAIL.search(text) is None
    return _OF_YOU.search(text) is not None and (_BOUNCED.search(text) is None or _YOURS.search(text) is not None)


_OF_FTP = (421, 425, 426, 430, 450, 530, 550)
"""Codes that FTP has too (RFC 959 section 4.2)."""


def _about_smtp(facts: Facts, one: by_words.Refusal) -> bool:
    if one.enhanced or len(facts.replies) > 1 or _SMTP.search(facts.whole) is not None:
        return True
    return not one.quoted and (one.code not in _OF_FTP or wording.about_mail(one.text))


def _of_notes(facts: Facts, codes: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Programs' own sentences."""
    if not facts.notes or _SMTP.search(facts.whole) is None or _succeeded(facts) or _foreign(facts.whole):
        return
    short = len(facts.notes) <= _LONGEST_PASTE and not facts.replies
    for number, (n, note) in enumerate(facts.notes):
        around = "\n".join(text for _, text in facts.notes[max(0, number - 2) : number + 3])
        if _IDLE.search(note) or not (_SMTP.search(note) or _SMTP_SURELY.search(facts.whole if short else around)):
            continue
        if _foreign(note) or _foreign(around):
            continue
        routine = _ROUTINE.search(note) is not None
        if (routine or not short) and not (_STRONG if routine else _COMPLAINT).search(note):
            continue
        found = meaning(wording.without_dotnet(note), codes)
        if found in _OF_THE_ACCOUNT and not _of_the_sender(found, note):
            continue
        if found in _COMPLAINED and not _COMPLAINT.search(note):
            continue
        if found in _NEAR_ONLY and not _SMTP.search(note):
            continue
        if found:
            yield n, found


_COMPLAINED = (*_OF_THE_ACCOUNT, "session.auth-twice")
"""What is said of one's state without anything being wrong."""
_NEAR_ONLY = ("server.token", "server.bad-credentials", "server.temporary", *_OF_THE_ACCOUNT)
"""What many programs say of much else: the sentence itself must tell of mail."""
_IDLE = Any(
    r"listen(?:ing|er)?\b|\bstart(?:ed|ing)\b|\bloaded\b|\bset to\b|(?<!not )configur|settings?\b|\btodo\b|"
    r"\bpassed\b|\bok \d|^\s*(?:#|//|--)|may not\b|\bmost \w+ (?:requir|want|need)|now supports|by default|"
    r"\b(?:choosing|continuing|proceeding|skipping)\b|consider\b|deprecat|AssertionError|failregex|\bif your?\b|"
    r"please enter|\bdict_\w+|lookup (?:error|problem)|\bok\b|fall(?:ing)? back|leave empty|\bif the\b|\bversion \d|"
    r"is gone|works now|now works|\bignored:|required: ?(?:yes|no|true|false)|retval=OK|skipped|^\w[\w.]* ?= ?\S*$|"
    r"^\s*\w+: (?:true|false|yes|no)$|\w: ?(?:ja|nein|oui|s[ìí]|да|нет|是|否)\s*$"
)
"""What tells of a program that is at work, of its settings, its text for people: nothing went wrong."""


def _foreign(text: str) -> bool:
    return wording.foreign(text) or (_OTHER.search(text) is not None and "smtp" not in text.lower())


def _succeeded(facts: Facts) -> bool:
    """Whether the log tells of a mail that was sent, or a login that went well."""
    return any(
        _NOT_WELL.search(text[max(0, match.start() - 30) : match.start()]) is None
        for text in (facts.whole,)
        for match in _WENT_WELL.pattern.finditer(text)
    )
