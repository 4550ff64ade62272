"""Watch both parties of an SMTP session and say where it stands; play neither, never raise.

Fed line by line with whatever was pasted: sides may be unknown, lines may be missing,
the order may be wrong. What the table of `states.py` does not know becomes a note, and
the watcher goes on from what the line itself says.
"""

import re

from tutor.records import Record
from tutor.sasl.mechanism import Certainty, Turns
from tutor.smtp.states import (
    COMMAND_TOKENS,
    CONTENT_STATES,
    ESTABLISHED,
    EXCHANGE_STATES,
    KNOWN_VERBS,
    TRANSITIONS,
    State,
    Token,
    reply_token,
)
from tutor.wire import b64, command, ehlo, reply
from tutor.wire.lines import Line, Side

__all__ = ["TRANSITIONS", "Dialogue", "Observation", "State", "Token"]

# How an encoder breaks its lines: 60 (uuencode habit), 64 (PEM), 72, 76 (MIME).
_WRAPS = (60, 64, 72, 76)


class Observation(Record):
    """What one line is, and what it changed."""

    side: Side | None
    """Who said it; None where nothing tells."""
    kind: str
    """`reply`, `command`, `response` or `unknown`."""
    reply: "reply.ReplyLine | None"
    command: "command.Command | None"
    state_before: State
    state: State
    mechanism: str | None
    """Of the exchange that the line belongs to, upper case; the reply that ends it included."""
    turn: int
    """Which turn of its side this line is, counted from 0 as in `Mechanism`."""
    turns: Turns
    """What was said in the exchange before this line."""
    text: bytes | None
    """The Base64 characters of a challenge, a response or an initial response; None where there are none."""
    text_start: int
    """Where `text` begins in the line."""
    message: bytes | None
    """`text` decoded; `b""` where it cannot be; None where there is no `text`."""
    notes: tuple[str, ...] = ()
    """What is odd about it, one sentence each."""


