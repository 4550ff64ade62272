"""Floor 4: what a program's own sentences tell of a login that it never came to: its client's reading, its settings.

The sentences are tables in `own_words`; here is what else has to be true of the log around them.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from tutor.explain import abroad, own_words, wording
from tutor.explain.facts import Facts
from tutor.explain.finding import Finding, finding
from tutor.explain.own_words import pattern


def split_greeting(facts: Facts) -> Iterator[Finding]:
    """A program that complains of `220-`, the first line of a greeting of several (RFC 5321 section 4.2.1)."""
    found = facts.said(pattern(own_words.SPLIT_GREETING), skip=wording.foreign)
    if found is not None:
        summary = "The program took 220-, the first line of a long greeting, for the whole of it."
        fix = "Update the program, or its library: it must read on until `220 ` with a space."
        yield finding("session.out-of-step", found[0], summary, "likely", fix)


def strange_greeting(facts: Facts) -> Iterator[Finding]:
    """A client of SMTP that shows what it got for a greeting, and that is another protocol's."""
    words = pattern(own_words.OTHERS_GREETING)
    found = None if facts.replies else facts.said(words)
    said = "" if found is None else re.split(words, found[1], maxsplit=1, flags=re.IGNORECASE)[0]
    if found is not None and wording.about_mail(facts.whole) and not _MAILBOX.search(said):
        summary = "What the program got for a greeting is another protocol's: HTTP, SSH, IMAP or POP3."
        yield finding("greeting.not-smtp", found[0], summary, "likely")


def late_greeting(facts: Facts) -> Iterator[Finding]:
    """A client that shows, for the greeting, a good reply to something else: of the mail before, mostly."""
    lines = sorted([*facts.notes, *((n, text) for n, _, text in facts.replies)])
    if not any(code in facts.whole for code in ("250", "251", "235", "334", "354")):
        return
    search = re.compile(pattern(own_words.OTHER_REPLY_FOR_GREETING), re.IGNORECASE).search
    for (n, text), (other, behind) in pairwise([*lines, (0, "")]):
        told = search(text) or (search(f"{text}\n{behind}") if other == n + 1 else None)
        if told is not None and not wording.foreign(text) and wording.about_mail(facts.whole):
            summary = "What the program took for the greeting is a good reply to something else: it is a reply behind."
            fix = (
                "Read each reply before the next command; open a new connection where an old one has data left to read."
            )
            yield finding("session.out-of-step", n, summary, "likely", fix)
            return


_MAILBOX = re.compile(r"\bimap|\bpop3?\b", re.IGNORECASE)


def already_tls(facts: Facts) -> Iterator[Finding]:
    """A client that asks for STARTTLS where it has TLS from the first byte."""
    found = facts.said(pattern(own_words.ALREADY_TLS))
    if found is not None and not facts.replies:
        summary = "STARTTLS was asked for in a connection that has TLS already, from its first byte as port 465 has it."
        fix = "Port 465: TLS from the first byte, and no STARTTLS. Port 587: STARTTLS. One of the two."
        yield finding("session.client-bug", found[0], summary, "likely", fix)


_ON_465 = (
    r"\bport\b\W{1,4}465\b[^\n]{0,40}\b(?:isSSL|secure|(?:use[_ ]?|enable[_ ]?)?(?:ssl|tls))\b\W{1,4}"
    r"(?:false|no|off|none|0)\b"
)
_NOT_REACHED = re.compile(
    r"refused|timed? ?out|unknown ?host|unreachable|no route|not known|resolve|ENOTFOUND|ECONN|ETIMEDOUT", re.IGNORECASE
)


def clear_on_465(facts: Facts) -> Iterator[Finding]:
    """A program that says that it goes to port 465 without TLS, and nothing came back (RFC 8314 section 3.3)."""
    found = facts.said(_ON_465, skip=wording.foreign) if "465" in facts.whole else None
    if found is None or facts.replies or not wording.about_mail(facts.whole) or _NOT_REACHED.search(facts.whole):
        return
    summary = "The program speaks in clear on port 465, where the server waits for TLS from the first byte."
    fix = "Switch SSL (not STARTTLS) on for port 465; in Jakarta Mail mail.smtp.ssl.enable=true. Or use port 587."
    yield finding("greeting.tls-expected", found[0], summary, "likely", fix)


