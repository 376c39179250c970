"""All pages of the panel over a database in which everything that can be written is hostile."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Page

from protocol_spec.client import Client
from tests.browser import DESK, PHONE, people
from tests.hostile import STRINGS, fill, fill_maps, watched
from tests.panel import sign_in_at, staffed_server

PATHS = (
    *("/", "/map", "/players", "/players/900", "/chat", "/reports", "/reports/7", "/sanctions"),
    *("/accounts", "/worlds", "/audit", "/settings", "/me"),
)
PATIENCE_MS = 60_000
LIVE = "document.querySelector('canvas.map-canvas').live"


async def look_round(page: Page, base: str, width: int) -> None:
    """Every page shows itself, and nothing sticks out of it."""
    for path in PATHS:
        await page.goto(f"{base}/admin{path}")
        await page.locator(".q-header").wait_for()
        await page.wait_for_function("window.did_handshake")
        await page.locator(".q-page-container *").nth(3).wait_for(state="attached")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def look_at_maps(page: Page, base: str, worlds: list[str]) -> None:
    """The editor, of all that has names: worlds, tiles, areas, maps, snapshots."""
    await page.goto(f"{base}/admin/map")
    await page.wait_for_function(f"{LIVE}?.model.chunks.size > 0 && {LIVE}.places !== null")
    assert set(await page.evaluate(f"{LIVE}.worlds")) == set(worlds)
    assert await page.evaluate(f"{LIVE}.places.areas.length") == len(STRINGS)
    await page.wait_for_function(
        f"{LIVE}.palette.every(({{ name, label }}) => label === {LIVE}.names[name])"
    )
    labels = await page.evaluate(f"{LIVE}.palette.map(({{label}}) => label)")
    assert set(labels) == {each for each in STRINGS if each.strip()}
    await page.evaluate(f"{LIVE}.isOpen = true")  # On a phone it is not.
    await page.locator(".map-tile").nth(100).hover()
    for world in worlds:
        await page.evaluate(f"(world) => {LIVE}.enter(world)", world)
        await page.wait_for_function(f"{LIVE}.model.chunks.size > 0")
    await page.get_by_role("button", name="Карты: новая").click()
    await page.get_by_text(f"199 {STRINGS[199]}"[:64].strip(), exact=True).first.wait_for()
    await page.keyboard.press("Escape")
    await page.locator(".q-dialog").wait_for(state="detached")
    await page.evaluate(
        f"{LIVE}.$emit('places', {{ area: {{ left: 1, top: 1, width: 2, height: 2 }} }})"
    )
    await page.locator(".q-dialog").get_by_text(STRINGS[1], exact=True).first.wait_for()


def test_nothing_hostile_runs_or_breaks_any_page(tmp_path: Path, chromium: Path) -> None:
    (tmp_path / "data").mkdir()
    worlds = fill_maps(tmp_path / "data")

    async def look(page: Page, size: tuple[int, int]) -> None:
        page.set_default_timeout(PATIENCE_MS)
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await sign_in_at(page, server, "Vladimir", "/me")
        async with watched(page, server.base):
            await look_round(page, server.base, size[0])
            await look_at_maps(page, server.base, worlds)

    async def scene() -> None:
        client = await Client.join(server.url, "Clov", worlds[1])
        async with people(chromium, 2, language="ru") as (desk, phone):
            await asyncio.gather(look(desk, DESK), look(phone, PHONE))
        await client.close()

    with staffed_server(tmp_path, ("Vladimir", "owner")) as server:
        server.stop()
        fill(server)
        server.start()
        asyncio.run(scene())
