"""hMailServer: SMTPD, where it is the server, and SMTPC, where it sends on; also cut in front, as people post it.

SMTPServer/SMTPConnection.cpp: service, thread, session, time, address, then `SENT: …` or `RECEIVED: …`.
"""

from tutor.explain.formats import Format


def lines(text: bytes) -> list[bytes]:
    """Lines of one reply are joined by `[nl]`."""
    return text.split(b"[nl]")


FORMAT = Format(
    "hmailserver",
    "hMailServer",
    r"(?:^\s*|\"SMTPD\"\s+\d+\s+(?P<key>\d+)\s+(?:\"[^\"]*\"\s+)?)\"[^\"]*\"\s+"
    r"\"(?P<mark>RECEIVED|SENT): (?P<line>.*)\"\s*$|"
    r"\"SMTPC\"\s+\d+\s+\d+\s+\"[^\"]*\"\s+\"[^\"]*\"\s+\"(?P<mark2>RECEIVED: |SENT: )(?P<line2>.*)\"\s*$",
    server=(b"SENT", b"RECEIVED: "),
    client=(b"RECEIVED", b"SENT: "),
    noise=r"^\"(?:SMTPD|SMTPC|DEBUG|TCPIP|APPLICATION)\"",
    clean=lines,
    weight=4,
)
