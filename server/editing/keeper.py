"""Keeps a running world's map in step with the database, which the tick never waits for.

Edits are seen at once and saved right after; only then is their author told. What cannot be saved
is taken back, together with all that was built on it. Chunks come in when somebody needs them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar

from protocol_spec.codec import ErrorCode
from server.chunks import StoredChunk, TileMap
from server.editing.edits import AppliedEdit
from server.editing.operations import SetPlaces
from server.failures import Rejected
from server.mapmakers import Place
from server.store import Batch, Store, StoreError
from server.world import Changes, LoadChunks, World

log = logging.getLogger(__name__)

T = TypeVar("T")
Failed = Callable[[Rejected], None]

RETRY_SECONDS = 1.0
"""After a read that failed."""


@dataclass(frozen=True)
class Unsaved:
    """Edits that were applied and could not be saved, in their order, and why."""

    edits: list[AppliedEdit]
    reason: str


@dataclass(frozen=True)
class _Request:
    """Chunks that somebody waits for, and whom to tell."""

    missing: set[int]
    then: Callable[[], None]
    failed: Failed


@dataclass(frozen=True)
class _Question:
    question: Callable[[Store, int], Any]
    then: Callable[[Any], None]
    failed: Failed


class Keeper:
    def __init__(self, store: Store, map_id: int, executor: Executor) -> None:
        """`executor` has one thread: the database has one writer."""
        self._store = store
        self._map_id = map_id
        self._executor = executor
        self._wake = asyncio.Event()
        self._batches: list[Batch] = []
        self._saving: list[Batch] = []
        self._failure = ""
        self._wanted: dict[int, Place] = {}
        self._requests: list[_Request] = []
        self._questions: list[_Question] = []

    @property
    def unsaved_chunks(self) -> set[int]:
        """Chunks of which the database has an older state than the world."""
        return {chunk for batch in (*self._saving, *self._batches) for chunk in batch.chunks}

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be saved, and nobody for chunks or an answer."""
        waiting = (self._batches, self._saving, self._requests, self._questions)
        return not (self._failure or any(waiting))

    def want(self, chunks: Iterable[int], tile_map: TileMap) -> None:
        """These chunks are needed; LoadChunks brings them when they are there."""
        self._wanted.update({each: tile_map.chunk_place(each) for each in chunks})
        if self._wanted:
            self._wake.set()

    def load(
        self, missing: list[int], tile_map: TileMap, then: Callable[[], None], failed: Failed
    ) -> None:
        """Calls `then` when the chunks are on their way into the world."""
        if not missing:
            then()
            return
        self._requests.append(_Request(set(missing), then, failed))
        self.want(missing, tile_map)

    def ask(
        self, question: Callable[[Store, int], T], then: Callable[[T], None], failed: Failed
    ) -> None:
        """Asks the database something about this map, when all that was kept so far is saved."""
        self._questions.append(_Question(question, then, failed))
        self._wake.set()

    def keep(self, changes: Changes, world: World) -> None:
        """Takes a tick's edits, to save them as soon as may be. Called at every tick."""
        if changes.applied:
            self._batches.append(_batch(changes, world))
        if self._batches:
            self._wake.set()

    def take_unsaved(self) -> Unsaved:
        """After a failure: all edits that are applied and not saved, which is then forgotten."""
        if not self._failure:
            return Unsaved([], "")
        edits = [edit for batch in (*self._saving, *self._batches) for edit in batch.edits]
        unsaved = Unsaved(edits, self._failure)
        self._saving, self._batches, self._failure = [], [], ""
        self._wake.set()
        return unsaved

    async def run(self, submit: Callable[[LoadChunks], None]) -> None:
        """Saves and loads until cancelled.

        A commit begins right after a tick, and not when the one before it is done: so it is over
        before the next tick, whose interpreter its thread would take (tests/bench/edits.py).
        """
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._questions or self._wanted:
                await self.work(submit)
            else:
                await self._commit()

    async def work(self, submit: Callable[[LoadChunks], None]) -> None:
        """One round: saves first, so that what is answered and loaded is up to date."""
        await self.save()
        await self._answer()
        await self._load(submit)

    async def save(self) -> None:
        """Writes all batches down, those that come meanwhile as well."""
        while self._batches and not self._failure:
            await self._commit()

    async def _commit(self) -> None:
        """Writes as many batches as there are down, in one transaction."""
        if not self._batches or self._failure:
            return
        self._saving, self._batches = self._batches, []
        try:
            await self._in_thread(self._store.commit, self._map_id, self._saving)
        except StoreError as error:
            log.warning("edits cannot be saved: %s", error)
            self._failure = str(error)
            return
        saved, self._saving = self._saving, []
        for batch in saved:
            for applied in batch.edits:
                applied.edit.done(applied)

    async def _answer(self) -> None:
        questions, self._questions = self._questions, []
        for each in questions:
            try:
                answer = await self._in_thread(each.question, self._store, self._map_id)
            except StoreError as error:
                each.failed(Rejected(ErrorCode.EDIT_NOT_SAVED, str(error)))
            else:
                each.then(answer)

    async def _load(self, submit: Callable[[LoadChunks], None]) -> None:
        if not self._wanted:
            return
        wanted, self._wanted = self._wanted, {}
        try:
            found = await self._in_thread(
                self._store.load_chunks, self._map_id, list(wanted.values())
            )
        except StoreError as error:
            log.warning("chunks cannot be loaded: %s", error)
            requests, self._requests = self._requests, []
            for each in requests:
                each.failed(Rejected(ErrorCode.EDIT_NOT_SAVED, str(error)))
            self._wanted = wanted | self._wanted
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._wake.set)
            return
        submit(LoadChunks([(chunk, found[place]) for chunk, place in wanted.items()]))
        for each in self._requests:
            each.missing.difference_update(wanted)
        ready = [each for each in self._requests if not each.missing]
        self._requests = [each for each in self._requests if each.missing]
        for each in ready:
            each.then()

    async def _in_thread(self, what: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        # Shielded: at the server's end this task is cancelled, but what is on its way to the
        # database must get there, since later edits are built on it.
        return await asyncio.shield(loop.run_in_executor(self._executor, what, *arguments))


def _batch(changes: Changes, world: World) -> Batch:
    sets_places = any(isinstance(each.edit.operation, SetPlaces) for each in changes.applied)
    chunks = {
        each: StoredChunk(
            *world.map.chunk_place(each), world.map.revision(each), world.map.chunk_cells(each)
        )
        for each in changes.deltas
    }
    return Batch(changes.applied, chunks, world.places if sets_places else None)
