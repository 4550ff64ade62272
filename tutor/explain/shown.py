"""Floor 4: an exchange as lines that are safe to show: secrets masked, control characters as pictures."""

import re
from collections.abc import Iterable, Iterator

from tutor.explain.clear import passwords
from tutor.explain.hiding import SHORTEST, plain_secrets, repeated
from tutor.spans import Span
from tutor.wire import b64
from tutor.wire.printable import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tutor.explain.annotate import AnnotatedLine
    from tutor.explain.findings import Finding
    from tutor.explain.session import Entry, Session

MASK = "••••"
"""What stands for a secret, always as long, so that it does not tell the length."""

LONGEST_SHOWN = 2000
"""Characters of a line that a transcript for people shows; JSON has them all."""


def masked_octets(octets: bytes, spans: tuple[Span, ...] | list[Span], offset: int = 0) -> str:
    """`octets` made safe to show, with the characters of `spans` (counted from `offset`) masked."""
    return "".join(part if part == MASK else show(part) for part in _parts(octets, spans, offset))


def masked_text(octets: bytes, spans: tuple[Span, ...] | list[Span], offset: int = 0) -> str:
    """As `masked_octets`, for JSON: nothing is pictured; what is not UTF-8 stays as lone surrogates."""
    return "".join(
        part if isinstance(part, str) else part.decode("utf-8", "surrogateescape")
        for part in _parts(octets, spans, offset)
    )


def _parts(octets: bytes, spans: tuple[Span, ...] | list[Span], offset: int) -> list[bytes | str]:
    parts: list[bytes | str] = []
    position = 0
    for span in sorted(spans):
        start = max(span.start - offset, position)
        end = min(span.end - offset, len(octets))
        if end <= start:
            continue
        if start > position:
            parts.append(octets[position:start])
        if not parts or parts[-1] != MASK:
            parts.append(MASK)
        position = end
    if position < len(octets):
        parts.append(octets[position:])
    return parts


def hidden(said: "AnnotatedLine", reveal: bool, secrets: tuple[bytes, ...]) -> str:
    """The line as it may be shown.

    Some servers repeat a client's answer in their reply, and people write their password beside
    the session: what the session told to be a secret is masked there too. Who speaks in a line
    that is no reply may say a password in clear.
    """
    if reveal:
        return show(said.line)
    others = [secret for secret in secrets if secret != said.text] if said.masked else secrets
    spans = [*said.masked, *repeated(said.line, others)]
    if not said.masked and said.line[:5].upper() not in (b"EHLO ", b"HELO "):  # a host's name may look like Base64
        spans += _credentials_in(said.line)
        if said.kind != "reply":
            spans += passwords(said.line)
    return masked_octets(said.line, spans)


_PERHAPS = re.compile(rb"[A-Za-z0-9+/]{8,}={0,2}")
_PLAIN = re.compile(rb"[^\0-\x1f]*\0[^\0-\x1f]+\0[^\0-\x1f]+")
_WORD = re.compile(r"[(\"']?(?:[^\W\d_]?[^\W\d_A-Z]+|[^\W\d_a-z]+)(?:['’-][^\W\d_]+)*[.,:;!?)\"'…]*")
"""A word of any language: small letters, with or without a capital in front, or capitals alone."""
_TOKEN = re.compile(rb"auth=Bearer ", re.IGNORECASE)


def _credentials_in(line: bytes) -> list[Span]:
    """Words of a line, of whatever kind, that are a PLAIN message (RFC 4616 section 2) or hold a token (RFC 7628)."""
    spans = []
    for word in _PERHAPS.finditer(line):
        message = b64.decode(word[0]).lenient
        if _PLAIN.fullmatch(message) or _TOKEN.search(message):
            spans.append(Span(*word.span()))
    return spans


def secrets_of(session: "Session") -> tuple[bytes, ...]:
    """What is shown nowhere in the session: answers that carry a secret, and secrets in clear; longest first."""
    found = {entry.line.text for entry in session.entries if entry.line.masked and entry.line.text}
    texts = {text for text in found if len(text) >= SHORTEST}
    return tuple(sorted(texts | plain_secrets(entry.line for entry in session.entries), key=len, reverse=True))


def decoded_of(said: "AnnotatedLine", reveal: bool) -> str | None:
    if said.message is None or said.decoded is None:
        return None
    secrets = [] if reveal else [field.span for field in said.fields if field.secret]
    if said.masked and not reveal and not secrets:
        return MASK
    return masked_text(said.message, secrets)


def about(said: "AnnotatedLine", reveal: bool) -> str:
    """Mechanism, stage and message of a line, where it has them."""
    decoded = decoded_of(said, reveal)
    if (said.stage is None and not decoded) or is_prose(said):
        return ""
    if said.side is None and said.mechanism is None and not decoded:
        return ""  # whose line it is, and what for, is a guess from a word that says nothing
    words = " ".join(word for word in (said.mechanism, said.stage) if word) or "decoded"
    return f"{words}{': ' + show(decoded) if decoded else ''}"


