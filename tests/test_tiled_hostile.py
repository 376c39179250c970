"""Map files that are broken or mean harm: each is refused with one line that says why."""

from __future__ import annotations

import base64
import json
import os
import re
import tracemalloc
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import zstandard
from PIL import Image

from server.mapfiles import MapFile, MapFileError, read_map, write_map
from server.mapmakers import Area, Draft
from server.tiles import builtin_tile_set
from tests.tiled_files import TILES, full, json_layer, json_map, packed, xml_layer, xml_map

GROUND = xml_layer(full())
BIG = 1 << 28


def layer(data: str, encoding: str = "base64", compression: str = "zlib") -> str:
    how = f'encoding="{encoding}" compression="{compression}"'
    return xml_map(f'<layer name="a" width="16" height="16"><data {how}>{data}</data></layer>')


def tile_set(inside: str = "", more: str = "", size: str = "8") -> str:
    sizes = f'tilewidth="{size}" tileheight="8" tilecount="9" columns="3"'
    return f'<tileset firstgid="1" name="t" {sizes} {more}>{inside}</tileset>'


def own(*tiles: str, more: str = "") -> str:
    """A tile set that says to be ours."""
    mark = '<properties><property name="estragon_tile_set" value="ours"/></properties>'
    image = '<image source="tiles.png" width="24" height="24"/>'
    return xml_map(GROUND, tile_sets=tile_set(mark + image + "".join(tiles), more))


def own_tile(local: int, tile_id: str, name: str, layer: str = "ground", height: str = "0") -> str:
    values = {"estragon_id": tile_id, "name": name, "name_ru": "я", "layer": layer, "speed": "100"}
    values |= {"height": height, "colour": "#ff112233", "pattern": "single"}
    inside = "".join(f'<property name="{key}" value="{value}"/>' for key, value in values.items())
    return f'<tile id="{local}"><properties>{inside}</properties></tile>'


def sized(width: object, height: object) -> str:
    return xml_map(GROUND).replace(
        'width="16" height="16"', f'width="{width}" height="{height}"', 1
    )


def chunked(*boxes: str) -> str:
    chunks = "".join(f"<chunk {box}>1</chunk>" for box in boxes)
    data = f'<data encoding="csv">{chunks}</data>'
    return xml_map(f'<layer name="a" width="16" height="16">{data}</layer>', more='infinite="1"')


SPAWN = '<object name="spawn" x="1" y="1"/>'


def object_at(x: str) -> str:
    return f'<objectgroup name="o"><object name="spawn" x="{x}" y="1"/></objectgroup>'


GROUPS = "<group>" * 40 + GROUND + "</group>" * 40
ENTITIES = '<!DOCTYPE map [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
JSON_GROUP = {"type": "group", "name": "g", "layers": []}


def json_groups(depth: int) -> dict[str, object]:
    group: dict[str, object] = dict(JSON_GROUP)
    for _ in range(depth):
        group = JSON_GROUP | {"layers": [group]}
    return group


