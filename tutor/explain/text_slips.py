"""Floor 4: text slips: what happens to a value before it is encoded (value or message -> wrong octets).

Each slip makes its exact octets, and nothing where they would be right; see `slips`.
"""

from collections.abc import Iterator

from tutor.diagnosis import Layer
from tutor.explain.slips import ENCODE_SOURCE, Made, Slip
from tutor.spans import Span

UTF8_SOURCE = "RFC 4616 section 2; RFC 4013 section 1"


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
        if rest.isdigit() and rest < b"8":  # no octal digit begins with 8 or 9
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


def _text(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


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
