"""The page of one's own account: password, second factor and sessions, in a real browser."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.async_api import Page

from tests import toolbox
from tests.browser import browser_page
from tests.desks import PEOPLE, operator, signed_in, staffed_server
from tests.panel import answer
from tests.people import PASSWORD, ask, enter, hang_up, log_in
from tests.running import RunningServer

OWNER, ADMIN, MODERATOR, BUILDER, _ = (PEOPLE[role] for role in PEOPLE)
NEW_PASSWORD = "nothing happens, nobody comes"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("own")) as started:
        yield started


def code(secret: str, steps_off: int = 0) -> str:
    """That of the next step is good already, and good for longest."""
    return pyotp.TOTP(secret.replace(" ", "")).at(int(time.time()) + 30 * steps_off)


async def give_password(page: Page, server: RunningServer, name: str) -> None:
    await page.goto(f"{server.base}/admin/sign-in")
    await page.fill("input[name=username]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")


async def give_code(page: Page, typed: str) -> None:
    await page.fill("input[name=code]", typed)
    await page.keyboard.press("Enter")


def test_a_second_factor_is_switched_on_asked_for_and_switched_off(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/me", MODERATOR) as page:
            await page.fill("input[name=confirm]", "not the password at all")
            await page.locator("[data-do=on]").click()
            await page.get_by_text("That is not right").wait_for()
            await page.fill("input[name=confirm]", PASSWORD)
            await page.locator("[data-do=on]").click()
            picture = page.get_by_alt_text("QR code for the app")
            assert await picture.evaluate(
                "each => each.decode().then(() => each.naturalWidth > 99)"
            )
            secret = await page.locator("[data-key]").inner_text()
            await give_code(page, "12345")
            await page.get_by_text("Is the phone's clock right?").wait_for()
            used = code(secret)
            await give_code(page, used)
            codes = (await page.locator("[data-codes]").inner_text()).split()
            assert len(codes) == 10
            await page.locator("[data-do=kept]").click()
            await page.get_by_text("Recovery codes left: 10.").wait_for()
        async with browser_page(toolbox.find("chromium")) as page:
            await give_password(page, server, MODERATOR)
            await give_code(page, used)
            await page.get_by_text("was used already").wait_for()
            await give_code(page, code(secret, 1))
            await page.wait_for_url(f"{server.base}/admin/")
            await page.goto(f"{server.base}/admin/me")
            await page.fill("input[name=confirm]", PASSWORD)
            await page.fill("input[name=code]", codes[0])
            await page.locator("[data-do=off]").click()
            await page.locator("[data-do=on]").wait_for()
        async with browser_page(toolbox.find("chromium")) as page:
            await give_password(page, server, MODERATOR)
            await page.wait_for_url(f"{server.base}/admin/")

    asyncio.run(scene())


def test_the_operator_lets_in_whoever_lost_it(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/me", BUILDER) as page:
            await page.fill("input[name=confirm]", PASSWORD)
            await page.locator("[data-do=on]").click()
            secret = await page.locator("[data-key]").inner_text()
            await give_code(page, code(secret))
            await page.locator("[data-codes]").wait_for()
        async with browser_page(toolbox.find("chromium")) as page:
            await give_password(page, server, BUILDER)
            await page.locator("input[name=code]").wait_for()
            told = await asyncio.to_thread(operator, server, "admin", "end-two-factor", BUILDER)
            assert "password alone" in told
            await give_password(page, server, BUILDER)
            await page.wait_for_url(f"{server.base}/admin/")

    asyncio.run(scene())


def test_a_password_without_its_code_opens_nothing(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/me", OWNER) as page:
            await page.fill("input[name=confirm]", PASSWORD)
            await page.locator("[data-do=on]").click()
            secret = await page.locator("[data-key]").inner_text()
            await give_code(page, code(secret))
            await page.locator("[data-codes]").wait_for()

    asyncio.run(scene())
    body = {"name": OWNER, "password": PASSWORD}
    status, headers, told = answer(server, "/api/panel/session", "POST", body)
    assert (status, "set-cookie" in headers) == (202, False)
    token = told.split('"')[3]
    for cookie in (f"estragon_panel={token}", ""):
        assert answer(server, "/api/panel/ticket", "POST", cookie=cookie)[0] == 401
    half = {"token": token, "code": "000000"}
    assert answer(server, "/api/panel/session/code", "POST", half)[0] == 401
    operator(server, "admin", "end-two-factor", OWNER)


def test_a_new_password_ends_all_other_sessions_and_this_one_goes_on(
    server: RunningServer,
) -> None:
    async def scene() -> None:
        player = await enter(server, log_in(server, ADMIN).told["ticket"])
        async with signed_in(server, "/", ADMIN) as other, signed_in(server, "/me", ADMIN) as page:
            before = {each["name"]: each["value"] for each in await page.context.cookies()}
            await page.fill("input[name=old]", PASSWORD)
            await page.fill("input[name=new]", "short")
            await page.fill("input[name=again]", "short")
            await page.keyboard.press("Enter")
            await page.get_by_text("needs 15 characters").wait_for()
            await page.fill("input[name=new]", NEW_PASSWORD)
            await page.fill("input[name=again]", NEW_PASSWORD)
            await page.keyboard.press("Enter")
            await page.get_by_text("The password is changed.").wait_for()
            after = {each["name"]: each["value"] for each in await page.context.cookies()}
            assert before["estragon_panel"] != after["estragon_panel"]
            await other.wait_for_url("**/admin/sign-in*")
            await asyncio.sleep(3.5)  # So long the old token lets an open page leave.
            assert page.url == f"{server.base}/admin/me"
            cookie = f"estragon_panel={before['estragon_panel']}"
            assert answer(server, "/api/panel/ticket", "POST", cookie=cookie)[0] == 401
        await hang_up(player)

    asyncio.run(scene())
    assert log_in(server, ADMIN).status == 401
    assert log_in(server, ADMIN, NEW_PASSWORD).status == 200


@pytest.mark.alone
def test_ones_sessions_are_listed_and_end_at_once(server: RunningServer) -> None:
    async def scene() -> None:
        async with (
            signed_in(server, "/players", MODERATOR) as other,
            signed_in(server, "/me", MODERATOR) as page,
        ):
            end = page.locator("[data-act=end]")
            await page.get_by_text("Chrome, Linux (here)").wait_for()
            await end.first.wait_for()
            count = await end.count()
            await end.first.click()
            await other.wait_for_url("**/admin/sign-in*", timeout=1000, wait_until="commit")
            await page.wait_for_function(
                "n => document.querySelectorAll('[data-act=end]').length === n", arg=count - 1
            )
            await page.locator("[data-do=end-all]").click()
            await page.wait_for_url("**/admin/sign-in*")

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("password", {"old": PASSWORD, "new": NEW_PASSWORD}),
        ("two-factor", {"password": PASSWORD}),
        ("two-factor/on", {"code": "000000"}),
        ("two-factor/off", {"password": PASSWORD, "code": "000000"}),
        ("recovery-codes", {"password": PASSWORD, "code": "000000"}),
    ],
)
def test_without_a_session_nothing_is_done(
    server: RunningServer, path: str, body: dict[str, str]
) -> None:
    assert ask(server, "POST", f"/api/panel/own/{path}", body).code == "AUTH_EXPIRED"
