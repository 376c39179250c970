"""Whom a client is told of, how often, and that nothing is lost between near and far."""

from __future__ import annotations

import os
from collections import Counter
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol_spec import codec
from protocol_spec.codec import CHUNK_SIZE, PlayerState, SnapshotFlag
from protocol_spec.session import Player
from server.chunks import VIEW_MARGIN_TILES
from server.handlers import State
from server.snapshot import FAR_TICKS
from tests.mock_server import MockClient, MockServer, meadow

EAST, SOUTH, WEST, NORTH = 0x0000, 0x4000, 0x8000, 0xC000
SOAK = os.environ.get("ESTRAGON_SOAK") == "1"
SIGHT_TILES = 24
"""What a player should see of others; the window shows less."""


def middle_of(column: int, row: int = 3) -> tuple[int, int]:
    """A spawn in the middle of a chunk."""
    return column * CHUNK_SIZE + 8, row * CHUNK_SIZE + 8


def place_two(columns: int, width: int = 12) -> tuple[MockServer, MockClient, MockClient]:
    """Vladimir, who watches, and Estragon, so many chunks to the east, who has stood for long."""
    server = MockServer(meadow(width * 16, 112), spawns=(middle_of(3), middle_of(3 + columns)))
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    server.tick(2 * FAR_TICKS)
    return server, vladimir, estragon


def seen(client: MockClient, name: str) -> Player:
    player = client.player(name)
    assert player is not None
    return player


def told_at(client: MockClient, ticks: int, before: int) -> list[int]:
    """At which of the last ticks the client's snapshots listed anybody, counted from 0."""
    states = [each for each in client.wire.messages() if isinstance(each, codec.WorldState)]
    return [each.tick - before - 1 for each in states[-ticks:] if each.players]


def assert_true(server: MockServer, clients: list[MockClient]) -> None:
    """Every client sees exactly those who stand in the chunks that it holds, where they are."""
    world = server.world
    for client in clients:
        assert client.player_id in world.players
        for player_id, player in world.players.items():
            x, y = int(world.x[player.slot]), int(world.y[player.slot])
            picture = client.players[player_id]
            should = (x >> 14, y >> 14) in client.chunks
            assert picture.is_in_sight == should, (client.name, player.name, x, y)
            if should:
                assert (picture.x, picture.y) == (x >> 2, y >> 2), (client.name, player.name)
                assert picture.rotation == world.rotation[player.slot] >> 8
                assert picture.flags == world.flags[player.slot]


@pytest.mark.parametrize("columns", [0, 1])
def test_who_is_near_is_told_of_at_every_tick(columns: int) -> None:
    server, vladimir, estragon = place_two(columns)
    before = server.world.tick
    for _ in range(12):
        estragon.walk(NORTH)
        server.tick()
        place = estragon.place
        assert (seen(vladimir, "Estragon").x, seen(vladimir, "Estragon").y) == (
            place[0] >> 2,
            place[1] >> 2,
        )
    # The first command is for a tick or two later.
    assert len(told_at(vladimir, 12, before)) >= 12 - 3


def test_who_is_far_is_told_of_at_every_fourth_tick() -> None:
    server, vladimir, estragon = place_two(2)
    before = server.world.tick
    for _ in range(24):
        estragon.walk(NORTH)
        server.tick()
    told = told_at(vladimir, 24, before)
    assert 5 <= len(told) <= 6
    assert {later - earlier for earlier, later in pairwise(told)} == {FAR_TICKS}


def test_who_stops_far_away_is_seen_there_four_ticks_later() -> None:
    for steps in range(1, 10):
        server, vladimir, estragon = place_two(2)
        for _ in range(steps):
            estragon.walk(NORTH)
            server.tick()
        estragon.walk(SOUTH, pace=0)
        server.tick(3)  # Until the command's tick has come.
        server.tick(FAR_TICKS)
        assert_true(server, [vladimir, estragon])
        assert not seen(vladimir, "Estragon").flags


def test_nobody_is_told_of_who_is_out_of_view() -> None:
    server, vladimir, estragon = place_two(4)
    before = server.world.tick
    server.walk(estragon, NORTH, 20)
    assert told_at(vladimir, 23, before) == []
    assert not seen(vladimir, "Estragon").is_in_sight


@pytest.mark.parametrize("direction", [EAST, WEST])
@pytest.mark.parametrize("row", [NORTH, SOUTH, None])
def test_who_crosses_from_far_to_near_and_back_is_never_lost(
    direction: int, row: int | None
) -> None:
    """From out of sight on one side, past the watcher, until out of sight on the other."""
    spawns = (middle_of(7), middle_of(2 if direction == EAST else 12))
    server = MockServer(meadow(240, 112), spawns=spawns)
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    if row is not None:
        server.walk(estragon, row, 40)
    sights: list[bool] = []
    while sum(one != other for one, other in pairwise(sights[:-5])) < 2:
        for _ in range(3):
            estragon.walk(direction)
            server.tick()
        estragon.walk(direction, pace=0)
        server.tick(3 + FAR_TICKS)
        assert_true(server, [vladimir, estragon])
        sights.append(seen(vladimir, "Estragon").is_in_sight)
        assert len(sights) < 200
    # Out of sight, in sight, and out of it for good.
    assert [each for each, _ in groupby(sights)] == [False, True, False]


