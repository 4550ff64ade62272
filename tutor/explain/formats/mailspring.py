"""Mailspring."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "mailspring",
    "Mailspring",
    NEVER,
    noise=r"^-+(?:SMTP|IMAP)-+$|^SMTP Last Response Code:",
    bare=True,
    weight=20,
)
