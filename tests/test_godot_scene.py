"""Scenes for Godot's editor: the real Godot opens them and sees what the game would draw."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.mapfiles import MapFile, MapFileError, write_map
from server.mapmakers import Area, Draft
from server.tiles import LAYERS, TileSet, builtin_tile_set
from tests.godot_client import PROJECT, complaints

PATTERN_NUMBERS = {"single": "SINGLE", "random": "RANDOM", "edges": "EDGES"}

CHECK = """extends Node

const MAP: PackedScene = preload("res://map.tscn")

func _ready() -> void:
	var given: Dictionary = JSON.parse_string(FileAccess.get_file_as_string("res://map.json"))
	var entered: EstragonCodec.WorldEntered = EstragonCodec.WorldEntered.new()
	entered.width = given.width
	entered.height = given.height
	var world: EstragonWorld = EstragonWorld.new(entered, 0)
	for each: Dictionary in given.tiles:
		var tile: EstragonCodec.Tile = EstragonCodec.Tile.new()
		tile.column = each.column
		tile.row = each.row
		tile.height = each.height
		tile.pattern = EstragonCodec.TilePattern[each.pattern]
		world.tiles[int(each.id)] = tile
	var side: int = EstragonCodec.CHUNK_SIZE
	for row: int in given.height / side:
		for column: int in given.width / side:
			var cells: PackedInt32Array = PackedInt32Array()
			for layer: int in 3:
				for y: int in side:
					for x: int in side:
						var place: int = (row * side + y) * given.width + column * side + x
						cells.append(given.cells[layer][place])
			world.chunks[Vector2i(column, row)] = cells

	var map: Node = MAP.instantiate()
	var pictures: TilePictures = TilePictures.new()
	var found: Dictionary = {"cells": 0, "wrong": [], "used": [], "spawns": [], "areas": []}
	for layer: int in 3:
		var node: TileMapLayer = map.get_node(given.layers[layer])
		found.used.append(node.get_used_cells().size())
		for y: int in given.height:
			for x: int in given.width:
				var cell: Vector2i = Vector2i(x, y)
				var wanted: Vector2i = TilePictures.NONE
				if world.tile_at(layer, cell) > 0:
					wanted = pictures.picture_at(world, layer, cell)
					var data: TileData = node.get_cell_tile_data(cell)
					var tile: Dictionary = given.by_id[str(world.tile_at(layer, cell))]
					for field: String in ["name", "height", "speed"]:
						if data.get_custom_data(field) != tile[field]:
							found.wrong.append([layer, x, y, field])
				found.cells += 1
				if node.get_cell_atlas_coords(cell) != wanted:
					found.wrong.append([layer, x, y])
	for spawn: Marker2D in map.get_node("Spawns").get_children():
		found.spawns.append([spawn.position.x, spawn.position.y])
	for area: ReferenceRect in map.get_node("Areas").get_children():
		var box: Rect2 = area.get_rect()
		var name_in_game: String = area.get_meta("area_name")
		found.areas.append(
			[name_in_game, box.position.x, box.position.y, box.size.x, box.size.y]
		)
	map.free()
	print("FOUND ", JSON.stringify(found))
	get_tree().quit()
"""


@pytest.fixture(scope="module")
def project(godot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Godot project with the client's picture and its rules for drawing, and nothing else."""
    folder = tmp_path_factory.mktemp("godot_project")
    for part in ("addons/estragon", "world", "art"):
        (folder / part).mkdir(parents=True)
    needed = [
        *(PROJECT / "addons/estragon").glob("*.gd"),
        PROJECT / "world/tile_pictures.gd",
        PROJECT / "art/tiles.png",
    ]
    for path in needed:
        shutil.copy(path, folder / path.relative_to(PROJECT))
    (folder / "project.godot").write_text(
        'config_version=5\n[rendering]\nrenderer/rendering_method="gl_compatibility"\n'
    )
    (folder / "check.gd").write_text(CHECK)
    (folder / "check.tscn").write_text(
        '[gd_scene format=3]\n[ext_resource type="Script" path="res://check.gd" id="1"]\n'
        '[node name="Check" type="Node"]\nscript = ExtResource("1")\n'
    )
    write_map(folder / "map.tscn", scattered())
    run(godot, folder, "--import")
    return folder


