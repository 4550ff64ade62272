"""Dovecot: the submission service with mail_debug, and the auth service with auth_debug."""

from collections.abc import Iterable

from tutor.explain.formats import Format

_KEYWORDS = frozenset(
    b"8BITMIME AUTH BINARYMIME BURL CHUNKING DSN ENHANCEDSTATUSCODES ETRN PIPELINING SIZE SMTPUTF8 STARTTLS VRFY "
    b"XCLIENT".split()
)
"""What Dovecot's submission service can offer."""


def lines(text: bytes) -> Iterable[bytes]:
    """The reply to EHLO stands on one line; each keyword begins one of its own."""
    if not text.startswith(b"250-"):
        return [text]
    parts: list[list[bytes]] = [[]]
    for word in text[4:].split():
        if word in _KEYWORDS:
            parts.append([])
        parts[-1].append(word)
    return [(b"250 " if n == len(parts) - 1 else b"250-") + b" ".join(part) for n, part in enumerate(parts)]


FORMAT = Format(
    "dovecot",
    "Dovecot's log with debugging",
    r"smtp-server: conn (?P<key>\S+) \[\d+\]: (?:(?:command \w+: \d\d\d reply: )?(?P<mark>Sent)"
    r"|(?P<mark2>Received new command|Received AUTH response)): (?P<line>.*)$",
    server=(b"Sent",),
    client=(b"Received new command", b"Received AUTH response"),
    noise=r"\b(?:auth|auth-worker|submission-login|submission)(?:\([^()]*\))?(?:<[^<>]*>)*: "
    r"(?:Debug|Info|Warning|Error|Fatal): ",
    clean=lines,
    owner=r"auth: Debug: client in: AUTH\t(?P<begin>(?P<key>)\d+\t\S+\tservice=(?!submission))",
    weight=4,
)
