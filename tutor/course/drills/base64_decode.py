"""Base64 read back: one group of four, then more, padding, NULs, letters of several bytes."""

from random import Random

from tutor.course.drills.base import Drill, beyond_ascii, plain, secret, step, typed, word
from tutor.course.drills.base64_encode import ALPHABET
from tutor.course.lesson import Step


def value(random: Random, level: int) -> str:
    """What the Base64 says."""
    if level == 1:
        return word(random, 3, 0.3)
    if level == 2:
        return word(random, random.choice((4, 5)), 0.3)
    if level == 3:
        return word(random, random.choice((6, 7, 8)), 0.3)
    if level == 4:  # as PLAIN has it (RFC 4616 section 2)
        return f"\0{word(random, random.choice((3, 4)))}\0{secret(random, 1)}"
    return f"\0{word(random, random.choice((4, 5)))}\0{beyond_ascii(random, 5)} {word(random, 4)}"


def make(random: Random, level: int) -> Step:
    """One line."""
    text = value(random, level)
    # The user name and the password of PLAIN come from the client; the rest could come from either side.
    side = "C: " if "\0" in text else "S: 334 "
    mistakes = [typed("{text}", "lesson.still-encoded"), typed("{cut {message}}", "lesson.part", "lesson.nul")]
    if text.swapcase() != text and "\0" not in text:
        mistakes.append(typed("{swapcase {message}}", "lesson.case"))
    mistakes.append(typed("{message}x", "lesson.more"))
    nul = " A NUL byte is typed as `\\0`." if "\0" in text else ""
    return step(
        "decode",
        "Say what the Base64 is.",
        f"Each letter is six bits; four letters are three bytes.{nul}\n\n{ALPHABET}",
        "    {text}\n    {sixes {message}}\n    {bits {message}}" if level < 3 else "    {text}\n    {message}",
        ["The six-bit numbers: `{sixes {message}}`.", "As bytes: `{bits {message}}`."],
        "RFC 4648 section 4" + ("; RFC 4616 section 2" if nul else ""),
        {"line": f"{side}{{b64 {plain(text)}}}", "turn": 0, "values": (), "literal": None},
        mistakes=mistakes,
    )


DRILL = Drill(
    "base64.decode", "Base64 read back",
    "A line is given, its text is typed: four letters, then more, then whole answers of PLAIN.", 1, make,
)  # fmt: skip
