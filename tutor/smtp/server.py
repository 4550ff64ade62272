"""The server's side of one SMTP connection: strict, sans-I/O, delivers no mail.

Bytes go in by `receive_data`, replies come out by `data_to_send`; whoever owns the socket
copies between. What may follow what is the table of `states.py`: a pair that is absent is
answered 503 (RFC 5321 section 4.1.4).
"""

from collections.abc import Callable, Sequence

from tutor.sasl import registry
from tutor.sasl.exchange import ServerExchange
from tutor.sasl.mechanism import Bindings, Mechanism, Scenario, Success
from tutor.smtp import arguments
from tutor.smtp.dialects import PLAIN, Dialect
from tutor.smtp.faults import NO_FAULT, Fault
from tutor.smtp.replies import REASONS, ReplyText
from tutor.smtp.speaking import Speaker, printable
from tutor.smtp.states import (
    CONTENT_STATES,
    ESTABLISHED,
    EXCHANGE_STATES,
    TRANSACTION_STATES,
    TRANSITIONS,
    State,
    Token,
)
from tutor.wire import b64, command
from tutor.wire.lines import Framed, LineBuffer, Side

RESPONSE_LIMIT = 12288
"""Octets of a response, CRLF included: RFC 4954 section 4 calls 12288 sufficient for all but the largest tokens."""
COMMAND_LIMIT = 512
"""Octets of a command line, CRLF included (RFC 5321 section 4.5.3.1.4). RFC 4954 section 4 lets AUTH have no more:
an initial response that does not fit is sent after an empty 334 instead."""
MAIL_LIMIT = 512 + 500 + 26
"""MAIL may be 500 octets longer for AUTH= (RFC 4954 section 3), and 26 for SIZE= (RFC 1870 section 3)."""
CONTENT_LIMIT = 10 * 1024 * 1024
"""Octets of a message that we count before we refuse it; none is kept."""
MOST_RECIPIENTS = 100
MOST_ERRORS = 100
"""Refused commands before the connection is closed with 421."""
TRIES = 3
"""Failed logins that are answered; the next AUTH gets 421 4.7.0."""


