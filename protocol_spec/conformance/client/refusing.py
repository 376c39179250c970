"""When a connection ends: who may come back, how, and who may not."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode
from protocol_spec.conformance.case import Category, Failed, Level, Unimplemented, Verdict
from protocol_spec.conformance.client.scene import LOGIN_SECONDS, Host, Scene, no_other_comes
from protocol_spec.conformance.client.village import TOKEN
from protocol_spec.conformance.peer import ABNORMAL_CLOSURE, title
from protocol_spec.conformance.stage import expect, expect_that

category = Category("refusing")
case = category.case

QUIET_SECONDS = 4.0
"""So long a client that may not come back is watched."""
RETURN_SECONDS = 15.0
SILENCE_SECONDS = 45.0
"""By then a client has given up a connection on which nothing came: three of the server's own
deadlines."""
ON_ITS_WAY_SECONDS = 0.5
"""What was sent before the ERROR came has arrived by then."""
AFTER_THE_END_SECONDS = 1.5


async def stays_away(scene: Scene, code: ErrorCode) -> None:
    peer = await scene.playing()
    await peer.settle()
    await scene.end(peer, code, "a conformance test")
    await no_other_comes(scene, QUIET_SECONDS)


@case("C-EST-AU-10a")
async def taken_over(scene: Scene) -> None:
    """It does not come back by itself after TAKEN_OVER."""
    await stays_away(scene, ErrorCode.TAKEN_OVER)


@case("C-EST-AU-10b")
async def kicked(scene: Scene) -> None:
    """Nor after KICKED."""
    await stays_away(scene, ErrorCode.KICKED)


@case("C-EST-AU-10c")
async def banned(scene: Scene) -> None:
    """Nor after BANNED, which may be the answer to AUTH."""
    peer = await scene.greeted()
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
    await scene.end(peer, ErrorCode.BANNED, "a conformance test")
    await no_other_comes(scene, QUIET_SECONDS)


@case("C-EST-AU-10d")
async def logged_out(scene: Scene) -> None:
    """Nor after LOGGED_OUT."""
    await stays_away(scene, ErrorCode.LOGGED_OUT)


@case("C-EST-LM-03a")
async def refused_at_the_door(scene: Scene) -> None:
    """It is ready for TOO_MANY_CONNECTIONS before it has sent HELLO."""
    peer = await scene.client()
    await scene.end(peer, ErrorCode.TOO_MANY_CONNECTIONS)
    expect(peer.messages(codec.Auth), [], "the AUTHs that came all the same")


@case("C-EST-HS-03b")
async def version_refused(scene: Scene) -> None:
    """VERSION_UNSUPPORTED ends it in good order."""
    peer = await scene.client()
    await peer.until(codec.Hello, seconds=LOGIN_SECONDS)
    await scene.end(peer, ErrorCode.VERSION_UNSUPPORTED)


@case("C-EST-ER-02a")
async def unknown_end(scene: Scene) -> None:
    """A fatal ERROR with a code that it does not know ends it in good order."""
    peer = await scene.playing()
    await peer.settle()
    await scene.end_ticks()
    await peer.send(codec.Error(700, 1, 0, 0, "of a later version").encode())
    await peer.connection.close(4700, "LATER")
    peer.judge_close(Verdict.OK, f"closed with {await peer.closed()}")


@case("C-EST-ER-02b", Level.SHOULD)
async def nothing_after_the_end(scene: Scene) -> None:
    """After a fatal ERROR it sends nothing more."""
    peer = await scene.playing()
    await peer.settle()
    await scene.end_ticks()
    await peer.send(codec.Error(ErrorCode.INTERNAL, 1, 0, 0, "").encode())
    await asyncio.sleep(ON_ITS_WAY_SECONDS)
    mark = len(peer.heard)
    await asyncio.sleep(AFTER_THE_END_SECONDS)
    late = sorted({title(each.message) for each in peer.heard[mark:]})
    peer.lose()
    expect(late, [], "what still came")


@case("C-EST-LV-04a", Level.SHOULD, lasts_seconds=SILENCE_SECONDS)
async def silent_servers(scene: Scene) -> None:
    """It gives a connection up on which nothing comes any more."""
    if await _given_up(scene) is None:
        raise Failed(f"it is still there after {SILENCE_SECONDS:g} s")


@case("C-EST-RS-04a", lasts_seconds=SILENCE_SECONDS + RETURN_SECONDS)
async def silence_and_return(scene: Scene) -> None:
    """Who gives up a silent connection and comes back sent no close frame on it."""
    peer = await _given_up(scene)
    if peer is None:
        raise Unimplemented("it does not give up a silent connection")
    try:
        again = await scene.client(RETURN_SECONDS)
    except Failed:
        raise Unimplemented("it does not come back by itself") from None
    again.lose()
    expect(peer.close_code, ABNORMAL_CLOSURE, "how it closed the silent connection")


@case("C-EST-RS-01a", Level.MAY)
async def back_after_a_loss(scene: Scene) -> None:
    """After a lost connection it comes back by RESUME."""
    peer = await scene.playing()
    await peer.settle()
    await scene.end_ticks()
    peer.lose()
    try:
        again = await scene.client(RETURN_SECONDS)
    except Failed:
        raise Failed("it does not come back by itself") from None
    await scene.greet(again)
    auth = await again.until(codec.Auth, seconds=LOGIN_SECONDS)
    expect(auth.method, AuthMethod.RESUME, "the method")
    await again.send(scene.auth_ok())
    await scene.enter(again)
    await again.settle()


@case("C-EST-RS-02a")
async def newest_token(scene: Scene) -> None:
    """It comes back by the token of the newest AUTH_OK, also of one that came in the world."""
    peer = await scene.playing()
    await peer.send(scene.auth_ok(token=TOKEN[::-1]))
    await peer.settle()
    await scene.end_ticks()
    peer.lose()
    try:
        again = await scene.client(RETURN_SECONDS)
    except Failed:
        raise Unimplemented("it does not come back by itself") from None
    await scene.greet(again)
    auth = await again.until(codec.Auth, seconds=LOGIN_SECONDS)
    if auth.method != AuthMethod.RESUME:
        raise Unimplemented("it does not come back by RESUME")
    expect(auth.secret, TOKEN[::-1], "the token")
    await again.send(scene.auth_ok())
    await scene.enter(again)
    await again.settle()


@case("C-EST-EW-02a")
async def another_world(scene: Scene) -> None:
    """When it is back, at WORLD_ENTERED, it has forgotten the chunks of before."""
    peer = await scene.playing()
    await peer.settle()
    await scene.end_ticks()
    peer.lose()
    try:
        again = await scene.client(RETURN_SECONDS)
    except Failed:
        raise Unimplemented("it does not come back by itself") from None
    await scene.greet(again)
    await again.until(codec.Auth, seconds=LOGIN_SECONDS)
    await again.send(scene.auth_ok())
    await again.until(codec.EnterWorld, seconds=LOGIN_SECONDS)
    without_chunks = [each for each in scene.greeting()[0] if each[0] != codec.ChunkData.TYPE]
    # Of a chunk that it forgot it does not miss a change.
    missed = codec.ChunkEdit(0, 0, 500, 501, codec.CellChange(0, 1).pack()).encode()
    await again.send(*without_chunks, missed)
    await again.settle()
    expect(len(again.messages(codec.ChunkRequest)), 0, "how often it asks for the old chunk")


@case("C-EST-ER-08a", Level.SHOULD)
async def longer_waits(scene: Scene) -> None:
    """Who comes back by itself waits longer from try to try."""
    peer = await scene.playing()
    await peer.settle()
    await scene.end_ticks()
    peer.lose()
    times = []
    try:
        for _ in range(3):
            again = await scene.client(RETURN_SECONDS)
            times.append(again.opened)
            again.lose()
    except Failed:
        scene.notes.append("it does not come back by itself")
        return
    waits = [b - a for a, b in pairwise(times)]
    expect_that(waits[1] >= waits[0] * 0.9, f"it waits {waits[0]:.1f} s, then {waits[1]:.1f} s")


async def _given_up(scene: Scene) -> Host | None:
    """A connection that the client ended because nothing came any more; None where it did not."""
    peer = await scene.playing()
    await peer.settle()
    await scene.end_ticks()
    peer.fall_silent()
    try:
        await peer.cut_off(SILENCE_SECONDS)
    except Failed:
        peer.lose()
        return None
    return peer
