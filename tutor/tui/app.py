"""The app itself: themes, places, and what works in all of them. A screen knows no other screen; it asks the app."""

import gc
import os

_COLLECTING = gc.isenabled()
gc.disable()  # reading Textual makes some hundred thousand objects, and a collection finds none of them free

from collections.abc import Callable, Iterable, Iterator  # noqa: E402 - after the line above, which makes these quick
from importlib import import_module  # noqa: E402
from typing import Any  # noqa: E402

from textual.app import App, SystemCommand  # noqa: E402
from textual.events import Resize  # noqa: E402
from textual.screen import Screen  # noqa: E402

from tutor.tui.commands import PLACES, bindings, place  # noqa: E402
from tutor.tui.look import ANSI, ANSI_VARIABLES, DARK, LIGHT, PALETTE_IN_ASCII  # noqa: E402
from tutor.tui.screens.home import HomeScreen  # noqa: E402
from tutor.tui.screens.small import LEAST, SmallScreen  # noqa: E402

if _COLLECTING:
    gc.enable()

TYPE_CHECKING = False
if TYPE_CHECKING:
    from textual.command import Provider

    from tutor.course.progress import Progress


def _finder() -> "type[Provider]":
    from tutor.tui.finder import Finder

    return Finder


class TutorApp(App[int]):
    """sasl-tutor's screens."""

    TITLE = "sasl-tutor"
    BINDINGS = bindings("all")
    COMMANDS = App.COMMANDS | {_finder}
    COMMAND_PALETTE_DISPLAY = "^p"

    def __init__(
        self,
        screen: str | None = None,
        lesson: str | None = None,
        mechanism: str | None = None,
        *,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        # Not through the setter: its watcher would read all styles once more, and nothing is styled yet.
        self.set_reactive(App.theme, self._theme_asked())
        self.only_ascii = bool(os.environ.get("SASL_TUTOR_ASCII"))
        """Whether what we draw is ASCII alone."""
        if self.only_ascii:
            self.stylesheet.add_source(PALETTE_IN_ASCII)
        self.stylesheet.set_variables(self.get_css_variables())
        self._first = (screen, lesson, mechanism)
        self.seed = seed
        """What exercises are drawn from; None: other ones every time."""
        self._progress: Progress | None = None
        self._progress_asked = False
        self._said_once: set[str] = set()

    # The start

    def _theme_asked(self) -> str:
        """The theme that SASL_TUTOR_THEME names; without colour an ANSI theme would be black on black."""
        asked = os.environ.get("SASL_TUTOR_THEME", "")
        if asked == "ansi" and self.no_color:
            asked = ""
        return {"light": LIGHT.name, "ansi": ANSI}.get(asked, DARK.name)

    def get_default_screen(self) -> Screen[Any]:
        """Home is the first screen: nothing is painted before it."""
        return HomeScreen()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our colours, for themes that bring none."""
        theme = self.current_theme
        if theme.ansi:
            return ANSI_VARIABLES
        return DARK.variables if theme.dark else LIGHT.variables

    def on_mount(self) -> None:
        """To the place that the command line named."""
        screen, lesson, mechanism = self._first
        if lesson is not None:
            self.go("lesson", lesson=lesson)
        elif screen is not None and screen != "home":
            self.go(screen, mechanism=mechanism)
        elif mechanism is not None:
            self.go("practice", mechanism=mechanism)
        self.call_after_refresh(self._settled)

    def _settled(self) -> None:
        """After the first paint."""
        gc.enable()
        self._idle_work = idle_work()
        self.set_timer(0.15, self._warm)

    def _warm(self) -> None:
        """Load what will be needed, a piece at a time, while nobody types; then the first key need not wait for it."""
        if next(self._idle_work, self) is None:
            self.set_timer(0.02, self._warm)
        else:
            # What was made so far stays: the collector need not look at it at every key.
            gc.collect()
            gc.freeze()

    def on_resize(self, event: Resize) -> None:
        """In a window that is too small for anything, say that; what was there lies below, untouched."""
        small = isinstance(self.screen, SmallScreen)
        too_small = event.size.width < LEAST[0] or event.size.height < LEAST[1]
        if too_small and not small:
            self.push_screen(SmallScreen())
        elif small and not too_small:
            self.pop_screen()

    def watch_theme(self, theme: str) -> None:
        """Without colour, the terminal's own themes are black on black."""
        if self.no_color and self.current_theme.ansi:
            self.theme = DARK.name
            self.notify("NO_COLOR is set, and this theme would show nothing then. The usual one stays.", markup=False)

    # Places

    def go(self, where: str, **arguments: object) -> None:
        """Go to a place. Screens are kept: what was typed there is still there."""
        if where == "drill":
            from tutor.tui.drilling import ask

            ask(self)
            return
        if where in ("review", "placement"):
            arguments, where = {"lesson": where}, "lesson"
        found = place(where)
        if found is None:
            self.notify(f"There is no screen {where!r}.", severity="error", markup=False)
            return
        if where == "home":
            while len(self.screen_stack) > 1:
                self.pop_screen()
            return
        if not self.is_screen_installed(where):
            factory: Callable[[], Screen[Any]] = getattr(import_module(f"tutor.tui.screens.{found.module}"), found.cls)
            self.install_screen(factory(), where)
        screen = self.get_screen(where)
        if screen in self.screen_stack:
            while self.screen is not screen:
                self.pop_screen()
        else:
            self.push_screen(screen)
        opened = getattr(screen, "opened", None)
        if opened is not None:
            opened(**{name: value for name, value in arguments.items() if value is not None})

    def action_go(self, where: str) -> None:
        """To a place."""
        self.go(where)

    async def action_back(self) -> None:
        """To where one came from."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_help(self) -> None:
        """F1: the screen that one is on."""
        from tutor.tui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
            return
        if self.screen.is_modal:
            return
        self.push_screen(HelpScreen(self.here))

    @property
    def here(self) -> str:
        """The id of the place that one is in."""
        for screen in reversed(self.screen_stack):
            where = getattr(screen, "PLACE", None)
            if isinstance(where, str):
                return where
        return "home"

    def action_look_up(self) -> None:
        """The reference, at the code that the screen is about."""
        words = getattr(self.screen, "looked_at", None)
        self.go("reference", words=words() if callable(words) else None)

    def action_copy(self) -> None:
        """The text of the screen: to the clipboard, and into a file; a secret that is shown goes to neither."""
        from tutor.tui.widgets.keys import Keys
        from tutor.tui.widgets.rows import Rows

        if getattr(self.screen, "reveals", False):
            self.notify("A secret is shown, so nothing was copied. Mask it first.", severity="warning", markup=False)
            return
        copied = getattr(self.screen, "copied", None)
        shown = [widget for widget in self.screen.query(Rows) if not isinstance(widget, Keys)]
        text = "\n".join(row.text.rstrip() for widget in shown for row in widget.rows).strip("\n") + "\n"
        text = (copied() if callable(copied) else "") or text
        text = "".join(character if character.isprintable() or character == "\n" else "·" for character in text)
        self.copy_to_clipboard(text)
        path = write_copy(text)
        part = getattr(self.screen, "copied_part", "")
        said = f"Copied{' ' + part if part else ''}, {text.count(chr(10))} lines, if your terminal lets programs copy."
        self.notify(said + (f" It is also in {path}." if path else ""), markup=False)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Ours are found by `finder.py`; of Textual's own, those that are of use here."""
        for command in super().get_system_commands(screen):
            if command.title in ("Theme", "Maximize", "Minimize"):
                yield command

    def _fatal_error(self) -> None:
        """As Textual's, but without the values of variables: a password may be among them."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()

    # Progress

    @property
    def progress(self) -> "Progress | None":
        """What the learner has done; None where it cannot be kept, which is said once."""
        if not self._progress_asked:
            self._progress_asked = True
            try:
                from tutor.course.progress import Progress

                self._progress = Progress()
            except Exception as error:  # whatever is wrong with a disk must not keep anyone from learning
                self.notify(
                    f"Your progress cannot be kept this time: {error}", severity="warning", timeout=10, markup=False
                )
            else:
                self.tell_notices()
        return self._progress

    def say_once(self, sentence: str) -> None:
        """A warning that is not said again in this run."""
        if sentence not in self._said_once:
            self._said_once.add(sentence)
            self.notify(sentence, severity="warning", timeout=10, markup=False)

    def tell_notices(self) -> None:
        """Say what the progress file has to say, each sentence once."""
        notices = [] if self._progress is None else self._progress.notices
        while notices:
            self.notify(notices.pop(0), severity="warning", timeout=10, markup=False)

    def next_seed(self) -> int:
        """The seed of the next exercise."""
        if self.seed is not None:
            return self.seed
        from random import SystemRandom

        return SystemRandom().randrange(1 << 30)


def idle_work() -> Iterator[None]:
    """Small pieces of work, a few milliseconds each, that the first use of a screen would else wait for."""
    for found in PLACES:
        import_module(f"tutor.tui.screens.{found.module}")
        yield
    from tutor.explain.annotate import annotate_line
    from tutor.sasl import registry

    for _ in registry.each():
        yield
    for line in (b"x", b"AUTH x", b"x x"):
        annotate_line(line)
        yield


def write_copy(text: str) -> str | None:
    """Put what was copied into a file that only the user can read; where, or None where that cannot be."""
    import os

    from platformdirs import user_cache_dir

    folder = user_cache_dir("sasl-tutor", appauthor=False)
    path = os.path.join(folder, "copied.txt")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return None
    return path


def run(
    screen: str | None = None, lesson: str | None = None, mechanism: str | None = None, seed: int | None = None
) -> int:
    """Open the app, at a screen, a lesson or a mechanism where one is named; returns the exit status."""
    gc.disable()  # until the first paint; a collection before it finds nothing to free
    try:
        mouse = os.environ.get("SASL_TUTOR_MOUSE", "") != "0"
        return TutorApp(screen, lesson, mechanism, seed=seed).run(mouse=mouse) or 0
    finally:
        gc.enable()
