"""`sasl-tutor code`: what a reply code, an enhanced code, a mechanism or another word means."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from tutor import reference
from tutor.cli.exits import Exit, UserError
from tutor.cli.render import Paper
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.reference.entries import Page, ProviderText, Section

NAME = "code"
HELP = """\
Explain a reply code, an enhanced code or a mechanism: what it means, when you see
it, what to do. The text behind a code may follow: known texts of Gmail, Microsoft,
Postfix and others are explained. Ports and words of the glossary are found too, and
the names that `check` and `explain` give to mistakes.

examples:
  sasl-tutor code 334
  sasl-tutor code 535 5.7.8
  sasl-tutor code 5.7.9
  sasl-tutor code SCRAM-SHA-256
  sasl-tutor code 587
  sasl-tutor code text.trailing-newline
  sasl-tutor code 534 5.7.9 Application-specific password required"""


def add_arguments(parser: ArgumentParser) -> None:
    """The code, an enhanced code, and the text behind them."""
    parser.add_argument("code", metavar="CODE", help="a reply code, an enhanced code, a mechanism, a port or a term")
    parser.add_argument("enhanced", metavar="ENHANCED", nargs="*", help="its enhanced code, and its text")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")


def run(args: Namespace) -> int:
    """Print the pages of what was named."""
    words = " ".join((args.code, *args.enhanced)).strip()
    pages, texts, note = looked_up((words.replace("-", " ", 1) if _dashed(words) else words).split())
    if args.json:
        from tutor.wire.printable import dumps

        for page in pages:
            print(dumps(as_object(page)))
        for text in texts:
            print(dumps({"kind": "provider", **text._asdict()}))
        return Exit.OK
    paper = Paper()
    blocks = [text_of(page, paper) for page in pages]
    if note:
        blocks.append(paper.wrapped(note))
    blocks += [text_of(_page("provider", text.id), paper) for text in texts]
    print("\n\n".join(blocks))
    return Exit.OK


def _dashed(word: str) -> bool:
    """`535-5.7.8`, as a line of a multi-line reply begins."""
    return len(word) > 4 and word[:3].isdigit() and word[3] == "-"


def looked_up(words: list[str]) -> "tuple[list[Page], tuple[ProviderText, ...], str | None]":
    """The pages for what was given, the provider texts that its text is known by, and what is odd about it.

    Raises UserError, with what comes near, where nothing is called so.
    """
    first = _first_page(words)
    pages = [first]
    note = None
    behind = words[1:]
    if first.kind == "reply" and behind and _is_enhanced(behind[0]):
        exact = _page("enhanced", behind[0])
        pages = [first._replace(sections=_without_texts(first)), exact]
        note = reference.together(int(first.key), behind[0])
        behind = behind[1:]
    elif first.kind == "reply" and behind and behind[0].count(".") == 2 and behind[0].replace(".", "").isdigit():
        note = reference.together(int(first.key), behind[0])
    if first.kind not in ("reply", "enhanced"):
        if behind and first.key.casefold() != " ".join(words).casefold():
            raise UserError(_unknown(" ".join(words)))
        return pages, (), None
    texts = reference.match_provider(" ".join(words)) if behind else ()
    return pages, texts, note


def _without_texts(page: "Page") -> "tuple[Section, ...]":
    """The sections but the known texts: those of the enhanced code are fewer and nearer."""
    return tuple(section for section in page.sections if section.heading != reference.KNOWN_TEXTS)


def _first_page(words: list[str]) -> "Page":
    word = words[0] if words else ""
    if word.isascii() and word.isdigit():
        found = reference.page("reply", word) or reference.page("port", word)
    elif _is_enhanced(word):
        found = reference.page("enhanced", word)
    else:
        whole = " ".join(words)
        found = reference.page("mechanism", whole) or reference.page("term", whole)
        if found is None:
            from tutor.explain import lookup

            found = lookup.page(lookup.KIND, whole)
    if found is None:
        raise UserError(_unknown(" ".join(words)))
    return found


def _is_enhanced(word: str) -> bool:
    return reference.enhanced(word) is not None


def _page(kind: str, key: str) -> "Page":
    found = reference.page(kind, key)
    assert found is not None, (kind, key)
    return found


def _unknown(words: str) -> str:
    """What to say of a name that nothing has: what its first digit means, and what comes near."""
    digit = reference.class_of(words)
    said = f"No RFC of SMTP has {show(words)}." if digit else f"Nothing is called {show(words)}."
    if digit:
        said += f" By its first digit: {digit}"
    words_near = near(words, ("reply",)) if digit else near(words)
    if words_near:
        said += f" Near it: {', '.join(words_near)}."
    return f"{said} Codes look like 535 or 5.7.8; mechanisms are called LOGIN, PLAIN, SCRAM-SHA-256 …"


def near(words: str, kinds: tuple[str, ...] = ("reply", "enhanced", "mechanism", "port", "term")) -> list[str]:
    """Up to five keys that come near: by what they say, else by their spelling."""
    found = [hit.key for hit in reference.search(words) if hit.kind in kinds]
    if not found:
        from difflib import get_close_matches

        names = {key.casefold(): key for kind in kinds for key in reference.keys(kind)}
        found = [names[name] for name in get_close_matches(words.casefold(), names, n=5, cutoff=0.5)]
    return list(dict.fromkeys(found))[:5]


_NAMES = {"meaning": "description", "text": "description", "summary": "description", "also": "words"}


def as_object(page: "Page") -> dict[str, Any]:
    """The entry of a page as one object for programs."""
    found: dict[str, Any] = {"kind": page.kind, "title": page.title}
    entry = reference.entry(page.kind, page.key)
    for name, value in entry._asdict().items() if entry is not None else ():
        name = _NAMES.get(name, name)
        if name == "flow":
            value = [step._asdict() for step in value]
        found[name] = value or None if name == "as_of" else value
    if page.kind in ("reply", "enhanced", "mechanism"):
        found["differences"] = [{"from": key, "difference": text} for key, text in reference.partners(page.key)]
    if page.kind in ("reply", "enhanced"):
        found["texts"] = [text._asdict() for text in reference.said_with(page.key)]
    return found


# Text for people; `compare` uses it too.


def text_of(page: "Page", paper: Paper) -> str:
    """A page, folded to the width."""
    head = f"{page.key}  {page.title}" if page.title else page.key
    out = [paper.bold(paper.wrapped(show(head), "", "  ")), "", paper.wrapped(show(page.lead))]
    for section in page.sections:
        out += ["", paper.bold(section.heading), *section_lines(section, paper)]
    as_of = f"; as of {page.as_of}" if page.as_of else ""
    return "\n".join([*out, "", paper.dim(paper.wrapped(f"Source: {page.source}{as_of}", "", "  "))])


def section_lines(section: "Section", paper: Paper) -> list[str]:
    """One section, in the way that its kind asks for."""
    match section.kind:
        case "list":
            return [paper.wrapped(show(item[0]), "  - ", "    ") for item in section.items]
        case "steps":
            return [line for item in section.items for line in _step(item, paper)]
        case "rows" | "codes":
            return _rows(section.items, paper)
        case "table":
            return _table(section.items, paper)
    return [paper.wrapped(show(item[0]), "  ") for item in section.items]


def _step(item: tuple[str, ...], paper: Paper) -> list[str]:
    line = paper.wrapped(show(item[0]), "  ", "     ", break_words=True)
    note = show(item[1]) if len(item) > 1 else ""
    return [line, paper.wrapped(note, "       ", break_words=True)] if note else [line]


def _rows(items: tuple[tuple[str, ...], ...], paper: Paper) -> list[str]:
    width = min(max(len(item[0]) for item in items), 26)
    if paper.width < 50:
        return [
            line for item in items for line in (f"  {show(item[0])}", paper.wrapped(show(" ".join(item[1:])), "    "))
        ]
    out = []
    for item in items:
        name, text = show(item[0]), show(" ".join(item[1:])) or "–"
        if len(name) > width:  # below its name, in line with the others
            out += [f"  {name}", paper.wrapped(text, " " * (width + 4))]
        else:
            out.append(paper.wrapped(text, f"  {name:<{width}}  ", " " * (width + 4)))
    return out


def _table(items: tuple[tuple[str, ...], ...], paper: Paper) -> list[str]:
    """Three columns where there is room, one under the other where not."""
    from textwrap import wrap

    if paper.width < 60:
        out = []
        for aspect, a, b in items:
            out += [f"  {aspect}", paper.wrapped(show(a), "    "), paper.wrapped(show(b), "    ")]
        return out
    label = max(len(item[0]) for item in items) + 4
    room = (min(paper.width, 120) - label - 3) // 2
    out = []
    for aspect, a, b in items:
        left, right = wrap(show(a), room) or ["–"], wrap(show(b), room) or ["–"]
        for number in range(max(len(left), len(right))):
            name = f"  {aspect}" if number == 0 else ""
            one = left[number] if number < len(left) else ""
            other = right[number] if number < len(right) else ""
            out.append(f"{name:<{label}}{one:<{room}} | {other}".rstrip())
    return out
