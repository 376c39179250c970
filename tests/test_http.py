"""What the server answers over HTTP: to menus, to watchers, to operators."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from admin import SecureOnly
from protocol_spec.client import Client
from server.web.callers import Caller
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
    assert 0 < world["tick_p50_ms"] <= world["tick_p99_ms"]


def test_an_unknown_page_is_not_found(server: RunningServer) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(server, "/api/servers")
    assert refusal.value.code == 404
    refusal.value.close()


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        (Caller("127.0.0.1", "", "http", is_local=True), 200),
        (Caller("192.0.2.1", "192.0.2.1", "https", is_local=False), 200),
        (Caller("192.0.2.1", "192.0.2.1", "http", is_local=False), 403),
    ],
)
def test_the_panel_is_served_where_nobody_can_listen_in(caller: Caller, status: int) -> None:
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": "GET", "path": "/admin/", "headers": []}
    panel = SecureOnly(PlainTextResponse("the panel"))
    asyncio.run(panel({**scope, "estragon.caller": caller}, receive, send))
    assert statuses == [status]
