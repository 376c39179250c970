"""Maps of Tiled come in as they are and go out without loss; what is lost is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.mapfiles import MapFile, MapFileError, read_map, write_map
from server.mapmakers import Area, Draft
from server.mapmakers.village import make_village
from server.tiles import LAYERS, builtin_tile_set
from tests.conftest import needed
from tests.tiled_files import (
    Gids,
    full,
    json_layer,
    json_map,
    layers_of,
    packed,
    same,
    xml_data,
    xml_layer,
    xml_map,
)

EXAMPLES = {
    "desert.tmx": ("ground",),
    "forest.tmx": ("ground",),
    "island.tmx": ("ground", "things", "roofs"),
    "orthogonal-outside.tmx": ("ground", "things"),
    "perspective_walls.tmx": ("things", "things", "things"),
    "sewers.tmx": ("ground", "things"),
}
"""What the layers of Tiled's own examples become, the lowest first."""
REFUSED = (
    "maps cannot be read, only orthogonal",
    "not within 16x16-4096x4096",
    "has a DOCTYPE or ENTITY declaration",
    "has no tile layer",
)
"""Why the other examples are refused."""


@pytest.fixture(scope="module")
def examples() -> Path:
    """Debian's copy of the maps that come with Tiled."""
    return needed("tiled-examples").resolve()


def read(folder: Path, text: str, name: str = "map.tmx") -> MapFile:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_map(path)


def sample() -> Gids:
    """Some cells of each kind, empty ones too."""
    return np.random.default_rng(5).integers(0, 90, (20, 24)).astype(np.uint32)


def seen(map_file: MapFile, layer: int = 0) -> list[str]:
    """What lies in the first row, by name."""
    names = {tile.id: tile.name for tile in map_file.tiles.by_id.values()} | {0: ""}
    return [names[cell] for cell in map_file.draft.cells[layer, 0].tolist()]


@pytest.mark.parametrize("ending", ["tmx", "tmj"])
def test_a_map_comes_back_as_it_went_out(tmp_path: Path, ending: str) -> None:
    tiles = builtin_tile_set()
    draft = make_village(tiles, seed=7, width=96, height=80)
    areas = (*draft.areas, Area("spawn", 0, 0, 1, 1), Area(' "a" <b>&\n\t', 95, 79, 1, 1))
    went = MapFile(Draft(draft.cells, ((95, 79), *draft.spawns, (0, 0)), areas), tiles)
    path = tmp_path / f"map.{ending}"
    write_map(path, went)
    came = read_map(path)
    assert same(went, came)
    assert [note for note in came.notes if "stand" not in note] == []


def test_all_of_tileds_examples_come_in_whole_or_are_refused_for_a_reason(
    examples: Path, tmp_path: Path
) -> None:
    read_in = set()
    for path in sorted([*examples.rglob("*.tmx"), *examples.rglob("*.json")]):
        homes = EXAMPLES.get(path.name)
        if homes is None or path.parent.name == "sewer_automap":
            with pytest.raises(MapFileError, match="|".join(REFUSED)):
                read_map(path)
            continue
        found = read_map(path)
        wanted = np.zeros((3, *found.draft.cells.shape[1:]), np.uint32)
        for home, layer in zip(homes, layers_of(path), strict=True):
            np.copyto(wanted[LAYERS.index(home)], layer, where=layer != 0)
        pairs = np.unique(np.stack([wanted.ravel(), found.draft.cells.ravel()]), axis=1)
        assert len(set(pairs[0])) == len(set(pairs[1])) == pairs.shape[1], path
        assert (0, 0) in set(map(tuple, pairs.T.tolist()))
        for ending in ("tmx", "tmj"):
            copy = tmp_path / f"copy.{ending}"
            write_map(copy, found)
            assert same(found, read_map(copy)), path
        read_in.add(path.name)
    assert len(read_in) >= 5


