"""One's own player before the server has said so, near to it and over the worst of ways."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from protocol_spec.client import Client, Refused
from protocol_spec.codec import BODY_RADIUS, INPUT_REPEAT_TICKS, AuthMethod, Button, Command
from protocol_spec.ground import Ground
from protocol_spec.prediction import LONGEST_GUESS_TICKS, STAND, Body, Prediction
from protocol_spec.walker import Walker
from server import movement
from server.editing.edits import Edit
from server.editing.operations import CellSet, SetCells
from server.world import Teleport
from tests import bad_network
from tests.bad_network import BadNetwork
from tests.course import LAP_SECONDS, TILES, course_map, lay_course, leg_at
from tests.far_client import FarClient, Weather
from tests.mock_server import MockServer
from tests.running import running_server

EAST = Command(direction=0, aim=0, pace=255, buttons=0)
SOUTH = Command(direction=0x4000, aim=0, pace=255, buttons=0)
LEAP = Command(direction=0, aim=0, pace=255, buttons=Button.JUMP)
SETTLING_SECONDS = 3.0
THINGS = 1
WALK_SECONDS = 60.0 if os.environ.get("ESTRAGON_SOAK") == "1" else 20.0


def stroll(seconds: float) -> Command:
    """Stands for a while, then goes along the course."""
    return leg_at(seconds - SETTLING_SECONDS).command if seconds > SETTLING_SECONDS else STAND


def far_client(
    weather: Weather, seed: int = 0, intent_at: Callable[[float], Command] = stroll
) -> FarClient:
    tile_map, start = course_map()
    return FarClient(MockServer(tile_map, spawns=(start,)), weather, seed, intent_at)


def predicted(client: FarClient) -> Prediction:
    assert client.walker.prediction is not None
    return client.walker.prediction


BAD = Weather(delay_seconds=0.2, jitter_seconds=0.1)
FAIR = Weather(delay_seconds=0.05, jitter_seconds=0.01)
NEAR = Weather(delay_seconds=0.001)


@pytest.mark.parametrize("weather", [NEAR, FAIR, BAD], ids=["near", "fair", "bad"])
@pytest.mark.parametrize("seed", range(3))
def test_a_minute_on_the_course_needs_no_correction(weather: Weather, seed: int) -> None:
    client = far_client(weather, seed)
    cells = set()
    client.run(SETTLING_SECONDS)
    for _ in range(60):
        client.run(1.0)
        cells.add((predicted(client).body.x >> 10, predicted(client).body.y >> 10))
    assert len(cells) > 25  # It came about.
    assert client.late_inputs == 0
    assert predicted(client).corrections == 0


@pytest.mark.parametrize("weather", [NEAR, FAIR, BAD], ids=["near", "fair", "bad"])
def test_commands_are_no_earlier_than_the_way_asks(weather: Weather) -> None:
    """Four ticks of jitter and up to two of margin at the worst; two on a calm way."""
    client = far_client(weather)
    client.run(30.0)
    jitter_ticks = 2 * weather.jitter_seconds * 20
    assert 0.5 < client.walker.clock.ahead_ticks < jitter_ticks + 3.0
    assert client.walker.clock.lead >= 0


def test_after_two_seconds_of_silence_all_is_right_within_one() -> None:
    for seed in range(5):
        client = far_client(BAD, seed)
        client.run(10.0)
        assert predicted(client).corrections == 0
        ahead = client.walker.clock.ahead_ticks
        client.frost.begins, client.frost.ends = client.now, client.now + 2.0
        client.run(3.0)
        corrections, late = predicted(client).corrections, client.late_inputs
        assert corrections > 0
        client.run(LAP_SECONDS)
        assert predicted(client).corrections == corrections
        assert client.late_inputs == late
        assert client.walker.clock.ahead_ticks < ahead + 2


def test_a_way_that_became_longer_for_good_is_found_out() -> None:
    client = far_client(replace(FAIR))
    client.run(10.0)
    client.weather.delay_seconds += 0.7
    client.run(8.0)
    late = client.late_inputs
    assert late > 0
    client.run(LAP_SECONDS)
    assert client.late_inputs == late


@pytest.mark.parametrize("seconds", [0.1, 0.4, 1.0, 3.0])
def test_a_program_that_hung_is_right_again_within_a_second(seconds: float) -> None:
    client = far_client(FAIR)
    client.run(10.0)
    client.frames_pause = True
    client.run(seconds)
    client.frames_pause = False
    client.run(1.0)
    corrections = predicted(client).corrections
    client.run(LAP_SECONDS)
    assert predicted(client).corrections == corrections


def test_a_jump_through_space_is_no_correction() -> None:
    client = far_client(FAIR)
    client.run(10.0)
    client.server.game.submit(Teleport(client.session.player_id, 5000, 5000, 0))
    client.run(LAP_SECONDS)
    assert predicted(client).body.x < 20 * 1024
    assert predicted(client).corrections == 0


def test_a_wall_built_in_the_way_that_was_gone_already_is_one_correction() -> None:
    client = far_client(BAD, intent_at=lambda seconds: EAST if seconds > 3.0 else STAND)
    client.run(4.0)
    world = client.server.world
    slot = world.active[0]
    while predicted(client).body.x - world.x[slot] < 2 * 1024:
        client.run(0.05)
    x, y = (int(world.x[slot]) + BODY_RADIUS >> 10) + 1, int(world.y[slot]) >> 10
    rows = np.arange(y - 1, y + 2, dtype=np.int32)
    wall = SetCells(CellSet.filled(THINGS, np.full_like(rows, x), rows, TILES["crate"]))
    client.server.game.submit(Edit("Pozzo", "test", wall, 0, lambda result: None))
    client.run(3.0)
    state = client.session.state
    assert state is not None
    assert state.x == x * 1024 - BODY_RADIUS - 1
    assert predicted(client).body == Body(state.x, state.y, state.z, state.vz)
    assert predicted(client).corrections == 1
    assert predicted(client).last_correction > 1024


def test_the_known_map_is_to_movement_as_the_servers() -> None:
    client = far_client(NEAR)
    client.run(1.0)
    tile_map = client.server.world.map
    ground = Ground(client.session)
    rows, columns = np.mgrid[-2 : tile_map.height + 2, -2 : tile_map.width + 2].astype(np.int32)
    heights, speeds = ground.heights_at(rows, columns), ground.speeds_at(rows, columns)
    held = np.vectorize(client.session.is_held)(columns, rows)
    assert 0 < held.sum() < held.size
    assert (heights[held] == tile_map.heights_at(rows, columns)[held]).all()
    assert (speeds[held] == tile_map.speeds_at(rows, columns)[held]).all()
    assert (heights[~held] == 32767).all()


class Flat:
    """A Prediction on a plain without end, beside the one who moves for the server."""

    def __init__(self) -> None:
        tile_map, _ = course_map()
        self.step = movement.alone_on(tile_map)
        self.start = Body(8 * 1024, 8 * 1024, 0, 0)
        self.prediction = Prediction(self.step, 100, self.start)

    def server_does(self, *commands: Command) -> Body:
        body = self.start
        for command in commands:
            body = self.step(body, command)
        return body


def test_a_tick_without_a_command_is_done_as_the_server_does_it() -> None:
    """The last one goes on for three ticks, without its buttons; then the body stands."""
    flat = Flat()
    flat.prediction.act(101, LEAP)
    flat.prediction.act(110, SOUTH)
    goes_on = [EAST] * INPUT_REPEAT_TICKS
    stands = [STAND] * (8 - INPUT_REPEAT_TICKS)
    assert flat.prediction.body == flat.server_does(LEAP, *goes_on, *stands, SOUTH)


def test_what_the_server_missed_is_repeated_in_the_replay() -> None:
    flat = Flat()
    for tick, command in ((101, EAST), (102, SOUTH), (103, SOUTH)):
        flat.prediction.act(tick, command)
    flat.prediction.confirm(102, 101, flat.server_does(EAST, EAST))
    assert flat.prediction.body == flat.server_does(EAST, EAST, SOUTH)
    assert flat.prediction.corrections == 1
    assert flat.prediction.last_correction == pytest.approx(256 * 2**0.5)


def test_what_was_missed_and_made_no_difference_is_no_correction() -> None:
    flat = Flat()
    for tick in range(101, 105):
        flat.prediction.act(tick, EAST)
    flat.prediction.confirm(102, 101, flat.server_does(EAST, EAST))
    assert flat.prediction.body == flat.server_does(*[EAST] * 4)
    assert flat.prediction.corrections == 0


def test_nobody_walks_on_for_ever_without_a_word() -> None:
    flat = Flat()
    for tick in range(101, 101 + 2 * LONGEST_GUESS_TICKS):
        flat.prediction.act(tick, EAST)
    assert flat.prediction.body == flat.server_does(*[EAST] * LONGEST_GUESS_TICKS)
    last = 100 + 2 * LONGEST_GUESS_TICKS
    everything = flat.server_does(*[EAST] * 2 * LONGEST_GUESS_TICKS)
    flat.prediction.confirm(last, last, everything)
    assert flat.prediction.body == everything


def test_a_clock_that_is_set_back_does_the_ticks_anew() -> None:
    flat = Flat()
    for tick in range(101, 151):
        flat.prediction.act(tick, EAST)
    flat.prediction.turn_back(110)
    assert flat.prediction.tick == 110
    flat.prediction.act(111, SOUTH)
    assert flat.prediction.body == flat.server_does(*[EAST] * 10, SOUTH)


BAD_WAY = bad_network.Weather(delay_seconds=0.2, jitter_seconds=0.1)


class Stroller(Walker):
    """Goes along the course, after a while."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.session, movement.alone_on)
        self.began = time.monotonic()

    def advance(self, now: float) -> None:
        self.intent = stroll(now - self.began)
        super().advance(now)

    @property
    def predicted(self) -> Prediction:
        assert self.prediction is not None
        return self.prediction


