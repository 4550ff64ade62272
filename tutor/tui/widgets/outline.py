"""A lesson's steps in a list, and the choices of a step."""

from tutor.course.run import LessonRun, Option
from tutor.tui.widgets.prose import fold, pieces
from tutor.tui.widgets.rows import Piece, Row
from tutor.wire.printable import show

STATES = {"solved": ("✓", "good", "solved"), "shown": ("·", "warn", "shown"), "read": ("·", "dim", "read")}


def outline(run: LessonRun, width: int, goal: str = "") -> list[Row]:
    """Each step, and whether it was solved, shown or read: reading is not solving. `goal`: that of the current one."""
    rows = []
    for number, step in enumerate(run.lesson.steps):
        mark, style, word = STATES.get(run.state_of(number), ("○", "dim", "open"))
        # Values are filled in for the step that is being played alone.
        words = step.goal if "{" not in step.goal else step.id.replace("-", " ")
        if number == run.position:
            mark, style, word, words = "▸", "key", "here", goal or words
        head = f" {mark} {word:<7} "
        folded = fold(pieces(words), width - 1, head)
        rows += [Row(((head, style), *folded[0].pieces[1:])), *folded[1:]]
    return rows


def option_rows(option: Option, width: int, chosen: bool, right: bool | None) -> list[Row]:
    """A choice: whether the cursor is on it, and whether it is known to be right or wrong."""
    mark, style = ("✓", "good") if right else ("▸", "key") if chosen else ("✗", "bad") if right is False else (" ", "")
    after = "✗ " if chosen and right is False else "  "
    folded = fold(pieces(option.text), width, f"   {show(option.key)} {after}", target=option.key)
    key: Piece = (option.key, "key on" if chosen else "key")
    return [Row(((f" {mark} ", style), key, (f" {after}", "bad"), *folded[0].pieces[1:]), option.key), *folded[1:]]
