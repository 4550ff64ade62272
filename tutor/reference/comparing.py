"""Floor 1: two entries side by side, in written words where people confuse them, else from their own facts."""

from tutor.reference import load
from tutor.reference.entries import CodeEntry, Comparison, EnhancedEntry, MechanismPage, Row
from tutor.reference.sentences import CLASSES, SUBJECTS

Entry = CodeEntry | EnhancedEntry | MechanismPage

_DIGITS = {"2": "2: yes, done", "3": "3: go on", "4": "4: not now", "5": "5: no"}
_TURNS = {"client": "the client", "server": "the server", "nobody": "nobody: the connection closes"}


def compare(a: int | str, b: int | str) -> Comparison:
    """See `tutor.reference.compare`."""
    first, second = find(a), find(b)
    key_a, key_b = key(first), key(second)
    rows = _rows(first, second)
    written = load.pairs().get((key_a, key_b))
    if written is not None:
        whens = (written["when_a"], written["when_b"])
    else:
        written = load.pairs().get((key_b, key_a))
        whens = (written["when_b"], written["when_a"]) if written is not None else ("", "")
    if written is None:
        return Comparison(
            _kind(first, second), key_a, key_b, first.title, second.title, _summary(first, second),
            _differences(first, second), _when(first), _when(second), rows, False, _sources(first, second),
        )  # fmt: skip
    return Comparison(
        _kind(first, second), key_a, key_b, first.title, second.title, written["summary"],
        tuple(written["differences"]), *whens, rows, True, written["source"],
    )  # fmt: skip


def find(name: int | str) -> Entry:
    """A reply code, an enhanced code or a mechanism by its key. Raises LookupError where there is none."""
    text = str(name).strip()
    entry: Entry | None
    if text.isascii() and text.isdigit():
        entry = load.replies(int(text[:1])).get(int(text)) if len(text) == 3 else None
    elif text[:1].isdigit():
        entry = load.enhanced(text)
    else:
        entry = load.mechanisms().get(text.upper())
    if entry is None:
        raise LookupError(text)
    return entry


def key(entry: Entry) -> str:
    """What an entry is looked up by."""
    return entry.name if isinstance(entry, MechanismPage) else str(entry.code)


def partners(name: str) -> tuple[tuple[str, str], ...]:
    """The keys that people confuse with this one, each with the sentence that tells them apart."""
    found = []
    for (a, b), item in load.pairs().items():
        if name in (a, b):
            found.append((b if name == a else a, str(item["summary"])))
    return tuple(found)


def _kind(a: Entry, b: Entry) -> str:
    names = {CodeEntry: "reply", EnhancedEntry: "enhanced", MechanismPage: "mechanism"}
    return names[type(a)] if type(a) is type(b) else "mixed"


def _when(entry: Entry) -> str:
    if isinstance(entry, MechanismPage):
        return entry.advice
    return " ".join(entry.when) or entry.short


def _sources(a: Entry, b: Entry) -> str:
    return a.source if a.source == b.source else f"{a.source}; {b.source}"


def _summary(a: Entry, b: Entry) -> str:
    lines = [entry.summary if isinstance(entry, MechanismPage) else entry.short for entry in (a, b)]
    if key(a) == key(b):
        return f"{key(a)} is the same on both sides. {lines[0]}"
    return f"{key(a)}: {lines[0]} {key(b)}: {lines[1]}"


def _rows(a: Entry, b: Entry) -> tuple[Row, ...]:
    facts_a, facts_b = _facts(a), _facts(b)
    aspects = dict.fromkeys((*facts_a, *facts_b))
    return tuple(Row(aspect, facts_a.get(aspect, "–"), facts_b.get(aspect, "–")) for aspect in aspects)


def _facts(entry: Entry) -> dict[str, str]:
    if isinstance(entry, CodeEntry):
        return {
            "first digit": _DIGITS[str(entry.code)[0]],
            "answers": entry.answers,
            "behind the code": "Base64, for the mechanism" if entry.base64 else "text, for people",
            "who speaks next": _TURNS[entry.turn],
            "what comes next": entry.next,
            "the connection": "closes" if entry.closes else "stays",
            "enhanced codes": ", ".join(entry.enhanced) or ("never" if str(entry.code)[0] == "3" else "seldom"),
            "source": entry.source,
        }
    if isinstance(entry, EnhancedEntry):
        digit, subject, _ = entry.code.split(".")
        return {
            "first digit": _DIGITS[digit],
            "subject": SUBJECTS.get(subject, "not one of RFC 3463"),
            "stands behind": ", ".join(map(str, entry.replies)) or "see its class",
            "registered": "yes" if entry.registered else "no",
            "source": entry.source,
        }
    return {
        "speaks first": f"the {entry.first}",
        "334 lines": entry.rounds,
        "what travels": entry.sends,
        "what the server keeps": entry.stores,
        "proves the server": "yes" if entry.mutual else "no",
        "TLS": entry.tls,
        "standing": entry.standing,
        "source": entry.source,
    }


def _differences(a: Entry, b: Entry) -> tuple[str, ...]:
    if key(a) == key(b):
        return ()
    name_a, name_b = key(a), key(b)
    found: list[str] = []
    if not isinstance(a, MechanismPage) and not isinstance(b, MechanismPage):
        found += _digit_difference(str(a.code), str(b.code))
    facts_a, facts_b = _facts(a), _facts(b)
    said = {"first digit", "source", "what comes next", "enhanced codes", "standing"}
    for aspect in facts_a:
        if aspect in facts_b and aspect not in said and facts_a[aspect] != facts_b[aspect]:
            found.append(f"{aspect.capitalize()}: {name_a}: {_end(facts_a[aspect])} {name_b}: {_end(facts_b[aspect])}")
    if not found:
        found.append(f"They differ in their meaning alone. {_summary(a, b)}")
    if isinstance(a, CodeEntry) is not isinstance(b, CodeEntry):
        found.append("They are of two kinds: a reply code stands first; an enhanced code may stand behind it.")
    return tuple(found)


def _digit_difference(a: str, b: str) -> list[str]:
    if a[0] == b[0]:
        return []
    return [f"The first digit: {a[0]} is {_lower(CLASSES[a[0]])} {b[0]} is {_lower(CLASSES[b[0]])}"]


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _end(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
