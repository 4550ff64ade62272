"""Decode: a line taken apart at each key, the cursor linked between characters, bits, bytes and fields."""

from typing import Any

from textual.app import ComposeResult
from textual.screen import Screen

from tutor.explain.annotate import AnnotatedLine, Annotator, annotate_line
from tutor.tui.commands import bindings
from tutor.tui.messages import RowChosen
from tutor.tui.widgets.entry import Entry, octets
from tutor.tui.widgets.keys import Keys
from tutor.tui.widgets.paint import paint
from tutor.tui.widgets.prose import paragraphs
from tutor.tui.widgets.rows import EMPTY, Rows, row
from tutor.tui.widgets.taken import aligned, char_of_field, taken_apart
from tutor.wire.lines import Line

WELCOME = (
    "Type or paste a line of an SMTP session: what a server sent, what a client answered, or bare Base64. "
    "It is taken apart here at every key.\n\n"
    "A whole session or a log may be pasted too; it is walked through line by line. "
    "F5 brings a line as real servers and clients send it; again for the next one."
)

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
        self._session_name = ""

    def compose(self) -> ComposeResult:
        """The line on top, what it says below."""
        yield self._entry
        yield self._body
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
        if not self._session:
            hidden |= {"decode.next-line", "decode.line-before"}
        self._keys.hide(frozenset(hidden))

    def _lay(self) -> None:
        width = self._body.size.width or self.app.size.width
        if self._line is None:
            title = row((" Decode a line", "title"))
            self._body.show_rows([EMPTY, title, EMPTY, *paragraphs(WELCOME, width - 1, first=" ")])
            return
        rows, here = taken_apart(self._line, self._at(), width, self._reveal)
        if self._session:
            where = f" Line {self._session_at + 1} of {len(self._session)} of what you pasted"
            more = f" ({self._session_name})" if self._session_name else ""
            rows = [row((where, "title"), (f"{more}. F6 next, F4 before.", "dim")), *rows]
            here = None if here is None else here + 1
        self._body.show_rows(rows, here if self._follow_field else None)

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
        """A click on a field's row."""
        if self._line is not None and message.target.startswith("field:"):
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
        """Many lines were pasted: a session, or a log of one. It is walked through, line by line."""
        name, lines = session_of(text)
        if len(lines) < 2:
            return False
        self._session, self._session_at, self._session_name = lines, 0, name
        self._bring(lines[0])
        return True

    def action_line(self, by: int) -> None:
        """To the next line of the session, or the one before."""
        if self._session:
            self._session_at = max(0, min(self._session_at + by, len(self._session) - 1))
            self._body.top = 0
            self._bring(self._session[self._session_at])

    def action_page(self, by: int) -> None:
        """Scroll."""
        self._body.scroll_rows(by * max(1, self._body.size.height - 2))


def session_of(text: str) -> tuple[str, list[AnnotatedLine]]:
    """The protocol lines of a pasted session or log, each annotated in its context; and what wrote it."""
    from tutor.explain import formats

    data = [line.encode("utf-8", "surrogateescape") for line in text.splitlines()[:MOST_LINES]]
    form = formats.recognise(data)
    annotators: dict[bytes, Annotator] = {}
    lines = []
    for line in data:
        for found in formats.read(form, line):
            annotator = annotators.setdefault(found.key, Annotator())
            lines.append(annotator.feed(Line(found.side, found.line)))
    return form.title, lines


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
