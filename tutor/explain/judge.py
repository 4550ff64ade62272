"""Floor 4: judge the last answer of a written exchange (`S: …`, `C: …`), and say what was due there."""

from collections.abc import Iterable
from typing import NamedTuple

from tutor.diagnosis import Verdict
from tutor.explain import expected
from tutor.explain.check import check_answer
from tutor.sasl import registry
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Mechanism, Recognition, Scenario, Side, Turn, Turns
from tutor.smtp.dialogue import Dialogue, Observation, State
from tutor.spans import Span
from tutor.wire import b64
from tutor.wire.lines import Line


class Due(NamedTuple):
    """One place of an exchange at which the client has to answer."""

    mechanism: Mechanism
    turns: Turns
    """What was said before, as it was written."""
    scenario: Scenario
    text: bytes | None
    """The client's line there, or None where it is still to come."""
    start: int = 0
    """Where `text` begins in the client's line (behind `AUTH PLAIN `)."""
    guessed: str = ""
    """Why we think that it is this mechanism, where the exchange does not say so."""

    def __repr__(self) -> str:
        return f"<Due {self.mechanism.name} after {len(self.turns.said)} messages>"


class Judgement(NamedTuple):
    """What is to be said of the last answer. `repr` hides the right answer."""

    mechanism: str
    stage: str
    """What was due, such as `username`."""
    verdict: Verdict
    expected: bytes | None
    """The right line; None where it cannot be known. Holds the password: show it only when asked."""
    due: Due

    def __repr__(self) -> str:
        return f"<Judgement {self.mechanism} {self.stage} {self.verdict!r}>"


class Unjudgeable(ValueError):
    """There is no answer to judge; the message says why, and what to do."""


def parse_exchange(lines: Iterable[bytes]) -> list[Line]:
    """Lines written as `S: 334 …` and `C: …`, with or without the space; others keep their side open."""
    parsed: list[Line] = []
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip(b"\r\n")
        head, rest = line.lstrip()[:2].upper(), line.lstrip()[2:]
        if head in (b"S:", b"C:"):
            side = Side.SERVER if head == b"S:" else Side.CLIENT
            parsed.append(Line(side, rest.removeprefix(b" "), number))
        elif line.strip():
            parsed.append(Line(None, line, number))
    return parsed


def judge_exchange(
    lines: list[Line], credentials: Credentials, mechanism: str | None = None, scenario: Scenario | None = None
) -> Judgement:
    """Judge the client's last line as what was due there.

    The exchange may begin anywhere: at the greeting, at AUTH, at a lone 334 (RFC 4954
    section 4). `mechanism` says which it is where the lines do not. Raises Unjudgeable where
    no answer was due or none is there.
    """
    return judge(find_due(lines, credentials, mechanism, scenario))


def judge(due: Due) -> Judgement:
    """Judge the answer that stands at this place."""
    verdict = check_answer(due.mechanism, due.scenario, due.turns, due.text or b"")
    right = right_line(due)
    turns = expected.settled(due.mechanism, due.turns)
    stage = due.mechanism.stage(Side.CLIENT, turns.number, b"" if right is None else b64.decode(right).lenient)
    return Judgement(due.mechanism.name, stage, _shifted(verdict, due.start), right, due)


def due_here(
    credentials: Credentials,
    mechanism: str | None = None,
    challenge: bytes | None = None,
    text: bytes | None = None,
    scenario: Scenario | None = None,
) -> Due:
    """A place that is given without an exchange: the server's line, or the mechanism whose first answer it is.

    `challenge` is a whole line (`334 …`) or its Base64 alone. Raises Unjudgeable where the
    mechanism cannot be told, or needs a challenge.
    """
    scenario = _own(scenario, credentials)
    if challenge is not None:
        line = challenge.strip(b"\r\n").removeprefix(b"S:").lstrip()
        line = line[3:].removeprefix(b" ") if line[:3] == b"334" else line
        message = b64.decode(line).message
        if message is None:
            from tutor.wire.printable import show

            raise Unjudgeable(f"The challenge is no Base64: {show(line[:80])}. To see why: sasl-tutor decode")
        return _due(mechanism, Turns().then(Side.SERVER, message), text, 0, scenario)
    if text is not None and text[:5].upper() == b"AUTH ":
        return find_due([Line(Side.CLIENT, text)], credentials, mechanism, scenario)
    due = _due(mechanism, Turns(), text, 0, scenario)
    if due.mechanism.first is Side.SERVER and not due.mechanism.initial_response:
        raise Unjudgeable(
            f"In {due.mechanism.name} the server speaks first, and the answer depends on it: "
            "give its line with --challenge '334 …'."
        )
    return due


