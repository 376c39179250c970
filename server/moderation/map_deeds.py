"""What the staff does to maps from the panel: each deed is checked, done, and on record."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from protocol_spec.codec import ErrorCode
from server.desks.maps import Author, MapDesk, MapRefused, Outcome, checked_name
from server.editing.journal import Filter, FilterError, JournalEntry, parse_filter
from server.editing.operations import Places
from server.failures import Rejected
from server.mapfiles import READABLE, WRITABLE, MapFile, MapFileError, read_map, write_map
from server.mapfiles.archive import unpack_archive
from server.mapfiles.mapfile import LARGEST_SIDE, SMALLEST_SIDE
from server.mapmakers.kinds import MAP_MAKERS
from server.moderation.actor import Actor
from server.store import maps
from server.store.audit import write_audit
from server.store.thread import Database
from server.tiles import builtin_tile_set

ARCHIVE = ".zip"


@dataclass(frozen=True)
class NewMap:
    """What a map maker is to make."""

    kind: str
    name: str
    seed: int
    width: int
    height: int


class MapDeeds:
    def __init__(self, database: Database, maps: MapDesk) -> None:
        self._database = database
        self._maps = maps

    async def history(self, actor: Actor, name: str, text: str, limit: int) -> list[JournalEntry]:
        """Who touched what, the newest first. Raises Rejected."""
        actor.check("map", "see_history")
        return await self._maps.history(name, await self._filter(name, text), limit)

    async def revert(self, actor: Actor, name: str, text: str, *, preview: bool) -> Outcome:
        """Takes back what a filter means: one's own, or others' where one may. Raises Rejected."""
        wanted = await self._filter(name, text)
        if wanted == Filter():
            raise Rejected(ErrorCode.COMMAND_USAGE, "which? At least since: or who:")
        is_own = wanted.who == actor.name
        actor.check("map", "edit" if is_own else "revert_others")
        outcome = await self._maps.revert(name, wanted, _author(actor), preview=preview)
        if not preview:
            await self._record(actor, "revert", name, filter=text, cells=outcome.cells)
        return outcome

    async def set_places(self, actor: Actor, name: str, places: Places) -> None:
        """Gives a map other spawns and areas. Raises Rejected."""
        actor.check("map", "edit_areas")
        await self._maps.set_places(name, places, _author(actor))
        await self._record(
            actor, "edit_areas", name, spawns=len(places.spawns), areas=len(places.areas)
        )

    async def take_snapshot(self, actor: Actor, name: str, snapshot: str) -> None:
        """Raises Rejected, MapRefused, StoreError."""
        actor.check("map", "snapshot")
        await self._maps.take_snapshot(name, snapshot, _author(actor))
        await self._record(actor, "snapshot", name, snapshot=snapshot)

    async def restore(self, actor: Actor, name: str, snapshot: str, *, preview: bool) -> Outcome:
        """Raises Rejected, StoreError."""
        actor.check("map", "restore")
        outcome = await self._maps.restore(name, snapshot, _author(actor), preview=preview)
        if not preview:
            await self._record(actor, "restore", name, snapshot=snapshot, cells=outcome.cells)
        return outcome

    async def create(self, actor: Actor, wanted: NewMap) -> None:
        """Makes a map. Raises Rejected, MapRefused, StoreError."""
        actor.check("map", "create")
        checked_name(wanted.name)
        maker = MAP_MAKERS.get(wanted.kind)
        sides = (wanted.width, wanted.height)
        if maker is None or min(sides) < SMALLEST_SIDE or max(sides) > LARGEST_SIDE:
            raise MapRefused(f"a map has {SMALLEST_SIDE} to {LARGEST_SIDE} tiles on each side")
        tiles = builtin_tile_set()
        try:
            draft = await asyncio.to_thread(maker, tiles, wanted.seed, *sides)
        except ValueError as error:
            raise MapRefused(str(error)) from error
        await self._maps.add(wanted.name, draft, tiles)
        await self._record(actor, "create", wanted.name, kind=wanted.kind, seed=wanted.seed)

    async def delete(self, actor: Actor, name: str) -> None:
        """For good, with its history. Raises Rejected, MapRefused, StoreError."""
        actor.check("map", "delete")
        audit = actor.audit("map.delete", name)
        if not await self._database.do(maps.delete_map, name, audit):
            raise MapRefused(f"there is no map {name!r}, or a world is made of it")

    async def import_file(self, actor: Actor, name: str, file_name: str, data: bytes) -> list[str]:
        """Makes a map of a file; returns what could not be kept of it. Raises like `create`."""
        actor.check("map", "import")
        checked_name(name)
        try:
            found = await asyncio.to_thread(_read, file_name, data)
        except MapFileError as error:
            raise MapRefused(str(error)) from error
        await self._maps.add(name, found.draft, found.tiles)
        await self._record(actor, "import", name, file=file_name[:100])
        return found.notes

    async def export(self, actor: Actor, name: str, ending: str) -> bytes:
        """A map as a file of that kind. Raises Rejected, MapRefused, StoreError."""
        actor.check("map", "export")
        if ending not in WRITABLE:
            raise MapRefused(f"a map's file ends with {', '.join(WRITABLE)}")
        draft, tiles = await self._maps.read(name, lambda done, whole: None)
        try:
            data = await asyncio.to_thread(_written, ending, MapFile(draft, tiles))
        except MapFileError as error:
            raise MapRefused(str(error)) from error
        await self._record(actor, "export", name, ending=ending)
        return data

    async def _filter(self, name: str, text: str) -> Filter:
        try:
            return parse_filter(text, await self._maps.tiles(name), datetime.now(UTC))
        except FilterError as error:
            raise Rejected(ErrorCode.COMMAND_USAGE, str(error)) from None

    async def _record(self, actor: Actor, action: str, name: str, **details: object) -> None:
        audit = actor.audit(f"map.{action}", name, **details)
        await self._database.do(write_audit, audit)


def _author(actor: Actor) -> Author:
    return Author(actor.name, actor.via)


def _read(file_name: str, data: bytes) -> MapFile:
    with tempfile.TemporaryDirectory(prefix="estragon-map-") as folder:
        ending = Path(file_name).suffix.lower()
        if ending == ARCHIVE:
            return read_map(unpack_archive(data, Path(folder), READABLE))
        path = Path(folder) / f"map{ending}"
        if ending not in READABLE:
            raise MapFileError(f"a map's file ends with {', '.join((*READABLE, ARCHIVE))}")
        path.write_bytes(data)
        return read_map(path)


def _written(ending: str, map_file: MapFile) -> bytes:
    with tempfile.TemporaryDirectory(prefix="estragon-map-") as folder:
        path = Path(folder) / f"map{ending}"
        write_map(path, map_file)
        return path.read_bytes()
