"""How the server fared over the last day: a sample a minute, in memory."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from server.clock import wall_clock_ms
from server.lobby import Lobby

SAMPLE_SECONDS = 60.0
KEPT_SAMPLES = 24 * 60
"""A day of them."""
PAGE_BYTES = 4096
"""On Linux for x86-64 and nearly all others; /proc counts in pages."""


@dataclass(frozen=True)
class Sample:
    time_ms: int
    players: int
    tick_p50_ms: float
    """Of the slowest world."""
    tick_p99_ms: float
    late_ticks: int
    """Since the start, of the worlds that run."""
    bytes_sent: int
    """Since the start, too."""
    bytes_received: int
    memory_bytes: int
    """0 where the system does not tell."""


class Trends:
    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self.samples: deque[Sample] = deque(maxlen=KEPT_SAMPLES)
        """The oldest first."""

    def now(self) -> Sample:
        """How it is at this moment."""
        games = list(self._lobby.games.values())
        statuses = self._lobby.world_statuses()
        slowest = max(statuses, key=lambda each: each.tick_p99_ms)
        return Sample(
            time_ms=wall_clock_ms(),
            players=sum(each.player_count for each in statuses),
            tick_p50_ms=slowest.tick_p50_ms,
            tick_p99_ms=slowest.tick_p99_ms,
            late_ticks=sum(each.late_ticks for each in statuses),
            bytes_sent=sum(each.counters.bytes_sent for each in games),
            bytes_received=sum(each.counters.bytes_received for each in games),
            memory_bytes=_memory_bytes(),
        )

    async def run(self) -> None:
        """Samples until cancelled."""
        while True:
            self.samples.append(self.now())
            await asyncio.sleep(SAMPLE_SECONDS)


def _memory_bytes() -> int:
    """What the process holds in memory."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES
    except OSError:
        return 0
