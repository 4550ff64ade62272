"""A real program logs in to the practice server, and is watched doing it."""

from collections.abc import Mapping

from tutor.course.kinds.base import Play, no
from tutor.course.kinds.predict import make_partner, read_partner
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.explain.annotate import AnnotatedLine
from tutor.smtp.states import State
from tutor.wire.lines import Line, Side

_VERDICTS = (235, 421, 432, 454, 500, 501, 503, 504, 530, 534, 535, 538)


class Client(Play):
    """`expect` is the code that must answer its login with the scenario's mechanism; `needs` names the program.

    Whoever shows the step runs the simulator (`tutor.net.watch`) and says its port: `{port}`.
    """

    INPUT = "watch"
    prompt = "Run it in another terminal"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """The server's manners, and what must be seen."""
        expect = table.number("expect", 235)
        if expect not in _VERDICTS:
            raise table.error("expect", f"`{expect}` is no verdict of a login.")
        return {**super().read(table), **read_partner(table), "expect": expect, "needs": table.text("needs", "")}

    def begin(self) -> None:
        """Nothing was seen yet."""
        self.port: int = getattr(self, "port", 0)
        self._mechanism: str | None = None
        self._seen: list[Line] = []

    def own_names(self) -> Mapping[str, bytes]:
        """`port`: where the server listens; `PORT` while it does not."""
        return {"port": str(self.port).encode() if self.port else b"PORT"}

    def lines(self) -> list[Line]:
        """What the program and the server said."""
        return [*super().lines(), *self._seen]

    def judge(self, text: str) -> Verdict:
        """Nothing is typed here."""
        return no("lesson.watch", "This step is done by another program; it is watched from here.",
                  "Start the command in another terminal.")  # fmt: skip

    def observe(self, line: AnnotatedLine) -> Verdict | None:
        """One line of its session. A new greeting begins a new try."""
        if line.ready is not None and line.side is Side.SERVER:
            self._seen, self._mechanism = [], None
        self._seen.append(Line(line.side, line.line))
        if line.kind == "command" and line.mechanism is not None:
            self._mechanism = line.mechanism
        if line.side is not Side.SERVER or self._mechanism is None or line.code not in _VERDICTS:
            return None
        wanted, seen, self._mechanism = self.step.cast.mechanism, self._mechanism, None
        expect = self.step.options["expect"]
        if line.code != expect:
            return no("client.other-verdict", f"It got `{line.code}` with {seen}; `{expect}` is the goal.",
                      "Check user, password and mechanism of the command.", source=self.step.source)  # fmt: skip
        if seen != wanted:
            return no("client.other-mechanism", f"It used {seen}; the goal is {wanted}.",
                      "Tell the program which mechanism to take.", source=self.step.source)  # fmt: skip
        self.passed = True
        return Verdict(True)

    def solution(self) -> list[str]:
        """Nothing to type; see `demonstration`."""
        return []

    def demonstration(self) -> list[Line]:
        """The lines of a program that does what is asked: for tests, and for who has no such program."""
        partner = make_partner(self)
        partner.start()
        failing = self.step.options["expect"] != 235
        while not partner.done and not partner.closed:
            right = partner.solution()
            partner.say(b"AAAA" if failing and partner.state is State.CHALLENGED else right)
            if failing and partner.lines[-1].line[:3] == str(self.step.options["expect"]).encode():
                break
        return list(partner.lines)


KIND = Client
