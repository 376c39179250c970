"""The part of the map that a client holds, as movement asks about it. Pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import NEVER_ENTER
from protocol_spec.session import ClientSession

Ints = NDArray[np.int32]

FULL_SPEED = 100
_EMPTY = 0


class Ground:
    """Heights and speeds of cells (PROTOCOL.md, EST-MV-01 to EST-MV-04)."""

    def __init__(self, session: ClientSession) -> None:
        assert session.entered is not None
        self.width = session.entered.width
        self.height = session.entered.height
        self._session = session

    def heights_at(self, y: Ints, x: Ints) -> Ints:
        """How high cells are, in 1/1024 tile, by row and column."""
        return _each(self.height_at, y, x)

    def speeds_at(self, y: Ints, x: Ints) -> Ints:
        """How fast one walks on cells, in percent."""
        return _each(self.speed_at, y, x)

    def height_at(self, row: int, column: int) -> int:
        if not self._session.is_held(column, row):
            return NEVER_ENTER
        tiles = self._session.tiles
        ground, thing = (tiles.get(self._session.tile_at(layer, column, row)) for layer in (0, 1))
        height = ground.height if ground else 0
        if self._session.tile_at(1, column, row) == _EMPTY:
            return height
        return max(height, thing.height if thing else 0)

    def speed_at(self, row: int, column: int) -> int:
        session = self._session
        tile = session.tiles.get(session.tile_at(1, column, row) or session.tile_at(0, column, row))
        return tile.speed if tile else FULL_SPEED


def _each(of_cell: Callable[[int, int], int], y: Ints, x: Ints) -> Ints:
    rows, columns = np.broadcast_arrays(y, x)
    cells = zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True)
    found = np.array([of_cell(row, column) for row, column in cells], np.int32)
    return found.reshape(rows.shape)
