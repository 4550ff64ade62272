"""A talk with a fault in it: which line is wrong? Each line that is fine says why it is."""

from collections.abc import Mapping

from tutor.course.kinds.base import LETTERS, NOTHING, Option, Play, checked, no, shown_lines
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.wire.lines import Line, Side
from tutor.wire.printable import show


class Spot(Play):
    """`talk` is the talk, `fault` the number of the wrong line, from 1; `fine = [{ line = 2, why = … }]`."""

    INPUT = "choice"
    DECODED = True
    prompt = "The wrong line"
    placeholder = "its letter"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """Three to twelve lines, and the fault among them."""
        talk = shown_lines(table, "talk")
        fault = table.number("fault")
        if not 3 <= len(talk) <= 12:
            raise table.error("talk", f"there must be three to twelve lines, not {len(talk)}.")
        if not 1 <= fault <= len(talk):
            raise table.error("fault", f"it must be the number of a line, 1 to {len(talk)}.")
        fine = {}
        for inner in table.tables("fine"):
            number = inner.number("line")
            if not 1 <= number <= len(talk) or number == fault:
                raise inner.error("line", "it must be the number of a line that is fine.")
            fine[number] = (inner.text("code", "lesson.fine-line"), checked(inner, "why", inner.text("why")))
            inner.finish()
        return {**super().read(table), "talk": talk, "fault": fault, "fine": fine}

    def choices(self) -> list[Option]:
        """The lines themselves."""
        found = []
        for key, text in zip(LETTERS, self.options("talk"), strict=False):
            line = self.line(text)
            found.append(Option(key, f"`{'S' if line.side is Side.SERVER else 'C'}: {show(line.line)}`"))
        return found

    def lines(self) -> list[Line]:
        """Only what was said before; the talk itself stands in the choices."""
        return super().lines()

    def own_names(self) -> Mapping[str, bytes]:
        """`solution`: the letter; `fault_line`: the line."""
        return {"solution": self.solution()[0].encode()}

    def judge(self, text: str) -> Verdict:
        """A letter or a number."""
        typed = text.strip().rstrip(".)").casefold()
        if not typed:
            return NOTHING
        for number, option in enumerate(self.choices(), 1):
            if typed in (option.key, str(number)):
                if option.key == self.solution()[0]:
                    self.passed = True
                    return Verdict(True)
                fine = self.step.options["fine"]
                assert isinstance(fine, dict)
                code, why = fine.get(number, ("lesson.fine-line", "That line is as it should be."))
                return no(code, self.fill(why), "Look at another one.", source=self.step.source)
        keys = f"{LETTERS[0]} to {LETTERS[len(self.choices()) - 1]}"
        return no("lesson.no-choice", f"That is none of the lines: {keys}.", "Type the letter of one of them.")

    def solution(self) -> list[str]:
        """The letter of the wrong line."""
        return [LETTERS[int(str(self.step.options["fault"])) - 1]]


KIND = Spot
