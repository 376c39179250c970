"""The picture of all tiles, each where server/tiles.toml says that it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

from PIL import Image

import fences
import furniture
import ground
import market
import plants
import roofs
import stones
import street
import trees
import walls
import water
from canvas import CELL, Drawing

TILE_SET = Path(__file__).resolve().parents[3] / "server" / "tiles.toml"
DRAWINGS: dict[str, Drawing] = {
    **fences.DRAWINGS,
    **furniture.DRAWINGS,
    **ground.DRAWINGS,
    **market.DRAWINGS,
    **plants.DRAWINGS,
    **roofs.DRAWINGS,
    **stones.DRAWINGS,
    **street.DRAWINGS,
    **trees.DRAWINGS,
    **walls.DRAWINGS,
    **water.DRAWINGS,
}


def tiles() -> Image.Image:
    found = tomllib.loads(TILE_SET.read_text("utf-8"))["tile"]
    sheet = Image.new("RGBA", (16 * CELL, (1 + max(tile["cell"][1] for tile in found)) * CELL))
    for tile in found:
        name, (column, row) = tile["name"], tile["cell"]
        for step, cell in enumerate(DRAWINGS[name]()):
            sheet.paste(cell.image, ((column + step) * CELL, row * CELL))
    return sheet
