"""Chunks that something on its way into a world needs: fetched first, and kept till then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from protocol_spec.codec import FREE_SEARCH_TILES
from server.chunks import TileMap
from server.editing.keeper import Failed, Keeper


class Loading:
    def __init__(self, tile_map: TileMap, keeper: Keeper) -> None:
        self._map = tile_map
        self._keeper = keeper
        self._held: Counter[int] = Counter()

    @property
    def held(self) -> set[int]:
        """Chunks that may not be unloaded."""
        return set(self._held)

    def hold(self, chunks: list[int], then: Callable[[], None], failed: Failed) -> None:
        """Calls `then` when the chunks are there. They stay until `release`, which follows both."""
        self._held.update(chunks)
        self._keeper.load(self._map.missing(chunks), self._map, then, failed)

    def release(self, chunks: list[int]) -> None:
        self._held.subtract(chunks)
        self._held += Counter()  # Drops the chunks that nobody needs any more.

    def around(self, x: int, y: int) -> list[int]:
        """Where somebody who is put on a tile may come to stand."""
        far = FREE_SEARCH_TILES
        return self._map.chunks_in(x - far, y - far, x + far, y + far)
