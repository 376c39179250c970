"""Tile sets: what a cell of the map can hold, and what that means for a body that walks there.

A map has three layers of tile ids. The rules that join them live here, in one place: a cell is
as high as the higher of its ground and its thing, and one walks on the thing where there is one.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import NEVER_ENTER as NEVER_ENTER

LAYERS = ("ground", "things", "roofs")
PATTERNS = {"single": 1, "random": 4, "edges": 16}
"""How a tile's picture is chosen, and how many pictures side by side it chooses from."""

EMPTY = 0
DEEPEST = -32768
"""TILE.height is an i16."""
FULL_SPEED = 100
ID_LIMIT = 65536
FASTEST = 400
LARGEST_CELL = 255
"""TILE.column and TILE.row are of one byte."""
LONGEST_NAME = 64
"""In bytes: TILE.name's limit."""


@dataclass(frozen=True)
class Tile:
    """One kind of tile, as its table in the TOML file says it.

    `height` is in 1/1024 tile, `speed` in percent of the walking speed, `colour` is "#rrggbb",
    and `cell` the column and row of its first picture.
    """

    id: int
    name: str
    name_ru: str
    layer: str
    height: int
    speed: int
    colour: str
    cell: tuple[int, int]
    pattern: str

    def __post_init__(self) -> None:
        _require(0 < self.id < ID_LIMIT, f"id {self.id} is not within 1-{ID_LIMIT - 1}")
        _require(
            re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", self.name) is not None,
            f"name {self.name!r} is not in snake_case",
        )
        _require(self.name_ru.strip() != "", "name_ru is empty")
        _require(self.layer in LAYERS, f"layer {self.layer!r} is none of {', '.join(LAYERS)}")
        _require(
            DEEPEST <= self.height <= NEVER_ENTER,
            f"height {self.height} is not within {DEEPEST} to {NEVER_ENTER}",
        )
        _require(self.layer != "roofs" or self.height == 0, "a roof has no height")
        _require(0 < self.speed <= FASTEST, f"speed {self.speed} is not within 1-{FASTEST}")
        _require(
            re.fullmatch(r"#[0-9a-f]{6}", self.colour) is not None,
            f"colour {self.colour!r} is not #rrggbb",
        )
        _require(len(self.name.encode()) <= LONGEST_NAME, "the name is over 64 bytes")
        _require(
            min(self.cell) >= 0 and max(self.cell) <= LARGEST_CELL,
            f"cell {self.cell} is outside the picture",
        )
        _require(
            self.pattern in PATTERNS, f"pattern {self.pattern!r} is none of {', '.join(PATTERNS)}"
        )


@dataclass(frozen=True, eq=False)
class TileSet:
    """The tiles of a map, and tables from every possible id to what movement asks about it.

    `heights`, `speeds` and `layers` have 65,536 entries, so that a whole layer can index them
    unchecked; the empty cell and unknown ids are flat and walked at full speed. `tiles["grass"]`
    is an id.
    """

    name: str
    by_id: Mapping[int, Tile]
    ids: Mapping[str, int]
    heights: NDArray[np.int16]
    speeds: NDArray[np.int16]
    layers: NDArray[np.int8]
    """The layer's number; -1 where there is no such tile."""

    def __getitem__(self, name: str) -> int:
        return self.ids[name]

    def as_document(self) -> dict[str, object]:
        """What `read_tile_set` reads, of plain values."""
        tiles = [{**asdict(each), "cell": list(each.cell)} for each in self.by_id.values()]
        return {"name": self.name, "tile": tiles}

    def cell_heights(self, cells: NDArray[np.uint16]) -> NDArray[np.int16]:
        """How high each cell is: (3, height, width) tile ids to (height, width) 1/1024 tile.

        An empty thing is not one that is 0 high: without one, one stands in the water.
        """
        ground = self.heights[cells[0]]
        thing = np.where(cells[1] == EMPTY, ground, self.heights[cells[1]])
        heights: NDArray[np.int16] = np.maximum(ground, thing)
        return heights

    def cell_speeds(self, cells: NDArray[np.uint16]) -> NDArray[np.int16]:
        """How fast one walks on each cell: (3, height, width) ids to (height, width) percent.

        The thing decides where there is one: who crosses a bridge does not wade.
        """
        trodden = np.where(cells[1] == EMPTY, cells[0], cells[1])
        speeds: NDArray[np.int16] = self.speeds[trodden]
        return speeds


