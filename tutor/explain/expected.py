"""Floor 4: what would be right: the client's own script says it, and the server's judges it.

An answer is right when it is what our client would send, or when a server that knows the
user says yes to it and to what follows; so no formula of ours is checked against itself
alone, and a right answer may look otherwise than ours (another client nonce, an authzid
that is the user's own name).
"""

from collections.abc import Iterator

from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Mechanism, Reason, Scenario, Side, Success, Turn, Turns

_LONGEST_REST = 4
"""How many more answers a judged exchange may need after the one that is judged."""


class Octets(str):
    """A value that stands for given octets, also where these are no UTF-8: `encode` returns them.

    A mechanism hides the password in a digest; to see whether a Latin-1 password was hashed, it
    must be hashed so, by the mechanism's own script.
    """

    octets: bytes

    def __new__(cls, octets: bytes) -> "Octets":
        made = super().__new__(cls, octets.decode("utf-8", "surrogateescape"))
        made.octets = octets
        return made

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """The octets, whatever is asked for."""
        return self.octets


def value_of(octets: bytes) -> str:
    """Octets as a credential: a plain string where they are UTF-8."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return Octets(octets)


def with_values(scenario: Scenario, name: bytes | None = None, password: bytes | None = None) -> Scenario:
    """The scenario with another user name, another password, or both."""
    own = scenario.credentials
    return scenario._replace(
        credentials=Credentials(
            own.authcid if name is None else value_of(name),
            own.password if password is None else value_of(password),
            own.authzid,
        )
    )


_ONE_MESSAGE = ("PLAIN", "EXTERNAL", "ANONYMOUS")
"""The client sends one message, the server none: what stands in its 334, such as Yahoo's `Plain:`, is only a prompt."""


def settled(mechanism: Mechanism, turns: Turns) -> Turns:
    """The turns without an initial response that the server ignored, and without the challenge that asked for one.

    A server-first mechanism may carry its first answer on the AUTH line (LOGIN). Where the
    server then asks its first question all the same, that answer was never taken.
    """
    said = turns.said
    if mechanism.first is Side.CLIENT:
        prompted = (
            bool(said) and said[0].side is Side.SERVER and (not said[0].message or mechanism.name in _ONE_MESSAGE)
        )
        return Turns(said[1:]) if prompted else turns
    if len(said) >= 2 and said[0].side is Side.CLIENT and said[1].side is Side.SERVER:
        first = mechanism.stage(Side.SERVER, 0, b"")
        if mechanism.stage(Side.SERVER, 1, said[1].message) == first:
            return Turns(said[1:])
    return turns


def own_answers(mechanism: Mechanism, scenario: Scenario, turns: Turns) -> bytes | None:
    """What our client sends after these (settled) turns; None where it has nothing to say."""
    if mechanism.answer is None:
        return None
    try:
        client = ClientExchange(mechanism, scenario)
        if mechanism.first is Side.CLIENT:
            due = client.initial_response
        elif not turns.said:
            due = client.response(b"") if mechanism.initial_response else None
        else:
            due = None
            if turns.said[0].side is Side.CLIENT:
                client.response(b"")
        for turn in turns.said:
            if turn.side is Side.SERVER:
                if client.outcome is not None:
                    return None
                due = client.response(turn.message)
    except ValueError:
        return None  # values that the script cannot carry: SASLprep's prohibitions, lone surrogates
    return due


def refusal(mechanism: Mechanism, scenario: Scenario, turns: Turns) -> str:
    """Why our client has nothing to say after these (settled) turns, one sentence; empty where it has not said."""
    if mechanism.answer is None:
        return f"{mechanism.name} is read, not played."
    client = ClientExchange(mechanism, scenario)
    for turn in turns.said:
        if turn.side is Side.SERVER and client.outcome is None:
            client.response(turn.message)
    return client.outcome.detail if isinstance(client.outcome, Failure) else ""


def adopted(mechanism: Mechanism, scenario: Scenario, turns: Turns, message: bytes = b"") -> Scenario:
    """The scenario with what the client is free to choose, as it really chose, `message` last.

    The client nonce, which SCRAM names `r` in its first message and DIGEST-MD5 `cnonce`; and
    SCRAM's flag: whether it can bind, and by which of the types that the server takes.
    """
    number = 0
    for turn in (*turns.said, None):
        octets = message if turn is None else turn.message
        if turn is not None and turn.side is Side.SERVER:
            continue
        for field in mechanism.fields(Side.CLIENT, number, octets):
            if field.name == "gs2-header" and number == 0:
                scenario = _flagged(scenario, field.value)
            if (field.name == "r" and number == 0) or field.name == "cnonce":
                if field.value.isascii() and field.value.isprintable() and field.value.strip():
                    scenario = scenario._replace(client_nonce=field.value.encode("utf-8", "surrogateescape"))
                break
        number += 1
    return scenario


