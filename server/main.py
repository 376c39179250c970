"""Puts the parts together: the one file that sees everything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

import admin
from server import __version__
from server.control import claim, orders
from server.desks.maps import MapDesk
from server.desks.settings import SettingsDesk, changed_settings
from server.desks.worlds import WorldDesk
from server.gateway import plain
from server.mapmakers.village import make_village
from server.services import assemble
from server.settings import Settings
from server.store import Store, StoredWorld
from server.store.thread import Database
from server.tiles import builtin_tile_set
from server.trends import Trends
from server.web import account_api, api, metrics, setup_api
from server.web.entrance import Entrance
from server.worlds import Worlds, stop_where_it_failed

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
    database = Database(store, writer)
    given, settings = settings, changed_settings(store, settings)
    worlds = Worlds(store, writer)
    games = worlds.load(_starting(store.worlds()), settings)
    services = assemble(settings, database, games)
    lobby = services.lobby
    trends = Trends(lobby)
    desk = MapDesk(store, worlds.games, writer)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(lobby.watch()),
            asyncio.create_task(trends.run()),
            asyncio.create_task(services.player_log.run(lobby.games.values(), lobby.is_expected)),
        ]
        for task in tasks:
            task.add_done_callback(stop_where_it_failed)
        worlds.run()
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await worlds.close()
        services.player_log.note_standings(lobby.games.values())
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
    world_desk = WorldDesk(database, desk, worlds, services)
    control = orders.router(desk, world_desk.modes, services.account_desk, app.state.control_token)
    app.include_router(control)
    app.include_router(plain.router(lobby))
    settings_desk = SettingsDesk(database, lobby, given)
    admin.register(app, services, desk, world_desk, settings_desk, trends)
    app.add_middleware(Entrance, settings=settings)
    return app


def _starting(stored: list[StoredWorld]) -> list[StoredWorld]:
    """The worlds that run from the start on: a server is never without one."""
    return [each for each in stored if each.settings.starts] or stored[:1]


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
