"""Entering a world, who is there, and what each tick brings."""

from __future__ import annotations

import asyncio

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, LeaveReason, NoticeCode, PlayerState, SnapshotFlag
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed
from protocol_spec.conformance.course import (
    EAST,
    SOUTH,
    body_of,
    going,
    ground_of,
    own_id,
    own_slot,
    ticks_later,
    walk,
)
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.stage import Stage, expect, expect_that, new_name

category = Category("snapshots")
case = category.case

MOST_IN_VIEW = 21


def records(state: codec.WorldState) -> dict[int, PlayerState]:
    """By slot."""
    return {each.slot: each for each in PlayerState.unpack(state.players)}


def is_full(state: codec.WorldState) -> bool:
    return bool(state.flags & SnapshotFlag.FULL)


def names_of(peer: Client) -> list[str]:
    return [type(each.message).__name__ for each in peer.heard]


def joined(peer: Client) -> dict[int, codec.PlayerJoin]:
    """By player_id: as PLAYER_JOIN told last."""
    return {each.player_id: each for each in peer.messages(codec.PlayerJoin)}


@case("EST-EW-01a")
async def unknown_world(stage: Stage) -> None:
    """An unknown world is WORLD_UNKNOWN; the client stays in the lobby and may enter another."""
    peer = await stage.lobby()
    await peer.send(wire.enter_world("no such world"))
    await peer.refused(ErrorCode.WORLD_UNKNOWN, message=codec.EnterWorld.TYPE)
    await stage.enter(peer)


@case("EST-EW-01b")
async def first_world(stage: Stage) -> None:
    """An empty name is that of the first world that /api/server tells of."""
    _, told = await stage.http("GET", "/api/server")
    peer = await stage.player()
    expect(peer.last(codec.WorldEntered).world, told["worlds"][0]["name"], "the world")


@case("EST-EW-01c")
async def world_by_name(stage: Stage) -> None:
    """Every world that /api/server names can be entered by its name."""
    _, told = await stage.http("GET", "/api/server")
    for world in told["worlds"]:
        peer = await stage.lobby()
        await stage.enter(peer, world["name"])
        entered = peer.last(codec.WorldEntered)
        expect((entered.world, entered.mode), (world["name"], world["mode"]), "world and mode")


@case("EST-EW-05a")
async def order_of_entering(stage: Stage) -> None:
    """WORLD_ENTERED, then TILEs, players, chunks and a FULL snapshot come in this order."""
    peer = await stage.player()
    names = names_of(peer)
    names = names[names.index("WorldEntered") :]
    names = names[: names.index("WorldState")]
    last_tile = max(i for i, each in enumerate(names) if each == "Tile")
    first_join = names.index("PlayerJoin")
    first_chunk = names.index("ChunkData")
    expect(names[1], "Tile", "what follows WORLD_ENTERED")
    expect_that(last_tile < first_join, "a TILE comes after a PLAYER_JOIN")
    expect_that(first_join < first_chunk, "a chunk comes before the players")
    expect_that(is_full(peer.messages(codec.WorldState)[0]), "the first snapshot is not FULL")


@case("EST-EW-05b")
async def who_was_there_before(stage: Stage) -> None:
    """A newcomer is told of everybody who was there before, and of themselves."""
    before = [await stage.player() for _ in range(3)]
    peer = await stage.player()
    told = joined(peer)
    for each in [*before, peer]:
        expect_that(own_id(each) in told, "somebody is missing in the PLAYER_JOINs")


@case("EST-EW-05c")
async def own_place(stage: Stage) -> None:
    """The newcomer's own PLAYER_UPDATE has the exact place of the first snapshot's head."""
    peer = await stage.player()
    state = peer.last(codec.WorldState)
    me = own_id(peer)
    update = [each for each in peer.messages(codec.PlayerUpdate) if each.player_id == me][-1]
    expect((update.x, update.y, update.z), (state.x, state.y, state.z), "the place")


@case("EST-EW-05d")
async def own_chunk(stage: Stage) -> None:
    """The chunk in which the newcomer stands is among those that come first."""
    peer = await stage.player()
    state = peer.last(codec.WorldState)
    held = ground_of(peer).chunks
    expect_that((state.x >> 14, state.y >> 14) in held, "the own chunk is missing")


