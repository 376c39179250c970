"""What one draws on: a picture of palette keys, and the shapes that everything is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from PIL import Image

from palette import colour

CELL = 16
"""How wide and high a tile is, in pixels."""

Rows = tuple[str, ...]


def rows(text: str) -> Rows:
    """The lines of a sprite; "." is transparent, "_" a shadow on the ground, "#" a deeper one."""
    return tuple(text.split())


class Picture:
    """A small picture that is drawn on by palette keys; what falls outside is dropped."""

    def __init__(self, width: int = CELL, height: int = CELL) -> None:
        self.width = width
        self.height = height
        self.image = Image.new("RGBA", (width, height))
        self.keys: dict[tuple[int, int], str] = {}

    def dot(self, x: int, y: int, key: str) -> None:
        if 0 <= x < self.width and 0 <= y < self.height and key != ".":
            self.keys[x, y] = key
            self.image.putpixel((x, y), colour(key))

    def at(self, x: int, y: int) -> str:
        return self.keys.get((x, y), ".")

    def box(self, left: int, top: int, right: int, bottom: int, key: str) -> None:
        """Fill a rectangle, its last column and row included."""
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                self.dot(x, y, key)

    def stamp(
        self, drawn: Rows, x: int = 0, y: int = 0, swap: Mapping[str, str] | None = None
    ) -> None:
        """Draw a sprite, with keys exchanged as `swap` says."""
        for down, row in enumerate(drawn):
            for right, key in enumerate(row):
                self.dot(x + right, y + down, (swap or {}).get(key, key))

    def paste(self, other: Picture, x: int = 0, y: int = 0) -> None:
        for (right, down), key in other.keys.items():
            self.dot(x + right, y + down, key)

    def part(self, left: int, top: int) -> Picture:
        """The cell whose top left corner is at (left, top)."""
        cut = Picture()
        for y in range(CELL):
            for x in range(CELL):
                cut.dot(x, y, self.at(left + x, top + y))
        return cut


def places() -> Iterator[tuple[int, int]]:
    """The pixels of a cell, row by row."""
    return ((x, y) for y in range(CELL) for x in range(CELL))


def sprite(text: str) -> list[Picture]:
    """A tile of one cell, drawn as rows of palette keys."""
    picture = Picture()
    picture.stamp(rows(text))
    return [picture]


def lump(
    picture: Picture, cx: float, cy: float, rx: float, ry: float, shades: str, outline: str = ""
) -> None:
    """A rounded body lit from the top left; `shades` are palette keys from dark to light."""
    for y in range(math.floor(cy - ry), math.ceil(cy + ry) + 1):
        for x in range(math.floor(cx - rx), math.ceil(cx + rx) + 1):
            right, down = (x - cx) / rx, (y - cy) / ry
            if right * right + down * down > 1:
                continue
            light = 1 - math.hypot(right + 0.4, down + 0.5) / 1.6
            picture.dot(x, y, shades[max(0, min(len(shades) - 1, int(light * len(shades))))])
    if outline:
        surround(picture, outline)


def surround(picture: Picture, key: str) -> None:
    """Draw a line of one pixel around all that is drawn so far."""
    drawn = [place for place, other in picture.keys.items() if other not in "_#"]
    for x, y in drawn:
        for beside in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
            if picture.at(*beside) in "._#":
                picture.dot(*beside, key)


Drawing = Callable[[], list[Picture]]
"""Draws one tile: as many cells as its pattern in tiles.toml asks for."""
