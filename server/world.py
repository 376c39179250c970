"""A world: its map, its players as numpy rows, and the tick that alone changes them. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import (
    BODY_RADIUS,
    Button,
    EmoteKind,
    ErrorCode,
    LeaveReason,
    PlayerFlag,
)
from server import movement
from server.chunks import StoredChunk, TileMap
from server.editing import edits
from server.editing.edits import FIXED_CELLS, AppliedEdit, Edit
from server.editing.operations import Places, SetPlaces
from server.failures import Rejected
from server.inputs import Inputs, Slots
from server.people.identity import Standing

TICK_RATE = 20
"""Ticks a second."""


@dataclass(frozen=True, slots=True)
class Enter:
    """A player wants to come in."""

    player_id: int
    name: str
    look: int
    standing: Standing | None = None
    """Where the player stood last; a spawn where nothing is known."""


@dataclass(frozen=True, slots=True)
class Leave:
    player_id: int
    reason: LeaveReason


@dataclass(frozen=True, slots=True)
class Say:
    player_id: int
    text: str
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Show:
    """A player shows something without words, to all who see them."""

    player_id: int
    kind: EmoteKind


@dataclass(frozen=True, slots=True)
class Rename:
    """A player has another name or look."""

    player_id: int
    name: str
    look: int


@dataclass(frozen=True, slots=True)
class Teleport:
    """A player is put somewhere, or as near to it as there is room; positions in 1/1024 tile."""

    player_id: int
    x: int
    y: int
    z: int


@dataclass(frozen=True, slots=True)
class LoadChunks:
    """Chunks have come from the database, with their indexes."""

    chunks: list[tuple[int, StoredChunk]]


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Edits could not be saved: all that were applied since the last saved one, in order."""

    edits: list[AppliedEdit]


Command = Enter | Leave | Rename | Teleport | Say | Show | Edit | LoadChunks | TakeBack


@dataclass(frozen=True, slots=True)
class Player:
    """Who a player is; where they are stands in the world's rows."""

    player_id: int
    slot: int
    name: str
    look: int


@dataclass(frozen=True, slots=True)
class Departure:
    player: Player
    reason: LeaveReason
    standing: Standing


@dataclass(frozen=True, eq=False, slots=True)
class Delta:
    """How a chunk's tiles changed in a tick."""

    revision: int
    """With this change; before it, one less."""
    cells: NDArray[np.uint16]
    """Indexes in CHUNK_DATA.cells."""
    tiles: NDArray[np.uint16]


@dataclass(slots=True)
class Changes:
    """What a tick did, for whoever tells the clients."""

    tick: int
    entered: list[Player] = field(default_factory=list)
    left: list[Departure] = field(default_factory=list)
    renamed: list[Player] = field(default_factory=list)
    said: list[Say] = field(default_factory=list)
    shown: list[Show] = field(default_factory=list)
    refused: list[tuple[Enter, ErrorCode]] = field(default_factory=list)
    applied: list[AppliedEdit] = field(default_factory=list)
    rejected: list[tuple[Edit, Rejected]] = field(default_factory=list)
    deltas: dict[int, Delta] = field(default_factory=dict)
    """By chunk: what its tiles became."""
    moved_out: list[Player] = field(default_factory=list)
    """Who was put somewhere: beside a wall that appeared, or by somebody's word."""
    changed: Slots = field(default_factory=lambda: np.empty(0, np.int32))
    """Slots of the players that moved, turned or came."""
    chunks_before: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    """The chunk in which each of `changed` was at the tick before."""