@case("EST-EW-06a")
async def a_snapshot_each_tick(stage: Stage) -> None:
    """From then on each tick brings a WORLD_STATE, the ticks counting up by one."""
    peer = await stage.player()
    await ticks_later(peer, 20)
    ticks = [each.tick for each in peer.messages(codec.WorldState)]
    expect(ticks, list(range(ticks[0], ticks[0] + len(ticks))), "the ticks")


@case("EST-EW-06b")
async def news_before_the_snapshot(stage: Stage) -> None:
    """The news of a tick comes before its WORLD_STATE."""
    peer = await stage.player()
    text = f"before {new_name()}"
    await peer.send(wire.chat(text))
    await peer.until(codec.ChatMessage, lambda chat: chat.text == text)
    mark = next(
        i
        for i, each in enumerate(peer.heard)
        if isinstance(each.message, codec.ChatMessage) and each.message.text == text
    )
    await peer.until(codec.WorldState)
    batch = peer.heard[mark].batch
    same = [type(each.message).__name__ for each in peer.heard if each.batch == batch]
    expect(same[-1], "WorldState", "the last frame of the tick's message")


@case("EST-EW-04a")
async def place_of_an_account(stage: Stage) -> None:
    """An account that left comes back to where it was."""
    account = await stage.account()
    first = await stage.come_back(account.ticket.encode(), codec.AuthMethod.TICKET)
    await stage.enter(first)
    await walk(first, going(SOUTH, 10))
    place = body_of(first.last(codec.WorldState))
    await first.leave()
    _, told = await stage.http("POST", "/api/tickets", token=account.token)
    account.token = told["token"]
    second = await stage.come_back(told["ticket"].encode(), codec.AuthMethod.TICKET)
    expect(body_of(await stage.enter(second)), place, "the place")


@case("EST-WA-01a")
async def guests_do_not_watch(stage: Stage) -> None:
    """WATCH from who is not of the staff is FORBIDDEN, and the lobby stays."""
    peer = await stage.lobby()
    await peer.send(codec.Watch("", 0, 0, 0, 2, 2).encode())
    await peer.refused(ErrorCode.FORBIDDEN, message=codec.Watch.TYPE)
    await stage.enter(peer)


@case("EST-WA-01c")
async def watching_from_elsewhere(stage: Stage) -> None:
    """WATCH before AUTH_OK, and from who plays, ends the connection with WRONG_STATE."""
    for peer in (await stage.greeted(), await stage.player()):
        await peer.send(codec.Watch("", 1, 0, 0, 2, 2).encode())
        await peer.ended(ErrorCode.WRONG_STATE, message=codec.Watch.TYPE)


@case("EST-ID-01a")
async def numbers_of_players(stage: Stage) -> None:
    """Each player has a number of their own, also after others have left."""
    first, second = await stage.lobby(), await stage.lobby()
    await first.leave()
    third = await stage.lobby()
    ids = [own_id(each) for each in (first, second, third)]
    expect(len(set(ids)), 3, "how many numbers there are")


@case("EST-ID-01b")
async def number_of_an_account(stage: Stage) -> None:
    """An account has the same number at every visit."""
    account = await stage.account()
    peer = await stage.come_back(account.ticket.encode(), codec.AuthMethod.TICKET)
    expect(own_id(peer), account.player_id, "the player_id at the first visit")
    await peer.leave()
    _, told = await stage.http("POST", "/api/tickets", token=account.token)
    account.token = told["token"]
    peer = await stage.come_back(told["ticket"].encode(), codec.AuthMethod.TICKET)
    expect(own_id(peer), account.player_id, "the player_id at the second")


@case("EST-ID-02a")
async def slots(stage: Stage) -> None:
    """No two players who are in a world have the same slot."""
    players = [await stage.player() for _ in range(4)]
    found = {own_slot(each) for each in players}
    expect(len(found), 4, "how many slots there are")
    told = joined(players[-1])
    for each in players:
        expect(told[own_id(each)].slot, own_slot(each), "the slot in PLAYER_JOIN")


@case("EST-ID-04a")
async def looks(stage: Stage) -> None:
    """The look that a guest chose is the one that others are told."""
    watcher = await stage.player()
    peer = await stage.player(look=7)
    me = own_id(peer)
    join = await watcher.until(codec.PlayerJoin, lambda join: join.player_id == me)
    expect((join.look, join.name), (7, peer.last(codec.AuthOk).name), "look and name")


