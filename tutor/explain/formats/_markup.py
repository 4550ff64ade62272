"""What forums, mails and web pages put around a log's lines, taken off."""

import re
from itertools import pairwise

from tutor.records import Record

_MARKS = re.compile(
    rb"\[/|</|<br|&(?:lt|gt|amp|quot|nbsp);|\xc2\xa0|\xe2\x80\x8b|\xef\xbb\xbf|\^M|^\s*[`\[]|`\s*$|, referer: ",
    re.IGNORECASE,
)
"""What a line without any mark-up seldom holds: most lines are looked at no further."""
_BBCODE = re.compile(
    rb"\[/?(?:b|i|u|s|font|size|colou?r|code|quote|pre|php|tt|mono|noparse|plain|indent|left|center|spoiler|url|email)"
    rb"(?:=[^\]]{0,80})?\]",
    re.IGNORECASE,
)
_HTML = re.compile(
    rb"<br ?/?>|</?(?:p|pre|code|span|div|b|i|u|em|strong|font|li|tt|samp|kbd|blockquote|td|tr|a)(?: [^<>]{0,200})?>",
    re.IGNORECASE,
)
_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&nbsp;", b" "), (b"&amp;", b"&"))
_REFERER = re.compile(rb"(?:\\r\\n)?, referer: https?://\S{1,500}$")
"""What Apache writes behind a line of a program."""
_BLANKS = ((b"\xc2\xa0", b" "), (b"\xe2\x80\x8b", b""), (b"\xef\xbb\xbf", b""))
"""No-break spaces, and spaces of no width, which web pages and files leave in what is copied from them."""
_CARET = re.compile(rb"\^M\$?\s*$")
"""A carriage return as editors and `cat -v` show it."""


def unmarked(line: bytes) -> bytes:
    """The line of a log without BBCode, HTML, and Markdown's back-ticks; most lines as they are."""
    if _MARKS.search(line) is None:
        return line
    bare = _CARET.sub(b"", _REFERER.sub(b"", line))
    for mark, character in _BLANKS:
        bare = bare.replace(mark, character)
    if b"[/" in bare or re.match(rb"\s*\[(?:code|quote|font|size|color|pre)[=\]]", bare, re.IGNORECASE):
        bare = _BBCODE.sub(b"", bare)
    if b"</" in bare or b"<br" in bare.lower():
        bare = _HTML.sub(b"", bare)
    for mark, character in _ENTITIES:
        bare = bare.replace(mark, character)
    quoted = re.fullmatch(rb"\s*(`{1,3})([^`]*)\1\s*", bare)
    return quoted[2] if quoted is not None else bare


class Frame(Record):
    """What stands around every line of a paste, whoever said it."""

    lead: bytes = b""
    """An indentation, or the mark of a quotation; the server's and the client's lines have the same."""
    numbered: bool = False
    """Whether the lines are counted, one after the other."""
    trailing: bool = False
    """Whether blanks stand behind the lines."""
    headed: bool = False
    """Whether a time, a container's name or the like stands in front of bare protocol lines."""
    spaced: bool = False
    """Whether an empty line stands between each two lines."""

    def inside(self, line: bytes) -> bytes | None:
        """The line itself; None where it is an empty one that only parts two others."""
        if self.spaced and not line.strip():
            return None
        if self.numbered:
            number = _NUMBER.match(line)
            line = line if number is None else line[number.end() :]
        elif self.headed:
            head = _HEAD.match(line)
            line = line if head is None else line[head.end() :]
        elif self.lead and line.startswith(self.lead):
            line = line[len(self.lead) :]
        elif self.lead and line.rstrip() == self.lead.rstrip():
            line = b""
        return line.rstrip(b" \t") if self.trailing else line


_LEAD = re.compile(
    rb"([ \t]{0,8}(?:(?:>[ \t]{0,4}){1,3}|[|#*:-][ \t]{1,4}|//[ \t]{0,4})|[ \t]{1,16})"
    rb"(?:(?P<reply>[2-5]\d\d[ -])|(?i:EHLO|HELO|AUTH|MAIL FROM|STARTTLS)\b)"
)
_QUOTED = re.compile(rb"> (?! )|[\w./-]{1,60}[ \t]{1,24}\| ?")
"""What a mail program, or docker compose, puts in front of every line, whatever stands in it."""
_FEW = 3


def frame_of(sample: list[bytes]) -> Frame | None:
    """The frame of a paste, from its first lines; None where there is none."""
    full = [line for line in sample if line.strip()]
    if len(full) < _FEW:
        return None
    blank = len(sample) - len(full)
    parted = all(not (one.strip() and other.strip()) for one, other in pairwise(sample))
    ends = sum(line[-1:] in (b" ", b"\t") for line in full)
    frame = Frame(_lead_of(full), _counted(full), ends * 5 >= len(full) * 4, _headed(full), blank > 1 and parted)
    return None if frame == Frame() else frame


_HEAD = re.compile(
    rb"(?:[\w./-]{1,60}[ \t]{1,24}\|[ \t]{1,2})?"  # docker compose: the container
    rb"(?:\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]|[A-Z][a-z]{2} [ \d]?\d )?\d\d:\d\d:\d\d[.,\d]{0,10}"
    rb"(?:Z| ?[+-]\d\d:?\d\d)?\]?[ \t:,-]{1,4}(?:[\w.-]{1,60} [\w./-]{1,40}(?:\[\d{1,8}\])?: )?)?"  # a time; syslog
    rb"(?:[\[(]?(?:INFO|DEBUG|TRACE|VERBOSE|NOTICE|WARN(?:ING)?|ERROR)[\])]?[ \t:|-]{1,5})?",
    re.IGNORECASE,
)
_BARE = re.compile(
    rb"(?P<reply>[2-5]\d\d[ -])|(?:EHLO|HELO) \S+\s*$|AUTH [A-Z0-9-]{3,20}\b|MAIL FROM:|STARTTLS\s*$", re.IGNORECASE
)


def _headed(full: list[bytes]) -> bool:
    """Whether nearly all lines have such a head, and a reply and a command stand right behind it."""
    ends = [match.end() if (match := _HEAD.match(line)) is not None else 0 for line in full]
    if sum(end > 0 for end in ends) * 5 < len(full) * 4:
        return False
    behind = [_BARE.match(line, end) for line, end in zip(full, ends, strict=True) if end]
    return len({match["reply"] is not None for match in behind if match is not None}) == 2


_NUMBER = re.compile(rb"\s*(\d{1,5})[.):|]?[ \t]+")


def _counted(full: list[bytes]) -> bool:
    """Whether each line begins with the number that follows the one before it."""
    numbers = [int(match[1]) if (match := _NUMBER.match(line)) else -1 for line in full]
    return numbers[0] >= 0 and all(other == one + 1 for one, other in pairwise(numbers))


def _lead_of(full: list[bytes]) -> bytes:
    leads: dict[bytes, set[bool]] = {}
    for line in full:
        match = _LEAD.match(line)
        if match is not None:
            leads.setdefault(match[1], set()).add(match["reply"] is not None)
    for lead, sides in leads.items():
        if len(sides) == 2:
            return lead
    first = _QUOTED.match(full[0])
    if first is not None and all(line.startswith(first[0]) or line == first[0].rstrip() for line in full):
        return first[0]
    indents = {line[: len(line) - len(line.lstrip(b" \t"))] for line in full}
    shortest = min(indents, key=len)
    return shortest if all(indent.startswith(shortest) for indent in indents) else b""
