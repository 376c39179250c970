"""The garbage collector works between the ticks, and nothing stays for ever."""

from __future__ import annotations

import asyncio
import gc
import os
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol_spec.client import Client
from server.garbage import (
    FULL_SECONDS,
    MUCH_FOUND,
    OVERDUE_SECONDS,
    SHARE,
    YOUNG_OBJECTS,
    YOUNG_ROUNDS,
    Garbage,
)
from server.member import Member
from server.session import Session
from tests.mock_server import MockServer
from tests.running import RunningServer, running_server

TICK_LEFT = 0.04
ROUNDS = 50 if os.environ.get("ESTRAGON_SOAK") == "1" else 10
"""Of a hundred players each."""


class Ring:
    """Something that only the collector frees."""

    def __init__(self) -> None:
        self.me = self
        self.some = [[]]  # type: ignore[var-annotated]


class Clock:
    """Seconds; looking at everything takes `full_lasts` of them."""

    def __init__(self) -> None:
        self.now = 100.0
        self.full_lasts = 0.001
        self.fulls = 0

    def __call__(self) -> float:
        return self.now

    def collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            self.now += self.full_lasts
            self.fulls += 1


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    gc.collect()
    gc.callbacks.append(clock.collected)
    yield clock
    gc.callbacks.remove(clock.collected)


@pytest.fixture
def garbage(clock: Clock) -> Iterator[Garbage]:
    garbage = Garbage(clock)
    garbage.take_over()
    gc.collect()
    clock.fulls = 0
    yield garbage
    garbage.hand_back()


def rings(count: int) -> list[weakref.ref[Ring]]:
    return [weakref.ref(Ring()) for _ in range(count)]


def alive(references: list[weakref.ref[Ring]]) -> int:
    return sum(each() is not None for each in references)


def connections() -> list[Session | Member]:
    """All that there are in this process."""
    return [each for each in gc.get_objects() if isinstance(each, Session | Member)]


def age() -> None:
    """What is there becomes old."""
    gc.collect(0)
    gc.collect(1)


def test_nothing_is_collected_until_a_tick_is_done(garbage: Garbage) -> None:
    made = rings(20 * YOUNG_OBJECTS)
    assert alive(made) == len(made)
    garbage.collect(TICK_LEFT)
    assert alive(made) == 0


