"""How bodies walk, leap and fall: integers only, one numpy row a body. Pure.

Positions are in 1/1024 tile, directions in 1/65536 turn, speeds in units a tick. The same command
gives the same state in every implementation, bit for bit (PROTOCOL.md, "Movement").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import (
    BODY_RADIUS,
    COSINE,
    FREE_SEARCH_TILES,
    GRAVITY,
    JUMP_SPEED,
    NEVER_ENTER,
    STEP_HEIGHT,
    WALK_SPEED,
    Button,
    Command,
)
from protocol_spec.prediction import Body

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

_COSINE = np.array(COSINE, np.int32)
_FULL = 255 * 100
"""Full pace times full speed in percent."""
_SIDES = np.array([[-BODY_RADIUS], [BODY_RADIUS]], np.int32)
_HIGHEST = np.int32(NEVER_ENTER - 1)
_JUMP_SPEED, _GRAVITY, _NOTHING = np.int32(JUMP_SPEED), np.int32(GRAVITY), np.int32(0)
_SEARCHED_AT_ONCE = 128


class Ground(Protocol):
    """What is walked on: the world's map, or what a client holds of it."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    def heights_at(self, y: Ints, x: Ints) -> Ints: ...

    def speeds_at(self, y: Ints, x: Ints) -> Ints: ...


@dataclass(slots=True)
class Bodies:
    """One row a body. Who stands has a `vz` of 0; in the air it is never 0."""

    x: Ints
    """The middle, east."""
    y: Ints
    """South."""
    z: Ints
    """The feet, up."""
    vz: Ints
    """How far up the last tick took the body off the ground; below 0, how far it fell."""


def step(tile_map: Ground, bodies: Bodies, direction: Ints, pace: Ints, buttons: Ints) -> Bodies:
    """One tick of each body by its command.

    A body is a square of 2 * BODY_RADIUS that stands on the highest cell it covers. It leaps or
    falls first; then it moves along x, then along y, so that it slides along what stops it; then
    it lands on what is beneath it, or walks down to it where that is a step. Who is inside solid
    ground is put out of it and does nothing else.
    """
    x, y = bodies.x, bodies.y
    ground = standing_height(tile_map, x, y)
    inside = ground > _reach(bodies.z)
    stands = bodies.z <= ground
    leaps = stands & ((buttons & Button.JUMP) != 0)
    walks = stands & ~leaps
    vz = np.where(stands, leaps * _JUMP_SPEED, bodies.vz - _GRAVITY)
    z = np.maximum(np.maximum(bodies.z, ground) + vz, ground)

    distance = (WALK_SPEED * pace * tile_map.speeds_at(y >> 10, x >> 10)) // _FULL
    turn = direction >> 8
    reachable = _reach(z)
    x = _slide(tile_map, x, _part(distance, _COSINE[turn]), y, reachable, along_x=True)
    y = _slide(tile_map, y, _part(distance, _COSINE[turn - 64]), x, reachable, along_x=False)

    below = standing_height(tile_map, x, y)
    lands = z - below <= np.where(walks, np.int32(STEP_HEIGHT), _NOTHING)
    begins_to_fall = walks * _GRAVITY
    z = np.where(lands, below, z - begins_to_fall)
    vz = np.where(lands, _NOTHING, vz - begins_to_fall)
    if inside.any():
        x[inside], y[inside], z[inside] = nearest_place(
            tile_map, bodies.x[inside], bodies.y[inside], bodies.z[inside]
        )
        vz[inside] = 0
    return Bodies(x, y, z, vz)


def alone_on(ground: Ground) -> Callable[[Body, Command], Body]:
    """A tick of a single body there, as the clients' `Prediction` wants it."""

    def walk(body: Body, command: Command) -> Body:
        row = [np.array([each], np.int32) for each in (body.x, body.y, body.z, body.vz)]
        wanted = (command.direction, command.pace, command.buttons)
        after = step(ground, Bodies(*row), *(np.array([each], np.int32) for each in wanted))
        return Body(int(after.x[0]), int(after.y[0]), int(after.z[0]), int(after.vz[0]))

    return walk


def standing_height(tile_map: Ground, x: Ints, y: Ints) -> Ints:
    """The height of the highest cell under each body."""
    columns, rows = (x + _SIDES) >> 10, (y + _SIDES) >> 10
    height: Ints = tile_map.heights_at(rows[:, None], columns[None, :]).max(axis=(0, 1))
    return height


