"""Python's smtplib with set_debuglevel."""

from tutor.explain.formats import Format, unquoted

FORMAT = Format(
    "smtplib",
    "Python's smtplib with set_debuglevel",
    r"""^(?:[\d:.]+ )?(?P<mark>send|reply): (?!retcode)(?P<line>b?['\"].*['\"])\s*$""",
    server=(b"reply",),
    client=(b"send",),
    noise=r"^(?:[\d:.]+ )?(?:reply: retcode|connect: (?:to )?\(|data: \()",
    clean=unquoted,
    glued=r"(?:send|reply): (?=b?['\"])",
    weight=3,
)
