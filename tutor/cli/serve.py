"""`sasl-tutor serve`: a server to log in to, on this machine, that says what it sees."""

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli.exits import Exit, UserError
from tutor.cli.narrate import as_object, as_text
from tutor.cli.read import input_lines
from tutor.wire.printable import dumps, show

if TYPE_CHECKING:
    import ssl

    from tutor.net.narration import Happened
    from tutor.net.simulator import Options
    from tutor.sasl.identity import UserTable

NAME = "serve"
HELP = """\
Run an SMTP AUTH server on this machine and watch real clients log in. It prints
`listening on HOST:PORT`, then every line of both sides, what it means, and why an
answer is wrong. It delivers no mail: what it accepts, it throws away.

examples:
  sasl-tutor serve
  sasl-tutor serve --port 2525 --user ada:secret --mechanisms "LOGIN PLAIN"
  sasl-tutor serve --tls starttls --write-certificate cert.pem
  sasl-tutor serve --like exchange --fail 454
  swaks --server 127.0.0.1:2525 --auth LOGIN --auth-user ada --auth-password secret --quit-after AUTH

Without --user and --users there is one user: ada, password `correct horse`.
Exit status: 2 bad usage, 3 the port is taken, 130 after ctrl+c."""

DEFAULT_USER = ("ada", "correct horse")
_LOOPBACK = ("localhost", "::1")
_FAREWELL = 1.0  # seconds for the last narration lines to reach a reader that is slow


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen, whom to know, how to behave."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument(
        "--let-others-in",
        action="store_true",
        help="allow a --host that other machines can reach: they can then try passwords here",
    )
    parser.add_argument("--port", type=int, default=0, help="port (default 0: any free one)")
    parser.add_argument(
        "--user", action="append", metavar="NAME:PASSWORD", default=[], help="a user of the server; again for more"
    )
    parser.add_argument("--users", metavar="FILE", help="users, a line each: NAME:PASSWORD")
    parser.add_argument(
        "--mechanisms", metavar="LIST", help='such as "LOGIN PLAIN", in the order in which EHLO lists them'
    )
    parser.add_argument("--tls", choices=("none", "starttls", "implicit"), default="none", help="default: none")
    parser.add_argument("--certificate", metavar="FILE", help="PEM certificate for --tls (default: a fresh one)")
    parser.add_argument("--key", metavar="FILE", help="its key, where it is not in the same file")
    parser.add_argument(
        "--write-certificate", metavar="FILE", help="write the fresh certificate there, for clients that verify it"
    )
    parser.add_argument("--like", metavar="DIALECT", default="plain", help="speak like another server (`list` shows)")
    parser.add_argument("--fail", metavar="HOW", default="none", help="fail in this way (`list` shows the ways)")
    parser.add_argument("--require-auth", action="store_true", help="refuse MAIL with 530 until the client logged in")
    parser.add_argument("--connections", type=int, default=64, metavar="N", help="at the same time (default: 64)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--reveal", action="store_true", help="show passwords and other secrets")


def run(args: Namespace) -> int:
    """Serve until ctrl+c, SIGTERM, or until nobody reads any more."""
    listing = _listing(args)
    if listing is not None:
        print(listing)
        return Exit.OK
    import asyncio

    options = _options(args)
    return asyncio.run(_serve(options, args))


def _listing(args: Namespace) -> str | None:
    """What `--like list` and `--fail list` print."""
    if args.like == "list":
        from tutor.smtp import dialects

        return "\n".join(f"{dialect.name:12} {dialect.title}: {dialect.about}" for dialect in dialects.all())
    if args.fail == "list":
        from tutor.smtp import faults

        return "\n".join(f"{fault.name:20} {fault.about}" for fault in faults.FAULTS)
    return None


# What was asked for


