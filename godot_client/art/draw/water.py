"""Water, what grows in it, and the bridges over it."""

from __future__ import annotations

from random import Random

from canvas import Drawing, Picture
from edges import EAST, NORTH, SOUTH, WEST, edged


def shallow_water() -> list[Picture]:
    texture = Picture()
    texture.box(0, 0, 15, 15, "q")
    for x, y, length in ((2, 3, 3), (9, 10, 4)):
        texture.box(x, y, x + length - 1, y, "f")
        texture.box(x + 1, y + 1, x + length, y + 1, "p")

    def rim(depth: float, x: int, y: int, shaded: bool) -> str:
        if depth < 0:
            return "4"
        if depth < 3:
            return "e" if depth == 0 and shaded else "s"
        if depth == 3:
            return "e"
        if depth == 4:
            return "f" if (x + 2 * y) % 7 > 1 else "q"
        return "q" if depth < 7 else ""

    return edged(texture, "0000110000001100", 8, rim)


def deep_water() -> list[Picture]:
    texture = Picture()
    texture.box(0, 0, 15, 15, "p")
    for x, y, length in ((2, 4, 4), (10, 11, 3)):
        texture.box(x, y, x + length - 1, y, "q")
        texture.box(x + 1, y + 1, x + length, y + 1, "w")

    def rim(depth: float, x: int, y: int, shaded: bool) -> str:
        return "." if depth < 0 else "p" if depth < 3 else ""

    return edged(texture, "2112332112233322", 7, rim)


def reeds() -> list[Picture]:
    cells = []
    for variant in range(4):
        chance = Random(f"reeds {variant}")
        cell = Picture()
        for step in range(6):
            x = 1 + step * 5 // 2 + chance.randrange(2)
            top, bottom = chance.randrange(1, 7), chance.randrange(11, 15)
            cell.box(x, top, x, bottom, "2" if step % 2 else "3")
            cell.dot(x + 1, bottom, "p")
            if step % 3 != variant % 3:
                cell.box(x, top, x, top + 3, "b")
                cell.dot(x, top + 1, "n")
            else:
                cell.dot(x, top, "5")
        cells.append(cell)
    return cells


def knots(cell: Picture) -> None:
    for x, y in ((2, 4), (9, 8), (13, 12), (6, 13), (5, 6)):
        cell.dot(x, y, "n")


def bridge_ew() -> list[Picture]:
    """A bridge that runs east and west: planks across, a rail where it is open to the water."""
    cells = []
    for mask in range(16):
        cell = Picture()
        cell.box(0, 0, 15, 15, "t")
        for x in (3, 7, 11, 15):
            cell.box(x, 0, x, 15, "n")
            cell.box(x - 3, 0, x - 3, 15, "e")
        knots(cell)
        if not mask & NORTH:
            cell.stamp(("d" * 16, "t" * 16, "n" * 16, "d" * 16), 0, 1)
            cell.box(0, 0, 15, 0, "n")
            cell.box(6, 0, 9, 5, "d")
            cell.box(7, 1, 8, 4, "t")
        if not mask & SOUTH:
            cell.stamp(("d" * 16, "e" * 16, "t" * 16, "d" * 16, "b" * 16, "#" * 16), 0, 10)
            cell.box(6, 9, 9, 15, "d")
            cell.box(7, 10, 8, 14, "t")
            cell.dot(7, 10, "s")
        for side, x in ((WEST, 0), (EAST, 15)):
            if not mask & side:
                cell.box(x, 0, x, 15, "b")
        cells.append(cell)
    return cells


def bridge_ns() -> list[Picture]:
    """A bridge that runs north and south: one sees its rails from above."""
    cells = []
    for mask in range(16):
        cell = Picture()
        cell.box(0, 0, 15, 15, "t")
        for y in (3, 7, 11, 15):
            cell.box(0, y, 15, y, "n")
            cell.box(0, y - 3, 15, y - 3, "e")
        knots(cell)
        for side, left, key in ((WEST, 0, "t"), (EAST, 12, "n")):
            if not mask & side:
                cell.box(left, 0, left + 3, 15, "d")
                cell.box(left + 1, 0, left + 2, 15, key)
                cell.box(left, 5, left + 3, 10, "d")
                cell.box(left + 1, 5, left + 2, 8, "e")
        if not mask & NORTH:
            cell.box(0, 0, 15, 0, "b")
        if not mask & SOUTH:
            cell.box(0, 14, 15, 14, "b")
            cell.box(0, 15, 15, 15, "d")
        cells.append(cell)
    return cells


DRAWINGS: dict[str, Drawing] = {
    "shallow_water": shallow_water,
    "deep_water": deep_water,
    "reeds": reeds,
    "bridge_ew": bridge_ew,
    "bridge_ns": bridge_ns,
}
