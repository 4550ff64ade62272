"""Nodemailer 3 and later."""

from tutor.explain.formats import Format

FORMAT = Format(
    "nodemailer",
    "Nodemailer 3 and later",
    r"(?:DEBUG|INFO) +\[(?P<key>[^\]]+)\] +(?P<mark>[SC]): ?(?P<line>.*)$",
    server=(b"S",),
    client=(b"C",),
    noise=r"(?:DEBUG|INFO) +(?:\[[^\]]+\] )?\S",
    weight=3,
)