_NO_VALUE = r"'NoneType' object has no attribute '(?:encode|strip|encode_base64)'"
_OF_SMTP = re.compile(r"\bsmtp|smtplib|\bAUTH\b", re.IGNORECASE)


def no_value(facts: Facts) -> Iterator[Finding]:
    """A program in Python that wanted to encode a name or a password, and had None (Lib/smtplib.py, auth_plain)."""
    found = facts.said(_NO_VALUE) if "NoneType" in facts.whole else None
    if found is None or wording.elsewhere(facts.whole) or _OF_SMTP.search(facts.whole) is None:
        return
    if any(code >= 400 for _, code, _ in facts.replies):
        return
    summary = "The program has None for the user name or the password: its setting was not read. Nothing was sent."
    fix = "Look at the names of the settings or environment variables, and print whether they are set."
    yield finding("session.answer", found[0], summary, "likely", fix)
    yield finding("value.placeholder", found[0], summary, "likely", fix)


_NO_KEY = r"character mapping must return integer, None or unicode"


def no_key(facts: Facts) -> Iterator[Finding]:
    """Python 2's HMAC takes no key that is Unicode (Lib/hmac.py), and smtplib computes CRAM-MD5 with it."""
    found = facts.said(_NO_KEY) if "character mapping" in facts.whole else None
    if found is None or not wording.about_mail(facts.whole) or wording.elsewhere(facts.whole):
        return
    summary = "Python 2 cannot compute CRAM-MD5 with a Unicode password: the program stopped before it answered."
    fix = "Let the program pass str(name) and str(password) to login(), or run it with Python 3."
    yield finding("session.client-bug", found[0], summary, "likely", fix)


_PLUG_IN = (
    r"_sasl_plugin_load failed on sasl_(?:client|server)_plug_init\b|"
    r"\bsasl_(?:client|server)_add_plugin\(\): entry_point\(\): failed\b"
)
"""Cyrus SASL, lib/dlopen.c, client.c and server.c."""
_NOTHING_LEFT = r"no mechanism available|no worthy mechs"


def broken_plug_in(facts: Facts) -> Iterator[Finding]:
    """Cyrus SASL has no mechanism, and said before that a plug-in could not be loaded."""
    found = facts.said(_PLUG_IN) if "_plug" in facts.whole else None
    if found is not None and facts.said(_NOTHING_LEFT) is not None:
        summary = "A SASL plug-in could not be loaded, so no mechanism is left that the program can use."
        fix = (
            "Read the lines before this one: mostly the plug-in's own settings have an error, or a library is missing."
        )
        yield finding("server.misconfigured", found[0], summary, "likely", fix)


_QUIT_FAILED = re.compile(r"\bQUIT command failed\b")
_NOT_LOGGED_IN = re.compile(r"could not authenticate\b", re.IGNORECASE)


def of_quit(facts: Facts) -> Iterator[Finding]:
    """PHPMailer shows the last error that a server gave, and that was QUIT's: the login had failed before."""
    if "login" in facts.asked.values() or "QUIT command" not in facts.whole:
        return
    for n, text in facts.notes:
        if _QUIT_FAILED.search(text) and (_NOT_LOGGED_IN.search(text) or abroad.login_failed(text)):
            summary = "The login failed. The code and the words behind it answer QUIT, and tell nothing of the login."
            yield finding("server.bad-credentials", n, summary, "likely")
            return


_NEEDED = r"^DEBUG SMTPS?: need username and password for authentication"
_GOT = r"password=<non-null>|trying to connect to host|AUTH \S+ succeeded"


def nameless(facts: Facts) -> Iterator[Finding]:
    """Jakarta Mail was told to log in and had no password (SMTPTransport.java); it asks once more, then connects."""
    found = facts.said(_NEEDED)
    if found is not None and facts.said(r"password=<null>") is not None and facts.said(_GOT) is None:
        summary = "mail.smtp.auth is on, and the program has no password (`password=<null>`)."
        fix = "Give the session an Authenticator, or name and password to Transport.connect."
        yield finding("session.auth-never-sent", found[0], summary, "likely", fix)


