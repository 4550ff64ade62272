"""Floor 4: what a refusal says in its own words, whoever wrote it.

Providers' own sentences are data (`tutor.reference`) and are asked first. Here are the families
of words that any server may use, for a reply to AUTH, for a reply that stands alone, and for the
sentence of a program that quotes one (`quoted`). Where the text may be of another protocol, nothing is said.
"""

import re
from functools import lru_cache


class Any:
    """Words of which a text may hold any; compiled when they are first looked for."""

    def __init__(self, *patterns: str) -> None:
        self._patterns = patterns
        self._compiled: re.Pattern[str] | None = None

    @property
    def pattern(self) -> "re.Pattern[str]":
        """All of them, case ignored."""
        if self._compiled is None:
            self._compiled = re.compile("|".join(self._patterns), re.IGNORECASE)
        return self._compiled

    def search(self, text: str) -> "re.Match[str] | None":
        """The first of them."""
        return self.pattern.search(text)


# What a text is about

_LOGIN = Any(
    r"\bauth(?:\b|enticat|ori[sz]ation code)",
    r"\bEAUTH\b|smtpauth|\bsasl\b|starttls",
    r"\blog-?ins?\b|log in\b|logged in|\blogon\b|credential|password",
)
_SMTP = Any(
    r"smtp|\bsasl\b|postfix|\bexim\b|sendmail|\bEAUTH\b|\bMAIL FROM\b|\bRCPT\b",
    r"\bAUTH (?:LOGIN|PLAIN|XOAUTH2|CRAM|NTLM)|\b535\b|\b[45]\.7\.\d{1,3}\b|javax?\.mail|jakarta\.mail",
    r"\b(?:LOGIN|PLAIN|CRAM-MD5|XOAUTH2) authentication|authentication credentials invalid",  # the latter: RFC 4954
)
_ELSEWHERE = Any(
    r"\bHTTPS?(?:/|Error| (?:error|status|\d))|https?connection|proxy auth|\b(?:GET|POST|PUT|HEAD) /",
    r"authentication failed for 'http|\bimap|\bpop3?\b|\[AUTHENTICATIONFAILED\]",
    r"\bsshd?\b(?! remote key was not OK)|pam_unix|\bsudo\b|\bftp|\bwi-?fi\b|mysql|postgres|\bldap",
    r"psycopg|django\.db|\bpassword authentication failed for user|\bsvn\b|\bgit\b",
    r"-ERR |\[PRIVACYREQUIRED\]|\bxmpp|\bjabber|\bkafka|\bhbase|\bzookeeper",
    r"\bmongo|\bredis|rabbitmq|\bamqp|\bvpn\b|kerberos|\bkinit",
)
_IN_BRACKETS = Any(r"\[(?:AUTH|AUTHENTICATIONFAILED|PRIVACYREQUIRED)\]|\bfailregex\b")
"""Codes of IMAP (RFC 5530) and POP3 (RFC 3206), whoever's client shows them."""
_WITH_SASL = Any(r"\bmongo|\bkafka|\bxmpp|\bjabber|\bhbase|\bzookeeper|\bmemcached|\bldap")
"""What logs in by SASL too, and is no mail server."""
_OF_A_MAIL = Any(r"\bRESOLVER\.RST\b|\bspf\b|\bdkim\b|\bdmarc\b|\b[45]\.7\.2\d\b|\bsender (?:policy|verif)")
"""SPF, DKIM and DMARC (RFC 7372: X.7.20 to X.7.29) authenticate a mail, not a user."""
_FAILED = Any(
    r"(?:auth\w{0,20}|log-?in|logon)\W+(?:\w+\W+){0,3}(?:fail|error|refus|reject|denied|unsuccess)",
    r"Authentication(?:Error|Exception|Failed)|Invalid login|\bAuth: |\bEAUTH\b|\bSASL\b",
    r"\bauthenticat\w+ (?:with|to|on) (?:the )?(?:smtp )?server",
)
_MAIL = Any(r"mail|\bMCOError|AuthenticationFailedException")
_COMPLAINS = Any(
    r"exception|error|fail|warn|could not|couldn't|cannot|unable|denied|refused|missing|none of|"
    r"not (?:seem to )?support|not (?:specified|provided|given|set|configured)|\bbut no\b|not compiled in|"
    r"not offered|\bis (?:empty|blank)\b"
)


