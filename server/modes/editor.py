"""Who edits which cells, for modes that decide on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Editor:
    """Who wants to change the map; not always somebody who is in the world."""

    player_id: int
    name: str
    role: str
    """As server/people/roles.toml has them."""
    is_account: bool
