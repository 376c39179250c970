"""What grows on the islands, and what the sea washes up."""

from __future__ import annotations

import numpy as np

from server.mapmakers.islands.sea import Sea
from server.mapmakers.land import opened
from server.tiles import EMPTY


def grow_woods(land: Sea) -> None:
    """Trees by the island's character, none at the shore; glades between them."""
    character = land.characters[land.lands]
    density = land.hills(17) * 3 // 2 - np.array([150, 100, 560, 420])[character]
    density += land.hills(6) // 3
    land.fill("forest_floor", opened((density > 480) & land.has("grass") & ~land.road, 3))
    gap = 4
    rows, columns = land.height // gap, land.width // gap
    jitter = land.chance.integers(0, gap - 1, (2, rows, columns))
    ys = (np.arange(rows)[:, None] * gap + jitter[0]).ravel()
    xs = (np.arange(columns) * gap + jitter[1]).ravel()
    grows = density[ys, xs] - 350 > land.chance.integers(0, 300, ys.size)
    barred = land.built | land.clear | (land.wet > -28)
    for x, y in zip(xs[grows].tolist(), ys[grows].tolist(), strict=True):
        crown = np.s_[max(y - 2, 0) : y + 1, max(x - 1, 0) : x + 2]
        if barred[y, x] or land.built[crown].any():
            continue
        if character[y, x] % 2 == 0:
            land.tree(x, y)
        elif not land.roofs[y - 1 : y + 1, x].any():
            land.put("pine", x, y)
            land.put("pine_top", x, y - 1)


def strew_flotsam(land: Sea) -> None:
    """Flowers, bushes and rocks on land, driftwood on beaches, reeds and rocks in the shallows."""
    dice = land.chance.integers(0, 1000, land.wet.shape)
    bloom = land.hills(8)
    character = land.characters[land.lands]
    free = (land.things == EMPTY) & ~land.built & ~land.clear & (land.roofs == EMPTY)
    sand, sea = free & land.has("sand"), free & land.has("shallow_water")
    land.fill("stump", sand & (dice < 5))
    land.fill("rock", sand & (dice > 980) | sea & (dice > 994))
    land.fill("crate", sand & (dice == 500))
    land.fill("reeds", sea & (land.wet < 30) & (bloom > 640) & (dice < 400))
    grass = free & land.has("grass", "meadow", "forest_floor")
    land.fill(
        "flowers", grass & ((dice < 14) | (bloom > 640 - 200 * (character == 2)) & (dice < 300))
    )
    land.fill("bush", grass & (dice > 978))
    land.fill("rock", grass & (dice > 990 - 30 * (character == 3)))
