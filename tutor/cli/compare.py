"""`sasl-tutor compare`: two codes, or two mechanisms, side by side."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from tutor import reference
from tutor.cli.exits import Exit, UserError
from tutor.cli.render import Paper
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.reference.entries import Comparison

NAME = "compare"
HELP = """\
Two codes side by side: the key differences, and when you see which. Reply codes,
enhanced codes and mechanisms can be compared, any two of them.

examples:
  sasl-tutor compare 220 334
  sasl-tutor compare 534 535
  sasl-tutor compare 5.7.8 5.7.9
  sasl-tutor compare PLAIN LOGIN"""


def add_arguments(parser: ArgumentParser) -> None:
    """The two."""
    parser.add_argument("a", metavar="CODE", help="a reply code, an enhanced code or a mechanism")
    parser.add_argument("b", metavar="CODE", help="another one")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def run(args: Namespace) -> int:
    """Print the comparison."""
    try:
        both = reference.compare(args.a, args.b)
    except LookupError as error:
        raise UserError(_unknown(str(error.args[0]) if error.args else "")) from None
    if args.json:
        from tutor.wire.printable import dumps

        print(dumps(as_object(both)))
        return Exit.OK
    from tutor.cli.code import section_lines

    page = reference.page("comparison", f"{both.a} {both.b}")
    assert page is not None
    paper = Paper()
    out = [
        paper.bold(paper.wrapped(f"{both.a}  {both.a_title}", "", "  ")),
        paper.bold(paper.wrapped(f"{both.b}  {both.b_title}", "", "  ")),
        "",
        paper.wrapped(show(both.summary)),
    ]
    for section in page.sections:
        heading = f"Side by side: {both.a} | {both.b}" if section.kind == "table" else section.heading
        out += ["", paper.bold(heading), *section_lines(section, paper)]
    print("\n".join([*out, "", paper.dim(paper.wrapped(f"Source: {both.source}", "", "  "))]))
    return Exit.OK


def _unknown(name: str) -> str:
    from tutor.cli.code import near

    said = f"{show(name)} is no reply code, enhanced code or mechanism that is known here."
    words = near(name, ("reply", "enhanced", "mechanism"))
    return f"{said} Near it: {', '.join(words)}." if words else f"{said} Try: sasl-tutor compare 220 334"


def as_object(both: "Comparison") -> dict[str, Any]:
    """The comparison for programs."""
    return {
        "kind": both.kind,
        "a": {"key": both.a, "title": both.a_title, "when": both.when_a},
        "b": {"key": both.b, "title": both.b_title, "when": both.when_b},
        "description": both.summary,
        "differences": list(both.differences),
        "which": {both.a: both.when_a, both.b: both.when_b},
        "rows": [row._asdict() for row in both.rows],
        "written": both.written,
        "source": both.source,
    }
