"""Text for people: fitted to the terminal, coloured only where colour is wanted, never raw."""

import os
import sys

from tutor.explain.shown import MASK, is_sentence, masked_octets
from tutor.spans import Field, Span
from tutor.wire.printable import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tutor.explain.annotate import AnnotatedLine


_RESET, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
_COLOURS = ("\x1b[36m", "\x1b[33m", "\x1b[35m", "\x1b[32m", "\x1b[34m", "\x1b[31m")
_MOST_GROUPS = 40
_LONGEST_SHOWN = 2000


class Paper:
    """Where text goes: knows its width, and whether colours are wanted."""

    def __init__(self, width: int | None = None, colour: bool | None = None) -> None:
        self.width = width if width is not None else _terminal_width()
        self.colour = colour if colour is not None else _wants_colour()

    def paint(self, text: str, style: str) -> str:
        """The text in a style, or plain."""
        return f"{style}{text}{_RESET}" if self.colour and text else text

    def bold(self, text: str) -> str:
        """For what matters most."""
        return self.paint(text, _BOLD)

    def dim(self, text: str) -> str:
        """For sources and other small print."""
        return self.paint(text, _DIM)

    def field(self, text: str, index: int | None) -> str:
        """In the colour of the field with that index."""
        return text if index is None else self.paint(text, _COLOURS[index % len(_COLOURS)])

    def wrapped(self, text: str, first: str = "", rest: str | None = None, break_words: bool = False) -> str:
        """Folded at blanks to the width; a long word is cut only where `break_words` says so."""
        from textwrap import fill

        return fill(
            text,
            max(self.width, 20),
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=break_words,
            break_on_hyphens=False,
        )


def _terminal_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return min(int(columns), 200)
    try:
        return min(os.get_terminal_size(sys.stdout.fileno()).columns or 80, 200)
    except (OSError, ValueError, AttributeError):
        return 80


def _wants_colour() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(sys.stdout and sys.stdout.isatty())


def field_value(field: Field, fields: tuple[Field, ...], reveal: bool) -> str:
    """The field's value, masked where it holds any byte of a secret."""
    if reveal:
        return field.value
    for other in fields:
        if other.secret and (other is field or _overlap(other.span, field.span)):
            return MASK
    return field.value


def _overlap(one: Span, two: Span) -> bool:
    return max(one.start, two.start) < min(one.end, two.end)


def problem_message(message: str, hide: bool) -> str:
    """A problem's sentence; where the line is secret, without the characters that it quotes."""
    if not hide:
        return message
    import re

    return re.sub(r"`[^`]*`|bytes? [0-9A-F]{2}(?: [0-9A-F]{2})*", f"`{MASK}`", message)


_WORDS = (
    "These are words: no line of SMTP, and no Base64. What a program says of a failed login, one line or its whole "
    "log, is for: sasl-tutor explain"
)


def annotated(line: "AnnotatedLine", paper: Paper, reveal: bool = False) -> str:
    """One annotated line as text for people: the line, the ruler, the fields, what comes next."""
    hidden = () if reveal else line.masked
    out = [paper.bold(_shortened(masked_octets(line.line, hidden)) or "(an empty line)")]
    if is_sentence(line):
        return "\n".join([*out, paper.wrapped(_WORDS, "  ")])
    if line.text is None and line.fields:
        out += _line_marks(line, paper)
    out += _problem_carets(line, paper, reveal)
    out.append(paper.wrapped(_headline(line), "  "))
    if line.message:
        out += _ruler(line, paper, reveal)
    out += _fields(line, paper, reveal)
    for why, names in _rivals(line).items():
        out.append(paper.wrapped(f"Perhaps {' or '.join(names)}: {why}", "  ", "    "))
    if line.note:
        out.append(paper.wrapped(f"Note: {show(line.note)}", "  ", "    "))
    if line.expects:
        out.append(paper.wrapped(f"{_next_word(line)} {show(line.expects)}", "  ", "    "))
    if line.source:
        out.append(paper.dim(f"  ({line.source})"))
    return "\n".join(out)


def _rivals(line: "AnnotatedLine") -> dict[str, list[str]]:
    """Why -> the candidates of which it is said."""
    found: dict[str, list[str]] = {}
    for candidate in line.candidates:
        found.setdefault(candidate.why, []).append(candidate.mechanism)
    return found


def _shortened(text: str) -> str:
    """A line of megabytes is shown by its beginning, and said to be longer."""
    if len(text) <= _LONGEST_SHOWN:
        return text
    return f"{text[:_LONGEST_SHOWN]} … ({len(text) - _LONGEST_SHOWN:,} more characters)"


def _next_word(line: "AnnotatedLine") -> str:
    if line.code == 334 or (line.side is None and line.stage and "prompt" in line.stage):
        return "Answer with:"
    return "Next:"


