"""Edits: which cells an operation means, what is refused, and what the players see of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from server.chunks import TileMap
from server.editing import edits
from server.editing.edits import AppliedEdit, Edit
from server.editing.operations import (
    CellSet,
    FillRectangle,
    Flood,
    Operation,
    Places,
    SetCells,
    SetPlaces,
    Stamp,
    Stroke,
)
from server.failures import Rejected
from server.mapmakers import Area
from server.world import World
from tests.mock_server import GRASS, TILES, WALL, MockServer, grass, meadow

PATH = TILES["path"]
GROUND, THINGS, ROOFS = 0, 1, 2
SPAWNS = Places(((1, 1),))


def apply(tile_map: TileMap, operation: Operation) -> AppliedEdit:
    return edits.apply(Edit("Vladimir", "game", operation, 0), tile_map, SPAWNS)


def changed(tile_map: TileMap, operation: Operation) -> set[tuple[int, int]]:
    """The cells (x, y) that an operation changes."""
    changes = apply(tile_map, operation).changes
    return set(zip(changes["x"].tolist(), changes["y"].tolist(), strict=True))


def cells(*rows: tuple[int, int, int, int]) -> SetCells:
    layer, x, y, tile = np.array(rows, np.int32).T
    return SetCells(CellSet(layer, x, y, tile.astype(np.uint16)))


def test_single_cells_are_set_each_on_its_own() -> None:
    tile_map = meadow(32, 32)
    applied = apply(tile_map, cells((GROUND, 3, 4, PATH), (THINGS, 17, 18, WALL)))
    assert applied.changes.tolist() == [(0, 3, 4, GRASS, PATH), (1, 17, 18, 0, WALL)]


def test_cells_that_hold_the_tile_already_are_no_change() -> None:
    assert len(apply(meadow(32, 32), cells((GROUND, 3, 4, GRASS))).changes) == 0


def test_a_stroke_of_size_one_is_a_line_without_gaps() -> None:
    line = changed(meadow(64, 64), Stroke(GROUND, PATH, (2, 3), (30, 15)))
    assert (2, 3) in line
    assert (30, 15) in line
    columns = {x for x, _ in line}
    assert columns == set(range(2, 31))


@pytest.mark.parametrize(("size", "count"), [(1, 1), (2, 5), (3, 9), (4, 13), (5, 21)])
def test_a_dab_of_the_brush_is_round(size: int, count: int) -> None:
    dab = changed(meadow(64, 64), Stroke(GROUND, PATH, (20, 20), (20, 20), size))
    assert len(dab) == count
    assert dab == {(40 - x, y) for x, y in dab} == {(y, x) for x, y in dab}


def test_a_stroke_over_the_edge_is_cut_there() -> None:
    stroke = changed(meadow(32, 32), Stroke(GROUND, PATH, (30, 5), (60, 5)))
    assert stroke == {(30, 5), (31, 5)}


def test_a_rectangle_has_its_corners_in_any_order() -> None:
    expected = {(x, y) for x in range(3, 8) for y in range(2, 5)}
    assert changed(meadow(32, 32), FillRectangle(GROUND, PATH, (7, 2), (3, 4))) == expected


def test_a_fill_stops_at_other_tiles_and_goes_round_no_corner() -> None:
    tile_map = meadow(32, 32)
    apply(tile_map, FillRectangle(GROUND, PATH, (4, 4), (12, 12)))
    apply(tile_map, FillRectangle(GROUND, GRASS, (5, 5), (11, 11)))
    inside = changed(tile_map, Flood(GROUND, TILES["sand"], (8, 8)))
    assert inside == {(x, y) for x in range(5, 12) for y in range(5, 12)}


def test_a_stamp_copies_all_layers_even_onto_itself() -> None:
    tile_map = meadow(32, 32)
    apply(tile_map, cells((THINGS, 4, 4, WALL), (ROOFS, 5, 4, TILES["red_roof"])))
    apply(tile_map, Stamp((4, 4, 6, 6), (5, 5)))
    one = np.array([1], np.int32)
    assert tile_map.tiles_at(one, one * 5, one * 5) == WALL
    assert tile_map.tiles_at(one * 2, one * 5, one * 6) == TILES["red_roof"]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (cells((GROUND, 32, 0, PATH)), ErrorCode.EDIT_OUTSIDE),
        (cells((GROUND, 0, -1, PATH)), ErrorCode.EDIT_OUTSIDE),
        (cells((3, 0, 0, PATH)), ErrorCode.EDIT_OUTSIDE),
        (cells((GROUND, 0, 0, 60000)), ErrorCode.EDIT_TILE),
        (cells((GROUND, 0, 0, WALL)), ErrorCode.EDIT_TILE),
        (cells((THINGS, 0, 0, PATH)), ErrorCode.EDIT_TILE),
        (cells((GROUND, 0, 0, PATH), (GROUND, 0, 0, GRASS)), ErrorCode.EDIT_TILE),
        (Stroke(GROUND, PATH, (5, 5), (5, 5), 0), ErrorCode.EDIT_TOO_LARGE),
        (Stroke(GROUND, PATH, (5, 5), (5, 5), 33), ErrorCode.EDIT_TOO_LARGE),
        (Stroke(GROUND, PATH, (0, 0), (257, 0)), ErrorCode.EDIT_TOO_LARGE),
        (FillRectangle(GROUND, PATH, (0, 0), (500, 500)), ErrorCode.EDIT_TOO_LARGE),
        (FillRectangle(GROUND, PATH, (0, 0), (40, 4)), ErrorCode.EDIT_OUTSIDE),
        (Flood(GROUND, PATH, (40, 4)), ErrorCode.EDIT_OUTSIDE),
        (Flood(GROUND, PATH, (4, 4), limit=100), ErrorCode.EDIT_TOO_LARGE),
        (Flood(GROUND, PATH, (4, 4), radius=8), ErrorCode.EDIT_TOO_LARGE),
        (Flood(7, PATH, (4, 4)), ErrorCode.EDIT_OUTSIDE),
        (Stamp((0, 0, 3, 3), (30, 30)), ErrorCode.EDIT_OUTSIDE),
        (Stamp((30, 30, 33, 33), (0, 0)), ErrorCode.EDIT_OUTSIDE),
        (Stamp((5, 5, 4, 4), (0, 0)), ErrorCode.EDIT_OUTSIDE),
        (SetPlaces(Places(())), ErrorCode.EDIT_OUTSIDE),
        (SetPlaces(Places(((32, 0),))), ErrorCode.EDIT_OUTSIDE),
        (SetPlaces(Places(((0, 0),), (Area("a", 0, 0, 33, 1),))), ErrorCode.EDIT_OUTSIDE),
    ],
)
def test_what_may_not_be_is_refused_and_changes_nothing(
    operation: Operation, code: ErrorCode
) -> None:
    tile_map = meadow(32, 32)
    before = [tile_map.chunk_cells(chunk) for chunk in range(tile_map.chunk_count)]
    with pytest.raises(Rejected) as refusal:
        apply(tile_map, operation)
    assert refusal.value.code is code
    after = [tile_map.chunk_cells(chunk) for chunk in range(tile_map.chunk_count)]
    np.testing.assert_array_equal(before, after)


PLACE = st.tuples(st.integers(0, 39), st.integers(0, 39))
TILE = st.sampled_from([GRASS, PATH, TILES["sand"]])


@settings(max_examples=100, deadline=None)
@given(start=PLACE, tile=TILE, seed=st.integers(0, 1000))
def test_a_fill_is_what_a_naive_one_finds(start: tuple[int, int], tile: int, seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    ground = grass(40, 40)
    ground[0] = rng.choice(np.array([GRASS, PATH], np.uint16), (40, 40))
    tile_map = TileMap.of(ground, TILES)
    found, front = {start}, [start]
    while front:
        x, y = front.pop()
        for cell in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            inside = 0 <= cell[0] < 40 and 0 <= cell[1] < 40
            if inside and cell not in found and ground[0, cell[1], cell[0]] == ground[0, y, x]:
                found.add(cell)
                front.append(cell)
    expected = found if ground[0, start[1], start[0]] != tile else set()
    assert changed(tile_map, Flood(GROUND, tile, start)) == expected


@pytest.fixture
def server() -> MockServer:
    return MockServer(guests_may_build=True, store=None)


def build_wall(x: int, y: int) -> codec.EditCells:
    return codec.EditCells(edit=0, cells=codec.CellEdit(THINGS, x, y, WALL).pack())


def saved(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database takes everything: these tests are about what is seen."""
    monkeypatch.setattr(server.keeper._store, "commit", lambda map_id, batches: None)


