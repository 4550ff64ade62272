"""go-smtpproxy: the session with the upstream server, `->` and `<-` in clear, `~>` and `<~` inside TLS."""

from collections.abc import Iterable

from tutor.explain.formats import Format, plain


def without_own_words(text: bytes) -> Iterable[bytes]:
    """The proxy tells in its own words what came of EHLO and DATA."""
    return [] if text.startswith((b"EHLO success", b"DATA accepted")) else [plain(text)]


FORMAT = Format(
    "go-smtpproxy",
    "go-smtpproxy: the session with the upstream server, `->` and `<-` in clear, `~>` and `<~` inside TLS",
    r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \t?(?P<mark><-|<~|->|~>) ?(?P<line>.*)$",
    server=(b"<-", b"<~"),
    client=(b"->", b"~>"),
    clean=without_own_words,
    noise=r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:---Connecting upstream|< Connection success|\tUpstream capabilities: )",
    weight=3,
)
