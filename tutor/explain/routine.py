"""Floor 4: sessions of a large log that are like an earlier one but for names, numbers and usual answers.

The first session of a kind is annotated and judged in full. What came out, as JSON, is kept
with holes for what differs: the numbers of the lines, the client's host, the usual messages
(`usual.py`). Sessions of the same kind fill the holes, which is a hundred times quicker. All
else of a session, the server's replies above all, is part of its kind, byte for byte; a kind
whose template does not give back its own first session is never used.
"""

import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

from tutor.explain.hiding import SHORTEST, are_swapped, bare_secret
from tutor.explain.marks import Marks, any_of
from tutor.explain.shown import MASK, as_object
from tutor.explain.usual import BETWEEN, Forms, forms_of
from tutor.records import Record
from tutor.wire import b64
from tutor.wire.printable import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    _Kind = tuple[bytes, bytes, bytes | None, bytes | None, bytes, "Plan", int, *tuple[bytes, ...]]
    from tutor.explain.finding import Finding
    from tutor.explain.session import Entry, Session

MOST_KINDS = 2000
"""Kinds that are kept; what comes later is annotated in full."""
LONGEST = 8192
"""Octets of a session up to the end of its login, to be one of a kind."""
_ROUNDS = 4
_LONGEST_PROMPT = 24
_MASK = MASK.encode()
_NUL, _NUL_IN_JSON = b"\0", b"\\u0000"


class Plan:
    """What is known of the messages of a session from its mechanism and their number."""

    def __init__(self, forms: Forms, name: bytes, initial: bool, count: int) -> None:
        """`initial`: the first of the `count` messages stood on the AUTH line."""
        self.forms = forms
        self.prompts = tuple(place for place in range(count) if place not in forms.places)
        """Places of the messages that may be anything; they are part of the kind, as they are."""
        before = ["" if place % 2 ^ initial else "334 " for place in range(count)]
        if initial:
            before[0] = f"AUTH {name.decode()} "
        self.before = [before[place] for place in forms.places]
        """What stands in front of the messages that have a form."""


class Outline:
    """A session up to the end of its login, taken apart."""

    __slots__ = ("begin", "end", "holes", "kind")

    def __init__(self, kind: "_Kind", holes: list[bytes | None], begin: int, end: int) -> None:
        """`holes`: the client's hosts, the texts and the messages, as JSON writes them between its quotation marks.

        `begin`, `end`: where its greeting begins, and where the reply that ended the login ends.
        """
        self.kind = kind
        self.holes = holes
        self.begin = begin
        self.end = end


class Batch(Record):
    """Sessions of known kinds, one behind the other in the log."""

    json: bytes
    """A line for each, in UTF-8, as they are written."""
    counts: dict[tuple[str | None, str | None], int]
    """(mechanism, code of the main finding) -> how many."""


class Filled(Record):
    """Sessions of known kinds, one behind the other in the log, before they are written."""

    rows: list[tuple["_Template", list[object]]]
    """For each, what fills the holes; first its number."""
    counts: dict[tuple[str | None, str | None], int]

    def batch(self, before: int = 0) -> Batch:
        """As they are written, once; `before`: how many sessions more come before them than their numbers say."""
        if before:
            for _, values in self.rows:
                values[0] += before  # type: ignore[operator]  # the first is a number, as `rows` says
        return Batch(b"\n".join([form % choose(values) for (form, choose, _, _), values in self.rows]), self.counts)


class _Template(Record):
    form: bytes
    choose: Callable[[Sequence[object]], tuple[object, ...]]
    lines: int
    told: tuple[str | None, str | None]
    """Mechanism, and code of the main finding."""


