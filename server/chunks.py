"""A map in memory, cut into chunks: what a body walks on and what a client is sent. Pure."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import CHUNK_SIZE, LAYER_COUNT, ChunkData
from server.tiles import FULL_SPEED, NEVER_ENTER, TileSet

VIEW_CHUNKS = 2
"""So many chunks to each side are in view: the 1280x720 window's 27x15 tiles and a margin."""


class TileMap:
    """The tiles of a map, with the tables that movement reads and the bytes that clients get.

    `cells` are tile ids, shape (LAYER_COUNT, height, width). `heights` (1/1024 tile) and `speeds`
    (percent) have one cell more on every side, which nobody enters: the edge of the world is a
    wall like any other, and movement needs no bounds check.
    """

    def __init__(self, cells: NDArray[np.uint16], tiles: TileSet) -> None:
        layers, self.height, self.width = cells.shape
        if layers != LAYER_COUNT:
            raise ValueError(f"a map has {LAYER_COUNT} layers, not {layers}")
        self.cells = cells
        self.tiles = tiles
        self.chunks_wide = -(-self.width // CHUNK_SIZE)
        self.chunks_high = -(-self.height // CHUNK_SIZE)
        self.heights = np.pad(
            tiles.cell_heights(cells).astype(np.int32), 1, constant_values=NEVER_ENTER
        )
        self.speeds = np.pad(
            tiles.cell_speeds(cells).astype(np.int32), 1, constant_values=FULL_SPEED
        )
        self.revisions = np.ones(self.chunks_wide * self.chunks_high, np.uint32)
        self._frames: dict[int, bytes] = {}
        self._views: dict[int, tuple[int, ...]] = {}

    def chunk_at(self, x: NDArray[np.int32], y: NDArray[np.int32]) -> NDArray[np.int32]:
        """The index of the chunk that holds each position, in 1/1024 tile."""
        # 1024 units a tile are 10 bits, 16 tiles a chunk 4 more.
        return (y >> 14) * np.int32(self.chunks_wide) + (x >> 14)

    def chunk_place(self, chunk: int) -> tuple[int, int]:
        """Column and row of a chunk."""
        row, column = divmod(chunk, self.chunks_wide)
        return column, row

    def chunk_frame(self, chunk: int) -> bytes:
        """The chunk's CHUNK_DATA: compressed once for all who will ask for it."""
        frame = self._frames.get(chunk)
        if frame is None:
            column, row = self.chunk_place(chunk)
            part = self.cells[
                :,
                row * CHUNK_SIZE : (row + 1) * CHUNK_SIZE,
                column * CHUNK_SIZE : (column + 1) * CHUNK_SIZE,
            ]
            whole = np.zeros((LAYER_COUNT, CHUNK_SIZE, CHUNK_SIZE), ">u2")
            whole[:, : part.shape[1], : part.shape[2]] = part
            frame = ChunkData(
                chunk_x=column,
                chunk_y=row,
                revision=int(self.revisions[chunk]),
                cells=zlib.compress(whole.tobytes()),
            ).encode()
            self._frames[chunk] = frame
        return frame

    def view_from(self, chunk: int) -> tuple[int, ...]:
        """The chunks in view of who stands in `chunk`: a square without its far corners."""
        view = self._views.get(chunk)
        if view is None:
            column, row = self.chunk_place(chunk)
            reach = range(-VIEW_CHUNKS, VIEW_CHUNKS + 1)
            view = tuple(
                (row + down) * self.chunks_wide + column + right
                for down in reach
                for right in reach
                if abs(down) + abs(right) < 2 * VIEW_CHUNKS
                and 0 <= row + down < self.chunks_high
                and 0 <= column + right < self.chunks_wide
            )
            self._views[chunk] = view
        return view
