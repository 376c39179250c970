"""The players' pages: who is here, what is known of them, and what the staff does to them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from admin.panel import COOKIE
from protocol_spec.client import Client, Refused
from protocol_spec.codec import ErrorCode, NoticeCode
from server.moderation.actor import OPERATOR
from server.people.identity import GUEST, SanctionKind
from server.people.roles import Role, may
from tests.browser import PHONE
from tests.hostile import STRINGS, fill, watched
from tests.mock_server import MockServer
from tests.panel import (
    PASSWORD,
    answer,
    confirm,
    never_reloads,
    press,
    records_of,
    set_role,
    signed_in,
    staffed_server,
)
from tests.panel_map import LIVE
from tests.people import account, actor, close_code, done, enter, guest, hang_up, log_in, refusal
from tests.running import RunningServer

STAYS_WITH_THEM = """(id) => {
    const live = document.querySelector('.map-small .map-canvas')?.live;
    const place = live?.model.players.get(id)?.places.at(-1);
    return place && Math.hypot(live.camera.x - place.x, live.camera.y - place.y) < 1;
}"""
"""The small map is about the player of that number."""
STAFF = (("Vladimir", "owner"), ("Pozzo", "moderator"), ("Lucky", "player"))


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("players"), *STAFF) as server:
        yield server


async def give_reason(page: Page, reason: str) -> None:
    await page.get_by_label("Reason, told to the player").fill(reason)


def test_the_staff_sees_who_is_here_and_finds_them(staffed: RunningServer) -> None:
    async def scene() -> None:
        murphy = await Client.join(staffed.url, "Murphy")
        watt = await Client.join(staffed.url, "Watt")
        async with signed_in(staffed, "Pozzo", "/players") as page:
            await page.get_by_role("link", name="Murphy").wait_for()
            await page.get_by_role("link", name="Watt").wait_for()
            assert await page.get_by_text("127.0.0.1").count() == 0, "a moderator sees none"
            await page.get_by_label("Search").fill("wat")
            await page.get_by_role("link", name="Murphy").wait_for(state="detached")
            await page.get_by_role("link", name="Watt").click()
            await page.wait_for_url(f"**/players/{watt.session.player_id}")
            await page.get_by_text(re.compile(r"village, \d+, \d+")).wait_for()
            await page.get_by_text(re.compile(r"Ping, ms: \d+ · Messages/s: \d+")).wait_for()
            await page.wait_for_function(STAYS_WITH_THEM, arg=watt.session.player_id)
            await page.get_by_role("link", name="On the map").click()
            await page.wait_for_url("**/admin/map?*")
            await page.locator("canvas.map-canvas").wait_for()
            await page.wait_for_function(f"{LIVE}?.follow === {watt.session.player_id}")
        async with signed_in(staffed, "Vladimir", "/players") as page:
            await page.get_by_text("127.0.0.1").first.wait_for()
            await murphy.close()
            await page.get_by_role("link", name="Murphy").wait_for(state="detached")
        await watt.close()

    asyncio.run(scene())


def test_what_a_moderator_does_is_felt_by_the_player(staffed: RunningServer) -> None:
    async def scene() -> None:
        client = await Client.join(staffed.url, "Murphy")
        other = await Client.join(staffed.url, "Watt")
        session = client.session
        async with signed_in(staffed, "Pozzo", f"/players/{session.player_id}") as page:
            await press(page, "Warn")
            await page.get_by_text("Insults", exact=True).click()
            await confirm(page, "Murphy was warned.")
            await client.wait_for(lambda seen: (NoticeCode.WARNED, ["Insults"]) in seen.notices)

            await press(page, "Mute")
            await give_reason(page, "too loud")
            await confirm(page, "Murphy is muted.")
            await client.wait_for(
                lambda seen: (NoticeCode.MUTED, ["too loud", "10"]) in seen.notices
            )
            row = page.get_by_role("row").filter(has_text="too loud")
            await row.get_by_role("button", name="Lift").click()
            await confirm(page, "It is lifted.")
            await client.wait_for(lambda seen: (NoticeCode.UNMUTED, []) in seen.notices)

            await press(page, "Shadow mute")
            await confirm(page, "Murphy is shadow muted")
            session.say("does anybody hear me")
            await client.wait_for(lambda seen: len(seen.chat) == 1)
            await page.get_by_text("does anybody hear me").wait_for()
            assert other.session.chat == []

            await press(page, "Tell")
            await page.get_by_label("Text").fill("Come to the tree.")
            await confirm(page, "Murphy has been told.")
            told = (NoticeCode.ANNOUNCEMENT, ["Pozzo", "Come to the tree."])
            await client.wait_for(lambda seen: told in seen.notices)
            assert told not in other.session.notices

            await press(page, "Note")
            await page.get_by_label("Note, for the staff only").fill("Waits for somebody.")
            await confirm(page, "The note is kept.")
            await page.get_by_text("Waits for somebody.").wait_for()

            await press(page, "Kick")
            await give_reason(page, "that will do")
            await confirm(page, "Murphy was kicked.")
            assert await close_code(client, 3) == 4000 + ErrorCode.KICKED
            await expect(page.get_by_role("button", name="Kick", exact=True)).to_be_disabled()
        await other.close()

    asyncio.run(scene())


def test_a_player_is_put_on_a_place_beside_another_and_at_the_beginning(
    staffed: RunningServer,
) -> None:
    async def scene() -> None:
        client = await Client.join(staffed.url, "Murphy")
        other = await Client.join(staffed.url, "Watt")

        def place(of: Client) -> tuple[int, int]:
            assert of.session.state is not None
            return of.session.state.x >> 10, of.session.state.y >> 10

        beginning = place(other)
        async with signed_in(staffed, "Pozzo", f"/players/{client.session.player_id}") as page:
            await press(page, "Teleport")
            await page.get_by_label("To a place").click()
            await page.get_by_label("x", exact=True).fill("40")
            await page.get_by_label("y", exact=True).fill("50")
            await confirm(page, "Murphy was moved.")
            await client.wait_for(lambda _: abs(place(client)[0] - 40) < 12)
            assert (NoticeCode.TELEPORTED, ["Pozzo"]) in client.session.notices

            await press(page, "Teleport")
            await page.get_by_label("To a player").click()
            await page.get_by_label("To whom").fill("Wat")
            await page.get_by_role("option", name="Watt").click()
            await confirm(page, "Murphy was moved.")
            await client.wait_for(lambda _: abs(place(client)[0] - beginning[0]) < 12)

            await press(page, "Teleport")
            await page.get_by_label("To a place").click()
            await page.get_by_label("x", exact=True).fill("99999")
            await page.locator("[data-confirm]").click()
            await page.get_by_text("That is not on the map.").wait_for()
        await client.close()
        await other.close()

    asyncio.run(scene())


def test_a_ban_by_a_phone_throws_the_account_out_and_keeps_it_out(
    staffed: RunningServer,
) -> None:
    async def scene() -> None:
        ticket = log_in(staffed, "Lucky").told["ticket"]
        client = await enter(staffed, ticket)
        page_of = f"/players/{client.session.player_id}"
        async with signed_in(staffed, "Pozzo", page_of, language="ru", size=PHONE) as page:
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE[0], "nothing hangs over the edge"
            await press(page, "Бан")
            await page.get_by_text("Реклама", exact=True).click()
            await page.get_by_label("На сколько").click()
            await page.get_by_role("option", name="1 неделя").click()
            await confirm(page, "Lucky: вход закрыт.")
            assert await close_code(client, 3) == 4000 + ErrorCode.BANNED
            assert client.session.error is not None
            assert client.session.error.text == "Реклама"
            answer = log_in(staffed, "Lucky")
            assert answer.code == "BANNED"
            await page.get_by_role("button", name="Снять").first.click()
            await confirm(page, "Снято.")
        assert log_in(staffed, "Lucky").status == 200

    asyncio.run(scene())


def test_an_owner_gives_a_role_and_the_player_has_it_at_once(staffed: RunningServer) -> None:
    async def scene() -> None:
        client = await enter(staffed, log_in(staffed, "Lucky").told["ticket"])
        page_of = f"/players/{client.session.player_id}"
        async with signed_in(staffed, "Pozzo", page_of) as page:
            await page.get_by_role("button", name="Warn", exact=True).wait_for()
            assert await page.get_by_role("button", name="Change role").count() == 0
        async with signed_in(staffed, "Vladimir", page_of) as page:
            await press(page, "Change role")
            await page.get_by_label("New role").click()
            await page.get_by_role("option", name="Builder").click()
            await confirm(page, "Lucky is Builder now.")
            await client.wait_for(lambda seen: seen.role == "builder")
        await client.close()

    asyncio.run(scene())
    set_role(staffed, "Lucky", "player")


def test_who_loses_the_role_loses_the_open_page_and_its_dialog(staffed: RunningServer) -> None:
    async def scene() -> None:
        client = await Client.join(staffed.url, "Murphy")
        page_of = f"/players/{client.session.player_id}"
        async with signed_in(staffed, "Pozzo", page_of) as page:
            await press(page, "Kick")
            await never_reloads(page)
            await asyncio.to_thread(set_role, staffed, "Pozzo", "builder")
            await page.locator("[data-confirm]").click()
            await page.get_by_text("Your role may not do that.").first.wait_for()
            assert await close_code(client, 0.5) is None
            await asyncio.to_thread(set_role, staffed, "Pozzo", "moderator")
            await page.goto(f"{staffed.base}/admin{page_of}")
            await press(page, "Kick")
            await asyncio.to_thread(set_role, staffed, "Pozzo", "builder")
            await page.get_by_text("This page is not for your role.").wait_for()
            for path in ("/players", page_of, "/chat", "/reports", "/sanctions", "/reports/1"):
                await page.goto(f"{staffed.base}/admin{path}")
                await page.get_by_text("This page is not for your role.").wait_for()
        await client.close()

    try:
        asyncio.run(scene())
    finally:
        set_role(staffed, "Pozzo", "moderator")


def test_who_is_banned_is_out_of_the_panel_until_it_is_lifted(staffed: RunningServer) -> None:
    async def scene() -> None:
        owner = await enter(staffed, log_in(staffed, "Vladimir").told["ticket"])
        client = await Client.join(staffed.url, "Murphy")
        page_of = f"/players/{client.session.player_id}"
        async with signed_in(staffed, "Pozzo", page_of) as page:
            await press(page, "Kick")
            cookies = {each["name"]: each["value"] for each in await page.context.cookies()}
            await never_reloads(page)
            owner.session.say("/ban Pozzo 1h sleeps on duty")
            await page.locator("[data-confirm]").wait_for(state="detached")
            await page.locator("[data-page]").wait_for(state="detached")
            # The page leaves by itself: whoever opens another meanwhile is interrupted by that.
            await page.wait_for_url("**/admin/sign-in*")
            cookie = f"{COOKIE}={cookies[COOKIE]}"
            assert answer(staffed, "/api/panel/ticket", "POST", cookie=cookie)[0] == 401
            await page.goto(f"{staffed.base}/admin{page_of}")
            await page.fill("input[name=username]", "Pozzo")
            await page.fill("input[name=password]", PASSWORD)
            await page.keyboard.press("Enter")
            await page.get_by_text("sleeps on duty").wait_for()
            owner.session.say("/unban Pozzo")
            await owner.wait_for(lambda seen: (NoticeCode.DONE, ["unban", "Pozzo"]) in seen.notices)
            await page.fill("input[name=password]", PASSWORD)
            await page.keyboard.press("Enter")
            await page.get_by_role("button", name="Kick", exact=True).wait_for()
        await hang_up(client, owner)

    asyncio.run(scene())


@pytest.fixture
def mock() -> MockServer:
    return MockServer()


@pytest.mark.parametrize("role", [each for each in Role if each != GUEST])
def test_each_role_reads_and_does_what_its_permissions_say(mock: MockServer, role: Role) -> None:
    kept = account(mock, "Somebody", role)
    who = actor(kept)
    subject = guest(mock, "Murphy")
    records, services = records_of(mock), mock.services
    number = subject.player_id
    asked: dict[tuple[str, str], Callable[[], Coroutine[Any, Any, object]]] = {
        ("player", "see"): lambda: records.dossier(who, number),
        ("chat", "read_history"): lambda: records.lines(who),
        ("report", "see"): lambda: records.reports(who),
        ("player", "ban"): lambda: records.sanctions(who),
        ("chat", "announce"): lambda: services.deeds.tell(who, number, "Come."),
        ("player", "teleport"): lambda: services.deeds.send_to(who, number, 5, 5),
        ("filter", "see"): lambda: services.deeds.filter_rules(who),
        ("filter", "try"): lambda: services.deeds.try_filter_rules(who, []),
        ("filter", "edit"): lambda: services.deeds.set_filter_rules(who, []),
    }
    for permission, ask in asked.items():
        if may(role, *permission):
            done(ask())
        else:
            assert refusal(ask()) is ErrorCode.FORBIDDEN, permission


def test_addresses_and_whispers_are_for_those_who_may_see_them(mock: MockServer) -> None:
    moderator, admin = (
        actor(account(mock, name, role))
        for name, role in (("Pozzo", Role.MODERATOR), ("Estragon", Role.ADMIN))
    )
    murphy, watt = guest(mock, "Murphy", "192.0.2.7"), guest(mock, "Watt")
    murphy.whisper(watt.player_id, "between us")
    mock.tick()
    done(mock.services.player_log.flush())
    done(mock.services.sanctions.sanction(OPERATOR, SanctionKind.BAN, murphy.player_id, "out"))
    records = records_of(mock)
    told = done(records.dossier(admin, murphy.player_id))
    assert [each.address for each in told.visits] == ["192.0.2.7"]
    assert [each.text for each in told.lines] == ["between us"]
    assert [each.network for each in told.sanctions] == ["192.0.2.7/32"]
    untold = done(records.dossier(moderator, murphy.player_id))
    assert [each.address for each in untold.visits] == [""]
    assert untold.lines == []
    assert "192" not in repr(untold)
    assert done(records.sanctions(admin, containing="192.0.2")) != []
    assert done(records.sanctions(moderator, containing="192.0.2")) == []
    assert len(done(records.sanctions(moderator, containing="murph"))) == 1


def test_nothing_hostile_runs_or_breaks_a_players_page(staffed: RunningServer) -> None:
    staffed.stop()
    fill(staffed)
    staffed.start()

    async def scene() -> None:
        async with (
            signed_in(staffed, "Vladimir", "/players/900") as page,
            watched(page, staffed.base),
        ):
            await page.locator(".chat-line").first.wait_for()
            assert await page.locator(".chat-line").count() == 50
            said = await page.locator(".chat-words").all_text_contents()
            assert [each.strip() for each in said] == [each[:500].strip() for each in STRINGS[-50:]]
            await press(page, "Mute")

    asyncio.run(scene())


def test_hostile_names_that_the_rules_allow_do_nothing(staffed: RunningServer) -> None:
    """As the names of real guests; the rules refuse most at the door."""

    async def scene() -> None:
        clients = []
        for name in {each[:20] for each in STRINGS}:
            client = Client(name)
            await client.connect(staffed.url)
            try:
                await client.wait_for(lambda seen: seen.state is not None)
            except Refused:
                client.abort()
            else:
                clients.append(client)
        async with (
            signed_in(staffed, "Pozzo", "/players") as page,
            watched(page, staffed.base),
        ):
            for client in clients:
                await page.get_by_role("link", name=client.session.name, exact=True).wait_for()
        for client in clients:
            await client.close()

    asyncio.run(scene())
