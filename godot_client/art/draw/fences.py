"""Fences, and the gates in them."""

from __future__ import annotations

from canvas import Drawing, Picture, rows, sprite
from edges import EAST, NORTH, SOUTH, WEST


def fence() -> list[Picture]:
    cells = []
    for mask in range(16):
        cell = Picture()
        for side, left, right in ((WEST, 0, 7), (EAST, 8, 15)):
            if mask & side:
                cell.box(left, 12, right, 13, "_")
                for top in (5, 9):
                    cell.box(left, top - 1, right, top + 2, "d")
                    cell.box(left, top, right, top, "e")
                    cell.box(left, top + 1, right, top + 1, "t")
        for side, top, bottom in ((NORTH, 0, 5), (SOUTH, 10, 15)):
            if mask & side:
                cell.box(6, top, 9, bottom, "d")
                cell.box(7, top, 7, bottom, "e")
                cell.box(8, top, 8, bottom, "t")
                cell.box(10, top, 10, bottom, "_")
        cell.stamp(rows("""
            .dddd.
            desttd
            dettnd
            dettnd
            dettnd
            dettnd
            dettnd
            dettnd
            dettnd
            dtnnbd
            .dddd_
            .____.
        """), 5, 3)  # fmt: skip
        cells.append(cell)
    return cells


def gate() -> list[Picture]:
    return sprite("""
        ................
        ................
        .dd..........dd.
        dsed........dsed
        detd........detd
        dettd......dettd
        detntd....dtnetd
        dettnd....dnttnd
        detntd....dtnntd
        dettnd....dnttnd
        detntd....dtnntd
        dettd......dttnd
        dtnd_......_dnbd
        .dd__......__dd.
        .__..........__.
        ................
    """)


DRAWINGS: dict[str, Drawing] = {
    "fence": fence,
    "gate": gate,
}
