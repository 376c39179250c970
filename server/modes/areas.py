"""Who is in which of a map's areas, by name: several areas of one name are one. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import UNITS_PER_TILE
from server.editing.operations import Places
from server.inputs import Slots


class AreaWatch:
    def __init__(self, places: Places, max_players: int) -> None:
        self.places = places
        self.names = sorted({each.name for each in places.areas})
        areas = sorted(places.areas, key=lambda each: each.name)
        of_name = [self.names.index(each.name) for each in areas]
        self._begins = np.flatnonzero(np.diff(np.array(of_name, np.int32), prepend=-1))
        """Where in the columns below the areas of each name begin."""
        self._left = np.array([each.x for each in areas], np.int32)
        self._top = np.array([each.y for each in areas], np.int32)
        self._right = self._left + np.array([each.width for each in areas], np.int32)
        self._bottom = self._top + np.array([each.height for each in areas], np.int32)
        self._inside = np.zeros((max_players, len(self.names)), np.bool_)
        """By slot and name."""

    def moved(self, slots: Slots, x: Slots, y: Slots) -> list[tuple[int, str, bool]]:
        """Players have moved, places in 1/1024 tile. Who went where: the slot, the area's name,
        and whether they came or left; who left is told first."""
        if not self.names:
            return []
        now = self._at(x // UNITS_PER_TILE, y // UNITS_PER_TILE)
        before = self._inside[slots]
        self._inside[slots] = now
        rows, columns = np.nonzero(now != before)
        crossings = [
            (int(slots[row]), self.names[column], bool(now[row, column]))
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        return sorted(crossings, key=lambda each: each[2])

    def forget(self, slot: int) -> None:
        """Who was there is gone."""
        self._inside[slot] = False

    def _at(self, column: Slots, row: Slots) -> NDArray[np.bool_]:
        """Which areas cover these cells: a row for each, a column for each name."""
        x, y = column[:, None], row[:, None]
        inside = (x >= self._left) & (x < self._right) & (y >= self._top) & (y < self._bottom)
        if len(self._begins) == len(self._left):
            return inside
        found: NDArray[np.bool_] = np.logical_or.reduceat(inside, self._begins, axis=1)
        return found
