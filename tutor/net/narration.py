"""What a session says about itself: lines annotated and judged, and a queue that never makes a session wait."""

from collections import deque
from threading import Condition
from typing import NamedTuple

from tutor.diagnosis import Diagnosis
from tutor.explain.annotate import AnnotatedLine, Annotator
from tutor.explain.judge import Due, Judgement
from tutor.explain.refused import Refusals
from tutor.sasl import registry
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Scenario, Side
from tutor.smtp.dialogue import Dialogue, Observation
from tutor.wire import b64
from tutor.wire.lines import Line

QUEUE = 1000
"""Items that wait for a slow reader before new ones are left out."""


class Narrated(NamedTuple):
    """One line of one connection."""

    connection: int
    """Counted from 1."""
    said: AnnotatedLine
    due: Due | None = None
    """For a client's answer: what was due there, and what was said."""
    refusal: Diagnosis | None = None
    """What the line tells about the order of the session: AUTH before EHLO, a mechanism not on offer, and so on."""

    def judged(self) -> Judgement | None:
        """Why the answer is right or wrong; None where the line is no answer. Costs some milliseconds."""
        if self.due is None:
            return None
        from tutor.explain.check import check_answer

        due = self.due
        verdict = check_answer(due.mechanism, due.scenario, due.turns, due.text or b"")
        return Judgement(due.mechanism.name, self.said.stage or "", verdict, None, due)


class Happened(NamedTuple):
    """Something that is no line: a connection opened or closed, a handshake, what was left out."""

    connection: int
    """0: about the server as a whole."""
    what: str
    """`opened`, `closed`, `tls`, `tls-failed` or `left-out`."""
    sentence: str
    """For people; safe to print."""
    missed: int = 0
    """For `left-out`: how many items."""


class Narrator:
    """Annotates one connection's lines."""

    def __init__(self, connection: int, users: UserTable, *, tls: bool = False) -> None:
        self.connection = connection
        self._users = users
        self._annotator = Annotator(tls=tls)
        self._dialogue = Dialogue(tls=tls)
        self._refusals = Refusals()

    def narrate(self, line: Line, scenario: Scenario | None = None) -> Narrated:
        """The next line; `scenario` is that of the exchange, where one is known."""
        seen = self._dialogue.observe(line)
        said = self._annotator.feed(line)
        due = None if scenario is None else self._due(line, seen, scenario)
        return Narrated(self.connection, said, due, self._refusals.observe(seen, line.line))

    def _due(self, line: Line, seen: Observation, scenario: Scenario) -> Due | None:
        if seen.side is not Side.CLIENT or seen.mechanism is None:
            return None
        mechanism = registry.get(seen.mechanism)
        if mechanism is None or mechanism.answer is None:
            return None
        if seen.kind == "response":
            text, start = line.line, 0
        elif seen.text is not None:
            text, start = seen.text or b"=", seen.text_start
        else:
            return None
        meant = scenario._replace(credentials=self._meant(seen, text))
        if not mechanism.name.endswith("-PLUS"):
            # Whether it can bind is the client's own affair: it may say `n` beside any offer (RFC 5802 section 6).
            meant = meant.bound(())
        return Due(mechanism, seen.turns, meant, text, start)

    def _meant(self, seen: Observation, text: bytes) -> Credentials:
        """Whom the client means to be: the user that it names, else the first one."""
        said = [turn.message for turn in seen.turns.said if turn.side is Side.CLIENT]
        said += [b64.decode(text).lenient, text]
        first: str | None = None
        for name in self._users:
            first = name if first is None else first
            if any(name.encode("utf-8", "surrogatepass") in message for message in said):
                return Credentials(name, self._users.password(name))
        return Credentials(first or "", self._users.password(first or ""))


class NarrationQueue:
    """Between the sessions and who reads about them: bounded, never blocks who puts in.

    Where the reader is too slow, new items are left out and counted; once there is room
    again, one item says how many. Safe between threads.
    """

    def __init__(self, limit: int = QUEUE) -> None:
        self._items: deque[Narrated | Happened] = deque()
        self._limit = limit
        self._left_out = 0
        self._closed = False
        self._changed = Condition()

    def put(self, item: Narrated | Happened) -> None:
        """Put in an item, or count it as left out."""
        with self._changed:
            if self._closed:
                return
            if len(self._items) >= self._limit:
                self._left_out += 1
                return
            self._say_left_out()
            self._items.append(item)
            self._changed.notify()

    def get(self, timeout: float | None = None) -> Narrated | Happened | None:
        """The next item, waiting for it; None when the queue is closed and empty, or after `timeout` seconds."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait_for(lambda: self._items or self._closed, timeout)
            return self._items.popleft() if self._items else None

    def close(self) -> None:
        """Nothing more comes; what is in it can still be read."""
        with self._changed:
            self._say_left_out()
            self._closed = True
            self._changed.notify_all()

    def _say_left_out(self) -> None:
        if self._left_out:
            count, self._left_out = self._left_out, 0
            sentence = f"{count} line{'s were' if count != 1 else ' was'} left out here: the reader was too slow."
            self._items.append(Happened(0, "left-out", sentence, count))
