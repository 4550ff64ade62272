"""Read one Base64 text: by its mechanism where that is known, else by what it looks like, with the rivals named."""

from collections.abc import Iterable

from tutor.records import Record
from tutor.sasl import registry
from tutor.sasl.mechanism import Certainty, Mechanism, Recognition
from tutor.spans import Field, Span, tile
from tutor.wire import b64
from tutor.wire.lines import Side

_MASKS = (b"***", b"xxxx", b"XXXX", b"REDACTED", b"redacted", b"REMOVED", b"<hidden", b"[hidden")
# Control characters that stand in messages which are text all the same: NUL (PLAIN, some prompts), ^A (OAuth), blanks.
_TEXT_CONTROLS = frozenset("\0\t\n\r\x01")


class Reading(Record):
    """What one text says."""

    message: bytes | None
    """Strictly decoded, or None."""
    lenient: bytes | None
    """The best reading where `message` is None."""
    problems: tuple[b64.Problem, ...]
    """Places count characters of the text."""
    mechanism: Mechanism | None
    stage: str | None
    rivals: tuple[tuple[str, str], ...]
    """(mechanism, why) of those that it may be too."""
    fields: tuple[Field, ...]
    """Tiled over the message, or over the lenient reading."""
    expects: str | None
    notes: tuple[str, ...] = ()


def as_text(message: bytes) -> str | None:
    """The message as a text, or None where it is binary."""
    try:
        text = message.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(not character.isprintable() and character not in _TEXT_CONTROLS for character in text):
        return None
    # A NUL between NULs is a number's padding, not a separator.
    return None if "\0\0\0" in text else text


def readable(octets: bytes) -> str:
    """A field's value from octets: text where they are, with what is not UTF-8 as backslash escapes."""
    return octets.decode("utf-8", "backslashreplace")


def read(side: Side, text: bytes, mechanism: Mechanism | None, turn: int) -> Reading:
    """Read a challenge or a response; `mechanism` and `turn` where the exchange tells them."""
    decoding = b64.decode(text)
    if decoding.message is not None:
        return _strict(side, decoding.message, mechanism, turn)
    return _lenient(side, text, decoding, mechanism, turn)


def read_either(text: bytes) -> Reading:
    """Read bare Base64 of which nobody knows who said it: the surer reading of the two sides."""
    if not text:
        note = "An empty line: in an exchange it is the empty response (RFC 4954 section 4)."
        return Reading(b"", None, (), None, "empty", (), (), None, (note,))
    decoding = b64.decode(text)
    message = decoding.lenient if decoding.message is None else decoding.message
    best: dict[Side, int] = {}
    for side in Side:
        found = _recognitions(side, message, False)
        best[side] = max((int(recognition.certainty) for _, recognition in found), default=0)
    side = Side.CLIENT if best[Side.CLIENT] > best[Side.SERVER] else Side.SERVER
    reading = read(side, text, None, 0)
    if reading.mechanism is None and not best[side]:
        note = "Nothing in it tells which mechanism, or which side, it belongs to."
        return reading._replace(notes=(*reading.notes, note))
    return reading


def _strict(side: Side, message: bytes, mechanism: Mechanism | None, turn: int) -> Reading:
    if mechanism is not None:
        fields = tuple(tile(len(message), mechanism.fields(side, turn, message)))
        stage = mechanism.stage(side, turn, message)
        return Reading(message, None, (), mechanism, stage, (), fields, mechanism.expects(side, turn, message))
    if not message and side is Side.SERVER:
        return _empty_challenge()
    found, rivals = _decide(_recognitions(side, message, False))
    if found is not None:
        chosen, recognition = found
        # A stage may belong to a later turn (LOGIN's password prompt, SCRAM's server-final).
        turn = turn_of(chosen, side, message, recognition.stage)
        fields = tuple(tile(len(message), chosen.fields(side, turn, message)))
        expects = chosen.expects(side, turn, message)
        return Reading(message, None, (), chosen, recognition.stage, rivals, fields, expects, (recognition.why,))
    shared = _shared_stage(side, message)
    fields = _fields_of_rivals(side, message, rivals)
    why = "Several mechanisms send this; the AUTH line before it tells which." if rivals else _UNKNOWN
    return Reading(message, None, (), None, shared, rivals, fields, _expects_of_rivals(side, message, rivals), (why,))


_UNKNOWN = "It fits no mechanism that this program knows; the bytes are shown as they are."


