"""Whoever opens a connection and then dawdles is let go, and nobody else is."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from protocol_spec.client import Client
from server.web.deadlines import BODY_BYTES_PER_SECOND
from tests.running import RunningServer, running_server

SECONDS = 1.0
PATIENCE = 10.0
HEAD = b"POST /api/accounts HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


@pytest.fixture(scope="module", params=["fast", "asgi"])
def server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("deadlines")
    environment = {"ESTRAGON_REQUEST_SECONDS": str(SECONDS)}
    with running_server(folder, "--gateway", request.param, environment=environment) as server:
        yield server


@pytest.fixture
def peer(server: RunningServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as peer:
        yield peer


def rest(peer: socket.socket) -> bytes:
    """All that comes until the server closes."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := peer.recv(4096):
            said += piece
    return said


def test_a_connection_that_asks_nothing_is_closed_without_a_word(server: RunningServer) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as peer:
        assert rest(peer) == b""
    assert time.monotonic() - began >= SECONDS * 0.9


def test_half_a_head_is_answered_with_408(peer: socket.socket) -> None:
    peer.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n")
    assert rest(peer).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_trickles_in_wins_no_time(peer: socket.socket) -> None:
    began = time.monotonic()
    peer.sendall(b"GET /healthz HTTP/1.1\r\nx: ")
    peer.settimeout(0.1)
    said = b""
    while not said:
        assert time.monotonic() - began < PATIENCE
        with contextlib.suppress(TimeoutError):
            peer.sendall(b"y")
            said = peer.recv(4096)
    assert said.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_stops_is_answered_with_408(peer: socket.socket) -> None:
    peer.sendall(HEAD + b"content-length: 100\r\n\r\n{")
    assert rest(peer).startswith(b"HTTP/1.1 408 ")


def test_who_hangs_up_in_the_midst_of_a_request_leaves_no_traceback(
    server: RunningServer, peer: socket.socket
) -> None:
    peer.sendall(HEAD + b"content-length: 100\r\n\r\n{")
    peer.close()
    deadline = time.monotonic() + PATIENCE
    while "hung up in the midst of a request" not in server.log:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert server.failures() == []


def test_a_long_body_that_keeps_coming_may_take_longer(peer: socket.socket) -> None:
    began = time.monotonic()
    piece = b" " * (BODY_BYTES_PER_SECOND // 2)
    peer.sendall(HEAD + b"connection: close\r\ncontent-length: %d\r\n\r\n" % (12 * len(piece)))
    # With the half of it ahead of what is asked for, it may falter for a second or two.
    peer.sendall(6 * piece)
    for _ in range(6):
        time.sleep(0.4)
        peer.sendall(piece)
    assert time.monotonic() - began > 2 * SECONDS
    assert b" 408 " not in rest(peer).partition(b"\r\n")[0]


def test_a_second_request_that_never_comes_whole_ends_the_connection(peer: socket.socket) -> None:
    peer.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert peer.recv(4096).startswith(b"HTTP/1.1 200 ")
    peer.sendall(b"\r\nGET /")
    assert b"HTTP/1.1 408 " in rest(peer)


def test_a_game_goes_on_for_as_long_as_it_likes(server: RunningServer) -> None:
    async def play() -> None:
        client = await Client.join(server.url, "Estragon")
        ends = time.monotonic() + 3 * SECONDS
        # A snapshot comes with every tick, for three times as long as a request may take.
        await client.wait_for(lambda session: time.monotonic() > ends)
        await client.close()

    asyncio.run(play())