@contextlib.asynccontextmanager
async def walking(network: BadNetwork, name: str) -> AsyncIterator[tuple[Client, Stroller]]:
    client = await Client.join(network.url, name)
    walker = Stroller(client)
    task = asyncio.create_task(client.go_with(walker))
    try:
        yield client, walker
    finally:
        task.cancel()
        await client.close()


async def walk_the_course(network: BadNetwork) -> None:
    async with walking(network, "Estragon") as (_, walker):
        began = walker.session.state
        await asyncio.sleep(SETTLING_SECONDS + WALK_SECONDS)
        clock = walker.clock
        print(
            f"{WALK_SECONDS:.0f} s, {walker.predicted.corrections} corrections, lead {clock.lead}, "
            f"round trip {clock.round_trip_seconds * 1000:.0f} ms, "
            f"jitter {clock.jitter_seconds * 1000:.0f} ms"
        )
        assert walker.predicted.corrections == 0
        assert walker.session.state is not None
        assert began is not None
        assert walker.session.state.input_tick > began.tick + WALK_SECONDS * 19
        assert (walker.session.state.x, walker.session.state.y) != (began.x, began.y)


async def freeze_for_two_seconds(network: BadNetwork) -> None:
    async with walking(network, "Vladimir") as (_, walker):
        await asyncio.sleep(SETTLING_SECONDS + 4)
        assert walker.predicted.corrections == 0
        network.freeze(2.0)
        await asyncio.sleep(3.0)
        corrections = walker.predicted.corrections
        assert corrections > 0
        await asyncio.sleep(5.0)
        assert walker.predicted.corrections == corrections