HOSTILE: dict[str, tuple[str, str]] = {
    "isometric": (
        xml_map(GROUND).replace("orthogonal", "isometric"),
        "'isometric' maps cannot be read",
    ),
    "hexagonal": (
        xml_map(GROUND).replace("orthogonal", "hexagonal"),
        "'hexagonal' maps cannot be read",
    ),
    "doctype": (xml_map(GROUND).replace("<map", ENTITIES + "<map", 1), "DOCTYPE or ENTITY"),
    "no xml": ("<map><layer></map>", "no valid XML: mismatched tag"),
    "no json": ('{"width": }', "no valid JSON"),
    "json of another kind": ("[1, 2]", "'map.tmj' is not a table"),
    "empty": ("", "no valid JSON"),
    "json that never ends": ("[" * 100_000, "no valid JSON"),
    "json not a number": (json_map(json_layer(full())).replace("16", "NaN"), "no valid JSON"),
    "many elements": ("<map>" + "<a/>" * 1_000_001 + "</map>", "over 1000000 elements"),
    "small": (sized(15, 16), "the map is 15x16, not within"),
    "large": (sized(4097, 16), "the map is 4097x16, not within"),
    "huge": (sized(10**11, 10**11), "not within"),
    "negative": (sized(-16, -16), "not within"),
    "endless": (sized("1" * 5000, 16), "is not a whole number"),
    "without a size": (xml_map(GROUND).replace('width="16"', "", 1), "width is missing"),
    "cells of no size": (
        xml_map(GROUND).replace('tilewidth="8"', 'tilewidth="0"', 1),
        "cells are 0x8 pixels",
    ),
    "another layer size": (xml_map(xml_layer(full(1, 17, 16))), "is 17x16, the map 16x16"),
    "no layer": (xml_map(), "has no tile layer"),
    "no tiles": (xml_map(xml_layer(full(0))), "the map has no tiles"),
    "no cells": (xml_map('<layer name="a" width="16" height="16"/>'), "'a' has no cells"),
    "few cells": (layer(packed(full(1, 16, 15), "zlib")), "fewer cells than its size of 256"),
    "many cells": (layer(packed(full(1, 16, 17), "zlib")), "more cells than its size of 256"),
    "half a cell": (layer("AAAA", compression=""), "fewer cells"),
    "few numbers": (layer("1,2", "csv", ""), "has 2 cells instead of 256"),
    "no numbers": (layer(",".join(["x"] * 256), "csv", ""), "not numbers between commas"),
    "fractions": (layer(",".join(["0.5"] * 256), "csv", ""), "are not whole numbers"),
    "negative cells": (layer(",".join(["-1"] * 256), "csv", ""), "not within 0-4294967295"),
    "large cells": (layer(",".join(["4294967296"] * 256), "csv", ""), "not within 0-4294967295"),
    "huge cells": (layer(",".join(["9" * 30] * 256), "csv", ""), "layer 'a'"),
    "lists for cells": (layer(",".join(["[]"] * 256), "csv", ""), "are not whole numbers"),
    "no base64": (layer("äöü"), "no valid base64"),
    "no zlib": (layer("AAAA"), "cannot be decompressed"),
    "no zstd": (layer("AAAA", compression="zstd"), "cannot be decompressed"),
    "unknown encoding": (layer("", "rot13"), "encoding 'rot13' is not known"),
    "unknown compression": (layer("", compression="rar"), "compression 'rar' is not known"),
    "unknown tile": (xml_map(xml_layer(full(500))), "tile 500, which belongs to no tile set"),
    "tile without sets": (xml_map(GROUND, tile_sets=""), "tile 1, which belongs to no tile set"),
    "far tile": (xml_map(xml_layer(full(0x0FFFFFFF))), "holds tile 268435455, over"),
    "sets at one place": (xml_map(GROUND, tile_sets=TILES * 2), "firstgid 1 is there twice"),
    "tiles of no size": (xml_map(GROUND, tile_sets=tile_set(size="0")), "its tiles are 0x8"),
    "set without size": (
        xml_map(GROUND, tile_sets='<tileset firstgid="1" name="t"/>'),
        "tile set 't': tilewidth is missing",
    ),
    "set without gid": (
        xml_map(GROUND, tile_sets=TILES.replace('firstgid="1"', "")),
        "firstgid is missing",
    ),
    "groups in groups": (xml_map(GROUPS), "nested deeper than 32"),
    "groups in groups of json": (json_map(json_groups(40)), "nested deeper than 32"),
    "far chunks": (
        chunked('x="-2000000000" y="0" width="16" height="16"', 'x="9" y="0" width="1" height="1"'),
        "not within",
    ),
    "huge chunk": (chunked('x="0" y="0" width="100000" height="16"'), "is 100000x16"),
    "empty chunk": (chunked('x="0" y="0" width="0" height="16"'), "is 0x16"),
    "no chunk": (chunked(), "the map is empty"),
    "many chunks": (
        chunked(*['x="0" y="0" width="4096" height="4096"'] * 17),
        "over 268435456 cells together",
    ),
    "nowhere": (xml_map(GROUND, object_at("nan")), "x 'nan' is not a number"),
    "infinitely far": (xml_map(GROUND, object_at("-inf")), "x '-inf' is not a number"),
    "too far for a number": (xml_map(GROUND, object_at("1e999")), "x '1e999' is not a number"),
    "many spawns": (
        xml_map(GROUND, f'<objectgroup name="o">{SPAWN * 10_001}</objectgroup>'),
        "over 10000 spawns or areas",
    ),
    "unknown layer": (
        xml_map(
            xml_layer(
                full(),
                inside='<properties><property name="estragon_layer" value="sky"/></properties>',
            )
        ),
        "estragon_layer is none of ground, things, roofs",
    ),
    "ours twice": (
        own(own_tile(0, "1", "a"), own_tile(1, "1", "b")),
        "estragon_id 1 is there twice",
    ),
    "a name twice": (
        own(own_tile(0, "1", "a"), own_tile(1, "2", "a")),
        "the name belongs to id 1 already",
    ),
    "ours without id": (own(own_tile(0, "", "a")), "estragon_id '' is not a whole number"),
    "ours beyond all ids": (own(own_tile(0, "65536", "a")), "id 65536 is not within 1-65535"),
    "ours on no layer": (own(own_tile(0, "1", "a", "sky")), "layer 'sky' is none of"),
    "ours in the sky": (own(own_tile(0, "1", "a", height="40000")), "height 40000 is not within"),
    "ours for nothing": (
        own(
            '<tile id="0"><properties><property name="estragon_id" value="7"/></properties></tile>'
        ),
        "tile 0 has no such estragon_id",
    ),
}
OUTSIDE = ("../t.tsx", "sub/../../t.tsx", "link/t.tsx", "link.tsx")
NO_PATHS = ("/etc/passwd", "C:/t.tsx", "..\\t.tsx", "file:///etc/passwd", "http://x.org/t.tsx")


