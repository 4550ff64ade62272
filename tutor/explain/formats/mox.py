"""mox with trace logging."""

from tutor.explain.formats import Format, plain


def unslashed(text: bytes) -> list[bytes]:
    """Go's quoting: a quotation mark inside is written with a backslash."""
    return [plain(text).replace(b'\\"', b'"')]


FORMAT = Format(
    "mox",
    "mox with trace logging",
    r"m=\"(?P<mark>LS|RC|LC|RS): (?P<line>[^\"\\]*(?:\\.[^\"\\]*)*)\"",
    server=(
        b"LS",
        b"RS",
    ),
    client=(
        b"RC",
        b"LC",
    ),
    noise=r"\bpkg=smtpserver\b",
    clean=unslashed,
    weight=4,
)
