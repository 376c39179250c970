"""What one walks on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

from canvas import CELL, Drawing, Picture, places, rows
from edges import edged

TUFT = rows("""
    ..5.
    3.5.
    .3.3
""")
BLADES = rows("""
    .5..
    .5.5
    .3.3
""")


def speckled(base: str, name: str, specks: Mapping[str, int]) -> Picture:
    """A plain cell with so many single pixels of other colours, none beside another."""
    chance = Random(name)
    picture = Picture()
    picture.box(0, 0, 15, 15, base)
    for key, count in specks.items():
        while count:
            x, y = chance.randrange(CELL), chance.randrange(CELL)
            around = [
                picture.at((x + right) % CELL, (y + down) % CELL)
                for right in (-1, 0, 1)
                for down in (-1, 0, 1)
            ]
            if around.count(base) == 9:
                picture.dot(x, y, key)
                count -= 1
    return picture


def grass() -> list[Picture]:
    cells = []
    for variant in range(4):
        chance = Random(f"grass {variant}")
        cell = Picture()
        cell.box(0, 0, 15, 15, "4")
        for _ in range((1, 2, 0, 3)[variant]):
            x, y = chance.randrange(1, 12), chance.randrange(1, 13)
            cell.stamp(TUFT if chance.random() < 0.5 else BLADES, x, y)
        cells.append(cell)
    return cells


def meadow() -> list[Picture]:
    cells = []
    for variant in range(4):
        chance = Random(f"meadow {variant}")
        cell = Picture()
        cell.box(0, 0, 15, 15, "4")
        for step in range(5):
            x, y = step % 2 * 7 + chance.randrange(6), step * 3 + chance.randrange(2)
            cell.stamp(TUFT if chance.random() < 0.4 else BLADES, x, y)
            cell.dot(x + 1, y, "5" if step % 3 else "6")
        if variant == 3:
            for x, y in ((5, 4), (12, 10)):
                cell.dot(x, y, "i")
                cell.dot(x, y + 1, "3")
        cells.append(cell)
    return cells


def forest_floor() -> list[Picture]:
    texture = speckled("3", "forest_floor", {"4": 3, "n": 2})
    for x, y in ((2, 3), (9, 1), (13, 7), (5, 9), (11, 12), (1, 13)):
        texture.dot(x, y, "2")
        texture.dot(x + 1, y + 1, "2")

    def rim(depth: float, x: int, y: int, shaded: bool) -> str:
        if depth < 1:
            return "4"
        return "4" if depth < 4 and (x * 7 + y * 5 + x * y) % 5 == 0 else ""

    return edged(texture, "3234312343213433", 7, rim)


def path() -> list[Picture]:
    texture = speckled("e", "path", {"t": 6, "s": 6})

    def rim(depth: float, x: int, y: int, shaded: bool) -> str:
        if depth < 0:
            return "4"
        if depth == 0:
            return "n" if shaded else "t"
        return "t" if depth == 1 and shaded else ""

    return edged(texture, "2112321122231122", 6, rim)


def cobbles() -> list[Picture]:
    chance = Random("cobbles 1")
    stones = [
        (column * 16 / 3 + row % 2 * 8 / 3 + chance.random() * 1.6, row * 4 + chance.random() * 1.4)
        for row in range(4)
        for column in range(3)
    ]
    texture = Picture()
    for x, y in places():
        near = sorted(
            (math.hypot((x - left + 8) % 16 - 8, ((y - top + 8) % 16 - 8) * 1.2), left, top)
            for left, top in stones
        )
        right, down = (x - near[0][1] + 8) % 16 - 8, (y - near[0][2] + 8) % 16 - 8
        if near[1][0] - near[0][0] < 0.9:
            texture.dot(x, y, "B")
        else:
            texture.dot(x, y, "D" if right + down < -2.2 else "C")

    def rim(depth: float, x: int, y: int, shaded: bool) -> str:
        if depth < 0:
            return "4"
        if depth == 0:
            return "A" if shaded else "B"
        return ""

    return edged(texture, "1112221110012211", 5, rim)


def sand() -> list[Picture]:
    texture = speckled("s", "sand", {"e": 6, "i": 5})

    def rim(depth: float, x: int, y: int, shaded: bool) -> str:
        if depth < 0:
            return "4"
        return "e" if depth == 0 and (shaded or (x + y) % 3 == 0) else ""

    return edged(texture, "1001210001100121", 6, rim)


def soil() -> list[Picture]:
    texture = Picture()
    for y in range(CELL):
        texture.box(0, y, 15, y, "tnnb"[y % 4])
    for x, y in ((3, 1), (11, 2), (7, 5), (14, 6), (2, 9), (9, 10), (5, 13), (12, 14)):
        texture.dot(x, y, "b")
        texture.dot(x + 1, y, "t")

    def rim(depth: float, x: int, y: int, shaded: bool) -> str:
        if depth < 0:
            return "4"
        return ("d" if shaded else "b") if depth == 0 else ""

    return edged(texture, "1121112211221121", 4, rim)


def wooden_floor() -> list[Picture]:
    cells = []
    for variant in range(4):
        chance = Random(f"floor {variant}")
        cell = Picture()
        cell.box(0, 0, 15, 15, "t")
        for top in (0, 4, 8, 12):
            cell.box(0, top + 3, 15, top + 3, "n")
            joint = chance.randrange(CELL)
            cell.box(joint, top, joint, top + 2, "n")
            cell.dot(chance.randrange(CELL), top + 1, "e")
            grain = chance.randrange(12)
            cell.box(grain, top, grain + 2, top, "e")
        cells.append(cell)
    return cells


DRAWINGS: dict[str, Drawing] = {
    "grass": grass,
    "meadow": meadow,
    "forest_floor": forest_floor,
    "path": path,
    "cobbles": cobbles,
    "sand": sand,
    "soil": soil,
    "wooden_floor": wooden_floor,
}
