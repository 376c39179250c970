"""What those who behave badly cost those who do not: readers that stop, and a thousand joins.

`python -m tests.bench.overload [--only deaf joins] [--json FILE]`

"deaf": 200 walk on a field, everybody in sight of everybody; three times 100 more join and never
read again. "joins": 200 walk in the village, and 1,000 join within ten seconds. Both are compared
with the same server left alone. The server runs pinned to processor 0 and the load to the others.
Tick times are read off the server's own histogram, so that a quantile is right to a tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.cpu import SERVER_CPU, load
from tests.bench.crowd import LightClient
from tests.bench.scale import make_world
from tests.deaf import join_and_never_read
from tests.running import RunningServer

PLAYERS = 200
SETTLE_SECONDS = 5.0
ALONE_SECONDS = 31.0
DEAF = 100
WAVES = 3
WAVE_SECONDS = 12.0
LONGEST_STAY_SECONDS = 20.0
JOINS = 1000
JOIN_SECONDS = 10.0
AT_ONCE = 100
"""So many may be joining at a time; more come as soon as one is in."""


class Meter:
    """What the server's metrics say of its only world, and how they changed since."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._before = self._buckets(self.read())

    def read(self) -> dict[tuple[str, str], float]:
        """By name and `le`."""
        with self._server.get("/metrics") as answer:
            text = answer.read().decode()
        return {
            (each.name, each.labels.get("le", "")): each.value
            for family in text_string_to_metric_families(text)
            for each in family.samples
        }

    def of(self, name: str) -> float:
        return self.read()[name, ""]

    def tick_ms(self, *percents: float) -> list[float]:
        """Quantiles of the ticks since the last call, or since the beginning."""
        now = self._buckets(self.read())
        grown = [(bound, count - self._before[bound]) for bound, count in now.items()]
        self._before = now
        return [quantile(grown, percent / 100) * 1000 for percent in percents]

    @staticmethod
    def _buckets(found: dict[tuple[str, str], float]) -> dict[float, float]:
        name = "estragon_tick_seconds_bucket"
        return {float(le): value for (each, le), value in found.items() if each == name}


def quantile(buckets: list[tuple[float, float]], fraction: float) -> float:
    """As Prometheus' `histogram_quantile`: even within a bucket. Counts are cumulative."""
    wanted = buckets[-1][1] * fraction
    below, bound_below = 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted and count > below:
            if bound == float("inf"):
                return bound_below
            return bound_below + (bound - bound_below) * (wanted - below) / (count - below)
        below, bound_below = count, bound
    raise ValueError("nothing was counted")


@contextmanager
def walking(server: RunningServer, seconds: float) -> Iterator[dict[str, Any]]:
    """200 who walk; afterwards their figures are in the result."""
    figures: dict[str, Any] = {}
    clients = load(
        "-m", "tests.bench.crowd", server.url, str(PLAYERS), str(SETTLE_SECONDS), str(seconds)
    )
    assert clients.stdout is not None
    if (said := clients.stdout.readline()).strip() != "counting":
        raise RuntimeError(said + clients.stdout.read())
    try:
        yield figures
        out, _ = clients.communicate(timeout=seconds + 60)
        figures.update(json.loads(out.strip().splitlines()[-1]))
    except subprocess.TimeoutExpired:
        clients.kill()
        raise


def measure_deaf(folder: Path) -> dict[str, Any]:
    make_world(folder / "deaf", "crowd")
    stays: list[float] = []
    largest = 0.0
    with RunningServer(folder / "deaf", cpu=SERVER_CPU) as server:
        lasting = ALONE_SECONDS + WAVES * LONGEST_STAY_SECONDS + 5
        with walking(server, lasting) as players:
            meter = Meter(server)
            time.sleep(ALONE_SECONDS)
            alone = meter.tick_ms(50, 99)
            for wave in range(WAVES):
                began = time.monotonic()
                sockets = [
                    join_and_never_read(server.port, f"Deaf {wave} {number}")
                    for number in range(DEAF)
                ]
                joined = time.monotonic()
                while (found := meter.read())["estragon_players", ""] > PLAYERS:
                    largest = max(largest, found["estragon_largest_queue_bytes", ""])
                    if time.monotonic() > joined + LONGEST_STAY_SECONDS:
                        raise RuntimeError("the deaf are not cut off")
                    time.sleep(0.1)
                stays.append(time.monotonic() - joined)
                for each in sockets:
                    each.close()
                time.sleep(max(0.0, began + WAVE_SECONDS - time.monotonic()))
            among = meter.tick_ms(50, 99)
            dropped = meter.of("estragon_unread_drops_total")
    return {
        "tick_ms_alone": alone,
        "tick_ms": among,
        "ratio": among[1] / alone[1],
        "largest_queue_bytes": largest,
        "gone_seconds": max(stays),
        "cut_off": dropped,
        "players": players,
    }


