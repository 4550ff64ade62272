"""What widgets tell their screen, and screens the app."""

from textual.message import Message
from textual.widget import Widget


class RowChosen(Message):
    """A row was clicked; `target` is what its maker wrote on it."""

    def __init__(self, widget: Widget, target: str) -> None:
        super().__init__()
        self.widget = widget
        self.target = target


class Narration(Message):
    """The simulator has put something aside for its screen; one message stands for all that waits."""

    def can_replace(self, message: Message) -> bool:
        """A flood of lines is still one message."""
        return isinstance(message, Narration)
