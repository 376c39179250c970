"""What a flood of log-ins costs the players, and whether the answers tell who has an account.

`python -m tests.bench.logins [--json FILE]`

The server runs pinned to processor 0, the hashing too, and all clients on the others. Failures of
this machine do not count here: else nearly all tries would be refused before a password is looked
at, and the flood would be none.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.cpu import SERVER_CPU
from tests.bench.edits import WINDOW_SECONDS, crowd, quantiles, tick_p99
from tests.bench.table import print_table
from tests.running import RunningServer

UNLIMITED = {"ESTRAGON_LIMIT_LOOPBACK_LOGINS": "false"}
PASSWORD = "three lamps under water"
ACCOUNTS = 20
LOGINS_PER_SECOND = 200
FLOOD_SECONDS = WINDOW_SECONDS
"""The server tells the tick's length over the last half minute: so the flood fills it."""
TRIES = 500
PLAYERS = 200


def account_name(number: int) -> str:
    return f"Tramp {number}"


@dataclass
class Flood:
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: dict[int, list[float]] = field(default_factory=dict)
    """How long the answers took, by status."""
    longest_wait: int = 0
    """The largest Retry-After."""
    peak_bytes: int = 0

    def note(self, answer: aiohttp.ClientResponse, seconds: float) -> None:
        assert answer.status in (200, 401, 429), answer
        self.statuses[answer.status] += 1
        self.seconds.setdefault(answer.status, []).append(seconds)
        if answer.status == 429:
            wait = int(answer.headers["Retry-After"])
            assert wait >= 1, wait
            self.longest_wait = max(self.longest_wait, wait)


def http(server: RunningServer) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        f"http://{server.address}", connector=aiohttp.TCPConnector(limit=0)
    )


async def register(server: RunningServer) -> None:
    async with http(server) as client:
        for number in range(ACCOUNTS):
            wanted = {"name": account_name(number), "password": PASSWORD}
            async with client.post("/api/accounts", json=wanted) as answer:
                assert answer.status == 201, await answer.text()


async def log_in(client: aiohttp.ClientSession, name: str, password: str) -> Any:
    """The answer, read to its end, and how long it took."""
    began = time.perf_counter()
    async with client.post("/api/login", json={"name": name, "password": password}) as answer:
        said = await answer.json()
    return answer, said, time.perf_counter() - began


async def try_in_turn(client: aiohttp.ClientSession, number: int, flood: Flood) -> None:
    """By turns the right password, a wrong one, and one for nobody's name."""
    who, what = divmod(number, 3)
    name = f"Nobody {number}" if what == 2 else account_name(who % ACCOUNTS)
    answer, _, seconds = await log_in(client, name, PASSWORD if what == 0 else "wrong " + PASSWORD)
    assert answer.status != (401, 200, 200)[what]
    flood.note(answer, seconds)


async def watch_memory(server: RunningServer, flood: Flood) -> None:
    process = server.process
    while True:
        flood.peak_bytes = max(flood.peak_bytes, process.memory_info().rss)
        await asyncio.sleep(0.05)


async def pour(server: RunningServer) -> Flood:
    """So many log-ins a second, whether those before were answered or not."""
    flood = Flood()
    watching = asyncio.create_task(watch_memory(server, flood))
    async with http(server) as client, asyncio.TaskGroup() as tries:
        began = time.perf_counter()
        for number in range(round(LOGINS_PER_SECOND * FLOOD_SECONDS)):
            tries.create_task(try_in_turn(client, number, flood))
            due = began + (number + 1) / LOGINS_PER_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return flood


async def flood_of_logins(server: RunningServer) -> dict[str, Any]:
    """The server has hashed nothing since its start but what no account has."""
    await asyncio.sleep(WINDOW_SECONDS)
    idle_ms, idle_bytes = tick_p99(server), server.process.memory_info().rss
    began = time.perf_counter()
    flood = await pour(server)
    lasted = time.perf_counter() - began
    flooded_ms = tick_p99(server)
    judged = flood.seconds.get(200, []) + flood.seconds.get(401, [])
    return {
        "per_second": round(flood.statuses.total() / lasted),
        "judged_per_second": round(len(judged) / lasted),
        "let_in": flood.statuses[200],
        "refused": flood.statuses[401],
        "sent_away": flood.statuses[429],
        "longest_retry_after_s": flood.longest_wait,
        **{f"judged_{key}": value for key, value in quantiles(judged).items()},
        **{f"sent_away_{key}": value for key, value in quantiles(flood.seconds[429]).items()},
        "extra_mib": round((flood.peak_bytes - idle_bytes) / 2**20, 1),
        "tick_p99_idle_ms": idle_ms,
        "tick_p99_flooded_ms": flooded_ms,
        "ratio": round(flooded_ms / idle_ms, 2),
    }


async def known_and_unknown(server: RunningServer) -> dict[str, float]:
    """A wrong password for an account, and one for none, in turn and each the first in turn."""
    lasted: dict[bool, list[float]] = {True: [], False: []}
    answers = set()
    async with http(server) as client:
        for number in range(TRIES):
            for known in (True, False) if number % 2 else (False, True):
                name = account_name(number % ACCOUNTS) if known else f"Nobody {number}"
                answer, said, seconds = await log_in(client, name, "wrong " + PASSWORD)
                lasted[known].append(seconds)
                answers.add((answer.status, json.dumps(said), tuple(answer.headers)))
    assert len(answers) == 1, answers
    known_ms, unknown_ms = (statistics.median(lasted[each]) * 1000 for each in (True, False))
    return {
        "known_p50_ms": round(known_ms, 2),
        "unknown_p50_ms": round(unknown_ms, 2),
        "apart_ms": round(abs(known_ms - unknown_ms), 2),
    }


async def measure() -> AsyncIterator[tuple[str, dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        with RunningServer(data, cpu=SERVER_CPU) as server:
            await register(server)
        for players in (0, PLAYERS):
            with (
                RunningServer(data, cpu=SERVER_CPU, environment=UNLIMITED) as server,
                crowd(server, players),
            ):
                yield (
                    f"{LOGINS_PER_SECOND} log-ins a second, {players} players",
                    await flood_of_logins(server),
                )
        with RunningServer(data, cpu=SERVER_CPU, environment=UNLIMITED) as server:
            yield f"{TRIES} known and unknown names", await known_and_unknown(server)


if __name__ == "__main__":
    print_table(__doc__, measure())
