"""Draws every picture of the game: tiles, characters, symbols, emotes, icon, menu.

    python godot_client/art/draw [FOLDER]

They go beside this folder, or into another one. One palette, light from the top left, 16x16 pixels
a tile. Sprites are drawn as rows of palette keys, so that they can be read and mended here; what
repeats or joins is computed. Chance is seeded with the name of what is drawn: the same script
gives the same files, byte for byte. It needs Pillow, and server/tiles.toml for where tiles go.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from characters import characters, shadow
from emotes import emotes
from icon import icon
from menu_background import menu_background
from symbols import symbols
from tiles import tiles

PICTURES = {
    "tiles": tiles,
    "characters": characters,
    "shadow": shadow,
    "symbols": symbols,
    "emotes": emotes,
    "icon": icon,
    "menu_background": menu_background,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw every picture of the game.")
    beside = Path(__file__).resolve().parents[1]
    parser.add_argument("folder", nargs="?", type=Path, default=beside, help="where they go")
    folder: Path = parser.parse_args().folder
    for name, draw in PICTURES.items():
        draw().save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
