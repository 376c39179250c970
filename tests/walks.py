"""Maps and walks on them, for both languages: hand-made cases, and walks by chance.

`python -m tests.walks FILE` writes the latter down for the Godot client's tests.
"""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import BODY_RADIUS, GRAVITY, JUMP_SPEED, LAYER_COUNT, Button
from server import movement
from server.chunks import TileMap, cut_chunk
from server.movement import Bodies, Ints
from server.tiles import LAYERS, Tile, TileSet, tile_set

VECTORS = Path(__file__).resolve().parents[1] / "protocol_spec/vectors/movement.json"
DOCUMENT: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = DOCUMENT["cases"]

OUTINGS = 20
BODIES = 10
"""So many walks on each map: 200 in all."""
TICKS = 600
HALF = TICKS // 2
SIDE = 40
"""Of the maps, in tiles: three chunks, the last of them cut."""


def tiles_of(document: dict[str, Any]) -> TileSet:
    return tile_set(
        "vectors",
        [
            Tile(
                id=each["id"],
                name=each["name"],
                name_ru=each["name"],
                layer=LAYERS[each["layer"]],
                height=each["height"],
                speed=each["speed"],
                colour="#000000",
                cell=(number, 0),
                pattern="single",
            )
            for number, each in enumerate(document["tiles"])
        ],
    )


TILES = tiles_of(DOCUMENT)


def map_of(case: dict[str, Any]) -> TileMap:
    """The map of a hand-made case."""
    art: list[str] = case["map"]
    left, top = case.get("origin", (0, 0))
    width, height = case.get("size", (len(art[0]), len(art)))
    legend = DOCUMENT["legend"]
    cells = np.zeros((LAYER_COUNT, height, width), np.uint16)
    cells[:] = np.array(legend["."])[:, None, None]
    for row, line in enumerate(art):
        for column, letter in enumerate(line):
            cells[:, top + row, left + column] = legend[letter]
    tile_map = TileMap(width, height, TILES)
    for chunk in range(tile_map.chunk_count):
        place = tile_map.chunk_place(chunk)
        if list(place) not in case.get("missing", []):
            tile_map.load(chunk, cut_chunk(cells, *place), revision=1)
    return tile_map


@dataclass(frozen=True, eq=False)
class Outing:
    """Two maps and the bodies that walk on them, half the time on each.

    Between the halves all the ground changes, as by a great edit: some are then inside it, some
    high above.
    """

    seed: int
    cells: NDArray[np.uint16]
    """Tile ids, shape (2, LAYER_COUNT, SIDE, SIDE)."""
    starts: Ints
    """x, y, z and vz of each body, shape (BODIES, 4)."""
    commands: Ints
    """Direction, pace and buttons by tick, shape (TICKS, BODIES, 3)."""

    def tile_map(self, tick: int) -> TileMap:
        return TileMap.of(self.cells[tick // HALF], TILES)

    def states(self) -> Ints:
        """x, y, z and vz after each tick, shape (TICKS, BODIES, 4), by the server's movement."""
        bodies = Bodies(*self.starts.T)
        states = np.empty((TICKS, BODIES, 4), np.int32)
        for tick in range(TICKS):
            if tick % HALF == 0:
                tile_map = self.tile_map(tick)
            bodies = movement.step(tile_map, bodies, *self.commands[tick].T)
            states[tick] = np.stack([bodies.x, bodies.y, bodies.z, bodies.vz], axis=1)
        return states


def outing(seed: int) -> Outing:
    """Begun on the ground, in the air, or inside whatever happens to be there."""
    rng = np.random.Generator(np.random.PCG64(seed))
    starts = np.zeros((BODIES, 4), np.int32)
    starts[:, :2] = rng.integers(BODY_RADIUS, SIDE * 1024 - BODY_RADIUS, (BODIES, 2))
    in_the_air = rng.random(BODIES) < 0.3
    starts[in_the_air, 2] = rng.integers(1, 5000, in_the_air.sum())
    starts[in_the_air, 3] = JUMP_SPEED - GRAVITY * rng.integers(0, 12, in_the_air.sum())
    commands = np.stack([_commands(rng) for _ in starts], axis=1)
    return Outing(seed, np.stack([_cells(rng), _cells(rng)]), starts, commands)


def _cells(rng: np.random.Generator) -> NDArray[np.uint16]:
    """Ground of many heights, water, walls, and things strewn about."""
    cells = np.zeros((LAYER_COUNT, SIDE, SIDE), np.uint16)
    grounds = [TILES[name] for name in ("grass", "path", "mud", "ice", "water", "pit")]
    cells[0] = _patches(rng, grounds, [8, 3, 1, 1, 3, 1])
    low = [0, *(TILES[name] for name in ("kerb", "bridge", "flowers", "reeds"))]
    high = [TILES[name] for name in ("ledge", "bench", "stair", "block", "crate", "wall")]
    things = [*low, *high, TILES["deep_water"]]
    built = _patches(rng, things, [14, 4, *[1] * (len(things) - 2)])
    strewn = rng.choice(things, (SIDE, SIDE))
    cells[1] = np.where(rng.random((SIDE, SIDE)) < 0.85, built, strewn)
    cells[2][rng.random((SIDE, SIDE)) < 0.2] = TILES["roof"]
    return cells


def _patches(rng: np.random.Generator, ids: list[int], weights: list[int]) -> NDArray[np.uint16]:
    """Squares of 2 to 5 tiles, so that there is room to walk on each."""
    size = int(rng.integers(2, 6))
    count = -(-SIDE // size)
    chances = np.array(weights) / sum(weights)
    coarse = rng.choice(ids, (count, count), p=chances).astype(np.uint16)
    return coarse.repeat(size, axis=0).repeat(size, axis=1)[:SIDE, :SIDE]


def _commands(rng: np.random.Generator) -> Ints:
    """Mostly straight on for a while, at full pace, with the button held now and then."""
    lasting = rng.integers(1, 40, TICKS).cumsum()
    turns = np.searchsorted(lasting, np.arange(TICKS), side="right")
    quarters = rng.integers(0, 4, TICKS) * 0x4000
    directions = np.where(rng.random(TICKS) < 0.2, quarters, rng.integers(0, 65536, TICKS))
    paces = np.where(rng.random(TICKS) < 0.7, 255, rng.integers(0, 256, TICKS))
    buttons = np.where(rng.random(TICKS) < 0.5, Button.JUMP * (rng.random(TICKS) < 0.3), 0)
    commands = np.stack([directions[turns], paces[turns], buttons], axis=1)
    return commands.astype(np.int32)


def write_walks(path: Path) -> None:
    """All walks with the state after each tick. Numbers are little-endian, 4 bytes, base64."""
    outings = [
        {
            "seed": each.seed,
            "side": SIDE,
            "bodies": BODIES,
            "cells": _packed(each.cells),
            "starts": _packed(each.starts),
            "commands": _packed(each.commands),
            "states": _packed(each.states()),
        }
        for each in map(outing, range(OUTINGS))
    ]
    document = {"tiles": DOCUMENT["tiles"], "ticks": TICKS, "outings": outings}
    path.write_text(json.dumps(document), encoding="utf-8")


def _packed(numbers: NDArray[Any]) -> str:
    return base64.b64encode(numbers.astype("<i4").tobytes()).decode()


if __name__ == "__main__":
    write_walks(Path(sys.argv[1]))
