"""What the tests of the panel's pages share: a server with staff, and browsers signed in to it."""

from __future__ import annotations

import io
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stdout
from pathlib import Path

from playwright.async_api import Page

from server.cli.main import main
from server.control import delivery
from server.control.orders import Order
from server.moderation.records import Records
from server.people.roles import Role
from server.settings import Settings
from tests import toolbox
from tests.browser import DESK, browser_page
from tests.mock_server import MockServer
from tests.people import PASSWORD as PASSWORD
from tests.people import QUICK, staff
from tests.running import RunningServer


@contextmanager
def staffed_server(
    folder: Path, *people: tuple[str, str], environment: dict[str, str] | None = None
) -> Iterator[RunningServer]:
    """A server with accounts, by name and role; afterwards its log must not tell of a bug."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    staff(data, *people)
    with RunningServer(data, environment={**QUICK, **(environment or {})}) as server:
        yield server
    assert server.failures() == []


@asynccontextmanager
async def signed_in(
    server: RunningServer,
    name: str,
    path: str = "/",
    *,
    language: str = "en",
    size: tuple[int, int] = DESK,
) -> AsyncIterator[Page]:
    """A page of the panel in a real browser, for somebody of the staff."""
    async with browser_page(toolbox.find("chromium"), language=language, size=size) as page:
        await sign_in_at(page, server, name, path)
        yield page


async def sign_in_at(page: Page, server: RunningServer, name: str, path: str) -> None:
    """Opens a page of the panel in a browser that nobody is signed in to."""
    await page.goto(f"{server.base}/admin{path}")
    await page.fill("input[name=username]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    # Not by a pattern: the page that asks has the way back in its own address.
    await page.wait_for_url(lambda url: url == f"{server.base}/admin{path}")


def sign_in(server: RunningServer, name: str, password: str = PASSWORD) -> tuple[int, str]:
    """Status and cookie."""
    body = {"name": name, "password": password}
    status, headers, _ = answer(server, "/api/panel/session", "POST", body)
    return status, headers.get("set-cookie", "")


def set_role(server: RunningServer, name: str, role: str) -> None:
    """As an operator would, beside the running server."""
    order = Order(do="change_role", name=name, role=Role(role))
    delivery.do(order, Settings(data=server.data), lambda done, whole: None)


def operator(server: RunningServer, *words: str) -> str:
    """What a command of the operator says, beside the running server.

    It is no process of its own: those are slow to start, and have tests of their own.
    """
    said = io.StringIO()
    with redirect_stdout(said):
        assert main([*words, "--data", str(server.data)]) == 0
    return said.getvalue()


def account_number(data: Path, name: str) -> int:
    """The player id of an account."""
    return read_number(data, "SELECT id FROM accounts WHERE name = ?", name)


def read_number(data: Path, question: str, name: str) -> int:
    """What the database beside a running server says to a question about a name."""
    database = sqlite3.connect(data / "estragon.sqlite3", timeout=10)
    try:
        return int(database.execute(question, [name]).fetchone()[0])
    finally:
        database.close()


def answer(
    server: RunningServer, path: str, method: str = "GET", body: object = None, cookie: str = ""
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text."""
    request = urllib.request.Request(
        f"{server.base}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Cookie": cookie},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as found:
            return found.status, dict(found.headers), found.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, dict(refusal.headers), refusal.read().decode()


async def never_reloads(page: Page) -> None:
    """Like a browser whose owner means to use a page for longer than they may."""
    await page.evaluate("window.socket.off('run_javascript')")


async def press(page: Page, name: str) -> None:
    """A button of the page that opens a dialog, which `confirm` then sends off."""
    await page.get_by_role("button", name=name, exact=True).first.click()
    await page.locator("[data-confirm]").wait_for()


async def confirm(page: Page, said: str) -> None:
    await page.locator("[data-confirm]").click()
    await page.get_by_text(said).first.wait_for()
    await page.locator("[data-confirm]").wait_for(state="detached")


def records_of(server: MockServer) -> Records:
    services = server.services
    return Records(services.database, services.lobby, services.sanctions)
