"""Floor 4: read a scenario back from what a server said, so that our own server can ask and judge the same."""

from tutor.sasl.mechanism import Mechanism, Scenario, Side, Turns


def server_values(mechanism: Mechanism, scenario: Scenario, turns: Turns) -> Scenario:
    """The scenario with the values of the server's messages: by field name, as the specifications call them."""
    number = 0
    for turn in turns.said:
        if turn.side is Side.SERVER:
            for field in mechanism.fields(Side.SERVER, number, turn.message):
                scenario = _taken(scenario, field.name, field.value)
            number += 1
    prompts = [turn.message for turn in turns.said if turn.side is Side.SERVER]
    if mechanism.first is Side.SERVER and len(prompts) == 2:
        scenario = scenario._replace(prompts=(prompts[0], prompts[1]))
    return scenario


def _taken(scenario: Scenario, name: str, value: str) -> Scenario:
    if name == "hostname" and value:
        return scenario._replace(hostname=value)
    if name == "timestamp" and value.isdigit():
        return scenario._replace(timestamp=int(value))
    if name == "nonce" and value:
        if value.isdigit() and len(value) < 12:
            return scenario._replace(process_id=int(value))
        return scenario._replace(server_nonce=value.encode("utf-8", "surrogateescape"))
    if name == "realm":
        return scenario._replace(realm=value)
    if name == "i" and value.isdigit():
        return scenario._replace(iterations=int(value))
    if name == "s":
        from tutor.wire import b64

        salt = b64.decode(value.encode("utf-8", "surrogateescape")).message
        return scenario if salt is None else scenario._replace(salt=salt)
    return scenario


def client_host(mechanism: Mechanism, scenario: Scenario, turns: Turns, message: bytes) -> Scenario:
    """Where nobody said which host it is, believe the client's `digest-uri` (`smtp/HOST`)."""
    if scenario.hostname != Scenario._field_defaults["hostname"]:
        return scenario
    for field in mechanism.fields(Side.CLIENT, turns.number, message):
        service, slash, host = field.value.partition("/")
        if field.name == "digest-uri" and slash and host and service == scenario.service:
            return scenario._replace(hostname=host)
    return scenario