def test_while_somebody_walks_a_far_player_is_at_most_four_ticks_behind() -> None:
    server, vladimir, estragon = place_two(2)
    places = [estragon.place]
    for _ in range(40):
        estragon.walk(NORTH)
        server.tick()
        places.append(estragon.place)
        picture = seen(vladimir, "Estragon")
        recent = [(x >> 2, y >> 2) for x, y in places[-FAR_TICKS:]]
        assert (picture.x, picture.y) in recent


@pytest.mark.parametrize("waits", range(FAR_TICKS))
def test_a_view_that_comes_nearer_shows_at_once_who_had_moved_far_away(waits: int) -> None:
    """At whichever of the four ticks it happens, and however lately they stopped."""
    stood_still = []
    for walks in range(10):
        server, vladimir, estragon = place_two(2)
        # Nearly as far as one may go without the view's following.
        edge = middle_of(4)[0] - 8 + VIEW_MARGIN_TILES
        while vladimir.place[0] < edge * 1024 - 1300:
            vladimir.walk(EAST)
            server.tick()
        vladimir.walk(EAST, pace=0)
        server.tick(3 + waits)
        view, ticks = server.world.view[0], 0
        while server.world.view[0] == view:
            vladimir.walk(EAST)
            estragon.walk(NORTH, pace=255 if ticks < walks else 0)
            before = estragon.place
            server.tick()
            ticks += 1
        x, y = estragon.place
        stood_still.append((x, y) == before)
        assert (seen(vladimir, "Estragon").x, seen(vladimir, "Estragon").y) == (x >> 2, y >> 2)
    assert {True, False} == set(stood_still)


def test_resync_lists_far_and_near_alike() -> None:
    server, vladimir, estragon = place_two(2)
    server.join("Pozzo")
    for waits in range(FAR_TICKS):
        estragon.walk(NORTH)
        server.tick(1 + waits)
        vladimir.send(codec.Resync().encode())
        server.tick()
        assert vladimir.state is not None
        assert vladimir.state.flags & SnapshotFlag.FULL
        slots = [each.slot for each in PlayerState.unpack(vladimir.state.players)]
        assert sorted(slots) == [0, 1, 2]
        picture, place = seen(vladimir, "Estragon"), estragon.place
        assert (picture.x, picture.y) == (place[0] >> 2, place[1] >> 2)


@pytest.mark.parametrize(("out", "follows"), [(1.5, False), (2.5, True)])
@pytest.mark.parametrize(("there", "back"), [(EAST, WEST), (SOUTH, NORTH), (0x2000, 0xA000)])
def test_who_goes_to_and_fro_over_an_edge_gets_no_chunk_twice(
    out: float, follows: bool, there: int, back: int
) -> None:
    """The view follows once at the most."""
    server = MockServer(meadow(192, 192), spawns=((90, 90),))
    client = server.join("Vladimir")
    # The edges of the chunk are 6 tiles away.
    along = 1 if there == SOUTH else 0
    edge = 96 * 1024

    def walk_until(direction: int, distance: float) -> None:
        """So many tiles beyond the edge, on the side that lies there."""
        sign = 1 if direction == there else -1
        while sign * (client.place[along] - edge) < distance * 1024 - 128:
            client.walk(direction)
            server.tick()
        client.walk(direction, pace=0)
        server.tick(3)

    walk_until(there, out - 1)  # It stops up to a tile later.
    came: Counter[tuple[int, int]] = Counter()
    client.wire.sent.clear()
    for _ in range(6):
        walk_until(back, out - 1)
        walk_until(there, out - 1)
    for each in client.wire.messages():
        if isinstance(each, codec.ChunkData):
            came[each.chunk_x, each.chunk_y] += 1
    assert set(came.values()) <= {1}
    if not follows:
        assert not came


