"""Floor 4: the right form around a wrong value: another name or password, or one that was damaged on its way.

Value slips make a wrong value from the right one (`value.case .domain .mangled
.placeholder`); `describe` reads a value that nobody could make, and says how it differs.
Values are octets as they stand in a message, UTF-8.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tutor.diagnosis import Layer
from tutor.explain.slips import Made, Slip
from tutor.explain.text_slips import TEXT_SLIPS
from tutor.spans import Span
from tutor.wire.printable import show

SOURCE = "RFC 4954 section 4"
SPECIAL = b"$#!\"'\\@%&;|<>(){}*?`~^ +/:"
"""Octets at which shells, `.env` files, YAML and URLs stop or change a value."""

PLACEHOLDERS = (
    b"undefined", b"null", b"None", b"nil", b"NULL", b"NaN", b"false", b"[object Object]", b"(null)", b"<nil>",
    b"${PASSWORD}", b"$PASSWORD", b"%PASSWORD%", b"{{ password }}", b"{{password}}", b"${USERNAME}", b"$USERNAME",
    b"%USERNAME%", b"${USER}", b"$USER", b"%USER%", b"${SMTP_PASSWORD}", b"$SMTP_PASSWORD", b"%SMTP_PASSWORD%",
    b"${SMTP_USER}", b"$SMTP_USER", b"%SMTP_USER%", b"${SMTP_PASS}", b"$SMTP_PASS", b"process.env.SMTP_PASS",
    b"${MAIL_PASSWORD}", b"${MAIL_USERNAME}", b"Optional(nil)", b"<password>", b"<username>", b"your_password",
    b"your-password", b"YOUR_PASSWORD", b"your_username", b"your-username", b"YOUR_USERNAME",
)  # fmt: skip
"""What a program writes where a variable was not set, or a template was not filled in."""
UNSET = frozenset(PLACEHOLDERS)
"""The same, to be looked up."""

_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-central-2", "eu-north-1", "eu-south-1", "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ca-central-1", "ca-west-1", "sa-east-1",
    "me-south-1", "me-central-1", "il-central-1", "af-south-1", "us-gov-west-1", "us-gov-east-1",
)  # fmt: skip


def _case(value: bytes) -> Iterator[Made]:
    text = _text(value)
    if text is None:
        return
    lowered, raised = text.lower(), text.upper()
    for made, words in (
        (lowered, "{What} came in lower case; capitals count."),
        (raised, "{What} came in capitals; upper and lower case count."),
        (text.swapcase(), "{What} came with upper and lower case turned round, as Caps Lock does."),
        (text[:1].upper() + text[1:], "{What} came with a capital in front, as phones write it."),
        (text[:1].lower() + text[1:], "{What} came with a small letter in front; it has a capital there."),
        (text.title(), "{What} came with each word capitalized."),
    ):
        if made != text:
            octets = made.encode("utf-8", "surrogatepass")
            yield Made(octets, words, _first_difference(value, octets))


def _domain(value: bytes) -> Iterator[Made]:
    local, at, domain = value.rpartition(b"@")
    if at and local and domain:
        yield Made(local, f"The domain `@{_shown(domain)}` is missing from {{what}}.", Span(len(local), len(local)))
    backslash = value.split(b"\\", 1)
    if len(backslash) == 2 and backslash[1]:
        yield Made(backslash[1], f"The Windows domain `{_shown(backslash[0])}\\` is missing from {{what}}.", Span(0, 0))


def _mangled(value: bytes) -> Iterator[Made]:
    """By a shell, a `.env` file, YAML or a URL; also what reads `$name`, `%name%` and `%20`."""
    yield from _cut(value)
    yield from _rewritten(value)


def _cut(value: bytes) -> Iterator[Made]:
    for place, octet in enumerate(value):
        if octet not in SPECIAL:
            continue
        sign = _sign(octet)
        here = f"{{What}} stops before a {sign}: a shell, a `.env` file, YAML or a URL cut it there."
        if place:
            yield Made(value[:place], here, Span(place, place))
            if value[:place].rstrip() != value[:place] and value[:place].rstrip():
                kept = value[:place].rstrip()
                yield Made(kept, f"{{What}} stops before a blank and a {sign}: a comment began there.",
                           Span(len(kept), len(kept)))  # fmt: skip
        if place + 1 < len(value):
            yield Made(value[: place + 1], f"{{What}} stops behind a {sign}.", Span(place + 1, place + 1))
            yield Made(value[place + 1 :], f"{{What}} begins only behind a {sign}: what stood before it was cut off.",
                       Span(0, 0))  # fmt: skip


def _rewritten(value: bytes) -> Iterator[Made]:
    import re
    from urllib.parse import quote_from_bytes, unquote_to_bytes

    forms = [
        (re.sub(rb"\$\{?[A-Za-z_][A-Za-z0-9_]*\}?", b"", value), "`$` and the word behind it are gone: a shell took it "
         "for a variable."),
        (re.sub(rb"\$[0-9@*#?!$-]", b"", value), "`$` and the sign behind it are gone: a shell took them for a "
         "parameter."),
        (re.sub(rb"%[A-Za-z_][A-Za-z0-9_]*%", b"", value), "`%word%` is gone: cmd.exe took it for a variable."),
        (re.sub(rb"![A-Za-z_][A-Za-z0-9_]*!", b"", value), "`!word!` is gone: cmd.exe took it for a variable."),
        (value.replace(b"$$", b"$"), "`$$` became `$`: make or Docker Compose read it as an escape."),
        (value.replace(b"$", b"$$"), "`$` was doubled, as for Docker Compose."),
        (value.replace(b"%", b"%%"), "`%` was doubled, as for a batch file."),
        (value.replace(b"%%", b"%"), "`%%` became `%`: a batch file or printf read it as an escape."),
        (value.replace(b"!", b"\\!"), "A backslash stands before each `!`."),
        (unquote_to_bytes(value), "`%` and two hex digits were read as one character, as in a URL."),
        (value.replace(b"+", b" "), "`+` became a space, as in a URL's query."),
        (quote_from_bytes(value, safe="").encode(), "it was percent-encoded, as for a URL."),
        (quote_from_bytes(value).encode(), "it was percent-encoded, as for a URL's path."),
        (quote_from_bytes(value, safe="").replace("%20", "+").encode(), "it was encoded as a web form."),
        (value.replace(b"@", b"%40"), "`@` became `%40`, as in a URL."),
        (value.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;"), "it was HTML-escaped."),
        (value.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;").replace(b'"', b"&quot;"),
         "it was HTML-escaped, quotes too."),
        (b"".join(value.split()), "its blanks are gone."),
    ]  # fmt: skip
    for octet in sorted(set(value) & set(SPECIAL) - set(b" +/:")):
        forms.append((value.replace(bytes([octet]), b""), f"each {_sign(octet)} is gone."))
    quotes_gone = value.translate(None, b"\"'")
    forms.append((quotes_gone, "its quotation marks were taken for the shell's."))
    forms.append((value.replace(b'"', b'\\"').replace(b"'", b"\\'"), "a backslash stands before each quotation mark."))
    for made, words in forms:
        if made and made != value:
            yield Made(made, f"{{What}} was changed on its way: {words}", _first_difference(value, made))


def _placeholder(value: bytes) -> Iterator[Made]:
    yield Made(b"", "{What} is empty: a variable was not set.", Span(0, 0))
    for made in PLACEHOLDERS:
        if made != value:
            yield Made(made, f"`{made.decode()}` stands where {{what}} should: a variable was not set.")


VALUE_SLIPS = (
    Slip("value.case", Layer.VALUE, "Write it exactly as the account has it.", SOURCE, _case),
    Slip("value.domain", Layer.VALUE, "Use the whole user name, as the server's administrator gave it.", SOURCE,
         _domain),
    Slip("value.mangled", Layer.VALUE, "Put it in single quotes for a shell, or read it from a file, and look at what "
         "arrives.", SOURCE, _mangled),
    Slip("value.placeholder", Layer.VALUE, "Set the variable, and look at what the program really encodes.", SOURCE,
         _placeholder),
)  # fmt: skip
"""In the order of the table of diagnosis codes."""


class Difference(NamedTuple):
    """How a value that nobody made differs from the right one."""

    code: str
    words: str
    advice: str
    source: str
    layer: Layer = Layer.VALUE


def describe(what: str, right: bytes | None, found: bytes, name: bytes) -> Difference:
    """What to say of a wrong value. `right` is None where it is not known; `name` is the user name.

    The words never hold a password; a wrong user name shows where it resembles the right one.
    """
    secret = what == "the password"
    big = what[:1].upper() + what[1:]
    if secret and (said := _ses(right, found, name)) is not None:
        return said
    if looks_unset(found):
        return Difference(
            "value.placeholder",
            f"{big} is {'empty' if not found.strip() else 'the name of a variable or a word for nothing'}: "
            "a variable was not set.",
            VALUE_SLIPS[3].advice, SOURCE,
        )  # fmt: skip
    if right is not None:
        for slip in VALUE_SLIPS[:3]:
            for made in slip.make(right):
                if made.octets == found and (not secret or slip.code != "value.domain"):
                    return Difference(slip.code, spoken(made.words, what), slip.advice, slip.source)
        if _folded(right) == _folded(found):
            words = f"{big} differs by upper and lower case alone."
            return Difference("value.case", words, VALUE_SLIPS[0].advice, SOURCE)
        for slip in TEXT_SLIPS:
            for made in slip.make(right):
                if made.octets == found:
                    return Difference(slip.code, spoken(made.words, what), slip.advice, slip.source, slip.layer)
        if not secret and (said := _too_much_domain(right, found)) is not None:
            return said
        if (place := _mangled_at(right, found)) is not None:
            words = f"{big} stops being right at a {_sign(right[place])}: it was changed on its way."
            return Difference("value.mangled", words, VALUE_SLIPS[2].advice, SOURCE)
    if secret:
        size = len(found)
        return Difference(
            "value.password",
            f"The form is right, but this is another password; the one that came has {size} byte{'s'[: size != 1]}.",
            "Type it again; the server compares every byte.", SOURCE,
        )  # fmt: skip
    return Difference(
        "value.username",
        f"The form is right, but this is not the user name `{_shown(name)}`.",
        "Encode that name, in its exact spelling.", SOURCE,
    )  # fmt: skip


def looks_unset(value: bytes) -> bool:
    """Whether a value is what programs write for a variable that was not set."""
    if not value.strip() or value in UNSET:
        return True
    if value[:1] not in b"$%{":
        return False
    import re

    return re.fullmatch(rb"\$\{?[A-Z_][A-Z0-9_]*\}?|%[A-Z_][A-Z0-9_]*%|\{\{\s*[\w.]+\s*\}\}", value) is not None


def _too_much_domain(right: bytes, found: bytes) -> Difference | None:
    if found.startswith(right + b"@"):
        words = f"There is a domain too much: `{_shown(found[len(right) :])}` stands behind the user name."
    elif found.endswith((b"\\" + right, b"/" + right)):
        words = "There is a Windows domain too much in front of the user name."
    else:
        return None
    return Difference("value.domain", words, VALUE_SLIPS[1].advice, SOURCE)


def _mangled_at(right: bytes, found: bytes) -> int | None:
    """The octet at which a shell or a file format may have changed `right` into `found`; None: nothing says so."""
    same = 0
    while same < min(len(right), len(found)) and right[same] == found[same]:
        same += 1
    if same == len(right) or right[same] not in SPECIAL[:14]:
        return None
    tail = 0
    while tail < min(len(right), len(found)) - same and right[-1 - tail] == found[-1 - tail]:
        tail += 1
    cut_short = same == len(found) and same > 0
    return same if cut_short or same + tail >= 3 or (same and tail) else None


def _ses(right: bytes | None, found: bytes, name: bytes) -> Difference | None:
    """Amazon SES: `AKIA…` logs in with a password derived from its secret key, never with the key."""
    import re

    if not re.fullmatch(rb"(AKIA|ASIA)[A-Z0-9]{12,}", name) or not re.fullmatch(rb"[A-Za-z0-9/+=]{40}", found):
        return None
    if right is not None and right == found:
        return None
    words = "The name is an AWS access key and the password has the 40 characters of its secret key."
    region = next((region for region in _REGIONS if right == ses_password(found, region)), None)
    if region is not None:
        words = f"This is the IAM secret key; the SMTP password for {region} is derived from it."
    return Difference(
        "value.ses-key", f"{words} SES does not take the key itself.",
        "Create SMTP credentials in the SES console, or derive the SMTP password from the key for your region.",
        "Amazon SES Developer Guide, Obtaining Amazon SES SMTP credentials",
    )  # fmt: skip


def ses_password(key: bytes, region: str) -> bytes:
    """The SMTP password that Amazon SES derives from an IAM secret key (SES Developer Guide)."""
    from hmac import digest

    signature = b"AWS4" + key
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = digest(signature, part.encode(), "sha256")
    from tutor.wire import b64

    return b64.encode(b"\x04" + signature)


def spoken(words: str, what: str) -> str:
    """Put the value's name into a slip's words; two values take the plural."""
    if " and " in what:
        for one, several in _PLURALS:
            words = words.replace(f"hat}} {one} ", f"hat}} {several} ")
    return words.replace("{what}", what).replace("{What}", what[:1].upper() + what[1:])


_PLURALS = (("is", "are"), ("was", "were"), ("stops", "stop"), ("begins", "begin"))


def _sign(octet: int) -> str:
    return "space" if octet == 0x20 else f"`{chr(octet)}`"


def _shown(value: bytes) -> str:
    return show(value)


def _text(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _folded(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape").casefold()


def _first_difference(right: bytes, wrong: bytes) -> Span:
    for place, (left, other) in enumerate(zip(right, wrong, strict=False)):
        if left != other:
            return Span(place, place + 1)
    shorter = min(len(right), len(wrong))
    return Span(shorter, len(wrong))
