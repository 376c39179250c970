"""The tile sets of a Tiled map become one of ours.

A set that this server exported says so by a property, and comes back with its own ids and every
field. The tiles of all others get the next free ids, and the fields that Tiled does not know from
properties of the same name, or a guess that is told.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from server.mapfiles.mapfile import MapFileError, Notes, is_text, shown
from server.mapfiles.tables import Table
from server.mapfiles.tiled_foreign import ForeignTiles
from server.mapfiles.tiled_pictures import Pictures
from server.mapfiles.tiled_safety import Folder
from server.mapfiles.tiled_sources import ID_PROPERTY, SourceSet
from server.tiles import LAYERS, Tile, TileSet, tile_set

HIGHEST_GID = (1 << 22) - 1
"""Far beyond what any set of 65,535 tiles needs; a table of all gids still fits in memory."""


def joined_tiles(
    sources: list[SourceSet], merged: NDArray[np.uint32], name: str, folder: Folder, notes: Notes
) -> tuple[TileSet, NDArray[np.uint16]]:
    """One tile set out of all, and the map's cells in its ids, both shaped (3, height, width)."""
    highest = int(merged.max())
    if highest > HIGHEST_GID:
        raise MapFileError(f"a cell holds tile {highest}, over {HIGHEST_GID}")
    uses = np.array([np.bincount(layer.ravel(), minlength=highest + 1) for layer in merged])
    used = [gid for gid in np.flatnonzero(uses.any(axis=0)).tolist() if gid]
    nowhere = np.zeros(len(LAYERS), np.int64)
    firsts = [source.first for source in sources]
    locals_of: dict[int, list[int]] = {first: [] for first in firsts}
    for gid in used:
        place = bisect_right(firsts, gid) - 1
        if place < 0 or not sources[place].holds(gid - firsts[place]):
            raise MapFileError(f"a cell holds tile {gid}, which belongs to no tile set")
        locals_of[firsts[place]].append(gid - firsts[place])

    ids = np.zeros(highest + 1, np.uint16)
    owned = [source for source in sources if source.own_name]
    own = owned[0] if owned else None
    for other in owned[1:]:
        notes.add(f"{other.label} is the second exported one: its tiles get new ids")
    tiles = _own_tiles(own) if own else {}
    foreign = ForeignTiles(tiles, Pictures(folder, notes), notes)
    for source in sources:
        for local in _kept(source, locals_of[source.first]):
            gid = source.first + local
            own_id = source.own_id(local) if source is own else None
            if own_id is None:
                home = _home(uses[:, gid] if gid <= highest else nowhere)
                own_id = foreign.add(source, local, home)
            elif own_id not in tiles:
                raise MapFileError(f"{source.label}: tile {local} has no such {ID_PROPERTY}")
            if gid <= highest:
                ids[gid] = own_id
    foreign.place()
    if own:
        name = own.own_name
    return _tile_set(name, tiles), ids[merged]


def _kept(source: SourceSet, used: list[int]) -> list[int]:
    described = [
        local
        for local, tile in source.tiles.items()
        if any(tile.values.get(key) for key in ("properties", "class", "type"))
    ]
    return sorted({*used, *described})


def _home(uses: NDArray[np.int64]) -> str:
    """Where a tile belongs: where it lies most, and on the roofs only if nowhere else."""
    return LAYERS[int(uses[:2].argmax())] if uses[:2].any() or not uses.any() else LAYERS[2]


def _own_tiles(source: SourceSet) -> dict[int, Tile]:
    """The tiles of an exported set, by id, each as its first picture's properties say."""
    if not source.columns:
        raise MapFileError(f"{source.label}: its columns are missing")
    found = {}
    for local, table in sorted(source.tiles.items()):
        properties = table.properties()
        if ID_PROPERTY not in properties or "name" not in properties:
            continue
        says = Table(properties.values, f"{source.label}: tile {local}")
        try:
            tile = Tile(
                id=says.whole(ID_PROPERTY),
                name=says.text("name"),
                name_ru=says.text("name_ru"),
                layer=says.text("layer"),
                height=says.whole("height"),
                speed=says.whole("speed"),
                colour=colour_of(says.text("colour")),
                cell=(local % source.columns, local // source.columns),
                pattern=says.text("pattern"),
            )
        except MapFileError:
            raise
        except ValueError as error:
            raise MapFileError(f"{says.label}: {error}") from None
        if tile.id in found:
            raise MapFileError(f"{says.label}: {ID_PROPERTY} {tile.id} is there twice")
        found[tile.id] = tile
    return dict(sorted(found.items()))


def colour_of(text: str) -> str:
    """Tiled writes colours as #aarrggbb, or #rrggbb."""
    return ("#" + text[3:] if len(text) == 9 else text).lower()


def _tile_set(name: str, tiles: dict[int, Tile]) -> TileSet:
    if not name or not is_text(name):
        raise MapFileError(f"{shown(name)} is no name for a tile set")
    if not tiles:
        raise MapFileError("the map has no tiles")
    try:
        return tile_set(name, tiles.values())
    except ValueError as error:
        raise MapFileError(f"tiles: {error}") from None
