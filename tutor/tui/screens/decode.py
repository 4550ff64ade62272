"""Decode: a line taken apart at each key, the cursor linked between characters, bits, bytes and fields."""

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen

from tutor.explain.annotate import AnnotatedLine, Annotator, annotate_line
from tutor.explain.shown import as_text, mark_of
from tutor.spans import Span
from tutor.tui.commands import bindings
from tutor.tui.messages import RowChosen
from tutor.tui.pasted import Pasted, may_tell
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

WELCOME = (
    "Type or paste a line of an SMTP session: what a server sent, what a client answered, or bare Base64. "
    "It is taken apart here at every key.\n\n"
    "A whole session or a log may be pasted too; it is walked through line by line. "
    "F5 brings a line as real servers and clients send it; again for the next one."
)

LEFT = "You changed the line, so it is read alone; ctrl+z brings the session back."
UNTOLD = "Nothing here tells why. Paste the whole session, from the greeting on."
WIDE = 110
"""Columns from which on the findings stand beside the line."""
ASIDE = 44
"""Columns of theirs, at least."""
MOST_UNDONE = 20
"""Times that undo goes back."""


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
        self._cleared: list[Kept] = []
        self._examples: list[AnnotatedLine] = []
        self._given: AnnotatedLine | None = None
        """A line that was brought with its context: an example, or one of a pasted session."""
        self._session: list[AnnotatedLine] = []
        self._session_at = 0
        self._pasted = Pasted()
        self._bringing = False
        self._left = False
        """Whether the line was one of a session, and was changed since."""
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
            self._show_secrets(False)
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
        return self._reveal and (bool(self._entry.veiled) or (self._line is not None and self._line.secret))

    # The line

    def _edited(self, changed: bool) -> None:
        if changed:
            data = self._entry.octets
            given = self._given
            if self._session and not self._bringing and (given is None or given.line != data):
                # What was found in the session is not about what stands there now.
                self._leave()
                self._left, given = True, None
            self._line = given if given is not None and given.line == data else annotate_line(data) if data else None
            if self._line is not None and self._entry.veiled and self._line is not given:
                self._line = _veiled(self._line, self._entry.veiled)
            self._choose_keys()
        self._lay()

    def _choose_keys(self) -> None:
        """Only those that would do something now."""
        secret = bool(self._entry.veiled) or (self._line is not None and self._line.secret)
        hidden = set() if secret else {"decode.reveal"}
        if len(self._session) < 2:
            hidden |= {"decode.next-line", "decode.line-before"}
        if self._fault(self._pasted.owner(self._session_at)) is None and (
            not self._session or len(self._pasted.shown) < 2
        ):
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
        head = self._head(width) if self._session else []
        if self._left and self._cleared:
            head = paragraphs(LEFT, width - 1, "dim", first=" ", rest=" ")
        rows, here = taken_apart(self._line, self._at(), width, self._reveal, height - len(head) - 1, letters)
        if self._session and self._line.side is None and not self._line.fields and self._line.text is None:
            words = self._line.line.decode("utf-8", "replace")
            rows, here = paragraphs(show(words), width - 1, "dim", first=" ", rest=" "), None
        if self._session:
            if beside:
                self._findings.styles.width = aside
                found = [row((" Findings", "title")), *self._finding_rows(aside - 2)]
                self._findings.show_rows([*found, *self._session_rows(aside, height - len(found))])
            elif len(self._session) == 1:  # then why it failed is what people came for
                head += self._finding_rows(width - 1)
            else:
                head += [*self._main_rows(width - 1), *([EMPTY] if height > 20 else [])]
                rows = [*rows, EMPTY, *self._further_rows(width - 1)]
        here = None if here is None else here + len(head)
        self._body.show_rows([*head, *rows], here if self._follow_field else None)

    def _head(self, width: int) -> list[Row]:
        """Which line of what was pasted this is, how to go on, and what is left out."""
        pasted, at = self._pasted, self._session_at
        if len(self._session) == 1:
            rows = [row((f" Read as: {pasted.name}", "title"))]
        else:
            title = f"Line {at + 1} of {len(self._session)}"
            if pasted.numbers[at] != at + 1:
                title += f" (line {pasted.numbers[at]} of the text)"
            title += f", {self.copied_part}" if self.copied_part else ""
            parts = [(title, "title")]
            for more in ("; F6 next, F4 before", f". Read as: {pasted.name}"):
                if 1 + sum(cell_len(text) for text, _ in parts) + cell_len(more) < width:
                    parts.append((more, "dim"))
            rows = fold(parts, width - 1, " ")
        if pasted.left_out:
            left = (
                "1 line of what you pasted is"
                if pasted.left_out == 1
                else f"{pasted.left_out:,} lines of what you pasted are"
            )
            rows += fold([(f"{left} not shown.", "dim")], width - 1, " ")
        return rows

    def _session_rows(self, width: int, room: int) -> list[Row]:
        """As many lines of the session as there is room for, around the one that is taken apart."""
        lines = self._session
        if room < 5 or len(lines) < 2:
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

    def _found(self) -> "tuple[Finding | None, list[Finding]]":
        """What happened in the session of the line: the main finding, and all of them."""
        found = self._pasted.of(self._session_at)[1]
        if not found:
            return None, []
        return found[1] if len(found) > 1 and found[0].code == "session.answer" else found[0], found

    def _finding_rows(self, width: int) -> list[Row]:
        """Everything that happened in the session of the line."""
        found = self._found()[1]
        rows = [] if found else paragraphs(UNTOLD, width, "dim", first=" ? ", rest="   ")
        for one in found:
            rows += [*_summary(one, width), *_source(one, width), EMPTY]
        return rows

    def _main_rows(self, width: int) -> list[Row]:
        """The main finding with its advice, to stand above the line."""
        main, _ = self._found()
        if main is None:
            return paragraphs(UNTOLD, width, "dim", first=" ? ", rest="   ")
        return _summary(main, width)

    def _further_rows(self, width: int) -> list[Row]:
        """What `_main_rows` left out: where the main finding is from, and the other ones."""
        main, found = self._found()
        if main is None:
            return []
        rows = [row((" Findings", "title")), *_source(main, width, f" {mark_of(main)}"), EMPTY]
        for one in found:
            rows += [] if one is main else [*_summary(one, width), *_source(one, width), EMPTY]
        return rows

    def _fault(self, place: int | None) -> int | None:
        """The line that the findings of a session are about, as its place in what was pasted."""
        if not self._session or len(self._session) < 2 or place is None:
            return None
        found = [one for one in self._pasted.findings(place) if one.code != "session.ok"]
        number = next((one.line for one in reversed(found) if one.line is not None), None)
        places = self._pasted.places(place)
        if number is None or not places:
            return None
        # A finding may be about a program's words, which are no line of the session: then it is the line before.
        return max((at for at in places if self._pasted.numbers[at] <= number), default=places[0])

    def copied(self) -> str:
        """What F12 takes: of a pasted session all its lines, masked, with what they say and why it failed."""
        session, found = self._pasted.of(self._session_at) if self._session else (None, [])
        return "" if session is None else as_text(session, found)

    @property
    def copied_part(self) -> str:
        """Which session of how many the line is of; empty where there is one alone."""
        shown, owner = self._pasted.shown, self._pasted.owner(self._session_at)
        if not self._session or len(shown) < 2 or owner is None:
            return ""
        return f"session {shown.index(owner) + 1} of {len(shown)}"

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
        self._show_secrets(not self._reveal)
        self._lay()

    def _show_secrets(self, shown: bool) -> None:
        self._reveal = shown
        self._entry.lift(shown)

    def action_clear(self) -> None:
        """An empty line; undo brings the old one back."""
        if self._entry.value or self._session:
            self._leave()
            self._make_empty()
            self._edited(True)

    def _leave(self) -> None:
        """What is shown is no longer needed; undo brings it back."""
        kept = Kept(self._entry.value, self._given, self._session, self._session_at, self._pasted, self._entry.veiled)
        self._cleared = [*self._cleared[1 - MOST_UNDONE :], kept]
        self._session, self._given, self._left = [], None, False

    def _make_empty(self) -> None:
        self._left = False
        self._show_secrets(False)
        self._entry.put("")

    def action_undo(self) -> None:
        """What was there before."""
        if not self._cleared:
            return
        kept = self._cleared.pop()
        self._show_secrets(False)
        self._session, self._session_at, self._pasted = kept.session, kept.at, kept.pasted
        if kept.session:
            self._bring(kept.session[kept.at])
        else:
            self._given, self._left = kept.given, False
            self._entry.put(kept.value)
            self._entry.veil(kept.veiled)
            self._edited(True)

    def action_example(self) -> None:
        """A line of a made-up session, in its context; the next one when asked again."""
        if not self._examples:
            app: Any = self.app
            self._examples = examples(app.next_seed())
        if self._would_be_lost():
            self._leave()
        self._show_secrets(False)
        self._bring(self._examples.pop(0))

    def _would_be_lost(self) -> bool:
        """Whether there is anything that no key brings back."""
        typed = self._given is None or self._given.line != self._entry.octets
        return bool(self._session) or bool(self._entry.value and typed)

    def _bring(self, line: AnnotatedLine) -> None:
        """Show a line with what is known of it from its context."""
        self._given = line
        self._line = line
        self._left = False
        self._bringing = True
        try:
            self._entry.put(line.line.decode("utf-8", "surrogateescape"))
        finally:
            self._bringing = False
        if self._entry.octets != line.line:
            self._given = line._replace(line=self._entry.octets)
        if self._session:
            self._entry.veil(_characters(self._entry.value, line.masked))
        self._edited(True)

    def _take_session(self, text: str) -> bool:
        """A session was pasted, or a log of one, or what a program says of one: it is walked through, line by line.

        A line of a session, or Base64, is no case for that; it is taken apart as if it were typed. But a line that
        refuses something is a session of one line where it tells why.
        """
        self._show_secrets(False)
        lines = [line for line in text.splitlines() if line.strip()]
        pasted = Pasted()
        if len(lines) > 1 or may_tell(octets(show(lines[0].strip()))):
            pasted = Pasted.read(text)
        if not pasted.lines or (len(lines) == 1 and not pasted.of(0)[1]):
            if self._session:  # it takes the session's place, and is not glued to a line of it
                self._leave()
                self._make_empty()
            return False
        if self._would_be_lost():
            self._leave()
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
        """To the line that the finding is about; from there to that of the next session."""
        if not self._session:
            return
        shown, owner = self._pasted.shown, self._pasted.owner(self._session_at)
        here = 0 if owner is None else shown.index(owner)
        for place in (*shown[here:], *shown[: here + 1]):
            fault = self._fault(place)
            if fault is not None and (place != owner or fault != self._session_at):
                self.action_line(fault - self._session_at)
                return

    def action_page(self, by: int) -> None:
        """Scroll."""
        self._body.scroll_rows(by * max(1, self._body.size.height - 2))


