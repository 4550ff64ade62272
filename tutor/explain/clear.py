"""Floor 4: passwords in clear, in lines that are no dialogue: settings, commands, code, notes.

People paste the file that holds the password next to the error. In doubt a value is masked; a
sentence that only speaks of a password (`password: too weak`, `Password mismatch`) stays.
"""

import re
from functools import lru_cache

from tutor.spans import Span

_LONGEST = 1 << 16
"""Octets of a line that are searched; a longer one is searched up to there."""
_NEEDLES = tuple(b"pass pwd secret token key :// login auth kennwort -u --user -ap base64 ]: \\0 sg. ya29. @".split())
"""A line without any of these, in lower case, holds nothing that is found here."""

_WORD = (
    rb"(?:pass(?:w(?:or[dt]|d)|phrase|code)?|pwd|kennwort|secret|token|"
    rb"(?:secret|access|api)[ _-]{0,2}(?:access[ _-]?)?key)"
)
_QUOTED = rb"""\\{0,3}(?:"([^"\n]{1,400})"|'([^'\n]{1,400})')"""
_STRING = rb"""(?:"[^"\n]{0,300}"|'[^'\n]{0,300}'|[\w.]{1,100})"""
_VALUE = rb"(?:" + _QUOTED + rb"""|([^\s"'`,;&<>{}()\[][^\s"'`,;&<>]{0,400}))"""
_NUL = rb"(?:\\(?:0{1,3}|x00|u0000)|\0)"

_SURE = (
    # password=…, MAIL_PASSWORD="…", $mail->Password = '…', "pass" => "…"
    _WORD + rb"[\\\"'\]]{0,6}\s{0,3}(?:=>|:?=(?![=>]))\s{0,3}" + _VALUE,
    # <add key="smtpPass" value="…">, <password>…</password>
    _WORD + rb"[\"']\s{1,3}value\s{0,3}=\s{0,3}" + _QUOTED,
    rb"<[\w:.-]{0,40}" + _WORD + rb">([^<>]{1,400})</",
    # smtp://name:password@host
    rb"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,200}:([^\s/\"'<>]{1,200})@",
    # swaks -ap, curl --user name:password, and their like
    rb"(?:^|\s)(?:-[ax]p|--?(?:auth-?)?pass(?:word|wd|phrase)?|--oauth2-bearer|--?token)[\s=]{1,3}(?!-)" + _VALUE,
    rb"(?:^|\s)(?:-u|--user)[\s=]{0,3}[\"']?[^\s:/\"'-][^\s:/\"']{0,200}:([^\s/\"'][^\s\"']{0,200})",
    # server.login('ada', '…'), smtp.PlainAuth("", "ada", "…"), auth=("ada", "…")
    rb"\b(?:login|auth\w{0,12}|plainauth|networkcredential|\w{0,20}credentials?|passwordauthentication)\s{0,3}[=:]?\s{0,3}[(\[]"
    rb"(?:\s{0,3}" + _STRING + rb"\s{0,3},){1,2}\s{0,3}[rbu]?" + _QUOTED,
    # A PLAIN message (RFC 4616 section 2) as it is typed into a shell
    _NUL + rb"[^\\\0\s\"']{1,200}" + _NUL + rb"([^\"'\\\0]{1,200})",
    rb"\b(?:echo|printf|print)\s(?:-\w{1,3}\s|[\"']?%s[\"']?\s){0,3}\s{0,3}" + _VALUE + rb"\s{0,3}\|[^|\n]{0,40}base64",
    # openssl passwd …
    rb"\bopenssl\s{1,3}passwd\s(?:-\w{1,9}\s){0,3}" + _VALUE,
    # Keys that no word of a sentence is as long as, or that say themselves what they are
    _WORD + rb"(?:\s{1,3}is)?\s{1,3}(?=[^\s\d]{0,200}\d)(?=[^\sa-z]{0,200}[a-z])([a-z0-9_.+/=-]{20,400})",
    rb"\b(SG\.[\w-]{16,40}\.[\w-]{16,80}|xsmtpsib-[0-9a-f]{16,100}-\w{4,40}|ya29\.[\w.-]{20,400})",
)  # fmt: skip
_LABELLED = _WORD + rb"[\\\"'\]]{0,6}\s{0,3}:\s{0,3}" + _VALUE
"""`password: …`, `"pass": "…"`; and perhaps a sentence."""
_NETRC = rb"\blogin\s{1,5}(?!(?:and|or|name)\s)\S{1,200}\s{1,5}pass(?:word|wd)?\s{1,5}" + _VALUE
_ALONE = (
    rb"^[\s#;*\"'-]{0,8}(?:set\s{1,3}|export\s{1,3})?[\w.-]{0,40}?("
    + _WORD
    + rb")\s{1,20}(?:"
    + _QUOTED
    + rb"|(\S{1,400}))\s*;?$"
)
"""A word, its value, and nothing else: msmtp and fetchmail, and POP3's PASS (RFC 1939 section 7)."""
_AUTH = (
    rb"^\s{0,3}(?:AUTH\s{1,3}(?:LOGIN|PLAIN)|[a-z]{0,3}[0-9]{1,6}\s{1,3}LOGIN)\s{1,3}(\S{1,300})\s{1,3}"
    rb"(?:" + _QUOTED + rb"|(\S{1,300}))\s*$"
)
"""Name and password in clear behind AUTH, and IMAP's LOGIN (RFC 9051 section 6.2.3)."""
_MAP = (
    rb"^\s*(?:\[[\w.:-]{1,200}\]|[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}|[^\s@:]{1,64}@[\w.-]{1,200})(?::\w{1,10})?[\s=]{1,20}"
    rb"[^\s:=/\[\]]{1,200}:(\S{1,200})\s*$"
)
"""A line of Postfix's `smtp_sasl_password_maps`: `[host]:587 name:password`."""

