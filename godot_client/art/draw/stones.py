"""Stones as they lie about, and as somebody once stood them up."""

from __future__ import annotations

from canvas import Drawing, Picture, lump, sprite, surround


def rock() -> list[Picture]:
    cells = []
    for variant in range(4):
        cell = Picture()
        cell.box(2, 13, 14, 14, "_")
        if variant == 0:
            lump(cell, 7.5, 9, 5.6, 4.8, "ABBCCD")
        elif variant == 1:
            lump(cell, 6, 8.5, 4.2, 4.6, "ABBCCD")
            lump(cell, 11.2, 11, 2.8, 2.6, "ABCD")
        elif variant == 2:
            lump(cell, 8.5, 8, 5.2, 5.6, "ABBCCD")
            lump(cell, 4, 11.5, 2.6, 2.2, "ABCD")
        else:
            lump(cell, 7.5, 9, 6, 4, "ABBCCD")
            for x, y in ((5, 6), (6, 6), (7, 7), (4, 7), (10, 9)):
                cell.dot(x, y, "3")
        surround(cell, "k")
        cells.append(cell)
    return cells


def standing_stone() -> list[Picture]:
    return sprite("""
        .....AAAAA......
        ....ADDCCBA.....
        ...ADDCCCBBA....
        ...ADCCCCBBA....
        ..ADDCCBCBBBA...
        ..ADCCCBCBBBA...
        ..ADCCCCCBABA...
        ..ADCBCCCBABA...
        .ADDCBCCBBBBA...
        .ADCCCCCBBBBAA..
        .ADCCCCBBBBBBA..
        .A3CCCCBBABBBA..
        .A43CCBBBBB3BA__
        .A433BBBB343BA__
        ..4A4AAAAA4A4___
        ...___________..
    """)


DRAWINGS: dict[str, Drawing] = {
    "rock": rock,
    "standing_stone": standing_stone,
}
