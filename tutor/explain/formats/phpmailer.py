"""PHPMailer 5 and 6."""

from tutor.explain.formats import Format, unglued

FORMAT = Format(
    "phpmailer",
    "PHPMailer 5 and 6",
    r"(?P<mark>SERVER -> CLIENT|CLIENT -> SERVER): ?(?P<line>.*)$",
    server=(b"SERVER -> CLIENT",),
    client=(b"CLIENT -> SERVER",),
    noise=r"SMTP (?:ERROR|NOTICE|INFO): |^\d{4}-\d\d-\d\d .*Connection:",
    clean=unglued,
    weight=3,
)
