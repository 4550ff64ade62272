"""One line taken apart, with what came before it: the one function behind decode, watch, connect and explain."""

from functools import lru_cache

from tutor.explain import greeting, lone, replies
from tutor.explain.hiding import in_login_name
from tutor.records import Record
from tutor.sasl import registry
from tutor.sasl.mechanism import Mechanism
from tutor.smtp.dialogue import Dialogue, Observation, State
from tutor.smtp.states import CONTENT_STATES
from tutor.spans import Field, Span, tile
from tutor.wire import b64, command, ehlo, reply
from tutor.wire.lines import Line, Side

__all__ = ["AnnotatedLine", "Annotator", "Candidate", "LineProblem", "annotate_line"]


class Candidate(Record):
    """A mechanism that the line may belong to."""

    mechanism: str
    why: str


class LineProblem(Record):
    """What is wrong with the line itself; places count characters of the line."""

    code: str
    message: str
    at: int | None
    end: int | None


class AnnotatedLine(Record):
    """What one line says. `fields` count bytes of the message, or of the line where it carries no Base64."""

    line: bytes
    side: Side | None
    kind: str
    """`reply`, `command`, `response` or `unknown`."""
    code: int | None = None
    enhanced: str | None = None
    text: bytes | None = None
    """The Base64 characters, or what stands in their place; None where no Base64 is due."""
    text_start: int = 0
    """Where `text` begins in the line."""
    mechanism: str | None = None
    """None where nothing tells it for sure; then see `candidates`."""
    stage: str | None = None
    candidates: tuple[Candidate, ...] = ()
    message: bytes | None = None
    """`text` decoded strictly; None where there is none, or where it cannot be."""
    fields: tuple[Field, ...] = ()
    """Tiled. Where `message` is None but the text can be read leniently, they lie in `lenient`."""
    problems: tuple[LineProblem, ...] = ()
    expects: str | None = None
    """What the other side should send next."""
    note: str | None = None
    source: str | None = None
    ready: bool | None = None
    """Greetings: whether the server is ready for commands."""
    lenient: bytes | None = None
    """The best reading of a text that is not strict Base64."""
    masked: tuple[Span, ...] = ()
    """Characters of the line that carry any bit of a secret."""

    @property
    def decoded(self) -> str | None:
        """The message as text; None where there is none or where it is binary."""
        return None if self.message is None else lone.as_text(self.message)

    @property
    def secret(self) -> bool:
        """Whether anything in it must be masked."""
        return bool(self.masked)


