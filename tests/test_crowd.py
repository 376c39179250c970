"""Two hundred bots for half a minute, and one client among them that never reads."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from protocol_spec import codec
from tests.running import RunningServer

BOTS = 200
SECONDS = 30
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==\r\n\r\n"
)


def masked(payload: bytes) -> bytes:
    """A binary frame of less than 126 bytes, with the mask 0, which changes nothing."""
    return bytes([0x82, 0x80 | len(payload), 0, 0, 0, 0]) + payload


def join_and_never_read(server: RunningServer) -> socket.socket:
    """A player whose machine hangs right after joining."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", server.port))
    deaf.sendall(HANDSHAKE)
    deaf.recv(4096)
    hello = codec.Hello(codec.MAGIC, 1, 1, 0, 0, "deaf").encode()
    auth = codec.Auth(codec.AuthMethod.GUEST, 0, "Deaf", b"").encode()
    deaf.sendall(masked(hello + auth))
    heard = b""
    while b"Deaf" not in heard:  # In AUTH_OK.
        heard += deaf.recv(4096)
    deaf.sendall(masked(codec.EnterWorld("").encode()))
    return deaf


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
        with join_and_never_read(server):
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
