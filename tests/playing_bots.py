"""Bots that play a mode beside a test, and worlds on open ground for them to play in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from protocol_spec.bots import COMMAND_SECONDS, Bot
from server.mapmakers import Area, Draft
from server.moderation.actor import OPERATOR
from server.store import Store, maps
from tests.mock_server import TILES, grass

TRACK = (
    Area("start", 8, 12, 2, 8),
    Area("checkpoint 1", 14, 8, 2, 16),
    Area("checkpoint 2", 20, 8, 2, 16),
    Area("finish", 26, 8, 2, 16),
)


def world_with(
    data: Path,
    mode: str,
    settings: Mapping[str, Any],
    areas: tuple[Area, ...] = TRACK,
    draft: Draft | None = None,
) -> None:
    """A data folder with one world in that mode: a small meadow, or what the draft has."""
    store = Store(data)
    store.migrate()
    spawns = ((10, 14), (13, 17), (10, 18))
    draft = draft or Draft(grass(36, 32), spawns, areas)
    store.add_world(mode, mode, store.add_map(mode, draft, TILES))
    world = maps.WorldSettings(modes={mode: dict(settings)})
    audit = OPERATOR.audit("world.settings", mode)
    store.do(maps.change_world, mode, mode, world, audit)
    store.close()


@asynccontextmanager
async def two_bots(url: str, world: str = "") -> AsyncIterator[list[Bot]]:
    """Two that are in the world and play until the end of the block."""
    bots = [Bot(number, 7, plays=True) for number in range(2)]
    for bot in bots:
        await bot.join(url, world)

    async def play() -> None:
        while True:
            for bot in bots:
                bot.act()
            await asyncio.sleep(COMMAND_SECONDS)

    playing = asyncio.create_task(play())
    try:
        yield bots
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        for bot in bots:
            await bot.client.close()