class Annotator:
    """Annotates lines one after the other; what was said before decides what a line means."""

    def __init__(self, *, tls: bool = False) -> None:
        self.dialogue = Dialogue(tls=tls)
        self.seen: Observation | None = None
        """What the dialogue saw in the last line."""
        self._recognised: Mechanism | None = None  # of an exchange whose AUTH line was not seen
        self._skipped = 0  # turns of that exchange that were not seen either
        self._exchanged = False  # whether any exchange was seen
        self._lines = 0
        self._greeting = False  # inside a multi-line greeting

    def feed(self, line: Line) -> AnnotatedLine:
        """Take the next line. Any bytes at all; never raises."""
        first = self._lines == 0
        self._lines += 1
        if first and line.side is not Side.CLIENT:
            other = greeting.other_protocol(line.line)
            if other is not None:
                return _other_protocol(line, *other)
        seen = self.seen = self.dialogue.observe(line)
        if first:
            seen = seen._replace(notes=())  # a line alone is not out of order
        if seen.reply is not None:
            return self._reply(line.line, seen, seen.reply)
        if seen.kind == "command" and seen.command is not None:
            return self._command(line.line, seen, seen.command)
        if seen.kind == "response":
            return self._response(line.line, seen)
        if seen.side is None:
            # Behind an exchange it may be a password that nobody waited for.
            return _hidden(_bare(line.line, _note(seen))) if self._exchanged else _bare(line.line, _note(seen))
        return _stray(line.line, seen)

    # The server's lines

    def _reply(self, line: bytes, seen: Observation, parsed: reply.ReplyLine) -> AnnotatedLine:
        if parsed.code == 334:
            return self._challenge(line, seen, parsed)
        if seen.state_before not in _EXCHANGE or seen.state not in _EXCHANGE:
            self._recognised, self._skipped = None, 0
        if parsed.code == 220 and seen.state_before in (State.STARTTLS_SENT,):
            self._greeting = False
        elif seen.state_before is State.CONNECTED or self._greeting:
            self._greeting = not parsed.last
            if (
                parsed.code in (220, 221, 421, 521, 554)
                or parsed.code // 100 == 1
                or seen.state_before is State.CONNECTED
            ):
                found = _greeted(line, seen, parsed)
                if found is not None:
                    return found
        return _plain_reply(line, seen, parsed)

    def _challenge(self, line: bytes, seen: Observation, parsed: reply.ReplyLine) -> AnnotatedLine:
        start = parsed.text_span.start
        said = _mechanism(seen.mechanism)
        self._exchanged = True
        reading = lone.read(Side.SERVER, parsed.text, said, seen.turn)
        if said is None and seen.mechanism is None:
            reading = self._unannounced(reading, parsed.text, seen.turn)
        notes = [*seen.notes, *reading.notes]
        if not parsed.separator:
            notes.append("There is no space behind 334. RFC 4954 section 4 wants it; some clients stop here.")
        mechanism = reading.mechanism
        return AnnotatedLine(
            line,
            Side.SERVER,
            "reply",
            code=334,
            text=parsed.text,
            text_start=start,
            mechanism=seen.mechanism or (mechanism.name if mechanism else None),
            stage=reading.stage,
            candidates=tuple(Candidate(name, why) for name, why in reading.rivals),
            message=reading.message,
            fields=tuple(reading.fields),
            problems=_shifted(reading.problems, start),
            expects=reading.expects,
            note=" ".join(notes) or None,
            source=mechanism.source if mechanism else "RFC 4954 section 4",
            lenient=reading.lenient,
            masked=_masked(parsed.text, start, reading),
        )

    def _unannounced(self, reading: lone.Reading, text: bytes, turn: int) -> lone.Reading:
        """A challenge of an exchange whose AUTH line was not seen: remember what it looks like, and its turn."""
        if reading.mechanism is None:
            if self._recognised is None:
                return reading
            return lone.read(Side.SERVER, text, self._recognised, turn + self._skipped)
        self._recognised = reading.mechanism
        message = reading.lenient if reading.message is None else reading.message
        place = lone.turn_of(reading.mechanism, Side.SERVER, message or b"", reading.stage or "")
        self._skipped = max(place - turn, 0)
        return reading

    # The client's lines

    def _command(self, line: bytes, seen: Observation, parsed: command.Command) -> AnnotatedLine:
        self._recognised, self._skipped = None, 0
        self._exchanged = self._exchanged or parsed.verb == b"AUTH"
        if parsed.verb == b"AUTH" and parsed.initial_response is not None:
            return self._initial(line, seen, parsed)
        fields = [Field("verb", Span(0, len(parsed.verb)), parsed.verb.decode(), "The command.", _COMMAND_SOURCE)]
        expects, source = _COMMANDS.get(parsed.verb, ("A reply.", _COMMAND_SOURCE))
        name: str | None = None
        if parsed.verb == b"AUTH" and parsed.mechanism is not None:
            name = parsed.mechanism.upper()
            word = parsed.argument.split()[0]
            at = parsed.argument_span.start
            fields.append(
                Field(
                    "mechanism",
                    Span(at, at + len(word)),
                    name,
                    "The SASL mechanism that is asked for.",
                    "RFC 4954 section 4",
                )
            )
            found = registry.get(name)
            expects = _after_auth(found, name)
            source = "RFC 4954 section 4"
        elif parsed.argument:
            value = lone.readable(parsed.argument)
            fields.append(Field("argument", parsed.argument_span, value, "What the command is about.", _COMMAND_SOURCE))
        return AnnotatedLine(
            line,
            Side.CLIENT,
            "command",
            mechanism=name,
            fields=tuple(_covered(line, fields)),
            expects=expects,
            note=_note(seen),
            source=source,
        )

    def _initial(self, line: bytes, seen: Observation, parsed: command.Command) -> AnnotatedLine:
        span = parsed.initial_response_span
        assert span is not None
        name = (parsed.mechanism or "").upper()
        mechanism = registry.get(name)
        text = line[span.start : span.end]
        reading = _wary(lone.read(Side.CLIENT, b"" if text == b"=" else text, mechanism, 0))
        notes = [*seen.notes, *reading.notes]
        if text == b"=":
            notes.append("`=` is the empty initial response (RFC 4954 section 4).")
        if mechanism is None:
            notes.append(f"{lone.readable(name.encode())} is no mechanism that this program knows.")
        elif not mechanism.initial_response:
            notes.append(f"In {name} the server speaks first; a server answers 501 here (RFC 4954 section 4).")
        return AnnotatedLine(
            line,
            Side.CLIENT,
            "command",
            text=text,
            text_start=span.start,
            mechanism=name,
            stage=reading.stage or "initial response",
            message=reading.message,
            fields=tuple(reading.fields),
            problems=_shifted(reading.problems, span.start),
            expects=reading.expects or "334 with the next challenge, 235, or an error.",
            note=" ".join(notes) or None,
            source=mechanism.source if mechanism else "RFC 4954 section 4",
            lenient=reading.lenient,
            masked=_masked(text, span.start, reading),
        )

    def _response(self, line: bytes, seen: Observation) -> AnnotatedLine:
        if line == b"*":
            return AnnotatedLine(
                line,
                Side.CLIENT,
                "response",
                mechanism=seen.mechanism or (self._recognised.name if self._recognised else None),
                stage="cancel",
                fields=(Field("cancel", Span(0, 1), "*", "The client gives up this exchange.", "RFC 4954 section 4"),),
                expects="501: the server confirms that AUTH was cancelled.",
                note=_note(seen),
                source="RFC 4954 section 4",
            )
        mechanism = _mechanism(seen.mechanism) or self._recognised
        reading = _wary(lone.read(Side.CLIENT, line, mechanism, seen.turn + self._skipped))
        found = reading.mechanism
        return AnnotatedLine(
            line,
            Side.CLIENT,
            "response",
            text=line,
            mechanism=seen.mechanism or (found.name if found else None),
            stage=reading.stage or "response",
            candidates=tuple(Candidate(name, why) for name, why in reading.rivals),
            message=reading.message,
            fields=tuple(reading.fields),
            problems=_shifted(reading.problems, 0),
            expects=reading.expects or "334 with the next challenge, 235, or an error.",
            note=" ".join([*seen.notes, *reading.notes]) or None,
            source=found.source if found else "RFC 4954 section 4",
            lenient=reading.lenient,
            # An answer of an unknown mechanism may be a password: hide it all.
            masked=_masked(line, 0, reading) if found else _whole(line),
        )


