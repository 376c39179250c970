"""A village between a river and the woods, grown from a seed.

What is built is built before the roads, which are the shortest ways from the green to every door,
gate and bridge. Trees come last and keep off all of it, so that whatever looks as if one could
walk there can be walked to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protocol_spec.codec import STEP_HEIGHT
from server.mapmakers import (
    Area,
    Draft,
    Field,
    Land,
    Mask,
    Place,
    closed,
    grown,
    hills,
    opened,
    reached,
    root,
    way_back,
    ways,
)
from server.tiles import EMPTY, TileSet

SMALLEST = 16
ROOMY = 64
"""Maps at least so wide and high, in tiles, get a village; smaller ones a glade with a well."""
BORDER = 7
"""Nothing is built so near the edge, in tiles: there the woods are thick."""


def make_village(tiles: TileSet, seed: int, width: int = 256, height: int = 256) -> Draft:
    """Raises ValueError for a map of less than 16x16 tiles."""
    if min(width, height) < SMALLEST:
        raise ValueError(f"a map of {width}x{height} tiles is too small: 16x16 is the least")
    land = _Village(tiles, seed, width, height)
    if land.span < ROOMY:
        _well(land, 2)
        land.goals += [(2, height // 2), (width - 3, height // 2 + height // 8)]
    else:
        _water(land)
        _green(land)
        _bridges(land)
        _market(land)
        _houses(land)
        _fields(land)
        _ruin(land)
        _stone_circle(land)
        _farmsteads(land)
    _roads(land)
    _lamps_and_signs(land)
    _woods(land)
    _undergrowth(land)
    shut = tiles.cell_heights(land.cells) > STEP_HEIGHT
    near_well = (land.middle[0], land.middle[1] + 1)
    pockets = ~reached(shut, *near_well) & ~shut & (land.wet <= 0)
    land.fill("bush", pockets & (~land.built | land.wild))
    return Draft(land.cells, _spawns(land), tuple(land.areas))


class _Village(Land):
    """The land, and what the village makes of it.

    `wet` says how far a cell lies within water, in 1/16 tile, below 0 on land. `built` cells
    belong to somebody, if only to the past (`wild`); no tree grows on `clear` ones. All roads
    come from the `square`; `goals` are what they lead to, `trails` what overgrown ones lead to,
    `steps` the places beside house doors.
    """

    def __init__(self, tiles: TileSet, seed: int, width: int, height: int) -> None:
        super().__init__(tiles, seed, width, height)
        self.span = min(width, height)
        self.middle = (width // 2, height // 2)
        self.wet: Field = np.full((height, width), -(1 << 20))
        self.built, self.wild, self.clear, self.road, self.square = (
            np.zeros((height, width), np.bool_) for _ in range(5)
        )
        self.goals: list[Place] = []
        self.trails: list[Place] = []
        self.steps: list[Place] = []
        self.areas: list[Area] = []
        self.ground[:] = tiles["grass"]

    def fits(self, x: int, y: int, width: int, height: int, apart: int = 0) -> bool:
        """Whether a rectangle lies on free, dry land, so far apart from all that is built."""
        if min(x, y, self.width - x - width, self.height - y - height) < BORDER:
            return False
        part = np.s_[y : y + height, x : x + width]
        wide = np.s_[max(y - apart, 0) : y + height + apart, max(x - apart, 0) : x + width + apart]
        taken = self.built[wide].any() or self.clear[part].any() or (self.wet[part] > -24).any()
        return not taken

    def spots(self, count: int, reach: int) -> list[Place]:
        """Chance places around the middle of the map, the nearest first."""
        steps = [(self.draw(-reach, reach), self.draw(-reach, reach)) for _ in range(count)]
        steps.sort(key=lambda step: step[0] ** 2 + step[1] ** 2)
        return [(self.middle[0] + right, self.middle[1] + down) for right, down in steps]

    def far_spot(self, width: int, height: int) -> Place | None:
        """A free rectangle off the village and away from all that is built, if there is one."""
        for _ in range(200):
            x, y = self.draw(0, self.width - 1), self.draw(0, self.height - 1)
            off = max(abs(x - self.middle[0]), abs(y - self.middle[1]))
            if off > self.span * 3 // 10 and self.fits(x, y, width, height, apart=8):
                return x, y
        return None

    def tree(self, x: int, y: int) -> None:
        """A trunk, and a crown of three by three cells whose lower middle is the trunk's."""
        self.put("trunk", x, y)
        for right in (-1, 0, 1):
            for down in (-2, -1, 0):
                self.put("canopy", x + right, y + down)

    def lamp(self, x: int, y: int) -> None:
        self.put("lamp", x, y)
        self.put("lamp_top", x, y - 1)

    def fence(self, x: int, y: int, width: int, height: int, gate: Place) -> None:
        """A fence around a rectangle, which then is built on."""
        whole = self.rectangle(x, y, width, height)
        self.fill("fence", whole & ~self.rectangle(x + 1, y + 1, width - 2, height - 2))
        self.put("gate", *gate)
        self.built |= whole

    def bridge(self, name: str, start: Place, end: Place) -> None:
        """A bridge two cells wide, both ends on land; roads lead to where it meets the land."""
        x, y = min(start[0], end[0]), min(start[1], end[1])
        along = name == "bridge_ew"
        length = max(abs(end[0] - start[0]), abs(end[1] - start[1])) + 1
        where = self.rectangle(x, y, length if along else 2, 2 if along else length)
        self.things[where] = EMPTY
        self.fill(name, where)
        self.clear |= grown(where, 2)
        self.goals += [start, end]


