"""Which cell of the tile set's picture each cell of a map is drawn with.

As godot_client/world/tile_pictures.gd does it, so that a map looks alike in every editor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.mapfiles.mapfile import MapFile, MapFileError
from server.tiles import EMPTY, ID_LIMIT, PATTERNS, TileSet

Indices = NDArray[np.uint16]


def picture_size(tiles: TileSet) -> tuple[int, int]:
    """How many columns and rows of cells the picture of all tiles has."""
    columns = max(tile.cell[0] + PATTERNS[tile.pattern] for tile in tiles.by_id.values())
    return columns, max(tile.cell[1] for tile in tiles.by_id.values()) + 1


def check_known(map_file: MapFile) -> None:
    """Raises MapFileError where the map holds a tile that its tile set has not."""
    known = np.zeros(ID_LIMIT, np.bool_)
    known[[EMPTY, *map_file.tiles.by_id]] = True
    unknown = map_file.draft.cells[~known[map_file.draft.cells]]
    if unknown.size:
        raise MapFileError(f"the map holds tile {unknown[0]}, which its tile set does not know")


def pictures_of(layer: Indices, tiles: TileSet) -> tuple[Indices, Indices]:
    """The column and row of each cell's picture, both of the layer's shape (height, width).

    Where the layer is empty they mean nothing.
    """
    columns = np.zeros(ID_LIMIT, np.uint16)
    rows = np.zeros(ID_LIMIT, np.uint16)
    patterns = np.zeros(ID_LIMIT, np.uint8)
    for tile in tiles.by_id.values():
        columns[tile.id], rows[tile.id] = tile.cell
        patterns[tile.id] = PATTERNS[tile.pattern]
    pattern = patterns[layer]
    column = columns[layer]
    column += np.where(pattern == PATTERNS["random"], variants(*layer.shape), np.uint16(0))
    column += np.where(pattern == PATTERNS["edges"], edges(layer), np.uint16(0))
    return column, rows[layer]


def variants(height: int, width: int) -> Indices:
    """One of four for each cell, by its place alone.

    Godot reckons with 64 bits and looks at bits 16 and 17 of a product in the end: those are the
    same with 32.
    """
    x = np.arange(width, dtype=np.uint32) * np.uint32(73856093)
    y = np.arange(height, dtype=np.uint32) * np.uint32(19349663)
    mixed = x[None, :] ^ y[:, None]
    mixed ^= mixed >> np.uint32(7)
    mixed *= np.uint32(2654435761)
    mixed >>= np.uint32(16)
    return (mixed & np.uint32(PATTERNS["random"] - 1)).astype(np.uint16)


def edges(layer: Indices) -> Indices:
    """The sum of the neighbours that hold the same: north 1, east 2, south 4, west 8.

    What lies beyond the map counts as the same.
    """
    same = np.full(layer.shape, 15, np.uint16)
    across = (layer[1:] != layer[:-1]).astype(np.uint16)
    along = (layer[:, 1:] != layer[:, :-1]).astype(np.uint16)
    same[1:] -= across
    same[:-1] -= across * np.uint16(4)
    same[:, 1:] -= along * np.uint16(8)
    same[:, :-1] -= along * np.uint16(2)
    return same