def is_prose(said: "AnnotatedLine") -> bool:
    """Whether it is a sentence that nobody in the session said: a program's, or a person's."""
    words = said.line.split()
    return said.side is None and not said.decoded and len(words) != 1


def is_sentence(line: "AnnotatedLine") -> bool:
    """Whether a line that stands alone is words: to name each space in it as no Base64 helps nobody."""
    if line.side is not None or line.message is not None or line.text is None:
        return False
    words = show(line.text).split()
    if len(words) > 1 and all(_WORD.fullmatch(word) for word in words):
        # Base64 in groups may look like words; then what it says is a text, which no words ever decode to.
        message = b64.decode(b"".join(line.text.split())).lenient
        return not line.text.isascii() or not all(0x20 <= octet < 0x7F for octet in message)
    return len(words) > 3 and any(problem.code != "b64.whitespace" for problem in line.problems)


def transcript(
    session: "Session", reveal: bool = False, findings: "Iterable[Finding]" = ()
) -> Iterator[tuple[str, str]]:
    """(line, what it says) of every line of a session; the second is empty where it says no more.

    Of a log that has no line of a session, those are shown that findings are about: a program's
    words may hold anything, a dump of its settings with a password, too.
    """
    secrets = secrets_of(session)
    told = told_of(session, findings)
    if not session.entries:
        for n, note in told.items():
            yield f"{n:5} ?: {_shortened(note if reveal else without_passwords(note, secrets))}", ""
        return
    for entry in session.entries:
        side = entry.line.side.letter if entry.line.side is not None else "?"
        line = hidden(entry.line, reveal, secrets)
        if entry.n in told:
            line = told[entry.n] if reveal else without_passwords(told[entry.n], secrets)
        yield f"{entry.n:5} {side}: {_shortened(line)}", _shortened(about(entry.line, reveal))


def told_of(session: "Session", findings: "Iterable[Finding]") -> dict[int, str]:
    """Lines in which a program tells of a session, such as a server's log, whole: number -> text, not masked.

    They stand for what was read in them; where nothing was, it is those that findings are about.
    """
    if not session.entries:
        cited = {finding.line for finding in findings}
        return {n: note for n, note in session.notes if n in cited}
    notes = dict(session.notes) if session.entries[0].line.side is None else {}
    told = (entry.n for entry in session.entries if entry.line.side is None and not entry.line.masked)
    return {n: notes[n] for n in told if n in notes}


def without_passwords(text: str, secrets: tuple[bytes, ...] = ()) -> str:
    """A line of whatever kind, safe to show, without what looks like a password or a token."""
    octets = text.encode("utf-8", "surrogateescape")
    return masked_octets(octets, [*_credentials_in(octets), *passwords(octets), *repeated(octets, secrets)])


def _shortened(text: str) -> str:
    left = len(text) - LONGEST_SHOWN
    return text if left <= 0 else f"{text[:LONGEST_SHOWN]}… ({left:,} characters more)"


def line_object(entry: "Entry", secrets: tuple[bytes, ...], reveal: bool = False) -> dict[str, object]:
    """One line of a session as JSON has it."""
    said = entry.line
    return {
        "n": entry.n,
        "side": None if said.side is None else said.side.value,
        "line": hidden(said, reveal, secrets),
        "mechanism": said.mechanism,
        "decoded": decoded_of(said, reveal),
        "note": None if is_prose(said) else said.note,
    }


def as_object(session: "Session", findings: "Iterable[Finding]", reveal: bool = False) -> dict[str, object]:
    """The annotated session with its findings as JSON has it."""
    secrets = secrets_of(session)
    value: dict[str, object] = {
        "exchange": session.number,
        "format": session.format,
        "lines": [line_object(entry, secrets, reveal) for entry in session.entries],
    }
    if session.truncated:
        value["truncated"] = True
    value["findings"] = [finding._asdict() for finding in findings]
    return value


def as_text(session: "Session", findings: "Iterable[Finding]") -> str:
    """The masked, annotated session with its findings, to be copied."""
    lines = [f"Session {session.number}, read as {session.format}"]
    findings = list(findings)
    for line, words in transcript(session, findings=findings):
        lines += [line, f"         {words}"] if words else [line]
    for finding in findings:
        lines += ["", mark_of(finding) + show(finding.summary)]
        lines += [f"  {show(finding.fix)}"] if finding.fix else []
        where = "" if finding.line is None else f"line {finding.line}   "
        lines.append(f"  {finding.code}   {where}{finding.sure}   {show(finding.source)}")
    return "\n".join(lines) + "\n"


def mark_of(finding: "Finding") -> str:
    """The sign in front of a finding."""
    return "✓ " if finding.code == "session.ok" else "✗ " if finding.failed else "? "
