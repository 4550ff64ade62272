"""`serve` against real clients: smtplib, swaks, curl, msmtp; and what it says about them."""

import base64
import os
import signal
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.net.serving import PASSWORD, PATIENCE, Served, command, serving
from tests.tools import ROOT, need

CANARY = "canary 7Qx"
MECHANISMS = ("LOGIN", "PLAIN", "CRAM-MD5")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


def smtp(served: Served, **options: object) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", served.port, timeout=PATIENCE)


def login(client: smtplib.SMTP, mechanism: str, name: str, password: str, *, initial: bool = True) -> int:
    """smtplib's own code for one mechanism; the code of the last reply."""
    client.user, client.password = name, password  # as smtplib.login sets them
    method = getattr(client, "auth_" + mechanism.lower().replace("-", "_"))
    try:
        code, _ = client.auth(mechanism, method, initial_response_ok=initial)
    except smtplib.SMTPAuthenticationError as error:
        return error.smtp_code
    return code


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("initial", [True, False], ids=["initial", "bare"])
def test_smtplib_logs_in_and_is_refused(server: Served, mechanism: str, initial: bool) -> None:
    with smtp(server) as client:
        client.ehlo()
        assert client.esmtp_features["auth"].split() == list(MECHANISMS)
        assert login(client, mechanism, "ada", "wrong", initial=initial) == 535
        assert login(client, mechanism, "nobody", PASSWORD, initial=initial) == 535
        assert login(client, mechanism, "ada", PASSWORD, initial=initial) == 235


