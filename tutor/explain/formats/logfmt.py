"""Lines of logfmt, as Go's loggers write them (logrus, slog), with what a side said as the message, its ends escaped.

Seen of go-guerrilla: `msg="Client sent: EHLO User"`, `msg="Writing response to client: \\n220 … #1 (1)\\r\\n"`.
"""

import re
from collections.abc import Iterable

from tutor.explain.formats import Format

_KEY = r"(?:msg|message|m|data|line|text|cmd|command|reply|response|resp|request|input|output|raw|payload)"
_LABEL = r"(?:\[?[A-Za-z][A-Za-z _-]{0,40}\]?(?: ?[:=]|>|<| ?[-=]+>| ?<[-=]+)(?:\\r|\\n| )*)"
_COMMAND = r"(?:(?i:EHLO|HELO) \S|(?i:MAIL FROM|RCPT TO):|AUTH [A-Z0-9-]{3,20}\b|(?:STARTTLS|DATA|QUIT|RSET)\b)"
_LINE = (
    rf"(?:[2-5]\d\d(?:[ -][^\"\\]*(?:\\.[^\"\\]*)*)?|{_COMMAND}[^\"\\]*(?:\\.[^\"\\]*)*|"
    r"[A-Za-z0-9+/]+={0,2}(?:\\r|\\n)*)"
)
_ENDS = re.compile(rb"\\r\\n|\\n|\\r")


def lines(text: bytes) -> Iterable[bytes]:
    """The lines between escaped ends, and a quotation mark without the backslash in front of it."""
    return [part.replace(b'\\"', b'"') for part in _ENDS.split(text) if part]


FORMAT = Format(
    "logfmt",
    "Lines of logfmt with what a side said as the message",
    rf"(?:^|\s){_KEY}=\"(?:\\r|\\n)*{_LABEL}?(?P<line>{_LINE})\"",
    noise=r"(?:^|\s)level=\w+ msg=",
    clean=lines,
    both=True,
)
