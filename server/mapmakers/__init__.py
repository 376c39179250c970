"""Map makers: pure functions from a tile set and a seed to a new map, one maker a file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
    roofs. `spawns` are x and y of free cells, in tiles, all within a walk of each other.
    """

    cells: NDArray[np.uint16]
    spawns: tuple[tuple[int, int], ...]
    areas: tuple[Area, ...]
