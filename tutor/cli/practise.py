"""`sasl-tutor practise`: a whole exchange by hand, in the app or as lines of text."""

from argparse import ArgumentParser, Namespace

from tutor.cli.exits import UserError

NAME = "practise"
HELP = """\
Play a whole exchange by hand against a practice server on this machine; nothing leaves it.

examples:
  sasl-tutor practise
  sasl-tutor practise CRAM-MD5
  sasl-tutor practise --like postfix SCRAM-SHA-256
  sasl-tutor practise --plain PLAIN < my-lines.txt

Exit status: 0 logged in or left, 1 the input ended before that, 2 no such mechanism."""


def add_arguments(parser: ArgumentParser) -> None:
    """Which mechanism, and how."""
    parser.add_argument("mechanism", metavar="MECHANISM", nargs="?", help="such as LOGIN (the default) or CRAM-MD5")
    parser.add_argument("--plain", action="store_true", help="lines of text instead of the app")
    parser.add_argument("--like", metavar="DIALECT", default="plain", help="a server's manners: postfix, exim, …")
    parser.add_argument("--seed", type=int, metavar="N", help="draw user, password and host by this number")


def run(args: Namespace) -> int:
    """Play it."""
    from tutor.cli import plain
    from tutor.course import practice
    from tutor.course.table import LessonError
    from tutor.smtp import dialects
    from tutor.wire.printable import show

    if dialects.get(args.like) is None:
        raise UserError(f"There is no dialect {show(args.like)}. There are: {', '.join(dialects.names())}.")
    try:
        lesson = practice.exchange((args.mechanism or "LOGIN").upper(), args.like.lower())
    except LessonError as error:
        raise UserError(str(error)) from None
    if plain.wanted(args.plain):
        from tutor.course.run import LessonRun

        return plain.play(LessonRun(lesson, args.seed))
    from tutor.tui.app import run as open_app

    return open_app(screen="practice", mechanism=(args.mechanism or "LOGIN").upper())
