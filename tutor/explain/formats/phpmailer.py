"""PHPMailer 5 and 6, as text and as HTML."""

from tutor.explain.formats import Format, unglued


def lines(text: bytes) -> list[bytes]:
    """Debugoutput `html` writes entities and `<br>`, and loses the line ends of a reply."""
    bare = text.rstrip()
    for ending in (b"<br>", b"<br />", b"<br/>"):
        if bare.endswith(ending):
            from html import unescape

            text = unescape(bare.removesuffix(ending).decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
    return unglued(text)


FORMAT = Format(
    "phpmailer",
    "PHPMailer 5 and 6",
    r"(?P<mark>SERVER -(?:>|&gt;) CLIENT|CLIENT -(?:>|&gt;) SERVER): ?(?P<line>.*)$",
    server=(b"SERVER -> CLIENT", b"SERVER -&gt; CLIENT"),
    client=(b"CLIENT -> SERVER", b"CLIENT -&gt; SERVER"),
    noise=r"SMTP (?:ERROR|NOTICE|INFO|Error|INBOUND): |^\d{4}-\d\d-\d\d .*Connection:|^Mailer Error: ",
    clean=lines,
    glued=r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s{1,3})?(?:SERVER -(?:>|&gt;) CLIENT|CLIENT -(?:>|&gt;) SERVER): ?",
    weight=3,
)