@pytest.mark.parametrize("infinite", [False, True])
@pytest.mark.parametrize(
    ("encoding", "compression"),
    [("csv", ""), ("xml", ""), *(("base64", each) for each in ("", "zlib", "gzip", "zstd"))],
)
def test_every_encoding_and_compression_holds_the_same_cells(
    tmp_path: Path, encoding: str, compression: str, infinite: bool
) -> None:
    cells = sample()
    how = "" if encoding == "xml" else f'encoding="{encoding}"'
    how += f' compression="{compression}"' if compression else ""
    if infinite:
        box = 'x="-7" y="32" width="24" height="20"'
        data = f"<chunk {box}>{xml_data(cells, encoding, compression)}</chunk>"
    else:
        data = xml_data(cells, encoding, compression)
    layer = f'<layer name="ground" width="24" height="20"><data {how}>{data}</data></layer>'
    text = xml_map(layer, width=24, height=20, more=f'infinite="{int(infinite)}"')
    known = read(tmp_path, xml_map(xml_layer(cells), width=24, height=20), "known.tmx")
    assert np.array_equal(read(tmp_path, text).draft.cells, known.draft.cells)

    table = json_layer(cells, encoding=encoding, compression=compression)
    table["data"] = packed(cells, compression) if encoding == "base64" else table["data"]
    if encoding == "xml":
        table["encoding"] = "csv"
    if infinite:
        chunk = {"x": -7, "y": 32, "width": 24, "height": 20, "data": table.pop("data")}
        table["chunks"] = [chunk]
    text = json_map(table, width=24, height=20, infinite=infinite)
    assert np.array_equal(read(tmp_path, text, "map.tmj").draft.cells, known.draft.cells)


def test_an_infinite_map_is_moved_to_its_beginning_with_all_that_is_on_it(tmp_path: Path) -> None:
    chunks = "".join(
        f'<chunk x="{x}" y="{y}" width="16" height="16">{xml_data(full(gid))}</chunk>'
        for gid, (x, y) in enumerate([(-16, -32), (16, 0)], 1)
    )
    layer = (
        f'<layer name="ground" width="9" height="9"><data encoding="csv">{chunks}</data></layer>'
    )
    empty = '<layer name="roof" width="9" height="9"><data encoding="csv"></data></layer>'
    spawn = '<objectgroup><object type="spawn" x="-128" y="-256"><point/></object></objectgroup>'
    found = read(tmp_path, xml_map(layer, empty, spawn, more='infinite="1"'))
    ground = found.draft.cells[0]
    assert ground.shape == (48, 48)
    assert (ground[:16, :16] == 1).all()
    assert (ground[32:, 32:] == 2).all()
    assert np.count_nonzero(ground) == 512
    assert found.draft.spawns == ((0, 0),)
    assert "the map began at -16, -32: moved to 0, 0" in found.notes


def test_layers_go_where_they_say_or_are_called_or_lie(tmp_path: Path) -> None:
    said = '<properties><property name="estragon_layer" value="roofs"/></properties>'
    bottom = full(1)
    found = read(
        tmp_path,
        xml_map(
            xml_layer(bottom, "Grass and so on"),
            xml_layer(full(2) * (np.arange(16) < 3), "Trees"),
            f'<group name="Overhead 2">{xml_layer(full(3) * (np.arange(16) < 2), "a")}</group>',
            xml_layer(full(4) * (np.arange(16) < 1), "Trees too"),
            xml_layer(full(5) * (np.arange(16) == 5), "ground", inside=said, more='visible="0"'),
            '<imagelayer name="sky"><image source="sky.png"/></imagelayer>',
        ),
    )
    assert seen(found, 0) == ["tiles_0"] * 16
    assert seen(found, 1) == ["tiles_3", "tiles_1", "tiles_1"] + [""] * 13
    assert seen(found, 2) == ["tiles_2"] * 2 + [""] * 3 + ["tiles_4"] + [""] * 10
    assert found.notes[:3] == [
        "group 'Overhead 2' is dissolved into its layers",
        "layer 'ground' is invisible in Tiled: kept",
        "image layer 'sky' is left out",
    ]
    assert (
        "2 tile layers became 'things' ('Trees', 'Trees too'); "
        "where two tiles lay on one cell the upper one stayed: 16 cells lost"
    ) in found.notes


def test_whatever_a_layer_has_besides_cells_is_told(tmp_path: Path) -> None:
    cells = full(1)
    cells[0, :7] |= 0x80000000
    more = 'opacity="0.5" offsetx="3" tintcolor="#ff0000" parallaxx="1"'
    property_ = '<properties><property name="mood" value="dark"/></properties>'
    found = read(tmp_path, xml_map(xml_layer(cells, more=more, inside=property_)))
    assert (found.draft.cells[0] == 1).all()
    assert "7 tiles are flipped or turned: drawn as they are in the tile set" in found.notes
    for lost in ("opacity", "offsetx", "tintcolor", "mood"):
        assert f"layer 'ground' has '{lost}': not kept" in found.notes
    assert not [note for note in found.notes if "parallaxx" in note]


