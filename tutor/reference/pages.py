"""Floor 1: an entry as headed sections, so that the command line and the app show the same words."""

from collections.abc import Iterable

from tutor.reference import comparing, load
from tutor.reference.entries import CodeEntry, EnhancedEntry, MechanismPage, Page, Port, ProviderText, Section, Term
from tutor.reference.sentences import KNOWN_TEXTS, short

EMPTY_LINE = "(an empty line)"

Entry = CodeEntry | EnhancedEntry | MechanismPage | Port | ProviderText | Term


def page(kind: str, key: str) -> Page | None:
    """See `tutor.reference.page`. The key of a comparison is two keys with a space between."""
    if kind == "comparison":
        return _comparison(key)
    found = entry(kind, key)
    match found:
        case CodeEntry():
            return _reply(found)
        case EnhancedEntry():
            return _enhanced(found)
        case MechanismPage():
            return _mechanism(found)
        case Port():
            return _port(found)
        case Term():
            return _term(found)
        case ProviderText():
            return _provider(found)
    return None


def entry(kind: str, key: str) -> Entry | None:
    """See `tutor.reference.entry`."""
    match kind:
        case "reply":
            fits = key.isascii() and key.isdigit() and len(key) == 3
            return load.replies(int(key) // 100).get(int(key)) if fits else None
        case "enhanced":
            return load.enhanced(key)
        case "mechanism":
            return load.mechanisms().get(key.upper())
        case "port":
            fits = key.isascii() and key.isdigit() and len(key) <= 5
            return load.ports().get(int(key)) if fits else None
        case "term":
            return load.terms().get(key.casefold())
        case "provider":
            return next((text for text in load.providers() if text.id == key), None)
    return None


def keys(kind: str) -> tuple[str, ...]:
    """See `tutor.reference.keys`."""
    match kind:
        case "reply":
            return tuple(str(number) for digit in (2, 3, 4, 5) for number in load.replies(digit))
        case "enhanced":
            return load.enhanced_codes()
        case "mechanism":
            return tuple(page.name for page in load.mechanisms().values())
        case "port":
            return tuple(str(number) for number in load.ports())
        case "term":
            return tuple(dict.fromkeys(term.term for term in load.terms().values()))
        case "provider":
            return tuple(text.id for text in load.providers())
    return ()


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
    """In short: what a text means stands on its own page, and some codes have thirty."""
    return _pairs(KNOWN_TEXTS, "rows", ((text.provider, _without_code(text.sample)) for text in said_with(code)))


def _without_code(sample: str) -> str:
    words = sample.split(" ")
    while words and words[0][:1].isdigit():
        words = words[1:]
    text = " ".join(words)
    return text if len(text) <= 110 else f"{text[:109]}…"


def _reply(entry: CodeEntry) -> Page:
    key = str(entry.code)
    sections = [
        *_list("Meaning", [entry.meaning], "text"),
        *_list("When you see it", entry.when),
        *_list("What to do", entry.fix),
        *_pairs("Facts", "rows", [("answers", entry.answers), ("comes next", entry.next)]),
        *_pairs("Enhanced codes with it", "codes", ((code, short(code) or "") for code in entry.enhanced)),
        *_confused(key),
        *_providers(key),
    ]
    return Page("reply", key, entry.title, entry.short, tuple(sections), entry.source, entry.as_of)


def _enhanced(entry: EnhancedEntry) -> Page:
    behind = ((str(code), short(str(code)) or "") for code in entry.replies)
    standing = "It is in the registry." if entry.registered else "No registry has it."
    sections = [
        *_list("Meaning", [entry.meaning], "text"),
        *_list("When you see it", entry.when),
        *_list("What to do", entry.fix),
        *_pairs("Stands behind", "codes", behind),
        *_list("Standing", [standing], "text"),
        *_confused(entry.code),
        *_providers(entry.code),
    ]
    return Page("enhanced", entry.code, entry.title, entry.short, tuple(sections), entry.source, entry.as_of)


def _mechanism(entry: MechanismPage) -> Page:
    facts = [
        ("speaks first", f"the {entry.first}"),
        ("334 lines", entry.rounds),
        ("what travels", entry.sends),
        ("what is stored", entry.stores),
        ("server's proof", "yes, the server proves itself" if entry.mutual else "none"),
        ("TLS", entry.tls),
        ("here", "played on both sides" if entry.played else "read, not played"),
    ]
    steps = tuple(
        (f"{step.side}: {step.line or EMPTY_LINE}", _step_note(step.message, step.note)) for step in entry.flow
    )
    sections = [
        Section("How it goes", "steps", steps),
        *_pairs("Facts", "rows", facts),
        *_list("Standing", [entry.standing], "text"),
        *_list("Advice", [entry.advice], "text"),
        *_list("Security", entry.security),
        *_confused(entry.name),
    ]
    return Page("mechanism", entry.name, entry.title, entry.summary, tuple(sections), entry.source, entry.as_of)


def _step_note(message: str, note: str) -> str:
    return f"`{message}` {note}" if message else note


def _port(entry: Port) -> Page:
    sections = [
        *_pairs("Facts", "rows", [("name", entry.name), ("TLS", entry.tls), ("AUTH", entry.auth)]),
        *_list("Use", entry.use),
    ]
    return Page(
        "port", str(entry.number), f"port: {entry.title}", entry.meaning, tuple(sections), entry.source, entry.as_of
    )


def _term(entry: Term) -> Page:
    also = f"also: {', '.join(entry.also)}" if entry.also else "a term"
    sections = _list("See", [", ".join(entry.see)], "text")
    return Page("term", entry.term, also, entry.text, tuple(sections), entry.source, entry.as_of)


def _provider(entry: ProviderText) -> Page:
    seen = f"code {entry.code}" if entry.code else "no code stands with it"
    sections = [
        Section("What it looks like", "steps", ((entry.sample, ""),)),
        *_list("What to do", [entry.fix], "text"),
        *_pairs("Diagnosis", "rows", [(entry.finding, seen)]),
    ]
    return Page("provider", entry.id, entry.provider, entry.meaning, tuple(sections), entry.source, entry.as_of)


def _comparison(key: str) -> Page | None:
    words = key.split()
    if len(words) != 2:
        return None
    try:
        found = comparing.compare(*words)
    except LookupError:
        return None
    sections = [
        *_list("Key differences", found.differences),
        *_pairs("When which", "rows", [(found.a, found.when_a), (found.b, found.when_b)]),
        Section("Side by side", "table", tuple((row.aspect, row.a, row.b) for row in found.rows)),
    ]
    title = f"{found.a_title} / {found.b_title}"
    return Page("comparison", f"{found.a} {found.b}", title, found.summary, tuple(sections), found.source, "")


def together(code: int, enhanced: str) -> str | None:
    """What is odd about a reply code and an enhanced code that stand together; None where they fit.

    RFC 2034 section 4: the first digits are the same, and 3xx, the greeting and EHLO have none.
    """
    digit = str(code)[0]
    if digit == "3":
        return f"{code} never carries an enhanced code (RFC 2034 section 4)."
    if digit != enhanced[0]:
        return (
            f"The first digits differ ({digit} and {enhanced[0]}): the server is wrong about one (RFC 2034 section 4)."
        )
    return None
