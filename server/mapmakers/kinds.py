"""The kinds of maps that can be made, by name.

They are not listed in the package itself, for every maker imports from there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from server.mapmakers import Draft
from server.mapmakers.arena import make_arena
from server.mapmakers.islands import make_islands
from server.mapmakers.maze import make_maze
from server.mapmakers.village import make_village
from server.tiles import TileSet


class MapMaker(Protocol):
    """Makes the same map of the same seed; raises ValueError for a map of less than 16x16 tiles."""

    def __call__(self, tiles: TileSet, seed: int, width: int = 256, height: int = 256) -> Draft: ...


MAP_MAKERS: Mapping[str, MapMaker] = MappingProxyType(
    {
        "village": make_village,
        "islands": make_islands,
        "maze": make_maze,
        "arena": make_arena,
    }
)
