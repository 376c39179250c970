"""Puts the parts together: the one file that sees everything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

import admin
from server import __version__, api
from server.chunks import TileMap
from server.game import Game
from server.gateway import plain
from server.lobby import Lobby
from server.mapmakers.village import make_village
from server.settings import Settings
from server.store import Store
from server.tiles import builtin_tile_set
from server.world import World

log = logging.getLogger(__name__)

STARTER_WORLD = "village"
STARTER_MODE = "free_roam"
STARTER_SEED = 1953
"""The year in which the two first waited."""


def create_app(settings: Settings) -> FastAPI:
    """The whole server but the sockets' transport, which `server.serve` adds.

    The worlds are loaded here, before anything listens, so that a broken database is found at the
    start; they run while the app's lifespan lasts.
    """
    store = Store(settings.data)
    store.migrate()
    lobby = Lobby(settings, _load_games(store, settings))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(game.run()) for game in lobby.games.values()]
        tasks.append(asyncio.create_task(lobby.watch()))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        store.close()

    app = FastAPI(title="Estragon", version=__version__, lifespan=lifespan)
    app.state.lobby = lobby
    app.include_router(api.router(lobby))
    app.include_router(plain.router(lobby))
    admin.register(app, lobby)
    return app


def _load_games(store: Store, settings: Settings) -> list[Game]:
    """The stored worlds, ready to run; a database without any gets the starter world."""
    tiles = builtin_tile_set()
    if not store.worlds():
        log.info("making the starter world %r", STARTER_WORLD)
        store.add_world(STARTER_WORLD, STARTER_MODE, make_village(tiles, STARTER_SEED))
    return [
        Game(
            name=stored.name,
            mode=stored.mode,
            map_name=stored.map_name,
            world=World(TileMap.of(stored.cells, tiles), stored.spawns, settings.max_players),
            settings=settings,
        )
        for stored in store.worlds()
    ]
