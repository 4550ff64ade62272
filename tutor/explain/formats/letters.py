"""S: and C:, as RFCs, MailKit, esmtp and GNU Mailutils write."""

from tutor.explain.formats import Format

FORMAT = Format(
    "letters",
    "S: and C:, as RFCs, MailKit, esmtp and GNU Mailutils write",
    r"^\s*(?:[\w.-]+: )?(?P<mark>[SC]): ?(?P<line>.*)$",
    server=(b"S",),
    client=(b"C",),
    noise=r"^Connected to smtps?://",
)
