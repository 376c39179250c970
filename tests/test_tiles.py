"""Tile sets: a good one loads, a bad one is refused by the name of its tile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from server.tiles import (
    EMPTY,
    FULL_SPEED,
    NEVER_ENTER,
    PATTERNS,
    Tile,
    TileSet,
    builtin_tile_set,
    load_tile_set,
)
from tests.mock_server import TILES

ART = Path(__file__).resolve().parents[1] / "godot_client" / "art"
PIXELS = 16
"""How wide and high a tile's picture is."""

Value = int | float | str | bool | list[int] | None

GRASS: dict[str, Value] = {
    "id": 1,
    "name": "grass",
    "name_ru": "трава",
    "layer": "ground",
    "height": 0,
    "speed": 100,
    "colour": "#729f4e",
    "cell": [0, 0],
    "pattern": "single",
}
MUD = GRASS | {"id": 2, "name": "mud", "height": 200, "speed": 60, "cell": [1, 0]}
PLANK = GRASS | {"id": 3, "name": "plank", "layer": "things", "height": 100, "cell": [2, 0]}
HEDGE = PLANK | {"id": 4, "name": "hedge", "height": NEVER_ENTER, "speed": 400, "cell": [3, 0]}
ROOF = GRASS | {"id": 5, "name": "roof", "layer": "roofs", "cell": [4, 0]}


def toml(*tables: dict[str, Value]) -> str:
    """A tile set as text; a field that is None is left out."""
    lines = ['name = "meadow"']
    for table in tables:
        lines.append("[[tile]]")
        for field, value in table.items():
            if value is not None:
                text = str(value).lower() if isinstance(value, bool) else repr(value)
                lines.append(f"{field} = {text}")
    return "\n".join(lines)


def cell(tiles: TileSet, ground: str, thing: str = "", roof: str = "") -> NDArray[np.uint16]:
    """A map of one cell, shape (3, 1, 1)."""
    ids = [tiles[name] if name else EMPTY for name in (ground, thing, roof)]
    return np.array(ids, np.uint16).reshape(3, 1, 1)


@pytest.fixture
def small() -> TileSet:
    return load_tile_set(toml(GRASS, MUD, PLANK, HEDGE, ROOF))


def test_the_builtin_tile_set_loads() -> None:
    tiles = builtin_tile_set()
    assert tiles.name == "village"
    assert tiles.by_id[tiles["grass"]].layer == "ground"
    assert len(tiles.by_id) == len(tiles.ids)


