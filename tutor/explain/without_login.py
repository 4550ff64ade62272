"""Floor 4: sessions without AUTH in which a login was meant: by the client, which found none, or by the server."""

import re
from collections.abc import Iterator

from tutor.explain import abroad, own_words, quoted, wording
from tutor.explain.by_meaning import of_you
from tutor.explain.facts import Facts
from tutor.explain.finding import Finding, finding
from tutor.explain.own_words import pattern

# The client found nothing that it could use, and says so


def not_tried(facts: Facts) -> Iterator[Finding]:
    """The client wanted to log in, and found nothing in the reply to EHLO that it could use."""
    if facts.auths:
        return
    found = facts.said(pattern(own_words.NO_AUTH_OFFERED))
    none = found is not None
    if found is None:
        found = facts.said(pattern(own_words.NONE_IN_COMMON))
    if found is None and wording.about_mail(facts.whole) and not _OF_SSH.search(facts.whole):
        found = facts.said(pattern(own_words.NONE_IN_COMMON_OF_MAIL), skip=wording.foreign)
    if found is None and (facts.offered is not None or (facts.greets and not facts.replies)):
        found = facts.said(r"\bSMTP Error: Could not authenticate")  # PHPMailer says no more
        found = found or next((note for note in facts.notes if abroad.login_failed(note[1])), None)
        if found is not None and not facts.replies and facts.greets:
            summary = "The program said EHLO, and then no AUTH: it found none in the reply that it could use."
            yield finding("session.auth-not-offered", found[0], summary, "likely")
            return
    if found is None or any(code >= 400 and n < found[0] for n, code, _ in facts.replies):
        return
    n, _ = found
    wanted = _REQUESTED.search(facts.whole)
    method = "" if wanted is None else wanted[1].upper()
    if method in (facts.offered or ()):
        summary = f"The program wanted {method}, which the server lists, and sent no AUTH: it failed by itself."
        yield finding("session.auth-never-sent", n, summary, "likely", _GIVE_IT)
    elif facts.offered:
        listed = ", ".join(sorted(facts.offered))
        yield finding("session.mechanism-not-offered", n, f"The server lists {listed}; the client had none of them.")
    elif facts.offered is not None and facts.starttls:
        yield finding("session.starttls-first", n, "AUTH is not offered before TLS here, and STARTTLS is offered.")
    elif facts.offered is not None or none:
        yield finding("session.auth-not-offered", n)
    elif "worthy" in found[1].lower():
        yield finding("session.mechanism-not-offered", n, _NO_PLUG_IN, "likely", _PLUG_INS)
    elif "loaded" in found[1].lower():
        yield finding("session.mechanism-not-offered", n, _NONE_LOADED, "likely", _LIST_FIRST)
    else:
        yield finding("session.mechanism-not-offered", n, sure="likely")


_NO_PLUG_IN = (
    "Of what the server offers, this machine's SASL library has no mechanism, or none that the settings allow."
)
_PLUG_INS = (
    "Install the library's plug-ins (libsasl2-modules, cyrus-sasl-plain). In a sending Postfix set "
    "smtp_sasl_security_options = noanonymous: its default forbids PLAIN and LOGIN."
)
"""Cyrus SASL as a client; postconf(5), whose default is `noplaintext, noanonymous`."""
_NONE_LOADED = "The server's list held none of the mechanisms that the program has loaded, or it held no AUTH at all."
_LIST_FIRST = (
    "Read the server's reply to EHLO. Many offer AUTH only behind TLS: set the encryption (tls on 587, ssl on 465)."
)
"""Swift Mailer, AuthHandler.php, which says the same of an empty list."""


_OF_SSH = re.compile(r"\bssh|\bs?ftp\b|putty|plink|\bscp\b|publickey|keyboard-interactive|\bjsch\b", re.IGNORECASE)

_REQUESTED = re.compile(r"\bauth method (?:requested|selected): ([A-Z0-9_-]+)", re.IGNORECASE)
"""PHPMailer, SMTP.php, at its lowest level, which shows every line of the client too."""
_GIVE_IT = "Give the program what the method needs: for XOAUTH2 its token provider (setOAuth()), else a password."


# The client was told to log in, and left

