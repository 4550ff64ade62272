"""One JSON object a line, as loggers write it, with a protocol line as its message."""

from tutor.explain.formats import Format

_LINE = (
    r"(?:[2-5]\d\d(?:[ -][^\"]*?)?|(?i:(?:EHLO|HELO|MAIL FROM:|RCPT TO:) ?[^\"]*?|AUTH [A-Z0-9-]+(?: [^\"]*?)?|"
    r"STARTTLS|DATA|QUIT|RSET)|[A-Za-z0-9+/]+={0,2})"
)

FORMAT = Format(
    "json-lines",
    "JSON objects with the line as message",
    rf'^.{{0,200}}?\{{.{{0,600}}?"(?:msg|message|text|line|data|content)" ?: ?"(?P<line>{_LINE})(?:\\r)?(?:\\n)?"',
    both=True,
)
