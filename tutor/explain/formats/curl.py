"""curl -v; Symfony Mailer's debug text has the same marks."""

from tutor.explain.formats import Format

FORMAT = Format(
    "curl",
    "curl -v, or Symfony Mailer's debug text",
    r"^(?P<mark>[<>]) (?P<line>.*)$",
    server=(b"<",),
    client=(b">",),
    noise=r"^(?:\* (?!(?:OK|NO|BAD|BYE|PREAUTH|CAPABILITY|\d+ EXISTS)\b)|[{}] \[\d+ bytes data\]|curl: \()",
)
