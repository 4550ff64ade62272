"""A time, then >> or <<."""

from tutor.explain.formats import Format

FORMAT = Format(
    "timed",
    "A time, then >> or <<",
    r"^\d\d:\d\d:\d\d\.\d+: (?P<mark>>>|<<) (?P<line>.*)$",
    server=(b"<<",),
    client=(b">>",),
    weight=3,
)