@lru_cache(maxsize=256)
def foreign(text: str) -> bool:
    """Whether the text is about another authentication: of HTTP, IMAP, SSH, a database, or of the mail itself."""
    return _OF_A_MAIL.search(text) is not None or elsewhere(text)


def elsewhere(text: str) -> bool:
    """Whether a whole paste is about another protocol: it names one, and nothing of SMTP."""
    if _IN_BRACKETS.search(text) is not None and "smtp" not in text.lower():
        return True
    if _SMTP.search(text) is None:
        return _ELSEWHERE.search(text) is not None
    return _WITH_SASL.search(text) is not None and _MAIL.search(text) is None and "smtp" not in text.lower()


def about_login(text: str) -> bool:
    """Whether a text is about a login, and not about another protocol's."""
    return _LOGIN.search(text) is not None and not foreign(text)


def to_you(text: str) -> bool:
    """Whether a refusal speaks of the account that sends."""
    return _TO_YOU.search(text) is not None and not foreign(text)


def login_failed(text: str) -> bool:
    """Whether a program's sentence says that a login by SMTP failed: what it quotes is then the reply to AUTH."""
    return _FAILED.search(text) is not None and not foreign(text)


def about_mail(text: str) -> bool:
    """Whether anything in it tells of mail at all."""
    return _SMTP.search(text) is not None or _MAIL.search(text) is not None


# What a refusal says

