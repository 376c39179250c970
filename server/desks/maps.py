"""What an operator does with maps, and the same way whether they run or not.

A map that runs is changed through its game, like a player's edits: at once before all eyes, and
done when it is saved. One that does not run is changed in the database. The journal has both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from protocol_spec.codec import CHUNK_SIZE
from server.chunks import TileMap
from server.clock import wall_clock_ms
from server.desks import stored_maps
from server.desks.map_parts import by_region, parts, samples, some_of
from server.editing import edits
from server.editing.edits import AppliedEdit, Edit
from server.editing.journal import Filter, JournalEntry
from server.editing.operations import Operation, Places, Restore, SetCells, SetPlaces
from server.failures import Rejected
from server.game import Game
from server.mapmakers import Draft
from server.modes.finding import ModeRefused, find_mode
from server.store import Store, StoredMap, StoredWorld, StoreError
from server.store.audit import Audit
from server.tiles import TileSet

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told how much of how much is done, in any unit."""

NAME_LIMIT = 64
CHUNKS_AT_ONCE = 256
"""Read in one go, so that the database's thread has time for players in between."""


class MapRefused(Exception):
    """It cannot be done as asked for; the text is one line for a person."""


@dataclass(frozen=True)
class Author:
    """Who asks, and from where, for the journal."""

    name: str
    via: str


@dataclass
class Outcome:
    """What a revert or a restore did, or would do."""

    cells: int = 0
    skipped: int = 0
    """Cells left alone, because somebody had changed them since."""
    edits: int = 0
    """Entries in the journal."""
    sets_places: bool = False


def checked_name(name: str, what: str = "map") -> str:
    """A name that is safe to print and to make a file's name of. Raises MapRefused."""
    if not 1 <= len(name) <= NAME_LIMIT or len(name.encode(errors="replace")) > NAME_LIMIT:
        raise MapRefused(f"a {what}'s name has 1 to {NAME_LIMIT} bytes")
    if not name.isprintable() or name != name.strip():
        raise MapRefused(f"a {what}'s name has no control characters and no space around it")
    if name.startswith(".") or "/" in name or "\\" in name:
        raise MapRefused(f"a {what}'s name has no slashes and begins with no dot")
    return name


