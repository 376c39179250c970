"""What the panel's own requests do in the hands of somebody who may not: nothing.

Each deed is prepared in a real browser by somebody who may. The very request that their last click
makes is held back, sent by the socket of a lesser role, and at last let go from the page itself,
whose owner is of a lesser role by then. Afterwards it is done by somebody who may after all: so the
requests are known to be real.
"""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from admin.frame import PAGES
from protocol_spec.client import Client
from server.mapfiles import MapFile, write_map
from server.mapmakers.arena import make_arena
from server.people.roles import Role
from server.tiles import builtin_tile_set
from tests.browser import browser_page, people
from tests.panel import (
    account_number,
    answer,
    operator,
    read_number,
    set_role,
    sign_in,
    sign_in_at,
    staffed_server,
)
from tests.panel_deeds import BANNED, CLOV, DEEDS, KICKED, SUBJECT, Deed, World
from tests.people import becomes, enter, hang_up, log_in
from tests.running import RunningServer

ANN, BUILDER, PLAYER = "Ann", "Lucky", "Nagg"
PEOPLE = (("Vladimir", "owner"), (BUILDER, "builder"), ("Pozzo", "moderator"))
HOOK = """() => {
  const { socket } = window;
  const emit = socket.emit.bind(socket);
  Object.assign(window, { isHolding: false, held: [], told: [] });
  socket.emit = (name, ...more) => {
    const isDeed = name === "event";
    if (!window.isHolding || !isDeed) return emit(name, ...more);
    window.held.push([name, ...more]);
    return socket;
  };
  window.letGo = () => {
    window.told = [];
    window.held.forEach((each) => emit(...each));
  };
  socket.off("notify");
  socket.on("notify", ({ message }) => window.told.push(message));
  const heard = socket.listeners("run_javascript");
  socket.off("run_javascript");
  socket.on("run_javascript", (message) => {
    const isReload = message.code.includes("history.go");
    if (!isReload) heard.forEach((each) => each(message));
  });
}"""
"""From here on the page's deeds can be held back, and it does not load itself anew when told."""
HOLD = "() => { window.held = []; window.isHolding = true; }"
LET_GO = "() => { window.isHolding = false; window.letGo(); }"
IS_TOLD = "(texts) => window.told.some((each) => texts.some((text) => each.includes(text)))"
UPLOAD = """async (path) => {
  const form = new FormData();
  form.append("file", new File(["none"], "hall.tmx"));
  return (await fetch(path, { method: "POST", body: form })).status;
}"""
SHAKE_HANDS = """async (number) => {
  const told = { client_id: number, tab_id: "x", document_id: "x", next_message_id: 0 };
  const later = await new Promise((done) => window.socket.emit("handshake", told, done));
  const other = io(location.origin, {
    path: window.socket.io.opts.path, query: { ...told, implicit_handshake: true },
    forceNew: true, transports: ["websocket"],
  });
  const atOnce = await new Promise((done) => {
    other.on("connect", () => done("taken in"));
    other.on("connect_error", () => done("refused"));
  });
  other.close();
  return [later, atOnce];
}"""
"""Tries to be the socket of another page: on one's own, and on a new one."""
WATCH = """() => {
  const watch = () => {
    if (!document.querySelector("[data-page]")) sessionStorage.gone ??= Date.now();
  };
  new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
}"""
"""Writes down when the page is gone."""
SEND = "(held) => held.forEach((each) => window.socket.emit(...each))"


OWNERS = {
    "Ann": ("players", "sanctions"),
    "Estelle": ("reports", "chat", "settings", "audit"),
    "Willie": ("worlds", "accounts"),
    "Nell": ("map",),
}
"""Whose pages these are: what they make for themselves later ones of them need."""
NOT_WRITTEN_DOWN = ("export_audit",)
NO = ("Your role may not", "not for your role")
TILES = builtin_tile_set()
PATIENCE_MS = 60_000
"""For a machine at which others work, too. Nothing is measured by it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    owners = ((name, "owner") for name in OWNERS)
    players = ((name, "player") for name in (SUBJECT, CLOV, BANNED, PLAYER))
    with staffed_server(tmp_path_factory.mktemp("replay"), *PEOPLE, *owners, *players) as started:
        for name in ("ruins", "tower"):
            operator(started, "map", "new", "maze", "--name", name, "--size", "64x64")
        operator(started, "world", "add", "cellar", "--map", "ruins")
        yield started


def deeds_of(data: Path, name: str) -> int:
    """So many deeds of somebody are in the audit."""
    return read_number(data, "SELECT count(*) FROM audit WHERE actor = ?", name)


async def prepared(page: Page, world: World, deed: Deed) -> None:
    """Everything but the last click."""
    # Anew, for what the deed before it brought may still be on its way to the page.
    await page.goto(f"{world.server.base}/admin{deed.path.format(**world.numbers)}")
    await page.wait_for_function("window.did_handshake")
    await page.evaluate(HOOK)
    await deed.work(page, world)


async def held_back(page: Page, world: World, deed: Deed) -> list[object]:
    """The last click's own requests, which have not left the browser."""
    await prepared(page, world, deed)
    await page.evaluate(HOLD)
    await deed.click(page)
    await page.wait_for_function("window.held.length > 0")
    held: list[object] = await page.evaluate("window.held")
    return held


