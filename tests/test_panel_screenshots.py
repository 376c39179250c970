"""What the staff sees: each page and dialog of the panel, by day and by night, by phone, in both
languages.

`make screenshots` keeps the pictures of `KEPT` beside the game's, where the README shows them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.async_api import Page

from protocol_spec import codec
from protocol_spec.client import Client
from tests.browser import DESK, PHONE
from tests.panel import account_number, operator, signed_in, staffed_server
from tests.panel_dialogs import DIALOGS, Reader
from tests.panel_map import LIVE, TILES
from tests.people import enter, hang_up, log_in
from tests.running import RunningServer

COMPANY = ("Владимир", "Эстрагон", "Pozzo", "Lucky", "Мальчик", "Winnie")
SAID = (
    ("Владимир", "Ну что, пошли?"),
    ("Эстрагон", "Пошли!"),
    ("Pozzo", "I don't seem to be able to depart."),
    ("Winnie", "Oh this is a happy day!"),
)
DONE = (
    "/warn Lucky He dances too long.",
    "/ban Krapp 7d advertising",
    "/say The well is open again.",
)
"""By the staff, before anybody looks."""
DONE_TO_POZZO = ("/warn Pozzo He pulls the rope.", "/mute Pozzo 2h shouting")
"""Each time, for he is a guest and another one each time."""
ANSWERS = (codec.NoticeCode.DONE, codec.NoticeCode.ANNOUNCEMENT)
REPAIRED = [(x, 170) for x in range(128, 133)]
"""Cells of the map that somebody has painted."""
PAGES = {
    "overview": "/",
    "map": "/map",
    "players": "/players",
    "player": "/players/{pozzo}",
    "member": "/players/{member}",
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
HANGS_OVER = """(card) => {
  const box = card.getBoundingClientRect();
  const isHigh = card.matches(".q-dialog *") && (box.top < 0 || box.bottom > window.innerHeight);
  const isWhole = box.left >= 0 && box.right <= window.innerWidth && !isHigh;
  const tooWide = [card, ...card.querySelectorAll("*")]
    .filter((each) => each.clientWidth && each.scrollWidth > each.clientWidth + 1)
    .filter((each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowX))
    .map((each) => each.className);
  return isWhole ? tooWide : ["all of it", ...tooWide];
}"""
"""What of a dialog is off the screen, or has to be scrolled sideways."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    people = (("Godot", "owner"), ("Didi", "admin"), ("Gogo", "moderator"), ("Estelle", "player"))
    with staffed_server(tmp_path_factory.mktemp("pictures"), *people) as started:
        operator(started, "map", "new", "maze", "--name", "ruins", "--size", "64x64")
        operator(started, "map", "snapshot", "village", "before the feast")
        operator(started, "world", "add", "cellar", "--map", "ruins")
        asyncio.run(past(started))
        yield started


async def past(server: RunningServer) -> None:
    """What has happened already: otherwise half of the pages are empty."""
    staff = await enter(server, log_in(server, "Didi").told["ticket"])
    moderator = await enter(server, log_in(server, "Gogo").told["ticket"])
    there = {name: await Client.join(server.url, name) for name in (*COMPANY, "Krapp")}
    for name, text in SAID:
        there[name].session.say(text)
    await there["Lucky"].wait_for(lambda seen: len(seen.chat) == len(SAID))
    pozzo = there["Pozzo"].session.player_id
    there["Lucky"].session.report(pozzo, "He pulls the rope.")
    there["Winnie"].session.report(pozzo, "He has sold somebody at the market.")
    await do(staff, DONE)
    cells = b"".join(codec.CellEdit(0, *cell, TILES["sand"]).pack() for cell in REPAIRED)
    number = staff.session.edit(codec.EditCells(0, cells))
    await staff.wait_for(lambda seen: number in seen.edit_results)
    await hang_up(staff, moderator, *there.values())


async def do(staff: Client, commands: Iterable[str]) -> None:
    for line in commands:
        staff.session.notices.clear()
        staff.session.say(line)
        await staff.wait_for(lambda seen: any(code in ANSWERS for code, _ in seen.notices))


@asynccontextmanager
async def company(server: RunningServer) -> AsyncIterator[dict[str, Client]]:
    """Some who talk and stroll."""
    there = {
        name: await Client.join(server.url, name, look=look) for look, name in enumerate(COMPANY)
    }

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
    await there["Lucky"].wait_for(lambda seen: len(seen.chat) >= len(SAID))
    staff = await enter(server, log_in(server, "Didi").told["ticket"])
    await do(staff, DONE_TO_POZZO)
    await hang_up(staff)
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