def load_tile_set(text: str) -> TileSet:
    """Read a tile set from TOML; raises ValueError that names the tile and what is wrong."""
    return read_tile_set(tomllib.loads(text))


def read_tile_set(document: Mapping[str, object]) -> TileSet:
    """Read a tile set from its parts, as TOML or `as_document` give them. Raises ValueError."""
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError("the tile set has no name")
    tables = document.get("tile")
    if not isinstance(tables, list) or not tables:
        raise ValueError(f"the tile set {name!r} has no tiles")
    return tile_set(name, [_tile(number, table) for number, table in enumerate(tables, 1)])


def tile_set(name: str, tiles: Iterable[Tile]) -> TileSet:
    """A set of these tiles. Raises ValueError where two of them claim the same."""
    by_id: dict[int, Tile] = {}
    ids: dict[str, int] = {}
    taken: dict[tuple[int, int], str] = {}
    heights = np.zeros(ID_LIMIT, np.int16)
    speeds = np.full(ID_LIMIT, FULL_SPEED, np.int16)
    layers = np.full(ID_LIMIT, -1, np.int8)
    for tile in tiles:
        if tile.id in by_id:
            raise ValueError(f"{tile.name}: id {tile.id} belongs to {by_id[tile.id].name} already")
        if tile.name in ids:
            raise ValueError(f"{tile.name}: the name belongs to id {ids[tile.name]} already")
        column, row = tile.cell
        for picture in ((column + step, row) for step in range(PATTERNS[tile.pattern])):
            if picture in taken:
                raise ValueError(f"{tile.name}: cell {picture} belongs to {taken[picture]} already")
            taken[picture] = tile.name
        by_id[tile.id] = tile
        ids[tile.name] = tile.id
        heights[tile.id] = tile.height
        speeds[tile.id] = tile.speed
        layers[tile.id] = LAYERS.index(tile.layer)
    for table in (heights, speeds, layers):
        table.flags.writeable = False
    return TileSet(name, MappingProxyType(by_id), MappingProxyType(ids), heights, speeds, layers)


def builtin_tile_set() -> TileSet:
    """The tile set "village" that comes with the server."""
    return load_tile_set(resources.files("server").joinpath("tiles.toml").read_text("utf-8"))


_FIELDS: dict[str, type] = {
    "id": int,
    "name": str,
    "name_ru": str,
    "layer": str,
    "height": int,
    "speed": int,
    "colour": str,
    "cell": list,
    "pattern": str,
}


def _tile(number: int, table: object) -> Tile:
    """Check the types of one [[tile]] table, the `number`th of the file, and build its Tile."""
    if not isinstance(table, dict):
        raise ValueError(f"tile {number} is not a table")
    label = str(table.get("name", f"tile {number}"))
    for field, kind in _FIELDS.items():
        if field not in table:
            raise ValueError(f"{label}: {field} is missing")
        if type(table[field]) is not kind:
            raise ValueError(f"{label}: {field} is not of type {kind.__name__}")
    unknown = sorted(table.keys() - _FIELDS.keys())
    if unknown:
        raise ValueError(f"{label}: unknown field {unknown[0]}")
    cell = table["cell"]
    if len(cell) != 2 or any(type(part) is not int for part in cell):
        raise ValueError(f"{label}: cell is not [column, row]")
    try:
        return Tile(**{**table, "cell": (cell[0], cell[1])})
    except ValueError as error:
        raise ValueError(f"{label}: {error}") from None


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
