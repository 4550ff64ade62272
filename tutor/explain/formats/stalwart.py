"""Stalwart."""

from tutor.explain.formats import Format, split_crlf

FORMAT = Format(
    "stalwart",
    "Stalwart",
    r"event=\"(?P<mark>read|write)\" data=\"(?P<line>[^\"\\]*(?:\\.[^\"\\]*)*)\"",
    server=(b"write",),
    client=(b"read",),
    noise=r"smtp::inbound::|imap::core::",
    clean=split_crlf,
    weight=4,
)
