"""Lessons as lines of text: for a dumb terminal, a pipe, a screen reader. It drives the same LessonRun as the app."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor.cli.exits import Exit
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.course.run import LessonRun
    from tutor.diagnosis import Verdict
    from tutor.wire.lines import Line

WIDTH = 78
HELP = """\
:hint   a hint; each says more than the one before, and a worked example comes last
:show   the answer (the step then does not count as solved)
:undo   take your last line back        :again  begin this step anew
:back   the step before                 :skip   the next step, without solving this one
:text   read this step again            :quit   leave; your place is kept"""


def wanted(asked: bool) -> bool:
    """Whether to talk in lines: asked for, or nothing else is possible or wished (see `screen.py`)."""
    from tutor.cli.screen import wants_lines

    return asked or wants_lines()


def play(run: "LessonRun", lines: Iterator[bytes] | None = None) -> int:
    """Talk a run through, from standard input unless `lines` are given; the exit status."""
    return _Talk(run, typed() if lines is None else lines).run()


def typed() -> Iterator[bytes]:
    """The lines of standard input."""
    from tutor.cli.read import input_lines

    return input_lines("-")


class _Talk:
    def __init__(self, run: "LessonRun", lines: Iterator[bytes]) -> None:
        self._run = run
        self._lines = lines
        self._told = 0  # lines of the exchange that were printed already
        self._helped: set[int] = set()
        """The steps at which the way to a hint was told."""
        self._terminal = sys.stdin is not None and sys.stdin.isatty()

    def run(self) -> int:
        run = self._run
        print(f"{run.lesson.title}: {run.count} step{'s' if run.count > 1 else ''}. A line that begins with `:` is "
              "for me; `:help` lists them.")  # fmt: skip
        while not run.finished:
            if not self._step():
                return self._left()
        _say("\nThat was the last step of this lesson." if run.count > 1 and not run.following else "\nDone.")
        if run.verdict:
            _say(run.verdict)
        return Exit.OK

    def _left(self) -> int:
        run = self._run
        place = f"You stopped at step {run.position + 1} of {run.count}"
        print(f"\n{place}; your place is kept." if run.progress is not None and run.saved else f"\n{place}.")
        return Exit.OK if self._terminal or self._quit else Exit.WRONG

    _quit = False

    def _step(self) -> bool:
        """One step to its end; False where the learner leaves."""
        run = self._run
        if run.play.INPUT == "watch" and not run.passed:
            with _watching(run, self._seen):
                return self._typed_step()
        return self._typed_step()

    def _seen(self, verdict: "Verdict | None") -> None:
        """Another program said a line; called from the thread that watches it."""
        if verdict is not None:
            self._exchange()
            if verdict.correct:
                print(f"✓ Right. {_source(self._run.step.source)}")
                _say(self._run.step.after)
                print("enter to go on> ", end="", flush=True)
            else:
                _why(verdict)

    def _typed_step(self) -> bool:
        run = self._run
        here = run.position
        self._tell()
        while run.position == here and not run.finished:
            view = run.step
            label = "enter to go on" if view.input == "none" or view.passed else view.prompt
            print(f"{label}> ", end="", flush=True)
            typed = next(self._lines, None)
            if typed is None:
                return False
            text = typed.decode("utf-8", "surrogateescape")
            if not self._terminal:
                print(show(text))  # what was typed belongs to the record
            if text.startswith(":"):
                if not self._command(text[1:].strip().lower()):
                    return False
            elif run.passed or view.input == "none":  # another program may have passed it while we waited
                self._on()
            else:
                self._answer(text)
        return True

    def _on(self) -> None:
        after = self._run.step
        if not after.passed and self._run.play.SOLVES:
            return
        if not after.passed:
            self._run.submit("")
            _say("\n" + self._run.step.after)
            print(_source(after.source))
        self._run.next()

    def _answer(self, text: str) -> None:
        run = self._run
        verdict = run.submit(text)
        self._exchange()
        if run.passed:
            view = run.step
            print(f"✓ Right. {_source(view.source)}")
            _say(view.after)
            if run.position + 1 == run.count:
                run.next()
        elif verdict.correct is not True:
            _why(verdict)
            if run.position not in self._helped:
                self._helped.add(run.position)
                print("`:hint` helps, `:undo` takes a line back." if run.step.kind in ("drive", "serve")
                      else "`:hint` helps.")  # fmt: skip

    def _command(self, word: str) -> bool:
        run = self._run
        if word in ("q", "quit"):
            self._quit = True
            return False
        if word in ("h", "hint"):
            hint = run.hint()
            _say(f"Hint: {hint}" if hint else "There are no more hints. `:show` shows the answer.")
        elif word == "show":
            for line in run.show():
                print(f"    {show(line)}" if line else "    (an empty line)")
        elif word in ("u", "undo"):
            self._told = 0
            print("Taken back." if run.undo() else "There is nothing to take back.")
            self._exchange()
        elif word == "again":
            run.again()
            self._tell()
        elif word in ("b", "back"):
            if not run.back():
                print("This is the first step.")
        elif word == "skip":
            run.skip()
        elif word == "text":
            self._tell()
        else:
            print(HELP if word in ("help", "?", "") else f"There is no command :{show(word)}.\n{HELP}")
        return True

    def _tell(self) -> None:
        """The whole step: what it is about, what was said, and what to do."""
        view = self._run.step
        self._told = 0
        print(f"\n-- Step {self._run.position + 1} of {self._run.count}: {_plain(view.goal)}\n")
        _say(view.before)
        self._exchange()
        if view.choices and not view.lines:
            print()
        for option in view.choices:
            _say(f"{option.text}", first=f"  {option.key}  ")
        if view.passed:
            _say("\n" + view.after)

    def _exchange(self) -> None:
        """The lines that were not printed yet."""
        view = self._run.step
        if len(view.lines) < self._told:
            self._told = 0
        new = view.lines[self._told :]
        if new and not self._told:
            print()
        notes = _notes(view.lines) if view.decoded else {}
        for number, line in enumerate(new, self._told):
            letter = line.side.letter if line.side is not None else " "
            print(f"    {letter}: {show(line.line)}")
            if number in notes:
                print(f"       = {notes[number]}")
        self._told = len(view.lines)
        if new:
            print()


@contextmanager
def _watching(run: "LessonRun", told: "Callable[[Verdict | None], None]") -> Iterator[None]:
    """A server for another program, in a thread of its own, while the learner reads on."""
    import asyncio
    from threading import Thread

    from tutor.net.watch import Watch

    loop = asyncio.new_event_loop()
    watch = Watch(run, told)
    loop.run_until_complete(watch.start())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(watch.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _notes(lines: "tuple[Line, ...]") -> dict[int, str]:
    """What the Base64 of both sides says, by the number of the line."""
    from tutor.explain.annotate import Annotator

    annotator = Annotator()
    notes = {}
    for number, line in enumerate(lines):
        seen = annotator.feed(line)
        if seen.text is not None and seen.message is not None:
            notes[number] = show(seen.message) if seen.message else "nothing: it is empty"
    return notes


def _why(verdict: "Verdict") -> None:
    if not verdict.diagnoses:
        print("✗ That is not it.")
        return
    first = verdict.diagnoses[0]
    _say(f"✗ {first.summary}{' ' + first.fix if first.fix else ''} {_source(first.source)}")


def _source(source: str) -> str:
    return f"({source})" if source else ""


def _plain(text: str) -> str:
    return " ".join(show(line) for line in text.splitlines())


def _say(text: str, first: str = "") -> None:
    """Prose, folded at blanks; what begins with a blank stays as it is."""
    from textwrap import wrap

    indent = " " * len(first)
    for paragraph in text.split("\n"):
        if paragraph.startswith((" ", "\t")) or not paragraph:
            print(show(paragraph))
        elif first:
            print(*wrap(show(paragraph), WIDTH, initial_indent=first, subsequent_indent=indent,
                        break_long_words=False, break_on_hyphens=False), sep="\n")  # fmt: skip
        else:
            rest = "  " if paragraph.startswith("- ") else ""
            print(*wrap(show(paragraph), WIDTH, subsequent_indent=rest, break_long_words=False,
                        break_on_hyphens=False), sep="\n")  # fmt: skip
