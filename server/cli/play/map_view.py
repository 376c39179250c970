"""The map on the screen, and the keys with which one walks on it."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from protocol_spec.session import ClientSession
from server.cli.play.picture import Cell, Colour, draw


class MapView(Widget):
    """What is around the player."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.people"),
        Binding("pageup", "app.scroll(-1)"),
        Binding("pagedown", "app.scroll(1)"),
    ]

    def __init__(self) -> None:
        super().__init__(id="map")
        self._lines: list[list[Cell]] = []

    def show(self, session: ClientSession, place: tuple[int, int]) -> None:
        """`place` is in 1/1024 tile."""
        self._lines = draw(session, place, self.size.width, self.size.height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width)
        segments = [
            Segment(
                each.letter,
                Style(color=_rgb(each.colour), bgcolor=_rgb(each.ground), bold=each.is_bold),
            )
            for each in self._lines[y]
        ]
        return Strip(segments).simplify()


def _rgb(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
