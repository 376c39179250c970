"""A small window onto the world that a player is in. It goes with them, from world to world."""

from __future__ import annotations

from typing import Any

from nicegui import events, ui

from admin.live_map import MapView, is_pictured
from admin.panel import Staff
from server.moderation.records import Presence


class SmallMap:
    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._lobby = staff.panel.services.lobby
        self._world = ""
        self._place = ui.element().classes("w-full")

    def show(self, presence: Presence | None) -> None:
        """Nothing where the player is in no world."""
        world = presence.world if presence and presence.place else ""
        if world == self._world:
            return
        self._world = world
        self._place.clear()
        if world and presence is not None:
            with self._place:
                self._open(world, presence.player_id)

    def _open(self, world: str, player_id: int) -> None:
        panel = self._staff.panel
        view = MapView(self._staff, [world], world, only=player_id)

        async def tell_map() -> None:
            found = (each for each in self._lobby.world_statuses() if each.name == world)
            status = next(found, None)
            if status is not None:
                pictured = is_pictured(await panel.maps.tiles(status.map_name))
                told: dict[str, Any] = {"places": None, "names": {}, "is_pictured": pictured}
                view.run_method("tellMap", told)

        def where(event: events.GenericEventArguments) -> None:
            if world not in self._lobby.games:
                return
            for each in self._lobby.player_statuses(world):
                if each.player_id == player_id:
                    view.run_method("goTo", each.x, each.y)

        view.on("world", tell_map)
        view.on("where", where)