@case("EST-ID-05a")
async def renaming(stage: Stage) -> None:
    """RENAME brings AUTH_OK and the notice NAME_CHANGED, and others a PLAYER_JOIN."""
    watcher, peer = await stage.player(), await stage.player()
    old, name, me = peer.last(codec.AuthOk).name, new_name(), own_id(peer)
    await peer.send(codec.Rename(name).encode())
    await peer.until(codec.AuthOk, lambda told: told.name == name)
    join = await watcher.until(codec.PlayerJoin, lambda join: join.name == name)
    expect((join.player_id, join.slot), (me, own_slot(peer)), "number and slot")
    await ticks_later(peer, 2)
    notices = [each for each in peer.messages(codec.Notice) if each.code == NoticeCode.NAME_CHANGED]
    expect([each.values.split("\x1f") for each in notices], [[old, name]], "the notices")


@case("EST-ID-05b")
async def renaming_badly(stage: Stage) -> None:
    """The rules for names are those of AUTH, and the refusals too."""
    peer = await stage.player()
    for name, code in (
        ("", ErrorCode.NAME_EMPTY),
        ("ab", ErrorCode.NAME_TOO_SHORT),
        ("x" * 21, ErrorCode.NAME_TOO_LONG),
        ("\u0430bcdefgh", ErrorCode.NAME_INVALID),
    ):
        await peer.send(codec.Rename(name).encode())
        await peer.refused(code, message=codec.Rename.TYPE)


@case("EST-ID-05c")
async def renaming_to_anothers(stage: Stage) -> None:
    """The name of somebody who is here is NAME_IN_USE."""
    other, peer = await stage.player(), await stage.player()
    await peer.send(codec.Rename(other.last(codec.AuthOk).name.upper()).encode())
    await peer.refused(ErrorCode.NAME_IN_USE, message=codec.Rename.TYPE)


@case("EST-ID-06a")
async def another_name_and_nothing_else(stage: Stage) -> None:
    """A new name brings no PLAYER_LEAVE and no PLAYER_UPDATE of that player."""
    watcher, peer = await stage.player(), await stage.player()
    name, me = new_name(), own_id(peer)
    await watcher.settle()
    mark = len(watcher.heard)
    await peer.send(codec.Rename(name).encode())
    await watcher.until(codec.PlayerJoin, lambda join: join.name == name)
    await ticks_later(watcher, 2)
    leaves = [each.player_id for each in watcher.messages(codec.PlayerLeave, mark)]
    updates = [each.player_id for each in watcher.messages(codec.PlayerUpdate, mark)]
    expect_that(me not in [*leaves, *updates], "there is other news of the player")


async def left(watcher: Client, peer: Client) -> codec.PlayerLeave:
    me = own_id(peer)
    return await watcher.until(codec.PlayerLeave, lambda leave: leave.player_id == me)


@case("EST-ID-07a")
async def reason_left(stage: Stage) -> None:
    """Who closes with a close frame has LEFT."""
    watcher, peer = await stage.player(), await stage.player()
    await peer.leave()
    expect((await left(watcher, peer)).reason, LeaveReason.LEFT, "the reason")


@case("EST-ID-07b")
async def reason_lost(stage: Stage) -> None:
    """Whose connection breaks is LOST."""
    watcher, peer = await stage.player(), await stage.player()
    peer.lose()
    expect((await left(watcher, peer)).reason, LeaveReason.LOST, "the reason")


@case("EST-ID-07c")
async def reason_removed(stage: Stage) -> None:
    """Whom the server ended with an ERROR is REMOVED."""
    watcher, peer = await stage.player(), await stage.player()
    await peer.send(wire.frame(0))
    await peer.ended(ErrorCode.UNKNOWN_TYPE)
    expect((await left(watcher, peer)).reason, LeaveReason.REMOVED, "the reason")


@case("EST-ID-07d")
async def leaving_once(stage: Stage) -> None:
    """Who leaves is gone from the world once, and with no further news."""
    watcher, peer = await stage.player(), await stage.player()
    me = own_id(peer)
    await peer.leave()
    await left(watcher, peer)
    await ticks_later(watcher, 4)
    leaves = [each for each in watcher.messages(codec.PlayerLeave) if each.player_id == me]
    expect(len(leaves), 1, "the number of PLAYER_LEAVEs")


