"""Ticks, PING and PONG, and who is still there."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed
from protocol_spec.conformance.course import own_id, ticks_later
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.stage import Stage, expect, expect_that

category = Category("time")
case = category.case

PING_SECONDS, SILENCE_SECONDS = 15, 10
LATER_SECONDS = 2.5
"""The server looks once a second, and the line takes its time."""
GREATEST = 0xFFFFFFFF


@case("EST-TM-02a")
async def pings(stage: Stage) -> None:
    """PING is answered by PONG with the same token, whatever its bits."""
    peer = await stage.connect()
    for token in (0, 1, 0x80000000, GREATEST):
        await peer.send(wire.ping(token))
        expect((await peer.until(codec.Pong)).token, token, "the token")


@case("EST-TM-02b")
async def pings_in_a_world(stage: Stage) -> None:
    """Each of ten PINGs in a world is answered once, in their order."""
    peer = await stage.player()
    await peer.send(*(wire.ping(token) for token in range(10)))
    await peer.settle()
    tokens = [each.token for each in peer.messages(codec.Pong)]
    expect(tokens[:10], list(range(10)), "the tokens")
    expect(len(tokens), 11, "the number of answers")


@case("EST-TM-02c")
async def pings_at_once(stage: Stage) -> None:
    """PING is answered at once, not with the next tick: two in a row are, within one tick."""
    peer = await stage.player()
    before = -1
    for _ in range(60):
        await peer.settle()
        tick = peer.last(codec.Pong).tick
        if tick == before:
            return
        before = tick
    raise Failed("60 PINGs, one after the other, were answered in 60 ticks")


@case("EST-TM-02d")
async def pongs_unasked(stage: Stage) -> None:
    """A PONG that nobody asked for is not answered, and does no harm."""
    peer = await stage.greeted()
    await peer.send(codec.Pong(5, GREATEST, 0xFFFF).encode())
    expect(await peer.settle(), [], "the answer")


@case("EST-TM-03a")
async def tick_of_a_pong(stage: Stage) -> None:
    """PONG's tick is the last one done: that of the WORLD_STATE before it."""
    peer = await stage.player()
    for _ in range(8):
        await peer.settle()
        await peer.until(codec.WorldState)
    last = None
    for each in peer.heard:
        message = each.message
        if isinstance(message, codec.WorldState):
            last = message.tick
        elif isinstance(message, codec.Pong) and last is not None:
            expect(message.tick, last, "the tick of a PONG after that snapshot")


@case("EST-TM-03b")
async def phase_of_a_pong(stage: Stage) -> None:
    """PONG's phase grows within a tick."""
    peer = await stage.player()
    for _ in range(40):
        await peer.settle()
        await asyncio.sleep(0.005)
    pongs = peer.messages(codec.Pong)
    phases = {each.phase for each in pongs}
    expect_that(len(phases) > 5, f"there are only the phases {sorted(phases)}")
    for before, after in pairwise(pongs):
        if before.tick == after.tick:
            expect_that(before.phase <= after.phase, "the phase went back within a tick")
        else:
            expect_that(before.tick < after.tick, "the tick went back")


@case("EST-TM-03c")
async def tick_in_the_lobby(stage: Stage) -> None:
    """In the lobby it is the tick of the first world, which goes on."""
    peer, player = await stage.lobby(), await stage.player()
    await peer.settle()
    await player.settle()
    here, there = peer.last(codec.Pong), player.last(codec.Pong)
    expect_that(0 <= there.tick - here.tick <= 40, f"they are at {here.tick} and {there.tick}")


@case("EST-TM-06a")
async def tick_rate(stage: Stage) -> None:
    """In two seconds there are as many ticks as tick_rate says, or fewer where it is late."""
    peer = await stage.player()
    rate = peer.last(codec.Welcome).tick_rate
    first = await ticks_later(peer, 1)
    began = peer.heard[-1].at
    last = await ticks_later(peer, 2 * rate)
    lasted = peer.heard[-1].at - began
    done = last.tick - first.tick
    most = lasted * rate * 1.05 + 6
    expect_that(done <= most, f"{done} ticks in {lasted:.2f} s")
    stage.notes.append(f"{done} ticks in {lasted:.2f} s")


@case("EST-TM-05a")
async def lead(stage: Stage) -> None:
    """lead tells how many ticks ahead of the snapshot's tick the newest command was."""
    peer = await stage.player()
    await peer.settle()
    at = peer.last(codec.WorldState).tick + 10
    await peer.send(wire.commands(at, wire.command(0, 0, 0)))
    await peer.settle()
    for _ in range(4):
        state = await peer.until(codec.WorldState)
        expect(state.lead, at - state.tick, f"lead at tick {state.tick}")


