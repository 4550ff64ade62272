"""The table over its whole product, and the watcher over real exchanges and over anything at all."""

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis.strategies import binary, lists, sampled_from, tuples

from tests.smtp.exchanges import Exchange, load
from tutor.smtp.dialogue import Dialogue, Observation
from tutor.smtp.states import EXCHANGE_STATES, TRANSITIONS, State, Token
from tutor.wire.lines import Line, Side

S, C = Side.SERVER, Side.CLIENT
IDLE = (State.GREETED, State.UNEXTENDED, State.READY, State.AUTHENTICATED)


def watch(*lines: str | bytes, sides: bool = True) -> tuple[Dialogue, list[Observation]]:
    dialogue = Dialogue()
    seen = []
    for text in lines:
        data = text.encode() if isinstance(text, str) else text
        side = S if data[:3] == b"S: " else C
        seen.append(dialogue.observe(Line(side if sides else None, data[3:])))
    return dialogue, seen


def test_a_setting_or_a_sentence_that_begins_with_auth_is_no_command_where_no_side_is_told() -> None:
    for line in ("   auth on", "   Auth failed: 535 5.7.8 Authentication credentials invalid"):
        dialogue, (seen,) = watch(line, sides=False)
        assert (seen.side, seen.command, seen.mechanism) == (None, None, None)
        assert dialogue.state is State.CONNECTED
    _, (seen,) = watch("   auth login", sides=False)
    assert (seen.side, seen.mechanism) == (C, "LOGIN")


@pytest.mark.parametrize(("state", "token"), list(itertools.product(State, Token)), ids=str)
def test_what_the_rfcs_say_of_each_pair(state: State, token: Token) -> None:
    """Each rule is stated here in the RFC's words, not read off the table."""
    after = TRANSITIONS.get((state, token))
    if token is Token.AUTH:
        # RFC 4954 section 4: after EHLO, once, and not during a mail transaction.
        assert after is (State.AUTH_SENT if state is State.READY else None)
    if token is Token.RESPONSE or token is Token.CANCEL:
        assert (after is not None) == (state is State.CHALLENGED)
    if token is Token.CHALLENGE:
        assert after is (State.CHALLENGED if state in (State.AUTH_SENT, State.RESPONDED) else None)
    if token is Token.ACCEPTED:
        assert after is (State.AUTHENTICATED if state in (State.AUTH_SENT, State.RESPONDED) else None)
    if token is Token.STARTTLS:
        assert after is (State.STARTTLS_SENT if state is State.READY else None)
    if token is Token.READY:
        # 220 is the greeting, and the go-ahead for STARTTLS, which is greeted anew (RFC 3207 section 4.2).
        assert after is (State.GREETED if state in (State.CONNECTED, State.STARTTLS_SENT) else None)
    if token is Token.CLOSING:
        assert after is (None if state is State.CLOSED else State.CLOSED)
    if token is Token.MAIL and state is State.GREETED:
        assert after is None  # RFC 5321 section 4.1.1.1: EHLO or HELO comes first
    if token in (Token.RSET, Token.OTHER, Token.QUIT) and state in IDLE:
        assert after is (State.QUIT_SENT if token is Token.QUIT else state)  # at any time, section 4.1.4
    if state is State.CLOSED:
        assert after is None
    if state in EXCHANGE_STATES and token.value.isalpha() and token not in (Token.RESPONSE,):
        assert after is None  # no command while an exchange runs


def test_nothing_is_reached_out_of_the_blue_and_all_states_are_reached() -> None:
    reached = {State.CONNECTED}
    for _ in State:
        reached |= {after for (state, _), after in TRANSITIONS.items() if state in reached}
    assert reached == set(State)


def test_both_sides_never_may_speak_at_once_in_an_exchange() -> None:
    for state in EXCHANGE_STATES:
        tokens = {token for (before, token) in TRANSITIONS if before is state and token is not Token.CLOSING}
        assert len({token.from_server for token in tokens}) == 1


@pytest.mark.parametrize("exchange", load(), ids=lambda exchange: exchange.name)
def test_the_rfcs_own_exchanges(exchange: Exchange) -> None:
    dialogue = Dialogue()
    seen = [dialogue.observe(line) for line in exchange.lines]
    assert [o.side for o in seen] == [line.side for line in exchange.lines]
    good = exchange.lines[-1].line.startswith(b"235")
    assert dialogue.state is (State.AUTHENTICATED if good else State.READY)
    assert {o.mechanism for o in seen} - {None} == {exchange.mechanism}
    assert dialogue.mechanism is None
    assert [note for o in seen for note in o.notes if "no last line" not in note and "had no last" not in note] == []
    assert dialogue.tls == any(line.line == b"STARTTLS" for line in exchange.lines)


@pytest.mark.parametrize("exchange", load(), ids=lambda exchange: exchange.name)
def test_sides_are_found_from_the_content(exchange: Exchange) -> None:
    dialogue = Dialogue()
    assert [dialogue.observe(line._replace(side=None)).side for line in exchange.lines] == [
        line.side for line in exchange.lines
    ]


def test_turns_are_counted_per_side() -> None:
    _, seen = watch("S: 220 x", "C: EHLO y", "S: 250 AUTH LOGIN", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: YWRh",
                    "S: 334 UGFzc3dvcmQ6", "C: eA==", "S: 235 ok")  # fmt: skip
    assert [(o.kind, o.turn, o.message) for o in seen[4:8]] == [
        ("reply", 0, b"Username:"),
        ("response", 0, b"ada"),
        ("reply", 1, b"Password:"),
        ("response", 1, b"x"),
    ]
    assert [turn.message for turn in seen[7].turns.said] == [b"Username:", b"ada", b"Password:"]
    assert seen[8].mechanism == "LOGIN"


