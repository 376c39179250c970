"""Watching a world without being in it."""

from __future__ import annotations

import numpy as np
import pytest

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from server.handlers import State
from server.mapmakers import Draft
from server.people.identity import Identity
from tests import people
from tests.mock_server import GRASS, TILES, MockClient, MockServer, empty_store, grass

EAST = 0


@pytest.fixture
def server() -> MockServer:
    store = empty_store()
    number = store.add_map("meadow", Draft(grass(96, 96), ((48, 48),), ()), TILES)
    return MockServer(store=store, map_id=number)


def watcher(server: MockServer, *, role: str = "builder", **outlook: int) -> MockClient:
    """A view of the panel, with a rectangle of 3 by 3 chunks around the spawn."""
    client = server.connect("Watcher")
    session = client.server_session
    client.wire.client = None  # It would authenticate as a guest.
    session.receive(codec.Hello(codec.MAGIC, 1, 1, 0, 0, "panel").encode(), server.now)
    client.wire.client = client
    session.only_watches = True
    session.state = State.AUTHENTICATING
    client.player_id = people.account(server, f"Watcher {role}", role).player_id
    server.lobby.let_watch(session, Identity(client.player_id, "Watcher", 0, role))
    look(client, **outlook)
    return client


def look(client: MockClient, **outlook: int) -> None:
    rectangle = {"player_id": 0, "chunk_x": 2, "chunk_y": 2, "width": 3, "height": 3, **outlook}
    client.send(codec.Watch(world="", **rectangle).encode())


def test_a_watcher_sees_who_is_there_and_nobody_sees_the_watcher(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    client = watcher(server)
    server.tick()
    assert client.entered is not None
    assert client.entered.slot == codec.WATCHER
    assert set(client.chunks) == {(x, y) for x in (2, 3, 4) for y in (2, 3, 4)}
    seen = client.player("Vladimir")
    assert seen is not None
    assert seen.is_in_sight
    assert (seen.x, seen.y) == (vladimir.place[0] >> 2, vladimir.place[1] >> 2)
    assert [each.name for each in vladimir.players.values()] == ["Vladimir"]
    assert len(server.game.player_statuses()) == 1


def test_a_watcher_sees_steps_edits_and_who_comes_and_goes(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    client = watcher(server)
    server.tick()
    server.walk(vladimir, EAST, 10)
    seen = client.player("Vladimir")
    assert seen is not None
    assert (seen.x, seen.y) == (vladimir.place[0] >> 2, vladimir.place[1] >> 2)
    server.join("Pozzo")
    assert client.player("Pozzo") is not None
    cell = codec.CellEdit(0, 50, 50, TILES["sand"])
    number = client.edit(codec.EditCells(0, cell.pack()))
    server.tick(2)
    assert client.edit_results[number].code == 0
    assert client.tile_at(0, 50, 50) == vladimir.tile_at(0, 50, 50) == TILES["sand"]
    undone = client.undo()
    server.tick(3)
    assert client.edit_results[undone].code == 0
    assert vladimir.tile_at(0, 50, 50) == GRASS
    vladimir.server_session.lost(said_goodbye=True)
    server.tick()
    assert client.player("Vladimir") is None


def test_a_watcher_looks_elsewhere_and_follows_a_player(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    client = watcher(server, role="moderator")
    server.tick()
    look(client, chunk_x=0, chunk_y=0, width=2, height=1)
    server.tick()
    assert set(client.chunks) == {(0, 0), (1, 0)}
    look(client, player_id=vladimir.player_id)
    server.tick(2)
    assert set(client.chunks) == set(vladimir.chunks)
    vladimir.server_session.lost(said_goodbye=True)
    server.tick(2)
    assert len(client.chunks) == len(vladimir.chunks)


def test_who_builds_sees_nothing_through_a_players_eyes(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    client = watcher(server)
    server.tick()
    before = set(client.chunks)
    look(client, player_id=vladimir.player_id)
    server.tick(2)
    assert client.wire.errors() == [ErrorCode.FORBIDDEN]
    assert set(client.chunks) == before


@pytest.mark.parametrize(
    "outlook", [{"width": 0}, {"width": 17}, {"height": 255}, {"chunk_x": 65535}, {"chunk_y": 6}]
)
def test_too_much_or_nothing_is_not_shown(server: MockServer, outlook: dict[str, int]) -> None:
    client = watcher(server, role="builder", **outlook)
    assert client.wire.errors() == [ErrorCode.WATCH_TOO_MUCH]
    assert client.server_session.state is State.LOBBY


def test_a_player_may_not_watch_and_a_watcher_may_not_play(server: MockServer) -> None:
    client = watcher(server, role="player")
    assert client.wire.errors() == [ErrorCode.FORBIDDEN]
    staff = watcher(server)
    for message in (
        codec.Input(1, codec.Command(0, 0, 255, 0).pack()),
        codec.ChatMessage(0, "hello", 0),
    ):
        staff.send(message.encode())
    assert staff.wire.errors() == [ErrorCode.FORBIDDEN] * 2
    server.tick()
    vladimir = server.join("Vladimir")
    look(vladimir)
    assert vladimir.wire.errors() == [ErrorCode.WRONG_STATE]


def test_a_watcher_may_play_meanwhile_and_goes_with_the_account(server: MockServer) -> None:
    client = watcher(server)
    server.tick()
    server.lobby.expel(client.player_id, ErrorCode.LOGGED_OUT)
    assert client.wire.errors() == [ErrorCode.LOGGED_OUT]
    server.tick()
    assert server.game.audience.observer_count == 0


def test_a_large_map_comes_in_portions(server: MockServer) -> None:
    client = watcher(server, chunk_x=0, chunk_y=0, width=6, height=6)
    server.tick()
    assert 0 < len(client.chunks) < 36
    server.tick()
    assert len(client.chunks) == 36
    rng = np.random.Generator(np.random.PCG64(1))
    assert all(client.tile_at(0, *rng.integers(0, 96, 2).tolist()) == GRASS for _ in range(100))


@pytest.mark.parametrize("player_id", [0, 1])
def test_who_is_not_in_the_lobby_yet_may_not_watch(server: MockServer, player_id: int) -> None:
    """Not even to hear that they may not: nobody is known before AUTH_OK."""
    client = server.connect()
    client.send(codec.Watch("", player_id, 0, 0, 4, 4).encode())
    assert client.wire.errors() == [ErrorCode.WRONG_STATE]
    assert client.wire.closed is not None
