"""River, lake and pond, and the bridges over them."""

from __future__ import annotations

import numpy as np

from server.mapmakers import Area, Place
from server.mapmakers.land import grown, hills, opened, root
from server.mapmakers.village.site import BORDER, Village


def lay_water(land: Village) -> None:
    """A river from north to south in the west, a lake on its way, an island, and a pond."""
    reach = 12
    swing = hills(land.chance, 1, land.height + 2 * reach, land.span // 5)[:, 0] - 512
    course = land.width * 5 + swing * land.width // 320
    squared = np.min(
        [
            (land.x * 16 - course[reach + step : reach + step + land.height, None]) ** 2
            + (step * 16) ** 2
            for step in range(-reach, reach + 1)
        ],
        axis=0,
    )
    river = (2 + land.span // 110) * 16 - root(squared) // 16 + (land.hills(20) - 512) // 28
    wobble = (land.hills(13) - 512) // 22 + (land.hills(6) - 512) // 50

    across, along = land.span // 8, land.span // 10
    y = land.height * 3 // 4
    x = int(course[reach + y]) // 16 - land.span // 20
    part = root(((land.x - x) * 1024 // across) ** 2 + ((land.y - y) * 1024 // along) ** 2)
    lake = (1024 * 16 - part) * along // 1024 + (land.hills(19) - 512) // 6
    isle_x, isle_y, radius = x - across // 4, y + along // 8, max(across // 6, 3)
    isle = radius * 16 - land.distance(isle_x, isle_y)
    pond_x, pond_y = land.width * land.draw(70, 85) // 100, land.height * land.draw(40, 80) // 100
    pond = land.span * 16 // 40 - land.distance(pond_x, pond_y) + wobble

    wet = np.maximum(np.maximum(river, lake), pond) + wobble
    land.wet = np.minimum(wet, wobble // 2 - isle)
    beach = (land.wet <= 0) & (land.wet > (380 - land.hills(14)) // 9)
    land.fill("sand", opened(beach, 2))
    land.fill("shallow_water", land.wet > 0)
    land.fill("deep_water", (land.wet > 26) & ~grown(land.wet <= 0))
    land.areas.append(Area("lake", x - across, y - along, 2 * across + 1, 2 * along + 1))
    _settle_island(land, radius, isle_x, isle_y)


def _settle_island(land: Village, radius: int, x: int, y: int) -> None:
    """What is on the island, and the shortest straight bridge to it."""
    crossings: list[tuple[int, str, Place, Place]] = []
    for name, right, down in (
        ("bridge_ew", 1, 0),
        ("bridge_ew", -1, 0),
        ("bridge_ns", 0, 1),
        ("bridge_ns", 0, -1),
    ):
        line = [(x + right * step, y + down * step) for step in range(land.span // 3)]
        line = [(a, b) for a, b in line if min(a, b, land.width - a, land.height - b) > BORDER]
        wet = [bool(land.wet[row, column] > 0) for column, row in line]
        if True in wet and False in wet[wet.index(True) :]:
            first = wet.index(True)
            last = wet.index(False, first)
            crossings.append((last - first, name, line[first - 1], line[last]))
    if not crossings:
        return
    _, name, start, end = min(crossings)
    land.bridge(name, start, end)
    land.goals.remove(start)
    land.tree(x - 1, y)
    land.put("bench", x + 1, y + 1)
    land.put("chest", x + 1, y - 1)
    land.put("flowers", x, y + 1)
    land.put("rock", x - 2, y + 1)
    land.built |= land.distance(x, y) < (radius + 2) * 16
    land.areas.append(Area("island", x - radius, y - radius, 2 * radius + 1, 2 * radius + 1))


def build_bridges(land: Village) -> None:
    """Bridges over the river where it is narrow: near the green, and further up."""
    reach = land.span // 10
    for target in (land.middle[1], land.height // 6):
        found: list[tuple[int, int, int, int]] = []
        for y in range(max(target - reach, BORDER), target + reach):
            river = np.any(land.wet[y : y + 2, : land.middle[0]] > 0, axis=0)
            columns = np.flatnonzero(river)
            if columns.size and columns[0] > BORDER and np.ptp(columns) + 1 == columns.size:
                found.append((columns.size, abs(y - target), y, int(columns[0])))
        if found:
            length, _, y, x = min(found)
            land.bridge("bridge_ew", (x - 1, y), (x + length, y))
            land.areas.append(Area("bridge", x - 1, y, length + 2, 2))
