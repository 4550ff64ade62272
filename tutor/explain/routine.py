"""Floor 4: sessions of a large log that are like an earlier one but for names, numbers and usual answers.

The first session of a kind is annotated and judged in full. What came out, as JSON, is kept
with holes for what differs: the numbers of the lines, the client's host, the usual messages
(`usual.py`). Sessions of the same kind fill the holes, which is a hundred times quicker. All
else of a session, the server's replies above all, is part of its kind, byte for byte; a kind
whose template does not give back its own first session is never used.
"""

import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Sequence
from operator import itemgetter

from tutor.explain.shown import MASK, as_object
from tutor.explain.usual import forms_of, secrets_in
from tutor.records import Record
from tutor.wire.b64 import ALPHABET
from tutor.wire.printable import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tutor.explain.finding import Finding
    from tutor.explain.session import Entry, Session

MOST_KINDS = 2000
"""Kinds that are kept; what comes later is annotated in full."""
LONGEST = 8192
"""Octets of a session up to the end of its login, to be one of a kind."""
_ROUNDS = 4
_LONGEST_PROMPT = 16
_MASK = MASK.encode()
_FIXED = 8  # parts of a kind in front of its messages
# How a message is part of its kind: as it is, or as a hole for line and message, or for the line alone.
_WHOLE, _LINE = ("line", "decoded"), ("line",)


class Marks(Record):
    """What stands in front of the lines of a log, for each side: always one of these, whole."""

    server: tuple[bytes, ...]
    client: tuple[bytes, ...]


class Outline(Record):
    """A session up to the end of its login, taken apart."""

    kind: tuple[object, ...]
    holes: list[bytes]
    """What fills the holes, as JSON writes it without its quotation marks, in UTF-8."""
    end: int
    """Where the reply that ended the login ends."""


class Routine(Record):
    """A session that is of a known kind."""

    number: int
    json: bytes
    """In UTF-8, as it is written."""
    code: str | None
    """Of its main finding."""
    mechanism: str | None


class _Template(Record):
    form: bytes
    choose: Callable[[list[object]], tuple[object, ...]]
    lines: int
    code: str | None
    mechanism: str | None


class Routines:
    """The kinds of sessions that were seen in one log."""

    def __init__(self, marks: Marks) -> None:
        self._match = _pattern(marks).match
        self._known: dict[tuple[object, ...], _Template | None] = {}

    def outline(self, text: bytes, begin: int = 0) -> Outline | None:
        """The session that begins there, each line behind a line feed; None where it holds anything unusual."""
        match = self._match(text, begin, begin + LONGEST)
        if match is None:
            return None
        greeting, host, hello, tls, host2, hello2, name, initial, *rounds, outcome = match.groups()
        mechanism = name.decode()
        said = rounds if initial is None else [initial, *rounds]
        decoded = _decoded(said)
        if decoded is None:
            return None
        messages, short = decoded
        mistaken = False
        forms = forms_of(mechanism, initial is not None)
        places = secrets_in(forms, messages)
        if places is None:
            mistaken = True
            forms = forms_of(mechanism, initial is not None, mistaken)
            places = secrets_in(forms, messages)
            if places is None:
                return None
        kind: list[object] = [greeting, hello, tls, hello2, mechanism, outcome, mistaken, initial is None]
        holes = [host] if host2 is None else [host, host2]
        from_server = initial is None
        before = b"AUTH %b " % name if initial is not None else b""
        for number, place in enumerate(places):
            message = messages[number]
            if place is None:
                if not from_server or len(message) > _LONGEST_PROMPT or number == short:
                    return None
                kind.append(message)
            elif number == short:
                if from_server or place != (0, 0):
                    return None
                kind.append(_LINE)
                holes.append(before + said[number])
            else:
                kind.append(_WHOLE)
                _show(holes, b"334 " if from_server else before, said[number], message, place)
            from_server = not from_server
            before = b""
        return Outline(tuple(kind), holes, match.end())

    def fill(self, outline: Outline, next_number: Callable[[], int], numbers: Sequence[int]) -> Routine | None:
        """The session as JSON, where its kind is known; `numbers` of its lines in the log."""
        template = self._known.get(outline.kind)
        if template is None or template.lines != len(numbers):
            return None
        number = next_number()
        values = [number, *numbers, *outline.holes]
        return Routine(number, template.form % template.choose(values), template.code, template.mechanism)

    def is_new(self, outline: Outline) -> bool:
        """Whether nobody has looked at this kind."""
        return outline.kind not in self._known and len(self._known) < MOST_KINDS

    def learn(self, outline: Outline, numbers: Sequence[int], session: "Session", findings: "list[Finding]") -> None:
        """Keep what came out of the first session of a kind; `numbers` of the lines that it was read from."""
        self._known[outline.kind] = _template(outline, session, findings)
        filled = self.fill(outline, lambda: session.number, numbers)
        if filled is None or filled.json != dumps(as_object(session, findings)).encode():
            self._known[outline.kind] = None


