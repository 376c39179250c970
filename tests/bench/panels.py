"""What open panels cost those who play: the overview, the live map, and somebody who paints.

`python -m tests.bench.panels [--seconds N] [--json FILE]`

200 walk in the village; then three pages of the panel are open in a real Chromium as well, of which
the editor paints a stroke twice a second. The server runs pinned to processor 0, all others beside
it. Tick times are read off the server's own histogram, so that a quantile is right to a tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Page

from server.tiles import builtin_tile_set
from tests import toolbox
from tests.bench.cpu import SERVER_CPU
from tests.bench.overload import SETTLE_SECONDS, Meter, walking
from tests.bench.scale import make_world
from tests.browser import browser_page
from tests.panel import sign_in_at
from tests.people import staff
from tests.running import RunningServer

STAFF = ("Vladimir", "Estragon", "Pozzo")
PAGES = ("/", "/map", "/map")
OPEN_SECONDS = 60.0
"""At most, until all pages show something."""
STROKE_SECONDS = 0.5
LIVE = "document.querySelector('canvas.map-canvas').live"


async def paint(page: Page, seconds: float) -> int:
    """Strokes of a few tiles to and fro, as a hand paints; so many there were."""
    tiles = builtin_tile_set()
    await page.evaluate(f"{LIVE}.camera.scale = 16; {LIVE}.goTo(128, 128)")
    until, strokes = time.monotonic() + seconds, 0
    while (begun := time.monotonic()) < until:
        tile = tiles["sand" if strokes % 2 else "cobbles"]
        await page.evaluate(f"{LIVE}.pick({tile}); {LIVE}.choose('brush')")
        top = 300 + 16 * (strokes % 10)
        await page.mouse.move(500, top)
        await page.mouse.down()
        await page.mouse.move(660, top, steps=5)
        await page.mouse.up()
        strokes += 1
        await asyncio.sleep(max(0.0, begun + STROKE_SECONDS - time.monotonic()))
    return strokes


async def with_panels(server: RunningServer, meter: Meter, seconds: float) -> dict[str, Any]:
    chromium = toolbox.find("chromium")
    async with (
        browser_page(chromium) as overview,
        browser_page(chromium) as live_map,
        browser_page(chromium) as editor,
    ):
        pages = (overview, live_map, editor)
        for page, name, path in zip(pages, STAFF, PAGES, strict=True):
            page.set_default_timeout(OPEN_SECONDS * 1000)
            await sign_in_at(page, server, name, path)
        for page in (live_map, editor):
            await page.wait_for_function(f"{LIVE}?.model.chunks.size >= 256")
        await asyncio.to_thread(meter.tick_ms, 50)
        strokes = await paint(editor, seconds)
        among = await asyncio.to_thread(meter.tick_ms, 50, 99)
    return {"tick_ms": among, "strokes": strokes}


def measure(folder: Path, seconds: float) -> dict[str, Any]:
    make_world(folder / "panels", "world")
    staff(folder / "panels", *((name, "owner") for name in STAFF))
    with RunningServer(folder / "panels", cpu=SERVER_CPU) as server:
        lasting = 2 * seconds + OPEN_SECONDS + SETTLE_SECONDS
        with walking(server, lasting) as players:
            meter = Meter(server)
            time.sleep(seconds)
            alone = meter.tick_ms(50, 99)
            row = asyncio.run(with_panels(server, meter, seconds))
    return {
        **row,
        "tick_ms_alone": alone,
        "ratio": row["tick_ms"][1] / alone[1],
        "players": players,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="without panels, then with")
    parser.add_argument("--json", type=Path, help="write the row there, too")
    chosen = parser.parse_args()
    others = set(range(os.cpu_count() or 1)) - {SERVER_CPU}
    psutil.Process().cpu_affinity(sorted(others) or [SERVER_CPU])
    with tempfile.TemporaryDirectory() as folder:
        row = measure(Path(folder), chosen.seconds)
    print("| tick p50, p99 ms | without panels | p99 ratio | strokes | players dropped |")
    print("| --- | --- | --- | --- | --- |")
    among, alone = row["tick_ms"], row["tick_ms_alone"]
    print(
        f"| {among[0]:.1f}, {among[1]:.1f} | {alone[0]:.1f}, {alone[1]:.1f} | {row['ratio']:.2f} "
        f"| {row['strokes']} | {row['players']['dropped']} |"
    )
    if chosen.json:
        chosen.json.write_text(json.dumps(row, indent=2))


if __name__ == "__main__":
    main()
