"""Light clients for the bench: so many that the reference client would be what is measured.

They join as the reference client does, then walk all the time and only note when snapshots come
and how long they are. `python -m tests.bench.crowd URL COUNT SECONDS` prints a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import struct
import sys
import time
from array import array
from collections.abc import Callable
from itertools import chain
from statistics import fmean
from typing import Any

import numpy as np
import picows
from numpy.typing import NDArray

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from protocol_spec.codec import PlayerState
from tests.bench.sights import circled, in_view, pairs

JOINS_AT_ONCE = 50
COMMAND_SECONDS = 1 / 20
SLICES = 10
"""The clients send in so many groups, one after the other, as players do."""
LEAD_TICKS = 3
TURN = 0.05
"""How likely a client takes another direction at a tick."""
_WORLD_STATE = int(codec.MessageType.WORLD_STATE)
_STATE_HEAD = struct.Struct("!BHIIbBiiihHH")
"""Type, length, tick, input_tick, lead, flags, x, y, z, vz, rotation, how many players."""
SAMPLE_SECONDS = 1.0


class LightClient(Client):
    """Once it walks it reads no more of a snapshot than its tick."""

    def __init__(self, name: str, seed: int) -> None:
        super().__init__(name)
        self.session.keeps_players = False
        self.is_light = False
        self.tick = 0
        self.times = array("d")
        self.bytes = 0
        self.messages = 0
        self.late_inputs = 0
        self.place = (0, 0, 0)
        """x, y, and whether they changed with the last snapshot."""
        self.command = self._walk
        self.look: Callable[[bytes], None] | None = None
        """Told the players of each snapshot."""
        self._random = random.Random(seed)
        self._direction = self._random.randrange(65536)

    def take_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if not self.is_light or frame.msg_type is not picows.WSMsgType.BINARY:
            super().take_frame(transport, frame)
            return
        data = frame.get_payload_as_bytes()
        self.bytes += len(data)
        self.messages += 1
        at = 0
        # News and tiles come before the snapshot.
        while data[at] != _WORLD_STATE:
            at += 3 + int.from_bytes(data[at + 1 : at + 3])
            if at >= len(data):
                return
        _, _, self.tick, _, lead, _, x, y, *_, count = _STATE_HEAD.unpack_from(data, at)
        self.place = x, y, (x, y) != self.place[:2]
        self.late_inputs += lead < 0
        self.times.append(time.perf_counter())
        if self.look is not None:
            begin = at + _STATE_HEAD.size
            self.look(data[begin : begin + count * PlayerState.SIZE])

    def _walk(self) -> codec.Command:
        if self._random.random() < TURN:
            self._direction = self._random.randrange(65536)
        return codec.Command(self._direction, self._direction, 255, 0)

    def act(self) -> None:
        command = self.command().pack()
        if self._transport is not None:
            tick = self.tick + LEAD_TICKS
            frame = struct.pack("!BHIB", codec.Input.TYPE, 11, tick, 1) + command
            self._transport.send(picows.WSMsgType.BINARY, frame)

    def stand(self) -> None:
        """Says that it is there."""
        self.session.send(codec.Ping(0).encode())

    def grow_light(self) -> None:
        assert self.session.state is not None
        self.tick = self.session.state.tick
        self.is_light = True

    def start_counting(self) -> None:
        self.times = array("d")
        self.bytes = self.messages = self.late_inputs = 0


async def run(url: str, count: int, settle_seconds: float, seconds: float) -> dict[str, Any]:
    clients = [LightClient(f"Walker {number:05}", number) for number in range(count)]
    gate = asyncio.Semaphore(JOINS_AT_ONCE)
    refused: list[str] = []

    async def join(client: LightClient) -> None:
        async with gate:
            try:
                await client.connect(url)
                await client.wait_for(lambda session: session.state is not None, 60)
                client.grow_light()
            except (Refused, OSError, TimeoutError) as error:
                refused.append(str(error) or type(error).__name__)

    walking = asyncio.create_task(walk(clients))
    began = time.perf_counter()
    await asyncio.gather(*map(join, clients))
    joined_seconds = time.perf_counter() - began
    await asyncio.sleep(settle_seconds)
    seeing = pairs(clients, places(clients))
    await asyncio.sleep(SAMPLE_SECONDS)
    for client in clients:
        client.start_counting()
    print("counting", flush=True)
    began = time.perf_counter()
    samples = []
    while time.perf_counter() < began + seconds:
        await asyncio.sleep(SAMPLE_SECONDS)
        samples.append(places(clients))
    lasted = time.perf_counter() - began
    walking.cancel()
    dropped = sum(each.close_code is not None for each in clients)
    await asyncio.gather(*(each.close() for each in clients))
    delays = np.array(list(chain.from_iterable(each.delays for each in seeing))) * 1000
    gaps = np.concatenate([np.diff(np.frombuffer(each.times)) for each in clients])
    rates = [len(each.times) / lasted for each in clients]
    return {
        "joined": count - len(refused),
        "refused": sorted(set(refused)),
        "join_seconds": round(joined_seconds, 1),
        "dropped": dropped,
        "snapshots_per_second": round(fmean(rates), 2),
        "snapshots_per_second_least": round(min(rates), 2),
        "gap_p50_ms": round(float(np.percentile(gaps, 50)) * 1000, 1),
        "gap_p99_ms": round(float(np.percentile(gaps, 99)) * 1000, 1),
        "turns_seen": len(delays),
        "seen_p50_ms": round(float(np.percentile(delays, 50)), 1),
        "seen_p99_ms": round(float(np.percentile(delays, 99)), 1),
        "walkers_in_circle": round(fmean(map(circled, samples)), 1),
        "walkers_in_view": round(fmean(map(in_view, samples)), 1),
        "bytes_per_second": round(fmean(each.bytes for each in clients) / lasted),
        "bytes_per_message": round(
            sum(each.bytes for each in clients) / sum(each.messages for each in clients), 1
        ),
        "late_inputs": round(
            sum(each.late_inputs for each in clients) / sum(each.messages for each in clients), 4
        ),
    }


def places(clients: list[LightClient]) -> NDArray[np.int64]:
    """Where they are, as `tests.bench.sights` wants it."""
    return np.array([each.place for each in clients], np.int64)


async def walk(clients: list[LightClient]) -> None:
    """Everybody acts 20 times a second, each at their own moment of a tick."""
    due = time.perf_counter()
    turn = 0
    while True:
        for client in clients[turn % SLICES :: SLICES]:
            if client.is_light:
                client.act()
        turn += 1
        due = max(due + COMMAND_SECONDS / SLICES, time.perf_counter() - COMMAND_SECONDS)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


if __name__ == "__main__":
    url, count, settle, seconds = sys.argv[1:]
    import uvloop

    print(json.dumps(uvloop.run(run(url, int(count), float(settle), float(seconds)))), flush=True)
