"""Floor 1: an entry as headed sections, so that the command line and the app show the same words."""

from collections.abc import Iterable

from tutor.reference import comparing, load
from tutor.reference.entries import CodeEntry, EnhancedEntry, MechanismPage, Page, Port, ProviderText, Section, Term
from tutor.reference.sentences import short


def page(kind: str, key: str) -> Page | None:
    """See `tutor.reference.page`. The key of a comparison is two keys with a space between."""
    entry = _entry(kind, key)
    if entry is None and kind == "comparison":
        return _comparison(key)
    match entry:
        case CodeEntry():
            return _reply(entry)
        case EnhancedEntry():
            return _enhanced(entry)
        case MechanismPage():
            return _mechanism(entry)
        case Port():
            return _port(entry)
        case Term():
            return _term(entry)
        case ProviderText():
            return _provider(entry)
    return None


def _entry(kind: str, key: str) -> object:
    match kind:
        case "reply":
            fits = key.isascii() and key.isdigit() and len(key) == 3
            return load.replies(int(key) // 100).get(int(key)) if fits else None
        case "enhanced":
            return load.enhanced(key)
        case "mechanism":
            return load.mechanisms().get(key.upper())
        case "port":
            return load.ports().get(int(key)) if key.isascii() and key.isdigit() else None
        case "term":
            return load.terms().get(key.casefold())
        case "provider":
            return next((text for text in load.providers() if text.id == key), None)
    return None


def said_with(code: str) -> tuple[ProviderText, ...]:
    """The provider texts that are seen with a code (`535`, `5.7.8` or both, `535 5.7.8`)."""
    wanted = set(code.split())
    return tuple(text for text in load.providers() if wanted <= set(text.code.split()))


def _list(heading: str, items: Iterable[str], kind: str = "list") -> list[Section]:
    found = tuple((item,) for item in items if item)
    return [Section(heading, kind, found)] if found else []


def _pairs(heading: str, kind: str, items: Iterable[tuple[str, str]]) -> list[Section]:
    found = tuple(items)
    return [Section(heading, kind, found)] if found else []


def _confused(key: str) -> list[Section]:
    return _pairs("Often confused with", "codes", comparing.partners(key))


def _providers(code: str) -> list[Section]:
    return _pairs("Who says it, and what it means there", "rows", ((t.provider, t.meaning) for t in said_with(code)))


def _reply(entry: CodeEntry) -> Page:
    key = str(entry.code)
    sections = [
        *_list("", [entry.meaning], "text"),
        *_list("When you see it", entry.when),
        *_list("What to do", entry.fix),
        *_pairs("Facts", "rows", [("answers", entry.answers), ("comes next", entry.next)]),
        *_pairs("Enhanced codes with it", "codes", ((code, short(code) or "") for code in entry.enhanced)),
        *_confused(key),
        *_providers(key),
    ]
    return Page("reply", key, f"{key} {entry.title}", entry.short, tuple(sections), entry.source, entry.as_of)


def _enhanced(entry: EnhancedEntry) -> Page:
    behind = ((str(code), short(str(code)) or "") for code in entry.replies)
    standing = "It is in the registry." if entry.registered else "No registry has it."
    sections = [
        *_list("", [entry.meaning], "text"),
        *_list("When you see it", entry.when),
        *_list("What to do", entry.fix),
        *_pairs("Stands behind", "codes", behind),
        *_list("Standing", [standing], "text"),
        *_confused(entry.code),
        *_providers(entry.code),
    ]
    title = f"{entry.code} {entry.title}"
    return Page("enhanced", entry.code, title, entry.short, tuple(sections), entry.source, entry.as_of)


def _mechanism(entry: MechanismPage) -> Page:
    facts = [
        ("speaks first", f"the {entry.first}"),
        ("334 lines", entry.rounds),
        ("what travels", entry.sends),
        ("what the server keeps", entry.stores),
        ("proves the server", "yes" if entry.mutual else "no"),
        ("TLS", entry.tls),
        ("here", "played on both sides" if entry.played else "read, not played"),
    ]
    steps = tuple((f"{step.side}: {step.line}", step.message, step.note) for step in entry.flow)
    sections = [
        *_list("", [entry.summary], "text"),
        Section("How it goes", "steps", steps),
        *_pairs("Facts", "rows", facts),
        *_list("Standing", [entry.standing], "text"),
        *_list("Advice", [entry.advice], "text"),
        *_list("Security", entry.security),
        *_confused(entry.name),
    ]
    title = f"{entry.name} {entry.title}"
    return Page("mechanism", entry.name, title, entry.summary, tuple(sections), entry.source, entry.as_of)


def _port(entry: Port) -> Page:
    sections = [
        *_list("", [entry.meaning], "text"),
        *_pairs("Facts", "rows", [("name", entry.name), ("TLS", entry.tls), ("AUTH", entry.auth)]),
        *_list("Use", entry.use),
    ]
    title = f"Port {entry.number} {entry.title}"
    return Page("port", str(entry.number), title, entry.title, tuple(sections), entry.source, entry.as_of)


def _term(entry: Term) -> Page:
    sections = [
        *_list("", [entry.text], "text"),
        *_list("Also called", [", ".join(entry.also)], "text"),
        *_list("See", [", ".join(entry.see)], "text"),
    ]
    return Page("term", entry.term, entry.term, entry.text, tuple(sections), entry.source, entry.as_of)


def _provider(entry: ProviderText) -> Page:
    seen = f"code {entry.code}" if entry.code else "no code stands with it"
    sections = [
        Section("What it looks like", "steps", ((entry.sample, "", ""),)),
        *_list("What it means", [entry.meaning], "text"),
        *_list("What to do", [entry.fix], "text"),
        *_pairs("Diagnosis", "rows", [(entry.finding, seen)]),
    ]
    title = f"{entry.provider}: {entry.sample[:60]}"
    return Page("provider", entry.id, title, entry.meaning, tuple(sections), entry.source, entry.as_of)


def _comparison(key: str) -> Page | None:
    words = key.split()
    if len(words) != 2:
        return None
    try:
        found = comparing.compare(*words)
    except LookupError:
        return None
    sections = [
        *_list("", [found.summary], "text"),
        *_list("Key differences", found.differences),
        *_pairs("When which", "rows", [(found.a, found.when_a), (found.b, found.when_b)]),
        Section("Side by side", "table", tuple((row.aspect, row.a, row.b) for row in found.rows)),
    ]
    title = f"{found.a} and {found.b}"
    return Page("comparison", f"{found.a} {found.b}", title, found.summary, tuple(sections), found.source, "")
