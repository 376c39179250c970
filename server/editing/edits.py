"""Edits: operations with an author, carried into a map, and what they changed. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import CHUNK_SIZE, LAYER_COUNT, ErrorCode
from server.chunks import TileMap
from server.editing.operations import (
    CellSet,
    FillRectangle,
    Operation,
    Places,
    Restore,
    SetCells,
    SetPlaces,
    Stroke,
)
from server.failures import Rejected
from server.tiles import EMPTY

CHANGE_DTYPE = np.dtype(
    [("layer", "u1"), ("x", "<u2"), ("y", "<u2"), ("was", "<u2"), ("now", "<u2")]
)
"""A row of the journal: one cell, before and after."""
CellChanges = NDArray[Any]
"""Rows of CHANGE_DTYPE, at most one a cell."""


FIXED_CELLS = (SetCells, Stroke, FillRectangle)
"""Operations that mean the same cells whatever the map holds."""

Done = Callable[["AppliedEdit | Rejected"], None]
"""Told when an edit is in the database, or why it is not."""


Check = Callable[[CellSet], None]
"""Raises Rejected where an edit's author may not change one of these cells."""


@dataclass(frozen=True, eq=False)
class Edit:
    """An operation with its author, on its way into the world."""

    author: str
    via: str
    """panel, game, cli or import."""
    operation: Operation
    time_ms: int
    done: Done = field(default=lambda result: None)
    author_id: int = 0
    """The player's number; 0 where it was none."""
    check: Check | None = None


@dataclass(frozen=True, eq=False)
class Undo:
    """A wish to have the author's last edit taken back, or done again; the rest is as an Edit's."""

    author: str
    via: str
    done: Done = field(default=lambda result: None)
    author_id: int = 0
    check: Check | None = None
    redo: bool = False


@dataclass(frozen=True, eq=False)
class AppliedEdit:
    """What an edit did."""

    edit: Edit
    changes: CellChanges
    skipped: int = 0
    """Cells that were left alone because somebody had changed them since."""
    places_before: Places | None = None


def apply(edit: Edit, tile_map: TileMap, places: Places) -> AppliedEdit:
    """Carries an edit's tiles into the map. Raises Rejected and changes nothing where it may not.

    Spawns and areas are the caller's to set; `places` are the ones so far.
    """
    operation = edit.operation
    wanted = _permitted(edit, tile_map)
    check(wanted, tile_map)
    was = tile_map.tiles_at(wanted.layer, wanted.y, wanted.x)
    differs = was != wanted.tile
    changes = _changes(wanted, was, differs)
    put(changes, "now", tile_map)
    skipped = len(operation.wanted) - len(wanted) if isinstance(operation, Restore) else 0
    before = places if isinstance(operation, SetPlaces) else None
    return AppliedEdit(edit, changes, skipped, before)


def apply_together(several: list[Edit], tile_map: TileMap) -> list[AppliedEdit] | None:
    """What `apply` does to each in turn, in one go for all: numpy's calls cost more than cells.

    Only for operations whose cells do not hang on what the map holds (FIXED_CELLS). None, with
    nothing changed, where one of them is to be refused: then `apply` tells which.
    """
    try:
        sets = [_permitted(each, tile_map) for each in several]
    except Rejected:
        return None
    wanted = CellSet(
        np.concatenate([each.layer for each in sets]),
        np.concatenate([each.x for each in sets]),
        np.concatenate([each.y for each in sets]),
        np.concatenate([each.tile for each in sets]),
    )
    counts = [len(each) for each in sets]
    flat = _flat(wanted, tile_map)
    order = np.argsort(flat, kind="stable")
    again = flat[order[1:]] == flat[order[:-1]]
    later, earlier = order[1:][again], order[:-1][again]
    owner = np.repeat(np.arange(len(sets)), counts)
    if not _is_inside(wanted, tile_map) or not _fits(wanted, tile_map).all():
        return None
    if (owner[later] == owner[earlier]).any():
        return None
    was = tile_map.tiles_at(wanted.layer, wanted.y, wanted.x)
    was[later] = wanted.tile[earlier]  # What an earlier one of them leaves there.
    differs = was != wanted.tile
    changes = _changes(wanted, was, differs)
    put(changes, "now", tile_map)
    ends = np.cumsum(np.bincount(owner[differs], minlength=len(sets)))[:-1]
    return [
        AppliedEdit(edit, own)
        for edit, own in zip(several, np.split(changes, ends.tolist()), strict=True)
    ]


def _permitted(edit: Edit, tile_map: TileMap) -> CellSet:
    """The cells that an edit means. Raises Rejected where its author may not change them."""
    wanted = edit.operation.cells(tile_map)
    if edit.check is not None:
        edit.check(wanted)
    return wanted


