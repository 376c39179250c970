"""Shapes that join their neighbours: the sixteen cells of a tile with the pattern "edges"."""

from __future__ import annotations

import math
from collections.abc import Callable

from canvas import Picture, places

NORTH, EAST, SOUTH, WEST = 1, 2, 4, 8
"""What tiles.toml counts for each neighbour of the same tile; their sum is a cell's `mask`."""
FAR = 99.0
"""More pixels than any border is away."""


def inset(mask: int, x: int, y: int, wave: str, corner: float) -> float:
    """How many pixels (x, y) lies inside a shape that is open to the sides of `mask`.

    Each closed side is a wavy line: 16 digits say how far it stands off the cell's edge. Where
    two closed sides meet, the corner is round with that radius. Below 0 is outside.
    """
    along = [int(digit) for digit in wave]
    column, row = min(max(x, 0), 15), min(max(y, 0), 15)
    north = FAR if mask & NORTH else y - along[column]
    south = FAR if mask & SOUTH else 15 - y - along[15 - column]
    west = FAR if mask & WEST else x - along[15 - row]
    east = FAR if mask & EAST else 15 - x - along[row]
    depth = min(north, south, west, east)
    for one, other in ((north, west), (north, east), (south, west), (south, east)):
        if one < corner and other < corner:
            depth = min(depth, corner - math.hypot(corner - one, corner - other))
    return math.floor(depth + 0.5)


def edged(
    texture: Picture, wave: str, corner: float, rim: Callable[[float, int, int, bool], str]
) -> list[Picture]:
    """Sixteen cells of a ground. `rim(inset, x, y, shaded)` gives the key near a border, or "".

    `shaded` is true below and right of a border, where a higher bank throws its shadow.
    """
    cells = []
    for mask in range(16):
        cell = Picture()
        for x, y in places():
            depth = inset(mask, x, y, wave, corner)
            shaded = inset(mask, x - 1, y - 1, wave, corner) < 0 <= depth
            cell.dot(x, y, rim(depth, x, y, shaded) or texture.at(x, y))
        cells.append(cell)
    return cells
