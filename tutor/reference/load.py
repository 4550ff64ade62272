"""Floor 1: reads the data files, each when it is first asked for, and keeps what it read."""

from functools import cache, lru_cache
from typing import Any

from tutor.reference.entries import (
    CodeEntry,
    EnhancedEntry,
    MechanismPage,
    Port,
    ProviderText,
    Step,
    Term,
)
from tutor.reference.sentences import CLASSES, DETAILS, ENHANCED, REPLIES, SUBJECTS, short


def _read(name: str) -> dict[str, Any]:
    # Beside this module, in a checkout as in a wheel; importlib.resources would cost more than the whole start.
    import os
    import tomllib

    with open(os.path.join(os.path.dirname(__file__), "data", f"{name}.toml"), "rb") as file:
        return tomllib.load(file)


@cache
def replies(digit: int) -> dict[int, CodeEntry]:
    """The reply codes of one class, in numeric order; empty for a class that SMTP does not have."""
    if digit not in (2, 3, 4, 5):
        return {}
    found = {}
    for item in _read(f"replies-{digit}")["reply"]:
        number = item["code"]
        found[number] = CodeEntry(
            number, item["title"], REPLIES[str(number)], item["meaning"], tuple(item["when"]), tuple(item["fix"]),
            item["answers"], item["next"], item["turn"], item.get("base64", False), item.get("closes", False),
            tuple(item.get("enhanced", ())), item["source"], item.get("as_of", ""), tuple(item.get("words", ())),
        )  # fmt: skip
    return found


@cache
def _enhanced_table() -> dict[str, dict[str, Any]]:
    return {item["code"]: item for item in _read("enhanced")["enhanced"]}


def enhanced_codes() -> tuple[str, ...]:
    """The enhanced codes that have an entry of their own."""
    return tuple(_enhanced_table())


@lru_cache(maxsize=1024)
def enhanced(text: str) -> EnhancedEntry | None:
    """One enhanced code: its own entry, or what class, subject and detail say of it (RFC 3463 section 2)."""
    parts = text.split(".")
    numbers_fit = all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts)
    if len(parts) != 3 or parts[0] not in ("2", "4", "5") or not numbers_fit:
        return None
    detail = f"{parts[1]}.{parts[2]}"
    item = _enhanced_table().get(text)
    if item is not None:
        return EnhancedEntry(
            text, item["title"], ENHANCED.get(text) or short(text) or item["title"], item["meaning"],
            tuple(item["when"]), tuple(item["fix"]), tuple(item["replies"]), item.get("registered", detail in DETAILS),
            item["source"], item.get("as_of", ""), tuple(item.get("words", ())),
        )  # fmt: skip
    subject = SUBJECTS.get(parts[1])
    name = DETAILS.get(detail)
    digit = CLASSES[parts[0]]
    about = f"It is about: {subject}." if subject else "Its second number is not one that RFC 3463 has."
    if name is not None:
        return EnhancedEntry(
            text, name, short(text) or name, f"{name}. {about} {digit}", (), (), (), True,
            "RFC 3463 section 3; RFC 5248 section 2.4",
        )  # fmt: skip
    unknown = "No registry has this code; the one who sends it gave it its meaning. Read the text behind it."
    return EnhancedEntry(
        text, "Not registered", f"Not registered. {digit}", f"{unknown} {about} {digit}", (), (), (), False,
        "RFC 3463 section 2",
    )  # fmt: skip


@cache
def pairs() -> dict[tuple[str, str], dict[str, Any]]:
    """The pairs that people confuse, as they are written down."""
    return {(item["a"], item["b"]): item for item in _read("pairs")["pair"]}


@cache
def mechanisms() -> dict[str, MechanismPage]:
    """The mechanism pages by their name in capitals, in the order of the course."""
    found = {}
    for item in _read("mechanisms")["mechanism"]:
        found[item["name"].upper()] = MechanismPage(
            item["name"], item["title"], item["summary"], item["first"], item["rounds"], item["sends"], item["stores"],
            item["mutual"], item["tls"], item["played"], tuple(_step(step) for step in item["flow"]), item["standing"],
            item["advice"], tuple(item["security"]), item["source"], item["as_of"], tuple(item.get("words", ())),
        )  # fmt: skip
    return found


def _step(item: dict[str, str]) -> Step:
    """A step's `message` is written in clear, and put as Base64 where its line has `{}`."""
    from binascii import b2a_base64

    message = item.get("message", "")
    text = b2a_base64(message.encode(), newline=False).decode()
    return Step(item["side"], item["line"].replace("{}", text), message, item["note"])


@cache
def ports() -> dict[int, Port]:
    """The ports by number."""
    return {
        item["number"]: Port(
            item["number"], item["name"], item["title"], item["meaning"], item["tls"], item["auth"],
            tuple(item["use"]), item["source"], item.get("as_of", ""), tuple(item.get("words", ())),
        )
        for item in _read("ports")["port"]
    }  # fmt: skip


@cache
def terms() -> dict[str, Term]:
    """The glossary by name and by every other name, case folded; in alphabetic order of the names."""
    items = sorted(_read("glossary")["term"], key=lambda item: item["term"].casefold())
    entries = [
        Term(
            item["term"], item["text"], tuple(item.get("also", ())), tuple(item.get("see", ())), item["source"],
            item.get("as_of", ""),
        )
        for item in items
    ]  # fmt: skip
    found = {entry.term.casefold(): entry for entry in entries}
    for entry in entries:
        for name in entry.also:
            found.setdefault(name.casefold(), entry)
    return found


@cache
def providers() -> tuple[ProviderText, ...]:
    """The provider texts, the more exact ones first."""
    return tuple(
        ProviderText(
            item["id"], item["provider"], item["pattern"], item["code"], item["finding"], item["meaning"], item["fix"],
            item["source"], item["as_of"], item["sample"],
        )
        for item in _read("providers")["text"]
    )  # fmt: skip