_AUTH_WORD = (
    r"(?:auth\w{0,20}|authentisierung|autentica\w*|autentifica\w*|аутентифик\w*|uwierzytelni\w*|ověřen\w*|hitelesít\w*|"
    r"kimlik|認証|认证|驗證|验证|身份)"
)
_FAILED = (
    rf"\bSMTP[- ]\S{{1,12}} ?[(（](?:220|250|-1)[)）] ?[:：] ?[^\n]{{0,40}}{_AUTH_WORD}|"  # Roundcube, in its languages
    r"\bSMTP Error: Could not authenticate|\bMAILSMTP_ERROR_AUTH_\w+|mailsmtp Last Error Code: (?:1[6-9]|2[0-2])\b|"
    r"(?:auth\w{0,20}|log-?in|logon|sign-?in)\b[^\n]{0,30}\b(?:fail\w*|unsuccessful|denied|rejected|error|aborted)\b|"
    r"\bno authentication type succeeded\b|"  # swaks
    r"(?:could not|couldn't|cannot|can't|failed to|unable to) (?:authenticate|log ?in|log you in|sign ?in)\b|"
    r"\b(?:invalid|incorrect|wrong|bad) (?:user ?name|login|password|credential)"
)
"""What a program says of a login that it never began.

Roundcube shows the code of the last reply, the one to EHLO (program/lib/Roundcube/rcube_smtp.php). libetpan counts
its errors (src/low-level/smtp/mailsmtp_types.h): from 16 on they are of AUTH, 17 is MAILSMTP_ERROR_AUTH_LOGIN.
"""
_TOLD = (
    r"(?<!\S)--?(?:smtp-?|enable-?)?auth(?:entication)?(?:-(?:user(?:name)?|login|plain|pass(?:word)?))?(?=[= ]|$)"
    r"(?![= ](?:no|none|off|false|0)\b)|"
    r"(?<!\S)(?:--(?:smtp-)?(?:user(?:name)?|pass(?:word)?)|-au|-ap|-xu|-xp)(?=[= ]\S)|"
    r"\bsmtp-auth(?:-user)?=(?!none)\S|"
    r"\bSMTPAuth\W{1,4}(?:bool\W?)?(?:true|1)\b|\bset(?:ting)? authentication credentials\b|"
    r"\b(?:smtp[_ ]?)?(?:user(?:name)?|login)\b ?[:=]>? ?[\"']?\S{2,}[^\n]{0,40}\bpass(?:word)?\b ?[:=]|"
    r"^\W{0,4}(?:smtp )?user ?name ?: ?\S{2,}$|\b(?:enter |smtp )?password\b ?(?:for [^\n]{1,80})?: *$"
)
"""How a program is told to log in: options of swaks, msmtp, smtp-cli, mailsend, sendEmail, mailx, and what it asks."""
UNSEEN = (
    r"\bAUTH \S{1,20} (?:failed|succeeded|command)\b|\battempt to authenticate\b|trace suppressed|"
    r"\bauthenticat(?:ed|ing) (?:as|with|using|user|to)\b|\bin (?:reply|response) to AUTH\b"
)
"""Programs that logged in, or tried to, and do not show it, as Jakarta Mail does."""
_CLEAR = frozenset({"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-1", "SCRAM-SHA-256"})
"""What most programs have; NTLM, GSSAPI and DIGEST-MD5 need libraries that few bring along."""


def wished(facts: Facts) -> Iterator[Finding]:
    """Told to log in, or complaining of a login, the client left behind the reply to EHLO."""
    if not _answered(facts) or not left_at_once(facts) or facts.said(UNSEEN) is not None:
        return
    found = facts.said(_FAILED, skip=wording.foreign)
    if found is None and says_goodbye(facts):
        found = facts.said(_TOLD, skip=wording.foreign)
    if found is not None:
        yield from _unused(facts, found[0])


def _answered(facts: Facts) -> bool:
    """Whether the log shows the reply to the last EHLO, or to the HELO behind one that was not taken."""
    return facts.listed or any(code == 250 and facts.asked.get(n) == "HELO" for n, code, _ in facts.replies)


