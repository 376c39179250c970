"""Maps, chunks, tile sets and worlds as rows. Functions on a session; Store gives them one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import delete, insert, tuple_, update
from sqlmodel import Session, col, select

from server.chunks import CHUNK_SHAPE, StoredChunk, cut_chunk, pack_chunk, unpack_chunk
from server.editing.edits import AppliedEdit
from server.editing.operations import Places
from server.mapmakers import Area, Draft, Place
from server.models import ChunkRow, MapRow, ModeDataRow, StandingRow, TileSetRow, WorldRow
from server.store.audit import Audit, write_audit
from server.store.upsert import upsert
from server.tiles import TileSet, read_tile_set

CHUNKS_PER_QUERY = 256
"""SQLite takes 32,766 values in a statement; this is two of them a chunk, and quick."""


@dataclass(frozen=True, eq=False)
class StoredMap:
    """A map without its tiles."""

    number: int
    name: str
    width: int
    height: int
    tiles: TileSet
    places: Places


@dataclass(frozen=True)
class WorldSettings:
    starts: bool = True
    """Whether the world runs from the server's start on."""
    message: str = ""
    """What newcomers are told."""
    modes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What was set of each mode, by its name."""


@dataclass(frozen=True)
class StoredWorld:
    name: str
    mode: str
    map: StoredMap
    settings: WorldSettings = WorldSettings()
    number: int = 0
    """The oldest has the lowest."""


@dataclass(frozen=True)
class Batch:
    """A tick's edits, and what they made of the map."""

    edits: list[AppliedEdit]
    chunks: dict[int, StoredChunk]
    places: Places | None
    """Where the edits changed them."""


