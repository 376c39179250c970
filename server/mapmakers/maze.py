"""A maze around a garden, with a ring walk about it and woods about that.

Every crossing belongs to a room, most rooms being a single crossing. One walk by depth first
through all rooms, begun in the garden, opens the walls between them; so a court with benches is
as much a part of the maze as a corridor. Then some dead ends are opened too, for a maze that is
a tree has only one way home."""

from __future__ import annotations

import numpy as np

from server.mapmakers import Area, Draft, Place
from server.mapmakers.land import Field, grown
from server.mapmakers.village.site import Village
from server.tiles import EMPTY, TileSet

SMALLEST = 16
PITCH = 3
"""From wall to wall, in tiles: corridors are two wide, walls one."""
SIDES = ((0, -1), (1, 0), (0, 1), (-1, 0))
DISTRICTS = (
    ("hedges", "bush", "path", "flowers"),
    ("stone walls", "stone_wall", "forest_floor", "barrel"),
    ("fences", "fence", "meadow", "hay"),
    ("old town", "masonry_wall", "cobbles", "crate"),
)
"""Each quarter of the maze: its name, its walls, its floor, and what lies in its dead ends."""


def make_maze(tiles: TileSet, seed: int, width: int = 256, height: int = 256) -> Draft:
    """Raises ValueError for a map of less than 16x16 tiles."""
    if min(width, height) < SMALLEST:
        raise ValueError(f"a map of {width}x{height} tiles is too small: 16x16 is the least")
    land = _Maze(tiles, seed, width, height)
    rooms = _rooms(land)
    _wander(land, rooms)
    entrances = _open(land)
    districts = _build(land)
    _dead_ends(land, districts)
    for number, court in enumerate(land.courts[1:]):
        _court(land, number, *land.inside(*court))
    _garden(land, *land.inside(*land.courts[0]))
    spawns = _entrances(land, entrances)
    _woods(land)
    return Draft(land.cells, spawns, tuple(land.areas))


