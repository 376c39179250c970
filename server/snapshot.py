"""A tick's result as bytes: each chunk's players once, whoever sees them. Pure.

A client's WORLD_STATE is a head of its own and the bytes of the chunks in its view, joined. Who
stands in the same chunk has the same view, so that the join, too, is made once a chunk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol_spec import codec
from protocol_spec.codec import PlayerState, SnapshotFlag
from server.inputs import Slots
from server.mapmakers import Place
from server.world import Changes, Delta, World

Rows = NDArray[Any]
"""Structured: one row a player, one column a field."""

_PLAYER_DTYPE: np.dtype[Any] = np.dtype(PlayerState.DTYPE)
_HEAD_DTYPE: np.dtype[Any] = np.dtype(codec.WorldState.FRAME_DTYPE)
HEAD_SIZE = _HEAD_DTYPE.itemsize
_ENVELOPE_SIZE = 3
FAR_TICKS = 4
"""Chunks that are not near come at every so many ticks. An exact circle of 24 tiles would be 1,810
tiles; nine near chunks and twelve far ones cost as much as 3,072."""


class FarChanges:
    """Who changed in the last FAR_TICKS ticks, for those who see them from afar."""

    def __init__(self) -> None:
        self._ticks: deque[tuple[Slots, Slots]] = deque(maxlen=FAR_TICKS)

    def add(self, chunks: Slots, slots: Slots) -> None:
        """A tick's changes: each chunk in which a slot was."""
        self._ticks.append((chunks, slots))

    def due(self, tick: int) -> tuple[Slots, Slots]:
        """Chunks whose turn it is, and who changed there since their last turn, each once."""
        chunks = np.concatenate([each for each, _ in self._ticks])
        slots = np.concatenate([each for _, each in self._ticks])
        # Not all at the same tick, so that all messages are about as long.
        is_due = (chunks + tick) % FAR_TICKS == 0
        pairs = np.unique((chunks[is_due].astype(np.int64) << 16) | slots[is_due])
        return (pairs >> 16).astype(np.int32), (pairs & 0xFFFF).astype(np.int32)


class Snapshot:
    """The bytes of one tick. Made anew each tick; what nobody asks for is never encoded."""

    def __init__(self, world: World, changes: Changes, far_changes: FarChanges) -> None:
        self._world = world
        chunks, slots = _with_crossings(world, changes)
        self._near = _by_chunk(chunks, _encode(world, slots))
        far_changes.add(chunks, slots)
        chunks, slots = far_changes.due(world.tick)
        self._far = _by_chunk(chunks, _encode(world, slots))
        self._everybody: dict[int, bytes] | None = None
        self._views: dict[int, bytes] = {}
        self.edit_frames = {
            chunk: _edit_frame(world.map.chunk_place(chunk), delta)
            for chunk, delta in changes.deltas.items()
        }
        """The CHUNK_EDITs of the tick, by chunk."""
        self.emote_frames = _emote_frames(world, changes)
        """The EMOTEs of the tick, by the chunk of who shows them."""
        self._frame_views: dict[int, bytes] = {}
        self._full_views: dict[int, bytes] = {}

    def changes_in_view(self, chunk: int) -> bytes:
        """Packed PlayerStates of who changed, for all who see from `chunk`."""
        view = self._views.get(chunk)
        if view is None:
            tile_map = self._world.map
            near = _joined(self._near, tile_map.near_view(chunk))
            view = self._views[chunk] = near + _joined(self._far, tile_map.far_view(chunk))
        return view

    def changes_in(self, chunks: Iterable[int]) -> bytes:
        """Packed PlayerStates of who changed in any of these chunks, all of them as if near."""
        return _joined(self._near, chunks)

    def frames_in_view(self, chunk: int) -> bytes:
        """The CHUNK_EDITs and EMOTEs for all who see from `chunk`, joined."""
        if not (self.edit_frames or self.emote_frames):
            return b""
        view = self._frame_views.get(chunk)
        if view is None:
            seen = self._world.map.view_from(chunk)
            view = _joined(self.edit_frames, seen) + _joined(self.emote_frames, seen)
            self._frame_views[chunk] = view
        return view

    def everybody_in_view(self, chunk: int) -> bytes:
        """Packed PlayerStates of all in sight of `chunk`, for who needs to start afresh."""
        view = self._full_views.get(chunk)
        if view is None:
            view = self.everybody_in(self._world.map.view_from(chunk))
            self._full_views[chunk] = view
        return view

    def everybody_in(self, chunks: Iterable[int]) -> bytes:
        """Packed PlayerStates of all in these chunks, for who has just come to see them."""
        if self._everybody is None:
            active = self._world.active
            self._everybody = _by_chunk(self._world.chunk[active], _encode(self._world, active))
        return _joined(self._everybody, chunks)

    def heads(
        self,
        slots: Slots,
        record_bytes: NDArray[np.int64],
        *,
        full: NDArray[np.bool_] | None = None,
    ) -> bytes:
        """The first HEAD_SIZE bytes of each slot's WORLD_STATE frame, in their order.

        `record_bytes` says how many bytes of PlayerStates each one's frame goes on with, `full`
        for whom those are everybody in sight.
        """
        world = self._world
        rows: Rows = np.empty(len(slots), _HEAD_DTYPE)
        rows["type"] = codec.WorldState.TYPE
        rows["length"] = HEAD_SIZE - _ENVELOPE_SIZE + record_bytes
        rows["tick"] = world.tick
        rows["input_tick"] = world.inputs.applied_tick[slots]
        rows["lead"] = np.clip(world.inputs.newest_tick[slots] - world.tick, -128, 127)
        rows["flags"] = 0 if full is None else full * SnapshotFlag.FULL
        rows["x"] = world.x[slots]
        rows["y"] = world.y[slots]
        rows["z"] = world.z[slots]
        rows["vz"] = world.vz[slots]
        rows["rotation"] = world.rotation[slots]
        rows["players_count"] = record_bytes // PlayerState.SIZE
        return rows.tobytes()


