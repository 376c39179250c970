"""Maps of Tiled (https://www.mapeditor.org), .tmx and .tmj, both ways.

They are parsed here and not by pytiled-parser, which unpacks layers and opens named files
unchecked, holds every cell as a Python number, and stops at attributes that older files lack.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from protocol_spec.codec import STEP_HEIGHT
from server.mapfiles.mapfile import MapFile, MapFileError, Notes, clean_text, listed, shown
from server.mapfiles.tiled_layers import extent_of, flat_layers, merged_cells
from server.mapfiles.tiled_objects import read_objects
from server.mapfiles.tiled_safety import Folder
from server.mapfiles.tiled_sources import SET_PROPERTY, read_sources
from server.mapfiles.tiled_tiles import joined_tiles
from server.mapfiles.tiled_writing import map_table_of, xml_of
from server.mapmakers import Draft, Place
from server.tiles import NEVER_ENTER, TileSet

_USUAL = {
    **dict.fromkeys(("type", "version", "tiledversion", "orientation", "renderorder")),
    **dict.fromkeys(("width", "height", "tilewidth", "tileheight", "infinite", "properties")),
    **dict.fromkeys(("nextlayerid", "nextobjectid", "compressionlevel", "layers", "tilesets")),
    "editorsettings": None,
    "parallaxoriginx": 0,
    "parallaxoriginy": 0,
}


def read_tiled(path: Path) -> MapFile:
    notes = Notes()
    folder = Folder(path.parent)
    table = folder.table(folder.locate(path.name, beside=folder.root))
    orientation = table.text("orientation", "orthogonal")
    if orientation != "orthogonal":
        raise MapFileError(
            f"{table.label}: {shown(orientation)} maps cannot be read, only orthogonal"
        )
    grid = (table.whole("tilewidth"), table.whole("tileheight"))
    if min(grid) < 1:
        raise MapFileError(f"{table.label}: its cells are {grid[0]}x{grid[1]} pixels")
    lost = table.unusual(_USUAL)
    lost += [key for key in table.properties().values if key != SET_PROPERTY]
    if lost:
        notes.add(f"the map has what is not kept: {listed(map(shown, lost))}")

    layers = list(flat_layers(table, notes))
    tile_layers = [layer for layer in layers if not layer.holds_objects]
    if not tile_layers:
        raise MapFileError(f"{table.label} has no tile layer")
    extent = extent_of(table, tile_layers)
    if extent.left or extent.top:
        notes.add(f"the map began at {extent.left}, {extent.top}: moved to 0, 0")
    sources = read_sources(table, folder, notes)
    for source in sources:
        if source.size != grid:
            size = f"{source.size[0]}x{source.size[1]} pixels: drawn as one cell"
            notes.about("tile set", source.name, f"has tiles of {size}", f"have tiles of {size}")
    merged = merged_cells(tile_layers, extent, notes)
    name = sources[0].name if len(sources) == 1 else path.stem
    tiles, cells = joined_tiles(sources, merged, clean_text(name) or "map", folder, notes)
    objects = read_objects(
        [layer for layer in layers if layer.holds_objects], extent, grid, folder, notes
    )
    spawns = _checked_spawns(objects.spawns, tiles, cells, notes)
    return MapFile(Draft(cells, spawns, tuple(objects.areas)), tiles, notes.lines())


def write_tiled(path: Path, map_file: MapFile) -> None:
    is_xml = path.suffix.lower() == ".tmx"
    table = map_table_of(map_file, packed=is_xml)
    path.write_bytes(xml_of(table) if is_xml else orjson.dumps(table))


def _checked_spawns(
    spawns: list[Place], tiles: TileSet, cells: NDArray[np.uint16], notes: Notes
) -> tuple[Place, ...]:
    """The map's spawns; where it has none, the free cell that is nearest to its middle."""
    heights = tiles.cell_heights(cells)
    for x, y in spawns:
        if heights[y, x] > STEP_HEIGHT:
            stands = f"stands on what is {heights[y, x]}/1024 tiles high: kept"
            notes.about("spawn", f"{x}, {y}", stands, stands.replace("stands", "stand", 1))
    if spawns:
        return tuple(spawns)
    free = heights <= max(STEP_HEIGHT, int(heights.min()))
    if int(heights.min()) == NEVER_ENTER:
        raise MapFileError("the map has no cell that can be entered")
    rows, columns = np.nonzero(free)
    height, width = heights.shape
    away = (2 * columns + 1 - width) ** 2 + (2 * rows + 1 - height) ** 2
    nearest = int(away.argmin())
    place = (int(columns[nearest]), int(rows[nearest]))
    notes.add(f"the map has no spawn: the free cell {place[0]}, {place[1]} became one")
    return (place,)