def _options(args: Namespace) -> "Options":
    from tutor.net.simulator import Options
    from tutor.smtp import dialects, faults

    dialect = dialects.get(args.like)
    if dialect is None:
        raise UserError(f"There is no dialect {show(args.like)}. Take one of: {', '.join(dialects.names())}.")
    fault = faults.get(args.fail)
    if fault is None:
        raise UserError(f"There is no way to fail called {show(args.fail)}. Take one of: {', '.join(faults.names())}.")
    if not 0 <= args.port <= 65535:
        raise UserError(f"{args.port} is no port: ports go from 0 (any free one) to 65535.")
    if not 1 <= args.connections <= 10_000:
        raise UserError("--connections goes from 1 to 10000.")
    _check_host(args.host, args.let_others_in)
    context, certificate = _context(args)
    return Options(
        _users(args),
        host=args.host,
        port=args.port,
        mechanisms=_mechanisms(args.mechanisms, args.tls),
        dialect=dialect,
        tls=args.tls,
        context=context,
        certificate=certificate,
        fault=fault,
        auth_required=args.require_auth,
        connections=args.connections,
    )


def _check_host(host: str, allowed: bool) -> None:
    if host in _LOOPBACK or (host.startswith("127.") and host.replace(".", "").isdigit()):
        return
    if not allowed:
        raise UserError(
            f"{show(host)} can be reached from other machines: whoever can, can try passwords here and see your users' "
            "names. If that is what you want, say so with --let-others-in; else leave --host out."
        )
    print(
        f"sasl-tutor serve: other machines can reach {show(host)} and log in here. It delivers no mail.",
        file=sys.stderr,
    )


def _users(args: Namespace) -> "UserTable":
    from tutor.sasl.identity import UserTable

    passwords: dict[str, str] = {}
    if args.users is not None:
        for number, line in enumerate(input_lines(args.users), 1):
            if not line.strip():
                continue
            where = f"Line {number} of {show(args.users)}"
            _add_user(passwords, line.decode("utf-8", "surrogateescape"), where)
    for each in args.user:
        _add_user(passwords, each, "--user")
    return UserTable(passwords or dict([DEFAULT_USER]))


def _add_user(passwords: dict[str, str], text: str, where: str) -> None:
    name, colon, secret = text.partition(":")
    if not colon or not name:
        raise UserError(f"{where} must be NAME:PASSWORD; the first colon ends the name.")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise UserError(f"{where} is not UTF-8. Convert it, then try again.")
    passwords[name] = secret


def _mechanisms(given: str | None, tls: str) -> tuple[str, ...]:
    from tutor.net.simulator import Options
    from tutor.sasl import registry

    if given is None:
        return tuple(Options._field_defaults["mechanisms"])
    names = given.replace(",", " ").upper().split()
    if not names:
        raise UserError('--mechanisms is empty. Say which to offer, such as --mechanisms "LOGIN PLAIN".')
    played = [mechanism.name for mechanism in registry.played()]
    for name in names:
        if name not in played:
            raise UserError(f"{show(name)} is no mechanism that this server plays. It plays: {' '.join(played)}.")
        if name.endswith("-PLUS") and tls == "none":
            raise UserError(f"{name} binds the login to a TLS channel: add --tls starttls or --tls implicit.")
    return tuple(dict.fromkeys(names))


def _context(args: Namespace) -> "tuple[ssl.SSLContext | None, bytes | None]":
    """The context for --tls, and its certificate's DER."""
    if args.tls == "none":
        if args.certificate or args.key or args.write_certificate:
            raise UserError("A certificate needs --tls starttls or --tls implicit.")
        return None, None
    import ssl

    from tutor.net import tls

    if args.certificate:
        try:
            context = tls.loaded_context(args.certificate, args.key)
            with open(args.certificate, encoding="ascii", errors="replace") as file:
                return context, tls.leaf(file.read())
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or "not a PEM certificate with its key"
            raise UserError(f"{show(args.certificate)} cannot be used as certificate: {reason}.") from None
    made = tls.make_certificate()
    if args.write_certificate:
        try:
            with open(args.write_certificate, "w", encoding="ascii") as file:
                file.write(made.certificate)
        except OSError as error:
            raise UserError(f"{show(args.write_certificate)} cannot be written: {error.strerror}.") from None
    return tls.server_context(made), tls.leaf(made.certificate)