def test_a_tile_comes_out_as_it_was_written() -> None:
    tiles = load_tile_set(toml(GRASS, MUD))
    assert tiles.name == "meadow"
    assert dict(tiles.ids) == {"grass": 1, "mud": 2}
    assert tiles.by_id[2] == Tile(2, "mud", "трава", "ground", 200, 60, "#729f4e", (1, 0), "single")


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ({"id": 1}, "mud: id 1 belongs to grass already"),
        ({"name": "grass"}, "grass: the name belongs to id 1 already"),
        ({"cell": [0, 0]}, r"mud: cell \(0, 0\) belongs to grass already"),
        ({"id": 0}, "mud: id 0 is not within 1-65535"),
        ({"id": 65536}, "mud: id 65536 is not within 1-65535"),
        ({"name": "Deep Mud"}, "Deep Mud: name 'Deep Mud' is not in snake_case"),
        ({"name_ru": " "}, "mud: name_ru is empty"),
        ({"layer": "sky"}, "mud: layer 'sky' is none of ground, things, roofs"),
        ({"height": -32769}, "mud: height -32769 is not within -32768 to 32767"),
        ({"height": 32768}, "mud: height 32768 is not within -32768 to 32767"),
        ({"layer": "roofs"}, "mud: a roof has no height"),
        ({"speed": 0}, "mud: speed 0 is not within 1-400"),
        ({"speed": 401}, "mud: speed 401 is not within 1-400"),
        ({"colour": "brown"}, "mud: colour 'brown' is not #rrggbb"),
        ({"colour": "#729F4E"}, "mud: colour '#729F4E' is not #rrggbb"),
        ({"cell": [-1, 0]}, r"mud: cell \(-1, 0\) is outside the picture"),
        ({"cell": [1]}, r"mud: cell is not \[column, row\]"),
        ({"cell": [1, 2, 3]}, r"mud: cell is not \[column, row\]"),
        ({"pattern": "mosaic"}, "mud: pattern 'mosaic' is none of single, random, edges"),
        ({"smell": "strong"}, "mud: unknown field smell"),
        ({"height": "high"}, "mud: height is not of type int"),
        ({"height": True}, "mud: height is not of type int"),
        ({"speed": 1.5}, "mud: speed is not of type int"),
        ({"cell": "1, 0"}, "mud: cell is not of type list"),
        ({"name": 7}, "7: name is not of type str"),
    ],
)
def test_a_bad_tile_is_refused_by_name(bad: dict[str, Value], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        load_tile_set(toml(GRASS, MUD | bad))


@pytest.mark.parametrize("field", GRASS)
def test_a_tile_that_lacks_a_field_is_refused(field: str) -> None:
    label = "tile 2" if field == "name" else "mud"
    with pytest.raises(ValueError, match=f"^{label}: {field} is missing$"):
        load_tile_set(toml(GRASS, MUD | {field: None}))


@pytest.mark.parametrize(("pattern", "pictures"), PATTERNS.items())
def test_a_tile_owns_all_the_pictures_of_its_pattern(pattern: str, pictures: int) -> None:
    wide = GRASS | {"pattern": pattern}
    load_tile_set(toml(wide, MUD | {"cell": [pictures, 0]}))
    with pytest.raises(ValueError, match=r"^mud: cell .* belongs to grass already$"):
        load_tile_set(toml(wide, MUD | {"cell": [pictures - 1, 0]}))
    with pytest.raises(ValueError, match=r"^grass: cell .* belongs to mud already$"):
        load_tile_set(toml(MUD | {"cell": [pictures - 1, 0]}, wide))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the tile set has no name"),
        ('name = ""', "the tile set has no name"),
        ('name = "meadow"', "the tile set 'meadow' has no tiles"),
        ('name = "meadow"\ntile = [7]', "tile 1 is not a table"),
        ("name = ", "Invalid value"),
    ],
)
def test_what_is_no_tile_set_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        load_tile_set(text)


@pytest.mark.parametrize(
    ("ground", "thing", "height"),
    [
        ("grass", "", 0),
        ("mud", "", 200),
        ("grass", "plank", 100),
        ("mud", "plank", 200),
        ("mud", "hedge", NEVER_ENTER),
    ],
)
def test_a_cell_is_as_high_as_the_higher_of_ground_and_thing(
    small: TileSet, ground: str, thing: str, height: int
) -> None:
    heights = small.cell_heights(cell(small, ground, thing, "roof"))
    assert heights.shape == (1, 1)
    assert heights[0, 0] == height


@pytest.mark.parametrize(
    ("ground", "thing", "speed"),
    [("grass", "", 100), ("mud", "", 60), ("mud", "plank", 100), ("mud", "hedge", 400)],
)
def test_the_thing_underfoot_sets_the_speed_where_there_is_one(
    small: TileSet, ground: str, thing: str, speed: int
) -> None:
    speeds = small.cell_speeds(cell(small, ground, thing, "roof"))
    assert speeds.shape == (1, 1)
    assert speeds[0, 0] == speed


def test_empty_and_unknown_cells_are_flat_and_walked_at_full_speed(small: TileSet) -> None:
    cells = np.full((3, 1, 2), [EMPTY, 65535], np.uint16)
    assert small.cell_heights(cells).tolist() == [[0, 0]]
    assert small.cell_speeds(cells).tolist() == [[FULL_SPEED, FULL_SPEED]]


def test_nobody_can_change_a_tile_set(small: TileSet) -> None:
    with pytest.raises(ValueError, match="read-only"):
        small.heights[1] = 5
    with pytest.raises(ValueError, match="read-only"):
        small.speeds[1] = 5


def test_every_tile_has_its_pictures() -> None:
    """All of them lie within tiles.png, and none is blank."""
    with Image.open(ART / "tiles.png") as sheet:
        for tile in TILES.by_id.values():
            column, row = tile.cell
            for step in range(PATTERNS[tile.pattern]):
                left, top = (column + step) * PIXELS, row * PIXELS
                right, bottom = left + PIXELS, top + PIXELS
                assert right <= sheet.width, tile.name
                assert bottom <= sheet.height, tile.name
                assert sheet.crop((left, top, right, bottom)).getbbox(), tile.name
