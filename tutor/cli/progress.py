"""`sasl-tutor progress`: show, export, import or reset what you have done."""

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli.exits import Exit, UserError

if TYPE_CHECKING:
    from tutor.course.progress import Progress

NAME = "progress"
HELP = """\
Show your progress; export it, import it, or begin anew.

examples:
  sasl-tutor progress
  sasl-tutor progress --export my-progress.json
  sasl-tutor progress --import my-progress.json     (of each step the better state stays)
  sasl-tutor progress --reset                       (the old one is kept in a file beside it)

`-` is standard output or standard input. Progress holds no answers and no passwords."""
_LARGEST = 64 << 20


def add_arguments(parser: ArgumentParser) -> None:
    """What to do with it."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--export", metavar="FILE", help="write everything to FILE as JSON")
    choice.add_argument("--import", dest="take", metavar="FILE", help="merge what --export wrote")
    choice.add_argument("--reset", action="store_true", help="forget everything; the old progress is exported first")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: Namespace) -> int:
    """Open the file, and do what is asked."""
    from tutor.cli.learn import say_notices
    from tutor.course.progress import Progress

    progress = Progress()
    say_notices(progress)
    if args.export is not None:
        _export(progress, args.export)
    elif args.take is not None:
        _import(progress, args.take)
    elif args.reset:
        _reset(progress)
    else:
        _show(progress, args.json)
    say_notices(progress)
    return Exit.OK


def _text(progress: "Progress") -> str:
    import json

    return json.dumps(progress.export(), ensure_ascii=False, indent=1) + "\n"


def _export(progress: "Progress", file: str) -> None:
    from tutor.wire.printable import show

    text = _text(progress)
    if file == "-":
        sys.stdout.write(text)
        return
    try:
        _write(file, text)
    except OSError as error:
        raise UserError(f"{show(file)} cannot be written: {error.strerror or error}.") from None
    print(f"Your progress is in {show(file)}.", file=sys.stderr)


def _write(file: str, text: str) -> None:
    """All of it or nothing: a full disk must not leave half a file in the place of a whole one."""
    beside = f"{file}.new-{os.getpid()}"
    try:
        with open(beside, "x", encoding="utf-8") as stream:
            stream.write(text)
        if os.path.isdir(file):
            raise IsADirectoryError(21, "it is a directory")
        os.replace(beside, file)
    except OSError:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def _import(progress: "Progress", file: str) -> None:
    import json

    from tutor.course.progress import ProgressError
    from tutor.wire.printable import show

    where = "standard input" if file == "-" else show(file)
    try:
        if file == "-":
            octets = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with open(file, "rb") as stream:
                octets = stream.read(_LARGEST + 1)
        if len(octets) > _LARGEST:
            raise UserError(f"{where} is larger than {_LARGEST:,} bytes; that is no exported progress.")
        data = json.loads(octets)
    except OSError as error:
        raise UserError(f"{where} cannot be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError):
        raise UserError(f"{where} is not JSON. Give a file that `sasl-tutor progress --export` wrote.") from None
    try:
        number = progress.load(data)
    except ProgressError as error:
        raise UserError(f"{where}: {error}") from None
    print(f"{number} step{'s' if number != 1 else ''} read from {where}.", file=sys.stderr)


def _reset(progress: "Progress") -> None:
    import time

    kept = f"{progress.path}.before-reset-{time.strftime('%Y%m%d-%H%M%S')}.json"
    if progress.kept:
        try:
            _write(kept, _text(progress))
        except OSError as error:
            raise UserError(f"Nothing was reset: {kept} cannot be written: {error.strerror or error}.") from None
    if not progress.reset():
        raise UserError("Nothing was reset.")
    print("Everything is as on the first day.", file=sys.stderr)
    if progress.kept:
        print(f"To undo: sasl-tutor progress --import {kept}", file=sys.stderr)


def _show(progress: "Progress", as_json: bool) -> None:
    from tutor.course import load
    from tutor.course.review import due

    done = progress.lessons()
    last = progress.last_position()
    if as_json:
        import json

        lessons = {
            id: {"solved": sorted(of.solved), "shown": sorted(of.shown), "read": sorted(of.read)}
            for id, of in sorted(done.items())
        }
        wrong = [
            {"lesson": lesson, "step": step, "skill": skill, "code": code, "count": count}
            for lesson, step, skill, code, count in progress.mistakes()
        ]
        place = None if last is None else {"lesson": last.lesson, "step": last.step}
        found = {"file": progress.path if progress.kept else None, "lessons": lessons, "mistakes": wrong}
        print(json.dumps({**found, "last": place}, ensure_ascii=False))
        return
    index = load.index()
    solved = sum(len(done[entry.id].solved) for entry in index if entry.id in done)
    tasks = sum(entry.tasks for entry in index)
    finished = sum(entry.id in done and len(done[entry.id].done) >= entry.steps for entry in index)
    print(f"{solved} of {tasks} tasks solved, {finished} of {len(index)} lessons finished.")
    if last is not None:
        print(f"You were in: {next((entry.title for entry in index if entry.id == last.lesson), last.lesson)}.")
    waiting = len(due(progress))
    if waiting:
        print(f"{waiting} to review: sasl-tutor learn review")
    mistakes = progress.mistakes()
    if mistakes:
        print("What went wrong lately:")
        for lesson, _, _, code, count in mistakes[:8]:
            print(f"  {code:<28} {count:>3} x  in {lesson}")
    print(f"Kept in {progress.path}" if progress.kept else "It is not kept.", file=sys.stderr)
