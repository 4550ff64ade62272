"""Floor 5: finds the lessons and reads them. A broken file is said, and never blocks the others.

Lessons lie in `tutor/_lessons` of a wheel, else in `lessons` of a checkout. A file's name
gives its place (`10-greeting.toml`), its `id` its identity.
"""

import os
import re
from typing import TYPE_CHECKING

from tutor.course.lesson import Broken, Lesson, LessonSummary
from tutor.course.table import LessonError

if TYPE_CHECKING:
    from tutor.course.lesson import Cast, Mistake, Step
    from tutor.course.table import Table

__all__ = ["LessonError", "broken", "check", "folder", "index", "lesson", "lessons", "read"]

PACKS = "SASL_TUTOR_LESSONS"
"""Environment variable: folders with lessons of others, which are listed behind ours."""
_LARGEST = 1 << 20
"""Bytes; the largest lesson has some 20,000."""
_PLAIN_HEAD = re.compile(r'(\w+) *= *(?:"([^"\\]*)"|(\d+)) *(?:#.*)?')
_SOURCE = re.compile(
    r"(RFC \d{3,5}( (section|appendix) [A-Z]?[0-9]*(\.\d+)*)?|draft-[a-z0-9-]+|MS-[A-Z]+( section [\d.]+)?"
    r"|WHATWG .*|Unicode .*|IANA .*|POSIX .*|[A-Z][\w.]*( [\w.-]+)* documentation)"
)


def folder() -> str:
    """Where the lessons lie."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "_lessons")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "lessons")


def index(where: str | None = None) -> list[LessonSummary]:
    """Every lesson in its order, from the heads of the files: cheap enough for a first paint.

    A file whose head cannot be read is left out; `broken` says why.
    """
    return [entry for _, entry in _index(where) if isinstance(entry, LessonSummary)]


def broken(where: str | None = None) -> list[Broken]:
    """The files that `index` leaves out, with the reason."""
    return [entry for _, entry in _index(where) if isinstance(entry, Broken)]


def lesson(id: str, where: str | None = None) -> Lesson:
    """The lesson of that id, or the one of that number or title; raises LessonError where it is unknown or broken."""
    entries = _index(where)
    known = [(path, entry) for path, entry in entries if isinstance(entry, LessonSummary)]
    wanted = id.strip().lower()
    for match in (
        lambda entry: entry.id == id,
        lambda entry: str(entry.number) == wanted,
        lambda entry: entry.title.lower() == wanted,
    ):
        for path, entry in known:
            if match(entry):
                found = read(path, entry.number)
                if isinstance(found, Broken):
                    raise LessonError(found.sentence)
                return found
    from difflib import get_close_matches

    from tutor.wire.printable import show

    ids = [entry.id for _, entry in known]
    close = get_close_matches(wanted, ids, n=1)
    meant = f" Did you mean `{close[0]}`?" if close else f" There are: {', '.join(ids)}." if ids else ""
    raise LessonError(f"There is no lesson {show(id)}.{meant}")


def lessons(where: str | None = None) -> list[Lesson]:
    """Every lesson that can be used, whole."""
    found = (read(path, number) for number, path in enumerate(files(where), 1))
    return [each for each in found if isinstance(each, Lesson)]


def check(where: str | None = None) -> list[Broken]:
    """Every file that cannot be used, read whole, with the reason."""
    found = (read(path, number) for number, path in enumerate(files(where), 1))
    return [each for each in found if isinstance(each, Broken)]


def read(path: str, number: int = 0, shown: str | None = None) -> Lesson | Broken:
    """One lesson file, read whole and checked against its schema. Never raises for what is in the file.

    `shown` is what to call it; without, `lessons/` and its name.
    """
    from tutor.wire.printable import show

    file = _shown(path) if shown is None else show(shown)
    try:
        return _lesson(_parsed(path, file), file, number)
    except LessonError as error:
        return Broken(file, str(error))


# The index


def packs() -> list[str]:
    """The folders of lesson packs: those of the environment variable SASL_TUTOR_LESSONS, which is written as PATH is,
    then those that lie in the user's own folder for packs."""
    asked = [each for each in os.environ.get(PACKS, "").split(os.pathsep) if each]
    return [*asked, *(each for each in _own_packs() if each not in asked)]