def _pattern(marks: Marks) -> "re.Pattern[bytes]":
    server = b"\n(?:" + b"|".join(re.escape(mark) for mark in marks.server) + b")"
    client = b"\n(?:" + b"|".join(re.escape(mark) for mark in marks.client) + b")"
    hello = client + rb"EHLO ([A-Za-z0-9.-]{1,255})\r?((?:" + server + rb"250-[^\n]*)*" + server + rb"250 [^\n]*)"
    rounds = b""
    for _ in range(_ROUNDS):
        rounds = b"(?:" + server + rb"334 ([^\n\r]*)\r?" + client + rb"([^\n\r]*)\r?" + rounds + b")?"
    return re.compile(
        rb"((?:" + server + rb"220-[^\n]*)*" + server + rb"220 [^\n]*)" + hello
        + rb"(?:(" + client + rb"STARTTLS\r?" + server + rb"220 [^\n]*)" + hello + rb")?"
        + client + rb"AUTH ([A-Z0-9-]{1,20})(?: ([A-Za-z0-9+/=]+))?\r?" + rounds + b"(" + server + rb"[25]35 [^\n]*)"
    )  # fmt: skip


def _decoded(texts: "list[bytes | None]") -> tuple[list[bytes], int] | None:
    """The messages, and the place of one whose last `=` is missing, or -1; None where another is not plain Base64."""
    messages: list[bytes] = []
    short = -1
    for text in texts:
        if text is None:
            break
        try:
            message = a2b_base64(text)
        except Error:
            if short >= 0 or len(text) % 4 != 3 or text.translate(None, ALPHABET):
                return None
            short = len(messages)
            messages.append(a2b_base64(text + b"="))
            continue
        if b2a_base64(message, newline=False) != text:
            return None
        messages.append(message)
    return messages, short


def _show(holes: list[bytes], before: bytes, text: bytes, message: bytes, place: tuple[int, int]) -> None:
    """Append the line and the message of a usual message, masked."""
    start, end = place
    if end > start:
        # The characters that carry any bit of it (wire/b64.py, text_span).
        text = text[: start * 4 // 3] + _MASK + text[-(-end * 4 // 3) :]
        message = message[:start] + _MASK + message[end:]
    holes.append(before + text)
    holes.append(message.replace(b"\0", b"\\u0000") if b"\0" in message else message)


def _template(outline: Outline, session: "Session", findings: "list[Finding]") -> _Template | None:
    """The JSON of a session with holes; None where its lines are not those of the outline."""
    count = len(session.entries)
    places: list[int] = [0]
    form = f'{{"exchange": %d, "format": {_literal(session.format)}, "lines": ['
    parts = iter(outline.kind[_FIXED:])
    hole = count + 1
    rows = as_object(session, findings)["lines"]
    assert isinstance(rows, list)
    for place, (entry, row) in enumerate(zip(session.entries, rows, strict=True)):
        places.append(place + 1)
        part = _LINE if _is_hello(entry) else next(parts, None) if _carries(entry) else None
        open_keys = part if isinstance(part, tuple) else ()
        cells = []
        for key, value in row.items():
            if key in open_keys:
                cells.append(f'"{key}": "{"EHLO " if _is_hello(entry) else ""}%b"')
                places.append(hole)
                hole += 1
            elif key != "n":
                cells.append(f'"{key}": {_literal(value)}')
        form += ("" if place == 0 else ", ") + '{"n": %d, ' + ", ".join(cells) + "}"
    form += '], "findings": ['
    lines = [entry.n for entry in session.entries]
    for number, finding in enumerate(findings):
        cells = []
        for key, value in finding._asdict().items():
            if key == "line" and value in lines:
                places.append(lines.index(value) + 1)
                cells.append('"line": %d')
            else:
                cells.append(f'"{key}": {_literal(value)}')
        form += ("" if number == 0 else ", ") + "{" + ", ".join(cells) + "}"
    if hole != count + 1 + len(outline.holes):
        return None
    code = findings[0].code if findings else None
    mechanism = next((entry.line.mechanism for entry in session.entries if entry.line.mechanism), None)
    return _Template((form + "]}").encode(), itemgetter(*places), count, code, mechanism)


def _carries(entry: "Entry") -> bool:
    return entry.line.text is not None


def _is_hello(entry: "Entry") -> bool:
    return entry.line.kind == "command" and entry.line.line[:5] == b"EHLO "


def _literal(value: object) -> str:
    return dumps(value).replace("%", "%%")
