"""The one table of the app: its places and its commands. Bindings, footer, palette and F1 are made from it.

A new screen is its module, its `.tcss` and one line in PLACES (and its commands in COMMANDS).
"""

from typing import NamedTuple

from textual.binding import Binding, BindingType


class Place(NamedTuple):
    """A screen that one can go to."""

    id: str
    module: str
    """Under `tutor.tui.screens`."""
    cls: str
    title: str
    key: str
    """On the home screen; empty: not listed there."""
    line: str
    """What it is for, on the home screen."""
    help: str
    """F1's first sentences."""


PLACES = (
    Place(
        "home", "home", "HomeScreen", "Home", "", "Lessons, and where to go",
        "Everything starts here. On the left the lessons, in the order in which they build on each other; on the right "
        "what you can do without them. Up and down choose, enter opens. Press esc in any place to come back here.",
    ),
    Place(
        "decode", "decode", "DecodeScreen", "Decode", "d", "Decode a line",
        "Type or paste one line of an SMTP session: a server's reply, an AUTH command, or bare Base64."
        " It is taken apart while you type. Each field has a letter and a colour: from the Base64 characters "
        "over their bits and bytes down to its row in the table. Left and right move the cursor in the line; what it "
        "stands on lights up everywhere. Down goes from field to field.\n\n"
        "A whole session, a log, or the one line that a program shows when a login fails may be pasted too: what "
        "failed stands on top, with what to do about it. F6 and F4 go through its lines, F7 to the line that is at "
        "fault, and then to the fault of the next session. F12 copies the session of the line, with what was found.",
    ),
    Place(
        "practice", "practice", "PracticeScreen", "Practise", "p", "Practise an exchange",
        "You are the client, and a mail server is on the line. Type what a client says, one line at a time, until you "
        "are logged in. The left column is the server's, the right one yours. Every wrong answer is "
        "explained at the bottom; a hint is one key away, and undo takes the last line back as if it was never said.",
    ),
    Place(
        "simulator", "simulator", "SimulatorScreen", "Simulator", "s", "Simulator",
        "A real SMTP server on this machine, for real clients: swaks, curl, Python, your own program. It narrates "
        "every line that they send, and why a login fails. It listens on this machine alone, and delivers no mail.",
    ),
    Place(
        "drill", "lesson", "LessonScreen", "Drill", "t", "Train: a drill",
        "Tasks without end, ten at a time, with other values each time: of one kind, or all kinds mixed. Three right "
        "ones in a row lead to the next of five levels, a wrong one leads back. What you get wrong comes back in the "
        "review.",
    ),
    Place(
        "review", "lesson", "LessonScreen", "Review", "w", "Review what is due",
        "What you solved, and above all what you got wrong, comes back after a while, with other values: some minutes "
        "later what was wrong, days and weeks later what was right.",
    ),
    Place(
        "placement", "lesson", "LessonScreen", "Find your level", "f", "Find your level",
        "Eight short tasks, from the first lessons to the last ones. What you do at once, you may pass over; it does "
        "not count as solved.",
    ),
    Place(
        "reference", "reference", "ReferenceScreen", "Look up", "r", "Look up a code",
        "Reply codes, enhanced codes, mechanisms, ports and words. Type a code or a word; type two codes, "
        "with a blank between, to see them side by side.",
    ),
    Place(
        "lesson", "lesson", "LessonScreen", "Lesson", "", "A lesson, step by step",
        "One step at a time: the goal on top, your answer at the bottom. A wrong answer is explained, and costs "
        "nothing. A hint is one key away; each one says more than the one before.",
    ),
)  # fmt: skip


class Command(NamedTuple):
    """Something that a key does."""

    id: str
    """Stable: a keymap names it."""
    where: str
    """A place's id, `all`, or several with blanks between."""
    keys: str
    """Textual's names, with commas; the first one is shown in the footer."""
    action: str
    """Of its screen; with `app.` in front, of the app."""
    label: str
    """In the footer: one or two words."""
    tooltip: str
    """One sentence, for F1, the palette and the footer's tooltip."""
    rank: int = 5
    """In the footer, the lowest stand first and stay longest where it is narrow; 9: in F1 alone."""
    priority: bool = False
    """Also while an input has the focus and would take the key."""


