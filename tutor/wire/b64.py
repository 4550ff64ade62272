"""Floor 1: the only Base64 decoder of the house: strict, and with reasons.

The grammar is RFC 4954 section 8 (`base64 = base64-terminal / ...`), the alphabet and
canonical padding bits are RFC 4648 sections 4 and 3.5. `text` is Base64 characters,
`message` the decoded bytes.
"""

from binascii import a2b_base64, b2a_base64

from tutor.records import Record
from tutor.spans import Span

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
"""The 64 characters, in the order of their values (RFC 4648 table 1)."""

MOST_PROBLEMS = 20
"""How many problems one text reports; a long text of rubbish has one on every character."""

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_PADDING = {0: 0, 2: 2, 3: 1}
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_EVERYTHING_ELSE = bytes(octet for octet in range(256) if octet not in ALPHABET)
_PROBABLY = {
    0x2D: "`+`: this is the URL-safe alphabet (RFC 4648 section 5)",
    0x5F: "`/`: this is the URL-safe alphabet (RFC 4648 section 5)",
    0x2C: "`/`: IMAP mailbox names use the comma so (RFC 3501 section 5.1.3)",
}


class Problem(Record):
    """One reason why a text is not strict Base64."""

    code: str
    """`b64.alphabet`, `.url-safe`, `.padding`, `.length`, `.whitespace`, `.wrapped` or `.non-canonical`."""
    span: Span
    """Characters of the text; empty, at the end, where something is missing."""
    message: str
    """Which character, why, and what it probably should be."""


class Decoding(Record):
    """A text decoded, or the reasons why not."""

    message: bytes | None
    """The strict result; None where there is any problem."""
    problems: tuple[Problem, ...]
    """From left to right."""
    lenient: bytes
    """The best reading of a bad text, `b""` where nothing can be read."""


def encode(message: bytes) -> bytes:
    """Base64 on one line, padded (RFC 4648 section 4)."""
    return b2a_base64(message, newline=False)


def decode(text: bytes) -> Decoding:
    """Decode strictly; where that fails, say every reason and where it is.

    An empty text is the empty message: `=` for "empty" belongs to the AUTH command line
    alone (RFC 4954 section 8), so it is read there, not here.
    """
    data = text.rstrip(b"=")
    padding = len(text) - len(data)
    if not data.translate(None, ALPHABET) and _PADDING.get(len(data) % 4) == padding:
        problem = _non_canonical(data)
        message = a2b_base64(text)
        return Decoding(message, (), message) if problem is None else Decoding(None, (problem,), message)
    problems = _strangers(text)
    if all(problem.code in ("b64.url-safe", "b64.whitespace", "b64.wrapped") for problem in problems):
        problems += _padding_problems(text)
    problems.sort(key=lambda problem: problem.span)
    return Decoding(None, tuple(problems[:MOST_PROBLEMS]), _lenient(text))


