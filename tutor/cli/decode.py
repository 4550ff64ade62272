"""`sasl-tutor decode`: lines taken apart, from arguments, a file or standard input."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from tutor.cli.exits import Exit, UserError
from tutor.cli.read import input_lines
from tutor.cli.render import Paper, annotated, field_value, problem_message
from tutor.explain.annotate import AnnotatedLine, Annotator
from tutor.explain.shown import MASK, masked_text
from tutor.wire.lines import Line
from tutor.wire.printable import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tutor.spans import Span

NAME = "decode"
HELP = """\
Take lines of an SMTP login apart: 334 challenges, 220 greetings, other replies,
AUTH commands, or bare Base64. Context carries from line to line, so a whole
exchange can be given. Secrets are masked unless --reveal.

examples:
  sasl-tutor decode 334 VXNlcm5hbWU6
  sasl-tutor decode 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
  sasl-tutor decode "AUTH LOGIN" "334 VXNlcm5hbWU6" YWRh
  sasl-tutor decode --json --from session.txt
  sasl-tutor decode -                    (lines from standard input)"""


def add_arguments(parser: ArgumentParser) -> None:
    """The lines, or where they come from."""
    parser.add_argument(
        "line", nargs="*", metavar="LINE", help="arguments without quotes are one line; - reads standard input"
    )
    parser.add_argument("--from", dest="file", metavar="FILE", help="read lines from FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    parser.add_argument("--reveal", action="store_true", help="show passwords and other secrets")


def run(args: Namespace) -> int:
    """Decode every line as it comes; status 1 where one has a problem."""
    annotator = Annotator()
    paper = Paper()
    status = Exit.OK
    any_line = False
    for octets in _lines(args):
        if any_line and not args.json:
            print()
        any_line = True
        said = annotator.feed(Line(None, octets))
        if said.problems:
            status = Exit.WRONG
        print(to_json(said, args.reveal) if args.json else annotated(said, paper, args.reveal), flush=args.json)
    if not any_line:
        raise UserError("There is nothing to decode. Give a line, as in: sasl-tutor decode 334 VXNlcm5hbWU6")
    return status


def _lines(args: Namespace) -> Iterator[bytes]:
    if args.file is not None:
        if args.line:
            raise UserError("Give lines, or --from FILE, not both.")
        yield from input_lines(args.file)
    elif args.line == ["-"]:
        yield from input_lines("-")
    elif args.line:
        words = [os.fsencode(word) for word in args.line]
        # `decode 334 VXNl…` is one line; `decode "AUTH LOGIN" "334 …"` are several.
        given = words if len(words) > 1 and b" " in words[0] else [b" ".join(words)]
        for text in given:
            for line in text.split(b"\n"):
                yield line.removesuffix(b"\r")
    elif sys.stdin is not None and not sys.stdin.isatty():
        yield from input_lines("-")


def to_json(said: AnnotatedLine, reveal: bool = False) -> str:
    """The line as one JSON object on one line; keys as the contract has them."""
    return dumps(as_object(said, reveal))


def as_object(said: AnnotatedLine, reveal: bool = False) -> dict[str, object]:
    """The line as plain values, masked unless `reveal`."""
    hidden: tuple[Span, ...] = () if reveal else said.masked
    secrets = [] if reveal else [field.span for field in said.fields if field.secret]
    message = said.message
    found: dict[str, object] = {
        "line": masked_text(said.line, hidden),
        "kind": said.kind,
        "side": None if said.side is None else said.side.value,
        "code": said.code,
        "enhanced": said.enhanced,
        "text": None if said.text is None else masked_text(said.text, hidden, said.text_start),
        "mechanism": said.mechanism,
        "stage": said.stage,
        "candidates": [{"mechanism": candidate.mechanism, "why": candidate.why} for candidate in said.candidates],
        "bytes": None if message is None else _hex(message, secrets),
        "decoded": None if message is None or said.decoded is None else masked_text(message, secrets),
        "fields": [
            {
                "name": field.name,
                "value": field_value(field, said.fields, reveal),
                "start": field.span.start,
                "end": field.span.end,
                "level": field.level,
                "meaning": field.meaning,
                "source": field.source,
                "secret": field.secret,
            }
            for field in said.fields
        ],
        "problems": [
            {
                "code": problem.code,
                "message": problem_message(problem.message, bool(hidden)),
                "at": problem.at,
            }
            for problem in said.problems
        ],
        "expects": said.expects,
        "note": said.note,
        "source": said.source,
    }
    if said.ready is not None:
        found["ready"] = said.ready
    return found


def _hex(message: bytes, secrets: "list[Span]") -> str:
    """Hex, two digits a byte; a run of secret bytes as one mask."""
    out = ""
    position = 0
    for start, end in sorted(secrets):
        if end > max(start, position):
            out += message[position : max(start, position)].hex() + ("" if out.endswith(MASK) else MASK)
            position = end
    return out + message[position:].hex()
