"""Floor 5: what all kinds of step share. A kind reads its own keys, judges, and knows its solution."""

from collections.abc import Mapping, Sequence

from tutor.course import template
from tutor.course.lesson import Step
from tutor.course.table import Table
from tutor.diagnosis import Diagnosis, Layer, Verdict
from tutor.explain.annotate import AnnotatedLine
from tutor.sasl.mechanism import Scenario
from tutor.spans import Span
from tutor.wire.lines import Line, Side

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Option(tuple[str, str]):
    """A choice as it is shown: the key to type, and its text."""

    __slots__ = ()

    def __new__(cls, key: str, text: str) -> "Option":
        return super().__new__(cls, (key, text))

    @property
    def key(self) -> str:
        """What to type for it: `a`, `b`, …"""
        return self[0]

    @property
    def text(self) -> str:
        """Prose with `code` between backticks."""
        return self[1]


class Play:
    """One step being played, with its values drawn. Subclasses are the kinds."""

    INPUT = "text"
    """`none`: nothing is typed, the learner goes on. `choice`: the key of one option. `order`: the keys of all
    options, in their order. `text`: a word or a number. `line`: one line as it goes over the wire, Base64 mostly;
    blanks and an empty line mean something. `watch`: another program does it; feed what it says to `observe`."""
    SOLVES = True
    """Whether there is something to solve; reading is not solving."""
    DECODED = True
    """Whether the Base64 in the lines may be shown decoded before the step is passed."""
    prompt = "Your answer"
    """The label of the input, one or two words."""
    placeholder = ""

    def __init__(self, step: Step, scenario: Scenario, seed: int) -> None:
        self.step = step
        self.scenario = scenario
        self.seed = seed
        self.passed = False
        self._given: dict[str, bytes] = {}
        self.begin()

    # What a kind says of itself

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """This kind's own keys of a step's table, checked; raises LessonError."""
        return {"lines": shown_lines(table)}

    def begin(self) -> None:
        """Make the values of this step; `names` may be used from here on."""

    def own_names(self) -> Mapping[str, bytes]:
        """Values that this kind adds to its templates."""
        return {}

    def judge(self, text: str) -> Verdict:
        """Whether what was typed is right, and if not, why not. Sets nothing but what was said."""
        raise NotImplementedError

    def solution(self) -> list[str]:
        """What to type, in its order, to pass; computed from the scenario."""
        raise NotImplementedError

    def worked(self) -> str | None:
        """An example of the same task with other values, solved; None where there is none."""
        return None

    def hint(self, level: int) -> str | None:
        """A hint of this kind's own, behind those of the lesson; None beyond the last one."""
        if level == 0:
            return self.worked()
        return None

    @property
    def encodes(self) -> bool:
        """Whether something must be written in Base64 on the way, so that a tool for it is of use."""
        return False

    @property
    def hints(self) -> int:
        """How many hints this kind has of its own, now."""
        return 0 if self.worked() is None else 1

    def gives_away(self, level: int) -> bool:
        """Whether that hint of this kind says the answer itself; the step then counts as shown."""
        return False

    def lines(self) -> list[Line]:
        """The lines to show: those that the step is about."""
        return [self.line(text) for text in self.options("lines")]

    def choices(self) -> list[Option]:
        """The options to choose from or to put in order."""
        return []

    def undo(self) -> bool:
        """Take the last thing back; False where there is nothing."""
        return False

    def again(self) -> None:
        """Begin this step anew."""
        self.passed = False
        self.begin()

    def observe(self, line: AnnotatedLine) -> Verdict | None:
        """A line of a real session that somebody watches; a Verdict where it decides something."""
        return None

    # What the run calls

    def submit(self, text: str) -> Verdict:
        """Judge, and remember a pass. The lesson's own words come first where it names the mistake."""
        verdict = self.judge(text)
        if verdict.correct is not True:
            named = self._named(text)
            if named is not None and (not verdict.diagnoses or named.summary):
                verdict = Verdict(False, (named, *verdict.diagnoses))
        return verdict

    def _named(self, text: str) -> Diagnosis | None:
        for mistake in self.step.mistakes:
            if mistake.text is not None and mistake.why and _same(self.fill(mistake.text), text):
                return wrong(mistake.codes[0], self.fill(mistake.why), source=self.step.source)
        return None

    # Values

    @property
    def names(self) -> dict[str, bytes]:
        """Every value that the step's templates may use."""
        own = self.scenario.credentials
        first, second = self.scenario.prompts
        found = {
            "authcid": own.authcid.encode(),
            "password": (own.password or "").encode(),
            "authzid": own.authzid.encode(),
            "localpart": own.authcid.partition("@")[0].encode(),
            "hostname": self.scenario.hostname.encode(),
            "domain": self.scenario.hostname.partition(".")[2].encode(),
            "prompt": first,
            "prompt2": second,
            "scope": self.scenario.scope.encode(),
            "client": CLIENT,
            "client_nonce": self.scenario.client_nonce,
            "server_nonce": self.scenario.server_nonce,
        }
        found.update(self.own_names())
        return found

    def fill(self, text: str) -> str:
        """A template of this step as text."""
        return text if "{" not in text else template.fill_text(text, self.names)

    def octets(self, text: str) -> bytes:
        """A template of this step as octets."""
        return template.fill(text, self.names)

    def line(self, text: str) -> Line:
        """`S: …` or `C: …`, a template, as a line; its blanks at the end count."""
        side, rest = (Side.CLIENT, text[2:]) if text.startswith("C:") else (Side.SERVER, text[2:])
        return Line(side, self.octets(rest.removeprefix(" ")))

    def options(self, key: str) -> Sequence[str]:
        """An option that is a list of texts."""
        value = self.step.options.get(key, ())
        assert isinstance(value, tuple)
        return value

    def option(self, key: str) -> str:
        """An option that is one text; empty where it was not given."""
        value = self.step.options.get(key)
        return value if isinstance(value, str) else ""


