"""Drive a mechanism's scripts: one object a side, no I/O, no Base64, no reply codes."""

from tutor.sasl.mechanism import (
    ClientScript,
    Failure,
    Mechanism,
    Outcome,
    Reason,
    Scenario,
    ServerScript,
    Side,
    Turns,
)


class ServerExchange:
    """The server's side of one exchange.

    While `outcome` is None, `challenge` is the message to send and `respond` takes the
    answer. `turns` holds what was really said, without an empty challenge that an initial
    response made unnecessary.
    """

    def __init__(self, mechanism: Mechanism, scenario: Scenario, initial_response: bytes | None = None) -> None:
        if mechanism.serve is None:
            raise ValueError(f"{mechanism.name} is read, not played; ask registry.played()")
        self.mechanism = mechanism
        self.turns = Turns()
        self.outcome: Outcome | None = None
        self.challenge: bytes | None = None
        self._script: ServerScript = mechanism.serve(scenario)
        if initial_response is None:
            self._advance(None)
            return
        self.turns = self.turns.then(Side.CLIENT, initial_response)
        if mechanism.first is Side.SERVER and not mechanism.initial_response:
            self._script.close()
            self.outcome = Failure(
                Reason.NO_INITIAL_RESPONSE, f"In {mechanism.name} the server speaks first (RFC 4954 section 4)."
            )
            return
        takes = mechanism.first is Side.CLIENT or (
            mechanism.takes_initial is not None and mechanism.takes_initial(scenario)
        )
        if takes:
            try:
                next(self._script)
            except StopIteration as stop:
                self.outcome = stop.value
                return
            self._advance(initial_response)
        else:
            self._advance(None)

    def respond(self, message: bytes) -> None:
        """Take the client's answer to `challenge`."""
        if self.outcome is not None:
            raise RuntimeError("This exchange has ended; look at .outcome before .respond()")
        self.turns = self.turns.then(Side.CLIENT, message)
        self._advance(message)

    def cancel(self) -> None:
        """Take the client's `*` (RFC 4954 section 4)."""
        if self.outcome is None:
            self._script.close()
            self.challenge = None
            self.outcome = Failure(Reason.CANCELLED, "The client cancelled with `*`.")

    def _advance(self, message: bytes | None) -> None:
        try:
            challenge = next(self._script) if message is None else self._script.send(message)
        except StopIteration as stop:
            self.challenge = None
            self.outcome = stop.value
            return
        self.challenge = challenge
        self.turns = self.turns.then(Side.SERVER, challenge)


class ClientExchange:
    """The client's side of one exchange.

    `initial_response` is None where the server speaks first. Each challenge goes to
    `response`; when the server says yes, `succeed` tells whether the client agrees.
    """

    def __init__(self, mechanism: Mechanism, scenario: Scenario) -> None:
        if mechanism.answer is None:
            raise ValueError(f"{mechanism.name} is read, not played; ask registry.played()")
        self.mechanism = mechanism
        self.turns = Turns()
        self.outcome: Outcome | None = None
        self.initial_response: bytes | None = None
        self._script: ClientScript = mechanism.answer(scenario)
        try:
            self.initial_response = next(self._script)
        except StopIteration as stop:
            self.outcome = stop.value
            return
        if self.initial_response is not None:
            self.turns = self.turns.then(Side.CLIENT, self.initial_response)

    def response(self, challenge: bytes) -> bytes | None:
        """The answer to `challenge`, or None where the client gives up: send `*`, see `outcome`.

        The empty challenge that asks for an unsent initial response is not fed here: the
        answer to it is `initial_response`.
        """
        if self.outcome is not None:
            raise RuntimeError("This exchange has ended; look at .outcome before .response()")
        self.turns = self.turns.then(Side.SERVER, challenge)
        try:
            message = self._script.send(challenge)
        except StopIteration as stop:
            self.outcome = stop.value
            return None
        if message is None:
            self.outcome = Failure(Reason.MALFORMED, "The client has nothing to say to this challenge.")
            return None
        self.turns = self.turns.then(Side.CLIENT, message)
        return message

    def succeed(self) -> Outcome:
        """The server said yes (235): the client's own verdict, which in SCRAM may be no."""
        if self.outcome is None:
            try:
                self._script.send(None)
            except StopIteration as stop:
                self.outcome = stop.value
            else:
                self._script.close()
                self.outcome = Failure(Reason.SERVER_UNPROVEN, "The server said yes before the exchange was complete.")
        assert self.outcome is not None
        return self.outcome

    def fail(self, reason: Reason = Reason.CREDENTIALS, detail: str = "") -> None:
        """The server said no."""
        if self.outcome is None:
            self._script.close()
            self.outcome = Failure(reason, detail)
