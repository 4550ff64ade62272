"""What a learner may type that is wrong: for the suites that play every lesson, in the app and as lines of text."""

from collections.abc import Iterator
from random import Random

from tutor.course import inspection, making
from tutor.course.lesson import Lesson

SEED = 5


def mistakes(lesson: Lesson, number: int, seed: int = SEED) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every mistake that the step names, and every wrong choice: what is typed, and the codes that it may get."""
    step = lesson.steps[number]
    for mistake in step.mistakes:
        for text in making.typed(inspection.play_of(lesson, number, seed), mistake):
            if not text.startswith(":") and not any(char in text for char in "\r\n"):  # what one line cannot hold
                yield text, mistake.codes
    play = inspection.play_of(lesson, number, seed)
    if play.INPUT == "choice":
        for option in play.choices():
            verdict = inspection.play_of(lesson, number, seed).submit(option.key)
            if option.key not in play.solution():
                yield option.key, (verdict.diagnoses[0].code,)


def empty(lesson: Lesson, number: int, seed: int = SEED) -> bool:
    """Whether an empty line is what is due there: an empty response is one (RFC 4954 section 4)."""
    return "" in inspection.play_of(lesson, number, seed).solution()


def random_lines(random: Random, count: int) -> Iterator[str]:
    """Lines that nobody means as an answer: letters, Base64, control characters, commands of SMTP."""
    from base64 import b64encode

    for _ in range(count):
        length = random.randrange(6, 60)
        yield random.choice(
            (
                "".join(chr(random.randrange(32, 0x250)) for _ in range(length)),
                b64encode(random.randbytes(length)).decode(),
                "".join(
                    chr(random.choice((*range(1, 10), 11, 12, *range(14, 32), 0x7F, 0x9B, 0x202E))) for _ in range(6)
                ),
                f"AUTH {random.choice(('NOTHING', 'LOGIN LOGIN', 'plain ='))} {random.randrange(10**6, 10**7)}",
                f"{random.randrange(10**6, 10**7)} {'x' * length}",
            )
        )