CLIENT = b"client.example.org"
"""What the learner's computer is called in EHLO."""


def shown_lines(table: Table, key: str = "lines") -> tuple[str, ...]:
    """Lines written as `S: 220 …` and `C: …`."""
    lines = table.texts(key, ())
    for line in lines:
        if not line.startswith(("S:", "C:")):
            raise table.error(key, f"`{line}` must begin with `S:` (the server) or `C:` (the client).")
        checked(table, key, line)
    return lines


def checked(table: Table, key: str, text: str) -> str:
    """The text, whose template is well formed."""
    try:
        template.holes(text)
    except template.TemplateError as error:
        raise table.error(key, f"{error}.") from None
    return text


def wrong(code: str, summary: str, fix: str = "", *, span: Span | None = None, expected: str = "", found: str = "",
          source: str = "") -> Diagnosis:  # fmt: skip
    """A diagnosis of a lesson's own."""
    return Diagnosis(code, Layer.VALUE, summary, fix, span, None, expected, found, source)


def no(code: str, summary: str, fix: str = "", *, source: str = "", span: Span | None = None) -> Verdict:
    """Wrong, for one reason."""
    return Verdict(False, (wrong(code, summary, fix, source=source, span=span),))


NOTHING = no("lesson.nothing", "Nothing was typed.", "Type your answer, or ask for a hint.")


def _same(wanted: str, typed: str) -> bool:
    return typed == wanted or typed.strip().casefold() == wanted.strip().casefold()


def unspoilt(verdict: Verdict, right: str = "") -> Verdict:
    """The verdict without the right answer and the command that makes it: a lesson gives nothing away unasked."""

    def hidden(text: str) -> str:
        return text.replace(right, "…") if len(right) >= LEAST_HIDDEN else text

    return Verdict(
        verdict.correct,
        tuple(
            diagnosis._replace(
                summary=hidden(diagnosis.summary),
                fix=hidden(diagnosis.fix.partition("Type: ")[0].rstrip()),
                expected="",
            )
            for diagnosis in verdict.diagnoses
        ),
    )


LEAST_HIDDEN = 4
"""Characters: a shorter answer stands in many a word."""
