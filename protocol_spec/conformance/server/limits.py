"""Too much of everything, and refusals that are not the end."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Unimplemented
from protocol_spec.conformance.course import EAST, body_of, ground_of, own_id, ticks_later
from protocol_spec.conformance.ground import Wish
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.stage import Stage, expect, expect_that, new_name

category = Category("limits")
case = category.case

BURST = 120
REFILL_SECONDS = 2.2
"""In this time a whole burst is there again, at 60 a second."""
SLACK = 6
"""So many more may be there again while a message is on its way."""
PER_ADDRESS = 10
"""Connections from one address elsewhere."""
HERE = ("127.0.0.1", "localhost", "::1")


async def flooded(peer: Client, count: int) -> tuple[int, int]:
    """Sends so many PINGs in one message: how many were answered, and how many ERRORs came.

    What comes later than a PING behind them is no part of it; that PING may be over the limit, so
    the wait is for what the server says last.
    """
    before = len(peer.heard)
    await peer.send(*(wire.ping(token) for token in range(count)))
    await peer.until(codec.Error)
    return len(peer.messages(codec.Pong, before)), len(peer.messages(codec.Error, before))


async def rested(stage: Stage) -> Client:
    """In the lobby, with a whole burst before them."""
    peer = await stage.lobby()
    await asyncio.sleep(REFILL_SECONDS)
    return peer


@case("EST-LM-01a")
async def one_over_the_limit(stage: Stage) -> None:
    """The first frame over the limit gets a RATE_LIMITED that is not fatal."""
    peer = await rested(stage)
    answered, _ = await flooded(peer, BURST + 10)
    error = peer.last(codec.Error)
    expect((ErrorCode(error.code), error.fatal), (ErrorCode.RATE_LIMITED, 0), "the refusal")
    expect(error.message, codec.Ping.TYPE, "the message that was refused")
    expect(answered, BURST, "how many PINGs were answered")


@case("EST-LM-01b")
async def told_once(stage: Stage) -> None:
    """The others over the limit are dropped without a word."""
    peer = await rested(stage)
    await flooded(peer, BURST + 50)
    await asyncio.sleep(0.2)
    await peer.settle()
    expect(len(peer.messages(codec.Error)), 1, "the number of ERRORs")
    expect(len(peer.messages(codec.Pong)) - 1, BURST, "how many PINGs were answered")


@case("EST-LM-01c")
async def far_over_the_limit(stage: Stage) -> None:
    """The one after 120 of them gets a fatal RATE_LIMITED."""
    peer = await rested(stage)
    await peer.send(*(wire.ping(token) for token in range(2 * BURST + 20)))
    await peer.ended(ErrorCode.RATE_LIMITED, message=codec.Ping.TYPE)
    expect(len(peer.messages(codec.Error)), 2, "the number of ERRORs")


@case("EST-LM-01d")
async def not_that_far_over_the_limit(stage: Stage) -> None:
    """Before that nobody is thrown out."""
    peer = await rested(stage)
    await flooded(peer, 2 * BURST - 2)
    await asyncio.sleep(0.5)
    await peer.settle()


@case("EST-LM-01e")
async def skipped_messages_count(stage: Stage) -> None:
    """Messages that are skipped count like any other."""
    peer = await rested(stage)
    frames = [wire.frame(0xC0 + n % 0x40) for n in range(BURST - 10)]
    await peer.send(*frames)
    answered, _ = await flooded(peer, 40)
    expect_that(10 <= answered <= 10 + SLACK, f"{answered} PINGs were answered, not 10")


@case("EST-LM-01f")
async def pongs_count(stage: Stage) -> None:
    """So do PONGs."""
    peer = await rested(stage)
    await peer.send(*[codec.Pong(0, 0, 0).encode()] * (BURST - 10))
    answered, _ = await flooded(peer, 40)
    expect_that(10 <= answered <= 10 + SLACK, f"{answered} PINGs were answered, not 10")


@case("EST-LM-01g")
async def what_is_over_is_not_done(stage: Stage) -> None:
    """What is over the limit is not carried out."""
    peer = await stage.player()
    await asyncio.sleep(REFILL_SECONDS)
    text = f"too much {new_name()}"
    pings = [wire.ping(token) for token in range(BURST + 2)]
    await peer.send(*pings, wire.chat(text))
    await peer.refused(ErrorCode.RATE_LIMITED)
    await ticks_later(peer, 3)
    lines = [each for each in peer.messages(codec.ChatMessage) if each.text == text]
    expect(lines, [], "the lines that were heard")


@case("EST-LM-01h")
async def quiet_again(stage: Stage) -> None:
    """Who is quiet until half of the burst is there again starts afresh: told once more."""
    peer = await rested(stage)
    for _ in range(2):
        await flooded(peer, BURST + 100)
        await asyncio.sleep(REFILL_SECONDS)
        await peer.settle()
    expect(peer.errors(), [ErrorCode.RATE_LIMITED] * 2, "the refusals")


@case("EST-LM-01i")
async def inputs_at_twice_the_rate(stage: Stage) -> None:
    """Who sends forty INPUTs a second for two seconds is within the limits."""
    peer = await stage.player()
    for _ in range(40):
        state = await peer.until(codec.WorldState)
        for ahead in (3, 4):
            await peer.send(wire.commands(state.tick + ahead, wire.command(0, 0, 0)))
    await peer.settle()


@case("EST-LM-02a")
async def many_from_this_machine(stage: Stage) -> None:
    """Connections from the server's own machine are not counted."""
    if urlsplit(stage.url).hostname not in HERE:
        raise Unimplemented("the server is not on this machine")
    # Let in, each in its own time: who is not within five seconds is closed for that.
    peers = [await stage.lobby() for _ in range(PER_ADDRESS + 5)]
    for peer in peers:
        await peer.settle()