def _empty_challenge() -> Reading:
    rivals = tuple(
        (mechanism.name, "The client speaks first in it, so a server with nothing to say sends an empty challenge.")
        for mechanism in registry.all()
        if mechanism.first is Side.CLIENT
    )
    expects = "The first response of the mechanism that the AUTH line named."
    note = "The empty challenge: go on, it is the client's turn (RFC 4954 section 4)."
    return Reading(b"", None, (), None, "empty", rivals, (), expects, (note,))


def _recognitions(side: Side, message: bytes, clear: bool) -> list[tuple[Mechanism, Recognition]]:
    """All that recognise it, the surest first; who is certain ends the search, since nothing else looks like it."""
    found = []
    for mechanism in registry.each():
        recognition = mechanism.recognises(side, message, clear)
        if recognition is not None:
            found.append((mechanism, recognition))
            if recognition.certainty is Certainty.CERTAIN:
                break
    found.sort(key=lambda pair: -pair[1].certainty)
    return found


_Found = tuple[Mechanism, Recognition]


def _decide(found: list[_Found]) -> tuple[_Found | None, tuple[tuple[str, str], ...]]:
    """The one that is surest, if it is one alone and more than possible; the others are rivals."""
    rivals = tuple((mechanism.name, recognition.why) for mechanism, recognition in found)
    if not found or found[0][1].certainty < Certainty.LIKELY:
        return None, rivals
    if len(found) > 1 and found[1][1].certainty == found[0][1].certainty:
        return None, rivals
    return found[0], rivals[1:]


def turn_of(mechanism: Mechanism, side: Side, message: bytes, stage: str) -> int:
    """The turn to which the stage belongs: by position alone, else the first at which this message has it."""
    for said in (b"?", message):
        for turn in range(4):
            if mechanism.stage(side, turn, said) == stage:
                return turn
    return 0


def _shared_stage(side: Side, message: bytes) -> str | None:
    """The stage on which all the surest rivals agree."""
    found = _recognitions(side, message, False)
    stages = {recognition.stage for _, recognition in found if recognition.certainty == found[0][1].certainty}
    if len(stages) == 1:
        return stages.pop()
    return "challenge" if side is Side.SERVER else "response"


def _fields_of_rivals(side: Side, message: bytes, rivals: tuple[tuple[str, str], ...]) -> tuple[Field, ...]:
    """The first rival's fields: rivals that look alike are built alike."""
    if rivals:
        mechanism = registry.get(rivals[0][0])
        if mechanism is not None:
            stage = _shared_stage(side, message) or ""
            turn = turn_of(mechanism, side, message, stage)
            return tuple(tile(len(message), mechanism.fields(side, turn, message)))
    if not message:
        return ()
    text = as_text(message)
    value = message.hex() if text is None else text
    return (Field("message", Span(0, len(message)), value, "Bytes that no known mechanism names.", ""),)


def _expects_of_rivals(side: Side, message: bytes, rivals: tuple[tuple[str, str], ...]) -> str | None:
    said = []
    for name, _ in rivals:
        mechanism = registry.get(name)
        if mechanism is not None:
            turn = turn_of(mechanism, side, message, _shared_stage(side, message) or "")
            said.append(mechanism.expects(side, turn, message))
    if not said:
        return None if side is Side.CLIENT else "That depends on the mechanism; look at the AUTH line before it."
    return (
        said[0]
        if len(set(said)) == 1
        else " / ".join(f"{name}: {text}" for (name, _), text in zip(rivals, said, strict=False))
    )


# Texts that are not strict Base64


def _lenient(side: Side, text: bytes, decoding: b64.Decoding, mechanism: Mechanism | None, turn: int) -> Reading:
    """The located problems, and the best reading all the same."""
    if mechanism is not None:
        return _lenient_known(side, text, decoding, mechanism, turn)
    if _looks_masked(text):
        note = "Somebody masked or shortened it before it was pasted: nothing to decode."
        return _hopeless(decoding.problems, "challenge" if side is Side.SERVER else "response", note)
    if side is Side.SERVER and (clear := _clear(text, decoding)) is not None:
        return clear
    # One `=` too many loses nothing; one too few may mean that more was cut off.
    padded = all(found.code == "b64.padding" and found.span.end > found.span.start for found in decoding.problems)
    for message, why, whole in _attempts(text, decoding):
        if message is None:
            continue
        found, rivals = _decide(_recognitions(side, message, False))
        if found is None:
            continue
        chosen, recognition = found
        spot = turn_of(chosen, side, message, recognition.stage)
        fields = tuple(tile(len(message), chosen.fields(side, spot, message)))
        # A text that makes sense is whole; of binary one cannot know what was lost with the padding.
        sure = whole or (padded and recognition.certainty is Certainty.CERTAIN and as_text(message) is not None)
        return Reading(
            None,
            message,
            decoding.problems,
            chosen if sure else None,
            recognition.stage,
            rivals if sure else ((chosen.name, recognition.why), *rivals),
            fields,
            chosen.expects(side, spot, message),
            (why, recognition.why),
        )
    if _is_words(text):
        return _words(side, text, decoding)
    note = f"Read as far as it goes: {len(decoding.lenient)} bytes." if decoding.lenient else _UNKNOWN
    stage = "challenge" if side is Side.SERVER else "response"
    fields = _fields_of_rivals(side, decoding.lenient, ())
    return Reading(None, decoding.lenient, decoding.problems, None, stage, (), fields, None, (note,))


