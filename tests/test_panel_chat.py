"""The chat's page: what is said, what is taken away or let out, and the filter's rules."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from protocol_spec.client import Client
from protocol_spec.codec import NoticeCode
from server.chat.filter import Rule
from server.moderation.actor import OPERATOR
from server.moderation.records import CONTEXT_LINES
from tests.hostile import STRINGS, watched
from tests.mock_server import MockServer
from tests.panel import confirm, press, records_of, signed_in, staffed_server
from tests.people import done, guest
from tests.running import RunningServer

STAFF = (("Vladimir", "owner"), ("Pozzo", "moderator"))
FREE_SPEECH = {
    "ESTRAGON_CHAT_BURST": "1000",
    "ESTRAGON_MESSAGES_PER_SECOND": "1000",
    "ESTRAGON_MESSAGE_BURST": "1000",
}
LINE = ".chat-line"


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("chat")
    with staffed_server(folder, *STAFF, environment=FREE_SPEECH) as server:
        yield server


def test_what_is_said_is_seen_and_what_is_deleted_is_gone_for_all(staffed: RunningServer) -> None:
    async def scene() -> None:
        murphy = await Client.join(staffed.url, "Murphy")
        watt = await Client.join(staffed.url, "Watt")
        async with signed_in(staffed, "Pozzo", "/chat") as page:
            murphy.session.say("Nothing to be done.")
            line = page.locator(LINE).filter(has_text="Nothing to be done.")
            await line.wait_for()
            await watt.wait_for(lambda seen: len(seen.chat) == 1)
            await line.locator("[data-act=delete]").click()
            await page.get_by_text("The line is gone.").wait_for()
            await watt.wait_for(lambda seen: seen.chat == [])
            await murphy.wait_for(lambda seen: seen.chat == [])

            await line.locator("[data-act=mute]").click()
            await page.get_by_text("Spam", exact=True).click()
            await confirm(page, "Murphy is muted.")
            await murphy.wait_for(lambda seen: (NoticeCode.MUTED, ["Spam", "10"]) in seen.notices)

            await press(page, "Announce")
            await page.get_by_label("Text").fill("It is evening.")
            await confirm(page, "Announced.")
            told = (NoticeCode.ANNOUNCEMENT, ["Pozzo", "It is evening."])
            await murphy.wait_for(lambda seen: told in seen.notices)
            await watt.wait_for(lambda seen: told in seen.notices)

            await press(page, "Slow mode")
            await page.get_by_label("Seconds between two lines").fill("30")
            await confirm(page, "Slow mode: 30 s in village.")
            await watt.wait_for(lambda seen: (NoticeCode.SLOW_MODE, ["30"]) in seen.notices)
            await press(page, "Slow mode")
            await page.get_by_label("Seconds between two lines").fill("0")
            await confirm(page, "Slow mode: 0 s in village.")
            await watt.wait_for(lambda seen: (NoticeCode.SLOW_MODE, ["0"]) in seen.notices)
        await murphy.close()
        await watt.close()

    asyncio.run(scene())


def test_an_owner_tries_a_rule_and_what_it_then_holds_is_let_out(staffed: RunningServer) -> None:
    async def scene() -> None:
        krapp = await Client.join(staffed.url, "Krapp")
        krapp.session.say("give me a banana")
        async with signed_in(staffed, "Vladimir", "/chat") as page:
            await page.locator(LINE).filter(has_text="banana").first.wait_for()
            await page.get_by_role("tab", name="Filter").click()
            await page.get_by_label("Word", exact=True).fill("banana")
            await page.get_by_label("Then").click()
            await page.get_by_role("option", name="hold back").click()
            await page.get_by_role("button", name="Add", exact=True).click()
            await page.get_by_text("changed and not yet in force").wait_for()
            await page.get_by_role("button", name="Try on recent chat").click()
            await page.get_by_text("these would be caught: 1.").wait_for()
            await page.get_by_text("give me a ******").wait_for()
            await page.get_by_role("button", name="Put into force").click()
            await page.get_by_text("The rules are in force.").wait_for()

            krapp.session.say("another banana")
            await krapp.wait_for(lambda seen: (NoticeCode.CHAT_HELD, []) in seen.notices)
            assert len(krapp.session.chat) == 1
            await page.get_by_role("tab", name="Live").click()
            held = page.locator(f"{LINE}.held")
            await held.locator("[data-act=release]").click()
            await page.get_by_text("The line went out.").wait_for()
            await krapp.wait_for(lambda seen: seen.chat[-1].text == "another banana")

            await page.get_by_role("tab", name="Search").click()
            await page.get_by_label("Words in the line").fill("ANOTHER")
            await page.get_by_role("button", name="Search", exact=True).click()
            await expect(page.locator(LINE)).to_have_count(1)
            await page.locator(f"{LINE} [data-act=context]").click()
            around = page.locator(f".q-dialog {LINE}")
            await around.filter(has_text="give me a banana").wait_for()
            assert "another banana" in await page.locator(".q-dialog .marked").inner_text()
        async with signed_in(staffed, "Pozzo", "/chat") as page:
            await page.get_by_role("tab", name="Filter").click()
            await page.get_by_role("button", name="Try on recent chat").wait_for()
            assert await page.get_by_role("button", name="Put into force").count() == 0
        await krapp.close()

    asyncio.run(scene())


def test_two_hundred_hostile_lines_are_but_text(staffed: RunningServer) -> None:
    """Said by a real client, shown live and in the search."""

    async def scene() -> None:
        client = await Client.join(staffed.url, "Clov")
        async with (
            signed_in(staffed, "Pozzo", "/chat") as page,
            watched(page, staffed.base),
        ):
            for text in STRINGS:
                client.session.say(text)
            client.session.say("that was all")
            await page.locator(LINE).filter(has_text="that was all").wait_for()
            await page.get_by_role("tab", name="Search").click()
            await page.get_by_label("Name", exact=True).fill("clov")
            await page.get_by_role("button", name="Search", exact=True).click()
            await page.locator(LINE).filter(has_text="that was all").wait_for()
            texts = await page.locator(".chat-words").all_text_contents()
            assert len(texts) > 150
            assert any("<script>" in each for each in texts)
            assert "{{ 7*7 }}" in texts
            for text in ("{{ 7*7 }}", "' OR 1=1 --", "<img", "%", "\\"):
                await page.get_by_label("Words in the line").fill(text)
                await page.get_by_role("button", name="Search", exact=True).click()
                await page.locator(LINE).filter(has_text=text).first.wait_for()
        await client.close()

    asyncio.run(scene())


def test_the_context_of_a_line_is_of_its_own_world_and_without_whispers() -> None:
    mock = MockServer()
    murphy, watt = guest(mock, "Murphy"), guest(mock, "Watt")
    for number in range(3 * CONTEXT_LINES):
        mock.services.chat.say(mock.services.lobby.players[murphy.player_id], f"{number}", 0.0)
    mock.services.chat.whisper(
        mock.services.lobby.players[murphy.player_id], watt.player_id, "psst"
    )
    done(mock.services.player_log.flush())
    records = records_of(mock)
    lines = done(records.lines(OPERATOR))
    middle = next(each for each in lines if each.text == "15")
    around = done(records.context(OPERATOR, middle.number))
    assert [each.text for each in around] == [str(each) for each in range(3, 28)]
    assert done(records.context(OPERATOR, 10_000)) == []


def test_a_dry_run_changes_nothing() -> None:
    mock = MockServer()
    murphy = mock.services.lobby.players[guest(mock, "Murphy").player_id]
    mock.services.chat.say(murphy, "one banana", 0.0)
    done(mock.services.player_log.flush())
    deeds = mock.services.deeds
    before = done(deeds.filter_rules(OPERATOR))
    caught = done(deeds.try_filter_rules(OPERATOR, [Rule("banana", "en", "hold")]))
    assert [(line.text, verdict.action) for line, verdict in caught] == [("one banana", "hold")]
    assert done(deeds.filter_rules(OPERATOR)) == before
    done(deeds.set_filter_rules(OPERATOR, [Rule("banana", "en", "hold")]))
    assert done(deeds.filter_rules(OPERATOR)) == [Rule("banana", "en", "hold")]