STROKES = st.builds(
    Stroke,
    layer=st.sampled_from([GROUND, THINGS]),
    tile=st.sampled_from([0, PATH, GRASS, WALL]),
    begin=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    end=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    size=st.integers(1, 3),
)
RECTANGLES = st.builds(
    FillRectangle,
    layer=st.just(GROUND),
    tile=st.sampled_from([0, PATH, GRASS]),
    corner=st.tuples(st.integers(0, 34), st.integers(0, 20)),
    opposite=st.tuples(st.integers(0, 20), st.integers(0, 20)),
)
TWICE = st.just(cells((GROUND, 3, 3, PATH), (GROUND, 3, 3, GRASS)))


@settings(max_examples=200, deadline=None)
@given(several=st.lists(st.one_of(STROKES, RECTANGLES, TWICE), min_size=1, max_size=8))
def test_the_edits_of_a_tick_do_together_what_each_does_in_turn(several: list[Operation]) -> None:
    asked = [Edit("Vladimir", "game", each, 0) for each in several]
    together, in_turn = meadow(32, 32), meadow(32, 32)
    world = World(together, SPAWNS, 1)
    changes = world.step(asked)
    expected, refused = [], []
    for edit in asked:
        try:
            expected.append(edits.apply(edit, in_turn, SPAWNS).changes.tolist())
        except Rejected as refusal:
            refused.append((edit, refusal.code))
    assert [each.changes.tolist() for each in changes.applied] == expected
    assert [(edit, refusal.code) for edit, refusal in changes.rejected] == refused
    every = np.arange(-1, 33, dtype=np.int32)
    for chunk in range(together.chunk_count):
        assert np.array_equal(together.chunk_cells(chunk), in_turn.chunk_cells(chunk))
    rebuilt = TileMap.of(
        np.concatenate(
            [
                np.concatenate([together.chunk_cells(0), together.chunk_cells(1)], axis=2),
                np.concatenate([together.chunk_cells(2), together.chunk_cells(3)], axis=2),
            ],
            axis=1,
        ),
        TILES,
    )
    for table in ("heights_at", "speeds_at"):
        now = getattr(together, table)(every[:, None], every[None, :])
        assert np.array_equal(now, getattr(rebuilt, table)(every[:, None], every[None, :]))


