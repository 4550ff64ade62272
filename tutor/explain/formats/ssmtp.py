"""sSMTP with -v, or its syslog."""

from tutor.explain.formats import Format

FORMAT = Format(
    "ssmtp",
    "sSMTP with -v, or its syslog",
    r"^\[(?P<mark><-|->)\] (?P<line>.*)$|sSMTP\[\d+\]: (?P<line2>.*)$",
    server=(b"<-",),
    client=(b"->",),
    noise=r"^ssmtp: ",
    weight=4,
)
