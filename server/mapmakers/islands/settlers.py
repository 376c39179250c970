"""What people built on the islands, and the trails between."""

from __future__ import annotations

import numpy as np

from server.mapmakers import Area
from server.mapmakers.islands.sea import CHARACTERS, ROOMY, Sea, inland
from server.mapmakers.land import grown, trodden
from server.tiles import EMPTY


def build_camp(land: Sea) -> None:
    """Where everybody comes ashore: a paved round with a well, benches and lamps."""
    x, y = land.home
    radius = 3 if land.span >= ROOMY else 2
    round_ = land.distance(x, y) <= radius * 16 + 8
    land.ground[land.distance(x, y) < (radius + 2) * 16] = land.tiles["grass"]
    land.fill("cobbles", round_)
    land.put("well", x, y)
    land.put("well_roof", x, y - 1)
    if radius == 3:
        for right in (-3, 3):
            land.lamp(x + right, y - 2)
            land.put("bench", x + right, y + 2)
    land.square |= round_
    land.built |= round_
    land.areas.append(Area("landing", x - 6, y - 6, 13, 13))


def settle(land: Sea) -> None:
    """Name the lands; a lighthouse on the smallest with room for it, huts where there is more."""
    numbers = range(1, int(land.lands.max()) + 1)
    sizes = np.bincount(land.lands.ravel(), minlength=len(numbers) + 1)
    lit = False
    for number in sorted(numbers, key=lambda number: int(sizes[number])):
        ys, xs = np.nonzero(land.lands == number)
        left, top, width, height = int(xs.min()), int(ys.min()), int(np.ptp(xs)), int(np.ptp(ys))
        name = f"{CHARACTERS[land.characters[number]]} island"
        if number == land.treasure:
            name = "treasure island"
            _bury(land)
        elif number == land.lands[land.home[1], land.home[0]]:
            name = "main island"
        elif not lit:
            lit = _light(land, *inland(land, number))
        land.areas.append(Area(name, left, top, width + 1, height + 1))
        for _ in range(int(sizes[number]) // 60 if number != land.treasure else 0):
            x, y, span = left + land.draw(0, width), top + land.draw(0, height), land.draw(5, 7)
            if land.fits(x - 1, y - 3, span + 2, 10, apart=4):
                _hut(land, x, y, span)


def _light(land: Sea, x: int, y: int) -> bool:
    """A tower with a light on top, if there is room for it."""
    if not land.fits(x - 3, y - 5, 7, 9):
        return False
    land.fill("cobbles", land.distance(x, y) < 3 * 16)
    land.fill("masonry_wall", land.rectangle(x - 1, y - 4, 3, 5))
    for row in (y - 2, y - 1):
        land.put("masonry_window", x, row)
    land.fill("red_roof", land.rectangle(x - 1, y - 5, 3, 2))
    land.put("lamp_top", x, y - 6)
    for right in (-3, 3):
        land.lamp(x + right, y + 1)
    land.put("bench", x + 2, y + 1)
    land.built |= land.rectangle(x - 3, y - 5, 7, 7)
    land.goals.append((x, y + 2))
    land.areas.append(Area("lighthouse", x - 3, y - 6, 7, 9))
    return True


def _bury(land: Sea) -> None:
    """A chest among old stones, on the island that no bridge and no trail leads to."""
    x, y = inland(land, land.treasure)
    land.put("chest", x, y)
    for right, down in ((-2, -1), (2, -1), (0, -2), (-2, 2), (2, 2)):
        if land.wet[y + down, x + right] < 0:
            land.put("standing_stone", x + right, y + down)
    land.built |= land.distance(x, y) < 3 * 16


def _hut(land: Sea, x: int, y: int, width: int) -> None:
    plot = land.rectangle(x, y, width, 5)
    land.fill("wooden_floor", plot)
    land.fill("plank_wall", plot & grown(~plot))
    land.fill("thatch_roof", np.roll(plot, -1, axis=0))
    door = x + width // 2
    land.put("door", door, y + 4)
    land.put("plank_window", door + 2 if width > 5 else door - 1, y + 4)
    for column, thing in enumerate(("bed", "hearth", "crate", "barrel", "chest")[: width - 2]):
        land.put(thing, x + 1 + column, y + 1)
    land.put("chimney", x + 2, y - 2)
    land.put(land.pick("barrel", "crate", "hay"), x + width, y + 4)
    land.put(land.pick("barrel", "bench", "flowers"), x, y + 5)
    land.built |= land.rectangle(x - 1, y - 2, width + 2, 7)
    land.goals.append((door, y + 5))


def tread_trails(land: Sea) -> None:
    """Trodden ways from the landing to every bridge, ford and door; none across the sand."""
    open_ = land.has("shallow_water") & (land.things == EMPTY)
    bridge = land.has("bridge_ew", "bridge_ns")
    shut = (land.built & ~land.square) | (land.lands == 0) & ~bridge & ~(open_ & land.clear)
    shut &= ~land.road
    cost = 8 + land.hills(6) * 24 // 1024 + land.chance.integers(0, 9, shut.shape)
    cost[land.has("sand")] += 12
    cost[bridge] = 4
    load, _ = trodden(cost, shut, land.square, land.goals)
    land.road |= load > 0
    land.fill("path", land.road & land.has("grass", "meadow"))
    land.clear |= grown(land.road)
