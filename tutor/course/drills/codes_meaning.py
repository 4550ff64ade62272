"""Reply codes and enhanced codes: what one says, which one fits, which two stand together."""

from random import Random

from tutor import reference
from tutor.course.drills.base import Drill, Offer, choose
from tutor.course.lesson import Step

LOGIN = (220, 221, 235, 250, 334, 421, 432, 454, 500, 501, 503, 504, 530, 534, 535)
"""Those that one meets around a login."""
FIRST = (220, 235, 250, 334, 421, 501, 503, 535)
PAIRS = (
    (235, "2.7.0", "RFC 4954 section 6"), (432, "4.7.12", "RFC 4954 section 6"), (454, "4.7.0", "RFC 4954 section 6"),
    (500, "5.5.6", "RFC 4954 section 6"), (501, "5.5.2", "RFC 4954 section 4"), (501, "5.7.0", "RFC 4954 section 4"),
    (504, "5.5.4", "RFC 4954 section 4"), (530, "5.7.0", "RFC 4954 section 6"), (534, "5.7.9", "RFC 4954 section 6"),
    (535, "5.7.8", "RFC 4954 section 6"), (538, "5.7.11", "RFC 4954 section 6"),
)  # fmt: skip
"""Reply codes with the enhanced code that AUTH's own specification gives them."""
RFC = ("RFC 3463", "RFC 4954", "RFC 2034", "RFC 5321", "RFC 5248")


def _reply(number: int) -> tuple[str, str, str]:
    """(code, what it says, source)"""
    entry = reference.code(number)
    assert entry is not None
    return str(number), entry.short, entry.source


def _enhanced(code: str) -> tuple[str, str, str]:
    entry = reference.enhanced(code)
    assert entry is not None
    return code, entry.short, entry.source


def enhanced_codes() -> list[str]:
    """Those of the RFCs: a vendor's own are not drilled."""
    found = (code for code in reference.keys("enhanced"))
    return [code for code in found if _enhanced(code)[2].startswith(RFC) and "as of" not in _enhanced(code)[2]]


def _sources(*sources: str) -> str:
    """As lessons write them: one section each, the first one named."""
    found = []
    for source in sources:
        for part in source.split("; "):
            rfc, _, sections = part.partition(" sections ")
            found.append(f"{rfc} section {sections.split(' and ')[0].split(',')[0]}" if sections else part)
    return "; ".join(dict.fromkeys(part for part in found if part.startswith("RFC ") and "section" in part))


def _says(random: Random, asked: tuple[str, str, str], others: list[tuple[str, str, str]]) -> Step:
    """A code is given, what it says is chosen."""
    code, right, source = asked
    return choose(
        random, f"Say what `{code}` says.", "A server sends it in an SMTP session.",
        f"`{code}`: {right}", _hints(code), _sources(source), right,
        [Offer(words, f"taken-for.{other}", f"That is `{other}`.") for other, words, _ in others],
    )  # fmt: skip


def _which(random: Random, asked: tuple[str, str, str], others: list[tuple[str, str, str]]) -> Step:
    """What is said is given, the code is chosen."""
    code, words, source = asked
    return choose(
        random, "Choose the code that says this.", f"{words}", f"`{code}`: {words}",
        [f"Its first digit is {code[0]}.", "Is it yes, go on, not now, or no?"], _sources(source), f"`{code}`",
        [Offer(f"`{other}`", f"taken-for.{other}", f"`{other}` says: {said}") for other, said, _ in others],
    )  # fmt: skip


def _together(random: Random) -> Step:
    """A reply code is given, the enhanced code that belongs behind it is chosen."""
    number, right, source = random.choice(PAIRS)
    entry = reference.code(number)
    assert entry is not None
    fitting = {right, *entry.enhanced, *(code for reply, code, _ in PAIRS if reply == number)}
    rest = [code for code in enhanced_codes() if code not in fitting and number not in _replies(code)]
    same = [code for code in rest if code[0] == right[0]]
    wrong = random.sample(same, min(3, len(same)))
    wrong += random.sample([code for code in rest if code not in wrong], 4 - len(wrong))
    said = _enhanced(right)[1]
    return choose(
        random, f"Choose the enhanced code that belongs behind `{number}`.", entry.short, f"`{number} {right}`: {said}",
        ["Its class, the first digit, is that of the reply code.", f"It says: {said}"], source, f"`{right}`",
        [Offer(f"`{code}`", f"taken-for.{code}", f"`{code}` says: {_enhanced(code)[1]}") for code in wrong],
    )  # fmt: skip


def _replies(code: str) -> tuple[int, ...]:
    entry = reference.enhanced(code)
    return () if entry is None else entry.replies


def _hints(code: str) -> list[str]:
    classes = {"2": "yes", "3": "go on, more is wanted", "4": "not now; later perhaps", "5": "no"}
    subject = {"0": "nothing in particular", "1": "an address", "2": "a mailbox", "3": "the mail system",
               "4": "the network", "5": "the protocol", "6": "the content", "7": "security"}  # fmt: skip
    first = f"The first digit, {code[0]}, means: {classes[code[0]]}."
    if "." in code:
        return [first, f"The second number, {code.split('.')[1]}, means: {subject[code.split('.')[1]]}."]
    second = {"0": "syntax", "1": "information", "2": "the connection", "3": "the login", "5": "the mail system"}
    return [first, f"The second digit, {code[1]}, means: {second[code[1]]}."]


def make(random: Random, level: int) -> Step:
    """One question."""
    if level == 5:
        return _together(random)
    if level == 4:
        known = [_enhanced(code) for code in enhanced_codes()]
    else:
        known = [_reply(number) for number in (FIRST if level == 1 else LOGIN)]
    asked = random.choice(known)
    others = [each for each in known if each[1] != asked[1]]
    if level >= 3:  # the ones that are easily taken for it: of the same class
        near = [each for each in others if each[0][0] == asked[0][0]]
        others = near if len(near) >= 4 else others
    others = random.sample(others, min(len(others), 3 if level < 3 else 4))
    ask = _says if level in (1, 4) or (level == 3 and random.random() < 0.4) else _which
    return ask(random, asked, others)


DRILL = Drill(
    "codes.meaning", "Reply codes and enhanced codes",
    "What a code says, which code says it, and which two stand together.", 1, make,
)  # fmt: skip
