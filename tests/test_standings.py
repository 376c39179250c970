"""Where a player was is kept, and found again: after leaving, a restart, a wall in the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protocol_spec.client import Client
from server.chunks import TileMap
from server.mapmakers import Draft
from server.people.identity import Standing
from server.player_log import MOST_KEPT, STANDINGS_SECONDS
from server.store import Store, StoreError, accounts, chat
from server.store.accounts import Visit, write_log
from server.store.chat import ChatLine
from tests.mock_server import TILES, WALL, MockServer, grass, meadow
from tests.people import (
    QUICK,
    account,
    ask,
    becomes,
    close_code,
    done,
    drop,
    enter,
    guest,
    hang_up,
    joined,
    log_in,
    register,
    with_resume_token,
    with_ticket,
)
from tests.running import RunningServer, running_server

EAST, SOUTH = 0x0000, 0x4000


@pytest.fixture
def mock() -> MockServer:
    return MockServer()


def kept_standings(mock: MockServer, player_id: int) -> dict[str, Standing]:
    """What the database has."""
    return done(mock.services.database.do(accounts.standings, player_id))


def test_who_left_is_written_down_where_they_stood(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    client = joined(with_ticket(mock, kept.player_id))
    mock.walk(client, SOUTH, 15)
    client.server_session.lost(said_goodbye=True)
    mock.tick()
    done(mock.services.player_log.flush())
    state = client.state
    assert state is not None
    assert kept_standings(mock, kept.player_id) == {
        "meadow": Standing(state.x, state.y, state.z, state.rotation)
    }
    back = joined(with_ticket(mock, kept.player_id))
    assert back.state is not None
    assert (back.place, back.state.rotation) == (client.place, SOUTH)


def test_who_comes_back_before_it_was_written_down_stands_there_too(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    client = joined(with_ticket(mock, kept.player_id))
    mock.walk(client, SOUTH, 15)
    client.server_session.lost(said_goodbye=True)
    mock.tick()
    assert kept_standings(mock, kept.player_id) == {}
    assert joined(with_ticket(mock, kept.player_id)).place == client.place


def test_places_are_noted_every_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    mock = MockServer()
    kept = account(mock, "Vladimir")
    client = joined(with_ticket(mock, kept.player_id))
    mock.walk(client, SOUTH, 15)
    monkeypatch.setattr("server.player_log.FLUSH_SECONDS", 0.0)
    log, seconds = mock.services.player_log, 0
    flush = log.flush

    async def counted() -> None:
        nonlocal seconds
        await flush()
        seconds += 1
        if kept_standings_now():
            raise asyncio.CancelledError

    def kept_standings_now() -> dict[str, Standing]:
        return mock.services.database.store.do(accounts.standings, kept.player_id)

    monkeypatch.setattr(log, "flush", counted)
    with pytest.raises(asyncio.CancelledError):
        done(log.run([mock.game], mock.lobby.is_expected))
    assert seconds == STANDINGS_SECONDS == 30
    assert (kept_standings_now()["meadow"].x, kept_standings_now()["meadow"].y) == client.place


def test_each_world_has_a_place_of_its_own(store: Store) -> None:
    mock = MockServer(store=store)
    number = account(mock, "Vladimir").player_id
    here, there = Standing(1, 2, 3, 4, {"team": "red"}), Standing(5, 6, 7, 8)
    store.do(write_log, {(number, "meadow"): here, (number, "moor"): there}, [], [], 9)
    found = store.do(accounts.standings, number)
    assert found == {"meadow": here, "moor": there}
    assert found["meadow"].mode_data == {"team": "red"}
    moved = Standing(10, 20, 30, 40)
    store.do(write_log, {(number, "meadow"): moved}, [], [], 10)
    assert store.do(accounts.standings, number) == {"meadow": moved, "moor": there}
    kept = store.do(accounts.find_account, player_id=number)
    assert kept is not None
    assert kept.seen_ms == 10


def test_a_guests_place_is_kept_for_as_long_as_they_may_resume(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    mock.walk(client, SOUTH, 15)
    client.disconnect()
    mock.tick()
    log = mock.services.player_log
    for _ in range(3):
        done(log.flush())
        log.forget([client.player_id] if not mock.lobby.is_expected(client.player_id) else [])
    assert joined(with_resume_token(mock, client.resume_token)).place == client.place
    assert kept_standings(mock, client.player_id) == {}


def test_the_places_of_those_who_are_gone_are_not_remembered_for_ever(mock: MockServer) -> None:
    for number in range(10):
        client = guest(mock, f"Lucky {number}")
        client.server_session.lost(said_goodbye=True)
        mock.tick()
        done(mock.services.player_log.flush())
    log = mock.services.player_log
    log.forget([each for each, _ in log._stood if not mock.lobby.is_expected(each)])
    assert log._stood == {}


def standing_at(mock: MockServer, x: int, y: int) -> int:
    """An account's owner who stood on a tile when the server stopped."""
    number = account(mock, "Vladimir").player_id
    place = Standing(x * 1024 + 512, y * 1024 + 512, 0, SOUTH)
    done(mock.services.database.do(write_log, {(number, "meadow"): place}, [], [], 1))
    return number


