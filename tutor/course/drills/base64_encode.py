"""Base64 by hand: from three letters to padding, signs and letters of several bytes."""

from random import Random

from tutor.course.drills.base import Drill, beyond_ascii, plain, step, typed, word
from tutor.course.lesson import Mistake, Step

ALPHABET = "A to Z are 0 to 25, a to z are 26 to 51, 0 to 9 are 52 to 61, + is 62, / is 63."
REST = (
    "They fill whole groups of three: no padding.",
    "One byte is left over: it takes two letters and `==`.",
    "Two bytes are left over: they take three letters and `=`.",
)


def value(random: Random, level: int) -> str:
    """What is to be encoded."""
    if level == 1:
        return word(random, 3, 0.3)
    if level == 2:
        return word(random, random.choice((4, 5)), 0.3)
    if level == 3:
        return word(random, random.choice((6, 7, 8)), 0.3)
    if level == 4:
        first = word(random, random.choice((4, 5)), 0.5)
        return f"{first}{random.choice('.-+_ ')}{word(random, 4)}{random.randint(10, 99)}"
    return f"{beyond_ascii(random, random.choice((5, 6)))}{random.choice('.-+ ')}{beyond_ascii(random, 5)}"


def mistakes(text: str) -> list[Mistake]:
    """Those that this value allows."""
    found = [
        typed("{value}", "b64.plain-text", "b64.accidental"),
        typed("{b64 {value}{lf}}", "text.trailing-newline"),
        typed("{hex {value}}", "b64.hex"),
        typed("{b64 {solution}}", "b64.double"),
    ]
    if len(text.encode()) % 3:
        found.append(typed("{nopad {solution}}", "b64.padding"))
    try:
        latin = text.encode("latin-1")
    except UnicodeEncodeError:
        latin = text.encode()
    if latin != text.encode():
        found.append(typed("{b64 {latin1 {value}}}", "text.latin-1"))
    return found


def make(random: Random, level: int) -> Step:
    """One text."""
    text = value(random, level)
    size = len(text.encode())
    rest = REST[size % 3]
    bits = "    {bits {value}}\n    {sixes {value}}\n" if size < 8 else ""
    wide = "" if text.isascii() else " A letter beyond ASCII is two or three bytes in UTF-8."
    return step(
        "encode",
        "Write `{value}` in Base64.",
        f"Bytes in groups of three, 24 bits each; cut into sixes, a letter for each six.{wide}\n\n{ALPHABET}",
        f"{size} bytes. {rest}\n\n{bits}    {{solution}}",
        ["As bytes: `{bits {value}}`.", "In groups of six: `{sixes {value}}`."],
        "RFC 4648 section 4",
        {"value": plain(text), "values": (), "literal": None},
        mistakes=mistakes(text),
    )


DRILL = Drill(
    "base64.encode", "Base64 by hand",
    "A text is given, its Base64 is typed: three letters, then padding, then signs, then letters of several bytes.",
    1, make,
)  # fmt: skip
