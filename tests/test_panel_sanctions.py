"""The page of bans and mutes: found, added, edited, lifted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode, NoticeCode
from tests.browser import PHONE
from tests.hostile import STRINGS, fill, watched
from tests.panel import confirm, press, signed_in, staffed_server
from tests.people import close_code
from tests.running import RunningServer

STAFF = (("Vladimir", "owner"), ("Pozzo", "moderator"))
ROWS = "tbody tr:has(td + td)"


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("sanctions"), *STAFF) as server:
        yield server


def test_an_address_is_banned_and_who_is_here_from_there_goes(staffed: RunningServer) -> None:
    async def scene() -> None:
        client = await Client.join(staffed.url, "Murphy")
        async with signed_in(staffed, "Vladimir", "/sanctions") as page:
            await press(page, "Ban an address")
            await page.get_by_label("Address or range").fill("everybody")
            await page.locator("[data-confirm]").click()
            await page.get_by_text("is no address").wait_for()
            assert await close_code(client, 0.2) is None
            await page.get_by_label("Address or range").fill("127.0.0.0/24")
            await page.get_by_label("Reason, told to players").fill("too much noise")
            await confirm(page, "127.0.0.0/24 is kept out.")
            assert await close_code(client, 3) == 4000 + ErrorCode.BANNED
            row = page.locator(ROWS).filter(has_text="127.0.0.0/24")
            await row.get_by_role("button", name="Lift").click()
            await confirm(page, "It is lifted.")
            await row.wait_for(state="detached")
            await page.get_by_text("Only what is in force").click()
            await row.get_by_text("lifted by Vladimir").wait_for()
        again = await Client.join(staffed.url, "Murphy")
        await again.close()

    asyncio.run(scene())


def test_a_mute_is_found_edited_and_lifted_by_phone(staffed: RunningServer) -> None:
    async def scene() -> None:
        client = await Client.join(staffed.url, "Watt")
        page_of = f"/players/{client.session.player_id}"
        async with signed_in(staffed, "Pozzo", page_of, size=PHONE) as page:
            await press(page, "Mute")
            await confirm(page, "Watt is muted.")
            await page.goto(f"{staffed.base}/admin/sanctions")
            assert await page.get_by_role("button", name="Ban an address").count() == 0
            await page.get_by_label("Search").fill("wat")
            await page.get_by_role("button", name="Edit").click()
            await page.get_by_label("Reason, told to the player").fill("he knows why")
            await page.get_by_label("Note, for the staff only").fill("asked twice")
            await page.get_by_label("Ends").click()
            await page.get_by_role("option", name="1 hour").click()
            await confirm(page, "It is changed.")
            changed = (NoticeCode.MUTED, ["he knows why", "60"])
            await client.wait_for(lambda seen: changed in seen.notices)
            await page.get_by_text("asked twice").wait_for()
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE[0], "nothing hangs over the edge"
            await page.get_by_role("button", name="Lift").click()
            await confirm(page, "It is lifted.")
            await client.wait_for(lambda seen: (NoticeCode.UNMUTED, []) in seen.notices)
        await client.close()

    asyncio.run(scene())


def test_nothing_hostile_runs_or_breaks_the_page(staffed: RunningServer) -> None:
    staffed.stop()
    fill(staffed)
    staffed.start()

    async def scene() -> None:
        async with (
            signed_in(staffed, "Vladimir", "/sanctions") as page,
            watched(page, staffed.base),
        ):
            await page.locator(".q-table__select").click()
            await page.get_by_role("option", name="100").click()
            await expect(page.locator(ROWS)).to_have_count(100)
            for text in ("<script>", "{{ 7*7 }}", "' OR 1=1 --", "%00", STRINGS[3]):
                await page.get_by_label("Search").fill(text)
                await page.locator(ROWS).filter(has_text=text).first.wait_for()
            await page.locator(ROWS).get_by_role("button", name="Edit").click()
            field = page.get_by_label("Reason, told to the player")
            assert await field.input_value() == STRINGS[3]
            await confirm(page, "It is changed.")

    asyncio.run(scene())