def test_who_stood_where_a_wall_is_now_stands_beside_it() -> None:
    cells = grass(96, 96)
    cells[1, 10:13, 10:13] = WALL
    mock = MockServer(TileMap.of(cells, TILES))
    client = joined(with_ticket(mock, standing_at(mock, 11, 11)))
    x, y = client.place[0] >> 10, client.place[1] >> 10
    assert max(abs(x - 11), abs(y - 11)) == 2


@pytest.mark.parametrize(("x", "y"), [(200, 20), (20, 200), (-1, 5), (96, 95), (30_000, 30_000)])
def test_who_stood_where_no_map_is_now_begins_at_a_spawn(x: int, y: int) -> None:
    mock = MockServer(meadow(), spawns=((8, 9),))
    client = joined(with_ticket(mock, standing_at(mock, x, y)))
    assert client.place == (8 * 1024 + 512, 9 * 1024 + 512)


def test_who_stood_far_from_everybody_finds_their_chunks_loaded(
    store: Store,
) -> None:
    cells = grass(320, 320)
    cells[1, 290:311, 290] = WALL
    number = store.add_map("meadow", Draft(cells, ((8, 8),), ()), TILES)
    tile_map = TileMap(320, 320, TILES)
    for column in range(4):
        for row in range(4):
            stored = store.load_chunks(number, [(column, row)])[column, row]
            tile_map.load(row * tile_map.chunks_wide + column, stored.cells, stored.revision)
    mock = MockServer(tile_map, ((8, 8),), store=store, map_id=number)
    client = with_ticket(mock, standing_at(mock, 291, 300))
    client.begin()
    mock.tick(3)
    assert (client.place[0] >> 10, client.place[1] >> 10) == (291, 300)
    mock.walk(client, 0x8000, 20)
    assert client.place[0] >> 10 == 291  # The wall was there.


