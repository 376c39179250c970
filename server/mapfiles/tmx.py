"""Tiled's XML in the shape of its JSON, and back: all other files know the JSON alone.

https://doc.mapeditor.org/en/stable/reference/tmx-map-format/ and .../json-map-format/ describe
the two; they say the same with few differences, and these lie here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from server.mapfiles.mapfile import MapFileError

DEEPEST = 32
"""Groups within groups, and other elements within elements."""

_LAYER_TYPES = {
    "layer": "tilelayer",
    "objectgroup": "objectgroup",
    "imagelayer": "imagelayer",
    "group": "group",
}
_LISTS = {
    "tileset": "tilesets",
    "layer": "layers",
    "imagelayer": "layers",
    "group": "layers",
    "objectgroup": "layers",
    "object": "objects",
    "tile": "tiles",
}
_SINGLE = {("tile", "objectgroup"), ("template", "object"), ("template", "tileset")}
"""Where the JSON has one table instead of a list."""


def table_of(element: Element, depth: int = 0) -> dict[str, Any]:
    """An element as the table that the JSON would have; what it does not know stays by its tag."""
    if depth > DEEPEST:
        raise MapFileError(f"elements are nested deeper than {DEEPEST}")
    table: dict[str, Any] = dict(element.attrib)
    if element.tag in _LAYER_TYPES:
        table["type"] = _LAYER_TYPES[element.tag]
    for child in element:
        match child.tag:
            case "properties":
                table["properties"] = [_property(each) for each in child.iterfind("property")]
            case "data" if element.tag == "layer":
                table.update(_data(child))
            case "image":
                image = dict(child.attrib)
                table["image"] = image.get("source")
                for name in ("width", "height"):
                    table[f"image{name}"] = image.get(name)
                table["transparentcolor"] = image.get("trans")
            case tag if (element.tag, tag) in _SINGLE:
                table[tag] = table_of(child, depth + 1)
            case tag if tag in _LISTS:
                table.setdefault(_LISTS[tag], []).append(table_of(child, depth + 1))
            case tag:
                table[tag] = True
    return table


def _property(element: Element) -> dict[str, Any]:
    found: dict[str, Any] = dict(element.attrib)
    found.setdefault("value", element.text or "")
    return found


def _data(element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {
        "encoding": element.get("encoding", "csv"),
        "compression": element.get("compression", ""),
    }
    chunks = element.findall("chunk")
    if chunks:
        found["chunks"] = [dict(chunk.attrib) | {"data": _cells(chunk)} for chunk in chunks]
    else:
        found["data"] = _cells(element)
    return found


def _cells(element: Element) -> str | list[str]:
    """The text of encoded cells, or what the oldest format has: an element for each."""
    if len(element):
        return [tile.get("gid", "0") for tile in element.iterfind("tile")]
    return element.text or ""


def element_of(table: Mapping[str, Any]) -> Element:
    """The inverse, for the tables that tiled_writing makes."""
    root = Element("map", _attributes(table, "type", "properties", "tilesets", "layers"))
    _add_properties(root, table)
    for tile_set in table["tilesets"]:
        skipped = ("properties", "tiles", "image", "imagewidth", "imageheight")
        added = SubElement(root, "tileset", _attributes(tile_set, *skipped))
        _add_properties(added, tile_set)
        size = {name: str(tile_set[f"image{name}"]) for name in ("width", "height")}
        SubElement(added, "image", {"source": tile_set["image"]} | size)
        for tile in tile_set["tiles"]:
            _add_properties(SubElement(added, "tile", {"id": str(tile["id"])}), tile)
    for layer in table["layers"]:
        if layer["type"] == "objectgroup":
            added = SubElement(root, "objectgroup", {"id": str(layer["id"]), "name": layer["name"]})
            for each in layer["objects"]:
                item = SubElement(added, "object", _attributes(each, "point"))
                if each.get("point"):
                    SubElement(item, "point")
        else:
            elsewhere = ("type", "properties", "data", "encoding", "compression", "x", "y")
            added = SubElement(root, "layer", _attributes(layer, *elsewhere))
            _add_properties(added, layer)
            how = {name: layer[name] for name in ("encoding", "compression")}
            SubElement(added, "data", how).text = layer["data"]
    return root


def _attributes(table: Mapping[str, Any], *skipped: str) -> dict[str, str]:
    return {name: _text(value) for name, value in table.items() if name not in skipped}


def _add_properties(element: Element, table: Mapping[str, Any]) -> None:
    if table.get("properties"):
        properties = SubElement(element, "properties")
        for each in table["properties"]:
            SubElement(properties, "property", _attributes(each))


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
