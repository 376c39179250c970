"""Houses: what they are made of, what is in them, and the gardens about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.mapmakers import Place
from server.mapmakers.land import grown
from server.mapmakers.village.site import Village


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


def build_houses(land: Village) -> None:
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


def build_farmsteads(land: Village) -> None:
    """Houses out in the country, for who would rather live alone."""
    for plan in (_PLANS[3], _PLANS[9], _PLANS[10]):
        spot = land.far_spot(plan.width + 10, plan.depth + 11)
        if spot is not None:
            _house(land, plan, spot[0] + 5, spot[1] + 4)


def _house(land: Village, plan: _Plan, x: int, y: int) -> None:
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


def _furnish(land: Village, plan: _Plan, x: int, y: int, door_x: int) -> None:
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


def _garden(land: Village, plan: _Plan, x: int, y: int, gate: Place) -> None:
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