class World:
    """Rows are indexed by slot, a player's short number; `active` lists the slots in use."""

    def __init__(self, tile_map: TileMap, places: Places, max_players: int) -> None:
        self.map = tile_map
        self.places = places
        self.tick = 0
        self.players: dict[int, Player] = {}
        self.active: Slots = np.empty(0, np.int32)
        self._next_spawn = 0
        # The slot that was free for longest is taken first, so that a number rarely changes hands
        # while anybody may still think of its old owner.
        self._free = deque(range(max_players))
        self.inputs = Inputs(max_players)

        self.x = np.zeros(max_players, np.int32)
        self.y = np.zeros(max_players, np.int32)
        self.z = np.zeros(max_players, np.int32)
        self.vz = np.zeros(max_players, np.int32)
        self.rotation = np.zeros(max_players, np.uint16)
        self.flags = np.zeros(max_players, np.uint8)
        self.chunk = np.zeros(max_players, np.int32)
        self.view = np.zeros(max_players, np.int32)
        """The chunk around which each player sees: theirs, or one that they have hardly left."""

    def add_input(self, slot: int, tick: int, commands: bytes) -> None:
        """Packed commands for `tick` and those after it, kept until the next step."""
        self.inputs.add(slot, tick, commands)

    def step(self, commands: Sequence[Command]) -> Changes:
        """One tick: takes the inputs in, carries the commands out, moves everybody."""
        self.tick += 1
        changes = Changes(self.tick)
        self.inputs.sort(self.tick)
        taken_back: list[AppliedEdit] = []
        asked: list[Edit] = []
        for command in commands:
            match command:
                case Edit():
                    asked.append(command)
                case LoadChunks():
                    for chunk, stored in command.chunks:
                        self.map.load(chunk, stored.cells, stored.revision)
                case TakeBack():
                    self._take_back(command.edits)
                    taken_back += command.edits
                case Enter():
                    self._enter(command, changes)
                case Leave():
                    self._leave(command, changes)
                case Rename():
                    self._rename(command, changes)
                case Teleport():
                    self._teleport(command, changes)
                case Say():
                    if command.player_id in self.players:
                        changes.said.append(command)
                case Show():
                    if command.player_id in self.players:
                        changes.shown.append(command)
        if changes.entered or changes.left:
            self._list_active()
        for fixed, several in groupby(asked, lambda edit: isinstance(edit.operation, FIXED_CELLS)):
            self._edit(list(several), changes, together=fixed)
        self._finish_edits(changes, taken_back)
        self._walk(changes)
        return changes

    def _edit(self, several: list[Edit], changes: Changes, *, together: bool) -> None:
        if together and (applied := edits.apply_together(several, self.map)) is not None:
            changes.applied += applied
            return
        for edit in several:
            try:
                changes.applied.append(edits.apply(edit, self.map, self.places))
            except Rejected as refusal:
                changes.rejected.append((edit, refusal))
                continue
            if isinstance(edit.operation, SetPlaces):
                self.places = edit.operation.places

    def _take_back(self, applied: list[AppliedEdit]) -> None:
        for each in reversed(applied):
            edits.put(each.changes, "was", self.map)
            if each.places_before is not None:
                self.places = each.places_before

    def _finish_edits(self, changes: Changes, taken_back: list[AppliedEdit]) -> None:
        """Gives the changed chunks their revisions, and lets nobody stand in a wall."""
        deltas = edits.chunk_deltas([*taken_back, *changes.applied], self.map)
        for chunk, (cells, tiles) in deltas.items():
            changes.deltas[chunk] = Delta(self.map.advance(chunk), cells, tiles)
        if not deltas:
            return
        slots = self.active[self._stands_on(list(deltas))]
        stuck = slots[movement.is_inside(self.map, self.x[slots], self.y[slots], self.z[slots])]
        if len(stuck):
            self._put_near(stuck, self.x[stuck], self.y[stuck], self.z[stuck])
            by_slot = {each.slot: each for each in self.players.values()}
            changes.moved_out += [by_slot[slot] for slot in stuck.tolist()]

    def _stands_on(self, chunks: list[int]) -> NDArray[np.bool_]:
        """Which active bodies cover a cell of these chunks."""
        x, y = self.x[self.active], self.y[self.active]
        found = np.zeros(len(x), np.bool_)
        for right in (-BODY_RADIUS, BODY_RADIUS):
            for down in (-BODY_RADIUS, BODY_RADIUS):
                found |= np.isin(self.map.chunk_at(x + right, y + down), chunks)
        return found

    def _put_near(self, slots: Slots, x: Slots, y: Slots, z: Slots) -> None:
        """Puts players on the ground there, or as near as there is room; else on a spawn."""
        x, y, z = movement.nearest_place(self.map, x, y, z)
        lost = movement.is_inside(self.map, x, y, z)
        if lost.any():
            spawns = self._spawns(int(lost.sum()))
            x[lost], y[lost], z[lost] = movement.nearest_place(self.map, *spawns)
        self.x[slots], self.y[slots], self.z[slots], self.vz[slots] = x, y, z, 0
        self.chunk[slots] = self.view[slots] = self.map.chunk_at(x, y)

    def _spawns(self, count: int) -> tuple[Slots, Slots, Slots]:
        """The next places to appear at, in turn."""
        spawns = self.places.spawns
        turns = range(self._next_spawn, self._next_spawn + count)
        self._next_spawn += count
        x, y = np.array([spawns[turn % len(spawns)] for turn in turns], np.int32).T
        return x * 1024 + 512, y * 1024 + 512, np.zeros(count, np.int32)

    def _enter(self, command: Enter, changes: Changes) -> None:
        if not self._free:
            changes.refused.append((command, ErrorCode.WORLD_FULL))
            return
        slot = self._free.popleft()
        player = Player(command.player_id, slot, command.name, command.look)
        self.players[player.player_id] = player
        # Who left in this very tick comes back before anybody could write down where they stood.
        just_left = [
            each.standing for each in changes.left if each.player.player_id == command.player_id
        ]
        standing = just_left[-1] if just_left else command.standing
        here = np.array([slot], np.int32)
        self.rotation[slot] = 0x4000  # Looks south, at whoever looks at the screen.
        if standing is not None and self.map.is_on_map(standing.x >> 10, standing.y >> 10):
            self._put_near(here, *np.array([[standing.x], [standing.y], [standing.z]], np.int32))
            self.rotation[slot] = standing.rotation
        else:
            self._put_near(here, *self._spawns(1))
        self.flags[slot] = 0
        self.inputs.begin(slot)
        changes.entered.append(player)

    def _leave(self, command: Leave, changes: Changes) -> None:
        player = self.players.pop(command.player_id, None)
        if player is None:
            return
        self._free.append(player.slot)
        changes.left.append(Departure(player, command.reason, self.standing(player.slot)))
        for news in (changes.entered, changes.renamed, changes.moved_out):
            news[:] = [each for each in news if each.player_id != player.player_id]

    def others_in_sight(self, slot: int, most: int) -> list[int]:
        """The slots of those in the chunks around a player, the nearest first."""
        view = self.map.view_from(int(self.view[slot]))
        others = self.active[np.isin(self.chunk[self.active], view) & (self.active != slot)]
        away = np.hypot(self.x[others] - self.x[slot], self.y[others] - self.y[slot])
        nearest: list[int] = others[np.argsort(away, kind="stable")[:most]].tolist()
        return nearest

    def speed_under(self, slot: int) -> int:
        """Of the tile that a player walks on, in percent."""
        here = np.array([slot])
        return int(self.map.speeds_at(self.y[here] >> 10, self.x[here] >> 10)[0])

    def standing(self, slot: int) -> Standing:
        """Where the player in a slot is."""
        return Standing(
            int(self.x[slot]), int(self.y[slot]), int(self.z[slot]), int(self.rotation[slot])
        )

    def _rename(self, command: Rename, changes: Changes) -> None:
        player = self.players.get(command.player_id)
        if player is None or (player.name, player.look) == (command.name, command.look):
            return  # Something else about them changed, which is not for everybody's eyes.
        player = replace(player, name=command.name, look=command.look)
        self.players[player.player_id] = player
        if any(each.player_id == player.player_id for each in changes.entered):
            changes.entered = [self.players[each.player_id] for each in changes.entered]
        else:
            changes.renamed.append(player)

    def _teleport(self, command: Teleport, changes: Changes) -> None:
        player = self.players.get(command.player_id)
        if player is not None:
            place = np.array([[command.x], [command.y], [command.z]], np.int32)
            self._put_near(np.array([player.slot], np.int32), *place)
            changes.moved_out.append(player)

    def _list_active(self) -> None:
        slots = sorted(each.slot for each in self.players.values())
        self.active = np.array(slots, np.int32)

    def _walk(self, changes: Changes) -> None:
        slots = self.active
        given, commands = self.inputs.apply(slots, self.tick)
        buttons = np.zeros(len(slots), np.int32)
        buttons[given] = commands["buttons"]

        before = self.chunk[slots]
        x, y = self.x[slots], self.y[slots]
        rotation, flags = self.rotation[slots], self.flags[slots]
        self.rotation[slots[given]] = commands["aim"]
        going = (self.inputs.pace[slots] > 0) | (self.vz[slots] != 0) | (buttons & Button.JUMP != 0)
        if changes.deltas:
            going[:] = True  # The ground may have changed, or a way out of it opened elsewhere.
        if going.any():
            self._step(slots[going], buttons[going])
        moved = (self.x[slots] != x) | (self.y[slots] != y)
        airborne = self.vz[slots] != 0
        self.flags[slots] = moved * PlayerFlag.MOVING | airborne * PlayerFlag.AIRBORNE
        changed = moved | (self.rotation[slots] != rotation) | (self.flags[slots] != flags)
        if came := [each.slot for each in (*changes.entered, *changes.moved_out)]:
            changed |= np.isin(slots, came)
        changes.changed = slots[changed]
        changes.chunks_before = before[changed]

    def _step(self, who: Slots, buttons: Slots) -> None:
        bodies = movement.Bodies(self.x[who], self.y[who], self.z[who], self.vz[who])
        direction, pace = self.inputs.direction[who], self.inputs.pace[who]
        after = movement.step(self.map, bodies, direction, pace, buttons)
        self.x[who], self.y[who], self.z[who], self.vz[who] = after.x, after.y, after.z, after.vz
        self.chunk[who] = self.map.chunk_at(after.x, after.y)
        follows = self.map.is_far_outside(self.view[who], after.x, after.y)
        self.view[who[follows]] = self.chunk[who[follows]]
