"""The tiles to build with, in a line: the chosen one by its name, and those around it."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from server.cli.play.building import Builder, tile_name
from server.cli.play.picture import colour_of, letter_colour, rgb
from server.cli.play.styles import NAME_STYLE, QUIET_STYLE
from server.cli.play.words import Words
from server.cli.terminal import plain

NAME_COLUMNS = 24
SWATCH_COLUMNS = 4


class BuildBar(Static):
    """Seen while the player builds."""

    DEFAULT_CSS = """
    BuildBar { height: 1; background: #20262e; padding: 0 1; display: none; }
    """

    def __init__(self, words: Words) -> None:
        super().__init__("", id="build", markup=False)
        self._words = words

    def show(self, builder: Builder | None) -> None:
        self.display = builder is not None
        if builder is not None:
            self.update(self._line(builder))

    def _line(self, builder: Builder) -> Text:
        name = tile_name(builder.chosen.name, self._words.language) if builder.chosen else ""
        text = Text(no_wrap=True)
        text.append(f"{self._words('building')} ", style=QUIET_STYLE)
        text.append(f"{plain(name)[:NAME_COLUMNS]:<{NAME_COLUMNS}} ", style=NAME_STYLE)
        count = max((self.app.size.width - len(text.plain) - 2) // SWATCH_COLUMNS, 1)
        first = min(max(builder.number - count // 2, 0), max(len(builder.choices) - count, 0))
        for number, tile in list(enumerate(builder.choices))[first : first + count]:
            digit = str(number + 1) if number < 9 else " "
            ground = colour_of(tile)
            swatch = Style(color=rgb(letter_colour(ground)), bgcolor=rgb(ground), bold=True)
            is_chosen = number == builder.number
            text.append("▐" if is_chosen else " ", style=NAME_STYLE)
            text.append(f"{digit} ", style=swatch)
            text.append("▌" if is_chosen else " ", style=NAME_STYLE)
        return text
