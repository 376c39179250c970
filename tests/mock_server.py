"""A whole server without a socket or a clock: real sessions, a real game, reference clients.

`MockServer.tick()` does what the running server does twenty times a second; a `MockClient` is the
reference client's session on a wire that is a function call.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlmodel import Session

from protocol_spec import codec
from protocol_spec.session import ClientSession
from server.chunks import Cells, TileMap
from server.editing.keeper import Keeper
from server.editing.operations import Places
from server.game import TICK_SECONDS, Game
from server.mapmakers import Area
from server.member import CLOGGED_BYTES
from server.modes.finding import Choice, free_roam
from server.services import assemble
from server.session import Session as ServerSession
from server.settings import Settings
from server.store import Store
from server.store.thread import Database
from server.tiles import builtin_tile_set
from server.web.callers import identify
from server.world import World

TILES = builtin_tile_set()
GRASS = TILES["grass"]
WALL = next(
    each.id for each in TILES.by_id.values() if each.layer == "things" and each.height > 512
)


def grass(width: int, height: int) -> Cells:
    """The cells of a map of grass alone."""
    cells = np.zeros((3, height, width), np.uint16)
    cells[0] = GRASS
    return cells


def meadow(width: int = 96, height: int = 96) -> TileMap:
    return TileMap.of(grass(width, height), TILES)


QUICK_PASSWORDS = {"argon2_kib": 8, "argon2_passes": 1, "limit_loopback_logins": False}
"""Nobody attacks the tests."""


@cache
def _template() -> sqlite3.Connection:
    """A database in memory with all tables and no rows."""
    store = Store(Path(), "sqlite://")
    store.migrate()
    template = sqlite3.connect(":memory:")
    store.do(lambda session: _raw(session).backup(template))
    store.close()
    return template


def _raw(session: Session) -> sqlite3.Connection:
    raw: Any = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def empty_store() -> Store:
    """A database in memory: a copy, for migrations take as long as many tests."""
    store = Store(Path(), "sqlite://")
    store.do(lambda session: _template().backup(_raw(session)))
    return store


def finish(work: Coroutine[Any, Any, None]) -> None:
    """Does at once what the running server leaves to its event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    # Within a test's own loop: the database is at hand, so that nothing waits.
    with contextlib.suppress(StopIteration):
        work.send(None)
        raise AssertionError("it waits for something")


class SameThread(Executor):
    """Runs what it is given at once: the tests' database needs no thread of its own."""

    def submit(self, what: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(what(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


class Wire:
    """A Peer that hands what the server sends to a client at once."""

    def __init__(self, address: str = "", is_secure: bool = True) -> None:
        caller = identify(address or "127.0.0.1", (), (), is_tls=is_secure)
        self.address = caller.address
        self.remote = caller.remote
        self.is_secure = is_secure
        self.sent: list[bytes] = []
        self.closed: tuple[int, str] | None = None
        self.is_aborted = False
        self._queued_bytes = 0
        self.client: MockClient | None = None

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

    @queued_bytes.setter
    def queued_bytes(self, count: int) -> None:
        self._queued_bytes = count
        if count > CLOGGED_BYTES and self.client is not None:
            self.client.server_session.clogged()

    @property
    def sender(self) -> Callable[[bytes], object]:
        return self.send

    def send(self, message: bytes) -> None:
        self.sent.append(message)
        if self.client is not None and not self.queued_bytes:
            self.client.receive(message)

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def abort(self) -> None:
        self.is_aborted = True

    def messages(self) -> list[codec.Message]:
        """All that the server sent, read."""
        found = [codec.decode(*frame) for data in self.sent for frame in codec.parse(data)]
        return [each for each in found if each is not None]

    def errors(self) -> list[codec.ErrorCode]:
        found = [each for each in self.messages() if isinstance(each, codec.Error)]
        return [codec.ErrorCode(each.code) for each in found]


class MockClient(ClientSession):
    def __init__(self, server: MockServer, name: str, address: str = "") -> None:
        self.wire = Wire(address)
        self.server = server
        self.server_session: ServerSession = server.lobby.open_session(self.wire, server.now)
        super().__init__(name, "", self._send)
        self.wire.client = self

    def _send(self, message: bytes) -> None:
        self.server_session.receive(message, self.server.now)

    def disconnect(self) -> None:
        self.server_session.lost()

    @property
    def place(self) -> tuple[int, int]:
        """One's own, in 1/1024 tile."""
        assert self.state is not None
        return self.state.x, self.state.y


class MockServer:
    def __init__(
        self,
        tile_map: TileMap | None = None,
        spawns: tuple[tuple[int, int], ...] = ((48, 48),),
        store: Store | None = None,
        map_id: int = 0,
        executor: Executor | None = None,
        mode: Choice | None = None,
        areas: tuple[Area, ...] = (),
        **settings: object,
    ) -> None:
        """A map in memory alone, or with a database and the number of its map there.

        `executor` is the keeper's thread; without one all is done at once.
        """
        self.settings = Settings.model_validate({**QUICK_PASSWORDS, **settings})
        self.now = 1000.0
        world = World(tile_map or meadow(), Places(spawns, areas), self.settings.max_players)
        self.map_id = map_id
        store = store or empty_store()
        self.keeper = Keeper(store, map_id, executor or SameThread())
        self.game = Game("meadow", mode or free_roam(), "meadow", world, self.keeper, self.settings)
        self.services = assemble(
            self.settings,
            Database(store),
            [self.game],
            clock=lambda: self.now,
            start=finish,
        )
        self.lobby = self.services.lobby

    @property
    def world(self) -> World:
        return self.game.world

    def connect(self, name: str = "Vladimir", address: str = "") -> MockClient:
        """A client whose socket has just opened."""
        return MockClient(self, name, address)

    def join(self, name: str = "Vladimir") -> MockClient:
        """A client that is in the world and has its first snapshot."""
        client = self.connect(name)
        client.begin()
        self.tick()
        assert client.state is not None, client.error
        return client

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            self.now += TICK_SECONDS
            self.game.do_tick(self.now)
            self.keep()

    def keep(self) -> None:
        """What the running server's keeper does in between: saves, answers and loads."""
        # An event loop takes as long as a tick: most ticks leave nothing to do.
        if self.keeper._wanted or not self.keeper.is_idle:
            asyncio.run(self.keeper.work(self.game.submit))

    def walk(self, client: MockClient, direction: int, ticks: int) -> None:
        """The client walks for so many ticks, then stands."""
        for _ in range(ticks):
            client.walk(direction)
            self.tick()
        client.walk(direction, pace=0)
        self.tick(3)
