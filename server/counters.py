"""What a world counts as it runs: plain numbers that cost the tick next to nothing. Pure."""

from __future__ import annotations

from bisect import bisect_left

TICK_SECONDS_BOUNDS = (
    *(0.0010, 0.00125, 0.0016, 0.0020, 0.0025, 0.0032, 0.0040, 0.0050, 0.0063, 0.0080),
    *(0.0100, 0.0125, 0.016, 0.020, 0.025, 0.032, 0.040, 0.050, 0.063, 0.080),
    *(0.100, 0.250, 0.500, 1.000),
)
"""In ten equal steps a decade up to 100 ms, so that a quantile is right to a tenth or so; a tick
has 50 ms."""


class Counters:
    """All of it only ever grows, from 0 at the server's start."""

    def __init__(self) -> None:
        self.tick_counts = [0] * (len(TICK_SECONDS_BOUNDS) + 1)
        """So many ticks took up to each of the bounds and more than the one before; the last:
        more than all of them."""
        self.tick_seconds = 0.0
        """What all ticks took."""
        self.late_ticks = 0
        """Ticks that began later than they should have."""
        self.edits_applied = 0
        self.bytes_sent = 0
        """To players and watchers, without what WebSockets add."""
        self.bytes_received = 0
        self.dropped_unread = 0
        """Clients that were cut off because they did not read."""

    def ticked(self, seconds: float) -> None:
        """A tick took so long."""
        self.tick_counts[bisect_left(TICK_SECONDS_BOUNDS, seconds)] += 1
        self.tick_seconds += seconds