@case("EST-ER-01a")
async def after_a_refusal(stage: Stage) -> None:
    """After a refusal that is not fatal everything goes on: one walks as before."""
    peer = await stage.player()
    await peer.send(wire.chat(""))
    error = await peer.refused(ErrorCode.CHAT_EMPTY)
    expect(error.message, codec.ChatMessage.TYPE, "the message that was refused")
    await peer.settle()
    before = peer.last(codec.WorldState)
    at = before.tick + 6
    await peer.send(wire.commands(at, wire.command(EAST)))
    state = await peer.until(codec.WorldState, lambda state: state.tick >= at)
    expect(state.input_tick, at, "input_tick")
    course = ground_of(peer).foresee(body_of(before), [Wish(EAST, 255)])
    expect(body_of(state), course[-1], "the place")


@case("EST-ER-06a")
async def when_to_try_again(stage: Stage) -> None:
    """retry_after_ms is 0 where waiting is of no use."""
    peer = await stage.greeted()
    await peer.send(wire.auth("x"))
    error = await peer.refused(ErrorCode.NAME_TOO_SHORT)
    expect(error.retry_after_ms, 0, "retry_after_ms")


@case("EST-ID-03a")
async def numbers_are_the_servers(stage: Stage) -> None:
    """Whoever claims another's number in chat and whisper speaks as themselves."""
    one, two = await stage.player(), await stage.player()
    text = f"who am I {new_name()}"
    await two.send(wire.chat(text, player_id=own_id(one)))
    line = await one.until(codec.ChatMessage, lambda chat: chat.text == text)
    expect(line.player_id, own_id(two), "the speaker")


@case("EST-ID-03b")
async def commands_of_ones_own_body(stage: Stage) -> None:
    """INPUT moves nobody but its sender."""
    one, two = await stage.player(), await stage.player()
    await one.settle()
    place = body_of(one.last(codec.WorldState))
    at = two.last(codec.WorldState).tick + 4
    await two.send(wire.commands(at, *[wire.command(EAST)] * 8))
    await two.until(codec.WorldState, lambda state: state.tick >= at + 9)
    state = await one.until(codec.WorldState, lambda state: state.tick >= at + 9)
    expect(body_of(state), place, "the place of who sent nothing")