def test_a_little_is_left_for_later(garbage: Garbage) -> None:
    made = rings(YOUNG_OBJECTS // 10)
    garbage.collect(TICK_LEFT)
    assert alive(made) == len(made)


def test_what_lived_through_one_look_is_found_by_a_later_one(garbage: Garbage) -> None:
    ring = Ring()
    reference = weakref.ref(ring)
    keep = rings(YOUNG_OBJECTS)
    garbage.collect(TICK_LEFT)
    del ring
    for _ in range(YOUNG_ROUNDS + 1):
        keep = rings(YOUNG_OBJECTS)
        garbage.collect(TICK_LEFT)
    assert alive(keep) == 0
    assert reference() is None


def test_what_is_old_is_found_once_a_minute(garbage: Garbage, clock: Clock) -> None:
    ring = Ring()
    reference = weakref.ref(ring)
    age()
    del ring
    clock.now += FULL_SECONDS - 1
    garbage.collect(TICK_LEFT)
    assert reference() is not None
    clock.now += 2
    garbage.collect(TICK_LEFT)
    assert reference() is None
    assert clock.fulls == 1


def test_what_takes_longer_than_there_is_time_for_is_done_as_much_more_seldom(
    garbage: Garbage, clock: Clock
) -> None:
    clock.full_lasts = 5 * TICK_LEFT * SHARE
    clock.now += FULL_SECONDS + 1
    garbage.collect(TICK_LEFT)
    assert clock.fulls == 1
    clock.now += 5 * FULL_SECONDS - 1
    garbage.collect(TICK_LEFT)
    assert clock.fulls == 1
    clock.full_lasts = 0.001
    clock.now += 2
    garbage.collect(TICK_LEFT)
    assert clock.fulls == 2
    clock.now += FULL_SECONDS + 1
    garbage.collect(TICK_LEFT)
    assert clock.fulls == 3


def test_much_that_was_found_does_not_put_off_the_next_look(garbage: Garbage, clock: Clock) -> None:
    clock.full_lasts = 1.0
    for fulls in (1, 2, 3):
        keep = [Ring() for _ in range(MUCH_FOUND)]
        age()
        keep.clear()
        clock.now += FULL_SECONDS + 1
        garbage.collect(TICK_LEFT)
        assert clock.fulls == fulls


def test_where_there_is_no_time_for_it_it_waits_for_half_an_hour(
    garbage: Garbage, clock: Clock
) -> None:
    clock.now += OVERDUE_SECONDS - 1
    garbage.collect(0.0)
    assert clock.fulls == 0
    clock.now += 2
    garbage.collect(0.0)
    assert clock.fulls == 1


def test_a_late_tick_is_not_made_later(garbage: Garbage, clock: Clock) -> None:
    clock.now += FULL_SECONDS + 1
    garbage.collect(-0.01)
    assert clock.fulls == 0
    garbage.collect(TICK_LEFT)
    assert clock.fulls == 1


def test_afterwards_python_collects_by_itself_again(garbage: Garbage) -> None:
    assert not gc.isenabled()
    garbage.hand_back()
    assert gc.isenabled()


def test_thousands_who_come_and_go_leave_nothing_behind(garbage: Garbage) -> None:
    # Other tests of this process may have left something.
    strangers = weakref.WeakSet(connections())
    server = MockServer()
    log = server.services.player_log

    def come_and_go(rounds: int) -> int:
        """Returns how many objects there are afterwards."""
        for number in range(rounds):
            clients = [server.connect(f"Guest {number:03} {each:03}") for each in range(100)]
            for client in clients:
                client.begin()
            server.tick(2)
            assert len(server.world.players) == 100
            assert len(set(connections()) - set(strangers)) == 200
            for client in clients:
                client.server_session.lost(said_goodbye=True)
            del client, clients
            server.tick()
            # What the running server does once a second.
            asyncio.run(log.flush())
            log.forget(range(server.world.tick * 100))
            garbage.collect(TICK_LEFT)
        age()
        return len(gc.get_objects())

    before = come_and_go(3)
    after = come_and_go(ROUNDS)
    # A player is 40 objects or more.
    assert after - before < 5 * ROUNDS * 100
    assert not [each for each in connections() if each not in strangers]


@pytest.mark.parametrize("gateway", ["fast", "asgi"])
def test_connections_that_are_over_take_no_memory(tmp_path: Path, gateway: str) -> None:
    """Over real sockets, half of them closed and half of them cut."""
    with running_server(
        tmp_path,
        "--gateway",
        gateway,
        # A hundred come at once, and the machine may have other work.
        environment={"ESTRAGON_RESUME_SECONDS": "0.5", "ESTRAGON_AUTH_TIMEOUT_SECONDS": "60"},
    ) as server:
        asyncio.run(come_and_go(server, "Guest", 4))
        before = server.process.memory_info().rss
        asyncio.run(come_and_go(server, "Later", ROUNDS))
        # A player takes 30 KiB while there.
        assert server.process.memory_info().rss - before < ROUNDS * 100 * 4096


async def come_and_go(server: RunningServer, name: str, rounds: int) -> None:
    for number in range(rounds):
        # Those who were cut are expected back for a while, and their names with them.
        clients = await asyncio.gather(
            *(
                Client.join(server.url, f"{name} {number:02} {each:02}", timeout_seconds=60)
                for each in range(100)
            )
        )
        for client in clients[50:]:
            client.abort()
        await asyncio.gather(*(client.close() for client in clients))
        await asyncio.to_thread(server.wait_for_players, 0)
    await asyncio.sleep(2)  # Until the last are not expected back any more.