class _Maze(Village):
    """The site, and the maze on it: `columns` by `rows` crossings, the first at (left, top).

    `east` and `south` say where the wall is that a crossing has on this side, `courts` which
    rectangles of crossings are without walls, the garden first: x, y, width and height.
    """

    def __init__(self, tiles: TileSet, seed: int, width: int, height: int) -> None:
        super().__init__(tiles, seed, width, height)
        self.rim = min(max(self.span // 24, 1), 8)
        """How wide the woods are at the edge, at least; inside them is the ring walk."""
        self.walk = 3 if self.span >= 32 else 2
        self.columns = (width - 2 * self.rim - 2 * self.walk - 1) // PITCH
        self.rows = (height - 2 * self.rim - 2 * self.walk - 1) // PITCH
        self.left = (width - self.columns * PITCH - 1) // 2
        self.top = (height - self.rows * PITCH - 1) // 2
        self.east, self.south = (np.ones((self.rows, self.columns), np.bool_) for _ in range(2))
        self.courts: list[tuple[int, int, int, int]] = []

    def inside(self, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
        """The tiles within the walls around some crossings."""
        tiles = (width * PITCH - 1, height * PITCH - 1)
        return self.left + x * PITCH + 1, self.top + y * PITCH + 1, *tiles

    def open(self, x: int, y: int, side: int) -> None:
        """Take the wall away that a crossing has on one of the SIDES."""
        right, down = SIDES[side]
        walls = self.east if right else self.south
        walls[y + min(down, 0), x + min(right, 0)] = False


# The plan.


def _rooms(land: _Maze) -> Field:
    """The number of each crossing's room, shape (rows, columns)."""
    across = max(min(land.columns, 40) // 5, 1)
    along = max(min(land.rows, 40) // 5, 1)
    courts = [((land.columns - across) // 2, (land.rows - along) // 2, across, along)]
    taken = np.zeros((land.rows, land.columns), np.bool_)

    def near(x: int, y: int, width: int, height: int, apart: int) -> tuple[slice, slice]:
        return np.s_[max(y - apart, 0) : y + height + apart, max(x - apart, 0) : x + width + apart]

    taken[near(*courts[0], 2)] = True
    for _ in range(land.columns * land.rows // 12):
        wide, high = land.draw(2, 3), land.draw(2, 3)
        x, y = land.draw(1, land.columns), land.draw(1, land.rows)
        if x + wide < land.columns and y + high < land.rows:
            court = (x, y, wide, high)
            if not taken[near(*court, 0)].any():
                courts.append(court)
                taken[near(*court, 3)] = True
    rooms = np.arange(len(courts), len(courts) + taken.size).reshape(taken.shape)
    for number, (x, y, wide, high) in enumerate(courts):
        rooms[y : y + high, x : x + wide] = number
        land.east[y : y + high, x : x + wide - 1] = False
        land.south[y : y + high - 1, x : x + wide] = False
    land.courts = courts
    return rooms


def _wander(land: _Maze, rooms: Field) -> None:
    """Open walls by one walk through all rooms, by chance, and back only where it has to be."""
    width = land.columns + 2
    room: list[int] = np.pad(rooms, 1, constant_values=-1).ravel().tolist()
    members: dict[int, list[int]] = {}
    for place, number in enumerate(room):
        members.setdefault(number, []).append(place)
    steps = (-width, 1, width, -1)
    seen = {-1, 0}
    dice: list[int] = land.chance.integers(0, 1 << 30, 2 * len(members)).tolist()
    track = [0]
    while track:
        choices = [
            (place, side)
            for place in members[track[-1]]
            for side in range(4)
            if room[place + steps[side]] not in seen
        ]
        if not choices:
            track.pop()
            continue
        place, side = choices[dice.pop() % len(choices)]
        y, x = divmod(place, width)
        land.open(x - 1, y - 1, side)
        track.append(room[place + steps[side]])
        seen.add(track[-1])


def _walls(land: _Maze) -> Field:
    """How many walls each crossing has about it, 0 to 4."""
    west = np.pad(land.east, ((0, 0), (1, 0)), constant_values=True)[:, :-1]
    north = np.pad(land.south, ((1, 0), (0, 0)), constant_values=True)[:-1]
    walls: Field = np.sum([land.east, land.south, west, north], axis=0)
    return walls


def _open(land: _Maze) -> list[tuple[str, Place, int]]:
    """Open half of the dead ends, and the four entrances; returns these, with their sides."""
    for y, x in np.argwhere(_walls(land) == 3).tolist():
        side = land.draw(0, 7)
        if side < 4 and 0 < x < land.columns - 1 and 0 < y < land.rows - 1:
            land.open(x, y, side)
    x, y, width, height = land.courts[0]
    land.open(x + land.draw(0, width - 1), y, 0)
    land.open(x + land.draw(0, width - 1), y + height - 1, 2)
    middle = (land.columns // 2, land.rows // 2)
    off = (land.columns // 5, land.rows // 5)
    found = []
    for side, name in enumerate(("north", "east", "south", "west")):
        x, y = (middle[0] + land.draw(-off[0], off[0]), middle[1] + land.draw(-off[1], off[1]))
        x = (x, land.columns - 1, x, 0)[side]
        y = (0, y, land.rows - 1, y)[side]
        found.append((name, (x, y), side))
    return found


# What is built by it.


def _build(land: _Maze) -> Field:
    """Walls and floors, a kind for each quarter; returns which of the DISTRICTS a cell is in."""
    walls = np.zeros((land.rows * PITCH + 1, land.columns * PITCH + 1), np.bool_)
    walls[0] = walls[:, 0] = True
    for step in (1, 2):
        walls[step::PITCH, PITCH::PITCH] = land.east
        walls[PITCH::PITCH, step::PITCH] = land.south
    beside = np.pad(walls, 1)
    ends = beside[:-2, 1:-1] | beside[2:, 1:-1] | beside[1:-1, :-2] | beside[1:-1, 2:]
    walls[::PITCH, ::PITCH] |= ends[::PITCH, ::PITCH]

    whole = land.rectangle(land.left, land.top, walls.shape[1], walls.shape[0])
    wall = np.zeros_like(whole)
    wall[whole] = walls.ravel()
    sway = (land.hills(max(land.span // 8, 4)) - 512) * land.span // 8192
    east, south = land.x + sway > land.middle[0], land.y - sway > land.middle[1]
    districts: Field = land.chance.permutation(len(DISTRICTS))[east + 2 * south]
    for number, (_, hedge, floor, _) in enumerate(DISTRICTS):
        here = districts == number
        land.fill(floor, here & whole & ~wall)
        land.fill(hedge, here & wall)
    ring = land.rectangle(
        land.left - land.walk,
        land.top - land.walk,
        walls.shape[1] + 2 * land.walk,
        walls.shape[0] + 2 * land.walk,
    )
    land.fill("path", ring & ~whole)
    land.built |= ring
    width, height = walls.shape[1] // 2, walls.shape[0] // 2
    for down in (0, 1):
        for right in (0, 1):
            x, y = land.left + right * width, land.top + down * height
            corner = districts[y + down * (height - 1), x + right * (width - 1)]
            land.areas.append(Area(DISTRICTS[corner][0], x, y, width, height))
    return districts


def _dead_ends(land: _Maze, districts: Field) -> None:
    """Something in a corner of each dead end, so that it is known again."""
    for row, column in np.argwhere(_walls(land) == 3).tolist():
        x, y, _, _ = land.inside(column, row, 1, 1)
        thing = DISTRICTS[districts[y, x]][3]
        land.put("chest" if land.draw(0, 11) == 0 else thing, x + land.draw(0, 1), y)


def _court(land: _Maze, number: int, x: int, y: int, width: int, height: int) -> None:
    """A small court with something in the middle, each kind in turn."""
    middle_x, middle_y = x + width // 2, y + height // 2
    name = ("lamp court", "oak court", "stone court", "flower court", "table court")[number % 5]
    if name == "lamp court":
        land.lamp(middle_x, middle_y)
    elif name == "oak court":
        land.tree(middle_x, middle_y)
    elif name == "stone court":
        land.put("standing_stone", middle_x, middle_y)
    elif name == "flower court":
        land.fill("meadow", land.rectangle(x, y, width, height))
        land.fill("flowers", land.rectangle(x + 1, y + 1, width - 2, height - 2))
        land.put("bush", middle_x, middle_y)
    else:
        land.put("table", middle_x, middle_y)
        land.put("bench", middle_x - 1, middle_y)
        land.put("bench", middle_x + 1, middle_y)
    for right in (0, width - 1):
        land.put(land.pick("bench", "flowers", "bush"), x + right, y)
    land.areas.append(Area(name, x, y, width, height))


def _garden(land: _Maze, x: int, y: int, width: int, height: int) -> None:
    """The goal: lawns and beds about a well, four walks that meet there."""
    garden = land.rectangle(x, y, width, height)
    land.fill("grass", garden)
    land.fill("stone_wall", grown(garden) & (land.things != EMPTY))
    across, along = width // 2, height // 2
    middle_x, middle_y = x + across, y + along
    right, down = abs(land.x - middle_x), abs(land.y - middle_y)
    round_ = land.distance(middle_x, middle_y) < min(across, along, 4) * 16
    land.fill("cobbles", garden & (round_ | (np.minimum(right, down) < 2) | grown(~garden)))
    if min(across, along) >= 6:
        beds = garden & land.has("grass")
        land.fill("flowers", beds & ~grown(~beds))
        land.fill("bush", beds & ((right + down) % 2 == 0) & grown(~beds) & (right + down > 6))
        for step_x in (-1, 1):
            for step_y in (-1, 1):
                land.tree(middle_x + step_x * across * 5 // 9, middle_y + step_y * along * 5 // 9)
                land.put("bench", middle_x + step_x * 3, middle_y + step_y)
                land.lamp(middle_x + step_x * 2, middle_y + step_y * 3)
    land.put("well", middle_x, middle_y)
    land.put("well_roof", middle_x, middle_y - 1)
    land.areas.append(Area("goal", x, y, width, height))


def _entrances(land: _Maze, entrances: list[tuple[str, Place, int]]) -> tuple[Place, ...]:
    """Gaps in the outer wall with a lamp on both sides; the spawns are before them."""
    spawns: list[Place] = []
    for name, crossing, side in entrances:
        x, y, _, _ = land.inside(*crossing, 1, 1)
        right, down = SIDES[side]
        # The wall is one step before the crossing's first cell, or two steps after.
        gap_x = x + (right if right < 0 else 2 * right)
        gap_y = y + (down if down < 0 else 2 * down)
        along_x, along_y = abs(down), abs(right)
        for step in (0, 1):
            land.things[gap_y + step * along_y, gap_x + step * along_x] = EMPTY
            land.put("path", gap_x + step * along_x, gap_y + step * along_y)
        for step in (-1, 2):
            land.lamp(gap_x + step * along_x, gap_y + step * along_y)
        front = [
            (gap_x + right * out + along_x * step, gap_y + down * out + along_y * step)
            for out in range(1, land.walk + 1)
            for step in range(-1, 3)
        ]
        spawns += front[:: max(len(front) // 4, 1)]
        left, top = min(front)[0], min(place[1] for place in front)
        size = (max(front)[0] - left + 1, max(place[1] for place in front) - top + 1)
        land.areas.append(Area(f"entrance {name}", left, top, *size))
    return tuple(spawns)


def _woods(land: _Maze) -> None:
    """A hedge about the ring walk, and trees beyond it to the edge."""
    beyond = ~land.built
    land.fill("forest_floor", beyond)
    hedge = beyond & grown(land.built)
    dice = land.chance.integers(0, 100, hedge.shape)
    for y, x in np.argwhere(beyond & ~grown(hedge) & (dice < 70)).tolist():
        if (x + y) % 2 == 0 and not land.roofs[max(y - 1, 0) : y + 1, x].any():
            land.put("pine", x, y)
            land.put("pine_top", x, y - 1)
    land.fill("bush", hedge)
