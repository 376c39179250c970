"""Walking: what stops a body and what does not, in exact numbers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol_spec.codec import BODY_RADIUS, STEP_HEIGHT, WALK_SPEED
from server import movement
from server.chunks import TileMap
from tests.mock_server import GRASS, TILES, WALL, grass, meadow

EAST, SOUTH, WEST, NORTH = 0x0000, 0x4000, 0x8000, 0xC000


def step(
    tile_map: TileMap, x: int, y: int, direction: int, pace: int = 255, ticks: int = 1
) -> tuple[int, int]:
    """Where a body at (x, y) comes to."""
    rows = [np.array([each], np.int32) for each in (x, y, 0, direction, pace)]
    at_x, at_y, at_z = rows[:3]
    for _ in range(ticks):
        at_x, at_y, at_z = movement.walk(tile_map, at_x, at_y, at_z, rows[3], rows[4])
    return int(at_x[0]), int(at_y[0])


def with_wall(*cells: tuple[int, int]) -> TileMap:
    map_cells = grass(32, 32)
    for x, y in cells:
        map_cells[1, y, x] = WALL
    return TileMap.of(map_cells, TILES)


MIDDLE = 10 * 1024 + 512


@pytest.mark.parametrize(
    ("direction", "dx", "dy"),
    [
        (EAST, WALK_SPEED, 0),
        (SOUTH, 0, WALK_SPEED),
        (WEST, -WALK_SPEED, 0),
        (NORTH, 0, -WALK_SPEED),
        (0x2000, 181, 181),
        (0xA000, -181, -181),
    ],
)
def test_a_step_is_as_long_to_every_side(direction: int, dx: int, dy: int) -> None:
    assert step(meadow(), MIDDLE, MIDDLE, direction) == (MIDDLE + dx, MIDDLE + dy)


def test_half_a_pace_is_half_a_step_rounded_down() -> None:
    assert step(meadow(), MIDDLE, MIDDLE, EAST, pace=127) == (MIDDLE + 127, MIDDLE)


@pytest.mark.parametrize(
    ("direction", "wall", "stop"),
    [
        (EAST, (12, 10), (12 * 1024 - 1 - BODY_RADIUS, MIDDLE)),
        (WEST, (8, 10), (9 * 1024 + BODY_RADIUS, MIDDLE)),
        (SOUTH, (10, 12), (MIDDLE, 12 * 1024 - 1 - BODY_RADIUS)),
        (NORTH, (10, 8), (MIDDLE, 9 * 1024 + BODY_RADIUS)),
    ],
)
def test_a_wall_stops_a_body_at_its_very_edge(
    direction: int, wall: tuple[int, int], stop: tuple[int, int]
) -> None:
    assert step(with_wall(wall), MIDDLE, MIDDLE, direction, ticks=20) == stop


def test_a_body_slides_along_a_wall() -> None:
    tile_map = with_wall(*((12, y) for y in range(32)))
    x, y = step(tile_map, MIDDLE, MIDDLE, 0x2000, ticks=20)
    assert x == 12 * 1024 - 1 - BODY_RADIUS
    assert y == MIDDLE + 20 * 181


def test_a_body_passes_a_gap_of_one_tile_and_not_between_two_corners() -> None:
    gap = with_wall((12, 9), (12, 11))
    assert step(gap, MIDDLE, MIDDLE, EAST, ticks=20)[0] == MIDDLE + 20 * WALK_SPEED
    corners = with_wall((11, 10), (10, 11))
    x, y = step(corners, MIDDLE, MIDDLE, 0x2000, ticks=20)
    assert (x >> 10, y >> 10) == (10, 10)


def test_the_edge_of_the_map_stops_like_a_wall() -> None:
    assert step(meadow(32, 32), MIDDLE, MIDDLE, WEST, ticks=100) == (BODY_RADIUS, MIDDLE)
    far = 32 * 1024 - 1 - BODY_RADIUS
    assert step(meadow(32, 32), MIDDLE, MIDDLE, SOUTH, ticks=200) == (MIDDLE, far)


def test_a_body_steps_up_a_little_and_is_stopped_by_more() -> None:
    touching = 12 * 1024 - 1 - BODY_RADIUS
    for height, is_stopped in ((STEP_HEIGHT, False), (STEP_HEIGHT + 1, True)):
        heights = TILES.heights.copy()
        heights[WALL] = height
        tiles = dataclasses.replace(TILES, heights=heights)
        cells = grass(32, 32)
        cells[1, 10, 12] = WALL
        x, _ = step(TileMap.of(cells, tiles), MIDDLE, MIDDLE, EAST, ticks=12)
        assert (x == touching) is is_stopped


def test_the_tile_underfoot_sets_the_speed() -> None:
    slow = next(each for each in TILES.by_id.values() if each.layer == "ground" and each.speed < 80)
    cells = grass(32, 32)
    cells[0] = slow.id
    tile_map = TileMap.of(cells, TILES)
    moved = WALK_SPEED * slow.speed // 100
    assert step(tile_map, MIDDLE, MIDDLE, EAST) == (MIDDLE + moved, MIDDLE)


WALKS = st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 255)), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000), walk=WALKS)
def test_no_walk_ends_inside_a_wall_or_outside_the_map(
    seed: int, walk: list[tuple[int, int]]
) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    cells = np.zeros((3, 16, 16), np.uint16)
    cells[0] = GRASS
    cells[1][rng.random((16, 16)) < 0.3] = WALL
    cells[1, 8, 8] = 0
    tile_map = TileMap.of(cells, TILES)
    x = y = np.array([8 * 1024 + 512], np.int32)
    z = np.zeros(1, np.int32)
    for direction, pace in walk:
        before = x, y
        x, y, z = movement.walk(
            tile_map, x, y, z, np.array([direction], np.int32), np.array([pace], np.int32)
        )
        assert z[0] == 0, "it stands on a wall"
        moved = max(abs(int(x[0] - before[0][0])), abs(int(y[0] - before[1][0])))
        assert moved <= WALK_SPEED * pace // 255
    assert BODY_RADIUS <= x[0] < 16 * 1024 - BODY_RADIUS
    assert BODY_RADIUS <= y[0] < 16 * 1024 - BODY_RADIUS
