"""An arena: a plaza behind a ring of water, a race track, four camps, and cover between them.

It is fair because it is made of one quarter, turned three times about the cell in the middle. So
every camp walks the same ways. Only pictures differ: crowns of trees always stand to the north."""

from __future__ import annotations

import numpy as np

from protocol_spec.codec import COSINE, STEP_HEIGHT
from server.mapmakers import Area, Draft, Place
from server.mapmakers.land import Field, Mask, grown, opened, reached
from server.mapmakers.village.site import Village
from server.tiles import EMPTY, TileSet

SMALLEST = 16
ROOMY = 64
"""Arenas at least so wide have water, and a track that winds."""
CHECKPOINTS = 8
CAMPS = ("north", "east", "south", "west")
COVER = (
    (("crate", 0, 0), ("crate", 1, 0), ("barrel", 0, 1)),
    (("rock", 0, 0), ("rock", 1, 1), ("bush", -1, 1)),
    (("stone_wall", -1, 0), ("stone_wall", 0, 0), ("stone_wall", 1, 0), ("stone_wall", 2, 0)),
    (("bush", -1, 0), ("bush", 0, 0), ("bush", 1, 0), ("bush", 1, 1), ("bush", 1, 2)),
    (("stone_wall", 0, 0), ("stone_wall", 0, 1), ("stone_wall", 1, 1), ("crate", 1, 0)),
    (("hay", 0, 0), ("hay", 1, 0), ("crate", 2, 0)),
    (("standing_stone", 0, 0), ("rock", 2, 1)),
    (("fence", -1, 0), ("fence", 0, 0), ("fence", 1, 0), ("fence", 2, 0), ("barrel", 3, 0)),
)
"""What one can hide behind: things, and where they stand."""


def make_arena(tiles: TileSet, seed: int, width: int = 256, height: int = 256) -> Draft:
    """Raises ValueError for a map of less than 16x16 tiles."""
    if min(width, height) < SMALLEST:
        raise ValueError(f"a map of {width}x{height} tiles is too small: 16x16 is the least")
    land = _Arena(tiles, seed, width, height)
    land.fill("forest_floor", np.ones_like(land.built))
    bays = (land.even(land.hills(9)) - 512) * min(land.span, 128) // 2048
    inside = opened((land.off + bays <= land.radius * 16) & land.within(land.radius), 2)
    land.fill("grass", inside)
    land.fill("meadow", inside & (land.even(land.hills(14)) > 560))
    track = _track(land)
    _water(land)
    _plaza(land)
    camps = _camps(land)
    _cover(land)
    _trees(land, inside)
    shut = tiles.cell_heights(land.cells) > STEP_HEIGHT
    pockets = inside & ~shut & ~reached(shut, land.middle[0], land.middle[1] + 1)
    land.fill("bush", pockets & ~land.has("shallow_water"))
    land.fill("deep_water", pockets & land.has("shallow_water"))
    land.areas += track
    return Draft(land.cells, camps, tuple(land.areas))


