"""`sasl-tutor explain`: a pasted session or a log, annotated line by line, and why the login failed."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from time import monotonic

from tutor.cli.exits import Exit, UserError
from tutor.cli.read import LogFile, is_binary
from tutor.cli.render import Paper
from tutor.explain.shown import about, as_object, hidden, mark_of, secrets_of, transcript
from tutor.wire.printable import dumps, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tutor.explain.findings import Finding
    from tutor.explain.lint import Violation
    from tutor.explain.log import Log
    from tutor.explain.session import Session

NAME = "explain"
HELP = """\
Read a pasted SMTP session or a log of a client or a server, and say why the
login failed. The format is recognised by itself; secrets are masked unless
--reveal. Of a large log, logins and refusals are shown, and the mail is counted
only. Exit status 1 where a login failed.

examples:
  sasl-tutor explain session.txt
  swaks --server mail.example.org --auth LOGIN 2>&1 | sasl-tutor explain
  sasl-tutor explain --json mail.log
  sasl-tutor explain --lint session.txt
  sasl-tutor explain --svg login.svg session.txt"""

_LIVE = 1 << 20
"""Octets up to which every session is printed at once: somebody may watch."""
_MOST_TOLD = 1000
"""Sentences that are remembered."""
_UNTOLD = "Nothing here tells why. Give the whole session, from the greeting on: swaks or curl -v print one."


def add_arguments(parser: ArgumentParser) -> None:
    """Where the text comes from."""
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="a log; - or nothing: standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object for each session, for programs")
    parser.add_argument("--lint", action="store_true", help="also name every violation of the RFCs, on both sides")
    parser.add_argument(
        "--svg", metavar="PICTURE", help="also draw the exchange (the first that failed) into this file"
    )
    parser.add_argument("--reveal", action="store_true", help="show passwords and other secrets")


def run(args: Namespace) -> int:
    """Explain every session as it ends; status 1 where one failed."""
    from tutor.cli.workers import spread
    from tutor.explain.log import Log
    from tutor.explain.routine import Batch

    if args.file == "-" and sys.stdin is not None and sys.stdin.isatty():
        print("Paste the session, then press ctrl+d on a line of its own.", file=sys.stderr)
    counts: dict[str, dict[str, int]] = {"outcomes": {}, "mechanisms": {}, "findings": {}}
    paper = Paper()
    number = 0
    failed = False
    told: dict[tuple[str, str], int] = {}
    drawn: tuple[Session, list[Finding]] | None = None
    file = LogFile(args.file)
    log = Log(_readable(file, args.file), args.json and not (args.lint or args.svg or args.reveal), file, spread)
    progress = _Progress(log)
    write = _writer()
    for item in log.sessions():
        progress.told()
        if isinstance(item, Batch):
            write(item.json)
            for (mechanism, code), times in item.counts.items():
                number += times
                failed = _count(counts, mechanism, code, times) == "failed" or failed
            continue
        number += 1
        session, found = item
        code, sound = (found[0].code, not found[0].failed) if found else (None, True)
        outcome = _count(counts, session.mechanism, code, sound=sound)
        if args.svg and (drawn is None or (outcome == "failed" and not failed)):
            drawn = session, found
        failed = failed or outcome == "failed"
        broken = _lint(session) if args.lint else None
        failed = failed or bool(broken)
        if args.json:
            write(_json(session, found, args.reveal, broken).encode())
            if log.octets <= _LIVE:
                sys.stdout.flush()
        else:
            print(("\n" if number > 1 else "") + "\n".join(_text(session, found, paper, args.reveal, told)))
            if broken is not None:
                print("\n".join(_violations(broken, paper)))
    progress.end()
    if not number and not log.skipped:
        raise UserError("There is nothing to explain. Give a file, or paste a session into standard input.")
    if number > 1 or log.skipped:
        _summary(number, counts, args.json, paper, log.skipped)
    if drawn is not None:
        _draw(args.svg, *drawn, args.reveal)
    return Exit.WRONG if failed else Exit.OK


def _readable(file: LogFile, name: str) -> Iterator[bytes]:
    """The log; raises UserError where it cannot be one."""
    for number, block in enumerate(file):
        if not number and is_binary(block):
            what = "Standard input" if name == "-" else show(name)
            raise UserError(f"{what} is no text: a log or a session is wanted. Give the file that your program writes.")
        yield block


def _writer() -> "Callable[[bytes], object]":
    """What writes a line of UTF-8 to standard output, in the quickest way that it has."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None or sys.stdout.encoding.lower() != "utf-8":
        return lambda line: sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()
    written = buffer.write
    return lambda line: written(line + b"\n")


