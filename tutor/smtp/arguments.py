"""The arguments of MAIL and RCPT, as far as a server that delivers nothing must read them."""

import re

_PATH = rb"<(?:[^<>\s]{1,254}|\"(?:[^\"\\]|\\.){0,64}\"@[^<>\s]{1,190})?>"
_MAIL = re.compile(rb"FROM:[ \t]?(" + _PATH + rb")((?:[ \t]+[^\s]+)*)[ \t]*\Z", re.IGNORECASE)
_RCPT = re.compile(rb"TO:[ \t]?(" + _PATH + rb")((?:[ \t]+[^\s]+)*)[ \t]*\Z", re.IGNORECASE)
_XTEXT = re.compile(rb"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*\Z")
"""RFC 3461 section 4: printable ASCII but `+` and `=`, which stand as `+2B` and `+3D`."""


def mail(argument: bytes, *, offers_auth: bool) -> str | None:
    """What is wrong with MAIL's argument, as a key of the replies; None: nothing.

    A server that offers AUTH takes `AUTH=` with an xtext mailbox or `<>` (RFC 4954 section 5).
    """
    found = _MAIL.match(argument)
    if found is None:
        return "syntax"
    for parameter in found[2].split():
        keyword, equals, value = parameter.partition(b"=")
        keyword = keyword.upper()
        if keyword == b"AUTH" and offers_auth:
            if not value or (value != b"<>" and _XTEXT.match(value) is None):
                return "syntax"
        elif keyword == b"SIZE":
            if not value.isdigit() or len(value) > 20:
                return "syntax"
        elif keyword == b"BODY":
            if value.upper() not in (b"7BIT", b"8BITMIME"):
                return "syntax"
        elif keyword != b"SMTPUTF8" or equals:
            return "parameter"
    return None


def recipient(argument: bytes) -> str | None:
    """What is wrong with RCPT's argument, as a key of the replies; None: nothing."""
    found = _RCPT.match(argument)
    if found is None or found[1] == b"<>":
        return "syntax"
    return "parameter" if found[2].split() else None
