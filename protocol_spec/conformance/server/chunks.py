"""Tiles, chunks, and edits of the map, which are taken back in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from protocol_spec import codec
from protocol_spec.codec import CHUNK_SIZE, LAYER_COUNT, STEP_HEIGHT, EditResult, ErrorCode, Shape
from protocol_spec.conformance.case import ALONE, Category, Failed, Unimplemented
from protocol_spec.conformance.course import (
    EAST,
    LEAD_TICKS,
    NORTH_WEST,
    body_of,
    follow,
    going,
    ground_of,
    own_id,
    send_wishes,
    ticks_later,
    walk,
)
from protocol_spec.conformance.ground import Ground
from protocol_spec.conformance.peer import Client, named
from protocol_spec.conformance.stage import STAFF, Stage, expect, expect_that

category = Category("chunks")
case = category.case

THINGS, ROOFS = 1, 2
LONGEST_STROKE, WIDEST_STROKE = 256, 32
EDIT_BURST = 40
NEAR_TILES, IN_LINE_TILES = 14, 30
WALKED_TICKS = 90
WALLED_TILES = 2
"""To each side of a body: so far it is walled in."""
FETCH_TICKS = 20
"""So long a chunk may take that the server has to fetch."""
EDIT_WAIT_SECONDS = 0.2
_numbers = count(1)
_taken_back: dict[int, int] = {}
"""The numbers of undos, and by how many edits each changes what stands: one more, or one less."""

Cell = tuple[int, int, int, int]
"""Layer, x, y and tile."""


def set_cells(number: int, *cells: Cell) -> bytes:
    packed = b"".join(codec.CellEdit(*each).pack() for each in cells)
    return codec.EditCells(number, packed).encode()


async def edited(peer: Client, frame: bytes, number: int) -> EditResult:
    """Sends an edit; its answer."""
    await peer.send(frame)
    return await peer.until(EditResult, lambda result: result.edit == number)


async def done(peer: Client, frame: bytes, number: int) -> EditResult:
    result = await edited(peer, frame, number)
    if result.code:
        raise Failed(f"the edit is refused with {named(result.code)}: {result.text}")
    return result


async def take_back(peer: Client, *, redo: bool = False) -> EditResult:
    number = next(_numbers)
    _taken_back[number] = 1 if redo else -1
    return await edited(peer, codec.EditUndo(number, int(redo)).encode(), number)


@asynccontextmanager
async def builder(stage: Stage) -> AsyncIterator[tuple[Client, Ground]]:
    """One who may build, and the ground; afterwards what they built is taken back.

    A guest where guests may build, else one of the staff.
    """
    peer = await stage.player()
    if not await may_build(peer):
        await peer.leave()
        peer = await stage.staff()
        await stage.enter(peer)
        if not await may_build(peer):
            raise Unimplemented("neither guests nor the staff that is named may build here")
    ground = ground_of(peer)
    try:
        yield peer, ground
    finally:
        if not peer.is_closed:
            await take_all_back(peer)


async def take_all_back(peer: Client) -> None:
    """All that this connection edited, and no more: the staff's own edits are older."""
    for _ in range(standing_edits(peer)):
        if (await take_back(peer)).code == ErrorCode.EDIT_TOO_FAST:
            await asyncio.sleep(EDIT_WAIT_SECONDS)
            await take_back(peer)


def standing_edits(peer: Client) -> int:
    """How many edits of this connection stand, those that changed nothing among them."""
    results = [each for each in peer.messages(EditResult) if not each.code]
    return sum(_taken_back.get(each.edit, 1) for each in results)


async def may_build(peer: Client) -> bool:
    """Tries it with a cell that stays as it is."""
    x, y = spot(peer)
    number = next(_numbers)
    same = (ROOFS, x, y, ground_of(peer).tile(ROOFS, x, y))
    return (await edited(peer, set_cells(number, same), number)).code != ErrorCode.EDIT_FORBIDDEN


def spot(peer: Client) -> tuple[int, int]:
    """A cell in sight of the player, a chunk away so that nobody stumbles."""
    body = body_of(peer.last(codec.WorldState))
    return (body.x >> 10) + CHUNK_SIZE, body.y >> 10


