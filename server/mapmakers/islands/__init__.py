"""An archipelago: islands in a closed sea, joined by bridges and by fords of shallow water.

The sea comes first, as one field of depths, and whatever lands rise from it are told apart and
joined, the nearest first, until there is but one walk. So it does not matter which lands chance
has melted together. The treasure's island is the exception: it is joined last, by a ford alone."""

from __future__ import annotations

import numpy as np

from protocol_spec.codec import STEP_HEIGHT
from server.mapmakers import Draft, Place
from server.mapmakers.islands.crossings import join_lands
from server.mapmakers.islands.growth import grow_woods, strew_flotsam
from server.mapmakers.islands.sea import Sea, lay_grounds, raise_islands, tell_apart
from server.mapmakers.islands.settlers import build_camp, settle, tread_trails
from server.mapmakers.land import reached
from server.tiles import EMPTY, TileSet

SMALLEST = 16


def make_islands(tiles: TileSet, seed: int, width: int = 256, height: int = 256) -> Draft:
    """Raises ValueError for a map of less than 16x16 tiles."""
    if min(width, height) < SMALLEST:
        raise ValueError(f"a map of {width}x{height} tiles is too small: 16x16 is the least")
    land = Sea(tiles, seed, width, height)
    raise_islands(land)
    tell_apart(land)
    lay_grounds(land)
    join_lands(land)
    build_camp(land)
    settle(land)
    tread_trails(land)
    grow_woods(land)
    strew_flotsam(land)
    shut = tiles.cell_heights(land.cells) > STEP_HEIGHT
    pockets = ~shut & ~reached(shut, *land.home)
    land.fill("deep_water", pockets & land.has("shallow_water"))
    land.fill("bush", pockets & ~land.has("shallow_water"))
    return Draft(land.cells, _spawns(land), tuple(land.areas))


def _spawns(land: Sea) -> tuple[Place, ...]:
    """Up to twelve free cells around the well."""
    near = land.distance(*land.home)
    free = (land.cells[1:] == EMPTY).all(axis=0) & (near > 20) & (near < 90)
    free &= reached(land.tiles.cell_heights(land.cells) > STEP_HEIGHT, *land.home)
    places = [(column, row) for row, column in np.argwhere(free).tolist()]
    places.sort(key=lambda place: (int(near[place[1], place[0]]), place))
    return tuple(places[:: max(len(places) // 12, 1)][:12])