def test_an_initial_response_is_client_turn_0_and_the_challenge_after_it_server_turn_1() -> None:
    _, seen = watch("C: AUTH LOGIN YWRh", "S: 334 UGFzc3dvcmQ6", "C: eA==")
    assert [(o.turn, o.message) for o in seen] == [(0, b"ada"), (1, b"Password:"), (1, b"x")]
    assert (seen[0].text, seen[0].text_start) == (b"YWRh", 11)


def test_an_initial_response_that_the_server_ignores() -> None:
    _, seen = watch("C: AUTH LOGIN YWRh", "S: 334 VXNlcm5hbWU6", "C: YWRh", "S: 334 UGFzc3dvcmQ6")
    assert [o.turn for o in seen] == [0, 0, 0, 1]
    assert "ignored" in seen[1].notes[0]


def test_the_empty_initial_response() -> None:
    _, seen = watch("C: AUTH EXTERNAL =")
    assert (seen[0].text, seen[0].message) == (b"", b"")
    _, seen = watch("C: AUTH EXTERNAL")
    assert (seen[0].text, seen[0].message) == (None, None)


def test_starttls_forgets_what_ehlo_said() -> None:
    dialogue, _ = watch("S: 220 x", "C: EHLO y", "S: 250-h", "S: 250-STARTTLS", "S: 250 AUTH LOGIN")
    assert dialogue.ehlo is not None
    assert dialogue.ehlo.auth == ("LOGIN",)
    after = watch("S: 220 x", "C: EHLO y", "S: 250-h", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go")[0]
    assert (after.state, after.ehlo, after.tls) == (State.GREETED, None, True)


def test_several_exchanges_in_one_session() -> None:
    dialogue, seen = watch(
        "S: 220 x", "C: EHLO y", "S: 250 AUTH LOGIN PLAIN", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: *",
        "S: 501 5.7.0 x", "C: AUTH PLAIN AGEAYg==", "S: 535 5.7.8 no", "C: AUTH PLAIN AGEAYw==", "S: 235 2.7.0 yes",
        "C: MAIL FROM:<a@b>", "S: 250 ok", "C: RSET", "S: 250 ok", "C: AUTH PLAIN AGEAYw==", "S: 503 5.5.1 no",
    )  # fmt: skip
    assert [o.state.name for o in seen[5:11]] == [
        "CANCELLED", "READY", "AUTH_SENT", "READY", "AUTH_SENT", "AUTHENTICATED",
    ]  # fmt: skip
    assert dialogue.state is State.AUTHENTICATED
    assert "out of order" in seen[15].notes[0]


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["S: 220 x", "C: AUTH LOGIN", "S: 503 EHLO first"], State.GREETED),
        (["S: 220 x", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6"], State.CHALLENGED),
        (["S: 334 VXNlcm5hbWU6"], State.CHALLENGED),
        (["S: 220-a", "C: EHLO x", "S: 250 AUTH PLAIN"], State.READY),
        (["S: 220 x", "C: EHLO y", "S: 250 a", "S: 220 z"], State.GREETED),
        (["S: 554 no"], State.TURNED_AWAY),
        (["C: AUTH PLAIN x", "S: 250 ok"], State.AUTHENTICATED),
        (["C: MAIL FROM:<a@b>", "S: 530 5.7.0 Authentication required"], State.CONNECTED),
    ],
)
def test_lenient_where_the_order_is_wrong(lines: list[str], state: State) -> None:
    assert watch(*lines)[0].state is state


def test_a_command_in_the_middle_of_an_exchange_is_a_response_to_the_server() -> None:
    _, seen = watch("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: QUIT", "S: 501 5.5.2 Cannot decode")
    assert seen[2].kind == "response"
    assert "QUIT" in seen[2].notes[0]


def test_undecodable_is_kept_as_its_best_reading() -> None:
    _, seen = watch("C: AUTH LOGIN", "S: 334 User?", "C: %%%")
    assert seen[2].message == b""


fragments = sampled_from(
    [b"220 x", b"220-x", b"250 AUTH LOGIN", b"250-y", b"334 VXNlcm5hbWU6", b"334 ", b"334", b"235 ok", b"535 no",
     b"421 bye", b"501 5.7.0 x", b"999 x", b"EHLO a", b"HELO a", b"STARTTLS", b"AUTH LOGIN", b"AUTH PLAIN =", b"AUTH",
     b"AUTH PLAIN AGEAYg==", b"YWRh", b"*", b"", b"MAIL FROM:<>", b"RCPT TO:<a@b>", b"DATA", b"354 go", b".", b"RSET",
     b"QUIT", b"\xff\x00", b"[/x]"]
)  # fmt: skip


@given(lists(tuples(sampled_from([S, C, None]), fragments | binary(max_size=12)), max_size=25))
def test_it_never_raises_and_an_exchange_exists_exactly_in_its_states(
    script: list[tuple[Side | None, bytes]],
) -> None:
    dialogue = Dialogue()
    for side, data in script:
        before = dialogue.state
        seen = dialogue.observe(Line(side, data))
        assert seen.kind in ("reply", "command", "response", "unknown")
        assert (seen.state_before, seen.state) == (before, dialogue.state)
        assert side is None or seen.side is side
        assert dialogue.mechanism is None or dialogue.state in EXCHANGE_STATES
        if seen.text is not None:
            assert data[seen.text_start :].startswith(seen.text)


@given(binary(max_size=60), binary(max_size=60))
def test_messages_are_what_the_standard_library_decodes(challenge: bytes, response: bytes) -> None:
    _, seen = watch("C: AUTH X", b"S: 334 " + base64.b64encode(challenge), b"C: " + base64.b64encode(response))
    assert (seen[1].message, seen[2].message) == (challenge, response)