def refusal(folder: Path, text: str | bytes, name: str = "map.tmx") -> str:
    folder.mkdir(exist_ok=True)
    raw = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(raw)
    with pytest.raises(MapFileError) as caught:
        read_map(folder / name)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_map_is_refused_with_one_line_of_reason(tmp_path: Path, name: str) -> None:
    text, reason = HOSTILE[name]
    said = refusal(tmp_path, text, "map.tmx" if text.startswith("<") else "map.tmj")
    assert reason in said
    assert len(said) < 300


@pytest.mark.parametrize("kind", ["tile set", "template", "json"])
@pytest.mark.parametrize("source", [*OUTSIDE, *NO_PATHS])
def test_nothing_outside_the_maps_folder_is_opened(tmp_path: Path, source: str, kind: str) -> None:
    (tmp_path / "t.tsx").write_text(tile_set() if kind == "tile set" else "<template/>")
    folder = tmp_path / "map"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "link.tsx").symlink_to(tmp_path / "t.tsx")
    reference = f'<tileset firstgid="1" source="{source}"/>'
    template = f'<objectgroup name="o"><object template="{source}"/></objectgroup>'
    text = {
        "tile set": xml_map(GROUND, tile_sets=reference),
        "template": xml_map(GROUND, template),
        "json": json_map(json_layer(full()), tilesets=[{"firstgid": 1, "source": source}]),
    }[kind]
    said = refusal(folder, text, "map.tmj" if kind == "json" else "map.tmx")
    assert ("lies outside the map's folder" if source in OUTSIDE else "no relative path") in said


def test_a_tile_set_is_read_as_carefully_as_the_map(tmp_path: Path) -> None:
    text = xml_map(GROUND, tile_sets='<tileset firstgid="1" source="t.tsx"/>')
    assert "'t.tsx' is missing" in refusal(tmp_path, text)
    (tmp_path / "t.tsx").write_text("<!DOCTYPE tileset>" + tile_set())
    assert "'t.tsx' has a DOCTYPE" in refusal(tmp_path, text)
    (tmp_path / "t.tsx").unlink()
    os.mkfifo(tmp_path / "t.tsx")
    assert "'t.tsx' is missing" in refusal(tmp_path, text)