# Water.


def _water(land: _Village) -> None:
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
    _island(land, radius, isle_x, isle_y)


def _island(land: _Village, radius: int, x: int, y: int) -> None:
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


def _bridges(land: _Village) -> None:
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


# The middle of the village.


def _well(land: _Village, radius: int) -> None:
    """A well on a paved round: all roads come from here."""
    x, y = land.middle
    paved = land.distance(x, y) < radius * 16 + 8
    land.square |= paved
    land.built |= paved
    land.put("well", x, y)
    land.put("well_roof", x, y - 1)


def _green(land: _Village) -> None:
    """A round of grass about the well, with a paved street around it and four ways across."""
    x, y = land.middle
    across, along = max(land.span // 24, 6), max(land.span // 30, 5)
    part = root(((land.x - x) * 1024 // across) ** 2 + ((land.y - y) * 1024 // along) ** 2) // 16
    street = (part > 1024) & (part < 1024 + 2300 // along)
    land.square |= street | ((part < 1100) & ((land.x == x) | (land.y == y)))
    land.built |= part < 1024 + 2300 // along
    _well(land, 3)
    for right in (-1, 1):
        for down in (-1, 1):
            land.tree(x + right * across * 5 // 8, y + down * along * 5 // 8 + 1)
            land.put("bench", x + right * 4, y + down * 2 - (down < 0))
            for beyond in (2, 3, 5):
                land.put("flowers", x + right * beyond, y + down * (along - beyond // 3) - down)
    land.areas.append(Area("green", x - across, y - along, 2 * across + 1, 2 * along + 1))


def _market(land: _Village) -> None:
    """A paved square east of the green, with stalls in two rows."""
    width, height = 17, 11
    x, y = land.middle[0] + max(land.span // 24, 6) + 2, land.middle[1] - height // 2
    if not land.fits(x + 4, y, width - 4, height):
        return
    square = land.rectangle(x, y + 1, width, height - 2) | land.rectangle(
        x + 1, y, width - 2, height
    )
    land.square |= square
    land.built |= square
    for top in (y + 3, y + 8):
        for left in range(x + 2, x + width - 3, 5):
            for step in range(3):
                land.put("stall", left + step, top)
                land.put("awning", left + step, top - 1)
                land.put("awning", left + step, top - 2)
            land.put(land.pick("crate", "barrel"), left + 3, top - land.draw(0, 1))
    for lamp_x in (x + 1, x + width - 1):
        land.lamp(lamp_x, y + height // 2)
    land.areas.append(Area("market", x, y, width, height))


# Houses.


@dataclass(frozen=True)
class _Plan:
    """A house before it has a place: its size in tiles, what it is made of and used for."""

    width: int
    depth: int
    walls: str
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
_FURNITURE = {
    "home": ("bed", "hearth", "crate", "chest", "barrel", "bed", "crate", "bed"),
    "inn": ("barrel", "barrel", "hearth", "crate", "bench", "barrel", "bed", "chest", "bed"),
    "smithy": ("crate", "hearth", "barrel", "crate", "chest", "barrel"),
    "barn": ("hay", "hay", "crate", "barrel", "hay", "crate", "hay", "barrel"),
}
"""What stands along the back wall, from the west."""


def _houses(land: _Village) -> None:
    """As many houses as the land has room for, the nearest to the green first."""
    wanted = min(max(land.width * land.height // 3600, 2), 18)
    number = 0
    for middle_x, middle_y in land.spots(40 * wanted, land.span // 4):
        plan = _PLANS[number % len(_PLANS)]
        yard = 3 if plan.garden else 0
        width, depth = plan.width + 2 * yard, plan.depth + plan.wing + yard
        x, y = middle_x - width // 2, middle_y - depth // 2
        if number < wanted and land.fits(x - 2, y - 4, width + 4, depth + 8):
            _house(land, plan, x + yard, y)
            number += 1


def _farmsteads(land: _Village) -> None:
    """Houses out in the country, for who would rather live alone."""
    for plan in (_PLANS[3], _PLANS[9], _PLANS[10]):
        spot = land.far_spot(plan.width + 10, plan.depth + 11)
        if spot is not None:
            _house(land, plan, spot[0] + 5, spot[1] + 4)


def _house(land: _Village, plan: _Plan, x: int, y: int) -> None:
    """Walls, windows, a door to the south, a floor, furniture, and a roof one row further up."""
    wing_x = x if land.draw(0, 1) else x + plan.width - plan.width // 2
    plot = land.rectangle(x, y, plan.width, plan.depth)
    plot |= land.rectangle(wing_x, y, plan.width // 2, plan.depth + plan.wing)
    room = ~grown(~plot)
    land.fill("wooden_floor", plot)
    land.fill(f"{plan.walls}_wall", plot & ~room)
    land.fill(plan.roof, np.roll(plot, -1, axis=0))

    front = plot & ~np.roll(plot, -1, axis=0) & np.roll(room, 1, axis=0)
    fronts: list[Place] = [(column, row) for row, column in np.argwhere(front).tolist()]
    main = [place for place in fronts if place[1] == y + plan.depth - 1]
    door = main[len(main) // 2]
    for column, row in fronts:
        if abs(column - door[0]) % 2 == 0:
            land.put(f"{plan.walls}_window", column, row)
    land.put("door", *door)
    _furnish(land, plan, x, y, door[0])

    bottom = y + plan.depth + plan.wing
    if plan.garden:
        gate = (door[0], bottom + 2)
        _garden(land, plan, x, y, gate)
        land.goals.append((gate[0], gate[1] + 1))
        land.road |= land.rectangle(door[0], door[1] + 1, 1, gate[1] - door[1])
    else:
        land.built |= land.rectangle(x - 1, y - 2, plan.width + 2, bottom - y + 2)
        land.goals.append((door[0], bottom))
        land.steps += [(door[0] - 1, door[1] + 1), (door[0] + 1, door[1] + 1)]
        land.road |= land.rectangle(door[0], door[1] + 1, 1, bottom - door[1])


def _furnish(land: _Village, plan: _Plan, x: int, y: int, door_x: int) -> None:
    """Furniture along the back wall, and a table or two: every free cell stays within reach."""
    columns = list(range(x + 1, x + plan.width - 1))
    back, middle = y + 1, y + 3
    if plan.width >= 9 and plan.use != "barn":
        between = x + plan.width * 2 // 3
        between += between == door_x
        for row in range(back, y + plan.depth - 2):
            land.put(f"{plan.walls}_wall", between, row)
        columns.remove(between)
    for thing, column in zip(_FURNITURE[plan.use], columns, strict=False):
        land.put(thing, column, back)
        if thing == "hearth":
            land.put("chimney", column, y - 2)
    if plan.wing:
        corner = x + 1 if land.things[y + plan.depth, x] else x + plan.width - 2
        for row in (y + plan.depth + plan.wing - 2, y + plan.depth + plan.wing - 3):
            land.put(land.pick("crate", "barrel", "hay"), corner, row)
    if plan.depth < 6 or plan.use == "barn":
        return
    for column in range(x + 2, x + plan.width - 3, 4):
        here = slice(column, column + 2)
        if door_x not in (column, column + 1) and not land.things[middle, here].any():
            land.put("table", column, middle)
            land.put("bench", column + 1, middle)


def _garden(land: _Village, plan: _Plan, x: int, y: int, gate: Place) -> None:
    """A fence around the house with a gate before the door, beds, bushes, and a tree."""
    land.fence(x - 3, y - 2, plan.width + 6, gate[1] - y + 3, gate)
    bed = land.pick("crops", "flowers")
    for row in range(y + 1, gate[1] - 1):
        land.put(bed, x - 2, row)
        if bed == "crops":
            land.put("soil", x - 2, row)
    for column in range(x - 2, x + plan.width + 2):
        if abs(column - gate[0]) > 1 and land.draw(0, 2):
            land.put(land.pick("flowers", "flowers", "bush"), column, gate[1] - 1)
    land.tree(x + plan.width + 1, y + land.draw(2, 4))


def _fields(land: _Village) -> None:
    """Fenced fields around the village: cabbage, wheat, orchards."""
    wanted = min(max(land.width * land.height // 8000, 1), 8)
    for middle_x, middle_y in land.spots(60 * wanted, land.span * 3 // 8):
        width, height = land.draw(11, 19), land.draw(9, 14)
        x, y = middle_x - width // 2, middle_y - height // 2
        if not wanted or not land.fits(x - 2, y - 2, width + 4, height + 4):
            continue
        northern = middle_y < land.middle[1]
        gate = (x + land.draw(2, width - 3), y + height - 1 if northern else y)
        land.fence(x, y, width, height, gate)
        soil = land.rectangle(x + 2, y + 2, width - 4, height - 4)
        if wanted % 3 == 0:
            land.fill("soil", soil)
            land.fill("wheat", soil & ((land.y - y) % 5 != 4))
        elif wanted % 3 == 1:
            land.fill("soil", soil)
            land.fill("crops", soil & (land.y % 2 == 0))
        else:
            for row in range(y + 3, y + height - 2, 4):
                for column in range(x + 3, x + width - 2, 4):
                    land.tree(column, row)
        for _ in range(land.draw(1, 3)):
            land.put("hay", x + 1, y + land.draw(2, height - 3))
        land.goals.append((gate[0], gate[1] + (1 if northern else -1)))
        land.areas.append(Area("field", x, y, width, height))
        wanted -= 1


# What is not on the way.


def _ruin(land: _Village) -> None:
    """Fallen walls in the woods, and a chest that somebody left there."""
    width, height = 10, 8
    spot = land.far_spot(width + 2, height + 3)
    if spot is None:
        return
    x, y = spot[0] + 1, spot[1] + 1
    whole = land.rectangle(x, y, width, height)
    inside = land.rectangle(x + 1, y + 1, width - 2, height - 2)
    decay = land.hills(2)
    land.fill("cobbles", inside & (decay > 380))
    land.fill("stone_wall", whole & ~inside & (decay > 300))
    land.fill("stone_wall", land.rectangle(x + 5, y + 1, 1, 2))
    land.things[land.rectangle(x + 4, y + height - 1, 2, 1)] = EMPTY
    for column, row in ((x + 2, y + 5), (x + 7, y + 2), (x + 8, y + 6)):
        land.put(land.pick("rock", "bush"), column, row)
    land.put("chest", x + 3, y + 1)
    land.wild |= grown(whole)
    land.built |= land.wild
    land.trails.append((x + 4, y + height + 2))
    land.areas.append(Area("ruin", x, y, width, height))


def _stone_circle(land: _Village) -> None:
    """Standing stones in a clearing, older than the village."""
    spot = land.far_spot(15, 15)
    if spot is None:
        return
    x, y = spot[0] + 7, spot[1] + 7
    for right, down in ((0, -5), (4, -4), (5, 0), (4, 3), (0, 4), (-4, 3), (-5, 0), (-4, -4)):
        land.put("standing_stone" if land.draw(0, 8) else "rock", x + right, y + down)
    land.put("rock", x, y)
    for _ in range(14):
        column, row = x + land.draw(-4, 4), y + land.draw(-3, 3)
        if land.things[row, column] == EMPTY:
            land.put("flowers", column, row)
    land.fill("meadow", land.distance(x, y) < 6 * 16)
    land.built |= land.distance(x, y) < 7 * 16 + 8
    land.trails.append((x, y + 8))
    land.areas.append(Area("stone circle", x - 5, y - 5, 11, 11))


# Roads.


def _roads(land: _Village) -> None:
    """The shortest ways from the square to every goal; where two meet, the road is wide."""
    bridge = land.has("bridge_ew", "bridge_ns")
    land.road |= land.square
    shut = (land.built | (land.wet > 0)) & ~bridge & ~land.road
    # Uneven ground makes roads wind, and chance keeps them from running along one axis first.
    cost = 6 + land.hills(7) * 24 // 1024 + land.chance.integers(0, 9, shut.shape)
    cost[land.wet > -16] += 6
    cost[grown(shut)] += 5
    cost[bridge] = 4
    load = np.zeros_like(cost)
    for _ in range(2):
        # The second time, roads that were used before are cheap: ways join that ran side by side.
        came = ways(np.where(shut, 0, np.maximum(cost // (1 + load), 2)), land.square)
        load[:] = 0
        for x, y in land.goals:
            load.flat[way_back(came, y * land.width + x)] += 1
    for x, y in land.trails:
        way = np.array(way_back(came, y * land.width + x), np.int64)
        land.clear.flat[way] = True
        trodden = land.chance.integers(0, 100, way.size) < 10 + 4 * np.arange(way.size)
        load.flat[way[trodden]] += 1
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


def _lamps_and_signs(land: _Village) -> None:
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


# Woods and meadows.


def _woods(land: _Village) -> None:
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


def _plant(land: _Village, xs: Field, ys: Field, firs: Mask, *, touching: bool) -> None:
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


def _undergrowth(land: _Village) -> None:
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


def _spawns(land: _Village) -> tuple[Place, ...]:
    """Up to twelve free cells around the well."""
    near = land.distance(*land.middle)
    free = (land.cells[1:] == EMPTY).all(axis=0) & (near > 20) & (near < 90)
    free &= reached(
        land.tiles.cell_heights(land.cells) > STEP_HEIGHT, land.middle[0], land.middle[1] + 1
    )
    places = [(column, row) for row, column in np.argwhere(free).tolist()]
    places.sort(key=lambda place: (int(near[place[1], place[0]]), place))
    return tuple(places[:: max(len(places) // 12, 1)][:12])
