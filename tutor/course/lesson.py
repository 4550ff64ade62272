"""Floor 5: what a lesson is, as its TOML file says it. Nothing here runs; see `run.py`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor.records import Record

if TYPE_CHECKING:
    from tutor.sasl.mechanism import Scenario


class Choice(Record):
    """One of several answers to choose from."""

    text: str
    right: bool
    code: str
    """The mistake that choosing it is; empty where it is right."""
    why: str
    """What is said to the one who chooses it."""


class Mistake(Record):
    """A wrong answer that the lesson knows by name."""

    text: str | None
    """A template of what the learner types; None: `make` makes it."""
    make: str | None
    """A diagnosis code: every line that this mistake makes of the right answer."""
    codes: tuple[str, ...]
    """What the verdict must name first: one of these, since values vary."""
    why: str
    """The lesson's own words for it; empty: those of the checker."""


class Cast(Record):
    """Who logs in where, in one step: what is not given is drawn by the seed."""

    mechanism: str = "LOGIN"
    authcid: str | None = None
    password: str | None = None
    authzid: str = ""
    prompts: tuple[str, str] | None = None
    """LOGIN's prompts."""
    fresh: int = 0
    """Another number, another draw: steps with the same one share user, password and host."""
    hostname: str | None = None
    refused: bool = False
    """The server knows another password (or token) for this user: the credentials are refused."""
    binding: str = ""
    """The type of a channel binding that both sides have, such as `tls-server-end-point`."""
    iterations: int = 0
    """SCRAM's iteration count; 0: the usual one."""

    def scenario(self, seed: int) -> "Scenario":
        """The scenario of this seed."""
        from tutor.sasl import scenarios
        from tutor.sasl.identity import Credentials, UserTable

        drawn = scenarios.generate(seed + 7919 * self.fresh, self.mechanism, self.authcid, self.password)
        own = drawn.credentials
        if self.authzid:
            drawn = drawn._replace(credentials=Credentials(own.authcid, own.password, self.authzid))
        if self.prompts is not None:
            first, second = self.prompts
            drawn = drawn._replace(prompts=(first.encode(), second.encode()))
        if self.refused:
            drawn = drawn._replace(users=UserTable({own.authcid: f"not {own.password}"}))
        if self.binding:
            from random import Random

            data = Random(f"binding {seed}").randbytes(32)
            drawn = drawn._replace(tls=True, channel_binding=(self.binding, data))
        if self.iterations:
            drawn = drawn._replace(iterations=self.iterations)
        return drawn if self.hostname is None else drawn._replace(hostname=self.hostname)


class Step(Record):
    """One step of a lesson. Texts are templates (see `template.py`) with `code` between backticks."""

    id: str
    """Never changes; progress is kept by it."""
    kind: str
    goal: str
    """What is to be done, one sentence."""
    before: str
    """What one must know to do it."""
    after: str
    """What is said when it is done: why it is so."""
    hints: tuple[str, ...]
    """Each says more than the one before; none says the answer."""
    source: str
    """`RFC 4954 section 4`; several with `; ` between."""
    skill: str
    """What it trains, such as `base64.decode`; what comes back in a review is chosen by it."""
    mistakes: tuple[Mistake, ...]
    cast: Cast
    options: Mapping[str, object]
    """What this kind of step alone has; its class has read and checked it."""


class Lesson(Record):
    """A whole lesson."""

    id: str
    """Never changes; progress is kept by it."""
    title: str
    about: str
    """One sentence."""
    minutes: int
    steps: tuple[Step, ...]
    number: int
    """Its place in the course, from the file's name."""
    file: str

    def step(self, id: str) -> Step | None:
        """The step of that id."""
        return next((step for step in self.steps if step.id == id), None)


class LessonSummary(Record):
    """What a list of lessons shows; read from the head of the file alone."""

    id: str
    title: str
    number: int
    """Its place in the course, from 1."""
    steps: int
    minutes: int
    about: str
    tasks: int
    """Steps in which something is to be solved: all but those that are only read."""
    pack: str = ""
    """The name of the pack that it comes from; empty: it is one of ours."""


class Broken(Record):
    """A lesson file that cannot be used."""

    file: str
    sentence: str
    """What is wrong: file, table, key."""
