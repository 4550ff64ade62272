"""email-oauth2-proxy, which writes each line twice."""

from tutor.explain.formats import Format, unquoted

FORMAT = Format(
    "email-oauth2-proxy",
    "email-oauth2-proxy, which writes each line twice",
    r"""SMTP \((?P<key>[^)]{0,200})\)\s+(?P<mark><--|-->) +(?P<line>b['\"].*)$""",
    server=(b"<--",),
    client=(b"-->",),
    clean=unquoted,
    weight=4,
)
