"""What the tests of the panel's pages share: a server with staff, and browsers signed in to it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from playwright.async_api import Page

from tests import toolbox
from tests.browser import DESK, browser_page
from tests.people import PASSWORD as PASSWORD
from tests.people import QUICK, staff
from tests.running import RunningServer


@contextmanager
def staffed_server(
    folder: Path, *people: tuple[str, str], database_url: str = ""
) -> Iterator[RunningServer]:
    """A server with accounts, by name and role; afterwards its log must not tell of a bug."""
    data = folder / "data"
    data.mkdir()
    staff(data, *people, database_url=database_url)
    flags = ("--database-url", database_url) if database_url else ()
    with RunningServer(data, *flags, environment=QUICK) as server:
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
        await page.goto(f"{server.base}/admin{path}")
        await page.fill("input[name=username]", name)
        await page.fill("input[name=password]", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/admin{path}")
        yield page


def set_role(server: RunningServer, name: str, role: str) -> None:
    """As an operator would, beside the running server."""
    command = [sys.executable, "-m", "server", "admin", "role", name, role]
    subprocess.run([*command, "--data", str(server.data)], check=True, capture_output=True)


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
