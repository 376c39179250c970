"""What the clients of a crowd see: how many walkers around each, and how soon a turn is seen."""

from __future__ import annotations

import random
import time
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from protocol_spec import codec
from protocol_spec.codec import PlayerState

if TYPE_CHECKING:
    from tests.bench.crowd import LightClient

SIGHT_TILES = 24
"""Others that are nearer matter."""
BESIDE_TILES = 12
PLAYERS_PER_PAIR = 40
MOST_PAIRS = 10
TURN = 0.2
"""How likely one who stands turns at a tick."""
_RECORDS = np.dtype(PlayerState.DTYPE)

Places = NDArray[np.int64]
"""Shape (clients, 3): x and y in 1/1024 tile, and whether they changed at the last tick."""


def circled(places: Places) -> float:
    """How many others who walk are within SIGHT_TILES of a client, on the average."""
    x, y, walks = places.T
    squares = (x[:, None] - x[None, :]) ** 2 + (y[:, None] - y[None, :]) ** 2
    return _others(squares <= (SIGHT_TILES * 1024) ** 2, walks)


def in_view(places: Places) -> float:
    """How many others who walk are in the 21 chunks around a client's, on the average."""
    column, row, walks = places[:, 0] >> 14, places[:, 1] >> 14, places[:, 2]
    across, along = abs(column[:, None] - column[None, :]), abs(row[:, None] - row[None, :])
    return _others((across <= 2) & (along <= 2) & (across + along < 4), walks)


def _others(sees: NDArray[np.bool_], walks: NDArray[np.int64]) -> float:
    np.fill_diagonal(sees, False)
    return float(sees[:, walks != 0].sum()) / len(walks)


class Pair:
    """Two who stand side by side: one turns now and then, the other looks when that is seen."""

    def __init__(self, turner: LightClient, watcher: LightClient) -> None:
        assert turner.session.entered is not None
        self._slot = turner.session.entered.slot
        self._aim = 0
        self._turned_at: float | None = None
        self._random = random.Random(self._slot)
        self.delays = array("d")
        """From each turn until it was seen, in seconds."""
        turner.command = self._turn
        watcher.command = lambda: codec.Command(0, 0, 0, 0)
        watcher.look = self._look

    def _turn(self) -> codec.Command:
        if self._turned_at is None and self._random.random() < TURN:
            self._aim = (self._aim + 0x4000) & 0xFFFF
            self._turned_at = time.perf_counter()
        return codec.Command(0, self._aim, 0, 0)

    def _look(self, players: bytes) -> None:
        if self._turned_at is None:
            return
        records = np.frombuffer(players, _RECORDS)
        found = records[records["slot"] == self._slot]
        if len(found) and int(found["rotation"][0]) == self._aim >> 8:
            self.delays.append(time.perf_counter() - self._turned_at)
            self._turned_at = None


def pairs(clients: Sequence[LightClient], places: Places) -> list[Pair]:
    """Some who stand near each other by chance."""
    free = list(range(len(clients)))
    found: list[Pair] = []
    while len(free) > 1 and len(found) < min(MOST_PAIRS, max(1, len(clients) // PLAYERS_PER_PAIR)):
        one = free.pop()
        away = np.hypot(*(places[free, :2] - places[one, :2]).T)
        nearest = int(away.argmin())
        if away[nearest] <= BESIDE_TILES * 1024:
            found.append(Pair(clients[one], clients[free.pop(nearest)]))
    return found
