"""The worlds that run: each with its clock and its keeper, which start and stop as the server goes.

Whoever stops a world sees to it that all its edits are saved and everybody's place is noted.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from protocol_spec.codec import ErrorCode
from server.chunks import TileMap
from server.editing.keeper import Keeper
from server.game import Game
from server.garbage import Garbage
from server.lobby import Lobby
from server.modes.finding import Choice, ModeRefused, choose, free_roam
from server.settings import MOST_PLAYERS, Settings
from server.store import Store, StoredWorld, StoreError
from server.world import World

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Running:
    stored: StoredWorld
    game: Game
    keeper: Keeper
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    is_stopping: bool = False


class Worlds:
    def __init__(
        self,
        store: Store,
        writer: Executor,
    ) -> None:
        """`writer` is the database's thread."""
        self._store = store
        self._writer = writer
        self._garbage = Garbage()
        self._running: dict[str, _Running] = {}
        self.games: dict[int, Game] = {}
        """Those that run, by the numbers of their maps."""

    def load(self, stored_worlds: Iterable[StoredWorld], settings: Settings) -> list[Game]:
        """Makes worlds ready, which `run` sets going. Waits for the database. Raises StoreError."""
        return [self._take(self._made(stored, settings)).game for stored in stored_worlds]

    def run(self) -> None:
        """Sets going what was loaded."""
        self._garbage.take_over()
        for each in self._running.values():
            self._set_going(each)

    async def start(self, stored: StoredWorld, lobby: Lobby) -> Game:
        """Loads a world and opens it to everybody. Raises StoreError."""
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self._writer, self._made, stored, lobby.settings)
        if stored.name in self._running:
            return self._running[stored.name].game  # Two wanted it at once.
        each = self._take(made)
        running = sorted(self._running.values(), key=lambda one: one.stored.number)
        lobby.open_world(each.game, [one.stored.name for one in running])
        self._set_going(each)
        return each.game

    async def stop(self, name: str, lobby: Lobby) -> None:
        """Closes a world: tells its players why, saves what they did, and forgets it.

        Returns when nothing of it is left, and at once where it does not run.
        """
        each = self._running.get(name)
        if each is None or each.is_stopping:
            return
        each.is_stopping = True
        lobby.close_world(name)
        for session in [one for one in lobby.sessions if one.game is each.game]:
            session.fail(ErrorCode.WORLD_UNKNOWN, f"{name} was stopped")
        keeping, ticking = each.tasks
        # The clock is cut between two ticks; from here on the last ticks are done by hand.
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        while True:
            each.game.do_tick(asyncio.get_running_loop().time())
            if each.game.is_idle and each.keeper.is_idle:
                break
            await self._saved(each.keeper)
        # Nothing was awaited since all was saved: whoever asks about the map now asks the database.
        del self._running[name], self.games[each.stored.map.number]
        await self._keep_mode_data(each.game)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    async def close(self) -> None:
        """Ends all of them, with the server."""
        tasks = [task for each in self._running.values() for task in each.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in self._running.values():
            await each.keeper.save()
            await self._keep_mode_data(each.game)
        self._garbage.hand_back()

    def is_running(self, name: str) -> bool:
        return name in self._running

    def _made(self, stored: StoredWorld, settings: Settings) -> _Running:
        """A stored world, with the chunks that newcomers will stand on."""
        tile_map = TileMap(stored.map.width, stored.map.height, stored.map.tiles)
        # Room for as many as the setting may ever say: it can change while the world runs.
        world = World(tile_map, stored.map.places, MOST_PLAYERS)
        keeper = Keeper(self._store, stored.map.number, self._writer)
        game = Game(stored.name, self._chosen(stored), stored.map.name, world, keeper, settings)
        game.message = stored.settings.message
        places = {tile_map.chunk_place(chunk): chunk for chunk in game.spawn_chunks()}
        found = self._store.load_chunks(stored.map.number, list(places))
        for place, chunk in found.items():
            tile_map.load(places[place], chunk.cells, chunk.revision)
        return _Running(stored, game, keeper)

    async def play(self, stored: StoredWorld) -> None:
        """Gives a world that runs the mode that is stored, from its next tick on."""
        each = self._running.get(stored.name)
        if each is not None:
            loop = asyncio.get_running_loop()
            mode = await loop.run_in_executor(self._writer, self._chosen, stored)
            each.game.play(mode)

    def _chosen(self, stored: StoredWorld) -> Choice:
        """A world's mode with its settings; free roam where it cannot begin. Raises StoreError."""
        kept = self._store.mode_data(stored.name, stored.mode)
        try:
            return choose(stored.mode, stored.settings.modes.get(stored.mode, {}), kept)
        except ModeRefused as refusal:
            log.error("the mode %s of %s does not begin: %s", stored.mode, stored.name, refusal)
            return free_roam(str(refusal))

    async def _keep_mode_data(self, game: Game) -> None:
        """Writes down at a world's end what its modes keep."""
        if not game.mode.unsaved:
            return
        keep = partial(self._store.keep_mode_data, game.name, game.mode.unsaved)
        try:
            await asyncio.get_running_loop().run_in_executor(self._writer, keep)
        except StoreError as error:
            log.warning("what the mode of %s keeps cannot be saved: %s", game.name, error)

    def _take(self, each: _Running) -> _Running:
        self._running[each.game.name] = each
        self.games[each.stored.map.number] = each.game
        return each

    def _set_going(self, each: _Running) -> None:
        each.game.between_ticks = self._garbage.collect
        each.tasks = [
            asyncio.create_task(each.keeper.run(each.game.submit)),
            asyncio.create_task(each.game.run()),
        ]
        for task in each.tasks:
            task.add_done_callback(stop_where_it_failed)

    async def _saved(self, keeper: Keeper) -> None:
        """Until the keeper has had a turn, and all that was kept before is saved or given up."""
        turn = asyncio.Event()
        keeper.ask(lambda store, number: None, lambda _: turn.set(), lambda _: turn.set())
        await turn.wait()


def stop_where_it_failed(task: asyncio.Task[None]) -> None:
    """A server whose clock or keeper has died must not go on as if all were well."""
    if not task.cancelled() and (bug := task.exception()) is not None:
        log.critical("%s failed: the server stops", task.get_coro(), exc_info=bug)
        signal.raise_signal(signal.SIGTERM)
