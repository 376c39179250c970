"""Whatever a client sends, its body goes no faster, higher or elsewhere than an honest one's.

A million commands as Hypothesis would cheat with them go straight into a world, and others as
bytes through real sessions. Beside each cheat goes an honest twin, who sends, one a tick and on
time, what the rules EST-IN-03 to EST-IN-06 leave of the cheat's commands: both must be in the same
place after every tick. A judge who knows nothing but the map watches them all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from protocol_spec import codec
from protocol_spec.codec import (
    BODY_RADIUS,
    INPUT_BUFFER_TICKS,
    INPUT_REPEAT_TICKS,
    WALK_SPEED,
    Button,
    ErrorCode,
    LeaveReason,
)
from server.chunks import TileMap
from server.editing.edits import Edit
from server.editing.operations import CellSet, Places, SetCells
from server.world import Command, Enter, Leave, World
from tests import mock_server, walks
from tests.cheats import (
    CHEATS,
    EVERYTHING,
    HONEST,
    HOUR,
    LAST_TICK,
    SIZE,
    Cheat,
    Cheater,
    Intents,
    Ints,
    Judge,
    Message,
)
from tests.mock_server import WALL, MockClient, MockServer, grass, meadow
from tests.walks import Outing, outing

EXAMPLES = 250 if os.environ.get("ESTRAGON_SOAK") == "1" else 25
A_MILLION = 1_000_000
COMMANDS = A_MILLION // 25
"""At least so many in each example."""
PLAYERS_EACH = 6
"""So many play each cheat, and each wants to go elsewhere."""
SPAWNS = 50
EAST = codec.Command(0, 0, 255, 0).pack()
WEST = codec.Command(0x8000, 0x8000, 255, 0).pack()


def states_of(world: World, slots: list[int]) -> Ints:
    rows = [each[slots] for each in (world.x, world.y, world.z, world.vz)]
    return np.stack(rows).astype(np.int64)


class Arena:
    """A world of cheats, and one of their honest twins on the same map."""

    def __init__(self, played: list[Cheat], land: Outing, seed: int) -> None:
        self.cheaters = [
            Cheater(cheat, seed + number) for number, cheat in enumerate(played * PLAYERS_EACH)
        ]
        rng = np.random.Generator(np.random.PCG64(seed))
        spawns = rng.integers(0, walks.SIDE, (SPAWNS, 2)).tolist()
        places = Places(tuple((x, y) for x, y in spawns))
        # Not a slot is left over: who comes takes that of who went.
        self.slots = list(range(len(self.cheaters)))
        self.world, self.honest = (
            World(land.tile_map(0), places, len(self.slots)) for _ in range(2)
        )
        self.intents = [Intents() for _ in self.slots]
        self._next_id = 1
        self._owners = dict.fromkeys(self.slots, 0)
        came = [command for slot in self.slots for command in self._replace(slot)]
        for world in (self.world, self.honest):
            world.step(came)
        self.judge = Judge(land.cells[0], walks.TILES, states_of(self.world, self.slots))

    def tick(self) -> int:
        """A tick of both; returns how many commands the cheats sent."""
        done = self.world.tick
        sent = 0
        for slot, cheater in enumerate(self.cheaters):
            for tick, commands in cheater.speak(done):
                self.world.add_input(slot, tick, commands)
                self.intents[slot].hear(done, tick, commands)
                sent += len(commands) // SIZE
        gone = [
            slot
            for slot, cheater in enumerate(self.cheaters)
            if cheater.cheat.stays and done % cheater.cheat.stays == 0
        ]
        changes = [command for slot in gone for command in self._replace(slot)]
        for slot, intents in enumerate(self.intents):
            self.honest.add_input(slot, done + 1, intents.command(done + 1))
        self.world.step(changes)
        self.honest.step(changes)
        states = states_of(self.world, self.slots)
        np.testing.assert_array_equal(states, states_of(self.honest, self.slots))
        np.testing.assert_array_equal(self.world.rotation, self.honest.rotation)
        self.judge.see(states, gone)
        return sent

    def _replace(self, slot: int) -> list[Command]:
        """Who has the slot leaves it, and somebody else, who wants nothing yet, comes into it."""
        self.intents[slot] = Intents()
        leave = Leave(self._owners[slot], LeaveReason.LEFT)
        enter = Enter(self._next_id, f"Pozzo{self._next_id}", 0)
        self._owners[slot] = self._next_id
        self._next_id += 1
        return [leave, enter]


# Thousands of commands are in an example: to make it smaller takes minutes.
by_chance = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def test_a_million_hostile_commands_gain_nothing() -> None:
    sent = 0
    walked = 0.0

    @settings(by_chance, max_examples=EXAMPLES)
    @given(played=st.lists(CHEATS, min_size=6, max_size=6), seed=st.integers(0, 2**32))
    def misbehave(played: list[Cheat], seed: int) -> None:
        nonlocal sent, walked
        arena = Arena([*played, HONEST, EVERYTHING], outing(seed), seed)
        until = sent + COMMANDS
        while sent < until:
            sent += arena.tick()
        walked += arena.judge.walked / 1024

    misbehave()
    assert sent > A_MILLION
    assert walked > 50 * EXAMPLES, "who hardly gets anywhere proves little"


def as_bytes(message: Message) -> bytes:
    return codec.Input(*message).encode()


def places_of(*clients: MockClient) -> Ints:
    """Where each client's body is by its own last snapshot: x, y, z and vz, shape (4, clients)."""
    told = [each.state for each in clients]
    return np.array([(s.x, s.y, s.z, s.vz) for s in told if s is not None], np.int64).T


