"""The journal and the snapshots as rows. Functions on a session; Store gives them one."""

from __future__ import annotations

import zlib

import numpy as np
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.chunks import StoredChunk, unpack_chunk
from server.edits import CHANGE_DTYPE, AppliedEdit, Places, Restore
from server.journal import Filter, JournalEntry
from server.mapmakers import Place
from server.models import ChunkRow, EditRow, MapRow, SnapshotChunkRow, SnapshotRow
from server.store.maps import places_columns, read_places

STEPS = ("undo", "redo")
"""Kinds of entries that are no work of their own but move along an author's own history."""


def write_edits(session: Session, map_id: int, applied: list[AppliedEdit]) -> None:
    for each in applied:
        changes, operation = each.changes, each.edit.operation
        xs, ys = changes["x"], changes["y"]
        any_cells = len(changes) > 0
        session.add(
            EditRow(
                map_id=map_id,
                time_ms=each.edit.time_ms,
                author=each.edit.author,
                via=each.edit.via,
                kind=operation.kind,
                left=int(xs.min()) if any_cells else 0,
                top=int(ys.min()) if any_cells else 0,
                right=int(xs.max()) if any_cells else -1,
                bottom=int(ys.max()) if any_cells else -1,
                cell_count=len(changes),
                cells=zlib.compress(changes.tobytes()),
                places_before=places_columns(each.places_before) if each.places_before else None,
            )
        )
        # In their order: an undo must find the row that it is about.
        session.flush()
        if isinstance(operation, Restore):
            for numbers, undone in ((operation.undoes, True), (operation.redoes, False)):
                if numbers:
                    session.exec(
                        update(EditRow).where(col(EditRow.id).in_(numbers)).values(is_undone=undone)
                    )


def entries(
    session: Session, map_id: int, wanted: Filter, limit: int, newest_first: bool
) -> list[JournalEntry]:
    query = select(EditRow).where(EditRow.map_id == map_id)
    if wanted.who:
        query = query.where(EditRow.author == wanted.who)
    if wanted.via:
        query = query.where(EditRow.via == wanted.via)
    if wanted.since_ms:
        query = query.where(EditRow.time_ms >= wanted.since_ms)
    if wanted.until_ms:
        query = query.where(EditRow.time_ms <= wanted.until_ms)
    if wanted.area is not None:
        left, top, right, bottom = wanted.area
        query = query.where(col(EditRow.left) <= right, col(EditRow.right) >= left)
        query = query.where(col(EditRow.top) <= bottom, col(EditRow.bottom) >= top)
    order = col(EditRow.id).desc() if newest_first else col(EditRow.id)
    found = []
    asks_for_cells = wanted.area or wanted.layer is not None or wanted.tile is not None
    for row in session.exec(query.order_by(order)):
        entry = _entry(row)
        if not asks_for_cells or len(wanted.cells_of(entry.changes)):
            found.append(entry)
            if limit and len(found) == limit:
                break
    return found


def last_edit(session: Session, map_id: int, author: str, *, redo: bool) -> JournalEntry | None:
    own = select(EditRow).where(
        EditRow.map_id == map_id, EditRow.author == author, col(EditRow.kind).not_in(STEPS)
    )
    newest = col(EditRow.id).desc()
    last_done = session.exec(own.where(~col(EditRow.is_undone)).order_by(newest).limit(1)).first()
    if not redo:
        return _entry(last_done) if last_done else None
    # What was taken back is newer than all that stands; whoever edits again has let it go.
    query = own.where(col(EditRow.is_undone))
    if last_done is not None:
        query = query.where(col(EditRow.id) > last_done.id)
    row = session.exec(query.order_by(col(EditRow.id)).limit(1)).first()
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
    for chunk in session.exec(select(ChunkRow).where(ChunkRow.map_id == map_id)):
        session.add(
            SnapshotChunkRow(
                snapshot_id=row.id, chunk_x=chunk.chunk_x, chunk_y=chunk.chunk_y, cells=chunk.cells
            )
        )


def snapshot_names(session: Session, map_id: int) -> list[str]:
    query = select(SnapshotRow.name).where(SnapshotRow.map_id == map_id)
    return list(session.exec(query.order_by(col(SnapshotRow.id))))


def find_snapshot(session: Session, map_id: int, name: str) -> SnapshotRow | None:
    query = select(SnapshotRow).where(SnapshotRow.map_id == map_id, SnapshotRow.name == name)
    return session.exec(query).first()


def snapshot_content(session: Session, row: SnapshotRow) -> tuple[dict[Place, StoredChunk], Places]:
    rows = session.exec(select(SnapshotChunkRow).where(SnapshotChunkRow.snapshot_id == row.id))
    chunks = {
        (each.chunk_x, each.chunk_y): StoredChunk(
            each.chunk_x, each.chunk_y, 0, unpack_chunk(each.cells)
        )
        for each in rows
    }
    return chunks, read_places({"spawns": row.spawns, "areas": row.areas})


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
    )