def left_at_once(facts: Facts) -> bool:
    """Whether the reply to EHLO was followed by nothing but a goodbye, and nothing was refused."""
    if facts.tried or any(code >= 300 and facts.asked.get(n) != "EHLO" for n, code, _ in facts.replies):
        return False
    verbs = [one.what.command.verb for one in facts.seen if one.what.command is not None]
    while verbs and verbs[-1] in (b"QUIT", b"RSET", b"NOOP"):
        verbs.pop()
    return bool(verbs) and verbs[-1] in (b"EHLO", b"HELO")


def says_goodbye(facts: Facts) -> bool:
    """Whether the client left of itself; a paste that stops may only be cut there."""
    return any(one.what.command is not None and one.what.command.verb == b"QUIT" for one in facts.seen)


def _unused(facts: Facts, n: int) -> Iterator[Finding]:
    if not facts.listed:
        code = "session.auth-not-offered" if facts.greets else "session.no-ehlo"
        yield finding(code, n, "The client said HELO, which asks for no extensions: AUTH is one.", "likely")
        return
    listed = ", ".join(sorted(facts.offered or ()))
    if facts.offered and not facts.offered & _CLEAR:
        summary = f"The server lists {listed}; the client used none of them."
        yield finding("session.mechanism-not-offered", n, summary, "likely")
    elif facts.offered:
        summary = f"The server lists {listed}, and the client sent no AUTH: it had no name or password, or no method."
        yield finding("session.auth-never-sent", n, summary, "likely")
    elif facts.starttls:
        summary = "AUTH is not offered before TLS here, and STARTTLS is offered; the client did not say it."
        yield finding("session.starttls-first", n, summary, "likely")
    else:
        yield finding("session.auth-not-offered", n, "The reply to EHLO has no AUTH: the client left.", "likely")


_MECHANISM = (
    r"(?-i:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|X?OAUTH2|OAUTHBEARER|SCRAM-SHA-[0-9]{1,3}(?:-PLUS)?|EXTERNAL)"
)
_LIST = re.compile(
    r"\b(?:available|offered|advertised|supported|server (?:offers|supports|advertises))\b[^\n]{0,20}"
    rf"\b(?:auth\w*|sasl|mechanisms?|methods?)\b[^\n]{{0,60}}?[=:\[{{(\"' ](?P<list>{_MECHANISM}"
    rf"(?:[ ,|/\"']+{_MECHANISM})*)(?![\w-])",
    re.IGNORECASE,
)
_TRIED = re.compile(
    rf"\b(?P<name>{_MECHANISM}) auth\w* (?:has )?failed\b|"
    rf"\bauth\w* (?:with|using|via|by) (?P<with>{_MECHANISM}) (?:has )?failed\b",
    re.IGNORECASE,
)


def not_on_list(facts: Facts) -> Iterator[Finding]:
    """A program tells what the server lists, and that it failed with another: no client lists what it has not."""
    if facts.auths or any(code >= 400 for _, code, _ in facts.replies) or _TRIED.search(facts.whole) is None:
        return
    lists = [match["list"] for _, text in facts.notes for match in _LIST.finditer(text)]
    offered = facts.offered or frozenset(re.findall(_MECHANISM, lists[-1]) if lists else ())
    tried = [(n, match["name"] or match["with"]) for n, text in facts.notes for match in _TRIED.finditer(text)]
    if offered and tried and not any(name in offered for _, name in tried) and not _refusal_told(facts):
        listed = ", ".join(sorted(offered))
        summary = f"The client tried {tried[0][1]}; the server lists {listed}."
        yield finding("session.mechanism-not-offered", tried[0][0], summary, "likely")


def _refusal_told(facts: Facts) -> bool:
    return any(one.code for _, text in facts.notes for one in quoted.replies(text))


def quit_at_starttls(facts: Facts) -> Iterator[Finding]:
    """QUIT was the client's next word behind the server's 220 to STARTTLS, and nothing answered it."""
    asked = [one for one in facts.seen if one.what.command is not None and one.what.command.verb == b"STARTTLS"]
    answer = facts.reply_behind(asked[-1]) if asked else None
    last = facts.seen[-1] if facts.seen else None
    if answer is None or answer[1] != 220 or last is None or last.line.strip().upper() != b"QUIT":
        return
    behind = [one for one in facts.seen if one.n > answer[0]]
    if behind == [last]:
        summary = "The server said 220 to STARTTLS, and the client went no further: the handshake failed."
        yield finding("session.tls-failed", last.n, summary, "likely")


