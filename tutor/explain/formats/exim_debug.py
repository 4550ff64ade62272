"""Exim with -d."""

from tutor.explain.formats import Format

FORMAT = Format(
    "exim-debug",
    "Exim with -d",
    r"^ *(?:[\d:]{8} )?(?P<key>\d{2,7}) +(?:SMTP(?P<mark><<|>>) (?P<line>.*)|(?P<line2>\d{3}[ -].*))$",
    server=(b">>",),
    client=(b"<<",),
    noise=r"^ *\d{2,7} (?:LOG: |  )|authenticator failed for ",
    weight=3,
    before="SMTP(?:<<|>>) ",
)
