"""Floor 1: which provider's or program's text a reply is."""

from functools import lru_cache
from typing import TYPE_CHECKING

from tutor.reference.entries import ProviderText

if TYPE_CHECKING:
    import re

LONGEST = 4096
"""Characters that are looked at: a reply has 512 octets, a glued one with many lines some more."""


@lru_cache(maxsize=1)
def _patterns() -> "tuple[tuple[tuple[str, int], ...], tuple[tuple[re.Pattern[str], ProviderText], ...]]":
    """Every needle (see `needles`) with the number of its text, and every text with its pattern."""
    import re

    from tutor.reference import load

    texts = load.providers()
    strings = tuple((string, number) for number, text in enumerate(texts) for string in needles(text.pattern))
    return strings, tuple((re.compile(text.pattern, re.IGNORECASE), text) for text in texts)


def needles(pattern: str) -> tuple[str, ...]:
    """Lower-case strings one of which stands in every text that `pattern` matches: one for each alternative.

    A log of a million lines is looked through for them, since `in` is far quicker than the
    patterns. Read from the pattern itself: the longest run of characters that stand for themselves.
    """
    found: list[str] = []
    best = run = ""
    depth = at = 0
    while at < len(pattern):
        char, at = pattern[at], at + 1
        literal = ""
        if char == "\\":
            literal, at = pattern[at], at + 1
            literal = "" if literal.isalnum() else literal
        elif char == "[":
            at = pattern.index("]", at + 1) + 1
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            found.append(max(best, run, key=len))
            best = run = ""
            continue
        elif char not in "?*+{}^$.|":
            literal = char
        if at < len(pattern) and pattern[at] in "?*{":
            literal = ""
        if depth == 0 and literal:
            run += literal.lower()
        else:
            best, run = max(best, run, key=len), ""
    found.append(max(best, run, key=len))
    return tuple(found)


def fold(text: str) -> str:
    """The text as one line: white space folded, and the codes of a multi-line reply's further lines taken out."""
    import re

    folded = " ".join(text[:LONGEST].split())
    first = re.search(r"(?<!\d)([2-5]\d\d)-", folded)
    if first is None:
        return folded
    tail = re.sub(rf" {first[1]}[- ](?:\d\.\d{{1,3}}\.\d{{1,3}} )?", " ", folded[first.end() :])
    return folded[: first.end()] + tail


@lru_cache(maxsize=256)
def match(text: str) -> tuple[ProviderText, ...]:
    """Every provider text whose pattern is found, in the order of the file."""
    strings, each = _patterns()
    folded = fold(text)
    lower = folded.lower()
    likely = [number for string, number in strings if string in lower]
    if not likely:
        return ()
    return tuple(each[number][1] for number in dict.fromkeys(likely) if each[number][0].search(folded))
