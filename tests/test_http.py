"""What the server answers over HTTP: to menus, to watchers, to operators."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
import urllib.request

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from admin import LoopbackOnly
from protocol_spec.client import Client
from tests.running import RunningServer


def get(server: RunningServer, path: str, language: str = "en") -> str:
    request = urllib.request.Request(
        f"http://{server.address}{path}", headers={"Accept-Language": language}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def test_a_menu_learns_who_the_server_is_and_what_runs(server: RunningServer) -> None:
    told = json.loads(get(server, "/api/server"))
    assert told == {
        "name": "Estragon",
        "message_of_the_day": "",
        "version": "0.1.0",
        "protocol_versions": [1],
        "players": 0,
        "max_players": 2000,
        "worlds": [{"name": "village", "mode": "free_roam", "map": "village", "players": 0}],
    }


def test_players_are_counted_while_they_are_there(server: RunningServer) -> None:
    async def play() -> None:
        client = await Client.join(server.url, "Estragon")
        told = json.loads(await asyncio.to_thread(get, server, "/api/server"))
        assert told["players"] == told["worlds"][0]["players"] == 1
        await client.close()

    asyncio.run(play())


def test_the_server_says_that_it_is_alive(server: RunningServer) -> None:
    health = json.loads(get(server, "/healthz"))
    assert health["status"] == "ok"
    (world,) = health["worlds"]
    assert 0 <= world["tick_p50_ms"] <= world["tick_p99_ms"] < 50


@pytest.mark.parametrize(("language", "title"), [("en-GB,en", "Overview"), ("ru-RU,ru", "Обзор")])
def test_the_panel_shows_its_first_page_in_the_visitors_language(
    server: RunningServer, language: str, title: str
) -> None:
    # NiceGUI sends its elements as JSON inside the page.
    page = get(server, "/admin/", language)
    escaped = title.encode("unicode_escape").decode()
    assert title in page or escaped in page
    assert re.search("free_roam", page)


def test_an_unknown_page_is_not_found(server: RunningServer) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(server, "/api/servers")
    assert refusal.value.code == 404
    refusal.value.close()


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.1", 403), ("", 403)]
)
def test_the_panel_is_open_to_this_machine_only(address: str, status: int) -> None:
    assert asyncio.run(panel_status(address)) == status


def test_a_proxy_on_this_machine_does_not_open_the_panel() -> None:
    assert asyncio.run(panel_status("127.0.0.1", (b"x-forwarded-for", b"192.0.2.1"))) == 403


@pytest.mark.parametrize(
    ("path", "is_setup_open", "status"),
    [
        ("/admin/setup", True, 200),
        ("/admin/_nicegui/3.18.0/static/nicegui.js", True, 200),
        ("/admin/_nicegui_ws/socket.io/", True, 200),
        ("/admin/", True, 403),
        ("/admin/setup/", True, 403),
        ("/admin/setups", True, 403),
        ("/admin/_nicegui", True, 403),
        ("/admin/setup", False, 403),
        ("/admin/_nicegui_ws/socket.io/", False, 403),
    ],
)
def test_others_see_the_set_up_page_alone_and_while_there_is_no_owner(
    path: str, is_setup_open: bool, status: int
) -> None:
    found = panel_status("192.0.2.1", path=path, is_setup_open=is_setup_open)
    assert asyncio.run(found) == status


async def panel_status(
    address: str,
    *headers: tuple[bytes, bytes],
    path: str = "/admin/",
    is_setup_open: bool = False,
) -> int:
    """What somebody who comes from `address` is answered with."""
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    client = (address, 1) if address else None
    scope = {"type": "http", "path": path, "client": client, "headers": list(headers)}
    panel = LoopbackOnly(PlainTextResponse("the panel"), lambda: is_setup_open)
    await panel({**scope, "method": "GET"}, receive, send)
    return statuses[0]
