"""tcpflow."""

from tutor.explain.formats import Format

FORMAT = Format(
    "tcpflow",
    "tcpflow",
    r"^(?P<key>[0-9.]{17,}-[0-9.]{17,}): (?P<line>.*)$",
    weight=3,
    before=": ",
)
