"""Decode: a line taken apart at each key, the cursor linked between characters, bits, bytes and fields."""

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen

from tutor.explain.annotate import AnnotatedLine, Annotator, annotate_line
from tutor.explain.shown import as_text, hidden, is_prose, mark_of, told_of, without_passwords
from tutor.tui.commands import bindings
from tutor.tui.messages import RowChosen
from tutor.tui.widgets.entry import Entry, octets
from tutor.tui.widgets.keys import Keys
from tutor.tui.widgets.paint import line_pieces, paint
from tutor.tui.widgets.prose import fold, paragraphs
from tutor.tui.widgets.rows import EMPTY, Row, Rows, row
from tutor.tui.widgets.taken import aligned, char_of_field, taken_apart
from tutor.wire.lines import Line
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.explain.findings import Finding
    from tutor.explain.session import Session

WELCOME = (
    "Type or paste a line of an SMTP session: what a server sent, what a client answered, or bare Base64. "
    "It is taken apart here at every key.\n\n"
    "A whole session or a log may be pasted too; it is walked through line by line. "
    "F5 brings a line as real servers and clients send it; again for the next one."
)

UNTOLD = "Nothing here tells why. Paste the whole session, from the greeting on."
WIDE = 110
"""Columns from which on the findings stand beside the line."""
ASIDE = 44
"""Columns of theirs, at least."""
MOST_LINES = 5000
"""Of one paste."""


