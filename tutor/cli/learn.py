"""`sasl-tutor learn`: opens a lesson, in the app or as lines of text."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli.exits import UserError
from tutor.course.drills import LEVELS, names

if TYPE_CHECKING:
    from tutor.course.progress import Progress

NAME = "learn"
HELP = """\
Open a lesson: the one that you name, else the one that you were in, else the first one not finished.

examples:
  sasl-tutor learn
  sasl-tutor learn greeting
  sasl-tutor learn 4
  sasl-tutor learn --plain base64        lines of text instead of the app
  sasl-tutor learn --seed 7 first-334    the same values for everyone in a class
  sasl-tutor learn drill                 tasks without end, harder as they go well
  sasl-tutor learn drill base64 --level 3
  sasl-tutor learn drill mistakes.name   what is wrong with this answer?
  sasl-tutor learn review                what you once got wrong, when it is due
  sasl-tutor learn placement             a short test: which lessons you may pass over
  sasl-tutor learn --lessons FOLDER      with a folder of lessons by others behind ours

To have a folder of lessons always, put it into the folder `lessons` that lies beside your progress file (see
`sasl-tutor progress`).

Skills with drills of their own: @SKILLS@. The first word alone drills all that begin with it (base64); every
other skill of the lessons can be drilled too (oauth, starttls, …).

Without a terminal, with TERM=dumb, or with SASL_TUTOR_PLAIN=1 or ACCESSIBLE=1 in the environment (for a screen
reader) it talks in lines of text by itself. Exit status: 0 the lesson was
finished or left, 1 the input ended in the middle of it, 2 no such lesson.""".replace("@SKILLS@", ", ".join(names()))


def add_arguments(parser: ArgumentParser) -> None:
    """Which lesson, and how."""
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help="its id, number or title; see `sasl-tutor lessons`")
    parser.add_argument("skill", metavar="SKILL", nargs="?", help="for a drill: what to drill, such as base64")
    parser.add_argument("--level", type=int, default=1, metavar="N", help="for a drill: where to begin, 1 to 5")
    parser.add_argument("--plain", action="store_true", help="lines of text instead of the app")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="draw the values by this number: a class that uses one has equal values"
    )
    add_pack_argument(parser)


def add_pack_argument(parser: ArgumentParser) -> None:
    """A folder of lessons."""
    parser.add_argument(
        "--lessons", metavar="FOLDER", help="lessons by others, behind ours; or set SASL_TUTOR_LESSONS (as PATH)"
    )


def use_pack(folder: str | None) -> None:
    """Have its lessons behind ours, in the app too: the environment is where `load` looks."""
    import os

    from tutor.course import load

    if folder is None:
        return
    if not os.path.isdir(folder):
        from tutor.wire.printable import show

        raise UserError(f"There is no folder {show(folder)}.")
    os.environ[load.PACKS] = folder


def run(args: Namespace) -> int:
    """Find the lesson, then play it."""
    from tutor.cli import plain
    from tutor.course import load, opening
    from tutor.course.progress import Progress

    use_pack(args.lessons)
    progress = Progress()
    name = _named(args)
    try:
        lesson = name if opening.special(name) else load.lesson(name or following(progress)).id
        if plain.wanted(args.plain):
            say_notices(progress)
            return _talk(lesson, args.seed, progress)
        if opening.special(name):
            opening.open_run(name, args.seed, progress)  # what cannot be opened is said before the screen comes
    except load.LessonError as error:
        raise UserError(str(error)) from None
    progress.close()
    from tutor.tui.app import run as open_app

    if args.seed is not None:
        return open_app(lesson=lesson, seed=args.seed)
    return open_app(lesson=lesson)


def _talk(name: str, seed: int | None, progress: "Progress") -> int:
    """Lines of text; a drill goes on until one leaves."""
    from tutor.cli import plain
    from tutor.course import opening

    lines = plain.typed()
    while True:
        run = opening.open_run(name, seed, progress)
        status = plain.play(run, lines)
        if not run.finished or not run.following:
            return status
        name, seed = run.following, None if seed is None else seed + 1


def _named(args: Namespace) -> str:
    """The name of what is to be opened; of a drill, with its level and skill."""
    name = args.lesson or ""
    if args.skill and name != "drill":
        raise UserError(f"A skill goes with a drill: sasl-tutor learn drill {args.skill}")
    if not 1 <= args.level <= LEVELS:
        raise UserError(f"--level takes a number from 1 to {LEVELS}.")
    return f"drill@{args.level}:{(args.skill or '').strip().lower()}" if name == "drill" else name


def following(progress: "Progress") -> str:
    """The id of the lesson to go on with."""
    from tutor.course import load

    index = load.index()
    if not index:
        problem = next(iter(load.broken()), None)
        raise UserError(problem.sentence if problem else f"There are no lessons in {load.folder()}. Install it again.")
    ids = [summary.id for summary in index]
    last = progress.last_position()
    if last is not None and last.lesson in ids:
        return last.lesson
    placed = progress.placed()
    for summary in index:
        if summary.id not in placed and len(progress.lesson(summary.id).done) < summary.steps:
            return summary.id
    return ids[0]


def say_notices(progress: "Progress") -> None:
    """What is to be said of the progress file, on stderr."""
    import sys

    from tutor.wire.printable import show

    for notice in progress.notices:
        print(show(notice), file=sys.stderr)
    progress.notices.clear()
