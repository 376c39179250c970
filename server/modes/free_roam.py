"""Free roam: nothing but the world. Pure."""

from __future__ import annotations

from server.modes.mode import Mode


class FreeRoam(Mode):
    """Walking, talking, looking about."""
