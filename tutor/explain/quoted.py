"""Floor 4: SMTP replies that stand inside other text: a sentence, JSON, a stack trace, a line of any log.

Times, ports, sizes, line numbers and the codes of HTTP are no replies. So a number is taken for one
only where what stands around it shows that it is.
"""

import re
from collections.abc import Iterator

from tutor.explain import wording
from tutor.records import Record


class Quoted(Record):
    """A reply inside other text."""

    code: int
    """0 where only the enhanced code was kept."""
    enhanced: str
    text: str


_LEAD = (
    r"(?:respon(?:se|ded)|repl(?:y|ied)|said|answer(?:ed)?|got|msg|message|received|returned|error|failed|failure|"
    r"reason|rejected|refused|to me|greeting)\W{1,8}"
)
"""What programs write in front of a reply: behind it the text may begin in any way."""
_BEGIN = (
    r"(?:[A-Z(#<]|(?:access|account|auth|bad|daily|encryption|mechanism|please|quota|sender|starttls|error|"
    r"incorrect|invalid|log|message sending|must|no|not|relay|sending|smtp|sorry|"
    r"temporar|too|unauth|unrecogni|user|wrong|you)\w*\b)"
)
_COUNTED = (
    r"(?!(?:[kKMG]i?B|bytes?|octets?|commits|connections?|days?|e?-?mails|files|hours?|in|items|lines|messages|min|"
    r"minutes?|"
    r"ms|msgs?|of|out|recipients|requests?|rows|s|secs?|seconds?|times|tokens|users|words)\b)"
)
"""What makes a number a count: the number of a reply is followed by something else."""
_TEXT = rf"(?P<text>{_BEGIN}[^\r\n]*)"
_ENHANCED = r"(?P<enhanced>[45]\.\d{1,3}\.\d{1,3})"
_QUOTED = re.compile(
    r"(?<![\w.:/\\#-])(?<!\.php\()(?!587|465|40\d|429)(?P<code>[45]\d\d)"
    r"(?:[ -]{1,3}|: ?|, b?['\"]|\): |(?:\"|')?, (?:with message|response):? ?[\"']?)"
    rf"(?:{_ENHANCED}[ :]*)?{_TEXT}"
)
_LED = wording.Any(rf"{_LEAD}(?P<code>[45]\d\d)\.?[ -](?:{_ENHANCED}[ :]*)?{_COUNTED}(?P<text>[^\r\n]+)")
_TUPLE = wording.Any(rf"\((?P<code>[45]\d\d), b?['\"](?:{_ENHANCED}[ :]*)?(?P<text>[^\r\n]+)")
"""As Python shows a reply in its exceptions."""
_SURE = wording.Any(
    r"(?<![\w.:/\\-])(?:4\d\d[ -]{1,2}#?4|5\d\d[ -]{1,2}#?5)\.[0-7]\.\d{1,3}\b",  # code and enhanced code, of one class
    r"(?<![\w.:/\\-])[45]\d\d\.? [^\n]{1,200}\(#[45]\.[0-7]\.\d{1,3}\)",  # as qmail writes it
    r"\bSMTP\w{0,30}(?:Error|Exception|Busy)\b\W{1,3}[45]\d\d\b",  # Ruby, Python
    r"\bSMTP (?:server )?(?:error|response|reply|said)\W{1,3}[45]\d\d [A-Za-z]",
    r"\b[45]\d\d,? [\"']?command [\"'][A-Z]",
    r"\bremote host said: [45]\d\d ",  # qmail-remote
)
"""What only a reply of SMTP looks like."""
_LIBETPAN = {
    "SERVICE_NOT_AVAILABLE": 421, "AUTH_TRANSITION_NEEDED": 432, "AUTH_TEMPORARY_FAILTURE": 454,
    "AUTH_NOT_SUPPORTED": 504, "AUTH_REQUIRED": 530, "AUTH_TOO_WEAK": 534, "AUTH_LOGIN": 535,
    "AUTH_AUTHENTICATION_FAILED": 535, "AUTH_ENCRYPTION_REQUIRED": 538,
}  # fmt: skip
"""Codes as libetpan names and spells them (src/low-level/smtp/mailsmtp_types.h); Mailspring and MailCore show it."""
_NAMED = wording.Any(rf"\bMAILSMTP_ERROR_(?P<name>{'|'.join(_LIBETPAN)})\b")
_NOT_AVAILABLE = wording.Any(r"service not available, closing transmission channel")
"""What .NET says for 421 (SmtpStatusCode.ServiceNotAvailable), whatever the server's words are."""
_SAID_BEFORE = re.compile(
    r"(?:\A|[^\w\s=]|\b(?:errors?|codes?|reply|response|status|server|smtp|got|said|says|returned|received|with|"
    r"message|msg|failed|fail|failure|is|was)=?)[\s\"']*\Z",
    re.IGNORECASE,
)
"""What stands in front of a reply whose text begins like a sentence's words: nothing, a sign, or who says what."""
_NAMES = {
    "ServiceNotAvailable": 421, "TemporaryAuthenticationFailure": 454, "AuthenticationRequired": 530,
    "AuthenticationMechanismTooWeak": 534, "AuthenticationInvalidCredentials": 535,
    "EncryptionRequiredForAuthenticationMechanism": 538,
}  # fmt: skip
"""Codes as MailKit writes them out (`SmtpStatusCode`)."""
_ENHANCED_ALONE = re.compile(rf"(?:\b(?P<name>{'|'.join(_NAMES)}): |(?<![\w.])){_ENHANCED}[ :]+{_TEXT}")
_CODE_ALONE = wording.Any(
    r"(?:response:? ?|code:? ?|code received from server |error ?|returned ?)[\"(]*(?P<code>[45]\d\d)\b"
)
_ALONE = wording.Any(r"\b(?:permanent|transient) error \([45]\d\d\)", r"\bsmtp\b[^\n]{0,80}(?<![\w.:])53[0458]\b(?!:)")
_WORDS = {
    "Permanent": 5, "Transient": 4, "Syntax": 0, "Information": 1, "Connections": 2, "Unspecified3": 3,
    "Unspecified4": 4, "MailSystem": 5, "Zero": 0, "One": 1, "Two": 2, "Three": 3, "Four": 4, "Five": 5, "Six": 6,
    "Seven": 7, "Eight": 8, "Nine": 9,
}  # fmt: skip
_DIGIT = f"({'|'.join(_WORDS)})"
_SPELT = wording.Any(rf"severity: {_DIGIT}NegativeCompletion, category: {_DIGIT}, detail: {_DIGIT}")
"""The three digits of a reply (RFC 5321 section 4.2.1) as lettre names them, one by one."""
_CLOSED = re.compile(r"[\"'](?=[,.)}\]]|\s*$)|\\[rn]")
"""Where a quotation ends."""


