"""Every screen in every state at four sizes: nothing is cut off without a sign, and one sees where one is."""

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widget import Widget

from tests.tui.driving import play, settle
from tests.tui.states import SIZES, STATES, State, opened
from tutor.tui.widgets.coach import Coach
from tutor.tui.widgets.entry import Entry
from tutor.tui.widgets.prose import kept_rows
from tutor.tui.widgets.rows import Rows

SIGNS = ("…", "↑", "↓")


def drawn(widget: Widget) -> list[str]:
    """The lines of a widget as they are painted."""
    return [strip.text for strip in widget.render_lines(widget.outer_size.region)]


def cut_off(widget: Rows) -> list[str]:
    """What is missing of its rows, and nothing says so."""
    lines, top = drawn(widget), widget.top
    height = len(lines)
    found = []
    for y, line in enumerate(lines):
        row = widget.rows[top + y].text if top + y < len(widget.rows) else ""
        if "──" in line and "…" in line:
            found.append(f"a rule is too long: {line!r}")
        if line.rstrip() != row.rstrip() and not any(sign in line for sign in SIGNS):
            found.append(f"{row!r} became {line!r}")
    if top and not any("↑" in line for line in (lines[0], lines[-1])):
        found.append(f"{top} rows above are hidden")
    if len(widget.rows) > top + height and "↓" not in lines[-1]:
        found.append(f"{len(widget.rows) - top - height} rows below are hidden")
    return found


def clipped(pilot: Pilot[int]) -> list[str]:
    """Widgets that lie, in part, outside the window or under another one."""
    size = pilot.app.size
    taken: dict[tuple[int, int], Widget] = {}
    found = []
    for widget in [*pilot.app.screen.query(Rows), *pilot.app.screen.query(Entry)]:
        if not widget.display or not widget.outer_size.area:
            continue
        region = widget.region
        if not size.region.contains_region(region):
            found.append(f"{widget} lies at {region}")
        for x, y in ((region.x, region.y), (region.right - 1, region.bottom - 1)):
            if taken.setdefault((x, y), widget) is not widget:
                found.append(f"{widget} and {taken[x, y]} lie over each other")
    return found


def check(pilot: Pilot[int]) -> None:
    """All that is asked of a screen."""
    where = f"{pilot.app.size.width}x{pilot.app.size.height}"
    screen = pilot.app.screen
    assert clipped(pilot) == [], where
    for rows in screen.query(Rows):
        if rows.display and rows.size.area:
            assert cut_off(rows) == [], where
    for coach in screen.query(Coach):
        said = "".join(row.text[3:] for row in coach.rows)  # behind the mark
        assert "".join(said.split()) == "".join(coach.words.split()), where
    focused = pilot.app.focused
    assert focused is not None, where
    if isinstance(focused, Entry):
        line = drawn(focused)[0]
        assert line[0] == "›", where
        assert cell_len(line) == focused.outer_size.width, where
        if len(focused.value) > focused.size.width:
            assert "…" in (line[1], line[-1]), where
        strip = focused.render_lines(focused.outer_size.region)[0]
        under_cursor = {segment.style for segment in strip if segment.style and segment.text.strip("›…")}
        # The cell under the cursor looks like no other one, without colours too.
        assert len(under_cursor) > 1 or any(style.reverse for style in under_cursor), where
        cursor = cell_len(focused.value[: focused.cursor_position]) - focused.scroll_offset.x
        assert 0 <= cursor < focused.size.width, where


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_at_every_size(state: State) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await state.steps(pilot)
        await settle(pilot)
        check(pilot)  # as it was reached, at 80x24
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await settle(pilot)
            check(pilot)

    play(steps, app=opened(state))


def test_the_check_itself_finds_what_is_cut() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        (home,) = pilot.app.screen.query("#home").results(Rows)
        assert cut_off(home) == []
        home.render_line = lambda y: Rows.render_line(home, y).crop(0, 30)  # type: ignore[method-assign]
        assert cut_off(home)

    play(steps)


def test_a_line_that_is_kept_as_it_is_goes_on_where_it_is_too_long() -> None:
    # At blanks, between columns first; nothing is lost, and what follows stands further in.
    command = '  python3 -c "import smtplib; s = smtplib.SMTP(1); s.login(2)"'
    rows = [row.text for row in kept_rows(command, 40)]
    assert all(len(row) <= 40 for row in rows)
    assert rows[0].startswith("  python3")
    assert all(row.startswith("    ") for row in rows[1:])
    assert " ".join(" ".join(rows).split()) == command.strip()
    table = "  bytes   a is 97   b is 98   c is 99 and so on"
    assert [row.text.strip() for row in kept_rows(table, 30)] == ["bytes   a is 97   b is 98", "c is 99 and so on"]
    assert next(row.text for row in kept_rows("x" * 50, 20)) == "x" * 20  # no blank to break at