COMMANDS = (
    Command("help", "all", "f1", "app.help", "help", "Explain this screen and all its keys.", 0, True),
    Command("back", "decode practice simulator reference lesson", "escape", "app.back", "back",
            "Back to where you came from; nothing that you typed is lost.", 1, True),
    Command("quit", "all", "ctrl+q,f10", "app.quit", "quit", "Leave at once. F10 does the same, for terminals "
            "that keep ctrl+q for themselves.", 2, True),
    Command("palette", "all", "ctrl+p", "app.command_palette", "find", "Find any lesson, code, mechanism or command by "
            "typing a part of its name.", 7, True),
    Command("lookup", "all", "f3,ctrl+r", "app.look_up", "look up", "Look up the code or mechanism that is on "
            "the screen.", 6, True),
    Command("copy", "all", "f12", "app.copy", "copy", "Copy the text of this screen, with secrets masked, and put it "
            "into a file for terminals that have no clipboard.", 8, True),
    # Home
    Command("home.open", "home", "enter", "open", "open", "Open what the cursor is on.", 3),
    Command("home.up", "home", "up,k", "move(-1)", "up", "One up.", 9),
    Command("home.down", "home", "down,j", "move(1)", "down", "One down.", 9),
    Command("home.side", "home", "tab,left,right,shift+tab", "side", "other column", "Between the lessons and the "
            "other places.", 4),
    Command("home.first", "home", "home,g", "move(-99)", "first", "To the first row.", 9),
    Command("home.last", "home", "end,G", "move(99)", "last", "To the last row.", 9),
    Command("home.quit", "home", "q", "app.quit", "quit", "Leave.", 9),
    # Decode
    Command("decode.reveal", "decode", "f8,ctrl+t", "reveal", "show secret", "Show what is masked, or mask it again.",
            5, True),
    Command("decode.next", "decode", "down", "field(1)", "next field", "The cursor to the next field.", 4, True),
    Command("decode.previous", "decode", "up", "field(-1)", "previous field", "The cursor to the field before.", 9,
            True),
    Command("decode.clear", "decode", "ctrl+l", "clear", "clear", "An empty line again; ctrl+z brings the old one, or "
            "the session, back.", 5, True),
    Command("decode.undo", "decode", "ctrl+z", "undo", "undo", "Bring back what clear took away.", 9, True),
    Command("decode.example", "decode", "f5,ctrl+n", "example", "example", "A line as real servers and clients send "
            "it; again for another.", 3, True),
    Command("decode.next-line", "decode", "f6,ctrl+down", "line(1)", "next line", "The next line of a session that was "
            "pasted.", 3, True),
    Command("decode.line-before", "decode", "f4,ctrl+up", "line(-1)", "line before", "The line before, of a session "
            "that was pasted.", 4, True),
    Command("decode.finding", "decode", "f7,ctrl+o", "finding", "the fault", "To the line of a pasted session that the "
            "finding is about; again for the next session's.", 3, True),
    Command("decode.page-down", "decode", "pagedown", "page(1)", "page down", "Scroll down.", 9, True),
    Command("decode.page-up", "decode", "pageup", "page(-1)", "page up", "Scroll up.", 9, True),
    # Practice
    Command("practice.hint", "practice", "f2,ctrl+t", "hint", "hint", "A hint; each one says more than the one before, "
            "and the last one gives the line.", 3, True),
    Command("practice.undo", "practice", "ctrl+z,f4", "undo", "undo", "Take your last line back, and all that it "
            "brought.", 4, True),
    Command("practice.why", "practice", "f6,ctrl+y", "why", "why", "More about the last mistake.", 5, True),
    Command("practice.again", "practice", "f5,ctrl+n", "again", "new", "A new exchange: another user, another "
            "password.", 5, True),
    Command("practice.mechanism", "practice", "f7,ctrl+o", "mechanism", "mechanism", "Choose another mechanism.", 5,
            True),
    Command("practice.bench", "practice lesson", "f9,ctrl+g", "bench", "bench", "A bench that encodes Base64, bit by "
            "bit, and brings it along.", 4, True),
    Command("practice.page-down", "practice", "pagedown", "page(1)", "page down", "Scroll the exchange down.", 9, True),
    Command("practice.page-up", "practice", "pageup", "page(-1)", "page up", "Scroll the exchange up.", 9, True),
    # Lesson
    Command("lesson.hint", "lesson", "f2,ctrl+t", "hint", "hint", "A hint; each one says more than the one before.",
            3, True),
    Command("lesson.undo", "lesson", "ctrl+z,f4", "undo", "undo", "Take the last line or choice back.", 4, True),
    Command("lesson.why", "lesson", "f6,ctrl+y", "why", "why", "More about the last mistake.", 5, True),
    Command("lesson.next", "lesson", "enter", "next", "go on", "On to the next step, where this one is "
            "done; else: send what you typed.", 2),
    Command("lesson.show", "lesson", "f8,ctrl+s", "show", "solution", "Show the solution; the step then "
            "counts as shown, not as solved.", 6, True),
    Command("lesson.skip", "lesson", "f5,ctrl+n", "skip", "skip", "On to the next step without this one.", 8, True),
    Command("lesson.down", "lesson", "down", "choose(1)", "down", "The next choice; or scroll.", 9),
    Command("lesson.up", "lesson", "up", "choose(-1)", "up", "The choice before; or scroll.", 9),
    Command("lesson.previous", "lesson", "ctrl+b,f7", "previous", "step back", "Read the step before again.", 8, True),
    Command("lesson.page-down", "lesson", "pagedown", "page(1)", "page down", "Scroll down.", 9, True),
    Command("lesson.page-up", "lesson", "pageup", "page(-1)", "page up", "Scroll up.", 9, True),
    # Simulator
    Command("simulator.toggle", "simulator", "enter,f5", "start_stop", "start / stop", "Start the server, or "
            "stop it.", 3),
    Command("simulator.dialect", "simulator", "f7,ctrl+o", "dialect", "server", "Which server's manners it has.", 4),
    Command("simulator.clear", "simulator", "ctrl+l", "clear", "clear", "Forget the narration so far.", 5),
    Command("simulator.page-down", "simulator", "pagedown,down", "page(1)", "page down", "Scroll down.", 9),
    Command("simulator.page-up", "simulator", "pageup,up", "page(-1)", "page up", "Scroll up.", 9),
    # Reference
    Command("reference.next", "reference", "down", "choose(1)", "next", "The next entry.", 4, True),
    Command("reference.previous", "reference", "up", "choose(-1)", "previous", "The entry before.", 9, True),
    Command("reference.page-down", "reference", "pagedown", "page(1)", "page down", "Scroll the page.", 9, True),
    Command("reference.page-up", "reference", "pageup", "page(-1)", "page up", "Scroll the page.", 9, True),
)  # fmt: skip


def place(id: str) -> Place | None:
    """The place with that id."""
    return next((place for place in PLACES if place.id == id), None)


def commands(where: str) -> list[Command]:
    """What keys do in a place, its own and those of everywhere, in the order of the footer."""
    found = [command for command in COMMANDS if where in command.where.split() or command.where == "all"]
    return sorted(found, key=lambda command: command.rank)


def bindings(where: str) -> list[BindingType]:
    """Textual's bindings for a place (`all`: for the app)."""
    return [
        Binding(
            command.keys, command.action, command.label, show=False, priority=command.priority,
            tooltip=command.tooltip, id=command.id,
        )
        for command in COMMANDS
        if where in command.where.split()
    ]  # fmt: skip


_NAMES = {
    "escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "enter": "enter", "space": "space", "tab": "tab",
}  # fmt: skip


def key_name(key: str) -> str:
    """A key as the footer shows it: `^q`, `F1`, `esc`."""
    if key.startswith("ctrl+"):
        return "^" + key[5:]
    if key.startswith("shift+"):
        return "shift " + key_name(key[6:])
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return _NAMES.get(key, key)


def key_names(command: Command) -> str:
    """All keys of a command, as F1 lists them."""
    return ", ".join(map(key_name, command.keys.split(",")))
