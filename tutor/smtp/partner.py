"""Plays the server for someone who is the client by hand: practice, drive steps, plain mode.

With equal scenarios two practices are equal, whatever is undone in between: undoing plays
everything but the last line again.
"""

from collections.abc import Sequence

from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange
from tutor.sasl.mechanism import Mechanism, Scenario, Turns
from tutor.smtp.dialects import PLAIN, Dialect
from tutor.smtp.dialogue import Dialogue, Observation
from tutor.smtp.faults import NO_FAULT, Fault
from tutor.smtp.server import ServerSession
from tutor.smtp.states import CONTENT_STATES, TRANSACTION_STATES, State
from tutor.wire import b64
from tutor.wire.lines import Line, Side

CLIENT_NAME = "client.example.org"
"""What a solution says in EHLO."""
HINTS = 4
"""How many hints there are for each thing that is due; the last one gives it away."""


class Partner:
    """A practice session against our own server.

    `mechanism` is the one to practise; the server also offers the others of `mechanisms`.
    `tls` is `none` or `starttls`; the handshake itself is only pretended.
    """

    def __init__(
        self,
        scenario: Scenario,
        mechanism: str = "LOGIN",
        dialect: Dialect = PLAIN,
        *,
        mechanisms: Sequence[str] | None = None,
        tls: str = "none",
        fault: Fault = NO_FAULT,
    ) -> None:
        found = registry.get(mechanism)
        if found is None or found.serve is None or found.answer is None:
            raise ValueError(f"{mechanism} cannot be practised; ask registry.played()")
        self.target: Mechanism = found
        """The mechanism to practise."""
        self.dialect = dialect
        self._given = scenario
        self._offered = tuple(mechanisms or dict.fromkeys((found.name, "LOGIN", "PLAIN", "CRAM-MD5")))
        self._tls = tls
        self._fault = fault
        self._said: list[bytes] = []
        self._reset()

    def _reset(self) -> None:
        self._exchanges = -1
        self._session = ServerSession(
            self._next_scenario,
            mechanisms=self._offered,
            dialect=self.dialect,
            tls=self._tls,
            fault=self._fault,
        )
        self._dialogue = Dialogue()
        self.lines: list[Line] = []
        """Both sides' lines so far."""
        self.observations: list[Observation] = []
        """What each of `lines` is."""
        self._started = False

    def _next_scenario(self) -> Scenario:
        """The session asks once for its greeting and then for each AUTH: no challenge comes twice."""
        number, self._exchanges = max(self._exchanges, 0), self._exchanges + 1
        return vary(self._given, number)

    # What the caller does

    def start(self) -> list[Line]:
        """Connect: the greeting."""
        if self._started:
            raise RuntimeError("The practice has started; use .say()")
        self._started = True
        return self._take()

    def say(self, line: bytes) -> list[Line]:
        """Say one line (without CRLF) as the client: the server's lines that it brings."""
        if not self._started:
            raise RuntimeError("Call .start() first: the server speaks first")
        self._said.append(line)
        self._session.receive_data(line + b"\r\n")
        if self._session.wants_tls:
            self._session.tls_started()
        return [seen for seen in self._take() if seen.side is Side.SERVER]

    def undo(self) -> bytes | None:
        """Take the last line back, with all that it brought: that line, or None where there is none."""
        if not self._said:
            return None
        *earlier, last = self._said
        self._said = []
        self._reset()
        self.start()
        for line in earlier:
            self.say(line)
        return last

    def _take(self) -> list[Line]:
        self._session.data_to_send()
        lines = self._session.lines_seen()
        self.lines += lines
        self.observations += [self._dialogue.observe(line) for line in lines]
        return lines

    # Where it stands

    @property
    def state(self) -> State:
        """The server's own state."""
        return self._session.state

    @property
    def done(self) -> bool:
        """Whether 235 was said."""
        return self._session.authenticated

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._session.closed

    @property
    def mechanism(self) -> Mechanism | None:
        """The mechanism of the running exchange, or None outside of one."""
        exchange = self._session.exchange
        return None if exchange is None else exchange.mechanism

    @property
    def scenario(self) -> Scenario:
        """What decides the running exchange (or the next one)."""
        if self._session.exchange is not None and self._session.scenario is not None:
            return self._session.scenario
        return self._given

    @property
    def turns(self) -> Turns:
        """What was said in the running exchange, up to the answer that is due."""
        return self._dialogue.turns if self._session.exchange is not None else Turns()

    @property
    def due(self) -> str:
        """What is due from the client now: a verb, `response`, `.`, or `` where nothing is."""
        state = self.state
        if state is State.CHALLENGED:
            return "response"
        if state in (State.GREETED, State.UNEXTENDED):
            return "EHLO"
        if state is State.READY:
            return "STARTTLS" if self._tls == "starttls" and not self._session.tls else "AUTH"
        if state in CONTENT_STATES:
            return "."
        if state in TRANSACTION_STATES:
            return "RSET"
        return "" if state is State.CLOSED or state is State.CONNECTED else "QUIT"

    # Help

    def solution(self) -> bytes:
        """The right line now (without CRLF); `b"*"` where an exchange cannot be won any more."""
        due = self.due
        if due == "EHLO":
            return b"EHLO " + CLIENT_NAME.encode()
        if due == "AUTH":
            return b"AUTH " + self.target.name.encode()
        if due == "response":
            message = self.due_message()
            return b"*" if message is None else b64.encode(message)
        return due.encode()

    def due_message(self) -> bytes | None:
        """The message of the response that is due; None where no right one is left, or none is due."""
        mechanism = self.mechanism
        return None if mechanism is None else right_message(mechanism, self.scenario, self.turns)

    def hint(self, level: int) -> str | None:
        """Help for what is due, 0 (a nudge) to HINTS - 1 (the line itself); None beyond."""
        if not 0 <= level < HINTS or not self.due:
            return None
        if self.due == "response":
            return self._response_hint(level)
        if level == HINTS - 1:
            return f"Type: {self.solution().decode('ascii', 'backslashreplace')}"
        return _HINTS[self.due][min(level, len(_HINTS[self.due]) - 1)].replace("{mechanism}", self.target.name)

    def _response_hint(self, level: int) -> str:
        mechanism, turns = self.mechanism, self.turns
        assert mechanism is not None
        challenge = turns.challenge or b""
        message = self.due_message()
        if message is None:
            return "This exchange cannot be won any more. `*` cancels it; then AUTH begins a new one."
        if level == 0:
            if not challenge:
                return "334 with nothing behind it: the server has nothing to ask. Begin, in Base64."
            return "334 means: go on. What stands behind it is Base64; decode it, then answer in Base64."
        if level == 1:
            turn = sum(turn.side is Side.SERVER for turn in turns.said) - 1
            turn += bool(turns.said) and turns.said[0].side is Side.CLIENT
            return mechanism.expects(Side.SERVER, turn, challenge)
        if level == 2:
            return f"In a shell: {shell_command(message)}"
        return f"Type: {b64.encode(message).decode('ascii')}" if message else "Type an empty line: press enter."


