"""Exchange's protocol logs, SmtpReceive and SmtpSend: comma-separated, the reply to EHLO on one line.

learn.microsoft.com, "Protocol logging in Exchange Server": session, sequence, end points, event, data, context; in
SmtpReceive `<` is what the server reads, in SmtpSend what the other side said. Event and data alone may be posted,
and may have lost their line ends.
"""

import re
from collections.abc import Iterable

from tutor.explain.formats import Format, plain

_KEYWORD = re.compile(
    rb" +(?=(?:SIZE|PIPELINING|DSN|ENHANCEDSTATUSCODES|STARTTLS|AUTH|8BITMIME|BINARYMIME|CHUNKING|SMTPUTF8|HELP|XRDST|"
    rb"X-ANONYMOUSTLS|X-EXPS|XEXCH50|XSHADOW|XOORG|XPROXY|XSHADOWREQUEST|XMESSAGECONTEXT)\b)"
)
_COMMANDS = r"(?:EHLO|HELO|AUTH|MAIL FROM|RCPT TO|STARTTLS|DATA|BDAT|RSET|QUIT|X-ANONYMOUSTLS|X-EXPS)\b"


def _lines(text: bytes) -> Iterable[bytes]:
    """The reply to EHLO as it was on the wire; anything else as it is."""
    text = plain(text.strip(b'"'))
    if not text.startswith(b"250  "):
        return [text]
    parts: list[bytes] = _KEYWORD.split(text[5:])
    return [*(b"250-" + part for part in parts[:-1]), b"250 " + parts[-1]]


FORMAT = Format(
    "exchange",
    "Exchange: SmtpReceive and SmtpSend",
    r"^(?:\d{4}-\d\d-\d\dT[\d:.]+Z?,[^,]{0,200},(?P<key>[0-9A-Fa-f]{16}),\d+,[^,]{0,60},[^,]{0,60},[<>],"
    r'(?P<line>"[^"]*"|[^,]*),|[<>],(?P<line2>"[^"]*"|[^,]*)(?:,|$))',
    glued=rf"[<>](?=,(?:[2-5]\d\d[ -]|{_COMMANDS}))|\*(?=,)",
    noise=r"^#Fields: date-time,connector-id,session-id|^\d{4}-\d\d-\d\dT[\d:.]+Z?,[^,]{0,200},[0-9A-Fa-f]{16},\d+,",
    clean=_lines,
    words=True,
    weight=4,
)
