"""PHPMailer before 5.2."""

import re

from tutor.explain.formats import Format, unglued


def answers(text: bytes) -> list[bytes]:
    """`Password not accepted from server: 534-… 534-… 534 …`: the reply behind the sentence, its lines apart."""
    found = re.search(rb"[2-5]\d\d[ -].*", text)
    return unglued(found[0] if found else text.strip())


FORMAT = Format(
    "phpmailer-old",
    "PHPMailer before 5.2",
    r"SMTP -> (?P<mark>FROM SERVER|ERROR|get_lines\(\))(?:: \$str is \"|:)"
    r"(?P<line> ?(?:[^:\"]*: )?[2-5]\d\d[ -].*?)\"?$",
    server=(
        b"FROM SERVER",
        b"ERROR",
        b"get_lines()",
    ),
    noise=r"SMTP -> |SMTP Error:",
    clean=answers,
    words=True,
    weight=3,
)