def packs_folder() -> str:
    """Where the user may put packs, a folder each, to have them always: `lessons` in the data folder of sasl-tutor."""
    from platformdirs import user_data_dir

    return os.path.join(user_data_dir("sasl-tutor", appauthor=False), "lessons")


def _own_packs() -> list[str]:
    where = packs_folder()
    try:
        inside = sorted(name for name in os.listdir(where) if not name.startswith("."))
    except OSError:
        return []
    folders = [where, *(os.path.join(where, name) for name in inside)]
    return [each for each in folders if files(each)]


def pack_name(where: str) -> str:
    """What a pack is called: its folder's name."""
    from tutor.wire.printable import show

    return show(os.path.basename(os.path.abspath(where)))


def files(where: str | None) -> list[str]:
    """Lesson files in their order: ours, then those of each pack; or those of one folder."""
    if where is None:
        return [path for each in (folder(), *packs()) for path in files(each)]
    try:
        inside = (name for name in os.listdir(where) if name.endswith(".toml") and not name.startswith("."))
        names = sorted(inside, key=_place)
    except OSError:
        return []
    return [os.path.join(where, name) for name in names]


def _shown(path: str) -> str:
    from tutor.wire.printable import show

    where = os.path.dirname(path)
    return show(
        os.path.join(where, os.path.basename(path)) if where in packs() else f"lessons/{os.path.basename(path)}"
    )


def _safe(text: str) -> str:
    from tutor.wire.printable import show

    return show(text)


def _index(where: str | None) -> list[tuple[str, LessonSummary | Broken]]:
    entries: list[tuple[str, LessonSummary | Broken]] = []
    seen: dict[str, str] = {}
    others = packs() if where is None else []
    number = 0
    for path in files(where):
        entry = _summary(path, number + 1)
        if isinstance(entry, LessonSummary):
            if entry.id in seen:
                entry = Broken(_shown(path), f"{_shown(path)}: its id `{entry.id}` is that of {seen[entry.id]} too.")
            else:
                seen[entry.id] = _shown(path)
                number += 1
        if isinstance(entry, LessonSummary) and os.path.dirname(path) in others:
            entry = entry._replace(pack=pack_name(os.path.dirname(path)))
        entries.append((path, entry))
    for pack in others:
        if not files(pack):
            entries.append((pack, Broken(pack, f"There are no lessons (files that end in .toml) in {_safe(pack)}.")))
    return entries


def _summary(path: str, number: int) -> LessonSummary | Broken:
    file = _shown(path)
    try:
        text = _text(path, file)
        head, _, _ = text.partition("\n[[steps]]")
        values = _head(head, file)
        from tutor.course.table import Table

        table = Table(values, file)
        steps = len(re.findall(r"^\[\[steps\]\]", text, re.MULTILINE))
        reads = len(re.findall(r'^kind *= *"read"', text, re.MULTILINE))
        return LessonSummary(
            table.text("id"), table.text("title"), number, steps, table.number("minutes"), table.text("about"),
            steps - reads,
        )  # fmt: skip
    except LessonError as error:
        return Broken(file, str(error))


def _head(head: str, file: str) -> dict[str, object]:
    """The keys before the first step; the TOML parser is called only where a line is not of the plainest form."""
    values: dict[str, object] = {}
    for line in head.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        plain = _PLAIN_HEAD.fullmatch(line)
        if plain is None:
            return _toml(head, file)
        values[plain[1]] = plain[2] if plain[3] is None else int(plain[3])
    return values


# One file


def _text(path: str, file: str) -> str:
    try:
        with open(path, "rb") as stream:
            octets = stream.read(_LARGEST + 1)
    except OSError as error:
        raise LessonError(f"{file} cannot be read: {error.strerror or error}.") from None
    if len(octets) > _LARGEST:
        raise LessonError(f"{file} is larger than {_LARGEST:,} bytes; a lesson has some 20,000.")
    try:
        return octets.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise LessonError(f"{file} is not UTF-8: byte {error.start} is {octets[error.start]:02x}.") from None


def _toml(text: str, file: str) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{file} is not TOML: {str(error)[:1].lower()}{str(error)[1:]}.") from None
    except RecursionError:
        raise LessonError(f"{file} is not TOML that can be read: it is nested too deeply.") from None