class _Arena(Village):
    """The site, whose middle is a cell: `reach` cells lie on each side of it that can be turned.

    `radius` is where the woods begin, `off` how far a cell is from the middle, in 1/16 tile.
    """

    def __init__(self, tiles: TileSet, seed: int, width: int, height: int) -> None:
        super().__init__(tiles, seed, width, height)
        self.reach = (self.span - 1) // 2
        self.middle = ((width - 1) // 2, (height - 1) // 2)
        self.radius = self.reach - min(max(self.span // 20, 1), 9)
        self.off = self.distance(*self.middle)
        x, y = self.middle
        self.square = self.rectangle(
            x - self.reach, y - self.reach, 2 * self.reach + 1, 2 * self.reach + 1
        )

    def within(self, radius: int) -> Mask:
        return self.off <= radius * 16 + 4

    def turned(self, mask: Mask) -> Mask:
        """The mask and what becomes of it by quarter turns about the middle."""
        side = 2 * self.reach + 1
        part = mask[self.square].reshape(side, side)
        whole = np.zeros_like(mask)
        whole[self.square] = np.logical_or.reduce([np.rot90(part, k) for k in range(4)]).ravel()
        return whole

    def even(self, field: Field) -> Field:
        """Noise that is the same in all quarters: the mean of itself turned, spread out again."""
        side = 2 * self.reach + 1
        part = field[self.square].reshape(side, side)
        whole = np.zeros_like(field)
        whole[self.square] = np.sum([np.rot90(part, k) for k in range(4)], axis=0).ravel()
        return np.where(self.square, (whole - 2048) // 2 + 512, 0)

    def places(self, right: int, down: int) -> list[Place]:
        """Where a place of the northern quarter comes to by quarter turns, clockwise."""
        x, y = self.middle
        steps = ((right, down), (-down, right), (-right, -down), (down, -right))
        return [(x + a, y + b) for a, b in steps]

    def put4(self, name: str, right: int, down: int) -> None:
        for number, (x, y) in enumerate(self.places(right, down)):
            turned = {"bridge_ns": "bridge_ew"}.get(name, name) if number % 2 else name
            if turned == "lamp":
                self.lamp(x, y)
            elif turned == "trunk":
                self.tree(x, y)
            else:
                self.put(turned, x, y)


def _track(land: _Arena) -> list[Area]:
    """A loop that winds alike through all quarters, and the checkpoints on it, from the north."""
    middle = land.radius * 16 * 62 // 100
    swing = land.radius * 16 * land.draw(6, 10) // 100 if land.span >= ROOMY else 0
    bends = 4 * (land.draw(2, 3) if land.span > 160 else 2)
    half = min(max(land.span // 100, 1), 3)
    line = np.zeros_like(land.built)
    way: list[tuple[int, int]] = []
    for step in range(256):
        # Towards the camps the loop comes in, wherever the other bends are.
        radius = middle - swing * COSINE[step * bends % 256] // 16384
        way.append(
            (radius * COSINE[(step - 64) % 256] >> 18, radius * COSINE[(step + 128) % 256] >> 18)
        )
    for (x, y), (x2, y2) in zip(way, way[1:] + way[:1], strict=True):
        for part in range(8):
            column, row = x + (x2 - x) * part // 8, y + (y2 - y) * part // 8
            line[land.middle[1] + row, land.middle[0] + column] = True
    line = land.turned(grown(line, half))
    land.fill("path", line)
    land.road |= line
    found = []
    for number in range(CHECKPOINTS):
        quarter, part = divmod(number, CHECKPOINTS // 4)
        x, y = land.places(*way[part * 256 // CHECKPOINTS])[quarter]
        left, top = x - half - 1, y - half - 1
        found.append(Area(f"checkpoint_{number + 1}", left, top, 2 * half + 3, 2 * half + 3))
    return found


def _water(land: _Arena) -> None:
    """A ring of water with a bridge towards every camp, and fords between the bridges."""
    if land.span < ROOMY:
        return
    ring, half = land.radius * 16 * 30 // 100, land.radius * 16 * 5 // 100 + 24
    rough = (land.even(land.hills(11)) * 2 + land.even(land.hills(6)) - 1536) * half // 2048
    rough = np.maximum(rough, -half // 2)  # The ring has no gaps.
    water = ~opened(~opened(half + rough - abs(land.off - ring) > 0, 2), 2) & ~land.road
    right, down = abs(land.x - land.middle[0]), abs(land.y - land.middle[1])
    beach = grown(water, 2) & (land.even(land.hills(10)) > 500) & ~land.road
    beach &= np.minimum(right, down) > 5
    land.fill("sand", opened(beach & ~water, 2))
    land.fill("shallow_water", water)
    ford = abs(right - down) <= max(land.span // 64, 2)
    land.fill("deep_water", opened(~grown(~water) & ~ford, 3))
    land.built |= grown(water)
    x, y = land.middle
    rows = np.flatnonzero(water[:y, x - 1 : x + 2].any(axis=1))
    for row in range(int(rows[0]) - 1, int(rows[-1]) + 2):
        for side in (-1, 0, 1):
            for place in land.places(side, row - y):
                land.things[place[1], place[0]] = EMPTY
            land.put4("bridge_ns", side, row - y)


def _plaza(land: _Arena) -> None:
    """The middle, with a well and stones about it, and the roads that lead there."""
    x, y = land.middle
    half = min(land.span // 64, 1)
    road = land.rectangle(x - half, y - land.radius + 6, 2 * half + 1, land.radius - 6)
    road = land.turned(road) & land.has("grass", "meadow")
    land.fill("path", road)
    land.road |= road
    radius = max(land.radius * 13 // 100, 1)
    land.fill("cobbles", land.within(radius))
    land.put("well", x, y)
    land.put("well_roof", x, y - 1)
    if radius > 5:
        land.fill("cobbles", land.within(radius) & ~land.within(radius - 2))
        near, far = radius // 2, radius * 2 // 3
        for right, down, thing in (
            (far, -far, "trunk"),
            (2, -far, "lamp"),
            (-2, -far, "lamp"),
            (near, -near, "bench"),
            (2, -radius, "standing_stone"),
            (-2, -radius, "standing_stone"),
            (radius // 2, -radius * 5 // 6, "crate"),
            (-radius // 2, -radius * 5 // 6, "barrel"),
        ):
            land.put4(thing, right, down)
    land.built |= land.within(radius + 1)
    land.areas.append(Area("plaza", x - radius, y - radius, 2 * radius + 1, 2 * radius + 1))


def _camps(land: _Arena) -> tuple[Place, ...]:
    """A walled yard at the end of each road; returns the spawns, those of each camp together."""
    half = min(max(land.span // 24, 1), 8)
    down = half + (5 if land.span >= ROOMY else 2) - land.radius
    x, y = land.middle
    yard = land.rectangle(x - half, y + down - half, 2 * half + 1, 2 * half + 1)
    land.ground[land.turned(yard)] = land.tiles["path"]
    land.built |= grown(land.turned(yard))
    if half >= 4:
        gates = (abs(land.x - x) < 2) & (land.y > y + down) | (abs(land.y - y - down) < 2)
        land.fill("stone_wall", land.turned(yard & grown(~yard) & ~gates))
        land.put4("hearth", 0, down - 1)
        for side in (-1, 1):
            land.put4("bench", 2 * side, down - 2)
            land.put4("lamp", 2 * side, down + half - 1)
            for right, below, thing in ((1, 1, "crate"), (2, 1, "barrel"), (1, 2, "hay")):
                land.put4(thing, side * (half - right), down - half + below)
    for number, (middle_x, middle_y) in enumerate(land.places(0, down)):
        corner = (middle_x - half, middle_y - half)
        land.areas.append(Area(f"camp_{CAMPS[number]}", *corner, 2 * half + 1, 2 * half + 1))
    steps = ((-1, 1), (1, 1), (0, 1), (-1, 0))
    spawns = [land.places(right, down + below) for right, below in steps]
    return tuple(spawn for camp in zip(*spawns, strict=True) for spawn in camp)


# What stands about.


def _cover(land: _Arena) -> None:
    """Things to hide behind, on open ground, with room to run between them."""
    for _ in range(land.radius**2 // 8 if land.span >= ROOMY // 2 else 0):
        right, down = -land.draw(0, land.radius), -land.draw(1, land.radius)
        thing = COVER[land.draw(0, len(COVER) - 1)]
        mirror = 2 * land.draw(0, 1) - 1
        x, y = land.middle[0] + right, land.middle[1] + down
        near = np.s_[max(y - 3, 0) : y + 4, max(x - 4, 0) : x + 5]
        taken = land.built[near] | land.road[near] | (land.off[near] > (land.radius - 4) * 16)
        if taken.any():
            continue
        for name, across, below in thing:
            land.put4(name, right + mirror * across, down + below)
        for place_x, place_y in land.places(right, down):
            land.built[max(place_y - 3, 0) : place_y + 4, max(place_x - 3, 0) : place_x + 4] = True


def _trees(land: _Arena, inside: Mask) -> None:
    """Groves between track and woods, a hedge at the rim, and woods beyond it to the edge."""
    grove = land.even(land.hills(12)) + land.off * 512 // (land.radius * 16)
    for down in range(-land.radius, 0, 4):
        for right in range(-land.radius, 1, 4):
            across, below = right + land.draw(0, 2), down + land.draw(0, 2)
            x, y = land.middle[0] + across, land.middle[1] + below
            if across > 0 or below >= 0 or grove[y, x] < 980 or not inside[y, x]:
                continue
            crowns = [
                np.s_[max(b - 2, 0) : b + 2, max(a - 1, 0) : a + 2]
                for a, b in land.places(across, below)
            ]
            if not any(land.built[crown].any() or land.road[crown].any() for crown in crowns):
                land.put4("trunk", across, below)
    rim = grown(inside) & ~inside
    dice = land.chance.integers(0, 100, rim.shape)
    land.fill("bush", rim)
    land.fill("rock", rim & (dice < 12))
    beyond = ~inside & ~grown(rim)
    for y, x in np.argwhere(beyond & (dice < 70)).tolist():
        if (x + y) % 2 == 0 and not land.roofs[max(y - 1, 0) : y + 1, x].any():
            land.put("pine", x, y)
            land.put("pine_top", x, y - 1)
    bloom = land.chance.integers(0, 100, rim.shape)
    free = inside & (land.things == EMPTY) & land.has("grass") & ~land.road
    # Not on the meadows: flowers would make those faster that they grow on.
    land.fill("flowers", free & (bloom < 5))