class Routines:
    """The kinds of sessions that were seen in one log."""

    def __init__(self, marks: Marks) -> None:
        self._match = _pattern(marks).match
        self._known: dict[_Kind, _Template | None] = {}
        self._filled: list[tuple[_Template, list[object]]] = []
        self._counts: dict[tuple[str | None, str | None], int] = {}

    def outline(self, text: bytes, begin: int = 0) -> Outline | None:
        """The session that begins there, each line behind a line feed; None where it holds anything unusual."""
        match = self._match(text, begin, begin + LONGEST)
        if match is None:
            return None
        groups = match.groups()
        greeting, host, hello, tls, host2, hello2, name, initial = groups[:8]
        said, outcome = [text for text in groups[7:-1] if text is not None], groups[-1]
        for plan in _plans(name, initial is not None, len(said)):
            # A prompt is part of the kind, so it must be one of a few: what is long differs each time.
            prompts = [said[place] for place in plan.prompts]
            if prompts and max(map(len, prompts)) > _LONGEST_PROMPT:
                return None
            texts = [said[place] for place in plan.forms.places]
            decoded = _decoded(texts)
            if decoded is None:
                return None
            messages, short = decoded
            secret = plan.forms.secret_in(messages)
            if secret is None:
                continue
            if secret != (0, 0) and _told_twice(text[begin : match.end()], plan, texts, messages, secret, prompts):
                return None  # it is masked in the other lines, too
            if name == b"LOGIN" and texts and are_swapped(*messages.partition(BETWEEN)[::2]):
                return None
            if short < 0 or (short != plan.forms.secret_at and not plan.before[short]):
                kind: _Kind = (greeting, hello, tls, hello2, outcome, plan, short, *prompts)
                return Outline(kind, [host, host2, *_shown(plan, texts, messages, secret)], begin, match.end())
        return None

    def fill(self, outline: Outline, next_number: Callable[[], int], numbers: Sequence[int]) -> bool:
        """Add the session to the batch, if its kind is known; `numbers` of its lines in the log."""
        template = self._known.get(outline.kind)
        if template is None or template.lines != len(numbers):
            return False
        self._filled.append((template, [next_number(), *numbers, *outline.holes]))
        told = template.told
        self._counts[told] = self._counts.get(told, 0) + 1
        return True

    def taken(self) -> Filled | None:
        """What was filled since the last time; None where nothing was."""
        if not self._filled:
            return None
        filled = Filled(self._filled, self._counts)
        self._filled, self._counts = [], {}
        return filled

    def is_new(self, outline: Outline) -> bool:
        """Whether nobody has looked at this kind."""
        return outline.kind not in self._known and len(self._known) < MOST_KINDS

    def learn(self, outline: Outline, numbers: Sequence[int], session: "Session", findings: "list[Finding]") -> None:
        """Keep what came out of the first session of a kind; `numbers` of the lines that it was read from."""
        template = _template(outline, session, findings)
        values = [session.number, *numbers, *outline.holes]
        whole = dumps(as_object(session, findings)).encode()
        fits = template.lines == len(numbers) and template.form % template.choose(values) == whole
        self._known[outline.kind] = template if fits else None


def _pattern(marks: Marks) -> "re.Pattern[bytes]":
    server, client = any_of(marks.server), any_of(marks.client)
    hello = client + rb"EHLO ([A-Za-z0-9.-]{1,255})\r?((?:" + server + rb"250-[^\n]*)*" + server + rb"250 [^\n]*)"
    rounds = b""
    for _ in range(_ROUNDS):
        rounds = b"(?:" + server + rb"334 ([^\n\r]*)\r?" + client + rb"([^\n\r]*)\r?" + rounds + b")?"
    return re.compile(
        rb"((?:" + server + rb"220-[^\n]*)*" + server + rb"220 [^\n]*)" + hello
        + rb"(?:(" + client + rb"STARTTLS\r?" + server + rb"220 [^\n]*)" + hello + rb")?"
        + client + rb"AUTH ([A-Z0-9-]{1,20})(?: ([A-Za-z0-9+/=]+))?\r?" + rounds + b"(" + server + rb"[25]35 [^\n]*)"
    )  # fmt: skip


@lru_cache(maxsize=256)
def _plans(name: bytes, initial: bool, count: int) -> tuple[Plan, ...]:
    """What the messages may be: usual answers, or usual mistakes."""
    both = (forms_of(name.decode(), initial, count, mistaken) for mistaken in (False, True))
    return tuple(Plan(forms, name, initial, count) for forms in both if forms is not None)


