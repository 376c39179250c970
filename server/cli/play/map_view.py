"""The map on the screen, and the keys with which one walks on it."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import MouseDown
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from protocol_spec.session import ClientSession
from server.cli.play.building import Builder
from server.cli.play.picture import Cell, corner, draw, mark, rgb


class MapView(Widget):
    """What is around the player."""

    class Pointed(Message):
        """A cell of the map was clicked, by the first button or another."""

        def __init__(self, cell: tuple[int, int], *, is_first: bool) -> None:
            super().__init__()
            self.cell, self.is_first = cell, is_first

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.tab(1)"),
        Binding("shift+tab", "app.tab(-1)"),
        Binding("pageup", "app.scroll(-1)"),
        Binding("pagedown", "app.scroll(1)"),
    ]

    def __init__(self) -> None:
        super().__init__(id="map")
        self._lines: list[list[Cell]] = []
        self._corner = 0, 0

    def show(self, session: ClientSession, place: tuple[int, int], builder: Builder | None) -> None:
        """`place` is in 1/1024 tile."""
        columns, rows = self.size
        self._lines = draw(session, place, columns, rows)
        left, top = self._corner = corner(place, columns, rows)
        if builder is not None:
            builder.stay_within(left, top, columns // 2, rows)
            mark(self._lines, (builder.x - left, builder.y - top), builder.colour)
        self.refresh()

    def on_mouse_down(self, event: MouseDown) -> None:
        left, top = self._corner
        cell = left + event.x // 2, top + event.y
        self.post_message(self.Pointed(cell, is_first=event.button == 1))

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width)
        segments = [
            Segment(
                each.letter,
                Style(color=rgb(each.colour), bgcolor=rgb(each.ground), bold=each.is_bold),
            )
            for each in self._lines[y]
        ]
        return Strip(segments).simplify()
