"""What was acknowledged stays: through kills in the middle of many edits, and slow commits."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from server.chunks import Cells, StoredChunk
from server.clock import wall_clock_ms
from server.editing.journal import Filter, JournalEntry
from server.mapmakers import Draft, Place
from server.store import Batch, Store
from server.store.database import DATABASE_NAME
from tests.mock_server import TILES, MockServer, grass
from tests.postgres import fresh_database
from tests.running import RunningServer

ROUNDS = 100 if os.environ.get("ESTRAGON_SOAK") == "1" else 25
CLIENTS = 20
LOAD_SECONDS = 0.8
UNDER_WAY = 4
"""So many edits of each client wait for their answers at a time."""
READY_SECONDS = 5.0
SIDE = 8
"""Of the square that a client alone paints; those of four share a chunk."""
SHARED = 2
"""Every client also paints over the first cells of everybody's."""
GROUND = [each.id for each in TILES.by_id.values() if each.layer == "ground"]
BUILDERS = {
    "ESTRAGON_GUESTS_MAY_BUILD": "true",
    "ESTRAGON_EDITS_PER_SECOND": "10000",
    "ESTRAGON_EDIT_BURST": "10000",
    "ESTRAGON_MESSAGES_PER_SECOND": "10000",
    "ESTRAGON_MESSAGE_BURST": "10000",
}

Cell = tuple[int, int]
"""x and y; only the ground is painted."""


@dataclass
class Painter:
    """A client's edits in a round: random cells of its square, strokes, undos and redos."""

    name: str
    corner: Cell
    everybodys: Cell
    random: random.Random
    asked: list[dict[Cell, int] | str] = field(default_factory=list)
    """Cells and their tiles, "undo" or "redo", in the order of asking; the first is number 1."""
    acknowledged: set[int] = field(default_factory=set)
    refused: list[codec.EditResult] = field(default_factory=list)
    floors: dict[Place, int] = field(default_factory=dict)
    """By chunk, the revision that it has at least, by what was acknowledged."""

    async def paint(self, url: str, until_over: asyncio.Event) -> None:
        client = await Client.join(url, self.name)
        session = client.session
        session.keeps_players = False
        before: dict[int, dict[Place, int]] = {}

        def hear(message: codec.Message) -> None:
            if not isinstance(message, codec.EditResult):
                return
            if message.code == codec.ErrorCode.EDIT_NOTHING:
                return
            if message.code:
                self.refused.append(message)
                return
            self.acknowledged.add(message.edit)
            for place, revision in before[message.edit].items():
                # It changed the chunk after it was sent, so a revision was added.
                more = 1 if message.cells and isinstance(self.asked[message.edit - 1], dict) else 0
                self.floors[place] = max(self.floors.get(place, 0), revision + more)

        session.on_message = hear
        try:
            while not until_over.is_set():
                while len(self.asked) - len(session.edit_results) < UNDER_WAY:
                    cells = self._choose()
                    # One chunk an edit, so that its revision is sure to have gone up.
                    places = {(x >> 4, y >> 4) for x, y in cells}
                    before[len(self.asked)] = {
                        each: session.chunks[each].revision
                        for each in places
                        if each in session.chunks
                    }
                    self._send(client)
                answered = len(session.edit_results)
                await client.wait_for(lambda s, n=answered: len(s.edit_results) > n)  # type: ignore[misc]
        except Refused as reason:
            if reason.code is not None:
                raise
        finally:
            client.abort()

    def _choose(self) -> list[Cell]:
        chance = self.random.random()
        if chance < 0.15:
            self.asked.append(self.random.choice(["undo", "undo", "redo"]))
            return []
        left, top = self.everybodys if chance < 0.3 else self.corner
        side = SHARED if chance < 0.3 else SIDE
        count = self.random.randint(1, 3 if side == SHARED else 12)
        cells = {
            (left + self.random.randrange(side), top + self.random.randrange(side))
            for _ in range(count)
        }
        self.asked.append({each: self.random.choice(GROUND) for each in sorted(cells)})
        return list(cells)

    def _send(self, client: Client) -> None:
        asked = self.asked[-1]
        if isinstance(asked, dict):
            rows = [codec.CellEdit(0, x, y, tile).pack() for (x, y), tile in asked.items()]
            client.session.edit(codec.EditCells(0, b"".join(rows)))
        else:
            client.session.undo(redo=asked == "redo")

    def check(self, entries: list[JournalEntry]) -> int:
        """The author's own entries are the first of what was asked for, and all that was told.

        Returns how many were saved and never told.
        """
        assert self.refused == []
        found = iter(entries)
        is_undone: list[bool] = []
        saved: set[int] = set()
        for number, asked in enumerate(self.asked, 1):
            last = max((each for each, gone in enumerate(is_undone) if not gone), default=-1)
            about = last if asked == "undo" else last + 1
            if isinstance(asked, str) and not 0 <= about < len(is_undone):
                continue  # Refused: there was nothing to undo or to do again.
            entry = next(found, None)
            if entry is None:
                break
            saved.add(number)
            if isinstance(asked, dict):
                assert entry.kind == "cells"
                for _, x, y, _, now in entry.changes.tolist():
                    assert asked[x, y] == now
                is_undone.append(False)
            else:
                assert entry.kind == asked
                is_undone[about] = asked == "undo"
        assert next(found, None) is None
        assert saved >= self.acknowledged
        return len(saved - self.acknowledged)


