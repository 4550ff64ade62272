"""Apple Mail's connection log: a heading in front of the lines that were read or written, which are bare."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "apple-mail",
    "Apple Mail's connection log",
    NEVER,
    noise=r"^(?:READ|WROTE|CONNECTED|CLOSED|DISCONNECTED|INITIATING CONNECTION) \w{3} \d{1,2} \d\d:\d\d:\d\d",
    bare=True,
    weight=20,
)
