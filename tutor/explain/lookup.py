"""Floor 4: what can be looked up: the reference, and every diagnosis code with its long explanation."""

from tutor import reference
from tutor.explain import catalogue
from tutor.reference.entries import Hit, Page, Section

KIND = "diagnosis"
"""The kind of a Hit and a Page that are about a diagnosis code."""


def search(words: str) -> list[Hit]:
    """What fits, the best first: a diagnosis code that is named, the reference, then other diagnoses."""
    wanted = words.strip().casefold()
    parts = wanted.split()
    if not parts:
        return []
    found = [entry for entry in catalogue.entries() if all(part in _names(entry) for part in parts)]
    named = [entry for entry in found if entry.code.startswith(wanted) and "." in wanted]
    others = [entry for entry in found if entry not in named]
    return [*map(_hit, named), *reference.search(words), *map(_hit, others)]


def page(kind: str, key: str) -> Page | None:
    """An entry as headed sections; `kind` and `key` are those of a Hit."""
    if kind != KIND:
        return reference.page(kind, key)
    entry = catalogue.explain(key.strip().casefold())
    if entry is None:
        return None
    sections = [Section("What to do", "text", ((entry.fix,),))] if entry.fix else []
    return Page(KIND, entry.code, entry.title, entry.long, tuple(sections), entry.source, "")


def _names(entry: catalogue.Entry) -> str:
    return f"{entry.code} {entry.title}".casefold()


def _hit(entry: catalogue.Entry) -> Hit:
    return Hit(KIND, entry.code, entry.title, entry.long.partition("\n\n")[0])