def _decoded(texts: list[bytes]) -> tuple[bytes, int] | None:
    """The messages, and the place of one whose last `=` is missing, or -1; None where another is not plain Base64."""
    short = -1
    try:
        messages = list(map(a2b_base64, texts))
    except Error:
        short = next((place for place, text in enumerate(texts) if len(text) % 4 == 3), -1)
        if short < 0:
            return None
        texts = [*texts[:short], texts[short] + b"=", *texts[short + 1 :]]
        try:
            messages = list(map(a2b_base64, texts))
        except Error:
            return None
        texts[short] = b2a_base64(messages[short], newline=False)  # its last bits, too, may have been cut off
    # Only the one way to write a message is usual: no character outside the alphabet, no bit behind the last octet.
    if b"".join(map(b2a_base64, messages)) != b"\n".join([*texts, b""]):
        return None
    return BETWEEN.join(messages), short


def _told_twice(
    lines: bytes, plan: Plan, texts: list[bytes], messages: bytes, secret: tuple[int, int], prompts: list[bytes]
) -> bool:
    """Whether the secret stands in another line of the session, or in another message, as it is or in Base64."""
    plain = bare_secret(messages[secret[0] : secret[1]])
    if lines.count(texts[plan.forms.secret_at]) > 1:
        return True
    if len(plain) < SHORTEST:
        return False
    if plain in lines or messages.count(plain) > 1:
        return True
    return any([plain in _asked(text) for text in prompts])  # noqa: C419 - quicker than a generator for so few


@lru_cache(maxsize=256)
def _asked(prompt: bytes) -> bytes:
    return b64.decode(prompt).lenient


def _shown(plan: Plan, texts: list[bytes], messages: bytes, secret: tuple[int, int]) -> list[bytes]:
    """The texts, then the messages, masked, as JSON writes them."""
    start, end = secret
    if end > start:
        low = messages.rfind(BETWEEN, 0, start) + 1
        text = texts[plan.forms.secret_at]
        # The characters that carry any bit of it (wire/b64.py, text_span).
        texts[plan.forms.secret_at] = text[: (start - low) * 4 // 3] + _MASK + text[-(-(end - low) * 4 // 3) :]
        messages = messages[:start] + _MASK + messages[end:]
    if _NUL in messages:
        messages = messages.replace(_NUL, _NUL_IN_JSON)
    return [*texts, *messages.split(BETWEEN)] if texts else []


def _template(outline: Outline, session: "Session", findings: "list[Finding]") -> _Template:
    """The JSON of a session with holes; where its lines are not those of the outline, it does not fit."""
    count = len(session.entries)
    places: list[int] = [0]
    form = f'{{"exchange": %d, "format": {_literal(session.format)}, "lines": ['
    hellos = iter((0, 1))
    messages = iter(_places_of_messages(outline))
    rows = as_object(session, findings)["lines"]
    assert isinstance(rows, list)
    for place, (entry, row) in enumerate(zip(session.entries, rows, strict=True)):
        places.append(place + 1)
        holes: dict[str, tuple[str, int]] = {}
        if _is_hello(entry):
            holes = {"line": ("EHLO ", next(hellos, 0))}
        elif entry.line.text is not None:
            holes = next(messages, {})
        cells = []
        for key, value in row.items():
            if key in holes:
                before, hole = holes[key]
                cells.append(f'"{key}": "{before}%b"')
                places.append(count + 1 + hole)
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
    code = findings[0].code if findings else None
    return _Template((form + "]}").encode(), itemgetter(*places), count, (session.mechanism, code))


def _places_of_messages(outline: Outline) -> Iterator[dict[str, tuple[str, int]]]:
    """For each message: key of its line in JSON -> (what stands before the hole, which hole it is)."""
    plan, short = outline.kind[5], outline.kind[6]
    formed = 0
    for number in range(len(plan.before) + len(plan.prompts)):
        if number in plan.prompts:
            yield {}
            continue
        place = 2 + formed
        holes = {"line": (plan.before[formed], place)}
        if formed != short:
            holes["decoded"] = ("", place + len(plan.before))
        yield holes
        formed += 1


def _is_hello(entry: "Entry") -> bool:
    return entry.line.kind == "command" and entry.line.line[:5] == b"EHLO "


def _literal(value: object) -> str:
    return dumps(value).replace("%", "%%")