@case("EST-SN-01a")
async def records_by_slot(stage: Stage) -> None:
    """A player who moves is told of by the slot of their PLAYER_JOIN."""
    watcher, peer = await stage.player(), await stage.player()
    slot = own_slot(peer)
    await peer.send(wire.commands(peer.last(codec.WorldState).tick + 4, wire.command(0, 0x5500, 0)))
    state = await watcher.until(
        codec.WorldState,
        lambda state: records(state).get(slot, PlayerState(0, 0, 0, 0, 0)).rotation == 0x55,
    )
    expect_that(slot in records(state), "there is no record")


@case("EST-SN-04a")
async def places_of_records(stage: Stage) -> None:
    """A record's x and y are the lower 16 bits of the place in 1/256 tile, of the same tick."""
    watcher, peer = await stage.player(), await stage.player()
    slot = own_slot(peer)
    states = await walk(peer, going(EAST, 6, 100))
    by_tick = {each.tick: each for each in states}
    last = max(by_tick)
    await watcher.until(codec.WorldState, lambda state: state.tick >= last)
    compared = 0
    for state in watcher.messages(codec.WorldState):
        record, head = records(state).get(slot), by_tick.get(state.tick)
        if record is None or head is None:
            continue
        place = ((head.x >> 2) & 0xFFFF, (head.y >> 2) & 0xFFFF, head.rotation >> 8)
        expect((record.x, record.y, record.rotation), place, f"the record at tick {state.tick}")
        compared += 1
    expect_that(compared >= 2, "who walked was hardly told of")


@case("EST-SN-04b")
async def flags_of_records(stage: Stage) -> None:
    """Who walks is MOVING, who leaps AIRBORNE, and who has stopped neither."""
    watcher, peer = await stage.player(), await stage.player()
    slot = own_slot(peer)
    at = peer.last(codec.WorldState).tick + 5
    leap = wire.command(0, 0, 0, codec.Button.JUMP)
    await peer.send(wire.commands(at, leap))
    await watcher.until(codec.WorldState, lambda state: state.tick >= at + 14)
    flags = [
        records(each)[slot].flags
        for each in watcher.messages(codec.WorldState)
        if slot in records(each) and each.tick >= at
    ]
    expect_that(bool(flags), "who leapt was not told of")
    expect(flags[0], codec.PlayerFlag.AIRBORNE, "the flags in the air")
    expect(flags[-1], 0, "the flags on the ground")


@case("EST-SN-07a")
async def one_full_snapshot(stage: Stage) -> None:
    """Only the first snapshot is FULL, as long as nobody asks for another."""
    peer = await stage.player()
    await ticks_later(peer, 10)
    flags = [is_full(each) for each in peer.messages(codec.WorldState)]
    expect((flags[0], any(flags[1:])), (True, False), "which snapshots are FULL")


@case("EST-SN-07b")
async def everybody_in_sight(stage: Stage) -> None:
    """A FULL snapshot lists who stands beside the client and does nothing."""
    first = await stage.player()
    slot = own_slot(first)
    _, place = await ticks_later(first, 2), body_of(first.last(codec.WorldState))
    second = await stage.player()
    here = body_of(second.last(codec.WorldState))
    held = ground_of(second).chunks
    if (place.x >> 14, place.y >> 14) not in held:
        raise Failed(f"two spawns lie too far apart: {place} and {here}")
    full = second.messages(codec.WorldState)[0]
    expect_that(slot in records(full), "who stands there is not listed")


@case("EST-SN-13a")
async def resync(stage: Stage) -> None:
    """After RESYNC the next snapshot is FULL."""
    peer = await stage.player()
    await ticks_later(peer, 2)
    await peer.settle()
    await peer.send(codec.Resync().encode())
    await peer.settle()
    state = await peer.until(codec.WorldState)
    expect_that(is_full(state), "the snapshot is not FULL")
    expect_that(not is_full(await peer.until(codec.WorldState)), "the one after it is FULL, too")


@case("EST-SN-13b")
async def resync_without_chunks(stage: Stage) -> None:
    """RESYNC sends no chunk again."""
    peer = await stage.player()
    await ticks_later(peer, 4)
    mark = len(peer.heard)
    await peer.send(codec.Resync().encode())
    await peer.until(codec.WorldState, is_full)
    await ticks_later(peer, 2)
    expect(len(peer.messages(codec.ChunkData, mark)), 0, "the number of chunks")