@pytest.mark.parametrize("compression", ["zlib", "gzip", "zstd"])
def test_a_layer_that_would_fill_the_memory_is_not_unpacked(
    tmp_path: Path, compression: str
) -> None:
    if compression == "zstd":
        bomb = zstandard.ZstdCompressor().compress(bytes(BIG))
    else:
        packer = zlib.compressobj(9, wbits=31 if compression == "gzip" else 15)
        block = bytes(1 << 20)
        bomb = b"".join(packer.compress(block) for _ in range(BIG >> 20)) + packer.flush()
    text = layer(base64.b64encode(bomb).decode(), compression=compression)
    tracemalloc.start()
    said = refusal(tmp_path, text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more cells than its size of 256 says" in said
    assert peak < 8_000_000


def test_attributes_without_end_are_refused(tmp_path: Path) -> None:
    """A million of them took the parser ten seconds, in which no world ticked."""
    many = " ".join(f'a{number}=""' for number in range(1001))
    assert "one element too many" in refusal(
        tmp_path, xml_map(GROUND).replace("<map", f"<map {many}")
    )
    some = " ".join(f'a{number}=""' for number in range(1000))
    assert "over 4000000 attributes" in refusal(tmp_path, f"<map>{f'<a {some}/>' * 4001}</map>")


def test_others_have_their_turn_while_xml_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parser lets nobody else work before it has read what it is given."""
    given = []

    class Parser(ElementTree.XMLParser):
        def feed(self, data: Any, /) -> None:
            given.append(len(data))
            super().feed(data)

    monkeypatch.setattr(ElementTree, "XMLParser", Parser)
    refusal(tmp_path, f"<map>{'<tile/>' * 50_000}</map>")
    assert len(given) > 5
    assert max(given) <= 64 * 1024


def test_files_of_over_64_mib_are_refused_even_if_each_is_smaller(tmp_path: Path) -> None:
    half = " " * (33 << 20)
    assert "larger than 64 MiB together" in refusal(tmp_path, half + half)
    (tmp_path / "t.tsx").write_text(tile_set() + half)
    text = xml_map(GROUND, tile_sets='<tileset firstgid="1" source="t.tsx"/>')
    assert "larger than 64 MiB together" in refusal(tmp_path, text + half)


def test_text_in_another_encoding_than_utf_8_is_refused(tmp_path: Path) -> None:
    hidden = xml_map(GROUND).replace("UTF-8", "UTF-16").replace("<map", ENTITIES + "<map", 1)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        for text in (hidden, hidden.replace('<?xml version="1.0" encoding="UTF-16"?>', "")):
            assert "no valid UTF-8" in refusal(tmp_path, text.encode(encoding))
    assert "no valid UTF-8" in refusal(tmp_path, b"<map name='\xff'/>")
    assert "no valid JSON" in refusal(tmp_path, b'{"name": "\xff"}', "map.tmj")
    # UTF-7 could hide a DOCTYPE; what is declared does not matter.
    hidden = "+ADwAIQ-DOCTYPE map [+ADwAIQ-ENTITY a 'a'+AD4]+AD4"
    text = xml_map(GROUND).replace("UTF-8", "UTF-7").replace("<map", hidden + "<map")
    assert "no valid XML" in refusal(tmp_path, text)


def test_more_than_65535_tiles_are_refused(tmp_path: Path) -> None:
    cells = np.arange(1, 257 * 256 + 1, dtype=np.uint32).reshape(256, 257)
    sets = TILES.replace('tilecount="99"', 'tilecount="70000"')
    text = xml_map(xml_layer(cells), width=257, height=256, tile_sets=sets)
    assert "over 65535 tiles" in refusal(tmp_path, text)


def test_a_picture_that_is_huge_or_none_costs_only_the_colours(tmp_path: Path) -> None:
    Image.new("1", (9000, 8000)).save(tmp_path / "huge.png")
    (tmp_path / "none.png").write_bytes(b"\x89PNG\r\n\x1a\nnone")
    for name, reason in (("huge", "over 67108864 pixels"), ("none", "'none.png' is no picture")):
        sets = tile_set(f'<image source="{name}.png" width="24" height="24"/>')
        (tmp_path / "map.tmx").write_text(xml_map(GROUND, tile_sets=sets))
        found = read_map(tmp_path / "map.tmx")
        assert any(reason in note for note in found.notes)


def test_a_file_of_another_kind_is_refused_by_its_ending(tmp_path: Path) -> None:
    assert "ends with .tmx, .tmj, .json" in refusal(tmp_path, "", "map.png")
    with pytest.raises(MapFileError, match=r"'nothing.tmx' is missing"):
        read_map(tmp_path / "nothing.tmx")


def test_whatever_is_broken_in_a_file_it_is_read_or_refused_in_a_line(tmp_path: Path) -> None:
    tiles = builtin_tile_set()
    cells = np.random.default_rng(2).choice(list(tiles.by_id), (3, 16, 16)).astype(np.uint16)
    areas = (Area("lake", 2, 3, 4, 5),)
    chance = np.random.default_rng(3)
    for ending in ("tmx", "tmj"):
        path = tmp_path / f"map.{ending}"
        write_map(path, MapFile(Draft(cells, ((1, 1),), areas), tiles))
        text = path.read_text()
        words = sorted(set(re.findall(r"[\w#-]+|[^\w\s]", text)))
        for _ in range(300):
            broken = text
            for _ in range(chance.integers(1, 4)):
                start = int(chance.integers(len(broken)))
                end = start + int(chance.integers(0, 8))
                broken = broken[:start] + str(chance.choice(words)) + broken[end:]
            path.write_text(broken)
            try:
                found = read_map(path)
            except MapFileError as refused:
                notes = [str(refused)]
            else:
                notes = found.notes
                json.dumps([found.draft.spawns, [vars(area) for area in found.draft.areas]])
            assert all(len(note.splitlines()) == 1 for note in notes), broken


def test_a_thousand_sets_of_one_name_get_tiles_of_different_names(tmp_path: Path) -> None:
    cells = np.arange(1, 4097, dtype=np.uint32).reshape(64, 64)
    sets = "".join(
        f'<tileset firstgid="{gid}" name="t" tilewidth="8" tileheight="8" tilecount="1"/>'
        for gid in range(1, 4097)
    )
    (tmp_path / "map.tmx").write_text(
        xml_map(xml_layer(cells), width=64, height=64, tile_sets=sets)
    )
    found = read_map(tmp_path / "map.tmx")
    assert len(found.tiles.ids) == 4096
    assert {"t_0", "t_0_2", "t_0_4096"} <= set(found.tiles.ids)
