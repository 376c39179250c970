"""The page of the settings: what is changed there counts at once, and after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import Page

from protocol_spec.client import Client, Refused
from protocol_spec.codec import ErrorCode
from server.people.roles import Role
from tests.desks import PEOPLE, operator, refused, signed_in, staffed_server
from tests.panel import never_reloads
from tests.people import ask, becomes, hang_up
from tests.running import RunningServer

SECRET = "nobody-comes-nobody-goes"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("settings")
    with staffed_server(folder, metrics_token=SECRET) as started:
        yield started


async def put(page: Page, name: str, value: str) -> None:
    place = page.locator(f"[data-setting={name}]")
    await place.locator("input").fill(value)
    await place.locator("[data-do=save]").click()


async def typed(page: Page, name: str) -> str:
    return await page.locator(f"[data-setting={name}] input").input_value()


async def becomes_so(page: Page, name: str) -> None:
    """Until the page offers the way back from a change."""
    await page.locator(f"[data-setting={name}] [data-do=reset]").wait_for()


def test_what_is_changed_counts_at_once_and_after_a_restart(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/settings") as page:
            ann = await Client.join(server.url, "Ann")
            await put(page, "name", "The tree")
            await becomes_so(page, "name")
            await put(page, "chat_characters", "5")
            await becomes_so(page, "chat_characters")
            ann.session.say("too long")
            with pytest.raises(Refused) as refusal:
                await ann.wait_for(lambda session: False)
            assert refusal.value.code == ErrorCode.CHAT_TOO_LONG
            await page.locator("[data-setting=guests] .q-toggle").click()
            await becomes_so(page, "guests")
            assert await refused(server, "Bea") == ErrorCode.GUESTS_FORBIDDEN
            await hang_up(ann)
        assert ask(server, "GET", "/api/server").told["name"] == "The tree"
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        assert ask(server, "GET", "/api/server").told["name"] == "The tree"
        assert await refused(server, "Bea") == ErrorCode.GUESTS_FORBIDDEN
        async with signed_in(server, "/settings") as page:
            for name in ("guests", "chat_characters"):
                await page.locator(f"[data-setting={name}] [data-do=reset]").click()
                await page.locator(f"[data-setting={name}] [data-do=reset]").wait_for(
                    state="detached"
                )
            bea = await Client.join(server.url, "Bea")
            bea.session.say("a longer line")
            await bea.wait_for(lambda session: bool(session.chat))
            await hang_up(bea)

    asyncio.run(scene())


def test_the_chat_limit_counts_for_those_who_are_there_already(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/settings") as page:
            ann = await Client.join(server.url, "Ann")
            await put(page, "chat_burst", "1")
            await becomes_so(page, "chat_burst")
            ann.session.say("one")
            ann.session.say("two")
            with pytest.raises(Refused) as refusal:
                await ann.wait_for(lambda session: False)
            assert refusal.value.code == ErrorCode.CHAT_TOO_FAST
            await hang_up(ann)
            await page.locator("[data-setting=chat_burst] [data-do=reset]").click()

    asyncio.run(scene())


def test_the_most_players_in_a_world_can_change_while_it_runs(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/settings") as page:
            ann = await Client.join(server.url, "Ann")
            await put(page, "max_players", "1")
            await becomes_so(page, "max_players")
            assert await refused(server, "Bea") == ErrorCode.WORLD_FULL
            await put(page, "max_players", "2")
            await asyncio.to_thread(
                becomes,
                lambda: ask(server, "GET", "/api/server").told["max_players"],
                lambda most: bool(most == 2),
            )
            bea = await Client.join(server.url, "Bea")
            await hang_up(ann, bea)
            await page.locator("[data-setting=max_players] [data-do=reset]").click()

    asyncio.run(scene())


def test_what_is_not_sound_is_refused_with_the_reason(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/settings") as page:
            await put(page, "max_players", "100000")
            await page.get_by_text("less than or equal to 2000").wait_for()
            await put(page, "name", "x" * 41)
            await page.get_by_text("at most 40 characters").wait_for()
            assert await typed(page, "max_players") == "100000", "to be put right"

    asyncio.run(scene())


def test_what_is_typed_into_one_stays_while_another_is_saved(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/settings") as page:
            await page.locator("[data-setting=name] input").fill("The tr")
            await put(page, "edit_burst", "7")
            await becomes_so(page, "edit_burst")
            assert await typed(page, "name") == "The tr"
            await page.locator("[data-setting=edit_burst] [data-do=reset]").click()

    asyncio.run(scene())


def test_no_secret_is_shown_and_what_is_fixed_cannot_be_changed(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/settings") as page:
            row = page.locator("[data-setting=metrics_token]")
            await row.wait_for()
            assert "•••" in await row.inner_text()
            assert SECRET not in await page.content()
            assert await row.locator("input, button").count() == 0

    asyncio.run(scene())


def test_each_change_is_in_the_audit_and_a_lesser_role_is_refused(server: RunningServer) -> None:
    name = PEOPLE[Role.ADMIN]

    async def scene() -> None:
        async with signed_in(server, "/settings", name) as page:
            await put(page, "message_of_the_day", "Tea at five")
            await becomes_so(page, "message_of_the_day")
            field = page.locator("[data-setting=message_of_the_day] input")
            await field.fill("Cake at six")
            await never_reloads(page)
            await asyncio.to_thread(operator, server, "admin", "role", name, "moderator")
            await page.locator("[data-setting=message_of_the_day] [data-do=save]").click()
            await page.get_by_text("Your role may not do that.").first.wait_for()

    asyncio.run(scene())
    operator(server, "admin", "role", name, "admin")
    assert ask(server, "GET", "/api/server").told["message_of_the_day"] == "Tea at five"