class DecodeScreen(Screen[None]):
    """One input, one widget of lines."""

    PLACE = "decode"
    BINDINGS = bindings("decode")
    AUTO_FOCUS = "#line"

    def __init__(self) -> None:
        super().__init__()
        self._entry = Entry(id="line", placeholder="type or paste a line here")
        self._body = Rows(id="taken")
        self._keys = Keys("decode")
        self._line: AnnotatedLine | None = None
        self._follow_field = False
        self._reveal = False
        self._cleared: list[str] = []
        self._examples: list[AnnotatedLine] = []
        self._given: AnnotatedLine | None = None
        """A line that was brought with its context: an example, or one of a pasted session."""
        self._session: list[AnnotatedLine] = []
        self._session_at = 0
        self._pasted = Pasted()
        self._findings = Rows(id="findings")

    def compose(self) -> ComposeResult:
        """The line on top, what it says below."""
        yield self._entry
        with Horizontal():
            yield self._body
            self._findings.display = False
            yield self._findings
        yield self._keys

    def on_mount(self) -> None:
        """What the entry tells, it tells inside the key's own handling: echo and panel share one frame."""
        self._entry.follow(self._edited)
        self._entry.take_lines = self._take_session
        self._edited(True)

    def on_resize(self) -> None:
        """Folded anew; what was typed stays."""
        self._lay()

    def opened(self, line: str | None = None) -> None:
        """Called when one comes here; `line` is shown where one was brought along."""
        if line is not None:
            self._entry.put(line)

    def looked_at(self) -> str:
        """What F3 looks up."""
        line = self._line
        if line is None:
            return ""
        if line.enhanced:
            return line.enhanced
        return str(line.code) if line.code is not None else line.mechanism or ""

    @property
    def reveals(self) -> bool:
        """Whether a secret stands on the screen unmasked."""
        return self._reveal and self._line is not None and self._line.secret

    # The line

    def _edited(self, changed: bool) -> None:
        if changed:
            data = self._entry.octets
            given = self._given
            self._line = given if given is not None and given.line == data else annotate_line(data) if data else None
            self._choose_keys()
        self._lay()

    def _choose_keys(self) -> None:
        """Only those that would do something now."""
        hidden = set() if self._line is not None and self._line.secret else {"decode.reveal"}
        if len(self._session) < 2:
            hidden |= {"decode.next-line", "decode.line-before"}
        if self._finding_line() is None:
            hidden |= {"decode.finding"}
        self._keys.hide(frozenset(hidden))

    def _lay(self) -> None:
        size = self.app.size
        beside = bool(self._session) and size.width >= WIDE
        aside = max(ASIDE, size.width * 2 // 5 if size.width >= 150 else 0) if beside else 0
        width = size.width - aside
        self._findings.display = beside
        if self._line is None:
            title = row((" Decode a line", "title"))
            self._body.show_rows([EMPTY, title, EMPTY, *paragraphs(WELCOME, width - 1, first=" ")])
            return
        height = self._body.size.height or size.height - 2
        letters = getattr(self.app, "no_color", False)
        rows, here = taken_apart(self._line, self._at(), width, self._reveal, height - 2 * bool(self._session), letters)
        if self._session and self._line.side is None and not self._line.fields and self._line.text is None:
            words = self._line.line.decode("utf-8", "replace")
            rows, here = paragraphs(show(words), width - 1, "dim", first=" ", rest=" "), None
        if self._session:
            head = [self._where(width)]
            if beside:
                self._findings.styles.width = aside
                found = [row((" Findings", "title")), *self._finding_rows(aside - 2, all=True)]
                self._findings.show_rows([*found, *self._session_rows(aside, height - len(found))])
            elif len(self._session) == 1:  # then why it failed is what people came for
                head += self._finding_rows(width - 1, all=True)
            else:
                head += self._finding_rows(width - 1, all=False)
                rows = [*rows, EMPTY, row((" Findings", "title")), *self._finding_rows(width - 1, all=True)]
            rows = [*head, *rows]
            here = None if here is None else here + len(head)
        self._body.show_rows(rows, here if self._follow_field else None)

    def _where(self, width: int) -> Row:
        """Which line of what was pasted this is, and how to go on."""
        if len(self._session) == 1:
            return row((f" Read as: {self._pasted.name}", "title"))
        parts = [(f" Line {self._session_at + 1} of {len(self._session)}", "title"), ("  F6 next, F4 before", "dim")]
        for more in (f". Read as: {self._pasted.name}", " of what you pasted"):
            if sum(cell_len(text) for text, _ in parts) + len(more) < width:
                parts.insert(1 if more.startswith(" of") else 2, (more, "title" if more.startswith(" of") else "dim"))
        return row(*parts)

    def _session_rows(self, width: int, room: int) -> list[Row]:
        """As many lines of the session as there is room for, around the one that is taken apart."""
        lines = self._session
        if room < 5:
            return []
        room -= 2
        first = max(0, min(self._session_at - room // 2, len(lines) - room))
        last = min(len(lines), first + room)
        rows = [EMPTY, row((" The session", "title"))]
        for at in range(first, last):
            hidden = at if at == first else len(lines) - 1 - at
            if hidden and ((at == first and first > 0) or (at == last - 1 and last < len(lines))):
                rows.append(row((f"   {'↑' if at == first else '↓'} {hidden + 1} more", "dim")))
                continue
            line, here = lines[at], at == self._session_at
            side = {"server": "S", "client": "C"}.get(str(line.side), " ")
            head = (f" {'▸' if here else ' '}{self._pasted.numbers[at]:>4} {side} ", "bold on" if here else "dim")
            rows.append(Row((head, (" ", ""), *line_pieces(paint(line), self._reveal)), f"line:{at}"))
        return rows

    def _finding_rows(self, width: int, *, all: bool) -> list[Row]:
        """What happened in the session of the line: the main sentence, or everything."""
        session, found = self._pasted.of(self._session_at)
        if session is None:
            return []
        if not found:
            return paragraphs(UNTOLD, width, "dim", first=" ? ", rest="   ") if all else []
        main = found[1] if len(found) > 1 and found[0].code == "session.answer" else found[0]
        rows: list[Row] = []
        for one in found if all else [main]:
            style = "good" if one.code == "session.ok" else "bad" if one.failed else ""
            line = "" if one.line is None else f" Line {one.line}."
            rows += fold([(f"{show(one.summary)}{line}", style)], width, f" {mark_of(one)}", "   ")
            if all:
                rows += paragraphs(show(one.fix), width, first="   ", rest="   ") if one.fix else []
                about = f"{one.code}, {one.sure}. {show(one.source)}"
                rows += [*fold([(about, "dim")], width, "   ", "   "), EMPTY]
        return rows

    def _finding_line(self) -> int | None:
        """The place in the session of the line that the findings are about."""
        session, found = self._pasted.of(self._session_at) if self._session else (None, [])
        number = next((one.line for one in reversed(found) if one.line is not None), None)
        if session is None or number is None or len(self._session) < 2:
            return None
        return next((at for at in self._pasted.places(session) if self._pasted.numbers[at] >= number), None)

    def copied(self) -> str:
        """What F12 takes: of a pasted session all its lines, masked, with what they say and why it failed."""
        session, found = self._pasted.of(self._session_at) if self._session else (None, [])
        return "" if session is None else as_text(session, found)

    def _at(self) -> int:
        """The character of the line that the cursor stands on; behind the last one, it is the last one's."""
        value = self._entry.value
        position = min(self._entry.cursor_position, len(value) - 1)
        return len(octets(value[: max(0, position)]))

    # Keys

    def action_field(self, by: int) -> None:
        """To the next field that has a row, or the one before."""
        line = self._line
        if line is None or not line.fields:
            self._body.scroll_rows(by)
            return
        painted = paint(aligned(line))
        at = self._at()
        stops = sorted({char_of_field(painted, index) for index in painted.marks})
        ahead = [stop for stop in stops if (stop > at if by > 0 else stop < at)] or stops
        if ahead:
            self._follow_field = True
            self._entry.cursor_position = self._position(ahead[0] if by > 0 else ahead[-1])
            self._follow_field = False

    def _position(self, at: int) -> int:
        """The character of the input at byte `at` of the line."""
        value = self._entry.value
        if value.isascii():
            return at
        used = 0
        for position, character in enumerate(value):
            if used >= at:
                return position
            used += len(octets(character))
        return len(value)

    def on_row_chosen(self, message: RowChosen) -> None:
        """A click on a field's row, or on a line of the session."""
        if message.target.startswith("line:"):
            self.action_line(int(message.target[5:]) - self._session_at)
        elif self._line is not None and message.target.startswith("field:"):
            self._entry.cursor_position = self._position(
                char_of_field(paint(aligned(self._line)), int(message.target[6:]))
            )

    def action_reveal(self) -> None:
        """Show secrets, or mask them."""
        self._reveal = not self._reveal
        self._lay()

    def action_clear(self) -> None:
        """An empty line; undo brings the old one back."""
        if self._entry.value:
            self._cleared.append(self._entry.value)
            self._session = []
            self._entry.put("")
            self._edited(True)

    def action_undo(self) -> None:
        """The line before."""
        if self._cleared:
            self._entry.put(self._cleared.pop())

    def action_example(self) -> None:
        """A line of a made-up session, in its context; the next one when asked again."""
        if not self._examples:
            app: Any = self.app
            self._examples = examples(app.next_seed())
        self._session = []
        self._bring(self._examples.pop(0))

    def _bring(self, line: AnnotatedLine) -> None:
        """Show a line with what is known of it from its context."""
        given = self._given
        if self._entry.value and (given is None or given.line != self._entry.octets):
            self._cleared = [*self._cleared[-20:], self._entry.value]
        self._given = line
        self._line = line
        self._entry.put(line.line.decode("utf-8", "surrogateescape"))
        if self._entry.octets != line.line:
            self._given = line._replace(line=self._entry.octets)
        self._edited(True)

    def _take_session(self, text: str) -> bool:
        """A session was pasted, or a log of one, or what a program says of one: it is walked through, line by line.

        A line of a session, or Base64, is no case for that; it is taken apart as if it were typed.
        """
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) == 1 and not _is_prose(octets(show(lines[0].strip()))):
            return False
        pasted = Pasted.read(text)
        if not pasted.lines or (len(lines) == 1 and not pasted.of(0)[1]):
            return False
        self._session, self._session_at, self._pasted = pasted.lines, 0, pasted
        self._bring(pasted.lines[0])
        return True

    def action_line(self, by: int) -> None:
        """To the next line of the session, or the one before."""
        if self._session:
            self._session_at = max(0, min(self._session_at + by, len(self._session) - 1))
            self._body.top = 0
            self._bring(self._session[self._session_at])

    def action_finding(self) -> None:
        """To the line that the finding is about."""
        line = self._finding_line()
        if line is not None:
            self.action_line(line - self._session_at)

    def action_page(self, by: int) -> None:
        """Scroll."""
        self._body.scroll_rows(by * max(1, self._body.size.height - 2))


def _is_prose(line: bytes) -> bool:
    """Whether it is a sentence, and no line of a session."""
    return len(line.split()) > 2 and annotate_line(line).kind not in ("reply", "command")


def _sentence(text: str) -> AnnotatedLine:
    return AnnotatedLine(octets(text), None, "unknown")


class Pasted:
    """The sessions of a pasted text, and why each of them ended as it did."""

    def __init__(self, sessions: "list[Session] | None" = None) -> None:
        self._found: dict[int, list[Finding]] = {}
        self._sessions = sessions or []
        self.lines: list[AnnotatedLine] = []
        """Of all sessions, one behind the other; of what a program says, whole lines."""
        self.numbers: list[int] = []
        """Theirs in the text that was pasted, from 1: the findings name them so."""
        self._owners: list[int] = []
        for place, session in enumerate(self._sessions):
            for n, line in self._walked(place, session):
                self.lines.append(line)
                self.numbers.append(n)
                self._owners.append(place)

    @classmethod
    def read(cls, text: str) -> "Pasted":
        """The protocol lines of a pasted session or log, each annotated in its context."""
        from tutor.explain.session import sessions

        data = [line.encode("utf-8", "surrogateescape") for line in text.splitlines()[:MOST_LINES]]
        return cls(list(sessions(data)))

    def _walked(self, place: int, session: "Session") -> "list[tuple[int, AnnotatedLine]]":
        told = told_of(session, () if session.entries else self._findings(place))
        if not session.entries and not told:
            told = dict(session.notes[:1])
        if not session.entries:
            return [(n, _sentence(without_passwords(note))) for n, note in told.items()]
        lines = []
        for n, line, _, _ in session.entries:
            if line.side is None and not line.decoded and n in told:
                line = _sentence(without_passwords(told[n]))
            elif is_prose(line):
                line = _sentence(hidden(line, False, ()))
            lines.append((n, line))
        return lines

    @property
    def name(self) -> str:
        """What wrote it."""
        from tutor.explain import formats

        name = self._sessions[0].format if self._sessions else ""
        return next((form.title.split(":")[0] for form in formats.all() if form.name == name), name)

    def places(self, session: "Session") -> list[int]:
        """Of the session's lines, among all."""
        return [at for at, owner in enumerate(self._owners) if self._sessions[owner] is session]

    def of(self, at: int) -> "tuple[Session | None, list[Finding]]":
        """The session of the line at a place in `lines`, and its findings."""
        if not 0 <= at < len(self._owners):
            return None, []
        place = self._owners[at]
        return self._sessions[place], self._findings(place)

    def _findings(self, place: int) -> "list[Finding]":
        from tutor.explain.findings import find

        if place not in self._found:
            self._found[place] = find(self._sessions[place])
        return self._found[place]


def examples(seed: int) -> list[AnnotatedLine]:
    """The telling lines of a session with a mechanism drawn by the seed, both sides played by us."""
    from random import Random

    from tutor.sasl import registry
    from tutor.sasl.scenarios import generate
    from tutor.smtp import dialects
    from tutor.smtp.partner import Partner

    random = Random(seed)
    mechanism = random.choice(registry.played())
    scenario = generate(seed, mechanism.name)
    partner = Partner(scenario, mechanism.name, random.choice(dialects.all()))
    partner.start()
    for _ in range(12):
        if partner.done or partner.closed:
            break
        partner.say(partner.solution())
    annotator = Annotator()
    annotated = [annotator.feed(Line(line.side, line.line)) for line in partner.lines]
    telling = [line for line in annotated if line.text or line.ready is not None or line.code is not None]
    # What carries Base64 first: that is what people come for.
    return sorted(telling, key=lambda line: not line.text)


__all__ = ["DecodeScreen", "examples"]
