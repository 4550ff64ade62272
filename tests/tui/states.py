"""Every screen of the app in every state that people meet, reached from keys; for tests and for pictures."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from textual.pilot import Pilot

from tests.tui.driving import paste, settle, write
from tutor.course import kinds, load
from tutor.course.kinds.client import Client
from tutor.course.run import LessonRun
from tutor.explain.annotate import Annotator
from tutor.tui.app import TutorApp
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.widgets.entry import Entry

SIZES = [(40, 24), (80, 24), (120, 40), (200, 60)]

# A decoded challenge of each kind, from where it is printed: RFC 2195 section 2; RFC 7677 section 3;
# MS-NLMP section 4.2.4.3 (the type 2 message of its NTLMv2 example).
CRAM = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
SCRAM = (
    "334 cj1yT3ByTkdmd0ViZVJXZ2JORWtxTyVodllEcFdVYTJSYVRDQWZ1eEZJbGopaE5sRiRrMCxzPVcyMlphSjBTTlk3c29Fc1VFamI2"
    "Z1E9PSxpPTQwOTY="
)
NTLM = (
    "334 TlRMTVNTUAACAAAADAAMADgAAAAzgoriASNFZ4mrze8AAAAAAAAAACQAJABEAAAABgBwFwAAAA9TAGUAcgB2AGUAcgACAAwARABv"
    "AG0AYQBpAG4AAQAMAFMAZQByAHYAZQByAAAAAAA="
)
SESSION = """220 mail.example.org ESMTP Postfix
EHLO laptop.example.net
250-mail.example.org
250-SIZE 10240000
250 AUTH PLAIN LOGIN
AUTH LOGIN
334 VXNlcm5hbWU6
YWRhCg==
334 UGFzc3dvcmQ6
Y29ycmVjdCBob3JzZQo=
535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6
"""

Steps = Callable[[Pilot[int]], Awaitable[None]]


class State(NamedTuple):
    """How the app is opened, and what is done then."""

    name: str
    steps: Steps
    screen: str | None = None
    lesson: str | None = None


async def nothing(pilot: Pilot[int]) -> None:
    """Only opened."""


def pressing(*keys: str) -> Steps:
    """These keys."""

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press(*keys)

    return steps


def pasting(what: str, *keys: str) -> Steps:
    """This text, and then these keys."""

    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, what)
        await pilot.press(*keys)

    return steps


def saying(*lines: str, keys: tuple[str, ...] = ()) -> Steps:
    """These lines, each with enter, and then these keys."""

    async def steps(pilot: Pilot[int]) -> None:
        for line in lines:
            await write(pilot, line)
        await pilot.press(*keys)

    return steps


async def listening(pilot: Pilot[int]) -> None:
    """The simulator, narrating a login that goes wrong."""
    import smtplib
    from asyncio import to_thread

    await pilot.press("enter")
    await settle(pilot)
    screen: Any = pilot.app.screen
    host, port = screen._address

    def client() -> None:
        with smtplib.SMTP(host, port, local_hostname="laptop.example.net", timeout=10) as smtp:
            smtp.ehlo()
            smtp.docmd("AUTH", "LOGIN")
            smtp.docmd("YWRhCg==")
            smtp.docmd("Y29ycmVjdCBob3JzZQ==")

    await to_thread(client)
    for _ in range(100):
        await pilot.pause(0.01)
        if any("221" in row.text for row in screen._body.rows):
            break
    # Ports differ from run to run.
    screen._address = (host, 2525)
    screen._lay()


async def with_progress(pilot: Pilot[int]) -> None:
    """Home, after some lessons."""
    app: Any = pilot.app
    index = load.index()
    for entry in index[:3]:
        lesson = load.lesson(entry.id)
        for step in lesson.steps if entry is not index[2] else lesson.steps[:3]:
            app.progress.record(entry.id, step.id, "solved")
    app.progress.at(index[2].id, load.lesson(index[2].id).steps[3].id, 3)
    app.screen._load()
    await pilot.press("down", "down", "down")


def run(pilot: Pilot[int]) -> LessonRun:
    """What is being played."""
    screen = pilot.app.screen
    assert isinstance(screen, LessonScreen)
    assert screen._run is not None
    return screen._run


def at_step(number: int, then: str) -> Steps:
    """A lesson's step of that number: as it is met, after a hint, a mistake, the solution asked for, or solved."""

    async def steps(pilot: Pilot[int]) -> None:
        run(pilot).go(number)
        screen: Any = pilot.app.screen
        screen._enter_step()
        await settle(pilot)
        for _ in range(100):
            if run(pilot).step.input != "watch" or screen._watch is not None:
                break
            await pilot.pause(0.01)
        if then == "hint":
            await pilot.press("f2")
        elif then == "shown":
            await pilot.press("f8")
        elif then == "wrong":
            await _wrong(pilot)
        elif then == "solved":
            await _solve(pilot)
        await settle(pilot)

    return steps


