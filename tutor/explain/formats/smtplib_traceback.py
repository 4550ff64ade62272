"""The last line of a Python traceback."""

from tutor.explain.formats import Format

FORMAT = Format(
    "smtplib-traceback",
    "The last line of a Python traceback",
    r"""(?:SMTP\w+(?:Error|Exception|Disconnected)): \((?P<code>\d{3}), (?P<text>b?['\"].*)$""",
    noise=r"^Traceback |^  File \"",
    words=True,
    weight=3,
)
