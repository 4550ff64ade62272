"""Floor 4: a login that Dovecot's auth service refused, and which of name and password was wrong.

Dovecot judges logins for IMAP and POP3 too, and its line does not tell for which: the lines around it do, or nothing.
"""

import re
from collections.abc import Iterator

from tutor.explain.by_words import vaguely
from tutor.explain.facts import Facts
from tutor.explain.finding import Finding, finding

_JUDGED = re.compile(
    r"\bauth(?:-worker)?(?:\(\d{1,10}\)|<[^<>\s]{1,60}>){0,2}: (?:(?:Info|Debug): )?(?:conn [^\n]{1,80}: )?"
    r"[\w-]{2,20}\([^(),\n]{0,300}(?:,(?P<ip>[\da-fA-F.:]{2,45}))?(?:,[^()\n]{0,100})?\)"
    r"(?:<[^<>\s]{0,60}>){0,2}: (?P<what>Password mismatch|unknown user)\b",
    re.IGNORECASE,
)
"""src/auth/auth-request.c: auth_request_log_password_mismatch, auth_request_log_unknown_user."""
_OF_AUTH = re.compile(r"\bauth(?:-worker)?(?:\(\d{1,10}\)|<[^<>\s]{1,60}>){0,2}: ")
_OF_SMTP = re.compile(r"\bservice=(?:smtp|submission)\b|\bsubmission-login\b|\bsmtpd\[|\bexim\b", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"\bservice=\w|\b(?:imap|pop3|managesieve|sieve|lmtp|doveadm|indexer|xmpp)(?:-login)?\b", re.IGNORECASE
)
_REFUSED = re.compile(r"\bsmtpd\[\d+\]: warning: [^\n]{1,300}: SASL \S{1,20} authentication failed\b")
_MISMATCH = "Dovecot knows this user, and the password is another one: `Password mismatch`."
_UNKNOWN = "Dovecot does not know this user name: `unknown user`."
_UNTOLD = " The line does not tell whether the login was of SMTP, IMAP or POP3."
_TYPE_AGAIN = (
    "Type the password again. As the administrator: compare it with the password's record, and mind its scheme."
)
_OTHER_NAME = (
    "Check the name: with or without its domain. As the administrator: look at passdb and auth_username_format."
)


def dovecot(facts: Facts) -> Iterator[Finding]:
    """What Dovecot's auth service says of a refused login by SMTP, or of one of which nothing tells the protocol."""
    if facts.replies:
        return
    judged = [(n, match["what"], match["ip"]) for n, text in facts.notes if (match := _JUDGED.search(text)) is not None]
    if not judged:
        return
    told = any(_OF_SMTP.search(text) for _, text in facts.notes)
    if not told and not all(_OF_AUTH.search(text) for _, text in facts.notes):
        return
    if not told and any(_OF_ANOTHER.search(text) for _, text in facts.notes):
        return
    n, what, address = judged[-1]
    refused = [text for _, text in facts.notes if _REFUSED.search(text)]
    if refused and not any(address and f"[{address}]" in text for text in refused):
        yield from vaguely(facts)  # of another client
    known = what.lower() == "password mismatch"
    summary = (_MISMATCH if known else _UNKNOWN) + ("" if told else _UNTOLD)
    fix = _TYPE_AGAIN if known else _OTHER_NAME
    found = finding("server.bad-credentials", n, summary, "likely" if told else "possible", fix)
    yield found._replace(source=f"Dovecot source, src/auth/auth-request.c; {found.source}")
