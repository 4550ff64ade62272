"""Twisted's log of a failed delivery."""

from tutor.explain.formats import Format

FORMAT = Format(
    "twisted",
    "Twisted's log",
    r"^\S+ \S+ \[[^\]]*\] (?P<mark>>>>|<<<) (?P<line>.*)$",
    server=(b"<<<",),
    client=(b">>>",),
    noise=r"^\d{4}-\d\d-\d\d[ T]\S+ \[[^\]]*\] ",
    telling=False,
    weight=4,
)
