"""What holds for every map, whoever makes it, and what each kind promises besides."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from protocol_spec.codec import STEP_HEIGHT
from server.mapmakers import Draft
from server.mapmakers.kinds import MAP_MAKERS
from server.mapmakers.land import Mask, reached
from server.tiles import EMPTY, LAYERS, builtin_tile_set

TILES = builtin_tile_set()
NEW_KINDS = ("islands", "maze", "arena")
SIZES = ((16, 16), (17, 40), (33, 24), (64, 64), (130, 96), (256, 256))
SEEDS = (1, 2, 3)
HUGE = (512, 512)
every_map = pytest.mark.parametrize(
    ("kind", "seed", "size"),
    [(kind, seed, size) for kind in MAP_MAKERS for size in SIZES for seed in SEEDS]
    + [(kind, 4, HUGE) for kind in MAP_MAKERS],
)
every_new_map = pytest.mark.parametrize(
    ("kind", "seed", "size"),
    [(kind, seed, size) for kind in NEW_KINDS for size in SIZES for seed in SEEDS]
    + [(kind, 4, HUGE) for kind in NEW_KINDS],
)


@cache
def made(kind: str, seed: int, size: tuple[int, int]) -> Draft:
    return MAP_MAKERS[kind](TILES, seed, *size)


def shut_cells(draft: Draft) -> Mask:
    return np.asarray(TILES.cell_heights(draft.cells) > STEP_HEIGHT)


@cache
def walked(kind: str, seed: int, size: tuple[int, int]) -> Mask:
    """The cells within a walk of the first spawn."""
    draft = made(kind, seed, size)
    return reached(shut_cells(draft), *draft.spawns[0])


@every_map
def test_spawns_are_free_and_within_a_walk_of_each_other(
    kind: str, seed: int, size: tuple[int, int]
) -> None:
    draft = made(kind, seed, size)
    assert len(set(draft.spawns)) == len(draft.spawns) >= 4
    for x, y in draft.spawns:
        assert draft.cells[1, y, x] == EMPTY
        assert walked(kind, seed, size)[y, x]


@every_map
def test_every_tile_is_known_and_on_its_layer(kind: str, seed: int, size: tuple[int, int]) -> None:
    cells = made(kind, seed, size).cells
    assert cells.shape == (3, size[1], size[0])
    assert cells.dtype == np.uint16
    for layer, name in enumerate(LAYERS):
        used = set(np.unique(cells[layer]).tolist()) - {EMPTY}
        assert {TILES.by_id[tile].layer for tile in used} <= {name}
    assert cells[0].all()


@every_new_map
def test_areas_lie_within_the_map_and_can_be_walked_to(
    kind: str, seed: int, size: tuple[int, int]
) -> None:
    draft = made(kind, seed, size)
    assert len(draft.areas) >= 2
    for area in draft.areas:
        assert area.name
        assert min(area.x, area.y, area.width - 1, area.height - 1) >= 0, area
        assert area.x + area.width <= size[0], area
        assert area.y + area.height <= size[1], area
        part = np.s_[area.y : area.y + area.height, area.x : area.x + area.width]
        assert walked(kind, seed, size)[part].any(), area


@every_new_map
def test_nobody_walks_to_the_edge(kind: str, seed: int, size: tuple[int, int]) -> None:
    edge = np.ones((size[1], size[0]), np.bool_)
    edge[1:-1, 1:-1] = False
    assert not (walked(kind, seed, size) & edge).any()


@pytest.mark.parametrize("kind", MAP_MAKERS)
def test_a_seed_gives_one_map_and_another_seed_another(kind: str) -> None:
    first = made(kind, 7, (100, 90))
    second = MAP_MAKERS[kind](TILES, 7, 100, 90)
    assert np.array_equal(first.cells, second.cells)
    assert (first.spawns, first.areas) == (second.spawns, second.areas)
    assert not np.array_equal(first.cells, made(kind, 8, (100, 90)).cells)


@pytest.mark.parametrize("kind", MAP_MAKERS)
def test_a_map_without_room_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="too small"):
        MAP_MAKERS[kind](TILES, 1, 15, 200)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_dry_land_of_the_islands_is_out_of_reach(seed: int) -> None:
    """The rooms of huts are land too: one walks in by the door."""
    draft = made("islands", seed, (256, 256))
    lost = ~shut_cells(draft) & ~walked("islands", seed, (256, 256))
    assert not lost.any()


@pytest.mark.parametrize("seed", range(10, 16))
def test_the_islands_have_a_lighthouse_and_a_treasure_without_a_bridge(seed: int) -> None:
    draft = made("islands", seed, (256, 256))
    areas = {area.name: area for area in draft.areas}
    assert {"landing", "main island", "lighthouse", "treasure island"} <= areas.keys()
    area = areas["treasure island"]
    part = draft.cells[1, area.y : area.y + area.height, area.x : area.x + area.width]
    assert TILES["chest"] in part
    assert not np.isin(part, [TILES["bridge_ew"], TILES["bridge_ns"]]).any()


@pytest.mark.parametrize("size", SIZES)
def test_a_maze_has_four_entrances_and_a_garden_with_a_well(size: tuple[int, int]) -> None:
    draft = made("maze", 1, size)
    areas = {area.name: area for area in draft.areas}
    assert {f"entrance {side}" for side in ("north", "east", "south", "west")} <= areas.keys()
    goal = areas["goal"]
    part = np.s_[goal.y : goal.y + goal.height, goal.x : goal.x + goal.width]
    assert TILES["well"] in draft.cells[1][part]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_corridor_of_a_maze_can_be_walked(seed: int) -> None:
    draft = made("maze", seed, (256, 256))
    ring = [area for area in draft.areas if area.name.startswith("entrance")]
    left, top = min(area.x for area in ring), min(area.y for area in ring)
    right = max(area.x + area.width for area in ring)
    bottom = max(area.y + area.height for area in ring)
    inside = np.s_[top:bottom, left:right]
    lost = ~shut_cells(draft) & ~walked("maze", seed, (256, 256))
    assert not lost[inside].any()


@pytest.mark.parametrize("size", [*SIZES, HUGE])
def test_an_arena_is_the_same_from_every_camp(size: tuple[int, int]) -> None:
    """A quarter turn changes neither what is shut nor how fast one walks, nor where one begins."""
    draft = made("arena", 2, size)
    side = (min(size) - 1) // 2
    x, y = (size[0] - 1) // 2, (size[1] - 1) // 2
    part = np.s_[y - side : y + side + 1, x - side : x + side + 1]
    inside = walked("arena", 2, size)
    speeds = np.where(inside, TILES.cell_speeds(draft.cells), 0)[part]
    heights = np.where(inside, TILES.cell_heights(draft.cells), -1)[part]
    assert np.array_equal(speeds, np.rot90(speeds))
    assert np.array_equal(heights, np.rot90(heights))
    assert inside.sum() == inside[part].sum()
    assert {(x - (b - y), y + (a - x)) for a, b in draft.spawns} == set(draft.spawns)
    marks = {
        (2 * area.x + area.width - 2 * x - 1, 2 * area.y + area.height - 2 * y - 1)
        for area in draft.areas
    }
    assert {(-down, right) for right, down in marks} == marks


def test_checkpoints_go_once_around_clockwise_from_the_north() -> None:
    draft = made("arena", 1, (256, 256))
    found = [area for area in draft.areas if area.name.startswith("checkpoint_")]
    assert [area.name for area in found] == [f"checkpoint_{number}" for number in range(1, 9)]
    middles = [
        complex(area.x + area.width // 2 - 127, area.y + area.height // 2 - 127) for area in found
    ]
    assert middles[0].real == 0
    assert middles[0].imag < 0
    for here, there in zip(middles, middles[1:] + middles[:1], strict=True):
        assert (here.conjugate() * there).imag > 0
