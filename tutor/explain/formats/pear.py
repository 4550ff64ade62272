"""PEAR Net_SMTP with setDebug."""

from tutor.explain.formats import Format

FORMAT = Format(
    "pear",
    "PEAR Net_SMTP with setDebug",
    r"^DEBUG: (?P<mark>Send|Recv): (?P<line>.*)$",
    server=(b"Recv",),
    client=(b"Send",),
    noise=r"^DEBUG: ",
    weight=4,
)