_SECURE = r"(?:ssl|tls|starttls|encrypt\w*|secure connection)"
_OFF = r"(?:disabled|turned off|switched off|blocked|not (?:allowed|permitted|enabled|supported))"
_MECHANISMS = r"(?:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|X?OAUTH\w*|SCRAM\S*)"
_SENDER = (
    r"\b(?:sender|from|mail)\b[^.]{0,50}\b(?:must|should|has to|does not|doesn't|do not|is not) (?:be )?(?:the )?"
    r"(?:same|match|equal|identical)|not owned by|"
    r"\bnot (?:allowed|permitted|authori[sz]ed) to send (?:e?-?mails? |messages? )?(?:from this (?:\w+ )?address|as\b)|"
    r"\b(?:may|can|must) ?not use (?:this|that) (?:sender|from)\b"
)
"""The login was fine, and the sender's address is not this user's: a refusal of MAIL says that."""
_TO_YOU = Any(
    r"\byour (?:\w+ ){0,2}(?:account|subscription|plan)\b",
    r"\byou(?:'ve| have| are|'re)\b[^.]{0,30}\b(?:exceeded|reached|(?:sending|sent) too)\b",
    r"\byou(?:'re| are) not (?:allowed|permitted|authori[sz]ed) to send\b(?![^.]{0,40} to\b)",
    r"\bsend(?:ing)? (?:rate|limit|quota)|\b(?:hourly|daily) (?:\w+ )?(?:limit|quota)|\be-?mail rate limit",
)
"""What a provider says to its customer, whose login was fine: of a recipient no server speaks like this."""
_OF_THE_SENDER = ("server.account", "server.rate-limited")
_UNKNOWN = r"(?:implemented|recogni[sz]ed|supported|understood)"
_OLD_TLS = r"(?:SSL ?v?[23](?:\.0)?|TLS ?v?1(?:\.[01])?)(?![.\d])"
_TAKES = r"(?:support|accept|allow|permit)"
_FAMILIES = {
    "session.line-too-long": Any(
        r"\b(?:line|command|argument)\b(?: (?:is|was))? too (?:long|large)\b",
        r"\bline (?:length |size )?(?:limit|length) (?:is |was )?exceeded",
        r"\b(?:command|line) exceeds?\b[^.]{0,30}\b(?:length|limit|size|octets|characters)",
    ),
    "session.initial-response": Any(
        r"initial[- ]response\b[^.]{0,30}\b(?:not|no|isn't|unexpected|unsupported|forbidden)\b|"
        r"\b(?:no|not|doesn't|without|unexpected|unsupported)\b[^.]{0,30}\binitial[- ]response",
    ),
    "session.auth-in-transaction": Any(
        r"\bauth\w{0,20}\b[^.]{0,30}\b(?:during|in|within|inside) (?:a |the )?(?:mail )?transaction\b"
    ),
    "session.auth-twice": Any(
        r"\balready (?:been )?(?:authenticated|logged[ -]?in)\b|\bno identity changes permitted"  # Postfix, smtp-server
    ),
    "session.tls-failed": Any(  # RFC 8996 and 8997: TLS 1.0 and 1.1 are out of use, for mail too
        rf"(?:no longer|does not|doesn't|do not|don't|not) {_TAKES}(?:s|ed)?:? {_OLD_TLS}",
        rf"\b{_OLD_TLS}(?:(?:,| and| or|/) ?{_OLD_TLS})* (?:is|are|has been|have been|was) (?:now )?"
        rf"(?:no longer {_TAKES}ed|not {_TAKES}ed|disabled|deprecated|turned off|retired)",
        r"\b(?:TLS|SSL) (?:protocol )?version\b[^.,;]{0,16} (?:too (?:old|low)|(?:not|no longer) supported|outdated)",
        r"\A\W*TLS (?:is )?(?:currently |temporarily )?(?:not available|unavailable)\b",  # RFC 3207 section 4
    ),
    "session.starttls-first": Any(
        r"must (?:first )?issue a starttls|starttls (?:command )?(?:is )?(?:required|first)|secure connection is requi",
        rf"(?:requires?|must use|needs?|only over|without|not using|use) (?:an? )?(?:\w+/)?{_SECURE}\b",
        rf"\b{_SECURE}(?: \w+)? (?:is )?(?:requi\w+|needed|mandatory|necessary)",
        r"\b(?:insecure|unencrypted|unsecured|non-?secure|clear ?text|plain ?text) "
        r"(?:connection|channel|session|transport)",
        r"plain ?text (?:auth\w{0,20}|logins?|passwords?)[^.]{0,20} (?:not allowed|disallowed|disabled)",
        r"\bauth\w{0,20} over (?:an? )?(?:plain ?text|clear ?text|unencrypted|insecure)\b",
    ),
    "server.app-password": Any(
        r"\bapp(?:lication)?s?[- ]?(?:specific)?[- ]?passwords?\b|authori[sz]ation code|third[- ]party password",
        "\u6388\u6743\u7801",  # authorization code, in Chinese
    ),
    "server.browser-sign-in": Any(r"web ?browser|not a robot|captcha|use (?:the )?web\b"),
    "server.basic-auth-disabled": Any(
        rf"basic auth\w{{0,20}} (?:is |has been )?{_OFF}|(?:only|requires?|use) oauth",
        r"(?:smtp|password) (?:auth\w{0,20}|access|service|logins?) (?:is |are |has been )?"
        r"(?:disabled|turned off|blocked)",
    ),
    "server.account": Any(
        r"\b(?:account|user|mailbox|domain|sender|password)\b[^.,;:]{0,40}\b(?:disabled|locked|suspended|blocked|"
        r"banned|"
        r"expired|deactivated|inactive|not (?:been |yet )*activated|not active|unverified|not verified|frozen)\b",
        r"activate your (?:\w+ )?account|credits? exceeded|has no permission|access rights",
        r"not (?:allowed|permitted|authori[sz]ed) to (?:send|use|log)",
        _SENDER,
        r"\bIP\b[^.,;]{0,30}\b(?:blocked|banned|blacklisted|not (?:allowed|authori[sz]ed|permitted))",
        r"unauthori[sz]ed IP\b",
        r"password (?:is )?(?:too (?:simple|short|weak|old)|must be changed)|change your password",
    ),
    "server.rate-limited": Any(
        r"too many|too (?:frequent|often|fast)|rate limit|limit (?:is |was |has been )?(?:exceeded|reached)",
        r"(?:exceeded|reached) (?:your |the |its )?(?:[\w-]+ ){0,3}(?:limit|quota)\b",
        r"quota (?:is |was |has been )?exceeded",
    ),
    "session.mechanism-not-offered": Any(
        r"(?:unknown|unsupported|unrecogni[sz]ed|invalid|bad) (?:sasl |auth\w{0,20} )?(?:type|method|mechanism)",
        r"(?:mechanism|auth\w{0,20} (?:method|type))\b[^.]{0,30}\b(?:not|unavailable|unknown|unsupported|invalid)\b",
        r"\bno (?:supported|suitable|usable|compatible|common|worthy) (?:auth\w{0,20} |sasl )?(?:mech|method)",
        rf"(?:does not|doesn't) support (?:the )?{_MECHANISMS}\b",
        r"(?:does not|doesn't) (?:seem to )?support (?:the )?(?:(?:selected|requested|chosen) auth|encrypted passw)",
        r"none of the auth\w{0,20} (?:method|mechanism)",
        rf"\b{_MECHANISMS} (?:auth\w{{0,20}} )?(?:mechanism )?(?:is )?not (?:supported|permitted|allowed|available)",
    ),
    "session.auth-required": Any(
        r"authentication (?:is )?(?:required|needed)|requires? authentication",
        r"must (?:first )?(?:be )?(?:authenticate|log ?in)",
        r"\brelay(?:ing)?\b[^.]{0,30}\b(?:denied|prohibited|not (?:allowed|permitted))",
        r"\b(?:does(?: not|n['’]t)|do(?: not|n['’]t)) (?:allow|permit) relay(?:ing)?\b|\bwe do(?: not|n['’]t) relay\b",
        r"turn on (?:smtp )?authentication|(?:need|have) to (?:authenticate|log ?in)",
        r"(?:send|issue)(?: an)? AUTH(?: command)?(?: first)?\b|\bneed (?:(?:EHLO|HELO) and )?AUTH first",
        r"\b(?:should|has to|needs? to) (?:first )?(?:be )?(?:authenticate|log ?in|logged in)",
        r"\bnot (?:been )?(?:authenticated|logged in)|authenticate (?:first|before)",
        r"\bunauthenticated\b(?! (?:e?-?mails?|messages?)\b)",  # Gmail says that of a mail without SPF and DKIM
    ),
    "session.auth-not-offered": Any(
        rf"\bauth\w{{0,20}}(?: \w+){{0,2}} not (?:enabled|available|advertised|offered|{_UNKNOWN})",
        rf"command [\"']?AUTH\b[^\"']*[\"']? (?:is )?not {_UNKNOWN}|(?:unrecogni[sz]ed|unknown)[^.]{{0,20}}\"AUTH\b",
        r"(?:does not?|doesn't) support (?:smtp )?auth|not supported by (?:the )?(?:remote )?(?:smtp )?server",
    ),
    "server.temporary": Any(r"temporar|try (?:again )?later|try again in|internal (?:server )?error"),
}
"""What is told by words alone, in the order in which it is looked for."""
_ANYWHERE = ("session.starttls-first", "session.auth-required", "session.tls-failed")
"""What a refusal of MAIL or RCPT may say of the login too."""
_NO = Any(
    r"(?:auth\w{0,20}|log-?in|logon|sign-?in)\b[^.]{0,30}\b(?:fail\w*|unsuccessful|denied|rejected|invalid|error|"
    r"incorrect)",
    r"(?:invalid|incorrect|wrong|bad|unknown|no such) (?:user|login|log-?in|password|credential|account|auth)",
    r"(?:user ?name|password|credentials?|login)\b[^.]{0,40}\b(?:not accepted|incorrect|invalid|wrong|mismatch)",
    r"\bdenied\b",
)
_PAIR = Any(r"(?:invalid|incorrect|wrong|bad) (?:user ?name|login|password|credential)")
_UNSET = Any(
    r"\bmissing (?:smtp )?(?:user ?name|password|secret|credentials?)\b",
    r"\bno (?:user ?name|password|credentials?) (?:specified|given|set|supplied|provided|configured)",
    r"\bsasl_username but no sasl_password|\bsupport for smtp authentication was not compiled in",
    r"\b(?:user ?name|password|credentials?) (?:is|are|was|were) (?:missing|empty|blank)\b"
    r"(?! from| in\b|: ?(?:false|no))",
    r"must (?:assign|specify|provide|enter) an? (?:smtp )?user ?name",
    r"(?:user ?name|password|credentials?) (?:(?:was|were|is|are) )?not (?:specified|provided|given|set|configured)",
)
"""A program that has no name or no password, or no AUTH built in as Zabbix may have, and says so itself."""
_NOT_THE_SENDER = Any(_SENDER)
_NO_RELAY = Any(r"\b(?:smtp|mail) ?server does(?: not|n['’]t) (?:allow|permit) relay(?:ing)?\b")
BY_CODE = {
    432: "server.password-transition", 454: "server.temporary", 504: "session.mechanism-not-offered",
    523: "session.starttls-first", 525: "server.account", 530: "session.auth-required", 534: "server.too-weak",
    535: "server.bad-credentials", 538: "session.starttls-first",
}  # fmt: skip
"""Codes that mean the same wherever they stand (RFC 4954 section 6)."""
BY_ENHANCED = {
    "4.7.12": "server.password-transition", "5.7.8": "server.bad-credentials", "5.7.9": "server.too-weak",
    "5.7.11": "session.starttls-first", "5.7.13": "server.account",
}  # fmt: skip
"""RFC 4954 section 6 and RFC 5248 section 2.4: these are about a login, whatever code stands in front."""