def _flagged(scenario: Scenario, header: str) -> Scenario:
    """The scenario of a client that chose this GS2 header (RFC 5802 section 6), where it may."""
    flag = header.partition(",")[0]
    if flag == "y" and scenario.channel_binding is None:
        return scenario._replace(could_bind=True)
    chosen = tuple(each for each in scenario.bindings if flag == f"p={each[0]}")
    return scenario.bound(chosen + tuple(each for each in scenario.bindings if each not in chosen))


def judged(mechanism: Mechanism, scenario: Scenario, turns: Turns, message: bytes) -> bool | None:
    """What a server that knows this user says of `message`: True for yes; None where it cannot be asked.

    The server is ours, so it can judge only what it asked itself: where the challenges in
    `turns` are not its own, or where earlier answers already failed, it has no opinion.
    """
    credentials = scenario.credentials
    if mechanism.serve is None:
        return None
    if credentials.password is None and needs_password(mechanism, scenario, turns):
        return None
    # Where no password travels (EXTERNAL, ANONYMOUS, a name alone), any will do.
    users = UserTable({credentials.authcid: credentials.password or ""})
    scenario = scenario._replace(users=users, takes_login_initial_response=True)
    said = turns.said
    try:
        server, rest = _begun(mechanism, scenario, turns, message)
        for turn in rest:
            if turn.side is Side.SERVER:
                if server.challenge is None or not _same_question(mechanism, server.challenge, turn.message):
                    return None
            elif server.outcome is None:
                server.respond(turn.message)
        if said and server.outcome is None:
            server.respond(message)
        return _finished(mechanism, scenario, server)
    except ValueError:
        return None


_DECISIVE = ("nonce", "realm", "r", "s", "i", "challenge", "prompt", "v", "rspauth")
"""The fields of a challenge that an answer depends on."""


def _same_question(mechanism: Mechanism, ours: bytes, theirs: bytes) -> bool:
    """Whether two challenges ask the same, though another server orders or adds directives."""
    if ours == theirs:
        return True
    one, other = (
        sorted(
            (field.name, field.value) for field in mechanism.fields(Side.SERVER, 0, octets) if field.name in _DECISIVE
        )
        for octets in (ours, theirs)
    )
    return one == other and bool(one)


def _begun(
    mechanism: Mechanism, scenario: Scenario, turns: Turns, message: bytes
) -> tuple[ServerExchange, tuple[Turn, ...]]:
    """The server after its first step, and the turns that it has still to go through."""
    said = turns.said
    if not said:
        return ServerExchange(mechanism, scenario, message), ()
    if said[0].side is Side.CLIENT:
        return ServerExchange(mechanism, scenario, said[0].message), said[1:]
    return ServerExchange(mechanism, scenario), said


def _finished(mechanism: Mechanism, scenario: Scenario, server: ServerExchange) -> bool | None:
    """Go on rightly after the judged answer, and see whether the server says yes."""
    for _ in range(_LONGEST_REST):
        if isinstance(server.outcome, Success):
            return True
        if isinstance(server.outcome, Failure):
            return False if server.outcome.reason in (Reason.CREDENTIALS, Reason.MALFORMED) else None
        rest = own_answers(mechanism, scenario, settled(mechanism, server.turns))
        if rest is None:
            # Our client would have said it otherwise, so it cannot check the server's proof; an
            # empty line acknowledges that unseen.
            server.respond(b"")
            return True if isinstance(server.outcome, Success) else None
        server.respond(rest)
    return None


def needs_password(mechanism: Mechanism, scenario: Scenario, turns: Turns) -> bool:
    """Whether the answer that is due depends on the password."""
    one, other = (own_answers(mechanism, with_values(scenario, password=guess), turns) for guess in _GUESSES)
    return one != other


_GUESSES = (b"f3a1c07e-one", b"9be2d4c5-other-longer")


def places(mechanism: Mechanism, scenario: Scenario, turns: Turns, message: bytes) -> Iterator[tuple[str, int, int]]:
    """Where the user name and the password stand, as they are, in a right message: (what, start, end)."""
    credentials = scenario.credentials
    name = credentials.authcid.encode("utf-8", "surrogatepass")
    password = None if credentials.password is None else credentials.password.encode("utf-8", "surrogatepass")
    seen: set[tuple[int, int]] = set()
    for field in mechanism.fields(Side.CLIENT, turns.number, message):
        start, end = field.span
        octets = message[start:end]
        if end <= start or (start, end) in seen:
            continue
        if octets == password and field.secret:
            seen.add((start, end))
            yield PASSWORD, start, end
        elif octets == name and not field.secret:
            seen.add((start, end))
            yield NAME, start, end


NAME, PASSWORD, BOTH, MESSAGE = "the user name", "the password", "the user name and the password", "the message"
