"""Ends that are not the client's: of who does not read, who does not hang up, and of the server."""

from __future__ import annotations

import asyncio
from functools import partial

from websockets.asyncio.client import ClientConnection

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode, LeaveReason
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import LAST, Category, Failed
from protocol_spec.conformance.course import own_id
from protocol_spec.conformance.ground import Ground
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.stage import Stage, expect, expect_that

category = Category("endings")
case = category.case

NARROW_BYTES = 4096
"""A receive buffer that holds next to nothing: what is not read stays with the server."""
REQUESTS_A_SECOND = 50
"""Below the limit of messages; each brings a chunk anew."""
CUT_SECONDS = 60.0
"""Until a slow reader is gone: the buffers on the way fill up, then 5 seconds pass."""
LINGER_SECONDS, LATER_SECONDS = 1.0, 1.5
STOP_SECONDS = 10.0


async def narrow_player(stage: Stage) -> Client:
    """In the first world, with a socket that holds little."""
    peer = await stage.connect(receive_buffer=NARROW_BYTES)
    await stage.log_in(peer)
    await stage.enter(peer)
    return peer


async def ask_without_end(peer: Client) -> None:
    """For the chunks around the player, over and over."""
    places = sorted(Ground(each.message for each in peer.heard).chunks)
    if not places:
        raise Failed("no chunk came")
    while True:
        for place in places:
            await peer.send(codec.ChunkRequest(*place).encode())
            await asyncio.sleep(1 / REQUESTS_A_SECOND)


async def cut_for_not_reading(stage: Stage, witness: Client) -> Client:
    """A player who reads no more, after the server has cut them off."""
    peer = await narrow_player(stage)
    me = own_id(peer)
    peer.connection.transport.pause_reading()
    asking = asyncio.create_task(ask_without_end(peer))
    try:
        gone = await witness.until(
            codec.PlayerLeave, lambda each: each.player_id == me, seconds=CUT_SECONDS
        )
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        peer.connection.transport.resume_reading()
    expect(gone.reason, LeaveReason.LOST, "the reason of the PLAYER_LEAVE")
    return peer


@case("EST-SN-12a", lasts_seconds=CUT_SECONDS)
async def slow_reader(stage: Stage) -> None:
    """Who reads nothing is cut off: no ERROR, no close frame. Others lose no tick by it."""
    witness = await stage.player()
    peer = await cut_for_not_reading(stage, witness)
    await peer.cut_off()
    expect(peer.errors(), [], "the ERRORs")
    expect_that(peer.connection.protocol.close_rcvd is None, "a close frame came")
    ticks = [each.tick for each in witness.messages(codec.WorldState)]
    expect(ticks, list(range(ticks[0], ticks[-1] + 1)), "the ticks of another player's snapshots")


@case("EST-SN-12b", lasts_seconds=CUT_SECONDS)
async def slow_reader_comes_back(stage: Stage) -> None:
    """Who was cut off for not reading may resume."""
    peer = await cut_for_not_reading(stage, await stage.player())
    await peer.cut_off()
    token = peer.last(codec.AuthOk).resume_token
    again = await stage.come_back(token, AuthMethod.RESUME)
    expect(own_id(again), own_id(peer), "the player_id")
    await stage.enter(again)


class Stubborn(ClientConnection):
    """Hears a close frame and does not answer it."""

    closed_at = 0.0
    """When it came, on the loop's clock."""

    def send_data(self) -> None:
        if self.protocol.close_rcvd is None:
            super().send_data()
        elif not self.closed_at:
            self.closed_at = asyncio.get_running_loop().time()


@case("EST-ER-04a")
async def close_unanswered(stage: Stage) -> None:
    """Who does not answer the close frame is cut off a second later."""
    peer = await stage.connect(kind=Stubborn)
    await peer.send(wire.frame(0))
    await peer.ended(ErrorCode.UNKNOWN_TYPE)
    assert isinstance(peer.connection, Stubborn)
    lasted = asyncio.get_running_loop().time() - peer.connection.closed_at
    is_in_time = LINGER_SECONDS / 2 <= lasted <= LINGER_SECONDS + LATER_SECONDS
    expect_that(is_in_time, f"it was cut off after {lasted:.1f} s")


async def broken_off(stage: Stage, kind: type[ClientConnection]) -> Client:
    """A player whom the server closed without an ERROR, for a message that is not even read."""
    peer = await stage.connect(kind=kind)
    await stage.log_in(peer)
    await stage.enter(peer)
    peer.claim(wire.LARGEST_READ + 1)
    await peer.closed_with(wire.MESSAGE_TOO_BIG)
    return peer


@case("EST-RS-04e")
async def broken_off_for_good(stage: Stage) -> None:
    """After a close that the server began without an ERROR it is no good, answered or not."""
    for kind in (ClientConnection, Stubborn):
        token = (await broken_off(stage, kind)).last(codec.AuthOk).resume_token
        peer = await stage.greeted()
        await peer.send(wire.auth(method=AuthMethod.RESUME, secret=token))
        await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-ID-07e")
async def broken_off_is_removed(stage: Stage) -> None:
    """Whom the server closes without an ERROR is REMOVED, whether they answer that or not."""
    watcher = await stage.player()
    for kind in (ClientConnection, Stubborn):
        me = own_id(await broken_off(stage, kind))
        gone = await watcher.until(codec.PlayerLeave, partial(is_about, me))
        expect(gone.reason, LeaveReason.REMOVED, "the reason of the PLAYER_LEAVE")


def is_about(player_id: int, message: codec.PlayerLeave) -> bool:
    return message.player_id == player_id


@case("EST-ER-07a", turn=LAST)
async def server_stops(stage: Stage) -> None:
    """At its shutdown the server tells everybody SERVER_STOPPING and closes with 4050."""
    peers = [await stage.greeted(), await stage.lobby(), await stage.player()]
    await stage.stop_server()
    for peer in peers:
        await peer.ended(ErrorCode.SERVER_STOPPING, seconds=STOP_SECONDS)
