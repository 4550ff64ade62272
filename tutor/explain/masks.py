"""Floor 4: what logs and people write in an answer's place, so that nobody reads it.

`masked` is sure even of a line that a learner typed. `posted` knows what people write into a
session before they post it as well: there, `xxxx` and `<my user name>` are no answers.
"""

import re

_BULLETS = "•●·…∗█■"
_WHOLE = frozenset(
    b"<password> <secret> redacted hidden masked filtered removed suppressed censored snipped obfuscated anonymized "
    b"anonymised".split()
)
_HIDING = rb"hid|redact|secret|mask|filter|remov|suppress|omit|snip|censor|delet|strip|obfus|anonym|scrub|sanit|conceal"
_NAMING = rb"user|name|login|pass|pwd|mail|addr|cred|token|auth|data|string|value|text|key|here|your|blah|encod|base"
_ENCODED = rb"base[ _-]?64|\bb64|encod"
_BRACKETS = re.compile(rb"<[^<>]*>|<<[^<>]*>>|\[[^\[\]]*\]|\([^()]*\)|\$?\{\{?[^{}]*\}\}?")
_FRAMED = re.compile(rb"(?:%|_+|-{2,}|\*+)(.+?)(?:%|_+|-{2,}|\*+)")
_ALONE = re.compile(
    rb"(.)\1{4,}=*|x{3,}=*|[^\w\s+/=]{3,}=*|(?:blah?)+=*|-+ ?snip ?-+",
    re.IGNORECASE,
)
"""One character again and again, or nothing that stands for anything."""
_INSIDE = re.compile(rb"x{6}|X{6}|\*\*|###|\.\.\.|" + "|".join(_BULLETS).encode())
_REMARK = re.compile(rb"([A-Za-z0-9+/]{4,}={0,2})\s+(?:[(<\[#;]|//|--|\xe2\x86\x90)")
"""Base64, and behind it what the poster says of it."""


def masked(text: bytes) -> bool:
    """Whether a log or a tool wrote something else in the answer's place."""
    from tutor.wire import b64

    for plain in (text, b64.decode(text).message):
        if plain is None:
            continue
        low = plain.strip().lower()
        if low.endswith((b"/* secret */", b"/* secured */")):  # Nodemailer and its smtp-server, perhaps behind a name
            return True
        if low in _WHOLE or (len(low) >= 3 and not low.translate(None, b"*")):
            return True
        if low and not low.decode("utf-8", "replace").strip(_BULLETS):
            return True
    low = text.strip().lower()
    if len(low) >= 4 and not low.translate(None, b"x") and text != b"xxxx":
        return len(low) >= 8
    if any(mark in low for mark in (b"***", b"...", "…".encode(), b"<redacted", b"[redacted", b"<hidden", b"<removed")):
        return True
    if low[:1] + low[-1:] in (b"<>", b"[]", b"()"):
        return b" " in low or re.search(_HIDING, low) is not None
    return False


def posted(text: bytes) -> bool:
    """Whether it is a mask, or what people write in an answer's place before they post a session."""
    stripped = text.strip(b" \t\"'`")
    if masked(text) or _ALONE.fullmatch(stripped) or _INSIDE.search(stripped) or _REMARK.match(stripped):
        return True
    if _says_something(stripped.strip(b"<>[](){}")):
        return False
    if _BRACKETS.fullmatch(stripped):
        return True
    low = stripped.lower()
    framed = _FRAMED.fullmatch(low)
    if framed is not None and re.search(_HIDING + rb"|" + _NAMING, framed[1]):
        return True
    return b"@" not in low and bool(re.search(_ENCODED, low) and re.search(_NAMING, re.sub(_ENCODED, b" ", low)))


def _says_something(text: bytes) -> bool:
    """Whether Base64 of readable text stands there: then it is an answer."""
    from tutor.wire import b64

    message = b64.decode(text).message
    try:
        return message is not None and len(message) > 2 and message.replace(b"\0", b" ").decode().isprintable()
    except UnicodeDecodeError:
        return False