def test_smtplibs_own_login_and_a_message(server: Served) -> None:
    with smtp(server) as client:
        client.login("ada", PASSWORD)
        assert client.sendmail("ada@example.org", ["bob@example.org"], "Subject: x\r\n\r\n.dot\r\n") == {}


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_swaks_logs_in_and_is_refused(server: Served, mechanism: str) -> None:
    swaks = need("swaks")

    def run(password: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [swaks, "--server", f"127.0.0.1:{server.port}", "--auth", mechanism, "--auth-user", "ada",
             "--auth-password", password, "--quit-after", "AUTH"],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    right, wrong = run(PASSWORD), run("wrong")
    assert right.returncode == 0
    assert "235 2.7.0" in right.stdout
    assert wrong.returncode == 28  # "authentication failed" in swaks' own list
    assert "535 5.7.8" in wrong.stdout


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("initial", [True, False], ids=["initial", "bare"])
def test_curl_logs_in_and_is_refused(server: Served, mechanism: str, initial: bool) -> None:
    curl = need("curl")

    def run(password: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [curl, "-sv", f"smtp://127.0.0.1:{server.port}", "--user", f"ada:{password}", "--login-options",
             f"AUTH={mechanism}", "-X", "NOOP", *(["--sasl-ir"] if initial else [])],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    right, wrong = run(PASSWORD), run("wrong")
    assert right.returncode == 0, right.stderr
    assert "< 235 2.7.0" in right.stderr
    assert wrong.returncode == 67  # CURLE_LOGIN_DENIED
    assert "< 535 5.7.8" in wrong.stderr


@pytest.mark.parametrize("mechanism", ["login", "plain", "cram-md5"])
def test_msmtp_logs_in_and_is_refused(server: Served, mechanism: str) -> None:
    msmtp = need("msmtp")
    for password, expected in ((PASSWORD, 0), ("wrong", 77)):  # EX_NOPERM
        done = subprocess.run(
            [msmtp, "-C", "/dev/null", "--host=127.0.0.1", f"--port={server.port}", f"--auth={mechanism}",
             "--user=ada", f"--passwordeval=echo '{password}'", "--tls=off", "--from=a@example.org", "b@example.org"],
            input="Subject: x\n\nx\n", capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == expected, done.stderr


def test_gsasl_speaks_cram_md5_with_it(server: Served) -> None:
    gsasl = need("gsasl")
    for password, expected in ((PASSWORD, 0), ("wrong", 1)):
        done = subprocess.run(
            [gsasl, "--smtp", "--no-starttls", "--connect", f"127.0.0.1:{server.port}", "-m", "CRAM-MD5", "-a", "ada",
             "-p", password],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == expected, done.stderr


# TLS


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_tls_with_a_certificate_that_the_client_verifies(mode: str, tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    with serving("--tls", mode, "--write-certificate", str(certificate)) as served:
        context = ssl.create_default_context(cafile=str(certificate))
        if mode == "implicit":
            client: smtplib.SMTP = smtplib.SMTP_SSL("localhost", served.port, context=context, timeout=PATIENCE)
        else:
            client = smtplib.SMTP("localhost", served.port, timeout=PATIENCE)
            client.ehlo()
            assert client.esmtp_features["auth"].split() == ["CRAM-MD5"]  # no password in clear before TLS
            assert client.docmd("AUTH", "PLAIN")[0] == 504
            clear = client.file  # smtplib lets go of it without closing it
            assert client.starttls(context=context)[0] == 220
            assert clear is not None
            clear.close()
        with client:
            client.ehlo()
            assert "starttls" not in client.esmtp_features
            assert login(client, "PLAIN", "ada", PASSWORD) == 235


def test_curl_verifies_starttls_too(tmp_path: Path) -> None:
    curl, certificate = need("curl"), tmp_path / "cert.pem"
    with serving("--tls", "starttls", "--write-certificate", str(certificate)) as served:
        done = subprocess.run(
            [curl, "-sv", f"smtp://localhost:{served.port}", "--ssl-reqd", "--cacert", str(certificate), "--user",
             f"ada:{PASSWORD}", "-X", "NOOP"],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "235 2.7.0" in done.stderr


def test_what_is_injected_behind_starttls_is_never_run(tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    with serving("--tls", "starttls", "--write-certificate", str(certificate)) as served:
        raw = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)
        raw.sendall(b"EHLO me\r\nSTARTTLS\r\nNOOP injected\r\nRSET\r\n")
        heard = b""
        while b"220 2.0.0" not in heard:
            heard += raw.recv(4096)
        assert heard.endswith(b"220 2.0.0 Ready to start TLS\r\n")
        with ssl.create_default_context(cafile=str(certificate)).wrap_socket(raw, server_hostname="localhost") as tls:
            tls.sendall(b"QUIT\r\n")
            assert tls.recv(4096).startswith(b"221")
        seen = [item["line"] for item in served.until("221")]
        assert not any("injected" in (line or "") for line in seen)


# What it says


def talk(served: Served, *lines: str) -> list[bytes]:
    """A client by hand that waits for each reply."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as raw, raw.makefile("rwb") as file:
        replies = [file.readline()]
        for line in lines:
            file.write(line.encode() + b"\r\n")
            file.flush()
            while True:
                replies.append(file.readline())
                if replies[-1][3:4] != b"-":
                    break
        return replies


def test_the_narration_of_a_slip() -> None:
    with serving() as served:
        talk(served, "EHLO me", "AUTH LOGIN", "YWRhCg==", "Y29ycmVjdCBob3JzZQ==", "QUIT")
        seen = served.until("221")
    assert set(seen[0]) >= {"connection", "side", "line", "mechanism", "decoded", "note", "diagnoses"}
    by_line = {item["line"]: item for item in seen}
    assert by_line["334 VXNlcm5hbWU6"]["decoded"] == "Username:"
    assert by_line["334 VXNlcm5hbWU6"]["mechanism"] == "LOGIN"
    slip = by_line["YWRhCg=="]
    assert slip["side"] == "client"
    assert [diagnosis["code"] for diagnosis in slip["diagnoses"]] == ["text.trailing-newline"]
    assert slip["correct"] is False


@pytest.mark.parametrize("json_wanted", [True, False])
def test_secrets_are_masked_until_asked_for(json_wanted: bool) -> None:
    answers = {
        "LOGIN": ["AUTH LOGIN", base64.b64encode(b"ada").decode(), base64.b64encode(CANARY.encode()).decode()],
        "swapped": ["AUTH LOGIN", base64.b64encode(CANARY.encode()).decode(), "*"],
        "PLAIN": ["AUTH PLAIN " + base64.b64encode(f"\0ada\0{CANARY}".encode()).decode()],
        "clear": ["AUTH LOGIN", "YWRh", CANARY],
    }
    encoded = {base64.b64encode(CANARY.encode()).decode()[:8]}
    for reveal in (False, True):
        with serving("--user", f"ada:{CANARY}", *(["--reveal"] if reveal else [])) as served:
            for lines in answers.values():
                talk(served, "EHLO me", *lines, "QUIT")
            for number in range(1, len(answers) + 1):
                served.until("221", connection=number)
            text = b"".join(served.raw).decode()
        assert (CANARY in text) == reveal
        if not reveal:
            assert not any(part in text for part in encoded)
            assert "••••" in text


def test_text_for_people() -> None:
    process = subprocess.Popen(
        command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert process.stdout is not None
    first = process.stdout.readline().decode()
    assert first.startswith("listening on 127.0.0.1:")
    port = int(first.rpartition(":")[2])
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
        client.login("ada", PASSWORD)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    text = out.decode()
    assert "1 C: AUTH CRAM-MD5" in text
    assert "✓ right" in text
    assert PASSWORD not in text
    assert process.returncode == 130
    assert err == b""


def test_hostile_lines_reach_no_terminal_raw() -> None:
    process = subprocess.Popen(
        command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().decode().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as raw:
        raw.sendall(b"EHLO \x1b[31m\x07\xff\xe2\x80\xae\r\nAUTH LOGIN\r\n\x1b]0;x\x07\r\nQUIT\r\n")
        while raw.recv(4096):
            pass
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE)
    assert b"\x1b" not in out
    assert b"\x07" not in out
    assert "\u202e" not in out.decode()
    assert process.returncode == 0
    assert err == b""


def test_a_reader_that_stalls_stalls_no_session_and_is_told_what_it_missed() -> None:
    with serving(read=False) as served:
        commands = b"EHLO me\r\n" + b"NOOP\r\n" * 4000 + b"QUIT\r\n"
        with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as raw:
            raw.sendall(commands)
            heard = b""
            while chunk := raw.recv(65536):
                heard += chunk
        assert heard.count(b"250 2.0.0") == 4000  # nobody read the narration until here
        served.start_reading()
        with smtplib.SMTP("127.0.0.1", served.port, timeout=PATIENCE) as client:
            client.login("ada", PASSWORD)
        served.process.terminate()
        seen = list(served.items())
        missed = sum(item.get("left_out", 0) for item in seen)
        lines = sum(item["line"] is not None for item in seen)
        assert missed > 1000
        assert lines > 1000
        # One greeting, EHLO and its seven lines, the commands and their replies, QUIT and 221; then smtplib's session.
        # What was left out may also be the opening and closing of the two connections.
        said = 1 + 8 + 8000 + 2 + 1 + 8 + 4 + 2
        assert said <= missed + lines <= said + 4


# Bad usage, and the end


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--port", str(taken.getsockname()[1]))
    assert done.returncode == 3
    assert "is taken" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "other machines"),
        (["--user", "ada"], "NAME:PASSWORD"),
        (["--users", "/no/such/file"], "no file"),
        (["--mechanisms", "NTLM"], "plays"),
        (["--mechanisms", " "], "empty"),
        (["--like", "qmail"], "postfix"),
        (["--fail", "x"], "454"),
        (["--port", "70000"], "65535"),
        (["--connections", "0"], "10000"),
        (["--certificate", "x.pem"], "--tls"),
        (["--tls", "starttls", "--certificate", "/no/such.pem"], "cannot be used"),
    ],
)
def test_bad_usage_is_said_in_a_sentence(arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_not_ours() -> None:
    done = run("--host", "192.0.2.1", "--let-others-in")
    assert done.returncode == 3
    assert "no address of this machine" in done.stderr


def test_the_lists() -> None:
    assert "postfix" in run("--like", "list").stdout
    assert "drop-at-challenge" in run("--fail", "list").stdout
    assert run("--help").returncode == 0


def test_users_from_a_file_and_the_first_colon_ends_the_name(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text("grace:a:b\n\nlinus:ü\n", encoding="utf-8")
    with serving("--users", str(users), "--user", "tim:x y") as served, smtp(served) as client:
        client.ehlo()
        assert login(client, "PLAIN", "ada", PASSWORD) == 535
        for name, password in (("grace", "a:b"), ("tim", "x y")):
            with smtp(served) as other:
                other.ehlo()
                assert login(other, "PLAIN", name, password) == 235


def test_a_closed_stdout_ends_it_quietly() -> None:
    process = subprocess.Popen(
        command("--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    port = int(process.stdout.readline().decode().rpartition(":")[2].strip('"}\n '))
    process.stdout.close()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as raw:
        raw.sendall(b"EHLO me\r\n")
        while raw.recv(4096):
            pass  # it hangs up when it notices that nobody listens
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize(("name", "code"), [("454", 454), ("534", 534), ("421", 421), ("535", 535), ("504", 504)])
def test_faults_as_smtplib_meets_them(name: str, code: int) -> None:
    with serving("--fail", name) as served:
        client = smtp(served)
        client.ehlo()
        with pytest.raises((smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected)) as caught:
            client.auth("PLAIN", lambda _=None: f"\0ada\0{PASSWORD}")
        if isinstance(caught.value, smtplib.SMTPAuthenticationError):
            assert caught.value.smtp_code == code
        client.close()


def test_dialects_are_understood_by_a_real_client() -> None:
    for dialect in ("postfix", "exim", "sendmail", "exchange", "gmail", "james"):
        with serving("--like", dialect) as served, smtp(served) as client:
            client.ehlo()
            assert login(client, "LOGIN", "ada", "x", initial=False) == 535
            assert login(client, "LOGIN", "ada", PASSWORD, initial=False) == 235