def roof(ground: Ground, other_than: int = 0) -> int:
    """A tile that can be put over people's heads, where it does no harm."""
    for each in ground.tiles.values():
        if each.layer == ROOFS and each.id != other_than:
            return each.id
    raise Unimplemented("the tile set has no roofs")


def two_roofs(ground: Ground, other_than: set[int]) -> tuple[int, int]:
    found = [each.id for each in ground.tiles.values() if each.layer == ROOFS]
    found = [each for each in found if each not in other_than]
    if len(found) < 2:
        raise Unimplemented("the tile set has too few roofs")
    return found[0], found[1]


def thing(ground: Ground, lowest: int, highest: int) -> int:
    for each in ground.tiles.values():
        if each.layer == THINGS and lowest <= each.height <= highest:
            return each.id
    raise Unimplemented(f"the tile set has no thing of a height from {lowest} to {highest}")


@case("EST-CH-01a")
async def places_of_chunks(stage: Stage) -> None:
    """A chunk begins at 16 times its place: the ground under the player is one to stand on."""
    peer = await stage.player()
    state = peer.last(codec.WorldState)
    expect(ground_of(peer).ground_under(state.x, state.y), state.z, "the ground at the spawn")


@case("EST-CH-02a")
async def cells_of_chunks(stage: Stage) -> None:
    """Every chunk unpacks to exactly 1,536 bytes of zlib."""
    peer = await stage.player()
    await ticks_later(peer, 5)
    chunks = ground_of(peer).chunks
    expect_that(bool(chunks), "no chunk came")


@case("EST-CH-02b")
async def tiles_on_their_layers(stage: Stage) -> None:
    """Every tile id in a chunk is 0 or one that TILE told of, and lies on its layer."""
    peer = await stage.player()
    ground = ground_of(peer)
    for place, chunk in ground.chunks.items():
        for index, tile in enumerate(chunk.cells):
            layer = index // (CHUNK_SIZE * CHUNK_SIZE)
            if not tile:
                continue
            expect_that(tile in ground.tiles, f"the tile {tile} in chunk {place} is unknown")
            expect(ground.tiles[tile].layer, layer, f"the layer of tile {tile}")


@case("EST-CH-08a")
async def chunks_around(stage: Stage) -> None:
    """However one walks, one holds all that is nearer than 14 tiles on both axes, or than 30 in
    one's own row or column of chunks."""
    peer = await stage.player()
    ground, start = ground_of(peer), body_of(peer.last(codec.WorldState))

    def way(direction: int) -> int:
        end = ground.foresee(start, going(direction, WALKED_TICKS))[-1]
        return min(abs(end.x - start.x), abs(end.y - start.y))

    # The further aslant, the nearer come the corners that are not in view.
    furthest = max(range(0, 0x10000, 0x0800), key=way)
    await walk(peer, going(furthest, WALKED_TICKS))
    entered = peer.last(codec.WorldEntered)
    held: set[tuple[int, int]] = set()
    missing_since: dict[tuple[int, int], int] = {}
    for each in peer.heard:
        match each.message:
            case codec.ChunkData(chunk_x=x, chunk_y=y):
                held.add((x, y))
            case codec.ChunkDrop(chunk_x=x, chunk_y=y):
                held.discard((x, y))
            case codec.WorldState() as state:
                missing = relied_on(state, entered) - held
                missing_since = {at: missing_since.get(at, state.tick) for at in missing}
                for at, since in missing_since.items():
                    late = state.tick - since
                    expect_that(
                        late <= FETCH_TICKS, f"chunk {at} is near and not held for {late} ticks"
                    )


