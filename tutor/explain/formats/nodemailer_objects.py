"""Nodemailer 1, whose log is printed as JavaScript objects."""

from collections.abc import Iterable

from tutor.explain.formats import Format


def _split(text: bytes) -> Iterable[bytes]:
    return [line for line in text.split(b"\\n") if line]


FORMAT = Format(
    "nodemailer-objects",
    "Nodemailer 1, as JavaScript objects",
    r"^\s*(?:\{ )?(?:type: '(?P<mark>server|client)', *)?message: ?'(?P<line>[^']*)'?"
    r"|^\s*'(?P<line2>[2-5]\d\d[^']*)'(?: \+)?$",
    server=(b"server",),
    client=(b"client",),
    noise=r"^\s*\{ type: '(?:server|client)',\s*$",
    clean=_split,
    weight=3,
)