class Dialogue:
    """The watcher of one connection (or of several, pasted one behind the other)."""

    def __init__(self, *, tls: bool = False) -> None:
        self.state = State.CONNECTED
        self.mechanism: str | None = None
        """Of the exchange that is running; None outside of one."""
        self.turns = Turns()
        """What was said in the running exchange, or in the last one; messages, not Base64."""
        self.ehlo: ehlo.Capabilities | None = None
        """What the last EHLO reply offered; None before it, after HELO and after STARTTLS."""
        self.tls = tls
        """Whether TLS is active, as far as STARTTLS tells."""
        self._ehlo_lines: list[bytes] = []
        self._open: int | None = None  # the code of a multi-line reply that has not ended
        self._server_turn = 0
        self._client_turn = 0
        self._resume: State | None = None  # where a refused AUTH that was out of order leads back to
        self._last_response = b""
        self._notes: list[str] = []
        self._turns_before = Turns()
        self._client_spoke = False

    def observe(self, line: Line) -> Observation:
        """Take the next line. Any bytes at all; never raises."""
        self._notes = []
        side = line.side if line.side is not None else self._guess(line.line)
        if side is Side.SERVER:
            return self._from_server(line.line)
        if side is Side.CLIENT:
            return self._from_client(line.line)
        return self._observation(None, "unknown", self.state, self.turns)

    # Whose line it is

    def _guess(self, line: bytes) -> Side | None:
        """The side of a line that came without one: three digits are the server's, else whose turn it is."""
        if reply.parse_line(line) is not None and not reply.is_number(line):
            return Side.SERVER
        if self.state is State.CHALLENGED or self.state in CONTENT_STATES:
            return Side.CLIENT
        parsed = command.parse(line)
        if parsed is not None and parsed.verb in KNOWN_VERBS and not parsed.of_a_setting:
            return Side.CLIENT
        if self.state is State.RESPONDED and len(self._last_response) in _WRAPS:
            return Side.CLIENT  # the rest of a response that an encoder wrapped
        if self.state in EXCHANGE_STATES and _is_answer(line):
            return Side.CLIENT
        if self.state in EXCHANGE_STATES or self._open is not None:
            return Side.SERVER
        return None

    # The server

    def _from_server(self, line: bytes) -> Observation:
        before = self.state
        parsed = reply.parse_line(line)
        if parsed is None:
            self._notes.append("A server's line begins with three digits; this one does not.")
            return self._observation(Side.SERVER, "unknown", before, self.turns)
        if self._open is not None and self._open != parsed.code:
            self._notes.append(f"The reply {self._open}- has no last line; another reply begins.")
            self._end_reply(self._open)
        turns, mechanism = self.turns, self.mechanism
        text, start, message, turn = None, 0, None, self._server_turn
        if parsed.code == 220 and self._open is None and self.state is not State.STARTTLS_SENT:
            self._greet()
        if parsed.code == 334:
            text, start = parsed.text, parsed.text_span.start
            message = self._challenge(text)
            turns, mechanism, turn = self._turns_before, self.mechanism, self._server_turn - 1
        if self.state in (State.EHLO_SENT, State.HELLO_AFTER_AUTH) and parsed.code // 100 == 2:
            if self._open is None:
                self._ehlo_lines = []
            self._ehlo_lines.append(line)
        if parsed.separator == b"-":
            self._open = parsed.code
        else:
            self._end_reply(parsed.code)
        return self._observation(
            Side.SERVER, "reply", before, turns, mechanism, turn, text, start, message, reply_line=parsed
        )

    def _end_reply(self, code: int) -> None:
        """A whole reply is there: move."""
        self._open = None
        token = reply_token(code)
        if token is None:
            self._notes.append(f"{code} is no code that SMTP has.")
            return
        before = self.state
        after = TRANSITIONS.get((before, token))
        if before is State.CONNECTED and token is Token.NO and self._client_spoke:
            after = before  # the answer to a command of a paste that begins in the middle, no greeting
        if after is None:
            after = self._unexpected(token, code)
        elif before in (State.EHLO_SENT, State.HELLO_AFTER_AUTH) and token is Token.YES:
            self.ehlo = ehlo.parse(self._ehlo_lines) if self._ehlo_lines else None
        elif before is State.STARTTLS_SENT and token is Token.READY:
            # RFC 3207 section 4.2: what was learnt before TLS is forgotten.
            self.tls, self.ehlo = True, None
        if before in EXCHANGE_STATES and after not in EXCHANGE_STATES:
            if after is State.READY and self._resume is not None:
                after = self._resume
            self._resume = None
            self.mechanism = None
        self.state = after

    def _unexpected(self, token: Token, code: int) -> State:
        """Where a reply leads that is out of order."""
        if token is Token.CHALLENGE:
            if self.state is State.CHALLENGED:
                self._notes.append("A second challenge without a response between them.")
            elif self.state not in EXCHANGE_STATES:
                self._notes.append("A challenge, and no AUTH was seen before it.")
            return State.CHALLENGED
        self._notes.append(f"{code} is out of order here ({self.state}).")
        if token is Token.ACCEPTED:
            return State.AUTHENTICATED
        if token is Token.BYE:
            return State.CLOSED
        if self.state is State.CHALLENGED and token is Token.NO:
            return State.READY
        if token is Token.YES and self.state in (State.AUTH_SENT, State.RESPONDED):
            self._notes.append("Success in AUTH is 235 (RFC 4954 section 4); this is another 2xx.")
            return State.AUTHENTICATED
        if token is Token.YES and self.state in (State.CONNECTED, State.GREETED):
            return State.READY if self.state is State.GREETED else State.CONNECTED
        if token in (Token.YES, Token.NO) and self.state in CONTENT_STATES:
            return TRANSITIONS[TRANSITIONS[self.state, Token.END], token]
        return self.state

    def _greet(self) -> None:
        """220 outside of STARTTLS is a greeting: everything begins anew."""
        if self.state is not State.CONNECTED:
            self._notes.append("A new greeting: another connection begins.")
        self.state, self.ehlo, self.tls = State.CONNECTED, None, self.tls and self.state is State.CONNECTED
        self.mechanism, self.turns, self._resume, self._client_spoke = None, Turns(), None, False
        self._server_turn = self._client_turn = 0

    def _challenge(self, text: bytes) -> bytes:
        """Count a challenge and keep its message."""
        decoding = b64.decode(text)
        message = decoding.lenient if decoding.message is None else decoding.message
        if self.state not in EXCHANGE_STATES:
            self.turns, self._server_turn, self._client_turn = Turns(), 0, 0
        first_after_initial = self.state is State.AUTH_SENT and self._server_turn == 1
        if first_after_initial and self.mechanism == "LOGIN" and _asks_for_name(message):
            # Some servers ask for the name although the AUTH line brought it.
            self._notes.append("The server ignored the initial response: it asks for the user name again.")
            self.turns, self._server_turn, self._client_turn = Turns(), 0, 0
        self._turns_before = self.turns
        self.turns = self.turns.then(Side.SERVER, message)
        self._client_turn = self._server_turn
        self._server_turn += 1
        return message

    # The client

    def _from_client(self, line: bytes) -> Observation:
        before = self.state
        self._client_spoke = True
        if self._open is not None:
            self._notes.append(f"The reply {self._open}- had no last line yet; the client did not wait for it.")
            self._end_reply(self._open)
        if self.state is State.CHALLENGED:
            return self._response(line, before)
        if self.state in CONTENT_STATES:
            self._move(Token.END if line == b"." else Token.TEXT)
            return self._observation(Side.CLIENT, "unknown", before, self.turns)
        parsed = command.parse(line)
        if parsed is None or (self.state in EXCHANGE_STATES and parsed.verb not in KNOWN_VERBS):
            return self._stray(line, before)
        token = COMMAND_TOKENS.get(parsed.verb, Token.OTHER)
        if token in (Token.EHLO, Token.HELO, Token.AUTH) and not parsed.argument.strip():
            token = Token.OTHER  # wrong syntax moves nothing; a server answers 501
        if token is Token.AUTH:
            return self._auth(line, parsed, before)
        legal = (self.state, token) in TRANSITIONS
        self._move(token)
        if not legal:
            if before is not State.CONNECTED:  # a paste may begin in the middle
                self._notes.append(f"{token} is out of order here ({before}).")
            self._resync(token)
        if token is Token.HELO:
            self.ehlo = None
        return self._observation(Side.CLIENT, "command", before, self.turns, command_=parsed)

    def _auth(self, line: bytes, parsed: "command.Command", before: State) -> Observation:
        """An exchange begins."""
        if (self.state, Token.AUTH) not in TRANSITIONS:
            if before is not State.CONNECTED:
                self._notes.append(f"AUTH is out of order here ({before}).")
            self._resume = self.state if self.state not in EXCHANGE_STATES else None
        self.state = State.AUTH_SENT
        name = parsed.mechanism
        self.mechanism = None if name is None else name.upper()
        self.turns, self._server_turn, self._client_turn = Turns(), 0, 0
        initial = parsed.initial_response
        text, start, message = None, 0, None
        span = parsed.initial_response_span
        if initial is not None and span is not None:
            text, start = initial, span.start
            decoding = b64.decode(initial)
            message = decoding.lenient if decoding.message is None else decoding.message
            self.turns = self.turns.then(Side.CLIENT, message)
            self._server_turn = self._client_turn = 1
        return self._observation(
            Side.CLIENT, "command", before, Turns(), self.mechanism, 0, text, start, message, command_=parsed
        )

    def _response(self, line: bytes, before: State) -> Observation:
        """The client's answer to a challenge; whatever it looks like, a server takes it as one."""
        turns, mechanism, turn = self.turns, self.mechanism, self._client_turn
        if line == b"*":
            self._move(Token.CANCEL)
            return self._observation(Side.CLIENT, "response", before, turns, mechanism, turn)
        parsed = command.parse(line)
        if parsed is not None and parsed.verb in KNOWN_VERBS:
            self._notes.append(
                f"This reads like the command {parsed.verb.decode('ascii')}, but the server waits for a response."
            )
        decoding = b64.decode(line)
        message = decoding.lenient if decoding.message is None else decoding.message
        self.turns = turns.then(Side.CLIENT, message)
        self._client_turn = turn + 1
        self._last_response = line
        self._move(Token.RESPONSE)
        return self._observation(Side.CLIENT, "response", before, turns, mechanism, turn, line, 0, message)

    def _stray(self, line: bytes, before: State) -> Observation:
        """A client's line that is no command and that nobody waits for."""
        if self.state in EXCHANGE_STATES:
            self._notes.append("The client did not wait for the server's reply.")
            if self.state is State.RESPONDED and len(self._last_response) in _WRAPS:
                self._notes.append("The response before this line was cut: an encoder wrapped it.")
            return self._observation(Side.CLIENT, "unknown", before, self.turns, self.mechanism, self._client_turn)
        self._notes.append("No command, and no response is due.")
        return self._observation(Side.CLIENT, "unknown", before, self.turns)

    def _move(self, token: Token) -> None:
        """Along the table, where it has the pair."""
        self.state = TRANSITIONS.get((self.state, token), self.state)

    def _resync(self, token: Token) -> None:
        """A command that is out of order: the reply to it is what comes next, all the same."""
        logged_in = self.state in ESTABLISHED
        if token is Token.EHLO:
            self.state = State.HELLO_AFTER_AUTH if logged_in else State.EHLO_SENT
        elif token is Token.HELO:
            self.state = State.HELLO_AFTER_AUTH if logged_in else State.HELO_SENT
        elif token is Token.STARTTLS:
            self.state = State.STARTTLS_SENT
        elif token is Token.QUIT:
            self.state = State.QUIT_SENT
        if self.state not in EXCHANGE_STATES:
            self.mechanism = None

    def _observation(
        self,
        side: Side | None,
        kind: str,
        before: State,
        turns: Turns,
        mechanism: str | None = None,
        turn: int = 0,
        text: bytes | None = None,
        text_start: int = 0,
        message: bytes | None = None,
        *,
        reply_line: "reply.ReplyLine | None" = None,
        command_: "command.Command | None" = None,
    ) -> Observation:
        return Observation(
            side, kind, reply_line, command_, before, self.state, mechanism, turn, turns, text, text_start, message,
            tuple(self._notes),
        )  # fmt: skip


_BASE64 = re.compile(rb"[A-Za-z0-9+/]{4,}={0,2}")
_NO_WORD = 20
"""Characters of Base64 that are no word, whatever they decode to."""


def _is_answer(line: bytes) -> bool:
    """Whether a line without a code is Base64 of the client's: a server's has 334 in front (RFC 4954 section 4).

    A log of one side alone, or the rest of an answer that was cut, looks so; it may be the password.
    """
    from tutor.sasl import registry

    if not _BASE64.fullmatch(line):
        return False
    decoding = b64.decode(line)
    message = decoding.lenient if decoding.message is None else decoding.message
    if len(line) < _NO_WORD and (decoding.message is None or not _is_text(message)):
        return False
    asked = (mechanism.recognises(Side.SERVER, message, False) for mechanism in registry.each())
    return not any(found is not None and found.certainty is Certainty.CERTAIN for found in asked)


def _is_text(message: bytes) -> bool:
    try:
        return message.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _asks_for_name(message: bytes) -> bool:
    """Whether LOGIN's prompt, at the place of the second one, asks for the user name all the same."""
    from tutor.sasl import registry

    login = registry.get("LOGIN")
    return login is not None and login.stage(Side.SERVER, 1, message) == "username prompt"
