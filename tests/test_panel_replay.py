"""What the panel's own requests do in the hands of somebody who may not: nothing.

Each deed is prepared in a real browser by somebody who may. The very request that their last click
makes is held back, sent by the socket of a lesser role, and at last let go from the page itself,
whose owner is of a lesser role by then. Afterwards it is done by somebody who may after all: so the
requests are known to be real.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from admin.frame import PAGES
from protocol_spec.client import Client
from server.control import delivery
from server.control.orders import Order
from server.people.roles import Role
from server.settings import Settings
from tests.browser import DESK, browser_page
from tests.desks import operator
from tests.panel import answer, sign_in, sign_in_at, staffed_server
from tests.people import becomes, enter, hang_up, log_in
from tests.running import RunningServer

ANN, BUILDER, SUBJECT, CLOV, HAMM = "Ann", "Lucky", "Godot", "Clov", "Hamm"
PEOPLE = (("Vladimir", "owner"), (ANN, "owner"), (BUILDER, "builder"), ("Pozzo", "moderator"))
HOLD = """() => {
  window.held = [];
  window.emitted = window.socket.emit.bind(window.socket);
  window.socket.emit = (name, ...more) => {
    const isRefresh = name !== "event";
    if (isRefresh) return window.emitted(name, ...more);
    window.held.push([name, ...more]);
    return window.socket;
  };
}"""
"""From here on the page's deeds do not leave the browser."""
LET_GO = """() => {
  window.held?.splice(0).forEach((each) => window.emitted(...each));
  return window.held !== undefined;
}"""
"""Tells whether the page is still the one that they were made on."""
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
SEND = "(held) => held.forEach((each) => window.socket.emit(...each))"


@dataclass(frozen=True)
class World:
    server: RunningServer
    player: Client
    """Whom it is done to."""
    other: Client

    @property
    def subject(self) -> int:
        return self.player.session.player_id


Deed = Callable[[Page, World], Awaitable[None]]
DEEDS: dict[str, tuple[str, str, Deed, str]] = {}
"""Name -> the page, who may not, what is done up to the last click, and that click."""


def deed(
    path: str, last: str = "[data-confirm]", *, lesser: str = Role.BUILDER
) -> Callable[[Deed], Deed]:
    def add(work: Deed) -> Deed:
        DEEDS[work.__name__] = (path, lesser, work, last)
        return work

    return add


async def button(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).first.click()


@deed("/players/{subject}")
async def warn(page: Page, world: World) -> None:
    await button(page, "Warn")
    await page.get_by_label("Reason, told to the player").fill("no")


@deed("/players/{subject}")
async def mute(page: Page, world: World) -> None:
    await button(page, "Mute")


@deed("/players/{subject}")
async def shadow_mute(page: Page, world: World) -> None:
    await button(page, "Shadow mute")


@deed("/players/{subject}")
async def note(page: Page, world: World) -> None:
    await button(page, "Note")
    await page.get_by_label("Note, for the staff only").fill("Waits.")


@deed("/players/{subject}")
async def tell(page: Page, world: World) -> None:
    await button(page, "Tell")
    await page.get_by_label("Text").fill("Come.")


@deed("/players/{subject}")
async def teleport(page: Page, world: World) -> None:
    await button(page, "Teleport")


@deed("/players/{subject}", lesser=Role.MODERATOR)
async def change_role(page: Page, world: World) -> None:
    await button(page, "Change role")


@deed("/sanctions", lesser=Role.MODERATOR)
async def ban_address(page: Page, world: World) -> None:
    await button(page, "Ban an address")
    await page.get_by_label("Address or range").fill("203.0.113.7")


@deed("/sanctions")
async def edit_sanction(page: Page, world: World) -> None:
    await page.locator("[data-act=edit]").first.click()
    await page.get_by_label("Note, for the staff only").fill("seen")


@deed("/sanctions")
async def lift(page: Page, world: World) -> None:
    await page.locator("[data-act=lift]").first.click()


@deed("/reports/1", "button:has-text('Take')")
async def take_report(page: Page, world: World) -> None:
    pass


@deed("/reports/1")
async def hand_over(page: Page, world: World) -> None:
    await button(page, "Hand over")
    await page.get_by_label("To whom of the staff").click()
    await page.get_by_role("option", name="Pozzo").click()


@deed("/reports/1")
async def close_report(page: Page, world: World) -> None:
    await button(page, "Close the case")
    await page.get_by_label("Outcome").fill("nothing")


@deed("/chat", "[data-act=delete] >> nth=0")
async def delete_line(page: Page, world: World) -> None:
    world.other.session.say("Nothing to be done.")
    await page.locator(".chat-line [data-act=delete]").first.wait_for()


@deed("/chat")
async def announce(page: Page, world: World) -> None:
    await button(page, "Announce")
    await page.get_by_label("Text").fill("It is evening.")


