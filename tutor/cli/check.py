"""`sasl-tutor check`: is this answer right, and if not, exactly why not?"""

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli import given
from tutor.cli.exits import Exit, UserError
from tutor.cli.read import password as read_password
from tutor.explain.shown import MASK

if TYPE_CHECKING:
    from tutor.diagnosis import Diagnosis
    from tutor.explain.judge import Due, Judgement

NAME = "check"
HELP = """\
Say exactly why an answer is right or wrong: which characters, which bytes, how to do it right.

examples:
  sasl-tutor check --user ada --challenge '334 VXNlcm5hbWU6' YWRhCg==
  sasl-tutor check --user ada --mechanism PLAIN AGFkYQBjb3JyZWN0IGhvcnNl
  printf 'S: 334 VXNlcm5hbWU6\\nC: YWRhCg==\\n' | sasl-tutor check --user ada -
  sasl-tutor check --user ada --from exchange.txt --json
  sasl-tutor check --user ada -- -an-answer-that-begins-with-a-hyphen

The password is asked for only where the judgement needs it. Exit status: 0 right
(or nothing wrong that can be seen without the password), 1 wrong, 2 bad usage."""


def add_arguments(parser: ArgumentParser) -> None:
    """The answer, and where it stands."""
    given.add_exchange_arguments(parser)
    parser.add_argument(
        "answer",
        metavar="ANSWER",
        nargs="*",
        help="the answer; `-`: an exchange on standard input, whose last C: line is it",
    )


def run(args: Namespace) -> int:
    """Judge, ask for the password where that is needed, and say what was found."""
    from tutor.explain.judge import Unjudgeable

    lines = _lines(args)
    try:
        judgement = _judged(args, lines)
    except Unjudgeable as error:
        raise UserError(str(error)) from None
    if args.json:
        from tutor.wire.printable import dumps

        print(dumps(as_object(judgement, args.reveal)))
    else:
        _say(judgement, args)
    wrong = judgement.verdict.correct is False or bool(judgement.verdict.diagnoses)
    return Exit.WRONG if wrong else Exit.OK


def _lines(args: Namespace) -> list[bytes] | None:
    """The lines of an exchange, or None where the answer came as an argument."""
    if args.source is not None:
        if args.answer:
            raise UserError("Give either an ANSWER or --from FILE, not both.")
        return given.read_exchange(args.source)
    if args.answer == ["-"] or (not args.answer and sys.stdin is not None and not sys.stdin.isatty()):
        return given.read_exchange("-")
    if not args.answer:
        raise UserError("There is no answer to check. Give it as an argument, or an exchange with `-` or --from FILE.")
    return None


def _judged(args: Namespace, lines: list[bytes] | None) -> "Judgement":
    from tutor.explain.judge import judge

    password = read_password(args.password_file, ask=False)
    judgement = judge(_due(args, lines, password))
    if password is None and judgement.verdict.correct is None and not judgement.verdict.diagnoses:
        password = read_password(None, f"Password of {_shown(args.user)}: ")
        if password is not None:
            judgement = judge(_due(args, lines, password))
    return judgement


def _due(args: Namespace, lines: list[bytes] | None, password: str | None) -> "Due":
    from tutor.explain.judge import due_here, find_due, parse_exchange

    credentials = given.credentials_of(args, password)
    scenario = given.scenario_of(args, credentials)
    if lines is not None:
        due = find_due(parse_exchange(lines), credentials, args.mechanism, scenario)
    else:
        text = os.fsencode(" ".join(args.answer)).removesuffix(b"\n").removesuffix(b"\r")
        challenge = None if args.challenge is None else os.fsencode(args.challenge)
        due = due_here(credentials, args.mechanism, challenge, text, scenario)
    given.check_carried(due)
    return due


def as_object(judgement: "Judgement", reveal: bool) -> dict[str, object]:
    """The judgement as the contract's JSON object; the right answer only where it is asked for."""
    found: dict[str, object] = {
        "correct": judgement.verdict.correct,
        "mechanism": judgement.mechanism,
        "stage": judgement.stage,
        "diagnoses": [_diagnosis(diagnosis) for diagnosis in judgement.verdict.diagnoses],
    }
    if reveal:
        right = judgement.expected
        found["expected"] = None if right is None else right.decode("ascii")
    return found


