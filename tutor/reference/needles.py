"""Floor 1: strings without which a regular expression cannot match.

`in` is far quicker than a pattern, and than compiling one: a log of a million lines is looked
through for these first, and what does not occur is never compiled.
"""

from functools import cache


@cache
def needles(pattern: str) -> tuple[str, ...]:
    """Lower-case strings one of which stands in every text that `pattern` matches: one for each alternative.

    Read from the pattern itself: the longest run of characters that stand for themselves; "" where
    an alternative has none.
    """
    found: list[str] = []
    best = run = ""
    depth = at = 0
    while at < len(pattern):
        char, at = pattern[at], at + 1
        literal = ""
        if char == "\\":
            literal, at = pattern[at], at + 1
            at += {"x": 2, "u": 4, "U": 8}.get(literal, 0)
            literal = "" if literal.isalnum() else literal
        elif char == "[":
            at = pattern.index("]", at + 1) + 1
        elif char == "{":
            at = pattern.find("}", at) + 1 or at
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
