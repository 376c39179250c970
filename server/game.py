"""A running world: its inbox, its tick, and who is told what.

The tick never waits for a socket or the database: sending queues, and whoever does not read is
left out until their queue has drained.
"""

from __future__ import annotations

import asyncio
import logging

import numpy as np

from protocol_spec import codec
from server.member import Member, News
from server.session import Session
from server.settings import Settings
from server.snapshot import HEAD_SIZE, Snapshot
from server.status import PlayerStatus, WorldStatus
from server.tiles import LAYERS, Tile
from server.world import Changes, Command, Enter, Player, World

log = logging.getLogger(__name__)

TICK_RATE = 20
"""Ticks a second."""
TICK_SECONDS = 1 / TICK_RATE
_LATE_TICKS = 5
"""A loop that is this far behind gives the lost time up instead of running after it."""


class Game:
    def __init__(self, name: str, mode: str, map_name: str, world: World, settings: Settings):
        self.name = name
        self.mode = mode
        self.map_name = map_name
        self.world = world
        self.settings = settings
        self._late_ticks = 0
        self._inbox: list[Command] = []
        self._waiting: dict[int, Session] = {}
        """Who asked to enter, by player id, until the next tick."""
        self._members: dict[int, Member] = {}
        """Who is in, by slot."""
        self._tile_frames = [_tile_frame(each) for each in world.map.tiles.by_id.values()]
        self._tick_began = 0.0

    def submit(self, command: Command) -> None:
        """Puts a command where the next tick finds it."""
        self._inbox.append(command)

    def admit(self, session: Session) -> None:
        """Asks the next tick to take the session's player in."""
        self._waiting[session.player_id] = session
        self.submit(Enter(session.player_id, session.name, session.look))

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
        changes = self.world.step(commands)
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
        for index, (member, chunk) in enumerate(zip(members, chunks, strict=True)):
            if member.is_clogged(now, self.settings):
                views.append(b"")
            elif member.session.wants_full:
                member.session.wants_full = False
                full[index] = True
                member.move_view(chunk, world.map)
                views.append(snapshot.everybody_in_view(chunk))
            elif chunk != member.chunk:
                came = member.move_view(chunk, world.map)
                views.append(snapshot.changes_in_view(chunk) + snapshot.everybody_in(came))
            else:
                views.append(snapshot.changes_in_view(chunk))
        heads = snapshot.heads(np.array([len(each) for each in views], np.int64), full)
        for index, (member, view) in enumerate(zip(members, views, strict=True)):
            head = heads[index * HEAD_SIZE : (index + 1) * HEAD_SIZE]
            member.send(news, head, view)

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
