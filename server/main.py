"""Puts the parts together: the one file that sees everything."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

import admin
from server import __version__, account_api, api, claim, control, metrics, setup_api
from server.chunks import TileMap
from server.entrance import Entrance
from server.game import Game
from server.gateway import plain
from server.keeper import Keeper
from server.mapmakers.village import make_village
from server.maps import MapDesk
from server.services import assemble
from server.settings import Settings
from server.store import Store, StoredWorld
from server.store.thread import Database
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
    start; they run while the app's lifespan lasts. Raises StoreError.
    """
    store = Store(settings.data, settings.database_url)
    store.claim()
    store.migrate()
    _ensure_world(store)
    writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
    stored_worlds = store.worlds()
    worlds = [_load(stored, store, writer, settings) for stored in stored_worlds]
    games = [game for game, _ in worlds]
    services = assemble(settings, Database(store, writer), games)
    lobby = services.lobby
    numbers = [stored.map.number for stored in stored_worlds]
    desk = MapDesk(store, dict(zip(numbers, games, strict=True)), writer)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(lobby.watch()),
            asyncio.create_task(services.player_log.run(games, lobby.is_expected)),
        ]
        for game, keeper in worlds:
            tasks.append(asyncio.create_task(keeper.run(game.submit)))
            tasks.append(asyncio.create_task(game.run()))
        for task in tasks:
            task.add_done_callback(_stop_where_it_failed)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, keeper in worlds:
            await keeper.save()
        services.player_log.note_standings(games)
        await services.player_log.flush()
        services.passwords.close()
        writer.shutdown()
        store.close()

    app = FastAPI(title="Estragon", version=__version__, lifespan=lifespan)
    app.state.lobby = lobby
    app.state.control_token = claim.make_token()
    app.include_router(api.router(lobby))
    app.include_router(metrics.router(lobby))
    app.state.accounts = services.accounts
    app.include_router(account_api.routes)
    account_api.answer_refusals(app)
    app.state.first_owner = services.first_owner
    app.include_router(setup_api.router(services.first_owner))
    app.include_router(control.router(desk, services.account_desk, app.state.control_token))
    app.include_router(plain.router(lobby))
    admin.register(app, services, desk)
    app.add_middleware(Entrance, settings=settings)
    return app


def _stop_where_it_failed(task: asyncio.Task[None]) -> None:
    """A server whose clock or keeper has died must not go on as if all were well."""
    if not task.cancelled() and (bug := task.exception()) is not None:
        log.critical("%s failed: the server stops", task.get_coro(), exc_info=bug)
        signal.raise_signal(signal.SIGTERM)


def _ensure_world(store: Store) -> None:
    """A database without any world gets the starter world."""
    if not store.worlds():
        log.info("making the starter world %r", STARTER_WORLD)
        # An operator may have made maps before the first start, even one of this name.
        numbers = {each.name: each.number for each in store.maps()}
        map_id = numbers.get(STARTER_WORLD)
        if map_id is None:
            tiles = builtin_tile_set()
            map_id = store.add_map(STARTER_WORLD, make_village(tiles, STARTER_SEED), tiles)
        store.add_world(STARTER_WORLD, STARTER_MODE, map_id)


def _load(
    stored: StoredWorld, store: Store, writer: Executor, settings: Settings
) -> tuple[Game, Keeper]:
    """A stored world, ready to run, with the chunks that newcomers will stand on."""
    tile_map = TileMap(stored.map.width, stored.map.height, stored.map.tiles)
    world = World(tile_map, stored.map.places, settings.max_players)
    keeper = Keeper(store, stored.map.number, writer)
    game = Game(stored.name, stored.mode, stored.map.name, world, keeper, settings)
    places = {tile_map.chunk_place(chunk): chunk for chunk in game.spawn_chunks()}
    for place, chunk in store.load_chunks(stored.map.number, list(places)).items():
        tile_map.load(places[place], chunk.cells, chunk.revision)
    return game, keeper
