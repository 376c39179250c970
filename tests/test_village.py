"""Villages: the same for a seed everywhere, and all that looks open can be walked to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol_spec.codec import STEP_HEIGHT
from server.mapmakers import Draft
from server.mapmakers.village import make_village
from server.tiles import EMPTY, LAYERS
from tests.mock_server import TILES

Mask = NDArray[np.bool_]

GLADES = ((16, 16), (16, 40), (40, 24), (63, 200))
SMALL_VILLAGES = ((64, 64), (100, 70))
GLADE_MAPS = [(seed, *size) for seed in range(1, 9) for size in GLADES]
VILLAGE_MAPS = [(seed, *size) for seed in range(1, 9) for size in SMALL_VILLAGES]
VILLAGE_MAPS += [(seed, 256, 256) for seed in (1, 2, 3)]


@dataclass(frozen=True, eq=False)
class Made:
    """A map, where one may stand on it, and where one gets to from its first spawn."""

    draft: Draft
    free: Mask
    reached: Mask

    def has(self, *names: str) -> Mask:
        """The cells that hold one of these tiles, on whatever layer."""
        found: Mask = np.isin(self.draft.cells, [TILES[name] for name in names])
        cells: Mask = np.logical_or.reduce(found)
        return cells


@cache
def make(seed: int, width: int, height: int) -> Made:
    draft = make_village(TILES, seed, width, height)
    free = TILES.cell_heights(draft.cells) <= STEP_HEIGHT
    return Made(draft, free, walk(free, *draft.spawns[0]))


@pytest.fixture(params=GLADE_MAPS + VILLAGE_MAPS, ids="seed {0[0]}, {0[1]}x{0[2]}".format)
def made(request: pytest.FixtureRequest) -> Made:
    """A map, small ones among them, which are glades without a house."""
    return make(*request.param)


@pytest.fixture(params=VILLAGE_MAPS, ids="seed {0[0]}, {0[1]}x{0[2]}".format)
def village(request: pytest.FixtureRequest) -> Made:
    return make(*request.param)


def near(mask: Mask) -> Mask:
    """The cells of the mask, and their neighbours to four sides."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    return wide


def walk(free: Mask, x: int, y: int) -> Mask:
    """Where one gets to from a cell, step by step."""
    here = np.zeros_like(free)
    here[y, x] = free[y, x]
    while (further := near(here) & free).sum() > here.sum():
        here = further
    return here


def places(mask: Mask) -> list[list[int]]:
    """The y and x of a mask's cells: if a test fails, it says where."""
    cells: list[list[int]] = np.argwhere(mask).tolist()
    return cells


def alike(one: Draft, other: Draft) -> bool:
    return (
        np.array_equal(one.cells, other.cells)
        and one.spawns == other.spawns
        and one.areas == other.areas
    )


@pytest.mark.parametrize(("width", "height"), GLADES + SMALL_VILLAGES)
def test_a_seed_makes_one_map_and_another_seed_another(width: int, height: int) -> None:
    first = make_village(TILES, 5, width, height)
    assert alike(first, make_village(TILES, 5, width, height))
    assert not np.array_equal(first.cells, make_village(TILES, 6, width, height).cells)


def test_every_spawn_is_free_and_within_a_walk_of_the_others(made: Made) -> None:
    spawns = made.draft.spawns
    assert len(set(spawns)) == len(spawns) == 12
    for x, y in spawns:
        assert made.free[y, x]
        assert made.reached[y, x]


def test_doors_gates_and_the_floors_behind_them_can_be_walked_to(village: Made) -> None:
    assert village.has("door", "gate").any()
    assert places(village.has("door", "gate") & ~village.reached) == []
    assert places(village.has("wooden_floor") & village.free & ~village.reached) == []


def test_no_free_cell_is_out_of_reach(made: Made) -> None:
    assert places(made.free & ~made.reached) == []


def test_every_house_is_under_a_roof(village: Made) -> None:
    """But for its front row, where walls, windows and the door show below the eaves."""
    floor = village.has("wooden_floor")
    walls = ("plank_wall", "plank_window", "masonry_wall", "masonry_window", "door")
    front = village.has(*walls) & ~np.roll(floor, -1, axis=0)
    roofs = village.has("red_roof", "thatch_roof", "chimney")
    assert places(floor & ~front & ~roofs) == []


def test_doors_and_what_is_before_them_are_in_sight(village: Made) -> None:
    doors = village.has("door")
    before = np.roll(doors, 1, axis=0)
    assert places((doors | before) & village.has("red_roof", "thatch_roof", "canopy")) == []


@pytest.mark.parametrize(("width", "height", "houses"), [(100, 70, 2), (256, 256, 18)])
def test_a_village_has_houses_where_there_is_room(width: int, height: int, houses: int) -> None:
    for seed in (1, 2, 3):
        assert make(seed, width, height).has("door").sum() >= houses


def test_every_tile_lies_on_its_layer_and_the_ground_has_no_holes(made: Made) -> None:
    for layer, cells in zip(LAYERS, made.draft.cells, strict=True):
        found = {TILES.by_id[tile].layer for tile in np.unique(cells).tolist() if tile != EMPTY}
        assert found <= {layer}
    assert (made.draft.cells[0] != EMPTY).all()


def test_areas_lie_on_the_map(made: Made) -> None:
    _, height, width = made.draft.cells.shape
    for area in made.draft.areas:
        assert area.x >= 0
        assert area.y >= 0
        assert area.x + area.width <= width
        assert area.y + area.height <= height


def test_the_edge_of_a_village_is_wood_or_water(village: Made) -> None:
    """Nowhere along it is the next tree or water further than five steps away."""
    close = village.has("trunk", "pine", "bush", "shallow_water")
    for _ in range(5):
        close = near(close)
    for edge in (close[0], close[-1], close[:, 0], close[:, -1]):
        assert edge.all()


@pytest.mark.parametrize(("width", "height"), [(15, 64), (64, 15), (1, 1), (0, 0)])
def test_a_map_below_16_tiles_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match=f"{width}x{height} tiles is too small"):
        make_village(TILES, 1, width, height)


def test_a_large_map_is_made_in_under_two_seconds() -> None:
    start = time.perf_counter()
    make_village(TILES, 1)
    assert time.perf_counter() - start < 2
