"""The panel's dialogs and what else opens on its pages, for whoever wants to look at them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, Page

from admin.theme import WORDS
from server.people.identity import SanctionKind
from tests.panel_map import LIVE, look_at, point
from tests.people import PASSWORD

PLACE = (130, 130)
"""Of the village, and in its areas."""


@dataclass(frozen=True)
class Reader:
    """A page, and its language."""

    page: Page
    language: str

    def said(self, key: str) -> str:
        return WORDS[key][self.language]

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.said(key), exact=True).first

    async def press(self, key: str) -> None:
        await self.button(key).click()

    async def opened(self) -> Locator:
        """The dialog; the page where there is none."""
        dialog = self.page.locator(".q-dialog .q-card")
        return dialog.first if await dialog.count() else self.page.locator("[data-page]")


Opening = Callable[[Reader], Awaitable[None]]


def pressed(*keys: str) -> Opening:
    """One button after the other, by their words."""

    async def open_it(reader: Reader) -> None:
        for key in keys:
            await reader.press(key)
        await reader.page.locator(".q-dialog .q-card").wait_for()

    return open_it


def clicked(selector: str) -> Opening:
    async def open_it(reader: Reader) -> None:
        await reader.page.locator(selector).first.click()
        await reader.page.locator(".q-dialog .q-card").wait_for()

    return open_it


def of_account(deed: str) -> Opening:
    return clicked(f"[data-account]:has-text('Gogo') [data-do={deed}]")


async def teleport_to_a_player(reader: Reader) -> None:
    await reader.press("peace_teleport")
    await reader.page.get_by_text(reader.said("peace_to_player"), exact=True).click()


async def password_link(reader: Reader) -> None:
    await of_account("reset_password")(reader)
    await reader.page.locator("[data-do=yes]").click()
    await reader.page.locator("[data-do=link]").wait_for()


async def mode(reader: Reader) -> None:
    await reader.page.locator("[data-do=mode]").last.click()
    await reader.page.locator("[data-field=mode]").wait_for()


async def map_history(reader: Reader) -> None:
    await reader.press("map_history")
    await reader.page.locator(".q-dialog").get_by_text("Didi").first.wait_for()
    await reader.press("maps_preview")
    await reader.page.locator(".q-dialog [data-told]:not(:empty)").wait_for()


async def snapshots(reader: Reader) -> None:
    await reader.press("map_snapshots")
    await reader.press("maps_restore")
    await reader.page.locator(".q-dialog [data-told]:not(:empty)").wait_for()


async def maps(reader: Reader) -> None:
    await reader.press("map_maps")
    await reader.page.locator(".q-dialog .q-tab-panel").get_by_text("village").first.wait_for()


def maps_tab(key: str) -> Opening:
    async def open_it(reader: Reader) -> None:
        await maps(reader)
        await reader.page.get_by_role("tab", name=reader.said(key)).click()

    return open_it


async def area(reader: Reader) -> None:
    await look_at(reader.page, *PLACE)
    await reader.page.evaluate(f"{LIVE}.choose('area')")
    x, y = PLACE
    await reader.page.mouse.move(*await point(reader.page, x, y))
    await reader.page.mouse.down()
    await reader.page.mouse.move(*await point(reader.page, x + 2, y + 1))
    await reader.page.mouse.up()
    await reader.page.get_by_label(reader.said("maps_area_new")).wait_for()


async def filter_rules(reader: Reader) -> None:
    await reader.page.get_by_role("tab", name=reader.said("peace_filter")).click()
    await reader.page.get_by_label(reader.said("peace_word"), exact=True).fill("happy")
    await reader.press("peace_add")
    await reader.page.get_by_text(reader.said("peace_unsaved").split("}")[-1].strip()).wait_for()
    await reader.press("peace_try")
    await reader.page.get_by_text("Winnie").first.wait_for()


async def two_factor(reader: Reader) -> None:
    """As far as the offer: who goes on needs a code at the next sign-in."""
    await reader.page.fill("input[name=confirm]", PASSWORD)
    await reader.page.locator("[data-do=on]").click()
    await reader.page.locator("[data-key]").wait_for()


SANCTIONS = {
    str(kind): pressed(f"peace_{kind}")
    for kind in (SanctionKind.WARNING, SanctionKind.KICK, SanctionKind.MUTE, SanctionKind.BAN)
}
DIALOGS: dict[str, dict[str, Opening]] = {
    # Of each page that has some.
    "player": SANCTIONS
    | {
        "note": pressed("peace_note"),
        "tell": pressed("peace_tell"),
        "teleport": teleport_to_a_player,
    },
    "member": {"role": pressed("peace_change_role")},
    "chat": {
        "announce": pressed("peace_announce"),
        "slow": pressed("peace_slow"),
        "context": clicked("[data-act=context]"),
        "filter": filter_rules,
    },
    "me": {"two_factor": two_factor},
    "report": {
        "hand_over": pressed("peace_hand_over"),
        "outcome": pressed("peace_close_case"),
    },
    "bans": {
        "address": pressed("peace_ban_address"),
        "edit": clicked("[data-act=edit]"),
        "lift": clicked("[data-act=lift]"),
    },
    "accounts": {
        "new": clicked("[data-do=new]"),
        "rename": of_account("rename"),
        "log_out": of_account("log_out"),
        "link": password_link,
        "end_two_factor": of_account("end_two_factor"),
        "delete": of_account("delete"),
    },
    "worlds": {
        "new": clicked("[data-do=new]"),
        "stop": clicked("[data-do=stop]"),
        "message": clicked("[data-do=message]"),
        "mode": mode,
        "delete": clicked("[data-do=delete]"),
    },
    "map": {
        "history": map_history,
        "snapshots": snapshots,
        "all": maps,
        "new": maps_tab("maps_new"),
        "import": maps_tab("maps_import"),
        "area": area,
    },
}
