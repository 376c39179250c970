"""What can be done in the panel, up to the last click: for who replays that click's own request.

They stand in the order in which they are done: some need what others made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from protocol_spec.client import Client
from server.people.roles import Role, may
from tests.panel_map import LIVE, point
from tests.running import RunningServer

SUBJECT, KICKED, BANNED, CLOV = "Godot", "Molloy", "Hamm", "Clov"
"""Whom it is done to."""
STAFF = (Role.OWNER, Role.ADMIN, Role.MODERATOR, Role.BUILDER)
DRAWN_ANEW_MS = 5000
PLACE = (128, 124)
"""Of the village: the middle of the map page's window."""


@dataclass(frozen=True)
class World:
    server: RunningServer
    numbers: dict[str, int]
    """The players, by name."""
    other: Client
    """A guest who talks."""


Work = Callable[[Page, World], Awaitable[None]]
LastClick = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Deed:
    name: str
    path: str
    permission: str
    work: Work
    click: LastClick
    is_asked_once: bool
    """Whether the page is another one then, however it went."""

    @property
    def desk(self) -> str:
        return self.path.split("/")[1]

    @property
    def lesser(self) -> list[Role]:
        """Who of the staff may not."""
        return [role for role in STAFF if not may(role, *self.permission.split("."))]


DEEDS: list[Deed] = []


def deed(
    path: str,
    permission: str,
    last: str | LastClick = "[data-confirm]",
    *,
    is_asked_once: bool = False,
) -> Callable[[Work], Work]:
    """`last` is where the last click goes, or does it."""

    async def click(page: Page) -> None:
        if isinstance(last, str):
            await page.locator(last).first.click()
        else:
            await last(page)

    def add(work: Work) -> Work:
        DEEDS.append(Deed(work.__name__, path, permission, work, click, is_asked_once))
        return work

    return add


async def button(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).first.click()


async def take_tool(page: Page, tool: str) -> None:
    await page.wait_for_function(f"{LIVE}?.model.chunks.size > 0 && {LIVE}.places !== null")
    await page.evaluate(f"{LIVE}.camera.scale = 32; {LIVE}.goTo{PLACE}; {LIVE}.choose('{tool}')")


async def press_revert(page: Page) -> None:
    await button(page, "Revert")


async def click_the_place(page: Page) -> None:
    await page.mouse.click(*await point(page, *PLACE))


@deed(f"/players/{{{SUBJECT}}}", "player.warn")
async def warn(page: Page, world: World) -> None:
    await button(page, "Warn")
    await page.get_by_label("Reason, told to the player").fill("no")


@deed(f"/players/{{{SUBJECT}}}", "player.mute")
async def mute(page: Page, world: World) -> None:
    await button(page, "Mute")


@deed(f"/players/{{{SUBJECT}}}", "player.shadow_mute")
async def shadow_mute(page: Page, world: World) -> None:
    await button(page, "Shadow mute")


@deed(f"/players/{{{SUBJECT}}}", "player.note")
async def note(page: Page, world: World) -> None:
    await button(page, "Note")
    await page.get_by_label("Note, for the staff only").fill("Waits.")


@deed(f"/players/{{{SUBJECT}}}", "chat.announce")
async def tell(page: Page, world: World) -> None:
    await button(page, "Tell")
    await page.get_by_label("Text").fill("Come.")


@deed(f"/players/{{{SUBJECT}}}", "player.teleport")
async def teleport(page: Page, world: World) -> None:
    await button(page, "Teleport")


@deed(f"/players/{{{KICKED}}}", "player.kick")
async def kick(page: Page, world: World) -> None:
    await button(page, "Kick")


@deed(f"/players/{{{BANNED}}}", "player.ban")
async def ban(page: Page, world: World) -> None:
    await button(page, "Ban")


@deed(f"/players/{{{SUBJECT}}}", "account.change_role")
async def change_role(page: Page, world: World) -> None:
    await button(page, "Change role")
    await page.get_by_label("New role").click()
    await page.get_by_role("option", name="Builder").click()


@deed("/sanctions", "player.ban_address")
async def ban_address(page: Page, world: World) -> None:
    await button(page, "Ban an address")
    await page.get_by_label("Address or range").fill("203.0.113.7")


