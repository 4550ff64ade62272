"""neomutt and mutt with -d."""

from tutor.explain.formats import Format

FORMAT = Format(
    "neomutt",
    "neomutt and mutt with -d",
    r"mutt_socket_\w{1,30}\(\)? ?\d+(?P<mark>[<>]) (?P<line>.*)$"
    r"|^(?:\[[\d :-]{19}\] )?\d+(?P<mark2>[<>]) (?P<line2>.*)$",
    server=(b"<",),
    client=(b">",),
    noise=r"^\[[\d :-]{19}\](?:<[0-9EPM]> | (?:Mutt/|Reading configuration|mutt_|smtp_))",
    weight=3,
)
