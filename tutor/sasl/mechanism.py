"""The shape of a SASL mechanism: two scripts, its fields, its mistakes (RFC 4422).

A mechanism speaks in messages (decoded bytes); Base64 and reply codes are the
business of other floors.
"""

from collections.abc import Callable, Generator, Iterable
from enum import Enum, IntEnum

from tutor.diagnosis import Diagnosis, Layer
from tutor.records import Record
from tutor.sasl.identity import Credentials, UserTable
from tutor.spans import Field
from tutor.wire.lines import Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = [
    "NAME",
    "VALUE",
    "Bindings",
    "Certainty",
    "ClientScript",
    "Failure",
    "Mechanism",
    "Misconception",
    "Outcome",
    "Reason",
    "Recognition",
    "Scenario",
    "ServerScript",
    "Side",
    "Success",
    "Turn",
    "Turns",
    "Usual",
    "Working",
]  # fmt: skip


class Reason(Enum):
    """Why an exchange failed; the SMTP floor turns it into a reply."""

    CREDENTIALS = "credentials"
    """Wrong name or password; a server never says which (RFC 4954 section 6, 535 5.7.8)."""
    MALFORMED = "malformed"
    """The message breaks the mechanism's grammar (501 5.5.2)."""
    AUTHORIZATION = "authorization"
    """Right password, but may not act as that authzid (535 5.7.8)."""
    CANCELLED = "cancelled"
    """The client sent `*` (501 5.7.0)."""
    TOO_WEAK = "too-weak"
    """534 5.7.9."""
    ENCRYPTION = "encryption"
    """Needs TLS (538 5.7.11, historical)."""
    TRANSITION = "transition"
    """432 4.7.12."""
    TEMPORARY = "temporary"
    """454 4.7.0."""
    NO_INITIAL_RESPONSE = "no-initial-response"
    """An initial response to a server-first mechanism (501 5.7.0)."""
    SERVER_UNPROVEN = "server-unproven"
    """Client side: the server could not prove that it knows the password."""


class Success(Record):
    """The exchange ended well."""

    identity: str
    """The user name that is now logged in (the authzid, where one was taken)."""


class Failure(Record):
    """The exchange ended badly; a value, never an exception."""

    reason: Reason
    detail: str = ""
    """One sentence for the narration; holds no secret."""


Outcome: "TypeAlias" = Success | Failure
Bindings: "TypeAlias" = tuple[tuple[str, bytes], ...]
"""Channel bindings: (type, data) each (RFC 5056)."""
ServerScript: "TypeAlias" = Generator[bytes, bytes, Outcome]
"""Yields a challenge, is sent the response, returns the outcome.

The first yield of a client-first mechanism is the empty challenge `b""`; the exchange
skips it when an initial response came."""
ClientScript: "TypeAlias" = Generator[bytes | None, bytes | None, Outcome]
"""Yields a response, is sent the next challenge, or None once the server has said yes (235).

The first yield is the initial response, or None where the server speaks first. Sent None
it returns Success, or Failure where the server has not proved itself yet (SCRAM); sent a
challenge that it cannot answer it returns a Failure, and the client cancels."""


class Scenario(Record):
    """Everything that decides an exchange; with equal scenarios, two exchanges are equal."""

    credentials: Credentials
    """What the client logs in with."""
    users: UserTable
    """Whom the server knows."""
    hostname: str = "mail.example.org"
    client_nonce: bytes = b"fyko+d2lbbFgONRv9qkxdawL"
    server_nonce: bytes = b"3rfcNHYJY1ZVvWVs7j"
    process_id: int = 1896
    timestamp: int = 697170952
    """The clock, in seconds since 1970."""
    salt: bytes = b"\x41\x25\xc2\x47\xe4\x3a\xb1\xe9\x3c\x6d\xff\x76"
    iterations: int = 4096
    realm: str | None = None
    """DIGEST-MD5's realm as the server offers it; None: none is offered."""
    service: str = "smtp"
    port: int = 587
    tls: bool = False
    channel_binding: tuple[str, bytes] | None = None
    """The binding's type (`tls-server-end-point`, ...) and data, where both sides can bind: what a client takes."""
    other_bindings: Bindings = ()
    """What a server takes besides: the client names the type (RFC 5802 section 6)."""
    prompts: tuple[bytes, bytes] = (b"Username:", b"Password:")
    """LOGIN's two prompts, which differ between servers."""
    takes_login_initial_response: bool = True
    """LOGIN: take the user name from the AUTH line (most servers), or ignore it."""
    scope: str = "https://mail.example.org/"
    """OAuth: the scope that the error JSON names."""
    plus_offered: bool = False
    """SCRAM: whether the client saw a -PLUS mechanism on offer. One that can bind and saw none sends `y`."""

    could_bind: bool = False
    """SCRAM: the client could bind a channel, though nothing here can be bound: it sends `y` too."""

    @property
    def bindings(self) -> Bindings:
        """All channel bindings, the one to prefer first."""
        return ((self.channel_binding,) if self.channel_binding is not None else ()) + self.other_bindings

    def bound(self, bindings: Bindings) -> "Scenario":
        """This scenario with these bindings, the one to prefer first; with none, it cannot bind."""
        return self._replace(channel_binding=bindings[0] if bindings else None, other_bindings=bindings[1:])