def abroad_refused(facts: Facts) -> Iterator[Finding]:
    """A login that failed or is missing, told in another language; a code in brackets is the last reply's."""
    for n, text in facts.notes:
        if wording.foreign(text):
            continue
        if abroad.asks_for_login(text):
            yield finding("session.auth-required", n, sure="likely")
            return
        if not abroad.login_failed(text):
            continue
        code = abroad.code(text)
        if code == 250 and facts.starttls and not facts.offered:
            summary = "The last reply was EHLO's (250): no AUTH is offered before TLS here, and STARTTLS is."
            yield finding("session.starttls-first", n, summary, "likely")
        elif code == 250:
            summary = "The last reply was EHLO's (250): the program found no AUTH in it that it could use."
            yield finding("session.auth-not-offered", n, summary, "likely")
        else:
            later = "server.temporary" if 400 <= code < 500 else "server.bad-credentials"
            yield finding(wording.BY_CODE.get(code, later), n, sure="likely")
        return


_SAYS_535 = wording.Any(
    r"(?:\b(?:antwort\w*|sagt\w*|meldet\w*|r[ée]pon\w*|dit|renvoy\w*|respon\w*|contest\w*|devolvi\w*|dijo|"
    r"rispo\w*|restitui\w*|disse|retorn\w*|answer(?:s|ed)|said|says|repl(?:y|ies|ied)|return(?:s|ed))|ответ\w*|"
    r"вернул\w*|返回|回复|回覆|回應|回应|响应|應答|应答|返信|応答)[^\w\n]{0,6}了?[^\w\n]{0,3}535"
    r"(?![A-Za-z0-9_:/]|\.\d| +(?-i:(?!aut|err|inval|login|[ée]chec|incorrect|bad|wrong|user)[a-z]))"
)
"""That 535 was said, in several languages; not a number that counts what stands behind it in small letters."""
_SERVERS = wording.Any(r"serv(?:er|eur|idor)|\bhosts?\b|smtp|mail|сервер|服务器|伺服器|サーバ|邮箱|邮件")


def says_535(facts: Facts) -> Iterator[Finding]:
    """A sentence, in whatever language, that the server said 535 (RFC 4954 section 6)."""
    # Of three words, the first one may look like a command.
    words = ((one.n, one.line.decode("utf-8", "replace")) for one in facts.seen if one.what.command is not None)
    for n, text in (*facts.notes, *words):
        if _SAYS_535.search(text) and _SERVERS.search(text) and not wording.elsewhere(text):
            yield finding("server.bad-credentials", n, sure="likely")
            return


_OAUTH_ERRORS = (
    r"\b(?:invalid_grant|invalid_request|invalid_client|unauthorized_client|unsupported_grant_type|invalid_scope|"
    r"interaction_required|consent_required|invalid_rapt|deleted_client|expired_token)\b|\bAADSTS\d{4,}|"
    r"\b(?:MsalUiRequired|MsalService|MsalClient|TokenResponse)Exception\b|\b(?:RefreshError|InvalidGrantError)\b|"
    r"(?:access|refresh) ?token (?:is |was |has (?:been )?)?(?:expired|invalid|revoked)|"
    r"token expired and refresh token is not set|"
    r"(?:can't|cannot|could not|unable to|failed to|error) (?:\w+ ){1,2}(?:an? )?(?:new )?"
    r"(?:access|refresh|oauth2?) ?token"
)
"""What goes wrong before SMTP: the errors of RFC 6749 section 5.2, of OpenID, Google, Microsoft and programs."""
_CHALLENGE = r'\{ ?"status" ?: ?"4\d\d" ?, ?"schemes" ?: ?"[^"]{1,60}" ?, ?"scope" ?: ?"[^"]{0,200}"'
"""The error challenge of XOAUTH2, decoded (Gmail API documentation: the XOAUTH2 protocol)."""
_MEANT = re.compile(r"oauth|AADSTS|\bMSAL|google\.auth|\bSignet\b", re.IGNORECASE)
_LIBRARIES = re.compile(
    r"(?<![A-Za-z])TokenStore::Refresh\b|"  # sasl-xoauth2, src/token_store.cc: for mail alone
    r"League\\+OAuth2\\+Client|google\.auth\.exceptions|\boauth2client\b|\boauthlib\b|OAuth2::Error|"
    r"Signet::AuthorizationError|\bTokenResponseException|\bMsal\w{1,20}Exception"
)
"""Libraries that get tokens for mail and for much else."""
_ELSE = re.compile(
    r"calendar|drive|sheet|youtube|analytics|search ?console|photo|storage|bigquery|firebase|graph\.microsoft|sign.?in|"
    r"passport|django|keycloak|kube|grafana|\bjwt\b|\bads\b|docs|socialite|openid|sso\b",
    re.IGNORECASE,
)


