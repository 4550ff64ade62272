"""lettre, old and new."""

from tutor.explain.formats import Format, split_crlf

FORMAT = Format(
    "lettre",
    "lettre, old and new",
    r"(?:\[DEBUG\] |lettre\S* +)?(?P<mark>Read|Wrote|<<|>>):? (?P<line>.*(?:<CRLF>|&lt;CRLF&gt;).*)$",
    server=(
        b"Read",
        b"<<",
    ),
    client=(
        b"Wrote",
        b">>",
    ),
    noise=r"lettre::",
    clean=split_crlf,
    weight=3,
)
