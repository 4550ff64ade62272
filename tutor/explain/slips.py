"""Floor 4: slips of the hand and of the tool, of no mechanism, made on purpose.

Two kinds. A *text slip* changes a value before it is encoded (value or message -> wrong
octets); a *line slip* encodes in a wrong way (message -> wrong lines). Each makes its exact
octets, so that the checker proves a mistake by comparison. A slip yields nothing where its
octets would be right. Words hold `{what}` where they speak of the value that slipped.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tutor.diagnosis import Layer
from tutor.spans import Span
from tutor.wire import b64

ENCODE_SOURCE = "RFC 4954 section 4"
BASE64_SOURCE = "RFC 4648 section 4"
GRAMMAR_SOURCE = "RFC 4954 section 8"


class Made(NamedTuple):
    """One wrong form, made by us."""

    octets: bytes
    """Of the value or message (text slips), or of the line (line slips)."""
    words: str
    """What was found, one sentence; never holds the value itself."""
    guilty: Span | None = None
    """The octets that should not be there or are wrong; None: all of them."""


class Slip(NamedTuple):
    """A mistake as a function that makes it."""

    code: str
    layer: Layer
    advice: str
    """What to do; the command to type is added by the checker."""
    source: str
    make: Callable[[bytes], Iterator[Made]]


def _with_code(message: bytes) -> Iterator[Made]:
    text = b64.encode(message)
    for code in (b"334 ", b"334", b"334-", b"334  "):
        yield Made(code + text, "The server's `334` was copied in front of the answer.", Span(0, len(code)))


def _plain(message: bytes) -> Iterator[Made]:
    if message and not _is_base64(message):
        yield Made(message, "This is not Base64: the value itself was sent, without encoding it.")


def _accidental(message: bytes) -> Iterator[Made]:
    if message and _is_base64(message):
        yield Made(message, "The value itself was sent, not encoded. By accident it is valid Base64, "
                   "so the server decodes it to something else.")  # fmt: skip


def _url_safe(message: bytes) -> Iterator[Made]:
    text = b64.encode(message)
    safe = text.translate(bytes.maketrans(b"+/", b"-_"))
    if safe != text:
        at = next(place for place, octet in enumerate(safe) if octet in b"-_")
        yield Made(safe, "`-` or `_` stands where `+` or `/` should: this is the URL-safe alphabet.", Span(at, at + 1))
        if safe.endswith(b"="):
            words = "`-` or `_` stands where `+` or `/` should, and the `=` are gone: this is the URL-safe alphabet."
            yield Made(safe.rstrip(b"="), words, Span(at, at + 1))


def _wrapped(message: bytes) -> Iterator[Made]:
    text = b64.encode(message)
    for width in (76, 64, 60, 72):
        if len(text) > width:
            words = f"The answer stops at {width} characters: the encoder wrapped it, and its first line came alone."
            yield Made(text[:width], words, Span(width, width))


def _non_canonical(message: bytes) -> Iterator[Made]:
    text = b64.encode(message)
    data = text.rstrip(b"=")
    unused = {2: 4, 1: 2}.get(len(text) - len(data))
    if unused is None:
        return
    value = b64.ALPHABET.index(data[-1])
    for bits in range(1, 1 << unused):
        letter = b64.ALPHABET[value | bits : (value | bits) + 1]
        words = (
            f"The last letter is `{letter.decode()}`, whose unused bits are not zero; "
            f"an encoder writes `{chr(data[-1])}`."
        )
        yield Made(data[:-1] + letter + text[len(data) :], words, Span(len(data) - 1, len(data)))


def _quoted(message: bytes) -> Iterator[Made]:
    text = b64.encode(message)
    for left, right, name in (
        ('"', '"', "Double quotation marks"), ("'", "'", "Single quotation marks"), ("`", "`", "Backquotes"),
        ("“", "”", "Typographic quotation marks"), ("<", ">", "Angle brackets"), ("b'", "'", "Python's b'…'"),
        ('b"', '"', 'Python\'s b"…"'), ("[", "]", "Square brackets"), ('"', '",', "Quotation marks and a comma"),
    ):  # fmt: skip
        verb = "stands" if "Python" in name else "stand"
        words = f"{name} {verb} around the Base64."
        yield Made(left.encode() + text + right.encode(), words, Span(0, len(left.encode())))


def _escaped(message: bytes) -> Iterator[Made]:
    text = b64.encode(message).decode()
    upper = {"+": "%2B", "/": "%2F", "=": "%3D"}
    forms = [
        (upper, "percent-encoded, as for a URL"),
        ({"+": "%2B", "=": "%3D"}, "percent-encoded but for the slash"),
        ({"+": "%2b", "/": "%2f", "=": "%3d"}, "percent-encoded with small letters"),
        ({"=": "=3D"}, "quoted-printable (`=3D` is `=`)"),
        ({"+": "&#43;", "/": "&#47;", "=": "&#61;"}, "HTML-escaped with numbers"),
        ({"+": "&#43;", "/": "&#x2F;", "=": "&#61;"}, "HTML-escaped with a hexadecimal slash"),
        ({"+": "&#x2B;", "/": "&#x2F;", "=": "&#x3D;"}, "HTML-escaped with hexadecimal numbers"),
        ({"=": "&#61;"}, "HTML-escaped in its `=` alone"),
        ({"+": "&plus;", "/": "&sol;", "=": "&equals;"}, "HTML-escaped with names"),
        ({"=": "&#x3D;"}, "HTML-escaped in its `=`, with a hexadecimal number"),
        ({"+": "\\u002b", "/": "\\/", "=": "\\u003d"}, "escaped as for JSON"),
        ({"+": "\\u002B", "/": "\\/", "=": "\\u003D"}, "escaped as for JSON, with capitals"),
        ({"=": "\\u003d"}, "escaped as for JavaScript in its `=`"),
        ({"/": "\\/"}, "escaped as for JSON in its slashes"),
        ({"=": "\\="}, "escaped with backslashes"),
    ]
    seen = {text}
    for table, how in forms:
        made = "".join(table.get(letter, letter) for letter in text)
        if made not in seen:
            seen.add(made)
            at = next(place for place, letter in enumerate(text) if letter in table)
            width = len(table[text[at]])
            yield Made(made.encode(), f"The Base64 was {how}.", Span(at, at + width))


def _hex(message: bytes) -> Iterator[Made]:
    plain = message.hex()
    forms = {
        plain: "with small letters", plain.upper(): "with capitals",
        message.hex(" "): "with spaces", message.hex(" ").upper(): "with spaces and capitals",
        message.hex(":"): "with colons", message.hex(":").upper(): "with colons and capitals",
        message.hex("-"): "with hyphens", message.hex("-").upper(): "with hyphens and capitals",
        "0x" + plain: "behind `0x`", "0x" + plain.upper(): "behind `0x`, with capitals",
        "".join(f"\\x{octet:02x}" for octet in message): "as `\\x` escapes",
        " ".join(f"0x{octet:02x}" for octet in message): "as numbers with `0x`",
    }  # fmt: skip
    if not message:
        return
    text = b64.encode(message)
    for form, how in forms.items():
        if form.encode() != text:
            yield Made(form.encode(), f"The bytes were written in hexadecimal, {how}; Base64 is due.")


def _double(message: bytes) -> Iterator[Made]:
    once = b64.encode(message)
    if not once:
        return
    twice = b64.encode(once)
    yield Made(twice, "It was encoded twice: decoded once, Base64 comes out again.")
    yield Made(b64.encode(once + b"\n"), "It was encoded twice, and a line feed (byte 0A) came in between.")
    yield Made(b64.encode(once + b"\r\n"), "It was encoded twice, and a CR LF (bytes 0D 0A) came in between.")
    yield Made(b64.encode(once.rstrip(b"=")), "It was encoded twice, and the first `=` were lost in between.")
    yield Made(b64.encode(twice), "It was encoded three times: decoded once, Base64 of Base64 comes out.")


def _case_changed(message: bytes) -> Iterator[Made]:
    """The whole text at once; single letters are found by case_changed()."""
    text = b64.encode(message)
    for made in (text.lower(), text.upper(), text.swapcase()):
        if made != text:
            yield Made(made, *case_words(text, made))


def case_words(text: bytes, made: bytes) -> tuple[str, Span]:
    """What to say of a text that differs from `text` by upper and lower case alone, and where it first does."""
    places = [place for place, (left, right) in enumerate(zip(text, made, strict=True)) if left != right]
    first = Span(places[0], places[0] + 1)
    if made == text.lower():
        return "The Base64 was turned into lower case; upper and lower case carry different bits.", first
    if made == text.upper():
        return "The Base64 was turned into upper case; upper and lower case carry different bits.", first
    if len(places) == 1:
        words = f"Letter {places[0] + 1} has the wrong case; in Base64 upper and lower case carry different bits."
        return words, first
    return f"{len(places)} letters have the wrong case; in Base64 upper and lower case carry different bits.", first


_ONCE = "Encode the bytes once, and send what comes out as it is."
CASE_ADVICE = "Copy the encoder's output as it is, and let nothing change its case."
LINE_SLIPS = (
    Slip("line.with-code", Layer.LINE, "Send the answer alone. The three digits are the server's.", ENCODE_SOURCE,
         _with_code),
    Slip("b64.plain-text", Layer.BASE64, "Each answer to a 334 is Base64.", ENCODE_SOURCE, _plain),
    Slip("b64.accidental", Layer.BASE64, "Each answer to a 334 is Base64, even where the plain value looks like it.",
         ENCODE_SOURCE, _accidental),
    Slip("b64.url-safe", Layer.BASE64, "Use the standard alphabet, with + and / and the padding.",
         "RFC 4648 sections 4 and 5", _url_safe),
    Slip("b64.wrapped", Layer.BASE64, "Encode without line breaks: openssl base64 -A, or base64 -w0.", ENCODE_SOURCE,
         _wrapped),
    Slip("b64.non-canonical", Layer.BASE64, _ONCE, "RFC 4648 section 3.5", _non_canonical),
    Slip("b64.quoted", Layer.BASE64, "Send the Base64 alone.", GRAMMAR_SOURCE, _quoted),
    Slip("b64.escaped", Layer.BASE64, "SMTP needs no such escapes: send + / and = as they are.", GRAMMAR_SOURCE,
         _escaped),
    Slip("b64.hex", Layer.BASE64, "Send the same bytes as Base64.", BASE64_SOURCE, _hex),
    Slip("b64.double", Layer.BASE64, _ONCE, ENCODE_SOURCE, _double),
    Slip("b64.case-changed", Layer.BASE64, CASE_ADVICE, BASE64_SOURCE, _case_changed),
)  # fmt: skip
"""In the order of the table of diagnosis codes."""


def _is_base64(message: bytes) -> bool:
    return b64.decode(message).message is not None
