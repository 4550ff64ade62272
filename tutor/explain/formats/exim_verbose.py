"""Exim with -v, as a client: no process in front, and `>>` is what it sent."""

from tutor.explain.formats import Format

FORMAT = Format(
    "exim-verbose",
    "Exim with -v, as a client",
    r"^ {0,4}SMTP(?P<mark><<|>>|\|>|\+>) (?P<line>(?!\().*)$",
    server=(b"<<",),
    client=(b">>", b"|>", b"+>"),
    noise=r"^(?:LOG: [A-Z ]+$|delivering \S+$|Connecting to |cmdlog: | {2}SMTP\()",
    weight=3,
)
