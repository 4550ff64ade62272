"""What can be drilled, to choose from: all of it mixed, a drill of its own, or a skill of the lessons."""

from typing import Any

from textual.app import App

from tutor.tui.screens.choose import ChooseScreen, Option


def options() -> list[Option]:
    """The mixed drill first, then the drills of their own, those for beginners first."""
    from tutor.course import drills
    from tutor.course.drill import skills

    own = drills.each()
    found = [Option("", "Everything, mixed", "Tasks of all drills and all lessons, harder as they go well.")]
    found += [Option(drill.skill, drill.title, f"{drill.about} Its name is {drill.skill}.") for drill in own]
    found += [
        Option(skill, f"From the lessons: {skill}", "Those tasks of the lessons that have other values each time.")
        for skill in skills()
        if skill not in drills.names()
    ]
    return found


def ask(app: App[Any]) -> None:
    """Have it chosen, then open it; esc leaves everything as it was."""
    go: Any = getattr(app, "go")  # noqa: B009 - the app's own method, which a bare App has not

    def chosen(skill: str | None) -> None:
        if skill is not None:
            go("lesson", lesson=f"drill@1:{skill}")

    app.push_screen(ChooseScreen("What shall be drilled?", options()), chosen)
