"""A full disk and a locked database, really: nothing is lost silently, and play goes on."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode
from protocol_spec.session import ClientSession
from server.editing.journal import Filter
from server.store import Store
from server.store.database import DATABASE_NAME
from tests.mock_server import TILES
from tests.running import RunningServer

SNAPSHOT_GAP_SECONDS = 0.5
"""Ten ticks: less than a machine that is busy with other tests may need to look late."""
Trouble = Callable[[RunningServer], AbstractContextManager[None]]


@contextmanager
def full_disk(server: RunningServer) -> Iterator[None]:
    """No file of the server's may grow or be written beyond the size of its log.

    To the server this is a disk without room: what it writes fails, what it reads does not.
    """
    room = len(server.log.encode()) + 4096
    pid = server.process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked_database(server: RunningServer) -> Iterator[None]:
    """Somebody else's program keeps the database to itself."""
    other = sqlite3.connect(server.data / DATABASE_NAME, isolation_level=None, timeout=10)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


class Watch:
    """How long a client was without a snapshot, at most, and the changes of one cell."""

    def __init__(self, client: Client, x: int, y: int) -> None:
        self.longest_gap = 0.0
        self.tiles: list[int] = []
        self._last = time.monotonic()
        self._place = (0, x, y)
        client.session.on_message = lambda message: self._hear(message, client.session)

    def _hear(self, message: codec.Message, session: ClientSession) -> None:
        if isinstance(message, codec.WorldState):
            now = time.monotonic()
            self.longest_gap = max(self.longest_gap, now - self._last)
            self._last = now
        elif isinstance(message, codec.ChunkEdit):
            tile = session.tile_at(*self._place)
            if not self.tiles or self.tiles[-1] != tile:
                self.tiles.append(tile)


async def put(client: Client, x: int, y: int, tile: int) -> codec.EditResult:
    """Paints a cell and waits for the answer."""
    number = client.session.edit(codec.EditCells(0, codec.CellEdit(0, x, y, tile).pack()))
    await client.wait_for(lambda session: number in session.edit_results)
    return client.session.edit_results[number]


def cell_near(client: Client) -> tuple[int, int]:
    assert client.session.state is not None
    return (client.session.state.x >> 10) + 3, client.session.state.y >> 10


def other_tiles(tile: int) -> list[int]:
    ground = [each.id for each in TILES.by_id.values() if each.layer == "ground"]
    return [each for each in ground if each != tile]


async def scene(server: RunningServer, trouble: Trouble) -> tuple[int, int, int, int]:
    """Returns the cell, what was saved there, and how many edits were."""
    painter, watcher = (
        await Client.join(server.url, "Vladimir"),
        await Client.join(server.url, "Estragon"),
    )
    x, y = cell_near(painter)
    for client in (painter, watcher):
        await client.wait_for(lambda session: session.tile_at(0, x, y) > 0)
    first, second, third = other_tiles(painter.session.tile_at(0, x, y))[:3]
    watch = Watch(watcher, x, y)
    assert (await put(painter, x, y, first)).code == 0
    with trouble(server):
        results = await asyncio.gather(put(painter, x, y, second), put(painter, x, y, third))
        for result in results:
            assert result.code == ErrorCode.EDIT_NOT_SAVED
            assert result.text in ("database is locked", "disk I/O error")
        await watcher.wait_for(lambda session: session.tile_at(0, x, y) == first)
        await painter.wait_for(lambda session: session.tile_at(0, x, y) == first)
        assert watch.tiles[-1] == first
        assert watch.tiles[-2] in (second, third)
        again = await put(painter, x, y, third)
        assert again.code == ErrorCode.EDIT_NOT_SAVED
        painter.session.say("Nothing to be done.")
        await watcher.wait_for(lambda session: len(session.chat) == 1)
    result = await put(painter, x, y, second)
    assert result.code == 0
    await watcher.wait_for(lambda session: session.tile_at(0, x, y) == second)
    undo = painter.session.undo()
    await painter.wait_for(lambda session: undo in session.edit_results)
    assert painter.session.edit_results[undo].cells == 1
    await watcher.wait_for(lambda session: session.tile_at(0, x, y) == first)
    assert watch.longest_gap < SNAPSHOT_GAP_SECONDS
    await painter.close()
    await watcher.close()
    return x, y, first, 3


@pytest.mark.parametrize("trouble", [full_disk, locked_database])
def test_what_cannot_be_saved_is_refused_and_taken_back_until_the_trouble_is_gone(
    tmp_path: Path, trouble: Trouble
) -> None:
    environment = {"ESTRAGON_GUESTS_MAY_BUILD": "true"}
    with RunningServer(tmp_path / "data", environment=environment) as server:
        x, y, tile, saved = asyncio.run(scene(server, trouble))
        server.kill()
        with sqlite3.connect(server.data / DATABASE_NAME) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        store = Store(server.data)
        (stored,) = store.maps()
        assert len(store.entries(stored.number, Filter())) == saved
        chunk = store.load_chunks(stored.number, [(x >> 4, y >> 4)])[x >> 4, y >> 4]
        assert chunk.cells[0, y & 15, x & 15] == tile
        store.close()
        server.start()
        assert server.failures() == []


def test_a_server_does_not_start_on_a_locked_database_and_says_why(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data")
    store = Store(server.data)
    store.migrate()
    store.close()
    with locked_database(server), pytest.raises(RuntimeError) as failure:
        server.start()
    assert "estragon: the database: database is locked" in str(failure.value)
    assert "Traceback" not in str(failure.value)
    server.start()
    server.stop()
