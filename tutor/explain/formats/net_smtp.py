"""Perl's Net::SMTP with Debug."""

from tutor.explain.formats import Format

FORMAT = Format(
    "net-smtp",
    "Perl's Net::SMTP with Debug",
    r"Net::SMTP\S*=GLOB\((?P<key>0x[0-9a-f]+)\)(?P<mark><<<|>>>) (?P<line>.*)$",
    server=(b"<<<",),
    client=(b">>>",),
    weight=3,
)
