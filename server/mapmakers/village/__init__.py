"""A village between a river and the woods, grown from a seed.

What is built is built before the roads, which are the shortest ways from the green to every door,
gate and bridge. Trees come last and keep off all of it, so that whatever looks as if one could
walk there can be walked to.
"""

from __future__ import annotations

import numpy as np

from protocol_spec.codec import STEP_HEIGHT
from server.mapmakers import Draft, Place
from server.mapmakers.land import Mask, reached
from server.mapmakers.village.green import build_well, lay_green, lay_market
from server.mapmakers.village.houses import build_farmsteads, build_houses
from server.mapmakers.village.outskirts import build_ruin, lay_fields, raise_stones
from server.mapmakers.village.roads import lay_roads, set_lamps_and_signs
from server.mapmakers.village.site import Village
from server.mapmakers.village.water import build_bridges, lay_water
from server.mapmakers.village.woods import grow_undergrowth, grow_woods
from server.tiles import EMPTY, TileSet

SMALLEST = 16
ROOMY = 64
"""Maps at least so wide and high, in tiles, get a village; smaller ones a glade with a well."""


def make_village(tiles: TileSet, seed: int, width: int = 256, height: int = 256) -> Draft:
    """Raises ValueError for a map of less than 16x16 tiles."""
    if min(width, height) < SMALLEST:
        raise ValueError(f"a map of {width}x{height} tiles is too small: 16x16 is the least")
    land = Village(tiles, seed, width, height)
    if land.span < ROOMY:
        build_well(land, 2)
        land.goals += [(2, height // 2), (width - 3, height // 2 + height // 8)]
    else:
        lay_water(land)
        lay_green(land)
        build_bridges(land)
        lay_market(land)
        build_houses(land)
        lay_fields(land)
        build_ruin(land)
        raise_stones(land)
        build_farmsteads(land)
    lay_roads(land)
    set_lamps_and_signs(land)
    grow_woods(land)
    grow_undergrowth(land)
    shut = tiles.cell_heights(land.cells) > STEP_HEIGHT
    in_reach = reached(shut, land.middle[0], land.middle[1] + 1)
    pockets = ~in_reach & ~shut & (land.wet <= 0)
    land.fill("bush", pockets & (~land.built | land.wild))
    return Draft(land.cells, _spawns(land, in_reach), tuple(land.areas))


def _spawns(land: Village, in_reach: Mask) -> tuple[Place, ...]:
    """Up to twelve free cells around the well."""
    near = land.distance(*land.middle)
    free = (land.cells[1:] == EMPTY).all(axis=0) & (near > 20) & (near < 90) & in_reach
    places = [(column, row) for row, column in np.argwhere(free).tolist()]
    places.sort(key=lambda place: (int(near[place[1], place[0]]), place))
    return tuple(places[:: max(len(places) // 12, 1)][:12])
