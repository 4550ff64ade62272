"""aiosmtpd's log, at level DEBUG. It writes challenges twice and commands twice; the marked ones are taken."""

from tutor.explain.formats import Format, unquoted

FORMAT = Format(
    "aiosmtpd",
    "aiosmtpd's log",
    r"mail\.log(?: - \w+ - |: ?| )\((?P<key>'[^']*', \d+)\) (?P<mark><<|>>) (?P<line>b['\"].*['\"])$",
    server=(b"<<",),
    client=(b">>",),
    noise=r"mail\.log(?: - |:| )",
    clean=unquoted,
    weight=4,
)