async def join_many(server: RunningServer, meter: Meter) -> tuple[list[float], float]:
    """A thousand in ten seconds, who then stay; returns the ticks meanwhile and the seconds."""
    clients = [LightClient(f"Joiner {number:04}", number) for number in range(JOINS)]
    gate = asyncio.Semaphore(AT_ONCE)
    began = time.monotonic()

    async def join(number: int, client: LightClient) -> None:
        await asyncio.sleep(max(0.0, began + number * JOIN_SECONDS / JOINS - time.monotonic()))
        async with gate:
            await client.connect(server.url)
            await client.wait_for(lambda session: session.state is not None, 60)
            client.grow_light()

    meter.tick_ms(50)
    await asyncio.gather(*(join(number, client) for number, client in enumerate(clients)))
    took = time.monotonic() - began
    joining = await asyncio.to_thread(meter.tick_ms, 50, 99)
    await asyncio.sleep(SETTLE_SECONDS)
    await asyncio.to_thread(meter.tick_ms, 50)
    for _ in range(round(ALONE_SECONDS)):
        for client in clients:
            client.stand()
        await asyncio.sleep(1)
    there = await asyncio.to_thread(meter.tick_ms, 50, 99)
    if any(client.close_code is not None for client in clients):
        raise RuntimeError("a joiner was dropped")
    await asyncio.gather(*(client.close() for client in clients))
    return [*joining, *there], took


def measure_joins(folder: Path) -> dict[str, Any]:
    make_world(folder / "joins", "world")
    lasting = JOIN_SECONDS + SETTLE_SECONDS + ALONE_SECONDS + 10
    with (
        RunningServer(folder / "joins", cpu=SERVER_CPU) as server,
        walking(server, lasting) as players,
    ):
        ticks, took = asyncio.run(join_many(server, Meter(server)))
    return {
        "tick_ms_alone": ticks[2:],
        "tick_ms": ticks[:2],
        "ratio": ticks[1] / ticks[3],
        "join_seconds": took,
        "players": players,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=["deaf", "joins"])
    parser.add_argument("--json", type=Path, help="write the rows there, too")
    chosen = parser.parse_args()
    others = set(range(os.cpu_count() or 1)) - {SERVER_CPU}
    psutil.Process().cpu_affinity(sorted(others) or [SERVER_CPU])
    rows: dict[str, dict[str, Any]] = {}
    print(
        "| scenario | tick p50, p99 ms | left alone | p99 ratio | largest queue KiB | gone after s "
        "| players dropped | snapshots/s, least | gap p99 ms |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, measure in (("deaf", measure_deaf), ("joins", measure_joins)):
            if name not in chosen.only:
                continue
            row = rows[name] = measure(Path(folder))
            queue, gone = row.get("largest_queue_bytes", 0) / 1024, row.get("gone_seconds", 0)
            players = row["players"]
            print(
                f"| {name} | {row['tick_ms'][0]:.1f}, {row['tick_ms'][1]:.1f} "
                f"| {row['tick_ms_alone'][0]:.1f}, {row['tick_ms_alone'][1]:.1f} "
                f"| {row['ratio']:.2f} | {queue:.0f} | {gone:.1f} | {players['dropped']} "
                f"| {players['snapshots_per_second_least']:.1f} | {players['gap_p99_ms']:.0f} |",
                flush=True,
            )
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