def annotate_line(line: bytes, side: Side | None = None) -> AnnotatedLine:
    """One line without a context."""
    return Annotator().feed(Line(side, line))


_COMMAND_SOURCE = "RFC 5321 section 4.1.1"
_EXCHANGE = frozenset({State.AUTH_SENT, State.CHALLENGED, State.RESPONDED, State.CANCELLED})
_COMMANDS: dict[bytes, tuple[str, str]] = {
    b"EHLO": ("250, many lines: what the server can do, AUTH among it.", "RFC 5321 section 4.1.1.1"),
    b"HELO": ("250, one line, without any list: who wants AUTH says EHLO.", "RFC 5321 section 4.1.1.1"),
    b"AUTH": ("501: AUTH wants the name of a mechanism.", "RFC 4954 section 4"),
    b"STARTTLS": ("220: then TLS begins, and EHLO is said again.", "RFC 3207 section 4"),
    b"MAIL": ("250, or 530 where the server wants AUTH first.", "RFC 5321 section 4.1.1.2"),
    b"RCPT": ("250, or 550 where this recipient is refused.", "RFC 5321 section 4.1.1.3"),
    b"DATA": ("354: then the message, ended by a line that is a single dot.", "RFC 5321 section 4.1.1.4"),
    b"RSET": ("250: the mail transaction is forgotten, the login stays.", "RFC 5321 section 4.1.1.5"),
    b"VRFY": ("250, 251 or 252.", "RFC 5321 section 4.1.1.6"),
    b"HELP": ("214 or 211, a text for people.", "RFC 5321 section 4.1.1.8"),
    b"NOOP": ("250: nothing happens.", "RFC 5321 section 4.1.1.9"),
    b"QUIT": ("221: the server closes the connection.", "RFC 5321 section 4.1.1.10"),
}