def add_map(session: Session, name: str, draft: Draft, tiles: TileSet) -> int:
    tile_set = TileSetRow(name=tiles.name, document=tiles.as_document())
    session.add(tile_set)
    session.flush()
    assert tile_set.id is not None
    _, height, width = draft.cells.shape
    row = MapRow(
        name=name,
        width=width,
        height=height,
        tile_set_id=tile_set.id,
        **places_columns(Places(draft.spawns, draft.areas)),
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    # In portions, and not as objects: a large map has 65,536 of them.
    rows = _chunk_rows(row.id, draft)
    while some := list(islice(rows, CHUNKS_PER_QUERY)):
        session.exec(insert(ChunkRow), params=some)
    return row.id


def add_world(
    session: Session, name: str, mode: str, map_id: int, audit: Audit | None = None
) -> None:
    session.add(WorldRow(name=name, mode=mode, map_id=map_id, settings={}))
    if audit is not None:
        write_audit(session, audit)


def worlds(session: Session) -> list[StoredWorld]:
    found = session.exec(
        select(WorldRow, MapRow, TileSetRow)
        .join(MapRow, col(MapRow.id) == WorldRow.map_id)
        .join(TileSetRow, col(TileSetRow.id) == MapRow.tile_set_id)
        .order_by(col(WorldRow.id))
    )
    return [
        StoredWorld(
            world.name,
            world.mode,
            _stored(row, ts),
            WorldSettings(**world.settings),
            world.id or 0,
        )
        for world, row, ts in found
    ]


def change_world(
    session: Session, name: str, mode: str, settings: WorldSettings, audit: Audit
) -> bool:
    """Whether there is such a world."""
    row = session.exec(select(WorldRow).where(WorldRow.name == name)).first()
    if row is None:
        return False
    row.mode, row.settings = mode, asdict(settings)
    session.add(row)
    write_audit(session, audit)
    return True


def delete_map(session: Session, name: str, audit: Audit) -> bool:
    """With its history, its kept states and its tile set.

    Returns whether there was such a map that no world is made of.
    """
    row = session.exec(select(MapRow).where(MapRow.name == name)).first()
    if row is None or session.exec(select(WorldRow).where(WorldRow.map_id == row.id)).first():
        return False
    session.delete(row)
    session.flush()
    session.exec(delete(TileSetRow).where(col(TileSetRow.id) == row.tile_set_id))
    write_audit(session, audit)
    return True


def delete_world(session: Session, name: str, audit: Audit) -> bool:
    """With where accounts stood in it and what modes kept; its map stays.

    Returns whether there was such a world.
    """
    row = session.exec(select(WorldRow).where(WorldRow.name == name)).first()
    if row is None:
        return False
    session.delete(row)
    session.exec(delete(StandingRow).where(col(StandingRow.world) == name))
    session.exec(delete(ModeDataRow).where(col(ModeDataRow.world) == name))
    write_audit(session, audit)
    return True


def all_maps(session: Session) -> list[StoredMap]:
    found = session.exec(
        select(MapRow, TileSetRow)
        .join(TileSetRow, col(TileSetRow.id) == MapRow.tile_set_id)
        .order_by(col(MapRow.id))
    )
    return [_stored(row, tile_set) for row, tile_set in found]


def find_map(session: Session, name: str) -> StoredMap | None:
    return next((each for each in all_maps(session) if each.name == name), None)


def load_chunks(session: Session, map_id: int, places: list[Place]) -> dict[Place, StoredChunk]:
    found = {}
    for some in in_portions(places):
        rows = session.exec(
            select(ChunkRow)
            .where(ChunkRow.map_id == map_id)
            .where(tuple_(col(ChunkRow.chunk_x), col(ChunkRow.chunk_y)).in_(some))
        )
        for row in rows:
            found[row.chunk_x, row.chunk_y] = StoredChunk(
                row.chunk_x, row.chunk_y, row.revision, unpack_chunk(row.cells)
            )
    empty = np.zeros(CHUNK_SHAPE, np.uint16)
    return {each: found.get(each) or StoredChunk(*each, 0, empty) for each in places}


def chunk_places(session: Session, map_id: int) -> list[Place]:
    rows = session.exec(select(ChunkRow.chunk_x, ChunkRow.chunk_y).where(ChunkRow.map_id == map_id))
    return [(x, y) for x, y in rows]


def write_batches(session: Session, map_id: int, batches: list[Batch]) -> None:
    """The last state of each chunk that the batches touch, and the last spawns and areas."""
    chunks = {place: chunk for batch in batches for place, chunk in batch.chunks.items()}
    if chunks:
        rows = [
            {
                "map_id": map_id,
                "chunk_x": each.column,
                "chunk_y": each.row,
                "revision": each.revision,
                "cells": pack_chunk(each.cells),
            }
            for each in chunks.values()
        ]
        upsert(session, ChunkRow, ["map_id", "chunk_x", "chunk_y"], rows)
    for batch in batches:
        if batch.places is not None:
            session.exec(
                update(MapRow).where(col(MapRow.id) == map_id).values(places_columns(batch.places))
            )


def places_columns(places: Places) -> dict[str, Any]:
    """Spawns and areas as the tables' columns hold them."""
    return {
        "spawns": [list(each) for each in places.spawns],
        "areas": [asdict(each) for each in places.areas],
    }


def read_places(columns: dict[str, Any]) -> Places:
    return Places(
        spawns=tuple((x, y) for x, y in columns["spawns"]),
        areas=tuple(Area(**each) for each in columns["areas"]),
    )


def _stored(row: MapRow, tile_set: TileSetRow) -> StoredMap:
    assert row.id is not None
    return StoredMap(
        number=row.id,
        name=row.name,
        width=row.width,
        height=row.height,
        tiles=read_tile_set(tile_set.document),
        places=read_places({"spawns": row.spawns, "areas": row.areas}),
    )


def _chunk_rows(map_id: int, draft: Draft) -> Iterator[dict[str, Any]]:
    _, height, width = draft.cells.shape
    size = CHUNK_SHAPE[1]
    for row in range(-(-height // size)):
        for column in range(-(-width // size)):
            cells = cut_chunk(draft.cells, column, row)
            if cells.any():
                yield {
                    "map_id": map_id,
                    "chunk_x": column,
                    "chunk_y": row,
                    "revision": 1,
                    "cells": pack_chunk(cells),
                }


def in_portions(places: list[Place]) -> Iterator[list[Place]]:
    for at in range(0, len(places), CHUNKS_PER_QUERY):
        yield places[at : at + CHUNKS_PER_QUERY]
