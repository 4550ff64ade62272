"""Exim's main log: refused logins, its own and those that it refused."""

from tutor.explain.formats import Format


def replies(text: bytes) -> list[bytes]:
    """Without the name that Exim puts behind the reply."""
    return [text.rpartition(b" (set_id=")[0] if text.endswith(b")") and b" (set_id=" in text else text]


FORMAT = Format(
    "exim-mainlog",
    "Exim's main log: refused logins",
    r" authenticator failed (?:for |H=)[^:\]]{0,300}(?:\[[^\]]{0,50}\])?(?::\d{1,5})?"
    r"(?: I=\[[^\]]{0,50}\]:\d{1,5})?:? (?P<line>[45]\d\d .*)$",
    noise=r"^[\d-]{10} [\d:.]{8,12} (?:[+-]\d{4} )?(?:\[\d{1,8}\] )?"
    r"(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} )?"
    r"(?:SMTP |H=|<= |=> |-> |== |\*\* |Completed|no host name found|exim |End queue)",
    clean=replies,
    weight=3,
    alone=True,
    owner=r"^\S+ \S+ (?P<begin>(?P<key>)SMTP connection from \S+ \(TCP/IP connection count)",
)
