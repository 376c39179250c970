"""A network with faults, for tests: a TCP proxy on loopback between clients and a server.

    with BadNetwork(server.port, down=Weather(delay_seconds=0.2, jitter_seconds=0.1)) as network:
        client = await Client.join(network.url, "Vladimir")
        network.freeze(2.0)

It lives in a thread with an event loop of its own, so that a test of any kind can drive it while
its clients run. Bytes come out in their order and none is lost, as TCP has it: what a bad network
does to it is late, slow, in bursts, in crumbs, or over. The same seed draws the same delays.
"""

from __future__ import annotations

import asyncio
import math
import random
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

SOCKET_BYTES = 16 * 1024
"""The kernel's buffers, a socket and direction (Linux makes it twice as much): what lies in them is
past the faults, or not yet at them."""
LARGEST_READ = 64 * 1024
SLOW_STEP_SECONDS = 0.02
"""A limited rate is kept over so long: what is read in a step takes that long."""
BETWEEN_PIECES_SECONDS = 0.0001
"""So that the other end takes each by itself."""
START_SECONDS = 5.0
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: close by a reset, and forget what was not sent."""


@dataclass(frozen=True)
class Weather:
    """What one direction of all connections suffers."""

    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    """The delay is drawn anew for what comes together, up to so much less or more. Nothing is
    overtaken: what follows something late is at least as late."""
    bytes_per_second: float = math.inf
    """What comes faster has to wait where it comes from."""
    piece_bytes: int = LARGEST_READ
    """At most so many bytes go on at a time, each piece a packet of its own."""


CALM = Weather()


class BadNetwork:
    """A proxy in front of a server on loopback. Use as a context manager.

    `up` (to the server) and `down` (to the client) may be set while it runs; what is already on its
    way keeps the delay that it was given.
    """

    def __init__(
        self, server_port: int, *, up: Weather = CALM, down: Weather = CALM, seed: int = 0
    ) -> None:
        self.up = up
        self.down = down
        self.seed = seed
        self.port = 0
        self.bytes_up = 0
        """So many have arrived at the server, over all connections..."""
        self.bytes_down = 0
        """...and at clients."""
        self.connections = 0
        """So many were made in all."""
        self._server = ("127.0.0.1", server_port)
        self._thread = threading.Thread(target=self._live, name="bad network", daemon=True)
        self._is_ready = threading.Event()
        self._links: set[_Link] = set()
        self._thaw: asyncio.TimerHandle | None = None
        self._cut_until = -math.inf

    @property
    def url(self) -> str:
        """Where the server's game seems to be."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def __enter__(self) -> BadNetwork:
        self._thread.start()
        if not self._is_ready.wait(START_SECONDS):
            raise RuntimeError("the bad network does not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._ask(self._end.set)
        self._thread.join(START_SECONDS)

    def freeze(self, seconds: float) -> None:
        """From now on nothing moves for so long, in either direction; then all comes at once."""

        def begin() -> None:
            self._thawed.clear()
            if self._thaw is not None:
                self._thaw.cancel()
            self._thaw = self._loop.call_later(seconds, self._thawed.set)

        self._ask(begin)

    def cut(self, seconds: float = 0.0) -> None:
        """Resets all connections at both ends, and for so long every new one."""

        def reset_all() -> None:
            self._cut_until = self._loop.time() + seconds
            for link in list(self._links):
                link.reset()

        self._ask(reset_all)

    def _ask(self, what: Callable[[], T]) -> T:
        """Has the network's own thread do it, and waits until it is done."""

        async def do() -> T:
            return what()

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(START_SECONDS)

    def _live(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._thawed = asyncio.Event()
        self._thawed.set()
        with _small_socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(1024)
            self.port = listening.getsockname()[1]
            accepting = asyncio.create_task(self._accept(listening))
            self._is_ready.set()
            await self._end.wait()
            accepting.cancel()
            tasks = [task for link in list(self._links) for task in link.reset()]
            await asyncio.gather(accepting, *tasks, return_exceptions=True)

    async def _accept(self, listening: socket.socket) -> None:
        while True:
            client, _ = await self._loop.sock_accept(listening)
            client.setblocking(False)
            self.connections += 1
            link = _Link(self, client, random.Random(f"{self.seed} {self.connections}"))
            self._links.add(link)
            link.begin(self._links.discard)

    def is_cut(self) -> bool:
        return self._loop.time() < self._cut_until

    async def thawed(self) -> None:
        await self._thawed.wait()

    async def open(self) -> socket.socket:
        """A connection to the server."""
        opened = _small_socket()
        try:
            await self._loop.sock_connect(opened, self._server)
        except BaseException:
            opened.close()
            raise
        return opened


class _Link:
    """One connection through the network: two sockets, and a way in each direction."""

    def __init__(self, network: BadNetwork, client: socket.socket, rng: random.Random) -> None:
        self._network = network
        self._sockets = [client]
        self._rng = rng
        self._tasks: list[asyncio.Task[Any]] = []

    def begin(self, when_over: Callable[[_Link], None]) -> None:
        task = asyncio.create_task(self._carry())
        task.add_done_callback(lambda _: when_over(self))
        self._tasks.append(task)

    def reset(self) -> list[asyncio.Task[Any]]:
        """Ends it as an unplugged router would; returns what is still to end."""
        for each in self._sockets:
            if each.fileno() >= 0:  # Else it is over already.
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        for task in self._tasks:
            task.cancel()
        return self._tasks

    async def _carry(self) -> None:
        network = self._network
        try:
            await network.thawed()
            if network.is_cut():
                raise ConnectionResetError
            client, server = self._sockets[0], await network.open()
            self._sockets.append(server)
            up = _Way(network, client, server, random.Random(self._rng.random()), is_up=True)
            down = _Way(network, server, client, random.Random(self._rng.random()), is_up=False)
            async with asyncio.TaskGroup() as ways:
                for work in (up.read, up.deliver, down.read, down.deliver):
                    self._tasks.append(ways.create_task(work()))
        except* OSError:
            self.reset()
        finally:
            for each in self._sockets:
                each.close()


class _Way:
    """One direction: the rate is limited where bytes come in, then the delay holds them."""

    def __init__(
        self,
        network: BadNetwork,
        source: socket.socket,
        target: socket.socket,
        rng: random.Random,
        *,
        is_up: bool,
    ) -> None:
        self._network = network
        self._source = source
        self._target = target
        self._rng = rng
        self._is_up = is_up
        self._loop = asyncio.get_running_loop()
        self._line: deque[tuple[float, bytes]] = deque()
        """When what is due; b"" is the end."""
        self._came = asyncio.Event()
        self._passed = asyncio.Event()

    @property
    def _weather(self) -> Weather:
        return self._network.up if self._is_up else self._network.down

    @property
    def _is_overdue(self) -> bool:
        """The target does not take what is there: then nothing more is read, either."""
        return bool(self._line) and self._line[0][0] <= self._loop.time()

    async def read(self) -> None:
        due = 0.0
        while True:
            while self._is_overdue:
                self._passed.clear()
                await self._passed.wait()
            await self._network.thawed()
            rate = self._weather.bytes_per_second
            most = LARGEST_READ
            if rate < math.inf:
                most = max(1, min(most, int(rate * SLOW_STEP_SECONDS)))
            data = await self._loop.sock_recv(self._source, most)
            if rate < math.inf:
                await asyncio.sleep(len(data) / rate)
            weather = self._weather
            jitter = self._rng.uniform(-weather.jitter_seconds, weather.jitter_seconds)
            late = max(0.0, weather.delay_seconds + jitter)
            due = max(due, self._loop.time() + late)
            self._line.append((due, data))
            self._came.set()
            if not data:
                return

    async def deliver(self) -> None:
        while True:
            while not self._line:
                self._came.clear()
                await self._came.wait()
            due, data = self._line[0]
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            await self._network.thawed()
            if not data:
                self._target.shutdown(socket.SHUT_WR)
                return
            await self._pass_on(data)
            self._line.popleft()
            self._passed.set()

    async def _pass_on(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            piece = data[at : at + self._weather.piece_bytes]
            await self._loop.sock_sendall(self._target, piece)
            at += len(piece)
            if self._is_up:
                self._network.bytes_up += len(piece)
            else:
                self._network.bytes_down += len(piece)
            if at < len(data):
                # The loop's own timers count whole milliseconds.
                time.sleep(BETWEEN_PIECES_SECONDS)  # noqa: ASYNC251
                await self._network.thawed()
                await asyncio.sleep(0)


def _small_socket() -> socket.socket:
    """A TCP socket that keeps little and sends at once; accepted ones inherit it."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BYTES)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setblocking(False)
    return made
