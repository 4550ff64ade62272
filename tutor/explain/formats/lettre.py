"""lettre, old and new."""

from tutor.explain.formats import Format, split_crlf

FORMAT = Format(
    "lettre",
    "lettre, old and new",
    r"^(?=.*(?:<CRLF>|&lt;CRLF&gt;)).*?(?:\[DEBUG\] |lettre\S{0,80} +)?(?P<mark>Read|Wrote|<<|>>):? (?P<line>.*)$",
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
