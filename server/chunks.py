"""A map in memory, cut into chunks of which only the touched ones are there. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import CHUNK_SIZE, LAYER_COUNT, ChunkData
from server.tiles import FULL_SPEED, NEVER_ENTER, TileSet

VIEW_CHUNKS = 2
"""So many chunks to each side are in view: the 1280x720 window's 27x15 tiles and a margin."""
NEAR_CHUNKS = 1
"""Up to here players are told of at every tick. Those beyond are at least 14 tiles away, outside
the 1280x720 window."""
VIEW_MARGIN_TILES = 2
"""So far a player goes beyond a chunk's edge before the view follows: who walks to and fro over an
edge does not get the same chunks again and again."""
CHUNK_SHAPE = (LAYER_COUNT, CHUNK_SIZE, CHUNK_SIZE)
_VOID = 0
"""The row of the tables that stands for whatever is not there: nobody enters it."""
_FIRST_ROWS = 64

Ints = NDArray[np.int32]
Cells = NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class StoredChunk:
    """A chunk on its way between a map and the database."""

    column: int
    row: int
    revision: int
    cells: Cells
    """Tile ids of CHUNK_SHAPE."""


class TileMap:
    """Tile ids by layer, row and column, with what movement asks about them.

    Chunks lie in tables, one row a chunk; `_row_of` tells which. Chunks that are not loaded, and
    those around the map, share a row that nobody enters: the edge of the world is a wall like any
    other, and so is what has not come from the database yet. Movement needs no bounds check.
    """

    def __init__(self, width: int, height: int, tiles: TileSet) -> None:
        self.width = width
        self.height = height
        self.tiles = tiles
        self.chunks_wide = -(-width // CHUNK_SIZE)
        self.chunks_high = -(-height // CHUNK_SIZE)
        # One chunk more on every side.
        self._row_of = np.full((self.chunks_high + 2, self.chunks_wide + 2), _VOID, np.int32)
        self._cells = np.zeros((_FIRST_ROWS, *CHUNK_SHAPE), np.uint16)
        self._heights = np.full((_FIRST_ROWS, CHUNK_SIZE, CHUNK_SIZE), NEVER_ENTER, np.int32)
        self._speeds = np.full((_FIRST_ROWS, CHUNK_SIZE, CHUNK_SIZE), FULL_SPEED, np.int32)
        self._free = list(range(_FIRST_ROWS - 1, _VOID, -1))
        self._revisions: dict[int, int] = {}
        """Of the chunks that are loaded."""
        self._frames: dict[int, bytes] = {}
        self._views: dict[int, tuple[int, ...]] = {}
        self._near: dict[int, tuple[int, ...]] = {}
        self._far: dict[int, tuple[int, ...]] = {}

    @classmethod
    def of(cls, cells: Cells, tiles: TileSet) -> TileMap:
        """A map that is there as a whole, from tile ids of shape (LAYER_COUNT, height, width)."""
        _, height, width = cells.shape
        tile_map = cls(width, height, tiles)
        for chunk in range(tile_map.chunk_count):
            tile_map.load(chunk, cut_chunk(cells, *tile_map.chunk_place(chunk)), revision=1)
        return tile_map

    @property
    def chunk_count(self) -> int:
        return self.chunks_wide * self.chunks_high

    def chunk_place(self, chunk: int) -> tuple[int, int]:
        """Column and row of a chunk."""
        row, column = divmod(chunk, self.chunks_wide)
        return column, row

    def is_on_map(self, x: int, y: int) -> bool:
        """Whether there is a tile in that column and row."""
        return 0 <= x < self.width and 0 <= y < self.height

    def chunk_at(self, x: Ints, y: Ints) -> Ints:
        """The index of the chunk that holds each position, in 1/1024 tile."""
        # 1024 units a tile are 10 bits, 16 tiles a chunk 4 more.
        return (y >> 14) * np.int32(self.chunks_wide) + (x >> 14)

    def chunks_in(self, left: int, top: int, right: int, bottom: int) -> list[int]:
        """The chunks that hold the cells of a rectangle, its last column and row included."""
        columns = range(max(left, 0) >> 4, (min(right, self.width - 1) >> 4) + 1)
        rows = range(max(top, 0) >> 4, (min(bottom, self.height - 1) >> 4) + 1)
        return [row * self.chunks_wide + column for row in rows for column in columns]

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

    def near_view(self, chunk: int) -> tuple[int, ...]:
        """Of `view_from`, the chunk itself and those that touch it."""
        near = self._near.get(chunk)
        if near is None:
            column, row = self.chunk_place(chunk)
            near = self._near[chunk] = tuple(
                each
                for each in self.view_from(chunk)
                if max(abs(each % self.chunks_wide - column), abs(each // self.chunks_wide - row))
                <= NEAR_CHUNKS
            )
        return near

    def far_view(self, chunk: int) -> tuple[int, ...]:
        """Of `view_from`, all the others."""
        far = self._far.get(chunk)
        if far is None:
            near = self.near_view(chunk)
            far = tuple(each for each in self.view_from(chunk) if each not in near)
            self._far[chunk] = far
        return far

    def is_far_outside(self, chunk: Ints, x: Ints, y: Ints) -> NDArray[np.bool_]:
        """Which positions, in 1/1024 tile, lie more than VIEW_MARGIN_TILES outside of a chunk."""
        left = (chunk % np.int32(self.chunks_wide)) << 14
        top = (chunk // np.int32(self.chunks_wide)) << 14
        margin = VIEW_MARGIN_TILES << 10
        size = (CHUNK_SIZE << 10) + margin
        outside: NDArray[np.bool_] = (x < left - margin) | (x >= left + size)
        outside |= (y < top - margin) | (y >= top + size)
        return outside

    def is_loaded(self, chunk: int) -> bool:
        return chunk in self._revisions

    def missing(self, chunks: Iterable[int]) -> list[int]:
        """Those of the chunks that are not loaded."""
        return [each for each in chunks if each not in self._revisions]

    @property
    def loaded(self) -> list[int]:
        return list(self._revisions)

    def load(self, chunk: int, cells: Cells, revision: int) -> None:
        """Puts a chunk of CHUNK_SHAPE in its place. One that is there already stays as it is."""
        if chunk in self._revisions:
            return
        if not self._free:
            self._grow()
        row = self._free.pop()
        column_of, row_of = self.chunk_place(chunk)
        self._cells[row] = cells
        self._row_of[row_of + 1, column_of + 1] = row
        self._revisions[chunk] = revision
        self._derive(chunk)

    def unload(self, chunk: int) -> None:
        """Forgets a chunk; the database has it."""
        column_of, row_of = self.chunk_place(chunk)
        row = int(self._row_of[row_of + 1, column_of + 1])
        self._row_of[row_of + 1, column_of + 1] = _VOID
        del self._revisions[chunk]
        self._frames.pop(chunk, None)
        self._free.append(row)

    def revision(self, chunk: int) -> int:
        return self._revisions[chunk]

    def cells_of(self, chunk: NDArray[np.int64], index: NDArray[np.int64]) -> Cells:
        """Tile ids of cells of loaded chunks, by their places in CHUNK_DATA.cells."""
        rows = self._row_of[chunk // self.chunks_wide + 1, chunk % self.chunks_wide + 1]
        return self._cells.reshape(len(self._cells), -1)[rows, index]

    def chunk_cells(self, chunk: int) -> Cells:
        """A copy of a loaded chunk's tile ids, of CHUNK_SHAPE."""
        cells: Cells = self._cells[self._row(chunk)].copy()
        return cells

    def chunk_frame(self, chunk: int) -> bytes:
        """The chunk's CHUNK_DATA: compressed once for all who will ask for it."""
        frame = self._frames.get(chunk)
        if frame is None:
            column, row = self.chunk_place(chunk)
            frame = ChunkData(
                chunk_x=column,
                chunk_y=row,
                revision=self._revisions[chunk],
                cells=pack_chunk(self._cells[self._row(chunk)]),
            ).encode()
            self._frames[chunk] = frame
        return frame

    def heights_at(self, y: Ints, x: Ints) -> Ints:
        """How high cells are, in 1/1024 tile; cells may lie up to a chunk outside the map."""
        found: Ints = self._heights.ravel().take(self._cell(y, x))
        return found

    def speeds_at(self, y: Ints, x: Ints) -> Ints:
        """How fast one walks on cells, in percent."""
        found: Ints = self._speeds.ravel().take(self._cell(y, x))
        return found

    def _cell(self, y: Ints, x: Ints) -> Ints:
        """Where cells lie in the flat tables of movement: one index is quicker than three."""
        chunk = ((y >> 4) + 1) * np.int32(self._row_of.shape[1]) + ((x >> 4) + 1)
        cell: Ints = (self._row_of.ravel().take(chunk) << 8) + ((y & 15) << 4) + (x & 15)
        return cell

    def tiles_at(self, layer: NDArray[np.integer], y: Ints, x: Ints) -> Cells:
        """Tile ids of cells of loaded chunks."""
        return self._cells.reshape(-1)[self._address(layer, y, x)]

    def set_tiles(self, layer: NDArray[np.integer], y: Ints, x: Ints, tile: Cells) -> None:
        """Puts tile ids into cells of loaded chunks; of several for one cell the last one stays.

        Call `advance` for each chunk, once a tick: only then do newcomers see the change.
        """
        self._cells.reshape(-1)[self._address(layer, y, x)] = tile
        # Ground, things and roofs of a chunk lie one after the other.
        ground = self._address(0, y, x)
        flat = self._cells.reshape(-1)
        columns = np.stack([flat[ground + level * CHUNK_SIZE**2] for level in range(LAYER_COUNT)])
        cell = self._row_at(y, x) * CHUNK_SIZE**2 + (y & 15) * CHUNK_SIZE + (x & 15)
        self._heights.reshape(-1)[cell] = self.tiles.cell_heights(columns)
        self._speeds.reshape(-1)[cell] = self.tiles.cell_speeds(columns)

    def _row_at(self, y: Ints, x: Ints) -> NDArray[np.int64]:
        """The row of the tables that holds each cell's chunk."""
        row: NDArray[np.int64] = self._row_of[(y >> 4) + 1, (x >> 4) + 1].astype(np.int64)
        return row

    def _address(self, layer: NDArray[np.integer] | int, y: Ints, x: Ints) -> NDArray[np.int64]:
        """Where cells lie in the flat table: one index is quicker than four."""
        address: NDArray[np.int64]
        address = (self._row_at(y, x) * LAYER_COUNT + layer) * CHUNK_SIZE + (y & 15)
        return address * CHUNK_SIZE + (x & 15)

    def advance(self, chunk: int) -> int:
        """Gives a changed chunk its next revision, and returns it."""
        self._revisions[chunk] += 1
        self._frames.pop(chunk, None)
        return self._revisions[chunk]

    def _row(self, chunk: int) -> int:
        column, row = self.chunk_place(chunk)
        return int(self._row_of[row + 1, column + 1])

    def _derive(self, chunk: int) -> None:
        """Fills the tables of movement from a chunk's tile ids."""
        row = self._row(chunk)
        cells = self._cells[row]
        self._heights[row] = self.tiles.cell_heights(cells)
        self._speeds[row] = self.tiles.cell_speeds(cells)
        column_of, row_of = self.chunk_place(chunk)
        # The last chunks may reach beyond the map.
        self._heights[row, max(0, self.height - row_of * CHUNK_SIZE) :] = NEVER_ENTER
        self._heights[row, :, max(0, self.width - column_of * CHUNK_SIZE) :] = NEVER_ENTER

    def _grow(self) -> None:
        """Twice as many rows as before."""
        rows = len(self._cells)
        self._cells = np.concatenate([self._cells, np.zeros_like(self._cells)])
        self._heights = np.concatenate([self._heights, np.full_like(self._heights, NEVER_ENTER)])
        self._speeds = np.concatenate([self._speeds, np.full_like(self._speeds, FULL_SPEED)])
        self._free = list(range(2 * rows - 1, rows - 1, -1))


def cut_chunk(cells: Cells, column: int, row: int) -> Cells:
    """The chunk at that place of a whole map; what lies beyond the map is empty."""
    whole = np.zeros(CHUNK_SHAPE, np.uint16)
    top, left = row * CHUNK_SIZE, column * CHUNK_SIZE
    part = cells[:, top : top + CHUNK_SIZE, left : left + CHUNK_SIZE]
    whole[:, : part.shape[1], : part.shape[2]] = part
    return whole


def pack_chunk(cells: Cells) -> bytes:
    """CHUNK_DATA.cells: network byte order, zlib."""
    return zlib.compress(cells.astype(">u2").tobytes())


def unpack_chunk(packed: bytes) -> Cells:
    """The other way round. Raises ValueError where it is no chunk."""
    try:
        raw = zlib.decompress(packed)
        return np.frombuffer(raw, ">u2").reshape(CHUNK_SHAPE).astype(np.uint16)
    except (zlib.error, ValueError) as error:
        raise ValueError(f"not a chunk: {error}") from error
