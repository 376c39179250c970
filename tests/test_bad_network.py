"""The proxy with faults by itself, then the Python client through it."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import statistics
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.bad_network import BadNetwork, Weather

pytestmark = pytest.mark.alone

PATIENCE_SECONDS = 10.0


class Listener:
    """A server that notes what it gets and when, and echoes it."""

    def __init__(self) -> None:
        self.pieces: list[tuple[float, bytes]] = []
        self.ends: list[str] = []
        """How each connection ended: "closed" or "reset"."""
        self.echoes = True
        self.may_read = threading.Event()
        self.may_read.set()

    @property
    def heard(self) -> bytes:
        return b"".join(data for _, data in self.pieces)


@contextlib.contextmanager
def listening() -> Iterator[tuple[int, Listener]]:
    listener = Listener()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                while True:
                    listener.may_read.wait(PATIENCE_SECONDS)
                    data = self.request.recv(65536)
                    if not data:
                        listener.ends.append("closed")
                        return
                    listener.pieces.append((time.monotonic(), data))
                    if listener.echoes:
                        self.request.sendall(data)
            except ConnectionError:
                listener.ends.append("reset")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1], listener
        finally:
            server.shutdown()
            thread.join()


def connect(network: BadNetwork) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", network.port), PATIENCE_SECONDS)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def read(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        assert piece, "the connection was closed"
        data += piece
    return data


def echo_seconds(connection: socket.socket, data: bytes = b"?") -> float:
    began = time.monotonic()
    connection.sendall(data)
    assert read(connection, len(data)) == data
    return time.monotonic() - began


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_in_calm_weather_all_comes_through_and_soon() -> None:
    with listening() as (port, listener), BadNetwork(port) as network, connect(network) as client:
        data = bytes(range(256)) * 4096
        sender = threading.Thread(target=client.sendall, args=(data,))
        sender.start()
        assert read(client, len(data)) == data
        sender.join()
        assert statistics.median(echo_seconds(client) for _ in range(20)) < 0.02
        assert listener.heard[: len(data)] == data
        until(lambda: network.bytes_up == network.bytes_down == len(data) + 20)


def test_each_direction_has_its_own_delay() -> None:
    up, down = Weather(delay_seconds=0.05), Weather(delay_seconds=0.15)
    with (
        listening() as (port, listener),
        BadNetwork(port, up=up, down=down) as network,
        connect(network) as client,
    ):
        sent = time.monotonic()
        assert echo_seconds(client) >= 0.2
        assert 0.05 <= listener.pieces[0][0] - sent < 0.15


def test_a_delay_is_no_limit_to_what_is_on_its_way() -> None:
    """Ten messages in a row take a delay, and not ten."""
    down = Weather(delay_seconds=0.2)
    with (
        listening() as (port, _),
        BadNetwork(port, down=down) as network,
        connect(network) as client,
    ):
        began = time.monotonic()
        for number in range(10):
            client.sendall(bytes([number]))
            time.sleep(0.01)
        assert read(client, 10) == bytes(range(10))
        assert 0.2 <= time.monotonic() - began < 1.0


def test_jitter_changes_the_delay_and_never_the_order() -> None:
    up = Weather(delay_seconds=0.05, jitter_seconds=0.05)
    with (
        listening() as (port, listener),
        BadNetwork(port, up=up) as network,
        connect(network) as client,
    ):
        sent = []
        for number in range(60):
            sent.append(time.monotonic())
            client.sendall(bytes([number]))
            time.sleep(0.005)
        read(client, 60)
        assert listener.heard == bytes(range(60))
        came = [moment for moment, data in listener.pieces for _ in data]
        delays = [there - here for here, there in zip(sent, came, strict=True)]
        assert max(delays) - min(delays) > 0.02
        assert max(delays) >= 0.08  # Whoever follows somebody late is late as well.


def test_the_same_seed_draws_the_same_delays() -> None:
    def delays(seed: int) -> list[float]:
        up = Weather(delay_seconds=0.1, jitter_seconds=0.1)
        with (
            listening() as (port, _),
            BadNetwork(port, up=up, seed=seed) as network,
            connect(network) as client,
        ):
            return [echo_seconds(client) for _ in range(8)]

    first, again, other = delays(1), delays(1), delays(2)
    differences = [abs(one - two) for one, two in zip(first, again, strict=True)]
    assert statistics.median(differences) < 0.02
    assert max(abs(one - two) for one, two in zip(first, other, strict=True)) > 0.05


def test_a_slow_way_gives_so_many_bytes_a_second_and_the_sender_has_to_wait() -> None:
    up = Weather(bytes_per_second=50_000)
    with (
        listening() as (port, listener),
        BadNetwork(port, up=up) as network,
        connect(network) as client,
    ):
        listener.echoes = False
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        began = time.monotonic()
        client.sendall(bytes(200_000))
        took = time.monotonic() - began
        # All but what the kernel's buffers hold has gone through.
        assert took > 1.5
        until(lambda: network.bytes_up == 200_000)
        assert 3.5 < time.monotonic() - began < 8


def test_who_does_not_read_stops_the_sender_and_not_the_network() -> None:
    """The network hides no more than the kernel's buffers do."""
    with listening() as (port, listener), BadNetwork(port) as network, connect(network) as client:
        listener.may_read.clear()
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(64 << 20))
        with connect(network) as other:
            listener.may_read.set()
            echo_seconds(other)