async def cut_and_come_back(network: BadNetwork) -> None:
    async with walking(network, "Pozzo") as (client, _):
        await asyncio.sleep(SETTLING_SECONDS + 2)
        number, token = client.session.player_id, client.session.resume_token
        network.cut()
        with pytest.raises(Refused):
            await client.wait_for(lambda session: False)
        last = client.session.state
    back = await Client.join(network.url, "", method=AuthMethod.RESUME, secret=token)
    now = back.session.state
    await back.close()
    assert back.session.player_id == number
    assert last is not None
    assert now is not None
    # The server went on for three ticks, and the last snapshots were lost on the way.
    assert max(abs(now.x - last.x), abs(now.y - last.y)) < 12 * 256


@pytest.fixture(scope="module")
def on_bad_networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[None]]]:
    """All of them at the same time, each over a network of its own: most of it is waiting."""
    folder = tmp_path_factory.mktemp("course")
    lay_course(folder / "data")

    def play(what: Callable[[BadNetwork], Coroutine[Any, Any, None]], port: int) -> None:
        with BadNetwork(port, up=BAD_WAY, down=BAD_WAY) as network:
            asyncio.run(what(network))

    plays = (walk_the_course, freeze_for_two_seconds, cut_and_come_back)
    with running_server(folder) as server, ThreadPoolExecutor() as threads:
        yield {each.__name__: threads.submit(play, each, server.port) for each in plays}


@pytest.mark.alone
def test_over_a_real_bad_network_the_course_needs_no_correction(
    on_bad_networks: dict[str, Future[None]],
) -> None:
    on_bad_networks[walk_the_course.__name__].result()


@pytest.mark.alone
def test_over_a_real_network_that_froze_it_is_right_within_a_second(
    on_bad_networks: dict[str, Future[None]],
) -> None:
    on_bad_networks[freeze_for_two_seconds.__name__].result()


@pytest.mark.alone
def test_who_is_cut_off_and_comes_back_in_time_is_the_same_player(
    on_bad_networks: dict[str, Future[None]],
) -> None:
    on_bad_networks[cut_and_come_back.__name__].result()
