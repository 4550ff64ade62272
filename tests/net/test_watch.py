"""The steps of the lesson on real tools, with the real tools: smtplib, curl and swaks log in and are seen doing it."""

import asyncio
import shlex
import smtplib
import subprocess
import sys

import pytest

from tests.tools import need
from tutor.course import load
from tutor.course.run import LessonRun
from tutor.diagnosis import Verdict
from tutor.net.watch import Watch

STEPS = [number for number, step in enumerate(load.lesson("real-tools").steps) if step.kind == "client"]


def command_of(run: LessonRun) -> list[str]:
    """The command that the step tells the learner to type."""
    needs = run.play.option("needs")
    (block,) = [block for block in run.step.before.split("\n\n") if block.startswith(f"    {needs} ")]
    line = block.replace("\\\n", "")  # as a shell reads a line that goes on
    words = shlex.split(line)
    assert "PORT" not in line
    return [sys.executable if words[0] == "python3" else need(words[0]), *words[1:]]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("number", STEPS)
def test_the_command_of_the_step_solves_it(number: int, seed: int) -> None:
    run = LessonRun(load.lesson("real-tools"), seed)
    run.go(number)
    assert "PORT" in run.step.before

    async def watched() -> None:
        watch = Watch(run)
        await watch.start()
        try:
            program = await asyncio.create_subprocess_exec(
                *command_of(run), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            await asyncio.wait_for(program.wait(), 30)
        finally:
            await watch.stop()

    assert not run.passed
    asyncio.run(watched())
    assert run.passed
    assert run.step.lines


def test_another_mechanism_or_a_wrong_password_is_said_and_does_not_pass() -> None:
    run = LessonRun(load.lesson("real-tools"), 3)
    run.go(STEPS[0])
    said: list[Verdict] = []

    async def watched() -> None:
        watch = Watch(run, lambda verdict: said.append(verdict) if verdict is not None else None)
        port = await watch.start()

        def log_in() -> None:
            own = run.play.scenario.credentials
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as session:
                session.ehlo()
                session.user, session.password = own.authcid, own.password or ""
                session.auth("LOGIN", session.auth_login)
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as session:
                session.ehlo()
                session.user, session.password = own.authcid, "wrong"
                with pytest.raises(smtplib.SMTPAuthenticationError):
                    session.auth("CRAM-MD5", session.auth_cram_md5)

        try:
            await asyncio.to_thread(log_in)
        finally:
            await watch.stop()

    asyncio.run(watched())
    assert not run.passed
    assert [verdict.diagnoses[0].code for verdict in said] == ["client.other-mechanism", "client.other-verdict"]


def test_only_steps_of_that_kind_are_watched() -> None:
    with pytest.raises(ValueError, match="watch"):
        Watch(LessonRun(load.lesson("greeting"), 1))