def test_tile_sets_beside_the_map_are_joined_and_tell_what_their_tiles_are(tmp_path: Path) -> None:
    picture = Image.new("RGB", (16, 16), (200, 100, 50))
    picture.paste((0, 0, 255), (8, 0, 16, 8))
    (tmp_path / "sets").mkdir()
    picture.save(tmp_path / "sets/stone.png")
    (tmp_path / "sets/stone.tsx").write_text(
        '<tileset name="stone age" tilewidth="8" tileheight="8">'
        '<image source="stone.png" width="16" height="16"/>'
        '<tile id="1"><properties><property name="height" type="int" value="300"/>'
        '<property name="speed" value="50"/><property name="name" value="slab"/>'
        '<property name="colour" type="color" value="#ff010203"/></properties></tile>'
        '<tile id="2" type="Big Rock"><properties><property name="solid" type="bool" value="true"/>'
        '</properties></tile><tile id="3"><objectgroup><object x="0" y="0" width="8" height="8"/>'
        "</objectgroup></tile></tileset>"
    )
    (tmp_path / "sets/wood.tsj").write_text(
        json.dumps({"name": "wood", "tilewidth": 8, "tileheight": 8, "tilecount": 4, "columns": 2})
    )
    sets = '<tileset firstgid="1" source="sets/stone.tsx"/>'
    sets += '<tileset firstgid="50" source="sets/wood.tsj"/>'
    cells = full(1)
    cells[0, :3] = (4, 50, 53)
    found = read(tmp_path, xml_map(xml_layer(cells), tile_sets=sets), "two sets.tmx")
    tiles = found.tiles
    assert tiles.name == "two sets"
    assert list(tiles.ids) == ["stone_age_0", "slab", "big_rock", "stone_age_3", "wood_0", "wood_3"]
    assert list(tiles.by_id) == [1, 2, 3, 4, 5, 6]
    by_name = {tile.name: tile for tile in tiles.by_id.values()}
    slab = by_name["slab"]
    assert (slab.height, slab.speed, slab.colour, slab.cell) == (300, 50, "#010203", (1, 0))
    assert (by_name["stone_age_0"].height, by_name["stone_age_0"].colour) == (0, "#c86432")
    assert [by_name[name].height for name in ("big_rock", "stone_age_3", "wood_0")] == [
        1024,
        1024,
        0,
    ]
    assert by_name["big_rock"].name_ru == "Big Rock"
    assert seen(found)[:4] == ["stone_age_3", "wood_0", "wood_3", "stone_age_0"]
    assert "2 tiles ('stone age 2', 'stone age 3') are solid: height 1024" in found.notes
    for ending in ("tmx", "tmj"):
        write_map(tmp_path / f"again.{ending}", found)
        assert same(found, read_map(tmp_path / f"again.{ending}"))


def test_points_become_spawns_and_named_rectangles_areas(tmp_path: Path) -> None:
    (tmp_path / "start.tx").write_text(
        '<template><object type="spawn"><point/></object></template>'
    )
    objects = (
        '<objectgroup name="places"><object name="Spawn" x="12" y="20"/>'
        '<object template="start.tx" x="127" y="127"/>'
        '<object class="spawn" gid="1" x="0" y="8" width="8" height="8"/>'
        '<object name="far" type="spawn" x="900" y="0"><point/></object>'
        '<object name="lake" x="8" y="16" width="32" height="24"/>'
        '<object name="marsh" x="100" y="100" width="60" height="9"/>'
        '<object name="npc" x="8" y="8"><point/></object>'
        '<object name="egg" x="8" y="8" width="9" height="9"><ellipse/></object>'
        '<object name="leaning" x="8" y="8" width="9" height="9" rotation="5"/></objectgroup>'
    )
    found = read(tmp_path, xml_map(xml_layer(full()), objects))
    assert found.draft.spawns == ((1, 2), (15, 15), (0, 0))
    assert found.draft.areas == (Area("lake", 1, 2, 4, 3), Area("marsh", 12, 12, 4, 2))
    assert found.notes == [
        "tile set 'tiles' comes without its pictures: "
        "clients draw the cells of their own tiles.png",
        "object '' has 'gid': not kept",
        "object 'far' is left out: it is outside the map",
        "area 'marsh' is fitted to whole cells",
        "3 objects ('npc', 'egg', 'leaning') are left out: "
        "they are neither a spawn nor a named upright rectangle",
    ]