def text_span(span: Span) -> Span:
    """The Base64 characters that carry any bit of the message bytes in `span`.

    `span` counts bytes of the message; the result counts characters of the text.
    Byte 1 of "Username:" lies in characters 1 and 2 of "VXNlcm5hbWU6" (RFC 4648 section 4).
    """
    start = span.start * 8 // 6
    return Span(start, start) if span.end <= span.start else Span(start, -(-span.end * 8 // 6))


def byte_span(span: Span) -> Span:
    """The message bytes that have any bit in the characters of `span`; the inverse view of `text_span`.

    `span` counts characters of an unbroken text without its padding.
    """
    start = span.start * 6 // 8
    return Span(start, start) if span.end <= span.start else Span(start, -(-span.end * 6 // 8))


def _non_canonical(data: bytes) -> Problem | None:
    """The last character's unused bits must be zero (RFC 4648 section 3.5)."""
    unused = {2: 4, 3: 2}.get(len(data) % 4)
    if unused is None:
        return None
    value = _VALUE[data[-1]]
    right = value >> unused << unused
    if value == right:
        return None
    at = len(data) - 1
    return Problem(
        "b64.non-canonical",
        Span(at, at + 1),
        f"Character {at + 1}, `{chr(data[-1])}`, has unused bits that are not zero; "
        f"an encoder writes `{chr(ALPHABET[right])}` here (RFC 4648 section 3.5).",
    )


def _strangers(text: bytes) -> list[Problem]:
    """Characters outside the alphabet; neighbours of one kind are one problem."""
    import re

    problems: list[Problem] = []
    for run in re.finditer(rb"[\r\n]+|[ \t]+|[-_]+|[^A-Za-z0-9+/=\r\n \t_-]+", text):
        start, end = run.span()
        code = _code(text[start])
        problems.append(Problem(code, Span(start, end), _stranger_message(code, text, start, end)))
        if len(problems) == MOST_PROBLEMS:
            break
    return problems


def _code(octet: int) -> str:
    if octet in b"\r\n":
        return "b64.wrapped"
    if octet in b" \t":
        return "b64.whitespace"
    return "b64.url-safe" if octet in b"-_" else "b64.alphabet"


def _stranger_message(code: str, text: bytes, start: int, end: int) -> str:
    place = f"Character {start + 1}" if end == start + 1 else f"Characters {start + 1} to {end}"
    if code == "b64.wrapped":
        return f"{place}: a line break inside; an answer is one line, so encode without wrapping."
    if code == "b64.whitespace":
        count = end - start
        where = "in front" if start == 0 else "at the end" if end == len(text) else "inside"
        return f"{place}: {'a space or tab' if count == 1 else f'{count} spaces or tabs'} {where}; take it out."
    octet = text[start]
    run = text[start : min(end, start + 12)]
    if all(0x21 <= character <= 0x7E for character in run):
        name = f"`{run.decode('ascii')}{'…' if end - start > len(run) else ''}`"
    else:
        name = f"the byte{'s' if len(run) > 1 else ''} {run.hex(' ').upper()}"
    if octet == 0x25 and text[start + 1 : start + 3].upper() in (b"2B", b"2F", b"3D"):
        right = chr(int(text[start + 1 : start + 3], 16))
        return f"{place}, {name}, begins `%{text[start + 1 : start + 3].decode()}`, which is `{right}` percent-encoded."
    probably = _PROBABLY.get(octet)
    tail = f" `{chr(octet)}` probably stands for {probably}." if probably else ""
    return f"{place}, {name}, {'is' if end == start + 1 else 'are'} none of the 64 characters.{tail}"


def _padding_problems(text: bytes) -> list[Problem]:
    """What is wrong with the length and the `=` signs, once blanks are left out of the count."""
    body = text.rstrip(b" \t\r\n")
    first = body.find(b"=")
    data_end = len(body.rstrip(b"= \t\r\n"))
    if first != -1 and first < data_end:
        end = first + 1
        while end < len(body) and body[end] == 0x3D:
            end += 1
        return [
            Problem(
                "b64.padding",
                Span(first, end),
                f"Character {first + 1}, `=`, stands before the end; padding comes last. "
                "Were two encoded texts joined? Join the bytes first, then encode once.",
            )
        ]
    count = len(body[:data_end].translate(None, b" \t\r\n"))
    padding = body[data_end:].count(b"=")
    wanted = _PADDING.get(count % 4)
    if wanted is None:
        return [
            Problem(
                "b64.length",
                Span(data_end, data_end),
                f"{count} character{'s' if count != 1 else ''} before the padding: no encoding has this length "
                "(4n+1). At least one character was lost or added.",
            )
        ]
    if padding < wanted:
        missing = wanted - padding
        sign = "One `=` is" if missing == 1 else f"{missing} `=` are"
        return [
            Problem(
                "b64.padding",
                Span(len(body), len(body)),
                f"{sign} missing at the end: {count} characters take {wanted} (RFC 4648 section 4).",
            )
        ]
    if padding > wanted:
        start = len(body) - (padding - wanted)
        extra = padding - wanted
        return [
            Problem(
                "b64.padding",
                Span(start, len(body)),
                f"{extra} `=` too many at the end: {count} characters take "
                f"{wanted if wanted else 'none'} (RFC 4648 section 4).",
            )
        ]
    return []


def _lenient(text: bytes) -> bytes:
    """Decode what can be read: the URL-safe letters mapped, all other strangers left out."""
    data = text.translate(_TO_STANDARD).translate(None, _EVERYTHING_ELSE)
    if len(data) % 4 == 1:
        data = data[:-1]
    return a2b_base64(data + b"=" * (-len(data) % 4)) if data else b""
