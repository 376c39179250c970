"""Roofs of houses, and the chimneys on them."""

from __future__ import annotations

from random import Random

from canvas import CELL, Drawing, Picture, sprite
from edges import EAST, NORTH, SOUTH, WEST


def roof(mask: int, texture: Picture, light: str, mid: str, dark: str, outline: str) -> Picture:
    """One cell of a roof: ridge to the north, gable boards at both ends, eaves to the south.

    Below the eaves the upper wall shows, timber and plaster: a front of one tile is too low.
    """
    cell = Picture()
    cell.paste(texture)
    if not mask & NORTH:
        cell.box(0, 0, 15, 0, outline)
        for x in range(CELL):
            cell.box(x, 1, x, 3, mid if x % 4 == 3 else light)
            cell.dot(x, 3, dark if x % 4 == 3 else mid)
        cell.box(0, 4, 15, 4, dark)
    if not mask & SOUTH:
        for x in range(CELL):
            cell.dot(x, 4, light if x % 4 in (1, 2) else mid)
            cell.box(x, 5, x, 5, mid)
            cell.box(x, 6, x, 6, dark)
        cell.box(0, 7, 15, 7, outline)
        cell.box(0, 8, 15, 8, "n")
        cell.box(0, 9, 15, 9, "e")
        cell.box(0, 10, 15, 15, "s")
        for x, y in ((3, 12), (4, 12), (12, 13), (11, 11)):
            cell.dot(x, y, "e")
        cell.box(7, 8, 8, 15, "n")
        cell.box(7, 8, 7, 15, "b")
        cell.box(0, 15, 15, 15, "d")
    eaves = 15 if mask & SOUTH else 7
    for side, left, keys in ((WEST, 0, (outline, "n", "b")), (EAST, 13, ("b", "b", outline))):
        if not mask & side:
            for step, key in enumerate(keys):
                cell.box(left + step, 0, left + step, eaves, key)
                cell.box(left + step, eaves + 1, left + step, 15, "d" if key == outline else "n")
            if not mask & NORTH:
                cell.box(left, 0, left + 2, 0, outline)
            if not mask & SOUTH:
                cell.box(left, 7, left + 2, 7, outline)
    return cell


def red_roof() -> list[Picture]:
    texture = Picture()
    for y in range(CELL):
        shift = 2 if y // 4 % 2 else 0
        for x in range(CELL):
            key = "r"
            if y % 4 == 0 and (x + shift) % 4 == 1:
                key = "o"
            elif (y % 4 == 3 and (x + shift) % 4 != 1) or (y % 4 == 2 and (x + shift) % 4 == 3):
                key = "m"
            texture.dot(x, y, key)
    return [roof(mask, texture, "o", "r", "m", "k") for mask in range(16)]


def thatch_roof() -> list[Picture]:
    texture = Picture()
    chance = Random("thatch")
    texture.box(0, 0, 15, 15, "y")
    for x in range(CELL):
        for top in (0, 8):
            start = top + chance.randrange(6)
            for y in range(start, start + chance.randrange(2, 5)):
                texture.dot(x, y % CELL, "l" if x % 2 else "y")
            start = top + 4 + chance.randrange(5)
            for y in range(start, start + chance.randrange(1, 4)):
                texture.dot(x, y % CELL, "y" if x % 3 else "t")
    for x in range(CELL):
        if chance.random() < 0.75:
            texture.dot(x, 15 - x % 2, "t")
        if chance.random() < 0.5:
            texture.dot(x, 7 - x % 2, "t")
    return [roof(mask, texture, "l", "t", "n", "b") for mask in range(16)]


def chimney() -> list[Picture]:
    return sprite("""
        .......DD.......
        .....DDD........
        .....DD.........
        ......D.........
        ...kkkkkkkkkk...
        ...kDDCCCCBBk...
        ...kkkkkkkkkk...
        ....kDCBACBk....
        ....kCCBACBk....
        ....kAAAAAAk....
        ....kCADCBAk....
        ....kBACCBAk....
        ....kAAAAAAk....
        ....kDCBACBk....
        ....kCCBACBk....
        ....kAAAAAAk....
    """)


DRAWINGS: dict[str, Drawing] = {
    "red_roof": red_roof,
    "thatch_roof": thatch_roof,
    "chimney": chimney,
}
