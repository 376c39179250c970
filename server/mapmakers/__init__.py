"""Map makers: pure functions from a tile set and a seed to a new map, a maker a file or folder.

Here is what they hand back; `land` is what they share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, int]
"""A cell's x and y, in tiles."""


@dataclass(frozen=True)
class Area:
    """A named rectangle of the map, in tiles."""

    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Draft:
    """A map as its maker leaves it.

    `cells` holds tile ids, shape (3, height, width), the layers in the order ground, things,
    roofs. `spawns` are free cells, all within a walk of each other.
    """

    cells: NDArray[np.uint16]
    spawns: tuple[Place, ...]
    areas: tuple[Area, ...]
