"""Floor 1: which provider's or program's text a reply is."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from tutor.reference.entries import ProviderText
from tutor.reference.needles import needles

if TYPE_CHECKING:
    import re

LONGEST = 4096
"""Characters that are looked at: a reply has 512 octets, a glued one with many lines some more."""


@lru_cache(maxsize=1)
def _texts() -> tuple[tuple[tuple[str, int], ...], tuple[ProviderText, ...]]:
    """Every needle (see `needles`) with the number of its text, and every text."""
    from tutor.reference import load

    texts = load.providers()
    return tuple((string, number) for number, text in enumerate(texts) for string in needles(text.pattern)), texts


@cache
def _compiled(pattern: str) -> "re.Pattern[str]":
    import re

    return re.compile(pattern, re.IGNORECASE)


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
    strings, texts = _texts()
    folded = fold(text)
    lower = folded.lower()
    likely = [number for string, number in strings if string in lower]
    if not likely:
        return ()
    found = (texts[number] for number in dict.fromkeys(likely))
    return tuple(text for text in found if _compiled(text.pattern).search(folded))
