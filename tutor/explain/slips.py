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
UTF8_SOURCE = "RFC 4616 section 2; RFC 4013 section 1"


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


# Text slips: value -> wrong value


def _behind(tail: bytes, words: str, value: bytes) -> Made:
    return Made(value + tail, words, Span(len(value), len(value) + len(tail)))


def _trailing_newline(value: bytes) -> Iterator[Made]:
    yield _behind(b"\n", "A line feed (byte 0A) behind {what} was encoded too.", value)
    yield _behind(b"\r\n", "A carriage return and a line feed (bytes 0D 0A) behind {what} were encoded too.", value)
    yield _behind(b"\r", "A carriage return (byte 0D) behind {what} was encoded too.", value)
    yield _behind(b"\n\n", "Two line feeds (bytes 0A 0A) behind {what} were encoded too.", value)


def _surrounding_space(value: bytes) -> Iterator[Made]:
    for space, name in (
        (b" ", "A space"), (b"\t", "A tab"), (b"\xc2\xa0", "A no-break space (U+00A0)"), (b"  ", "Two spaces"),
    ):  # fmt: skip
        verb = "was" if len(name) < 8 or "(" in name else "were"
        yield _behind(space, f"{name} behind {{what}} {verb} encoded too.", value)
        yield Made(space + value, f"{name} in front of {{what}} {verb} encoded too.", Span(0, len(space)))
    yield Made(b" " + value + b" ", "A space on either side of {what} was encoded too.")


def _trailing_nul(value: bytes) -> Iterator[Made]:
    yield _behind(b"\0", "A NUL (byte 00) behind {what} was encoded too.", value)
    yield _behind(b"\0\0", "Two NULs (bytes 00 00) behind {what} were encoded too.", value)


def _utf_16(value: bytes) -> Iterator[Made]:
    text = _text(value)
    if not text:
        return
    forms = (
        ("utf-16-le", b"", "{What} was encoded as UTF-16: a 00 stands behind each plain letter."),
        ("utf-16-be", b"", "{What} was encoded as UTF-16, high byte first: a 00 stands before each plain letter."),
        ("utf-16-le", b"\xff\xfe", "{What} was encoded as UTF-16 with its byte-order mark (FF FE) in front."),
        ("utf-16-be", b"\xfe\xff", "{What} was encoded as UTF-16, high byte first, with its mark (FE FF) in front."),
        ("utf-32-le", b"", "{What} was encoded as UTF-32: four bytes for each letter."),
    )
    for codec, mark, words in forms:
        yield Made(mark + text.encode(codec, "surrogatepass"), words)


def _bom(value: bytes) -> Iterator[Made]:
    yield Made(b"\xef\xbb\xbf" + value, "A byte-order mark (EF BB BF) in front of {what} was encoded too.", Span(0, 3))


def _latin_1(value: bytes) -> Iterator[Made]:
    text = _text(value)
    if text is None or text.isascii():
        return
    named = (("latin-1", "Latin-1"), ("cp1252", "Windows-1252"), ("cp437", "the DOS code page 437"),
             ("cp850", "the DOS code page 850"))  # fmt: skip
    seen = {value}
    for codec, name in named:
        try:
            made = text.encode(codec)
        except UnicodeEncodeError:
            continue
        if made not in seen:
            seen.add(made)
            yield Made(made, f"{{What}} was encoded as {name}, not as UTF-8.", _first_beyond_ascii(made))
    for codec, name in named[:2]:
        try:
            twice = value.decode(codec).encode("utf-8")
        except UnicodeDecodeError:
            continue
        if twice not in seen:
            seen.add(twice)
            words = f"{{What}} was turned into UTF-8 twice: its UTF-8 bytes were taken for {name}."
            yield Made(twice, words, _first_beyond_ascii(twice))


def _not_normalized(value: bytes) -> Iterator[Made]:
    text = _text(value)
    if text is None or text.isascii():
        return
    from unicodedata import normalize

    seen = {value}
    reasons = {
        "NFD": "{What} is decomposed (NFD): a letter and its accent are two characters, as macOS writes file names.",
        "NFC": "{What} is composed (NFC), and the account's own form is not.",
        "NFKC": "{What} went through compatibility normalization (NFKC): look-alike characters were replaced.",
        "NFKD": "{What} went through compatibility decomposition (NFKD): characters were taken apart or replaced.",
    }
    for form in ("NFD", "NFC", "NFKC", "NFKD"):
        made = normalize(form, text).encode("utf-8", "surrogatepass")
        if made not in seen:
            seen.add(made)
            yield Made(made, reasons[form], _first_difference(value, made))


def _quotes(value: bytes) -> Iterator[Made]:
    for left, right, name in (
        ('"', '"', "Double quotation marks"), ("'", "'", "Single quotation marks"), ("`", "`", "Backquotes"),
        ("“", "”", "Typographic quotation marks"),
    ):  # fmt: skip
        made = left.encode() + value + right.encode()
        yield Made(made, f"{name} around {{what}} were encoded too.")
    yield Made(b'"' + value, "A double quotation mark in front of {what} was encoded too.", Span(0, 1))
    yield _behind(b'"', "A double quotation mark behind {what} was encoded too.", value)


