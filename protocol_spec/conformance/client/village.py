"""A world of one: a meadow with a wall, ticks, and one body that walks as PROTOCOL.md says."""

from __future__ import annotations

import struct
import zlib

from protocol_spec import codec
from protocol_spec.codec import (
    CHUNK_SIZE,
    INPUT_BUFFER_TICKS,
    INPUT_REPEAT_TICKS,
    LAYER_COUNT,
    PlayerState,
    SnapshotFlag,
)
from protocol_spec.conformance.ground import Body, Ground, Wish

CHUNKS = 5
"""The map is a square of so many chunks a side; all of it is in view."""
GRASS, WALL = 1, 2
FIRST_TICK = 1000
MIDDLE = CHUNKS * CHUNK_SIZE * 512
PLAYER_ID, SLOT = 42, 3
TICK_RATE = 20
ROLE, WORLD, MODE = "guest", "conformance", "free_roam"
TOKEN = b"conformance-token-conformance-token-abcdefg"


class Village:
    def __init__(self) -> None:
        self.tick = FIRST_TICK
        self.body = Body(MIDDLE, MIDDLE, 0, 0)
        self.rotation = 0x4000
        self.input_tick = 0
        self.newest_input = 0
        self.furthest_ahead = 0
        """By so many ticks a command came before its own."""
        self.wishes: dict[int, tuple[Wish, int]] = {}
        """By tick: what moves the body, and the aim."""
        self._last = Wish()
        self._missed = INPUT_REPEAT_TICKS
        self.ground = Ground([*self.tiles(), *self.chunks()])

    def tiles(self) -> list[codec.Tile]:
        grass = codec.Tile(GRASS, 0, 0, 100, 0x4F7942, 0, 0, 0, "grass")
        wall = codec.Tile(WALL, 1, 3072, 100, 0x777777, 1, 0, 0, "wall")
        return [grass, wall]

    def chunks(self) -> list[codec.ChunkData]:
        return [self.chunk(x, y) for y in range(CHUNKS) for x in range(CHUNKS)]

    def chunk(self, x: int, y: int, revision: int = 1) -> codec.ChunkData:
        """Grass; a wall to the west of the middle."""
        cells = [GRASS] * CHUNK_SIZE**2 + [0] * CHUNK_SIZE**2 * (LAYER_COUNT - 1)
        if (x, y) == (CHUNKS // 2 - 1, CHUNKS // 2):
            for row in range(CHUNK_SIZE):
                cells[CHUNK_SIZE**2 + row * CHUNK_SIZE + 8] = WALL
        packed = struct.pack(f"!{len(cells)}H", *cells)
        return codec.ChunkData(x, y, revision, zlib.compress(packed))

    def entered(self) -> codec.WorldEntered:
        side = CHUNKS * CHUNK_SIZE
        return codec.WorldEntered(self.tick, SLOT, side, side, WORLD, MODE)

    def placed(self) -> codec.PlayerUpdate:
        body = self.body
        return codec.PlayerUpdate(PLAYER_ID, body.x, body.y, body.z, self.rotation, self.tick)

    def hear(self, message: codec.Input) -> None:
        for offset, each in enumerate(codec.Command.unpack(message.commands)):
            tick = message.tick + offset
            self.furthest_ahead = max(self.furthest_ahead, tick - self.tick)
            if self.tick < tick <= self.tick + INPUT_BUFFER_TICKS:
                wish = Wish(each.direction, each.pace, each.buttons)
                self.wishes[tick] = (wish, each.aim)
            if tick <= self.tick + INPUT_BUFFER_TICKS:
                self.newest_input = max(self.newest_input, tick)

    def step(self) -> None:
        """A tick."""
        self.tick += 1
        given = self.wishes.pop(self.tick, None)
        if given is not None:
            self._last, self.rotation = given
            self._missed = 0
            self.input_tick = self.tick
            wish = self._last
        else:
            self._missed += 1
            pace = self._last.pace if self._missed <= INPUT_REPEAT_TICKS else 0
            wish = Wish(self._last.direction, pace)
        self.body = self.ground.step(self.body, wish)

    def state(self, *, full: bool = False, records: bytes | None = None) -> codec.WorldState:
        lead = max(-128, min(127, self.newest_input - self.tick)) if self.newest_input else 0
        body = self.body
        return codec.WorldState(
            tick=self.tick,
            input_tick=self.input_tick,
            lead=lead,
            flags=SnapshotFlag.FULL if full else 0,
            x=body.x,
            y=body.y,
            z=body.z,
            vz=body.vz,
            rotation=self.rotation,
            players=self.own_record() if records is None else records,
        )

    def own_record(self) -> bytes:
        body = self.body
        x, y = (body.x >> 2) & 0xFFFF, (body.y >> 2) & 0xFFFF
        return PlayerState(SLOT, x, y, self.rotation >> 8, 0).pack()