def right_line(due: Due) -> bytes | None:
    """The Base64 of what is due, as it stands on the wire (`=` for an empty initial response)."""
    turns = expected.settled(due.mechanism, due.turns)
    scenario = expected.adopted(due.mechanism, due.scenario, turns)
    needs = expected.needs_password(due.mechanism, scenario, turns)
    if needs and scenario.credentials.password is None:
        return None
    right = expected.own_answers(due.mechanism, scenario, turns)
    if right is None:
        return None
    if not right and due.turns.challenge is None:
        return b"="
    return b64.encode(right)


def find_due(
    lines: list[Line], credentials: Credentials, mechanism: str | None = None, scenario: Scenario | None = None
) -> Due:
    """The last answer of the client in an exchange, with what was said before it.

    Commands behind it (`QUIT`, most often) are passed over, but for one that stands where a
    response was due. Raises Unjudgeable where there is no answer, or where the mechanism
    cannot be told.
    """
    scenario = _own(scenario, credentials)
    watched = _watch(lines)
    for place in reversed(range(len(watched))):
        line, seen = watched[place]
        if seen.side is not Side.CLIENT:
            continue
        joined = _joined(watched, place)
        if joined is not None:
            first, text = joined
            before = watched[first][1]
            return _due(before.mechanism or mechanism, before.turns, text, before.text_start, scenario)
        if seen.state_before is State.CHALLENGED:
            return _due(seen.mechanism or mechanism, seen.turns, line.line, 0, scenario)
        if seen.text is not None:
            return _due(seen.mechanism or mechanism, seen.turns, seen.text, seen.text_start, scenario)
    if not any(seen.side is Side.CLIENT for _, seen in watched):
        raise Unjudgeable("There is no client line to judge. Write it as C: … behind the server's S: 334 …")
    raise Unjudgeable("No client line here answers a 334, and none is an AUTH line with an initial response.")


def find_next(
    lines: list[Line], credentials: Credentials, mechanism: str | None = None, scenario: Scenario | None = None
) -> Due:
    """What is due behind the last line of an exchange: a 334, or an AUTH line; raises Unjudgeable as above."""
    scenario = _own(scenario, credentials)
    watched = _watch(lines)
    if not watched:
        raise Unjudgeable("There is no line of an exchange. Write the server's as S: … and the client's as C: …")
    _, seen = watched[-1]
    if seen.state is State.CHALLENGED and seen.message is not None:
        turns = seen.turns.then(Side.SERVER, seen.message)
        return _due(seen.mechanism or mechanism, turns, None, 0, scenario)
    if seen.command is not None and seen.command.verb == b"AUTH" and seen.text is None:
        found = _named(seen.mechanism or mechanism or "")
        if found.first is Side.CLIENT or found.initial_response:
            return Due(found, Turns(), scenario, None)
        raise Unjudgeable(f"In {found.name} the server speaks first: the exchange needs its 334 (S: 334 …).")
    raise Unjudgeable("The exchange does not end with a 334 or an AUTH line, so no answer is due.")


def _own(scenario: Scenario | None, credentials: Credentials) -> Scenario:
    if scenario is None:
        return Scenario(credentials, UserTable({}))
    return scenario._replace(credentials=credentials)


def _watch(lines: list[Line]) -> list[tuple[Line, Observation]]:
    dialogue = Dialogue()
    return [(line, dialogue.observe(line)) for line in lines]


def _joined(watched: list[tuple[Line, Observation]], place: int) -> tuple[int, bytes] | None:
    """An answer that an encoder wrapped: several client lines behind one challenge are one text."""
    first = place
    while first > 0 and watched[first - 1][1].side is Side.CLIENT and watched[first][1].kind == "unknown":
        first -= 1
    before = watched[first][1]
    if first == place or before.text is None:
        return None
    texts = [before.text] + [line.line for line, _ in watched[first + 1 : place + 1]]
    return first, b"\n".join(texts)


