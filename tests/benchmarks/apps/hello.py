"""The floor of a first paint: the smallest Textual app that shows a text."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One label."""

    def compose(self) -> ComposeResult:
        """The label."""
        yield Static("HELLO-MARKER")


if __name__ == "__main__":
    Hello().run()