def is_inside(tile_map: Ground, x: Ints, y: Ints, z: Ints) -> Flags:
    """Which bodies are inside solid ground: under more than they could step up to."""
    inside: Flags = standing_height(tile_map, x, y) > _reach(z)
    return inside


def nearest_place(tile_map: Ground, x: Ints, y: Ints, z: Ints) -> tuple[Ints, Ints, Ints]:
    """Where bodies that are put at (x, y, z) stand: there, or as near to it as there is room.

    Who would be inside solid ground there is put into the middle of a cell: a body fits into it,
    so that only its own height counts. Searched are the cells within FREE_SEARCH_TILES of the
    body's own, those first that are on the body's side of it; and first for what a body at that
    height can step up to, then for anything to stand on. Where there is nothing, it stays inside.
    """
    ground = standing_height(tile_map, x, y)
    inside = ground > _reach(z)
    x, y, z = x.copy(), y.copy(), np.where(inside, z, ground)
    missing = np.flatnonzero(inside)
    for limits in (_reach(z), np.full_like(z, _HIGHEST)):
        for begin in range(0, len(_SEARCH), _SEARCHED_AT_ONCE):
            if not len(missing):
                return x, y, z
            offsets = _SEARCH[begin : begin + _SEARCHED_AT_ONCE]
            columns = _cells_at(x[missing], offsets[:, 0], tile_map.width)
            rows = _cells_at(y[missing], offsets[:, 1], tile_map.height)
            heights = tile_map.heights_at(rows, columns)
            free = heights <= limits[missing, None]
            found = np.flatnonzero(free.any(axis=1))
            at = found, free[found].argmax(axis=1)
            who = missing[found]
            x[who], y[who], z[who] = columns[at] * 1024 + 512, rows[at] * 1024 + 512, heights[at]
            missing = np.delete(missing, found)
    return x, y, z


def _search() -> Ints:
    """All offsets within FREE_SEARCH_TILES, the nearest first, shape (count, 2)."""
    reach = range(-FREE_SEARCH_TILES, FREE_SEARCH_TILES + 1)
    offsets = [(dx, dy) for dx in reach for dy in reach if dx**2 + dy**2 <= FREE_SEARCH_TILES**2]
    offsets.sort(key=lambda at: (at[0] ** 2 + at[1] ** 2, -at[0] - at[1], -at[0]))
    return np.array(offsets, np.int32)


_SEARCH = _search()


def _cells_at(middle: Ints, offsets: Ints, size: int) -> Ints:
    """The cells at those offsets, on an axis, mirrored for bodies in the lower half of a cell.

    What lies outside the map becomes the cell at its edge, which nobody enters.
    """
    side = np.where(middle & 1023 >= 512, np.int32(1), np.int32(-1))
    cells: Ints = np.clip((middle >> 10)[:, None] + side[:, None] * offsets, -1, size)
    return cells


def _reach(z: Ints) -> Ints:
    """How high a cell may be that bodies step on: whatever the height, never NEVER_ENTER."""
    highest: Ints = np.minimum(z + np.int32(STEP_HEIGHT), _HIGHEST)
    return highest


def _part(distance: Ints, cosine: Ints) -> Ints:
    """distance * cosine / 16384, rounded towards zero: as far to the west as to the east."""
    product = distance * cosine
    part: Ints = (product + ((product >> 31) & 16383)) >> 14
    return part


def _slide(
    tile_map: Ground, start: Ints, step: Ints, other: Ints, reachable: Ints, *, along_x: bool
) -> Ints:
    """Where bodies at `start` on one axis, and at `other` on the other, come to by `step`.

    A step is at most a tile (tiles are at most four times as fast), so its leading edge enters
    one new cell at the most, and what stops it is that cell's near edge.
    """
    forward = step > 0
    end = start + step
    cell = (end + np.where(forward, np.int32(BODY_RADIUS), np.int32(-BODY_RADIUS))) >> 10
    sides = (other + _SIDES) >> 10
    ahead = tile_map.heights_at(sides, cell) if along_x else tile_map.heights_at(cell, sides)
    stopped = (ahead.max(axis=0) > reachable) & (step != 0)
    near_edge = (cell + ~forward) << 10
    touching = near_edge + np.where(forward, np.int32(-1 - BODY_RADIUS), np.int32(BODY_RADIUS))
    return np.where(stopped, touching, end)