async def replay(page: Page, lesser: Page, world: World, owner: str, deed: Deed) -> None:
    server = world.server
    before = deeds_of(server.data, owner)
    held: list[object] = []
    for role in deed.lesser:
        if not held or deed.is_asked_once:
            held = await held_back(page, world, deed)
            await lesser.evaluate(SEND, held)
        await asyncio.to_thread(set_role, server, owner, role)
        await page.evaluate(LET_GO)
        await page.wait_for_function(IS_TOLD, arg=NO)
        await asyncio.to_thread(set_role, server, owner, Role.OWNER)
    assert deeds_of(server.data, owner) == before
    if deed.is_asked_once:
        await held_back(page, world, deed)
    # By somebody who may: so the requests are known to be real.
    if deed.name in NOT_WRITTEN_DOWN:
        async with page.expect_download():
            await page.evaluate(LET_GO)
        return
    await page.evaluate(LET_GO)
    await asyncio.to_thread(
        becomes, lambda: deeds_of(server.data, owner), lambda now: now > before, PATIENCE_MS / 1000
    )


def test_each_deeds_own_request_is_refused_to_every_lesser_role(
    server: RunningServer, chromium: Path
) -> None:
    wrong: list[str] = []

    async def work(owner: str, world: World, page: Page, lesser: Page) -> None:
        page.set_default_timeout(PATIENCE_MS)
        await sign_in_at(page, server, owner, "/")
        for deed in DEEDS:
            if deed.desk in OWNERS[owner]:
                begun = time.monotonic()
                try:
                    await replay(page, lesser, world, owner, deed)
                except (AssertionError, PlaywrightError, TimeoutError) as error:
                    wrong.append(f"{deed.name}: {error!r}")
                    await asyncio.to_thread(set_role, server, owner, Role.OWNER)
                print(f"{deed.name}: {time.monotonic() - begun:.1f} s")

    async def scene() -> None:
        player = await enter(server, log_in(server, SUBJECT).told["ticket"])
        other = await Client.join(server.url, "Murphy")
        kicked = await Client.join(server.url, KICKED)
        other.session.report(player.session.player_id, "He is rude.")
        numbers = {name: account_number(server.data, name) for name in (SUBJECT, BANNED)}
        world = World(server, numbers | {KICKED: kicked.session.player_id}, other)
        async with people(chromium, len(OWNERS) + 1) as (lesser, *pages):
            await sign_in_at(lesser, server, BUILDER, "/")
            works = zip(OWNERS, pages, strict=True)
            await asyncio.gather(*(work(owner, world, page, lesser) for owner, page in works))
        await hang_up(player, other)
        assert wrong == []
        assert deeds_of(server.data, BUILDER) == 0

    asyncio.run(scene())
    assert {each.desk for each in DEEDS} == {desk for desks in OWNERS.values() for desk in desks}