@case("EST-TM-05b")
async def negative_lead(stage: Stage) -> None:
    """After the newest command's tick lead goes below 0, down to -128 and no further."""
    peer = await stage.player()
    await peer.settle()
    at = peer.last(codec.WorldState).tick + 4
    await peer.send(wire.commands(at, wire.command(0, 0, 0)))
    state = await peer.until(codec.WorldState, lambda state: state.tick >= at + 3)
    expect(state.lead, at - state.tick, "lead")
    state = await peer.until(codec.WorldState, lambda state: state.tick >= at + 132)
    expect(state.lead, -128, "lead after 132 ticks")


@case("EST-TM-04a")
async def a_ping_each_second(stage: Stage) -> None:
    """PINGs that come every second are answered for as long as they come."""
    peer = await stage.lobby()
    for _ in range(3):
        await peer.settle()
        await asyncio.sleep(1)
    await peer.settle()


async def asked(peer: Client, since: float) -> float:
    """Waits for the PING that 15 seconds of silence bring; when it came, on the loop's clock.

    A server may send PINGs at other times as well: they are none of this.
    """
    latest = since + PING_SECONDS + LATER_SECONDS
    while True:
        for each in peer.heard:
            if isinstance(each.message, codec.Ping) and since + PING_SECONDS - 0.5 <= each.at:
                expect_that(each.at <= latest, f"it came after {each.at - since:.1f} s")
                return each.at
        left = latest + 1 - asyncio.get_running_loop().time()
        try:
            await peer.until(codec.Ping, seconds=max(left, 0.001))
        except Failed:
            if peer.is_closed:
                raise
            silence = PING_SECONDS + LATER_SECONDS
            raise Failed(f"no PING came within {silence} s of silence") from None


async def silence_begins(peer: Client) -> float:
    await peer.settle()
    return asyncio.get_running_loop().time()


@case("EST-LV-02a", lasts_seconds=18)
async def asked_after_silence(stage: Stage) -> None:
    """After 15 seconds of silence the server sends a PING."""
    peer = await stage.lobby()
    await asked(peer, await silence_begins(peer))


@case("EST-LV-01a", lasts_seconds=18)
async def websocket_pings_are_no_life(stage: Stage) -> None:
    """WebSocket pings are no sign of life: the server's PING comes all the same."""
    peer = await stage.lobby()
    began = await silence_begins(peer)
    for _ in range(PING_SECONDS - 1):
        await (await peer.connection.ping())
        await asyncio.sleep(1)
    await asked(peer, began)


@case("EST-LV-01b", lasts_seconds=20)
async def any_message_is_life(stage: Stage) -> None:
    """Any binary message is one, also one of a type that is skipped."""
    peer = await stage.lobby()
    for _ in range(9):
        await peer.send(wire.frame(0xC0))
        await asyncio.sleep(2)
    await peer.settle()
    expect(peer.messages(codec.Ping), [], "the server's PINGs")


@case("EST-LV-02b", lasts_seconds=32)
async def who_answers_stays(stage: Stage) -> None:
    """Who answers the PING with PONG stays, and is asked again 15 seconds later."""
    peer = await stage.player()
    await asked(peer, await silence_begins(peer))
    token = peer.last(codec.Ping).token
    await peer.send(codec.Pong(token, 0, 0).encode())
    await asked(peer, asyncio.get_running_loop().time())


@case("EST-LV-03a", lasts_seconds=29)
async def silent(stage: Stage) -> None:
    """After 10 more seconds without a word it ends the connection with SILENT."""
    peer = await stage.lobby()
    was_asked = await asked(peer, await silence_begins(peer))
    await peer.ended(ErrorCode.SILENT, seconds=SILENCE_SECONDS + LATER_SECONDS + 2)
    lasted = peer.heard[-1].at - was_asked
    is_in_time = SILENCE_SECONDS - 1.5 <= lasted <= SILENCE_SECONDS + LATER_SECONDS
    expect_that(is_in_time, f"it came {lasted:.1f} s after the PING")


@case("EST-RS-04c", lasts_seconds=29)
async def back_after_silence(stage: Stage) -> None:
    """Who was ended with SILENT may come back by the token."""
    first = await stage.player()
    await first.ended(ErrorCode.SILENT, seconds=PING_SECONDS + SILENCE_SECONDS + LATER_SECONDS + 2)
    peer = await stage.come_back(first.last(codec.AuthOk).resume_token, AuthMethod.RESUME)
    expect(own_id(peer), own_id(first), "the player_id")
