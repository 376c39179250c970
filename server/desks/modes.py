"""What is played in a world: its mode and the mode's settings, seen and changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from protocol_spec.codec import ErrorCode
from server.desks.maps import MapRefused
from server.failures import Rejected
from server.moderation.actor import Actor
from server.modes.finding import ModeRefused, choose, find_mode, mode_names
from server.store import StoredWorld, maps
from server.store.thread import Database

if TYPE_CHECKING:
    from server.worlds import Worlds


@dataclass(frozen=True)
class ModeSetting:
    name: str
    value: Any
    """Fit for JSON, like `default`."""
    default: Any
    about: str
    """What it means, in English."""


@dataclass(frozen=True)
class ModeState:
    world: str
    mode: str
    settings: list[ModeSetting]
    problem: str
    """Why it does not run, in several lines; empty where all is well."""


class ModeDesk:
    def __init__(self, database: Database, worlds: Worlds | None = None) -> None:
        """`worlds` are those that run; without a server there are none."""
        self._database = database
        self._worlds = worlds

    def names(self) -> list[str]:
        """The modes that there are, but those that one names as `module:Class`."""
        return mode_names()

    async def state(self, actor: Actor, world: str, mode: str = "") -> ModeState:
        """What is played there; or what would be in another mode. Raises Rejected, MapRefused."""
        actor.check("world", "settings")
        stored = await self._find(world)
        if mode in ("", stored.mode):
            return self._state(stored)
        self._check_may_name(actor, mode)
        return self._state(replace(stored, mode=mode), is_fresh=True)

    async def change(
        self, actor: Actor, world: str, mode: str = "", values: Mapping[str, Any] | None = None
    ) -> ModeState:
        """Gives a world another mode, or its mode other settings; at once where it runs.

        An empty `mode` leaves the mode; a value of None is as the mode has it. What is already set
        of a mode waits until the world is played in it again. Raises Rejected, MapRefused.
        """
        actor.check("world", "settings")
        stored = await self._find(world)
        mode = mode or stored.mode
        if mode != stored.mode:
            self._check_may_name(actor, mode)
        wanted = {**stored.settings.modes.get(mode, {}), **(values or {})}
        settings = {key: value for key, value in wanted.items() if value is not None}
        try:
            choose(mode, settings)
        except ModeRefused as refusal:
            raise MapRefused(str(refusal)) from refusal
        changed = replace(
            stored,
            mode=mode,
            settings=replace(stored.settings, modes={**stored.settings.modes, mode: settings}),
        )
        audit = actor.audit(
            "world.settings", world, was=stored.mode, mode=mode, settings=json.dumps(values or {})
        )
        await self._database.do(maps.change_world, world, mode, changed.settings, audit)
        if self._worlds is not None:
            await self._worlds.play(changed)
        return self._state(changed, is_fresh=True)

    def _check_may_name(self, actor: Actor, mode: str) -> None:
        """To name a module is to run it, and that is for those alone who may read the machine."""
        if ":" in mode and actor.via != "cli":
            raise Rejected(ErrorCode.FORBIDDEN, "a module is named by the command line alone")

    def _state(self, stored: StoredWorld, *, is_fresh: bool = False) -> ModeState:
        set_so_far = stored.settings.modes.get(stored.mode, {})
        problem = ""
        games = self._worlds.games if self._worlds is not None else {}
        game = games.get(stored.map.number)
        if game is not None and not is_fresh:
            problem = game.mode.problem
        try:
            model = find_mode(stored.mode).Settings
        except ModeRefused as refusal:
            return ModeState(stored.name, stored.mode, [], problem or str(refusal))
        defaults = model().model_dump(mode="json")
        settings = [
            ModeSetting(name, set_so_far.get(name, default), default, _about(model, name))
            for name, default in defaults.items()
        ]
        return ModeState(stored.name, stored.mode, settings, problem)

    async def _find(self, name: str) -> StoredWorld:
        for each in await self._database.do(maps.worlds):
            if each.name == name:
                return each
        raise MapRefused(f"there is no world {name!r}")


def _about(model: Any, name: str) -> str:
    return " ".join((model.model_fields[name].description or "").split())
