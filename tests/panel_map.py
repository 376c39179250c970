"""The panel's map page in a browser, and a hand that paints on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from server.tiles import builtin_tile_set
from tests.browser import browser_page
from tests.panel import sign_in_at
from tests.running import RunningServer

TILES = builtin_tile_set()
LIVE = "document.querySelector('canvas.map-canvas').live"


@asynccontextmanager
async def map_page(
    server: RunningServer, chromium: Path, name: str, **more: Any
) -> AsyncIterator[Page]:
    """The map page of somebody, with the world in it."""
    async with browser_page(chromium, **more) as page:
        await sign_in_at(page, server, name, "/map")
        await page.wait_for_function(
            f"document.querySelector('canvas.map-canvas') && {LIVE}?.model.chunks.size >= 256"
        )
        yield page


async def look_at(page: Page, x: int, y: int, scale: int = 32) -> None:
    await page.evaluate(f"{LIVE}.camera.scale = {scale}; {LIVE}.goTo({x}, {y})")


async def paint(page: Page, tile: str, *cells: tuple[int, int], tool: str = "brush") -> None:
    """Leads the mouse over cells, as a hand would."""
    await page.evaluate(f"{LIVE}.pick({TILES[tile]}); {LIVE}.choose('{tool}')")
    places = [await point(page, *cell) for cell in cells]
    await page.mouse.move(*places[0])
    await page.mouse.down()
    for place in places[1:]:
        await page.mouse.move(*place, steps=4)
    await page.mouse.up()


async def point(page: Page, x: int, y: int) -> tuple[float, float]:
    """The middle of a cell on the screen."""
    found = await page.evaluate(
        f"""() => {{
          const {{ camera, $refs }} = {LIVE};
          const box = $refs.canvas.getBoundingClientRect();
          return [
            box.left + box.width / 2 + ({x} + 0.5 - camera.x) * camera.scale,
            box.top + box.height / 2 + ({y} + 0.5 - camera.y) * camera.scale,
          ];
        }}"""
    )
    return found[0], found[1]


async def shows(page: Page, layer: int, x: int, y: int, tile: str | None) -> None:
    """Waits until the server has told the page of a tile; nothing is a mere wish any more."""
    number = TILES[tile] if tile else 0
    await page.wait_for_function(
        f"!{LIVE}.editor.isBusy && {LIVE}.model.tileAt({layer}, {x}, {y}) === {number}",
        timeout=5000,
    )