def _parsed(path: str, file: str) -> dict[str, object]:
    return _toml(_text(path, file), file)


def _lesson(values: dict[str, object], file: str, number: int) -> Lesson:
    from tutor.course.table import Table

    table = Table(values, file)
    id = table.text("id")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
        raise table.error("id", f"`{id}` must be small letters, digits and hyphens.")
    title, about, minutes = table.text("title"), table.text("about"), table.number("minutes")
    steps: list[Step] = []
    for place, inner in enumerate(table.tables("steps", required=True), 1):
        inner.where = f"{file}, step {place}" + (f" ({inner.text('id')})" if "id" in inner else "")
        step = _step(inner, id)
        if any(other.id == step.id for other in steps):
            raise inner.error("id", f"`{step.id}` is the id of two steps.")
        steps.append(step)
    if not steps:
        raise table.error("steps", "a lesson needs at least one step.")
    table.finish()
    return Lesson(id, title, about, minutes, tuple(steps), number, file)


def _step(table: "Table", lesson_id: str) -> "Step":
    from tutor.course import kinds
    from tutor.course.lesson import Step

    kind = table.one_of("kind", kinds.names())
    play = kinds.get(kind)
    cast = _cast(table.table("scenario"))
    options = play.read(table)
    step = Step(
        id=table.text("id"),
        kind=kind,
        goal=_template(table, "goal", table.text("goal")),
        before=_template(table, "before", table.text("before")),
        after=_template(table, "after", table.text("after")),
        hints=tuple(_template(table, "hints", hint) for hint in table.texts("hints", ())),
        source=_sources(table),
        skill=table.text("skill", f"{lesson_id}.{kind}"),
        mistakes=tuple(_mistake(inner) for inner in table.tables("mistakes")),
        cast=cast,
        options=options,
    )
    table.finish()
    return step


def _sources(table: "Table") -> str:
    source = table.text("source", "")
    for part in source.split("; ") if source else ():
        if not _SOURCE.fullmatch(part):
            raise table.error("source", f"`{part}` is not of the form `RFC 4954 section 4`.")
    return source


def _template(table: "Table", key: str, text: str) -> str:
    from tutor.course import template

    try:
        template.holes(text)
    except template.TemplateError as error:
        raise table.error(key, f"{error}.") from None
    return text.strip("\n")


def _mistake(table: "Table") -> "Mistake":
    from tutor.course.lesson import Mistake

    make, text = table.optional("make"), table.optional("text")
    if (make is None) == (text is None):
        raise table.error("text", "a mistake has either `text` (what is typed) or `make` (a code that makes it).")
    if text is not None:
        from tutor.course import template

        try:
            template.holes(text)
        except template.TemplateError as error:
            raise table.error("text", f"{error}.") from None
    codes = table.texts("code", (make,) if make is not None else None)
    if not codes:
        raise table.error("code", "a mistake has at least one code.")
    found = Mistake(text, make, codes, _template(table, "why", table.text("why", "")))
    table.finish()
    return found


def _cast(table: "Table") -> "Cast":
    from tutor.course.lesson import Cast
    from tutor.sasl import registry

    mechanism = table.text("mechanism", "LOGIN")
    if registry.get(mechanism) is None:
        raise table.error("mechanism", f"there is no mechanism `{mechanism}`; there are {', '.join(registry.names())}.")
    prompts = table.texts("prompts") if "prompts" in table else None
    if prompts is not None and len(prompts) != 2:
        raise table.error("prompts", "LOGIN has two prompts: one for the name, one for the password.")
    cast = Cast(
        mechanism=mechanism,
        authcid=table.optional("authcid"),
        password=table.optional("password"),
        authzid=table.text("authzid", ""),
        prompts=None if prompts is None else (prompts[0], prompts[1]),
        fresh=table.number("fresh", 0),
        hostname=table.optional("hostname"),
        refused=table.flag("refused"),
        binding=table.text("binding", ""),
        iterations=table.number("iterations", 0),
    )
    if prompts is None:
        table.texts("prompts", ())
    table.finish()
    return cast


def _place(file: str) -> tuple[int, str]:
    """By the number in front, so that 100 comes behind 90."""
    digits = file[: len(file) - len(file.lstrip("0123456789"))]
    return int(digits[:9] or 0), file