_HINTS: dict[str, tuple[str, ...]] = {
    "EHLO": (
        "220 is the greeting. Now the client says who it is.",
        "It says EHLO, not HELO: only EHLO brings the list of what the server can do, AUTH among it.",
        "EHLO, a space, and your host's name.",
    ),
    "STARTTLS": (
        "The server offers STARTTLS: a password should not travel in clear.",
        "STARTTLS is a command of its own, without anything behind it.",
    ),
    "AUTH": (
        "The last reply lists what the server can do. Look for its AUTH line.",
        "AUTH takes the name of one mechanism of that list.",
        "AUTH, a space, and {mechanism}.",
    ),
    "QUIT": ("You are logged in. A polite client says goodbye.", "The command is QUIT."),
    "RSET": ("A mail transaction is open; AUTH is not allowed in it.", "RSET ends it."),
    ".": ("The server takes every line as the message now.", "A line with a single dot ends the message."),
}


def right_message(mechanism: Mechanism, scenario: Scenario, turns: Turns) -> bytes | None:
    """The client's right answer after `turns` (a message, not Base64), or None where none is left."""
    client = ClientExchange(mechanism, scenario)
    challenges = [turn.message for turn in turns.said if turn.side is Side.SERVER]
    initial_sent = bool(turns.said) and turns.said[0].side is Side.CLIENT
    if not challenges:
        return client.initial_response
    message: bytes | None = None
    if client.initial_response is not None:
        if not initial_sent:
            # The empty challenge asks for what the AUTH line did not bring.
            message = client.initial_response
            challenges = challenges[1:]
    elif initial_sent:
        client.response(scenario.prompts[0])  # LOGIN's user name went on the AUTH line: that prompt was never said
    for challenge in challenges:
        if client.outcome is not None:
            return None
        message = client.response(challenge)
    return message


def vary(scenario: Scenario, number: int) -> Scenario:
    """The scenario of the exchange with that number, from 0: its own, then others that are as well determined."""
    if not number:
        return scenario
    return scenario._replace(
        process_id=scenario.process_id + 7 * number,
        timestamp=scenario.timestamp + 13 * number,
        server_nonce=scenario.server_nonce + b"%d" % number,
        client_nonce=scenario.client_nonce + b"%d" % number,
    )


def shell_command(message: bytes) -> str:
    """A command for a shell that prints the Base64 of `message`, without the newline that echo adds."""
    try:
        text = message.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and text.isprintable():
        quoted = "'" + text.replace("'", "'\\''") + "'"
        return f"printf %s {quoted} | openssl base64 -A"
    # Octal in three digits: a digit that follows is then no part of it.
    escaped = "".join(
        chr(octet) if 0x20 <= octet <= 0x7E and octet not in b"\\%'" else ("%%" if octet == 0x25 else f"\\{octet:03o}")
        for octet in message
    )
    return f"printf '{escaped}' | openssl base64 -A"
