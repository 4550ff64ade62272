"""Floor 4: what the characters of a refused answer show at a glance, before it is judged as a message.

Only for PLAIN and LOGIN, whose messages are text: what decodes to none was no Base64, or is damaged.
"""

import re

from tutor.sasl import registry
from tutor.wire import b64

_WORD = re.compile(rb"[a-z0-9]{4,16}|[A-Z][a-z]{3,15}")
"""Small letters and digits alone: Base64 of a text nearly always has capitals too."""
_NO_READING = ("b64.plain-text", "b64.hex")


def at_a_glance(mechanism: str | None, text: bytes, judged: str) -> str:
    """A better code than the judged one, or that one; `judged` may be empty."""
    if mechanism not in ("PLAIN", "LOGIN"):
        return judged
    parts = text.split()
    if len(parts) > 1:
        return _of_parts(mechanism, parts) or judged
    decoding = b64.decode(text)
    if decoding.message is not None:
        return "b64.accidental" if _WORD.fullmatch(text) and not is_text(decoding.message) else judged
    if judged in _NO_READING and text.endswith(b"=") and not text.rstrip(b"=").translate(None, b64.ALPHABET):
        return decoding.problems[0].code  # who writes `=` behind it meant Base64
    return judged


def _of_parts(mechanism: str, parts: list[bytes]) -> str:
    """Several words on the line: a mechanism's name too many, or two answers; empty where it is a plain text."""
    messages = [b64.decode(part).message for part in parts]
    read = [message is not None and len(message) > 1 and is_text(message) for message in messages]
    if mechanism == "LOGIN" and all(read):
        return "login.combined"
    named = registry.get(parts[0].decode("ascii", "replace").upper()) is not None
    return "b64.whitespace" if read[-1] and (named or all(read)) else ""


def is_text(message: bytes) -> bool:
    """Whether it is text as names and passwords are; NULs are a PLAIN message's."""
    try:
        return message.decode("utf-8").replace("\0", "").rstrip("\r\n").isprintable()
    except UnicodeDecodeError:
        return False