def announce(server: RunningServer, path: str, cookie: str, size: int) -> int:
    """What becomes of a file of that size as soon as it is announced."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.putrequest("POST", path)
        connection.putheader("Cookie", cookie)
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def test_an_uploaded_map_is_refused_to_lesser_roles_and_to_other_browsers(
    server: RunningServer, chromium: Path, tmp_path: Path
) -> None:
    file = tmp_path / "hall.tmx"
    write_map(file, MapFile(make_arena(TILES, 1, 32, 32), TILES))

    async def scene() -> None:
        async with people(chromium, 2) as (page, lesser):
            page.set_default_timeout(PATIENCE_MS)
            await sign_in_at(page, server, "Nell", "/map")
            await sign_in_at(lesser, server, BUILDER, "/me")
            await page.get_by_role("button", name="Maps: new").click()
            await page.get_by_role("tab", name="Import").click()
            await page.get_by_label("Name", exact=True).fill("hall")
            async with page.expect_request("**/_nicegui/client/**") as request:
                await page.set_input_files(".q-uploader__input", file)
            await page.get_by_text("The map is there").first.wait_for()
            before = deeds_of(server.data, "Nell")
            path = urlsplit((await request.value).url).path
            assert await lesser.evaluate(UPLOAD, path) == 403
            cookies = await page.context.cookies()
            cookie = "; ".join(f"{each['name']}={each['value']}" for each in cookies)
            assert await asyncio.to_thread(announce, server, path, cookie, 40 << 20) == 413
            await page.evaluate(HOOK)
            for role in (Role.MODERATOR, Role.BUILDER):
                await asyncio.to_thread(set_role, server, "Nell", role)
                await page.evaluate("window.told = []")
                assert await page.evaluate(UPLOAD, path) == 200
                await page.wait_for_function(IS_TOLD, arg=NO)
            await asyncio.to_thread(set_role, server, "Nell", Role.OWNER)
            assert deeds_of(server.data, "Nell") == before

    asyncio.run(scene())


async def opened(page: Page, server: RunningServer, path: str) -> Page:
    """Another tab of the same browser."""
    tab = await page.context.new_page()
    await tab.goto(f"{server.base}/admin{path}")
    await tab.locator("[data-page]").wait_for()
    await tab.wait_for_function("window.did_handshake")
    return tab


@asynccontextmanager
async def demoted(server: RunningServer, owner: Client) -> AsyncIterator[None]:
    """Ann is but a player meanwhile."""
    await asyncio.to_thread(set_role, server, ANN, Role.PLAYER)
    yield
    await asyncio.to_thread(set_role, server, ANN, Role.OWNER)


@asynccontextmanager
async def banned(server: RunningServer, owner: Client) -> AsyncIterator[None]:
    """Ann is kept out meanwhile."""
    await says(owner, f"/ban {ANN}")
    yield
    await says(owner, f"/unban {ANN}")


async def says(client: Client, command: str) -> None:
    """Until it is done."""
    client.session.notices.clear()
    client.session.say(command)
    await client.wait_for(lambda seen: len(seen.notices) > 0)


@pytest.mark.alone
def test_whatever_page_is_open_is_gone_within_a_second_of_the_role_or_a_ban(
    server: RunningServer, chromium: Path
) -> None:
    async def scene() -> None:
        owner = await enter(server, log_in(server, "Vladimir").told["ticket"])
        ways = cycle((demoted, banned))
        async with browser_page(chromium) as page:
            page.set_default_timeout(PATIENCE_MS)
            await sign_in_at(page, server, ANN, "/me")
            paths = [path for path, *_ in PAGES] + ["/me", "/reports/1", "/players/1"]
            seconds, first_of_four = [], []
            for begin in range(0, len(paths), 4):
                tabs = [await opened(page, server, path) for path in paths[begin : begin + 4]]
                for tab in tabs:
                    await tab.evaluate(WATCH)
                begun = time.time()
                async with next(ways)(server, owner):
                    for tab in tabs:
                        await tab.wait_for_url("**/admin/sign-in*")
                        gone_ms = await tab.evaluate("sessionStorage.gone")
                        seconds.append(int(gone_ms) / 1000 - begun)
                        await tab.close()
                first_of_four.append(min(seconds[-len(tabs) :]))
                await sign_in_at(page, server, ANN, "/me")
            told = f"half of the pages were gone after {median(seconds):.2f} s"
            print(f"{told}, the slowest after {max(seconds):.2f}")
            # The server refuses all four at once; then one browser draws four pages.
            assert median(first_of_four) < 1
        await hang_up(owner)

    asyncio.run(scene())


ENDPOINTS: tuple[tuple[str, str, object, set[str]], ...] = (
    # Method, path, body, and who gets an answer by the panel's cookie alone.
    ("POST", "/api/panel/ticket", None, {"owner", "builder", "moderator"}),
    ("POST", "/api/panel/own/two-factor", {"password": "?"}, set()),
    ("POST", "/api/panel/own/two-factor/on", {"code": "?"}, set()),
    ("POST", "/api/panel/own/two-factor/off", {"password": "?", "code": "?"}, set()),
    ("POST", "/api/panel/own/recovery-codes", {"password": "?", "code": "?"}, set()),
    ("POST", "/api/panel/own/password", {"old": "?", "new": "?"}, set()),
    ("POST", "/api/control", {"do": "accounts"}, set()),
    ("GET", "/api/account", None, set()),
    ("GET", "/api/account/export", None, set()),
    ("POST", "/api/logout-everywhere", None, set()),
)


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ENDPOINTS)
def test_over_http_the_panels_cookie_opens_no_more_than_it_should(
    server: RunningServer, method: str, path: str, body: object, allowed: set[str]
) -> None:
    for name, role in (*PEOPLE, (PLAYER, "player")):
        cookie = sign_in(server, name)[1].split(";")[0]
        status = answer(server, path, method, body, cookie)[0]
        assert (200 <= status < 300) == (role in allowed), (name, status)


def test_a_pages_number_is_worth_nothing_without_its_cookie(
    server: RunningServer, chromium: Path
) -> None:
    async def scene() -> None:
        async with browser_page(chromium) as page, browser_page(chromium) as thief:
            await sign_in_at(page, server, ANN, "/me")
            await sign_in_at(thief, server, BUILDER, "/me")
            number = await page.evaluate("window.clientId")
            taken = await thief.evaluate(SHAKE_HANDS, number)
            assert taken == [False, "refused"]
            assert await page.locator("[data-page]").count() == 1

    asyncio.run(scene())
