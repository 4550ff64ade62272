"""What widgets tell their screen, and screens the app."""

from textual.message import Message
from textual.widget import Widget


class RowChosen(Message):
    """A row was clicked; `target` is what its maker wrote on it."""

    def __init__(self, widget: Widget, target: str) -> None:
        super().__init__()
        self.widget = widget
        self.target = target


class Narrated(Message):
    """The simulator saw something; `line` is already safe to show."""

    def __init__(self, event: object) -> None:
        super().__init__()
        self.event = event