def test_without_a_spawn_the_free_cell_nearest_to_the_middle_becomes_one(tmp_path: Path) -> None:
    sets = (
        '<tileset firstgid="1" name="t" tilewidth="8" tileheight="8" tilecount="2" columns="2">'
        '<tile id="1"><properties><property name="height" value="2000"/></properties></tile>'
        "</tileset>"
    )
    cells = full(1)
    cells[4:12, 4:12] = 2
    found = read(tmp_path, xml_map(xml_layer(cells), tile_sets=sets))
    assert found.draft.spawns == ((7, 3),)
    assert "the map has no spawn: the free cell 7, 3 became one" in found.notes


def test_a_map_that_was_painted_on_in_tiled_keeps_our_tiles(tmp_path: Path) -> None:
    tiles = builtin_tile_set()
    cells = np.zeros((3, 16, 16), np.uint16)
    cells[0] = tiles["grass"]
    write_map(tmp_path / "map.tmj", MapFile(Draft(cells, ((1, 1),), ()), tiles))
    table = json.loads((tmp_path / "map.tmj").read_text())
    pictures = set(table["layers"][0]["data"])
    assert pictures == {1, 2, 3, 4}, "grass is drawn with its four pictures"
    # Somebody lays another picture of the path by hand, and a tile of another set.
    path_column, path_row = tiles.by_id[tiles["path"]].cell
    table["layers"][0]["data"][:2] = [path_row * 16 + path_column + 9 + 1, 5001]
    table["tilesets"].append({"firstgid": 5000, "name": "new", "tilewidth": 16, "tileheight": 16})
    table["tilesets"][1] |= {"tilecount": 4, "columns": 2, "image": "new.png"}
    found = read(tmp_path, json.dumps(table), "map.tmj")
    assert seen(found)[:3] == ["path", "new_1", "grass"]
    assert found.tiles.name == tiles.name
    ours = {number: tile for number, tile in found.tiles.by_id.items() if number in tiles.by_id}
    assert ours == dict(tiles.by_id)
    new = found.tiles.by_id[found.tiles["new_1"]]
    assert (new.id, new.cell) == (51, (1, 21))
    assert any("picture 'new.png' not read: 'new.png' is missing" in note for note in found.notes)


def test_old_files_may_lack_what_newer_ones_have(tmp_path: Path) -> None:
    tile_set = {
        "firstgid": 1,
        "tilewidth": 8,
        "tileheight": 8,
        "image": "t.png",
        "imagewidth": 16,
        "imageheight": 16,
        "tiles": {"1": {"type": "bog"}},
        "tileproperties": {"1": {"speed": "40"}},
    }
    text = json_map(json_layer(full(2)), tilesets=[tile_set], properties={"author": "me"})
    found = read(tmp_path, text, "map.json")
    assert found.tiles.speeds[found.tiles["bog"]] == 40
    assert "the map has what is not kept: 'author'" in found.notes


def test_pictures_outside_the_folder_are_not_read_but_made_up(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (1, 2, 3)).save(tmp_path / "secret.png")
    sets = (
        '<tileset firstgid="1" name="t" tilewidth="8" tileheight="8" tilecount="1" columns="1">'
        '<image source="../secret.png" width="8" height="8"/></tileset>'
    )
    found = read(tmp_path, xml_map(xml_layer(full()), tile_sets=sets), "maps/map.tmx")
    assert found.tiles.by_id[1].colour != "#010203"
    outside = "'../secret.png' lies outside the map's folder"
    assert f"picture '../secret.png' not read: {outside}" in found.notes


def test_a_thousand_remarks_alike_are_one_line(tmp_path: Path) -> None:
    objects = "".join(f'<object name="o{number}" x="1" y="1"/>' for number in range(1000))
    found = read(tmp_path, xml_map(xml_layer(full()), f"<objectgroup>{objects}</objectgroup>"))
    assert len(found.notes) < 5
    assert any(note.startswith("1000 objects ('o0', 'o1',") for note in found.notes)


def test_names_that_xml_cannot_hold_are_refused_before_a_file_is_written(tmp_path: Path) -> None:
    tiles = builtin_tile_set()
    draft = Draft(np.ones((3, 16, 16), np.uint16), ((1, 1),), (Area("a\x01", 1, 1, 1, 1),))
    for ending in ("tmx", "tmj", "tscn"):
        with pytest.raises(MapFileError, match="characters that no file can"):
            write_map(tmp_path / f"map.{ending}", MapFile(draft, tiles))
    assert os.listdir(tmp_path) == []
