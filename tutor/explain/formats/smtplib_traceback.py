"""The last line of a Python traceback: smtplib's and aiosmtplib's errors hold the reply."""

from tutor.explain.formats import Format, unquoted


def replies(text: bytes) -> list[bytes]:
    """`535, b'5.7.8 one\\n5.7.8 two')`: the reply's lines, without their code."""
    code, _, rest = text.partition(b", ")
    lines = unquoted(rest.strip().removesuffix(b")"))
    return [code + (b" " if n == len(lines) else b"-") + line for n, line in enumerate(lines, 1)]


FORMAT = Format(
    "smtplib-traceback",
    "The last line of a Python traceback",
    r"""SMTP\w{1,40}(?:Error|Exception|Disconnected): \((?P<line>\d{3}, b?['\"].*)$""",
    noise=r"^Traceback |^  File \"",
    clean=replies,
    words=True,
    weight=3,
    alone=True,
)
