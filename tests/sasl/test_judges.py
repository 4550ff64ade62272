"""GNU SASL and Cyrus SASL against ours: both directions, right and wrong passwords, awkward names."""

import base64
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sasl.judges import smtp_server
from tests.tools import need
from tutor.net.tls import make_certificate, server_context
from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Scenario, Success

HOST, REALM = "mail.example.org", "realm.example"
SCRAM = ["SCRAM-SHA-1", "SCRAM-SHA-256"]
GNU = ["LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5", *SCRAM]
CYRUS = [*GNU, "SCRAM-SHA-512"]
USERS = {"user": "pencil", "a,b=c": "correct horse", 'c"u\\r': '"\\,=', "jürgen": "grün", "ада": "пароль"}
CASES = [
    pytest.param(name, user, tried, id=f"{name}-{user}-{'right' if tried == USERS[user] else 'wrong'}")
    for name in CYRUS
    for user, tried in (("user", "pencil"), ("user", "wrong"), *list(USERS.items())[1:])
]
GNU_CASES = [
    case
    for case in CASES
    # GNU SASL does not escape `"` and backslash in its own quoted strings.
    if case.values[0] in GNU and not (case.values[0] == "DIGEST-MD5" and '"' in str(case.values[1]))
]
PROMPT = b"Password: "
# GNU SASL's server hashes the password as Latin-1, and the name as UTF-8; RFC 2831 section 2.1.2.1 wants both as
# Latin-1 where they can be.
GNU_SERVER_CASES = [case for case in GNU_CASES if case.values[:2] != ("DIGEST-MD5", "jürgen")]
LONGEST = 30
"""Seconds after which a program that hangs is ended."""


def scenario(user: str, password: str) -> Scenario:
    """Our side, which knows all users, with a client that tries this password."""
    return Scenario(Credentials(user, password), UserTable(USERS), hostname=HOST, realm=REALM, salt=bytes(range(16)))


class Talker:
    """A program that speaks line by line over its standard input and output."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.heard: list[bytes] = []

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line + b"\n")
        except BrokenPipeError:
            pass  # what it said before it left is still to be read

    def lines(self) -> Iterator[bytes]:
        """What it says, line by line until it ends; a prompt, which no line end follows, counts as one."""
        assert self.process.stdout is not None
        line = b""
        while octet := self.process.stdout.read(1):
            line += octet
            if octet == b"\n" or line == PROMPT:
                self.heard.append(line.rstrip(b"\r\n"))
                line = b""
                yield self.heard[-1]


@contextmanager
def talking(command: list[str], **environment: str) -> Iterator[Talker]:
    """Run a program, and end it. It has no terminal, and its lines come at once, not when its buffer is full."""
    process = subprocess.Popen(
        [need("stdbuf"), "-oL", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        start_new_session=True,
    )
    limit = threading.Timer(LONGEST, process.kill)
    limit.start()
    try:
        with process:
            yield Talker(process)
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
    finally:
        process.kill()
        limit.cancel()


@pytest.mark.parametrize(("name", "user", "password"), GNU_CASES)
def test_gnu_sasls_client_logs_in(name: str, user: str, password: str) -> None:
    tool = need("gsasl")
    with smtp_server(registry.require(name), scenario("nobody", "")) as (port, heard):
        command = [tool, "--smtp", "--connect", f"127.0.0.1:{port}", "--no-starttls", "--mechanism", name]
        command += ["--authentication-id", user, "--password", password, "--no-cb", "--quiet"]
        command += ["--hostname", HOST, "--service", "smtp", "--realm", REALM, "--quality-of-protection", "qop-auth"]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False, env=environment
        )
    assert heard.accepted is (password == USERS[user]), heard.responses


@pytest.mark.parametrize(("name", "user", "password"), GNU_SERVER_CASES)
def test_our_client_logs_in_at_gnu_sasls_server(name: str, user: str, password: str) -> None:
    command = [need("gsasl"), "--server", "--mechanism", name, "--password", USERS[user], "--no-cb"]
    command += ["--hostname", HOST, "--service", "smtp", "--realm", REALM, "--disable-cleartext-validate"]
    command += ["--authentication-id", user, "--authorization-id", user, "--quality-of-protection", "qop-auth"]
    client = ClientExchange(registry.require(name), scenario(user, password))
    due = client.initial_response
    trusted = False
    with talking(command) as server:
        for line in server.lines():
            if b"client trusted" in line:
                trusted = True
                break
            if b" " in line or line == name.encode():
                continue  # what it tells people, and the mechanism
            challenge = base64.b64decode(line, validate=True)
            if due is not None:
                assert challenge == b"", "a client-first mechanism is asked with an empty line"
                answer: bytes | None = due
                due = None
            else:
                answer = client.response(challenge) if client.outcome is None else None
            # Behind the last step it prints an empty line and reads one, whatever was said.
            server.say(base64.b64encode(answer or b""))
        server.process.kill()
    assert trusted is (password == USERS[user]), server.heard


@pytest.fixture(scope="module")
def cyrus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A password file for Cyrus SASL's sample server, and the variable that names its folder."""
    passwd = need("saslpasswd2")
    folder = tmp_path_factory.mktemp("cyrus")
    database = folder / "sasldb2"
    (folder / "sample.conf").write_text(
        f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {database}\nmech_list: {' '.join(CYRUS)}\n",
        encoding="ascii",
    )
    for user, password in USERS.items():
        command = [passwd, "-p", "-c", "-f", str(database), "-u", REALM, user]
        subprocess.run(command, input=password.encode(), check=True, capture_output=True, timeout=LONGEST)
    return {"SASL_CONF_PATH": str(folder)}


