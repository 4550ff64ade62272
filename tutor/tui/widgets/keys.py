"""The last line of every screen: as many keys as fit, the most important first."""

from tutor.tui.commands import Command, commands, key_name
from tutor.tui.widgets.rows import Piece, Row, Rows


class Keys(Rows):
    """The footer, made from the table of commands; F1 has the rest."""

    def __init__(self, where: str) -> None:
        super().__init__(id="keys", height=1)
        self._where = where
        self._hidden: frozenset[str] = frozenset()

    def hide(self, ids: frozenset[str]) -> None:
        """Leave these commands out, since they would do nothing now."""
        if ids != self._hidden:
            self._hidden = ids
            self._lay()

    def on_mount(self) -> None:
        """Shown from the first frame on."""
        self._lay()

    def on_resize(self) -> None:
        """Another width takes more keys, or fewer."""
        self._lay()
        super().on_resize()

    def _lay(self) -> None:
        chosen = [command for command in commands(self._where) if command.id not in self._hidden]
        self.show_rows([footer(chosen, self.size.width or self.app.size.width)])

    async def on_click(self, event: object) -> None:  # type: ignore[override]  # the whole row is several targets
        """A click on a key does what the key does."""
        x = getattr(event, "x", 0)
        position = 0
        if not self.rows:
            return
        for (text, style), (label, _) in zip(self.rows[0].pieces[::2], self.rows[0].pieces[1::2], strict=False):
            width = len(text) + len(label)
            if style and position <= x < position + width:
                name = text.strip()
                for command in commands(self._where):
                    if key_name(command.keys.split(",")[0]) == name:
                        await self.screen.run_action(command.action)
                        return
            position += width


def footer(chosen: list[Command], width: int) -> Row:
    """One row: ` F1 help  esc back  …`; what does not fit is left out with a sign, and F1 tells it."""
    pieces: list[Piece] = []
    left, more = width, False
    for command in chosen:
        if command.rank >= 9:
            continue
        name = f" {key_name(command.keys.split(',')[0])}"
        label = f" {command.label} "
        size = len(name) + len(label)
        if size > left:
            more = True
            continue
        pieces += [(name, "key"), (label, "dim")]
        left -= size
    return Row((*pieces, ("…", "dim")) if more and left else tuple(pieces))