def _edit_frame(place: Place, delta: Delta) -> bytes:
    cells: Rows = np.empty(len(delta.cells), codec.CellChange.DTYPE)
    cells["index"], cells["tile"] = delta.cells, delta.tiles
    return codec.ChunkEdit(
        chunk_x=place[0],
        chunk_y=place[1],
        base_revision=delta.revision - 1,
        revision=delta.revision,
        cells=cells.tobytes(),
    ).encode()


def _emote_frames(world: World, changes: Changes) -> dict[int, bytes]:
    """Chunk -> the EMOTEs of who is in it, joined."""
    frames: dict[int, bytes] = {}
    for each in changes.shown:
        player = world.players.get(each.player_id)
        if player is not None:
            chunk = int(world.chunk[player.slot])
            frame = codec.Emote(each.player_id, each.kind).encode()
            frames[chunk] = frames.get(chunk, b"") + frame
    return frames


def _encode(world: World, slots: Slots) -> Rows:
    """The PlayerState of each slot."""
    rows: Rows = np.empty(len(slots), _PLAYER_DTYPE)
    rows["slot"] = slots
    # 1/1024 to 1/256 tile, of which 16 bits go.
    rows["x"] = (world.x[slots] >> 2) & 0xFFFF
    rows["y"] = (world.y[slots] >> 2) & 0xFFFF
    rows["rotation"] = world.rotation[slots] >> 8
    rows["flags"] = world.flags[slots]
    return rows


def _with_crossings(world: World, changes: Changes) -> tuple[Slots, Slots]:
    """Who changed, by the chunk they are in; and once more by the one they came from.

    Whoever sees only the old chunk learns from the new place that the player is out of sight.
    """
    chunks = world.chunk[changes.changed]
    crossed = chunks != changes.chunks_before
    slots = np.concatenate([changes.changed, changes.changed[crossed]])
    return np.concatenate([chunks, changes.chunks_before[crossed]]), slots


def _joined(by_chunk: dict[int, bytes], chunks: Iterable[int]) -> bytes:
    """What there is of these chunks."""
    return b"".join(filter(None, map(by_chunk.get, chunks)))


def _by_chunk(chunks: Slots, rows: Rows) -> dict[int, bytes]:
    """Chunk -> the bytes of its rows: sorted once, then cut."""
    if not len(chunks):
        return {}
    order = np.argsort(chunks, kind="stable")
    chunks = chunks[order]
    packed = rows[order].tobytes()
    size = rows.itemsize
    starts = np.flatnonzero(np.concatenate([[True], chunks[1:] != chunks[:-1]]))
    ends = np.append(starts[1:], len(chunks))
    return {
        chunk: packed[start * size : end * size]
        for chunk, start, end in zip(
            chunks[starts].tolist(), starts.tolist(), ends.tolist(), strict=True
        )
    }