@dataclass(frozen=True)
class Look:
    """How somebody sees the panel."""

    language: str
    screen: str
    colours: tuple[Literal["light", "dark"], ...]


PAGE_LOOKS = [
    Look(language, screen, ("light", "dark")) for language in ("en", "ru") for screen in SCREENS
]
DIALOG_LOOKS = [Look("ru", "phone", ("dark",))]
if "ESTRAGON_SCREENSHOTS" in os.environ:
    DIALOG_LOOKS += [Look("en", "desk", ("light",)), Look("ru", "desk", ("dark",))]
    DIALOG_LOOKS += [Look("en", "phone", ("light",))]
"""The dialogs are more than the pages: who takes pictures sees them all, a test the narrowest."""


@asynccontextmanager
async def all_pages(
    server: RunningServer, look: Look, paths: Mapping[str, str]
) -> AsyncIterator[Callable[[Callable[[str, Page], Awaitable[None]]], Awaitable[None]]]:
    """Yields what shows each of some pages, with players in the world."""
    async with (
        company(server) as there,
        signed_in(
            server, "Godot", "/me", language=look.language, size=SCREENS[look.screen]
        ) as first,
    ):
        gate = asyncio.Semaphore(AT_ONCE)
        numbers = {
            "pozzo": there["Pozzo"].session.player_id,
            "member": account_number(server.data, "Gogo"),
        }

        async def shown(name: str, work: Callable[[str, Page], Awaitable[None]]) -> None:
            async with gate:
                page = await first.context.new_page()
                page.set_default_timeout(PATIENCE_MS)
                await page.goto(f"{server.base}/admin{paths[name].format(**numbers)}")
                await shows_itself(page, name)
                await work(name, page)
                await page.close()

        async def each(work: Callable[[str, Page], Awaitable[None]]) -> None:
            await asyncio.gather(*(shown(name, work) for name in paths))

        yield each


@pytest.mark.parametrize("look", PAGE_LOOKS, ids=str)
def test_every_page_fits_its_screen_and_shows_something(
    server: RunningServer, tmp_path: Path, look: Look
) -> None:
    folder = Path(os.environ.get("ESTRAGON_SCREENSHOTS") or tmp_path)
    language, width = look.language, SCREENS[look.screen][0]

    async def look_at_it(name: str, page: Page) -> None:
        for colour in look.colours:
            await page.emulate_media(color_scheme=colour)
            await page.locator(f"body.body--{colour}").wait_for()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
            file = tmp_path / f"panel_{name}_{language}_{colour}.png"
            file.write_bytes(await picture_of(page, name))
            with Image.open(file) as picture:
                assert len(picture.convert("L").getcolors() or ()) > 20, name
                if (name, look.screen, colour) in KEPT:
                    # 256 colours are a third of the bytes: nobody sees the difference.
                    few = picture.convert("RGB").quantize(256)
                    few.save(folder / f"panel_{name}_{language}.png")

    async def scene() -> None:
        async with all_pages(server, look, PAGES) as each:
            await each(look_at_it)

    asyncio.run(scene())


@pytest.mark.parametrize("look", DIALOG_LOOKS, ids=str)
def test_every_dialog_fits_its_screen(server: RunningServer, tmp_path: Path, look: Look) -> None:
    (colour,) = look.colours
    wrong: list[str] = []

    async def open_all(name: str, page: Page) -> None:
        await page.emulate_media(color_scheme=colour)
        for dialog, opening in DIALOGS[name].items():
            reader = Reader(page, look.language)
            await opening(reader)
            (tmp_path / f"{name}_{dialog}.png").write_bytes(await picture_of(page, ""))
            found = await (await reader.opened()).evaluate(HANGS_OVER)
            wrong.extend(f"{name}, {dialog}: {each}" for each in found)
            await page.keyboard.press("Escape")
            await page.locator(".q-dialog").wait_for(state="detached")

    async def scene() -> None:
        async with all_pages(server, look, {name: PAGES[name] for name in DIALOGS}) as each:
            await each(open_all)

    asyncio.run(scene())
    assert wrong == []


def test_a_page_is_dark_or_light_as_its_reader_chose(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "Godot", "/me") as page:
            await page.emulate_media(color_scheme="light")
            for item, look in (("Dark", "dark"), ("Light", "light")):
                await page.get_by_role("button", name="You").click()
                await page.get_by_text(item, exact=True).click()
                await page.locator(f"body.body--{look}").wait_for()

    asyncio.run(scene())
