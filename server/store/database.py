"""Opening a database, bringing it up to date, and the Store that does all that is asked of it."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session, select

from server.chunks import StoredChunk
from server.editing.journal import Filter, JournalEntry
from server.editing.operations import Places
from server.mapmakers import Draft, Place
from server.models import SnapshotRow
from server.store import history, maps, modes
from server.store.audit import Audit
from server.store.maps import Batch, StoredMap, StoredWorld
from server.tiles import TileSet

P = ParamSpec("P")
T = TypeVar("T")

DATABASE_NAME = "estragon.sqlite3"
BUSY_TIMEOUT_MS = 2000
"""How long SQLite waits for a lock of another program before an edit is refused."""
WAL_IS_SAFE_FROM = (3, 51, 3)
"""Before it, a WAL with two connections can lose a commit (SQLite's own release notes)."""

CLAIM_KEY = 0x4573_7472
"""PostgreSQL's advisory locks are numbers: the letters "Estr"."""


class StoreError(Exception):
    """The database cannot do it now: full, locked, gone. The text is one line for a person."""


class Store:
    def __init__(self, folder: Path, database_url: str = "") -> None:
        """Opens a data folder's own SQLite, making both where they are missing, or another."""
        self._claim: Connection | None = None
        if not database_url:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            database_url = f"sqlite:///{folder / DATABASE_NAME}"
        if make_url(database_url).get_backend_name() == "sqlite":
            self._engine = _sqlite_engine(database_url)
        else:
            self._engine = create_engine(database_url, pool_pre_ping=True, hide_parameters=True)

    def migrate(self) -> None:
        """Brings the tables up to this version of the server."""
        config = Config()
        config.set_main_option("script_location", "server:migrations")
        with self._plainly(), self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def claim(self) -> None:
        """Keeps other servers and commands away from a PostgreSQL, until `close`.

        A database file is guarded by the lock of its folder. Raises StoreError where somebody
        else is at work. The claim ends with its connection: after a restart of PostgreSQL there is
        none until the server starts again.
        """
        if self._engine.dialect.name != "postgresql":
            return
        with self._plainly():
            self._claim = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if not self._claim.scalar(select(func.pg_try_advisory_lock(CLAIM_KEY))):
                raise StoreError(
                    "another server or command works on it "
                    "(commands find a running server by its --data)"
                )

    def close(self) -> None:
        if self._claim is not None:
            self._claim.close()
        self._engine.dispose()

    def do(
        self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Has one of this package's functions do its work, in a transaction of its own."""
        with self._session() as session:
            return work(session, *args, **kwargs)

    def add_map(self, name: str, draft: Draft, tiles: TileSet) -> int:
        """Keeps a new map and returns its number. Raises StoreError where the name is taken."""
        with self._session() as session:
            if maps.find_map(session, name) is not None:
                raise StoreError(f"there is a map {name!r} already")
            return maps.add_map(session, name, draft, tiles)

    def add_world(self, name: str, mode: str, map_id: int, audit: Audit | None = None) -> None:
        with self._session() as session:
            maps.add_world(session, name, mode, map_id, audit)

    def worlds(self) -> list[StoredWorld]:
        """All worlds with their maps, the oldest first."""
        with self._session() as session:
            return maps.worlds(session)

    def maps(self) -> list[StoredMap]:
        """All maps, the oldest first."""
        with self._session() as session:
            return maps.all_maps(session)

    def find_map(self, name: str) -> StoredMap:
        """Raises StoreError where there is none of that name."""
        with self._session() as session:
            found = maps.find_map(session, name)
        if found is None:
            raise StoreError(f"there is no map {name!r}")
        return found

    def load_chunks(self, map_id: int, places: list[Place]) -> dict[Place, StoredChunk]:
        """Chunks by column and row; what was never written is empty."""
        with self._session() as session:
            return maps.load_chunks(session, map_id, places)

    def chunk_places(self, map_id: int) -> list[Place]:
        """Column and row of every chunk that was ever written."""
        with self._session() as session:
            return maps.chunk_places(session, map_id)

    def commit(self, map_id: int, batches: list[Batch]) -> None:
        """Writes edits, what they made of their chunks, and their journal, all or nothing."""
        with self._session() as session:
            maps.write_batches(session, map_id, batches)
            edits = [edit for batch in batches for edit in batch.edits]
            history.write_edits(session, map_id, edits)

    def entries(
        self, map_id: int, wanted: Filter, limit: int = 0, newest_first: bool = True
    ) -> list[JournalEntry]:
        """The journal's entries with a cell that the filter means; 0: all of them."""
        with self._session() as session:
            return history.entries(session, map_id, wanted, limit, newest_first)

    def mode_data(self, world: str, mode: str) -> dict[str, Any]:
        """What a mode kept of a world."""
        with self._session() as session:
            return modes.mode_data(session, world, mode)

    def keep_mode_data(self, world: str, documents: dict[str, dict[str, Any]]) -> None:
        """What modes keep of a world, by their names."""
        with self._session() as session:
            for mode, document in documents.items():
                modes.keep_mode_data(session, world, mode, document)

    def last_edit(
        self, map_id: int, author: str, author_id: int = 0, *, redo: bool
    ) -> JournalEntry | None:
        """What an author's undo, or redo, is about; None where there is nothing."""
        with self._session() as session:
            return history.last_edit(session, map_id, author, author_id, redo=redo)

    def purge(self, map_id: int, before_ms: int) -> int:
        """Forgets the journal's entries from before a time; returns how many."""
        with self._session() as session:
            return history.purge(session, map_id, before_ms)

    def take_snapshot(self, map_id: int, name: str, author: str, time_ms: int) -> None:
        """Keeps the map as it is under a name. Raises StoreError where the name is taken."""
        with self._session() as session:
            if history.find_snapshot(session, map_id, name) is not None:
                raise StoreError(f"there is a snapshot {name!r} already")
            history.take_snapshot(session, map_id, name, author, time_ms)

    def snapshot_names(self, map_id: int) -> list[str]:
        with self._session() as session:
            return history.snapshot_names(session, map_id)

    def snapshot_places(self, map_id: int, name: str) -> Places:
        """A snapshot's spawns and areas. Raises StoreError where there is none of that name."""
        with self._session() as session:
            return history.snapshot_places(_found(session, map_id, name))

    def changed_since(self, map_id: int, name: str) -> list[Place]:
        """Column and row of the chunks that may differ from a snapshot. Raises StoreError."""
        with self._session() as session:
            return history.changed_since(session, _found(session, map_id, name))

    def snapshot_chunks(
        self, map_id: int, name: str, places: list[Place]
    ) -> dict[Place, StoredChunk]:
        """These chunks as they were; what was never written is empty. Raises StoreError."""
        with self._session() as session:
            return history.snapshot_chunks(session, _found(session, map_id, name), places)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """A transaction: committed at the end, undone where anything is raised."""
        with self._plainly(), Session(self._engine) as session:
            yield session
            session.commit()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
            raise StoreError(str(cause).strip().splitlines()[0]) from error
        except (ValueError, zlib.error) as error:
            raise StoreError(f"what is stored is damaged: {error}") from error


def _found(session: Session, map_id: int, name: str) -> SnapshotRow:
    row = history.find_snapshot(session, map_id, name)
    if row is None:
        raise StoreError(f"there is no snapshot {name!r}")
    return row


def _sqlite_engine(address: str) -> Engine:
    # Parameters are what people wrote, and the hashes of their secrets: no log shall have them.
    engine = create_engine(address, connect_args={"check_same_thread": False}, hide_parameters=True)
    journal = "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        # Python's own way begins a transaction at the first change of a row only: a migration that
        # is cut off would leave half of its tables behind.
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
