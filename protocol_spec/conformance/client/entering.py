"""The way into a world, as a client goes it."""

from __future__ import annotations

import struct

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed, Level, Unimplemented
from protocol_spec.conformance.client.scene import LOGIN_SECONDS, Scene
from protocol_spec.conformance.client.village import TICK_RATE
from protocol_spec.conformance.peer import title
from protocol_spec.conformance.stage import expect, expect_that

category = Category("entering")
case = category.case

LATER = b"\x07\x00\x00\xff of a later version"


def longer(frame: bytes) -> bytes:
    return wire.frame(frame[0], frame[3:] + LATER)


@case("C-EST-TR-01a")
async def path(scene: Scene) -> None:
    """The client opens the path /ws."""
    peer = await scene.client()
    request = peer.request
    assert request is not None
    expect(request.path.partition("?")[0], "/ws", "the path")
    await scene.greet(peer)


@case("C-EST-TR-02a", Level.SHOULD)
async def subprotocol(scene: Scene) -> None:
    """It offers the subprotocol estragon.v1."""
    peer = await scene.client()
    expect(peer.connection.subprotocol, codec.SUBPROTOCOL, "the subprotocol")
    await scene.greet(peer)


@case("C-EST-TR-08a", Level.SHOULD)
async def no_origin(scene: Scene) -> None:
    """A client that is no browser sends no Origin."""
    peer = await scene.client()
    request = peer.request
    assert request is not None
    agent = request.headers.get("User-Agent", "")
    if "Mozilla" not in agent:
        expect(request.headers.get("Origin"), None, "the Origin")
    await scene.greet(peer)


@case("C-EST-HS-01a")
async def hello_first(scene: Scene) -> None:
    """HELLO is the first message, save for PING and PONG."""
    peer = await scene.client()
    await peer.until(codec.Hello, seconds=LOGIN_SECONDS)
    kinds = [each for each in peer.heard if not isinstance(each.message, codec.Ping | codec.Pong)]
    expect(title(kinds[0].message), "HELLO", "the first message")
    await peer.send(scene.welcome())


@case("C-EST-HS-02a")
async def magic(scene: Scene) -> None:
    """Its magic is ESTR, in network byte order."""
    hello = await scene.greet(await scene.client())
    expect(hello.magic, codec.MAGIC, "the magic")


@case("C-EST-HS-03a")
async def versions(scene: Scene) -> None:
    """Its range of versions holds at least one, and the one that is tested here."""
    hello = await scene.greet(await scene.client())
    spoken = range(hello.lowest_version, hello.highest_version + 1)
    expect_that(codec.PROTOCOL_VERSION in spoken, f"it speaks {list(spoken)}")


@case("C-EST-HS-04a")
async def features(scene: Scene) -> None:
    """It sends 0 in features."""
    expect((await scene.greet(await scene.client())).features, 0, "the features")


@case("C-EST-HS-05a")
async def schema_hash(scene: Scene) -> None:
    """Its schema hash is that of the layouts, or 0."""
    hello = await scene.greet(await scene.client())
    expect_that(hello.schema_hash in (0, codec.SCHEMA_HASH), f"it is {hello.schema_hash:08x}")


@case("C-EST-HS-05b")
async def other_schema(scene: Scene) -> None:
    """A server with another schema hash is no reason to go."""
    welcome = codec.Welcome(1, 0, 0xDEADBEEF, TICK_RATE, 1000, 60, 500, "other").encode()
    peer = await scene.greeted(welcome=welcome)
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)


@case("C-EST-ST-01a")
async def auth_after_welcome(scene: Scene) -> None:
    """It sends nothing but PING and PONG between HELLO and WELCOME."""
    peer = await scene.client()
    await peer.until(codec.Hello, seconds=LOGIN_SECONDS)
    came = [each for each in await peer.settle() if not isinstance(each, codec.Ping | codec.Pong)]
    expect([title(each) for each in came], [], "what came before WELCOME")
    await peer.send(scene.welcome())
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)


@case("C-EST-ST-01b")
async def world_after_auth(scene: Scene) -> None:
    """It sends nothing but PING and PONG between AUTH and AUTH_OK."""
    peer = await scene.greeted()
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
    came = [each for each in await peer.settle() if not isinstance(each, codec.Ping | codec.Pong)]
    expect([title(each) for each in came], [], "what came before AUTH_OK")
    await peer.send(scene.auth_ok())
    await peer.until(codec.EnterWorld, seconds=LOGIN_SECONDS)


@case("C-EST-ST-02a")
async def play_after_entering(scene: Scene) -> None:
    """It sends no INPUT, CHAT_MESSAGE or RESYNC before WORLD_ENTERED."""
    peer = await scene.let_in()
    await peer.until(codec.EnterWorld, seconds=LOGIN_SECONDS)
    came = [each for each in await peer.settle() if not isinstance(each, codec.Ping | codec.Pong)]
    expect([title(each) for each in came], [], "what came before WORLD_ENTERED")
    for batch in scene.greeting():
        await peer.send(*batch)
    await peer.settle()


