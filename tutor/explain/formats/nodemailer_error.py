"""A Nodemailer error as JSON."""

from tutor.explain.formats import Format, split_crlf

FORMAT = Format(
    "nodemailer-error",
    "A Nodemailer error as JSON",
    r'"response" ?: ?"(?P<line>[2-5][0-9][0-9][^"]*)"',
    clean=split_crlf,
    words=True,
    weight=4,
    alone=True,
)