def test_who_cannot_be_put_back_while_the_database_is_in_trouble_is_not_put_elsewhere(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a spawn they would be written down there, and their place lost."""
    number = standing_at(mock, 80, 80)
    mock.world.map.unload(mock.world.map.chunks_in(80, 80, 80, 80)[0])
    client = with_ticket(mock, number)
    load = Store.load_chunks

    def broken(*_: Any) -> Any:
        raise StoreError("database is locked")

    monkeypatch.setattr(Store, "load_chunks", broken)
    client.begin()
    mock.tick()
    assert [each.name for each in client.wire.errors()] == ["SERVER_BUSY"]
    monkeypatch.setattr(Store, "load_chunks", load)
    mock.tick()
    client.send(b"\x0a\x00\x01\x00")  # ENTER_WORLD again.
    mock.tick(3)
    assert (client.place[0] >> 10, client.place[1] >> 10) == (80, 80)


def test_what_cannot_be_written_is_kept_and_tried_again(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = account(mock, "Vladimir")
    client = joined(with_ticket(mock, kept.player_id))
    client.say("Nothing to be done.")
    mock.services.player_log.note_standings([mock.game])
    real = Store.do

    def broken(self: Store, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if work is write_log:
            raise StoreError("disk is full")
        return real(self, work, *args, **kwargs)

    monkeypatch.setattr(Store, "do", broken)
    with caplog.at_level(logging.WARNING):
        done(mock.services.player_log.flush())
    assert "disk is full" in caplog.text
    client.say("I'm beginning to come round to that opinion.")
    monkeypatch.setattr(Store, "do", real)
    done(mock.services.player_log.flush())
    database = mock.services.database
    said = done(database.do(chat.lines, player_id=kept.player_id))
    assert [each.text for each in reversed(said)] == [
        "Nothing to be done.",
        "I'm beginning to come round to that opinion.",
    ]
    assert len(done(database.do(accounts.visits_of, kept.player_id))) == 1
    assert kept_standings(mock, kept.player_id).keys() == {"meadow"}


def test_of_too_much_that_cannot_be_written_the_oldest_is_lost(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real = mock.services.player_log, Store.do

    def broken(*_: Any, **__: Any) -> Any:
        raise StoreError("disk is full")

    monkeypatch.setattr(Store, "do", broken)
    for number in range(MOST_KEPT + 50):
        log.said(ChatLine(number, "meadow", 1, "Vladimir", str(number)))
        log.came(Visit(number, "Vladimir", "127.0.0.1", True, number))
        if number % 1000 == 0:
            done(log.flush())
    done(log.flush())
    monkeypatch.setattr(Store, "do", real)
    done(log.flush())
    lines = done(mock.services.database.do(chat.lines, limit=2 * MOST_KEPT))
    assert len(lines) == MOST_KEPT
    assert {lines[0].text, lines[-1].text} == {str(MOST_KEPT + 49), "50"}
    assert done(mock.services.database.do(accounts.visits_of, 49)) == []
    assert done(mock.services.database.do(accounts.visits_of, 50)) != []


async def walk(client: Client, direction: int, ticks: int) -> tuple[int, int, int]:
    """Where the player stands afterwards, and looks."""
    for _ in range(ticks):
        client.session.walk(direction)
        await next_tick(client)
    client.session.walk(direction, pace=0)
    for _ in range(6):
        await next_tick(client)
    state = client.session.state
    assert state is not None
    return state.x, state.y, state.rotation


async def next_tick(client: Client) -> None:
    now = client.session.state
    await client.wait_for(lambda session: session.state is not now)


def place(client: Client) -> tuple[int, int, int]:
    state = client.session.state
    assert state is not None
    return state.x, state.y, state.rotation


def ticket(server: RunningServer, name: str) -> str:
    return str(log_in(server, name).told["ticket"])


async def back(server: RunningServer, name: str) -> tuple[int, int, int]:
    client = await enter(server, await asyncio.to_thread(ticket, server, name))
    found = place(client)
    await hang_up(client)
    return found


def test_a_restart_brings_everybody_back_to_where_they_were(tmp_path: Path) -> None:
    """Who is here at the stop, who has just left, and who was lost a moment before."""
    names = ("Vladimir", "Estragon", "Pozzo")

    async def scene() -> list[tuple[int, int, int]]:
        clients = [
            await enter(server, (await asyncio.to_thread(register, server, name))["ticket"])
            for name in names
        ]
        places = [
            await walk(client, EAST + 0x1000 * number, 10 + number)
            for number, client in enumerate(clients)
        ]
        await hang_up(clients[1])
        await drop(clients[2])
        await asyncio.to_thread(server.stop)
        assert await close_code(clients[0], 5.0) == 4050
        return places

    with running_server(tmp_path, environment=QUICK) as server:
        places = asyncio.run(scene())
        server.start()
        assert [asyncio.run(back(server, name)) for name in names] == places


def test_a_power_cut_costs_no_more_than_what_was_not_yet_noted(tmp_path: Path) -> None:
    async def scene() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        told = await asyncio.to_thread(register, server, "Vladimir")
        client = await enter(server, told["ticket"])
        left = await walk(client, SOUTH, 10)
        await hang_up(client)

        def standings() -> Any:
            return ask(server, "GET", "/api/account/export", token=told["token"]).told["standings"]

        await asyncio.to_thread(becomes, standings, bool)
        client = await enter(server, await asyncio.to_thread(ticket, server, "Vladimir"))
        assert place(client) == left
        walked = await walk(client, SOUTH, 5)
        await asyncio.to_thread(server.kill)
        await close_code(client, 5.0)
        return left, walked

    with running_server(tmp_path, environment=QUICK) as server:
        left, walked = asyncio.run(scene())
        server.start()
        found = asyncio.run(back(server, "Vladimir"))
        assert found in (left, walked)
