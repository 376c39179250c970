"""Roads, and what stands beside them."""

from __future__ import annotations

import numpy as np

from server.mapmakers import Place
from server.mapmakers.land import closed, grown, trodden, way_back
from server.mapmakers.village.site import Village
from server.tiles import EMPTY


def lay_roads(land: Village) -> None:
    """The shortest ways from the square to every goal; where two meet, the road is wide."""
    bridge = land.has("bridge_ew", "bridge_ns")
    land.road |= land.square
    shut = (land.built | (land.wet > 0)) & ~bridge & ~land.road
    # Uneven ground makes roads wind, and chance keeps them from running along one axis first.
    cost = 6 + land.hills(7) * 24 // 1024 + land.chance.integers(0, 9, shut.shape)
    cost[land.wet > -16] += 6
    cost[grown(shut)] += 5
    cost[bridge] = 4
    load, came = trodden(cost, shut, land.square, land.goals)
    for x, y in land.trails:
        way = np.array(way_back(came, y * land.width + x), np.int64)
        land.clear.flat[way] = True
        bare = land.chance.integers(0, 100, way.size) < 10 + 4 * np.arange(way.size)
        load.flat[way[bare]] += 1
    wide = load >= 3
    wide[:, 1:] |= wide[:, :-1]
    wide[1:] |= wide[:-1]
    land.road |= (load > 0) | (wide & ~shut)
    land.road |= closed(land.road) & ~shut
    paved = land.square | (wide & (land.distance(*land.middle) < land.span * 2))
    paved |= closed(paved)
    land.fill("path", land.road & ~paved & (land.wet <= 0))
    land.fill("cobbles", land.road & paved & (land.wet <= 0))
    land.clear |= grown(land.road)
    for x, y in land.steps:
        if not land.road[y, x] and land.draw(0, 3):
            land.put(land.pick("flowers", "flowers", "barrel", "bush", "crate"), x, y)


def set_lamps_and_signs(land: Village) -> None:
    """Lamps along the paved streets, signs where a road leaves a bridge."""
    free = (land.things == EMPTY) & ~grown(land.roofs != EMPTY) & ~land.road
    kerb = free & grown(land.has("cobbles")) & ~land.wild
    lit: list[Place] = []
    for y, x in np.argwhere(kerb).tolist():
        if all(abs(x - other_x) + abs(y - other_y) > 10 for other_x, other_y in lit):
            lit.append((x, y))
            land.lamp(x, y)
    for area in land.areas:
        x, y = area.x + area.width, area.y - 1
        if area.name == "bridge" and free[y, x]:
            land.put("sign", x, y)