@deed("/sanctions", "player.mute")
async def edit_sanction(page: Page, world: World) -> None:
    await page.locator("[data-act=edit]").first.click()
    await page.get_by_label("Note, for the staff only").fill("seen")


@deed("/sanctions", "player.mute")
async def lift(page: Page, world: World) -> None:
    await page.locator("[data-act=lift]").first.click()


@deed("/reports/1", "report.take", "button:has-text('Take')")
async def take_report(page: Page, world: World) -> None:
    pass


@deed("/reports/1", "report.take")
async def hand_over(page: Page, world: World) -> None:
    await button(page, "Hand over")
    await page.get_by_label("To whom of the staff").click()
    await page.get_by_role("option", name="Pozzo").click()


@deed("/reports/1", "report.close")
async def close_report(page: Page, world: World) -> None:
    await button(page, "Close the case")
    await page.get_by_label("Outcome").fill("nothing")


@deed("/chat", "chat.delete", "[data-act=delete] >> nth=0")
async def delete_line(page: Page, world: World) -> None:
    world.other.session.say("Nothing to be done.")
    await page.locator(".chat-line [data-act=delete]").first.wait_for()


@deed("/chat", "chat.announce")
async def announce(page: Page, world: World) -> None:
    await button(page, "Announce")
    await page.get_by_label("Text").fill("It is evening.")


@deed("/chat", "chat.slow_mode")
async def slow_mode(page: Page, world: World) -> None:
    await button(page, "Slow mode")
    await page.get_by_label("Seconds between two lines").fill("0")


@deed("/chat", "filter.edit", "button:has-text('Put into force')")
async def filter_rules(page: Page, world: World) -> None:
    await page.get_by_role("tab", name="Filter").click()
    await page.get_by_label("Word", exact=True).fill("banana")
    await button(page, "Add")
    await page.get_by_text("changed and not yet in force").wait_for()


@deed("/worlds", "world.message", "[data-do=yes]", is_asked_once=True)
async def message_of_the_day(page: Page, world: World) -> None:
    await ask(page.locator("[data-do=message]").first)
    await page.locator(".q-dialog").get_by_label("Text").fill("Tea")


@deed("/worlds", "world.settings", "[data-do=yes]", is_asked_once=True)
async def set_mode(page: Page, world: World) -> None:
    await ask(page.locator("[data-do=mode]").last)
    await page.locator("[data-field=mode]").wait_for()


@deed("/worlds", "world.create", "[data-do=yes]", is_asked_once=True)
async def create_world(page: Page, world: World) -> None:
    await page.locator("[data-do=new]").click()
    await page.get_by_label("Name").fill("attic")


@deed("/worlds", "world.start", "[data-do=start]", is_asked_once=True)
async def start_world(page: Page, world: World) -> None:
    await page.locator("[data-do=start]").first.wait_for()


@deed("/worlds", "world.stop", "[data-do=yes]", is_asked_once=True)
async def stop_world(page: Page, world: World) -> None:
    await ask(page.locator("[data-do=stop]").nth(1))


@deed("/worlds", "world.delete", "[data-do=yes]", is_asked_once=True)
async def delete_world(page: Page, world: World) -> None:
    await ask(page.locator("[data-do=delete]").first)


@deed("/settings", "settings.change", "[data-setting=name] [data-do=save]")
async def change_setting(page: Page, world: World) -> None:
    await page.locator("[data-setting=name] input").fill("The tree")


@deed("/settings", "settings.change", "[data-setting=name] [data-do=reset]")
async def reset_setting(page: Page, world: World) -> None:
    await page.locator("[data-setting=name] [data-do=reset]").wait_for()


@deed("/accounts", "account.create", "[data-do=yes]")
async def create_account(page: Page, world: World) -> None:
    await page.locator("[data-do=new]").click()
    await page.locator(".q-dialog").get_by_label("Name").fill("Watt")


@deed("/accounts", "account.rename", "[data-do=yes]", is_asked_once=True)
async def rename(page: Page, world: World) -> None:
    await only_account(page, CLOV)
    await page.locator("[data-do=rename]").click()
    await page.locator(".q-dialog").get_by_label("Name").fill("Clov Clov")


@deed("/accounts", "account.change_role", "[data-role=moderator]", is_asked_once=True)
async def give_role(page: Page, world: World) -> None:
    await only_account(page, CLOV)
    await page.locator("[data-do=role]").click()


