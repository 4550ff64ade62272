"""Floor 2: SASLprep, the one spelling of a user name or password (RFC 4013; RFC 3454)."""

from tutor.records import Record

SOURCE = "RFC 4013 section 2"


class Prepared(Record):
    """A prepared string, or why it is refused."""

    value: str | None
    """None where it is refused."""
    reason: str = ""
    """One sentence for the one who chose it; never holds more of the string than one code point."""
    place: int | None = None
    """The character of the given string that is to blame, where there is one."""


def saslprep(text: str, *, stored: bool = False) -> Prepared:
    """Map, normalise to NFKC, and refuse what RFC 4013 prohibits.

    `stored` strings must not hold code points that Unicode 3.2 did not know (RFC 3454
    section 7); a query, which is what a client sends, may.
    """
    if text.isascii() and text.isprintable():
        return Prepared(text)
    from unicodedata import ucd_3_2_0

    for place, character in enumerate(text):
        if 0xD800 <= ord(character) <= 0xDFFF:
            return Prepared(None, f"U+{ord(character):04X} is half a character (a lone surrogate).", place)
    normal = ucd_3_2_0.normalize("NFKC", _mapped(text))
    for character in normal:
        reason = _prohibited(character, stored)
        if reason:
            return Prepared(None, f"U+{ord(character):04X} is {reason}.", _place(text, character))
    return _bidirectional(text, normal)


def _mapped(text: str) -> str:
    """RFC 4013 section 2.1: odd spaces become spaces, then what table B.1 names vanishes.

    U+200B stands in both tables. The section names the spaces first, and GNU SASL and
    PostgreSQL read it so; scramp drops it.
    """
    import stringprep

    return "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in text
        if stringprep.in_table_c12(character) or not stringprep.in_table_b1(character)
    )


def _prohibited(character: str, stored: bool) -> str:
    """Why RFC 4013 section 2.3 (or 2.5) refuses the character; empty where it does not."""
    import stringprep

    tables = (
        (stringprep.in_table_c12, "a space other than U+0020 (RFC 3454 table C.1.2)"),
        (stringprep.in_table_c21, "an ASCII control character (RFC 3454 table C.2.1)"),
        (stringprep.in_table_c22, "a control character (RFC 3454 table C.2.2)"),
        (stringprep.in_table_c3, "for private use (RFC 3454 table C.3)"),
        (stringprep.in_table_c4, "no character at all (RFC 3454 table C.4)"),
        (stringprep.in_table_c5, "half a character, a surrogate (RFC 3454 table C.5)"),
        (stringprep.in_table_c6, "not fit for plain text (RFC 3454 table C.6)"),
        (stringprep.in_table_c7, "an ideographic description (RFC 3454 table C.7)"),
        (stringprep.in_table_c8, "a change of direction, or deprecated (RFC 3454 table C.8)"),
        (stringprep.in_table_c9, "a tagging character (RFC 3454 table C.9)"),
    )
    for is_in, reason in tables:
        if is_in(character):
            return reason
    if stored and stringprep.in_table_a1(character):
        return "unknown to Unicode 3.2, so it may be sent but not stored (RFC 3454 table A.1)"
    return ""


def _place(text: str, wanted: str) -> int | None:
    """Where `wanted` stands in `text`, or the character that becomes it; None where several make it together."""
    from unicodedata import ucd_3_2_0

    found = text.find(wanted)
    if found != -1:
        return found
    for place, character in enumerate(text):
        if wanted in ucd_3_2_0.normalize("NFKC", _mapped(character)):
            return place
    return None


def _bidirectional(text: str, normal: str) -> Prepared:
    """RFC 3454 section 6: right-to-left characters bring rules for the whole string."""
    import stringprep

    rightward = next(filter(stringprep.in_table_d1, normal), None)
    if rightward is None:
        return Prepared(normal)
    for character in normal:
        if stringprep.in_table_d2(character):
            return Prepared(
                None,
                f"U+{ord(character):04X} runs left to right (RFC 3454 table D.2) and U+{ord(rightward):04X} "
                "right to left (table D.1): one string must not hold both (section 6).",
                _place(text, character),
            )
    for character, place in ((normal[0], 0), (normal[-1], len(text) - 1)):
        if not stringprep.in_table_d1(character):
            return Prepared(
                None,
                f"U+{ord(character):04X} begins or ends a string with right-to-left letters, and is none itself "
                "(RFC 3454 section 6, table D.1).",
                place,
            )
    return Prepared(normal)