def of_sender(text: str) -> bool:
    """Whether a refusal says that the sender's address is not this user's."""
    return _NOT_THE_SENDER.search(text) is not None


def family(text: str) -> str:
    """The code of what a refusal's words say, whoever wrote them; empty where they say no more than no."""
    return next((code for code, pattern in _FAMILIES.items() if pattern.search(text)), "")


def verdict(code: int, enhanced: str, text: str, login: bool) -> str:
    """What a refusal says by its words, its enhanced code and its code; `login`: it answers AUTH or a response."""
    if not login and _OF_A_MAIL.search(text) is not None:
        return ""
    found = family(text)
    if found and (login or found in _ANYWHERE or code in BY_CODE):
        return found
    if code == 421 and found == "server.rate-limited" and not of_transaction(text):
        return found
    if found in _OF_THE_SENDER and code // 10 in (42, 45, 50, 53, 55) and to_you(text):
        return found
    if found == "server.account" and code >= 500 and _NOT_THE_SENDER.search(text):
        return found
    if login and 400 <= code < 500 and _PAIR.search(text):
        return "server.bad-credentials"  # whatever the code is: the words name the pair
    found = BY_ENHANCED.get(enhanced) or BY_CODE.get(code, "")
    if found or not login:
        return found
    if 400 <= code < 500:
        return "server.temporary"
    return "server.bad-credentials" if _NO.search(text) else ""


