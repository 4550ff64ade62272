"""What ctrl+p finds: every place, command, lesson, mechanism and code."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tutor.tui.commands import PLACES, commands, key_names


class Found(NamedTuple):
    """One thing that can be found."""

    name: str
    about: str
    do: Callable[[], Any]


class Finder(Provider):
    """Searches our own table, the course and the reference."""

    async def discover(self) -> Hits:
        """Before anything is typed: the places and what this screen can do."""
        for found in self._actions():
            yield DiscoveryHit(found.name, found.do, help=found.about)

    async def search(self, query: str) -> Hits:
        """By a part of the name."""
        matcher = self.matcher(query)
        for found in (*self._actions(), *self._lessons(), *self._reference(query)):
            score = matcher.match(found.name)
            if score > 0:
                yield Hit(score, matcher.highlight(found.name), found.do, help=found.about)

    def _actions(self) -> Iterator[Found]:
        app: Any = self.app
        for found in PLACES:
            if found.key or found.id == "home":
                yield Found(f"Go to {found.title}", found.line, partial(app.go, found.id))
        for command in commands(app.here):
            if command.rank < 9 and command.id != "palette":
                action = command.action
                yield Found(
                    f"{command.label.capitalize()} ({key_names(command)})",
                    command.tooltip,
                    partial(self.screen.run_action, action),
                )

    def _lessons(self) -> Iterator[Found]:
        from tutor.tui.screens.home import entries

        app: Any = self.app
        for number, entry in enumerate(entries(app)[0], 1):
            yield Found(
                f"Lesson {number}: {entry.title}", f"{entry.steps} steps", partial(app.go, "lesson", lesson=entry.id)
            )

    def _reference(self, query: str) -> Iterator[Found]:
        from tutor.tui.screens.reference import found as search

        app: Any = self.app
        for entry in search(query)[:20]:
            yield Found(f"{entry.key}  {entry.title}", entry.line, partial(app.go, "reference", words=entry.key))
