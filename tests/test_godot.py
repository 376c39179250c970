"""The real Godot client: its own tests, and a play together with others on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.session import ClientSession
from tests.godot_client import PROJECT, GodotPlayer, Plan, complaints, run_godot
from tests.running import RunningServer, running_server
from tests.walks import write_walks

pytestmark = pytest.mark.usefixtures("godot")

Condition = Callable[[ClientSession], bool]
VECTORS = PROJECT.parent / "protocol_spec/vectors"


def test_every_script_loads_and_the_clients_own_tests_pass(tmp_path: Path) -> None:
    write_walks(tmp_path / "walks.json")
    arguments = f"--vectors={VECTORS}", f"--walks={tmp_path / 'walks.json'}"
    output = run_godot("res://tests/run_tests.tscn", "--", *arguments)
    assert complaints(output) == []
    assert ", 0 failed" in output
    assert "\nskip" not in output


def test_the_game_starts_without_a_word_of_complaint() -> None:
    assert complaints(run_godot("--quit-after", "30")) == []


def test_godot_and_two_others_see_each_other_come_walk_speak_and_leave(tmp_path: Path) -> None:
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "wait_player", "name": "Владимир"},
        {"do": "wait_player", "name": "Pozzo"},
        {"do": "walk", "action": "move_right", "tiles": 2},
        {"do": "tell_place"},
        {"do": "wait_chat", "from": "Владимир", "text": "Ну что, пошли? 👣"},
        {"do": "say", "text": "Пошли! 🌳"},
        {"do": "wait_chat", "from": "Pozzo", "text": "I can't leave."},
        {"do": "wait_gone", "name": "Pozzo"},
        {"do": "quit"},
    ]

    async def play(server: RunningServer, godot: GodotPlayer) -> None:
        vladimir = await Client.join(server.url, "Владимир")
        pozzo = await Client.join(server.url, "Pozzo")
        for client in (vladimir, pozzo):
            await client.wait_for(sees("Эстрагон"), timeout_seconds=60)
        await asyncio.to_thread(godot.wait_for, "player_seen", name="Владимир")
        await asyncio.to_thread(godot.wait_for, "player_seen", name="Pozzo")
        walked = await asyncio.to_thread(godot.wait_for, "walked")
        place = await asyncio.to_thread(godot.wait_for, "place")
        assert place["x"] / 1024 - walked["from"][0] >= 2
        for client in (vladimir, pozzo):
            await client.wait_for(stands_at("Эстрагон", place["x"], place["y"]))

        vladimir.session.say("Ну что, пошли? 👣")
        for client in (vladimir, pozzo):
            await client.wait_for(has_heard("Эстрагон", "Пошли! 🌳"))
        pozzo.session.say("I can't leave.")
        await vladimir.wait_for(has_heard("Pozzo", "I can't leave."))
        await pozzo.close()
        await vladimir.wait_for(lambda session: session.player("Pozzo") is None)
        await asyncio.to_thread(godot.wait_for, "player_gone", name="Pozzo")
        await vladimir.wait_for(lambda session: session.player("Эстрагон") is None)
        await vladimir.close()

    with (
        running_server(tmp_path) as server,
        GodotPlayer(plan, tmp_path / "plan.json", address=server.address, name="Эстрагон") as godot,
    ):
        asyncio.run(play(server, godot))
        godot.finish()


def sees(name: str) -> Condition:
    def check(session: ClientSession) -> bool:
        player = session.player(name)
        return player is not None and player.is_in_sight

    return check


def stands_at(name: str, x: int, y: int) -> Condition:
    """Where the other side says, in 1/1024 tile; of others one knows a quarter as much."""

    def check(session: ClientSession) -> bool:
        player = session.player(name)
        return player is not None and (player.x, player.y) == (x >> 2, y >> 2)

    return check


def has_heard(name: str, text: str) -> Condition:
    def check(session: ClientSession) -> bool:
        player = session.player(name)
        return player is not None and any(
            each.player_id == player.player_id and each.text == text for each in session.chat
        )

    return check


def test_a_tile_painted_by_one_is_drawn_by_godot_within_two_ticks(tmp_path: Path) -> None:
    x, y, things = 126, 126, 1
    plan: Plan = [
        {"do": "join"},
        {"do": "wait_world"},
        {"do": "wait_player", "name": "Владимир"},
        {"do": "say", "text": "Paint!"},
        {"do": "wait_tile", "layer": things, "at": [x, y], "tile": "crate"},
        {"do": "quit"},
    ]

    async def play(server: RunningServer, godot: GodotPlayer) -> None:
        def note(session: ClientSession, _: codec.Message) -> None:
            """After each message: several may come in one read."""
            if session.state is not None and session.tile_at(things, x, y) == crate:
                seen_at.setdefault(session, session.state.tick)

        vladimir = await Client.join(server.url, "Владимир")
        pozzo = await Client.join(server.url, "Pozzo")
        await vladimir.wait_for(has_heard("Эстрагон", "Paint!"), timeout_seconds=60)
        crate = next(each.id for each in vladimir.session.tiles.values() if each.name == "crate")
        tick_before = vladimir.session.state.tick if vladimir.session.state else 0
        seen_at: dict[ClientSession, int] = {}
        for client in (vladimir, pozzo):
            client.session.on_message = partial(note, client.session)
        cell = codec.CellEdit(things, x, y, crate).pack()
        number = vladimir.session.edit(codec.EditCells(edit=0, cells=cell))
        for client in (vladimir, pozzo):
            await client.wait_for(lambda session: session.tile_at(things, x, y) == crate)
        drawn = await asyncio.to_thread(godot.wait_for, "tile_seen")
        assert tick_before <= seen_at[vladimir.session]
        ticks = [*seen_at.values(), drawn["tick"]]
        assert max(ticks) - min(ticks) <= 2
        await vladimir.wait_for(lambda session: number in session.edit_results)
        assert vladimir.session.edit_results[number].code == 0
        for client in (vladimir, pozzo):
            await client.close()

    with (
        running_server(tmp_path, environment={"ESTRAGON_GUESTS_MAY_BUILD": "true"}) as server,
        GodotPlayer(plan, tmp_path / "plan.json", address=server.address, name="Эстрагон") as godot,
    ):
        asyncio.run(play(server, godot))
        godot.finish()


def test_a_killed_server_is_told_and_when_it_is_back_so_is_the_player(tmp_path: Path) -> None:
    plan: Plan = [
        {"do": "join"},
        {"do": "wait_world"},
        {"do": "walk", "action": "move_down", "tiles": 1},
        {"do": "wait_message", "text_key": "ERROR_CONNECTION_LOST"},
        {"do": "wait_no_message", "seconds": 40},
        {"do": "wait_world"},
        {"do": "walk", "action": "move_up", "tiles": 1},
        {"do": "quit"},
    ]
    with (
        running_server(tmp_path) as server,
        GodotPlayer(plan, tmp_path / "plan.json", address=server.address, name="Estragon") as godot,
    ):
        godot.wait_for("walked")
        server.kill()
        godot.wait_for("message", text_key="ERROR_CONNECTION_LOST")
        server.start()
        server.wait_for_players(1)
        godot.wait_for("joined")
        godot.finish()


def test_a_server_that_stops_says_so_to_the_player(tmp_path: Path) -> None:
    plan: Plan = [
        {"do": "join"},
        {"do": "wait_world"},
        {"do": "walk", "action": "move_down", "tiles": 1},
        {"do": "wait_message", "text_key": "ERROR_SERVER_STOPPING"},
        {"do": "leave"},
        {"do": "quit"},
    ]
    with (
        running_server(tmp_path) as server,
        GodotPlayer(plan, tmp_path / "plan.json", address=server.address, name="Estragon") as godot,
    ):
        godot.wait_for("walked")
        server.stop()
        godot.finish()


@pytest.mark.parametrize(
    ("name", "text_key"),
    [
        ("", "ERROR_NAME_EMPTY"),
        ("Di", "ERROR_NAME_TOO_SHORT"),
        ("Estrаgon", "ERROR_NAME_INVALID"),  # The fifth letter is Cyrillic.
        ("VLADIMIR", "ERROR_NAME_IN_USE"),
    ],
)
def test_a_refused_name_is_told_in_words_and_leaves_one_at_the_menu(
    server: RunningServer, tmp_path: Path, name: str, text_key: str
) -> None:
    plan: Plan = [{"do": "join"}, {"do": "wait_message", "text_key": text_key}, {"do": "quit"}]

    async def play() -> None:
        vladimir = await Client.join(server.url, "Vladimir")
        with GodotPlayer(
            plan, tmp_path / "plan.json", address=server.address, name=name, locale="ru"
        ) as godot:
            told = await asyncio.to_thread(godot.wait_for, "message", text_key=text_key)
            assert any("а" <= letter <= "я" for letter in told["text"])
            await asyncio.to_thread(godot.finish)
        await vladimir.close()

    asyncio.run(play())


def test_a_server_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    plan: Plan = [
        {"do": "join"},
        {"do": "wait_message", "text_key": "ERROR_UNREACHABLE"},
        {"do": "quit"},
    ]
    with GodotPlayer(plan, tmp_path / "plan.json", address="127.0.0.1:9", name="Estragon") as godot:
        godot.finish()