@deed("/accounts", "account.reset_password", "[data-do=yes]", is_asked_once=True)
async def password_link(page: Page, world: World) -> None:
    await only_account(page, SUBJECT)
    await page.locator("[data-do=reset_password]").click()


@deed("/accounts", "account.export", "[data-do=export]")
async def export_account(page: Page, world: World) -> None:
    await only_account(page, SUBJECT)


@deed("/accounts", "account.log_out", "[data-do=yes]", is_asked_once=True)
async def log_out(page: Page, world: World) -> None:
    await only_account(page, CLOV)
    await page.locator("[data-do=log_out]").click()


@deed("/accounts", "account.delete", "[data-do=yes]", is_asked_once=True)
async def delete_account(page: Page, world: World) -> None:
    await only_account(page, CLOV)
    await page.locator("[data-do=delete]").click()


@deed("/audit", "audit.export", "[data-do=csv]")
async def export_audit(page: Page, world: World) -> None:
    await page.locator("[data-do=csv]").wait_for()


@deed("/map", "map.snapshot", "button:has-text('Keep the map')")
async def take_snapshot(page: Page, world: World) -> None:
    await button(page, "Snapshots")
    await page.get_by_label("Name", exact=True).fill("before")


@deed("/map", "map.edit_areas", click_the_place)
async def place_spawn(page: Page, world: World) -> None:
    await take_tool(page, "spawn")


@deed("/map", "map.edit_areas", ".q-dialog button:has-text('Add')")
async def add_area(page: Page, world: World) -> None:
    await draw_area(page)
    await page.get_by_label("New area").fill("a bench")


@deed("/map", "map.edit_areas", ".q-dialog button:has-text('Remove')", is_asked_once=True)
async def remove_area(page: Page, world: World) -> None:
    await draw_area(page)
    await page.locator(".q-dialog").get_by_text("a bench").wait_for()


@deed("/map", "map.revert_others", press_revert, is_asked_once=True)
async def revert(page: Page, world: World) -> None:
    await button(page, "Who touched this")
    await page.locator(".q-dialog tbody tr").first.wait_for()
    await button(page, "What would a revert do?")


@deed("/map", "map.restore", ".q-dialog button:has-text('Restore') >> nth=-1", is_asked_once=True)
async def restore(page: Page, world: World) -> None:
    await button(page, "Snapshots")
    await button(page, "Restore")
    await page.get_by_text("cells would change").wait_for()


@deed("/map", "map.create", "button:has-text('Make')")
async def create_map(page: Page, world: World) -> None:
    await page.get_by_role("button", name="Maps: new").click()
    await page.get_by_role("tab", name="New map").click()
    panel = page.locator(".q-tab-panel").filter(has=page.get_by_label("Seed"))
    await panel.get_by_label("Name", exact=True).fill("the third")


@deed("/map", "map.export", "text=Download as .tmx")
async def export_map(page: Page, world: World) -> None:
    await page.get_by_role("button", name="Maps: new").click()
    await page.get_by_role("button", name="Download as").first.click()


@deed("/map", "map.delete", "[data-do=yes]", is_asked_once=True)
async def delete_map(page: Page, world: World) -> None:
    await page.get_by_role("button", name="Maps: new").click()
    await page.get_by_role("button", name="Delete the third").click()


async def ask(button: Locator) -> None:
    """Until there is a dialog: a world's card may be drawn anew in the moment of the click."""
    dialog = button.page.locator("[data-do=yes]")
    while not await dialog.count():
        await button.click()
        with suppress(PlaywrightTimeout):
            await dialog.wait_for(timeout=DRAWN_ANEW_MS)


async def draw_area(page: Page) -> None:
    await take_tool(page, "area")
    x, y = PLACE
    await page.mouse.move(*await point(page, x, y))
    await page.mouse.down()
    await page.mouse.move(*await point(page, x + 2, y + 1))
    await page.mouse.up()


async def only_account(page: Page, name: str) -> None:
    found = page.locator("[data-account]")
    await found.first.wait_for()
    await page.get_by_label("Name", exact=True).first.fill(name)
    await page.locator("[data-do=search]").click()
    await found.nth(1).wait_for(state="detached")
    await found.get_by_text(name).first.wait_for()
