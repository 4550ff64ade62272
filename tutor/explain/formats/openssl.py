"""openssl s_client."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "openssl",
    "openssl s_client",
    NEVER,
    noise=r"^(?:CONNECTED\(|Connecting to |depth=|verify |---$|SSL-Session:|Certificate chain|Server certificate"
    r"| +(?:Verify|Protocol|Cipher|Session-ID|Master-Key|Timeout|Resumption PSK|PSK identity|SRP username|TLS session"
    r"|Start Time|Extended master|Max Early|[0-9a-f]{4} - |\d+ s:|[iav]:)"
    r"|DONE$|read R BLOCK|closed$|Can't use SSL_get_servername|subject=|issuer=|-----(?:BEGIN|END) "
    r"|No client certificate CA|Peer sign|Server Temp Key|SSL handshake has|Verification(?:: | error)|New, |Reused, "
    r"|Server public key|Secure Renegotiation|Compression: |Expansion: |No ALPN|Early data|Verify return code"
    r"|Post-Handshake|Negotiated TLS|This TLS version)",
    bare=True,
    weight=3,
)
