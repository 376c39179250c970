"""The database's tables. What each column means stands here; how they are used, in store.py."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class MapRow(SQLModel, table=True):
    """A map; its tiles lie in ChunkRow."""

    __tablename__ = "maps"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    width: int
    """In tiles."""
    height: int
    spawns: list[list[int]] = Field(sa_column=Column(JSON, nullable=False))
    """[x, y] of tiles."""


class ChunkRow(SQLModel, table=True):
    """A square of a map; chunks that hold nothing have no row."""

    __tablename__ = "chunks"
    __table_args__ = (UniqueConstraint("map_id", "chunk_x", "chunk_y"),)

    id: int | None = Field(default=None, primary_key=True)
    map_id: int = Field(foreign_key="maps.id", ondelete="CASCADE")
    chunk_x: int
    chunk_y: int
    revision: int
    cells: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """As CHUNK_DATA.cells."""


class WorldRow(SQLModel, table=True):
    """A world: a map that runs in a mode."""

    __tablename__ = "worlds"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    mode: str = Field(max_length=64)
    map_id: int = Field(foreign_key="maps.id", ondelete="RESTRICT")
