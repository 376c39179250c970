"""A village between a river and the woods, grown from a seed.

Whole numbers nearly throughout (lengths in 1/16 tile, noise from 0 to 1023), and chance from one
PCG64: a seed gives the same village everywhere. What is built is built before the roads, which
are the shortest ways from every door to the green; trees come last and keep off all of it, so
that whatever looks as if one could walk there can be walked to.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.mapmakers import Area, Draft
from server.tiles import EMPTY, LAYERS, TileSet

Field = NDArray[np.int64]
Mask = NDArray[np.bool_]
Place = tuple[int, int]

ROOMY = 64
"""Maps at least so wide and high, in tiles, get a village; smaller ones a glade."""


def make_village(tiles: TileSet, seed: int, width: int = 256, height: int = 256) -> Draft:
    """A map of at least 16x16 tiles; raises ValueError for a smaller one."""
    if width < 16 or height < 16:
        raise ValueError(f"a map of {width}x{height} tiles is too small: 16x16 is the least")
    land = _Land(tiles, seed, width, height)
    if land.span >= ROOMY:
        _water(land)
    _green(land)
    if land.span >= ROOMY:
        _bridges(land)
        _market(land)
        _houses(land)
        _fields(land)
        _ruin(land)
        _stone_circle(land)
        _farmsteads(land)
    else:
        land.goals += [(2, height // 2), (width - 3, height // 2 + height // 8)]
    _roads(land)
    _lamps_and_signs(land)
    _woods(land)
    _undergrowth(land)
    _close_pockets(land)
    return Draft(land.cells, _spawns(land), tuple(land.areas))


class _Land:
    """The map while it grows.

    `wet` says how far a cell lies within water, in 1/16 tile, below 0 on land. `built` cells
    belong to somebody, if only to the past (`wild`); `clear` ones stay free of trees. All roads
    come from the `square`; `goals` are what they lead to, `trails` what forgotten ones do.
    `steps` are the places beside house doors.
    """

    def __init__(self, tiles: TileSet, seed: int, width: int, height: int) -> None:
        self.tiles = tiles
        self.chance = np.random.Generator(np.random.PCG64(seed))
        self.width = width
        self.height = height
        self.span = min(width, height)
        self.middle = (width // 2, height // 2)
        self.cells = np.zeros((len(LAYERS), height, width), np.uint16)
        self.ground, self.things, self.roofs = self.cells
        self.y, self.x = np.indices((height, width))
        self.wet: Field = np.full((height, width), -(1 << 20))
        self.built: Mask = np.zeros((height, width), np.bool_)
        self.clear: Mask = np.zeros((height, width), np.bool_)
        self.road: Mask = np.zeros((height, width), np.bool_)
        self.square: Mask = np.zeros((height, width), np.bool_)
        self.wild: Mask = np.zeros((height, width), np.bool_)
        self.steps: list[Place] = []
        self.goals: list[Place] = []
        self.trails: list[Place] = []
        self.areas: list[Area] = []
        self.fill("grass", np.ones((height, width), np.bool_))

    def draw(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        return int(self.chance.integers(count))

    def among(self, low: int, high: int) -> int:
        """A whole number from low to high."""
        return low + self.draw(high - low + 1)

    def put(self, name: str, x: int, y: int) -> None:
        """Lay a tile on its layer; outside the map, nowhere."""
        if 0 <= x < self.width and 0 <= y < self.height:
            tile = self.tiles.by_id[self.tiles[name]]
            self.cells[LAYERS.index(tile.layer), y, x] = tile.id

    def fill(self, name: str, where: Mask) -> None:
        tile = self.tiles.by_id[self.tiles[name]]
        self.cells[LAYERS.index(tile.layer)][where] = tile.id

    def holds(self, layer: NDArray[np.uint16], *names: str) -> Mask:
        return np.isin(layer, [self.tiles[name] for name in names])

    def distance(self, x: int, y: int) -> Field:
        """How far every cell is from one, in 1/16 tile."""
        return _root((self.x - x) ** 2 + (self.y - y) ** 2)

    def rectangle(self, x: int, y: int, width: int, height: int) -> Mask:
        inside: Mask = np.zeros((self.height, self.width), np.bool_)
        inside[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)] = True
        return inside

    def fits(self, x: int, y: int, width: int, height: int) -> bool:
        """Whether a rectangle lies on dry land that is nobody's, and not in the border woods."""
        if x < 7 or y < 7 or x + width > self.width - 7 or y + height > self.height - 7:
            return False
        part = np.s_[y : y + height, x : x + width]
        return not (self.built[part].any() or (self.wet[part] > -24).any())

    def noise(self, scale: int) -> Field:
        """Smooth hills from 0 to 1023, about `scale` tiles apart."""
        return _noise(self.chance, self.width, self.height, scale)