def _replacement_character(value: bytes) -> Iterator[Made]:
    replaced = value.replace(b"\0", b"\xef\xbf\xbd")
    if replaced != value:
        words = "A NUL in {what} became U+FFFD (bytes EF BF BD): it went through a text box or a log."
        at = replaced.index(b"\xef\xbf\xbd")
        yield Made(replaced, words, Span(at, at + 3))
    text = _text(value)
    if text is None or text.isascii():
        return
    for sign, each_byte, words in (
        ("\ufffd", False, "Letters beyond ASCII in {what} became U+FFFD, the sign for a lost character."),
        ("\ufffd", True, "Each byte beyond ASCII in {what} became U+FFFD, the sign for a lost character."),
        ("?", False, "Letters beyond ASCII in {what} became question marks."),
    ):
        sizes = [len(letter.encode("utf-8", "surrogatepass")) if each_byte else 1 for letter in text]
        signs = (letter if letter.isascii() else sign * size for letter, size in zip(text, sizes, strict=True))
        made = "".join(signs).encode()
        if made != value:
            yield Made(made, words, _first_difference(value, made))


def _escape(value: bytes) -> Iterator[Made]:
    yield from _nul_escapes(value)
    yield from _octal(value)
    yield from _perl(value)
    if b"\\" in value:
        yield Made(value.replace(b"\\", b"\\\\"), "Each backslash in {what} was doubled.")
        yield Made(value.replace(b"\\", b""), "The backslashes in {what} were eaten.")
        made = _read_escapes(value)
        if made != value:
            yield Made(made, "A backslash in {what} was read as an escape.", _first_difference(value, made))


def _nul_escapes(value: bytes) -> Iterator[Made]:
    at = value.find(b"\0")
    if at == -1:
        return
    for escape in (b"\\0", b"\\x00", b"\\000", b"\\u0000", b"\\00", b"%00", b"^@", b"\\\\0", b"<NUL>", b"\\x0"):
        name = escape.decode()
        words = f"`{name}` was encoded as {len(name)} characters; it should have been one NUL (byte 00)."
        yield Made(value.replace(b"\0", escape), words, Span(at, at + len(escape)))


def _octal(value: bytes) -> Iterator[Made]:
    r"""`\0` with digits behind it: C, Perl and printf read three octal digits, `echo -e` one more."""
    import re

    for most, tool in ((2, "printf, C and Perl"), (3, "`echo -e` and `printf %b`")):
        pattern = re.compile(rb"\0([0-7]{1,%d})" % most)
        found = pattern.search(value)
        if found:
            made = pattern.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), value)
            words = f"The digits behind `\\0` in {{what}} were read as part of an octal number, as {tool} do."
            yield Made(made, words, Span(found.start(), found.start() + 1))


def _perl(value: bytes) -> Iterator[Made]:
    """`"grace@example.org"` in Perl's double quotes is `grace.org`: `@example` is an empty array.

    Where a user name's whole domain goes so, the checker says `value.domain`: a lost domain
    is far more common than Perl.
    """
    import re

    made = re.sub(rb"@[A-Za-z_][A-Za-z0-9_]*", b"", value)
    if made != value:
        words = "An @ and the word behind it are gone from {what}: Perl takes `@word` in double quotes for an array."
        yield Made(made, words, _first_difference(value, made))


def _read_escapes(value: bytes) -> bytes:
    import re

    plain = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"e": b"\x1b"}

    def read(match: "re.Match[bytes]") -> bytes:
        rest: bytes = match[1]
        if rest[:1] == b"x" and len(rest) > 1:
            return bytes([int(rest[1:], 16)])
        if rest.isdigit():
            return bytes([int(rest, 8) & 0xFF])
        return plain.get(rest, rest)

    return re.sub(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|[^\n])", read, value, flags=re.DOTALL)


_ECHO = "`echo` adds it, `printf %s` does not."
TEXT_SLIPS = (
    Slip("text.trailing-newline", Layer.TEXT, _ECHO, ENCODE_SOURCE, _trailing_newline),
    Slip("text.surrounding-space", Layer.TEXT, "Encode the value alone, without blanks around it.", ENCODE_SOURCE,
         _surrounding_space),
    Slip("text.trailing-nul", Layer.TEXT, "Leave out the C string's closing zero.", ENCODE_SOURCE, _trailing_nul),
    Slip("text.utf-16", Layer.TEXT,
         "Turn the text into UTF-8 bytes first: [Text.Encoding]::UTF8 in PowerShell, not Unicode.",
         UTF8_SOURCE, _utf_16),
    Slip("text.bom", Layer.TEXT, "Save as UTF-8 without a mark (BOM).", UTF8_SOURCE, _bom),
    Slip("text.latin-1", Layer.TEXT, "Encode it as UTF-8, once.", UTF8_SOURCE, _latin_1),
    Slip("text.not-normalized", Layer.TEXT, "Use the composed form (NFC), which is what keyboards type.",
         "RFC 4013 section 2.2", _not_normalized),
    Slip("text.quotes", Layer.TEXT, "The quotation marks are for the shell or the file format; they are no part of "
         "the value.", ENCODE_SOURCE, _quotes),
    Slip("text.replacement-character", Layer.TEXT,
         "Make the bytes in one go and encode them there; never paste them through a text box.", ENCODE_SOURCE,
         _replacement_character),
    Slip("text.escape", Layer.TEXT, "Let nothing read the value on its way: give it to printf as an argument of %s.",
         ENCODE_SOURCE, _escape),
)  # fmt: skip
"""In the order of the table of diagnosis codes."""


# Line slips: message -> wrong lines


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


def _text(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_base64(message: bytes) -> bool:
    return b64.decode(message).message is not None


def _first_beyond_ascii(value: bytes) -> Span | None:
    for place, octet in enumerate(value):
        if octet > 0x7F:
            return Span(place, place + 1)
    return None


def _first_difference(right: bytes, wrong: bytes) -> Span:
    """Where `wrong` stops being `right`: one octet of it, or the empty span at its end."""
    for place, (left, other) in enumerate(zip(right, wrong, strict=False)):
        if left != other:
            return Span(place, place + 1)
    shorter = min(len(right), len(wrong))
    return Span(shorter, len(wrong))
