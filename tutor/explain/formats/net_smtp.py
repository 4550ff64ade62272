"""Perl's Net::SMTP with Debug."""

from tutor.explain.formats import Format

FORMAT = Format(
    "net-smtp",
    "Perl's Net::SMTP with Debug",
    r"Net::SMTP[\w:]{0,60}=GLOB\((?P<key>0x[0-9a-f]+)\)(?P<mark><<<|>>>) (?P<line>(?!\(decoded\)).*)$",
    server=(b"<<<",),
    client=(b">>>",),
    noise=r"^Net::SMTP[\w:]{0,60}(?:>>>|=GLOB)",
    weight=3,
    before=r"\)(?:<<<|>>>) ",
)
