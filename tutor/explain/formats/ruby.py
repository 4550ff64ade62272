"""Ruby's Net::SMTP with set_debug_output: `->` is what came from the server."""

from tutor.explain.formats import Format, split_crlf


def lines(text: bytes) -> list[bytes]:
    """What Ruby's `inspect` wrote: a quotation mark inside has a backslash."""
    return [line.replace(b'\\"', b'"').replace(b"\\\\", b"\\") for line in split_crlf(text)]


FORMAT = Format(
    "ruby",
    "Ruby's Net::SMTP with set_debug_output",
    r"^(?P<mark>->|<-) \"(?P<line>.*)\"$",
    server=(b"->",),
    client=(b"<-",),
    noise=r"^(?:Connection opened: |TLS connection started|/\S+\.rb:\d+:in |\tfrom /\S+\.rb:\d+)",
    clean=lines,
    weight=4,
)