def _mechanism(name: str | None) -> Mechanism | None:
    return None if name is None else registry.get(name)


def _note(seen: Observation) -> str | None:
    return " ".join(seen.notes) or None


def _after_auth(mechanism: Mechanism | None, name: str) -> str:
    if mechanism is None:
        return f"334 with a challenge; or 504, where the server does not know {lone.readable(name.encode())}."
    if mechanism.first is Side.CLIENT:
        return "334 with an empty challenge: the client speaks first. Or 504 where the mechanism is not offered."
    return "334 with the first challenge; or 504 where the mechanism is not offered."


def _shifted(problems: tuple[b64.Problem, ...], offset: int) -> tuple[LineProblem, ...]:
    return tuple(
        LineProblem(found.code, found.message, found.span.start + offset, found.span.end + offset) for found in problems
    )


def _whole(line: bytes) -> tuple[Span, ...]:
    return (Span(0, len(line)),) if line else ()


def _wary(reading: "lone.Reading") -> "lone.Reading":
    """Where LOGIN's user name is due, people also send both values, or the password: what may be it is a secret."""
    message = reading.lenient if reading.message is None else reading.message
    if not message or reading.stage != "username" or reading.mechanism is None or reading.mechanism.name != "LOGIN":
        return reading
    span = in_login_name(message)
    if span is None:
        return reading
    meaning = "Perhaps the password: it has its own turn, behind the next prompt."
    inside = Field("password", span, lone.readable(message[span.start : span.end]), meaning, "", True, 1)
    return reading._replace(fields=(*reading.fields, inside))


def _masked(text: bytes, start: int, reading: "lone.Reading") -> tuple[Span, ...]:
    """The characters of the line that carry a bit of a secret; all of the text where it cannot be mapped."""
    secrets = [field.span for field in reading.fields if field.secret]
    if not any(span.end > span.start for span in secrets):
        return ()
    if reading.message is None:
        return (Span(start, start + len(text)),)
    spans = []
    for secret in secrets:
        span = b64.text_span(secret)
        spans.append(Span(start + span.start, start + span.end))
    return tuple(spans)


def _covered(line: bytes, fields: list[Field]) -> list[Field]:
    """Tile a line that carries no Base64; blanks between its parts get no name worth showing."""
    return [
        field._replace(name="space", meaning="Between the parts.")
        if field.name == "unknown" and not line[field.span.start : field.span.end].strip()
        else field
        for field in tile(len(line), fields)
    ]


def _other_protocol(line: Line, name: str, sentence: str) -> AnnotatedLine:
    field = Field("software", Span(0, len(line.line)), name, sentence, "")
    return AnnotatedLine(
        line.line,
        Side.SERVER,
        "unknown",
        code=None if (parsed := reply.parse_line(line.line)) is None else parsed.code,
        fields=(field,) if line.line else (),
        expects="Nothing: hang up, and connect to an SMTP port.",
        note=sentence,
        source=greeting.SOURCE,
        ready=False,
    )


