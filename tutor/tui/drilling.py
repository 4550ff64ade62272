"""What can be drilled, to choose from: all of it mixed, a drill of its own, or a skill of the lessons."""

from typing import Any

from textual.app import App

from tutor.tui.screens.choose import ChooseScreen, Option


def made() -> list[Option]:
    """The mixed drill first, then the drills of their own, those for beginners first."""
    from tutor.course import drills

    mixed = Option("", "Everything, mixed", "Tasks of all drills and all lessons, harder as they go well.")
    return [
        mixed,
        *(Option(each.skill, each.title, f"{each.about} Its name is {each.skill}.") for each in drills.each()),
    ]


def options() -> list[Option]:
    """All that can be drilled; the skills of the lessons last, since all lessons are read for them."""
    from tutor.course import drills
    from tutor.course.drill import skills

    own = drills.names()
    about = "Those tasks of the lessons that have other values each time."
    return [*made(), *(Option(each, f"From the lessons: {each}", about) for each in skills() if each not in own)]


def ask(app: App[Any]) -> None:
    """Have it chosen, then open it; esc leaves everything as it was."""
    go: Any = getattr(app, "go")  # noqa: B009 - the app's own method, which a bare App has not

    def chosen(skill: str | None) -> None:
        if skill is not None:
            go("lesson", lesson=f"drill@1:{skill}")

    app.push_screen(ChooseScreen("What shall be drilled?", options()), chosen)
