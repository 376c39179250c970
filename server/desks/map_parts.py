"""Large changes of a map in parts that a game can swallow: a tick each, near together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import CHUNK_SIZE, LAYER_COUNT
from server.chunks import Cells, StoredChunk
from server.editing.operations import CELL_LIMIT, CellSet
from server.mapmakers import Place

REGION_BITS = 8
"""A part lies within a square of 256 tiles: 256 chunks are what it may need to be loaded."""


def parts(cells: CellSet) -> Iterator[NDArray[np.int64]]:
    """The rows of a set of cells, cut into regions and then into edits of CELL_LIMIT cells."""
    y, x = cells.y.astype(np.int64), cells.x.astype(np.int64)
    region = ((y >> REGION_BITS) << 32) | (x >> REGION_BITS)
    # Chunk by chunk within a region: each part then changes as few chunks as may be.
    order = np.lexsort((x >> 4, y >> 4, region))
    borders = np.flatnonzero(np.diff(region[order])) + 1
    for rows in np.split(order, borders):
        for at in range(0, len(rows), CELL_LIMIT):
            yield rows[at : at + CELL_LIMIT]


def by_region(chunks: list[Place]) -> Iterator[list[Place]]:
    """Chunks in groups that lie together, each at most 256."""

    def region(place: Place) -> Place:
        return place[1] >> REGION_BITS - 4, place[0] >> REGION_BITS - 4

    for _, some in groupby(sorted(chunks, key=region), key=region):
        yield list(some)


def some_of(cells: CellSet, rows: NDArray[np.int64]) -> CellSet:
    """Some of the cells."""
    return CellSet(cells.layer[rows], cells.x[rows], cells.y[rows], cells.tile[rows])


def differing(now: Mapping[Place, StoredChunk], then: Mapping[Place, StoredChunk]) -> CellSet:
    """The cells of `now` that were something else `then`, with what they were."""
    columns: list[tuple[NDArray[Any], ...]] = []
    for (column, row), chunk in now.items():
        earlier = then[column, row].cells
        layer, y, x = np.nonzero(chunk.cells != earlier)
        tile = earlier[layer, y, x]
        columns.append((layer, x + column * CHUNK_SIZE, y + row * CHUNK_SIZE, tile))
    if not columns:
        return _nothing()
    layer, x, y, tile = (np.concatenate(each) for each in zip(*columns, strict=True))
    return CellSet(
        layer.astype(np.int32), x.astype(np.int32), y.astype(np.int32), tile.astype(np.uint16)
    )


def samples(cells: Cells) -> CellSet:
    """One cell of each tile on each layer of a map: enough to check its tiles by."""
    columns: list[tuple[NDArray[Any], ...]] = []
    for layer in range(LAYER_COUNT):
        tiles, at = np.unique(cells[layer], return_index=True)
        y, x = np.unravel_index(at, cells.shape[1:])
        columns.append((np.full(len(tiles), layer), x, y, tiles))
    layers, x, y, tile = (np.concatenate(each) for each in zip(*columns, strict=True))
    return CellSet(
        layers.astype(np.int32), x.astype(np.int32), y.astype(np.int32), tile.astype(np.uint16)
    )


def _nothing() -> CellSet:
    nothing = np.empty(0, np.int32)
    return CellSet(nothing, nothing, nothing, nothing.astype(np.uint16))
