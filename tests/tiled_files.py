"""Small files of Tiled for the tests, and a reader of Tiled's XML that shares nothing with ours."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import zstandard
from numpy.typing import NDArray

from server.mapfiles import MapFile

Gids = NDArray[np.uint32]

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
}
TILES = (
    '<tileset firstgid="1" name="tiles" tilewidth="8" tileheight="8" tilecount="99" columns="9"/>'
)


def packed(cells: Gids, compression: str) -> str:
    return base64.b64encode(PACKERS[compression](cells.astype("<u4").tobytes())).decode()


def xml_data(cells: Gids, encoding: str = "csv", compression: str = "") -> str:
    """What stands in a <data> or <chunk>; the encoding "xml" has an element for each cell."""
    if encoding == "xml":
        return "".join(f'<tile gid="{gid}"/>' if gid else "<tile/>" for gid in cells.flat)
    if encoding == "base64":
        return f"\n   {packed(cells, compression)}\n  "
    return "\n" + ",\n".join(",".join(map(str, row)) for row in cells.tolist()) + "\n"


def xml_layer(cells: Gids, name: str = "ground", more: str = "", inside: str = "") -> str:
    height, width = cells.shape
    return (
        f'<layer name="{name}" width="{width}" height="{height}" {more}>{inside}'
        f'<data encoding="csv">{xml_data(cells)}</data></layer>'
    )


def xml_map(
    *parts: str, width: int = 16, height: int = 16, more: str = "", tile_sets: str = TILES
) -> str:
    """A map without the attributes that older versions of Tiled did not write."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<map version="1.0" orientation="orthogonal" width="{width}" height="{height}" '
        f'tilewidth="8" tileheight="8" {more}>{tile_sets}{"".join(parts)}</map>'
    )


def json_map(*layers: Mapping[str, Any], **more: Any) -> str:
    table = {
        "type": "map",
        "orientation": "orthogonal",
        "width": 16,
        "height": 16,
        "tilewidth": 8,
        "tileheight": 8,
        "tilesets": [
            {"firstgid": 1, "name": "tiles", "tilewidth": 8, "tileheight": 8, "tilecount": 99}
        ],
        "layers": list(layers),
    }
    return json.dumps(table | more)


def json_layer(cells: Gids, name: str = "ground", **more: Any) -> dict[str, Any]:
    height, width = cells.shape
    table = {"type": "tilelayer", "name": name, "width": width, "height": height}
    return {**table, "data": cells.ravel().tolist(), **more}


def full(gid: int = 1, width: int = 16, height: int = 16) -> Gids:
    return np.full((height, width), gid, np.uint32)


def layers_of(path: Path) -> list[Gids]:
    """The tile layers of a finite .tmx, the lowest first, without the bits of flips."""
    found = []
    for layer in ElementTree.parse(path).getroot().iter("layer"):
        data = layer.find("data")
        assert data is not None
        text = data.text or ""
        if data.get("encoding") == "csv":
            cells = np.array([int(each) for each in text.split(",")], np.uint32)
        else:
            raw = base64.b64decode(text)
            match data.get("compression"):
                case "zlib":
                    raw = zlib.decompress(raw)
                case "gzip":
                    raw = gzip.decompress(raw)
                case "zstd":
                    raw = zstandard.ZstdDecompressor().decompressobj().decompress(raw)
            cells = np.frombuffer(raw, "<u4")
        width, height = int(layer.attrib["width"]), int(layer.attrib["height"])
        found.append(cells.reshape(height, width) & np.uint32(0x0FFFFFFF))
    return found


def same(one: MapFile, other: MapFile) -> bool:
    """Whether two maps are equal in everything but their notes."""
    return (
        np.array_equal(one.draft.cells, other.draft.cells)
        and one.draft.spawns == other.draft.spawns
        and one.draft.areas == other.draft.areas
        and one.tiles.name == other.tiles.name
        and list(one.tiles.by_id.items()) == list(other.tiles.by_id.items())
        and list(one.tiles.ids.items()) == list(other.tiles.ids.items())
        and np.array_equal(one.tiles.heights, other.tiles.heights)
        and np.array_equal(one.tiles.speeds, other.tiles.speeds)
    )
