"""The database: what goes in comes out, and the tables move with the versions."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlmodel import SQLModel

from server.mapmakers import Draft
from server.store import DATABASE_NAME, Store


def draft(width: int, height: int) -> Draft:
    rng = np.random.Generator(np.random.PCG64(1))
    cells = rng.integers(0, 50, (3, height, width)).astype(np.uint16)
    return Draft(cells, spawns=((1, 2), (3, 4)), areas=())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "data")
    store.migrate()
    return store


@pytest.mark.parametrize(("width", "height"), [(16, 16), (17, 33), (256, 256)])
def test_a_map_comes_back_as_it_was_kept(store: Store, width: int, height: int) -> None:
    made = draft(width, height)
    store.add_world("meadow", "free_roam", made)
    (world,) = store.worlds()
    assert (world.name, world.mode, world.map_name) == ("meadow", "free_roam", "meadow")
    assert world.spawns == made.spawns
    np.testing.assert_array_equal(world.cells, made.cells)


def test_the_data_folder_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.add_world("meadow", "free_roam", draft(16, 16))
    store.migrate()
    assert len(store.worlds()) == 1


def test_the_migrations_make_the_tables_of_the_models(store: Store, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / DATABASE_NAME}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_the_migrations_go_down_to_nothing(store: Store, tmp_path: Path) -> None:
    store.add_world("meadow", "free_roam", draft(32, 32))
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / DATABASE_NAME}")
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()
