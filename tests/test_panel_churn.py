"""Pages of the panel open and close, and players come and go, for an hour: memory stays as it was.

`ESTRAGON_CHURN_SECONDS` says for how long; `make soak` leaves it at an hour.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from pathlib import Path
from statistics import median

import pytest
from playwright.async_api import Page

from protocol_spec.client import Client, Refused
from protocol_spec.codec import ErrorCode
from tests.browser import browser_page
from tests.panel import sign_in_at, staffed_server
from tests.running import RunningServer

SECONDS = float(os.environ.get("ESTRAGON_CHURN_SECONDS", "3600"))
PATHS = (
    *("/", "/map", "/players", "/chat", "/reports"),
    *("/sanctions", "/accounts", "/worlds", "/audit", "/settings", "/me"),
)
PLAYERS = 20
STAY_SECONDS = 3.0
"""At the most: a page or a player is there for so long."""
PATIENCE_MS = 120_000
WARM_SHARE = 0.4
"""All that is loaded or kept once is there by then."""
GROWTH = 1.05
GROWTH_BYTES = 4 << 20
"""What the allocator may have grown by in the rest, whichever is more."""


async def come_and_go(server: RunningServer, number: int, until: float) -> int:
    """One place among the players, which many have one after the other."""
    chance, visits = random.Random(number), 0
    while time.monotonic() < until:
        client = Client(f"Guest {number} of {visits % 50}")
        try:
            await client.connect(server.url)
            await client.wait_for(lambda seen: seen.state is not None)
        # A machine that has much else to do is too slow at times; that is not the matter here.
        except TimeoutError:
            client.abort()
            continue
        except Refused as refusal:
            client.abort()
            if refusal.code is ErrorCode.AUTH_TIMEOUT:
                continue
            raise
        stays = time.monotonic() + chance.uniform(0.2, STAY_SECONDS)
        while time.monotonic() < stays:
            client.session.walk(chance.randrange(65536))
            await asyncio.sleep(0.05)
        client.session.say(f"I am number {number}, and I go")
        await asyncio.sleep(0.1)
        await client.close()
        visits += 1
    return visits


async def turn_pages(server: RunningServer, page: Page, until: float) -> int:
    """Somebody of the staff who looks at one page after the other."""
    chance, turned = random.Random(1953), 0
    while time.monotonic() < until:
        path = PATHS[turned % len(PATHS)]
        await page.goto(f"{server.base}/admin{path}", timeout=PATIENCE_MS)
        await page.locator(".q-header").wait_for(timeout=PATIENCE_MS)
        await asyncio.sleep(chance.uniform(0.1, STAY_SECONDS))
        turned += 1
    return turned


async def weigh(server: RunningServer, until: float) -> list[int]:
    """Resident bytes of the server, every second or so."""
    found = []
    while time.monotonic() < until:
        found.append(server.process.memory_info().rss)
        await asyncio.sleep(min(5.0, SECONDS / 100))
    return found


@pytest.mark.skipif(os.environ.get("ESTRAGON_SOAK") != "1", reason="an hour: make soak")
def test_memory_is_flat_while_pages_and_players_come_and_go(tmp_path: Path, chromium: Path) -> None:
    async def scene(server: RunningServer) -> list[int]:
        async with browser_page(chromium) as page, browser_page(chromium) as other:
            await sign_in_at(page, server, "Vladimir", "/")
            await sign_in_at(other, server, "Estragon", "/map")
            until = time.monotonic() + SECONDS
            async with asyncio.TaskGroup() as at_once:
                weights = at_once.create_task(weigh(server, until))
                pages = at_once.create_task(turn_pages(server, page, until))
                visits = [
                    at_once.create_task(come_and_go(server, number, until))
                    for number in range(PLAYERS)
                ]
            turned, visited = pages.result(), sum(each.result() for each in visits)
            print(f"{turned} pages were opened, {visited} players came")
            assert turned > SECONDS / STAY_SECONDS / 4
            return weights.result()

    people = (("Vladimir", "owner"), ("Estragon", "owner"))
    with staffed_server(tmp_path, *people) as server:
        weights = asyncio.run(scene(server))
    warm = round(len(weights) * WARM_SHARE)
    tenth = max(1, len(weights) // 10)
    begun, ended = median(weights[warm : warm + tenth]), median(weights[-tenth:])
    print(f"{begun / 2**20:.1f} MiB once warm, {ended / 2**20:.1f} MiB at the end")
    assert ended < max(begun * GROWTH, begun + GROWTH_BYTES)
