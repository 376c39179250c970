"""A running world: its inbox and its tick. The tick never waits for the database."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from itertools import chain
from typing import TypeVar

import numpy as np

from protocol_spec import codec
from protocol_spec.codec import (
    WATCHER,
    ErrorCode,
    LeaveReason,
    NoticeCode,
)
from server.audience import Audience
from server.counters import Counters
from server.editing.admission import Editing
from server.editing.edits import Edit, Undo
from server.editing.keeper import Keeper
from server.editing.loading import Loading
from server.editing.operations import Places
from server.failures import Rejected
from server.frames import notice_frame
from server.greeting import entered_frame, placed_frame, tile_frame
from server.member import News, packed
from server.modes.finding import Choice
from server.modes.host import ModeHost
from server.people.identity import Standing
from server.roster import Roster
from server.session import Session
from server.settings import Settings
from server.status import PlayerStatus, WorldStatus
from server.store import Store
from server.watcher import Outlook
from server.world import TICK_RATE, Changes, Command, Enter, Leave, TakeBack, Teleport, World

log = logging.getLogger(__name__)

T = TypeVar("T")

TICK_SECONDS = 1 / TICK_RATE
EDITS_PER_TICK = 25
"""500 a second: fifty players at their limit. They cost a fifth of a millisecond each, and come in
bursts (tests/bench/edits.py)."""
TIMED_TICKS = 30 * TICK_RATE
"""Over so many ticks their lengths are told."""
UNLOAD_TICKS = 10 * TICK_RATE
IDLE_CHUNKS = 256
"""Chunks out of everybody's sight that stay loaded, in case somebody turns round."""
_LATE_TICKS = 5
"""A loop that is this far behind gives the lost time up instead of running after it."""


