"""S: and C:, as RFCs and MailKit write."""

from tutor.explain.formats import Format

FORMAT = Format(
    "letters",
    "S: and C:, as RFCs and MailKit write",
    r"^\s*(?:[a-z]+: )?(?P<mark>[SC]): ?(?P<line>.*)$",
    server=(b"S",),
    client=(b"C",),
    noise=r"^Connected to smtps?://",
)