class ServerSession(Speaker):
    """One connection as the server sees it.

    `scenario` decides each exchange; a callable is asked anew for each, so that no two
    challenges are alike. `mechanisms` are names, in the order in which EHLO lists them.
    `tls` is `none`, `starttls` or `implicit`. Misuse raises RuntimeError; what the peer
    sends never raises.
    """

    def __init__(
        self,
        scenario: Scenario | Callable[[], Scenario],
        *,
        mechanisms: Sequence[str] = ("LOGIN", "PLAIN", "CRAM-MD5"),
        dialect: Dialect = PLAIN,
        tls: str = "none",
        fault: Fault = NO_FAULT,
        auth_required: bool = False,
        tries: int = TRIES,
    ) -> None:
        if tls not in ("none", "starttls", "implicit"):
            raise ValueError(f"tls is none, starttls or implicit, not {tls!r}")
        self._make: Callable[[], Scenario] = scenario if callable(scenario) else lambda: scenario
        self._mechanisms = [_played(name) for name in mechanisms]
        first = self._make()
        super().__init__(dialect, first.hostname, first.timestamp)
        self.fault = fault
        self.tls = tls == "implicit"
        """Whether TLS is active."""
        self.exchange: ServerExchange | None = None
        """The exchange that waits for a response; None outside of one."""
        self.scenario: Scenario | None = None
        """What decides the running exchange, or decided the last one."""
        self.identity: str | None = None
        """Who is logged in."""
        self.wants_tls = False
        """After 220 to STARTTLS: send what is left, start TLS, then call `tls_started`."""
        self._bindings = first.bindings
        self._starttls = tls == "starttls"
        self._required = auth_required
        self._tries = tries
        self._failed = 0
        self._errors = 0
        self._recipients = 0
        self._content = 0
        self._buffer = LineBuffer(RESPONSE_LIMIT)
        self._greet()

    @property
    def authenticated(self) -> bool:
        """Whether the client is logged in."""
        return self.identity is not None

    def receive_data(self, data: bytes) -> None:
        """Take octets from the client, in any pieces."""
        if self.closed or self.wants_tls:
            return  # RFC 3207 section 4.2 (and CVE-2011-0411): what came in clear behind STARTTLS is thrown away
        for framed in self._buffer.feed(data):
            self._line(framed)
            if self.closed or self.wants_tls:
                break

    def tls_started(self) -> None:
        """The handshake is done: the session is new, and knows no EHLO (RFC 3207 section 4.2)."""
        if not self.wants_tls:
            raise RuntimeError("No STARTTLS is under way; look at .wants_tls first")
        self.wants_tls = False
        self.tls = True
        self._hello = b""
        self._buffer = LineBuffer(RESPONSE_LIMIT)

    def bind(self, bindings: Bindings) -> None:
        """What this TLS channel can be bound to; without any, no -PLUS mechanism is offered."""
        self._bindings = bindings

    def close(self, key: str = "shutting-down") -> None:
        """End the connection from our side with the 421 of that key (RFC 5321 section 3.8)."""
        if not self.closed:
            self._say(key)
            self._end()

    @property
    def offered(self) -> tuple[str, ...]:
        """The mechanisms that EHLO lists right now."""
        return tuple(mechanism.name for mechanism in self._mechanisms if self._allowed(mechanism))

    # Lines

    def _line(self, framed: Framed) -> None:
        line = framed.line
        self._see(Side.CLIENT, line)
        if self.fault.silent:
            return
        if self.state in CONTENT_STATES:
            self._content_line(line)
        elif self.exchange is not None:
            self._response(line, framed.overlong)
        else:
            self._command(line, framed.overlong)
        if self._errors > MOST_ERRORS and not self.closed:
            self._say("too-many-errors")
            self._end()

    def _command(self, line: bytes, too_long: bool) -> None:
        parsed = command.parse(line)
        limit = MAIL_LIMIT if parsed is not None and parsed.verb == b"MAIL" else COMMAND_LIMIT
        if too_long or len(line) + 2 > limit:
            self._refuse("too-long")
        elif parsed is None:
            self._refuse("unknown")
        else:
            handler = _COMMANDS.get(parsed.verb)
            if handler is None:
                # The line is not repeated in the reply: it may well be a password out of step.
                self._refuse("unknown")
            else:
                handler(self, parsed)

    def _move(self, token: Token) -> bool:
        """Go where the table says; False, and a 503 on its way, where the pair is absent."""
        after = TRANSITIONS.get((self.state, token))
        if after is None:
            self._refuse(self._why_not(token))
            return False
        self.state = after
        return True

    def _why_not(self, token: Token) -> str:
        """Which 503 tells best what is out of order."""
        if self.state is State.GREETED and token in (Token.AUTH, Token.MAIL, Token.STARTTLS):
            return "hello-first"
        if token is Token.AUTH and self.state in ESTABLISHED:
            return "already"
        if token is Token.AUTH and self.state in TRANSACTION_STATES:
            return "in-transaction"
        if self.state is State.UNEXTENDED and token in (Token.AUTH, Token.STARTTLS):
            return "not-extended"
        return "order"

    def _hello_command(self, parsed: "command.Command") -> None:
        """EHLO and HELO."""
        extended = parsed.verb == b"EHLO"
        if not parsed.argument.strip():
            self._wrong_syntax()
            return
        if not self._move(Token.EHLO if extended else Token.HELO):
            return
        self._hello = parsed.argument.strip()
        if extended:
            first = self._fill(self.dialect.reply("hello").texts[0])
            self._send(ReplyText(250, None, (first, *self._keywords())), filled=True)
        else:
            self._send(ReplyText(250, None, (self._hostname,)), filled=True)

    def _keywords(self) -> list[str]:
        lines = list(self.dialect.keywords)
        if self._starttls and not self.tls and "STARTTLS" not in self.fault.withholds:
            lines.append("STARTTLS")
        names = " ".join(name for name in self.offered if not self.fault.hides_plus or not name.endswith("-PLUS"))
        if names and "AUTH" not in self.fault.withholds:
            lines.append(f"AUTH {names}")
            if self.dialect.legacy_auth_line:
                lines.append(f"AUTH={names}")
        return lines

    def _starttls_command(self, parsed: "command.Command") -> None:
        if parsed.argument.strip():
            self._wrong_syntax()  # RFC 3207 section 4: it has no parameters
        elif self.tls:
            self._refuse("tls-active")
        elif not self._starttls or "STARTTLS" in self.fault.withholds:
            self._refuse("no-starttls")
        elif self._move(Token.STARTTLS):
            self._say("starttls")
            self.wants_tls = True

    # AUTH (RFC 4954)

    def _auth_command(self, parsed: "command.Command") -> None:
        words = parsed.argument.split()
        if not 1 <= len(words) <= 2 or parsed.mechanism is None:
            self._wrong_syntax()
            return
        if not self._move(Token.AUTH):
            return
        self._last = b""
        if not self.offered or "AUTH" in self.fault.withholds:
            self._say("no-auth")
            return
        if self._failed >= self._tries:
            self._say("too-many")
            self._end()
            return
        mechanism = self._find(parsed.mechanism)
        if mechanism is None:
            # A mechanism that needs TLS is not offered, and unknown until then: 538 is historical.
            self._say("mechanism", mechanism=printable(parsed.mechanism.upper()))
            return
        if self.fault.at_auth is not None:
            self._fail(self.fault.at_auth)
            return
        initial: bytes | None = None
        if parsed.initial_response is not None:
            decoded = b64.decode(parsed.initial_response).message
            if decoded is None:
                self._say("undecodable")
                return
            initial = decoded
        # A server that offers no -PLUS does not bind, so that a client's `y` is the truth (RFC 5802 section 6).
        binds = any(name.endswith("-PLUS") for name in self.offered)
        scenario = (
            self._make()
            .bound(self._bindings if binds else ())
            ._replace(
                tls=self.tls,
                prompts=self.fault.prompts or self.dialect.prompts,
                takes_login_initial_response=self.dialect.takes_login_initial_response
                and not self.fault.ignores_initial_response,
            )
        )
        self.scenario = scenario
        self._advance(ServerExchange(mechanism, scenario, initial))

    def _find(self, name: str) -> Mechanism | None:
        wanted = name.upper()
        return next((m for m in self._mechanisms if m.name == wanted and self._allowed(m)), None)

    def _allowed(self, mechanism: Mechanism) -> bool:
        """RFC 4954 section 4: no plaintext password in clear, where TLS can be had; -PLUS where there is a channel."""
        if mechanism.name.endswith("-PLUS") and not self._bindings:
            return False
        return self.tls or not (self._starttls and mechanism.plaintext)

    def _response(self, line: bytes, too_long: bool) -> None:
        exchange = self.exchange
        assert exchange is not None
        if line == b"*":
            self._move(Token.CANCEL)
            exchange.cancel()
            self._advance(exchange)
            return
        self._move(Token.RESPONSE)
        if too_long or len(line) + 2 > RESPONSE_LIMIT:
            exchange.cancel()
            self.exchange = None
            self._refuse("too-long")
            return
        decoded = b64.decode(line).message
        if decoded is None:
            exchange.cancel()
            self.exchange = None
            self._refuse("undecodable")
            return
        exchange.respond(decoded)
        self._advance(exchange)

    def _advance(self, exchange: ServerExchange) -> None:
        """Say what the exchange has come to: a challenge, or its end."""
        outcome = exchange.outcome
        if outcome is None:
            assert exchange.challenge is not None
            if self.fault.at_challenge == "drop":
                self.exchange = None
                self._end()
                return
            self.exchange = exchange
            text = self.fault.spoil(exchange.challenge)
            self._last = text
            self._write(334, None, (text,), bare=self.fault.no_space and not text)
            return
        self.exchange = None
        if isinstance(outcome, Success):
            self.identity = outcome.identity
            if self.fault.at_success is None:
                self._say("authenticated")
            else:
                self._fail(self.fault.at_success)
            return
        key = REASONS[outcome.reason]
        self._failed += key == "credentials"
        self._say(key)

    def _fail(self, answer: "ReplyText | str") -> None:
        """Fail as the fault says: a reply, a key, or `drop`."""
        self.exchange = None
        if answer == "drop":
            self.identity = None
            self._end()
            return
        text = self.dialect.reply(answer) if isinstance(answer, str) else answer
        self._failed += text.code == 535
        self._send(text)
        if text.code // 100 != 2:
            self.identity = None
        if text.code == 421:
            self._end()
        elif self.state in EXCHANGE_STATES:
            self.state = State.AUTHENTICATED  # a 2xx that is not 235 is in no table, and logs in all the same

    # Mail, which goes nowhere

    def _mail_command(self, parsed: "command.Command") -> None:
        problem = arguments.mail(parsed.argument, offers_auth=bool(self.offered))
        if problem is not None:
            self._wrong_syntax(problem)
            return
        if not self._move(Token.MAIL):
            return
        if self._required and not self.authenticated:
            self._say("tls-first" if self._starttls and not self.tls else "auth-required")
            return
        self._recipients = self._content = 0
        self._say("sender")

    def _rcpt_command(self, parsed: "command.Command") -> None:
        problem = arguments.recipient(parsed.argument)
        if problem is not None:
            self._wrong_syntax(problem)
        elif self._move(Token.RCPT):
            if self._recipients >= MOST_RECIPIENTS:
                self._say("too-many-recipients")
                return
            self._recipients += 1
            self._say("recipient")

    def _data_command(self, parsed: "command.Command") -> None:
        if parsed.argument.strip():
            self._wrong_syntax()
        elif self._move(Token.DATA):
            self._say("go-ahead" if self._recipients else "recipient-first")

    def _content_line(self, line: bytes) -> None:
        """Count a line of the message and forget it; a lone dot ends it (RFC 5321 section 4.1.1.4)."""
        if line != b".":
            self._move(Token.TEXT)
            self._content += len(line) + 2
            return
        self._move(Token.END)
        self._say("too-big" if self._content > CONTENT_LIMIT else "thrown-away")

    # Small commands

    def _rset_command(self, parsed: "command.Command") -> None:
        if parsed.argument.strip():
            self._wrong_syntax()
        elif self._move(Token.RSET):
            self._say("ok")

    def _noop_command(self, parsed: "command.Command") -> None:
        self._small("ok")

    def _help_command(self, parsed: "command.Command") -> None:
        self._small("help")

    def _vrfy_command(self, parsed: "command.Command") -> None:
        if parsed.argument.strip():
            self._small("vrfy")
        else:
            self._wrong_syntax()

    def _quit_command(self, parsed: "command.Command") -> None:
        if parsed.argument.strip():
            self._wrong_syntax()
        elif self._move(Token.QUIT):
            self._say("goodbye")
            self._end()

    def _small(self, key: str) -> None:
        if self._move(Token.OTHER):
            self._say(key)

    def _wrong_syntax(self, key: str = "syntax") -> None:
        """501 where the command would be in order, 503 where nothing is."""
        if self._move(Token.OTHER):
            self._errors += 1
            self._say(key)

    # Replies

    def _greet(self) -> None:
        if self.fault.greeting is not None:
            self._send(self.fault.greeting)
            if self.fault.greeting.code == 421:
                self._end()
        elif self.fault.silent:
            return
        elif self.fault.at_connect == "drop":
            self._end()
        else:
            self._say("greeting")

    def _refuse(self, key: str) -> None:
        self._errors += 1
        self._say(key)

    def _end(self) -> None:
        self.closed = True
        self.state = State.CLOSED
        self.exchange = None


_COMMANDS: dict[bytes, Callable[[ServerSession, "command.Command"], None]] = {
    b"EHLO": ServerSession._hello_command,
    b"HELO": ServerSession._hello_command,
    b"STARTTLS": ServerSession._starttls_command,
    b"AUTH": ServerSession._auth_command,
    b"MAIL": ServerSession._mail_command,
    b"RCPT": ServerSession._rcpt_command,
    b"DATA": ServerSession._data_command,
    b"RSET": ServerSession._rset_command,
    b"NOOP": ServerSession._noop_command,
    b"HELP": ServerSession._help_command,
    b"VRFY": ServerSession._vrfy_command,
    b"QUIT": ServerSession._quit_command,
}


def _played(name: str) -> Mechanism:
    mechanism = registry.get(name)
    if mechanism is None or mechanism.serve is None:
        known = ", ".join(played.name for played in registry.played())
        raise ValueError(f"{name} is no mechanism that can be played; these can: {known}")
    return mechanism
