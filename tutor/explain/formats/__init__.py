"""One file a log format: text that people paste becomes Lines.

A format is data: a pattern that finds the protocol line in a line of the log, and what its
marks mean. The side comes from the content in the end (three digits are the server's);
marks only break ties, since `<` and `>` mean the opposite in half of the tools. A new
format is one file with `FORMAT`, and a real sample in `tests/vectors/logs`. A pattern is
searched in lines of any length from anybody: what may repeat is bounded.

Formats of which nobody has a real sample are left out: OpenSMTPD's own trace, Heirloom mailx,
Symfony Mailer from 6.2 on, Logstash but for its one-line errors.
"""

import re
from collections.abc import Callable, Iterable

from tutor.explain.formats._markup import Frame, frame_of, unmarked
from tutor.records import Record
from tutor.reference.needles import needles
from tutor.wire import command, reply
from tutor.wire.lines import Side

SAMPLE_LINES = 400
"""How many lines are looked at to tell the format."""


NEVER = r"(?!)"
"""A pattern that matches nothing: formats that only frame bare lines have it."""


class Found(Record):
    """A protocol line found in a line of a log."""

    line: bytes
    side: Side | None
    """By content where it tells, else by the mark; None: neither tells."""
    key: bytes = b""
    """Which of several interleaved sessions it belongs to."""
    note: str = ""
    """What the tool itself says, where that is a finding's evidence: `<tool>: <text>`."""
    loose: bool = False
    """Whether no mark of the format stood at it: a reply that goes on, or one that a program repeats."""


class Format(Record):
    """How one tool writes a session down."""

    name: str
    """Short and stable, such as `swaks`."""
    title: str
    pattern: str
    """A regular expression over bytes; groups `line`, and perhaps `mark` and `key`."""
    server: tuple[bytes, ...] = ()
    """The marks of the server's lines."""
    client: tuple[bytes, ...] = ()
    noise: str = ""
    """Lines that show that it is this format, and that carry nothing."""
    telling: bool = True
    """Whether the noise is like no other program's, so that it shows the format where no protocol line is found."""
    clean: Callable[[bytes], Iterable[bytes]] | None = None
    """(found text) -> protocol lines, where one holds several or is quoted."""
    bare: bool = False
    """Whether unmarked lines are protocol lines too (continuations, answers typed by hand)."""
    words: bool = False
    """Whether what the tool says around a protocol line is evidence too."""
    alone: bool = False
    """Whether one line tells of a whole login, as in a mail log: the next one is of another exchange."""
    owner: str = ""
    """Whose a line is that carries no protocol line: group `key`; and `begin`, where a connection begins with it."""
    weight: int = 2
    """How much one matching line counts when formats compete."""
    before: str = ""
    """What stands directly in front of group `line`, always: a regular expression that begins with a letter or mark.

    An interleaved log of a format that has it is searched for what matters (`by_event.py`), not read line by line.
    """
    both: bool = False
    """Whether it takes a reply and a command to be this format: one line alone may be anything."""
    glued: str = ""
    """What stands in front of each line, where a web page may have taken the line ends away: lines are cut there."""
    frame: Frame | None = None
    """What this paste has around its lines."""

    def line(self, raw: bytes) -> bytes | None:
        """A line without mark-up and frame; None where it is no line of the log."""
        bare = unmarked(raw)
        return bare if self.frame is None else self.frame.inside(bare)


_FORMATS: list[Format] = []
_COMPILED: dict[str, "re.Pattern[bytes]"] = {}


def all() -> list[Format]:
    """Every format, in alphabetical order, those that take any labels and `bare` last."""
    if not _FORMATS:
        from importlib import import_module
        from os import listdir
        from os.path import dirname

        names = sorted(file[:-3] for file in listdir(dirname(__file__)) if file.endswith(".py") and file[0] != "_")
        found = [import_module(f"tutor.explain.formats.{name}").FORMAT for name in names]
        _FORMATS.extend(sorted(found, key=lambda format: (format.name == "bare", format.both)))
    return list(_FORMATS)


def compiled(pattern: str) -> "re.Pattern[bytes]":
    """The pattern, compiled once, when it is first needed."""
    if pattern not in _COMPILED:
        _COMPILED[pattern] = re.compile(pattern.encode())
    return _COMPILED[pattern]


def recognise(lines: Iterable[bytes]) -> Format:
    """The format that explains the most lines of a sample; `bare` where none explains any."""
    sample = [unmarked(line) for line in list(lines)[:SAMPLE_LINES]]
    frame = frame_of(sample)
    if frame is not None and frame.headed:
        own = _best(sample)
        if not own.both and any(compiled(own.pattern).search(line) for line in sample if own.name != "bare"):
            return own  # the head is a part of the format
    if frame is None:
        return _best(sample)
    return _best([inside for line in sample if (inside := frame.inside(line)) is not None])._replace(frame=frame)


def _likely(pattern: str, text: str) -> "Callable[[bytes], re.Match[bytes] | None] | None":
    """What searches for a pattern; None where it cannot be in the text, which is in lower case."""
    return compiled(pattern).search if pattern and any(needle in text for needle in needles(pattern)) else None