def test_the_view_is_the_chunk_that_one_is_in_as_soon_as_one_is_well_inside() -> None:
    server = MockServer(meadow(192, 192), spawns=((90, 90),))
    client = server.join("Vladimir")
    for direction in (EAST, SOUTH, WEST, NORTH, 0x2000, 0xA000):
        server.walk(client, direction, 40)
        world = server.world
        x, y = int(world.x[0]) >> 10, int(world.y[0]) >> 10
        view = int(world.view[0])
        left, top = view % 12 * 16, view // 12 * 16
        assert left - VIEW_MARGIN_TILES <= x < left + 16 + VIEW_MARGIN_TILES
        assert top - VIEW_MARGIN_TILES <= y < top + 16 + VIEW_MARGIN_TILES
        # Wherever one is within it, what is near enough is in sight.
        for dx, dy in ((SIGHT_TILES, 0), (-SIGHT_TILES, 0), (0, SIGHT_TILES), (0, -SIGHT_TILES)):
            assert ((x + dx) // 16, (y + dy) // 16) in client.chunks


def test_snapshots_cost_at_most_twice_what_an_exact_circle_would() -> None:
    """In bytes of PlayerStates, while all walk all the time; the heads are the same for both."""
    rng = np.random.default_rng(1953)
    spawns = tuple((int(x), int(y)) for x, y in rng.integers(1, 191, (150, 2)))
    server = MockServer(meadow(192, 192), spawns=spawns)
    clients = [server.connect(f"Guest {number}") for number in range(150)]
    for client in clients:
        client.keeps_players = False
        client.begin()
    server.tick(3)
    for client in clients:
        client.wire.sent.clear()
    world, circle = server.world, 0
    directions = rng.integers(0, 65536, len(clients))
    for tick in range(100):
        turning = rng.random(len(clients)) < 0.05
        directions[turning] = rng.integers(0, 65536, int(turning.sum()))
        for client, direction in zip(clients, directions.tolist(), strict=True):
            client.walk(direction)
        server.tick()
        if tick < 3:
            continue
        x, y = world.x[world.active].astype(np.int64), world.y[world.active].astype(np.int64)
        moves = world.flags[world.active] != 0
        squares = (x[:, None] - x[None, :]) ** 2 + (y[:, None] - y[None, :]) ** 2
        circle += int((squares <= (SIGHT_TILES * 1024) ** 2)[:, moves].sum()) * PlayerState.SIZE
    sent = 0
    for client in clients:
        states = [each for each in client.wire.messages() if isinstance(each, codec.WorldState)]
        sent += sum(len(each.players) for each in states[3:])
    assert circle > 100_000
    assert 0.5 * circle < sent < 2 * circle


WALK = st.tuples(st.just("walk"), st.integers(0, 4), st.integers(0, 65535), st.integers(1, 60))
STEP = st.one_of(
    WALK,
    WALK,
    st.tuples(st.just("tick"), st.integers(1, 5), st.just(0), st.just(0)),
    st.tuples(st.just("resync"), st.integers(0, 4), st.just(0), st.just(0)),
    st.tuples(st.just("clog"), st.integers(0, 4), st.just(0), st.integers(1, 6)),
    st.tuples(st.just("leave"), st.integers(0, 4), st.just(0), st.just(0)),
    st.tuples(st.just("teleport"), st.integers(0, 4), st.integers(0, 111), st.integers(0, 111)),
    st.tuples(st.just("forget"), st.integers(0, 4), st.integers(0, 6), st.integers(0, 6)),
)


@settings(max_examples=1500 if SOAK else 40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 111), st.integers(0, 111)), min_size=5, max_size=5),
    st.lists(STEP, max_size=25),
)
def test_when_all_have_stood_for_four_ticks_every_picture_is_true(
    spawns: list[tuple[int, int]], steps: list[tuple[str, int, int, int]]
) -> None:
    """Whatever they did before: walked, jumped elsewhere, did not read, left and came back."""
    server = MockServer(meadow(112, 112), spawns=tuple(spawns))
    clients = [server.join(f"Guest {number}") for number in range(5)]
    walking: dict[int, tuple[int, int]] = {}
    clogged: dict[int, tuple[int, int]] = {}
    """For how many ticks more, and what had been sent to them when it began."""

    def tick() -> None:
        for index, (direction, left) in list(walking.items()):
            clients[index].walk(direction, 255 if left > 0 else 0)
            walking[index] = direction, left - 1
            if left <= 0:
                del walking[index]
        server.tick()
        for index, (left, already) in list(clogged.items()):
            clogged[index] = left - 1, already
            if left <= 1:
                wire = clients[index].wire
                wire.queued_bytes = 0
                for message in wire.sent[already:]:
                    clients[index].receive(message)
                del clogged[index]

    for kind, which, one, other in steps:
        client = clients[which % 5]
        match kind:
            case "walk":
                walking[which] = one, other
            case "tick":
                for _ in range(5 * which):
                    tick()
            case "resync":
                client.send(codec.Resync().encode())
            case "clog":
                client.wire.queued_bytes = 40_000
                clogged.setdefault(which, (other, len(client.wire.sent)))
            case "leave":
                client.disconnect()
                clogged.pop(which, None)
                walking.pop(which, None)
                tick()
                clients[which] = server.join(f"Guest {which} {server.world.tick}")
            case "teleport":
                server.game.move(client.player_id, one * 1024 + 512, other * 1024 + 512, 0)
            case "forget":
                client.send(codec.ChunkRequest(one, other).encode())
    while walking or clogged:
        tick()
    server.tick(4)  # Until the last commands' ticks have come.
    server.tick(FAR_TICKS)
    assert all(client.server_session.state is State.WORLD for client in clients)
    assert_true(server, clients)