async def _give(pilot: Pilot[int], line: str) -> None:
    if run(pilot).step.input == "choice":
        await pilot.press(line)
    else:
        pilot.app.screen.query_one(Entry).put(line)
        await pilot.press("enter")
    await pilot.pause()


async def _wrong(pilot: Pilot[int]) -> None:
    step = run(pilot).step
    if step.input == "choice":
        await _give(pilot, next(option.key for option in step.choices if option.key not in run(pilot).solution()))
    elif step.input != "watch":
        mistakes = run(pilot).play.step.mistakes
        await _give(pilot, run(pilot).play.fill(mistakes[0].text or "") if mistakes else "nonsense")


async def _solve(pilot: Pilot[int]) -> None:
    play = run(pilot).play
    screen: Any = pilot.app.screen
    if isinstance(play, Client):
        annotator = Annotator()
        for seen in play.demonstration():
            screen._saw(run(pilot).observe(annotator.feed(seen)))
    elif run(pilot).step.solves:
        for line in run(pilot).solution():
            await _give(pilot, line)
    await pilot.pause()


def _steps() -> list[State]:
    """The first step of each kind in the lessons, in its states; hints look alike in all of them."""
    found: dict[str, tuple[str, int]] = {}
    for entry in load.index():
        for number, step in enumerate(load.lesson(entry.id).steps):
            found.setdefault(step.kind, (entry.id, number))
    states = []
    for kind, (lesson, number) in found.items():
        solves = kinds.get(kind).SOLVES
        asked = ("hint", "shown") if kind in ("choose", "drive", "client") else ()
        for then in ("met", *asked, "wrong", "solved") if solves else ("met",):
            states.append(State(f"{kind}-{then}", at_step(number, then), lesson=lesson))
    return states


async def at_the_end(pilot: Pilot[int]) -> None:
    """A lesson behind one."""
    run(pilot).go(run(pilot).count - 1)
    screen: Any = pilot.app.screen
    screen._enter_step()
    await pilot.press("f5")


STATES = [
    State("home", nothing),
    State("home-progress", with_progress),
    State("home-places", pressing("tab", "down", "down")),
    State("home-end", pressing("end")),
    State("decode-empty", nothing, "decode"),
    State("decode-greeting", pasting("220 mail.example.org ESMTP Postfix"), "decode"),
    State("decode-typing", pasting("334 VXNlcm5hb"), "decode"),
    State("decode-damaged", pasting("334 VXN-cm5hbWU6"), "decode"),
    State("decode-cram", pasting(CRAM), "decode"),
    State("decode-field", pasting(CRAM, "down", "down"), "decode"),
    State("decode-plain", pasting("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm"), "decode"),
    State("decode-scram", pasting(SCRAM), "decode"),
    State("decode-ntlm", pasting(NTLM), "decode"),
    State("decode-session", pasting(SESSION), "decode"),
    State("decode-session-fault", pasting(SESSION, "f7"), "decode"),
    State("practice", nothing, "practice"),
    State("practice-hint", saying("EHLO me", keys=("f2",)), "practice"),
    State("practice-wrong", saying("EHLO me", "AUTH LOGIN", "YWRhCg=="), "practice"),
    State("practice-why", saying("EHLO me", "AUTH LOGIN", "YWRhCg==", keys=("f6",)), "practice"),
    State("practice-choose", pressing("f7", "down", "down"), "practice"),
    State("practice-bench", pressing("f9"), "practice"),
    State("practice-bench-typed", pressing("f9", *"ada"), "practice"),
    State("simulator", nothing, "simulator"),
    State("simulator-listening", listening, "simulator"),
    State("simulator-choose", pressing("f7"), "simulator"),
    State("reference", nothing, "reference"),
    State("reference-code", pasting("535"), "reference"),
    State("reference-compare", pasting("220 334"), "reference"),
    State("reference-mechanism", pasting("SCRAM-SHA-256"), "reference"),
    State("reference-nothing", pasting("xyzzy"), "reference"),
    State("help-home", pressing("f1")),
    State("help-lesson", pressing("f1"), lesson="greeting"),
    State("palette", pressing("ctrl+p")),
    State("palette-typed", pressing("ctrl+p", *"scram")),
    State("drill", nothing, lesson="drill"),
    State("review", nothing, lesson="review"),
    State("placement", nothing, lesson="placement"),
    State("lesson-end", at_the_end, lesson="greeting"),
    *_steps(),
]


def opened(state: State, seed: int = 5) -> TutorApp:
    """The app, as the state opens it."""
    return TutorApp(state.screen, state.lesson, seed=seed)
