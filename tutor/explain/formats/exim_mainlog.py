"""Exim's main log: refused logins."""

from tutor.explain.formats import Format

FORMAT = Format(
    "exim-mainlog",
    "Exim's main log: refused logins",
    r"\w+ authenticator failed for .*?: (?P<line>[45]\d\d .*?)(?: \(set_id=[^)]*\))?$",
    server=(b"x",),
    weight=3,
)