_DOTNET = Any(r"the smtp server requires a secure connection or the client (?:was|is) not authenticated\.?")
"""What .NET says in front of every refusal of MAIL, whatever the reason is."""


_GOES_ON = Any(
    r"\b(?:choosing|skipping|continuing|proceeding|consider)\b",
    r"\ADEBUG SMTPS?: mechanism \S+ not supported by server\Z",
)
"""Of a program that tells what it does, or gives advice; Jakarta Mail goes on to the next on its list."""


def without_dotnet(text: str) -> str:
    """A text without what .NET says in front of every refusal."""
    return _DOTNET.pattern.sub("", text)


def complaint(text: str) -> str:
    """What a program's own sentence says of a login, where it quotes no reply; empty where it is not sure to be one."""
    text = without_dotnet(text)
    if _GOES_ON.search(text) is not None:
        return ""
    ours = about_login(text) or _NOT_THE_SENDER.search(text) is not None or _NO_RELAY.search(text) is not None
    if not (_COMPLAINS.search(text) and ours):
        return ""
    if _UNSET.search(text):
        return "session.auth-never-sent"
    found = family(text)
    return "" if found in ("server.temporary", "session.tls-failed") else found


_NO_GREETINGS = (421, 450, 520, 521, 550, 554, 571)
_OF_A_TRANSACTION = Any(
    r"\b[45]\.[12456]\.\d{1,3}\b|recipient|user unknown|unknown user|no such user|mailbox|message|content|virus|quota",
    r"grey-?list|\bspam\b|\brelay|\bsender\b|absender|exp[ée]diteur|[ée]metteur|mittente|remitente|remetente|"
    r"\bsend (?:only )?(?:from|as)\b|requested (?:mail )?action|\bdeliver(?:y|\b)|\be?-?mails\b",
    r"\bsend (?:\w+ )?to\b",
)


_TRANSACTION = Any(r"(?:after|to|in|during|of|while sending) (?:the )?(?:end of )?(?:DATA|RCPT|MAIL)\b")


_ADDRESS = re.compile(r"https?://\S+")


def refuses_connection(code: int, text: str) -> bool:
    """Whether a reply at the beginning can be a no to the whole connection (RFC 5321 section 3.1).

    What refuses a login, a recipient or a mail is a piece of a session, and no greeting.
    """
    if code not in _NO_GREETINGS or foreign(text) or about_login(text) or to_you(text):
        return False
    return _OF_A_TRANSACTION.search(_ADDRESS.sub("", text)) is None


def of_transaction(text: str) -> bool:
    """Whether a text is about a mail that was being sent: what is said then is not said to a login."""
    return _OF_A_TRANSACTION.search(text) is not None or _TRANSACTION.search(text) is not None
