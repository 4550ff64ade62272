"""`sasl-tutor connect`: walk through a live server, step by step; nothing leaves before it was shown."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli.exits import Exit, UserError
from tutor.cli.narrate import as_object, as_text
from tutor.cli.read import add_password_argument
from tutor.cli.read import password as read_password
from tutor.explain.shown import masked_octets
from tutor.wire.printable import dumps, show

if TYPE_CHECKING:
    from tutor.net.live import Place
    from tutor.net.narration import Happened, Narrated
    from tutor.smtp.client import ClientSession

NAME = "connect"
HELP = """\
Walk through a live server, step by step: its greeting, what it offers, TLS, and, with
--user, a login. Each line is shown before it is sent, and sent when you say so. TLS is
always verified; a password never travels in clear.

examples:
  sasl-tutor connect smtp.example.org
  sasl-tutor connect smtp.example.org:465 --user ada@example.org
  sasl-tutor connect smtp.example.org --user ada --mechanism LOGIN
  sasl-tutor connect 127.0.0.1:2525 --tls none --user ada --mechanism CRAM-MD5 --json

The port is 587 where none is given. With --json, or without a terminal, nothing is asked.
Exit status: 0 it worked, 1 the login was refused or not possible, 2 bad usage,
3 no such server, no trustworthy TLS, or the connection was lost, 130 after ctrl+c."""

_IMPLICIT_PORT = 465
_DEFAULT_PORT = 587


def add_arguments(parser: ArgumentParser) -> None:
    """Where to, as whom, how."""
    parser.add_argument(
        "server", metavar="HOST[:PORT]", help="such as smtp.example.org, 192.0.2.1:25 or [2001:db8::1]:587"
    )
    parser.add_argument("--user", help="log in as this user; without it, only look round")
    add_password_argument(parser)
    parser.add_argument("--authzid", default="", help="act as this identity")
    parser.add_argument("--mechanism", help="such as PLAIN (default: the best that both sides know)")
    parser.add_argument(
        "--tls", choices=("auto", "starttls", "implicit", "none"), default="auto",
        help="auto: implicit on port 465, else STARTTLS where it is offered; starttls: insist on it",
    )  # fmt: skip
    parser.add_argument("--ca", metavar="FILE", help="PEM file of authorities to trust instead of the system's")
    parser.add_argument("--no-initial-response", action="store_true", help="send AUTH bare, wait for the 334")
    parser.add_argument("--name", default=None, help="what EHLO says (default: client.example.org)")
    parser.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="default: 30")
    parser.add_argument("--yes", action="store_true", help="do not ask before each line")
    parser.add_argument("--json", action="store_true", help="one JSON object a line; asks nothing")
    parser.add_argument("--reveal", action="store_true", help="show passwords and other secrets")


def run(args: Namespace) -> int:
    """Connect, walk, and tell how it ended."""
    import asyncio

    place = _place(args)
    session = _session(args, place)
    from tutor.net.live import Unreachable

    try:
        asyncio.run(_walk(args, place, session))
    except Unreachable as error:
        if args.json:
            print(dumps(_ending(session, error.code, str(error))), flush=True)
        raise UserError(str(error), Exit.UNREACHABLE) from None
    return _conclude(args, session)


async def _walk(args: Namespace, place: "Place", session: "ClientSession") -> None:
    import signal

    from tutor.net.live import converse

    # asyncio would let ctrl+c wait for the end of input(); the plain handler ends that at once.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asks = not (args.yes or args.json) and sys.stdin is not None and sys.stdin.isatty()

    def told(item: "Narrated | Happened") -> None:
        _tell(args, item)

    def approve(item: "Narrated") -> bool:
        return args.json or _approve(item, asks, args.reveal)

    await converse(place, session, told, approve)


# What was asked for


def _place(args: Namespace) -> "Place":
    from tutor.net.live import Place

    host, port = _split(args.server)
    if args.timeout <= 0 or args.timeout > 3600:
        raise UserError("--timeout is a number of seconds above 0, at most 3600.")
    if port is None:
        port = _IMPLICIT_PORT if args.tls == "implicit" else _DEFAULT_PORT
    implicit = args.tls == "implicit" or (args.tls == "auto" and port == _IMPLICIT_PORT)
    if args.ca is not None:
        _check_authorities(args.ca)
    return Place(host, port, implicit, args.ca, args.timeout)


def _check_authorities(path: str) -> None:
    import ssl

    from tutor.net import tls

    try:
        tls.client_context(path)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror if not isinstance(error, ssl.SSLError) else None
        raise UserError(f"{show(path)} cannot be used for --ca: {reason or 'it holds no PEM certificate'}.") from None


def _split(server: str) -> tuple[str, int | None]:
    host, port = server, ""
    if server.startswith("["):
        host, bracket, rest = server[1:].partition("]")
        port = rest[1:] if rest.startswith(":") else rest
        if not bracket or (rest and not rest.startswith(":")):
            raise UserError(f"{show(server)} is no HOST:PORT. An IPv6 address stands in brackets: [::1]:587.")
    elif server.count(":") == 1:
        host, _, port = server.partition(":")
    if not host or any(not " " < character <= "~" for character in host):
        raise UserError(f"{show(server)} is no HOST or HOST:PORT. Write smtp.example.org or smtp.example.org:465.")
    if not port:
        return host, None
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise UserError(f"{show(port)} is no port: it is a number from 1 to 65535.")
    return host, int(port)


def _session(args: Namespace, place: "Place") -> "ClientSession":
    import secrets

    from tutor.sasl import registry
    from tutor.sasl.identity import Credentials, UserTable
    from tutor.sasl.mechanism import Scenario
    from tutor.smtp.client import ClientSession

    if args.mechanism is not None:
        found = registry.get(args.mechanism)
        if found is None or found.answer is None:
            played = " ".join(mechanism.name for mechanism in registry.played())
            raise UserError(f"{show(args.mechanism)} is no mechanism that can be played here. These can: {played}.")
    login = args.user is not None or args.mechanism is not None
    secret = read_password(args.password_file) if args.user is not None else None
    if args.user is not None and secret is None:
        raise UserError("There is no password: give --password-file FILE, or set SASL_TUTOR_PASSWORD.")
    scenario = Scenario(
        Credentials(args.user or "", secret, args.authzid),
        UserTable({}),
        hostname=place.host,
        port=place.port,
        client_nonce=secrets.token_urlsafe(18).encode("ascii"),
        tls=place.implicit,
    )
    if login and args.mechanism is not None:
        mechanism = registry.require(args.mechanism)
        reason = mechanism.carries(scenario.credentials) if mechanism.carries is not None else None
        if reason is not None:
            raise UserError(f"{mechanism.name} cannot carry these credentials. {reason}")
    options = {} if args.name is None else {"hostname": args.name}
    return ClientSession(
        scenario,
        args.mechanism,
        starttls={"none": "never", "starttls": "required"}.get(args.tls, "offered"),
        tls=place.implicit,
        initial=not args.no_initial_response,
        ask=True,
        login=login,
        **options,
    )


# What is said


def _tell(args: Namespace, item: "Narrated | Happened") -> None:
    from tutor.net.narration import Happened

    if isinstance(item, Happened):
        if not args.json:
            print(f"--- {show(item.sentence)}", flush=True)
    elif args.json:
        print(dumps(as_object(item, args.reveal)), flush=True)
    else:
        print(as_text(item, args.reveal), flush=True)


def _approve(item: "Narrated", asks: bool, reveal: bool) -> bool:
    """Show a line before it leaves; ask where somebody can answer."""
    line = item.said.line
    shown = masked_octets(line, () if reveal else item.said.masked) or "an empty line"
    print(f"\nnext to send ({len(line) + 2} octets): {shown}", file=sys.stderr, flush=True)
    while asks:
        print("enter: send it   s: show every byte   q: stop here > ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        word = answer.strip().lower()
        if not answer or word in ("q", "quit", "n", "no"):
            return False
        if word in ("s", "show"):
            print(as_text(item, reveal=True), file=sys.stderr)
        elif word in ("", "y", "yes"):
            return True
    return True


def _ending(session: "ClientSession", code: str, sentence: str | None) -> dict[str, object]:
    from tutor.sasl.mechanism import Success

    return {
        "outcome": code,
        "authenticated": isinstance(session.outcome, Success),
        "mechanism": None if session.mechanism is None else session.mechanism.name,
        "offered": None if session.capabilities is None else list(session.capabilities.auth or ()),
        "tls": session.tls,
        "note": sentence,
    }


def _conclude(args: Namespace, session: "ClientSession") -> int:
    """The last word, and the exit status."""
    from tutor.sasl.mechanism import Failure, Success

    outcome = session.outcome
    if isinstance(outcome, Success) and session.problem is None:
        code, sentence = "session.ok", "Logged in."
    elif isinstance(outcome, Failure):
        code, sentence = "failed", f"Not logged in: {outcome.detail or session.problem or outcome.reason.value}"
    elif session.problem is not None:
        code, sentence = "failed", session.problem
    else:
        offered = session.capabilities.auth if session.capabilities is not None else None
        names = show(" ".join(offered)) if offered else "no AUTH at all"
        code, sentence = "session.ok", f"Looked round: the server offers {names}."
    if args.json:
        print(dumps(_ending(session, code, sentence)), flush=True)
    else:
        print(f"\n{sentence}", flush=True)
    return Exit.OK if code == "session.ok" else Exit.WRONG