def _due(name: str | None, turns: Turns, text: bytes | None, start: int, scenario: Scenario) -> Due:
    guessed = ""
    if name is None:
        found, guessed = _recognised(turns, text)
    else:
        found = _named(name)
    turns = _with_beginning(found, turns, scenario)
    return Due(found, turns, _as_seen(found, turns, scenario, text), text, start, guessed)


def _named(name: str) -> Mechanism:
    found = registry.get(name)
    if found is None:
        known = ", ".join(mechanism.name for mechanism in registry.played())
        from tutor.wire.printable import show

        raise Unjudgeable(f"There is no mechanism {show(name)}. Those that can be judged: {known}.")
    if found.answer is None:
        raise Unjudgeable(f"{found.name} can be taken apart (sasl-tutor decode), but its answers cannot be judged.")
    return found


def _recognised(turns: Turns, text: bytes | None) -> tuple[Mechanism, str]:
    """The mechanism that a lone 334, or else the answer to it, looks like most."""
    looks: list[tuple[int, Mechanism, Recognition]] = []
    message = None if text is None else b64.decode(text).message
    for mechanism in registry.played():
        for side, octets in ((Side.SERVER, turns.challenge), (Side.CLIENT, message)):
            if octets is None:
                continue
            seen = mechanism.recognises(side, octets, False)
            if seen is not None:
                looks.append((int(seen.certainty), mechanism, seen))
    if not looks:
        if not turns.said:
            login = _named("LOGIN")
            return login, "nothing says which mechanism it is, so LOGIN's user name is supposed"
        raise Unjudgeable("From this challenge the mechanism cannot be told. Name it: --mechanism LOGIN, PLAIN, …")
    best = max(looks, key=lambda look: (look[0], look[1].name == "PLAIN"))
    return best[1], best[2].why


def _with_beginning(mechanism: Mechanism, turns: Turns, scenario: Scenario) -> Turns:
    """Where the exchange begins at a second challenge, put what the client must have said before it.

    LOGIN's second prompt follows the user name. SCRAM's first challenge follows a message
    with the client's nonce, which has to be known (`--client-nonce`).
    """
    said = turns.said
    if len(said) != 1 or said[0].side is not Side.SERVER or not expected.settled(mechanism, turns).said:
        return turns
    if mechanism.first is Side.CLIENT:
        begun = expected.own_answers(mechanism, scenario, Turns()) if said[0].message else None
        if begun is None:
            return turns
        whole = Turns((Turn(Side.CLIENT, begun), *said))
        if expected.own_answers(mechanism, scenario, whole) is None:
            raise Unjudgeable(
                f"{mechanism.name}'s answer depends on the client's first message, which is not here: "
                "give the whole exchange, or the client's nonce with --client-nonce."
            )
        return whole
    first, second = (mechanism.stage(Side.SERVER, turn, b"") for turn in (0, 1))
    if first == second or mechanism.stage(Side.SERVER, 0, said[0].message) != second:
        return turns
    asked = Turns().then(Side.SERVER, scenario.prompts[0])
    name = expected.own_answers(mechanism, scenario, asked)
    return turns if name is None else Turns((*asked.then(Side.CLIENT, name).said, *said))


def _as_seen(mechanism: Mechanism, turns: Turns, scenario: Scenario, text: bytes | None) -> Scenario:
    """The scenario with what the messages say of it, so that our server can ask the same."""
    from tutor.explain.adopt import client_host, server_values

    scenario = server_values(mechanism, scenario, turns)
    message = None if text is None else b64.decode(text).message
    return scenario if message is None else client_host(mechanism, scenario, turns, message)


def _shifted(verdict: Verdict, start: int) -> Verdict:
    """Spans over the whole client line, where the answer stands behind `AUTH PLAIN `."""
    if not start:
        return verdict
    moved = [
        diagnosis
        if diagnosis.span is None
        else diagnosis._replace(span=Span(diagnosis.span.start + start, diagnosis.span.end + start))
        for diagnosis in verdict.diagnoses
    ]
    return Verdict(verdict.correct, tuple(moved))
