"""What every list of misconceptions must keep to."""

from tutor.sasl.exchange import ServerExchange
from tutor.sasl.mechanism import Mechanism, Scenario, Side, Success, Turns


def check(mechanism: Mechanism, scenario: Scenario, turns: Turns) -> dict[str, int]:
    """None of a mistake's messages is right, each is made once only; how many each code makes at this point."""
    counts: dict[str, int] = {}
    for misconception in mechanism.misconceptions:
        for message in misconception.wrong(scenario, turns):
            counts[misconception.code] = counts.get(misconception.code, 0) + 1
            exchange = ServerExchange(mechanism, scenario)
            for said in (*(turn.message for turn in turns.said if turn.side is Side.CLIENT), message):
                if exchange.outcome is None:
                    exchange.respond(said)
            assert not isinstance(exchange.outcome, Success), (misconception.code, message)
    return counts
