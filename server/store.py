"""The database: the only file that speaks SQL. Plain, blocking functions on a Store.

SQLite lies in the data folder. It has one writer, and a journal mode that is safe for the version
that Python is linked to.
"""

from __future__ import annotations

import logging
import sqlite3
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from alembic import command
from alembic.config import Config
from numpy.typing import NDArray
from sqlalchemy import Engine, create_engine, event
from sqlmodel import Session, col, select

from protocol_spec.codec import CHUNK_SIZE, LAYER_COUNT
from server.mapmakers import Draft
from server.models import ChunkRow, MapRow, WorldRow

log = logging.getLogger(__name__)

DATABASE_NAME = "estragon.sqlite3"
WAL_IS_SAFE_FROM = (3, 51, 3)
"""Before it, a WAL with two connections can lose a commit (SQLite's own release notes)."""
_CHUNK_SHAPE = (LAYER_COUNT, CHUNK_SIZE, CHUNK_SIZE)


@dataclass(frozen=True, eq=False)
class StoredWorld:
    name: str
    mode: str
    map_name: str
    cells: NDArray[np.uint16]
    """Tile ids, shape (LAYER_COUNT, height, width)."""
    spawns: tuple[tuple[int, int], ...]


class Store:
    def __init__(self, folder: Path) -> None:
        """Opens the database of a data folder, making both where they are missing."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._engine = _sqlite_engine(folder / DATABASE_NAME)

    def migrate(self) -> None:
        """Brings the tables up to this version of the server."""
        config = Config()
        config.set_main_option("script_location", "server:migrations")
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self._engine.dispose()

    def add_world(self, name: str, mode: str, draft: Draft) -> None:
        """Keeps a new map and a world that runs on it, both of that name."""
        _, height, width = draft.cells.shape
        spawns = [list(place) for place in draft.spawns]
        with Session(self._engine) as session:
            row = MapRow(name=name, width=width, height=height, spawns=spawns)
            session.add(row)
            session.flush()
            assert row.id is not None
            session.add_all(_chunk_rows(row.id, draft.cells))
            session.add(WorldRow(name=name, mode=mode, map_id=row.id))
            session.commit()

    def worlds(self) -> list[StoredWorld]:
        """All worlds with their maps, the oldest first."""
        with Session(self._engine) as session:
            found = session.exec(
                select(WorldRow, MapRow)
                .join(MapRow, col(MapRow.id) == WorldRow.map_id)
                .order_by(col(WorldRow.id))
            ).all()
            return [
                StoredWorld(
                    name=world.name,
                    mode=world.mode,
                    map_name=row.name,
                    cells=_read_cells(session, row),
                    spawns=tuple((x, y) for x, y in row.spawns),
                )
                for world, row in found
            ]


def _sqlite_engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")
    journal = "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _chunk_rows(map_id: int, cells: NDArray[np.uint16]) -> list[ChunkRow]:
    _, height, width = cells.shape
    rows = []
    for top in range(0, height, CHUNK_SIZE):
        for left in range(0, width, CHUNK_SIZE):
            part = cells[:, top : top + CHUNK_SIZE, left : left + CHUNK_SIZE]
            if not part.any():
                continue
            whole = np.zeros(_CHUNK_SHAPE, ">u2")
            whole[:, : part.shape[1], : part.shape[2]] = part
            rows.append(
                ChunkRow(
                    map_id=map_id,
                    chunk_x=left // CHUNK_SIZE,
                    chunk_y=top // CHUNK_SIZE,
                    revision=1,
                    cells=zlib.compress(whole.tobytes()),
                )
            )
    return rows


def _read_cells(session: Session, row: MapRow) -> NDArray[np.uint16]:
    cells = np.zeros((LAYER_COUNT, row.height, row.width), np.uint16)
    for chunk in session.exec(select(ChunkRow).where(ChunkRow.map_id == row.id)):
        whole = np.frombuffer(zlib.decompress(chunk.cells), ">u2").reshape(_CHUNK_SHAPE)
        left, top = chunk.chunk_x * CHUNK_SIZE, chunk.chunk_y * CHUNK_SIZE
        place = cells[:, top : top + CHUNK_SIZE, left : left + CHUNK_SIZE]
        place[:] = whole[:, : place.shape[1], : place.shape[2]]
    return cells
