"""gsasl --smtp."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "gsasl",
    "gsasl --smtp",
    NEVER,
    noise=r"^(?:Trying \xe2\x80\x98|gsasl: |TLS X\.509 Verification: |Session finished|Application data follows"
    r"|Client authentication finished|Server authentication finished|Cannot find mechanism|error: could not parse)",
    bare=True,
    weight=10,
)
