"""What the server tells of itself, as copies: whoever shows it never touches what is alive."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlayerStatus:
    player_id: int
    name: str
    x: int
    """In tiles."""
    y: int
    corrections: int
    """So often commands came too late, since the player entered."""


@dataclass(frozen=True)
class WorldStatus:
    name: str
    mode: str
    map_name: str
    tick: int
    late_ticks: int
    """How many ticks began later than they should have, since the start."""
    player_count: int
    tick_p50_ms: float
    """How long the ticks of the last half minute took, half of them at the most..."""
    tick_p99_ms: float
    """...and 99 in a hundred."""