def _greeted(line: bytes, seen: Observation, parsed: reply.ReplyLine) -> AnnotatedLine | None:
    """A greeting's line; None for codes that never greet (a paste may begin with any reply)."""
    if parsed.code in _NEVER_GREETS or (parsed.code != 220 and parsed.enhanced and parsed.enhanced[2] == "7"):
        return None
    found = greeting.read(parsed.code, parsed.last, parsed.text, parsed.text_span.start)
    fields = [_code_field(parsed), *_enhanced_field(parsed), *found.fields]
    notes = [*seen.notes, *(text for text in (found.why_not, found.note) if text)]
    expects = "EHLO and the client's own host name (RFC 5321 section 3.2)."
    if not found.ready:
        expects = "Wait for its last line." if parsed.code == 220 else "QUIT; other commands are refused."
    return AnnotatedLine(
        line,
        Side.SERVER,
        "reply",
        code=parsed.code,
        enhanced=parsed.enhanced,
        fields=tuple(_covered_text(line, parsed, fields)),
        expects=expects,
        note=" ".join(notes) or None,
        source="RFC 5321 section 3.1",
        ready=found.ready,
    )


_NEVER_GREETS = frozenset(
    {211, 214, 235, 250, 251, 252, 334, 354, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 530, 534, 535, 538}
    | {550, 551, 552, 553, 555}
)


def _code_field(parsed: reply.ReplyLine) -> Field:
    meaning = replies.meaning_of(parsed.code, parsed.enhanced) or "The reply code."
    return Field("code", Span(0, 3), str(parsed.code), meaning, "RFC 5321 section 4.2")


def _enhanced_field(parsed: reply.ReplyLine) -> list[Field]:
    if parsed.enhanced is None or parsed.enhanced_span is None:
        return []
    meaning = replies.meaning_of_enhanced(parsed.enhanced) or "The enhanced status code."
    return [Field("enhanced", parsed.enhanced_span, parsed.enhanced, meaning, "RFC 3463 section 2")]


def _covered_text(line: bytes, parsed: reply.ReplyLine, fields: list[Field]) -> list[Field]:
    covered = _covered(line, fields)
    return [
        field._replace(
            name="text",
            value=lone.readable(line[field.span.start : field.span.end].strip()),
            meaning="Text for people; programs do not read it.",
            source="RFC 5321 section 4.2",
        )
        if field.name == "unknown"
        else field
        for field in covered
    ]


def _plain_reply(line: bytes, seen: Observation, parsed: reply.ReplyLine) -> AnnotatedLine:
    """Any reply that is neither a challenge nor a greeting; in a log most are said thousands of times."""
    about = (seen.state_before, seen.state, seen.mechanism, seen.notes)
    return _any_reply(line, parsed, *about) if len(line) > 200 else _same_reply(line, parsed, *about)


