"""Any two words or arrows in front of the server's and the client's lines, as programs and people choose them.

Which of the two means whom is not asked: a reply and a command tell it by themselves, and an answer
stands behind a challenge. So `Out:`, which Postfix writes for the server, does no harm.
"""

import re

from tutor.explain.formats import Format, plain

_SIDES = r"(?i:server|client|local|remote)"
_WORD = (
    r"(?:(?i:server|client|recv|receiv(?:ed?|ing)|read|sen[dt]|sending|writ(?:e|ten)|wrote|inp?|out|rx|tx|smtpcmd(?:sent|resp)|response|reply|"
    r"request|command|cmd|answer|data string|e?smtp)|[SCsc])"
)
_COMMAND = r"(?i:(?:EHLO|HELO|MAIL FROM:|RCPT TO:) ?.*|AUTH [A-Z0-9-]+(?: .*)?|STARTTLS|DATA|QUIT|RSET)"
_LINE = rf"(?:[2-5]\d\d(?:[ -].*)?|{_COMMAND}|[A-Za-z0-9+/]+={{0,2}}|[*<\[(][^ ]*)"
_WHEN = r"(?: \d[\d/.-]{5,9} [\d:.]{5,12}(?: [AP]M)?)"
_LABEL = (
    rf"{_WORD}(?:\(\d{{1,6}}\)|{_WHEN})?(?: ?(?:-+>|<-+|to) ?{_SIDES})?(?: ?::?| ?[<>=-]{{1,3}}|(?<=[\])])|"
    rf"(?= \\?['\"]))|[\[(]{_WORD}[\])]:?"
)
_ARROW = r"[<>]{1,4}|<[-=]+|[-=]+>|<[rt]x>|<<<getline<<<|>>>putline>>>"
_END = r"(?:<CRLF>|<EOL>|\\r\\n)?(?:\\?['\"][)\"]{0,2})?(?: \[Total \d+ bytes\.\])?"

_COUNT = re.compile(rb" \[Total \d+ bytes\.\]\s*$")
_QUOTE = re.compile(rb"(\\?['\"])[)\"]{0,2}\s*$")


def _unclosed(text: bytes) -> list[bytes]:
    """Without the quotation mark that closes what began in front of the line."""
    text = _COUNT.sub(b"", text).removesuffix(b"<EOL>")
    match = _QUOTE.search(text)
    if match is not None and text.count(match[1]) % 2:
        text = text[: match.start()]
    return [plain(text)]


FORMAT = Format(
    "labels",
    "Any words or arrows in front of the lines",
    rf"^(?:.{{0,100}}?[\s\])|>;,:])??(?:{_LABEL}|{_ARROW})[ \t]{{0,4}}(?:\\?['\"])?(?P<line>{_LINE}?)"
    rf"{_END}\s*$",
    clean=_unclosed,
    both=True,
)