def run(godot: Path, project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [godot, "--headless", "--path", project, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    assert complaints(done.stdout) == []
    return done.stdout


def seen_by_godot(godot: Path, project: Path, map_file: MapFile) -> Any:
    """What Godot finds in the map's scene, and where that differs from what the client draws."""
    draft, tiles = map_file.draft, map_file.tiles
    write_map(project / "map.tscn", map_file)
    fields = {
        tile.id: {
            "id": tile.id,
            "column": tile.cell[0],
            "row": tile.cell[1],
            "pattern": PATTERN_NUMBERS[tile.pattern],
            "name": tile.name,
            "height": tile.height,
            "speed": tile.speed,
        }
        for tile in tiles.by_id.values()
    }
    given = {
        "width": draft.cells.shape[2],
        "height": draft.cells.shape[1],
        "tiles": list(fields.values()),
        "by_id": fields,
        "layers": [layer.capitalize() for layer in LAYERS],
        "cells": [layer.ravel().tolist() for layer in draft.cells],
    }
    (project / "map.json").write_text(json.dumps(given))
    output = run(godot, project, "res://check.tscn")
    line = next(line for line in output.splitlines() if line.startswith("FOUND "))
    return json.loads(line.removeprefix("FOUND "))


def scattered(spawns: Sequence[tuple[int, int]] = ((3, 4),), areas: Sequence[Area] = ()) -> MapFile:
    """Every tile on its layer, in blots, so that edges have neighbours of all kinds."""
    tiles = builtin_tile_set()
    chance = np.random.default_rng(6)
    cells = np.zeros((3, 64, 96), np.uint16)
    for number, layer in enumerate(LAYERS):
        ids = [0, *(tile.id for tile in tiles.by_id.values() if tile.layer == layer)]
        blots = chance.choice(np.array(ids, np.uint16), (32, 48))
        cells[number] = blots.repeat(2, axis=0).repeat(2, axis=1)
        specks = chance.random((64, 96)) < 0.2
        cells[number][specks] = chance.choice(np.array(ids, np.uint16), int(specks.sum()))
    return MapFile(Draft(cells, tuple(spawns), tuple(areas)), tiles)


def test_godot_sees_every_cell_as_the_game_draws_it(godot: Path, project: Path) -> None:
    map_file = scattered()
    found = seen_by_godot(godot, project, map_file)
    assert found["cells"] == map_file.draft.cells.size
    assert found["used"] == [int(np.count_nonzero(layer)) for layer in map_file.draft.cells]
    assert found["wrong"] == []


def test_godot_finds_spawns_and_areas_whatever_they_are_called(godot: Path, project: Path) -> None:
    names = ["lake", "lake", 'a "b"\\n\n%c:/@.', "Поляна", "", " "]
    areas = [Area(name, 5 + place, 6, 7, 8) for place, name in enumerate(names)]
    found = seen_by_godot(godot, project, scattered([(0, 0), (95, 63)], areas))
    assert found["spawns"] == [[8, 8], [95 * 16 + 8, 63 * 16 + 8]]
    assert found["areas"] == [
        [area.name, area.x * 16, area.y * 16, area.width * 16, area.height * 16] for area in areas
    ]


def test_a_map_with_a_tile_that_nobody_knows_is_no_scene(tmp_path: Path) -> None:
    map_file = scattered()
    map_file.draft.cells[1, 2, 3] = 999
    with pytest.raises(MapFileError, match="tile 999, which its tile set does not know"):
        write_map(tmp_path / "map.tscn", map_file)


def test_a_map_of_too_many_tiles_is_no_scene(tmp_path: Path) -> None:
    tiles: TileSet = builtin_tile_set()
    cells = np.zeros((3, 2048, 2048), np.uint16)
    cells[0] = tiles["grass"]
    with pytest.raises(MapFileError, match="Godot opens no scene of 4194304 tiles"):
        write_map(tmp_path / "map.tscn", MapFile(Draft(cells, ((0, 0),), ()), tiles))
    assert not (tmp_path / "map.tscn").exists()
