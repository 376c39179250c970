"""The page where the first owner is made, in a real browser."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from admin.setup_words import WORDS
from protocol_spec.codec import ErrorCode
from server.people.first_owner import TRIES, SetupState
from tests.browser import DESK, PHONE, browser_page
from tests.certificates import make_certificate
from tests.running import RunningServer, running_server
from tests.test_setup import (
    FROM_AFAR,
    NAME,
    OVER_TLS,
    PASSWORD,
    PROXY,
    call,
    link_of,
    post,
    token_of,
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server of the test's own, without an owner."""
    with running_server(tmp_path, *PROXY) as started:
        yield started


@pytest.mark.parametrize(("language", "size"), [("en-GB", DESK), ("ru-RU", PHONE)])
def test_one_becomes_the_owner_there(
    server: RunningServer, chromium: Path, language: str, size: tuple[int, int]
) -> None:
    words = {key: each[language[:2]] for key, each in WORDS.items()}
    sent: list[str] = []

    async def play() -> None:
        async with browser_page(chromium, language=language, size=size) as page:
            page.on("request", lambda request: sent.append(request.url))
            await page.goto(link_of(server))
            await expect(heading(page)).to_have_text(words["setup_title"])
            assert page.url == f"{server.base}/admin/setup"
            await fill(page, NAME, PASSWORD, "another")
            await expect(page.get_by_text(words["setup_differ"])).to_be_visible()
            await fill(page, "Gоdоt", PASSWORD)
            await expect(page.get_by_text(words["setup_NAME_INVALID"])).to_be_visible()
            await fill(page, NAME, "short")
            await expect(page.get_by_text(words["setup_PASSWORD_TOO_SHORT"])).to_be_visible()
            assert await wide_parts(page) == []
            # NiceGUI itself loads a page anew after a lost connection.
            await page.reload()
            await fill(page, NAME, PASSWORD)
            welcome = words["setup_welcome"].replace("{name}", NAME)
            await expect(heading(page)).to_have_text(welcome)
            await expect(page.locator("pre").last).to_contain_text(f'"{NAME}"')
            assert await wide_parts(page) == []
            assert await page.evaluate("sessionStorage.getItem('estragon_setup')") is None
            await page.goto(link_of(server))
            await expect(heading(page)).to_have_text(words["setup_done_title"])

    asyncio.run(play())
    assert any(url.endswith("/api/setup") for url in sent)
    assert not [url for url in sent if token_of(server) in url]
    status, _ = call(server, "/api/login", {"name": NAME, "password": PASSWORD})
    assert status == 200


def test_it_tells_when_the_link_is_over(server: RunningServer, chromium: Path) -> None:
    async def play() -> None:
        async with browser_page(chromium) as page:
            await page.goto(link_of(server))
            await expect(heading(page)).to_have_text("Become the owner")
            for _ in range(TRIES):
                await asyncio.to_thread(post, server, "est_s_wrong")
            await fill(page, NAME, PASSWORD)
            await expect(heading(page)).to_have_text("The link no longer works")
            await page.goto(link_of(server))
            await expect(heading(page)).to_have_text("The link no longer works")
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            # In the same tab, where the two links differ behind the # only.
            await page.goto(link_of(server))
            await expect(heading(page)).to_have_text("Become the owner")
            assert token_of(server) not in page.url

    asyncio.run(play())


def test_a_wrong_or_a_cut_off_link_is_told_apart(server: RunningServer, chromium: Path) -> None:
    async def play() -> None:
        async with browser_page(chromium) as page:
            await page.goto(f"{server.base}/admin/setup")
            await expect(heading(page)).to_have_text("Open the whole link")
            await page.goto(link_of(server)[:-1])
            await fill(page, NAME, PASSWORD)
            await expect(page.get_by_role("alert")).to_contain_text("This is not the link")

    asyncio.run(play())


def test_it_is_to_be_had_from_afar_over_tls_alone(server: RunningServer, chromium: Path) -> None:
    async def play() -> None:
        async with browser_page(chromium, headers=FROM_AFAR) as page:
            await page.goto(link_of(server))
            await expect(page.locator("body")).to_contain_text("The panel is served over https")

    asyncio.run(play())
    assert page_status(server, "/admin/setup", OVER_TLS) == 200
    assert page_status(server, "/admin/", OVER_TLS) == 200
    assert post(server, token_of(server), headers=OVER_TLS)[0] == 201


def test_the_form_works_through_a_certificate(tmp_path: Path, chromium: Path) -> None:
    certificate = make_certificate(tmp_path / "certificate")

    async def play(link: str) -> None:
        async with browser_page(chromium) as page:
            await page.goto(link)
            await fill(page, NAME, PASSWORD)
            await expect(heading(page)).to_have_text(f"You are the owner, {NAME}")

    with running_server(tmp_path, certificate=certificate) as server:
        asyncio.run(play(link_of(server)))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_refusal_has_words(language: str) -> None:
    codes = [
        code
        for code in ErrorCode
        if code.name.startswith(("NAME_", "PASSWORD_"))
        or code.name in ("AUTH_EXPIRED", "AUTH_TOO_MANY_TRIES", "SERVER_BUSY")
    ]
    for key in (*(each.name for each in codes), "OTHER", "UNREACHABLE"):
        assert WORDS[f"setup_{key}"][language]
    for state in (SetupState.OVER, SetupState.DONE, "insecure", "no_token", "busy"):
        assert WORDS[f"setup_{state}_title"][language]
        assert WORDS[f"setup_{state}"][language]


async def fill(page: Page, name: str, password: str, again: str | None = None) -> None:
    """Fills the form in and sends it, as somebody at a keyboard."""
    await page.locator("input[name=username]").fill(name)
    await page.locator("input[name=password]").fill(password)
    await page.locator("input[name=again]").fill(password if again is None else again)
    await page.keyboard.press("Enter")


def heading(page: Page) -> Any:
    return page.locator("[role=heading][aria-level='1']")


async def wide_parts(page: Page) -> list[str]:
    """What hangs out of the window at its right."""
    found: list[str] = await page.evaluate(
        "[...document.querySelectorAll('.setup *')]"
        ".filter(each => each.getBoundingClientRect().right > innerWidth)"
        ".map(each => each.outerHTML)"
    )
    return found


def page_status(server: RunningServer, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(server.address, timeout=30)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status
