"""`sasl-tutor answer`: the right next line of an exchange, and how it is made."""

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli import given
from tutor.cli.exits import Exit, UserError
from tutor.cli.read import password as read_password
from tutor.explain.shown import MASK
from tutor.wire.printable import dumps

if TYPE_CHECKING:
    from tutor.explain.judge import Due
    from tutor.sasl.mechanism import Working
    from tutor.spans import Field

NAME = "answer"
HELP = """\
Print the right next line of an exchange: the Base64 on standard output, its
fields on standard error, with the secrets masked.

examples:
  sasl-tutor answer --mechanism LOGIN --user ada --challenge '334 VXNlcm5hbWU6'
  sasl-tutor answer --mechanism PLAIN --user ada --password-file secret.txt
  sasl-tutor answer --mechanism CRAM-MD5 --user tim --challenge '334 PDE4OTYu…' --steps
  sasl-tutor answer --user ada --from exchange.txt

From an exchange, our own nonces are read from its C: lines. For OAuth mechanisms
the password is the access token."""


def add_arguments(parser: ArgumentParser) -> None:
    """Where in an exchange we are."""
    given.add_exchange_arguments(parser)
    parser.add_argument(
        "--steps", "--show", action="store_true", help="show every intermediate value (secret ones with --reveal)"
    )
    parser.add_argument("exchange", metavar="-", nargs="?", help="`-`: an exchange on standard input")


def run(args: Namespace) -> int:
    """Print the line; ask for the password where it is needed."""
    from tutor.explain.judge import Unjudgeable, right_line

    try:
        lines = _lines(args)
        due = _due(args, lines, read_password(args.password_file, ask=False))
        if due.scenario.credentials.password is None and _needs(due):
            password = read_password(None, f"Password or token of {_shown(args.user)}: ")
            if password is None:
                raise UserError("The answer needs the password: --password-file FILE, or SASL_TUTOR_PASSWORD.")
            due = _due(args, lines, password)
    except Unjudgeable as error:
        raise UserError(str(error)) from None
    given.check_carried(due)
    right = right_line(due)
    if right is None:
        return _cancel(due, args)
    _show(due, right, args)
    return Exit.OK


def _lines(args: Namespace) -> list[bytes] | None:
    if args.source is not None:
        return given.read_exchange(args.source)
    if args.exchange == "-":
        return given.read_exchange("-")
    if args.exchange is not None:
        raise UserError(f"{_shown(args.exchange)} is not understood. Give the server's line with --challenge.")
    if args.mechanism is None and args.challenge is None:
        raise UserError(
            "Say where you are: --mechanism NAME, --challenge LINE, or an exchange with `-` or --from FILE."
        )
    return None


def _due(args: Namespace, lines: list[bytes] | None, password: str | None) -> "Due":
    from tutor.explain.judge import due_here, find_next, parse_exchange

    credentials = given.credentials_of(args, password)
    scenario = given.scenario_of(args, credentials)
    if lines is not None:
        return find_next(parse_exchange(lines), credentials, args.mechanism, scenario)
    challenge = None if args.challenge is None else os.fsencode(args.challenge)
    return due_here(credentials, args.mechanism, challenge, None, scenario)


def _needs(due: "Due") -> bool:
    from tutor.explain.expected import needs_password, settled

    return needs_password(due.mechanism, due.scenario, settled(due.mechanism, due.turns))


def _cancel(due: "Due", args: Namespace) -> int:
    """Nothing can be answered: a client gives up."""
    from tutor.explain.expected import adopted, refusal, settled

    turns = settled(due.mechanism, due.turns)
    why = refusal(due.mechanism, adopted(due.mechanism, due.scenario, turns), turns)
    print(f"There is no right answer here; a client cancels. {why}".rstrip(), file=sys.stderr)
    print(dumps({"mechanism": due.mechanism.name, "line": "*", "why": why}) if args.json else "*")
    return Exit.WRONG


def _show(due: "Due", right: bytes, args: Namespace) -> None:
    from tutor.explain.expected import adopted, settled
    from tutor.sasl.mechanism import Side
    from tutor.spans import tile
    from tutor.wire import b64

    turns = settled(due.mechanism, due.turns)
    message = b"" if right == b"=" and due.turns.challenge is None else b64.decode(right).lenient
    fields = tile(len(message), due.mechanism.fields(Side.CLIENT, turns.number, message))
    steps: list[Working] = []
    if args.steps and due.mechanism.steps is not None:
        steps = due.mechanism.steps(adopted(due.mechanism, due.scenario, turns), turns)
    if args.json:
        print(
            dumps(
                {
                    "mechanism": due.mechanism.name,
                    "stage": due.mechanism.stage(Side.CLIENT, turns.number, message),
                    "line": right.decode("ascii"),
                    "fields": [_field(field, args.reveal) for field in fields],
                    "steps": [_step(step, args.reveal) for step in steps],
                }
            )
        )
        return
    for step in steps:
        value = _masked(_octets(step.value), step.secret and not args.reveal)
        print(f"  {step.name:<18} {value}\n  {'':<18} = {step.how}", file=sys.stderr)
    if args.steps and not steps:
        print("  No arithmetic: the fields below are all there is.", file=sys.stderr)
    for field in fields:
        value = _masked(_shown(field.value), field.secret and not args.reveal)
        print(f"  {'  ' * field.level}{field.name:<12} {value:<24} {field.meaning}", file=sys.stderr)
    sys.stderr.flush()
    print(right.decode("ascii"))
    if due.turns.challenge is None:
        print(f"  On one line with the command: AUTH {due.mechanism.name} and this.", file=sys.stderr)


def _field(field: "Field", reveal: bool) -> dict[str, object]:
    return {
        "name": field.name,
        "value": _masked(field.value, field.secret and not reveal),
        "start": field.span.start,
        "end": field.span.end,
        "level": field.level,
        "meaning": field.meaning,
        "source": field.source,
        "secret": field.secret,
    }


def _step(step: "Working", reveal: bool) -> dict[str, object]:
    return {
        "name": step.name,
        "value": _masked(_octets(step.value), step.secret and not reveal),
        "how": step.how,
        "secret": step.secret,
    }


def _octets(value: bytes) -> str:
    """Text as text, octets as hex."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()
    return text if text.isprintable() else value.hex()


def _masked(value: str, hide: bool) -> str:
    return MASK if hide and value else value


def _shown(text: str) -> str:
    from tutor.wire.printable import show

    return show(text)
