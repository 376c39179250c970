"""A running world: its inbox, its tick, and who is told what.

The tick never waits for a socket or the database: sending queues, and whoever does not read is
left out until their queue has drained.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from server import journal
from server.edits import AppliedEdit, Done, Edit
from server.failures import Rejected
from server.journal import JournalEntry
from server.keeper import Keeper
from server.member import Member, News
from server.movement import FREE_SEARCH_TILES
from server.session import Session
from server.settings import Settings
from server.snapshot import HEAD_SIZE, Snapshot
from server.status import PlayerStatus, WorldStatus
from server.tiles import LAYERS, Tile
from server.world import Changes, Command, Delta, Enter, Player, TakeBack, World

log = logging.getLogger(__name__)

TICK_RATE = 20
"""Ticks a second."""
TICK_SECONDS = 1 / TICK_RATE
EDIT_CHUNK_LIMIT = 4096
"""The most chunks that one edit may need: 1024 by 1024 tiles."""
UNLOAD_TICKS = 10 * TICK_RATE
IDLE_CHUNKS = 256
"""Chunks out of everybody's sight that stay loaded, in case somebody turns round."""
_LATE_TICKS = 5
"""A loop that is this far behind gives the lost time up instead of running after it."""


def wall_clock_ms() -> int:
    """Milliseconds since 1970, for what people read; play itself counts in ticks."""
    return time.time_ns() // 1_000_000


