"""The floor of typing: one Textual Input and nothing else."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class Echo(App[None]):
    """One input."""

    def compose(self) -> ComposeResult:
        """The input."""
        yield Input(placeholder="READY")


if __name__ == "__main__":
    Echo().run()
