"""Floor 5: words with holes in them, since a lesson's values vary from run to run.

`{authcid}` is a value; `{b64 {authcid}\\n}` a function of the rest, which may hold more
holes. A literal brace is `{lb}` or `{rb}`. Everything is bytes, UTF-8 where it is text.
"""

from collections.abc import Callable, Mapping

Names = Mapping[str, bytes]


class TemplateError(ValueError):
    """A template that cannot be filled; the message says what is wrong in it."""


def _utf16(value: bytes) -> bytes:
    return value.decode("utf-8").encode("utf-16-le")


def _latin1(value: bytes) -> bytes:
    return value.decode("utf-8").encode("latin-1", "replace")


def _b64(value: bytes) -> bytes:
    from tutor.wire import b64

    return b64.encode(value)


def _unb64(value: bytes) -> bytes:
    from tutor.wire import b64

    return b64.decode(value).lenient


def _bits(value: bytes) -> bytes:
    return " ".join(f"{octet:08b}" for octet in value).encode()


def _sixes(value: bytes) -> bytes:
    bits = "".join(f"{octet:08b}" for octet in value)
    bits += "0" * (-len(bits) % 6)
    return " ".join(bits[start : start + 6] for start in range(0, len(bits), 6)).encode()


FUNCTIONS: dict[str, Callable[[bytes], bytes]] = {
    "b64": _b64,
    "unb64": _unb64,
    "bits": _bits,
    "sixes": _sixes,
    "hex": lambda value: value.hex().encode(),
    "upper": bytes.upper,
    "lower": bytes.lower,
    "swapcase": bytes.swapcase,
    "utf16": _utf16,
    "latin1": _latin1,
    "nopad": lambda value: value.rstrip(b"="),
    "length": lambda value: str(len(value)).encode(),
    "first": lambda value: value[:1],
    "rest": lambda value: value[1:],
    "last": lambda value: value[-1:],
    "cut": lambda value: value[:-1],
}
"""What may stand first in a hole; its argument is all that follows the blank."""

CONSTANTS: dict[str, bytes] = {"lb": b"{", "rb": b"}", "nul": b"\0", "lf": b"\n", "crlf": b"\r\n", "soh": b"\x01"}


def fill(template: str, names: Names) -> bytes:
    """The template with its holes filled; raises TemplateError where a name or function is unknown."""
    if "{" not in template:
        return template.encode("utf-8", "surrogateescape")
    value, _ = _fill(template, 0, names, inside=False)
    return value


def fill_text(template: str, names: Names) -> str:
    """The same as text for people; what is no UTF-8 comes as an escape."""
    return fill(template, names).decode("utf-8", "backslashreplace")


def holes(template: str) -> set[str]:
    """Every name that the template asks for, functions and constants left out; raises TemplateError."""
    asked: set[str] = set()
    _fill(template, 0, _Collector(asked), inside=False, dry=True)
    return asked - set(CONSTANTS)


class _Collector(dict[str, bytes]):
    def __init__(self, asked: set[str]) -> None:
        super().__init__()
        self._asked = asked

    def get(self, key: str, default: object = None) -> bytes:
        self._asked.add(key)
        return b"A"


def _fill(template: str, start: int, names: Names, *, inside: bool, dry: bool = False) -> tuple[bytes, int]:
    """Fill from `start` to the end, or to the brace that closes the hole we are in; also where that is."""
    parts: list[bytes] = []
    place = start
    while place < len(template):
        char = template[place]
        if char == "{":
            part, place = _hole(template, place + 1, names, dry)
            parts.append(part)
        elif char == "}" and inside:
            return b"".join(parts), place
        else:
            end = place + 1
            while end < len(template) and template[end] not in "{}":
                end += 1
            parts.append(template[place:end].encode("utf-8", "surrogateescape"))
            place = end
    if inside:
        raise TemplateError(f"a brace is not closed in {template!r}")
    return b"".join(parts), place


def _hole(template: str, start: int, names: Names, dry: bool) -> tuple[bytes, int]:
    end = start
    while end < len(template) and template[end] not in " {}":
        end += 1
    word = template[start:end]
    if end < len(template) and template[end] == " ":
        function = FUNCTIONS.get(word)
        if function is None:
            raise TemplateError(f"there is no function {word!r} in {template!r}; there are {', '.join(FUNCTIONS)}")
        value, close = _fill(template, end + 1, names, inside=True, dry=dry)
        return (value if dry else function(value)), close + 1
    if end >= len(template) or template[end] != "}":
        raise TemplateError(f"a hole is not closed in {template!r}")
    value_ = CONSTANTS.get(word)
    if value_ is None:
        value_ = names.get(word)
    if value_ is None:
        raise TemplateError(f"there is no value {word!r} in {template!r}; there are {', '.join(sorted(names))}")
    return value_, end + 1