class Game:
    def __init__(
        self, name: str, mode: str, map_name: str, world: World, keeper: Keeper, settings: Settings
    ) -> None:
        self.name = name
        self.mode = mode
        self.map_name = map_name
        self.world = world
        self.settings = settings
        self._keeper = keeper
        self._inbox: list[Command] = []
        self._waiting: dict[int, Session] = {}
        """Who asked to enter, by player id, until the next tick."""
        self._members: dict[int, Member] = {}
        """Who is in, by slot."""
        self._tile_frames = [_tile_frame(each) for each in world.map.tiles.by_id.values()]
        self._tick_began = 0.0
        self._late_ticks = 0
        self._pinned: Counter[int] = Counter()
        """Chunks that an edit on its way needs, and how many need each."""
        self._undoing: dict[str, deque[Callable[[], None]]] = {}
        """By author: the undos under way, the first of them at work."""

    def submit(self, command: Command) -> None:
        """Puts a command where the next tick finds it."""
        self._inbox.append(command)

    def admit(self, session: Session) -> None:
        """Asks the world to take the session's player in, once a spawn's chunks are loaded."""
        self._waiting[session.player_id] = session
        self.submit(Enter(session.player_id, session.name, session.look))

    def edit(self, edit: Edit) -> None:
        """Asks for a change of the map; `edit.done` is told when it is saved, or why it is not."""
        reach = edit.operation.reach()
        needed = self.world.map.chunks_in(*reach)
        if len(needed) > EDIT_CHUNK_LIMIT:
            edit.done(Rejected(ErrorCode.EDIT_TOO_LARGE, "it reaches too far"))
            return
        self._pinned.update(needed)

        def unpinned(result: AppliedEdit | Rejected) -> None:
            self._pinned.subtract(needed)
            self._pinned += Counter()  # Drops the chunks that nobody needs any more.
            edit.done(result)

        ready = replace(edit, done=unpinned)
        tile_map = self.world.map
        self._keeper.load(
            tile_map.missing(needed), tile_map, lambda: self.submit(ready), ready.done
        )

    def undo(self, author: str, via: str, redo: bool, done: Done) -> None:
        """Takes an author's last edit back, or does it again; one after the other."""
        waiting = self._undoing.setdefault(author, deque())
        waiting.append(lambda: self._undo(author, via, redo, done))
        if len(waiting) == 1:
            waiting[0]()

    def _undo(self, author: str, via: str, redo: bool, done: Done) -> None:
        def finish(result: AppliedEdit | Rejected) -> None:
            done(result)
            waiting = self._undoing[author]
            waiting.popleft()
            if waiting:
                waiting[0]()
            else:
                del self._undoing[author]

        def found(last: JournalEntry | None) -> None:
            if last is None:
                finish(Rejected(ErrorCode.EDIT_NOTHING))
                return
            operation = journal.redo(last) if redo else journal.undo(last)
            self.edit(Edit(author, via, operation, wall_clock_ms(), finish))

        self._keeper.ask(
            lambda store, map_id: store.last_edit(map_id, author, redo=redo), found, finish
        )

    def clock(self, now: float) -> tuple[int, int]:
        """The last tick, and how much of the next has passed in 1/65536."""
        phase = (now - self._tick_began) / TICK_SECONDS
        return self.world.tick, round(min(max(phase, 0.0), 1.0) * 0xFFFF)

    def status(self) -> WorldStatus:
        return WorldStatus(
            name=self.name,
            mode=self.mode,
            map_name=self.map_name,
            tick=self.world.tick,
            late_ticks=self._late_ticks,
            player_count=len(self.world.players),
        )

    def player_statuses(self) -> list[PlayerStatus]:
        """Who is in, in the order of their coming."""
        world = self.world
        return [
            PlayerStatus(
                player_id=each.player_id,
                name=each.name,
                x=int(world.x[each.slot]) >> 10,
                y=int(world.y[each.slot]) >> 10,
            )
            for each in world.players.values()
        ]

    async def run(self) -> None:
        """Ticks until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += TICK_SECONDS
            wait = due - loop.time()
            if wait <= 0:
                self._late_ticks += 1
                if wait < -_LATE_TICKS * TICK_SECONDS:
                    due = loop.time()
            # Even a late loop lets the sockets have their turn.
            await asyncio.sleep(max(wait, 0))
            try:
                self.do_tick(loop.time())
            except Exception:
                log.exception("tick %d of %s failed", self.world.tick, self.name)

    def do_tick(self, now: float) -> None:
        """One step of the world, told to everybody in it."""
        self._tick_began = now
        commands, self._inbox = self._inbox, []
        unsaved = self._keeper.take_unsaved()
        if unsaved.edits:
            commands.insert(0, TakeBack(unsaved.edits))
        changes = self.world.step(commands)
        self._keeper.keep(changes, self.world)
        for edit, refusal in changes.rejected:
            edit.done(refusal)
        for applied in unsaved.edits:
            applied.edit.done(Rejected(ErrorCode.EDIT_NOT_SAVED, unsaved.reason))
        if changes.tick % UNLOAD_TICKS == 0:
            self._unload_idle_chunks()
        for refused, code in changes.refused:
            if session := self._waiting.pop(refused.player_id, None):
                session.entry_refused(code)
        for player, _ in changes.left:
            self._members.pop(player.slot, None)
            self._waiting.pop(player.player_id, None)
        self._welcome(changes.entered)
        self._send_tick(changes, now)

    def _welcome(self, entered: list[Player]) -> None:
        """Gives newcomers their place among the members, and what they must hear first."""
        roster: list[bytes] = []
        if entered:
            # The newcomers themselves are this tick's news.
            new = {player.player_id for player in entered}
            roster = [_join_frame(p) for p in self.world.players.values() if p.player_id not in new]
        for player in entered:
            session = self._waiting.pop(player.player_id)
            session.entered(player)
            greeting = [self._world_entered(player), *self._tile_frames, *roster]
            self._members[player.slot] = Member(session, greeting)

    def _news(self, changes: Changes) -> News:
        """What everybody in the world hears of a tick."""
        frames = [
            codec.PlayerLeave(player_id=player.player_id, reason=reason).encode()
            for player, reason in changes.left
        ]
        for player in changes.entered:
            frames += [_join_frame(player), self._placed_frame(player)]
        frames += [self._placed_frame(player) for player in changes.moved_out]
        frames += [
            codec.ChatMessage(
                player_id=said.player_id, text=said.text, timestamp=said.timestamp_ms
            ).encode()
            for said in changes.said
        ]
        return News(frames)

    def _send_tick(self, changes: Changes, now: float) -> None:
        """Two passes: what each member's snapshot holds; then all heads at once, and the sends."""
        world = self.world
        snapshot = Snapshot(world, changes)
        news = self._news(changes)
        members = [self._members[slot] for slot in world.active.tolist()]
        chunks = world.chunk[world.active].tolist()
        views: list[bytes] = []
        full = np.zeros(len(members), np.bool_)
        edit_frames = {
            each: self._edit_frame(each, delta) for each, delta in changes.deltas.items()
        }
        for index, (member, chunk) in enumerate(zip(members, chunks, strict=True)):
            is_clogged = member.is_clogged(now, self.settings)
            if edit_frames:
                member.hear_edits(edit_frames)
            if is_clogged:
                views.append(b"")
            elif member.session.wants_full:
                member.session.wants_full = False
                full[index] = True
                member.look_around(chunk, world.map)
                views.append(snapshot.everybody_in_view(chunk))
            elif chunk != member.chunk or member.awaits_chunks:
                came = member.look_around(chunk, world.map)
                views.append(snapshot.changes_in_view(chunk) + snapshot.everybody_in(came))
            else:
                views.append(snapshot.changes_in_view(chunk))
            if member.awaits_chunks:
                self._keeper.want(world.map.missing(world.map.view_from(chunk)), world.map)
        heads = snapshot.heads(np.array([len(each) for each in views], np.int64), full)
        for index, (member, view) in enumerate(zip(members, views, strict=True)):
            head = heads[index * HEAD_SIZE : (index + 1) * HEAD_SIZE]
            member.send(news, head, view)

    def request_chunk(self, session: Session, column: int, row: int) -> None:
        """A client lost count of a chunk's revisions: it gets it as a whole."""
        member = self._members.get(session.slot)
        if member is not None and 0 <= column < self.world.map.chunks_wide:
            member.held.discard(row * self.world.map.chunks_wide + column)
            member.awaits_chunks = True

    def _unload_idle_chunks(self) -> None:
        """Forgets what nobody sees, save for the last few; the database has it."""
        tile_map = self.world.map
        seen_from = {member.chunk for member in self._members.values()}
        used = {each for chunk in seen_from for each in tile_map.view_from(chunk)}
        used.update(self._pinned, self._keeper.unsaved_chunks, self.spawn_chunks())
        idle = [each for each in tile_map.loaded if each not in used]
        for chunk in idle[: max(0, len(idle) - IDLE_CHUNKS)]:
            tile_map.unload(chunk)

    def spawn_chunks(self) -> set[int]:
        """What must be loaded before anybody can enter: where they will stand."""
        tile_map = self.world.map
        far = FREE_SEARCH_TILES
        return {
            chunk
            for x, y in self.world.places.spawns
            for chunk in tile_map.chunks_in(x - far, y - far, x + far, y + far)
        }

    def _edit_frame(self, chunk: int, delta: Delta) -> bytes:
        column, row = self.world.map.chunk_place(chunk)
        cells = np.empty(len(delta.cells), codec.CellChange.DTYPE)
        cells["index"], cells["tile"] = delta.cells, delta.tiles
        return codec.ChunkEdit(
            chunk_x=column,
            chunk_y=row,
            base_revision=delta.revision - 1,
            revision=delta.revision,
            cells=cells.tobytes(),
        ).encode()

    def _world_entered(self, player: Player) -> bytes:
        return codec.WorldEntered(
            tick=self.world.tick,
            slot=player.slot,
            width=self.world.map.width,
            height=self.world.map.height,
            world=self.name,
            mode=self.mode,
        ).encode()

    def _placed_frame(self, player: Player) -> bytes:
        world, slot = self.world, player.slot
        return codec.PlayerUpdate(
            player_id=player.player_id,
            x=int(world.x[slot]),
            y=int(world.y[slot]),
            z=int(world.z[slot]),
            rotation=int(world.rotation[slot]),
            timestamp=world.tick,
        ).encode()


def _join_frame(player: Player) -> bytes:
    return codec.PlayerJoin(
        player_id=player.player_id, slot=player.slot, look=player.look, name=player.name
    ).encode()


def _tile_frame(tile: Tile) -> bytes:
    column, row = tile.cell
    return codec.Tile(
        id=tile.id,
        layer=LAYERS.index(tile.layer),
        height=tile.height,
        speed=tile.speed,
        colour=int(tile.colour[1:], 16),
        column=column,
        row=row,
        pattern=codec.TilePattern[tile.pattern.upper()],
        name=tile.name,
    ).encode()
