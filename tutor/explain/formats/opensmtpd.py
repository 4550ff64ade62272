"""OpenSMTPD's log: a command that was refused, and the reply to it, on one line."""

import re
from collections.abc import Iterable

from tutor.explain.formats import Format


def _both(text: bytes) -> Iterable[bytes]:
    """The command, then the reply."""
    return re.split(rb'" result="', text)


FORMAT = Format(
    "opensmtpd",
    "OpenSMTPD: refused commands",
    r'(?P<key>[0-9a-f]{16}) smtp (?:event=)?failed-command [^"]{0,200}command="(?P<line>.*" result="[^"]*)"',
    noise=r"smtpd\[\d+\]: [0-9a-f]{16} smtp ",
    clean=_both,
    weight=4,
)
