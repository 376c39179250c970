"""What may be asked of a map, and which cells it means. Pure.

An operation says which cells should hold which tile. It is worked out when its tick comes, on the
map as it then is; so a flood fill or a copy never works on what somebody else has just changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import LAYER_COUNT, ErrorCode
from server.chunks import Ints, TileMap
from server.failures import Rejected
from server.mapmakers import Area, Place

CELL_LIMIT = 10_000
"""The most cells that one operation of a player or an operator may touch."""
BRUSH_LIMIT = 32
"""The widest brush, in tiles."""
STROKE_LIMIT = 256
"""The longest stroke, in tiles: all cells of the square around it are looked at."""

Rectangle = tuple[int, int, int, int]
"""Left, top, right and bottom, the last column and row included."""


@dataclass(frozen=True, eq=False)
class CellSet:
    """Cells and the tiles that they are to hold, as columns of one length."""

    layer: NDArray[np.int32]
    x: Ints
    y: Ints
    tile: NDArray[np.uint16]

    @classmethod
    def filled(cls, layer: int, x: Ints, y: Ints, tile: int) -> CellSet:
        """One tile in all these cells of a layer."""
        return cls(np.full(len(x), layer, np.int32), x, y, np.full(len(x), tile, np.uint16))

    def __len__(self) -> int:
        return len(self.x)


class Operation(Protocol):
    """What somebody wants to be done to a map."""

    @property
    def kind(self) -> str:
        """A word for the journal."""

    def reach(self) -> Rectangle:
        """A rectangle that holds all cells that are read or written."""

    def cells(self, tile_map: TileMap) -> CellSet:
        """The cells and their tiles, on the map as it is. Raises Rejected."""


@dataclass(frozen=True, eq=False)
class SetCells:
    """These tiles into these cells, each on its own."""

    wanted: CellSet
    kind: str = "cells"

    def reach(self) -> Rectangle:
        return _around(self.wanted.x, self.wanted.y)

    def cells(self, tile_map: TileMap) -> CellSet:
        return self.wanted


@dataclass(frozen=True)
class Stroke:
    """A round brush of `size` tiles led along a line; a point where both ends are one."""

    layer: int
    tile: int
    begin: Place
    end: Place
    size: int = 1
    kind: str = "stroke"

    def reach(self) -> Rectangle:
        half = self.size // 2 + 1
        (x0, y0), (x1, y1) = self.begin, self.end
        return min(x0, x1) - half, min(y0, y1) - half, max(x0, x1) + half, max(y0, y1) + half

    def cells(self, tile_map: TileMap) -> CellSet:
        if not 1 <= self.size <= BRUSH_LIMIT:
            raise Rejected(ErrorCode.EDIT_TOO_LARGE, f"a brush has 1 to {BRUSH_LIMIT} tiles")
        if max(abs(self.end[0] - self.begin[0]), abs(self.end[1] - self.begin[1])) > STROKE_LIMIT:
            raise Rejected(ErrorCode.EDIT_TOO_LARGE, f"a stroke is {STROKE_LIMIT} tiles at most")
        (x0, y0), (x1, y1) = self.begin, self.end
        right, down = _stroke(x1 - x0, y1 - y0, self.size)
        x, y = right + np.int32(x0), down + np.int32(y0)
        if _inside(tile_map, self.reach()) != self.reach():
            on_map = (x >= 0) & (x < tile_map.width) & (y >= 0) & (y < tile_map.height)
            x, y = x[on_map], y[on_map]
        return CellSet.filled(self.layer, x, y, self.tile)


@lru_cache(maxsize=256)
def _stroke(dx: int, dy: int, size: int) -> tuple[Ints, Ints]:
    """The cells of a stroke from (0, 0) to (dx, dy).

    Remembered, because a hand that paints makes the same short strokes over and over; not many,
    because the longest has 8,000 cells.
    """
    half = size // 2 + 1
    left, top = min(0, dx) - half, min(0, dy) - half
    y = np.arange(top, max(0, dy) + half + 1, dtype=np.int64)[:, None]
    x = np.arange(left, max(0, dx) + half + 1, dtype=np.int64)[None, :]
    # Twice the distance from a segment, squared and without a root: compared with size^2, scaled
    # by the segment's own length where the nearest point lies within it.
    length = dx * dx + dy * dy
    along = x * dx + y * dy
    across = x * dy - y * dx
    near_begin = 4 * (x**2 + y**2) <= size * size
    near_end = 4 * ((x - dx) ** 2 + (y - dy) ** 2) <= size * size
    beside = (along >= 0) & (along <= length) & (4 * across * across <= size * size * length)
    rows, columns = np.nonzero(near_begin | near_end | (beside & (length > 0)))
    cells = (columns + left).astype(np.int32), (rows + top).astype(np.int32)
    for each in cells:
        each.flags.writeable = False
    return cells


@dataclass(frozen=True)
class FillRectangle:
    layer: int
    tile: int
    corner: Place
    opposite: Place
    kind: str = "rectangle"

    def reach(self) -> Rectangle:
        (x0, y0), (x1, y1) = self.corner, self.opposite
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def cells(self, tile_map: TileMap) -> CellSet:
        left, top, right, bottom = self.reach()
        if (right - left + 1) * (bottom - top + 1) > CELL_LIMIT:
            raise Rejected(ErrorCode.EDIT_TOO_LARGE, f"at most {CELL_LIMIT} cells")
        y, x = np.mgrid[top : bottom + 1, left : right + 1].astype(np.int32).reshape(2, -1)
        return CellSet.filled(self.layer, x, y, self.tile)


@dataclass(frozen=True)
class Flood:
    """The cells that hang together with `start` and hold the same tile, sides touching.

    It is refused where there are more than `limit`, or where they reach further than `radius`.
    """

    layer: int
    tile: int
    start: Place
    limit: int = CELL_LIMIT
    radius: int = 64
    kind: str = "fill"

    def reach(self) -> Rectangle:
        x, y = self.start
        return x - self.radius, y - self.radius, x + self.radius, y + self.radius

    def cells(self, tile_map: TileMap) -> CellSet:
        left, top, right, bottom = _inside(tile_map, self.reach())
        x0, y0 = self.start
        if not (left <= x0 <= right and top <= y0 <= bottom):
            raise Rejected(ErrorCode.EDIT_OUTSIDE)
        same = _region(tile_map, self.layer, left, top, right, bottom)
        same = same == same[y0 - top, x0 - left]
        found = np.zeros_like(same)
        found[y0 - top, x0 - left] = True
        front = [(x0 - left, y0 - top)]
        height, width = same.shape
        count = 1
        while front:
            x, y = front.pop()
            for nx, ny in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
                if not (0 <= nx < width and 0 <= ny < height):
                    if 0 <= left + nx < tile_map.width and 0 <= top + ny < tile_map.height:
                        raise Rejected(
                            ErrorCode.EDIT_TOO_LARGE, f"it reaches over {self.radius} tiles far"
                        )
                elif same[ny, nx] and not found[ny, nx]:
                    found[ny, nx] = True
                    count += 1
                    if count > self.limit:
                        raise Rejected(ErrorCode.EDIT_TOO_LARGE, f"at most {self.limit} cells")
                    front.append((nx, ny))
        rows, columns = np.nonzero(found)
        return CellSet.filled(
            self.layer,
            (columns + left).astype(np.int32),
            (rows + top).astype(np.int32),
            self.tile,
        )


@dataclass(frozen=True)
class Stamp:
    """A copy of a rectangle to another place, with the layers asked for; both may overlap."""

    source: Rectangle
    target: Place
    """Where the left upper cell of the source comes to."""
    layers: tuple[int, ...] = tuple(range(LAYER_COUNT))
    kind: str = "stamp"

    def reach(self) -> Rectangle:
        left, top, right, bottom = self.source
        x, y = self.target
        return (
            min(left, x),
            min(top, y),
            max(right, x + right - left),
            max(bottom, y + bottom - top),
        )

    def cells(self, tile_map: TileMap) -> CellSet:
        left, top, right, bottom = self.source
        if right < left or bottom < top:
            raise Rejected(ErrorCode.EDIT_OUTSIDE, "the source is empty")
        if (right - left + 1) * (bottom - top + 1) * len(self.layers) > CELL_LIMIT:
            raise Rejected(ErrorCode.EDIT_TOO_LARGE, f"at most {CELL_LIMIT} cells")
        if _inside(tile_map, self.source) != self.source:
            raise Rejected(ErrorCode.EDIT_OUTSIDE)
        y, x = np.mgrid[top : bottom + 1, left : right + 1].astype(np.int32).reshape(2, -1)
        layer = np.repeat(np.array(self.layers, np.int32), len(x))
        x, y = np.tile(x, len(self.layers)), np.tile(y, len(self.layers))
        tile = tile_map.tiles_at(layer, y, x)
        to_x, to_y = self.target
        return CellSet(layer, x + np.int32(to_x - left), y + np.int32(to_y - top), tile)


@dataclass(frozen=True, eq=False)
class Restore:
    """Cells back to earlier tiles, but only those that still hold what `expected` says."""

    wanted: CellSet
    expected: NDArray[np.uint16]
    kind: str = "revert"
    undoes: tuple[int, ...] = ()
    """The journal's numbers of the edits that this takes back."""
    redoes: tuple[int, ...] = ()

    def reach(self) -> Rectangle:
        return _around(self.wanted.x, self.wanted.y)

    def cells(self, tile_map: TileMap) -> CellSet:
        wanted = self.wanted
        if not len(wanted):
            return wanted
        same = tile_map.tiles_at(wanted.layer, wanted.y, wanted.x) == self.expected
        return CellSet(wanted.layer[same], wanted.x[same], wanted.y[same], wanted.tile[same])