class Turn(Record):
    """One message of an exchange."""

    side: Side
    message: bytes


class Turns(Record):
    """What was said so far in one exchange, up to the answer that is due."""

    said: tuple[Turn, ...] = ()

    @property
    def challenge(self) -> bytes | None:
        """The server's last message, or None before the first one."""
        for turn in reversed(self.said):
            if turn.side is Side.SERVER:
                return turn.message
        return None

    @property
    def number(self) -> int:
        """How many messages the client has sent: 0 at its first answer."""
        return sum(turn.side is Side.CLIENT for turn in self.said)

    def then(self, side: Side, message: bytes) -> "Turns":
        """These turns and one more."""
        return Turns((*self.said, Turn(side, message)))


class Certainty(IntEnum):
    """How sure a recognition from a lone message is."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3
    """Nothing else looks like this: two mechanisms are never certain of one message (a test holds them to it)."""


class Recognition(Record):
    """What a lone message looks like to one mechanism."""

    stage: str
    certainty: Certainty
    why: str
    """The evidence, one sentence."""


class Misconception(Record):
    """A mistake that we can make ourselves, so that an explanation is proved by comparison."""

    code: str
    why: str
    """The diagnosis's summary."""
    source: str
    wrong: Callable[[Scenario, Turns], Iterable[bytes]]
    """The exact messages of this mistake; none where they would be right."""
    fix: str = ""
    layer: Layer = Layer.STRUCTURE


class Working(Record):
    """One intermediate value on the way to an answer."""

    name: str
    """The specification's own name, such as `SaltedPassword`."""
    value: bytes
    how: str
    """The formula in the specification's words, such as `HMAC(SaltedPassword, "Client Key")`."""
    secret: bool = True


class Usual(Record):
    """How the messages of one turn look when nothing can be said against them without the password.

    A log of millions of logins is mostly made of these, and is read quickly thanks to them. What
    is left out here is only read more slowly.
    """

    side: Side
    turn: int
    pattern: bytes
    """A regular expression for the whole message: printable ASCII without quotes and backslashes, and NUL and ^A.

    Groups: `secret` is what the fields mark as one; `name` is the user name; `nonce` begins with
    that of the message before, and is the same where the client repeats the server's."""
    mistake: str = ""
    """Of messages that are one mistake whatever the name and the password are: its code."""


NAME = rb"(?P<name>[A-Za-z0-9][A-Za-z0-9.@_+-]*)"
"""A plain user name, for `Usual.pattern`."""
VALUE = rb"[A-Za-z0-9][!#-\[\]-~]*"
"""A value that begins with a letter or a digit, without blanks, quotes and backslashes, for `Usual.pattern`."""


class Mechanism(Record):
    """One SASL mechanism. Functions count `turn` per side: challenge n is answered by response n.

    An initial response is client turn 0; the challenge after it is then server turn 1,
    also where the empty challenge (server turn 0) was never sent.
    """

    name: str
    """IANA spelling, such as `CRAM-MD5`."""
    source: str
    first: Side
    """Who speaks first (RFC 4422 section 5)."""
    initial_response: bool
    """Whether the AUTH line may carry the first answer, by specification or by custom (LOGIN)."""
    plaintext: bool
    """Whether who reads the line reads the password: TLS is wanted (RFC 4954 section 4)."""
    serve: Callable[[Scenario], ServerScript] | None
    """None: read, not played."""
    answer: Callable[[Scenario], ClientScript] | None
    fields: Callable[[Side, int, bytes], list[Field]]
    """(side, turn, message) -> fields; any bytes at all, never raises; callers run `tile` over it."""
    stage: Callable[[Side, int, bytes], str]
    """(side, turn, message) -> the stage's name, such as `username prompt`."""
    recognises: Callable[[Side, bytes, bool], Recognition | None]
    """(side, message, clear) -> what a lone message looks like; `clear`: it was not Base64 but text."""
    expects: Callable[[Side, int, bytes], str]
    """(side, turn, message) -> what the other side should send next, one sentence."""
    misconceptions: tuple[Misconception, ...] = ()
    """In the order of the table of diagnosis codes."""
    reads: Callable[[Scenario, Turns, bytes], Diagnosis | None] | None = None
    """(scenario, turns, message) -> a mistake that is recognised by reading, not by comparison; tried last."""
    carries: Callable[[Credentials], str | None] | None = None
    """Why the mechanism cannot carry these credentials, one sentence; None: it can."""
    takes_initial: Callable[[Scenario], bool] | None = None
    """Server-first mechanisms with an initial response: whether this server takes it as the first
    answer (LOGIN), or sends its first challenge all the same (None: always that)."""
    steps: Callable[[Scenario, Turns], list["Working"]] | None = None
    """Every intermediate value of the answer that is due after `turns`, in the order of the arithmetic."""
    usual: tuple[Usual, ...] = ()

    def __str__(self) -> str:
        return self.name
