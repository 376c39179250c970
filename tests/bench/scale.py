"""How many players one core carries, and what each costs, against a bare picows echo.

`python -m tests.bench.scale [--world 100 400 1000 2000] [--crowd 50 200 ...] [--seconds 30]`

"world": spread over the village of 256x256 tiles. "crowd": on a field of 32x32 tiles, everybody in
sight of everybody. All walk all the time, but for one pair in forty: they stand side by side, and
show how soon the one sees what the other does. "of the circle": the bytes of a message, tiles and
all, against a head and a record of each walker within 24 tiles, which nobody could do with less.

The server runs pinned to processor 0 and the load to the
others; each client sends 20 messages a second and gets 20. Read the ratios: absolute times change
with the machine, and with what else it does.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from protocol_spec.codec import PlayerState
from server.chunks import TileMap
from server.mapmakers import Draft
from server.mapmakers.village import make_village
from server.snapshot import HEAD_SIZE
from server.store import Store
from server.tiles import builtin_tile_set
from tests.bench.cpu import SERVER_CPU, busy, load, measure_echo
from tests.running import RunningServer

WORLD = (100, 400, 1000, 2000)
CROWD = (50, 200, 400, 800, 1200)
SETTLE_SECONDS = 5.0
SPAWNS = 2000
SEED = 1953
SIDE = 32
"""Of the crowd's field: two chunks by two, so that nobody is far from anybody."""
HEAD_BYTES = 40
"""What a snapshot may cost besides its players, by the aim that was set."""


def make_world(folder: Path, scenario: str) -> None:
    """A database with the scenario's map."""
    tiles = builtin_tile_set()
    if scenario == "world":
        draft = make_village(tiles, SEED)
        draft = Draft(draft.cells, _everywhere(TileMap.of(draft.cells, tiles)), ())
    else:
        cells = np.zeros((3, SIDE, SIDE), np.uint16)
        cells[0] = tiles["grass"]
        spawns = tuple((x, y) for x in range(1, SIDE - 1) for y in range(1, SIDE - 1))
        draft = Draft(cells, spawns, ())
    store = Store(folder)
    store.migrate()
    store.add_world(scenario, "free_roam", store.add_map(scenario, draft, tiles))
    store.close()


def _everywhere(tile_map: TileMap) -> tuple[tuple[int, int], ...]:
    """Places to stand on, spread over the map."""
    rng = random.Random(SEED)
    found: set[tuple[int, int]] = set()
    while len(found) < SPAWNS:
        x, y = rng.randrange(tile_map.width), rng.randrange(tile_map.height)
        height = tile_map.heights_at(np.array([y], np.int32), np.array([x], np.int32))[0]
        if 0 <= height <= 256:
            found.add((x, y))
    return tuple(found)


def measure(scenario: str, players: int, seconds: float, folder: Path) -> dict[str, Any]:
    data = folder / f"{scenario}{players}"
    make_world(data, scenario)
    with RunningServer(data, cpu=SERVER_CPU) as server:
        empty = server.process.memory_info().rss
        clients = load(
            "-m", "tests.bench.crowd", server.url, str(players), str(SETTLE_SECONDS), str(seconds)
        )
        assert clients.stdout is not None
        said = clients.stdout.readline()
        if said.strip() != "counting":
            raise RuntimeError(said + clients.stdout.read())
        share = busy(server.process, seconds - 1)
        memory = server.process.memory_info().rss
        with urllib.request.urlopen(f"http://{server.address}/healthz", timeout=10) as answer:
            health = json.load(answer)["worlds"][0]
        out, _ = clients.communicate(timeout=120)
        load_share = psutil.cpu_percent()
        figures = json.loads(out.strip().splitlines()[-1])
        return {
            "cpu": share,
            "tick_p50_ms": health["tick_p50_ms"],
            "tick_p99_ms": health["tick_p99_ms"],
            "kib_per_connection": round((memory - empty) / players / 1024, 1),
            "load": load_share,
            **figures,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", type=int, nargs="*", default=WORLD)
    parser.add_argument("--crowd", type=int, nargs="*", default=CROWD)
    parser.add_argument("--seconds", type=float, default=31.0)
    parser.add_argument("--json", type=Path, help="write the rows there, too")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    print(
        "| scenario | players | CPU | µs a player and second | of the echo's "
        "| of one that answers as much | tick p50, p99 ms "
        "| snapshots/s, least | gap p50, p99 ms | turn to seen p50, p99 ms | bytes a second "
        "| bytes a message | besides 40, a walker in view | of the circle "
        "| KiB a connection | dropped |\n"
        f"|{' --- |' * 16}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for scenario, counts in (("world", chosen.world), ("crowd", chosen.crowd)):
            for players in counts:
                echo = measure_echo(players, min(chosen.seconds, 10.0))
                row = measure(scenario, players, chosen.seconds, Path(folder))
                as_much = measure_echo(
                    players, min(chosen.seconds, 10.0), round(row["bytes_per_message"])
                )
                circle = HEAD_SIZE + row["walkers_in_circle"] * PlayerState.SIZE
                row = {
                    "scenario": scenario,
                    "players": players,
                    "echo_cpu": echo,
                    "equal_echo_cpu": as_much,
                    "of_the_circle": round(row["bytes_per_message"] / circle, 2),
                    "bytes_per_walker": round(
                        (row["bytes_per_message"] - HEAD_BYTES) / row["walkers_in_view"], 2
                    ),
                    **row,
                }
                rows.append(row)
                print(
                    f"| {scenario} | {players} | {row['cpu']:.0%} "
                    f"| {row['cpu'] / players * 1e6:.0f} | {row['cpu'] / echo:.2f} "
                    f"| {row['cpu'] / as_much:.2f} "
                    f"| {row['tick_p50_ms']:.1f}, {row['tick_p99_ms']:.1f} "
                    f"| {row['snapshots_per_second_least']:.1f} "
                    f"| {row['gap_p50_ms']:.0f}, {row['gap_p99_ms']:.0f} "
                    f"| {row['seen_p50_ms']:.0f}, {row['seen_p99_ms']:.0f} "
                    f"| {row['bytes_per_second']} | {row['bytes_per_message']:.0f} "
                    f"| {row['bytes_per_walker']:.2f} | {row['of_the_circle']:.2f} "
                    f"| {row['kib_per_connection']:.0f} "
                    f"| {row['dropped']} |",
                    flush=True,
                )
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
