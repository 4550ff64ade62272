"""Practice: solutions lead to 235 in every mechanism and dialect, undo leads back to the same place."""

import base64
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.sasl import registry
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Mechanism, Scenario
from tutor.smtp import dialects
from tutor.smtp.partner import HINTS, Partner, shell_command
from tutor.smtp.states import State
from tutor.wire.lines import Side

ADA = Scenario(Credentials("ada", "correct-horse"), UserTable({"ada": "correct-horse"}))


@pytest.mark.parametrize("mechanism", registry.played(), ids=str)
@pytest.mark.parametrize("dialect", dialects.all(), ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_solutions_lead_to_235_and_each_can_be_undone(
    mechanism: Mechanism, dialect: dialects.Dialect, tls: str
) -> None:
    if mechanism.name.endswith("-PLUS"):
        scenario = ADA._replace(channel_binding=("tls-server-end-point", b"\x01" * 32), tls=True)
    else:
        scenario = ADA
    partner = Partner(scenario, mechanism.name, dialect, tls=tls)
    assert partner.start()[0].line.startswith(b"220")
    for _ in range(12):
        if partner.closed:
            break
        assert all(partner.hint(level) for level in range(HINTS))
        assert partner.hint(HINTS) is None
        due, solution, before = partner.due, partner.solution(), list(partner.lines)
        assert partner.say(solution)
        after = list(partner.lines)
        assert partner.undo() == solution
        assert (partner.due, partner.solution(), partner.lines) == (due, solution, before)
        partner.say(solution)
        assert partner.lines == after
    assert partner.done
    assert any(line.line.startswith(b"235") for line in partner.lines)
    assert partner.due == ""
    assert len(partner.observations) == len(partner.lines)


def test_a_wrong_answer_is_refused_and_the_next_attempt_has_another_challenge() -> None:
    partner = Partner(ADA, "CRAM-MD5")
    partner.start()
    partner.say(b"EHLO me")
    first = partner.say(b"AUTH CRAM-MD5")[0].line
    assert partner.due == "response"
    assert partner.turns.challenge == base64.b64decode(first[4:])
    assert partner.say(b"eA==")[0].line.startswith((b"501", b"535"))
    assert partner.due == "AUTH"
    assert partner.say(b"AUTH CRAM-MD5")[0].line != first
    assert partner.say(partner.solution())[0].line.startswith(b"235")


def test_another_mechanism_than_the_one_to_practise_has_its_own_solution() -> None:
    partner = Partner(ADA, "LOGIN")
    partner.start()
    for line in (b"EHLO me", b"AUTH PLAIN"):
        partner.say(line)
    assert partner.mechanism is registry.get("PLAIN")
    assert base64.b64decode(partner.solution()) == b"\0ada\0correct-horse"


def test_a_name_on_the_auth_line_counts_as_the_first_answer() -> None:
    for dialect in dialects.all():
        partner = Partner(ADA, "LOGIN", dialect)
        partner.start()
        partner.say(b"EHLO me")
        partner.say(b"AUTH LOGIN " + base64.b64encode(b"ada"))
        for _ in range(2):
            if not partner.done:
                partner.say(partner.solution())
        assert partner.done


@given(st.lists(st.sampled_from([b"EHLO x", b"AUTH LOGIN", b"YWRh", b"", b"*", b"a\r\nb", b"QUIT", b"MAIL FROM:<>"])))
def test_whatever_is_said_there_is_always_a_way_on_or_the_end(said: list[bytes]) -> None:
    partner = Partner(ADA)
    partner.start()
    for line in said:
        partner.say(line)
    for _ in range(8):
        if partner.done or partner.closed:
            break
        partner.say(partner.solution())
    assert partner.done or partner.state is State.CLOSED
    for _ in said:
        partner.undo()


def test_it_says_what_is_misused() -> None:
    partner = Partner(ADA)
    with pytest.raises(RuntimeError, match="start"):
        partner.say(b"EHLO x")
    with pytest.raises(ValueError, match="cannot be practised"):
        Partner(ADA, "NTLM")
    partner.start()
    assert partner.undo() is None
    assert partner.lines[0].side is Side.SERVER


@pytest.mark.skipif(shutil.which("sh") is None or shutil.which("openssl") is None, reason="needs sh and openssl")
@pytest.mark.parametrize(
    "message", [b"ada", b"it's", b"\0ada\0123", b"%s\\n", b"\xff\x01 x", "é".encode(), b"a\nb", b"-n", b""], ids=repr
)
def test_the_command_of_a_hint_prints_the_right_line(message: bytes) -> None:
    done = subprocess.run(["sh", "-c", shell_command(message)], capture_output=True, check=True, timeout=20)
    assert done.stdout.strip() == base64.b64encode(message)