def relied_on(state: codec.WorldState, entered: codec.WorldEntered) -> set[tuple[int, int]]:
    """The chunks of the map that a client is to hold, wherever the view lies."""
    found = set()
    own = state.x >> 14, state.y >> 14
    for row in range((entered.height + CHUNK_SIZE - 1) // CHUNK_SIZE):
        for column in range((entered.width + CHUNK_SIZE - 1) // CHUNK_SIZE):
            away_x = max((column << 14) - state.x, state.x - ((column + 1) << 14), 0)
            away_y = max((row << 14) - state.y, state.y - ((row + 1) << 14), 0)
            is_near = max(away_x, away_y) < NEAR_TILES << 10
            is_in_line = (row == own[1] and away_x < IN_LINE_TILES << 10) or (
                column == own[0] and away_y < IN_LINE_TILES << 10
            )
            if is_near or is_in_line:
                found.add((column, row))
    return found


@case("EST-CH-09a")
async def tile_set(stage: Stage) -> None:
    """Each tile is told once, with a number above 0, a layer of the three, and 0xRRGGBB."""
    peer = await stage.player()
    tiles = peer.messages(codec.Tile)
    ids = [each.id for each in tiles]
    expect(len(set(ids)), len(ids), "how many different tiles there are")
    for each in tiles:
        expect_that(each.id > 0, "a tile has the number 0")
        expect_that(each.layer < LAYER_COUNT, f"tile {each.id} is on layer {each.layer}")
        expect_that(each.colour <= 0xFFFFFF, f"the colour of tile {each.id}")
        expect_that(bool(each.name), f"tile {each.id} has no name")


@case("EST-CH-04a")
async def beyond_the_map(stage: Stage) -> None:
    """A chunk that no map has is not answered, however often one asks."""
    peer = await stage.player()
    await ticks_later(peer, 4)
    mark = len(peer.heard)
    for place in ((0xFFFF, 0xFFFF), (0xFFFF, 0), (0, 0xFFFF), (0x8000, 0x8000)):
        await peer.send(codec.ChunkRequest(*place).encode())
    await peer.settle()
    await ticks_later(peer, 3)
    expect(len(peer.messages(codec.ChunkData, mark)), 0, "the number of chunks that came")


@case("EST-ED-02a")
async def chunk_request(stage: Stage) -> None:
    """A chunk in view that is asked for comes as a whole, and is the same."""
    peer = await stage.player()
    await ticks_later(peer, 2)
    state = peer.last(codec.WorldState)
    place = (state.x >> 14, state.y >> 14)
    before = ground_of(peer).chunks[place]
    await peer.send(codec.ChunkRequest(*place).encode())
    data = await peer.until(codec.ChunkData, lambda each: (each.chunk_x, each.chunk_y) == place)
    expect_that(data.revision >= before.revision, "the revision went back")
    if data.revision == before.revision:
        expect(ground_of(peer).chunks[place].cells, before.cells, "its cells")


@case("EST-ED-09a")
async def forbidden_edits(stage: Stage) -> None:
    """An edit of who may not build gets EDIT_FORBIDDEN, once, and changes nothing."""
    peer = await stage.player()
    ground = ground_of(peer)
    x, y = spot(peer)
    tile = roof(ground, ground.tile(ROOFS, x, y))
    number = next(_numbers)
    result = await edited(peer, set_cells(number, (ROOFS, x, y, tile)), number)
    if not result.code:
        await take_back(peer)
        raise Unimplemented("guests may build here")
    expect(ErrorCode(result.code), ErrorCode.EDIT_FORBIDDEN, "the answer")
    await ticks_later(peer, 3)
    expect(ground_of(peer).tile(ROOFS, x, y), ground.tile(ROOFS, x, y), "the cell")


@case("EST-ED-01a", turn=STAFF)
async def edits_as_they_come(stage: Stage) -> None:
    """An edit comes to all as CHUNK_EDIT: the base revision held, and the changed cells."""
    async with builder(stage) as (peer, ground):
        watcher = await stage.player()
        x, y = spot(peer)
        tile = roof(ground, ground.tile(ROOFS, x, y))
        number = next(_numbers)
        await done(peer, set_cells(number, (ROOFS, x, y, tile)), number)
        await ticks_later(watcher, 2)
        for each in (peer, watcher):
            seen = ground_of(each)
            if seen.holds(x, y):
                expect(seen.missed, 0, "how many edits had another base revision")
                expect(seen.tile(ROOFS, x, y), tile, "the cell")


@case("EST-ED-01b", turn=STAFF)
async def edits_and_whole_chunks(stage: Stage) -> None:
    """A chunk that was edited cell by cell is the same as when it comes as a whole."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        tile = roof(ground)
        for step in range(3):
            number = next(_numbers)
            await done(peer, set_cells(number, (ROOFS, x, y + step, tile)), number)
        place = (x // CHUNK_SIZE, y // CHUNK_SIZE)
        await peer.settle()
        before = ground_of(peer).chunks[place]
        await peer.send(codec.ChunkRequest(*place).encode())
        await peer.until(codec.ChunkData, lambda each: (each.chunk_x, each.chunk_y) == place)
        after = ground_of(peer).chunks[place]
        expect(after.revision, before.revision, "the revision")
        expect(after.cells, before.cells, "the cells")


@case("EST-CH-06a", turn=STAFF)
async def revisions(stage: Stage) -> None:
    """A revision counts the ticks in which a chunk changed: one more for each edit."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        place = (x // CHUNK_SIZE, y // CHUNK_SIZE)
        held = ground_of(peer).chunks[place].revision
        seen = []
        mark = len(peer.heard)
        for tile in (roof(ground), 0, roof(ground)):
            number = next(_numbers)
            await done(peer, set_cells(number, (ROOFS, x, y, tile)), number)
        for each in peer.messages(codec.ChunkEdit, mark):
            if (each.chunk_x, each.chunk_y) == place:
                seen.append((each.base_revision, each.revision))
        expect_that(bool(seen), "no CHUNK_EDIT came")
        expect(seen, [(held + n, held + n + 1) for n in range(len(seen))], "the revisions")


@case("EST-ED-05a", turn=STAFF)
async def each_edit_is_answered(stage: Stage) -> None:
    """Every edit is answered by exactly one EDIT_RESULT with the number that it had."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        numbers = [7, 0, 0xFFFFFFFF, 7]
        tile = roof(ground)
        mark = len(peer.heard)
        frames = [set_cells(n, (ROOFS, x, y + i, tile)) for i, n in enumerate(numbers)]
        await peer.send(*frames)
        for _ in numbers:
            await peer.until(EditResult)
        await ticks_later(peer, 3)
        answered = [each.edit for each in peer.messages(EditResult, mark)]
        expect(sorted(answered), sorted(numbers), "the numbers of the answers")


@case("EST-ED-05b", turn=STAFF)
async def cells_of_the_answer(stage: Stage) -> None:
    """The answer counts the cells that changed; those that held the tile already do not."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        tile = roof(ground, ground.tile(ROOFS, x, y))
        cells = [(ROOFS, x, y + n, tile) for n in range(3)]
        changed = sum(ground.tile(*cell[:3]) != tile for cell in cells)
        number = next(_numbers)
        expect((await done(peer, set_cells(number, *cells), number)).cells, changed, "the cells")
        number = next(_numbers)
        expect((await done(peer, set_cells(number, *cells), number)).cells, 0, "the second time")


@case("EST-ED-06a", turn=STAFF)
async def seen_before_answered(stage: Stage) -> None:
    """An edit is seen before it is answered."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        tile = roof(ground, ground.tile(ROOFS, x, y))
        mark = len(peer.heard)
        number = next(_numbers)
        await done(peer, set_cells(number, (ROOFS, x, y, tile)), number)
        names = [type(each.message).__name__ for each in peer.heard[mark:]]
        expect_that("ChunkEdit" in names, "the edit was not seen when it was answered")
        expect_that(names.index("ChunkEdit") < names.index("EditResult"), "it was answered first")


async def refused_edit(stage: Stage, code: ErrorCode, *frames: bytes) -> None:
    """Edits that are refused as a whole: nothing of them is seen."""
    async with builder(stage) as (peer, _):
        await peer.settle()
        mark = len(peer.heard)
        for frame in frames:
            number = next(_numbers)
            frame = frame[:3] + number.to_bytes(4) + frame[7:]
            result = await edited(peer, frame, number)
            expect(ErrorCode(result.code) if result.code else "done", code, "the answer")
            expect(result.cells, 0, "the number of cells in the answer")
        await ticks_later(peer, 2)
        expect(len(peer.messages(codec.ChunkEdit, mark)), 0, "how many edits were seen")


@case("EST-ED-07a", turn=STAFF)
async def outside_the_map(stage: Stage) -> None:
    """A cell or a layer outside the map is EDIT_OUTSIDE."""
    await refused_edit(
        stage,
        ErrorCode.EDIT_OUTSIDE,
        set_cells(0, (ROOFS, 0xFFFF, 0, 0)),
        set_cells(0, (ROOFS, 0, 0xFFFF, 0)),
        set_cells(0, (LAYER_COUNT, 1, 1, 0)),
    )


@case("EST-ED-07b", turn=STAFF)
async def all_or_nothing(stage: Stage) -> None:
    """Where one of many cells is refused, none is changed."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        tile = roof(ground, ground.tile(ROOFS, x, y))
        number = next(_numbers)
        frame = set_cells(number, (ROOFS, x, y, tile), (ROOFS, 0xFFFF, y, tile))
        result = await edited(peer, frame, number)
        expect(ErrorCode(result.code), ErrorCode.EDIT_OUTSIDE, "the answer")
        await ticks_later(peer, 3)
        expect(ground_of(peer).tile(ROOFS, x, y), ground.tile(ROOFS, x, y), "the good cell")


@case("EST-ED-07c", turn=STAFF)
async def unknown_tiles(stage: Stage) -> None:
    """A tile that the tile set does not have is EDIT_TILE."""
    await refused_edit(stage, ErrorCode.EDIT_TILE, set_cells(0, (ROOFS, 1, 1, 0xFFFF)))


@case("EST-ED-07d", turn=STAFF)
async def tiles_of_other_layers(stage: Stage) -> None:
    """A roof on the ground's layer is EDIT_TILE."""
    async with builder(stage) as (_, ground):
        tile = roof(ground)
    await refused_edit(stage, ErrorCode.EDIT_TILE, set_cells(0, (0, 1, 1, tile)))


@case("EST-ED-07e", turn=STAFF)
async def cells_named_twice(stage: Stage) -> None:
    """A cell that is named twice is EDIT_TILE."""
    cells = [(ROOFS, 1, 1, 0), (ROOFS, 2, 1, 0), (ROOFS, 1, 1, 0)]
    await refused_edit(stage, ErrorCode.EDIT_TILE, set_cells(0, *cells))


@case("EST-ED-07f", turn=STAFF)
async def rectangle_too_large(stage: Stage) -> None:
    """A rectangle of more than 10,000 cells is EDIT_TOO_LARGE."""
    shape = codec.EditShape(0, Shape.RECTANGLE, ROOFS, 0, 0, 0, 100, 100, 1)
    await refused_edit(stage, ErrorCode.EDIT_TOO_LARGE, shape.encode())


@case("EST-ED-07g", turn=STAFF)
async def stroke_too_long_or_wide(stage: Stage) -> None:
    """A stroke that is longer than 256 tiles or wider than 32 is EDIT_TOO_LARGE."""
    wide = codec.EditShape(0, Shape.STROKE, ROOFS, 0, 5, 5, 6, 5, WIDEST_STROKE + 1)
    long = codec.EditShape(0, Shape.STROKE, ROOFS, 0, 0, 5, LONGEST_STROKE + 1, 5, 1)
    await refused_edit(stage, ErrorCode.EDIT_TOO_LARGE, wide.encode(), long.encode())


@case("EST-ED-07h", turn=STAFF)
async def unknown_shapes(stage: Stage) -> None:
    """A shape that nobody knows is refused, and nothing is drawn."""
    shape = codec.EditShape(0, 99, ROOFS, 0, 5, 5, 6, 6, 1)
    await refused_edit(stage, ErrorCode.EDIT_TILE, shape.encode())


@case("EST-ED-10a", turn=STAFF)
async def rectangles(stage: Stage) -> None:
    """A rectangle fills all cells between its corners, in whatever order they are named."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        tile = roof(ground)
        number = next(_numbers)
        shape = codec.EditShape(number, Shape.RECTANGLE, ROOFS, tile, x + 2, y + 1, x, y, 1)
        await done(peer, shape.encode(), number)
        await peer.settle()
        seen = ground_of(peer)
        inside = {(x + dx, y + dy) for dx in range(3) for dy in range(2)}
        around = {(x + dx, y + dy) for dx in range(-1, 4) for dy in range(-1, 3)} - inside
        expect({seen.tile(ROOFS, *each) for each in inside if seen.holds(*each)}, {tile}, "inside")
        for each in around:
            if seen.holds(*each):
                expect(seen.tile(ROOFS, *each), ground.tile(ROOFS, *each), "a cell around it")


@case("EST-ED-10b", turn=STAFF)
async def fills(stage: Stage) -> None:
    """A fill goes as far as the same tile hangs together by its sides, and no further."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        near = [(x + dx, y + dy) for dx in range(-1, 5) for dy in range(-1, 3)]
        # A roof that is there already may hang together with ours, and reach far.
        there = {ground.tile(ROOFS, *each) for each in near}
        first, second = two_roofs(ground, there)
        number = next(_numbers)
        shape = codec.EditShape(number, Shape.RECTANGLE, ROOFS, first, x, y, x + 2, y, 1)
        await done(peer, shape.encode(), number)
        number = next(_numbers)
        corner = set_cells(number, (ROOFS, x + 3, y + 1, first))
        await done(peer, corner, number)
        number = next(_numbers)
        fill = codec.EditShape(number, Shape.FILL, ROOFS, second, x, y, 0, 0, 0)
        result = await done(peer, fill.encode(), number)
        expect(result.cells, 3, "the number of cells")


@case("EST-ED-10c", turn=STAFF)
async def stamps(stage: Stage) -> None:
    """A stamp copies a rectangle to another place."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        tile = roof(ground)
        number = next(_numbers)
        await done(peer, set_cells(number, (ROOFS, x, y, tile), (ROOFS, x + 1, y, 0)), number)
        number = next(_numbers)
        stamp = codec.EditStamp(number, 1 << ROOFS, x, y, 2, 1, x, y + 2)
        await done(peer, stamp.encode(), number)
        await peer.settle()
        seen = ground_of(peer)
        copied = [seen.tile(ROOFS, x + n, y + 2) for n in range(2)]
        expect(copied, [tile, 0], "the copy")


@case("EST-ED-08a", turn=STAFF)
async def undo_and_redo(stage: Stage) -> None:
    """Undo takes the last edit back, redo does it again."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        was = ground.tile(ROOFS, x, y)
        tile = roof(ground, was)
        number = next(_numbers)
        await done(peer, set_cells(number, (ROOFS, x, y, tile)), number)
        for redo, wanted in ((False, was), (True, tile), (False, was)):
            result = await take_back(peer, redo=redo)
            expect((result.code, result.cells), (0, 1), "code and cells")
            await peer.settle()
            expect(ground_of(peer).tile(ROOFS, x, y), wanted, "the cell")


@case("EST-ED-08b", turn=STAFF)
async def cells_changed_since(stage: Stage) -> None:
    """Undo leaves alone what somebody else changed since, and counts it in skipped."""
    async with builder(stage) as (first, ground), builder(stage) as (second, _):
        x, y = spot(first)
        one = roof(ground, ground.tile(ROOFS, x, y))
        number = next(_numbers)
        await done(first, set_cells(number, (ROOFS, x, y, one), (ROOFS, x, y + 1, one)), number)
        number = next(_numbers)
        await done(second, set_cells(number, (ROOFS, x, y, roof(ground, one))), number)
        result = await take_back(first)
        expect((result.code, result.skipped), (0, 1), "code and skipped")
        await first.settle()
        expect(ground_of(first).tile(ROOFS, x, y), roof(ground, one), "the other's cell")


@case("EST-ED-08c", turn=STAFF)
async def nothing_to_redo(stage: Stage) -> None:
    """Whoever edits anew has nothing left to redo."""
    async with builder(stage) as (peer, ground):
        x, y = spot(peer)
        tile = roof(ground, ground.tile(ROOFS, x, y))
        number = next(_numbers)
        await done(peer, set_cells(number, (ROOFS, x, y, tile)), number)
        await take_back(peer)
        number = next(_numbers)
        await done(peer, set_cells(number, (ROOFS, x, y + 1, tile)), number)
        result = await take_back(peer, redo=True)
        expect(ErrorCode(result.code or 1), ErrorCode.EDIT_NOTHING, "the answer")


@case("EST-ED-08d", turn=STAFF)
async def nothing_to_undo(stage: Stage) -> None:
    """Whoever has edited nothing has nothing to undo: EDIT_NOTHING."""
    async with builder(stage) as (peer, _):
        await take_all_back(peer)
        result = await take_back(peer)
        if not result.code and peer.last(codec.AuthOk).account:
            await take_back(peer, redo=True)
            raise Unimplemented("the staff that is named has edits of its own")
        expect(ErrorCode(result.code or 1), ErrorCode.EDIT_NOTHING, "the answer")


@case("EST-LM-04a", turn=STAFF)
async def edits_too_fast(stage: Stage) -> None:
    """Of 60 edits at once some get EDIT_TOO_FAST, with retry_after_ms; none is lost."""
    async with builder(stage) as (peer, ground):
        numbers = [next(_numbers) for _ in range(60)]
        # Nowhere: so nobody's history is filled with them.
        nowhere = (ROOFS, 65535, 65535, roof(ground))
        await peer.send(*(set_cells(number, nowhere) for number in numbers))
        results = [await peer.until(EditResult) for _ in numbers]
        expect(sorted(each.edit for each in results), numbers, "the numbers of the answers")
        late = [each for each in results if each.code != ErrorCode.EDIT_OUTSIDE]
        expect({ErrorCode(each.code) for each in late}, {ErrorCode.EDIT_TOO_FAST}, "the refusals")
        expect_that(all(0 < each.retry_after_ms <= 200 for each in late), "the waits are wrong")
        expect_that(
            EDIT_BURST - 4 <= len(results) - len(late) <= EDIT_BURST + 8,
            f"{len(results) - len(late)} were looked at",
        )


@case("EST-ED-04a", turn=ALONE)
async def put_out_of_walls(stage: Stage) -> None:
    """Who stands where a wall appears is put out of it, exactly, and announced."""
    async with builder(stage) as (peer, ground):
        watcher = await stage.player()
        wall = thing(ground, 1024, codec.NEVER_ENTER - 1)
        before = body_of(peer.last(codec.WorldState))
        x, y = before.x >> 10, before.y >> 10
        me = own_id(peer)
        await peer.settle()
        mark = len(peer.heard)
        number = next(_numbers)
        await done(peer, set_cells(number, (THINGS, x, y, wall)), number)
        seen = [each for each in peer.messages(codec.PlayerUpdate, mark) if each.player_id == me]
        expect_that(bool(seen), "there was no PLAYER_UPDATE")
        place = ground_of(peer).put_out(before)
        update = seen[0]
        expect((update.x, update.y, update.z), tuple(place)[:3], "the place in PLAYER_UPDATE")
        expect(body_of(await ticks_later(peer, 1)), place, "the place in the snapshot")
        await watcher.until(codec.PlayerUpdate, lambda each: each.x == place.x)


@case("EST-MV-10a", turn=ALONE)
async def lifted_by_the_ground(stage: Stage) -> None:
    """Ground that rises under a body by no more than a step lifts it: it is not put out."""
    async with builder(stage) as (peer, ground):
        step = thing(ground, 1, STEP_HEIGHT)
        before = body_of(peer.last(codec.WorldState))
        me = own_id(peer)
        await peer.settle()
        mark = len(peer.heard)
        number = next(_numbers)
        cell = (THINGS, before.x >> 10, before.y >> 10, step)
        await done(peer, set_cells(number, cell), number)
        height = ground_of(peer).ground_under(before.x, before.y)
        expect_that(before.z < height <= before.z + STEP_HEIGHT, "the ground is no step")
        lifted = before._replace(z=height)
        expect(body_of(await ticks_later(peer, 1)), lifted, "the place in the snapshot")
        jumps = [each for each in peer.messages(codec.PlayerUpdate, mark) if each.player_id == me]
        expect(jumps, [], "the PLAYER_UPDATEs")


@case("EST-MV-13a", turn=ALONE)
async def the_nearest_free_cell(stage: Stage) -> None:
    """Whose whole surroundings become walls stands in the nearest free cell, on their own side."""
    async with builder(stage) as (peer, ground):
        wall = thing(ground, 1024, codec.NEVER_ENTER - 1)
        await follow(peer, going(NORTH_WEST, 2))
        before = body_of(await ticks_later(peer, 4))
        x, y = before.x >> 10, before.y >> 10
        around = range(-WALLED_TILES, WALLED_TILES + 1)
        number = next(_numbers)
        cells = [(THINGS, x + dx, y + dy, wall) for dx in around for dy in around]
        await done(peer, set_cells(number, *cells), number)
        place = ground_of(peer).put_out(before)
        expect_that(abs((place.x >> 10) - x) + abs((place.y >> 10) - y) > WALLED_TILES, "no walls")
        expect(body_of(await ticks_later(peer, 1)), place, "the place in the snapshot")


@case("EST-ED-04b", turn="alone")
async def put_out_while_walking(stage: Stage) -> None:
    """Who is put out while they walk does the tick from there, and PLAYER_UPDATE tells of that."""
    async with builder(stage) as (peer, ground):
        wall = thing(ground, 1024, codec.NEVER_ENTER - 1)
        state = peer.last(codec.WorldState)
        x, y = state.x >> 10, state.y >> 10
        wishes = going(EAST, 24)
        first = state.tick + LEAD_TICKS
        await send_wishes(peer, first, wishes)
        await peer.until(codec.WorldState, lambda each: each.tick >= first + 3)
        mark = len(peer.heard)
        number = next(_numbers)
        cells = [(THINGS, x + dx, y, wall) for dx in range(-1, 8)]
        await done(peer, set_cells(number, *cells), number)
        me = own_id(peer)
        seen = [each for each in peer.messages(codec.PlayerUpdate, mark) if each.player_id == me]
        expect_that(bool(seen), "there was no PLAYER_UPDATE")
        update = seen[0]
        expect_that(update.timestamp < first + len(wishes), "the edit took too long to be told")
        at = snapshot_index(peer, update.timestamp)
        before = next(
            each for each in peer.messages(codec.WorldState) if each.tick == update.timestamp - 1
        )
        then = Ground(each.message for each in peer.heard[:at])
        expected = then.step(then.put_out(body_of(before)), wishes[0])
        expect((update.x, update.y, update.z), tuple(expected)[:3], "the place in PLAYER_UPDATE")
        after = peer.heard[at].message
        assert isinstance(after, codec.WorldState)
        expect(body_of(after), expected, "the place in the snapshot")


def snapshot_index(peer: Client, tick: int) -> int:
    """Where the snapshot of a tick stands in what was heard."""
    for at, each in enumerate(peer.heard):
        if isinstance(each.message, codec.WorldState) and each.message.tick == tick:
            return at
    raise Failed(f"there was no snapshot of tick {tick}")


@asynccontextmanager
async def beside(stage: Stage, lowest: int, highest: int) -> AsyncIterator[Client]:
    """A builder with a thing of such a height two cells to the east, on a way that is free."""
    async with builder(stage) as (peer, ground):
        tile = thing(ground, lowest, highest)
        body = body_of(peer.last(codec.WorldState))
        x, y = (body.x >> 10) + 2, body.y >> 10
        cells = [(THINGS, x + dx, y + dy, 0) for dx in (-1, 1, 2) for dy in (-1, 0, 1)]
        cells += [(THINGS, x, y + dy, tile) for dy in (-1, 0, 1)]
        number = next(_numbers)
        await done(peer, set_cells(number, *cells), number)
        await peer.settle()
        expect(ground_of(peer).tile(THINGS, x, y), tile, "the cell that was built")
        yield peer


@case("EST-MV-09a", turn=ALONE)
async def steps(stage: Stage) -> None:
    """A difference of height up to a step is walked over, up and down."""
    async with beside(stage, 1, STEP_HEIGHT) as peer:
        course = await follow(peer, going(0, 22))
        expect_that(max(each.z for each in course) > course[0].z, "it went not up at all")


@case("EST-MV-09b", turn=ALONE)
async def ledges(stage: Stage) -> None:
    """Who walks over a ledge that is higher than a step falls down."""
    async with beside(stage, STEP_HEIGHT + 1, 616) as peer:
        leaps = going(0, 14, 255, codec.Button.JUMP)
        course = await follow(peer, leaps + going(0, 20))
        expect_that(any(each.vz < 0 for each in course), "the body never fell")


@case("EST-MV-04a", turn=ALONE)
async def what_nobody_enters(stage: Stage) -> None:
    """Nobody enters a cell of the height NEVER_ENTER, leap as they may."""
    async with beside(stage, codec.NEVER_ENTER, codec.NEVER_ENTER) as peer:
        await follow(peer, going(0, 24, 255, codec.Button.JUMP))


@case("EST-MV-03a", turn=ALONE)
async def empty_ground(stage: Stage) -> None:
    """Empty ground has the height 0 and the speed 100."""
    async with builder(stage) as (peer, _):
        body = body_of(peer.last(codec.WorldState))
        x, y = body.x >> 10, body.y >> 10
        places = [(x + dx, y + dy) for dx in range(4) for dy in (-1, 0, 1)]
        cells = [(layer, *place, 0) for place in places for layer in (0, THINGS)]
        number = next(_numbers)
        await done(peer, set_cells(number, *cells), number)
        await peer.settle()
        course = await follow(peer, going(0, 10))
        expect(course[-1].z, 0, "the height")
