"""Floor 4: what one line of a session tells to be a secret is hidden in the others too.

A password is decoded from an answer, or it stands in a line of settings. It is then looked for
where nobody expects it: in prose, in LOGIN's user name, in Base64 that belongs to no exchange.
"""

import re
from collections.abc import Iterable

from tutor.explain.clear import passwords
from tutor.spans import Field, Span
from tutor.wire import b64
from tutor.wire.lines import Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tutor.explain.annotate import AnnotatedLine

SHORTEST = 4
"""Octets of a secret that is looked for elsewhere; what is shorter stands in any word."""
_LONG = 12
"""Octets of a secret that is found inside other words too."""
_ENCODED = re.compile(rb"(?![0-9]+$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)")
"""Base64 of a secret is found inside a longer one, too."""
NAMES = ("authcid", "username", "user", "n", "a", "authzid")
"""Fields that hold the user name, the surest first."""
_WORDS = re.compile(rb"[a-z]{1,8}")
"""A short word may be a password, and servers say such words themselves: `mail`, `test`, `password`."""


def plain_secrets(lines: "Iterable[AnnotatedLine]") -> set[bytes]:
    """The secrets of these lines as they are before Base64; without what is a user's name, too, or a common word."""
    found: set[bytes] = set()
    names: set[bytes] = set()
    for said in lines:
        message = said.lenient if said.message is None else said.message
        if message:
            for field in said.fields:
                octets = message[field.span.start : field.span.end]
                if field.secret:
                    found.add(octets)
                elif field.name in NAMES and said.side is Side.CLIENT:
                    names.add(octets)
        if not said.masked and said.kind != "reply":
            found.update(said.line[span.start : span.end] for span in passwords(said.line))
    bare = {bare_secret(secret) for secret in found}
    return {secret for secret in bare - names if is_telling(secret)}


def bare_secret(octets: bytes) -> bytes:
    """A token without the word in front (RFC 6750 section 2.1)."""
    return octets[7:] if octets[:7].lower() == b"bearer " else octets.strip(b"\r\n")


def is_telling(secret: bytes) -> bool:
    """Whether it can be looked for: long enough, readable, and no word that anybody says."""
    if len(secret) < SHORTEST or _WORDS.fullmatch(secret.lower().rstrip(b":.!")):
        return False
    try:
        return secret.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def repeated(octets: bytes, secrets: Iterable[bytes]) -> list[Span]:
    """Where these secrets stand in a line or in a message; a short one only as a word of its own."""
    spans = []
    for secret in secrets:
        anywhere = len(secret) >= _LONG or _ENCODED.fullmatch(secret) is not None
        start = octets.find(secret)
        while start >= 0:
            end = start + len(secret)
            if anywhere or not (_inside(octets, start) or _inside(octets, end)):
                spans.append(Span(start, end))
            start = octets.find(secret, end)
    return spans


def _inside(octets: bytes, place: int) -> bool:
    """Whether a word goes on from one side of a place to the other."""
    return 0 < place < len(octets) and octets[place - 1 : place].isalnum() and octets[place : place + 1].isalnum()


def hide_again(lines: "list[AnnotatedLine]") -> "list[AnnotatedLine]":
    """The lines, with what is masked in one of them masked in each.

    smtplib sends the password once more to a server that asks twice, where the name was due;
    people mistake one prompt for the other, and write what they encode into the session.
    """
    if all(said.side is None and said.text is None for said in lines):
        return lines  # a server's log
    texts = {said.text for said in lines if said.masked and said.stage == "password"}
    answers = [said for said in lines if said.message and said.mechanism == "LOGIN" and said.side is Side.CLIENT]
    by_stage = {said.stage: said.message or b"" for said in answers}
    swapped = are_swapped(by_stage.get("username", b""), by_stage.get("password", b""))
    secrets = plain_secrets(lines)
    return [_hidden(said, texts, secrets, swapped) for said in lines]


def _hidden(said: "AnnotatedLine", texts: set[bytes | None], secrets: set[bytes], swapped: bool) -> "AnnotatedLine":
    """One of these lines."""
    if not said.text or said.masked or (said.message is None and repeated(said.text, secrets)):
        return said  # where it stands in clear, it is found when the line is shown
    whole = Span(said.text_start, said.text_start + len(said.text))
    if said.side is Side.CLIENT and said.text in texts:
        return said._replace(masked=(whole,))
    message = said.lenient if said.message is None else said.message
    if not message:
        return said
    spans = [Span(0, len(message))] if swapped and _is_login_name(said) else repeated(message, secrets)
    if not spans:
        return said
    inside = tuple(Field("secret", span, "", "A secret of this session.", "", True, 1) for span in spans)
    masked = [b64.text_span(span) for span in spans] if said.message is not None else [Span(0, len(said.text))]
    moved = tuple(Span(said.text_start + span.start, said.text_start + span.end) for span in masked)
    return said._replace(masked=moved, fields=(*said.fields, *inside))


def _is_login_name(said: "AnnotatedLine") -> bool:
    return said.side is Side.CLIENT and said.mechanism == "LOGIN" and said.stage == "username"


# LOGIN's user name

_SPECIAL = re.compile(rb"[!#$%^&*()<>?{}|~;]")
_ADDRESS = re.compile(rb"[^\s@]+@[\w-]+(?:\.[\w-]+)+")
_PLACEHOLDER = re.compile(rb"<[^<>]*>|\$\w+|\$?\{\{?.*\}|%\w+%?|[*x]+|\(.*\)")


def in_login_name(message: bytes) -> Span | None:
    """Which part of what was sent for LOGIN's user name is, or may be, the password; None: it is a name."""
    parts = message.rstrip(b"\0").rpartition(b"\0")
    if parts[1] and any(message[1::2]):
        return Span(len(parts[0]) + 1, len(message))  # a PLAIN message (RFC 4616 section 2)
    if not parts[1] and b"://" not in message:
        name, colon, _ = message.partition(b":")
        if name and colon and len(message) > len(name) + 1:
            return Span(len(name) + 1, len(message))
    # No provider's user names hold such characters, and each asks for them in a password.
    if _SPECIAL.search(message) and b"@" not in message and not _PLACEHOLDER.fullmatch(message):
        return Span(0, len(message)) if message.isascii() and message.decode().isprintable() else None
    return None


def are_swapped(name: bytes, password: bytes) -> bool:
    """Whether LOGIN's two answers stand in each other's place, as far as their looks tell."""
    if not name or not password or _ADDRESS.fullmatch(name):
        return False
    if _ADDRESS.fullmatch(password):
        return True
    mixed = bool(re.search(rb"[A-Z]", name) and re.search(rb"[a-z]", name) and re.search(rb"[0-9]", name))
    return mixed and re.fullmatch(rb"[a-z][a-z.]{1,30}", password) is not None
