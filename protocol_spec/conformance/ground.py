"""The arithmetic of PROTOCOL.md's "Movement", on the tiles that a server sent.

Written from the page, not from a server's code; a test compares it with the page's own function.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import NamedTuple

from protocol_spec.codec import (
    BODY_RADIUS,
    CHUNK_SIZE,
    COSINE,
    FREE_SEARCH_TILES,
    GRAVITY,
    JUMP_SPEED,
    LAYER_COUNT,
    NEVER_ENTER,
    STEP_HEIGHT,
    WALK_SPEED,
    Button,
    ChunkData,
    ChunkDrop,
    ChunkEdit,
    Message,
    Tile,
)
from protocol_spec.conformance.case import Failed

CELLS = LAYER_COUNT * CHUNK_SIZE * CHUNK_SIZE
MOST_UNPACKED = 1 << 16
CENTRE = 512
"""Of a cell, in units from its corner."""


class Body(NamedTuple):
    x: int
    y: int
    z: int
    vz: int


class Wish(NamedTuple):
    """What of a Command moves a body."""

    direction: int = 0
    pace: int = 0
    buttons: int = 0


class Chunk:
    def __init__(self, data: ChunkData) -> None:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(data.cells, MOST_UNPACKED)
        if len(raw) != 2 * CELLS or not unpacker.eof:
            raise Failed(f"a chunk's cells have {len(raw)} bytes, not {2 * CELLS}")
        self.revision = data.revision
        self.cells = [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]


class Ground:
    """The map as far as a client holds it."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self.tiles: dict[int, Tile] = {}
        self.chunks: dict[tuple[int, int], Chunk] = {}
        self.missed = 0
        """So many CHUNK_EDITs were of another revision than the one held."""
        for each in messages:
            self.take(each)

    def take(self, message: Message) -> None:
        match message:
            case Tile():
                self.tiles[message.id] = message
            case ChunkData():
                self.chunks[message.chunk_x, message.chunk_y] = Chunk(message)
            case ChunkDrop():
                self.chunks.pop((message.chunk_x, message.chunk_y), None)
            case ChunkEdit():
                self._edit(message)

    def _edit(self, message: ChunkEdit) -> None:
        chunk = self.chunks.get((message.chunk_x, message.chunk_y))
        if chunk is None:
            return
        if chunk.revision != message.base_revision:
            self.missed += 1
            return
        packed = message.cells
        for at in range(0, len(packed), 4):
            index = int.from_bytes(packed[at : at + 2])
            chunk.cells[index] = int.from_bytes(packed[at + 2 : at + 4])
        chunk.revision = message.revision

    def tile(self, layer: int, column: int, row: int) -> int:
        """The id in a cell, 0 where its chunk is not held."""
        chunk = self.chunks.get((column // CHUNK_SIZE, row // CHUNK_SIZE))
        if chunk is None:
            return 0
        return chunk.cells[cell_index(layer, column, row)]

    def holds(self, column: int, row: int) -> bool:
        return (column // CHUNK_SIZE, row // CHUNK_SIZE) in self.chunks

    def height(self, column: int, row: int) -> int:
        if not self.holds(column, row):
            return NEVER_ENTER
        ground, thing = (self.tiles.get(self.tile(layer, column, row)) for layer in (0, 1))
        heights = [ground.height if ground else 0]
        if self.tile(1, column, row):
            heights.append(thing.height if thing else 0)
        return max(heights)

    def speed(self, column: int, row: int) -> int:
        ground, thing = (self.tile(layer, column, row) for layer in (0, 1))
        tile = self.tiles.get(thing or ground)
        return tile.speed if tile else 100

    def ground_under(self, x: int, y: int) -> int:
        sides = (-BODY_RADIUS, BODY_RADIUS)
        return max(self.height((x + dx) >> 10, (y + dy) >> 10) for dx in sides for dy in sides)

    def step(self, body: Body, wish: Wish) -> Body:
        """A tick."""
        x, y, z, vz = body
        ground = self.ground_under(x, y)
        if ground > _reach(z):
            return self.put_out(body)
        stands = z <= ground
        leaps = stands and wish.buttons & Button.JUMP != 0
        walks = stands and not leaps
        if stands:
            vz = JUMP_SPEED if leaps else 0
        else:
            vz -= GRAVITY
        z = max(max(z, ground) + vz, ground)

        distance = WALK_SPEED * wish.pace * self.speed(x >> 10, y >> 10) // 25500
        turn = wish.direction >> 8
        right = _part(distance, COSINE[turn])
        down = _part(distance, COSINE[(turn + 192) % 256])
        x = self._slide(x, right, y, _reach(z), across=False)
        y = self._slide(y, down, x, _reach(z), across=True)

        ground = self.ground_under(x, y)
        if z <= ground or (walks and z - ground <= STEP_HEIGHT):
            return Body(x, y, ground, 0)
        if walks:
            return Body(x, y, z - GRAVITY, -GRAVITY)
        return Body(x, y, z, vz)

    def _slide(self, start: int, step: int, other: int, reachable: int, *, across: bool) -> int:
        """Along x; along y where `across`."""
        if step == 0:
            return start
        cell = (start + step + (BODY_RADIUS if step > 0 else -BODY_RADIUS)) >> 10
        beside = {(other - BODY_RADIUS) >> 10, (other + BODY_RADIUS) >> 10}
        ahead = [self.height(each, cell) if across else self.height(cell, each) for each in beside]
        if max(ahead) <= reachable:
            return start + step
        if step > 0:
            return cell * 1024 - 1 - BODY_RADIUS
        return (cell + 1) * 1024 + BODY_RADIUS

    def put_out(self, body: Body) -> Body:
        """Out of what has appeared around it."""
        far = range(-FREE_SEARCH_TILES, FREE_SEARCH_TILES + 1)
        near = [(dx, dy) for dx in far for dy in far if dx * dx + dy * dy <= FREE_SEARCH_TILES**2]
        near.sort(key=lambda to: (to[0] ** 2 + to[1] ** 2, -to[0] - to[1], -to[0]))
        right = 1 if body.x & 1023 >= CENTRE else -1
        down = 1 if body.y & 1023 >= CENTRE else -1
        for limit in (_reach(body.z), NEVER_ENTER - 1):
            for dx, dy in near:
                column, row = (body.x >> 10) + right * dx, (body.y >> 10) + down * dy
                height = self.height(column, row)
                if height <= limit:
                    return Body(column * 1024 + CENTRE, row * 1024 + CENTRE, height, 0)
        return body._replace(vz=0)

    def foresee(self, body: Body, wishes: Iterable[Wish]) -> list[Body]:
        """Where a body is after each tick."""
        course = []
        for wish in wishes:
            body = self.step(body, wish)
            course.append(body)
        return course


def cell_index(layer: int, column: int, row: int) -> int:
    """The place of a map's cell in its chunk, as CHUNK_EDIT counts them."""
    return (layer * CHUNK_SIZE + row % CHUNK_SIZE) * CHUNK_SIZE + column % CHUNK_SIZE


def _reach(z: int) -> int:
    return min(z + STEP_HEIGHT, NEVER_ENTER - 1)


def _part(distance: int, cosine: int) -> int:
    whole = distance * abs(cosine) // 16384
    return whole if cosine > 0 else -whole
