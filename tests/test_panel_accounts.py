"""The page of the accounts: roles, log-ins, passwords and deletion reach the people they are of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from playwright.async_api import Page

from protocol_spec.codec import ErrorCode, NoticeCode
from server.people.roles import Role
from tests import toolbox
from tests.browser import browser_page
from tests.desks import PEOPLE, operator, signed_in, staffed_server
from tests.mock_server import MockServer
from tests.panel import never_reloads
from tests.people import (
    account,
    actor,
    ask,
    close_code,
    done,
    enter,
    hang_up,
    log_in,
    refusal,
    register,
)
from tests.running import RunningServer

NEW_PASSWORD = "they do not move, either of them"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("accounts")) as started:
        yield started


async def found(page: Page, name: str) -> None:
    """Only that account is on the page."""
    await page.get_by_label("Name", exact=True).fill(name)
    await page.locator("[data-do=search]").click()
    await page.locator("[data-account]").nth(1).wait_for(state="detached")
    await page.get_by_text(name, exact=True).wait_for()


def test_a_role_changes_before_the_players_eyes_and_only_within_rank(
    server: RunningServer,
) -> None:
    told = register(server, "Ann")

    async def scene() -> None:
        ann = await enter(server, told["ticket"])
        async with signed_in(server, "/accounts", PEOPLE[Role.ADMIN]) as page:
            await found(page, "Ann")
            await page.locator("[data-do=role]").click()
            offered = page.locator("[data-role]")
            await offered.first.wait_for()
            roles = [await each.get_attribute("data-role") for each in await offered.all()]
            assert roles == ["moderator", "builder"]
            await page.locator("[data-role=builder]").click()
            await ann.wait_for(lambda each: (NoticeCode.ROLE_CHANGED, ["builder"]) in each.notices)
            assert ann.session.role == "builder"
            await found(page, PEOPLE[Role.OWNER])
            assert await page.locator("[data-do=role], [data-do=log_out]").count() == 0
        await hang_up(ann)

    asyncio.run(scene())


def test_logging_somebody_out_ends_their_connection_and_their_log_ins(
    server: RunningServer,
) -> None:
    told = register(server, "Bea")

    async def scene() -> None:
        bea = await enter(server, told["ticket"])
        async with signed_in(server, "/accounts", PEOPLE[Role.MODERATOR]) as page:
            await found(page, "Bea")
            await page.locator("[data-do=log_out]").click()
            await page.locator("[data-do=yes]").click()
            assert await close_code(bea, 10) == 4000 + ErrorCode.LOGGED_OUT

    asyncio.run(scene())
    assert ask(server, "GET", "/api/account", token=told["token"]).status == 401


def test_a_password_link_works_once_and_the_staff_never_sees_the_password(
    server: RunningServer,
) -> None:
    register(server, "Cyd")

    async def scene() -> None:
        async with signed_in(server, "/accounts") as page:
            await found(page, "Cyd")
            await page.locator("[data-do=reset_password]").click()
            await page.locator("[data-do=yes]").click()
            link = await page.locator("input[data-do=link]").input_value()
        assert log_in(server, "Cyd").status == 200
        for works in (True, False):
            async with browser_page(toolbox.find("chromium")) as page:
                await page.goto(link)
                await page.fill("input[name=password]", NEW_PASSWORD)
                await page.fill("input[name=again]", NEW_PASSWORD)
                await page.keyboard.press("Enter")
                said = "The password is set" if works else "This link is over"
                await page.get_by_text(said).wait_for()
                assert "#" not in page.url

    asyncio.run(scene())
    assert log_in(server, "Cyd").status == 401
    assert log_in(server, "Cyd", NEW_PASSWORD).status == 200


def test_a_new_accounts_owner_alone_sets_its_password(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/accounts", PEOPLE[Role.ADMIN]) as page:
            await page.locator("[data-do=new]").click()
            await page.locator(".q-dialog").get_by_label("Name").fill("Willie")
            await page.locator(".q-dialog").get_by_label("Role").click()
            await page.get_by_role("option", name="Moderator").wait_for()
            assert await page.get_by_role("option", name="Owner").count() == 0
            await page.get_by_role("option", name="Moderator").click()
            await page.locator("[data-do=yes]").click()
            link = await page.locator("input[data-do=link]").input_value()
            await page.goto(link)
            await page.fill("input[name=password]", NEW_PASSWORD)
            await page.fill("input[name=again]", NEW_PASSWORD)
            await page.keyboard.press("Enter")
            await page.get_by_text("The password is set").wait_for()

    asyncio.run(scene())
    assert log_in(server, "Willie", NEW_PASSWORD).told["account"]["role"] == "moderator"


def test_a_player_gets_another_name_before_the_eyes_of_all(server: RunningServer) -> None:
    told = register(server, "Fay")

    async def scene() -> None:
        fay = await enter(server, told["ticket"])
        async with signed_in(server, "/accounts", PEOPLE[Role.MODERATOR]) as page:
            await found(page, "Fay")
            await page.locator("[data-do=rename]").click()
            await page.locator(".q-dialog").get_by_label("Name").fill("Winnie")
            await page.locator("[data-do=yes]").click()
            await page.get_by_text("Fay is called Winnie from now on.").wait_for()
            await fay.wait_for(lambda each: each.player("Winnie") is not None)
        await hang_up(fay)

    asyncio.run(scene())
    assert log_in(server, "Winnie").status == 200


def test_deleting_an_account_takes_two_clicks_and_ends_all_that_is_open_of_it(
    server: RunningServer,
) -> None:
    told = register(server, "Dan")
    operator(server, "admin", "role", "Dan", "builder")

    async def scene() -> None:
        dan = await enter(server, told["ticket"])
        async with signed_in(server, "/map", "Dan") as his, signed_in(server, "/accounts") as page:
            await found(page, "Dan")
            async with page.expect_download() as download:
                await page.locator("[data-do=export]").click()
            kept = json.loads((await (await download.value).path()).read_text())
            assert kept["account"][0]["name"] == "Dan"
            await page.locator("[data-do=delete]").click()
            await page.locator("[data-do=yes]").click()
            assert await close_code(dan, 10) == 4000 + ErrorCode.LOGGED_OUT
            await his.wait_for_url("**/admin/sign-in*")

    asyncio.run(scene())
    assert log_in(server, "Dan").status == 401


def test_who_loses_the_role_cannot_go_on_from_an_open_page(server: RunningServer) -> None:
    register(server, "Eve")
    name = PEOPLE[Role.MODERATOR]

    async def scene() -> None:
        async with signed_in(server, "/accounts", name) as page:
            await found(page, "Eve")
            await page.locator("[data-do=log_out]").click()
            await never_reloads(page)
            await asyncio.to_thread(operator, server, "admin", "role", name, "builder")
            await page.locator("[data-do=yes]").click()
            await page.get_by_text("Your role may not do that.").first.wait_for()

    asyncio.run(scene())
    operator(server, "admin", "role", name, "moderator")


def test_whoever_signed_in_to_the_panel_is_out_when_logged_out_everywhere(
    server: RunningServer,
) -> None:
    async def scene() -> None:
        async with (
            signed_in(server, "/accounts") as page,
            signed_in(server, "/accounts", PEOPLE[Role.MODERATOR]) as other,
        ):
            await found(page, PEOPLE[Role.MODERATOR])
            await page.locator("[data-do=log_out]").click()
            await page.locator("[data-do=yes]").click()
            await other.wait_for_url("**/admin/sign-in*", timeout=3000)

    asyncio.run(scene())


def test_a_password_link_is_over_once_the_password_changed_otherwise() -> None:
    server = MockServer()
    owner, ann = actor(account(server, "Vladimir", Role.OWNER)), account(server, "Ann")
    desk, kept = server.services.account_desk, server.services.accounts
    token = done(desk.password_link(owner, "Ann"))
    assert refusal(kept.use_password_link(token, "short")) is ErrorCode.PASSWORD_TOO_SHORT
    done(kept.set_password(ann, NEW_PASSWORD))
    assert refusal(kept.use_password_link(token, NEW_PASSWORD)) is ErrorCode.AUTH_EXPIRED


def test_nobody_acts_upon_an_equal_or_a_higher_one() -> None:
    server = MockServer()
    desk = server.services.account_desk
    admin = actor(account(server, "Ann", Role.ADMIN))
    for name, role in (("Bea", Role.ADMIN), ("Cyd", Role.OWNER)):
        account(server, name, role)
        for work in (desk.log_out, desk.password_link, desk.export, desk.delete):
            assert refusal(work(admin, name)) is ErrorCode.FORBIDDEN
        assert refusal(desk.rename(admin, name, "Dan")) is ErrorCode.FORBIDDEN
        assert refusal(desk.invite(admin, "Dan", role)) is ErrorCode.FORBIDDEN
        assert refusal(desk.change_role(admin, name, Role.PLAYER)) is ErrorCode.FORBIDDEN


def test_the_last_owner_cannot_be_deleted() -> None:
    server = MockServer()
    owner = actor(account(server, "Vladimir", Role.OWNER))
    assert refusal(server.services.account_desk.delete(owner, "Vladimir")) is ErrorCode.FORBIDDEN