_NO_VALUE = frozenset(
    b"yes no on off true false none null nil undefined empty required incorrect wrong invalid missing expired rejected "
    b"mismatch failed failure denied error unknown ok accepted unavailable unsupported disabled enabled refused "
    b"changed sent given set unset plain login prompt ask string bytes optional here authentication verification "
    b"hidden is was with for not and or has too must encrypted normal cleartext auth based attempt hash command file "
    b"policy reset username password".split()
)
"""What stands behind such a word and is no password: it says something of one."""
_NAMING = (
    rb"[$%]\w+%?|\$\{[^}]*\}|\$\(.*|\$\w+(?:->|\[).*|(?:os|process|sys|config|self|settings|args|env|this)\b[.\[(].*|"
    rb"[a-z_][\w.]*\(.*|[a-z_]\w*\[|(?:hash|lmdb|btree|texthash|file|static|pipe|proxy|regexp):\S*|\W{1,3}|[\d.-]{1,9}"
)
"""What names a value and is none: `$PASS`, `getenv(`, `hash:/etc/postfix/sasl_passwd`; and codes."""


def passwords(line: bytes) -> list[Span]:
    """Where passwords stand in clear, or what is likely one; octets of the line."""
    low = line.lower()
    if not any(needle in low for needle in _NEEDLES):
        return []
    line = line[:_LONGEST]
    spans = [span for source in (*_SURE, _MAP) for match in _compiled(source).finditer(line) for span in _values(match)]
    for source in (_LABELLED, _NETRC):
        for match in _compiled(source).finditer(line):
            spans += [span for span in _values(match) if not _is_sentence(line, match.start(), span)]
    alone, both = _compiled(_ALONE).match(line), _compiled(_AUTH).match(line)
    if alone is not None:
        capital = alone[1][:1].isupper() and alone[1][1:].islower()
        spans += [span for span in _values(alone, 2) if not (capital and _is_word(line[span.start : span.end]))]
    if both is not None and not _is_offer(both[1]) and not _is_none(both[1]):
        spans += _values(both, 2)
    return spans


@lru_cache(maxsize=32)
def _compiled(source: bytes) -> "re.Pattern[bytes]":
    return re.compile(source, re.IGNORECASE)


def _values(match: "re.Match[bytes]", first: int = 1) -> list[Span]:
    groups = range(first, match.re.groups + 1)
    spans = [Span(*match.span(group)) for group in groups if match[group] and not _is_none(match[group])]
    # Dovecot writes `(given password: …)`.
    closed = match[0].endswith(b")") and b"(" in match.string[: match.start()] and b"(" not in match[0]
    return [Span(span.start, span.end - 1) if closed and span.end == match.end() else span for span in spans]


def _is_none(value: bytes) -> bool:
    """Whether it is no password: a word such as `required`, the name of a variable, a mask."""
    from tutor.explain.masks import masked

    low = value.strip(b".!,:?()").lower()
    return not low or low in _NO_VALUE or _compiled(_NAMING).fullmatch(value) is not None or masked(value)


def _is_word(value: bytes) -> bool:
    """Whether it may be a word of a sentence: nothing but letters."""
    return value.rstrip(b".!?:,").isalpha() and value[1:].islower()


def _is_sentence(line: bytes, start: int, span: Span) -> bool:
    """Whether words go on behind a word: `password: too weak`; or the quotation mark in front of it ends one."""
    quote = line[span.start - 1 : span.start]
    if quote in (b'"', b"'"):
        return quote not in line[start : span.start - 1] and line.count(quote, 0, start) % 2 == 1
    return _is_word(line[span.start : span.end]) and line[span.end :].lstrip()[:1].isalpha()


def _is_offer(word: bytes) -> bool:
    """Whether it is a mechanism's name: then the line is a list of them."""
    from tutor.sasl import registry

    return registry.get(word.decode("ascii", "replace").upper()) is not None
