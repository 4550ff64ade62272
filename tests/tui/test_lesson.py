"""Every lesson, played to its end from keys alone: with solutions, with nothing and with rubbish."""

from random import Random

import pytest
from textual.pilot import Pilot

from tests.tui.driving import SEED, paste, play, settle, text
from tests.wrong import empty, mistakes
from tutor.course import load
from tutor.course.kinds.client import Client
from tutor.course.run import LessonRun
from tutor.explain.annotate import Annotator
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.widgets.coach import Coach
from tutor.tui.widgets.entry import Entry

LESSONS = [entry.id for entry in load.index()]


def screen(pilot: Pilot[int]) -> LessonScreen:
    found = pilot.app.screen
    assert isinstance(found, LessonScreen)
    return found


def run(pilot: Pilot[int]) -> LessonRun:
    found = screen(pilot)._run
    assert found is not None
    return found


def coach(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one(Coach).words


async def answer(pilot: Pilot[int], line: str) -> None:
    """As a person would give this answer, from keys: typed where it is short, else pasted."""
    if run(pilot).step.input == "choice":
        await pilot.press(line)
    else:
        await pilot.press("end", "ctrl+u")
        if len(line) <= 4 and line.isalnum():
            await pilot.press(*line)
        elif line:
            await paste(pilot, line)
        # A line of blanks alone cannot be pasted: it is typed.
        entry = pilot.app.screen.query_one(Entry)
        if line and not entry.value:
            await pilot.press(*("space" if char == " " else char for char in line))
        await pilot.press("enter")
    await pilot.pause()


async def solve(pilot: Pilot[int]) -> None:
    """Pass the current step, and go on."""
    step = run(pilot).step
    play_ = run(pilot).play
    if isinstance(play_, Client):
        annotator = Annotator()
        for line in play_.demonstration():
            verdict = run(pilot).observe(annotator.feed(line))
            screen(pilot)._saw(verdict)
    elif step.solves:
        for typed in run(pilot).solution():
            await answer(pilot, typed)
    await pilot.pause()
    if step.solves:
        assert run(pilot).passed, (step.id, coach(pilot))
        assert "Right" in coach(pilot)
    here = run(pilot).position
    for _ in range(9):  # where a step that is only read is longer than the screen, enter turns the page first
        await pilot.press("enter")
        await pilot.pause()
        if run(pilot).position != here:
            break


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_played_to_its_end(lesson: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for number in range(run(pilot).count):
            assert run(pilot).position == number
            shown = text(pilot)
            assert f"step {number + 1} of {run(pilot).count}" in shown
            await solve(pilot)
        assert run(pilot).finished
        assert "behind you" in coach(pilot)

    play(steps, lesson=lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_and_rubbish_pass_nothing(lesson: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for _ in range(run(pilot).count):
            step = run(pilot).step
            if step.solves and step.input != "watch":
                wrong = [key for key in ("\x1b[2J", "[/x]", "?") if key not in run(pilot).solution()]
                for line in wrong if step.input != "choice" else ():
                    await answer(pilot, line)
                    assert not run(pilot).passed
                    assert coach(pilot).strip()
                await pilot.press(*["f2"] * 9)
                await pilot.pause()
                assert not run(pilot).passed
                await pilot.press("f8")
                await pilot.pause()
                assert not run(pilot).passed
                await pilot.press("f5")
            else:
                await pilot.press("f5")
            await pilot.pause()
        assert run(pilot).finished

    play(steps, lesson=lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_named_mistake_is_explained_and_passes_nothing(lesson: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        for number in range(run(pilot).count):
            step = run(pilot).step
            assert run(pilot).position == number
            tried = mistakes(run(pilot).lesson, number, SEED) if step.solves and step.input != "watch" else ()
            for typed, codes in tried:
                if not typed.isprintable():
                    continue  # no key and no clipboard gives it: the plain suite sends it
                chosen = step.input != "choice" or typed in [option.key for option in step.choices]
                await (answer(pilot, typed) if chosen else pilot.press(*typed.replace(" ", "")))
                assert not run(pilot).passed, (step.id, typed)
                if not chosen:
                    continue  # what is no choice chooses nothing
                last = screen(pilot)._last
                assert last is not None
                assert "✗" in text(pilot), (step.id, typed)
                if step.kind in ("drive", "serve"):
                    await pilot.press("f4")
                    await pilot.pause()
                else:
                    assert last.diagnoses[0].code in codes, (step.id, typed)
            if step.solves and step.input in ("text", "order"):
                await answer(pilot, "")
                assert not run(pilot).passed
                assert "Nothing was typed" in coach(pilot)
            await solve(pilot)
        assert run(pilot).finished
        assert run(pilot).progress is not None
        assert all(run(pilot).state_of(number) in ("solved", "read") for number in range(run(pilot).count))

    play(steps, lesson=lesson)


KEYS = (
    *"abcxyzQLNO0123456789=+/.:[]", "enter", "enter", "space", "tab", "up", "down", "left", "right", "home", "end",
    "backspace", "f2", "f4", "f6", "ctrl+z", "ctrl+b", "f7", "pageup", "pagedown", "ctrl+u", "f1", "f9", "ctrl+l",
)  # fmt: skip
"""All but those that leave the lesson, skip a step, or show its solution."""


@pytest.mark.parametrize("lesson", LESSONS)
def test_random_keys_pass_no_task_that_is_typed_and_leave_a_way_on(lesson: str) -> None:
    random = Random(f"keys for {lesson}")

    async def steps(pilot: Pilot[int]) -> None:
        played = run(pilot)
        for number in range(played.count):
            await pilot.press(*random.choices(KEYS, k=16))
            await pilot.pause()
            while not isinstance(pilot.app.screen, LessonScreen):
                await pilot.press("escape")  # out of the help or the bench
                await pilot.pause()
            assert run(pilot) is played
            if played.finished:
                break
            if played.position == number and number + 1 < played.count and not played.passed:
                await pilot.press("f5")
                await pilot.pause()
        for number, step in enumerate(played.lesson.steps):
            if played.state_of(number) == "solved" and step.kind not in ("choose", "spot"):
                assert empty(played.lesson, number), step.id
        for _ in range(2 * played.count):
            if played.finished:
                break
            if played.passed:
                await pilot.press("enter")
                await pilot.pause()
            else:
                await solve(pilot)
        assert played.finished
        assert "behind you" in coach(pilot)

    play(steps, lesson=lesson)


def test_tab_does_not_lead_what_is_typed_astray() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        while run(pilot).step.input not in ("text", "line"):
            await solve(pilot)
        await pilot.press("tab", *"22", "shift+tab", "0")
        await pilot.pause()
        assert pilot.app.screen.query_one(Entry).value == "220"

    play(steps, lesson="greeting")


def test_enter_leaves_nothing_unread() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        last = run(pilot).play.step.source
        while run(pilot).step.kind == "read":
            here, seen = run(pilot).position, text(pilot)
            while run(pilot).position == here:
                seen = text(pilot)
                last = run(pilot).play.step.source
                await pilot.press("enter")
                await pilot.pause()
            assert last in seen  # the source stands last

    play(steps, lesson="one-minute")


def test_f6_says_more_where_there_is_more() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        while run(pilot).step.kind != "answer":
            await pilot.press("f5")
            await pilot.pause()
        name = run(pilot).play.scenario.credentials.authcid
        await answer(pilot, f"printf %s '{name}' | base64")
        assert "F6 says more" in coach(pilot)
        await pilot.press("f6")
        await pilot.pause()
        assert "terminal window of its own" in coach(pilot)

    play(steps, lesson="first-334")


def test_a_right_choice_is_marked() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        while run(pilot).step.input != "choice":
            await solve(pilot)
        key = run(pilot).solution()[0]
        assert f" ✓ {key} " not in text(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert f" ✓ {key} " in text(pilot)

    play(steps, lesson="greeting")


def test_wrong_choices_are_explained_and_cost_nothing() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        while run(pilot).step.input != "choice":
            await solve(pilot)
        right = run(pilot).solution()[0]
        for option in run(pilot).step.choices:
            if option.key != right:
                await pilot.press(option.key)
                await pilot.pause()
                assert "✗" in text(pilot)
                assert not run(pilot).passed
        await pilot.press("up", "up", "up", "up", "up")
        for _ in range([option.key for option in run(pilot).step.choices].index(right)):
            await pilot.press("down")
        await pilot.press("enter")
        await pilot.pause()
        assert run(pilot).passed
        assert run(pilot).step.after[:20] in " ".join(text(pilot).split())

    play(steps, lesson="greeting")


def test_progress_is_kept_and_the_lesson_goes_on_where_it_was() -> None:
    async def first(pilot: Pilot[int]) -> None:
        for _ in range(3):
            await solve(pilot)

    async def second(pilot: Pilot[int]) -> None:
        assert run(pilot).position == 3
        await pilot.press("ctrl+b")
        await pilot.pause()
        assert run(pilot).position == 2

    async def third(pilot: Pilot[int]) -> None:
        assert "Continue" in text(pilot)
        assert "step 4 of" in text(pilot) or "step 3 of" in text(pilot)

    play(first, lesson="greeting")
    play(second, lesson="greeting")
    play(third)


def test_a_whole_login_by_hand_in_its_lesson_from_home() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        place = LESSONS.index("auth-login")
        await pilot.press("home", *["down"] * (place + 1), "enter")
        await settle(pilot)
        for _ in range(run(pilot).count):
            await solve(pilot)
        assert run(pilot).finished
        await pilot.press("enter")
        await settle(pilot)
        assert run(pilot).lesson.id == LESSONS[place + 1]

    play(steps)


def test_what_is_typed_survives_resizes_and_a_walk() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        while run(pilot).step.input not in ("text", "line"):
            await solve(pilot)
        await pilot.press(*"half an ans")
        for size in ((120, 40), (40, 12), (20, 5), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await pilot.press("f1")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("home", "enter")
        await settle(pilot)
        assert pilot.app.screen.query_one(Entry).value == "half an ans"

    play(steps, lesson="greeting")


def test_an_unknown_lesson_is_said() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        assert "no lesson" in coach(pilot)
        for key in ("enter", "f2", "f8", "f6", "ctrl+z", "f9", "ctrl+b", "f3", "escape"):
            await pilot.press(key)
            await pilot.pause()

    play(steps, lesson="no-such-lesson")


def test_a_pasted_answer_of_many_lines_takes_its_first() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        while run(pilot).step.input not in ("text", "line"):
            await solve(pilot)
        await paste(pilot, "220\n\nmore")
        assert pilot.app.screen.query_one(Entry).value == "220"

    play(steps, lesson="greeting", seed=SEED)


def test_beside_a_question_no_answer_stands() -> None:
    """In a wide window the last Base64 is taken apart, but not where the step asks what it says."""

    async def steps(pilot: Pilot[int]) -> None:
        while run(pilot).step.kind != "decode":
            await solve(pilot)
        assert "The steps" in text(pilot)
        assert "Byte by byte" not in text(pilot)
        for typed in run(pilot).solution():
            await answer(pilot, typed)
        await settle(pilot)
        assert "Byte by byte" in text(pilot)

    play(steps, lesson="first-334", size=(200, 60))
