"""A map in the shape of Tiled's JSON, with all that is needed to get the same map back."""

from __future__ import annotations

import base64
import zlib
from typing import Any
from xml.etree import ElementTree

import numpy as np

from server.mapfiles.mapfile import MapFile, MapFileError, is_text, shown
from server.mapfiles.pictures import check_known, picture_size, pictures_of
from server.mapfiles.tiled_layers import LAYER_PROPERTY
from server.mapfiles.tiled_objects import AREA, SPAWN
from server.mapfiles.tiled_sources import ID_PROPERTY, OWN_FIELDS, SET_PROPERTY
from server.mapfiles.tmx import element_of
from server.mapmakers import Draft
from server.tiles import EMPTY, LAYERS, PATTERNS, TileSet

PIXELS = 16
"""How wide and high a cell of godot_client/art/tiles.png is."""
PICTURE = "tiles.png"
FORMAT_VERSION = "1.10"
TILED_VERSION = "1.10.2"
"""The first to write that format as it has been since."""
MOST_PLAIN_CELLS = 2_000_000
"""Of a layer that is written as numbers. More would outgrow what may be read back."""

Json = dict[str, Any]


def map_table_of(map_file: MapFile, *, packed: bool) -> Json:
    """The map in Tiled's JSON. Cells are numbers, unless there are many or they are `packed`."""
    check_known(map_file)
    draft, tiles = map_file.draft, map_file.tiles
    for text in (tiles.name, *(tile.name_ru for tile in tiles.by_id.values())):
        _require_text(text)
    _, height, width = draft.cells.shape
    objects = _objects(draft)
    layers = [_layer(draft, tiles, number, packed=packed) for number in range(len(LAYERS))]
    layers.append(
        {
            "id": len(LAYERS) + 1,
            "name": "places",
            "type": "objectgroup",
            "draworder": "topdown",
            "objects": objects,
            "opacity": 1,
            "visible": True,
            "x": 0,
            "y": 0,
        }
    )
    return {
        "type": "map",
        "version": FORMAT_VERSION,
        "tiledversion": TILED_VERSION,
        "orientation": "orthogonal",
        "renderorder": "right-down",
        "width": width,
        "height": height,
        "tilewidth": PIXELS,
        "tileheight": PIXELS,
        "infinite": False,
        "nextlayerid": len(layers) + 1,
        "nextobjectid": len(objects) + 1,
        "tilesets": [_tile_set(tiles)],
        "layers": layers,
    }


def xml_of(table: Json) -> bytes:
    root = element_of(table)
    ElementTree.indent(root, " ")
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _tile_set(tiles: TileSet) -> Json:
    columns, rows = picture_size(tiles)
    known = []
    for tile in tiles.by_id.values():
        first = tile.cell[1] * columns + tile.cell[0]
        fields = [_property(name, getattr(tile, name)) for name in OWN_FIELDS]
        for step in range(PATTERNS[tile.pattern]):
            properties = [_property(ID_PROPERTY, tile.id)]
            known.append(
                {"id": first + step, "properties": properties if step else properties + fields}
            )
    return {
        "firstgid": 1,
        "name": tiles.name,
        "tilewidth": PIXELS,
        "tileheight": PIXELS,
        "spacing": 0,
        "margin": 0,
        "tilecount": columns * rows,
        "columns": columns,
        "image": PICTURE,
        "imagewidth": columns * PIXELS,
        "imageheight": rows * PIXELS,
        "properties": [_property(SET_PROPERTY, tiles.name)],
        "tiles": sorted(known, key=lambda tile: tile["id"]),
    }


def _property(name: str, value: int | str) -> Json:
    if name == "colour" and isinstance(value, str):
        return {"name": name, "type": "color", "value": f"#ff{value.removeprefix('#')}"}
    kind = "int" if isinstance(value, int) else "string"
    return {"name": name, "type": kind, "value": value}


def _layer(draft: Draft, tiles: TileSet, number: int, *, packed: bool) -> Json:
    cells = draft.cells[number]
    height, width = cells.shape
    column, row = pictures_of(cells, tiles)
    columns, _ = picture_size(tiles)
    gids = row.astype("<u4") * np.uint32(columns) + column + np.uint32(1)
    gids[cells == EMPTY] = 0
    layer: Json = {
        "id": number + 1,
        "name": LAYERS[number],
        "type": "tilelayer",
        "width": width,
        "height": height,
        "opacity": 1,
        "visible": True,
        "x": 0,
        "y": 0,
        "properties": [_property(LAYER_PROPERTY, LAYERS[number])],
    }
    if not packed and cells.size <= MOST_PLAIN_CELLS:
        return layer | {"data": gids.ravel().tolist()}
    data = base64.b64encode(zlib.compress(gids.astype("<u4").tobytes())).decode()
    return layer | {"encoding": "base64", "compression": "zlib", "data": data}


def _objects(draft: Draft) -> list[Json]:
    """Spawns as points in the middle of their cells, then areas as rectangles."""
    found: list[Json] = []
    for x, y in draft.spawns:
        place = {"x": x * PIXELS + PIXELS // 2, "y": y * PIXELS + PIXELS // 2}
        found.append({"name": "", "type": SPAWN, **place, "point": True})
    for area in draft.areas:
        _require_text(area.name)
        place = {"x": area.x * PIXELS, "y": area.y * PIXELS}
        size = {"width": area.width * PIXELS, "height": area.height * PIXELS}
        found.append({"name": area.name, "type": AREA, **place, **size})
    for number, each in enumerate(found, 1):
        each["id"] = number
        if "point" in each:
            each.update(width=0, height=0)
        each.update(rotation=0, visible=True)
    return found


def _require_text(text: str) -> None:
    if not is_text(text):
        raise MapFileError(f"the name {shown(text)} holds characters that no file can")