@case("C-EST-AU-02a")
async def method(scene: Scene) -> None:
    """AUTH has a method that the protocol knows."""
    peer = await scene.greeted()
    auth = await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
    known = {int(each) for each in AuthMethod}
    expect_that(auth.method in known, f"the method is {auth.method}")


@case("C-EST-AU-02b", Level.SHOULD)
async def guests_secret(scene: Scene) -> None:
    """A guest's secret is empty."""
    peer = await scene.greeted()
    auth = await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
    if auth.method != AuthMethod.GUEST:
        raise Unimplemented("it comes as no guest")
    expect(auth.secret, b"", "a guest's secret")


@case("C-EST-AU-03a", Level.MAY)
async def refused_name(scene: Scene) -> None:
    """After NAME_IN_USE the client stays, to try another name."""
    peer = await scene.greeted()
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
    error = codec.Error(ErrorCode.NAME_IN_USE, 0, codec.Auth.TYPE, 0, "")
    await peer.send(error.encode())
    try:
        await peer.settle()
    except Failed:
        peer.lose()
        raise Failed("it gives up") from None


@case("C-EST-AU-06a")
async def auth_ok_again(scene: Scene) -> None:
    """AUTH_OK that comes again in the world, with another name, is taken."""
    peer = await scene.playing()
    mark = len(peer.heard)
    await peer.send(scene.auth_ok("Another"))
    await peer.settle()
    expect(len(peer.messages(codec.EnterWorld, mark)), 0, "how often it wants to enter again")


@case("C-EST-FR-06a")
async def longer_messages(scene: Scene) -> None:
    """Fields of a later version, at the end of each message, are ignored."""
    peer = await scene.client()
    await peer.until(codec.Hello, seconds=LOGIN_SECONDS)
    await peer.send(longer(scene.welcome()))
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
    await peer.send(longer(scene.auth_ok()))
    await peer.until(codec.EnterWorld, seconds=LOGIN_SECONDS)
    for batch in scene.greeting():
        await peer.send(*(longer(each) for each in batch))
    await peer.settle()


@case("C-EST-FR-08a")
async def one_frame_a_message(scene: Scene) -> None:
    """It does not rely on how frames are put together: each in a message of its own."""
    peer = await scene.let_in()
    await peer.until(codec.EnterWorld, seconds=LOGIN_SECONDS)
    for batch in scene.greeting():
        for each in batch:
            await peer.send(each)
    await peer.settle()


@case("C-EST-FR-08b")
async def many_frames_a_message(scene: Scene) -> None:
    """WELCOME and a PING in one message are both heard."""
    peer = await scene.client()
    await peer.until(codec.Hello, seconds=LOGIN_SECONDS)
    await peer.send(scene.welcome(), wire.ping(99))
    await peer.until(codec.Pong, lambda pong: pong.token == 99)


@case("C-EST-FR-09a")
async def unknown_types(scene: Scene) -> None:
    """Messages of the types 40-FF that it does not know are skipped, in every state."""
    unknown = [wire.frame(kind, b"\x00\xffunknown") for kind in (0x7F, 0x80, 0xBF, 0xC0, 0xFF)]
    peer = await scene.client()
    await peer.send(*unknown)
    await scene.greet(peer)
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
    await peer.send(*unknown, scene.auth_ok())
    await scene.enter(peer)
    await peer.send(*unknown)
    await peer.settle()


@case("C-EST-TR-06a")
async def longest_message(scene: Scene) -> None:
    """A WebSocket message of 32,768 bytes is read."""
    peer = await scene.playing()
    padding = codec.MAX_SERVER_MESSAGE - len(wire.ping(1)) - 3
    await peer.send(wire.frame(0xFF, bytes(padding)), wire.ping(77))
    await peer.until(codec.Pong, lambda pong: pong.token == 77)


@case("C-EST-TR-07a")
async def fragments(scene: Scene) -> None:
    """A message in fragments is read like a whole one."""
    peer = await scene.greeted()
    ping = wire.ping(78)
    await peer.send_in_fragments(ping[:1], ping[1:5], ping[5:])
    await peer.until(codec.Pong, lambda pong: pong.token == 78)


@case("C-EST-HS-07a")
async def welcome_to_the_letter(scene: Scene) -> None:
    """A WELCOME with a long name, other limits and another tick is taken as it is."""
    name = "Ж" * 40
    head = struct.pack("!BIIBIHH", 1, 0, 0, TICK_RATE, 0xFFFF0000, 65535, 1)
    raw = name.encode()
    welcome = wire.frame(codec.Welcome.TYPE, head + bytes([len(raw)]) + raw)
    peer = await scene.greeted(welcome=welcome)
    await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
