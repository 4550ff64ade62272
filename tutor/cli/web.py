"""`sasl-tutor web`: the app in a browser, on this machine alone."""

from argparse import ArgumentParser, Namespace

from tutor.cli.exits import Exit, UserError

NAME = "web"
HELP = """\
Open the app in a browser, on this machine alone. It prints an address that works once
for each visitor; ctrl+c ends it, and all that it started. One visitor has your own
progress; of several, each has their own, which is gone at the end.

examples:
  sasl-tutor web
  sasl-tutor web --visitors 3 --minutes 45

It needs an extra: pip install 'sasl-tutor[web]'"""


def add_arguments(parser: ArgumentParser) -> None:
    """Where, for how many, and for how long."""
    parser.add_argument("--port", type=int, default=0, metavar="N", help="the port (default: any that is free)")
    parser.add_argument("--visitors", type=int, default=1, metavar="N", help="how many may come, 1 to 20 (default 1)")
    parser.add_argument("--minutes", type=int, default=240, metavar="N", help="then it ends by itself (default 240)")


def run(args: Namespace) -> int:
    """Listen until it is stopped. Raises UserError where it cannot."""
    if not 1 <= args.visitors <= 20:
        raise UserError("--visitors takes a number from 1 to 20.")
    if not 0 <= args.port <= 65535 or args.minutes < 1:
        raise UserError("--port takes 0 to 65535, --minutes at least 1.")
    try:
        from tutor.net.web import Door, serve
    except ImportError:
        raise UserError("The browser needs an extra. Install it: pip install 'sasl-tutor[web]'") from None
    import asyncio
    import signal

    door = Door(args.visitors)

    def ready(port: int) -> None:
        for token in door.tokens:
            print(f"http://127.0.0.1:{port}/?t={token}", flush=True)

    async def listen() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # Windows: ctrl+c raises KeyboardInterrupt there
                break
        await serve(door, args.port, args.minutes, ready, stop)

    try:
        asyncio.run(listen())
    except OSError as error:
        raise UserError(f"Port {args.port} cannot be listened on: {error.strerror}.", Exit.UNREACHABLE) from None
    return Exit.OK
