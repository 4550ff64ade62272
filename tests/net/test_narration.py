"""The queue between sessions and a slow reader: bounded, in order, and honest about what is missing."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from tutor.net.narration import Happened, Narrated, NarrationQueue, Narrator
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Scenario
from tutor.wire.lines import Line, Side

USERS = UserTable({"ada": "correct horse"})
SCENARIO = Scenario(Credentials("ada", "correct horse"), USERS)


def item(number: int) -> Happened:
    return Happened(number, "opened", "x")


@given(st.lists(st.booleans(), max_size=80), st.integers(1, 6))
def test_nothing_is_lost_without_being_counted_and_the_order_stays(steps: list[bool], limit: int) -> None:
    """Each step puts in (True) or takes out; at the end all is accounted for, gaps where they were."""
    queue = NarrationQueue(limit)
    put, got = 0, []
    for step in steps:
        if step:
            put += 1
            queue.put(item(put))
        else:
            taken = queue.get(timeout=0)
            got += [taken] if taken is not None else []
    queue.close()
    queue.put(item(10_000))
    while (taken := queue.get()) is not None:
        got.append(taken)
    expected = 1
    for taken in got:
        assert isinstance(taken, Happened)
        if taken.what == "left-out":
            assert str(taken.missed) in taken.sentence
            expected += taken.missed
        else:
            assert taken.connection == expected
            expected += 1
    assert expected == put + 1


def test_a_reader_that_waits_is_woken() -> None:
    queue = NarrationQueue()
    got: list[object] = []
    reader = threading.Thread(target=lambda: got.append(queue.get(timeout=20)))
    reader.start()
    queue.put(item(1))
    reader.join(20)
    assert got == [item(1)]
    assert queue.get(timeout=0) is None


def narrate(*lines: str) -> list[Narrated]:
    narrator = Narrator(1, USERS)
    return [
        narrator.narrate(Line(Side.SERVER if line[:1] == "S" else Side.CLIENT, line[3:].encode()), SCENARIO)
        for line in lines
    ]


def codes(narrated: Narrated) -> list[str] | None:
    judgement = narrated.judged()
    return None if judgement is None else [diagnosis.code for diagnosis in judgement.verdict.diagnoses]


def test_answers_are_judged_and_nothing_else_is() -> None:
    seen = narrate(
        "S: 220 x", "C: EHLO y", "S: 250 AUTH LOGIN PLAIN", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: YWRhCg==",
        "S: 334 UGFzc3dvcmQ6", "C: Y29ycmVjdCBob3JzZQ==", "S: 535 5.7.8 no", "C: AUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl",
        "S: 235 yes", "C: QUIT",
    )  # fmt: skip
    assert [codes(narrated) for narrated in seen] == [
        None, None, None, None, None, ["text.trailing-newline"], None, [], None, [], None, None,
    ]  # fmt: skip


def test_a_cancelled_exchange_and_an_unknown_mechanism() -> None:
    seen = narrate("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: *", "S: 501 5.7.0 x", "C: AUTH FOO YQ==", "S: 504 x")
    assert codes(seen[2]) == ["line.cancelled"]
    assert codes(seen[4]) is None


def test_no_repr_shows_a_password() -> None:
    assert "correct horse" not in repr(narrate("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: YWRh")[2].due)
