"""The database: what goes in comes out, and the tables move with the versions."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlmodel import SQLModel

from server.edits import Places
from server.mapmakers import Area, Draft
from server.store import Store, StoreError
from server.store.database import DATABASE_NAME
from server.tiles import builtin_tile_set

TILES = builtin_tile_set()


def draft(width: int, height: int) -> Draft:
    rng = np.random.Generator(np.random.PCG64(1))
    cells = rng.integers(0, 50, (3, height, width)).astype(np.uint16)
    return Draft(cells, spawns=((1, 2), (3, 4)), areas=(Area("green", 1, 2, 3, 4),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data")
    store.migrate()
    yield store
    store.close()


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


def test_the_data_folder_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.add_map("meadow", draft(16, 16), TILES)
    store.migrate()
    assert len(store.maps()) == 1


def test_the_migrations_make_the_tables_of_the_models(store: Store, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / DATABASE_NAME}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_the_migrations_go_down_to_nothing(store: Store, tmp_path: Path) -> None:
    store.add_world("meadow", "free_roam", store.add_map("meadow", draft(32, 32), TILES))
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / DATABASE_NAME}")
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()
