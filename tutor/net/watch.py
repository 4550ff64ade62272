"""A simulator for one step of a lesson: a real program logs in, and the run is told each line of it."""

from collections.abc import Callable

from tutor.course.kinds.client import Client
from tutor.course.run import LessonRun
from tutor.diagnosis import Verdict
from tutor.net.narration import Happened, Narrated
from tutor.net.simulator import Options, Simulator
from tutor.smtp import dialects, faults

Told = Callable[[Verdict | None], None]


class Watch:
    """Between `start` and `stop` the current step of `run`, which must be of the kind `client`, is watched.

    `told` is called after each line, in the event loop, with what the line decided (None: nothing yet).
    """

    def __init__(self, run: LessonRun, told: Told | None = None) -> None:
        play = run.play
        if not isinstance(play, Client):
            raise ValueError("only steps whose input is `watch` are watched")
        self._run = run
        self._play = play
        self._told = told
        dialect, fault = dialects.get(play.option("dialect")), faults.get(play.option("fault"))
        assert dialect is not None
        assert fault is not None
        self._simulator = Simulator(
            Options(
                play.scenario.users,
                mechanisms=tuple(play.options("offers")) or (play.step.cast.mechanism,),
                dialect=dialect,
                fault=fault,
                hostname=play.scenario.hostname,
            ),
            self._subscriber,
        )

    async def start(self) -> int:
        """Listen on a free port of the loopback; the port, which the step's texts show from now on."""
        _, self._play.port = await self._simulator.start()
        return self._play.port

    async def stop(self) -> None:
        """Stop listening."""
        await self._simulator.stop()

    def _subscriber(self, item: Narrated | Happened) -> None:
        if not isinstance(item, Narrated) or self._run.play is not self._play or self._play.passed:
            return
        verdict = self._run.observe(item.said)
        if self._told is not None:
            self._told(verdict)
