"""How bodies walk: integers only, one numpy row a body. Pure.

Positions are in 1/1024 tile, directions in 1/65536 turn. The same command gives the same position
in every implementation, bit for bit (PROTOCOL.md, "Movement").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import BODY_RADIUS, COSINE, STEP_HEIGHT, WALK_SPEED
from server.chunks import TileMap

Ints = NDArray[np.int32]

_COSINE = np.array(COSINE, np.int32)
FREE_SEARCH_TILES = 32
_FULL = 255 * 100
"""Full pace times full speed in percent."""


def walk(
    tile_map: TileMap, x: Ints, y: Ints, z: Ints, direction: Ints, pace: Ints
) -> tuple[Ints, Ints, Ints]:
    """One tick of walking for each body; returns the new x, y, z.

    A body is a square of 2 * BODY_RADIUS that moves along x, then along y, so that it slides along
    what stops it. The speed is that of the tile under its middle.
    """
    speed = tile_map.speeds_at(y >> 10, x >> 10)
    distance = (WALK_SPEED * pace * speed) // _FULL
    turn = direction >> 8
    reachable = z + STEP_HEIGHT
    x = _slide(tile_map, x, _part(distance, _COSINE[turn]), y, reachable, along_x=True)
    y = _slide(tile_map, y, _part(distance, _COSINE[turn - 64]), x, reachable, along_x=False)
    return x, y, standing_height(tile_map, x, y)


def standing_height(tile_map: TileMap, x: Ints, y: Ints) -> Ints:
    """The height of the highest cell under each body."""
    left, right = _reach(x)
    top, bottom = _reach(y)
    height = tile_map.heights_at
    return np.maximum(
        np.maximum(height(top, left), height(top, right)),
        np.maximum(height(bottom, left), height(bottom, right)),
    )


def nearest_free(tile_map: TileMap, x: int, y: int, reachable: int) -> tuple[int, int] | None:
    """Where somebody at (x, y) is to be put: there, or in the middle of the nearest lower cell.

    A body fits into a cell, so that only its own height counts. None where all cells within
    FREE_SEARCH_TILES are higher than `reachable`.
    """
    at = np.array([x], np.int32), np.array([y], np.int32)
    if standing_height(tile_map, *at)[0] <= reachable:
        return x, y
    span = np.arange(-FREE_SEARCH_TILES, FREE_SEARCH_TILES + 1)
    columns = np.clip(span + (x >> 10), -1, tile_map.width).astype(np.int32)
    rows = np.clip(span + (y >> 10), -1, tile_map.height).astype(np.int32)
    heights = tile_map.heights_at(rows[:, None], columns[None, :])
    middle_x = columns.astype(np.int64) * 1024 + 512
    middle_y = rows.astype(np.int64) * 1024 + 512
    distance = (middle_x[None, :] - x) ** 2 + (middle_y[:, None] - y) ** 2
    distance[heights > reachable] = np.iinfo(np.int64).max
    best = int(distance.argmin())
    row, column = divmod(best, len(columns))
    if heights[row, column] > reachable:
        return None
    return int(middle_x[column]), int(middle_y[row])


def _part(distance: Ints, cosine: Ints) -> Ints:
    """distance * cosine / 16384, rounded towards zero: as far to the west as to the east."""
    part: Ints = np.sign(cosine) * ((distance * np.abs(cosine)) >> 14)
    return part


def _reach(middle: Ints) -> tuple[Ints, Ints]:
    """The first and the last cell that bodies cover on an axis."""
    return (middle - BODY_RADIUS) >> 10, (middle + BODY_RADIUS) >> 10


def _slide(
    tile_map: TileMap, start: Ints, step: Ints, other: Ints, reachable: Ints, *, along_x: bool
) -> Ints:
    """Where bodies at `start` on one axis, and at `other` on the other, come to by `step`.

    A step is at most a tile (tiles are at most four times as fast), so its leading edge enters
    one new cell at the most, and what stops it is that cell's near edge.
    """
    forward = step > 0
    edge = start + step + np.where(forward, BODY_RADIUS, -BODY_RADIUS)
    cell = edge >> 10
    first, last = _reach(other)
    height = tile_map.heights_at
    ahead = (
        np.maximum(height(first, cell), height(last, cell))
        if along_x
        else np.maximum(height(cell, first), height(cell, last))
    )
    touching = np.where(
        forward, (cell << 10) - 1 - BODY_RADIUS, ((cell + 1) << 10) + BODY_RADIUS
    ).astype(np.int32)
    stopped = (ahead > reachable) & (step != 0)
    return np.where(stopped, touching, start + step).astype(np.int32)