def _noise(chance: np.random.Generator, width: int, height: int, scale: int) -> Field:
    corners = chance.integers(0, 1024, (height // scale + 2, width // scale + 2))

    def steps(count: int) -> tuple[Field, Field]:
        place = np.arange(count)
        part = place % scale * 1024 // scale
        return place // scale, part * part * (3072 - 2 * part) >> 20

    row, down = steps(height)
    column, right = steps(width)
    west, east = corners[:, column], corners[:, column + 1]
    level = west + ((east - west) * right >> 10)
    above, below = level[row], level[row + 1]
    hills: Field = above + ((below - above) * down[:, None] >> 10)
    return hills


def _root(squared: Field) -> Field:
    """Square root in sixteenths. IEEE 754 rounds it alike everywhere, so a float does no harm."""
    return np.sqrt(squared * 256).astype(np.int64)


def _opened(mask: Mask, size: int) -> Mask:
    """What squares of `size` cells cover of the mask without leaving it: no crumbs, no threads."""
    high, wide = mask.shape[0] - size + 1, mask.shape[1] - size + 1
    shifts = [np.s_[y : y + high, x : x + wide] for y in range(size) for x in range(size)]
    fits = np.logical_and.reduce([mask[shift] for shift in shifts])
    opened = np.zeros_like(mask)
    for shift in shifts:
        opened[shift] |= fits
    return opened


def _grown(mask: Mask, steps: int = 1) -> Mask:
    """The mask and what lies within so many steps of it, diagonals too."""
    for _ in range(steps):
        wide = mask.copy()
        wide[:, 1:] |= mask[:, :-1]
        wide[:, :-1] |= mask[:, 1:]
        mask = wide.copy()
        mask[1:] |= wide[:-1]
        mask[:-1] |= wide[1:]
    return mask


# Water.


def _water(land: _Land) -> None:
    """A river from north to south in the west, a lake on its way, an island in the lake."""
    reach = 12
    swing = _noise(land.chance, 1, land.height + 2 * reach, max(land.span // 5, 8))[:, 0] - 512
    course = land.width * 5 + swing * land.width // 320
    squared = np.min(
        [
            (land.x * 16 - course[reach + step : reach + step + land.height, None]) ** 2
            + (step * 16) ** 2
            for step in range(-reach, reach + 1)
        ],
        axis=0,
    )
    wobble = (land.noise(13) - 512) // 22 + (land.noise(6) - 512) // 50
    river = (2 + land.span // 110) * 16 - _root(squared) // 16
    lake_y = land.height * 3 // 4
    lake_x = int(course[reach + lake_y]) // 16 - land.span // 20
    across, along = land.span // 8, land.span // 10
    part = _root(
        ((land.x - lake_x) * 1024 // across) ** 2 + ((land.y - lake_y) * 1024 // along) ** 2
    )
    lake = (1024 * 16 - part) * along // 1024
    wet = (
        np.maximum(river + (land.noise(20) - 512) // 28, lake + (land.noise(19) - 512) // 6)
        + wobble
    )
    isle = (max(across // 6, 3), lake_x - across // 4, lake_y + along // 8)
    wet = np.minimum(wet, land.distance(*isle[1:]) - isle[0] * 16 + wobble // 2)
    pond = (land.width * land.among(70, 85) // 100, land.height * land.among(40, 80) // 100)
    wet = np.maximum(wet, land.span * 16 // 40 - land.distance(*pond) + wobble * 2)
    land.wet = wet
    beach = (wet <= 0) & (wet > (380 - land.noise(14)) // 9)
    beach = _opened(beach, 2)
    land.fill("sand", beach)
    land.fill("shallow_water", wet > 0)
    land.fill("deep_water", (wet > 26) & ~_grown(wet <= 0))
    _island(land, *isle)


def _island(land: _Land, radius: int, x: int, y: int) -> None:
    """What is on the island, and the shortest straight bridge to it."""
    best: tuple[int, int, int, int, int] | None = None
    for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        step, start, length = 0, 0, 0
        while True:
            step += 1
            column, row = x + right * step, y + down * step
            if not (8 <= column < land.width - 8 and 8 <= row < land.height - 8):
                break
            if land.wet[row, column] > 0:
                start = start or step
                length += 1
            elif start:
                if best is None or length < best[0]:
                    best = (length, right, down, start, step)
                break
    if best is None:
        return
    _, right, down, start, end = best
    ends = (x + right * (start - 1), y + down * (start - 1), x + right * end, y + down * end)
    _span(land, min(ends[0], ends[2]), min(ends[1], ends[3]), abs(ends[2] - ends[0]) or 2,
          abs(ends[3] - ends[1]) or 2, "bridge_ns" if down else "bridge_ew")  # fmt: skip
    land.goals.append((x + right * (end + 2), y + down * (end + 2)))
    shore = radius - 1
    _tree(land, x - 1, y)
    land.put("chest", x + 1, y - shore // 2)
    land.put("bench", x + 2, y + 1)
    land.built |= land.distance(x, y) < (radius + 2) * 16
    land.areas.append(Area("island", x - radius, y - radius, 2 * radius + 1, 2 * radius + 1))


def _span(land: _Land, x: int, y: int, width: int, height: int, name: str) -> None:
    """Lay a bridge over a rectangle, and keep its ends free."""
    where = land.rectangle(x, y, width, height)
    where = land.rectangle(x, y, width + (name == "bridge_ew"), height + (name == "bridge_ns"))
    land.things[where] = EMPTY
    land.fill(name, where)
    land.clear |= _grown(where, 2)


def _bridges(land: _Land) -> None:
    """Bridges over the river where it is narrow: near the green, and further up."""
    for target in (land.middle[1], land.height // 6):
        found: list[tuple[int, int, int, int]] = []
        for y in range(max(target - land.span // 12, 8), target + land.span // 12):
            pair: Mask = np.any(land.wet[y : y + 2] > 0, axis=0)
            columns = np.flatnonzero(pair[: land.middle[0]])
            if columns.size and columns[0] > 8 and np.ptp(columns) + 1 == columns.size:
                found.append((columns.size, abs(y - target), y, int(columns[0])))
        if not found:
            continue
        length, _, y, x = min(found)
        _span(land, x - 1, y, length + 1, 2, "bridge_ew")
        land.goals += [(x - 4, y), (x + length + 3, y)]
        land.areas.append(Area("bridge", x - 1, y, length + 2, 2))


# The middle of the village.


def _green(land: _Land) -> None:
    """A round of grass with a well in the middle, paved around the well and around the green."""
    x, y = land.middle
    across, along = max(land.span // 22, 3), max(land.span // 28, 3)
    part = _root(((land.x - x) * 1024 // across) ** 2 + ((land.y - y) * 1024 // along) ** 2) // 16
    well = land.distance(x, y)
    if land.span >= ROOMY:
        ring = (part > 1024) & (part < 1024 + 2600 // along)
        spokes = (part < 1100) & ((abs(land.x - x) * 2 <= 1) | (abs(land.y - y) * 2 <= 1))
        land.square |= ring | spokes
        for right, down in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
            land.put("bench", x + right * 4, y + down * 3 - 1)
            land.put("flowers", x + right * 5, y + down * 3)
            land.put("flowers", x + right * 3, y + down * 4)
            _tree(land, x + right * across * 5 // 8, y + down * along * 5 // 8 + 1)
        land.areas.append(Area("green", x - across, y - along, 2 * across + 1, 2 * along + 1))
    land.square |= well < 16 * min(3, land.span // 10) + 8
    land.built |= part < 1024 + 3000 // along
    land.put("well", x, y)
    land.put("well_roof", x, y - 1)


def _market(land: _Land) -> None:
    """A paved square east of the green, with stalls in two rows."""
    width, height = 17, 11
    x, y = land.middle[0] + max(land.span // 22, 3) + 3, land.middle[1] - height // 2
    if not land.fits(x + 2, y, width, height):
        return
    square = land.rectangle(x, y + 1, width, height - 2) | land.rectangle(
        x + 1, y, width - 2, height
    )
    land.square |= square
    land.built |= square
    land.areas.append(Area("market", x, y, width, height))
    for top in (y + 3, y + 8):
        for left in range(x + 2, x + width - 3, 5):
            for step in range(3):
                land.put("stall", left + step, top)
                land.put("awning", left + step, top - 1)
                land.put("awning", left + step, top - 2)
            land.put(("crate", "barrel", "crate")[land.draw(3)], left + 3, top - land.draw(2))
    for corner_x in (x, x + width - 1):
        _lamp(land, corner_x, y + height // 2 - 2)


def _lamp(land: _Land, x: int, y: int) -> None:
    land.put("lamp", x, y)
    land.put("lamp_top", x, y - 1)


# Houses.


def _spots(land: _Land, count: int, reach: int) -> list[Place]:
    """Chance places around the middle of the map, relative to it, the nearest first."""
    spots = [(land.among(-reach, reach), land.among(-reach, reach)) for _ in range(count)]
    return sorted(spots, key=lambda spot: spot[0] ** 2 + spot[1] ** 2)


@dataclass(frozen=True)
class _Plan:
    """A house before it has a place: outer size in tiles, what it is made of and used for."""

    width: int
    depth: int
    stuff: str
    roof: str
    use: str = "home"
    wing: int = 0
    garden: bool = False


_PLANS = (
    _Plan(12, 6, "masonry", "red_roof", "inn", wing=3),
    _Plan(9, 6, "plank", "red_roof"),
    _Plan(8, 6, "masonry", "red_roof", "smithy"),
    _Plan(7, 6, "plank", "thatch_roof", garden=True),
    _Plan(8, 6, "plank", "red_roof", wing=2, garden=True),
    _Plan(6, 5, "plank", "thatch_roof"),
    _Plan(10, 6, "plank", "thatch_roof", "barn"),
    _Plan(7, 5, "masonry", "thatch_roof", garden=True),
    _Plan(10, 6, "plank", "red_roof", wing=2),
    _Plan(7, 6, "masonry", "red_roof", garden=True),
    _Plan(6, 6, "plank", "thatch_roof", garden=True),
)


def _houses(land: _Land) -> None:
    """As many houses as the land has room for, the nearest to the green first."""
    wanted = min(max(land.width * land.height // 3600, 2), 19)
    number = 0
    for right, down in _spots(land, 40 * wanted, land.span // 4):
        plan = _PLANS[number % len(_PLANS)]
        yard = 3 if plan.garden else 0
        width, depth = plan.width + 2 * yard, plan.depth + plan.wing + yard
        x, y = land.middle[0] + right - width // 2, land.middle[1] + down - depth // 2
        if land.fits(x - 2, y - 4, width + 4, depth + 8):
            _house(land, plan, x + yard, y)
            number += 1
            if number == wanted:
                break


def _house(land: _Land, plan: _Plan, x: int, y: int) -> None:
    """Walls, windows, a door to the south, a floor, furniture, and a roof one row further up."""
    left_wing = bool(land.draw(2))
    wing_width = plan.width // 2
    wing_x = 0 if left_wing else plan.width - wing_width
    plot: Mask = np.zeros((plan.depth + plan.wing + 2, plan.width + 2), np.bool_)
    plot[1 : plan.depth + 1, 1:-1] = True
    if plan.wing:
        plot[1:-1, wing_x + 1 : wing_x + wing_width + 1] = True
    inner = ~_grown(~plot)
    rows, columns = np.nonzero(plot)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        at = (x + column - 1, y + row - 1)
        land.put("wooden_floor", *at)
        land.put(plan.roof, at[0], at[1] - 1)
        if not inner[row, column]:
            land.put(f"{plan.stuff}_wall", *at)
    fronts = [
        (column, row)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if not plot[row + 1, column] and inner[row - 1, column]
    ]
    # The door goes into the main house: into its front's middle, as far as the wing leaves it.
    main = [place for place in fronts if place[1] == plan.depth] or fronts
    door_column, door_row = main[len(main) // 2]
    door = (x + door_column - 1, y + door_row - 1)
    for column, row in fronts:
        if abs(column - door_column) % 2 == 0 and (column, row) != (door_column, door_row):
            land.put(f"{plan.stuff}_window", x + column - 1, y + row - 1)
    land.put("door", *door)
    _furnish(land, plan, x, y, door)
    bottom = y + plan.depth + plan.wing
    gate = (door[0], bottom + 2 if plan.garden else bottom)
    if plan.garden:
        _garden(land, plan, x, y, door, bottom)
    else:
        land.built |= land.rectangle(x - 1, y - 2, plan.width + 2, plan.depth + plan.wing + 2)
        land.steps += [(door[0] - 1, door[1] + 1), (door[0] + 1, door[1] + 1)]
    land.road |= land.rectangle(door[0], door[1] + 1, 1, gate[1] - door[1])
    land.goals.append((gate[0], gate[1] + 1 if plan.garden else gate[1]))


def _furnish(land: _Land, plan: _Plan, x: int, y: int, door: Place) -> None:
    """Furniture along the back wall and a table in the room: every free cell stays reachable."""
    first, last, back = x + 1, x + plan.width - 2, y + 1
    room = list(range(first, last + 1))
    if plan.width >= 9 and plan.use != "barn":
        wall_x = x + plan.width * 2 // 3
        if wall_x == door[0]:
            wall_x += 1
        for row in range(back, y + plan.depth - 2):
            land.put(f"{plan.stuff}_wall", wall_x, row)
        room.remove(wall_x)
    things = {
        "barn": ("hay", "hay", "crate", "barrel", "hay", "crate", "hay", "barrel", "hay"),
        "inn": ("barrel", "barrel", "hearth", "crate", "bench", "barrel", "bed", "chest", "bed"),
        "smithy": ("crate", "hearth", "barrel", "crate", "chest", "barrel"),
        "home": ("bed", "hearth", "crate", "chest", "barrel", "bed", "crate", "bed"),
    }[plan.use]
    for thing, column in zip(things, room, strict=False):
        land.put(thing, column, back)
        if thing == "hearth":
            land.put("chimney", column, y - 2)
    middle = back + 2
    if plan.depth >= 6 and plan.use != "barn":
        for column in range(first + 1, last - 1, 4):
            if (
                door[0] not in (column, column + 1)
                and not land.things[middle, column : column + 2].any()
            ):
                land.put("table", column, middle)
                land.put("bench", column + 1, middle)


def _garden(land: _Land, plan: _Plan, x: int, y: int, door: Place, bottom: int) -> None:
    """A fence around the house with a gate before the door, and beds of flowers and cabbage."""
    left, top = x - 3, y - 2
    width, height = plan.width + 6, bottom + 3 - top
    _fence(land, left, top, width, height, (door[0], top + height - 1))
    land.built |= land.rectangle(left, top, width, height)
    bed = ("crops", "flowers")[land.draw(2)]
    for row in range(y + 1, bottom + 1):
        if bed == "crops":
            land.put("soil", x - 2, row)
        land.put(bed, x - 2, row)
    for column in range(x - 2, x + plan.width + 2):
        free = not land.things[bottom + 1, column] and abs(column - door[0]) > 1
        if free and land.draw(3):
            land.put(("flowers", "flowers", "bush")[land.draw(3)], column, bottom + 1)
    _tree(land, x + plan.width + 1, y + land.among(2, 4))


def _fence(land: _Land, x: int, y: int, width: int, height: int, gate: Place) -> None:
    inside = land.rectangle(x + 1, y + 1, width - 2, height - 2)
    land.fill("fence", land.rectangle(x, y, width, height) & ~inside)
    land.put("gate", *gate)


def _fields(land: _Land) -> None:
    """Fenced fields of wheat and cabbage around the village."""
    wanted = min(max(land.width * land.height // 8000, 1), 8)
    for right, down in _spots(land, 60 * wanted, land.span * 3 // 8):
        width, height = land.among(11, 19), land.among(9, 14)
        x, y = land.middle[0] + right - width // 2, land.middle[1] + down - height // 2
        if not land.fits(x - 2, y - 2, width + 4, height + 4):
            continue
        northern = y + height // 2 < land.middle[1]
        gate = (x + land.among(2, width - 3), y + height - 1 if northern else y)
        _fence(land, x, y, width, height, gate)
        land.built |= land.rectangle(x, y, width, height)
        crop = ("wheat", "crops", "trees")[wanted % 3]
        if crop == "trees":
            for row in range(y + 3, y + height - 1, 4):
                for column in range(x + 3, x + width - 2, 4):
                    _tree(land, column, row)
        else:
            soil = land.rectangle(x + 2, y + 2, width - 4, height - 4)
            land.fill("soil", soil)
            rows = (land.y - y) % 5 != 4 if crop == "wheat" else land.y % 2 == 0
            land.fill(crop, soil & rows)
            for _ in range(land.among(1, 3)):
                land.put("hay", x + 1, y + land.among(2, height - 3))
        land.goals.append((gate[0], gate[1] + (1 if northern else -1)))
        land.areas.append(Area("field", x, y, width, height))
        wanted -= 1
        if not wanted:
            break


# What is not on the way.


def _far_spot(land: _Land, width: int, height: int) -> Place | None:
    """A free place away from the green and from all that is built."""
    for _ in range(200):
        x, y = land.draw(land.width), land.draw(land.height)
        off = max(abs(x - land.middle[0]), abs(y - land.middle[1]))
        near = np.s_[max(y - 8, 0) : y + height + 8, max(x - 8, 0) : x + width + 8]
        if (
            off > land.span * 3 // 10
            and land.fits(x, y, width, height)
            and not land.built[near].any()
        ):
            return x, y
    return None


def _farmsteads(land: _Land) -> None:
    """Houses out in the country, for who would rather live alone."""
    for plan in (_PLANS[3], _PLANS[9], _PLANS[10]):
        spot = _far_spot(land, plan.width + 10, plan.depth + 11)
        if spot is not None:
            _house(land, plan, spot[0] + 5, spot[1] + 4)


def _ruin(land: _Land) -> None:
    """Fallen walls in the woods, and a chest that somebody left there."""
    width, height = 10, 8
    spot = _far_spot(land, width + 2, height + 3)
    if spot is None:
        return
    x, y = spot[0] + 1, spot[1] + 1
    outer = land.rectangle(x, y, width, height)
    inner = land.rectangle(x + 1, y + 1, width - 2, height - 2)
    decay = land.noise(2)
    land.fill("cobbles", inner & (decay > 380))
    land.fill("stone_wall", outer & ~inner & (decay > 300))
    entrance = land.rectangle(x + 4, y + height - 1, 2, 1)
    land.things[entrance] = EMPTY
    for column, row in ((x + 2, y + 5), (x + 7, y + 2), (x + 8, y + 6)):
        land.put(("rock", "bush")[land.draw(2)], column, row)
    land.put("stone_wall", x + 5, y + 1)
    land.put("stone_wall", x + 5, y + 2)
    land.put("chest", x + 3, y + 1)
    land.wild |= land.rectangle(x - 1, y - 1, width + 2, height + 3)
    land.built |= land.wild
    land.trails.append((x + 4, y + height + 2))
    land.areas.append(Area("ruin", x, y, width, height))


def _stone_circle(land: _Land) -> None:
    """Standing stones in a clearing, older than the village."""
    spot = _far_spot(land, 15, 15)
    if spot is None:
        return
    x, y = spot[0] + 7, spot[1] + 7
    for right, down in ((0, -5), (4, -4), (5, 0), (4, 3), (0, 4), (-4, 3), (-5, 0), (-4, -4)):
        if land.draw(9):
            land.put("standing_stone", x + right, y + down)
        else:
            land.put("rock", x + right, y + down)
    land.put("rock", x, y)
    for _ in range(14):
        column, row = x + land.among(-4, 4), y + land.among(-3, 3)
        if not land.things[row, column]:
            land.put("flowers", column, row)
    land.fill("meadow", (land.distance(x, y) < 6 * 16) & (land.ground == land.tiles["grass"]))
    land.built |= land.distance(x, y) < 7 * 16 + 8
    land.trails.append((x, y + 8))
    land.areas.append(Area("stone circle", x - 5, y - 5, 11, 11))


# Roads.


def _roads(land: _Land) -> None:
    """The shortest ways from the green to every goal; where many meet, the road is wide."""
    bridge = land.holds(land.things, "bridge_ew", "bridge_ns")
    land.road |= land.square
    shut = (land.built | (land.wet > 0)) & ~bridge & ~land.road
    cost = 6 + land.noise(7) * 24 // 1024 + land.chance.integers(0, 9, shut.shape)
    cost[land.wet > -16] += 6
    cost[_grown(shut, 1)] += 5
    cost[bridge] = 4
    cost[shut] = 0
    cost[[0, -1], :] = 0
    cost[:, [0, -1]] = 0
    came = _ways(cost, np.flatnonzero(land.square).tolist())
    traffic = np.zeros(cost.size, np.int64)
    for way in (_way(came, y * land.width + x) for x, y in land.goals):
        traffic[way] += 1
    for way in (_way(came, y * land.width + x) for x, y in land.trails):
        steps = np.array(way, np.int64)
        if steps.size:
            land.clear.flat[steps] = True
            spots = land.chance.integers(0, 100, steps.size) < 10 + 4 * np.arange(steps.size)
            traffic[steps[spots]] += 1
    load = traffic.reshape(cost.shape)
    wide = load >= 2
    wide[:, 1:] |= wide[:, :-1]
    wide[1:] |= wide[:-1]
    land.road |= (load > 0) | (wide & ~shut)
    land.road |= ~_grown(~_grown(land.road)) & ~shut
    land.road &= ~((land.wet > 0) & ~bridge)
    free = land.ground != land.tiles["wooden_floor"]
    town = land.distance(*land.middle) < land.span * 2
    paved = land.road & (land.square | (wide & town))
    paved |= ~_grown(~_grown(paved)) & land.road
    dry = land.wet <= 0
    land.fill("path", land.road & free & dry & ~paved)
    land.fill("cobbles", land.road & free & dry & paved)
    land.clear |= _grown(land.road)
    for x, y in land.steps:
        if not land.road[y, x] and land.draw(4):
            land.put(("flowers", "barrel", "bush", "crate", "flowers")[land.draw(5)], x, y)


def _ways(cost: Field, starts: list[int]) -> list[int]:
    """Dijkstra over the cells, four neighbours each: where each was reached from, or -1.

    A cell that costs 0 is shut. The rim of the map must be, and a start is its own origin.
    """
    width = cost.shape[1]
    price: list[int] = cost.ravel().tolist()
    came = [-1] * len(price)
    best = [1 << 30] * len(price)
    queue = [(0, start) for start in starts]
    for _, start in queue:
        came[start] = start
        best[start] = 0
    heapq.heapify(queue)
    while queue:
        spent, place = heapq.heappop(queue)
        if spent > best[place]:
            continue
        for beside in (place - width, place + 1, place + width, place - 1):
            step = price[beside]
            if step and spent + step < best[beside]:
                best[beside] = spent + step
                came[beside] = place
                heapq.heappush(queue, (spent + step, beside))
    return came


def _way(came: list[int], goal: int) -> list[int]:
    """The cells from a goal back to where its way began; none if no way leads there."""
    if came[goal] < 0:
        return []
    way = [goal]
    while came[goal] != goal:
        goal = came[goal]
        way.append(goal)
    return way


def _lamps_and_signs(land: _Land) -> None:
    """Lamps along the paved streets, signs where a road leaves a bridge."""
    kerb = _grown(land.ground == land.tiles["cobbles"]) & (land.ground == land.tiles["grass"])
    kerb &= (land.things == EMPTY) & ~land.road & ~land.wild
    for y, x in np.argwhere(kerb).tolist():
        covered = land.holds(land.roofs[max(y - 2, 0) : y + 2, max(x - 1, 0) : x + 2], "canopy")
        if (x * 5 + y * 3) % 19 == 0 and not _near(land, "lamp", x, y, 5) and not covered.any():
            _lamp(land, x, y)
    for area in land.areas:
        if area.name == "bridge":
            land.put("sign", area.x + area.width, area.y - 1)


def _near(land: _Land, name: str, x: int, y: int, reach: int) -> bool:
    part = land.things[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
    return bool((part == land.tiles[name]).any())


# Woods and meadows.


def _tree(land: _Land, x: int, y: int) -> None:
    """A trunk, and a crown of three by three cells whose lower middle is the trunk's."""
    land.put("trunk", x, y)
    for right in (-1, 0, 1):
        for down in (-2, -1, 0):
            land.put("canopy", x + right, y + down)


def _woods(land: _Land) -> None:
    """Trees by density: none on the green, thin around the village, a thicket at the rim."""
    off = land.distance(*land.middle) * 64 // (land.span // 2)
    edge = np.minimum.reduce([land.x, land.y, land.width - 1 - land.x, land.height - 1 - land.y])
    fine = land.noise(7)
    density = (land.noise(24) * 5 + fine * 2) // 7
    density += (density - 512) * 3 // 4 + (np.minimum(off, 1100) - 600) // 2
    for area in land.areas:
        if area.name in ("ruin", "stone circle"):
            away = land.distance(area.x + area.width // 2, area.y + area.height // 2)
            density += np.maximum(800 - away * 2, 0)
    rim = edge < min(land.span // 16, 3 + 3) * (400 + fine) // 1024 + 1
    density[rim] = 2048
    firs = land.noise(30) + (land.middle[1] - land.y) * 300 // land.height
    off_limits = land.built | land.clear | (land.wet > -10) | (land.things != EMPTY)
    shaded = _opened((density > 700) & (~land.built | land.wild) & (land.wet < -40), 5)
    shaded = _opened(shaded & ~land.road, 2)
    land.fill("forest_floor", shaded & (land.ground == land.tiles["grass"]))
    crowded = _crowded(land)
    for gap, least in ((4, 330), (3, 640), (2, 1000)):
        rows, columns = -(-land.height // gap), -(-land.width // gap)
        jitter = land.chance.integers(0, gap, (2, rows, columns))
        dice = land.chance.integers(0, 520, (rows, columns))
        luck = land.chance.integers(0, 1024, (rows, columns))
        ys = np.arange(rows)[:, None] * gap + jitter[0]
        xs = np.arange(columns)[None, :] * gap + jitter[1]
        inside = (ys < land.height) & (xs < land.width)
        for y, x, throw, taste in zip(
            ys[inside].tolist(), xs[inside].tolist(), dice[inside].tolist(), luck[inside].tolist(),
            strict=True,
        ):  # fmt: skip
            if off_limits[y, x] or density[y, x] - least < throw:
                continue
            if land.things[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].any() and gap > 2:
                continue
            if firs[y, x] + taste // 4 > 760 or crowded[y, x]:
                if y and not land.roofs[y - 1, x] and not land.roofs[y, x] and not land.road[y, x]:
                    land.put("pine", x, y)
                    land.put("pine_top", x, y - 1)
            elif not land.holds(_crown(land, x, y), "pine_top", "lamp_top").any():
                _tree(land, x, y)


def _crown(land: _Land, x: int, y: int) -> NDArray[np.uint16]:
    return land.roofs[max(y - 2, 0) : y + 1, max(x - 1, 0) : x + 2]


def _crowded(land: _Land) -> Mask:
    """Where a trunk must not stand because its crown would cover a house, a road or a field."""
    covered = land.built | land.road
    crowded = covered.copy()
    for right in (-1, 0, 1):
        for down in (0, 1, 2):
            crowded |= np.roll(covered, (down, right), (0, 1))
    return crowded


def _undergrowth(land: _Land) -> None:
    """Meadows, flowers, bushes, rocks, stumps; reeds in the shallows."""
    grass = land.tiles["grass"]
    lush, bloom = land.noise(17), land.noise(8)
    land.fill("meadow", (lush > 560) & (land.ground == grass) & ~land.built)
    open_land = (land.things == EMPTY) & ~land.road & ~land.built & ~land.clear
    open_land &= land.holds(land.ground, "grass", "meadow", "forest_floor") & (land.roofs == EMPTY)
    dice = land.chance.integers(0, 1000, land.ground.shape)
    woods = land.ground == land.tiles["forest_floor"]
    flowery = open_land & ~woods & (dice < 12 + np.where((bloom > 640) & (lush > 480), 330, 0))
    land.fill("flowers", flowery)
    for name, low, high in (("bush", 940, 962), ("rock", 962, 967), ("stump", 967, 972)):
        likely = high - (high - low) * np.where(woods, 0, 2) // 3
        land.fill(name, open_land & ~flowery & (dice >= low) & (dice < likely))
    land.fill("rock", (land.ground == land.tiles["sand"]) & (dice < 12) & ~land.clear & ~land.built)
    shallow = (land.ground == land.tiles["shallow_water"]) & (land.things == EMPTY) & ~land.clear
    land.fill("reeds", shallow & (land.wet < 24) & (bloom > 560) & (dice < 420))


# The last look.


def _reached(land: _Land) -> Mask:
    """The cells one can walk to from beside the well, through sides, not corners."""
    width = land.width
    shut = np.pad(land.tiles.cell_heights(land.cells) > 256, 1, constant_values=True)
    seen: list[bool] = shut.ravel().tolist()
    start = (land.middle[1] + 2) * (width + 2) + land.middle[0] + 1
    seen[start] = True
    queue = [start]
    for place in queue:
        for beside in (place - width - 2, place + 1, place + width + 2, place - 1):
            if not seen[beside]:
                seen[beside] = True
                queue.append(beside)
    reached: Mask = np.zeros(shut.size, np.bool_)
    reached[queue] = True
    return reached.reshape(shut.shape)[1:-1, 1:-1]


def _close_pockets(land: _Land) -> None:
    """Bushes grow where nobody can ever come: a gap that one sees is a gap that one can reach."""
    lost = ~_reached(land) & (land.tiles.cell_heights(land.cells) <= 256) & (land.wet <= 0)
    land.fill("bush", lost & ~land.built)


def _spawns(land: _Land) -> tuple[Place, ...]:
    """Free cells around the well, the nearest first."""
    x, y = land.middle
    near = land.distance(x, y)
    free = _reached(land) & (land.cells[1:] == EMPTY).all(axis=0) & (near > 20) & (near < 90)
    places = sorted(
        (int(near[row, column]), column, row) for row, column in np.argwhere(free).tolist()
    )
    return tuple((column, row) for _, column, row in places[:: max(len(places) // 12, 1)][:12])
