"""What players see of each other: the whole server but its sockets, tick by tick."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from protocol_spec import codec
from protocol_spec.session import Player
from server.chunks import TileMap
from server.world import Changes, Command
from tests.mock_server import GRASS, TILES, MockClient, MockServer, grass, meadow

EAST, SOUTH, WEST, NORTH = 0x0000, 0x4000, 0x8000, 0xC000


@pytest.fixture
def server() -> MockServer:
    return MockServer()


def seen(client: MockClient, name: str) -> Player:
    player = client.player(name)
    assert player is not None
    return player


def test_each_sees_the_other_join_where_they_are(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    estragon = server.join("Estragon")
    for client, other in ((vladimir, "Estragon"), (estragon, "Vladimir")):
        player = seen(client, other)
        assert player.is_in_sight
        assert (player.x, player.y) == (48 * 256 + 128, 48 * 256 + 128)


def test_player_join_comes_before_player_update_and_the_first_snapshot(server: MockServer) -> None:
    server.join("Vladimir")
    estragon = server.join("Estragon")
    order = [type(each).__name__ for each in estragon.wire.messages()]
    first = {name: order.index(name) for name in dict.fromkeys(order)}
    assert (
        first["WorldEntered"]
        < first["Tile"]
        < first["PlayerJoin"]
        < first["PlayerUpdate"]
        < first["ChunkData"]
        < first["WorldState"]
    )
    joins = [each for each in estragon.wire.messages() if isinstance(each, codec.PlayerJoin)]
    assert sorted(each.name for each in joins) == ["Estragon", "Vladimir"]


@pytest.mark.parametrize("direction", [EAST, SOUTH, WEST, NORTH, 0x2000, 0x9999])
def test_others_see_a_walker_exactly_where_the_walker_is(
    server: MockServer, direction: int
) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    before = vladimir.place
    server.walk(vladimir, direction, ticks=12)
    assert vladimir.place != before
    player = seen(estragon, "Vladimir")
    assert (player.x, player.y) == (vladimir.place[0] >> 2, vladimir.place[1] >> 2)
    assert player.rotation == direction >> 8


def test_twenty_ticks_of_walking_are_five_tiles(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    x, y = vladimir.place
    server.walk(vladimir, EAST, ticks=20)
    assert vladimir.place == (x + 5 * 1024, y)


def test_an_idle_player_costs_nothing(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    server.join("Estragon")
    server.tick(2)
    assert vladimir.state is not None
    assert vladimir.state.players == b""


def test_a_moving_player_costs_eight_bytes(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    server.tick(2)
    vladimir.walk(EAST)
    server.tick(2)
    assert estragon.state is not None
    assert len(estragon.state.players) == 8


def test_a_crowd_of_leaves_and_joins_keeps_every_roster_right(server: MockServer) -> None:
    watcher = server.join("Watcher")
    clients = [server.join(f"Guest {number}") for number in range(10)]
    for client in clients[::2]:
        client.disconnect()
    late = [server.join(f"Later {number}") for number in range(10)]
    names = {"Watcher"} | {each.name for each in clients[1::2]} | {each.name for each in late}
    for client in (watcher, *clients[1::2], *late):
        assert {each.name for each in client.players.values()} == names
    slots = [each.slot for each in watcher.players.values()]
    assert len(set(slots)) == len(slots)


def test_who_leaves_is_gone_for_the_others(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    estragon.disconnect()
    server.tick()
    assert vladimir.player("Estragon") is None
    leaves = [each for each in vladimir.wire.messages() if isinstance(each, codec.PlayerLeave)]
    assert [each.reason for each in leaves] == [codec.LeaveReason.LOST]


def test_who_walks_away_goes_out_of_sight_and_comes_back_into_it() -> None:
    server = MockServer(meadow(160, 32), spawns=((8, 8),))
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    server.walk(vladimir, EAST, ticks=20 * 20)
    assert not seen(estragon, "Vladimir").is_in_sight
    assert not seen(vladimir, "Estragon").is_in_sight
    server.walk(vladimir, WEST, ticks=20 * 20)
    for client, other in ((estragon, "Vladimir"), (vladimir, "Estragon")):
        player = seen(client, other)
        assert player.is_in_sight
        assert (player.x, player.y) == (8 * 256 + 128, 8 * 256 + 128)


def test_chunks_come_into_view_and_go_out_of_it_as_one_walks() -> None:
    server = MockServer(meadow(160, 160), spawns=((8, 8),))
    client = server.join("Vladimir")
    assert set(client.chunks) == {(x, y) for x in range(3) for y in range(3) if (x, y) != (2, 2)}
    server.walk(client, EAST, ticks=20 * 20)
    column = client.place[0] >> 14
    assert {x for x, _ in client.chunks} == set(range(column - 2, column + 3))
    assert len(client.chunks) == 5 + 5 + 3


def test_a_client_has_the_tiles_of_the_map() -> None:
    cells = grass(20, 20)
    cells[1, 3, 17] = 9
    client = MockServer(TileMap.of(cells, TILES), spawns=((8, 8),)).join()
    assert client.tile_at(1, 17, 3) == 9
    assert client.tile_at(0, 17, 3) == GRASS
    assert client.tile_at(0, 25, 3) == 0


def test_a_late_command_is_dropped_and_an_early_one_kept(server: MockServer) -> None:
    client = server.join("Vladimir")
    x, y = client.place
    walk_east = codec.Command(EAST, EAST, 255, 0).pack()
    now = server.world.tick
    client.send(codec.Input(now, walk_east).encode())
    server.tick()
    assert client.place == (x, y)
    client.send(codec.Input(now + 5, walk_east).encode())
    server.tick(3)
    assert client.place == (x, y)
    server.tick()
    assert client.place == (x + 256, y)
    assert client.state is not None
    assert client.state.input_tick == now + 5


def test_a_missing_command_is_repeated_for_three_ticks_then_the_body_stands(
    server: MockServer,
) -> None:
    client = server.join("Vladimir")
    x, _ = client.place
    client.walk(EAST)
    server.tick(12)
    assert client.place[0] == x + 4 * 256


def test_eight_commands_in_one_message_are_applied_one_a_tick(server: MockServer) -> None:
    client = server.join("Vladimir")
    x, y = client.place
    east = codec.Command(EAST, EAST, 255, 0).pack()
    south = codec.Command(SOUTH, SOUTH, 255, 0).pack()
    stand = codec.Command(0, 0, 0, 0).pack()
    commands = east * 3 + south * 4 + stand
    client.send(codec.Input(server.world.tick + 1, commands).encode())
    server.tick()
    assert client.place == (x + 256, y)
    assert client.state is not None
    assert client.state.lead == 7
    server.tick(9)
    assert client.place == (x + 3 * 256, y + 4 * 256)


def test_commands_from_a_clock_that_is_far_off_gain_nothing(server: MockServer) -> None:
    client = server.join("Vladimir")
    server.tick(100)
    place = client.place
    east = codec.Command(EAST, EAST, 255, 0).pack() * 8
    for tick in (0, 1, server.world.tick + 100_000, 0xFFFFFFFF):
        client.send(codec.Input(tick, east).encode())
    server.tick(40)
    assert client.place == place


def test_a_thousand_commands_for_one_tick_are_one_step(server: MockServer) -> None:
    client = server.join("Vladimir")
    x, y = client.place
    for _ in range(100):
        client.walk(EAST)
        server.now += 0.1
    client.walk(EAST, pace=0)
    server.tick(2)
    assert client.place in ((x, y), (x + 256, y))


def test_resync_brings_everybody_in_sight_once(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    server.join("Estragon")
    server.tick(2)
    vladimir.send(codec.Resync().encode())
    server.tick()
    assert vladimir.state is not None
    assert vladimir.state.flags & codec.SnapshotFlag.FULL
    assert len(vladimir.state.players) == 16
    server.tick()
    assert not vladimir.state.flags & codec.SnapshotFlag.FULL


def test_who_does_not_read_gets_no_snapshots_and_then_a_full_one(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    vladimir.wire.queued_bytes = 40_000
    already = len(vladimir.wire.sent)
    server.walk(estragon, EAST, ticks=10)
    assert len(vladimir.wire.sent) == already
    vladimir.wire.queued_bytes = 0
    server.tick()
    assert vladimir.state is not None
    assert vladimir.state.flags & codec.SnapshotFlag.FULL
    player = seen(vladimir, "Estragon")
    assert (player.x, player.y) == (estragon.place[0] >> 2, estragon.place[1] >> 2)


def test_news_is_kept_for_who_does_not_read_now(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    vladimir.wire.queued_bytes = 40_000
    already = len(vladimir.wire.sent)
    estragon.say("Ну что, пошли?")
    server.tick()
    (late,) = vladimir.wire.sent[already:]
    (frame,) = codec.parse(late)
    chat = codec.decode(*frame)
    assert isinstance(chat, codec.ChatMessage)
    assert chat.text == "Ну что, пошли?"


@pytest.mark.parametrize(("queued", "ticks"), [(300_000, 1), (40_000, 202)])
def test_who_never_reads_is_dropped(server: MockServer, queued: int, ticks: int) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    vladimir.wire.queued_bytes = queued
    server.tick(ticks)
    assert vladimir.wire.is_aborted
    server.tick()
    assert estragon.player("Vladimir") is None


def test_a_message_is_never_longer_than_the_limit() -> None:
    server = MockServer(max_players=1500)
    clients: list[MockClient] = []
    for number in range(1500):
        client = server.connect(f"Guest {number}")
        client.begin()
        if clients:
            client.wire.client = None  # One reads what comes; of the others it is measured only.
        clients.append(client)
        if number % 300 == 299:
            server.tick()
    server.tick(2)
    longest = max(len(message) for client in clients for message in client.wire.sent)
    assert 12_000 < longest <= codec.MAX_SERVER_MESSAGE


def test_much_news_in_one_tick_is_spread_over_several_messages(server: MockServer) -> None:
    clients = [server.join(f"Guest {number}") for number in range(6)]
    hearer = clients[0]
    for client in clients:
        for line in range(8):
            client.say(f"{line}" + "🌳" * 499)
    already = len(hearer.wire.sent)
    server.tick()
    new = hearer.wire.sent[already:]
    assert len(new) > 2
    assert max(map(len, new)) <= codec.MAX_SERVER_MESSAGE
    assert len(hearer.chat) == 48


def test_a_newcomer_who_does_not_read_yet_is_greeted_before_any_news(server: MockServer) -> None:
    vladimir = server.join("Vladimir")
    late = server.connect("Estragon")
    late.begin()
    late.wire.queued_bytes = 40_000
    vladimir.say("Estragon!")
    server.tick(3)
    late.wire.queued_bytes = 0
    server.tick()
    assert late.entered is not None
    assert [each.text for each in late.chat] == ["Estragon!"]
    kinds = [type(each) for each in late.wire.messages()]
    assert kinds.index(codec.WorldEntered) < kinds.index(codec.ChatMessage)


def test_who_closes_properly_left_and_was_not_lost(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    estragon.server_session.lost(said_goodbye=True)
    server.tick()
    leaves = [each for each in vladimir.wire.messages() if isinstance(each, codec.PlayerLeave)]
    assert [each.reason for each in leaves] == [codec.LeaveReason.LEFT]


def test_a_tick_that_fails_is_logged_and_the_next_one_comes(
    server: MockServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = server.join("Vladimir")
    step, failures = server.world.step, [ZeroDivisionError("a bug")]

    def fails_once(commands: Sequence[Command]) -> Changes:
        if failures:
            raise failures.pop()
        return step(commands)

    monkeypatch.setattr(server.world, "step", fails_once)
    snapshots = len(client.wire.sent)

    async def run_until_told() -> None:
        running = asyncio.create_task(server.game.run())
        async with asyncio.timeout(5):
            while len(client.wire.sent) == snapshots:  # noqa: ASYNC110 - no event tells.
                await asyncio.sleep(0.01)
        running.cancel()

    asyncio.run(run_until_told())
    assert "ZeroDivisionError: a bug" in caplog.text
