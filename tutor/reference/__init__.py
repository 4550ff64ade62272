"""Floor 1: reply codes, enhanced codes, mechanisms, ports, providers, glossary: data and a lazy loader.

Importing this costs next to nothing: `short` reads a literal table, everything else
imports its module and reads its TOML file at the first call, and keeps what it read.
"""

from tutor.reference.sentences import CLASSES, KNOWN_TEXTS, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tutor.reference.entries import (
        CodeEntry,
        Comparison,
        EnhancedEntry,
        Hit,
        MechanismPage,
        Page,
        Port,
        ProviderText,
        Term,
    )

__all__ = [
    "KNOWN_TEXTS", "class_of", "code", "compare", "enhanced", "entry", "glossary", "keys", "match_provider",
    "mechanism_page", "mechanism_pages", "page", "partners", "port", "ports", "provider_texts", "reply_codes",
    "said_with", "search", "short", "term", "together",
]  # fmt: skip


def code(number: int) -> "CodeEntry | None":
    """All that is known of one SMTP reply code, such as 334; None where it has no entry."""
    import tutor.reference.load as load

    return load.replies(number // 100).get(number)


def reply_codes() -> "tuple[CodeEntry, ...]":
    """Every reply code, in numeric order."""
    import tutor.reference.load as load

    return tuple(entry for digit in (2, 3, 4, 5) for entry in load.replies(digit).values())


def enhanced(text: str) -> "EnhancedEntry | None":
    """All that is known of one enhanced code, such as `5.7.8` (RFC 3463); None where it does not have that form.

    A code that no registry has still gets what its class and its subject say.
    """
    import tutor.reference.load as load

    return load.enhanced(text)


def compare(a: "int | str", b: "int | str") -> "Comparison":
    """Two codes or two mechanisms side by side. Raises LookupError where one of them is not known."""
    import tutor.reference.comparing as comparing

    return comparing.compare(a, b)


def mechanism_page(name: str) -> "MechanismPage | None":
    """The page of one SASL mechanism, by its IANA name in any case."""
    import tutor.reference.load as load

    return load.mechanisms().get(name.upper())


def mechanism_pages() -> "tuple[MechanismPage, ...]":
    """Every mechanism page, in the order of the course."""
    import tutor.reference.load as load

    return tuple(load.mechanisms().values())


def provider_texts() -> "tuple[ProviderText, ...]":
    """What providers and servers write behind a code, and what it means there."""
    import tutor.reference.load as load

    return load.providers()


def match_provider(text: str) -> "tuple[ProviderText, ...]":
    """The provider texts that a reply (its code may stand before it, its lines may be joined) is known by."""
    import tutor.reference.providers as providers

    return providers.match(text)


def port(number: int) -> "Port | None":
    """What a TCP port is for, in mail."""
    import tutor.reference.load as load

    return load.ports().get(number)


def ports() -> "tuple[Port, ...]":
    """The ports of mail submission and relay."""
    import tutor.reference.load as load

    return tuple(load.ports().values())


def glossary() -> "tuple[Term, ...]":
    """Every term, in alphabetic order."""
    import tutor.reference.load as load

    return tuple(dict.fromkeys(load.terms().values()))


def term(word: str) -> "Term | None":
    """One term of the glossary, by its name or another name for it, in any case."""
    import tutor.reference.load as load

    return load.terms().get(word.casefold())


def page(kind: str, key: str) -> "Page | None":
    """An entry as headed sections for a front end to paint; `kind` and `key` are those of a Hit."""
    import tutor.reference.pages as pages

    return pages.page(kind, key)


def entry(kind: str, key: str) -> "CodeEntry | EnhancedEntry | MechanismPage | Port | ProviderText | Term | None":
    """An entry by the kind and key of a Hit; None where there is none (a comparison has none)."""
    import tutor.reference.pages as pages

    return pages.entry(kind, key)


def keys(kind: str) -> "tuple[str, ...]":
    """The key of every entry of a kind; of the enhanced codes those with an entry of their own."""
    import tutor.reference.pages as pages

    return pages.keys(kind)


def partners(key: str) -> "tuple[tuple[str, str], ...]":
    """The keys that people confuse with a code or mechanism, and the sentence that tells them apart."""
    import tutor.reference.comparing as comparing

    return comparing.partners(key)


def said_with(code: str) -> "tuple[ProviderText, ...]":
    """The provider texts that are seen with a reply code, an enhanced code, or both (`535 5.7.8`)."""
    import tutor.reference.pages as pages

    return pages.said_with(code)


def together(number: int, text: str) -> str | None:
    """What is odd about a reply code and an enhanced code that stand together (RFC 2034 section 4)."""
    import tutor.reference.pages as pages

    return pages.together(number, text)


def class_of(code: str) -> str | None:
    """What the first digit of a three-digit code says (RFC 5321 section 4.2.1); None for anything else."""
    fits = len(code) == 3 and code.isascii() and code.isdigit()
    return CLASSES.get(code[0]) if fits else None


def search(words: str, limit: int = 50) -> "list[Hit]":
    """What holds all the words, best first; where nothing does, what holds most of them.

    The first call builds the index from every file; later ones take well under 2 ms.
    """
    import tutor.reference.searching as searching

    return searching.search(words, limit)
