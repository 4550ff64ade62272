"""The client's side of one SMTP connection: greeting, EHLO, perhaps STARTTLS, AUTH, QUIT. Sans-I/O, strict.

Nothing leaves by itself where `ask` is set: the line that would be sent next stands in
`pending` until `send` lets it go. A plaintext secret without TLS is refused, unless the
caller says that this is wanted.
"""

from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange
from tutor.sasl.mechanism import Bindings, Failure, Mechanism, Outcome, Reason, Scenario, Side
from tutor.smtp.states import TRANSITIONS, State, Token, reply_token
from tutor.wire import b64, ehlo, reply
from tutor.wire.lines import Line, LineBuffer

COMMAND_LIMIT = 512
"""Octets of a command line, CRLF included: a longer initial response waits for a 334 (RFC 4954 section 4)."""
PREFERRED = (
    "SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1",
    "CRAM-MD5", "PLAIN", "LOGIN",
)  # fmt: skip
"""Which mechanism is taken where none is named, the best first."""
_REASONS = {
    421: Reason.TEMPORARY, 432: Reason.TRANSITION, 454: Reason.TEMPORARY, 501: Reason.MALFORMED,
    534: Reason.TOO_WEAK, 535: Reason.CREDENTIALS, 538: Reason.ENCRYPTION,
}  # fmt: skip


