"""The live map and the map's editor: a window onto a running world, and what stands around it.

The window is a client of the game, with a connection of its own; the page adds what no client is
told: who painted, spawns and areas, history, maps as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nicegui import events, ui

from admin import map_dialogs, map_library
from admin.frame import page
from admin.map_dialogs import Box, Desk
from admin.map_words import PREFIX
from admin.panel import Panel, Staff
from admin.theme import WORDS, language, word
from server.clock import wall_clock_ms
from server.editing.journal import Filter
from server.editing.operations import Places
from server.moderation.actor import Actor
from server.moderation.map_deeds import MapDeeds
from server.tiles import TileSet, builtin_tile_set

REFRESH_SECONDS = 1.0
SHOWN_EDITS = 20
STYLE = Path(__file__).parent / "components" / "map_view.css"


class MapView(ui.element, component="components/map_view.js", esm={"estragon-map": "components"}):
    """The window itself."""

    def __init__(self, staff: Staff, worlds: list[str], first: str, *, only: int = 0) -> None:
        """With `only`, a player's number, it is small, and stays with that player."""
        super().__init__()
        ui.add_css(STYLE.read_text("utf-8"))
        self._props["only"] = only
        words = [key for key in WORDS if key.startswith(PREFIX)]
        self._props["words"] = {key.removeprefix(PREFIX): word(key) for key in words}
        self._props["worlds"] = worlds
        self._props["first"] = first
        self._props["can-edit"] = not only and staff.may("map", "edit")
        self._props["can-places"] = not only and staff.may("map", "edit_areas")
        self._props["can-watch"] = staff.may("player", "watch")
        self._props["can-history"] = staff.may("map", "see_history")

    def offer(self, worlds: list[str]) -> None:
        """The worlds that run now."""
        if self._props["worlds"] != worlds:
            self._props["worlds"] = worlds
            self.update()


@dataclass
class Watched:
    """What an open page has told its window so far."""

    world: str
    map_name: str
    """The world's, also when it does not run any more."""
    edit: int = 0
    """The newest entry of the journal."""
    since_ms: int = field(default_factory=wall_clock_ms)
    places: Places | None = None


def register(panel: Panel) -> None:
    deeds = MapDeeds(panel.services.database, panel.maps)
    lobby = panel.services.lobby

    def map_names() -> dict[str, str]:
        """What the worlds that run are made of, by their names."""
        return {each.name: each.map_name for each in lobby.world_statuses()}

    @panel.page("/map")
    async def live_map(world: str = "", player: int = 0) -> None:
        staff = await panel.enter()
        if staff is None:
            return
        maps = map_names()
        first = world if world in maps else next(iter(maps))
        watched = Watched(first, maps[first])
        ui.query(".nicegui-content").classes("p-0")
        with page("live_map", staff, wide=True):
            view = MapView(staff, list(maps), first)

        desk = Desk(
            staff,
            deeds,
            panel.maps,
            lambda: watched.map_name,
            lambda box: view.run_method("show", vars(box)),
        )

        async def chosen(event: events.GenericEventArguments) -> None:
            nonlocal watched
            maps = map_names()
            if event.args not in maps:
                return
            watched = Watched(event.args, maps[event.args])
            tiles = await panel.maps.tiles(watched.map_name)
            watched.places = await panel.maps.places(watched.map_name)
            view.run_method(
                "tellMap",
                {
                    "places": _told(watched.places),
                    "names": {each.name: each.name_ru for each in tiles.by_id.values()}
                    if language() == "ru"
                    else {},
                    "is_pictured": is_pictured(tiles),
                },
            )
            if player:
                view.run_method("followPlayer", player)

        async def refresh() -> None:
            maps = map_names()
            view.offer(list(maps))
            # Of a world that was stopped what is done to its map is told still.
            watched.map_name = maps.get(watched.world, watched.map_name)
            await staff.see(tell)

        async def tell(actor: Actor) -> None:
            await tell_places()
            if actor.may("map", "see_history"):
                await tell_painters()

        async def tell_places() -> None:
            places = await panel.maps.places(watched.map_name)
            if places != watched.places:
                watched.places = places
                view.run_method("tellPlaces", _told(places))

        async def tell_painters() -> None:
            entries = await panel.maps.history(
                watched.map_name, Filter(since_ms=watched.since_ms), SHOWN_EDITS
            )
            new = [each for each in entries if each.number > watched.edit]
            if not new:
                return
            watched.edit = new[0].number
            watched.since_ms = new[0].time_ms
            painters: dict[str, list[tuple[int, int, int, int]]] = {}
            for each in new:
                is_own = each.author == staff.name and each.via == "panel"
                if len(each.changes) and not is_own:
                    painters.setdefault(each.author, []).append(each.reach)
            if painters:
                told = [{"name": name, "box": _around(some)} for name, some in painters.items()]
                view.run_method("tellPainters", told)

        async def change_places(event: events.GenericEventArguments) -> None:
            told = event.args if isinstance(event.args, dict) else {}
            box = Box.told(told.get("area"))
            spawn = told.get("spawn")
            if box is not None:
                map_dialogs.areas(desk, box, tell_places)
            elif (
                isinstance(spawn, list)
                and len(spawn) == 2
                and all(type(each) is int for each in spawn)
            ):
                place = (spawn[0], spawn[1])
                await map_dialogs.changed_places(desk, lambda places: _with_spawn(places, place))
                await tell_places()

        def where(event: events.GenericEventArguments) -> None:
            if watched.world not in lobby.games:
                return  # It was stopped.
            for each in lobby.player_statuses(watched.world):
                if each.player_id == event.args:
                    view.run_method("goTo", each.x, each.y)

        view.on("world", chosen)
        view.on("places", change_places)
        view.on("where", where)
        with view:
            view.on("history", lambda event: map_dialogs.history(desk, Box.told(event.args)))
            view.on("snapshots", lambda: map_dialogs.snapshots(desk))
            view.on("maps", lambda: map_library.maps(desk))
        ui.timer(REFRESH_SECONDS, refresh)


def _told(places: Places) -> dict[str, Any]:
    return {
        "spawns": [list(each) for each in places.spawns],
        "areas": [vars(each) for each in places.areas],
    }


def _with_spawn(places: Places, place: tuple[int, int]) -> Places:
    """One more there, or one less."""
    without = tuple(each for each in places.spawns if each != place)
    is_new = len(without) == len(places.spawns)
    return replace(places, spawns=(*without, place) if is_new else without)


def is_pictured(tiles: TileSet) -> bool:
    """Whether the game's own picture is about these tiles."""
    builtin = builtin_tile_set()
    return all(
        own.name in builtin.ids and builtin.by_id[builtin[own.name]].cell == own.cell
        for own in tiles.by_id.values()
    )


def _around(reaches: list[tuple[int, int, int, int]]) -> dict[str, int]:
    left, top = min(each[0] for each in reaches), min(each[1] for each in reaches)
    right, bottom = max(each[2] for each in reaches), max(each[3] for each in reaches)
    return {"left": left, "top": top, "width": right - left + 1, "height": bottom - top + 1}