def _diagnosis(diagnosis: "Diagnosis") -> dict[str, object]:
    span, inside = diagnosis.span, diagnosis.message_span
    return {
        "code": diagnosis.code,
        "layer": diagnosis.layer.name.lower(),
        "summary": diagnosis.summary,
        "fix": diagnosis.fix,
        "start": None if span is None else span.start,
        "end": None if span is None else span.end,
        "message_start": None if inside is None else inside.start,
        "message_end": None if inside is None else inside.end,
        "source": diagnosis.source,
    }


def _say(judgement: "Judgement", args: Namespace) -> None:
    from tutor.cli.render import Paper

    due, verdict, paper = judgement.due, judgement.verdict, Paper()
    if due.guessed and due.turns.challenge is None:
        print(f"Judged as {judgement.mechanism} ({due.guessed}).", file=sys.stderr)
    what = f"{judgement.mechanism}, {judgement.stage}"
    if verdict.correct:
        print(paper.bold(f"✓ right: {what}"))
    elif not verdict.diagnoses:
        words = f"{what}: nothing wrong can be seen; whether the password is right cannot be told without it."
        print(paper.wrapped(words, "? ", "  "))
        print("  Give it with --password-file FILE or in SASL_TUTOR_PASSWORD.", file=sys.stderr)
    for diagnosis in verdict.diagnoses:
        _underline(judgement, diagnosis, args.reveal)
        print(paper.bold(paper.wrapped(diagnosis.summary, "✗ ", "  ")))
        advice, _, command = diagnosis.fix.partition(_TYPE)
        if advice:
            print(paper.wrapped(advice, "  "))
        if command:
            print(f"  {_TYPE.strip()} {command}")  # never folded, so that it can be copied
        print(paper.dim(f"  {diagnosis.code}   {_where(diagnosis)}{diagnosis.source}"))
    if args.reveal and judgement.expected is not None and not verdict.correct:
        print(f"right: {judgement.expected.decode('ascii')}")


def _where(diagnosis: "Diagnosis") -> str:
    """Which characters of the answer, and which bytes of the message, counted from 1."""
    said = [
        f"{unit} {span.start + 1}" if span.end == span.start + 1 else f"{unit}s {span.start + 1} to {span.end}"
        for unit, span in (("character", diagnosis.span), ("byte", diagnosis.message_span))
        if span is not None and span.end > span.start
    ]
    return f"{', '.join(said)}   " if said else ""


def _underline(judgement: "Judgement", diagnosis: "Diagnosis", reveal: bool) -> None:
    """The answer, masked where it is secret, and carets under what is guilty."""
    from tutor.explain.secrecy import secret_characters

    text = (judgement.due.text or b"").decode("utf-8", "surrogateescape")
    hidden = [False] * len(text) if reveal else secret_characters(judgement)
    span = diagnosis.span
    low, high = (0, 0) if span is None else (span.start - judgement.due.start, span.end - judgement.due.start)
    start = max(0, low - _MARGIN) if len(text) > _WIDTH else 0
    end = min(len(text), start + _WIDTH)
    line, carets = "…" if start else "", " " if start else ""
    place = start
    while place < end:
        stop = place + 1
        while hidden[place] and stop < end and hidden[stop]:
            stop += 1
        cell = MASK if hidden[place] else _shown(text[place])
        line += cell
        carets += ("^" if low < stop and high > place else " ") * len(cell)
        place = stop
    if span is not None and low >= end:
        carets += "^"
    print(f"  {line}{'…' if end < len(text) else ''}")
    if carets.strip():
        print(f"  {carets.rstrip()}")


_TYPE = " Type: "
_WIDTH = 70
"""Characters of an answer that fit on one line of a terminal with 80 columns."""
_MARGIN = 20


def _shown(text: str) -> str:
    from tutor.wire.printable import show

    return show(text)
