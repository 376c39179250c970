"""A course to walk that has everything in it: walls, slides, leaps, steps, water, fast and slow."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from protocol_spec.codec import Button, Command
from server.chunks import Cells, TileMap
from server.mapmakers import Draft, Place
from server.store import Store
from server.tiles import builtin_tile_set

TILES = builtin_tile_set()

SIZE = 64
CORNER = (24, 25)
"""Where the drawing's upper left cell lies: chunks meet inside it."""
PEN = (
    "##################",
    "#...==..~~~~...c.#",
    "#.s.==..~~~~.c...#",
    "#...==....~~...b.#",
    "#.r.==.c..,,,..b.#",
    "#...====..,,,..b.#",
    "#..c...=.S,,,....#",
    "#......=.......r.#",
    "#.~~.s.=..c.c....#",
    "#.~~...=======...#",
    "#.~~.......c.=.s.#",
    "#...bb.c.....=...#",
    "##################",
)
GROUND = {"~": "shallow_water", ",": "soil", "=": "path"}
THINGS = {"#": "stone_wall", "c": "crate", "s": "stump", "r": "rock", "b": "bridge_ew"}


class Leg(NamedTuple):
    """A part of the course: what is held, and for how long."""

    seconds: float
    right: float
    down: float
    leaps: bool = False

    @property
    def command(self) -> Command:
        direction = round(math.atan2(self.down, self.right) / math.tau * 65536) & 0xFFFF
        pace = min(round(math.hypot(self.right, self.down) * 255), 255)
        buttons = Button.JUMP if self.leaps else 0
        return Command(direction=direction, aim=direction, pace=pace, buttons=buttons)


COURSE = (
    Leg(0.62, 1, 0),
    Leg(0.48, 1, 0, leaps=True),
    Leg(0.71, 0.6, -0.8),
    Leg(0.33, -1, 0),
    Leg(0.21, 0, -0.5),
    Leg(0.87, -0.8, -0.6, leaps=True),
    Leg(0.26, 0, 0),
    Leg(0.94, -1, 0.1),
    Leg(0.52, 0, 1, leaps=True),
    Leg(0.41, 0.3, 0.9),
    Leg(0.17, 0, 0, leaps=True),
    Leg(0.78, -0.2, -0.2),
    Leg(0.83, 0.1, 1),
    Leg(0.59, 0.9, 0.4, leaps=True),
    Leg(0.69, 1, 0.3),
    Leg(0.36, -0.7, -0.7),
)
LAP_SECONDS = sum(leg.seconds for leg in COURSE)


def leg_at(seconds: float) -> Leg:
    """What is held so long after the start; the course goes round and round."""
    seconds %= LAP_SECONDS
    for leg in COURSE:
        if seconds < leg.seconds:
            return leg
        seconds -= leg.seconds
    return COURSE[-1]


def course_cells() -> tuple[Cells, Place]:
    """The map, and the cell in which one begins."""
    cells = np.zeros((3, SIZE, SIZE), np.uint16)
    cells[0] = TILES["grass"]
    start = CORNER
    for row, line in enumerate(PEN):
        for column, letter in enumerate(line):
            x, y = CORNER[0] + column, CORNER[1] + row
            cells[0, y, x] = TILES[GROUND.get(letter, "grass")]
            if letter in THINGS:
                cells[1, y, x] = TILES[THINGS[letter]]
            elif letter == "S":
                start = (x, y)
    return cells, start


def course_map() -> tuple[TileMap, Place]:
    cells, start = course_cells()
    return TileMap.of(cells, TILES), start


def lay_course(data: Path) -> None:
    """Makes the course the first world of a server that has not been started yet."""
    cells, start = course_cells()
    store = Store(data)
    store.migrate()
    number = store.add_map("course", Draft(cells, (start,), ()), TILES)
    store.add_world("course", "free_roam", number)
    store.close()
