"""The channel bindings of a TLS connection: what SCRAM's -PLUS forms sign (RFC 5056).

Layer: net. Three types are registered that SASL uses: `tls-exporter` (RFC 9266, the
default for TLS 1.3), `tls-unique` (RFC 5929 section 3, up to TLS 1.2 only: RFC 9266
section 4 says why) and `tls-server-end-point` (RFC 5929 section 4, any version).
"""

import ssl
from hashlib import new

from tutor.sasl import der
from tutor.sasl.mechanism import Bindings

EXPORTER_LABEL = b"EXPORTER-Channel-Binding"
"""RFC 9266 section 2: no context, 32 octets."""
# Signature algorithm -> its hash (RFC 5929 section 4.1: MD5 and SHA-1 are replaced by SHA-256). Those with no single
# hash, such as Ed25519 and RSASSA-PSS whose hash is a parameter, are left out: the RFC leaves them undefined.
_WITH_UNIQUE = ("TLSv1", "TLSv1.1", "TLSv1.2")
_HASHES = {
    "1.2.840.113549.1.1.4": "sha256",  # md5WithRSAEncryption
    "1.2.840.113549.1.1.5": "sha256",  # sha1WithRSAEncryption
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.10045.4.1": "sha256",  # ecdsa-with-SHA1
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}


def bindings(connection: object, server_certificate: bytes | None) -> Bindings:
    """(type, data) for each binding that this connection can give, the one to prefer first.

    `connection` is an ssl object after its handshake (anything else binds nothing);
    `server_certificate` is DER, on both sides the server's.
    """
    found: list[tuple[str, bytes]] = []
    export = getattr(connection, "export_keying_material", None)  # no released Python's ssl module has it yet
    if export is not None:
        found.append(("tls-exporter", export(EXPORTER_LABEL, 32)))
    if isinstance(connection, ssl.SSLObject | ssl.SSLSocket) and connection.version() in _WITH_UNIQUE:
        unique = connection.get_channel_binding("tls-unique")
        if unique:
            found.append(("tls-unique", unique))
    end_point = server_end_point(server_certificate) if server_certificate else None
    if end_point is not None:
        found.append(("tls-server-end-point", end_point))
    return tuple(found)


def server_end_point(certificate: bytes) -> bytes | None:
    """The hash of the certificate (DER), with its signature's own hash; None where that is not defined."""
    outer = der.read(certificate, 0, len(certificate))
    parts = list(der.children(certificate, outer)) if outer is not None else []
    # Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 section 4.1)
    oid = next(der.children(certificate, parts[1]), None) if len(parts) == 3 else None
    if oid is None or oid.tag != 6:
        return None
    name = _HASHES.get(der.oid(certificate[oid.content : oid.end]))
    return new(name, certificate).digest() if name is not None else None
