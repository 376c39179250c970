"""The keys that mean something just now, at the foot of the screen."""

from __future__ import annotations

from rich.text import Text
from textual.events import Resize
from textual.widgets import Static

from server.cli.play.words import Words

BETWEEN = " · "
MARGINS = 2


class KeyLine(Static):
    """Wrapped between its entries, never within one."""

    DEFAULT_CSS = """
    KeyLine { height: auto; color: #8b96a3; padding: 0 1; }
    """

    def __init__(self, words: Words, key: str) -> None:
        super().__init__("", id="help", markup=False)
        self._words, self._key = words, key

    def on_mount(self) -> None:
        self.show(self._key)

    def on_resize(self, event: Resize) -> None:
        # Not amid the layout, which would miss that there are more lines now.
        self.call_after_refresh(self.show, self._key)

    def show(self, key: str) -> None:
        """`key` is that of the words."""
        self._key, columns = key, self.app.size.width - MARGINS
        lines = [Text()]
        for entry in self._words.keys(self._key).split(BETWEEN):
            if lines[-1] and lines[-1].cell_len + len(BETWEEN) + entry.cell_len > columns:
                lines.append(Text())
            lines[-1] += Text(BETWEEN if lines[-1] else "") + entry
        self.update(Text("\n").join(lines))
