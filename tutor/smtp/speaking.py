"""The server's mouth: replies in a dialect's words, out as octets, and a step along the table for each."""

from collections.abc import Sequence

from tutor.smtp.dialects import Dialect
from tutor.smtp.replies import ReplyText
from tutor.smtp.states import TRANSITIONS, State, reply_token
from tutor.wire import reply
from tutor.wire.lines import Line, Side


class Speaker:
    """What `ServerSession` says, and the record of what both sides said."""

    def __init__(self, dialect: Dialect, hostname: str, now: int) -> None:
        self.dialect = dialect
        self.state = State.CONNECTED
        self.closed = False
        self._hostname = hostname
        self._now = now
        self._hello = b""
        self._last = b""
        self._out = bytearray()
        self._seen: list[Line] = []
        self._number = 0

    def data_to_send(self) -> bytes:
        """The octets for the client since the last call."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def lines_seen(self) -> list[Line]:
        """Both sides' lines since the last call, in their order."""
        seen, self._seen = self._seen, []
        return seen

    def _say(self, key: str, *, mechanism: str = "") -> None:
        """The reply of that key."""
        self._send(self.dialect.reply(key), mechanism=mechanism)

    def _send(self, text: ReplyText, *, mechanism: str = "", filled: bool = False) -> None:
        """Write a reply of text."""
        texts = text.texts if filled else tuple(self._fill(line, mechanism) for line in text.texts)
        self._write(text.code, text.enhanced, texts)

    def _write(self, code: int, enhanced: str | None, texts: Sequence[str | bytes], *, bare: bool = False) -> None:
        """Write a reply and move along the table; `bare` leaves out the space behind the code."""
        data = reply.write(code, enhanced, *texts)
        if bare:
            data = data.replace(b" ", b"")
        self._out += data
        for line in data.split(b"\r\n")[:-1]:
            self._see(Side.SERVER, line)
        token = reply_token(code)
        if token is not None:
            self.state = TRANSITIONS.get((self.state, token), self.state)

    def _fill(self, text: str, mechanism: str = "") -> str:
        """The placeholders of a reply's text, each replaced once: what a client said brings no new ones."""
        if "{" not in text:
            return text
        values = {
            "{hostname}": self._hostname,
            "{client}": printable(self._hello.decode("ascii", "replace")),
            "{mechanism}": mechanism,
            "{last}": self._last.decode("ascii", "replace"),
            "{date}": _date(self._now),
        }
        out, rest = "", text
        while rest:
            start = rest.find("{")
            end = rest.find("}", start) + 1
            if start == -1 or end == 0:
                return out + rest
            out += rest[:start] + values.get(rest[start:end], rest[start:end])
            rest = rest[end:]
        return out

    def _see(self, side: Side, line: bytes) -> None:
        self._number += 1
        self._seen.append(Line(side, line, self._number))


def printable(text: str) -> str:
    """What a client said, fit to stand in a reply: printable ASCII, and short."""
    return "".join(character if " " <= character <= "~" else "?" for character in text)[:64]


def _date(timestamp: int) -> str:
    from time import gmtime, strftime

    return strftime("%a, %d %b %Y %H:%M:%S +0000", gmtime(timestamp))