def test_an_edit_is_seen_by_others_in_the_same_tick_and_answered_when_saved(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(server, monkeypatch)
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    number = vladimir.edit(build_wall(50, 50))
    server.tick()
    assert estragon.tile_at(THINGS, 50, 50) == WALL
    assert vladimir.tile_at(THINGS, 50, 50) == WALL
    assert vladimir.edit_results[number].code == 0
    assert vladimir.edit_results[number].cells == 1


def test_a_client_that_missed_a_revision_asks_for_the_chunk(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(server, monkeypatch)
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    estragon.chunks[3, 3].revision = 77
    vladimir.edit(build_wall(50, 50))
    server.tick()
    assert estragon.tile_at(THINGS, 50, 50) == 0
    server.tick()
    assert estragon.tile_at(THINGS, 50, 50) == WALL
    assert estragon.chunks[3, 3].revision == vladimir.chunks[3, 3].revision


def test_who_stands_where_a_wall_appears_is_put_beside_it(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(server, monkeypatch)
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    estragon.edit(codec.EditShape(0, codec.Shape.RECTANGLE, THINGS, WALL, 46, 46, 50, 50, 1))
    server.tick()
    for client in (vladimir, estragon):
        x, y = client.place
        assert not (46 <= x >> 10 <= 50 and 46 <= y >> 10 <= 50)
        assert max(abs(x - 48 * 1024 - 512), abs(y - 48 * 1024 - 512)) == 3 * 1024
    before = vladimir.place
    server.walk(vladimir, 0x0000, 5)
    server.walk(vladimir, 0x4000, 5)
    server.walk(vladimir, 0x8000, 15)
    server.walk(vladimir, 0xC000, 15)
    assert vladimir.place != before


def test_a_burst_of_edits_is_spread_over_ticks_and_none_is_lost(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(server, monkeypatch)
    painters = [server.join(f"Painter {number}") for number in range(2)]
    for number in range(40):
        for row, painter in enumerate(painters):
            painter.edit(build_wall(40 + number, 40 + row))
    seen = []
    for _ in range(5):
        server.tick()
        seen.append(
            sum(painters[0].tile_at(THINGS, 40 + n // 2, 40 + n % 2) == WALL for n in range(80))
        )
    assert seen == [25, 50, 75, 80, 80]
    assert all(each.code == 0 for p in painters for each in p.edit_results.values())


def test_guests_may_not_build_unless_the_server_says_so() -> None:
    server = MockServer()
    client = server.join()
    number = client.edit(build_wall(50, 50))
    server.tick()
    assert client.edit_results[number].code == ErrorCode.EDIT_FORBIDDEN
    assert client.tile_at(THINGS, 50, 50) == 0


def test_too_many_edits_are_told_when_to_go_on(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(server, monkeypatch)
    client = server.join()
    numbers = [client.edit(build_wall(20 + n % 30, 20 + n // 30)) for n in range(41)]
    server.tick(2)
    results = [client.edit_results[number] for number in numbers]
    assert [each.code for each in results] == [0] * 40 + [ErrorCode.EDIT_TOO_FAST]
    assert 0 < results[-1].retry_after_ms <= 100


@pytest.mark.parametrize(
    "make",
    [
        lambda: codec.EditShape(0, 9, GROUND, PATH, 1, 1, 2, 2, 1),
        lambda: codec.EditShape(0, codec.Shape.FILL, 5, PATH, 1, 1, 2, 2, 1),
        lambda: codec.EditStamp(0, 7, 0, 0, 0, 0, 5, 5),
        lambda: codec.EditStamp(0, 0xFF, 0, 0, 0xFFFF, 0xFFFF, 0, 0),
        lambda: codec.EditCells(0, codec.CellEdit(GROUND, 0xFFFF, 0xFFFF, PATH).pack()),
    ],
)
def test_hostile_edits_are_refused_by_number_and_play_goes_on(
    server: MockServer, make: Callable[[], codec.EditCells]
) -> None:
    client = server.join()
    number = client.edit(make())
    server.tick(2)
    assert client.edit_results[number].code >= 60
    assert client.wire.closed is None


def test_an_edit_without_cells_is_done_at_once(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(server, monkeypatch)
    client = server.join()
    number = client.edit(codec.EditCells(0, b""))
    server.tick(2)
    assert (client.edit_results[number].code, client.edit_results[number].cells) == (0, 0)
