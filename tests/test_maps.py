"""What an operator does with maps: the same offline and while people play on them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from server.chunks import TileMap
from server.clock import wall_clock_ms
from server.control.parcel import pack, unpack
from server.desks.map_parts import parts, some_of
from server.desks.maps import Author, MapDesk, MapRefused, Outcome, checked_name
from server.editing.edits import Edit
from server.editing.journal import Filter, JournalEntry, parse_filter, revert
from server.editing.operations import CellSet, Places, SetCells, SetPlaces
from server.game import TICK_SECONDS
from server.mapmakers import Area, Draft
from server.store import Store, StoreError
from tests.conftest import needed
from tests.mock_server import GRASS, TILES, WALL, MockServer, grass
from tests.postgres import postgres_server

T = TypeVar("T")

OPERATOR = Author("Beckett", "cli")
SIZE = 96
SPAWNS = ((48, 48),)


class Table:
    """A map with somebody who edits it, offline or in a world that ticks while one waits."""

    def __init__(self, store: Store, *, runs: bool) -> None:
        self.store = store
        draft = Draft(grass(SIZE, SIZE), SPAWNS, ())
        self.number = store.add_map("meadow", draft, TILES)
        self.server = None
        if runs:
            tile_map = TileMap(SIZE, SIZE, TILES)
            self.server = MockServer(tile_map, SPAWNS, store, self.number)
        games = {self.number: self.server.game} if self.server else {}
        self.desk = MapDesk(store, games)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(self._with_ticks(work))

    async def _with_ticks(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        while not task.done():
            if self.server is not None:
                self.server.now += TICK_SECONDS
                self.server.game.do_tick(self.server.now)
                await self.server.keeper.work(self.server.game.submit)
            await asyncio.sleep(0)
        return task.result()

    def put(self, author: str, tile: int, *cells: tuple[int, int], layer: int = 1) -> None:
        x, y = (np.array(each, np.int32) for each in zip(*cells, strict=True))
        self.edit(author, SetCells(CellSet.filled(layer, x, y, tile)))

    def edit(self, author: str, operation: Any) -> None:
        stored = self.store.find_map("meadow")
        self.do(self.desk._edit(stored, operation, Author(author, "game")))

    def tile(self, x: int, y: int, layer: int = 1) -> int:
        """As the world has it, where one runs, and the database as well."""
        place = (x // 16, y // 16)
        stored = self.store.load_chunks(self.number, [place])[place]
        tile = int(stored.cells[layer, y % 16, x % 16])
        if self.server is not None:
            tile_map, chunk = self.server.world.map, place[1] * (SIZE // 16) + place[0]
            assert not tile_map.is_loaded(chunk) or (
                tile_map.chunk_cells(chunk)[layer, y % 16, x % 16] == tile
            )
        return tile

    def cells(self) -> Any:
        draft, _ = self.do(self.desk.read("meadow", lambda done, whole: None))
        return draft.cells

    def revert(self, words: str, *, preview: bool = False) -> Outcome:
        wanted = parse_filter(words, TILES, datetime.now(UTC))
        return self.do(self.desk.revert("meadow", wanted, OPERATOR, preview=preview))

    def restore(self, snapshot: str, *, preview: bool = False) -> Outcome:
        return self.do(self.desk.restore("meadow", snapshot, OPERATOR, preview=preview))

    def history(self) -> list[JournalEntry]:
        return self.do(self.desk.history("meadow", Filter(), 0))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data")
    store.migrate()
    yield store
    store.close()


@pytest.fixture(params=[False, True], ids=["offline", "running"])
def table(request: pytest.FixtureRequest, store: Store) -> Table:
    return Table(store, runs=request.param)


def test_a_revert_takes_back_one_authors_work_and_leaves_the_others(table: Table) -> None:
    table.put("Vladimir", WALL, (1, 1), (80, 80))
    table.put("Estragon", WALL, (2, 2))
    assert table.revert("who:Vladimir") == Outcome(cells=2, edits=1)
    assert [table.tile(1, 1), table.tile(80, 80), table.tile(2, 2)] == [0, 0, WALL]
    newest = table.history()[0]
    assert (newest.author, newest.via, newest.kind) == ("Beckett", "cli", "revert")


def test_cells_that_somebody_changed_since_are_left_and_counted(table: Table) -> None:
    table.put("Vladimir", WALL, (1, 1), (2, 1), (3, 1))
    table.put("Estragon", 0, (2, 1))
    assert table.revert("who:Vladimir") == Outcome(cells=2, skipped=1, edits=1)
    assert [table.tile(x, 1) for x in (1, 2, 3)] == [0, 0, 0]


def test_a_preview_says_the_same_and_changes_nothing(table: Table) -> None:
    table.put("Vladimir", WALL, (1, 1), (2, 1), (3, 1))
    table.put("Estragon", 0, (2, 1))
    foreseen = table.revert("who:Vladimir", preview=True)
    assert table.tile(1, 1) == WALL
    assert len(table.history()) == 2
    assert table.revert("who:Vladimir") == foreseen


def test_a_revert_can_be_reverted(table: Table) -> None:
    table.put("Vladimir", WALL, (1, 1))
    table.revert("who:Vladimir")
    assert table.revert("who:Beckett").cells == 1
    assert table.tile(1, 1) == WALL


def test_a_revert_of_nothing_leaves_no_entry(table: Table) -> None:
    table.put("Vladimir", WALL, (1, 1))
    assert table.revert("who:Pozzo") == Outcome()
    table.revert("who:Vladimir")
    assert table.revert("who:Vladimir") == Outcome(skipped=1)
    assert len(table.history()) == 2


def test_a_large_revert_goes_in_several_edits(table: Table) -> None:
    before = table.cells()
    y, x = np.mgrid[0:SIZE, 0:SIZE].reshape(2, -1).astype(np.int32)
    for layer, tile in ((0, 0), (1, WALL)):
        table.edit("Vladimir", SetCells(CellSet.filled(layer, x, y, tile)))
    assert table.revert("who:Vladimir") == Outcome(cells=2 * SIZE * SIZE, edits=2)
    np.testing.assert_array_equal(table.cells(), before)


def test_a_restored_map_is_what_it_was_to_the_last_cell(table: Table) -> None:
    table.put("Vladimir", WALL, (1, 1), (50, 70))
    before = table.cells()
    table.do(table.desk.take_snapshot("meadow", "monday", OPERATOR))
    table.put("Estragon", WALL, (3, 3), (95, 95))
    table.put("Estragon", 0, (1, 1))
    table.put("Pozzo", 0, (10, 10), layer=0)
    foreseen = table.restore("monday", preview=True)
    assert table.restore("monday") == foreseen == Outcome(cells=4, edits=1)
    np.testing.assert_array_equal(table.cells(), before)
    assert table.history()[0].kind == "restore"
    assert table.restore("monday") == Outcome()


def test_a_restore_can_be_reverted(table: Table) -> None:
    table.do(table.desk.take_snapshot("meadow", "monday", OPERATOR))
    table.put("Vladimir", WALL, (1, 1))
    table.restore("monday")
    table.revert("who:Beckett")
    assert table.tile(1, 1) == WALL


def test_a_restore_brings_spawns_and_areas_back(table: Table) -> None:
    table.do(table.desk.take_snapshot("meadow", "monday", OPERATOR))
    elsewhere = Places(((5, 5),), (Area("pit", 1, 1, 2, 2),))
    table.edit("Vladimir", SetPlaces(elsewhere))
    assert table.restore("monday").sets_places
    assert table.store.find_map("meadow").places == Places(SPAWNS)
    if table.server is not None:
        assert table.server.world.places == Places(SPAWNS)


def test_a_revert_takes_spawns_and_areas_back_as_well(table: Table) -> None:
    moved = [Places(((at, 5),), (Area("pit", at, 1, 2, 2),)) for at in range(3)]
    for author, places in zip(("Estragon", "Vladimir", "Vladimir"), moved, strict=True):
        table.edit(author, SetPlaces(places))
    assert table.revert("who:Vladimir layer:ground") == Outcome()
    assert table.revert("who:Estragon") == Outcome()  # Vladimir has moved them since.
    foreseen = table.revert("who:Vladimir", preview=True)
    assert table.revert("who:Vladimir") == foreseen == Outcome(edits=1, sets_places=True)
    assert table.store.find_map("meadow").places == moved[0]
    table.revert("via:cli")
    assert table.store.find_map("meadow").places == moved[2]


def test_chunks_that_were_empty_are_emptied_again(store: Store) -> None:
    table = Table(store, runs=False)
    empty = Draft(np.zeros((3, 32, 32), np.uint16), ((1, 1),), ())
    table.do(table.desk.add("void", empty, TILES))
    table.do(table.desk.take_snapshot("void", "first", OPERATOR))
    stored = store.find_map("void")
    cell = CellSet.filled(0, np.array([20], np.int32), np.array([20], np.int32), GRASS)
    table.do(table.desk._edit(stored, SetCells(cell), OPERATOR))
    assert table.do(table.desk.restore("void", "first", OPERATOR)).cells == 1
    draft, _ = table.do(table.desk.read("void", lambda done, whole: None))
    assert not draft.cells.any()


def test_all_of_it_works_in_postgresql_as_well(tmp_path: Path) -> None:
    needed("postgres")
    with postgres_server() as url:
        store = Store(tmp_path, url)
        store.claim()
        store.migrate()
        table = Table(store, runs=False)
        before = table.cells()
        table.do(table.desk.take_snapshot("meadow", "monday", OPERATOR))
        table.put("Vladimir", WALL, (1, 1), (95, 95))
        table.put("Estragon", WALL, (2, 2))
        assert table.revert("who:Vladimir") == Outcome(cells=2, edits=1)
        assert table.restore("monday") == Outcome(cells=1, edits=1)
        np.testing.assert_array_equal(table.cells(), before)
        assert len(table.history()) == 4
        assert table.do(table.desk.purge("meadow", wall_clock_ms() + 60_000)) == 4
        second = Store(tmp_path, url)
        with pytest.raises(StoreError, match="another server or command works on it"):
            second.claim()
        second.close()
        store.close()
        third = Store(tmp_path, url)
        third.claim()
        third.close()


def test_wrong_names_are_refused_with_a_line(table: Table) -> None:
    with pytest.raises(StoreError, match="there is no map 'moor'"):
        table.do(table.desk.history("moor", Filter(), 0))
    with pytest.raises(StoreError, match="there is no snapshot 'monday'"):
        table.restore("monday")
    table.do(table.desk.take_snapshot("meadow", "monday", OPERATOR))
    with pytest.raises(StoreError, match="there is a snapshot 'monday' already"):
        table.do(table.desk.take_snapshot("meadow", "monday", OPERATOR))
    draft = Draft(grass(16, 16), ((1, 1),), ())
    with pytest.raises(StoreError, match="there is a map 'meadow' already"):
        table.do(table.desk.add("meadow", draft, TILES))


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "a" * 65, "Ж" * 33, "a\nb", "a\x00", "\x1b[2J", "../up", "a/b", "a\\b"),
        *(".hidden", " a", "a ", "\u202etxt", "\ud800"),
    ],
)
def test_a_map_cannot_be_called_so(name: str) -> None:
    with pytest.raises(MapRefused, match="name has"):
        checked_name(name)


@pytest.mark.parametrize(
    ("draft", "complaint"),
    [
        (Draft(np.full((3, 16, 16), 65535, np.uint16), ((1, 1),), ()), "there is no tile 65535"),
        (Draft(np.full((3, 16, 16), GRASS, np.uint16), ((1, 1),), ()), "belongs to the ground"),
        (Draft(grass(16, 16), (), ()), "a map needs a spawn"),
        (Draft(grass(16, 16), ((16, 1),), ()), "spawn 16, 1"),
        (Draft(grass(16, 16), ((1, 1),), (Area("a", 9, 9, 9, 9),)), "area a"),
    ],
)
def test_an_unsound_map_is_refused(table: Table, draft: Draft, complaint: str) -> None:
    with pytest.raises(MapRefused, match=complaint):
        table.do(table.desk.add("new", draft, TILES))


def test_a_map_runs_in_one_world_at_most(table: Table) -> None:
    table.do(table.desk.add_world("first", "meadow", "free_roam"))
    with pytest.raises(MapRefused, match="the map 'meadow' belongs to the world 'first'"):
        table.do(table.desk.add_world("second", "meadow", "free_roam"))
    with pytest.raises(MapRefused, match="there is a world 'first' already"):
        table.do(table.desk.add_world("first", "meadow", "free_roam"))
    ((stored, world),) = table.do(table.desk.maps())
    assert (stored.name, world) == ("meadow", "first")


def test_old_history_is_forgotten_and_the_map_stays(table: Table) -> None:
    table.put("Vladimir", WALL, (1, 1))
    assert table.do(table.desk.purge("meadow", wall_clock_ms() - 60_000)) == 0
    assert table.do(table.desk.purge("meadow", wall_clock_ms() + 60_000)) == 1
    assert table.history() == []
    assert table.tile(1, 1) == WALL


def test_whoever_stops_waiting_does_not_stop_the_world(store: Store) -> None:
    table = Table(store, runs=True)
    table.put("Vladimir", WALL, (1, 1))

    async def hang_up() -> None:
        wanted = parse_filter("who:Vladimir", TILES, datetime.now(UTC))
        for rounds in range(8):
            task = asyncio.ensure_future(table.desk.revert("meadow", wanted, OPERATOR))
            for _ in range(rounds):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    table.do(hang_up())
    table.put("Vladimir", WALL, (2, 2))
    assert table.tile(2, 2) == WALL


def test_newcomers_stand_at_new_spawns_even_where_nobody_has_been(store: Store) -> None:
    wide = Draft(grass(1024, 32), ((8, 8),), ())
    number = store.add_map("wide", wide, TILES)
    server = MockServer(TileMap(1024, 32, TILES), ((8, 8),), store, number)
    server.game.edit(Edit("a", "panel", SetPlaces(Places(((1000, 8),))), wall_clock_ms()))
    server.tick(4)
    client = server.join()
    assert (client.place[0] >> 10, client.place[1] >> 10) == (1000, 8)
    assert client.state is not None
    assert client.state.z == 0


def test_parts_lie_near_together_and_miss_nothing() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    flat = rng.choice(3 * 2048 * 2048, 60_000, replace=False).astype(np.int32)
    # And a dense corner, which is more than one edit.
    flat = np.unique(np.append(flat, (np.arange(150)[:, None] * 2048 + np.arange(150)).ravel()))
    layer, rest = np.divmod(flat.astype(np.int32), np.int32(2048 * 2048))
    y, x = np.divmod(rest, np.int32(2048))
    whole = CellSet(layer, x, y, np.ones(len(flat), np.uint16))
    seen = []
    for rows in parts(whole):
        some = some_of(whole, rows)
        assert len(rows) <= 10_000
        assert len({*(some.x >> 8).tolist()}) == len({*(some.y >> 8).tolist()}) == 1
        seen.append(rows)
    assert sorted(np.concatenate(seen).tolist()) == list(range(len(flat)))


def test_a_parcel_is_the_map_that_was_packed() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    cells = rng.integers(0, 65536, (3, 33, 17)).astype(np.uint16)
    draft = Draft(cells, ((1, 2), (3, 4)), (Area("Пруд", 1, 2, 3, 4),))
    found, tiles = unpack(pack(draft, TILES))
    np.testing.assert_array_equal(found.cells, cells)
    assert (found.spawns, found.areas) == (draft.spawns, draft.areas)
    assert tiles.by_id == TILES.by_id


def test_a_parcel_that_is_too_much_or_too_little_is_refused() -> None:
    parcel = pack(Draft(grass(64, 64), ((1, 1),), ()), TILES)
    for change in ({"width": 16}, {"width": 65}, {"cells": "eJw="}, {"cells": "?"}):
        with pytest.raises(ValueError, match="cells"):
            unpack(parcel.model_copy(update=change))


def _plainly(entries: list[JournalEntry]) -> dict[tuple[int, int], tuple[int, int]]:
    """What a revert is, cell by cell: (x, y) to the tile expected and the one wanted."""
    last: dict[tuple[int, int], int] = {}
    first: dict[tuple[int, int], int] = {}
    ended = set()
    for entry in reversed(entries):
        for _, x, y, was, now in entry.changes.tolist():
            if (x, y) not in last:
                last[x, y], first[x, y] = now, was
            elif (x, y) not in ended and first[x, y] == now:
                first[x, y] = was
            else:
                ended.add((x, y))
    return {each: (last[each], first[each]) for each in last if last[each] != first[each]}


def test_a_revert_goes_back_through_each_cells_own_history() -> None:
    rng = np.random.Generator(np.random.PCG64(6))
    for count in (0, 1, 2, 40):
        entries = []
        for number in range(count):
            flat = rng.choice(64, rng.integers(0, 30), replace=False)
            changes = np.zeros(
                len(flat),
                [("layer", "u1"), ("x", "<u2"), ("y", "<u2"), ("was", "<u2"), ("now", "<u2")],
            )
            changes["x"], changes["y"] = flat % 8, flat // 8
            changes["was"], changes["now"] = rng.integers(0, 4, (2, len(flat)))
            reach = (0, 0, 7, 7)
            entries.append(JournalEntry(number, 0, "", "", "", reach, changes, False))
        found = revert(entries, Filter())
        cells = found.wanted
        columns = zip(cells.x.tolist(), cells.y.tolist(), strict=True)
        tiles = zip(found.expected.tolist(), cells.tile.tolist(), strict=True)
        assert dict(zip(columns, tiles, strict=True)) == _plainly(entries)
