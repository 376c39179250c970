"""What grows low: bushes and flowers, and what farmers sow and mow."""

from __future__ import annotations

import math
from random import Random

from canvas import CELL, Drawing, Picture, lump, rows, surround
from ground import TUFT


def bush() -> list[Picture]:
    cells = []
    for variant in range(4):
        cell = Picture()
        cell.box(2, 13, 13, 14, "_")
        cell.box(4, 15, 11, 15, "_")
        lump(cell, 4.5, 9.5, 3.6, 3.8, "11223")
        lump(cell, 10.8, 9.8, 3.9, 3.8, "11223")
        lump(cell, 7.5, 7.2, 4.4, 4.2, "1223344")
        lump(cell, 6.5, 11, 4.0, 3.0, "112233")
        surround(cell, "0")
        for x, y in ((5, 6), (9, 8), (4, 10), (11, 11), (7, 11)):
            for key in ("", "r", "", "i")[variant]:
                cell.dot(x, y, key)
        if variant == 2:
            cell.stamp(TUFT, 9, 9)
        cells.append(cell)
    return cells


BLOOM = rows("""
    .x.
    xzx
    .x.
    .2.
""")


def flowers() -> list[Picture]:
    cells = []
    spots = ((1, 2), (8, 0), (11, 6), (4, 7), (8, 11), (1, 11))
    for variant, (petal, heart) in enumerate((("o", "l"), ("i", "y"), ("u", "l"), ("l", "o"))):
        chance = Random(f"flowers {variant}")
        cell = Picture()
        for number, (x, y) in enumerate(spots):
            x, y = x + chance.randrange(2), y + chance.randrange(2)
            if number % 2 == variant % 2:
                cell.stamp(BLOOM, x, y, {"x": petal, "z": heart})
                cell.dot(x + 2, y + 3, "3")
            else:
                cell.dot(x, y, petal)
                cell.dot(x, y + 1, "3")
        cells.append(cell)
    return cells


def crops() -> list[Picture]:
    cells = []
    for variant in range(4):
        chance = Random(f"crops {variant}")
        cell = Picture()
        for x, y in ((3.5, 3), (11.5, 3), (3.5, 11), (11.5, 11)):
            radius = 2.6 + chance.randrange(3) * 0.3
            head = Picture()
            lump(head, x, y, radius, radius * 0.9, "23456")
            surround(head, "1")
            cell.paste(head)
        cells.append(cell)
    return cells


def wheat() -> list[Picture]:
    cells = []
    for variant in range(4):
        chance = Random(f"wheat {variant}")
        cell = Picture()
        cell.box(0, 3, 15, 15, "t")
        for top in (0, 3, 7, 11):
            for x in range(CELL):
                y = top + chance.randrange(3) + x % 2
                cell.box(x, y, x, y + 1, "l" if x % 2 else "y")
                cell.box(x, y + 2, x, y + 3, "y" if x % 2 else "t")
                if chance.random() < 0.3:
                    cell.dot(x, y + 4, "n")
        cells.append(cell)
    return cells


def hay() -> list[Picture]:
    cell = Picture()
    chance = Random("hay")
    cell.box(1, 13, 15, 14, "_")
    for x in range(1, 15):
        off = (x - 7.5) / 7
        top = round(13 - 11 * math.sqrt(1 - off * off))
        for y in range(top, 14):
            light = 1.1 - (y - top) / 16 - (off + 1) * 0.3 + chance.uniform(-0.3, 0.3)
            cell.dot(x, y, "ntyyl"[max(0, min(4, int(light * 5)))])
    for x in (3, 6, 8, 11, 13):
        start = chance.randrange(5, 9)
        cell.box(x, start, x, start + 3, "t")
    surround(cell, "b")
    return [cell]


DRAWINGS: dict[str, Drawing] = {
    "bush": bush,
    "flowers": flowers,
    "crops": crops,
    "wheat": wheat,
    "hay": hay,
}