class _Progress:
    """How far it is, on standard error, where it takes more than a second and somebody looks."""

    def __init__(self, log: "Log") -> None:
        self._log = log
        self._next = monotonic() + 1
        self._shown = False
        self._watched = sys.stderr is not None and sys.stderr.isatty() and not (sys.stdout and sys.stdout.isatty())

    def told(self) -> None:
        """One more session was explained."""
        now = monotonic()
        if self._watched and now >= self._next:
            self._next = now + 0.5
            self._shown = True
            print(f"\r{self._log.octets / 1_000_000:,.0f} MB read", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Take the line away again."""
        if self._shown:
            print("\r" + " " * 30 + "\r", end="", file=sys.stderr, flush=True)


def _count(
    counts: dict[str, dict[str, int]], mechanism: str | None, code: str | None, times: int = 1, sound: bool = False
) -> str:
    """So many sessions more; how they ended. `sound`: nothing in them failed."""
    outcome = "ok" if code == "session.ok" else "unknown" if code is None or sound else "failed"
    for table, name in (("outcomes", outcome), ("mechanisms", mechanism), ("findings", code)):
        # Names come from a log: their number is bounded.
        if name and (name in counts[table] or len(counts[table]) < 200):
            counts[table][name] = counts[table].get(name, 0) + times
    return outcome


def _summary(number: int, counts: dict[str, dict[str, int]], json: bool, paper: Paper, skipped: int) -> None:
    if json:
        print(dumps({"summary": {"exchanges": number, **counts, "skipped_lines": skipped}}))
        return
    print("\n" + paper.bold(f"{number} sessions"))
    if skipped:
        print(paper.wrapped(f"{skipped:,} lines hold no login and no refusal; they were counted only.", "  ", "  "))
    for table, rows in counts.items():
        told = ", ".join(f"{show(name)} {count}" for name, count in sorted(rows.items(), key=lambda row: -row[1]))
        if told:
            print(paper.wrapped(told, f"  {table}: ", "    "))


def _lint(session: "Session") -> "list[Violation]":
    from tutor.explain.lint import lint

    return lint(session)


def _violations(broken: "list[Violation]", paper: Paper) -> Iterator[str]:
    yield ""
    if not broken:
        yield "✓ No violation of the RFCs shows here."
    for one in broken:
        yield paper.wrapped(f"line {one.line}, {one.side}: {show(one.summary)}", "! ", "  ")
        yield paper.dim(paper.wrapped(f"{one.code}   {one.source}", "  "))


def _json(session: "Session", found: "list[Finding]", reveal: bool, broken: "list[Violation] | None") -> str:
    value = as_object(session, found, reveal)
    if broken is not None:
        value["violations"] = [violation._asdict() for violation in broken]
    return dumps(value)


def _draw(path: str, session: "Session", found: "list[Finding]", reveal: bool) -> None:
    """Write the picture. Raises UserError where it cannot be written."""
    from tutor.explain.svg import MOST_ROWS, Remark, Row, draw

    secrets = secrets_of(session)
    rows = [
        Row(
            entry.n,
            entry.line.side.letter if entry.line.side is not None else "?",
            hidden(entry.line, reveal, secrets),
            about(entry.line, reveal),
        )
        for entry in session.entries[:MOST_ROWS]
    ]
    remarks = [
        Remark(mark_of(one), show(one.summary), show(one.fix), f"{one.code}  {one.sure}  {show(one.source)}")
        for one in found
    ]
    picture = draw(
        f"Session {session.number}, read as {session.format}", rows, remarks, len(session.entries) - len(rows)
    )
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(picture)
    except OSError as error:
        raise UserError(
            f"The picture cannot be written to {show(path)}: {error.strerror}. Give another name."
        ) from None


def _text(
    session: "Session", found: "list[Finding]", paper: Paper, reveal: bool, told: dict[tuple[str, str], int]
) -> Iterator[str]:
    """`told`: what was said before, and in which session; a log may say the same a thousand times."""
    yield paper.bold(f"Session {session.number}, read as {session.format}")
    for line, words in transcript(session, reveal, found):
        yield line
        if words:
            yield paper.dim(f"         {words}")
    if session.truncated:
        yield f"      … more than {len(session.entries)} lines; the rest was read, and is not shown"
    yield ""
    if not found:
        yield paper.wrapped(_UNTOLD, "? ", "  ")
    for finding in found:
        yield paper.bold(paper.wrapped(show(finding.summary), mark_of(finding), "  "))
        where = "" if finding.line is None else f"line {finding.line}   "
        first = told.get((finding.summary, finding.fix))
        if first is not None and finding.fix:
            yield paper.dim(paper.wrapped(f"{finding.code}   {where}what to do: see session {first}", "  "))
            continue
        if len(told) < _MOST_TOLD:
            told[finding.summary, finding.fix] = session.number
        if finding.fix:
            yield paper.wrapped(show(finding.fix), "  ")
        yield paper.dim(paper.wrapped(f"{finding.code}   {where}{finding.sure}   {show(finding.source)}", "  "))
