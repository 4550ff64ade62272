"""Floor 5: an exchange played up to the answer that is due, by the mechanism's own scripts."""

from tutor.records import Record
from tutor.sasl import registry
from tutor.sasl.exchange import ServerExchange
from tutor.sasl.mechanism import Mechanism, Scenario, Side, Turns
from tutor.smtp.partner import right_message
from tutor.wire import b64
from tutor.wire.lines import Line


class Due(Record):
    """One place of an exchange at which the client has to answer."""

    mechanism: Mechanism
    turns: Turns
    """What was said before, in messages."""
    right: bytes
    """The message that is due."""
    initial: bool
    """Whether it stands on the AUTH line."""

    @property
    def text(self) -> bytes:
        """The right answer as it is typed (`=` for an empty initial response, RFC 4954 section 4)."""
        return b"=" if self.initial and not self.right else b64.encode(self.right)


class CannotPlay(ValueError):
    """The exchange does not come to that place; the message says why."""


def due_at(scenario: Scenario, name: str, turn: int = 0, initial: bool = False) -> Due:
    """Where the client's message number `turn` (from 0) is due; `initial`: the first one goes on the AUTH line.

    Raises CannotPlay where the mechanism is only read, or where the exchange is over before.
    """
    mechanism = registry.require(name)
    if mechanism.serve is None or mechanism.answer is None:
        raise CannotPlay(f"{name} is read, not played")
    first = right_message(mechanism, scenario, Turns()) if mechanism.first is Side.CLIENT else None
    if initial and not mechanism.initial_response:
        raise CannotPlay(f"{name} takes no initial response")
    if initial and first is None:
        if mechanism.takes_initial is None:
            raise CannotPlay(f"{name} has no initial response here")
        first = scenario.credentials.authcid.encode()  # LOGIN: the user name, by custom
    if initial and turn == 0:
        assert first is not None
        return Due(mechanism, Turns(), first, True)
    server = ServerExchange(mechanism, scenario, first if initial else None)
    for _ in range(turn - initial):
        message = right_message(mechanism, scenario, server.turns)
        if message is None or server.outcome is not None:
            raise CannotPlay(f"{name} has no client message number {turn}")
        server.respond(message)
    right = right_message(mechanism, scenario, server.turns)
    if right is None or server.outcome is not None:
        raise CannotPlay(f"{name} has no client message number {turn}")
    return Due(mechanism, server.turns, right, False)


def workings(scenario: Scenario, name: str, turn: int) -> dict[str, bytes]:
    """`challenge` and `message` (the right answer) at that place, and every value on the way to it by its name."""
    due = due_at(scenario, name, turn)
    found = {"challenge": due.turns.challenge or b"", "message": due.right}
    if due.mechanism.steps is not None:
        for working in due.mechanism.steps(scenario, due.turns):
            found.setdefault(working.name, working.value)
    return found


def as_lines(mechanism: str, turns: Turns) -> list[Line]:
    """The exchange as it stands on the wire, from the AUTH line on."""
    said = list(turns.said)
    auth = b"AUTH " + mechanism.encode()
    if said and said[0].side is Side.CLIENT:
        first = said.pop(0)
        auth += b" " + (b64.encode(first.message) if first.message else b"=")
    lines = [Line(Side.CLIENT, auth)]
    for turn in said:
        text = b64.encode(turn.message)
        lines.append(Line(turn.side, b"334 " + text if turn.side is Side.SERVER else text))
    return lines