def sbin(tool: str) -> str:
    """A program that Debian puts where not every PATH looks."""
    path = Path("/usr/sbin") / tool
    return str(path) if path.exists() else need(tool)


def carried(line: bytes) -> bytes:
    """The Base64 behind `S: ` or `C: `."""
    return base64.b64decode(line[3:], validate=True)


@pytest.mark.parametrize(("name", "user", "password"), CASES)
def test_our_client_logs_in_at_cyrus_sasls_server(name: str, user: str, password: str, cyrus: dict[str, str]) -> None:
    client = ClientExchange(registry.require(name), scenario(user, password))
    offer = name.encode() + (b"" if client.initial_response is None else b"\0" + client.initial_response)
    done = False
    with talking([sbin("sasl-sample-server"), "-m", name, "-s", "smtp", "-d", REALM, "-u", REALM], **cyrus) as server:
        for line in server.lines():
            if b"Negotiation complete" in line:
                done = True
                break
            if not line.startswith(b"S: "):
                continue
            if offer:
                server.say(b"C: " + base64.b64encode(offer))
                offer = b""
                continue
            answer = client.response(carried(line))
            if answer is None:
                break
            server.say(b"C: " + base64.b64encode(answer))
        server.process.kill()
    assert done is (password == USERS[user]), server.heard
    if done:
        assert client.succeed() == Success(user)


@pytest.mark.parametrize(("name", "user", "password"), CASES)
def test_cyrus_sasls_client_logs_in(name: str, user: str, password: str) -> None:
    server: ServerExchange | None = None
    command = [need("sasl-sample-client"), "-m", name, "-s", "smtp", "-n", HOST, "-u", user, "-a", user, "-r", REALM]
    with talking(command) as client:
        client.say(b"S: " + base64.b64encode(name.encode()))
        for line in client.lines():
            if line == PROMPT:
                client.say(password.encode())
            if not line.startswith(b"C: "):
                continue
            said = carried(line)
            if server is None:
                _, separator, initial = said.partition(b"\0")
                server = ServerExchange(registry.require(name), scenario(user, ""), initial if separator else None)
            else:
                server.respond(said)
            if server.outcome is not None:
                break
            client.say(b"S: " + base64.b64encode(server.challenge or b""))
        client.process.kill()
    assert server is not None, client.heard
    assert isinstance(server.outcome, Success) is (password == USERS[user]), (server.outcome, client.heard)


class Bound:
    """One session over STARTTLS at a server that offers two mechanisms and can bind the channel by tls-unique."""

    def __init__(self, names: list[str], known: Scenario, between: bool = False) -> None:
        self.names, self.known = names, known
        self.between = between
        """Somebody stands between: the server's channel is not the client's."""
        self.said: list[bytes] = []
        self.accepted: bool | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(LONGEST)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._session, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._thread.join(LONGEST)
        self._listener.close()
        assert not self._thread.is_alive(), "the session did not end"

    def _session(self) -> None:
        # tls-unique means nothing under TLS 1.3 (RFC 8446 appendix C.5), and Python has no exporter.
        context = server_context(make_certificate())
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        plain, _ = self._listener.accept()
        with plain, plain.makefile("rwb", buffering=0) as stream:
            stream.write(b"220 test.example ESMTP\r\n")
            while not stream.readline().upper().startswith(b"STARTTLS"):
                stream.write(b"250-test.example\r\n250 STARTTLS\r\n")
            stream.write(b"220 go on\r\n")
            with context.wrap_socket(plain, server_side=True) as secret, secret.makefile("rwb", buffering=0) as talk:
                data = secret.get_channel_binding("tls-unique")
                assert data is not None
                data = data[::-1] if self.between else data
                self._talk(talk, self.known._replace(tls=True, channel_binding=("tls-unique", data)))

    def _talk(self, talk: "socket.SocketIO", known: Scenario) -> None:
        while line := talk.readline():
            words = line.split()
            if words[0] == b"EHLO":
                talk.write(b"250-test.example\r\n250 AUTH " + " ".join(self.names).encode() + b"\r\n")
            elif words[0] == b"AUTH":
                initial = base64.b64decode(words[2], validate=True) if len(words) > 2 else None
                exchange = ServerExchange(registry.require(words[1].decode()), known, initial)
                while exchange.outcome is None:
                    talk.write(b"334 " + base64.b64encode(exchange.challenge or b"") + b"\r\n")
                    exchange.respond(base64.b64decode(talk.readline().strip(), validate=True))
                self.said = [turn.message for turn in exchange.turns.said]
                self.accepted = isinstance(exchange.outcome, Success)
                talk.write(b"235 2.7.0 yes\r\n" if self.accepted else b"535 5.7.8 no\r\n")
            else:
                talk.write(b"221 bye\r\n")
                return


@pytest.mark.parametrize(("password", "between"), [("pencil", False), ("wrong", False), ("pencil", True)])
@pytest.mark.parametrize("name", SCRAM)
def test_gnu_sasls_client_binds_the_channel(name: str, password: str, between: bool) -> None:
    tool = need("gsasl")
    server = Bound([f"{name}-PLUS", name], scenario("nobody", ""), between)
    command = [tool, "--smtp", "--connect", f"127.0.0.1:{server.port}", "--starttls", "--x509-ca-file="]
    command += ["--mechanism", f"{name}-PLUS", "--authentication-id", "user", "--password", password, "--quiet"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False)
    server.end()
    assert server.accepted is (password == "pencil" and not between), done.stderr
    assert any(message.startswith(b"p=tls-unique,,") for message in server.said)
