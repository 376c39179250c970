"""Woods and meadows."""

from __future__ import annotations

import numpy as np

from server.mapmakers.land import Field, Mask, opened
from server.mapmakers.village.site import Village
from server.tiles import EMPTY


def grow_woods(land: Village) -> None:
    """Trees by density: few in the village, woods and glades around it, a thicket at the rim."""
    off = np.minimum(land.distance(*land.middle) * 64 // (land.span // 2), 1100)
    hilly, fine = land.hills(24), land.hills(7)
    density = (hilly * 5 + fine * 2) // 4 - 384 + (off - 600) // 2
    floor = hilly * 7 // 4 - 384 + (off - 600) // 2 + fine // 16 - np.maximum(400 - off, 0)
    for area in land.areas:
        if area.name in ("ruin", "stone circle"):
            away = land.distance(area.x + area.width // 2, area.y + area.height // 2)
            density += np.maximum(700 - away * 2, 0)
            floor += np.maximum(700 - away * 2, 0)
    edge = np.minimum(np.minimum(land.x, land.width - 1 - land.x), land.y)
    edge = np.minimum(edge, land.height - 1 - land.y)
    rim = edge < min(land.span // 16, 6) * (400 + fine) // 1024 + 1
    density[rim] = floor[rim] = 2048

    shaded = (floor > 660) & (land.wet < -40) & ~land.road
    land.fill("forest_floor", opened(shaded, 3) & land.has("grass"))
    firs = land.hills(30) + (land.middle[1] - land.y) * 300 // land.height
    # Trunks in the woods touch nowhere, not at their corners either: one can always pass.
    for gap, least in ((4, 330), (3, 640), (2, 1500)):
        rows, columns = -(-land.height // gap), -(-land.width // gap)
        jitter = land.chance.integers(0, gap, (2, rows, columns))
        ys = np.minimum(np.arange(rows)[:, None] * gap + jitter[0], land.height - 1).ravel()
        xs = np.minimum(np.arange(columns) * gap + jitter[1], land.width - 1).ravel()
        grows = density[ys, xs] - least > land.chance.integers(0, 520, ys.size)
        fir = firs[ys, xs] + land.chance.integers(0, 256, ys.size) > 760
        _plant(land, xs[grows], ys[grows], fir[grows], touching=gap == 2)


def _plant(land: Village, xs: Field, ys: Field, firs: Mask, *, touching: bool) -> None:
    """Trees at these places, firs or others, where there is room for trunk and crown."""
    kept = land.built | land.road
    barred = kept | land.clear | (land.wet > -10)
    leaves = (EMPTY, land.tiles["canopy"])
    for x, y, fir in zip(xs.tolist(), ys.tolist(), firs.tolist(), strict=True):
        beside = np.s_[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        if barred[y, x] or land.things[y, x] or (land.things[beside].any() and not touching):
            continue
        crown = np.s_[max(y - 2, 0) : y + 1, max(x - 1, 0) : x + 2]
        roofs: list[int] = land.roofs[crown].ravel().tolist()
        if not fir and not kept[crown].any() and all(tile in leaves for tile in roofs):
            land.tree(x, y)
        elif y and not land.roofs[y - 1 : y + 1, x].any() and not kept[y - 1, x]:
            land.put("pine", x, y)
            land.put("pine_top", x, y - 1)


def grow_undergrowth(land: Village) -> None:
    """Meadows, flowers, bushes, rocks, stumps; reeds in the shallows."""
    lush, bloom = land.hills(17), land.hills(8)
    land.fill("meadow", (lush > 560) & land.has("grass") & ~land.built)
    dice = land.chance.integers(0, 1000, lush.shape)
    free = (land.things == EMPTY) & ~land.built & ~land.clear
    land.fill("rock", free & land.has("sand") & (dice < 12))
    reedy = (land.wet < 24) & (bloom > 560) & (dice < 420)
    land.fill("reeds", free & land.has("shallow_water") & reedy)
    free &= land.has("grass", "meadow", "forest_floor") & (land.roofs == EMPTY)
    woods = land.has("forest_floor")
    flowery = (dice < 12) | ((bloom > 640) & (lush > 480) & (dice < 340))
    land.fill("flowers", free & ~woods & flowery)
    land.fill("bush", free & (dice >= np.where(woods, 978, 993)))
    land.fill("rock", free & (dice // 4 == 240))
    land.fill("stump", free & woods & (dice // 5 == 190))
