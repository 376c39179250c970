"""The journal and the snapshots as rows. Functions on a session; Store gives them one."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from sqlalchemy import and_, delete, insert, literal, or_, tuple_, update
from sqlmodel import Session, col, select

from server.chunks import CHUNK_SHAPE, StoredChunk, unpack_chunk
from server.editing.edits import CHANGE_DTYPE, AppliedEdit
from server.editing.journal import Filter, JournalEntry, next_to_redo
from server.editing.operations import Places, Restore
from server.mapmakers import Place
from server.models import ChunkRow, EditRow, MapRow, SnapshotChunkRow, SnapshotRow
from server.store.maps import in_portions, places_columns, read_places

NOT_UNDONE = ("undo", "redo", "places")
"""What an author's undo passes over: steps along the history, and spawns and areas, which only a
revert takes back."""


def write_edits(session: Session, map_id: int, applied: list[AppliedEdit]) -> None:
    """In their order, so that the journal's numbers tell what came first."""
    if applied:
        # One statement for all: the ORM's way of adding takes ten times as long, and the tick
        # waits for it where both want the interpreter (tests/bench/edits.py).
        session.execute(insert(EditRow), [_columns(map_id, each) for each in applied])
    for each in applied:
        operation = each.edit.operation
        if isinstance(operation, Restore):
            for numbers, undone in ((operation.undoes, True), (operation.redoes, False)):
                if numbers:
                    session.exec(
                        update(EditRow).where(col(EditRow.id).in_(numbers)).values(is_undone=undone)
                    )


def _columns(map_id: int, applied: AppliedEdit) -> dict[str, Any]:
    edit, changes = applied.edit, applied.changes
    xs, ys = changes["x"], changes["y"]
    any_cells = len(changes) > 0
    before = applied.places_before
    return {
        "map_id": map_id,
        "time_ms": edit.time_ms,
        "author": edit.author,
        "author_id": edit.author_id,
        "via": edit.via,
        "kind": edit.operation.kind,
        "left": int(xs.min()) if any_cells else 0,
        "top": int(ys.min()) if any_cells else 0,
        "right": int(xs.max()) if any_cells else -1,
        "bottom": int(ys.max()) if any_cells else -1,
        "cell_count": len(changes),
        "cells": zlib.compress(changes.tobytes()),
        "places_before": places_columns(before) if before else None,
        "is_undone": False,
    }


