"""<-- and -->, as msmtp prints them, and as people write by hand."""

from tutor.explain.formats import Format

FORMAT = Format(
    "arrows",
    "<-- and -->, as msmtp prints them, and as people write by hand",
    r"""^ ?(?P<mark><--|-->) ?(?P<line>(?!b['\"]).*)$""",
    server=(b"<--",),
    client=(b"-->",),
    noise=r"^(?:loaded system|using account|TLS certificate)",
)