@dataclass(frozen=True)
class Places:
    """The named and marked places of a map."""

    spawns: tuple[Place, ...]
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, eq=False)
class SetPlaces:
    """Other spawn points and areas; the tiles stay."""

    places: Places
    kind: str = "places"

    def reach(self) -> Rectangle:
        return 0, 0, -1, -1

    def cells(self, tile_map: TileMap) -> CellSet:
        nothing = np.empty(0, np.int32)
        for x, y in self.places.spawns:
            if not (0 <= x < tile_map.width and 0 <= y < tile_map.height):
                raise Rejected(ErrorCode.EDIT_OUTSIDE, f"spawn {x}, {y}")
        if not self.places.spawns:
            raise Rejected(ErrorCode.EDIT_OUTSIDE, "a map needs a spawn")
        for area in self.places.areas:
            if not (
                area.width > 0
                and area.height > 0
                and 0 <= area.x <= tile_map.width - area.width
                and 0 <= area.y <= tile_map.height - area.height
            ):
                raise Rejected(ErrorCode.EDIT_OUTSIDE, f"area {area.name}")
        return CellSet(nothing, nothing, nothing, nothing.astype(np.uint16))


def _around(x: Ints, y: Ints) -> Rectangle:
    if not len(x):
        return 0, 0, -1, -1
    return int(x.min()), int(y.min()), int(x.max()), int(y.max())


def _inside(tile_map: TileMap, reach: Rectangle) -> Rectangle:
    """The part of a rectangle that lies on the map."""
    left, top, right, bottom = reach
    return (
        max(left, 0),
        max(top, 0),
        min(right, tile_map.width - 1),
        min(bottom, tile_map.height - 1),
    )


def _region(
    tile_map: TileMap, layer: int, left: int, top: int, right: int, bottom: int
) -> NDArray[np.uint16]:
    """A layer's tile ids in a rectangle of loaded chunks, by row and column."""
    if not 0 <= layer < LAYER_COUNT:
        raise Rejected(ErrorCode.EDIT_OUTSIDE, f"there is no layer {layer}")
    y, x = np.mgrid[top : bottom + 1, left : right + 1].astype(np.int32)
    return tile_map.tiles_at(np.full(1, layer, np.int32), y, x)
