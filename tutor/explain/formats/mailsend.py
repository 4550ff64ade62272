"""mailsend."""

from tutor.explain.formats import Format

FORMAT = Format(
    "mailsend",
    "mailsend",
    r"^\[(?P<mark>[SC])\] (?P<line>.*)$",
    server=(b"S",),
    client=(b"C",),
    noise=r"^Connecting to \S+:\d+",
    weight=3,
)