class MapDesk:
    def __init__(
        self,
        store: Store,
        games: Mapping[int, Game] | None = None,
        executor: Executor | None = None,
    ) -> None:
        """`games` by the number of the map that runs there; `executor` is the database's thread,
        without which the caller's own waits."""
        self._store = store
        self._games = {} if games is None else games
        self._executor = executor

    async def maps(self) -> list[tuple[StoredMap, str]]:
        """All maps, each with its world's name, empty where it has none."""
        maps = await self._in_thread(self._store.maps)
        worlds = {each.map.number: each.name for each in await self._in_thread(self._store.worlds)}
        return [(each, worlds.get(each.number, "")) for each in maps]

    async def worlds(self) -> list[StoredWorld]:
        """All worlds, those that the server will only know after its next start included."""
        return await self._in_thread(self._store.worlds)

    async def add(self, name: str, draft: Draft, tiles: TileSet) -> None:
        """Keeps a new map. Raises MapRefused where it is not sound, StoreError where it exists."""
        checked_name(name)
        _, height, width = draft.cells.shape
        try:
            edge = TileMap(width, height, tiles)
            SetPlaces(Places(draft.spawns, draft.areas)).cells(edge)
            edits.check(samples(draft.cells), edge)
        except Rejected as refusal:
            raise MapRefused(said(refusal)) from refusal
        await self._in_thread(self._store.add_map, name, draft, tiles)

    async def add_world(
        self, name: str, map_name: str, mode: str, audit: Audit | None = None
    ) -> None:
        """A world that runs from the server's next start on, if nobody starts it before."""
        checked_name(name, "world")
        try:
            find_mode(mode)
        except ModeRefused as refusal:
            raise MapRefused(str(refusal)) from refusal
        stored = await self._find(map_name)
        for world in await self._in_thread(self._store.worlds):
            if world.name == name:
                raise MapRefused(f"there is a world {name!r} already")
            if world.map.number == stored.number:
                raise MapRefused(f"the map {map_name!r} belongs to the world {world.name!r}")
        await self._in_thread(self._store.add_world, name, mode, stored.number, audit)

    async def read(self, name: str, progress: Progress) -> tuple[Draft, TileSet]:
        """A whole map. What is changed meanwhile is in it or not, cell by cell."""
        stored = await self._find(name)
        chunks = await self._ask(stored.number, Store.chunk_places)
        high, wide = -(-stored.height // CHUNK_SIZE), -(-stored.width // CHUNK_SIZE)
        cells = np.zeros((3, high * CHUNK_SIZE, wide * CHUNK_SIZE), np.uint16)
        for at in range(0, len(chunks), CHUNKS_AT_ONCE):
            some = chunks[at : at + CHUNKS_AT_ONCE]
            found = await self._ask(stored.number, partial(stored_maps.load, places=some))
            for x, y in some:
                left, top = x * CHUNK_SIZE, y * CHUNK_SIZE
                cells[:, top : top + CHUNK_SIZE, left : left + CHUNK_SIZE] = found[x, y].cells
            progress(at + len(some), len(chunks))
        places = self._places(stored)
        draft = Draft(cells[:, : stored.height, : stored.width], places.spawns, places.areas)
        return draft, stored.tiles

    async def tiles(self, name: str) -> TileSet:
        """A map's tile set, which the words of a filter are about."""
        return (await self._find(name)).tiles

    async def history(self, name: str, wanted: Filter, limit: int) -> list[JournalEntry]:
        """The journal's last entries, the newest first; limit 0: all of them."""
        stored = await self._find(name)
        return await self._ask(
            stored.number, lambda store, number: store.entries(number, wanted, limit)
        )

    async def revert(
        self,
        name: str,
        wanted: Filter,
        author: Author,
        progress: Progress = lambda done, whole: None,
        *,
        preview: bool = False,
    ) -> Outcome:
        """Takes back what the filter means, where nobody has changed it since.

        Raises Rejected where an edit cannot be saved; what was done before it stays done.
        """
        stored = await self._find(name)
        whole, places = await self._ask(
            stored.number, partial(stored_maps.plan_revert, wanted=wanted)
        )
        outcome, done = Outcome(), 0
        for rows in parts(whole.wanted):
            operation = Restore(some_of(whole.wanted, rows), whole.expected[rows], "revert")
            await self._carry_out(stored, operation, author, outcome, preview=preview)
            done += len(rows)
            progress(done, len(whole.wanted))
        if places is not None:
            await self._set_places(stored, SetPlaces(places, "revert"), author, outcome, preview)
        return outcome

    async def places(self, name: str) -> Places:
        """A map's spawns and areas."""
        return self._places(await self._find(name))

    async def set_places(self, name: str, places: Places, author: Author) -> None:
        """Gives a map other spawns and areas. Raises Rejected where they are not sound."""
        stored = await self._find(name)
        if places != self._places(stored):
            await self._edit(stored, SetPlaces(places), author)

    async def snapshots(self, name: str) -> list[str]:
        stored = await self._find(name)
        return await self._ask(stored.number, Store.snapshot_names)

    async def take_snapshot(self, name: str, snapshot: str, author: Author) -> None:
        """Keeps the map as it is. Raises StoreError where the name is taken."""
        checked_name(snapshot, "snapshot")
        stored = await self._find(name)
        await self._ask(
            stored.number,
            lambda store, number: store.take_snapshot(
                number, snapshot, author.name, wall_clock_ms()
            ),
        )

    async def restore(
        self,
        name: str,
        snapshot: str,
        author: Author,
        progress: Progress = lambda done, whole: None,
        *,
        preview: bool = False,
    ) -> Outcome:
        """Makes a map what it was, by edits like any other; they can be reverted."""
        stored = await self._find(name)
        places = await self._ask(
            stored.number, lambda store, number: store.snapshot_places(number, snapshot)
        )
        changed = await self._ask(
            stored.number, lambda store, number: store.changed_since(number, snapshot)
        )
        outcome, done = Outcome(), 0
        for some in by_region(changed):
            difference = await self._ask(
                stored.number, partial(stored_maps.difference, snapshot=snapshot, places=some)
            )
            for rows in parts(difference):
                operation = SetCells(some_of(difference, rows), "restore")
                await self._carry_out(stored, operation, author, outcome, preview=preview)
            done += len(some)
            progress(done, len(changed))
        await self._set_places(stored, SetPlaces(places, "restore"), author, outcome, preview)
        return outcome

    async def purge(self, name: str, before_ms: int) -> int:
        """Forgets the journal from before a time; returns how many entries."""
        stored = await self._find(name)
        return await self._ask(stored.number, lambda store, number: store.purge(number, before_ms))

    async def _carry_out(
        self,
        stored: StoredMap,
        operation: Operation,
        author: Author,
        outcome: Outcome,
        *,
        preview: bool,
    ) -> None:
        """Does an operation, or what it would do is counted; one that does nothing is not done."""
        trial = Edit(author.name, author.via, operation, wall_clock_ms())
        result = await self._ask(
            stored.number, partial(stored_maps.tried, stored=stored, edit=trial)
        )
        if len(result.changes):
            if not preview:
                result = await self._edit(stored, operation, author)
            outcome.edits += 1
        outcome.cells += len(result.changes)
        outcome.skipped += result.skipped

    async def _set_places(
        self,
        stored: StoredMap,
        operation: SetPlaces,
        author: Author,
        outcome: Outcome,
        preview: bool,
    ) -> None:
        if operation.places != self._places(stored):
            outcome.sets_places = True
            outcome.edits += 1
            if not preview:
                await self._edit(stored, operation, author)

    async def _edit(self, stored: StoredMap, operation: Operation, author: Author) -> AppliedEdit:
        game = self._games.get(stored.number)
        edit = Edit(author.name, author.via, operation, wall_clock_ms())
        if game is None:
            return await self._in_thread(stored_maps.apply_stored, self._store, stored, edit)
        result: asyncio.Future[AppliedEdit | Rejected]
        result = asyncio.get_running_loop().create_future()
        game.edit(Edit(edit.author, edit.via, operation, edit.time_ms, partial(_answer, result)))
        applied = await result
        if isinstance(applied, Rejected):
            raise applied
        return applied

    def _places(self, stored: StoredMap) -> Places:
        game = self._games.get(stored.number)
        return stored.places if game is None else game.world.places

    async def _find(self, name: str) -> StoredMap:
        return await self._in_thread(self._store.find_map, name)

    async def _ask(self, number: int, question: Callable[[Store, int], T]) -> T:
        """The database's answer; of a map that runs, when all its edits so far are saved."""
        game = self._games.get(number)
        if game is None:
            return await self._in_thread(question, self._store, number)
        answer: asyncio.Future[T | Rejected] = asyncio.get_running_loop().create_future()
        game.ask(question, partial(_answer, answer), partial(_answer, answer))
        found = await answer
        if isinstance(found, Rejected):
            raise StoreError(str(found))
        return found

    async def _in_thread(self, what: Callable[..., T], *arguments: Any) -> T:
        if self._executor is None:
            return what(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._executor, what, *arguments)


def said(refusal: Rejected) -> str:
    """A refusal for people."""
    return f"{refusal.code.name} {refusal}".strip()


def _answer(waiting: asyncio.Future[Any], result: Any) -> None:
    # Whoever asked may have gone; that must not trouble the one who answers.
    if not waiting.done():
        waiting.set_result(result)
