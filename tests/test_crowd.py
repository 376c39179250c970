"""Two hundred bots for half a minute, and one client among them that never reads."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from protocol_spec import client
from tests.bench import crowd
from tests.deaf import join_and_never_read
from tests.running import RunningServer

pytestmark = pytest.mark.alone

BOTS = 200
SECONDS = 30


def test_a_crowd_gets_every_snapshot_from_one_core_and_little_memory(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data", cpu=0) as server:
        command = ["-m", "server", "bots", server.url, "--count", str(BOTS)]
        bots = subprocess.Popen(
            [sys.executable, *command, "--seconds", str(SECONDS)],
            stdout=subprocess.PIPE,
            text=True,
        )
        psutil.Process(bots.pid).cpu_affinity([(os.cpu_count() or 1) - 1])
        server.wait_for_players(BOTS, seconds=30)
        with join_and_never_read(server.port, "Deaf"):
            server.wait_for_players(BOTS + 1)
            server.wait_for_players(BOTS, seconds=25)
            most_memory = server.process.memory_info().rss
            out, _ = bots.communicate(timeout=SECONDS + 60)
        assert server.failures() == []
        assert "Deaf reads too slowly" in server.log
    report = json.loads(out)
    assert bots.returncode == 0, report
    assert report["joined"] == BOTS
    assert report["dropped"] == 0
    assert report["snapshots_per_second_least"] >= 19
    assert most_memory < 150 * 2**20


def test_the_light_clients_of_the_bench_stay_where_all_they_hear_is_snapshots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "GIVEN_UP_SECONDS", 1.0)
    monkeypatch.setattr(client, "LOOK_SECONDS", 0.2)
    with RunningServer(tmp_path / "data") as server:
        told = asyncio.run(crowd.run(server.url, 3, 0.5, 2.5))
    assert told["dropped"] == 0
    assert told["snapshots_per_second_least"] >= 15
