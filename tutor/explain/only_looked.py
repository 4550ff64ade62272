"""Floor 4: sessions in which nothing was refused and nothing was tried: somebody looked at the list and left.

A monitor does this, and so does a program that was given no name. The log does not tell them apart, so
what is said is only possible; and it is said only where this session is the whole log, never of one among many.
"""

import re
from collections.abc import Iterator

from tutor.explain.facts import Facts
from tutor.explain.finding import Finding, finding
from tutor.explain.without_login import UNSEEN, left_at_once, says_goodbye

_WATCHES = re.compile(
    r"monitor|check_|health|nagios|icinga|zabbix|\bprobe|blackbox|uptime|\bscan|--auth(?:type)?[= ](?:none|off|no)\b",
    re.IGNORECASE,
)
"""Who says of himself that he only looks."""
_GUESSES = b"we-guess.mozilla.org"
"""The name that Thunderbird's account wizard gives (comm-central, GuessConfig.sys.mjs): it reads the list, no more."""
_ENDED = re.compile(r"\b(?:closed?|closing|closes|lost|ended|disconnect(?:ed|ing)?)\b", re.IGNORECASE)
_LOGGED_IN = re.compile(r"\b(?:logged in|authenticated|auth\w* (?:ok|succe\w+|complete\w*))\b", re.IGNORECASE)


def only_looked(facts: Facts) -> Iterator[Finding]:
    """EHLO, the list, and goodbye; or a list without AUTH, which is the last line."""
    if not facts.alone or not facts.listed or not left_at_once(facts):
        return
    hello = next(one for one in reversed(facts.seen) if one.line[:4].upper() == b"EHLO")
    if facts.said(UNSEEN) is not None or _LOGGED_IN.search(facts.whole) is not None:
        return
    if _WATCHES.search(facts.whole) is not None or _WATCHES.search(hello.line.decode("latin-1")) is not None:
        return
    answer = facts.reply_behind(hello)
    n = hello.n if answer is None else answer[0]
    if facts.offered:
        if says_goodbye(facts) or any(at > n and _ENDED.search(text) for at, text in facts.notes):
            yield _unused(hello.line, n, ", ".join(sorted(facts.offered)))
    elif facts.starttls:
        summary = "The reply to EHLO has no AUTH, and it has STARTTLS: this server takes logins behind TLS only."
        fix = "STARTTLS, then EHLO again, then AUTH. By hand: openssl s_client -starttls smtp -crlf -connect HOST:587"
        yield finding("session.auth-not-offered", n, summary, "possible", fix, failed=False)
    else:
        summary = "The reply to EHLO has no AUTH: there is no login on this port."
        fix = "Use port 587 or 465. As the administrator: switch AUTH on for this port."
        yield finding("session.auth-not-offered", n, summary, "possible", fix, failed=False)


def _unused(hello: bytes, n: int, listed: str) -> Finding:
    if _GUESSES in hello:
        summary = f"AUTH was offered ({listed}). Thunderbird's account wizard only looked, and left; nothing failed."
        fix = "Look at its next connection: the login comes there."
        return finding("session.auth-never-sent", n, summary, "possible", fix, failed=False)
    summary = f"AUTH was offered ({listed}); the client left without using it. Nothing was refused."
    fix = "A health check does this, and all is well. Else give the client a user name and a password."
    return finding("session.auth-never-sent", n, summary, "possible", fix, failed=False)