def no_token(facts: Facts) -> Iterator[Finding]:
    """The program that wanted to log in with a token got none from the OAuth server; SMTP never saw it."""
    if any(code >= 400 for _, code, _ in facts.replies):
        return
    told = facts.said(_CHALLENGE)
    if told is not None:
        yield finding("server.token", told[0])
        return
    offered = bool((facts.offered or frozenset()) & {"XOAUTH2", "OAUTHBEARER"})
    if not offered and not any(_MEANT.search(note) for _, note in facts.notes):
        return
    mail = bool(facts.replies) or any(wording.about_mail(note) or "XOAUTH2" in note for _, note in facts.notes)
    if not mail and (_LIBRARIES.search(facts.whole) is None or _ELSE.search(facts.whole) is not None):
        return
    found = facts.said(_OAUTH_ERRORS, skip=lambda text: wording.foreign(text) or "refreshed" in text)
    if found is not None:
        summary = "The OAuth server gave no token (RFC 6749 section 5.2): SMTP has not refused anything."
        fix = "Get a new refresh token with the account's consent; look at client id, secret and scope."
        yield finding("server.token", found[0], summary, "likely" if mail else "possible", fix)


_URL = re.compile(r"\bsmtps?://\S|\b(?:MAIL|EMAIL|SMTP|MAILER)_(?:URL|DSN)\b", re.IGNORECASE)
_URL_REFUSED = (
    r"\bERR_INVALID_URL\b|invalid (?:url|uri|dsn)\b|net/url: invalid userinfo|invalid port \S{1,80} after host|"
    r"port could not be cast to integer|malformed (?:parameter|url|uri|dsn)\b|mailer DSN is invalid|"
    r"(?:could not|cannot|can't|failed to|unable to|error) pars(?:e|ing) \W?(?:the |an? )?(?:smtp |mail )?(?:url|"
    r"uri|dsn)\b"
)
"""How Node.js, Go (net/url), Python (urllib.parse), PHP and Symfony (Transport/Dsn.php) refuse a URL."""
_CUT_URL = r"\bsmtps?://[^\s/?#@:\"']{1,80}:[^\s@\"']{0,80}[/?#][^\s@\"']{0,80}@[\w.-]+"
"""A password with a raw `/`, `?` or `#`: it ends the URL's authority (RFC 3986 section 3.2)."""


def broken_url(facts: Facts) -> Iterator[Finding]:
    """A URL with name and password in it, in which a character of theirs means something else."""
    if facts.replies or facts.auths or not any(_URL.search(note) for _, note in facts.notes):
        return
    refused = facts.said(_URL_REFUSED, skip=lambda text: "http" in text.lower() and "smtp" not in text.lower())
    cut = facts.said(_CUT_URL) if facts.said(r"error|fail|ENOTFOUND|exception|invalid|not found") is not None else None
    found = refused or cut
    if found is not None:
        summary = "Name or password stand raw in a URL, and one of their characters means something else there."
        fix = "Percent-encode them (RFC 3986 section 2.1): @ is %40, / is %2F, # is %23, ? is %3F, : is %3A."
        yield finding("session.answer", found[0], summary, "likely", fix)
        yield finding("value.mangled", found[0], summary, "likely", fix)
