"""`connect` against our own simulator, and against aiosmtpd, which is not ours."""

import json
import os
import pty
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.net.serving import PASSWORD, PATIENCE, serving
from tests.tools import ROOT
from tutor.net import tls


def connect(*arguments: str, password: str | None = PASSWORD, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if password is not None:
        environment["SASL_TUTOR_PASSWORD"] = password
    return subprocess.run(
        [sys.executable, "-m", "tutor", "connect", *arguments],
        capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT, env=environment, input=stdin,
    )  # fmt: skip


def last(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN", "CRAM-MD5"])
def test_our_own_server(mode: str, mechanism: str, tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    with serving("--tls", mode, "--write-certificate", str(certificate)) as served:
        where = [f"localhost:{served.port}", "--tls", mode, "--user", "ada", "--mechanism", mechanism, "--json"]
        good = connect(*where, "--ca", str(certificate))
        bad = connect(*where, "--ca", str(certificate), password="wrong")
        untrusted = connect(*where)
    assert good.returncode == 0, good.stderr
    assert last(good)["authenticated"] is True
    assert last(good)["mechanism"] == mechanism
    assert bad.returncode == 1
    assert last(bad)["authenticated"] is False
    assert untrusted.returncode == 3
    assert "certificate" in untrusted.stderr
    assert "AUTH" not in "".join(line for line in untrusted.stdout.splitlines() if '"client"' in line)
    assert PASSWORD not in good.stdout + good.stderr
    assert "Traceback" not in good.stderr + bad.stderr + untrusted.stderr


def test_no_plaintext_secret_in_clear() -> None:
    with serving() as served:
        done = connect(f"127.0.0.1:{served.port}", "--user", "ada", "--mechanism", "PLAIN", "--yes")
        seen = [item["line"] for item in served.until("221")]
    assert done.returncode == 1
    assert "refused" in done.stdout
    assert not any((line or "").startswith("AUTH") for line in seen)


def test_starttls_that_somebody_took_out_is_noticed() -> None:
    with serving() as served:
        done = connect(f"127.0.0.1:{served.port}", "--tls", "starttls", "--user", "ada", "--json")
    assert done.returncode == 1
    assert "STARTTLS" in last(done)["note"]


def test_looking_round_needs_no_password() -> None:
    with serving() as served:
        done = connect(f"127.0.0.1:{served.port}", "--json", password=None)
    assert done.returncode == 0
    assert last(done)["offered"] == ["LOGIN", "PLAIN", "CRAM-MD5"]


class Authenticator:
    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = data.login == b"ada" and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=False)


@contextmanager
def aiosmtpd(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    made = tls.make_certificate()
    path = tmp_path / "aiosmtpd.pem"
    path.write_text(made.certificate, encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        object(), hostname="127.0.0.1", port=port, tls_context=tls.server_context(made), require_starttls=False,
        authenticator=Authenticator(), auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    try:
        yield port, path
    finally:
        controller.stop()


@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN"])
@pytest.mark.parametrize("initial", [True, False], ids=["initial", "bare"])
def test_aiosmtpd(mechanism: str, initial: bool, tmp_path: Path) -> None:
    with aiosmtpd(tmp_path) as (port, certificate):
        where = [f"localhost:{port}", "--user", "ada", "--mechanism", mechanism, "--ca", str(certificate), "--json"]
        where += [] if initial else ["--no-initial-response"]
        good, bad = connect(*where), connect(*where, password="wrong")
    assert good.returncode == 0, good.stdout + good.stderr
    assert last(good)["tls"] is True
    assert bad.returncode == 1


def one_shot(*chunks: bytes) -> tuple[int, threading.Thread]:
    """A server for one connection that says these and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                for chunk in chunks:
                    connection.sendall(chunk)
                    if chunk is not chunks[-1]:
                        connection.recv(4096)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return port, thread


@pytest.mark.parametrize(
    ("chunks", "status", "words"),
    [
        ((b"220 x ESMTP\r\n", b""), 3, "closed the connection"),
        ((b"554 go away\r\n",), 1, "554"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), 1, "not SMTP"),
        ((b"421 too busy\r\n",), 1, "421"),
        ((b"220 \x1b]0;x\x07[/x] ESMTP\r\n", b"250 \x1b[31mhi\r\n", b"221 \xe2\x80\xae bye\r\n"), 0, "no AUTH at all"),
    ],
)
def test_servers_that_misbehave(chunks: tuple[bytes, ...], status: int, words: str) -> None:
    port, thread = one_shot(*chunks)
    done = connect(f"127.0.0.1:{port}", "--yes", password=None)
    thread.join(PATIENCE)
    assert done.returncode == status, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\u202e" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = connect(f"127.0.0.1:{listener.getsockname()[1]}", "--timeout", "0.2")
    assert done.returncode == 3
    assert "no greeting" in done.stderr
    assert "implicit" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["no-such-host.invalid"], 3, "no host"),
        (["127.0.0.1:x"], 2, "no port"),
        (["127.0.0.1:0"], 2, "no port"),
        ([""], 2, "HOST"),
        (["[::1"], 2, "brackets"),
        (["127.0.0.1", "--ca", "/no/such.pem"], 2, "--ca"),
        (["127.0.0.1", "--mechanism", "FOO"], 2, "can be played"),
        (["127.0.0.1", "--timeout", "0"], 2, "seconds"),
    ],
)
def test_bad_usage(arguments: list[str], status: int, words: str) -> None:
    done = connect(*arguments)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_user_without_a_password() -> None:
    done = connect("127.0.0.1", "--user", "ada", password=None)
    assert done.returncode == 2
    assert "SASL_TUTOR_PASSWORD" in done.stderr


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = connect(f"127.0.0.1:{port}")
    assert done.returncode == 3
    assert "Nobody listens" in done.stderr


def test_step_by_step_at_a_terminal_and_stopping_before_the_secret() -> None:
    """In a real pty: each line is shown and asked for; q at the password cancels, and it never left."""
    with serving("--mechanisms", "CRAM-MD5") as served:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "connect", f"127.0.0.1:{served.port}", "--user", "ada"],
            stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SASL_TUTOR_PASSWORD": PASSWORD},
        )  # fmt: skip
        os.close(theirs)
        heard = b""

        def until(words: bytes) -> None:
            nonlocal heard
            while words not in heard:
                heard += os.read(ours, 4096)

        for line in (b"EHLO client.example.org", b"AUTH CRAM-MD5"):
            until(b"octets): " + line)
            until(b"stop here > ")
            heard = b""
            os.write(ours, b"\n")
        until(b"\xe2\x80\xa2")
        until(b"stop here > ")
        os.write(ours, b"q\n")
        until(b"Not logged in")
        assert process.wait(PATIENCE) == 1
        os.close(ours)
        lines = [item["line"] for item in served.until("221")]
    assert "*" in lines
    assert "501 5.7.0 Authentication cancelled" in lines