class Game:
    def __init__(
        self,
        name: str,
        mode: Choice,
        map_name: str,
        world: World,
        keeper: Keeper,
        settings: Settings,
    ) -> None:
        self.name = name
        self.map_name = map_name
        self.world = world
        self.settings = settings
        self._keeper = keeper
        self._loading = Loading(world.map, keeper)
        self._editing = Editing(world.map, keeper, self._loading, self.submit)
        self._inbox: list[Command] = []
        self._waiting: dict[int, Session] = {}
        """Who asked to enter, by player id, until the next tick."""
        self._roster = Roster()
        self._tile_messages = list(packed(map(tile_frame, world.map.tiles.by_id.values())))
        self.mode = ModeHost(mode, world, self.move, name)
        self._next_mode: Choice | None = None
        self._is_keeping = False
        """Whether what modes keep is on its way to the database."""
        self.counters = Counters()
        self.audience = Audience(world, keeper, settings, self.counters)
        self._tick_began = 0.0
        self._tick_seconds: deque[float] = deque(maxlen=TIMED_TICKS)
        self.message = ""
        """What newcomers are told."""
        self._spawns_of: Places | None = None
        self._spawn_chunks: set[int] = set()
        """What must be loaded for those places: where they are many, it is long to find."""
        self.on_left: Callable[[int, Standing], None] = lambda player_id, standing: None
        """Told where a player stood at leaving."""
        self.between_ticks: Callable[[float], None] = lambda left_seconds: None
        """Called after each tick, with how long it is until the next."""

    def submit(self, command: Command) -> None:
        """Puts a command where the next tick finds it."""
        self._inbox.append(command)

    def admit(self, session: Session, standing: Standing | None) -> None:
        """Asks the world to take the session's player in, to where they stood last.

        The chunks there are loaded first; the spawns' always are.
        """
        self._waiting[session.player_id] = session
        if len(self.world.players.keys() | self._waiting.keys()) > self.settings.max_players:
            del self._waiting[session.player_id]
            session.entry_refused(ErrorCode.WORLD_FULL)
            return
        if (before := self.world.players.get(session.player_id)) is not None:
            # Who was cut off or taken over just now leaves with the next tick.
            standing = self.world.standing(before.slot)

        loading = self._loading
        needed = loading.around(standing.x >> 10, standing.y >> 10) if standing else []

        def go_on() -> None:
            loading.release(needed)
            if self._waiting.get(session.player_id) is session:
                self.submit(Enter(session.player_id, session.name, session.look, standing))

        def refused(refusal: Rejected) -> None:
            loading.release(needed)
            if self._waiting.get(session.player_id) is session:
                del self._waiting[session.player_id]
                session.entry_refused(ErrorCode.SERVER_BUSY)

        loading.hold(needed, go_on, refused)

    def watch(self, session: Session, message: codec.Watch) -> None:
        """Somebody wants to see the world, or another part of it. Raises Rejected."""
        world = self.world
        outlook = Outlook.asked_for(message, world.map)
        if self.audience.looks_elsewhere(session, outlook):
            return
        entered = entered_frame(world, self.name, self.mode.name, WATCHER)
        greeting = [entered, *self._tile_messages]
        greeting += [*self.mode.view.greeting(), *self._roster.messages()]
        greeting += [placed_frame(world, player) for player in world.players.values()]
        self.audience.watch(session, outlook, greeting)

    def leave(self, session: Session, reason: LeaveReason) -> None:
        """The session's player goes, or does not come after all; or a watcher goes."""
        if self.audience.stops_watching(session):
            return
        if self._waiting.get(session.player_id) is session:
            del self._waiting[session.player_id]
        self.submit(Leave(session.player_id, reason))

    def move(self, player_id: int, x: int, y: int, z: int) -> None:
        """Puts a player somewhere, in 1/1024 tile, once the chunks there are loaded."""
        loading = self._loading
        needed = loading.around(x >> 10, y >> 10)

        def go_on() -> None:
            loading.release(needed)
            self.submit(Teleport(player_id, x, y, z))

        loading.hold(needed, go_on, lambda refusal: loading.release(needed))

    def edit(self, edit: Edit) -> None:
        """Asks for a change of the map; `edit.done` is told when it is saved, or why it is not."""
        self._editing.edit(edit)

    def undo(self, undo: Undo) -> None:
        """Asks for an author's last edit to be taken back, or done again; answered as `edit` is."""
        self._editing.undo(undo)

    def play(self, mode: Choice) -> None:
        """Another mode, or the same with other settings, from the next tick on."""
        self._next_mode = mode

    def ask(
        self,
        question: Callable[[Store, int], T],
        then: Callable[[T], None],
        failed: Callable[[Rejected], None],
    ) -> None:
        """Asks the database about this map, when all edits so far are saved."""
        self._keeper.ask(question, then, failed)

    def clock(self, now: float) -> tuple[int, int]:
        """The last tick, and how much of the next has passed in 1/65536."""
        phase = (now - self._tick_began) / TICK_SECONDS
        return self.world.tick, round(min(max(phase, 0.0), 1.0) * 0xFFFF)

    @property
    def is_idle(self) -> bool:
        """Whether nobody is in it and no command waits for the next tick."""
        is_alone = self.audience.member_count == 0
        return is_alone and not (self._inbox or self._waiting or self._editing.is_busy)

    def status(self) -> WorldStatus:
        return WorldStatus(
            name=self.name,
            mode=self.mode.name,
            map_name=self.map_name,
            tick=self.world.tick,
            late_ticks=self.counters.late_ticks,
            player_count=len(self.world.players),
            tick_p50_ms=self._tick_ms(50),
            tick_p99_ms=self._tick_ms(99),
        )

    def _tick_ms(self, percent: int) -> float:
        lasted = self._tick_seconds
        return round(float(np.percentile(lasted, percent)) * 1000, 3) if lasted else 0.0

    def player_statuses(self) -> list[PlayerStatus]:
        """Who is in, in the order of their coming."""
        world = self.world
        return [
            PlayerStatus(
                player_id=each.player_id,
                name=each.name,
                x=int(world.x[each.slot]) >> 10,
                y=int(world.y[each.slot]) >> 10,
                corrections=int(world.inputs.corrections[each.slot]),
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
                self.counters.late_ticks += 1
                if wait < -_LATE_TICKS * TICK_SECONDS:
                    due = loop.time()
            # Even a late loop lets the sockets have their turn.
            await asyncio.sleep(max(wait, 0))
            # The loop's own clock counts whole milliseconds.
            began = time.perf_counter()
            try:
                self.do_tick(loop.time())
            except Exception:
                log.exception("tick %d of %s failed", self.world.tick, self.name)
            lasted = time.perf_counter() - began
            self._tick_seconds.append(lasted)
            self.counters.ticked(lasted)
            self.between_ticks(due + TICK_SECONDS - loop.time())

    def do_tick(self, now: float) -> None:
        """One step of the world, told to everybody in it."""
        self._tick_began = now
        commands = self._take_commands()
        unsaved = self._keeper.take_unsaved()
        if unsaved.edits:
            commands.insert(0, TakeBack(unsaved.edits))
        changes = self.world.step(commands)
        self._keeper.keep(changes, self.world)
        self.counters.edits_applied += len(changes.applied)
        for edit, refusal in changes.rejected:
            edit.done(refusal)
        for applied in unsaved.edits:
            applied.edit.done(Rejected(ErrorCode.EDIT_NOT_SAVED, unsaved.reason))
        if changes.tick % UNLOAD_TICKS == 0:
            self._unload_idle_chunks()
        for refused, code in changes.refused:
            if session := self._waiting.pop(refused.player_id, None):
                session.entry_refused(code)
        for gone in changes.left:
            self.audience.leave(gone.player.slot)
            self._roster.drop(gone.player.player_id)
            self.on_left(gone.player.player_id, gone.standing)
        news = self._welcome(changes, self._tell_mode(changes))
        for player_id, frame in self.mode.view.take_private_frames():
            if (player := self.world.players.get(player_id)) is not None:
                self.audience.tell_in(player.slot, frame)
        self.audience.hear(changes, news, now)

    def _tell_mode(self, changes: Changes) -> list[bytes]:
        """Has the mode do its part of the tick; returns what everybody is to hear of it."""
        commands = self.mode.commands
        if self._next_mode is not None:
            self.mode.begin(self._next_mode)
            self._next_mode = None
        frames = self.mode.after(changes)
        if self.mode.commands != commands:
            for session in self.audience.sessions:
                self.audience.tell(session, b"".join(session.command_frames()))
        if changes.tick % TICK_RATE == 0:
            self._keep_mode_data()
        return frames

    def _keep_mode_data(self) -> None:
        """Writes down what modes keep, once a second at the most."""
        if self._is_keeping or not self.mode.unsaved:
            return
        self._is_keeping = True
        taken = dict(self.mode.unsaved)

        def done(_: None) -> None:
            self._is_keeping = False
            for mode, document in taken.items():
                if self.mode.unsaved.get(mode) is document:
                    del self.mode.unsaved[mode]

        def failed(refusal: Rejected) -> None:
            self._is_keeping = False
            log.warning("what the mode keeps cannot be saved: %s", refusal)

        self._keeper.ask(lambda store, _: store.keep_mode_data(self.name, taken), done, failed)

    def _take_commands(self) -> list[Command]:
        """The inbox, but of the edits only so many as a tick can bear; the others come next."""
        edits = [each for each in self._inbox if isinstance(each, Edit)]
        late = edits[EDITS_PER_TICK:]
        commands = self._inbox
        if late:
            postponed = set(map(id, late))
            commands = [each for each in commands if id(each) not in postponed]
        self._inbox = [*late]
        return commands

    def _welcome(self, changes: Changes, mode_frames: list[bytes]) -> News:
        """Gives newcomers their place in the audience, and what they must hear first.

        `mode_frames` are the mode's news. Returns what everybody hears of the tick.
        """
        world = self.world
        frames = [
            codec.PlayerLeave(player_id=each.player.player_id, reason=each.reason).encode()
            for each in changes.left
        ]
        frames += [self._roster.put(player) for player in changes.renamed]
        # The newcomers themselves are this tick's news.
        roster = self._roster.messages() if changes.entered else []
        mode_greeting = self.mode.view.greeting() if changes.entered else []
        for player in changes.entered:
            session = self._waiting.pop(player.player_id)
            session.entered(player.slot)
            entered = entered_frame(world, self.name, self.mode.name, player.slot)
            greeting = [entered, *self._tile_messages, *session.command_frames()]
            greeting += [*roster, *mode_greeting]
            if self.message:
                greeting.append(notice_frame(NoticeCode.ANNOUNCEMENT, self.name, self.message))
            self.audience.enter(player.slot, session, greeting)
            frames += [self._roster.put(player), placed_frame(world, player)]
        frames += [placed_frame(world, player) for player in changes.moved_out]
        frames += [
            codec.ChatMessage(
                player_id=said.player_id, text=said.text, timestamp=said.timestamp_ms
            ).encode()
            for said in changes.said
        ]
        return News(frames + mode_frames)

    def _unload_idle_chunks(self) -> None:
        """Forgets what nobody sees, save for the last few; the database has it."""
        tile_map = self.world.map
        used = self.audience.seen_chunks()
        used.update(self._loading.held, self._keeper.unsaved_chunks, self.spawn_chunks())
        idle = [each for each in tile_map.loaded if each not in used]
        for chunk in idle[: max(0, len(idle) - IDLE_CHUNKS)]:
            tile_map.unload(chunk)

    def spawn_chunks(self) -> set[int]:
        """What must be loaded before anybody can enter: where they will stand."""
        places = self.world.places
        if self._spawns_of is not places:
            around = (self._loading.around(*place) for place in places.spawns)
            self._spawns_of, self._spawn_chunks = places, set(chain.from_iterable(around))
        return self._spawn_chunks

    def standings(self) -> list[tuple[int, Standing]]:
        """Where everybody stands, by player id."""
        world = self.world
        return [(each.player_id, world.standing(each.slot)) for each in world.players.values()]
