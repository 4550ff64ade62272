"""The command `sasl-tutor`: finds the verb, and imports that verb's module alone."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from importlib import import_module

import tutor
from tutor.cli.exits import Exit, UserError
from tutor.cli.screen import wants_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol
else:
    Protocol = object

VERBS = {
    "decode": "take a server's or client's line apart: 334 challenges, 220 greetings, AUTH, Base64",
    "check": "say exactly why an encoded answer is right or wrong",
    "explain": "say why a login failed, from a pasted session or a client's or server's log",
    "answer": "print the right next line of an exchange",
    "code": "explain a reply code, an enhanced code or a mechanism",
    "compare": "two codes side by side, such as 220 and 334",
    "serve": "run an SMTP AUTH server on this machine and watch real clients log in",
    "connect": "walk through a live server, step by step",
    "learn": "open a lesson",
    "practise": "play a whole exchange by hand",
    "lessons": "list the lessons and how far you are",
    "lesson": "write lessons of your own, and check them",
    "progress": "show, export, import or reset your progress",
    "web": "open the app in a browser, on this machine alone",
    "completion": "print a completion script for your shell",
}
"""Verb -> one line of help. Module `tutor.cli.<verb>` has NAME, HELP, add_arguments and run."""

DESCRIPTION = """\
Learn, decode, practise and debug SMTP AUTH: from the 220 greeting through
334 challenges and Base64 answers to 235. Without a verb, the app opens."""

EXAMPLES = """\
examples:
  sasl-tutor                                   open the app
  sasl-tutor decode 334 VXNlcm5hbWU6           what does this line say?
  sasl-tutor check --user ada --challenge "334 VXNlcm5hbWU6" YWRhCg==
  sasl-tutor explain session.txt               why did this login fail?
  sasl-tutor serve                             a server to log in to, on this machine"""


class Formatter(RawDescriptionHelpFormatter):
    """Help as it was written. argparse makes one at every start, and would import shutil to learn the width."""

    def __init__(self, prog: str, **options: "Any") -> None:
        super().__init__(prog, **{"width": 78, **options})

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Prose is folded; what is indented, as examples are, stays as it was written."""
        from itertools import groupby
        from textwrap import fill

        out: list[str] = []
        for kept, lines in groupby(text.split("\n"), lambda line: not line or line[0] == " " or line[-1] == ":"):
            paragraph = list(lines)
            out += paragraph if kept else [fill(" ".join(paragraph), width)]
        return "\n".join(out)


class Verb(Protocol):
    """What a verb's module offers."""

    NAME: str
    HELP: str

    @staticmethod
    def add_arguments(parser: ArgumentParser) -> None: ...
    @staticmethod
    def run(args: object) -> int: ...


def main(argv: list[str] | None = None) -> int:
    """Run one command line; returns its exit status, and never shows a traceback for the user's mistake."""
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except UserError as error:
        verb = f" {arguments[0]}" if arguments and arguments[0] in VERBS else ""
        print(f"sasl-tutor{verb}: {error}", file=sys.stderr)
        return error.status
    except BrokenPipeError:
        # Who reads us has left, as `head` does. Python would complain again at exit: give it a stdout that takes all.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


LOOKS = {
    "--ascii": ("SASL_TUTOR_ASCII", "1", "no characters but ASCII in what we draw"),
    "--no-mouse": ("SASL_TUTOR_MOUSE", "0", "leave the mouse to the terminal, so that it can select text"),
    "--still": ("TEXTUAL_ANIMATIONS", "none", "nothing moves by itself"),
}
"""Options in front of a verb -> the variable that says the same for good, its value, and a line of help."""
THEMES = ("dark", "light", "ansi")


def _looks(arguments: list[str]) -> list[str]:
    """Take the options in front of the verb; the rest of the arguments."""
    import os

    rest = list(arguments)
    while rest and rest[0].split("=")[0] in (*LOOKS, "--theme"):
        option, equals, value = rest.pop(0).partition("=")
        if option in LOOKS:
            name, setting, _ = LOOKS[option]
            os.environ[name] = setting
            continue
        theme = value if equals else rest.pop(0) if rest else ""
        if theme not in THEMES:
            raise UserError(f"--theme takes one of {', '.join(THEMES)}.")
        os.environ["SASL_TUTOR_THEME"] = theme
    if os.environ.get("SASL_TUTOR_ASCII"):
        _only_ascii()
    return rest


def _only_ascii() -> None:
    """Our signs in ASCII, whatever verb prints them."""
    import codecs

    from tutor.wire.only_ascii import encode_error

    codecs.register_error("sasl-tutor-ascii", encode_error)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="ascii", errors="sasl-tutor-ascii")


def _run(arguments: list[str]) -> int:
    arguments = _looks(arguments)
    if not arguments and wants_lines():
        arguments = ["learn"]  # the same without a screen
    if not arguments:
        from tutor.tui.app import run  # the one door from the command line to the app

        return run()
    if arguments[0] in VERBS:
        module = _module(arguments[0])
        parser = ArgumentParser(prog=f"sasl-tutor {arguments[0]}", description=module.HELP, formatter_class=Formatter)
        module.add_arguments(parser)
        if arguments[0] == "learn":  # `learn drill --level 3 base64`: its words may stand around the options
            return module.run(parser.parse_intermixed_args(arguments[1:]))
        return module.run(parser.parse_args(arguments[1:]))
    if arguments == ["--version"]:
        print(f"sasl-tutor {tutor.__version__}")  # without a parser: the parser imports every verb
        return Exit.OK
    if not arguments[0].startswith("-"):
        raise UserError(_unknown(arguments[0]))
    build_parser().parse_args(arguments)
    return Exit.OK


def build_parser() -> ArgumentParser:
    """The whole command line with every verb, for `--help`, completion and the man page."""
    parser = ArgumentParser(prog="sasl-tutor", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=Formatter)
    parser.add_argument("--version", action="version", version=f"sasl-tutor {tutor.__version__}")
    for option, (variable, value, line) in LOOKS.items():
        parser.add_argument(option, action="store_true", help=f"{line}; or set {variable}={value}")
    parser.add_argument("--theme", choices=THEMES, help="the app's colours; or set SASL_TUTOR_THEME")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")
    for name, line in VERBS.items():
        module = _module(name)
        sub = verbs.add_parser(name, help=line, description=module.HELP, formatter_class=Formatter)
        module.add_arguments(sub)
    return parser


def _module(verb: str) -> Verb:
    return import_module(f"tutor.cli.{verb}")  # type: ignore[return-value]  # a module is its own protocol


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    from tutor.wire.printable import show

    close = get_close_matches(word.lower(), VERBS, n=1)
    if close:
        return f"There is no verb {show(word)}. Did you mean `{close[0]}`?"
    if word[:3].isdigit():
        return f"There is no verb {show(word)}. To take a line apart: sasl-tutor decode {show(word)} …"
    return f"There is no verb {show(word)}. The verbs are: {', '.join(VERBS)}."