def _try_it(options: "Options", port: int) -> str:
    """What to type elsewhere to see something happen here."""
    from shlex import quote

    name = next(iter(options.users))
    tls = {"starttls": "--tls ", "implicit": "--tls-on-connect "}.get(options.tls, "")
    return (
        "Log in from another terminal, with any client:\n"
        f"  swaks --server 127.0.0.1:{port} {tls}--auth --auth-user {show(quote(name))} --quit-after AUTH\n"
        "ctrl+c ends it. No mail is delivered."
    )


# Serving


async def _serve(options: "Options", args: Namespace) -> int:
    import asyncio
    import signal
    from contextlib import suppress
    from threading import Thread

    from tutor.net.narration import NarrationQueue
    from tutor.net.simulator import Simulator

    queue = NarrationQueue()
    simulator = Simulator(options, queue.put)
    try:
        host, port = await simulator.start()
    except OSError as error:
        raise UserError(_cannot_listen(options, error), Exit.UNREACHABLE) from None
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(status: int) -> None:
        if not ended.done():
            ended.set_result(status)

    for number, status in ((signal.SIGTERM, Exit.OK), (signal.SIGINT, Exit.INTERRUPTED)):
        with suppress(NotImplementedError):  # Windows: ctrl+c comes as KeyboardInterrupt
            loop.add_signal_handler(number, end, status)
    if sys.stderr is not None and sys.stderr.isatty() and not args.json:
        print(_try_it(options, port), file=sys.stderr, flush=True)
    first = dumps({"listening": address}) if args.json else f"listening on {address}"
    # The reader may stall for ever: a thread of its own writes, and dies with the process.
    writer = Thread(
        target=_write, args=(queue, args, first, lambda: loop.call_soon_threadsafe(end, Exit.OK)), daemon=True
    )
    writer.start()
    try:
        return await ended
    finally:
        await simulator.stop()
        queue.close()
        await loop.run_in_executor(None, writer.join, _FAREWELL)


def _cannot_listen(options: "Options", error: OSError) -> str:
    import errno

    place = f"port {options.port} of {show(options.host)}"
    if error.errno == errno.EADDRINUSE:
        return f"{place[0].upper()}{place[1:]} is taken. Take another, or leave --port out: any free one is found."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This user may not listen on {place}: ports below 1024 are the administrator's. Take 2525."
    if error.errno in (errno.EADDRNOTAVAIL, None) or not isinstance(error.errno, int) or error.errno < 0:
        return f"{show(options.host)} is no address of this machine. Leave --host out for 127.0.0.1."
    return f"Cannot listen on {place}: {error.strerror}."


def _write(queue: object, args: Namespace, first: str, gone: object) -> None:
    """The writer's thread: straight to the file descriptor, since a buffer's lock would outlive the process's end."""
    from tutor.net.narration import Happened, NarrationQueue

    assert isinstance(queue, NarrationQueue)
    assert callable(gone)
    try:
        _out(first)
        while True:
            item = queue.get()
            if item is None:
                return
            if isinstance(item, Happened):
                text = _happened(item, args.json)
            else:
                text = dumps(as_object(item, args.reveal)) if args.json else as_text(item, args.reveal)
            if text:
                _out(text)
    except OSError:
        gone()  # who reads us has left: end quietly


def _out(text: str) -> None:
    data = (text + "\n").encode("utf-8", "backslashreplace")
    descriptor = sys.stdout.fileno()
    while data:
        data = data[os.write(descriptor, data) :]


def _happened(item: "Happened", as_json: bool) -> str:
    if not as_json:
        return f"--- {show(item.sentence)}"
    if item.what in ("left-out", "tls-failed"):
        return dumps(
            {
                "connection": item.connection or None,
                "side": None,
                "line": None,
                "mechanism": None,
                "decoded": None,
                "note": item.sentence,
                "diagnoses": [],
                "left_out": item.missed,
            }
        )
    return ""
