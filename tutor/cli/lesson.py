"""`sasl-tutor lesson`: for those who write lessons: a file to begin with, and what is wrong with a file."""

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli.exits import Exit, UserError
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.course.inspection import Fault

NAME = "lesson"
HELP = """\
Write lessons of your own. `new` makes a file that can be played at once; `check` plays every step and says
what is wrong: keys that are misspelt, solutions that do not pass, named mistakes that get another code, hints
that give the answer away, steps without a way on.

examples:
  sasl-tutor lesson new our-server --into lessons-of-ours
  sasl-tutor lesson check lessons-of-ours
  sasl-tutor lesson check --seeds 50 --json lessons-of-ours/10-our-server.toml
  sasl-tutor learn --lessons lessons-of-ours our-server

Exit status: 0 all is well (advice may be given), 1 a lesson is wrong, 2 no such file, or a file that would be
overwritten."""


def add_arguments(parser: ArgumentParser) -> None:
    """`new ID`, or `check FILE…`."""
    what = parser.add_subparsers(dest="what", metavar="new|check", required=True)
    new = what.add_parser("new", help="write a small lesson, with comments, to begin with")
    new.add_argument("id", metavar="ID", help="small letters, digits and hyphens; progress is kept by it")
    new.add_argument("--into", metavar="FOLDER", default=".", help="where the file goes (made where it is missing)")
    check = what.add_parser("check", help="read lessons, play them, and say what is wrong")
    check.add_argument("paths", metavar="FILE|FOLDER", nargs="+", help="lesson files, or folders of them")
    check.add_argument("--seeds", metavar="N", type=int, default=12, help="play each with N draws of values (12)")
    check.add_argument("--json", action="store_true", help="one JSON object a lesson")


def run(args: Namespace) -> int:
    """Do the one or the other."""
    return _new(args.id, args.into) if args.what == "new" else _check(args)


def _new(id: str, into: str) -> int:
    from shlex import quote

    from tutor.course import skeleton

    try:
        path = skeleton.write(id, into)
    except FileExistsError as error:
        raise UserError(f"{show(str(error.filename))} is there already; nothing was written.") from None
    except ValueError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{show(into)} cannot be written: {error.strerror or error}.") from None
    print(show(path))
    print(f"Play it: sasl-tutor learn --lessons {show(quote(into))} {id}", file=sys.stderr)
    print(f"Check it: sasl-tutor lesson check {show(quote(path))}", file=sys.stderr)
    return Exit.OK


def _check(args: Namespace) -> int:
    from tutor.course import inspection

    if not 1 <= args.seeds <= 1000:
        raise UserError("--seeds takes a number from 1 to 1000.")
    wrong = False
    ids: dict[str, str] = {}
    for path in _files(args.paths):
        lesson, faults = inspection.inspect_file(path, range(args.seeds))
        if lesson is not None and lesson.id in ids:
            twice = f"{show(path)}, key `id`: `{lesson.id}` is the id of {show(ids[lesson.id])} too."
            faults.insert(0, inspection.Fault(show(path), "", "id", "schema", twice))
        elif lesson is not None:
            ids[lesson.id] = path
        wrong = wrong or any(fault.blocks for fault in faults)
        if args.json:
            print(_json(path, None if lesson is None else lesson.id, faults))
        else:
            _say(path, 0 if lesson is None else len(lesson.steps), faults, args.seeds)
    return Exit.WRONG if wrong else Exit.OK


def _files(paths: list[str]) -> list[str]:
    from tutor.course import load

    found: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            inside = load.files(path)
            if not inside:
                raise UserError(f"There are no lessons (files that end in .toml) in {show(path)}.")
            found += inside
        elif os.path.isfile(path):
            found.append(path)
        else:
            raise UserError(f"There is no file or folder {show(path)}.")
    return found


def _say(path: str, steps: int, faults: "list[Fault]", seeds: int) -> None:
    blocking = sum(fault.blocks for fault in faults)
    if not blocking:
        print(f"✓ {show(path)}: {steps} step{'s' * (steps != 1)}, played with {seeds} seed{'s' * (seeds != 1)}")
    for fault in faults:
        print(f"{'✗' if fault.blocks else '·'} {show(fault.sentence)}")


def _json(path: str, id: str | None, faults: "list[Fault]") -> str:
    import json

    return json.dumps(
        {
            "file": path, "id": id, "ok": not any(fault.blocks for fault in faults),
            "faults": [
                {"step": fault.step, "key": fault.key, "code": fault.code, "message": fault.message,
                 "seed": fault.seed, "blocks": fault.blocks}
                for fault in faults
            ],
        },
        ensure_ascii=False,
    )  # fmt: skip