def test_one_byte_at_a_time_comes_in_crumbs_and_whole() -> None:
    up = Weather(piece_bytes=1)
    with (
        listening() as (port, listener),
        BadNetwork(port, up=up) as network,
        connect(network) as client,
    ):
        data = bytes(range(256))
        client.sendall(data)
        assert read(client, len(data)) == data
        # The reader is held up now and then, and finds several.
        assert len(listener.pieces) > 64


def test_in_a_freeze_nothing_moves_and_afterwards_all_comes_in_order() -> None:
    with listening() as (port, listener), BadNetwork(port) as network, connect(network) as client:
        echo_seconds(client)
        listener.pieces.clear()
        began = time.monotonic()
        network.freeze(0.5)
        for number in range(10):
            client.sendall(bytes([number]))
        assert not listener.pieces
        assert read(client, 10) == bytes(range(10))
        assert 0.5 <= time.monotonic() - began < 2
        assert listener.pieces[0][0] - began >= 0.5
        assert echo_seconds(client) < 0.3


def test_who_comes_in_a_freeze_gets_through_after_it() -> None:
    with listening() as (port, _), BadNetwork(port) as network:
        network.freeze(0.3)
        with connect(network) as client:
            assert echo_seconds(client) > 0.2


def test_a_cut_resets_both_ends_and_the_next_connection_works() -> None:
    with listening() as (port, listener), BadNetwork(port) as network:
        with connect(network) as client:
            echo_seconds(client)
            network.cut()
            with pytest.raises(ConnectionResetError):
                client.recv(1)
            until(lambda: listener.ends == ["reset"])
        with connect(network) as client:
            echo_seconds(client)


def test_while_it_is_cut_every_new_connection_is_reset() -> None:
    with listening() as (port, _), BadNetwork(port) as network:
        network.cut(0.3)
        began = time.monotonic()
        with pytest.raises(ConnectionResetError), connect(network) as client:
            client.recv(1)
        time.sleep(max(0.0, began + 0.3 - time.monotonic()))
        with connect(network) as client:
            echo_seconds(client)


def test_a_close_arrives_as_a_close_after_what_was_said() -> None:
    weather = Weather(delay_seconds=0.05)
    with listening() as (port, listener), BadNetwork(port, up=weather, down=weather) as network:
        with connect(network) as client:
            client.sendall(b"farewell")
            client.shutdown(socket.SHUT_WR)
            assert read(client, 8) == b"farewell"
            assert client.recv(1) == b""
        until(lambda: listener.ends == ["closed"])
        assert listener.heard == b"farewell"


def test_where_no_server_is_the_client_is_reset() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with (
            BadNetwork(free.getsockname()[1]) as network,
            pytest.raises(ConnectionResetError),
            connect(network) as client,
        ):
            client.recv(1)


def test_the_weather_may_change_while_a_connection_is_open() -> None:
    with listening() as (port, _), BadNetwork(port) as network, connect(network) as client:
        assert echo_seconds(client) < 0.1
        network.up = Weather(delay_seconds=0.2)
        assert echo_seconds(client) >= 0.2
