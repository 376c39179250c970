"""Trees: crowns are roofs that one walks under, trunks stand in the way."""

from __future__ import annotations

from canvas import CELL, Drawing, Picture, lump, places, rows, sprite, surround
from edges import EAST, NORTH, SOUTH, WEST, inset

LEAVES = {-2: "0011", -1: "0112", 0: "1122", 1: "1223", 2: "1234"}
"""Keys from dark to light for a bunch of leaves, by how much light comes to it."""
BUNCHES = (
    (2, 0), (7, 1), (13, 0), (4, 4), (10, 4), (0, 5), (7, 8), (13, 8), (2, 9), (10, 12), (5, 13),
    (15, 12),
)  # fmt: skip
LOBES = "3221100000011223"
"""How far a crown stands off the edges of its cells; see `inset`."""


def canopy() -> list[Picture]:
    """Crowns that flow together: bunches of leaves, lit from the top left, trunk left in sight."""
    cells = []
    for mask in range(16):
        leaves = Picture()
        leaves.box(0, 0, 15, 15, "1")
        for down in (-CELL, 0, CELL):
            for x, y in BUNCHES:
                for right in (-CELL, 0, CELL):
                    left, top = x + right, y + down
                    light = (not mask & WEST and left < 9) + (not mask & NORTH and top < 9)
                    light -= (not mask & EAST and left > 7) + (not mask & SOUTH and top > 1)
                    lump(leaves, left, top, 3.3, 3.1, LEAVES[light])
        cell = Picture()
        lift = 0 if mask & SOUTH else 8
        for x, y in places():
            depth = inset(mask, x, y + lift, LOBES, 10 if lift else 15)
            if lift and not mask & NORTH:
                depth = min(depth, inset(mask | SOUTH, x, y, LOBES, 7))
            if depth < 0:
                continue
            cell.dot(x, y, "0" if depth == 0 else leaves.at(x, y))
        cells.append(cell)
    return cells


def trunk() -> list[Picture]:
    return sprite("""
        .....dbtnbd.....
        .....dbnnbd.....
        .....dntnbd.....
        .....dntnbd.....
        .....dnnbbd.....
        .....dntnbd.....
        .....dntnbd.....
        .....dnnbbd.....
        ....ddntnbdd....
        ..__dnntnbbd__..
        .__ddntnnbbdd__.
        __dnnbdnbdbnbd__
        _ddddd_dd_ddddd_
        ._____________..
        ...__________...
        ................
    """)


def pine() -> Picture:
    """A spruce of one by two cells: 16x32 pixels."""
    picture = Picture(CELL, 2 * CELL)
    picture.stamp(rows("""
        ....________....
        ..____________..
        .______________.
        ..____________..
        ....________....
    """), 0, 26)  # fmt: skip
    picture.box(6, 25, 9, 29, "b")
    picture.box(6, 25, 7, 29, "n")
    for top, bottom, widest in ((17, 26, 7.6), (11, 20, 6.6), (6, 15, 5.4), (1, 10, 3.9)):
        for y in range(top, bottom + 1):
            part = (y - top + 1) / (bottom - top + 1)
            half = widest * part
            for x in range(CELL):
                off = x - 7.5
                if abs(off) > half:
                    continue
                frayed = y == bottom and x % 3 == 0
                if frayed:
                    continue
                key = "2" if off < -half * 0.15 else "1"
                if off < -half * 0.45 and part > 0.35:
                    key = "3"
                if part > 0.8 and (x + y) % 3 == 0:
                    key = "1"
                if y >= bottom - 1:
                    key = "1" if off < 0 else "0"
                picture.dot(x, y, key)
    surround(picture, "0")
    return picture


def stump() -> list[Picture]:
    return sprite("""
        ................
        ................
        ................
        ................
        .....dddddd.....
        ...ddtteettdd...
        ..dtteessettnd..
        ..dteesteseetd..
        ..dttteeeettnd..
        ..dndttttttnbd..
        ..dnndddddbbnd..
        ..dntbnnbnbbbd..
        ..dntbnnbnbbbd..
        .ddnbdnnbndbbdd.
        .dd_dddddddd_d__
        ..____________..
    """)


DRAWINGS: dict[str, Drawing] = {
    "trunk": trunk,
    "canopy": canopy,
    "pine": lambda: [pine().part(0, CELL)],
    "pine_top": lambda: [pine().part(0, 0)],
    "stump": stump,
}