@deed("/chat")
async def slow_mode(page: Page, world: World) -> None:
    await button(page, "Slow mode")
    await page.get_by_label("Seconds between two lines").fill("0")


@deed("/chat", "button:has-text('Put into force')", lesser=Role.MODERATOR)
async def filter_rules(page: Page, world: World) -> None:
    await page.get_by_role("tab", name="Filter").click()
    await page.get_by_label("Word", exact=True).fill("banana")
    await button(page, "Add")
    await page.get_by_text("changed and not yet in force").wait_for()


@deed("/worlds", "[data-do=yes]", lesser=Role.MODERATOR)
async def message_of_the_day(page: Page, world: World) -> None:
    await page.locator("[data-do=message]").first.click()
    await page.get_by_label("Message of the day").fill("Tea")


@deed("/worlds", "[data-do=yes]", lesser=Role.MODERATOR)
async def create_world(page: Page, world: World) -> None:
    await page.locator("[data-do=new]").click()
    await page.get_by_label("Name").fill("attic")


@deed("/worlds", "[data-do=start]", lesser=Role.MODERATOR)
async def start_world(page: Page, world: World) -> None:
    await page.locator("[data-do=start]").first.wait_for()


@deed("/worlds", "[data-do=yes]", lesser=Role.MODERATOR)
async def stop_world(page: Page, world: World) -> None:
    await page.locator("[data-do=stop]").nth(1).click()


@deed("/worlds", "[data-do=yes]", lesser=Role.MODERATOR)
async def delete_world(page: Page, world: World) -> None:
    await page.locator("[data-do=delete]").first.click()


@deed("/settings", "[data-setting=name] [data-do=save]", lesser=Role.MODERATOR)
async def change_setting(page: Page, world: World) -> None:
    await page.locator("[data-setting=name] input").fill("The tree")


@deed("/settings", "[data-setting=name] [data-do=reset]", lesser=Role.MODERATOR)
async def reset_setting(page: Page, world: World) -> None:
    await page.locator("[data-setting=name] [data-do=reset]").wait_for()


@deed("/accounts", "[data-role=moderator]", lesser=Role.MODERATOR)
async def give_role(page: Page, world: World) -> None:
    await only_account(page, SUBJECT)
    await page.locator("[data-do=role]").click()


@deed("/accounts", "[data-do=yes]", lesser=Role.MODERATOR)
async def password_link(page: Page, world: World) -> None:
    await only_account(page, SUBJECT)
    await page.locator("[data-do=reset_password]").click()


@deed("/accounts", "[data-do=export]", lesser=Role.ADMIN)
async def export_account(page: Page, world: World) -> None:
    await only_account(page, SUBJECT)


@deed("/accounts", "[data-do=yes]", lesser=Role.BUILDER)
async def log_out(page: Page, world: World) -> None:
    await only_account(page, CLOV)
    await page.locator("[data-do=log_out]").click()


@deed("/accounts", "[data-do=yes]", lesser=Role.ADMIN)
async def delete_account(page: Page, world: World) -> None:
    await only_account(page, CLOV)
    await page.locator("[data-do=delete]").click()


@deed("/audit", "[data-do=csv]", lesser=Role.ADMIN)
async def export_audit(page: Page, world: World) -> None:
    await page.locator("[data-do=csv]").wait_for()


@deed("/map", "button:has-text('Keep the map')", lesser=Role.MODERATOR)
async def take_snapshot(page: Page, world: World) -> None:
    await button(page, "Snapshots")
    await page.get_by_label("Name", exact=True).fill("before")


@deed("/map", "button:has-text('Make')", lesser=Role.MODERATOR)
async def create_map(page: Page, world: World) -> None:
    await page.get_by_role("button", name="Maps: new").click()
    await page.get_by_role("tab", name="New map").click()
    panel = page.locator(".q-tab-panel").filter(has=page.get_by_label("Seed"))
    await panel.get_by_label("Name", exact=True).fill("the third")


@deed("/map", "text=Download as .tmx", lesser=Role.MODERATOR)
async def export_map(page: Page, world: World) -> None:
    await page.get_by_role("button", name="Maps: new").click()
    await page.get_by_role("button", name="Download as").first.click()


NOT_WRITTEN_DOWN = ("export_audit",)


