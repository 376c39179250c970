"""The sea, and the lands that rise from it."""

from __future__ import annotations

import numpy as np

from server.mapmakers import Place
from server.mapmakers.land import Field, grown, opened, reached
from server.mapmakers.village.site import Village

SEA = 4
"""No land is so near the edge, in tiles; the outermost two rows are deep, and nobody wades out."""
ROOMY = 64
"""Maps at least so wide and high, in tiles, get an archipelago; smaller ones a single island."""
CRUMB = 14
"""Lands of fewer cells are washed away."""
DEEP = 40
"""Water is deep from here on, in 1/16 tile off the shore."""
CHARACTERS = ("oak", "fir", "flower", "rocky")
"""What islands are known for; trees grow on all of them, firs on every other."""


class Sea(Village):
    """The site, and its islands.

    `isles` are the islands as planned: x, y and radius, the largest first, the treasure's last.
    `lands` says which land a cell belongs to, from 1, and 0 in the water; `characters` what each
    is like. `treasure` is the number of the one with the chest, `home` where all come ashore.
    """

    isles: list[tuple[int, int, int]]
    lands: Field
    characters: Field
    treasure: int
    home: Place

    def land_at(self, x: int, y: int, radius: int) -> int:
        """The number of the land that fills most of a round; 0 for the sea."""
        near = self.lands[self.distance(x, y) <= radius * 16]
        return int(np.bincount(near, minlength=1)[1:].argmax()) + 1 if near.any() else 0


def raise_islands(land: Sea) -> None:
    """One island in the middle, others around it by chance, a small one far out."""
    span, (x, y) = land.span, land.middle
    isles = [(x, y, span * 15 // 100 if span >= ROOMY else span * 30 // 100)]
    if span >= ROOMY:
        far = (land.width * land.draw(12, 16) // 100, land.height * land.draw(12, 16) // 100)
        hidden = (
            far[0] if land.draw(0, 1) else land.width - far[0],
            far[1] if land.draw(0, 1) else land.height - far[1],
            max(span // 26, 4),
        )
        wanted = min(4 + land.width * land.height // 4000, 40)
        for attempt in range(40 * wanted):
            # Large ones first, while there is room; later ones fill the gaps.
            size = min(attempt // wanted, 20)
            radius = min(span, 384) * land.draw(44 - size * 3 // 2, 110 - size * 4) // 1000
            off = radius + SEA + 3
            x, y = land.draw(off, land.width - off), land.draw(off, land.height - off)
            gaps = [
                (x - a) ** 2 + (y - b) ** 2 - (radius + size + 6 + r * (1 + (r < span // 20))) ** 2
                for a, b, r in isles
            ]
            lonely = (x - hidden[0]) ** 2 + (y - hidden[1]) ** 2 > (radius + 2 * hidden[2] + 9) ** 2
            if radius >= 4 and min(gaps) > 0 and lonely and len(isles) < wanted:
                isles.append((x, y, radius))
        isles.append(hidden)
    land.isles = sorted(isles[:-1], key=lambda isle: -isle[2]) + isles[-1:]
    rough = (land.hills(max(span // 12, 5)) - 512) * 2 + (land.hills(11) - 512)
    rough += (land.hills(5) - 512) // 3
    wet = land.distance(*land.middle) - 3 * 16  # However rough, there is a place for the landing.
    for x, y, radius in land.isles:
        wet = np.minimum(wet, land.distance(x, y) - radius * 16 + rough * radius // 160)
    edge = np.minimum(np.minimum(land.x, land.width - 1 - land.x), land.y)
    edge = np.minimum(edge, land.height - 1 - land.y)
    land.wet = np.maximum(wet, (SEA - edge) * 16 + 1)
    # No spit of land is narrower than two cells, and no creek: pictures of shores need two.
    dry = opened(land.wet <= 0, 3)
    dry = ~opened(~dry, 2)
    land.wet[dry] = np.minimum(land.wet[dry], -1)
    land.wet[~dry] = np.maximum(land.wet[~dry], 1)


def tell_apart(land: Sea) -> None:
    """Number the lands, and wash the crumbs away."""
    land.lands = np.zeros((land.height, land.width), np.int64)
    number = 0
    rest = land.wet <= 0
    while rest.any():
        y, x = divmod(int(rest.argmax()), land.width)
        whole = reached(~rest, x, y)
        rest &= ~whole
        if np.count_nonzero(whole) < CRUMB:
            land.wet[whole] = 1
        else:
            number += 1
            land.lands[whole] = number
    land.characters = land.chance.permutation(np.arange(number + 1) % len(CHARACTERS))
    land.treasure = land.land_at(*land.isles[-1]) if len(land.isles) > 1 else 0
    main = land.land_at(*land.isles[0])
    land.home = inland(land, main)
    land.treasure *= land.treasure != main


def inland(land: Sea, number: int) -> Place:
    """The cell of a land that is farthest from the sea."""
    depth = np.where(land.lands == number, -land.wet, -1 << 20)
    y, x = divmod(int(depth.argmax()), land.width)
    return x, y


def lay_grounds(land: Sea) -> None:
    """Beaches of uneven width, grass behind them, and deep water off the shelf."""
    beach = 30 + land.hills(9) * 40 // 1024
    dry = land.lands > 0
    land.fill("sand", dry & (land.wet > -beach))
    land.fill("sand", dry & ~opened(dry & ~land.has("sand"), 2))
    land.fill("meadow", land.has("grass") & (land.hills(13) > 600))
    land.fill("shallow_water", ~dry)
    shelf = DEEP + land.hills(7) * 30 // 1024
    land.fill("deep_water", opened((land.wet > shelf) & ~grown(dry), 3))
    inner = land.rectangle(2, 2, land.width - 4, land.height - 4)
    land.fill("deep_water", ~inner)
