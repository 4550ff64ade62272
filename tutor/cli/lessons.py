"""`sasl-tutor lessons`: the course, and how far you are in it."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli.exits import Exit

if TYPE_CHECKING:
    from tutor.course.lesson import LessonSummary
    from tutor.course.progress import LessonProgress

NAME = "lessons"
HELP = """\
List the lessons in their order, and how far you are in each.

examples:
  sasl-tutor lessons
  sasl-tutor lessons --json
  sasl-tutor lessons --lessons FOLDER    with those of a folder, under its name

A folder of lessons that lies in the folder `lessons` beside your progress file (see `sasl-tutor progress`) is always
listed.

A full dot is a step that you solved (or read, where there is nothing to solve); a half one was passed
after its answer was shown. » stands before what the placement test says you may pass over."""


def add_arguments(parser: ArgumentParser) -> None:
    """How to print it."""
    parser.add_argument("--json", action="store_true", help="one JSON object a lesson")
    from tutor.cli.learn import add_pack_argument

    add_pack_argument(parser)


def run(args: Namespace) -> int:
    """Print the list; a broken lesson is said on stderr and keeps no other one from it."""
    from tutor.cli.learn import say_notices, use_pack
    from tutor.course import load
    from tutor.course.progress import LessonProgress, Progress

    use_pack(args.lessons)
    progress = Progress()
    done = progress.lessons()
    placed = progress.placed()
    say_notices(progress)
    nothing = LessonProgress(frozenset(), frozenset(), frozenset())
    found = load.index()
    widths = (max((len(one.id) for one in found), default=0), max((len(one.title) for one in found), default=0))
    pack = ""
    for summary in found:
        if summary.pack != pack and not args.json:
            print(f"\n{summary.pack}")
        pack = summary.pack
        of = done.get(summary.id, nothing)
        out = summary.id in placed
        print(_json(summary, of, out) if args.json else _row(summary, of, out, *widths))
    for problem in load.broken():
        print(problem.sentence, file=sys.stderr)
    return Exit.OK


def _json(summary: "LessonSummary", of: "LessonProgress", placed: bool) -> str:
    import json

    return json.dumps(
        {
            "number": summary.number, "id": summary.id, "title": summary.title, "about": summary.about,
            "minutes": summary.minutes, "steps": summary.steps, "tasks": summary.tasks, "solved": len(of.solved),
            "shown": len(of.shown), "read": len(of.read), "finished": len(of.done) >= summary.steps,
            "pack": summary.pack or None, "placed_out": placed,
        },
        ensure_ascii=False,
    )  # fmt: skip


def _row(summary: "LessonSummary", of: "LessonProgress", placed: bool, id_width: int, title_width: int) -> str:
    full = min(len(of.solved) + len(of.read), summary.steps)
    half = min(len(of.shown), summary.steps - full)
    dots = "●" * full + "◐" * half + "○" * (summary.steps - full - half)
    mark = "✓" if full + half >= summary.steps else "»" if placed else " "
    name = f"{summary.id:<{id_width}}  {summary.title:<{title_width}}"
    return f"{mark} {summary.number:>2}  {name}  {summary.minutes:>2} min  {dots}"