def painters(corner: Cell, prefix: str) -> list[Painter]:
    """Their squares lie side by side, and start at a chunk's corner."""
    left, top = corner
    return [
        Painter(
            f"{prefix} {number}",
            (left + number % 5 * SIDE, top + SIDE + number // 5 * SIDE),
            (left, top),
            random.Random(f"{prefix} {number}"),
        )
        for number in range(CLIENTS)
    ]


async def load(server: RunningServer, everybody: list[Painter]) -> None:
    """Everybody paints until the server is killed."""
    is_over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for each in everybody:
            group.create_task(each.paint(server.url, is_over))
        async with asyncio.timeout(20):
            while not all(each.acknowledged for each in everybody):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(LOAD_SECONDS + random.random() / 20)
        await asyncio.to_thread(server.kill)
        is_over.set()


def whole_map(store: Store, map_id: int) -> tuple[dict[Place, StoredChunk], dict[Place, int]]:
    chunks = store.load_chunks(map_id, store.chunk_places(map_id))
    return chunks, {place: each.revision for place, each in chunks.items()}


class Books:
    """The database as it was, and what has to have become of it."""

    def __init__(self, store: Store) -> None:
        (stored,) = store.maps()
        self.map_id = stored.number
        self.chunks, self.revisions = whole_map(store, self.map_id)
        self.began_ms = wall_clock_ms()

    def check(self, store: Store, everybody: list[Painter]) -> int:
        """All that was told is there, in the journal and in the cells. Returns the untold."""
        chunks, revisions = whole_map(store, self.map_id)
        by_author = defaultdict(list)
        expected: dict[Place, Cells] = {place: each.cells for place, each in self.chunks.items()}
        changed: set[Place] = set()
        new = Filter(since_ms=self.began_ms)
        for entry in store.entries(self.map_id, new, newest_first=False):
            by_author[entry.author].append(entry)
            for layer, x, y, was, now in entry.changes.tolist():
                cells = expected[x >> 4, y >> 4]
                assert cells[layer, y & 15, x & 15] == was
                cells[layer, y & 15, x & 15] = now
                changed.add((x >> 4, y >> 4))
        for place, chunk in chunks.items():
            np.testing.assert_array_equal(chunk.cells, expected[place])
            assert (revisions[place] > self.revisions[place]) == (place in changed)
        for painter in everybody:
            for place, floor in painter.floors.items():
                assert revisions[place] >= floor
        untold = sum(each.check(by_author[each.name]) for each in everybody)
        assert set(by_author) <= {each.name for each in everybody}
        self.chunks, self.revisions = chunks, revisions
        self.began_ms = wall_clock_ms()
        return untold


async def join_and_look(server: RunningServer, name: str) -> dict[Place, tuple[int, bytes]]:
    """The revisions and cells that a newcomer is sent."""
    client = await Client.join(server.url, name)
    try:
        await client.wait_for(lambda session: len(session.chunks) > 0)
        return {
            place: (each.revision, bytes(each.cells))
            for place, each in client.session.chunks.items()
        }
    finally:
        await client.close()


def spawn_corner(store: Store) -> Cell:
    """A chunk's corner near the first spawn."""
    (stored,) = store.maps()
    x, y = stored.places.spawns[0]
    return (max(0, min(x - 24, stored.width - 64)) & ~15), (
        max(0, min(y - 24, stored.height - 64)) & ~15
    )


def kill_again_and_again(
    server: RunningServer, open_store: Callable[[], Store], rounds: int
) -> tuple[float, int]:
    """Returns the longest time until a player was in after a start, and the edits told."""
    slowest, told = 0.0, 0
    server.start()
    store = open_store()
    books, corner = Books(store), spawn_corner(store)
    store.close()
    for number in range(rounds):
        everybody = painters(corner, f"Painter {number}")
        asyncio.run(load(server, everybody))
        began = time.monotonic()
        server.start()
        seen = asyncio.run(join_and_look(server, "Newcomer"))
        slowest = max(slowest, time.monotonic() - began)
        store = open_store()
        books.check(store, everybody)
        store.close()
        for place, (revision, cells) in seen.items():
            stored = books.chunks[place]
            assert (stored.revision, stored.cells.astype(">u2").tobytes()) == (revision, cells)
        told += sum(len(each.acknowledged) for each in everybody)
    server.stop()
    assert server.failures() == []
    return slowest, told


@pytest.mark.alone
def test_what_was_acknowledged_outlives_a_kill_and_players_are_soon_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    database = data / DATABASE_NAME

    def open_store() -> Store:
        with sqlite3.connect(database) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
        return Store(data)

    server = RunningServer(data, environment=BUILDERS, is_fresh=True)
    try:
        slowest, told = kill_again_and_again(server, open_store, ROUNDS)
    finally:
        server.stop()
    print(f"{ROUNDS} kills, {told} edits acknowledged, ready after {slowest:.2f} s at most")
    assert told >= ROUNDS * CLIENTS
    assert slowest < READY_SECONDS


def test_what_was_acknowledged_outlives_a_kill_on_postgres(tmp_path: Path, postgres: str) -> None:
    address = fresh_database(postgres)
    server = RunningServer(tmp_path / "data", "--database-url", address, environment=BUILDERS)
    try:
        slowest, told = kill_again_and_again(
            server, lambda: Store(tmp_path, address), max(3, ROUNDS // 5)
        )
    finally:
        server.stop()
    print(f"{told} edits acknowledged, ready after {slowest:.2f} s at most")


# -- Slow commits ---------------------------------------------------------------------------


class SlowStore(Store):
    """A store whose commits wait until they are let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def commit(self, map_id: int, batches: list[Batch]) -> None:
        self.has_begun.set()
        assert self.may_end.wait(10)
        super().commit(map_id, batches)


@contextmanager
def slow_server(folder: Path) -> Iterator[tuple[MockServer, SlowStore, ThreadPoolExecutor]]:
    """A server whose database works in a thread of its own, as the running one's does."""
    store = SlowStore(folder)
    store.migrate()
    number = store.add_map("meadow", Draft(grass(96, 96), ((48, 48),), ()), TILES)
    with ThreadPoolExecutor(1) as executor:
        server = MockServer(store=store, map_id=number, executor=executor, guests_may_build=True)
        try:
            yield server, store, executor
        finally:
            store.may_end.set()
    store.close()


async def passes(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - no event tells.
            await asyncio.sleep(0.005)


@pytest.mark.alone
def test_no_edit_is_acknowledged_before_its_commit_and_no_tick_waits_for_it(
    tmp_path: Path,
) -> None:
    async def scene(server: MockServer, store: SlowStore) -> None:
        keeping = asyncio.create_task(server.keeper.run(server.game.submit))
        ticking = asyncio.create_task(server.game.run())
        vladimir, estragon = server.connect("Vladimir"), server.connect("Estragon")
        vladimir.begin()
        estragon.begin()
        await passes(lambda: vladimir.state is not None and estragon.state is not None)
        number = vladimir.edit(codec.EditCells(0, codec.CellEdit(0, 40, 40, GROUND[2]).pack()))
        await passes(store.has_begun.is_set)
        began = server.world.tick
        late = server.game.status().late_ticks
        await passes(lambda: server.world.tick >= began + 20)
        assert server.game.status().late_ticks - late <= 2
        assert estragon.tile_at(0, 40, 40) == GROUND[2]
        assert number not in vladimir.edit_results
        assert store.entries(server.map_id, Filter()) == []
        store.may_end.set()
        await passes(lambda: number in vladimir.edit_results)
        assert vladimir.edit_results[number].code == 0
        assert len(store.entries(server.map_id, Filter())) == 1
        for task in (keeping, ticking):
            task.cancel()
        await asyncio.gather(keeping, ticking, return_exceptions=True)

    with slow_server(tmp_path) as (server, store, _):
        asyncio.run(scene(server, store))


def test_what_is_asked_while_a_commit_takes_long_is_saved_all_at_once(tmp_path: Path) -> None:
    async def scene(server: MockServer, store: SlowStore) -> None:
        keeping = asyncio.create_task(server.keeper.run(server.game.submit))
        client = server.connect("Vladimir")
        client.begin()
        server.game.do_tick(server.now)
        numbers = []
        for x in range(40, 50):
            edit = codec.EditCells(0, codec.CellEdit(0, x, 40, GROUND[2]).pack())
            numbers.append(client.edit(edit))
            server.game.do_tick(server.now)
            await passes(store.has_begun.is_set)
        assert client.edit_results == {}
        store.may_end.set()

        def all_are_answered() -> bool:
            server.game.do_tick(server.now)
            return len(client.edit_results) == len(numbers)

        await passes(all_are_answered)
        assert list(client.edit_results) == numbers
        assert {each.code for each in client.edit_results.values()} == {0}
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    with slow_server(tmp_path) as (server, store, _):
        asyncio.run(scene(server, store))


@pytest.mark.parametrize("kind", ["cells", "undo"])
def test_who_leaves_before_the_commit_has_still_edited(tmp_path: Path, kind: str) -> None:
    async def scene(server: MockServer, store: SlowStore) -> None:
        keeping = asyncio.create_task(server.keeper.run(server.game.submit))
        client = server.connect("Vladimir")
        client.begin()
        server.game.do_tick(server.now)
        client.edit(codec.EditCells(0, codec.CellEdit(0, 40, 40, GROUND[2]).pack()))
        if kind == "undo":
            client.undo()
        server.game.do_tick(server.now)
        await passes(store.has_begun.is_set)
        client.disconnect()
        server.game.do_tick(server.now)
        store.may_end.set()
        expected = ["cells", "undo"] if kind == "undo" else ["cells"]

        def is_saved() -> bool:
            server.game.do_tick(server.now)
            found = store.entries(server.map_id, Filter(), newest_first=False)
            return [each.kind for each in found] == expected

        await passes(is_saved)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    with slow_server(tmp_path) as (server, store, _):
        asyncio.run(scene(server, store))


def test_an_edit_whose_commit_is_still_to_come_when_the_server_ends_is_saved(
    tmp_path: Path,
) -> None:
    """Another world's commit may be before it in the line."""

    async def scene(server: MockServer, store: SlowStore, executor: ThreadPoolExecutor) -> None:
        others = threading.Event()
        executor.submit(others.wait, 10)
        keeping = asyncio.create_task(server.keeper.run(server.game.submit))
        client = server.connect("Vladimir")
        client.begin()
        server.game.do_tick(server.now)
        for x in (40, 41):
            client.edit(codec.EditCells(0, codec.CellEdit(0, x, 40, GROUND[2]).pack()))
            server.game.do_tick(server.now)
            await asyncio.sleep(0)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        others.set()
        store.may_end.set()
        await server.keeper.save()

    with slow_server(tmp_path) as (server, store, executor):
        asyncio.run(scene(server, store, executor))
        executor.shutdown()  # As the server does, before it closes the store.
        entries = store.entries(server.map_id, Filter(), newest_first=False)
        assert [int(each.changes["x"][0]) for each in entries] == [40, 41]
