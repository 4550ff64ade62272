"""SnappyMail and RainLoop."""

from tutor.explain.formats import Format

FORMAT = Format(
    "snappymail",
    "SnappyMail and RainLoop",
    r"\]\[(?P<key>\w+)\] SMTP\[\w+\]: (?P<mark>[<>]) (?P<line>.*)$",
    server=(b"<",),
    client=(b">",),
    noise=r"\] SMTP\[\w+\]:",
    weight=4,
    before=r"\]: [<>] ",
)
