"""Floor 4: what a sentence about a login by SMTP means, in whatever words it is said.

Each row of `MEANINGS` is a small grammar: groups of words (`stems`), of which each must stand in one
sentence, near the others, in any order; and the words that show that something else is meant.
The rows are asked in their order, the narrow ones first. Whether a text is about SMTP at all is
asked elsewhere (`by_meaning`); these rows know nothing of that.
"""

from functools import lru_cache

from tutor.explain import stems
from tutor.explain.sentence import Meaning, says, sentences
from tutor.explain.wording import Any

MEANINGS: tuple[Meaning, ...] = (
    Meaning(
        "session.auth-twice",
        (Any(r"\b(?:already|twice|again|second time|(?:only|just|than) once)\b"),
         Any(r"\b(?:logged[ -]in|auth\w*)\b")),
        Any(r"\bnot\b|\btry\b|\btls\b|please|fail|invalid|wrong|incorrect|in use|reus|pool|connection \d|later"),
        near=40,
    ),
    Meaning(
        "session.initial-response",
        (Any(r"\binitial[ -]?(?:client )?(?:response|argument|data|reply)\b|\b(?:inline|SASL-IR)\b (?:auth\w*|"
             r"response)"),
         Any(stems.NOT, stems.UNSUPPORTED, r"\b(?:unexpected|invalid|too (?:long|large))\b")),
    ),
    Meaning(
        "session.line-too-long",
        (Any(r"\b(?:command|line|request|input|argument|parameter|auth\w* (?:string|response|exchange))s?\b"),
         Any(r"\btoo long\b|\b(?:length|line) limit\b|\bexceeds? (?:the )?(?:max\w*|limit|allowed|\d+)")),
        Any(r"\b(?:header|subject|message|body|data|password|user ?name|local.?part|address|uri|url)\b|took|timeout|"
            r"wait"),
        near=60,
    ),
    Meaning(
        "session.prompt-compared",
        (Any(r"\b(?:challenge|prompt)s?\b"), Any(r"\b(?:unrecogni[sz]ed|unknown|not recogni[sz]ed)\b")),
        Any(r"captcha|http|acme|dns"),
        near=50,
    ),
    Meaning(
        "session.prompt-compared",
        (Any(r"\b(?:invalid|unexpected|unknown|unrecogni[sz]ed|unhandled)\b"),
         Any(r"(?-i:VXNlcm5hbWU6|UGFzc3dvcmQ6|VXNlciBOYW1l)")),
        Any(r"authentication failed"),
    ),
    Meaning("session.out-of-step", (Any(r"\bcommand pipelining after AUTH\b"),)),
    Meaning(
        "session.bad-challenge",
        (Any(r"\b(?:challenge|334|continuation|prompt|server (?:nonce|first message))s?\b"),
         Any(r"\b(?:unexpected|invalid|malformed|bad|wrong|illegal|corrupt\w*|not (?:\w+ )?(?:base ?64|valid|"
             r"decod\w+)|(?:cannot|can't|could not|couldn't|unable to|failed to|error) (?:be )?(?:decod|pars|"
             r"understand)\w*)\b")),
        Any(r"captcha|http|acme|dns|response to (?:the )?challenge"),
    ),
    Meaning(
        "session.kerberos-ticket",
        (Any(r"\b(?:gss(?:api)?|kerberos|krb5\w*|ticket|credentials? cache)\b"),
         Any(r"\b(?:not found|no (?:kerberos|credentials|worthy|ticket|valid)|expired|minor code|unspecified|cannot|"
             r"can't|fail\w*|missing)\b")),
        Any(r"not (?:supported|available|offered)|unsupported|mechanism|accepts|supports|offers|only"),
    ),
    Meaning(
        "server.app-password",
        (Any(r"\b(?:app(?:lication)?s?|device|program|client|third[ -]party)\b"),
         Any(r"\b(?:pass(?:words?|codes?)|code)\b"),
         Any(r"\b(?:specific|special|separate|dedicated|with an?|generate\w*|create\w*|instead|unique|own|use|"
             r"need\w*|must|"
             r"requir\w+)\b")),
        Any(r"expired|\bno\b|not required|policy"),
        near=90,
    ),
    Meaning(
        "server.app-password",
        (Any(r"anwendungs(?:spezifisch\w*|kennwort|passwort)|app-?(?:kennwort|passwort)|mot de passe d.application|"
             r"contraseñas? de (?:la )?aplicaci|password (?:per|specifica)[^.]{0,12}app|senhas? de aplicativo|"
             r"парол\w* (?:для )?прилож|授权码|授權碼|客户端专用密码|アプリ\s*パスワード"),),
    ),
    Meaning(
        "server.browser-sign-in",
        (Any(r"\b(?:web ?browser|captcha|webmail|web ?site|robot)\b"),
         Any(r"\b(?:log|sign)[ -]?(?:in|on)\b|\bprove\b|\bverify\b|\bunlock\b"),
         Any(r"\b(?:please|must|need|have to|first|not)\b")),
    ),
    Meaning(
        "server.basic-auth-disabled",
        (Any(r"\b(?:basic auth\w*|legacy (?:auth\w*|protocols?)|less secure apps?|password[ -](?:based )?(?:auth\w*|"
             r"log-?ins?)|SmtpClientAuthentication|authenticated client submission|(?:log-?ins?|auth\w*) (?:with|by|"
             r"using) (?:a )?passwords?)\b"),
         Any(r"\b(?:disabled|retired|deprecated|blocked|turned off|switched off|no longer|not (?:\w+ )?(?:allowed|"
             r"permitted|enabled|supported|accepted)|unsupported|removed|discontinued|off)\b")),
        Any(r"plain ?text|clear ?text|unencrypted|without"),
    ),
    Meaning(
        "server.basic-auth-disabled",
        (Any(r"\b(?:modern auth\w*|oauth ?(?:2(?:\.0)?)?|xoauth2)\b"),
         Any(r"\b(?:only|requir\w+|must|mandatory|instead|has to)\b")),
        Any(r"token|scope|fail|error|not support|client.?id|redirect"),
        near=50,
    ),
    Meaning(
        "server.token",
        (Any(stems.TOKEN),
         Any(stems.WRONG, r"\b(?:expired|revoked|malformed|missing|not yet valid|invalid_grant|different tenant)\b")),
        Any(r"csrf|api[ -]?token|unexpected token|refresh(?:ed|ing)\b|renewed|syntax|json|parse|mechanism|"
            r"unsupported|jenkins|session token"),
        near=70,
    ),
    Meaning("server.token", (Any(r"\binvalid_grant\b|\bAADSTS\d{4,}\b"),)),
    Meaning(
        "server.no-clear-password",
        (Any(r"\b(?:no|not|without|missing)\b"),
         Any(r"\b(?:secret|clear ?text password|userPassword|plain ?text password)\b"),
         Any(r"\b(?:database|sasldb\d?|stored?|found|available|auxprop|property)\b")),
        Any(r"\bclient.?secret|not allowed|disallowed"),
    ),
    Meaning(
        "session.no-ehlo",
        (Any(r"\b(?:say|send|issue|expected?|missing|need|must|requires?|no|without|use|polite)\b"),
         Any(r"\b(?:EHLO|HELO|hello|EHLO/HELO|HELO/EHLO)\b"),
         Any(r"\b(?:first|before|required|expected|missing|yet)\b")),
        Any(r"\bhost ?name|domain|syntax|invalid|fqdn|reject|dns|resolve"),
        near=60,
    ),
    Meaning(
        "session.starttls-first",
        (Any(stems.TLS), Any(stems.NEEDED, r"\bwithout\b"),),
        Any(r"certificat|\bcert\b|handshake|\bversion|cipher|\b(?:not|n't) (?:\w+ ){0,2}(?:support|offer|available|"
            r"adverti|found|have|require|need|use|necessary|listed|provide)|unsupported|unavailable|already|"
            r"optional|unexpected|established (?:with|to|from)|(?:is|was|been) established(?! first)|\b(?:fail\w*|"
            r"error|could not|unable|cannot|can't|"
            r"timeout) (?:to )?(?:start|use|establish|negotiate|enable|begin|do|\w+ing) (?:\w+ ){0,2}(?:tls|"
            r"starttls|ssl|encrypt\w*)|tls (?:\w+ )?fail|=(?:true|false|yes|no|required)\b|routines|operation|"
            r"extension|openssl|not be encrypted|https|wrong|tlsv1\.?\d? (?:only|is)|trying|using|recommended|"
            r"(?:does|server) not|client cert"),
        near=60,
    ),
    Meaning(
        "session.starttls-first",
        (Any(stems.CLEAR),
         Any(stems.AUTH, r"\b(?:passwords?|credentials?|connections?|channel|session|transport|submission)\b"),
         Any(stems.NOT, r"\b(?:error|only|requir\w+|must|fatal|aborted)\b")),
        Any(r"no (?:secret|clear ?text)|hash|stored|database|certificate|handshake|record|warning|already"),
    ),
    Meaning(
        "server.misconfigured",
        (Any(stems.SASL_SERVICE), Any(stems.BROKEN)),
        Any(r"mechanism|unknown user|temporar|password mismatch"),
    ),
    Meaning(
        "session.mechanism-not-offered",
        (Any(stems.MECHANISM),
         Any(stems.UNSUPPORTED, r"\b(?:disabled|unsuitable|incompatible|(?:turned|switched) off|reject\w*)\b",
             r"\b(?:cannot|can't|could not|couldn't|failed to|unable to) (?:\w+ )?(?:agree|negotiate|select|"
             r"choose)\b")),
        Any(r"password|credential|internal|\buser\b|\bchallenge|backend|terminated|tls is|encrypted|encryption"),
    ),
    Meaning(
        "session.mechanism-not-offered",
        (Any(stems.NAMED),
         Any(stems.UNSUPPORTED, r"\b(?:(?:accepts?|supports?|offers?|allows?|takes?|lists?) only|only (?:accepts?|"
                                r"supports?|offers?|allows?|takes?)|disallowed|forbidden|requested)\b")),
        Any(r"password|credential|token|ticket|minor code|\buser\b|\bno secret|backend|\bAUTH \S+ failed|"
            r"without tls|encrypt|unknown (?:error|reason|user)|\bAUTH (?:\w+ ){1,2}command"),
        near=60,
    ),
    Meaning(
        "session.auth-not-offered",
        (Any(stems.AUTH_NOUN),
         Any(stems.UNSUPPORTED, r"\b(?:disabled|unknown command|only (?:\w+ )?(?:allowed|available|possible|on))\b")),
        Any(r"password|credential|\buser\b|username|\baccount|mailbox|tenant|without|required|back-?end|daemon|"
            r"database|temporar|currently|at present|try|token|\bfail\w*[^:]|no such (?:user|file)|"
            r"service (?:is )?(?:un|not )|server (?:is )?unavail|ldap|mechanism|method|unknown (?:user|error|"
            r"reason)|starttls|identity"),
        near=60,
    ),
    Meaning(
        "session.auth-not-offered",
        (Any(r"(?-i:\bno (?:SMTP[ -]?)?AUTH\b)"),),
        Any(r"\bno AUTH (?:command |was |is )?(?:needed|required|sent|used|yet|fail\w*|error)|password|credential"),
    ),
    Meaning(
        "session.auth-not-offered",
        (Any(r"\bAUTH\b"), Any(r"\bunknown(?!\[)|unimplemented|unrecogni[sz]ed|not implemented\b"),
         Any(r"\bcommand\b")),
        Any(r"mechanism|method|type"),
        near=90,
    ),
    Meaning(
        "server.rate-limited",
        (Any(stems.LIMIT), Any(stems.COUNTED), Any(stems.REACHED)),
        Any(r"recipient|\bsize\b|\b\d+ ?[KMG]i?B\b|bytes|octets|\b5\.3\.4|storage|disk|mailbox(?: is)? (?:full|"
            r"quota)|\bhops?\b|loop|header|attachment|"
            r"spam (?:score|limit)|\bline|too many errors|timeout|time limit|character|length|inbox|unlimited|"
            r"memory|file|retr(?:y|ies)|trying to contact|receiving|not (?:yet )?(?:exceeded|reached)|within|in use|"
            r"\bset to\b"),
        near=110,
    ),
    Meaning(
        "server.rate-limited",
        (Any(r"\btoo (?:many|much|fast|often|frequent\w*|quickly)\b"),
         Any(r"\b(?:log-?ins?|logons?|auth\w*|attempts?|connections?|sessions?|mails?|e-?mails|messages|sending)\b")),
        Any(r"recipient|\bhops?\b|\bline|errors|receiving|trying to contact|\bsize\b|waiting|in (?:the )?queue"),
        near=50,
    ),
    Meaning(
        "server.rate-limited",
        (Any(r"\b(?:throttl(?:ed|ing)|rate[ -]?limit(?:ed|ing)?|slow down|back off)\b"),),
        Any(r"recipient|greylist|\bset to|unlimited|configured|enabled"),
    ),
    Meaning(
        "server.account",
        (Any(stems.ACCOUNT), Any(stems.SHUT)),
        Any(r"recipient|tried to reach|\bto reach\b|user unknown|no such user|basic auth|auth\w* (?:is )?disabled|"
            r"password|token|certificate|dnsbl|\brbl\b|spamhaus|\bspf\b|dkim|dmarc|port|tls"),
        near=90,
    ),
    Meaning(
        "server.account",
        (Any(stems.ACCOUNT),
         Any(r"\b(?:not|no|n't|cannot|never|lacks?|without)[ -]?(?:\w+ ){0,2}(?:allowed|permitted|permissions?|"
             r"authori[sz]ed|privileges?|rights?|entitled|licen[cs]ed|be accessed)\b|\b(?:prohibited|forbidden)\b")),
        Any(r"recipient|relay|spf|dkim|dmarc|anonymous|unauthenticated|\bnot authenticated|plain ?text|clear ?text|"
            r"dnsbl|password"),
        near=90,
    ),
    Meaning(
        "session.auth-required",
        (Any(r"\b(?:authenti(?:cat\w+|fication)|AUTH|log(?:ged|ging)?[ -]?(?:in|on)|credentials|identify yourself|"
             r"user ?names? and passwords?|sign(?:ed)?[ -]in|smtp[ -]?auth)\b|authentifizier\w*|anmeld\w*|"
             r"autenticaci\w*|autentica\w*|uwierzytelni\w*|авториз\w*|аутентиф\w*|认证|验证|認証"),
         Any(stems.NEEDED, r"\b(?:not (?:yet )?(?:logged|authenticated)|without|did(?: not|n't) (?:authenticate|"
                           r"log))\b")),
        Any(r"(?:auth\w*|log-?in|logon)\W+(?:\w+\W+){0,3}(?:fail|unsucc|error|reject)|fail\w* (?:to )?(?:auth|log)|"
            r"authentication to \S{1,120} failed|log-?in denied|"
            r"invalid|incorrect|wrong|\bbad\b|check|expired|already|\btls\b|\bssl\b|starttls|encrypt|secure|spf|"
            r"dkim|dmarc|token|oauth|app(?:lication)?[ -]?(?:specific )?password|two[ -]factor|2fa|browser|"
            r"mechanism|method|type|unsupported|not (?:required|needed|necessary)|recipient|\bgroup\b|restriction|"
            r"=(?:true|false|yes|no|required)\b|not (?:support|available|enabled|offer|allowed|found)|temporar|"
            r"try again|later|tried|trying|error authenticating|unable|\bsame\b|(?-i:LOGIN only|only LOGIN)|match|"
            r"identical|cannot authenticate|"
            r"could not|user(?:name)? not|reject\w* (?:by|the)"),
        near=60,
    ),
    Meaning(
        "session.auth-required",
        (Any(r"\brelay\w*|\bsend\w*|\b(?:open|available|allowed|accepted|access)\b"), Any(r"\bonly\b"),
         Any(r"\bauthenticated\b")),
        Any(r"spf|dkim|dmarc|domain|\bgroup\b|\blist\b|recipient"),
        near=70,
    ),
    Meaning(
        "session.auth-required",
        (Any(r"\b(?:no|without|missing|lacks?)\b"), Any(r"\b(?:authentication|credentials|log-?in)\b"),
         Any(r"\b(?:given|sent|supplied|received|provided|present\w*)\b")),
        Any(r"mechanism|method|config|set\b|settings|env|token"),
        near=50,
    ),
    Meaning(
        "session.auth-required",
        (Any(r"\b(?:anonymous(?:ly)?|unauthenticated|unauthori[sz]ed)\b"),
         Any(r"\b(?:users?|clients?|senders?|mails?|e-?mails?|relay\w*|submission|sending|send|connections?|access|"
             r"hosts?)\b"),
         Any(stems.NOT, r"\bno\b")),
        Any(r"spf|dkim|dmarc|domain|tls connection|\bip\b|policy"),
        near=70,
    ),
    Meaning(
        "server.temporary",
        (Any(stems.AUTH),
         Any(r"\b(?:temporar\w+|try (?:again|later)|again later|currently un\w+|at present|down|overloaded|busy|"
             r"transient|internal (?:server )?error|maintenance)\b")),
        Any(r"too many|blocked|locked|limit"),
    ),
    Meaning(
        "server.bad-credentials",
        (Any(r"\busers?\b"), Any(r"\b(?:not found|unknown(?!\[)|no such|does(?: not|n't) exist)\b"),
         Any(r"\b(?:sasl|sasldb\d?|auth|authenticat\w+|log-?in|passdb)\b")),
        Any(r"recipient|mailbox|\brcpt\b|to=<|domain|mechanism"),
        near=120,
    ),
    Meaning(
        "server.bad-credentials",
        (Any(stems.PASSWORD), Any(stems.WRONG)),
        Any(r"spf|dkim|dmarc|\brelay|domain|unsupported|not (?:support|offer|available|enabled|adverti)|mechanism|"
            r"method|token|oauth|certificate|required|tls|ssl|handshake|host ?name|peer|password based smtp connect"),
        near=60,
    ),
    Meaning(
        "server.bad-credentials",
        (Any(stems.PASSWORD_ELSEWHERE), Any(stems.WRONG_ELSEWHERE)),
        Any(r"certificat|zertifikat|\btls\b|\bssl\b|certificado"),
    ),
)  # fmt: skip
"""In the order in which they are asked."""


@lru_cache(maxsize=512)
def meaning(text: str, codes: "tuple[str, ...] | None" = None) -> str:
    """The code of what a text says, by the first sentence that says any of `codes`; empty where none does."""
    pieces = tuple(sentences(text))
    for piece in pieces:
        for row in MEANINGS:
            if (codes is None or row.code in codes) and says(row, piece):
                return row.code
    return ""
