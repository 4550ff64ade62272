"""Floor 5: what all drills share. A drill makes ordinary steps, so that whatever plays lessons plays them."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from tutor.course.lesson import Cast, Choice, Mistake, Step
from tutor.records import Record


class Drill(Record):
    """A maker of tasks."""

    skill: str
    """Its own name, such as `base64.encode`; what is known and what is not is kept by it."""
    title: str
    """A few words, for lists."""
    about: str
    """One sentence: what is asked, and how it gets harder."""
    since: int
    """The level of the mixed drill, 1 to 5, from which its tasks are among the others."""
    make: Callable[[Random, int], Step]
    """(random, level) -> a task of that level, 1 to 5. Its `id` and `skill` are filled in by `drills.make`."""


def plain(text: str) -> str:
    """A text as a template that says just that text."""
    return "".join({"{": "{lb}", "}": "{rb}", "\n": "{lf}", "\0": "{nul}"}.get(char, char) for char in text)


def step(
    kind: str, goal: str, before: str, after: str, hints: Sequence[str], source: str, options: Mapping[str, object],
    *, cast: Cast | None = None, mistakes: Sequence[Mistake] = (),
) -> Step:  # fmt: skip
    """A step of that kind. All texts are templates."""
    return Step(
        id="", kind=kind, goal=goal, before=before, after=after, hints=tuple(hints), source=source, skill="",
        mistakes=tuple(mistakes), cast=Cast() if cast is None else cast, options={"lines": (), **options},
    )  # fmt: skip


def typed(text: str, *codes: str) -> Mistake:
    """A wrong answer that is typed, a template, and the codes that it may get."""
    return Mistake(text, None, codes, "")


def made(code: str) -> Mistake:
    """A mistake that is made of the right answer, wherever the values allow it."""
    return Mistake(None, code, (code,), "")


class Offer(Record):
    """One thing to choose."""

    text: str
    """What is shown, as it is: no template."""
    code: str
    """The mistake that choosing it is."""
    why: str
    """Why it is wrong, as it is: no template."""


def choose(
    random: Random, goal: str, before: str, after: str, hints: Sequence[str], source: str, right: str,
    wrong: Sequence[Offer], lines: Sequence[str] = (),
) -> Step:  # fmt: skip
    """A question with one right answer and some wrong ones; all texts are as they are shown: no templates."""
    choices = [Choice(plain(right), True, "", ""), *(Choice(plain(o.text), False, o.code, plain(o.why)) for o in wrong)]
    random.shuffle(choices)
    shown = tuple(line[:3] + plain(line[3:]) for line in lines)
    options = {"choices": tuple(choices), "ordered": False, "turn": -1, "lines": shown}
    told = [_prose(hint) for hint in hints]
    return step("choose", _prose(goal), _prose(before), _prose(after), told, source, options)


def _prose(text: str) -> str:
    """As `plain`, but line feeds stay: they are the ends of paragraphs."""
    return text.replace("{", "\0").replace("}", "{rb}").replace("\0", "{lb}")


CONSONANTS, VOWELS = "bcdfghjklmnprstvwxz", "aeiou"


def word(random: Random, length: int, capital: float = 0.0) -> str:
    """A word that can be spoken, of that many letters; `capital`: how often it begins with a capital letter."""
    letters = "".join(random.choice(VOWELS if place % 2 else CONSONANTS) for place in range(length))
    return letters.capitalize() if random.random() < capital else letters


ACCENTS = "äöüßéèñçåøæłőğ"
"""Letters of Latin alphabets beyond ASCII: two bytes each in UTF-8 (RFC 3629 section 3)."""
WIDE = "€日本語中文한국"
"""Three bytes each."""


def beyond_ascii(random: Random, length: int) -> str:
    """A word with one or two letters that are more than one byte in UTF-8, at least one of them of two bytes."""
    letters = list(word(random, length))
    for place in random.sample(range(length), 2 if length > 4 else 1):
        letters[place] = random.choice(ACCENTS)
    if random.random() < 0.3:
        letters.append(random.choice(WIDE))
    return "".join(letters)


def user(random: Random, level: int) -> str:
    """A user name: from three letters to an address with what people put into one."""
    name = word(random, 3 if level == 1 else random.randint(3, 6))
    if level >= 3 or (level == 2 and random.random() < 0.5):
        name += "@" + word(random, random.randint(3, 5)) + random.choice((".example", ".example.org"))
    if level >= 4:
        name = name.replace("@", random.choice((".", "+", "-", "_")) + word(random, 2 + level % 2) + "@")
    return name


def secret(random: Random, level: int) -> str:
    """A password: from a short word to blanks, signs and letters beyond ASCII."""
    if level == 1:
        return word(random, random.choice((4, 5, 6)))
    if level == 2:
        return f"{word(random, 4)} {word(random, 5)}"
    if level == 3:
        return f"{word(random, 5, 0.5)}{random.randint(10, 99)}{random.choice('!?.,;#%+=')}"
    if level == 4:
        signs = "".join(random.sample("!?.,;:#%+=*&/()[]<>~^|_-", 3))
        return f"{word(random, 4, 0.5)} {signs}{random.randint(100, 999)}{word(random, 4)}"
    return f"{beyond_ascii(random, 5)} {beyond_ascii(random, 6)}{random.randint(10, 99)}"
