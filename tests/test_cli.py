"""The command `estragon`: what an operator types, and what wrong words are answered with."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server.settings import Settings
from tests.running import RunningServer


def estragon(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **variables},
    )


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = estragon("serve", "--port", str(port), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert done.stderr == f"estragon: Address already in use: 127.0.0.1:{port}\n"


@pytest.mark.parametrize(
    ("words", "variables", "complaint"),
    [
        (("--port", "70000"), {}, "estragon: port: Input should be less than or equal to 65535"),
        ((), {"ESTRAGON_PORT": "http"}, "estragon: port: Input should be a valid integer"),
        ((), {"ESTRAGON_GATEWAY": "slow"}, "estragon: gateway: Input should be 'fast' or 'asgi'"),
        ((), {"ESTRAGON_MAX_PLAYERS": "0"}, "estragon: max_players: Input should be greater than"),
    ],
)
def test_a_bad_setting_is_one_clear_line(
    words: tuple[str, ...], variables: dict[str, str], complaint: str
) -> None:
    done = estragon("serve", *words, **variables)
    assert done.returncode == 2
    assert done.stderr.startswith(complaint)
    assert done.stderr.count("\n") == 1


def test_flags_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTRAGON_PORT", "1000")
    monkeypatch.setenv("ESTRAGON_NAME", "Деревня")
    settings = Settings(port=2000)
    assert (settings.port, settings.name) == (2000, "Деревня")


def test_the_start_says_what_to_do_next(server: RunningServer) -> None:
    for hint in ("godot_client/", f"http://{server.address}/admin", "estragon bots ws://"):
        assert hint in server.log


def test_bots_print_one_line_of_json(server: RunningServer) -> None:
    done = estragon("bots", server.url, "--count", "3", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    report = json.loads(done.stdout)
    assert (report["bots"], report["joined"], report["dropped"]) == (3, 3, 0)
    assert report["snapshots_per_second"] > 15
    assert report["bytes_per_second"] > 500
    assert 0 < report["round_trip_ms"] < 250
    assert 0 < report["gap_p50_ms"] <= report["gap_p99_ms"]
    assert report["errors"] == []


def test_bots_that_find_no_server_say_so_and_fail() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    done = estragon("bots", f"ws://127.0.0.1:{port}/ws", "--count", "1", "--seconds", "1")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["dropped"] == 1
    assert "refused" in report["errors"][0] or "Connect call failed" in report["errors"][0]


def test_bots_that_are_dropped_fail(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server:
        bots = subprocess.Popen(
            [sys.executable, "-m", "server", "bots", server.url, "--count", "2", "--seconds", "8"],
            stdout=subprocess.PIPE,
            text=True,
        )
        server.wait_for_players(2)
        server.kill()
        out, _ = bots.communicate(timeout=30)
    assert bots.returncode == 1
    assert json.loads(out)["dropped"] == 2
