"""DokuWiki's SMTP plugin."""

from tutor.explain.formats import Format

FORMAT = Format(
    "dokuwiki-smtp",
    "DokuWiki's SMTP plugin",
    r"^(?P<mark>Got|Sent): (?P<line>.*)$",
    server=(b"Got",),
    client=(b"Sent",),
    noise=r"^Connecting to \S+ at \d+",
)
