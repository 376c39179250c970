"""What the staff does with worlds: makes them of a map and a mode, starts and stops them, and says
what newcomers are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from protocol_spec.codec import ErrorCode
from server.desks.maps import MapDesk, MapRefused
from server.desks.modes import ModeDesk
from server.failures import Rejected
from server.game import Game
from server.moderation.actor import Actor, checked_reason
from server.services import Services
from server.store import StoredWorld, maps
from server.store.audit import Audit
from server.store.thread import Database
from server.worlds import Worlds


@dataclass(frozen=True)
class WorldState:
    name: str
    mode: str
    map_name: str
    message: str
    is_running: bool
    starts: bool
    """Whether it will run after the server's next start."""
    player_count: int
    slow_mode_seconds: float
    problem: str
    """Why its mode does not run, in several lines; empty where all is well."""


class WorldDesk:
    def __init__(
        self, database: Database, map_desk: MapDesk, worlds: Worlds, services: Services
    ) -> None:
        self._database = database
        self._maps = map_desk
        self._worlds = worlds
        self._lobby = services.lobby
        self._chat = services.chat
        self.modes = ModeDesk(database, worlds)

    async def states(self, actor: Actor) -> list[WorldState]:
        """All worlds, the oldest first. Raises Rejected."""
        actor.check("panel", "enter")
        counts = {each.name: each.player_count for each in self._lobby.world_statuses()}
        games = self._lobby.games
        return [
            WorldState(
                each.name,
                each.mode,
                each.map.name,
                each.settings.message,
                each.name in counts,
                each.settings.starts,
                counts.get(each.name, 0),
                self._chat.slow_mode(each.name),
                _problem(games[each.name], actor) if each.name in games else "",
            )
            for each in await self._maps.worlds()
        ]

    async def free_maps(self, actor: Actor) -> list[str]:
        """Maps that no world has. Raises Rejected."""
        actor.check("world", "create")
        return [each.name for each, world in await self._maps.maps() if not world]

    async def create(self, actor: Actor, name: str, map_name: str, mode: str) -> None:
        """A world that does not run yet. Raises Rejected, MapRefused."""
        actor.check("world", "create")
        audit = actor.audit("world.create", name, map=map_name, mode=mode)
        await self._maps.add_world(name, map_name, mode, audit)

    async def start(self, actor: Actor, name: str) -> None:
        """Opens a world to everybody, now and after each start. Raises Rejected, MapRefused."""
        actor.check("world", "start")
        world = await self._find(name)
        await self._change(world, actor.audit("world.start", name), starts=True)
        await self._worlds.start(await self._find(name), self._lobby)

    async def stop(self, actor: Actor, name: str) -> None:
        """Sends everybody out and closes a world, until it is started again.

        Raises Rejected, MapRefused.
        """
        actor.check("world", "stop")
        world = await self._find(name)
        if list(self._lobby.games) == [name]:
            raise Rejected(ErrorCode.COMMAND_USAGE, "the last world that runs cannot be stopped")
        count = len(self._lobby.games[name].world.players) if name in self._lobby.games else 0
        await self._change(world, actor.audit("world.stop", name, players=count), starts=False)
        await self._worlds.stop(name, self._lobby)

    async def delete(self, actor: Actor, name: str) -> None:
        """Forgets a world that does not run; its map stays. Raises Rejected, MapRefused."""
        actor.check("world", "delete")
        await self._find(name)
        if self._worlds.is_running(name):
            raise Rejected(ErrorCode.COMMAND_USAGE, "stop it first")
        await self._database.do(maps.delete_world, name, actor.audit("world.delete", name))

    async def set_message(self, actor: Actor, name: str, text: str) -> None:
        """What newcomers are told, and those who are there at once; empty: nothing.

        Raises Rejected, MapRefused.
        """
        actor.check("world", "message")
        message = checked_reason(text, "a message")
        world = await self._find(name)
        audit = actor.audit("world.message", name, text=message)
        await self._change(world, audit, message=message)
        if (game := self._lobby.games.get(name)) is not None:
            game.message = message
            if message:
                self._chat.announce(name, message, name)

    async def _change(self, world: StoredWorld, audit: Audit, **changes: Any) -> None:
        settings = replace(world.settings, **changes)
        write = partial(maps.change_world, name=world.name, mode=world.mode, settings=settings)
        if not await self._database.do(write, audit=audit):
            raise MapRefused(f"there is no world {world.name!r}")

    async def _find(self, name: str) -> StoredWorld:
        for each in await self._maps.worlds():
            if each.name == name:
                return each
        raise MapRefused(f"there is no world {name!r}")


def _problem(game: Game, actor: Actor) -> str:
    """Why a world's mode does not run; its traceback is for those who can do something about it."""
    problem = game.mode.problem
    return problem if actor.may("world", "settings") else "".join(problem.splitlines()[-1:])
