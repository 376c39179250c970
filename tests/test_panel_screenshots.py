"""What the staff sees: each page of the panel, in both languages, by day and by night, by phone.

`make screenshots` keeps the pictures of `KEPT` beside the game's, where the README shows them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page

from protocol_spec.client import Client
from tests.browser import DESK, PHONE
from tests.panel import signed_in, staffed_server
from tests.people import hang_up
from tests.running import RunningServer

COMPANY = ("Владимир", "Эстрагон", "Pozzo", "Lucky", "Мальчик", "Winnie")
SAID = (
    ("Владимир", "Ну что, пошли?"),
    ("Эстрагон", "Пошли!"),
    ("Pozzo", "I don't seem to be able to depart."),
    ("Winnie", "Oh this is a happy day!"),
)
PAGES = {
    "overview": "/",
    "map": "/map",
    "players": "/players",
    "player": "/players/{pozzo}",
    "chat": "/chat",
    "reports": "/reports",
    "report": "/reports/1",
    "bans": "/sanctions",
    "accounts": "/accounts",
    "worlds": "/worlds",
    "audit": "/audit",
    "settings": "/settings",
    "me": "/me",
}
LIVELY = ("map", "player")
"""These never stand still."""
KEPT = [(name, "desk", "light") for name in ("map", "player")]
SCREENS = {"desk": DESK, "phone": PHONE}
AT_ONCE = 4
STEP_SECONDS = 0.05
LOOK_SECONDS = 0.2
MOST_LOOKS = 10
PATIENCE_MS = 60_000
LIVE = "document.querySelector('canvas.map-canvas').live"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    people = (("Godot", "owner"), ("Didi", "admin"), ("Gogo", "moderator"), ("Estelle", "player"))
    with staffed_server(tmp_path_factory.mktemp("pictures"), *people) as started:
        yield started


@asynccontextmanager
async def company(server: RunningServer) -> AsyncIterator[dict[str, Client]]:
    """Some who talk and stroll; one complains of another."""
    there = {name: await Client.join(server.url, name) for name in COMPANY}

    async def stroll() -> None:
        step = 0
        while True:
            for number, client in enumerate(there.values()):
                turn = number * 65536 // len(there) + (32768 if step // 40 % 2 else 0)
                client.session.walk(turn % 65536, pace=200)
            step += 1
            await asyncio.sleep(STEP_SECONDS)

    for name, text in SAID:
        there[name].session.say(text)
    there["Lucky"].session.report(there["Pozzo"].session.player_id, "He pulls the rope.")
    strolling = asyncio.create_task(stroll())
    try:
        yield there
    finally:
        strolling.cancel()
        await hang_up(*there.values())


async def shows_itself(page: Page, name: str) -> None:
    await page.locator("[data-page]").wait_for()
    await page.wait_for_function("window.did_handshake")
    if name in LIVELY:
        await page.locator("canvas.map-canvas").wait_for()
        await page.wait_for_function(f"{LIVE}?.model.chunks.size > 15")
        await page.wait_for_function(f"{LIVE}.model.visiblePlayers(performance.now()).length > 0")
    if name == "map":
        await page.evaluate(f"{LIVE}.camera.scale = 20; {LIVE}.goTo(130, 130)")
        await page.wait_for_function(f"!{LIVE}.painter.isUnfinished")
    await page.wait_for_function("document.fonts.status === 'loaded'")


async def picture_of(page: Page, name: str) -> bytes:
    """A PNG, once it is still: charts grow, and some of what a page shows comes a moment later."""
    before = b""
    for _ in range(MOST_LOOKS):
        seen = await page.screenshot()
        if seen == before or name in LIVELY:
            break
        before = seen
        await asyncio.sleep(LOOK_SECONDS)
    return seen


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_fits_its_screen_and_shows_something(
    server: RunningServer, tmp_path: Path, language: str, screen: str
) -> None:
    folder = Path(os.environ.get("ESTRAGON_SCREENSHOTS") or tmp_path)
    size = SCREENS[screen]

    async def scene() -> None:
        async with (
            company(server) as there,
            signed_in(server, "Godot", "/me", language=language, size=size) as first,
        ):
            pozzo = there["Pozzo"].session.player_id
            gate = asyncio.Semaphore(AT_ONCE)

            async def look_at(name: str, path: str) -> None:
                async with gate:
                    page = await first.context.new_page()
                    page.set_default_timeout(PATIENCE_MS)
                    await page.goto(f"{server.base}/admin{path.format(pozzo=pozzo)}")
                    await shows_itself(page, name)
                    for look in ("light", "dark"):
                        await page.emulate_media(color_scheme=look)
                        await page.locator(f"body.body--{look}").wait_for()
                        width = await page.evaluate("document.documentElement.scrollWidth")
                        assert width <= size[0], name
                        file = tmp_path / f"panel_{name}_{language}_{look}.png"
                        file.write_bytes(await picture_of(page, name))
                        with Image.open(file) as picture:
                            assert len(picture.convert("L").getcolors() or ()) > 20, name
                            if (name, screen, look) in KEPT:
                                # 256 colours are a third of the bytes: nobody sees the difference.
                                few = picture.convert("RGB").quantize(256)
                                few.save(folder / f"panel_{name}_{language}.png")
                    await page.close()

            await asyncio.gather(*(look_at(name, path) for name, path in PAGES.items()))

    asyncio.run(scene())


def test_a_page_is_dark_or_light_as_its_reader_chose(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "Godot", "/me") as page:
            await page.emulate_media(color_scheme="light")
            for item, look in (("Dark", "dark"), ("Light", "light")):
                await page.get_by_role("button", name="You").click()
                await page.get_by_text(item, exact=True).click()
                await page.locator(f"body.body--{look}").wait_for()

    asyncio.run(scene())
