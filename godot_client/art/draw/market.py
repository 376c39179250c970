"""The market: stalls under awnings."""

from __future__ import annotations

from canvas import CELL, Drawing, Picture, places, rows
from edges import EAST, NORTH, SOUTH, WEST


def awning() -> list[Picture]:
    cells = []
    for mask in range(16):
        cell = Picture()
        top = 0 if mask & NORTH else 2
        bottom = 15 if mask & SOUTH else 11
        for x in range(CELL):
            bright = x // 4 % 2 == 0
            cell.box(x, top, x, bottom, "i" if bright else "r")
            if not mask & NORTH:
                cell.box(x, top + 1, x, top + 2, "i" if bright else "o")
            if not mask & SOUTH:
                end = bottom + (2 if x % 4 in (1, 2) else 1)
                cell.box(x, bottom - 1, x, bottom - 1, "D" if bright else "m")
                cell.box(x, bottom, x, end, "D" if bright else "m")
                cell.dot(x, end + 1, "k")
        if not mask & NORTH:
            cell.box(0, top, 15, top, "k")
        for side, x in ((WEST, 0), (EAST, 15)):
            if not mask & side:
                cell.box(x, top, x, bottom + (0 if mask & SOUTH else 2), "k")
        cells.append(cell)
    return cells


STALL = rows("""
    dddddddddddddddd
    deeeeeeeeeeeeeed
    dexxxxxdexxxxxxd
    dexxxxxdexxxxxxd
    dexxxxxdexxxxxxd
    dexxxxxdexxxxxxd
    dttttttdtttttttd
    dddddddddddddddd
    dtnnnnbnnnnnbnnd
    dtnbnnnnbnnnnnnd
    dddddddddddddddd
    dtnnnbnnnnnnnnnd
    dtnnnnnnbnnnbnnd
    dbbbbbbbbbbbbbbd
    dddddddddddddddd
    ._____________..
""")


def stall() -> list[Picture]:
    """A counter with two boxes of goods: apples and cabbage, loaves, fish, pots."""
    cells = []
    for first, second in (("ro", "35"), ("tn", "es"), ("fC", "pq"), ("ry", "nA")):
        cell = Picture()
        cell.stamp(STALL, swap={"x": "d"})
        for x, y in places():
            if STALL[y][x] == "x":
                light, dark = (first[1], first[0]) if x < 8 else (second[1], second[0])
                cell.dot(x, y, light if (x + y // 2) % 3 == 0 and y % 2 == 0 else dark)
                if (x + y // 2) % 3 == 2 and y % 2:
                    cell.dot(x, y, "d")
        cells.append(cell)
    return cells


DRAWINGS: dict[str, Drawing] = {
    "awning": awning,
    "stall": stall,
}