def _changes(wanted: CellSet, was: NDArray[np.uint16], differs: NDArray[np.bool_]) -> CellChanges:
    changes = np.empty(int(differs.sum()), CHANGE_DTYPE)
    changes["layer"] = wanted.layer[differs]
    changes["x"] = wanted.x[differs]
    changes["y"] = wanted.y[differs]
    changes["was"] = was[differs]
    changes["now"] = wanted.tile[differs]
    return changes


def put(changes: CellChanges, column: str, tile_map: TileMap) -> None:
    """Writes one side of changes: "now", or "was" to take them back."""
    tile_map.set_tiles(
        changes["layer"].astype(np.int32),
        changes["y"].astype(np.int32),
        changes["x"].astype(np.int32),
        changes[column].astype(np.uint16),
    )


def touched_chunks(changes: CellChanges, tile_map: TileMap) -> set[int]:
    rows = changes["y"].astype(np.int32) >> 4
    return set((rows * tile_map.chunks_wide + (changes["x"] >> 4)).tolist())


def check(wanted: CellSet, tile_map: TileMap) -> None:
    """Raises Rejected where cells lie outside the map, or a tile is unknown or of another layer."""
    if not _is_inside(wanted, tile_map):
        raise Rejected(ErrorCode.EDIT_OUTSIDE)
    misfits = np.flatnonzero(~_fits(wanted, tile_map))
    if len(misfits):
        tile = tile_map.tiles.by_id.get(int(wanted.tile[misfits[0]]))
        if tile is None:
            raise Rejected(ErrorCode.EDIT_TILE, f"there is no tile {wanted.tile[misfits[0]]}")
        raise Rejected(ErrorCode.EDIT_TILE, f"{tile.name} belongs to the {tile.layer}")
    # The last of several tiles for one cell would win by chance. A set of numbers: for the few
    # cells of most edits numpy's unique takes several times as long.
    if len(set(_flat(wanted, tile_map).tolist())) != len(wanted):
        raise Rejected(ErrorCode.EDIT_TILE, "a cell is named twice")


def _is_inside(wanted: CellSet, tile_map: TileMap) -> bool:
    inside = (wanted.x >= 0) & (wanted.x < tile_map.width)
    inside &= (wanted.y >= 0) & (wanted.y < tile_map.height)
    inside &= (wanted.layer >= 0) & (wanted.layer < LAYER_COUNT)
    return bool(inside.all())


def _fits(wanted: CellSet, tile_map: TileMap) -> NDArray[np.bool_]:
    """Which tiles exist and belong on their layer; the empty one does on all."""
    fits: NDArray[np.bool_] = tile_map.tiles.layers[wanted.tile] == wanted.layer
    fits |= wanted.tile == EMPTY
    return fits


def _flat(wanted: CellSet, tile_map: TileMap) -> NDArray[np.int64]:
    """A number for each cell of a map."""
    row = wanted.layer.astype(np.int64) * tile_map.height + wanted.y
    flat: NDArray[np.int64] = row * tile_map.width + wanted.x
    return flat


def chunk_deltas(
    applied: list[AppliedEdit], tile_map: TileMap
) -> dict[int, tuple[NDArray[np.uint16], NDArray[np.uint16]]]:
    """Chunk -> (cell indexes, tile ids): each changed cell once, with what it holds now.

    A cell's index is its place in CHUNK_DATA.cells: layer, row, column.
    """
    rows = [each.changes for each in applied if len(each.changes)]
    if not rows:
        return {}
    # Joined as bytes: numpy takes its time to see that all rows are of one kind.
    changes = np.frombuffer(b"".join([each.tobytes() for each in rows]), CHANGE_DTYPE)
    x, y = changes["x"].astype(np.int32), changes["y"].astype(np.int32)
    layer = changes["layer"].astype(np.int32)
    chunk = (y >> 4) * np.int32(tile_map.chunks_wide) + (x >> 4)
    index = (layer * CHUNK_SIZE + (y & 15)) * CHUNK_SIZE + (x & 15)
    key = np.unique(chunk.astype(np.int64) * 1024 + index)
    chunk_of, cells = key >> 10, (key & 1023).astype(np.uint16)
    tiles = tile_map.cells_of(chunk_of, key & 1023)
    begins = np.flatnonzero(np.diff(chunk_of, prepend=-1)).tolist()
    deltas = {}
    for begin, end in zip(begins, [*begins[1:], len(key)], strict=True):
        deltas[int(chunk_of[begin])] = (cells[begin:end], tiles[begin:end])
    return deltas
