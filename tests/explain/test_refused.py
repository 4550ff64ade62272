"""What a no means at its place in the session."""

import pytest

from tutor.explain.catalogue import SESSIONS
from tutor.explain.refused import Refusals
from tutor.smtp.dialogue import Dialogue
from tutor.wire.lines import Line, Side

READY = ["S: 220 x", "C: EHLO y", "S: 250-x", "S: 250 AUTH LOGIN PLAIN"]


def codes(*lines: str) -> list[str]:
    dialogue, refusals = Dialogue(), Refusals()
    found = []
    for text in lines:
        line = text[3:].encode()
        seen = dialogue.observe(Line(Side.SERVER if text[:1] == "S" else Side.CLIENT, line))
        diagnosis = refusals.observe(seen, line)
        if diagnosis is not None:
            assert diagnosis.code in SESSIONS
            assert diagnosis.fix
            assert diagnosis.source
            found.append(diagnosis.code)
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["S: 220 x", "C: AUTH LOGIN", "S: 503 5.5.1 Send EHLO first"], "session.no-ehlo"),
        (["S: 220 x", "C: HELO y", "S: 250 x", "C: AUTH LOGIN", "S: 503 5.5.1 x"], "session.no-ehlo"),
        ([*READY, "C: STARTTLS", "S: 220 go", "C: AUTH LOGIN", "S: 503 5.5.1 x"], "session.ehlo-again"),
        ([*READY, "C: AUTH LOGIN", "S: 503 5.5.1 not enabled"], "session.auth-not-offered"),
        ([*READY, "C: AUTH LOGIN", "S: 502 no"], "session.auth-not-offered"),
        ([*READY, "C: AUTH NTLM", "S: 504 5.5.4 x"], "session.mechanism-not-offered"),
        ([*READY, "C: AUTH LOGIN", "S: 530 5.7.0 Must issue a STARTTLS command first"], "session.starttls-first"),
        ([*READY, "C: AUTH LOGIN", "S: 538 5.7.11 x"], "session.starttls-first"),
        ([*READY, "C: AUTH PLAIN AGEAYg==", "S: 235 x", "C: AUTH LOGIN", "S: 503 x"], "session.auth-twice"),
        ([*READY, "C: MAIL FROM:<>", "S: 250 x", "C: AUTH LOGIN", "S: 503 x"], "session.auth-in-transaction"),
        ([*READY, "C: MAIL FROM:<>", "S: 530 5.7.0 Authentication required"], "session.auth-required"),
        ([*READY, "C: AUTH CRAM-MD5 YQ==", "S: 501 5.7.0 x"], "session.initial-response"),
        ([*READY, "C: AUTH LOGIN YWRh", "S: 334 VXNlcm5hbWU6"], "session.initial-response"),
        ([*READY, "C: AUTH PLAIN " + "A" * 600, "S: 500 5.5.6 Line too long"], "session.line-too-long"),
        ([*READY, "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + "A" * 13000, "S: 500 x"], "session.line-too-long"),
        ([*READY, "C: AUTH PLAIN AGEAYg==", "S: 454 4.7.0 x"], "server.temporary"),
        ([*READY, "C: AUTH PLAIN AGEAYg==", "S: 432 4.7.12 x"], "server.password-transition"),
        (["S: 554 no"], "greeting.refused"),
        ([*READY, "C: AUTHENTICATE PLAIN", "S: 500 x"], "session.wrong-protocol"),
        ([*READY, "C: USER ada", "S: 500 x"], "session.wrong-protocol"),
    ],
)
def test_each_refusal_has_its_code(lines: list[str], expected: str) -> None:
    assert codes(*lines) == [expected]


@pytest.mark.parametrize(
    "lines",
    [
        READY,
        [*READY, "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: YWRh", "S: 334 UGFzc3dvcmQ6", "C: eA==", "S: 235 ok"],
        [*READY, "C: AUTH PLAIN AGEAYg==", "S: 535 5.7.8 no"],  # the answer's own diagnosis says why
        [*READY, "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: LOGIN", "S: 501 5.5.2 x"],
        [*READY, "C: VRFY", "S: 501 x", "C: FOO", "S: 500 x"],
    ],
)
def test_nothing_is_said_where_nothing_is_wrong_with_the_order(lines: list[str]) -> None:
    assert codes(*lines) == []
