"""-PLUS over real TLS: our client and our server, and GNU SASL's client; the binding data judged by OpenSSL."""

import json
import ssl
import subprocess
from hashlib import new
from pathlib import Path

import pytest

from tests.net.serving import PASSWORD, serving
from tests.net.test_live import connect, last
from tests.tools import need
from tutor.net import tls
from tutor.net.binding import bindings, server_end_point

LONGEST = 60
PLUS = ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS"]


def made_by_openssl(folder: Path, *options: str) -> tuple[bytes, Path]:
    """A certificate's DER, and the PEM file with its key."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [need("openssl"), "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate), *options],
        check=True, capture_output=True, timeout=LONGEST,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text(key.read_text() + certificate.read_text())
    return ssl.PEM_cert_to_DER_cert(certificate.read_text()), both


# RFC 5929 section 4.1: the signature's own hash; MD5 and SHA-1 give way to SHA-256; no single hash: undefined.
@pytest.mark.parametrize(
    ("options", "digest"),
    [
        (("-newkey", "rsa:2048", "-sha256"), "sha256"),
        (("-newkey", "rsa:2048", "-sha1"), "sha256"),
        (("-newkey", "rsa:2048", "-sha384"), "sha384"),
        (("-newkey", "rsa:2048", "-sha512"), "sha512"),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha384"), "sha384"),
        (("-newkey", "ed25519"), None),
    ],
)
def test_the_end_point_of_openssls_certificates(options: tuple[str, ...], digest: str | None, tmp_path: Path) -> None:
    der, both = made_by_openssl(tmp_path, *options)
    assert tls.leaf(both.read_text()) == der
    assert server_end_point(der) == (None if digest is None else new(digest, der).digest())


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80", b"\x30\x03\x02\x01\x05", bytes(100), b"\x30\x7f" * 40])
def test_what_is_no_certificate_has_no_end_point(data: bytes) -> None:
    assert server_end_point(data) is None


def test_no_tls_binds_nothing() -> None:
    assert bindings(None, None) == ()


def test_pem_that_is_none() -> None:
    assert tls.leaf("") is None
    assert tls.leaf("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----") is None


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
@pytest.mark.parametrize("mechanism", PLUS)
def test_both_sides_bind(mode: str, mechanism: str, tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    offered = f"{mechanism} {mechanism.removesuffix('-PLUS')}"
    with serving("--tls", mode, "--write-certificate", str(certificate), "--mechanisms", offered) as served:
        where = [f"localhost:{served.port}", "--tls", mode, "--user", "ada", "--json", "--ca", str(certificate)]
        good, bad = connect(*where), connect(*where, password="wrong")
        heard = served.until("221")
    assert good.returncode == 0, good.stdout + good.stderr
    assert last(good)["mechanism"] == mechanism, "the best is taken by itself"
    assert last(good)["offered"] == offered.split()
    assert bad.returncode == 1
    said = [json.loads(line) for line in good.stdout.splitlines()]
    assert any("p=tls-server-end-point,," in json.dumps(item) for item in said)
    assert not [item["diagnoses"] for item in (*heard, *said) if item.get("diagnoses")]
    assert PASSWORD not in good.stdout + bad.stdout


def test_in_clear_there_is_nothing_to_bind(tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    names = "SCRAM-SHA-256-PLUS SCRAM-SHA-256"
    with serving("--tls", "starttls", "--write-certificate", str(certificate), "--mechanisms", names) as served:
        done = connect(f"localhost:{served.port}", "--tls", "none", "--user", "ada", "--json")
    assert last(done)["offered"] == ["SCRAM-SHA-256"]
    assert last(done)["mechanism"] == "SCRAM-SHA-256"
    assert done.returncode == 0


@pytest.mark.parametrize("fault", ["none", "no-plus"])
def test_a_hidden_offer_is_noticed(fault: str, tmp_path: Path) -> None:
    """RFC 5802 section 6: `y` from a client that could bind, to a server that can, means somebody in between."""
    certificate = tmp_path / "cert.pem"
    names = "SCRAM-SHA-256-PLUS SCRAM-SHA-256" if fault == "no-plus" else "SCRAM-SHA-256"
    options = ["--write-certificate", str(certificate), "--mechanisms", names, "--fail", fault]
    with serving("--tls", "implicit", *options) as served:
        where = ["--tls", "implicit", "--user", "ada", "--json", "--ca", str(certificate)]
        done = connect(f"localhost:{served.port}", *where)
        heard = served.until("221")
    assert last(done)["offered"] == ["SCRAM-SHA-256"]
    assert "y,,n=ada" in done.stdout
    assert done.returncode == (1 if fault == "no-plus" else 0), done.stdout
    assert not any(item["diagnoses"] for item in heard if fault == "none")


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
@pytest.mark.parametrize("mechanism", PLUS[:2])
def test_gnu_sasls_client_binds_to_our_server(mechanism: str, password: str) -> None:
    tool = need("gsasl")
    names = f"{mechanism} {mechanism.removesuffix('-PLUS')}"  # gsasl starts TLS only where AUTH is offered in clear too
    with serving("--tls", "starttls", "--mechanisms", names) as served:
        command = [tool, "--smtp", "--connect", f"127.0.0.1:{served.port}", "--x509-ca-file="]
        # tls-unique is nothing under TLS 1.3 (RFC 9266 section 4), and the exporter is not to be had from our socket.
        command += ["--priority", "NORMAL:-VERS-TLS1.3", "--mechanism", mechanism]
        command += ["--authentication-id", "ada", "--password", password, "--quiet"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False)
        heard = served.until("235" if password == PASSWORD else "535")
    assert any("p=tls-unique,," in json.dumps(item) for item in heard), done.stderr
    assert (done.returncode == 0) is (password == PASSWORD), done.stderr


@pytest.mark.parametrize("name", PLUS)
def test_serve_says_that_plus_needs_tls(name: str) -> None:
    from tests.net.serving import command

    done = subprocess.run(command("--mechanisms", name), capture_output=True, text=True, timeout=LONGEST, check=False)
    assert done.returncode == 2
    assert "--tls" in done.stderr


def test_a_client_may_leave_the_binding() -> None:
    """`n` beside an offer of -PLUS is a client that cannot bind: no mistake, and no attack."""
    tool = need("gsasl")
    with serving("--tls", "starttls", "--mechanisms", "SCRAM-SHA-256-PLUS SCRAM-SHA-256") as served:
        command = [tool, "--smtp", "--connect", f"127.0.0.1:{served.port}", "--x509-ca-file=", "--no-cb"]
        command += ["--mechanism", "SCRAM-SHA-256", "--authentication-id", "ada", "--password", PASSWORD, "--quiet"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False)
        heard = served.until("221")
    assert done.returncode == 0, done.stderr
    assert any((item["decoded"] or "").startswith("n,,") for item in heard if item["side"] == "client")
    assert not any(item["diagnoses"] for item in heard)