class Kept(NamedTuple):
    """What undo brings back."""

    value: str
    given: AnnotatedLine | None
    session: list[AnnotatedLine]
    at: int
    pasted: Pasted
    veiled: frozenset[int]


def _summary(one: "Finding", width: int) -> list[Row]:
    """What happened, and what to do about it."""
    style = "good" if one.code == "session.ok" else "bad" if one.failed else ""
    line = "" if one.line is None else f" Line {one.line}."
    rows = fold([(f"{show(one.summary)}{line}", style)], width, f" {mark_of(one)}", "   ")
    return [*rows, *paragraphs(show(one.fix), width, first="   ", rest="   ")] if one.fix else rows


def _source(one: "Finding", width: int, first: str = "   ") -> list[Row]:
    return fold([(f"{one.code}, {one.sure}. {show(one.source)}", "dim")], width, first, "   ")


def _characters(value: str, spans: tuple[Span, ...]) -> list[int]:
    """The characters of the input that hold any byte of these spans."""
    found, start = [], 0
    for at, character in enumerate(value):
        end = start + len(octets(character))
        if any(span.start < end and start < span.end for span in spans):
            found.append(at)
        start = end
    return found


def _veiled(line: AnnotatedLine, characters: frozenset[int]) -> AnnotatedLine:
    """A line of which a part is a secret, though it does not look like one."""
    if line.masked:
        return line
    spans = tuple(Span(at, at + 1) for at in sorted(characters))
    if line.text is not None or not line.line.isascii():
        spans = (Span(0, len(line.line)),)
    fields = tuple(
        field._replace(secret=True)
        if line.text is not None or any(span.start < field.span.end and field.span.start < span.end for span in spans)
        else field
        for field in line.fields
    )
    return line._replace(masked=spans, fields=fields)


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