async def only_account(page: Page, name: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.locator("[data-do=search]").click()
    await page.locator("[data-account]").nth(1).wait_for(state="detached")
    await page.locator("[data-account]").get_by_text(name, exact=True).wait_for()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    players = ((SUBJECT, "player"), (CLOV, "player"), (HAMM, "player"))
    with staffed_server(tmp_path_factory.mktemp("replay"), *PEOPLE, *players) as started:
        for name in ("ruins", "tower"):
            operator(started, "map", "new", "maze", "--name", name, "--size", "64x64")
        operator(started, "world", "add", "cellar", "--map", "ruins")
        yield started


def set_role(server: RunningServer, name: str, role: str) -> None:
    """As an operator would, without the time that a command takes to start."""
    order = Order(do="change_role", name=name, role=Role(role))
    delivery.do(order, Settings(data=server.data), lambda done, whole: None)


def deeds_of(data: Path, name: str) -> int:
    """So many deeds of somebody are in the audit."""
    database = sqlite3.connect(data / "estragon.sqlite3", timeout=10)
    try:
        (count,) = database.execute("SELECT count(*) FROM audit WHERE actor = ?", [name]).fetchone()
    finally:
        database.close()
    return int(count)


async def prepared(page: Page, world: World, name: str) -> str:
    """Everything but the last click, whose place is the result."""
    path, _, work, last = DEEDS[name]
    await page.goto(f"{world.server.base}/admin{path.format(subject=world.subject)}")
    await page.wait_for_function("window.did_handshake")
    await work(page, world)
    return last


async def is_refused(page: Page, lesser_page: Page, world: World, name: str) -> bool:
    server, lesser = world.server, DEEDS[name][1]
    last = await prepared(page, world, name)
    before = deeds_of(server.data, ANN)
    await page.evaluate(HOLD)
    await page.locator(last).first.click()
    await page.wait_for_function("window.held.length > 0")
    held = await page.evaluate("window.held")
    await lesser_page.evaluate(SEND, held)
    await asyncio.to_thread(set_role, server, ANN, lesser)
    try:
        if not await page.evaluate(LET_GO):
            return False  # It noticed the other role by itself, and was loaded anew.
        no = page.get_by_text("Your role may not").or_(page.get_by_text("not for your role"))
        await no.first.wait_for()
        assert deeds_of(server.data, ANN) == before
        return True
    finally:
        await asyncio.to_thread(set_role, server, ANN, Role.OWNER)


async def replay(page: Page, lesser_page: Page, world: World, name: str) -> None:
    while not await is_refused(page, lesser_page, world, name):
        pass
    data = world.server.data
    before = deeds_of(data, ANN)
    last = page.locator(await prepared(page, world, name)).first
    if name in NOT_WRITTEN_DOWN:
        async with page.expect_download():
            await last.click()
        return
    await last.click()
    await asyncio.to_thread(becomes, lambda: deeds_of(data, ANN), lambda now: now > before)


def test_each_deeds_own_request_is_refused_to_a_lesser_role(
    server: RunningServer, chromium: Path
) -> None:
    async def scene() -> None:
        player = await enter(server, log_in(server, SUBJECT).told["ticket"])
        other = await Client.join(server.url, "Murphy")
        other.session.report(player.session.player_id, "He is rude.")
        world = World(server, player, other)
        async with browser_page(chromium, size=DESK) as page, browser_page(chromium) as lesser:
            await sign_in_at(page, server, ANN, "/")
            await sign_in_at(lesser, server, BUILDER, "/")
            page.set_default_timeout(10_000)
            wrong = []
            for name in DEEDS:
                try:
                    await replay(page, lesser, world, name)
                except (AssertionError, PlaywrightError, TimeoutError) as error:
                    wrong.append(f"{name}: {error!r}")
            assert wrong == []
        await hang_up(player, other)

    asyncio.run(scene())


async def opened(page: Page, server: RunningServer, path: str) -> Page:
    """Another tab of the same browser."""
    tab = await page.context.new_page()
    await tab.goto(f"{server.base}/admin{path}")
    await tab.locator("[data-page]").wait_for()
    await tab.wait_for_function("window.did_handshake")
    return tab


def test_whatever_page_is_open_is_gone_within_a_second_of_the_role(
    server: RunningServer, chromium: Path
) -> None:
    async def scene() -> None:
        async with browser_page(chromium) as page:
            await sign_in_at(page, server, ANN, "/me")
            paths = [path for path, *_ in PAGES] + ["/me", "/reports/1", "/players/1"]
            seconds, first_of_four = [], []
            for begin in range(0, len(paths), 4):
                tabs = [await opened(page, server, path) for path in paths[begin : begin + 4]]
                await asyncio.to_thread(set_role, server, ANN, Role.PLAYER)
                begun = time.monotonic()
                for tab in tabs:
                    await tab.locator("[data-page]").wait_for(state="detached")
                    seconds.append(time.monotonic() - begun)
                first_of_four.append(min(seconds[-len(tabs) :]))
                for tab in tabs:
                    await tab.wait_for_url("**/admin/sign-in*")
                    await tab.close()
                await asyncio.to_thread(set_role, server, ANN, Role.OWNER)
                await sign_in_at(page, server, ANN, "/me")
            told = f"half of the pages were gone after {median(seconds):.2f} s"
            print(f"{told}, the slowest after {max(seconds):.2f}")
            # The server refuses all four at once; then one browser draws four pages.
            assert median(first_of_four) < 1

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
    for name, role in (*PEOPLE, (HAMM, "player")):
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
