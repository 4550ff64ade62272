"""hMailServer."""

from tutor.explain.formats import Format


def lines(text: bytes) -> list[bytes]:
    """Lines of one reply are joined by `[nl]`."""
    return text.split(b"[nl]")


FORMAT = Format(
    "hmailserver",
    "hMailServer",
    r"\"SMTPD\"\s+\d+\s+(?P<key>\d+)\s+\"[^\"]*\"\s+\"[^\"]*\"\s+\"(?P<mark>RECEIVED|SENT): (?P<line>.*)\"\s*$",
    server=(b"SENT",),
    client=(b"RECEIVED",),
    noise=r"^\"(?:SMTPD|DEBUG|TCPIP)\"",
    clean=lines,
    weight=4,
)
