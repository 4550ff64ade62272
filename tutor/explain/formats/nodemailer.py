"""Nodemailer 2 and later, and its smtp-server."""

from tutor.explain.formats import Format

FORMAT = Format(
    "nodemailer",
    "Nodemailer 2 and later, and smtp-server",
    r"(?:DEBUG|INFO):? +\[#?(?P<key>[^\]]{1,64})\] +(?:(?P<mark>[SC]): ?(?P<line>.*)|(?P<line2>[2-5]\d\d[ -].*))$",
    server=(b"S",),
    client=(b"C",),
    noise=r"(?:DEBUG|INFO|ERROR):? +(?!SMTPS?: )(?:\[[^\]]{1,64}\] )?\S",
    telling=False,
    weight=3,
    before=r"\] +[SC]: ?",
)
