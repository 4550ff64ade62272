"""neomutt and mutt with -d."""

from tutor.explain.formats import Format

FORMAT = Format(
    "neomutt",
    "neomutt and mutt with -d",
    r"mutt_socket_\w+\(\)? ?\d+(?P<mark>[<>]) (?P<line>.*)$|^\d+(?P<mark2>[<>]) (?P<line2>.*)$",
    server=(b"<",),
    client=(b">",),
    noise=r"^\[[\d :-]+\]<[0-9EPM]> ",
    weight=3,
)
