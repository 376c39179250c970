"""A map as a scene that Godot 4's editor opens: three TileMapLayers with one TileSet.

The scene asks for `res://art/tiles.png`, as in godot_client. Nothing reads scenes back: they may
hold scripts, and whatever else somebody puts into them.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import STEP_HEIGHT
from server.mapfiles.mapfile import MapFile, MapFileError, is_text, shown
from server.mapfiles.pictures import check_known, pictures_of
from server.mapmakers import Draft
from server.tiles import EMPTY, LAYERS, PATTERNS, Tile, TileSet

PICTURE = "res://art/tiles.png"
PIXELS = 16
"""How wide and high a cell of that picture is."""
MOST_TILES = 4_000_000
"""So many are a file of 64 MB, which took Godot 4.6 8 s and 1.3 GB to open."""

_TYPE_INT, _TYPE_STRING = 2, 4
"""Variant.Type in Godot."""
_DATA = {"name": _TYPE_STRING, "height": _TYPE_INT, "speed": _TYPE_INT}
"""The custom data layers of the tile set."""
_CELL_FORMAT = 0
"""TileMapLayerDataFormat: TILE_MAP_LAYER_DATA_FORMAT_0, which Godot 4.3-4.6 write."""
_CELL = np.dtype(
    [
        ("x", "<i2"),
        ("y", "<i2"),
        ("source", "<u2"),
        ("column", "<u2"),
        ("row", "<u2"),
        ("alternative", "<u2"),
    ]
)
_NOT_IN_NODE_NAMES = re.compile(r'[.:@/"%\x00-\x1f]')


def write_scene(path: Path, map_file: MapFile) -> None:
    check_known(map_file)
    tile_count = int(np.count_nonzero(map_file.draft.cells))
    if tile_count > MOST_TILES:
        raise MapFileError(f"Godot opens no scene of {tile_count} tiles, {MOST_TILES} at most")
    for name in (*(area.name for area in map_file.draft.areas), path.stem):
        if not is_text(name):
            raise MapFileError(f"the name {shown(name)} holds characters that no file can")
    path.write_text("\n".join(_lines(path.stem, map_file)) + "\n", encoding="utf-8")


def _lines(name: str, map_file: MapFile) -> Iterator[str]:
    # 4 is the first format with bytes in base64.
    yield "[gd_scene format=4]\n"
    yield f'[ext_resource type="Texture2D" path="{PICTURE}" id="1"]\n'
    yield from _tile_set(map_file.tiles)
    yield f'\n[node name={_text(_node_name(name, "Map"))} type="Node2D"]'
    for number, layer in enumerate(LAYERS):
        yield f'\n[node name="{layer.capitalize()}" type="TileMapLayer" parent="."]'
        if layer == "things":
            yield "y_sort_enabled = true"
        cells = _cells(map_file.draft.cells[number], map_file.tiles)
        yield f'tile_map_data = PackedByteArray("{base64.b64encode(cells).decode()}")'
        yield 'tile_set = SubResource("tiles")'
    yield from _places(map_file.draft)


def _tile_set(tiles: TileSet) -> Iterator[str]:
    yield '[sub_resource type="TileSetAtlasSource" id="pictures"]'
    yield 'texture = ExtResource("1")'
    for tile in tiles.by_id.values():
        for step in range(PATTERNS[tile.pattern]):
            yield from _picture(tile, f"{tile.cell[0] + step}:{tile.cell[1]}/0")
    yield '\n[sub_resource type="TileSet" id="tiles"]'
    for number, (name, kind) in enumerate(_DATA.items()):
        yield f'custom_data_layer_{number}/name = "{name}"'
        yield f"custom_data_layer_{number}/type = {kind}"
    yield 'sources/0 = SubResource("pictures")'


def _picture(tile: Tile, key: str) -> Iterator[str]:
    yield f"{key} = 0"
    # As in the client: who stands on a low thing is drawn before it.
    if tile.height <= STEP_HEIGHT:
        yield f"{key}/y_sort_origin = {-PIXELS // 2}"
    for number, name in enumerate(_DATA):
        value = getattr(tile, name)
        yield f"{key}/custom_data_{number} = {_text(value) if isinstance(value, str) else value}"


def _cells(layer: NDArray[np.uint16], tiles: TileSet) -> bytes:
    """tile_map_data: the format's number, then twelve bytes for each cell that is not empty."""
    columns, rows = pictures_of(layer, tiles)
    y, x = np.nonzero(layer != EMPTY)
    cells = np.zeros(x.size, _CELL)
    cells["x"], cells["y"] = x, y
    cells["column"], cells["row"] = columns[y, x], rows[y, x]
    return _CELL_FORMAT.to_bytes(2, "little") + cells.tobytes()


def _places(draft: Draft) -> Iterator[str]:
    yield '\n[node name="Spawns" type="Node2D" parent="."]'
    for number, (x, y) in enumerate(draft.spawns, 1):
        yield f'\n[node name="Spawn{number}" type="Marker2D" parent="Spawns"]'
        yield f"position = Vector2({x * PIXELS + PIXELS // 2}, {y * PIXELS + PIXELS // 2})"
    yield '\n[node name="Areas" type="Node2D" parent="."]'
    taken: set[str] = set()
    for number, area in enumerate(draft.areas, 1):
        name = _node_name(area.name, "Area")
        while name in taken:
            name = f"{name} #{number}"
        taken.add(name)
        yield f'\n[node name={_text(name)} type="ReferenceRect" parent="Areas"]'
        yield f"offset_left = {area.x * PIXELS}.0"
        yield f"offset_top = {area.y * PIXELS}.0"
        yield f"offset_right = {(area.x + area.width) * PIXELS}.0"
        yield f"offset_bottom = {(area.y + area.height) * PIXELS}.0"
        # Or the rectangle would swallow the mouse.
        yield "mouse_filter = 2"
        yield f"metadata/area_name = {_text(area.name)}"


def _node_name(name: str, otherwise: str) -> str:
    return _NOT_IN_NODE_NAMES.sub("_", name).strip() or otherwise


def _text(text: str) -> str:
    """In quotes. JSON's escapes are Godot's, which also takes all other characters plainly."""
    return json.dumps(text, ensure_ascii=False)
