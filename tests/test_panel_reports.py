"""The cases' pages: a report is taken, handed over, acted on and closed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode, NoticeCode
from server.moderation.actor import OPERATOR
from server.people.roles import Role
from tests.hostile import fill, watched
from tests.mock_server import MockServer
from tests.panel import confirm, press, records_of, signed_in, staffed_server
from tests.people import account, actor, done, guest, refusal
from tests.running import RunningServer

STAFF = (("Vladimir", "owner"), ("Pozzo", "moderator"), ("Estragon", "moderator"))


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("reports"), *STAFF) as server:
        yield server


def test_a_report_goes_from_one_to_the_other_and_ends_with_a_mute(staffed: RunningServer) -> None:
    async def scene() -> None:
        murphy = await Client.join(staffed.url, "Murphy")
        watt = await Client.join(staffed.url, "Watt")
        async with signed_in(staffed, "Pozzo", "/reports") as page:
            murphy.session.say("You are a hog.")
            await watt.wait_for(lambda seen: len(seen.chat) == 1)
            watt.session.report(murphy.session.player_id, "He calls me names.")
            await page.get_by_text("He calls me names.").wait_for()
            await page.get_by_role("link", name="Report 1").click()
            await page.get_by_text("You are a hog.").wait_for()
            await page.get_by_role("button", name="Take", exact=True).click()
            await page.get_by_text("taken by Pozzo").wait_for()
            await press(page, "Hand over")
            await page.get_by_label("To whom of the staff").click()
            await page.get_by_role("option", name="Estragon").click()
            await confirm(page, "Estragon has it now.")
            await page.get_by_text("taken by Estragon").wait_for()
        async with signed_in(staffed, "Estragon", "/reports/1") as page:
            await page.get_by_role("link", name="Murphy").first.click()
            await page.get_by_role("button", name="Teleport").wait_for()
            await page.go_back()
            await page.get_by_text("You are a hog.").wait_for()
            await press(page, "Mute")
            await page.get_by_text("Insults", exact=True).click()
            await confirm(page, "Murphy is muted.")
            muted = (NoticeCode.MUTED, ["Insults", "10"])
            await murphy.wait_for(lambda seen: muted in seen.notices)
            await press(page, "Close the case")
            await page.get_by_text("The player was punished").click()
            await confirm(page, "The case is closed.")
            await page.get_by_text("Outcome: The player was punished").wait_for()
            await page.get_by_role("button", name="Take", exact=True).wait_for(state="hidden")
            await page.goto(f"{staffed.base}/admin/reports")
            await page.get_by_text("There are no such cases.").wait_for()
            await page.get_by_role("button", name="Closed").click()
            await page.get_by_role("link", name="Report 1").wait_for()
        await murphy.close()
        await watt.close()

    asyncio.run(scene())


def test_a_case_is_handed_to_those_who_may_have_it_alone() -> None:
    mock = MockServer()
    for name, role in (("Pozzo", Role.MODERATOR), ("Builder", Role.BUILDER)):
        account(mock, name, role)
    builder = actor(account(mock, "Painter", Role.BUILDER))
    murphy, watt = guest(mock, "Murphy"), guest(mock, "Watt")
    watt.report(murphy.player_id, "He is rude.")
    desk, records = mock.services.reports, records_of(mock)
    assert refusal(desk.hand_over(builder, 1, "Pozzo")) is ErrorCode.FORBIDDEN
    assert refusal(records.report(builder, 1)) is ErrorCode.FORBIDDEN
    for name in ("Builder", "Murphy", "Nobody", ""):
        assert refusal(desk.hand_over(OPERATOR, 1, name)) is ErrorCode.CHAT_NOBODY
    assert done(records.report(OPERATOR, 1)).state == "open"
    done(desk.hand_over(OPERATOR, 1, "Pozzo"))
    assert done(records.report(OPERATOR, 1)).taken_by == "Pozzo"
    assert refusal(records.report(OPERATOR, 2)) is ErrorCode.CHAT_NOBODY


def test_nothing_hostile_runs_or_breaks_a_case(staffed: RunningServer) -> None:
    staffed.stop()
    fill(staffed)
    staffed.start()

    async def scene() -> None:
        async with (
            signed_in(staffed, "Pozzo", "/reports") as page,
            watched(page, staffed.base),
        ):
            rows = page.locator("tbody tr")
            await rows.first.wait_for()
            await page.locator(".q-table__select").click()
            await page.get_by_role("option", name="100").click()
            await page.get_by_text("1-100 of 200").wait_for()
            assert await page.evaluate("document.documentElement.scrollWidth") <= 1280
            for number in range(1, 201, 40):
                await page.goto(f"{staffed.base}/admin/reports/{number}")
                await page.locator(".chat-line").first.wait_for()
                await page.get_by_text(f"Report {number}", exact=True).wait_for()
            await press(page, "Close the case")
            await page.get_by_label("Outcome").fill("<img src=x onerror=window.ran=1>{{ 7*7 }}")
            await confirm(page, "The case is closed.")
            await page.get_by_text("onerror=window.ran=1>{{ 7*7 }}").wait_for()

    asyncio.run(scene())