def _best(sample: list[bytes]) -> Format:
    """The format that explains the most of these lines."""
    text = b"\n".join(sample).decode("utf-8", "replace").lower()
    best, score = all()[-1], 0
    bare = sum(_SESSION.match(line) is not None for line in sample)
    for format in all():
        match, noise = _likely(format.pattern, text), _likely(format.noise, text)
        if match is None and noise is None:
            continue
        hits = 0 if match is None else sum(match(line) is not None for line in sample)
        if bare and hits <= bare and not format.bare:
            continue  # words that many programs say, around lines that stand there bare
        if format.both and hits and not _holds_both(format, sample):
            continue
        other = 0
        if noise is not None and (hits or format.telling):
            other = sum(noise(line) is not None and not (match is not None and match(line)) for line in sample)
        count = format.weight * hits + other
        better = score + score // 4 if format.both else score  # what fits all of them has to fit better
        if format.name != "bare" and count > better:
            best, score = format, count
    return best


def _holds_both(format: Format, sample: list[bytes]) -> bool:
    """Whether the format finds a reply, and a command, in these lines."""
    matches = [match["line"] for line in sample if (match := compiled(format.pattern).search(line)) is not None]
    found = [one for text in matches for one in (format.clean(text) if format.clean is not None else (text,))]
    replied = any(reply.parse_line(line) is not None for line in found)
    return replied and any(_SESSION.match(line) is not None for line in found)


_SESSION = re.compile(
    rb"(?i)(?:(?:EHLO|HELO) {1,2}\S+|AUTH [A-Z0-9-]{3,20}(?: [A-Za-z0-9+/=]+)?|STARTTLS)\s*$|MAIL FROM:"
)
"""A client's command with nothing in front."""


def read(format: Format, line: bytes) -> list[Found]:
    """The protocol lines in one line of a log; none where it carries nothing."""
    if format.glued and len(starts := [match.start() for match in compiled(format.glued).finditer(line)]) > 1:
        pieces = zip([0, *starts[1:]], [*starts[1:], len(line)], strict=True)
        return [one for start, end in pieces for one in _read(format, line[start:end].rstrip())]
    return _read(format, line)


def _read(format: Format, line: bytes) -> list[Found]:
    match = compiled(format.pattern).search(line)
    if match is None:
        if format.noise and compiled(format.noise).search(line):
            return []
        stripped = line.strip()
        if format.bare or reply.parse_line(stripped) is not None:
            found = sided(stripped if not format.bare else plain(line), None)
            return [found if format.bare else found._replace(loose=True)]
        return []
    groups = match.groupdict()
    mark = groups.get("mark") or groups.get("mark2") or b""
    hint = Side.SERVER if mark in format.server else Side.CLIENT if mark in format.client else None
    text = groups.get("line") or groups.get("line2") or b""
    lines = list(format.clean(text)) if format.clean is not None else [plain(text)]
    return [sided(one, hint, groups.get("key") or b"") for one in lines]


def sided(line: bytes, hint: Side | None, key: bytes = b"") -> Found:
    """The side by content: a reply is the server's, a command the client's; else what the mark says."""
    if reply.parse_line(line) is not None and not reply.is_number(line):
        return Found(line, Side.SERVER, key)
    parsed = command.parse(line)
    if parsed is not None and parsed.verb in _VERBS and not parsed.of_a_setting:
        return Found(line, Side.CLIENT, key)
    return Found(line, hint, key)


_VERBS = frozenset({b"EHLO", b"HELO", b"AUTH", b"STARTTLS", b"MAIL", b"RCPT", b"DATA", b"QUIT", b"RSET", b"NOOP"})


# What formats share


def plain(text: bytes) -> bytes:
    """Without the written-out line end that many loggers leave: `\\r\\n`, `<CRLF>`, `&lt;CRLF&gt;`."""
    for ending in (b"&lt;CRLF&gt;", b"<CRLF>", b"<CR><LF>", b"[CRLF]", b"\\r\\n", b"\\n", b"\r\n", b"\r", b"\n"):
        text = text.removesuffix(ending)
    return text


def split_crlf(text: bytes) -> list[bytes]:
    """Several lines on one, with their ends written out."""
    for ending in (b"&lt;CRLF&gt;", b"<CRLF>", b"\\r\\n"):
        if ending in text:
            return [part for part in text.split(ending) if part]
    return [plain(text)]


_GLUED = re.compile(rb"(?<=[A-Za-z0-9=\])>])[ ]?(?=250[ -][A-Z0-9]{2})")


def unglued(text: bytes) -> list[bytes]:
    """An EHLO reply whose line ends were lost: `250-SIZE 1250-8BITMIME250 SMTPUTF8`."""
    text = plain(text)
    if not text.startswith(b"250") or text.count(b"250") < 2:
        code = text[:3]
        if code.isdigit() and text.count(code + b"-") > 1:
            return [part for part in re.split(rb" (?=" + code + rb"[ -])", text) if part]
        return [text]
    return [part for part in _GLUED.split(text) if part]


def unquoted(text: bytes) -> list[bytes]:
    """A Python literal, `b'334 …\\r\\n'` or `'AUTH …'`, as the octets that it stands for."""
    from ast import literal_eval

    try:
        value = literal_eval(text.decode("utf-8", "replace").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [plain(text.strip().removeprefix(b"b").strip(b"'\""))]
    octets = value if isinstance(value, bytes) else str(value).encode("latin-1", "backslashreplace")
    return [line.rstrip(b"\r") for line in octets.removesuffix(b"\n").split(b"\n")]
