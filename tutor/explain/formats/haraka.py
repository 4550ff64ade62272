"""Haraka's log at the level protocol: what it serves, and what its own client says to another server."""

from tutor.explain.formats import Format

FORMAT = Format(
    "haraka",
    "Haraka",
    r"\[PROTOCOL\] \[(?P<key>[0-9A-Fa-f-]{8,}(?:\.\d+)*\] \[[^\]]{1,40})\] "
    r"(?P<mark>[SC]): ?(?P<line>.*?)(?: state=\d+)?$",
    server=(b"S",),
    client=(b"C",),
    noise=r"\[(?:DEBUG|INFO|NOTICE|PROTOCOL|WARN|ERROR|CRIT)\] \[(?:-|[0-9A-Fa-f-]{8,})",
    weight=4,
    before=r"\] [SC]: ?",
)
