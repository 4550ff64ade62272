"""What ctrl+p finds: every place, command, lesson, drill, mechanism, code, provider's text and mistake."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.markup import escape

from tutor.tui.commands import PLACES, commands, key_names
from tutor.wire.printable import show


class Found(NamedTuple):
    """One thing that can be found."""

    name: str
    about: str
    do: Callable[[], Any]


class Finder(Provider):
    """Searches our own table, the course and the reference."""

    _known: list[Found] | None = None

    async def discover(self) -> Hits:
        """Before anything is typed: the places and what this screen can do."""
        for found in (*self._places(), *self._commands(all=False)):
            yield DiscoveryHit(Content(found.name), found.do, text=found.name, help=escape(found.about))

    async def search(self, query: str) -> Hits:
        """By a part of the name."""
        matcher = self.matcher(query)
        if self._known is None:  # once, not at every key
            self._known = [*self._places(), *self._commands(all=True), *self._lessons(), *self._exercises()]
        for found in (*self._known, *self._reference(query)):
            score = matcher.match(found.name)
            if score > 0:
                yield Hit(score, _lit(matcher, found.name), found.do, text=found.name, help=escape(found.about))

    def _places(self) -> Iterator[Found]:
        app: Any = self.app
        for found in PLACES:
            if found.key or found.id == "home":
                yield Found(f"Go to {found.title}", found.line, partial(app.go, found.id))

    def _commands(self, all: bool) -> Iterator[Found]:
        """What keys do here; `all`: those too that one knows without being told, such as up and down."""
        app: Any = self.app
        for command in commands(app.here):
            if (all or command.rank < 9) and command.id != "palette":
                yield Found(
                    f"{command.label.capitalize()} ({key_names(command)})",
                    command.tooltip,
                    partial(self.screen.run_action, command.action),
                )

    def _lessons(self) -> Iterator[Found]:
        from tutor.tui.screens.home import entries

        app: Any = self.app
        for number, entry in enumerate(entries(app)[0], 1):
            pack = f" ({entry.pack})" if entry.pack else ""
            yield Found(
                show(f"Lesson {number}: {entry.title}{pack}"), show(f"{entry.steps} steps. {entry.about}"),
                partial(app.go, "lesson", lesson=entry.id),
            )  # fmt: skip

    def _exercises(self) -> Iterator[Found]:
        """Drills, and exchanges to practise."""
        from tutor.sasl import registry
        from tutor.tui.drilling import made

        app: Any = self.app
        for option in made():
            yield Found(f"Drill: {option.name}", option.about, partial(app.go, "lesson", lesson=f"drill@1:{option.id}"))
        for mechanism in registry.played():
            about = f"From the greeting to the end of {mechanism.name}, by hand."
            yield Found(f"Practise {mechanism.name}", about, partial(app.go, "practice", mechanism=mechanism.name))

    def _reference(self, query: str) -> Iterator[Found]:
        from tutor.tui.screens.reference import found as search

        app: Any = self.app
        for entry in search(query)[:20]:
            yield Found(f"{entry.key}  {entry.title}", entry.line, partial(app.go, "reference", words=entry.key))


def _lit(matcher: Matcher, name: str) -> Content:
    """The name with the letters that match; the matcher's own way would take a pack's title for markup."""
    _, offsets = matcher.fuzzy_search.match(matcher.query, name)
    content = Content(name)
    for offset in offsets:
        if not name[offset].isspace():
            content = content.stylize(matcher.match_style, offset, offset + 1)
    return content
