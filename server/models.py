"""The database's tables. What each column means stands here; how they are used, in server/store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


def _blob() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class TileSetRow(SQLModel, table=True):
    """A tile set."""

    __tablename__ = "tile_sets"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64)
    document: dict[str, Any] = _json()
    """As `server.tiles.read_tile_set` reads it."""


class MapRow(SQLModel, table=True):
    """A map; its tiles lie in ChunkRow."""

    __tablename__ = "maps"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    width: int
    """In tiles."""
    height: int
    tile_set_id: int = Field(foreign_key="tile_sets.id", ondelete="RESTRICT")
    spawns: list[list[int]] = _json()
    """[x, y] of tiles."""
    areas: list[dict[str, Any]] = _json()
    """Name, x, y, width and height of each."""


class ChunkRow(SQLModel, table=True):
    """A square of a map; chunks that hold nothing and never did have no row."""

    __tablename__ = "chunks"

    map_id: int = Field(foreign_key="maps.id", ondelete="CASCADE", primary_key=True)
    chunk_x: int = Field(primary_key=True)
    chunk_y: int = Field(primary_key=True)
    revision: int
    cells: bytes = _blob()
    """As CHUNK_DATA.cells."""


class WorldRow(SQLModel, table=True):
    """A world: a map that runs in a mode. A map runs in one world at the most."""

    __tablename__ = "worlds"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    mode: str = Field(max_length=64)
    map_id: int = Field(foreign_key="maps.id", ondelete="RESTRICT", unique=True)
    settings: dict[str, Any] = _json()


class EditRow(SQLModel, table=True):
    """An edit of a map: an entry of its journal."""

    __tablename__ = "edits"

    id: int | None = Field(default=None, primary_key=True)
    map_id: int = Field(foreign_key="maps.id", ondelete="CASCADE", index=True)
    time_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Since 1970."""
    author: str = Field(max_length=64)
    via: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    left: int
    """The rectangle that the changed cells lie in, in tiles, the last column and row included."""
    top: int
    right: int
    bottom: int
    cell_count: int
    cells: bytes = _blob()
    """zlib of rows of server.edits.CHANGE_DTYPE."""
    places_before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """Spawns and areas, where the edit changed them."""
    is_undone: bool = False


class SnapshotRow(SQLModel, table=True):
    """A map as it was, under a name."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("map_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    map_id: int = Field(foreign_key="maps.id", ondelete="CASCADE")
    name: str = Field(max_length=64)
    time_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    author: str = Field(max_length=64)
    spawns: list[list[int]] = _json()
    areas: list[dict[str, Any]] = _json()


class SnapshotChunkRow(SQLModel, table=True):
    __tablename__ = "snapshot_chunks"

    snapshot_id: int = Field(foreign_key="snapshots.id", ondelete="CASCADE", primary_key=True)
    chunk_x: int = Field(primary_key=True)
    chunk_y: int = Field(primary_key=True)
    cells: bytes = _blob()
