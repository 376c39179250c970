"""Maps that lie in the database: what an edit would do to them, and doing it. Blocking."""

from __future__ import annotations

from server.chunks import StoredChunk, TileMap
from server.desks.map_parts import differing
from server.editing import edits, journal
from server.editing.edits import AppliedEdit, Edit
from server.editing.journal import Filter
from server.editing.operations import CellSet, Operation, Places, Restore, SetPlaces
from server.mapmakers import Place
from server.store import Batch, Store, StoredMap


def plan_revert(store: Store, number: int, *, wanted: Filter) -> tuple[Restore, Places | None]:
    """What takes back the entries that are meant: their cells, and their spawns and areas."""
    meant = store.entries(number, wanted)
    set_places = [] if wanted.asks_for_cells else [each for each in meant if each.places_before]
    places = None
    if set_places:
        since_ms = min(each.time_ms for each in set_places)
        places = journal.revert_places(meant, store.entries(number, Filter(since_ms=since_ms)))
    return journal.revert(meant, wanted), places


def load(store: Store, number: int, *, places: list[Place]) -> dict[Place, StoredChunk]:
    return store.load_chunks(number, places)


def difference(store: Store, number: int, *, snapshot: str, places: list[Place]) -> CellSet:
    return differing(
        store.load_chunks(number, places), store.snapshot_chunks(number, snapshot, places)
    )


def loaded(store: Store, stored: StoredMap, operation: Operation) -> TileMap:
    """A map in memory that has what an operation needs."""
    tile_map = TileMap(stored.width, stored.height, stored.tiles)
    needed = {tile_map.chunk_place(each): each for each in tile_map.chunks_in(*operation.reach())}
    for place, chunk in store.load_chunks(stored.number, list(needed)).items():
        tile_map.load(needed[place], chunk.cells, chunk.revision)
    return tile_map


def tried(store: Store, number: int, *, stored: StoredMap, edit: Edit) -> AppliedEdit:
    """What an edit would do."""
    return edits.apply(edit, loaded(store, stored, edit.operation), stored.places)


def apply_stored(store: Store, stored: StoredMap, edit: Edit) -> AppliedEdit:
    """Does an edit on a map that does not run."""
    tile_map = loaded(store, stored, edit.operation)
    applied = edits.apply(edit, tile_map, stored.places)
    chunks = {
        each: StoredChunk(
            *tile_map.chunk_place(each), tile_map.advance(each), tile_map.chunk_cells(each)
        )
        for each in edits.touched_chunks(applied.changes, tile_map)
    }
    operation = edit.operation
    places = operation.places if isinstance(operation, SetPlaces) else None
    store.commit(stored.number, [Batch([applied], chunks, places)])
    return applied