def _lenient_known(side: Side, text: bytes, decoding: b64.Decoding, mechanism: Mechanism, turn: int) -> Reading:
    """The exchange tells the mechanism; the text is damaged, or no Base64 at all."""
    if side is Side.SERVER and (clear := _clear(text, decoding)) is not None:
        return clear._replace(mechanism=mechanism, rivals=())
    stage = mechanism.stage(side, turn, decoding.lenient)
    if side is Side.SERVER and _is_words(text):
        stage = "text"
    fields = tuple(tile(len(decoding.lenient), mechanism.fields(side, turn, decoding.lenient)))
    notes = ("It is not Base64; what can be read of it is shown.",)
    expects = mechanism.expects(side, turn, decoding.lenient)
    return Reading(None, decoding.lenient, decoding.problems, mechanism, stage, (), fields, expects, notes)


def _clear(text: bytes, decoding: b64.Decoding) -> Reading | None:
    """A server that sends its words without Base64: `334 Username:`, `334 ntlm supported`."""
    words = text.strip()
    found, rivals = _decide(_recognitions(Side.SERVER, words, True))
    if found is None:
        return None
    chosen, recognition = found
    spot = turn_of(chosen, Side.SERVER, words, recognition.stage)
    note = f"The server sent words in clear; RFC 4954 section 4 wants Base64 here. {recognition.why}"
    fields: tuple[Field, ...] = ()
    if recognition.stage != "text":
        fields = tuple(tile(len(words), chosen.fields(Side.SERVER, spot, words)))
    expects = chosen.expects(Side.SERVER, spot, b"" if recognition.stage == "text" else words)
    return Reading(None, words, decoding.problems, chosen, recognition.stage, rivals, fields, expects, (note,))


def _attempts(text: bytes, decoding: b64.Decoding) -> Iterable[tuple[bytes | None, str, bool]]:
    """(message, what was done to read it, whether nothing was lost by that)."""
    bare = b"".join(text.split())
    if bare != text:
        yield b64.decode(bare).message, "Read without the blanks inside.", True
    first = text.split()[0] if text.split() else b""
    if len(first) >= 8 and first != text:
        yield b64.decode(first).message, "Only the first word was decoded; more text stands behind it.", True
    cut = text.split(b"<")[0]
    if len(cut) >= 8 and cut != text:
        yield b64.decode(cut).message, "Read up to the `<`, where markup was pasted along.", False
    yield decoding.lenient, "Read in spite of what is wrong with the text.", False


def _looks_masked(text: bytes) -> bool:
    return any(mask in text for mask in _MASKS) or b"..." in text or b"\xe2\x80\xa6" in text


def _hopeless(problems: tuple[b64.Problem, ...], stage: str, note: str) -> Reading:
    return Reading(None, None, problems, None, stage, (), (), None, (note,))


def _is_words(text: bytes) -> bool:
    """Whether a person would read it as words: letters, blanks and a few signs, no long runs of mixed case."""
    words = as_text(text)
    if words is None or not words.strip():
        return False
    parts = words.split()
    longest = max(len(part) for part in parts)
    letters = sum(character.isalpha() for character in words)
    ordinary = all(part.isupper() or part[1:].islower() or not part.isalpha() or len(part) == 1 for part in parts)
    return letters * 2 > len(words) and longest <= 24 and ordinary


def _words(side: Side, text: bytes, decoding: b64.Decoding) -> Reading:
    if side is Side.CLIENT:
        note = "This is a text, not Base64."
        return Reading(None, decoding.lenient, decoding.problems, None, "response", (), (), None, (note,))
    rivals = tuple(
        (mechanism.name, "The client speaks first in it; some servers send a text in place of the empty challenge.")
        for mechanism in registry.all()
        if mechanism.first is Side.CLIENT
    )
    note = (
        "The server sent words in clear where RFC 4954 section 4 wants Base64. Clients treat it as the empty challenge."
    )
    expects = "The first response of the mechanism that the AUTH line named."
    return Reading(None, text.strip(), decoding.problems, None, "text", rivals, (), expects, (note,))
