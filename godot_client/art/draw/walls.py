"""Walls of planks and of stone, their windows and doors."""

from __future__ import annotations

from canvas import CELL, Drawing, Picture, places, rows, sprite
from edges import EAST, NORTH, SOUTH, WEST


def wall(
    mask: int, cap: Picture, face: Picture, thickness: int, post: str, outline: str
) -> Picture:
    """One cell of a wall: its top seen from above, and its face where it looks south.

    A wall of full `thickness` fills the cell; a thinner one stands in the middle of it.
    """
    cell = Picture()
    gap = (CELL - thickness) // 2
    top = 0 if thickness == CELL else 3
    foot = 15 if thickness == CELL else 14
    drop = 5 if thickness == CELL else top + 5
    upright = set()
    level = set()
    for x, y in places():
        from_north = 0 if mask & NORTH else top
        to_south = 15 if mask & SOUTH else foot
        if gap <= x <= 15 - gap and from_north <= y <= to_south:
            upright.add((x, y))
        from_west = 0 if mask & WEST else gap
        to_east = 15 if mask & EAST else 15 - gap
        if from_west <= x <= to_east and top <= y <= foot:
            level.add((x, y))
    body = upright | level
    for x, y in body:
        on_top = y < drop or (mask & SOUTH and (x, y) in upright)
        cell.dot(x, y, (cap if on_top else face).at(x, y))
        if not on_top and y == drop:
            cell.dot(x, y, outline)
        for side, beside in (
            (NORTH, (x, y - 1)), (SOUTH, (x, y + 1)), (WEST, (x - 1, y)), (EAST, (x + 1, y)),
        ):  # fmt: skip
            inside = 0 <= beside[0] < CELL and 0 <= beside[1] < CELL
            if (inside and beside not in body) or (not inside and not mask & side):
                cell.dot(x, y, outline)
    if post and not mask & SOUTH:
        for side, left in ((WEST, 0), (EAST, 13)):
            if not mask & side:
                cell.box(left, drop + 1, left + 2, foot - 1, post)
                cell.box(left, drop, left, foot, outline)
                cell.box(left + 2, drop, left + 2, foot, outline)
    return cell


def plank_face() -> Picture:
    face = Picture()
    for x in range(CELL):
        face.box(x, 0, x, 15, "nttt"[x % 4])
    for x, y in ((1, 8), (6, 12), (9, 7), (14, 11), (2, 13), (10, 10)):
        face.dot(x, y, "n")
    face.box(0, 6, 15, 6, "b")
    face.box(0, 14, 15, 14, "n")
    face.box(0, 15, 15, 15, "d")
    return face


def plank_cap() -> Picture:
    cap = Picture()
    cap.box(0, 0, 15, 15, "b")
    for x, y in ((3, 1), (4, 1), (11, 2), (12, 2), (6, 7), (7, 7), (2, 11), (13, 12), (9, 14)):
        cap.dot(x, y, "n")
    return cap


MASONRY = rows("""
    BBBABBBBBABBBBBA
    CCBACDCCBACDCCBA
    CBBACCCBBACCBBBA
    AAAAAAAAAAAAAAAA
    BBBBBBABBBBABBBB
    DCCCBBACDCBACDCC
    CCCBBBACCBBACCCB
    AAAAAAAAAAAAAAAA
    BBABBBBBBABBBBBB
    CBACDCCCBACDCCCC
    BBACCCCBBACCCBCB
    AAAAAAAAAAAAAAAA
    BBBBABBBBBBABBBB
    CCCBACDCCCBACDCC
    CCBBACCCCBBACCCB
    AAAAAAAAAAAAAAAA
""")


def masonry_face() -> Picture:
    face = Picture()
    face.stamp(MASONRY, swap={"A": "B", "B": "C", "C": "C"})
    face.box(0, 6, 15, 6, "B")
    face.box(0, 15, 15, 15, "A")
    return face


def masonry_cap() -> Picture:
    cap = Picture()
    cap.box(0, 0, 15, 15, "A")
    for x, y in ((2, 1), (3, 1), (9, 2), (10, 2), (14, 6), (5, 8), (6, 8), (11, 11), (3, 13)):
        cap.dot(x, y, "B")
    return cap


def plank_wall() -> list[Picture]:
    return [wall(mask, plank_cap(), plank_face(), CELL, "n", "d") for mask in range(16)]


def masonry_wall() -> list[Picture]:
    return [wall(mask, masonry_cap(), masonry_face(), CELL, "C", "k") for mask in range(16)]


def stone_wall() -> list[Picture]:
    cap = Picture()
    cap.stamp(MASONRY, swap={"A": "B", "B": "C", "C": "D", "D": "D"})
    face = Picture()
    face.stamp(MASONRY, swap={"C": "B", "D": "C", "B": "B"})
    return [wall(mask, cap, face, 10, "", "k") for mask in range(16)]


PANES = rows("""
    dddddddddd
    dfiqdfqqpd
    diqqdqqppd
    dqqpdqpppd
    dddddddddd
    tteeeeeett
    dddddddddd
""")


def plank_window() -> list[Picture]:
    cell = wall(EAST | WEST, plank_cap(), plank_face(), CELL, "", "d")
    cell.stamp(PANES, 3, 7)
    return [cell]


def masonry_window() -> list[Picture]:
    cell = wall(EAST | WEST, masonry_cap(), masonry_face(), CELL, "", "k")
    cell.stamp(PANES, 3, 7, {"t": "C", "e": "D"})
    return [cell]


def door() -> list[Picture]:
    return sprite("""
        bbbbbbbbbbbbbbbb
        bbnnbbbbbbbnnbbb
        bbbbbbbbbbbbbbbb
        bbbbbbbbbbbbbbbb
        dddddddddddddddd
        dnddddddddddddnd
        dnd##########dnd
        dnd##########dnd
        dnd##########dnd
        dnd##########dnd
        dnd##########dnd
        dnd##########dnd
        dnd__________dnd
        dnd__________dnd
        dndCDDDCDDDDCdnd
        dddBCCBCCCBCBddd
    """)


DRAWINGS: dict[str, Drawing] = {
    "plank_wall": plank_wall,
    "masonry_wall": masonry_wall,
    "stone_wall": stone_wall,
    "plank_window": plank_window,
    "masonry_window": masonry_window,
    "door": door,
}