def replies(note: str) -> Iterator[Quoted]:
    """The replies that a program's sentence quotes, the first one first."""
    found = _NOT_AVAILABLE.search(note) is not None
    if found:
        yield Quoted(421, "", "")
    for named in _NAMED.pattern.finditer(note):
        found = True
        yield Quoted(_LIBETPAN[named["name"].upper()], "", "")
    said = (
        [match for match in _QUOTED.finditer(note) if _no_count(note, match)]
        or [*_LED.pattern.finditer(note)]
        or [*_TUPLE.pattern.finditer(note)]
    )
    for match in (*said, *_ENHANCED_ALONE.finditer(note)):
        groups = match.groupdict()
        code = groups.get("code") or _NAMES.get(groups.get("name") or "")
        if "name" in groups and found:
            return
        found = True
        yield Quoted(int(code or 0), match["enhanced"] or "", _CLOSED.split(match["text"], maxsplit=1)[0])
    if not found:
        yield from (Quoted(int(match["code"]), "", "") for match in _CODE_ALONE.pattern.finditer(note))
        yield from (Quoted(_spelt(match), "", "") for match in _SPELT.pattern.finditer(note))


def _no_count(note: str, match: "re.Match[str]") -> bool:
    """Whether a number that small words follow is a reply's all the same, and does not count them."""
    if match["enhanced"] or not (match["text"][:1].islower() or note[: match.start()].endswith("=")):
        return True
    return _SAID_BEFORE.search(note[max(0, match.start() - 40) : match.start()]) is not None


def certain(note: str) -> bool:
    """Whether a text holds a reply of SMTP beyond doubt, whatever it is about."""
    return any(words.search(note) for words in (_SURE, _NOT_AVAILABLE, _NAMED)) and not wording.foreign(note)


def _spelt(match: "re.Match[str]") -> int:
    return int("".join(str(_WORDS.get(word, 0)) for word in match.groups()))


def tells_code(note: str) -> bool:
    """Whether a program tells an SMTP reply by its code alone, in a way that only programs for mail have."""
    return _ALONE.search(note) is not None or _SPELT.search(note) is not None


def refuses_login(text: str) -> bool:
    """Whether a reply refuses credentials by its enhanced code, whatever code stands in front."""
    return any(wording.BY_ENHANCED.get(one.enhanced) == "server.bad-credentials" for one in replies(text))
