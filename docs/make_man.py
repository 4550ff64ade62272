"""Writes docs/sasl-tutor.1, the man page, from the very text of `--help`: python docs/make_man.py

It holds no date and no path, so that the same help gives the same page; a test compares them.
"""

import os
import sys
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "sasl-tutor.1"

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))


def verbs(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    """The verbs of the command line, with their parsers."""
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            return dict(action.choices)
    return {}


def literal(text: str) -> str:
    """Text as it stands, safe for troff: backslashes, hyphens, and what begins a line with a control character."""
    shown = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("^", "\\(ha")
    shown = shown.replace("'", "\\(aq").replace("~", "\\(ti")
    return "\n".join("\\&" + line if line.startswith((".", "\\(aq")) else line for line in shown.split("\n"))


def page() -> str:
    """The whole page."""
    # argparse wraps to the terminal where it is asked for usage; the page is the same everywhere.
    os.environ["COLUMNS"] = "78"
    from tutor.cli.main import VERBS, build_parser

    parser = build_parser()
    parsers = verbs(parser)
    out = [
        '.\\" Made by docs/make_man.py from the text of --help. Do not edit.',
        '.TH SASL\\-TUTOR 1 "" sasl\\-tutor "User Commands"',
        ".SH NAME",
        "sasl\\-tutor \\- learn, decode, practise and debug SMTP AUTH",
        ".SH SYNOPSIS",
        ".B sasl\\-tutor",
        ".RI [ VERB ]",
        ".RI [ arguments ]",
        ".SH DESCRIPTION",
        ".nf",
        literal(parser.format_help().rstrip()),
        ".fi",
        ".SH VERBS",
    ]
    for name in VERBS:
        out += [f".SS {literal(name)}", ".nf", literal(parsers[name].format_help().rstrip()), ".fi"]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(PAGE.relative_to(ROOT))