class ClientSession:
    """One connection as the client sees it.

    `mechanism` None takes the best that is offered; without `login` the session ends after
    EHLO. `starttls` is `never`, `offered` or `required`. What the server does wrong becomes
    `problem`, a sentence; nothing raises.
    """

    def __init__(
        self,
        scenario: Scenario,
        mechanism: str | None = None,
        *,
        hostname: str = "client.example.org",
        starttls: str = "never",
        tls: bool = False,
        allow_clear: bool = False,
        initial: bool = True,
        ask: bool = False,
        login: bool = True,
    ) -> None:
        if starttls not in ("never", "offered", "required"):
            raise ValueError(f"starttls is never, offered or required, not {starttls!r}")
        self.scenario = scenario
        self.state = State.CONNECTED
        self.tls = tls
        """Whether TLS is active."""
        self.capabilities: ehlo.Capabilities | None = None
        """What the last EHLO reply offered."""
        self.mechanism: Mechanism | None = None
        """What AUTH was sent with."""
        self.outcome: Outcome | None = None
        """How the exchange ended; None before."""
        self.problem: str | None = None
        """Why there was no exchange, or why it broke; one sentence, with no bytes of the server in it."""
        self.last_reply: reply.Reply | None = None
        self.pending: bytes | None = None
        """The line (without CRLF) that `send` would let go."""
        self.pending_secret = False
        """Whether whoever reads `pending` reads the password."""
        self.wants_tls = False
        self.closed = False
        self._name = mechanism
        self._hostname = hostname
        self._starttls = starttls
        self._allow_clear = allow_clear
        self._initial = initial
        self._ask = ask
        self._login = login
        self._exchange: ClientExchange | None = None
        self._initial_due = False
        self._cancelled = False
        self._buffer = LineBuffer()
        self._assembler = reply.ReplyAssembler()
        self._out = bytearray()
        self._seen: list[Line] = []
        self._number = 0

    # What the caller does

    def receive_data(self, data: bytes) -> None:
        """Take octets from the server, in any pieces."""
        while data and not self.closed and not self.wants_tls:
            framed, data = self._buffer.feed_one(data)
            if framed is None:
                return
            self._see(Side.SERVER, framed.line)
            whole = self._assembler.feed(framed.line)
            if whole is not None:
                self._reply(whole)
            elif reply.parse_line(framed.line) is None:
                self._break("The server's line does not begin with three digits: this is not SMTP.")
        # Octets in clear behind the 220 to STARTTLS could be injected: they are not read (RFC 3207 section 6).

    def receive_eof(self) -> None:
        """The server hung up."""
        if not self.closed and self.state is not State.QUIT_SENT and self.problem is None and self.outcome is None:
            self.problem = f"The server closed the connection ({self.state})."
        self._close()

    def data_to_send(self) -> bytes:
        """The octets for the server since the last call."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def lines_seen(self) -> list[Line]:
        """Both sides' lines since the last call, in their order."""
        seen, self._seen = self._seen, []
        return seen

    def send(self) -> None:
        """Let the pending line go."""
        if self.pending is None:
            raise RuntimeError("Nothing is pending; look at .pending first")
        line, self.pending, self.pending_secret = self.pending, None, False
        self._out += line + b"\r\n"
        self._see(Side.CLIENT, line)

    def give_up(self) -> None:
        """Do not send what is pending: cancel an exchange, else quit."""
        self.pending = None
        if self._exchange is not None and self.state is State.RESPONDED:
            self.state = State.CHALLENGED
            self._cancel("The user stopped before the response was sent.")
        else:
            self.problem = self.problem or "The user stopped."
            self._exchange = None
            # What was pending was never said.
            self.state = State.READY if self.state in (State.AUTH_SENT, State.STARTTLS_SENT) else self.state
            self._quit()

    def tls_started(self) -> None:
        """The handshake is done: EHLO again, since all is forgotten (RFC 3207 section 4.2)."""
        if not self.wants_tls:
            raise RuntimeError("No STARTTLS is under way; look at .wants_tls first")
        self.wants_tls = False
        self.tls = True
        self.capabilities = None
        self.scenario = self.scenario._replace(tls=True)
        self._buffer.clear()
        self._hello()

    def bind(self, bindings: Bindings) -> None:
        """What this TLS channel can be bound to, the best first; known before the first mechanism is chosen."""
        self.scenario = self.scenario.bound(bindings)

    @property
    def heard(self) -> bool:
        """Whether the server has said anything whole."""
        return self.last_reply is not None

    @property
    def quitting(self) -> bool:
        """Whether goodbye was said."""
        return self.state is State.QUIT_SENT

    # What the server says

    def _reply(self, whole: reply.Reply) -> None:
        self.last_reply = whole
        if self.pending is not None and whole.code != 421:
            self._break("The server spoke out of turn.")
            return
        token = reply_token(whole.code)
        before = self.state
        after = None if token is None else TRANSITIONS.get((before, token))
        if token is Token.CLOSING:
            self.problem = self.problem or "The server closes the connection (421)."
            if self._exchange is not None:
                self._end_exchange(whole.code)
            self._close()
        elif after is None or before in (State.GREETED, State.READY, State.UNEXTENDED, State.AUTHENTICATED):
            self._break(f"{whole.code} is out of order here ({before}).")
        else:
            self.state = after
            self._go_on(before, token, whole)

    def _go_on(self, before: State, token: Token | None, whole: reply.Reply) -> None:
        if before is State.CONNECTED:
            if token is Token.READY:
                self._hello()
            else:
                self._give_up(f"The greeting is {whole.code}: this server serves nobody now, or not us.")
        elif before is State.EHLO_SENT:
            if token is Token.YES:
                self.capabilities = ehlo.parse(whole.lines)
                self._after_hello()
            else:
                self._give_up(f"EHLO was refused ({whole.code}): a server without extensions has no AUTH.")
        elif before is State.STARTTLS_SENT:
            if token is Token.READY:
                self.wants_tls = True
            else:
                self._give_up(f"STARTTLS was refused ({whole.code}).")
        elif token is Token.CHALLENGE:
            self._challenge(whole)
        elif before is State.QUIT_SENT:
            self._close()
        else:
            self._end_exchange(whole.code)

    def _after_hello(self) -> None:
        assert self.capabilities is not None
        if self._starttls != "never" and not self.tls:
            if self.capabilities.starttls:
                self._say(Token.STARTTLS, b"STARTTLS")
                return
            if self._starttls == "required":
                self._give_up("STARTTLS is wanted, and the server does not offer it.")
                return
        if not self._login:
            self._quit()  # only the look round was wanted
            return
        offered = self.capabilities.auth
        if not offered:
            self._give_up("The server does not offer AUTH" + ("." if self.tls else " here; many do so only under TLS."))
            return
        mechanism = self._choose(offered)
        if mechanism is None:
            return
        if mechanism.plaintext and not self.tls and not self._allow_clear:
            self._give_up(f"{mechanism.name} would send the password in clear, without TLS: refused.")
            return
        self._auth(mechanism)

    def _choose(self, offered: tuple[str, ...]) -> Mechanism | None:
        """The mechanism to use, or None and a problem."""
        for name in (self._name,) if self._name is not None else PREFERRED:
            found = registry.get(name)
            if found is None or found.answer is None:
                if self._name is not None:
                    self._give_up(f"{name} is no mechanism that can be played here.")
                continue
            if found.name in offered and (self._name is not None or self._name_fits(found)):
                return found
        if self._name is None:
            self._give_up("None of the mechanisms that the server offers can be played here.")
        elif self.problem is None:
            self._give_up(f"The server does not offer {self._name.upper()}.")
        return None

    def _name_fits(self, mechanism: Mechanism) -> bool:
        if mechanism.name.endswith("-PLUS") and self.scenario.channel_binding is None:
            return False
        return mechanism.carries is None or mechanism.carries(self.scenario.credentials) is None

    def _auth(self, mechanism: Mechanism) -> None:
        self.mechanism = mechanism
        assert self.capabilities is not None
        # Who could bind, and saw no -PLUS, says so: then a server that did offer it knows that somebody hid the offer.
        plus = any(name.endswith("-PLUS") for name in self.capabilities.auth or ())
        self.scenario = self.scenario._replace(plus_offered=plus)
        self._exchange = exchange = ClientExchange(mechanism, self.scenario)
        if exchange.outcome is not None:
            self.outcome, self._exchange = exchange.outcome, None
            self._give_up(f"{mechanism.name} cannot begin with these credentials.")
            return
        line = b"AUTH " + mechanism.name.encode("ascii")
        initial = exchange.initial_response
        self._initial_due = initial is not None
        secret = False
        if initial is not None and self._initial:
            # RFC 4954 section 4: an empty initial response is written `=`.
            longer = line + b" " + (b64.encode(initial) or b"=")
            if len(longer) + 2 <= COMMAND_LIMIT:
                line, self._initial_due, secret = longer, False, mechanism.plaintext
        self._say(Token.AUTH, line, secret)

    def _challenge(self, whole: reply.Reply) -> None:
        exchange = self._exchange
        assert exchange is not None
        decoded = b64.decode(b"".join(whole.lines)).message
        if decoded is None:
            self._cancel("The server's challenge is not Base64.")
            return
        if self._initial_due:
            self._initial_due = False
            message = exchange.initial_response
        else:
            message = exchange.response(decoded) if exchange.outcome is None else None
        if message is None:
            self._cancel("The client has no answer to this challenge.")
            return
        self._say(Token.RESPONSE, b64.encode(message), exchange.mechanism.plaintext)

    def _end_exchange(self, code: int) -> None:
        exchange = self._exchange
        assert exchange is not None
        self._exchange = None
        if code == 235:
            self.outcome = exchange.succeed()
        else:
            exchange.fail(_REASONS.get(code, Reason.CREDENTIALS), f"The server said {code}.")
            self.outcome = exchange.outcome
        if self._cancelled:
            self.outcome = Failure(Reason.CANCELLED, self.problem or "")
        if self.state is not State.CLOSED and code != 421:
            self._quit()

    # What we say

    def _hello(self) -> None:
        self._say(Token.EHLO, b"EHLO " + self._hostname.encode("ascii", "replace"))

    def _cancel(self, problem: str) -> None:
        self.problem = problem
        self._cancelled = True
        self._say(Token.CANCEL, b"*", now=True)

    def _give_up(self, problem: str) -> None:
        self.problem = self.problem or problem
        self._quit()

    def _quit(self) -> None:
        self._say(Token.QUIT, b"QUIT", now=True)
        self.state = State.QUIT_SENT

    def _break(self, problem: str) -> None:
        """Nothing that the server says can be trusted to mean what it should: no polite end."""
        self.problem = self.problem or problem
        self._close()

    def _say(self, token: Token, line: bytes, secret: bool = False, *, now: bool = False) -> None:
        self.state = TRANSITIONS.get((self.state, token), self.state)
        self.pending, self.pending_secret = line, secret
        if now or not self._ask:
            self.send()

    def _close(self) -> None:
        self.closed = True
        self.pending = None
        self.state = State.CLOSED

    def _see(self, side: Side, line: bytes) -> None:
        self._number += 1
        self._seen.append(Line(side, line, self._number))