@case("EST-SN-08a")
async def who_is_in_a_chunk_that_comes(stage: Stage) -> None:
    """The snapshot after a CHUNK_DATA lists everybody in that chunk."""
    other, peer = await stage.player(), await stage.player()
    slot = own_slot(other)
    place = body_of(other.last(codec.WorldState))
    await ticks_later(peer, 3)
    chunk = (place.x >> 14, place.y >> 14)
    await peer.send(codec.ChunkRequest(*chunk).encode())
    await peer.until(codec.ChunkData, lambda data: (data.chunk_x, data.chunk_y) == chunk)
    state = await peer.until(codec.WorldState)
    expect_that(slot in records(state), "who stands in it is not listed")


@case("EST-SN-17b")
async def who_does_nothing_costs_nothing(stage: Stage) -> None:
    """Who neither moves nor turns is in no record after the first ones."""
    other, peer = await stage.player(), await stage.player()
    slot = own_slot(other)
    await ticks_later(peer, 6)
    mark = len(peer.heard)
    await ticks_later(peer, 10)
    told = [slot in records(each) for each in peer.messages(codec.WorldState, mark)]
    expect_that(not any(told), "who does nothing is told of")


@case("EST-SN-18a")
async def updates_for_all(stage: Stage) -> None:
    """A PLAYER_UPDATE goes to everybody when a player enters."""
    watcher = await stage.player()
    peer = await stage.player()
    me = own_id(peer)
    state = peer.messages(codec.WorldState)[0]
    update = await watcher.until(codec.PlayerUpdate, lambda update: update.player_id == me)
    expect((update.x, update.y, update.timestamp), (state.x, state.y, state.tick), "the update")


@case("EST-SN-05a")
async def chunks_around(stage: Stage) -> None:
    """Chunks come around the player, each once, and within the map."""
    peer = await stage.player()
    await ticks_later(peer, 10)
    entered = peer.last(codec.WorldEntered)
    places = [(each.chunk_x, each.chunk_y) for each in peer.messages(codec.ChunkData)]
    expect(len(set(places)), len(places), "how many different chunks came")
    wide, high = -(-entered.width // 16), -(-entered.height // 16)
    for x, y in places:
        expect_that(x < wide and y < high, f"the chunk {x},{y} is outside the map")
    stage.notes.append(f"{len(places)} chunks are in view")


@case("EST-SN-06a")
async def chunks_follow(stage: Stage) -> None:
    """Who walks far gets new chunks, and CHUNK_DROP for those left behind, held ones alone."""
    peer = await stage.player()
    await walk(peer, going(EAST, 30) + going(SOUTH, 30) + going(EAST, 60))
    await asyncio.sleep(0)
    held: set[tuple[int, int]] = set()
    for each in peer.heard:
        message = each.message
        if isinstance(message, codec.ChunkData):
            held.add((message.chunk_x, message.chunk_y))
        elif isinstance(message, codec.ChunkDrop):
            place = (message.chunk_x, message.chunk_y)
            expect_that(place in held, f"the chunk {place} is dropped and was not held")
            held.discard(place)
    state = peer.last(codec.WorldState)
    expect_that((state.x >> 14, state.y >> 14) in held, "the own chunk is not held")
    expect_that(len(held) <= MOST_IN_VIEW + 12, f"{len(held)} chunks are held")


@case("EST-MD-01a")
async def what_a_mode_tells_at_first(stage: Stage) -> None:
    """After WORLD_ENTERED come one MODE_STATE and one MODE_SCORES with full 1."""
    peer = await stage.player()
    states, scores = peer.messages(codec.ModeState), peer.messages(codec.ModeScores)
    expect_that(bool(states), "there is no MODE_STATE")
    expect([each.full for each in scores[:1]], [1], "full of the first MODE_SCORES")
    expect(states[-1].mode, peer.last(codec.WorldEntered).mode, "the mode")


@case("EST-MD-05a")
async def best_list(stage: Stage) -> None:
    """MODE_RECORDs, where there are any, count from 0 to one less than count says."""
    peer = await stage.player()
    lines = peer.messages(codec.ModeRecord)
    expect([each.index for each in lines], list(range(len(lines))), "the indexes")
    expect({each.count for each in lines} - {len(lines)}, set(), "other counts")