def send(client: MockClient, data: bytes) -> None:
    client.server_session.receive(data, client.server.now)


@settings(by_chance, max_examples=EXAMPLES)
@given(
    played=st.lists(CHEATS.map(lambda each: replace(each, stays=0)), min_size=3, max_size=3),
    joins=st.integers(1, 5),
    seed=st.integers(0, 2**32),
)
def test_hostile_bytes_gain_nothing(played: list[Cheat], joins: int, seed: int) -> None:
    """As above, through sessions; up to so many INPUTs are joined in a WebSocket message."""
    land = outing(seed)
    spawn = seed % walks.SIDE, seed // walks.SIDE % walks.SIDE
    server = MockServer(land.tile_map(0), (spawn,), message_burst=10_000)
    names = ("Estragon", "Vladimir", "Pozzo", "Lucky", "Godot", "Beckett")
    clients = [server.join(name) for name in names]
    bad, honest = clients[:3], clients[3:]
    cheaters = [Cheater(cheat, seed + number) for number, cheat in enumerate(played)]
    intents = [Intents() for _ in cheaters]
    judge = Judge(land.cells[0], walks.TILES, places_of(*bad))
    for _ in range(60):
        done = server.world.tick
        for client, cheater, intent in zip(bad, cheaters, intents, strict=True):
            messages = cheater.speak(done)
            for first in range(0, len(messages), joins):
                send(client, b"".join(map(as_bytes, messages[first : first + joins])))
            for message in messages:
                intent.hear(done, *message)
        for client, intent in zip(honest, intents, strict=True):
            if command := intent.command(done + 1):
                send(client, as_bytes((done + 1, command)))
        server.tick()
        assert not any(each.wire.closed for each in clients)
        np.testing.assert_array_equal(places_of(*bad), places_of(*honest))
        judge.see(places_of(*bad))


Trick = Callable[[int, int], list[Message]]
"""From the last tick done, and how many came since the start, to what is sent before the next."""


def hoards_ahead(done: int, since: int) -> list[Message]:
    return [(done + 1 + first, EAST * 8) for first in (0, 8, 16, 24)] if since % 32 == 0 else []


def hoards_the_past(done: int, since: int) -> list[Message]:
    return [(done - ago, EAST) for ago in range(19, -1, -1)] if since % 20 == 19 else []


def replays(done: int, since: int) -> list[Message]:
    return [(done + 1 - ago, EAST) for ago in range(30)]