def entries(
    session: Session, map_id: int, wanted: Filter, limit: int, newest_first: bool
) -> list[JournalEntry]:
    query = select(EditRow).where(EditRow.map_id == map_id)
    if wanted.who:
        query = query.where(EditRow.author == wanted.who)
    if wanted.via:
        query = query.where(EditRow.via == wanted.via)
    if wanted.since_ms is not None:
        query = query.where(EditRow.time_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        query = query.where(EditRow.time_ms <= wanted.until_ms)
    if wanted.area is not None:
        left, top, right, bottom = wanted.area
        query = query.where(col(EditRow.left) <= right, col(EditRow.right) >= left)
        query = query.where(col(EditRow.top) <= bottom, col(EditRow.bottom) >= top)
    order = col(EditRow.id).desc() if newest_first else col(EditRow.id)
    found = []
    # A page at a time: whoever wants the last few entries need not fetch years of them.
    for row in session.exec(query.order_by(order), execution_options={"yield_per": 100}):
        entry = _entry(row)
        if not wanted.asks_for_cells or len(wanted.cells_of(entry.changes)):
            found.append(entry)
            if limit and len(found) == limit:
                break
    return found


def last_edit(
    session: Session, map_id: int, author: str, author_id: int, *, redo: bool
) -> JournalEntry | None:
    """A player's own edits are told by the number: names change, and change hands."""
    by_author = EditRow.author_id == author_id if author_id else EditRow.author == author
    newest = col(EditRow.id).desc()
    if redo:
        steps = select(EditRow.id, EditRow.kind).where(
            EditRow.map_id == map_id, by_author, EditRow.kind != "places"
        )
        # The first few decide, and there may be a hundred thousand.
        with session.exec(steps.order_by(newest).execution_options(yield_per=100)) as entries:
            number = next_to_redo((number or 0, kind) for number, kind in entries)
        row = session.get(EditRow, number) if number else None
    else:
        own = select(EditRow).where(
            EditRow.map_id == map_id, by_author, col(EditRow.kind).not_in(NOT_UNDONE)
        )
        row = session.exec(own.where(~col(EditRow.is_undone)).order_by(newest).limit(1)).first()
    return _entry(row) if row else None


def purge(session: Session, map_id: int, before_ms: int) -> int:
    done = session.exec(
        delete(EditRow).where(col(EditRow.map_id) == map_id, col(EditRow.time_ms) < before_ms)
    )
    return int(done.rowcount)


def take_snapshot(session: Session, map_id: int, name: str, author: str, time_ms: int) -> None:
    source = session.exec(select(MapRow).where(MapRow.id == map_id)).one()
    row = SnapshotRow(
        map_id=map_id,
        name=name,
        time_ms=time_ms,
        author=author,
        spawns=source.spawns,
        areas=source.areas,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    copied = ("chunk_x", "chunk_y", "cells")
    chunks = select(
        literal(row.id), col(ChunkRow.chunk_x), col(ChunkRow.chunk_y), col(ChunkRow.cells)
    ).where(ChunkRow.map_id == map_id)
    session.exec(insert(SnapshotChunkRow).from_select(["snapshot_id", *copied], chunks))


def snapshot_names(session: Session, map_id: int) -> list[str]:
    query = select(SnapshotRow.name).where(SnapshotRow.map_id == map_id)
    return list(session.exec(query.order_by(col(SnapshotRow.id))))


def find_snapshot(session: Session, map_id: int, name: str) -> SnapshotRow | None:
    query = select(SnapshotRow).where(SnapshotRow.map_id == map_id, SnapshotRow.name == name)
    return session.exec(query).first()


def snapshot_places(row: SnapshotRow) -> Places:
    return read_places({"spawns": row.spawns, "areas": row.areas})


def changed_since(session: Session, row: SnapshotRow) -> list[Place]:
    """Column and row of the chunks that may differ from a snapshot; all others are as they were."""
    same_place = and_(
        col(ChunkRow.map_id) == row.map_id,
        col(SnapshotChunkRow.snapshot_id) == row.id,
        col(ChunkRow.chunk_x) == col(SnapshotChunkRow.chunk_x),
        col(ChunkRow.chunk_y) == col(SnapshotChunkRow.chunk_y),
    )
    differs = or_(col(ChunkRow.cells).is_(None), col(ChunkRow.cells) != col(SnapshotChunkRow.cells))
    kept = (
        select(SnapshotChunkRow.chunk_x, SnapshotChunkRow.chunk_y)
        .outerjoin(ChunkRow, same_place)
        .where(SnapshotChunkRow.snapshot_id == row.id, differs)
    )
    new = (
        select(ChunkRow.chunk_x, ChunkRow.chunk_y)
        .outerjoin(SnapshotChunkRow, same_place)
        .where(ChunkRow.map_id == row.map_id, col(SnapshotChunkRow.snapshot_id).is_(None))
    )
    return [(x, y) for query in (kept, new) for x, y in session.exec(query)]


def snapshot_chunks(
    session: Session, row: SnapshotRow, places: list[Place]
) -> dict[Place, StoredChunk]:
    found = {}
    for some in in_portions(places):
        rows = session.exec(
            select(SnapshotChunkRow)
            .where(SnapshotChunkRow.snapshot_id == row.id)
            .where(tuple_(col(SnapshotChunkRow.chunk_x), col(SnapshotChunkRow.chunk_y)).in_(some))
        )
        for each in rows:
            found[each.chunk_x, each.chunk_y] = StoredChunk(
                each.chunk_x, each.chunk_y, 0, unpack_chunk(each.cells)
            )
    empty = np.zeros(CHUNK_SHAPE, np.uint16)
    return {each: found.get(each) or StoredChunk(*each, 0, empty) for each in places}


def _entry(row: EditRow) -> JournalEntry:
    assert row.id is not None
    return JournalEntry(
        number=row.id,
        time_ms=row.time_ms,
        author=row.author,
        via=row.via,
        kind=row.kind,
        reach=(row.left, row.top, row.right, row.bottom),
        changes=np.frombuffer(zlib.decompress(row.cells), CHANGE_DTYPE),
        is_undone=row.is_undone,
        places_before=read_places(row.places_before) if row.places_before else None,
    )
