"""What live edits cost: how soon they are seen, and what the tick pays while many paint.

`python -m tests.bench.edits [--json FILE]`

The server runs pinned to processor 0 and all clients to the others. Times are between the sending
of an edit and its sight at another client, both in this process, so that they share a clock.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.session import ClientSession
from server.mapmakers import Draft
from server.store import Store
from server.tiles import builtin_tile_set
from tests.bench.cpu import SERVER_CPU, load
from tests.bench.table import print_table
from tests.running import RunningServer

BUILDERS = {"ESTRAGON_GUESTS_MAY_BUILD": "true"}
GROUND = 0
SAMPLES = 200
EDITORS = 50
EDITS_PER_SECOND = 10
WINDOW_SECONDS = 31.0
"""A little more than what the server's tick times are about."""
FILL_SIDE = 100
WATCHERS = 100
HUGE = 4096


def quantiles(seconds: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000
    return {"p50_ms": round(float(p50), 1), "p99_ms": round(float(p99), 1)}


@contextmanager
def crowd(server: RunningServer, count: int) -> Iterator[None]:
    """So many bots that walk about, until the end."""
    if not count:
        yield
        return
    bots = load("-m", "server", "bots", server.url, "--count", str(count), "--seconds", "600")
    try:
        server.wait_for_players(count, seconds=60)
        yield
    finally:
        bots.kill()
        bots.communicate()
        server.wait_for_players(0, seconds=30)


async def edit_to_visible(server: RunningServer) -> dict[str, float]:
    """One paints single cells, another watches them appear."""
    painter = await Client.join(server.url, "Painter")
    watcher = await Client.join(server.url, "Watcher")
    tiles = {each.name: each.id for each in painter.session.tiles.values()}
    lasted = []
    for number in range(SAMPLES):
        x, y = 120 + number % 16, 120 + number // 16
        is_sand = watcher.session.tile_at(GROUND, x, y) == tiles["sand"]
        tile = tiles["grass" if is_sand else "sand"]
        began = time.perf_counter()
        painter.session.edit(codec.EditCells(0, codec.CellEdit(GROUND, x, y, tile).pack()))
        await watcher.wait_for(
            lambda session, x=x, y=y, tile=tile: session.tile_at(GROUND, x, y) == tile  # type: ignore[misc]
        )
        lasted.append(time.perf_counter() - began)
        await asyncio.sleep(0.1 + number % 7 * 0.011)  # At every moment of a tick.
    await asyncio.gather(painter.close(), watcher.close())
    return quantiles(lasted)


async def fill_seen_by_all(server: RunningServer) -> dict[str, float]:
    """A fill of 10,000 cells, and how long until the last of 100 clients has all of it."""
    clients = [await Client.join(server.url, f"Watcher {number}") for number in range(WATCHERS)]
    for client in clients:
        client.session.keeps_players = False
    painter = clients[0]
    tiles = {each.name: each.id for each in painter.session.tiles.values()}
    left, top = 128 - FILL_SIDE // 2, 128 - FILL_SIDE // 2
    right, bottom = left + FILL_SIDE - 1, top + FILL_SIDE - 1
    filled = [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]

    def is_seen(session: ClientSession, step: int) -> bool:
        """Every so many cells of the fill that lie in the client's chunks are sand."""
        held = [at for at in filled[::step] if (at[0] // 16, at[1] // 16) in session.chunks]
        return all(session.tile_at(GROUND, *at) == tiles["sand"] for at in held)

    began = time.perf_counter()
    number = painter.session.edit(
        codec.EditShape(
            0, codec.Shape.RECTANGLE, GROUND, tiles["sand"], left, top, right, bottom, 1
        )
    )
    for client in clients:
        await client.wait_for(lambda session: is_seen(session, step=97))
    seen = time.perf_counter() - began
    await painter.wait_for(lambda session: number in session.edit_results)
    result = painter.session.edit_results[number]
    assert result.code == 0, result
    assert all(is_seen(each.session, step=1) for each in clients), "somebody misses a cell"
    await asyncio.gather(*(client.close() for client in clients))
    return {"cells": result.cells, "seen_by_all_ms": round(seen * 1000, 1)}


def tick_p99(server: RunningServer) -> float:
    with urllib.request.urlopen(f"http://{server.address}/healthz", timeout=10) as answer:
        return float(json.load(answer)["worlds"][0]["tick_p99_ms"])


async def paint(client: Client, seed: int, until: float) -> int:
    """One editor at the limit: ten strokes a second; returns how many were done."""
    tiles = [each.id for each in client.session.tiles.values() if each.layer == GROUND]
    rng = np.random.Generator(np.random.PCG64(seed))
    await asyncio.sleep(float(rng.random()) / EDITS_PER_SECOND)
    while time.perf_counter() < until:
        x, y = rng.integers(90, 160, 2).tolist()
        tile = int(rng.choice(tiles))
        stroke = codec.EditShape(0, codec.Shape.STROKE, GROUND, tile, x, y, x + 4, y + 3, 3)
        client.session.edit(stroke)
        await asyncio.sleep(1 / EDITS_PER_SECOND)
    return sum(each.code == 0 for each in client.session.edit_results.values())


async def tick_while_many_paint(server: RunningServer) -> dict[str, float]:
    """The same players, 50 of them first standing and then painting.

    The server tells the tick's length over the last half minute; so each part lasts as long.
    """
    editors = [await Client.join(server.url, f"Editor {number:02}") for number in range(EDITORS)]
    for editor in editors:
        editor.session.keeps_players = False
    await asyncio.sleep(WINDOW_SECONDS)
    before = tick_p99(server)
    until = time.perf_counter() + WINDOW_SECONDS
    done = await asyncio.gather(*(paint(each, seed, until) for seed, each in enumerate(editors)))
    after = tick_p99(server)
    await asyncio.gather(*(each.close() for each in editors))
    return {
        "edits_per_second": round(sum(done) / WINDOW_SECONDS),
        "tick_p99_before_ms": before,
        "tick_p99_painting_ms": after,
        "ratio": round(after / before, 2),
    }


async def memory_of_a_huge_map(folder: Path) -> dict[str, float]:
    """A map of 4096 by 4096 tiles with ten players far apart."""
    tiles = builtin_tile_set()
    cells = np.zeros((3, HUGE, HUGE), np.uint16)
    cells[0] = tiles["grass"]
    spawns = tuple((x, y) for x in range(200, HUGE, 800) for y in (500, 3500))
    store = Store(folder)
    store.migrate()
    store.add_world("huge", "free_roam", store.add_map("huge", Draft(cells, spawns, ()), tiles))
    store.close()
    del cells
    with RunningServer(folder.parent / "small", cpu=SERVER_CPU) as small:
        least = small.process.memory_info().rss
    with RunningServer(folder, cpu=SERVER_CPU) as server:
        clients = [await Client.join(server.url, f"Walker {number}") for number in range(10)]
        for client in clients:
            await client.wait_for(lambda session: len(session.chunks) == 21)
        memory = server.process.memory_info().rss
        await asyncio.gather(*(client.close() for client in clients))
    return {"mib": round(memory / 2**20, 1), "mib_of_the_village": round(least / 2**20, 1)}


async def measure() -> AsyncIterator[tuple[str, dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with RunningServer(folder / "data", cpu=SERVER_CPU, environment=BUILDERS) as server:
            for players in (0, 200):
                with crowd(server, players):
                    yield f"edit to visible, {players} players", await edit_to_visible(server)
            yield "fill of 10,000 cells, 100 clients", await fill_seen_by_all(server)
            with crowd(server, 200):
                yield "50 editors, 200 players", await tick_while_many_paint(server)
        yield "4096x4096 map, 10 players", await memory_of_a_huge_map(folder / "huge")


if __name__ == "__main__":
    print_table(__doc__, measure())
