"""openssl s_client."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "openssl",
    "openssl s_client",
    NEVER,
    noise=r"^(?:CONNECTED\(|depth=|verify |---$|SSL-Session:|Certificate chain|Server certificate"
    r"| +(?:Verify|Protocol|Cipher|Session-ID|Master-Key|Timeout)|DONE$|read R BLOCK|closed$)",
    bare=True,
    weight=3,
)
