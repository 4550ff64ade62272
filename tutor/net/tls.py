"""TLS for the simulator and for live servers.

The simulator needs a certificate that nobody issued. Python's standard library can use
one and cannot make one, and a key that is shipped with a program is everybody's key, so
one is made at each start: P-256 and ECDSA with SHA-256 (FIPS 186-5), X.509 version 3
(RFC 5280), written out here in a few DER tags. It protects a loopback connection between
a learner's client and this process, for as long as the process lives; it is not made for
more (its arithmetic takes time that depends on the key). Tests let OpenSSL verify it.
"""

import ssl
from typing import NamedTuple

# P-256 (FIPS 186-5, SEC 2 section 2.4.2): y² = x³ - 3x + b over the integers modulo P, of order N, from G.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_VALID_DAYS = 30
_END = "-----END CERTIFICATE-----"


class Certificate(NamedTuple):
    """A self-signed certificate and its key, both PEM. `repr` hides the key."""

    certificate: str
    key: str
    fingerprint: str
    """SHA-256 over the certificate's DER, lower-case hex."""

    def __repr__(self) -> str:
        return f"<Certificate {self.fingerprint[:16]}…>"


def make_certificate(names: tuple[str, ...] = ("localhost",), addresses: tuple[str, ...] = ("127.0.0.1", "::1"),
                     now: int | None = None) -> Certificate:  # fmt: skip
    """A fresh self-signed certificate for these names and addresses, good for a month."""
    from hashlib import sha256
    from ipaddress import ip_address
    from secrets import randbelow
    from time import gmtime, strftime, time

    secret = 1 + randbelow(N - 1)
    x, y = _multiply(secret, G)
    point = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    clock = int(time()) if now is None else now

    def utc(at: int) -> bytes:
        return _der(0x17, strftime("%y%m%d%H%M%SZ", gmtime(at)).encode())

    algorithm = _der(0x30, _oid("1.2.840.10045.4.3.2"))  # ecdsa-with-SHA256
    name = _der(0x30, _der(0x31, _der(0x30, _oid("2.5.4.3") + _der(0x0C, names[0].encode()))))
    alternatives = b"".join(_der(0x82, each.encode("ascii")) for each in names)
    alternatives += b"".join(_der(0x87, ip_address(each).packed) for each in addresses)
    extensions = (
        _extension("2.5.29.17", _der(0x30, alternatives))  # subjectAltName
        + _extension("2.5.29.19", _der(0x30, _der(0x01, b"\xff")), critical=True)  # basicConstraints: a CA, of itself
        + _extension("2.5.29.15", _der(0x03, b"\x02\x84"), critical=True)  # keyUsage: digitalSignature, keyCertSign
        + _extension("2.5.29.37", _der(0x30, _oid("1.3.6.1.5.5.7.3.1")))  # extKeyUsage: serverAuth
        + _extension("2.5.29.14", _der(0x04, sha256(point).digest()[:20]))  # subjectKeyIdentifier
    )
    public = _der(0x30, _oid("1.2.840.10045.2.1") + _oid("1.2.840.10045.3.1.7"))
    body = _der(
        0x30,
        _der(0xA0, _integer(2))  # version 3
        + _integer(1 + randbelow(2**127))
        + algorithm
        + name
        + _der(0x30, utc(clock - 3600) + utc(clock + _VALID_DAYS * 86400))
        + name
        + _der(0x30, public + _der(0x03, b"\0" + point))
        + _der(0xA3, _der(0x30, extensions)),
    )
    certificate = _der(0x30, body + algorithm + _der(0x03, b"\0" + _sign(secret, body)))
    key = _der(
        0x30,
        _integer(1)
        + _der(0x04, secret.to_bytes(32, "big"))
        + _der(0xA0, _oid("1.2.840.10045.3.1.7"))
        + _der(0xA1, _der(0x03, b"\0" + point)),
    )
    return Certificate(_pem("CERTIFICATE", certificate), _pem("EC PRIVATE KEY", key), sha256(certificate).hexdigest())


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """A context for the server's side."""
    import os
    from tempfile import mkstemp

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL's Python door takes files only. The key is no user's secret, is readable by this user alone, and is gone
    # again in a moment.
    handle, path = mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(certificate.key + certificate.certificate)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
    return context


def loaded_context(certificate_file: str, key_file: str | None) -> ssl.SSLContext:
    """A context from the user's own files; OSError or ssl.SSLError where they cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate_file, key_file)
    return context


def leaf(pem: str) -> bytes | None:
    """The DER of the first certificate in a PEM text, which is the server's own; None where none can be read."""
    start = pem.find("-----BEGIN CERTIFICATE-----")
    end = pem.find(_END, start)
    try:
        return ssl.PEM_cert_to_DER_cert(pem[start : end + len(_END)]) if 0 <= start < end else None
    except ValueError:
        return None


def client_context(ca_file: str | None = None) -> ssl.SSLContext:
    """A context that verifies the server's certificate and name, against the system's authorities or `ca_file`."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


# Elliptic curve arithmetic, affine: 256 doublings take milliseconds, and are needed twice.


def _add(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _multiply(factor: int, point: tuple[int, int]) -> tuple[int, int]:
    total: tuple[int, int] | None = None
    addend: tuple[int, int] | None = point
    while factor:
        if factor & 1:
            total = _add(total, addend)
        addend = _add(addend, addend)
        factor >>= 1
    assert total is not None
    return total


def _sign(secret: int, data: bytes) -> bytes:
    """ECDSA with SHA-256 (FIPS 186-5 section 6.4), a fresh random number for each signature."""
    from hashlib import sha256
    from secrets import randbelow

    digest = int.from_bytes(sha256(data).digest(), "big")
    while True:
        k = 1 + randbelow(N - 1)
        r = _multiply(k, G)[0] % N
        s = pow(k, -1, N) * (digest + r * secret) % N
        if r and s:
            return _der(0x30, _integer(r) + _integer(s))


# DER (X.690)


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(number) for number in dotted.split("."))
    octets = bytearray()
    for number in (40 * first + second, *rest):
        group = [number & 0x7F]
        while number := number >> 7:
            group.append(0x80 | number & 0x7F)
        octets += bytes(reversed(group))
    return _der(0x06, bytes(octets))


def _extension(oid: str, content: bytes, *, critical: bool = False) -> bytes:
    return _der(0x30, _oid(oid) + (_der(0x01, b"\xff") if critical else b"") + _der(0x04, content))


def _pem(label: str, der: bytes) -> str:
    from base64 import b64encode
    from textwrap import wrap

    lines = "\n".join(wrap(b64encode(der).decode("ascii"), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"
