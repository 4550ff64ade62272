"""The ways in which real servers fail, by name, for `serve --fail` and for lessons."""

from typing import NamedTuple

from tutor.smtp.replies import REPLIES, ReplyText
from tutor.wire import b64


class Fault(NamedTuple):
    """One way to fail. What is not set works as ever."""

    name: str
    about: str
    """One sentence for people."""
    greeting: ReplyText | None = None
    """Instead of 220."""
    silent: bool = False
    """No greeting at all, and no answer to anything."""
    at_connect: str | None = None
    """`drop`: hang up at once."""
    withholds: frozenset[str] = frozenset()
    """EHLO keywords that are not offered."""
    hides_plus: bool = False
    """EHLO does not show the -PLUS mechanisms, as if somebody in between had taken them out."""
    at_auth: "ReplyText | str | None" = None
    """Answer to every AUTH: a reply, the key of one, or `drop`."""
    at_challenge: str | None = None
    """`drop`: hang up where a challenge was due."""
    at_success: "ReplyText | str | None" = None
    """Answer to the right password: a reply, the key of one, or `drop`."""
    prompts: tuple[bytes, bytes] | None = None
    """Other LOGIN prompts than the dialect's."""
    ignores_initial_response: bool = False
    no_space: bool = False
    """An empty challenge is `334` without its space."""
    spoils: str = ""
    """How a challenge's Base64 is broken: `text` (not encoded), `padding`."""

    def spoil(self, challenge: bytes) -> bytes:
        """The Base64 of a challenge, or what this fault makes of it."""
        if self.spoils == "text":
            return challenge
        text = b64.encode(challenge)
        return text.rstrip(b"=") if self.spoils == "padding" and text.endswith(b"=") else text


NO_FAULT = Fault("none", "Nothing fails.")


def _code(code: int, enhanced: str, text: str, about: str) -> Fault:
    return Fault(str(code), about, at_success=ReplyText(code, enhanced, (text,)))


FAULTS: tuple[Fault, ...] = (
    _code(421, "4.3.2", "{hostname} Service not available", "421 and the end, even for the right password."),
    _code(432, "4.7.12", "A password transition is needed", "Log in once with PLAIN over TLS, then this works."),
    _code(454, "4.7.0", "Temporary authentication failure", "The back end is down: try later, do not ask again."),
    _code(501, "5.5.2", "Cannot decode response", "A right response is called malformed."),
    _code(525, "5.7.13", "User account disabled", "The password is right, the account is closed."),
    _code(534, "5.7.9", "Application-specific password required", "The provider wants an app password."),
    _code(535, "5.7.8", "Authentication credentials invalid", "The right password is refused as wrong."),
    Fault("drop", "The connection ends where the verdict was due.", at_success="drop"),
    Fault("drop-at-connect", "The connection ends before a greeting.", at_connect="drop"),
    Fault("drop-at-auth", "The connection ends at AUTH.", at_auth="drop"),
    Fault("drop-at-challenge", "The connection ends where a 334 was due.", at_challenge="drop"),
    Fault("no-greeting", "The server takes the connection and says nothing.", silent=True),
    Fault(
        "greeting-421", "Too busy: 421 instead of 220.",
        greeting=ReplyText(421, None, ("{hostname} Service not available, try again later",)),
    ),
    Fault(
        "greeting-554", "No service for you: 554 instead of 220.",
        greeting=ReplyText(554, None, ("{hostname} No SMTP service here",)),
    ),
    Fault(
        "greeting-multiline", "A greeting of three lines, which some clients take for three replies.",
        greeting=ReplyText(220, None, ("{hostname} ESMTP ready", "We take no bulk mail.", "Be welcome.")),
    ),
    Fault("no-auth", "EHLO does not offer AUTH, and AUTH is answered 503.", withholds=frozenset(("AUTH",))),
    Fault("no-starttls", "STARTTLS is not offered.", withholds=frozenset(("STARTTLS",))),
    Fault(
        "no-plus", "Somebody in between takes the -PLUS mechanisms out of EHLO; a client that can bind is told so.",
        hides_plus=True,
    ),
    Fault("502", "AUTH is not implemented.", at_auth=ReplyText(502, "5.5.1", ("Command not implemented",))),
    Fault("503", "AUTH is not taken here.", at_auth=REPLIES["no-auth"]),
    Fault("504", "Every mechanism is unknown, whatever EHLO said.", at_auth=REPLIES["mechanism"]),
    Fault("530", "STARTTLS is wanted first.", at_auth=REPLIES["tls-first"]),
    Fault("538", "Encryption is wanted first, in the historical code.", at_auth=REPLIES["encryption"]),
    Fault("250", "Success is said with 250 instead of 235.", at_success=ReplyText(250, "2.7.0", ("OK",))),
    Fault("wrong-prompt", "LOGIN asks in other words: `User Name` and a NUL.", prompts=(b"User Name\0", b"Password\0")),
    Fault("ignores-initial", "LOGIN asks for the name again after AUTH brought it.", ignores_initial_response=True),
    Fault("no-space", "The empty challenge is `334` without its space.", no_space=True),
    Fault("text-challenge", "Challenges are not Base64 but plain text.", spoils="text"),
    Fault("bad-padding", "Challenges have lost their padding.", spoils="padding"),
)  # fmt: skip


def get(name: str) -> Fault | None:
    """The fault of that name."""
    return NO_FAULT if name == NO_FAULT.name else next((fault for fault in FAULTS if fault.name == name), None)


def names() -> tuple[str, ...]:
    """What `serve --fail` takes."""
    return tuple(fault.name for fault in FAULTS)
