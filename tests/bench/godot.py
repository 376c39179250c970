"""What a crowd costs the Godot client, by the counters of its own overlay (F3).

`python -m tests.bench.godot [--players 200] [--seconds 20] [--json FILE]`

All are in sight of all and walk all the time. The client runs headless at 60 frames a second and
has the other processors to itself: the server and the crowd share processor 0. The counters are
brought up to date twice a second, the time of a snapshot as the mean of that while, the time of
the scripts as the median over its frames. Told are the median and the worst of these.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from tests.bench.cpu import SERVER_CPU
from tests.bench.scale import make_world
from tests.course import COURSE
from tests.godot_client import GodotPlayer, Plan, Step, import_project
from tests.running import RunningServer

PLAYERS = (50, 200)
SETTLE_SECONDS = 6.0
REFRESH_SECONDS = 0.5
START_SECONDS = 60.0
SNAPSHOT_AIM_MS = 1.0
SCRIPT_AIM_MS = 4.0


def measure(players: int, seconds: float, folder: Path) -> dict[str, Any]:
    data = folder / f"crowd{players}"
    make_world(data, "crowd")
    samples = round(seconds / REFRESH_SECONDS)
    sampling: list[Step] = [{"do": "pause", "for": REFRESH_SECONDS}, {"do": "tell_figures"}]
    plan: Plan = [
        {"do": "join"},
        {"do": "wait_world"},
        {"do": "course", "legs": [list(leg) for leg in COURSE]},
        {"do": "pause", "for": SETTLE_SECONDS},
        *sampling * samples,
        {"do": "quit"},
    ]
    with RunningServer(data, cpu=SERVER_CPU) as server:
        lasting = START_SECONDS + SETTLE_SECONDS + seconds
        crowd = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.bench.crowd",
                server.url,
                str(players),
                "0",
                str(lasting),
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            psutil.Process(crowd.pid).cpu_affinity([SERVER_CPU])
            server.wait_for_players(players, seconds=START_SECONDS)
            with GodotPlayer(
                plan, folder / "plan.json", address=server.address, name="Estragon", home=folder
            ) as godot:
                told = [godot.wait_for("figures", START_SECONDS) for _ in range(samples)]
                godot.finish()
        finally:
            crowd.kill()
            crowd.wait()
    snapshots = [each["snapshot_ms"] for each in told]
    scripts = [each["script_ms"] for each in told]
    return {
        "players": players,
        "in_sight": min(each["in_sight"] for each in told),
        "frames": median(each["frames"] for each in told),
        "received_kb": round(median(each["received"] for each in told), 1),
        "snapshot_ms": round(median(snapshots), 3),
        "snapshot_ms_worst": round(max(snapshots), 3),
        "script_ms": round(median(scripts), 3),
        "script_ms_worst": round(max(scripts), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", type=int, nargs="*", default=PLAYERS)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", type=Path, help="write the rows there, too")
    chosen = parser.parse_args()
    import_project()
    others = set(range(os.cpu_count() or 1)) - {SERVER_CPU}
    psutil.Process().cpu_affinity(sorted(others) or [SERVER_CPU])
    print(
        "| players | in sight, least | KB/s "
        f"| reading a snapshot, ms (aim: {SNAPSHOT_AIM_MS:g}): median, worst "
        f"| scripts a frame, ms (aim: {SCRIPT_AIM_MS:g}): median, worst | frames/s |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for players in chosen.players:
            row = measure(players, chosen.seconds, Path(folder))
            rows.append(row)
            print(
                f"| {players} | {row['in_sight']:.0f} | {row['received_kb']:.1f} "
                f"| {row['snapshot_ms']:.2f}, {row['snapshot_ms_worst']:.2f} "
                f"| {row['script_ms']:.2f}, {row['script_ms_worst']:.2f} | {row['frames']:.0f} |",
                flush=True,
            )
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