# The server wants a login before mail


def never_sent(facts: Facts) -> Iterator[Finding]:
    """Mail without a login."""
    if facts.tried:
        return
    found = facts.said(r"no supported authentication mechanisms?|no suitable authentication (?:method|mechanism)")
    if facts.offered is not None and not facts.offered and facts.starttls and found is not None:
        yield finding(
            "session.starttls-first", found[0], "AUTH has nothing to offer before TLS, and STARTTLS is offered."
        )
        return
    for n, code, text in facts.replies:
        if quoted.refuses_login(text):
            return
        if code < 400 or wording.foreign(text) or of_you(text, ("server.rate-limited",)):
            continue
        said = wording.family(text)
        relay = code in (550, 554) and said != "server.rate-limited" and re.search(r"\brelay", text, re.IGNORECASE)
        late = code == 554 and _CLIENT_REJECTED.search(text) and any(ok == 250 for _, ok, _ in facts.replies)
        mailed = code == 554 and _RECIPIENT_REJECTED.search(text) and facts.asked.get(n) == "RCPT"
        if code == 530 or relay or late or mailed or said == "session.auth-required":
            tls = said == "session.starttls-first" or re.search(r"starttls", text, re.IGNORECASE)
            sure = "likely" if mailed else "certain"
            yield finding("session.starttls-first" if tls else "session.auth-required", n, sure=sure)
            return
    yield from _relay_told(facts)
    yield from _turned_away_told(facts)
    yield from _told_and_refused(facts)


def _relay_told(facts: Facts) -> Iterator[Finding]:
    """A program's sentence quotes a no to a relay."""
    for n, text in facts.notes:
        if not wording.about_mail(text) or wording.foreign(text) or wording.login_failed(text):
            continue
        for one in quoted.replies(text):
            relays = one.code in (550, 551, 553, 554) and "relay" in one.text.lower()
            if relays and wording.family(one.text) == "session.auth-required":
                yield finding("session.auth-required", n, sure="likely")
                return


def _turned_away_told(facts: Facts) -> Iterator[Finding]:
    """The same in a log whose lines no format knows: MAIL or RCPT went out, no AUTH, and the client was refused."""
    if _MAILED.search(facts.whole) is None or _AUTH_SENT.search(facts.whole) is not None:
        return
    for n, text in facts.notes:
        if _CLIENT_REJECTED.search(text) and any(one.code == 554 for one in quoted.replies(text)):
            yield finding("session.auth-required", n, sure="likely")
            return


_MAILED = re.compile(r"(?:^|[\W\d]{3}|send(?:ing)?:? )(?:MAIL FROM|RCPT TO): ?<", re.IGNORECASE | re.MULTILINE)
_AUTH_SENT = re.compile(r"\bAUTH (?:LOGIN|PLAIN|CRAM|DIGEST|NTLM|XOAUTH)|\bsasl\b|\b(?:235|334|535)[ -]", re.IGNORECASE)
_CLIENT_REJECTED = re.compile(r"client host rejected: access denied", re.IGNORECASE)
"""Postfix to MAIL or RCPT, where it takes none but those who have logged in (permit_sasl_authenticated, reject)."""
_RECIPIENT_REJECTED = re.compile(r"<[^>]*>: recipient address rejected: access denied\W*$", re.IGNORECASE)
"""The same in smtpd_recipient_restrictions; not Microsoft's `550 5.4.1 Recipient address rejected`."""


def _told_and_refused(facts: Facts) -> Iterator[Finding]:
    """The program was told to log in and sent MAIL at once, which the server calls a bad sequence."""
    if facts.said(_TOLD, skip=wording.foreign) is None:
        return
    early = [n for n, code, _ in facts.replies if code == 503 and facts.asked.get(n) in ("MAIL", "RCPT")]
    early += [n for n, note in facts.notes if _MAIL_FAILED.search(note)]
    if early:
        summary = "The program was told to log in; it sent MAIL without AUTH, and the server took it for too early."
        yield finding("session.auth-never-sent", early[0], summary, "likely")


_MAIL_FAILED = re.compile(r"\bMAIL FROM\b[^\n]{0,120} (?:failed|rejected|refused)\b[^\n]{0,20}\b503\b")
"""As smtp-cli and others tell it."""
