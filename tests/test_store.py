"""The database: what goes in comes out, and the tables move with the versions."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlmodel import SQLModel

from server.chunks import CHUNK_SHAPE, StoredChunk
from server.editing.edits import CHANGE_DTYPE, AppliedEdit, Edit
from server.editing.journal import Filter
from server.editing.operations import CellSet, Places, SetCells
from server.mapmakers import Area, Draft
from server.store import Batch, Store, StoreError
from server.tiles import builtin_tile_set
from tests.conftest import open_store

TILES = builtin_tile_set()


def draft(width: int, height: int) -> Draft:
    rng = np.random.Generator(np.random.PCG64(1))
    cells = rng.integers(0, 50, (3, height, width)).astype(np.uint16)
    return Draft(cells, spawns=((1, 2), (3, 4)), areas=(Area("green", 1, 2, 3, 4),))


@pytest.fixture
def connection(store: Store, address: str) -> Iterator[Connection]:
    """Another one than the store's."""
    engine = create_engine(address, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


def edit(*changes: tuple[int, int, int, int, int], author: str = "Pozzo") -> AppliedEdit:
    """An edit that was applied: rows of layer, x, y, was and now."""
    rows = np.array(list(changes), CHANGE_DTYPE)
    nothing = np.empty(0, np.int32)
    cells = CellSet(nothing, nothing, nothing, nothing.astype(np.uint16))
    return AppliedEdit(Edit(author, "game", SetCells(cells), 1_795_374_017_888), rows)


def batch(*edits: AppliedEdit, revision: int = 2) -> Batch:
    """A tick's edits, which leave chunk 0 with a single tile in it."""
    cells = np.zeros(CHUNK_SHAPE, np.uint16)
    cells[0, 1, 1] = revision
    return Batch(list(edits), {0: StoredChunk(0, 0, revision, cells)}, None)


@pytest.mark.parametrize(("width", "height"), [(16, 16), (17, 33), (256, 256)])
def test_a_map_comes_back_as_it_was_kept(store: Store, width: int, height: int) -> None:
    made = draft(width, height)
    number = store.add_map("meadow", made, TILES)
    store.add_world("first", "free_roam", number)
    (world,) = store.worlds()
    assert (world.name, world.mode, world.map.name) == ("first", "free_roam", "meadow")
    assert world.map.places == Places(made.spawns, made.areas)
    assert world.map.tiles.by_id == TILES.by_id
    whole = np.zeros((3, -(-height // 16) * 16, -(-width // 16) * 16), np.uint16)
    for (x, y), chunk in store.load_chunks(number, store.chunk_places(number)).items():
        whole[:, y * 16 : y * 16 + 16, x * 16 : x * 16 + 16] = chunk.cells
    np.testing.assert_array_equal(whole[:, :height, :width], made.cells)


def test_a_name_is_taken_once(store: Store) -> None:
    store.add_map("meadow", draft(16, 16), TILES)
    with pytest.raises(StoreError, match="there is a map 'meadow' already"):
        store.add_map("meadow", draft(16, 16), TILES)
    assert len(store.maps()) == 1


def test_what_was_never_written_is_empty(store: Store) -> None:
    number = store.add_map("meadow", draft(16, 16), TILES)
    chunk = store.load_chunks(number, [(7, 8)])[7, 8]
    assert not chunk.cells.any()


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    Store(tmp_path / "data").close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.add_map("meadow", draft(16, 16), TILES)
    store.migrate()
    assert len(store.maps()) == 1


def test_the_migrations_make_the_tables_of_the_models(connection: Connection) -> None:
    context = MigrationContext.configure(connection)
    assert compare_metadata(context, SQLModel.metadata) == []


def test_the_migrations_go_down_to_nothing_and_up_again_with_data_in_the_tables(
    store: Store, connection: Connection
) -> None:
    number = store.add_map("meadow", draft(32, 32), TILES)
    store.add_world("meadow", "free_roam", number)
    store.commit(number, [batch(edit((0, 1, 1, 5, 2)))])
    store.take_snapshot(number, "before", "Pozzo", 1)
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    config.attributes["connection"] = connection
    command.downgrade(config, "base")
    assert inspect(connection).get_table_names() == ["alembic_version"]
    connection.commit()
    store.migrate()
    assert store.maps() == []
    store.add_world("meadow", "free_roam", store.add_map("meadow", draft(32, 32), TILES))


def test_a_migration_that_is_cut_off_leaves_nothing_behind(address: str, tmp_path: Path) -> None:
    """As after a kill in the middle of it: the next start does it as a whole."""
    store = open_store(address, tmp_path)

    def power_cut(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE edits" in statement:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", power_cut)
    with pytest.raises(KeyboardInterrupt):
        store.migrate()
    event.remove(Engine, "before_cursor_execute", power_cut)
    store.close()
    store = open_store(address, tmp_path)
    store.migrate()
    store.add_map("meadow", draft(16, 16), TILES)
    store.close()


def test_a_commit_is_all_or_nothing(store: Store) -> None:
    number = store.add_map("meadow", draft(16, 16), TILES)
    before = store.load_chunks(number, [(0, 0)])[0, 0]
    nobodys: Any = None
    broken = batch(edit((0, 1, 1, 2, 3), author=nobodys), revision=3)
    with pytest.raises(StoreError, match="author"):
        store.commit(number, [batch(edit((0, 1, 1, 5, 2))), broken])
    after = store.load_chunks(number, [(0, 0)])[0, 0]
    assert after.revision == before.revision
    np.testing.assert_array_equal(after.cells, before.cells)
    assert store.entries(number, Filter()) == []
    store.commit(number, [batch(edit((0, 1, 1, 5, 2)))])
    assert store.load_chunks(number, [(0, 0)])[0, 0].revision == 2


def test_a_commit_keeps_the_journal_in_the_order_of_its_edits(store: Store) -> None:
    number = store.add_map("meadow", draft(16, 16), TILES)
    edits = [edit((0, 1, 1, each, each + 1)) for each in range(300)]
    batches = [batch(*edits[at : at + 10], revision=2 + at) for at in range(0, 300, 10)]
    store.commit(number, batches)
    entries = store.entries(number, Filter(), newest_first=False)
    assert [int(each.changes["now"][0]) for each in entries] == list(range(1, 301))
    assert [each.number for each in entries] == sorted(each.number for each in entries)
    assert len({each.number for each in entries}) == 300
    assert store.load_chunks(number, [(0, 0)])[0, 0].revision == 292


def test_what_is_damaged_in_the_database_is_an_error_of_the_database(
    store: Store, connection: Connection
) -> None:
    """Not a bug that would end the keeper, and every other edit with it."""
    number = store.add_map("meadow", draft(16, 16), TILES)
    store.commit(number, [batch(edit((0, 1, 1, 5, 2)))])
    for table in ("chunks", "edits"):
        connection.execute(text(f"UPDATE {table} SET cells = :cells"), {"cells": b"rubbish"})
    connection.commit()
    with pytest.raises(StoreError, match="damaged"):
        store.load_chunks(number, [(0, 0)])
    with pytest.raises(StoreError, match="damaged"):
        store.entries(number, Filter())


def test_a_purge_forgets_what_is_older_and_nothing_else(store: Store) -> None:
    number = store.add_map("meadow", draft(16, 16), TILES)
    other = store.add_map("moor", draft(16, 16), TILES)
    for at in range(4):
        each = edit((0, 1, 1, at, at + 1))
        store.commit(number, [batch(replace(each, edit=replace(each.edit, time_ms=at)))])
        store.commit(other, [batch(replace(each, edit=replace(each.edit, time_ms=at)))])
    assert store.purge(number, before_ms=2) == 2
    assert [each.time_ms for each in store.entries(number, Filter())] == [3, 2]
    assert len(store.entries(other, Filter())) == 4
