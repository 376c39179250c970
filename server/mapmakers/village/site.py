"""The land that a village grows on, and what all that is built there needs."""

from __future__ import annotations

import numpy as np

from server.mapmakers import Area, Place
from server.mapmakers.land import Field, Land, grown
from server.tiles import EMPTY, TileSet

BORDER = 7
"""Nothing is built so near the edge, in tiles: there the woods are thick."""


class Village(Land):
    """The land, and what the village makes of it.

    `wet` says how far a cell lies within water, in 1/16 tile, below 0 on land. `built` cells
    belong to somebody, if only to the past (`wild`); no tree grows on `clear` ones. All roads
    come from the `square`; `goals` are what they lead to, `trails` what overgrown ones lead to,
    `steps` the places beside house doors.
    """

    def __init__(self, tiles: TileSet, seed: int, width: int, height: int) -> None:
        super().__init__(tiles, seed, width, height)
        self.span = min(width, height)
        self.middle = (width // 2, height // 2)
        self.wet: Field = np.full((height, width), -(1 << 20))
        self.built, self.wild, self.clear, self.road, self.square = (
            np.zeros((height, width), np.bool_) for _ in range(5)
        )
        self.goals: list[Place] = []
        self.trails: list[Place] = []
        self.steps: list[Place] = []
        self.areas: list[Area] = []
        self.ground[:] = tiles["grass"]

    def fits(self, x: int, y: int, width: int, height: int, apart: int = 0) -> bool:
        """Whether a rectangle lies on free, dry land, so far apart from all that is built."""
        if min(x, y, self.width - x - width, self.height - y - height) < BORDER:
            return False
        part = np.s_[y : y + height, x : x + width]
        wide = np.s_[max(y - apart, 0) : y + height + apart, max(x - apart, 0) : x + width + apart]
        taken = self.built[wide].any() or self.clear[part].any() or (self.wet[part] > -24).any()
        return not taken

    def spots(self, count: int, reach: int) -> list[Place]:
        """Chance places around the middle of the map, the nearest first."""
        steps = [(self.draw(-reach, reach), self.draw(-reach, reach)) for _ in range(count)]
        steps.sort(key=lambda step: step[0] ** 2 + step[1] ** 2)
        return [(self.middle[0] + right, self.middle[1] + down) for right, down in steps]

    def far_spot(self, width: int, height: int) -> Place | None:
        """A free rectangle off the village and away from all that is built, if there is one."""
        for _ in range(200):
            x, y = self.draw(0, self.width - 1), self.draw(0, self.height - 1)
            off = max(abs(x - self.middle[0]), abs(y - self.middle[1]))
            if off > self.span * 3 // 10 and self.fits(x, y, width, height, apart=8):
                return x, y
        return None

    def tree(self, x: int, y: int) -> None:
        """A trunk, and a crown of three by three cells whose lower middle is the trunk's."""
        self.put("trunk", x, y)
        for right in (-1, 0, 1):
            for down in (-2, -1, 0):
                self.put("canopy", x + right, y + down)

    def lamp(self, x: int, y: int) -> None:
        self.put("lamp", x, y)
        self.put("lamp_top", x, y - 1)

    def fence(self, x: int, y: int, width: int, height: int, gate: Place) -> None:
        """A fence around a rectangle, which then is built on."""
        whole = self.rectangle(x, y, width, height)
        self.fill("fence", whole & ~self.rectangle(x + 1, y + 1, width - 2, height - 2))
        self.put("gate", *gate)
        self.built |= whole

    def bridge(self, name: str, start: Place, end: Place) -> None:
        """A bridge two cells wide, both ends on land; roads lead to where it meets the land."""
        x, y = min(start[0], end[0]), min(start[1], end[1])
        along = name == "bridge_ew"
        length = max(abs(end[0] - start[0]), abs(end[1] - start[1])) + 1
        where = self.rectangle(x, y, length if along else 2, 2 if along else length)
        self.things[where] = EMPTY
        self.fill(name, where)
        self.clear |= grown(where, 2)
        self.goals += [start, end]