def _headline(line: "AnnotatedLine") -> str:
    from tutor.explain import replies

    parts = []
    if line.code == 334:
        parts.append("334, a challenge: go on.")
    elif line.ready is not None:
        parts.append(f"A greeting: the server is {'ready' if line.ready else 'not ready'}.")
    elif line.code is not None:
        parts.append(f"{line.code}: {replies.meaning_of(line.code, line.enhanced) or 'a reply.'}")
    elif line.kind != "unknown":
        parts.append(f"A {line.kind} of the client.")
    else:
        parts.append("Neither a reply nor a command.")
    if line.mechanism:
        parts.append(f"{show(line.mechanism)}{', ' + line.stage if line.stage else ''}.")
    elif line.stage:
        parts.append(f"Stage: {line.stage}; the mechanism cannot be told.")
    if line.message is not None and line.text is not None:
        parts.append(_counts(line.text, line.message))
    elif line.lenient and line.text is not None:
        parts.append("Not strict Base64.")
    return " ".join(parts)


def _counts(text: bytes, message: bytes) -> str:
    if not message:
        return "The message is empty."
    return f"Base64, {len(text):,} characters, {len(message):,} byte{'' if len(message) == 1 else 's'}."


def _problem_carets(line: "AnnotatedLine", paper: Paper, reveal: bool) -> list[str]:
    out = []
    hide = bool(line.masked) and not reveal
    for problem in line.problems:
        if problem.at is not None and not hide and problem.at < _LONGEST_SHOWN:
            before = len(show(line.line[: problem.at]))
            length = max(1, min(len(show(line.line[problem.at : problem.end])), 60))
            if before + length <= paper.width:
                out.append(" " * before + paper.paint("^" * length, "\x1b[31m"))
        sentence = problem_message(problem.message, hide)
        out.append(paper.wrapped(f"{problem.code}: {show(sentence)}", "  ", "    "))
    return out


def _ruler(line: "AnnotatedLine", paper: Paper, reveal: bool) -> list[str]:
    """Base64 characters over bytes in hex over what they mean over field marks, in groups of 4 and 3."""
    from tutor.explain import ruler

    letters = ruler.marks(line.fields)
    groups = list(ruler.groups(line, _MOST_GROUPS))
    label = 10
    fit = max(1, (paper.width - label) // 14)
    out = [""]
    for start in range(0, len(groups), fit):
        rows = {"text": "", "bytes": "", "message": "", "field": ""}
        for group in groups[start : start + fit]:
            for char in group.chars:
                secret = char.secret and not reveal
                rows["text"] += paper.field("•" if secret else char.char, char.field) + "  "
            rows["text"] += "   " * (4 - len(group.chars)) + "  "
            for cell in group.bytes:
                secret = cell.secret and not reveal
                rows["bytes"] += paper.field("••" if secret else f"{cell.octet:02x}", cell.field) + "  "
                rows["message"] += paper.field("•" if secret else cell.picture, cell.field) + "   "
                letter = letters.get(cell.field, "") if cell.field is not None else ""
                rows["field"] += paper.field(letter or " ", cell.field) + "   "
            for name in ("bytes", "message", "field"):
                rows[name] += "    " * (3 - len(group.bytes)) + "  "
        out += [f"  {name:<{label - 2}}{row}".rstrip() for name, row in rows.items()] + [""]
    shown = len(groups) * 3
    if line.message is not None and len(line.message) > shown:
        out.append(f"  … and {len(line.message) - shown:,} more bytes")
    return out


def _line_marks(line: "AnnotatedLine", paper: Paper) -> list[str]:
    """Where a line carries no Base64: the letters of the fields under the line itself."""
    from tutor.explain import ruler

    if len(line.line) > paper.width or line.line != show(line.line).encode():
        return []
    letters = ruler.marks(line.fields)
    owner = ruler.owners(line.fields, len(line.line))
    return [
        "".join(paper.field(letters.get(index, " ") if index is not None else " ", index) for index in owner).rstrip()
    ]


def _fields(line: "AnnotatedLine", paper: Paper, reveal: bool) -> list[str]:
    from tutor.explain import ruler

    letters = ruler.marks(line.fields)
    rows = [(index, line.fields[index]) for index in letters]
    if not rows:
        return []
    names = max(len(field.name) + 2 * field.level for _, field in rows)
    out = []
    for index, field in rows:
        value = show(_shortened(field_value(field, line.fields, reveal)))
        name = "  " * field.level + show(field.name)
        head = f"  {paper.field(letters[index], index)} {name:<{names}}  "
        indent = names + 6 if names + 6 <= paper.width // 3 else min(names + 6, 6)
        source = f" ({field.source})" if field.source and not _same_document(field.source, line.source) else ""
        text = f"{value}  {show(field.meaning)}{source}" if value else f"{show(field.meaning)}{source}"
        folded = paper.wrapped(text, " " * indent, break_words=True).split("\n")
        if len(f"  {letters[index]} {name:<{names}}  ") <= indent:
            out.append(head + folded[0][indent:])
        else:  # a narrow terminal: the value goes below its name
            out += [head.rstrip(), folded[0]]
        out += folded[1:]
    return out


def _same_document(one: str, two: str | None) -> bool:
    """Whether both are sections of one RFC, so that naming the line's is enough."""
    return two is not None and one.split(" section")[0] == two.split(" section")[0]
