"""The land while a map maker grows it, and the few operations on whole maps that growing needs.

All of it is whole numbers, and chance comes from one PCG64, so that a seed gives the same map
everywhere.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from server.tiles import LAYERS, TileSet

Field = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Land:
    """A map while it grows: its cells, all of them empty at first, and its chance.

    `x` and `y` hold every cell's column and row, shape (height, width), as all masks have.
    """

    def __init__(self, tiles: TileSet, seed: int, width: int, height: int) -> None:
        self.tiles = tiles
        self.chance = np.random.Generator(np.random.PCG64(seed))
        self.width = width
        self.height = height
        self.cells = np.zeros((len(LAYERS), height, width), np.uint16)
        self.ground, self.things, self.roofs = self.cells
        self.y, self.x = np.indices((height, width))

    def draw(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.chance.integers(low, high + 1))

    def pick(self, *names: str) -> str:
        return names[self.draw(0, len(names) - 1)]

    def put(self, name: str, x: int, y: int) -> None:
        """Lay a tile on its layer; outside the map, nowhere."""
        if 0 <= x < self.width and 0 <= y < self.height:
            tile = self.tiles.by_id[self.tiles[name]]
            self.cells[LAYERS.index(tile.layer), y, x] = tile.id

    def fill(self, name: str, where: Mask) -> None:
        """Lay a tile on its layer wherever the mask says."""
        tile = self.tiles.by_id[self.tiles[name]]
        self.cells[LAYERS.index(tile.layer)][where] = tile.id

    def has(self, *names: str) -> Mask:
        """The cells that hold one of these tiles, which must be of one layer."""
        layer = LAYERS.index(self.tiles.by_id[self.tiles[names[0]]].layer)
        return np.isin(self.cells[layer], [self.tiles[name] for name in names])

    def rectangle(self, x: int, y: int, width: int, height: int) -> Mask:
        inside = np.zeros((self.height, self.width), np.bool_)
        inside[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)] = True
        return inside

    def distance(self, x: int, y: int) -> Field:
        """How far every cell is from one, in 1/16 tile."""
        return root((self.x - x) ** 2 + (self.y - y) ** 2)

    def hills(self, scale: int) -> Field:
        """Smooth noise from 0 to 1023 with hills about `scale` tiles apart."""
        return hills(self.chance, self.width, self.height, scale)


def hills(chance: np.random.Generator, width: int, height: int, scale: int) -> Field:
    """Value noise, shape (height, width): chance levels every `scale` cells, eased in between."""
    levels = chance.integers(0, 1024, (height // scale + 2, width // scale + 2))

    def steps(count: int) -> tuple[Field, Field]:
        place = np.arange(count)
        part = place % scale * 1024 // scale
        return place // scale, part * part * (3072 - 2 * part) >> 20

    row, down = steps(height)
    column, right = steps(width)
    west, east = levels[:, column], levels[:, column + 1]
    level = west + ((east - west) * right >> 10)
    above, below = level[row], level[row + 1]
    eased: Field = above + ((below - above) * down[:, None] >> 10)
    return eased


def root(squared: Field) -> Field:
    """Square roots in 1/16. IEEE 754 rounds them alike everywhere, so these floats do no harm."""
    return np.sqrt(squared * 256).astype(np.int64)


def grown(mask: Mask, steps: int = 1) -> Mask:
    """The mask and what lies within so many steps of it, diagonal ones too."""
    for _ in range(steps):
        wide = mask.copy()
        wide[:, 1:] |= mask[:, :-1]
        wide[:, :-1] |= mask[:, 1:]
        mask = wide.copy()
        mask[1:] |= wide[:-1]
        mask[:-1] |= wide[1:]
    return mask


def opened(mask: Mask, size: int) -> Mask:
    """What squares of `size` cells cover of the mask without leaving it: no crumbs, no threads."""
    high, wide = mask.shape[0] - size + 1, mask.shape[1] - size + 1
    shifts = [np.s_[y : y + high, x : x + wide] for y in range(size) for x in range(size)]
    fits = np.logical_and.reduce([mask[shift] for shift in shifts])
    covered = np.zeros_like(mask)
    for shift in shifts:
        covered[shift] |= fits
    return covered


def closed(mask: Mask) -> Mask:
    """The mask without its holes and bays of one or two cells."""
    return ~grown(~grown(mask))


def ways(cost: Field, starts: Mask) -> list[int]:
    """Dijkstra over the cells, four neighbours each: the cell that each was reached from, or -1.

    Cells count from 0, row by row. One that costs 0 is shut; a start is its own origin.
    """
    width = cost.shape[1] + 2
    price: list[int] = np.pad(cost, 1).ravel().tolist()
    came = [-1] * len(price)
    best = [1 << 30] * len(price)
    queue = [(0, start) for start in np.flatnonzero(np.pad(starts, 1)).tolist()]
    for _, start in queue:
        came[start] = start
        best[start] = 0
    while queue:
        spent, place = heapq.heappop(queue)
        if spent > best[place]:
            continue
        for beside in (place - width, place + 1, place + width, place - 1):
            step = price[beside]
            if step and spent + step < best[beside]:
                best[beside] = spent + step
                came[beside] = place
                heapq.heappush(queue, (spent + step, beside))
    reached = np.array(came).reshape(-1, width)[1:-1, 1:-1]
    row, column = reached // width - 1, reached % width - 1
    back: list[int] = np.where(reached < 0, -1, row * (width - 2) + column).ravel().tolist()
    return back


def way_back(came: list[int], place: int) -> list[int]:
    """The cells from a place to where its way began; none if no way leads there."""
    if came[place] < 0:
        return []
    way = [place]
    while came[place] != place:
        place = came[place]
        way.append(place)
    return way


def trodden(
    cost: Field, shut: Mask, starts: Mask, goals: list[tuple[int, int]]
) -> tuple[Field, list[int]]:
    """How many ways lead over each cell when everybody goes the shortest to a goal, and by which
    cells, as `ways` has them.

    They are gone twice: the second time, ways that were used before are cheap, so that those join
    that ran side by side.
    """
    load = np.zeros_like(cost)
    for _ in range(2):
        came = ways(np.where(shut, 0, np.maximum(cost // (1 + load), 2)), starts)
        load[:] = 0
        for x, y in goals:
            load.flat[way_back(came, y * cost.shape[1] + x)] += 1
    return load, came


def reached(shut: Mask, x: int, y: int) -> Mask:
    """The cells that one can walk to from (x, y), through sides, not corners."""
    width = shut.shape[1] + 2
    seen: list[bool] = np.pad(shut, 1, constant_values=True).ravel().tolist()
    queue = [(y + 1) * width + x + 1]
    seen[queue[0]] = True
    for place in queue:
        for beside in (place - width, place + 1, place + width, place - 1):
            if not seen[beside]:
                seen[beside] = True
                queue.append(beside)
    found = np.zeros(len(seen), np.bool_)
    found[queue] = True
    return found.reshape(-1, width)[1:-1, 1:-1]
