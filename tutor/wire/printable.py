"""Untrusted bytes made safe to show: nothing here can move a cursor, turn a text round, or end an escape sequence.

What comes from a wire, a file or a learner reaches a screen through `show` and nothing
else. It is not markup either: a renderer must still not parse the result.
"""

# Invisible or direction-changing characters that str.isprintable() lets through: none today (they are all
# category Cf, which is not printable), but the soft hyphen and friends differ between Unicode versions.
_ALWAYS_ESCAPED = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}


def show(data: bytes | str) -> str:
    """A text that is safe to print anywhere, on one line, with nothing lost.

    C0 controls and DEL become their control pictures (NUL is U+2400, ESC is U+241B); C1,
    bidirectional and other invisible characters become `\\xNN` or `\\uNNNN`; bytes that are
    not UTF-8 become `\\xNN`. Printable Unicode stays.
    """
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def ruler_char(octet: int) -> str:
    """One cell for one byte: itself where it is printable ASCII, a control picture, else `·`."""
    if 0x20 <= octet <= 0x7E:
        return chr(octet)
    return _PICTURES.get(octet, "·")


def _shown(character: str) -> str:
    code = ord(character)
    if code in _PICTURES:
        return _PICTURES[code]
    if character.isprintable() and character not in _ALWAYS_ESCAPED and not 0xFE00 <= code <= 0xFE0F:
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"  # a byte that was not UTF-8
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def dumps(value: object) -> str:
    """JSON on one line: printable characters as themselves, all others as `\\u` escapes."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
