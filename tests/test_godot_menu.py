"""The real Godot client's menu: what its list of servers tells of servers that come and go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.godot_client import GodotPlayer, Plan
from tests.running import running_server
from tests.test_discovery import asking_port

pytestmark = pytest.mark.usefixtures("godot")

LIST = "%ServerList"
FIRST = f"{LIST}/%Saved/ServerRow"


def test_the_list_follows_a_server_that_stops_and_comes_back(tmp_path: Path) -> None:
    with running_server(tmp_path, environment={"ESTRAGON_MAX_PLAYERS": "7"}) as server:
        plan: Plan = [
            {"do": "fill_in", "world": "village"},
            {"do": "click", "node": "%Servers"},
            {"do": "type", "node": f"{LIST}/%NewAddress", "text": server.address},
            {"do": "click", "node": f"{LIST}/%Add"},
            {"do": "wait_text", "node": f"{FIRST}/%Count", "text": "0 / 7"},
            {"do": "wait_text", "node": f"{FIRST}/%Details", "text": "Вольная прогулка"},
            {"do": "wait_text", "node": f"{FIRST}/%Ping", "text": " мс"},
            {"do": "tell", "what": "listed"},
            {"do": "wait_text", "node": f"{FIRST}/%Count", "text": "не отвечает"},
            {"do": "tell", "what": "gone"},
            {"do": "wait_text", "node": f"{FIRST}/%Count", "text": "0 / 7", "seconds": 60},
            {"do": "click", "node": f"{FIRST}/%Choose"},
            {"do": "click", "node": "%Play"},
            {"do": "wait_world"},
            {"do": "quit"},
        ]
        with GodotPlayer(
            plan, tmp_path / "plan.json", address=server.address, name="Эстрагон", locale="ru"
        ) as godot:
            godot.wait_for("so", what="listed")
            server.stop()
            godot.wait_for("so", what="gone")
            server.start()
            godot.finish()


def test_servers_one_has_played_on_are_in_the_list_the_next_time(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running_server(tmp_path, environment={"ESTRAGON_NAME": "Под деревом"}) as server:
        for plan in (
            [{"do": "join"}, {"do": "wait_world"}, {"do": "quit"}],
            [
                {"do": "fill_in", "world": "village"},
                {"do": "click", "node": "%Servers"},
                {"do": "wait_text", "node": f"{LIST}/%Saved/ServerRow2/%Name", "text": "Под дер"},
                {"do": "click", "node": f"{LIST}/%Saved/ServerRow2/%Star"},
                {"do": "quit"},
            ],
        ):
            with GodotPlayer(
                plan,
                tmp_path / "plan.json",
                address=server.address,
                name="Estragon",
                home=home,
                remembers=True,
            ) as godot:
                godot.finish()
    kept = next(home.rglob("servers.json")).read_text()
    assert [(each["name"], each["favourite"]) for each in json.loads(kept)["servers"]] == [
        ("", False),
        ("Под деревом", True),
    ]


def test_a_server_on_this_network_is_found_and_played_on_without_an_address(tmp_path: Path) -> None:
    environment = {
        "ESTRAGON_DISCOVERY": "true",
        "ESTRAGON_DISCOVERY_PORT": "0",
        "ESTRAGON_NAME": "Под деревом",
    }
    row = f"{LIST}/%Nearby/ServerRow"
    plan: Plan = [
        {"do": "fill_in"},
        {"do": "click", "node": "%Servers"},
        {"do": "wait_text", "node": f"{row}/%Name", "text": "Под деревом"},
        {"do": "wait_text", "node": f"{row}/%Count", "text": "0 / "},
        {"do": "click", "node": f"{row}/%Keep"},
        {"do": "wait_text", "node": f"{FIRST}/%Name", "text": "Под деревом"},
        {"do": "click", "node": f"{FIRST}/%Choose"},
        {"do": "click", "node": "%Play"},
        {"do": "wait_world"},
        {"do": "quit"},
    ]
    with (
        running_server(tmp_path, environment=environment) as server,
        GodotPlayer(
            plan,
            tmp_path / "plan.json",
            address="127.0.0.1:9",
            name="Estragon",
            nearby_port=asking_port(server),
        ) as godot,
    ):
        godot.finish()