def _any_reply(
    line: bytes,
    parsed: reply.ReplyLine,
    before: State,
    state: State,
    mechanism: str | None,
    seen_notes: tuple[str, ...],
) -> AnnotatedLine:
    fields = [_code_field(parsed), *_enhanced_field(parsed)]
    notes = list(seen_notes)
    expects = replies.expects_after(parsed.code, state)
    source = replies.source_of(parsed.code)
    capability = None
    if parsed.code == 250:
        capability = ehlo.parse_keyword(parsed.text)
        known = capability is not None and capability[0] in replies.KEYWORDS
        if capability is not None and (known or before in (State.EHLO_SENT, State.HELLO_AFTER_AUTH)):
            fields += replies.capability_fields(parsed.text, parsed.text_span.start, capability)
            source = "RFC 5321 section 4.1.1.1"
            if known:
                notes.append(replies.KEYWORDS[capability[0]])
    if parsed.code == 220 and before is State.STARTTLS_SENT:
        fields[0] = fields[0]._replace(
            meaning="Ready for TLS: this 220 is the answer to STARTTLS, no greeting.", source="RFC 3207 section 4"
        )
        source, expects = "RFC 3207 section 4", "The TLS handshake; then EHLO again."
    notes += replies.notes_on_text(parsed.text)
    if not parsed.last:
        notes.append("More lines of this reply follow (the hyphen says so).")
    masked = replies.echoed_credentials(line) if parsed.code >= 400 else ()  # 250 AUTH … is an offer
    if masked:
        text = lone.readable(parsed.text)
        fields.append(Field("text", parsed.text_span, text, "Text for people.", "RFC 5321 section 4.2"))
        fields += [
            Field("initial-response", span, "", "Credentials.", "RFC 4954 section 4", True, 1) for span in masked
        ]
        notes.append("The server repeats the AUTH line, credentials and all: take them out before you show this log.")
    return AnnotatedLine(
        line,
        Side.SERVER,
        "reply",
        code=parsed.code,
        enhanced=parsed.enhanced,
        mechanism=mechanism,
        fields=tuple(_covered_text(line, parsed, fields)),
        expects=expects,
        note=" ".join(notes) or None,
        source=source,
        masked=masked,
    )


_same_reply = lru_cache(maxsize=512)(_any_reply)


def _bare(line: bytes, note: str | None) -> AnnotatedLine:
    """Neither a reply nor a command, and nobody's turn: read as bare Base64."""
    reading = lone.read_either(line)
    found = reading.mechanism
    return AnnotatedLine(
        line,
        None,
        "unknown",
        text=line,
        mechanism=found.name if found else None,
        stage=reading.stage,
        candidates=tuple(Candidate(name, why) for name, why in reading.rivals),
        message=reading.message,
        fields=tuple(reading.fields),
        problems=_shifted(reading.problems, 0),
        expects=reading.expects,
        note=" ".join([*([note] if note else []), *reading.notes]) or None,
        source=found.source if found else "RFC 4648 section 4",
        lenient=reading.lenient,
        masked=_masked(line, 0, reading),
    )


def _hidden(said: AnnotatedLine) -> AnnotatedLine:
    fields = tuple(field._replace(secret=True) for field in said.fields)
    return said._replace(masked=_whole(said.line), fields=fields)


def _stray(line: bytes, seen: Observation) -> AnnotatedLine:
    """A line with a side that is neither command nor due response, such as message text."""
    reading = (
        lone.read(seen.side or Side.CLIENT, line, None, 0)
        if seen.state_before not in CONTENT_STATES and seen.state not in CONTENT_STATES
        else None
    )
    if reading is None:
        fields: tuple[Field, ...] = ()
        if line:
            why = "A line of the mail itself." if line != b"." else "The end of the mail."
            fields = (Field("text", Span(0, len(line)), lone.readable(line), why, "RFC 5321 section 4.1.1.4"),)
        return AnnotatedLine(
            line, seen.side, "unknown", fields=fields, note=_note(seen), source="RFC 5321 section 4.1.1.4"
        )
    # After a refused response a client may go on and send its password: hide what nobody waits for.
    said = AnnotatedLine(
        line,
        seen.side,
        "unknown",
        text=line,
        mechanism=reading.mechanism.name if reading.mechanism else None,
        stage=reading.stage,
        candidates=tuple(Candidate(name, why) for name, why in reading.rivals),
        message=reading.message,
        fields=tuple(reading.fields),
        problems=_shifted(reading.problems, 0),
        note=" ".join([*seen.notes, *reading.notes]) or None,
        source="RFC 4954 section 4",
        lenient=reading.lenient,
        masked=_masked(line, 0, reading),
    )
    return _hidden(said) if seen.side is Side.CLIENT and b" " not in line else said
