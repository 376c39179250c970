"""What a player costs the server's processor, against a bare picows echo at the same rate.

`python -m tests.bench.cpu [--players 50 100 200] [--seconds 10] [--json FILE]`

Both servers run pinned to processor 0 and the load to the others, in turn for each number of
players; each player sends 20 messages a second and gets 20. Read the ratio: absolute times change
with the machine, and with what else it does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.running import RunningServer

SERVER_CPU = 0
SETTLE_SECONDS = 2.0
"""After the joining, before the counting."""


def load(*command: str) -> subprocess.Popen[str]:
    """Starts a load generator on the processors that the server does not have."""
    started = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    others = set(range(os.cpu_count() or 1)) - {SERVER_CPU}
    psutil.Process(started.pid).cpu_affinity(sorted(others) or [SERVER_CPU])
    return started


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def busy(process: psutil.Process, seconds: float) -> float:
    """How much of one processor a process takes, over so many seconds."""
    before, began = cpu_seconds(process), time.perf_counter()
    time.sleep(seconds)
    return (cpu_seconds(process) - before) / (time.perf_counter() - began)


def measure_echo(players: int, seconds: float, answer_bytes: int = 0) -> float:
    """How much of one processor an echo takes; see `tests.bench.echo`."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.echo", "serve", str(answer_bytes)],
        stdout=subprocess.PIPE,
        text=True,
    )
    process = psutil.Process(server.pid)
    process.cpu_affinity([SERVER_CPU])
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        lasting = seconds + 2 * SETTLE_SECONDS + players / 100
        talk = load("-m", "tests.bench.echo", port, str(players), str(lasting))
        time.sleep(SETTLE_SECONDS + players / 100)
        share = busy(process, seconds)
        heard, _ = talk.communicate(timeout=60)
        assert int(heard) > 0, heard
        return share
    finally:
        server.kill()
        server.communicate()


def measure_game(players: int, seconds: float, folder: Path) -> dict[str, Any]:
    with RunningServer(folder / f"data{players}", cpu=SERVER_CPU) as server:
        lasting = str(seconds + 2 * SETTLE_SECONDS)
        command = ["-m", "server", "bots", server.url, "--count", str(players)]
        bots = load(*command, "--seconds", lasting)
        server.wait_for_players(players, seconds=60)
        time.sleep(SETTLE_SECONDS)
        share = busy(server.process, seconds)
        memory = server.process.memory_info().rss
        out, _ = bots.communicate(timeout=120)
        return {"cpu": share, "memory_mib": memory / 2**20, **json.loads(out)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", type=int, nargs="+", default=[50, 100, 200, 400])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", type=Path, help="write the rows there, too")
    chosen = parser.parse_args()
    rows = []
    print("| players | echo µs/s | game µs/s | ratio | snapshots/s | gap p99 ms | MiB | bytes/s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for players in chosen.players:
            echo = measure_echo(players, chosen.seconds)
            game = measure_game(players, chosen.seconds, Path(folder))
            ratio = game["cpu"] / echo
            rows.append({"players": players, "echo_cpu": echo, "ratio": ratio, **game})
            print(
                f"| {players} | {echo / players * 1e6:.0f} | {game['cpu'] / players * 1e6:.0f} "
                f"| {ratio:.2f} | {game['snapshots_per_second_least']:.1f} "
                f"| {game['gap_p99_ms']:.0f} | {game['memory_mib']:.0f} "
                f"| {game['bytes_per_second']} |",
                flush=True,
            )
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
