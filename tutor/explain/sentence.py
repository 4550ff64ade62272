"""Floor 4: how a grammar of loose words is looked for in a text: sentence by sentence, in any order."""

import re
from collections.abc import Iterator
from itertools import product

from tutor.explain.wording import Any
from tutor.records import Record


class Meaning(Record):
    """One meaning."""

    code: str
    groups: tuple[Any, ...]
    """Of each of them one word must stand in the sentence."""
    unless: Any | None = None
    """Not where one of these stands in the same sentence."""
    near: int = 80
    """Characters from the beginning of the first word to the end of the last one."""


_PIECES = re.compile(r"(?<=[.;!?])\s+|[\r\n]+|\\[rn]|[\"']\s*[:,]\s*[\"']?(?=\S)|[{}|]|[。！；]|\s->\s|\s-- ")
"""Where one sentence ends and another begins, or one value of JSON and another."""
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|_")
"""Where the words of a name such as `AuthenticationRequired` or `AUTH_NOT_SUPPORTED` meet."""
LONGEST = 600
"""Characters of a sentence that are looked at."""
_MOST = 6
"""Words of a group that are tried with those of the others."""


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, with the words of names apart."""
    for piece in _PIECES.split(text):
        piece = _HUMPS.sub(" ", " ".join(piece.split()))[:LONGEST]
        if piece:
            yield piece


def says(row: Meaning, sentence: str) -> bool:
    """Whether the sentence has a word of every group, near each other, and none of those that mean something else."""
    spans: list[list[tuple[int, int]]] = []
    for group in row.groups:
        found = [match.span() for match in group.pattern.finditer(sentence)][:_MOST]
        if not found:
            return False
        spans.append(found)
    if row.unless is not None and row.unless.search(sentence) is not None:
        return False
    return any(
        max(end for _, end in chosen) - min(start for start, _ in chosen) <= row.near and _apart(chosen)
        for chosen in product(*spans)
    )


def _apart(chosen: "tuple[tuple[int, int], ...]") -> bool:
    """Whether no two groups were found in the very same word."""
    return len(set(chosen)) == len(chosen)