def renumbers(done: int, since: int) -> list[Message]:
    return [(done + 1 + ahead, EAST * 8) for ahead in range(30)]


def thirty_for_one_tick(done: int, since: int) -> list[Message]:
    return [(done + 1, EAST)] * 30


def in_reverse(done: int, since: int) -> list[Message]:
    return [(done + ahead, EAST) for ahead in range(32, 0, -1)] if since % 32 == 0 else []


def leaps_always(done: int, since: int) -> list[Message]:
    return [(done + 1, codec.Command(0, 0, 255, Button.JUMP).pack())]


def holds_all_buttons(done: int, since: int) -> list[Message]:
    return [(done + 1, codec.Command(0, 0, 255, 255).pack())]


def looks_anywhere(done: int, since: int) -> list[Message]:
    return [(done + 1, codec.Command(0, (since * 40503) & 0xFFFF, 255, 0).pack())]


def is_silent_for_three_ticks_in_four(done: int, since: int) -> list[Message]:
    return [(done + 1, EAST)] if since % 4 == 0 else []


def at_tick(tick: int) -> Trick:
    return lambda done, since: [(tick, EAST * 8)]


def off_by(ticks: int) -> Trick:
    return lambda done, since: [(max(done + ticks, 0), EAST * 8)]


def has_no_commands(done: int, since: int) -> list[Message]:
    return [(done + 1, b"")] * 8


@pytest.mark.parametrize(
    "trick",
    [
        hoards_ahead,
        replays,
        renumbers,
        thirty_for_one_tick,
        in_reverse,
        leaps_always,
        holds_all_buttons,
        looks_anywhere,
        is_silent_for_three_ticks_in_four,
        pytest.param(off_by(1), id="eight each tick"),
    ],
)
def test_who_hoards_replays_or_renumbers_is_where_an_honest_walker_is(trick: Trick) -> None:
    assert race(trick) == (100 * WALK_SPEED, 100 * WALK_SPEED)


@pytest.mark.parametrize(
    "trick",
    [
        hoards_the_past,
        pytest.param(at_tick(0), id="tick 0"),
        pytest.param(at_tick(1), id="tick 1"),
        pytest.param(at_tick(LAST_TICK), id="the last tick there is"),
        pytest.param(at_tick(LAST_TICK - 7), id="the last eight ticks"),
        pytest.param(off_by(-HOUR), id="an hour slow"),
        pytest.param(off_by(HOUR), id="an hour fast"),
        pytest.param(off_by(-7), id="just too late"),
        pytest.param(off_by(INPUT_BUFFER_TICKS + 1), id="just too early"),
        has_no_commands,
    ],
)
def test_who_comes_too_late_or_much_too_early_stands(trick: Trick) -> None:
    assert race(trick) == (0, 100 * WALK_SPEED)


def race(trick: Trick) -> tuple[int, int]:
    """How far east a cheat and an honest walker come in 100 ticks, the cheat never ahead."""
    server = MockServer(meadow(48, 32), ((2, 8),), message_burst=100_000)
    server.world.tick = 2 * HOUR
    cheat, honest = server.join("Pozzo"), server.join("Vladimir")
    start, _ = cheat.place
    for since in range(100):
        done = server.world.tick
        for message in trick(done, since):
            send(cheat, as_bytes(message))
        send(honest, as_bytes((done + 1, EAST)))
        server.tick()
        assert cheat.place[0] <= honest.place[0]
        assert cheat.place[1] == honest.place[1]
    return cheat.place[0] - start, honest.place[0] - start


def test_no_direction_is_faster_than_another() -> None:
    server = MockServer()
    client = server.join("Pozzo")
    judge = Judge(grass(96, 96), mock_server.TILES, places_of(client))
    for direction in range(0, 65536, 0xFF):
        send(client, as_bytes((server.world.tick + 1, codec.Command(direction, 0, 255, 0).pack())))
        server.tick()
        judge.see(places_of(client))
    assert judge.walked > 0.95 * 257 * WALK_SPEED


