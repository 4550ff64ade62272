"""Wireshark's and tshark's list of packets."""

import re
from collections.abc import Iterable

from tutor.explain.formats import Format, plain

_CODE = re.compile(rb"[2-5]\d\d(?=[ -])")


def lines(text: bytes) -> Iterable[bytes]:
    """A reply's lines stand on one, with bars between them; a response has its name in front."""
    code = _CODE.match(text)
    if code is None:
        return [plain(re.sub(rb"^(?:User|Pass|Auth): ", b"", text))]
    parts = [part.strip() for part in text.split(b" | ")]
    if len(parts) == 1:
        return parts
    bare = [part[4:] if part[:3] == code[0] and part[3:4] in b" -" else part for part in parts]
    last = len(bare) - 1
    return [code[0] + (b" " if number == last else b"-") + part for number, part in enumerate(bare)]


FORMAT = Format(
    "wireshark",
    "Wireshark and tshark",
    r"\bSMTP +\d{2,5} +(?P<mark>[SC]): (?P<line>.*)$",
    server=(b"S",),
    client=(b"C",),
    noise=r"\b(?:TCP|TLSv1\.\d) +\d{2,5} ",
    clean=lines,
    weight=3,
)
