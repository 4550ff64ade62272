"""SubEtha SMTP."""

from tutor.explain.formats import Format

FORMAT = Format(
    "subetha",
    "SubEtha SMTP",
    r"org\.subethamail\S{0,80} - (?P<mark>Client|Server): (?P<line>.*)$",
    server=(b"Server",),
    client=(b"Client",),
    noise=r"org\.subethamail",
    weight=4,
)