def test_thirty_two_ticks_ahead_are_kept_and_no_more() -> None:
    server = MockServer()
    client = server.join("Pozzo")
    x, _ = client.place
    done = server.world.tick
    send(client, as_bytes((done + INPUT_BUFFER_TICKS, EAST * 2)))
    server.tick(INPUT_BUFFER_TICKS - 1)
    assert client.place[0] == x
    server.tick(20)
    assert client.place[0] == x + (1 + INPUT_REPEAT_TICKS) * WALK_SPEED
    assert client.state is not None
    assert client.state.input_tick == done + INPUT_BUFFER_TICKS


def test_an_input_without_commands_steers_nobody_else() -> None:
    """It once shifted everybody's commands of the tick by a row, to those of the cheat's choice."""
    server = MockServer()
    pozzo, vladimir = server.join("Pozzo"), server.join("Vladimir")
    x, _ = vladimir.place
    for _ in range(20):
        tick = server.world.tick + 1
        send(pozzo, as_bytes((tick, b"")))
        send(vladimir, as_bytes((tick, EAST)))
        send(pozzo, as_bytes((tick, WEST * 2)))
        server.tick()
    assert vladimir.place[0] == x + 20 * WALK_SPEED
    assert pozzo.place[0] == x - 20 * WALK_SPEED


def test_what_one_hoarded_is_not_walked_by_who_takes_the_slot() -> None:
    server = MockServer(max_players=1)
    pozzo = server.join("Pozzo")
    for message in hoards_ahead(server.world.tick, 0):
        send(pozzo, as_bytes(message))
    slot, spawn = pozzo.server_session.slot, pozzo.place
    server.tick()
    assert pozzo.place != spawn
    pozzo.disconnect()
    server.tick()
    vladimir = server.join("Vladimir")
    assert vladimir.server_session.slot == slot
    server.tick(INPUT_BUFFER_TICKS)
    assert vladimir.place == spawn


def test_who_has_left_moves_nobody() -> None:
    server = MockServer(max_players=1)
    pozzo = server.join("Pozzo")
    pozzo.disconnect()
    send(pozzo, as_bytes((server.world.tick + 3, EAST * 8)))
    server.tick()
    vladimir = server.join("Vladimir")
    place = vladimir.place
    for _ in range(20):
        send(pozzo, as_bytes((server.world.tick + 1, EAST)))
        server.tick()
    assert vladimir.place == place


def test_who_sends_too_much_is_thrown_out_and_came_no_further() -> None:
    server = MockServer()
    cheat, honest = server.join("Pozzo"), server.join("Vladimir")
    while cheat.wire.closed is None:
        done = server.world.tick
        for message in thirty_for_one_tick(done, 0):
            send(cheat, as_bytes(message))
        send(honest, as_bytes((done + 1, EAST)))
        assert server.world.tick < 100
        server.tick()
        assert cheat.place[0] <= honest.place[0]
    assert cheat.wire.errors() == [ErrorCode.RATE_LIMITED] * 2
    server.tick()
    assert honest.player("Pozzo") is None


def test_a_wall_stops_what_was_hoarded_before_it_stood() -> None:
    cells = grass(48, 32)
    world = World(TileMap.of(cells, mock_server.TILES), Places(((8, 8),)), 1)
    world.step([Enter(1, "Pozzo", 0)])
    for message in hoards_ahead(world.tick, 0):
        world.add_input(0, *message)
    world.step([])
    rows = np.arange(32, dtype=np.int32)
    fence = CellSet.filled(1, np.full_like(rows, 12), rows, WALL)
    edits = [Edit("Vladimir", "test", SetCells(fence), 0)]
    cells[1, :, 12] = WALL
    judge = Judge(cells, mock_server.TILES, states_of(world, [0]))
    for _ in range(INPUT_BUFFER_TICKS):
        world.step(edits)
        edits = []
        judge.see(states_of(world, [0]))
    assert world.x[0] == 12 * 1024 - 1 - BODY_RADIUS
