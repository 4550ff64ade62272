"""curl -v."""

from tutor.explain.formats import Format

FORMAT = Format(
    "curl",
    "curl -v",
    r"^(?P<mark>[<>]) (?P<line>.*)$",
    server=(b"<",),
    client=(b">",),
    noise=r"^(?:\* |[{}] \[\d+ bytes data\]|curl: \()",
)
