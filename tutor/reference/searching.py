"""Floor 1: search as you type over everything that the reference has."""

from functools import lru_cache
from typing import NamedTuple

from tutor.reference import load
from tutor.reference.entries import Hit


class _Item(NamedTuple):
    hit: Hit
    key: str
    title: str
    names: str
    """Other words that it is looked up by, a line each."""
    text: str
    weight: int


_EMPTY = frozenset(
    ("an", "and", "are", "code", "do", "does", "error", "how", "in", "is", "me", "mean", "means", "my", "of", "please",
     "the", "to", "vs", "what", "when", "why")
)  # fmt: skip
"""Words of a question that say nothing; left out where others are left."""

_KINDS = {"reply": 6, "enhanced": 4, "mechanism": 5, "term": 5, "port": 4, "provider": 3, "comparison": 2}


@lru_cache(maxsize=1)
def _index() -> tuple[_Item, ...]:
    return (*_codes(), *_mechanisms_and_ports(), *_terms(), *_providers(), *_comparisons())


def _item(kind: str, key: str, title: str, line: str, names: tuple[str, ...], *texts: str) -> _Item:
    names_text = "\n".join(names).casefold()
    everything = "\n".join((key, title, line, *names, *texts)).casefold()
    return _Item(Hit(kind, key, title, line), key.casefold(), title.casefold(), names_text, everything, _KINDS[kind])


def _codes() -> list[_Item]:
    found = []
    for digit in (2, 3, 4, 5):
        for reply in load.replies(digit).values():
            found.append(
                _item(
                    "reply", str(reply.code), reply.title, reply.short, reply.words, reply.meaning,
                    *reply.when, *reply.fix, *reply.enhanced, reply.source,
                )
            )  # fmt: skip
    for code in load.enhanced_codes():
        entry = load.enhanced(code)
        assert entry is not None
        found.append(
            _item(
                "enhanced", code, entry.title, entry.short, entry.words, entry.meaning, *entry.when, *entry.fix,
                *map(str, entry.replies), entry.source,
            )
        )  # fmt: skip
    return found


def _mechanisms_and_ports() -> list[_Item]:
    found = []
    for page in load.mechanisms().values():
        steps = [text for step in page.flow for text in (step.line, step.message, step.note)]
        found.append(
            _item(
                "mechanism", page.name, page.title, page.summary, page.words, page.sends, page.stores, page.tls,
                page.standing, page.advice, *page.security, *steps, page.source,
            )
        )  # fmt: skip
    for port in load.ports().values():
        texts = (port.name, port.meaning, port.tls, port.auth, *port.use, port.source)
        line = f"{port.name}: {port.tls}"
        found.append(_item("port", str(port.number), port.title, line, (*port.words, f"port {port.number}"), *texts))
    return found


def _terms() -> list[_Item]:
    return [
        _item("term", entry.term, entry.term, entry.text, entry.also, entry.source)
        for entry in dict.fromkeys(load.terms().values())
    ]


def _providers() -> list[_Item]:
    return [
        _item(
            "provider", text.id, f"{text.provider}: {text.sample[:70]}", text.meaning, (text.provider, text.finding),
            text.sample, text.fix, text.code, text.source,
        )
        for text in load.providers()
    ]  # fmt: skip


def _comparisons() -> list[_Item]:
    found = []
    for (a, b), item in load.pairs().items():
        names = (f"{b} {a}", f"{a} vs {b}", f"{b} vs {a}")
        found.append(_item("comparison", f"{a} {b}", f"{a} and {b}", item["summary"], names, *item["differences"]))
    return found


def search(words: str, limit: int) -> list[Hit]:
    """See `tutor.reference.search`."""
    typed = words.casefold().split()[:12]
    wanted = [word for word in typed if word not in _EMPTY] or typed
    if not wanted:
        return []
    phrase = " ".join(wanted)
    index = _index()
    scored = [
        (_score(item, wanted, phrase), -place, item.hit)
        for place, item in enumerate(index)
        if all(word in item.text for word in wanted)
    ]
    if not scored and len(wanted) > 1:
        for place, item in enumerate(index):
            count = sum(word in item.text for word in wanted)
            if count * 2 > len(wanted):
                scored.append((count * 10 + item.weight, -place, item.hit))
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    found = [hit for _, _, hit in scored[:limit]]
    return [*_computed(wanted, found), *found][:limit]


def _computed(wanted: list[str], found: list[Hit]) -> list[Hit]:
    """What has no entry of its own: two things that can be compared, an enhanced code that the registry has."""
    if len(wanted) == 2 and not (found and found[0].kind == "comparison"):
        from tutor.reference import comparing

        try:
            both = comparing.compare(*wanted)
        except LookupError:
            return []
        return [Hit("comparison", f"{both.a} {both.b}", f"{both.a} and {both.b}", both.summary)]
    if len(wanted) == 1 and not any(hit.key == wanted[0] for hit in found):
        entry = load.enhanced(wanted[0])
        if entry is not None:
            return [Hit("enhanced", entry.code, entry.title, entry.short)]
    return []


def _score(item: _Item, wanted: list[str], phrase: str) -> int:
    """The key itself above all, then its beginning, then names and titles, then the words somewhere in the text."""
    score = item.weight
    if item.key == phrase:
        score += 1000
    elif item.key.startswith(phrase):
        score += 400 - len(item.key)
    if phrase in item.names:
        score += 250 if f"\n{phrase}\n" in f"\n{item.names}\n" else 120
    if item.key.startswith(phrase):
        return score
    if phrase in item.title:
        score += 200 if item.title.startswith(phrase) else 100
    elif phrase in item.text:
        score += 60
    score += sum(20 for word in wanted if word in item.title)
    return score + sum(15 for word in wanted if word == item.key)
