"""Pages of the panel in a browser, beside a server with an account of each role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from playwright.async_api import Page

from protocol_spec.client import Client, Refused
from protocol_spec.codec import ErrorCode
from server.people.roles import Role
from tests import toolbox
from tests.browser import DESK, browser_page
from tests.panel import operator as operator
from tests.panel import sign_in_at
from tests.people import QUICK, staff
from tests.running import RunningServer

PEOPLE = {
    Role.OWNER: "Vladimir",
    Role.ADMIN: "Estragon",
    Role.MODERATOR: "Pozzo",
    Role.BUILDER: "Lucky",
    Role.PLAYER: "Godot",
}


@contextmanager
def staffed_server(folder: Path, **settings: str) -> Iterator[RunningServer]:
    """A server with an account of each role; afterwards its log must not tell of a bug."""
    staff(folder / "data", *((name, role) for role, name in PEOPLE.items()))
    environment = QUICK | {f"ESTRAGON_{name.upper()}": value for name, value in settings.items()}
    with RunningServer(folder / "data", environment=environment) as server:
        yield server
    assert server.failures() == []


@asynccontextmanager
async def signed_in(
    server: RunningServer,
    path: str,
    name: str = PEOPLE[Role.OWNER],
    *,
    language: str = "en",
    size: tuple[int, int] = DESK,
) -> AsyncIterator[Page]:
    """A page of the panel, open before somebody."""
    async with browser_page(toolbox.find("chromium"), language=language, size=size) as page:
        await sign_in_at(page, server, name, path)
        yield page


async def refused(server: RunningServer, name: str, world: str = "") -> ErrorCode | None:
    """Why a guest is not let in."""
    client = Client(name, world)
    await client.connect(server.url)
    try:
        await client.wait_for(lambda session: session.state is not None)
    except Refused as refusal:
        return refusal.code
    finally:
        await client.close()
    raise AssertionError("they were let in")
