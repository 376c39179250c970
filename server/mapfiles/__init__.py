"""Map files of other programs: Tiled's maps both ways, and scenes for Godot's editor.

    found = read_map(Path("island.tmx"))      # .tmx, .tmj, .json
    write_map(Path("island.tscn"), found)     # .tmx, .tmj, .tscn

`found.notes` tells, a line each, what could not be kept. A file that cannot be read at all, or
that would harm the server, raises MapFileError, whose text is one line for a person.
"""

from __future__ import annotations

from pathlib import Path

from server.mapfiles.godot_scene import write_scene
from server.mapfiles.mapfile import MapFile, MapFileError
from server.mapfiles.tiled import read_tiled, write_tiled

READABLE = (".tmx", ".tmj", ".json")
WRITABLE = (".tmx", ".tmj", ".tscn")

__all__ = ["READABLE", "WRITABLE", "MapFile", "MapFileError", "read_map", "write_map"]


def read_map(path: Path) -> MapFile:
    """Reads a map; tile sets, templates and pictures are looked for in its folder and below."""
    if path.suffix.lower() not in READABLE:
        raise MapFileError(f"{path.name}: a map's file ends with {', '.join(READABLE)}")
    return read_tiled(path)


def write_map(path: Path, map_file: MapFile) -> None:
    """Writes a map in the format of the path's ending; pictures are named, never written."""
    match path.suffix.lower():
        case ".tmx" | ".tmj":
            write_tiled(path, map_file)
        case ".tscn":
            write_scene(path, map_file)
        case _:
            raise MapFileError(f"{path.name}: a map's file ends with {', '.join(WRITABLE)}")
