"""Other people's clients, and the small server that they talk to in these tests."""

import base64
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.tools import need
from tutor.sasl.exchange import ServerExchange
from tutor.sasl.mechanism import Mechanism, Scenario, Success


class Heard:
    """What a client said to `smtp_server`, decoded, and how it ended."""

    def __init__(self) -> None:
        self.responses: list[bytes] = []
        self.accepted: bool | None = None


@contextmanager
def smtp_server(mechanism: Mechanism, scenario: Scenario) -> Iterator[tuple[int, Heard]]:
    """A server on loopback that offers one mechanism, for one connection: its port, and what it heard."""
    heard = Heard()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        thread = threading.Thread(target=_session, args=(listener, mechanism, scenario, heard), daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(30)
        assert not thread.is_alive(), "the session did not end"


def _session(listener: socket.socket, mechanism: Mechanism, scenario: Scenario, heard: Heard) -> None:
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:

        def say(line: str) -> None:
            stream.write(line.encode() + b"\r\n")
            stream.flush()

        say("220 test.example ESMTP")
        while line := stream.readline():
            words = line.strip().split(b" ")
            verb = words[0].upper()
            if verb in (b"EHLO", b"HELO"):
                say(f"250-test.example\r\n250 AUTH {mechanism.name}")
            elif verb == b"AUTH":
                initial = None if len(words) < 3 else _decoded(words[2])
                exchange = ServerExchange(mechanism, scenario, initial)
                if initial is not None:
                    heard.responses.append(initial)
                while exchange.outcome is None:
                    say("334 " + base64.b64encode(exchange.challenge or b"").decode())
                    answer = stream.readline().strip()
                    if answer == b"*":
                        exchange.cancel()
                        break
                    heard.responses.append(_decoded(answer))
                    exchange.respond(_decoded(answer))
                heard.accepted = isinstance(exchange.outcome, Success)
                say("235 2.7.0 yes" if heard.accepted else "535 5.7.8 no")
            elif verb == b"QUIT":
                say("221 bye")
                return
            elif verb == b"DATA":
                say("354 go on")
                while stream.readline() not in (b".\r\n", b""):
                    pass
                say("250 thrown away")
            else:
                say("250 ok")


def _decoded(text: bytes) -> bytes:
    return b"" if text == b"=" else base64.b64decode(text, validate=True)


def curl(port: int, *options: str) -> int:
    """Send a mail with curl; its exit code (67: the login was refused)."""
    command = [need("curl"), "--silent", "--max-time", "20", f"smtp://127.0.0.1:{port}"]
    command += ["--mail-from", "a@example.org", "--mail-rcpt", "b@example.org", "--upload-file", "-", *options]
    return subprocess.run(command, input=b"Subject: x\r\n\r\nx\r\n", timeout=60, check=False).returncode


def gsasl(mechanism: str, *options: str, said: bytes = b"") -> tuple[list[str], str]:
    """Run GNU SASL over its standard input: the lines of its output, and what it complained."""
    command = [need("gsasl"), "--mechanism", mechanism, *options]
    # Its command line is in the locale's character set.
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=said, capture_output=True, timeout=60, check=False, env=environment)
    return done.stdout.decode().splitlines(), done.stderr.decode()


def need_module(name: str) -> None:
    """Skip without a Python package that judges us, but never in CI."""
    from importlib.util import find_spec

    if find_spec(name) is None:
        message = f"{name} is not installed; this test asks it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def has(tool: str) -> bool:
    """Whether a program is there."""
    return shutil.which(tool) is not None
