"""Transport, states, HELLO and WELCOME."""

from __future__ import annotations

from websockets.exceptions import InvalidStatus

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed
from protocol_spec.conformance.peer import title
from protocol_spec.conformance.stage import Stage, expect, expect_that, new_name

category = Category("handshake")
case = category.case


@case("EST-TR-01a")
async def query(stage: Stage) -> None:
    """A query in the URL changes nothing."""
    peer = await stage.connect(query="?name=Godot&x=%00")
    await peer.send(wire.hello())
    await peer.until(codec.Welcome)


@case("EST-TR-02a")
async def subprotocol_offered(stage: Stage) -> None:
    """The subprotocol estragon.v1 is named in the answer where it is offered."""
    peer = await stage.connect()
    expect(peer.connection.subprotocol, codec.SUBPROTOCOL, "the subprotocol of the answer")


@case("EST-TR-02b")
async def subprotocol_not_offered(stage: Stage) -> None:
    """Without a subprotocol the connection is taken, and none is named."""
    peer = await stage.connect(subprotocol=None)
    expect(peer.connection.subprotocol, None, "the subprotocol of the answer")
    await peer.send(wire.hello())
    await peer.until(codec.Welcome)


@case("EST-TR-02c")
async def subprotocol_of_another(stage: Stage) -> None:
    """An offer of other subprotocols alone is answered as if there were none."""
    peer = await stage.connect(subprotocol="mqtt")
    expect(peer.connection.subprotocol, None, "the subprotocol of the answer")
    await peer.send(wire.hello())
    await peer.until(codec.Welcome)


@case("EST-TR-02d")
async def subprotocol_among_others(stage: Stage) -> None:
    """estragon.v1 is chosen from among others."""
    offer = {"Sec-WebSocket-Protocol": f"mqtt, {codec.SUBPROTOCOL}"}
    peer = await stage.connect(subprotocol=codec.SUBPROTOCOL, headers=offer)
    expect(peer.connection.subprotocol, codec.SUBPROTOCOL, "the subprotocol of the answer")


@case("EST-TR-04a")
async def compression(stage: Stage) -> None:
    """An offer of permessage-deflate is not agreed to."""
    peer = await stage.connect(compression="deflate")
    expect(peer.connection.protocol.extensions, [], "what the server agreed to")
    await peer.send(wire.hello())
    await peer.until(codec.Welcome)


@case("EST-TR-08a")
async def foreign_origin(stage: Stage) -> None:
    """An upgrade that a page of another site asks for gets 403."""
    try:
        await stage.connect(headers={"Origin": "https://elsewhere.example"})
    except InvalidStatus as refusal:
        expect(refusal.response.status_code, 403, "the answer")
    else:
        raise Failed("the upgrade was carried out")


@case("EST-TR-08b")
async def own_origin(stage: Stage) -> None:
    """An upgrade that a page of the server's own asks for is carried out."""
    own = "http" + stage.url.removeprefix("ws").removesuffix("/ws")
    peer = await stage.connect(headers={"Origin": own})
    await peer.send(wire.hello())
    await peer.until(codec.Welcome)


@case("EST-TR-08c")
async def origin_of_no_page(stage: Stage) -> None:
    """The Origin "null", of a page that hides where it is from, gets 403."""
    try:
        await stage.connect(headers={"Origin": "null"})
    except InvalidStatus as refusal:
        expect(refusal.response.status_code, 403, "the answer")
    else:
        raise Failed("the upgrade was carried out")


@case("EST-ST-01a")
async def auth_before_hello(stage: Stage) -> None:
    """AUTH before HELLO ends the connection with WRONG_STATE."""
    peer = await stage.connect()
    await peer.send(wire.auth(new_name()))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Auth.TYPE)


@case("EST-ST-01b")
async def world_before_auth(stage: Stage) -> None:
    """ENTER_WORLD before AUTH ends the connection with WRONG_STATE."""
    peer = await stage.greeted()
    await peer.send(wire.enter_world())
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.EnterWorld.TYPE)


@case("EST-ST-01c")
async def hello_twice(stage: Stage) -> None:
    """A second HELLO ends the connection with WRONG_STATE."""
    peer = await stage.greeted()
    await peer.send(wire.hello())
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Hello.TYPE)


@case("EST-ST-01d")
async def auth_in_the_lobby(stage: Stage) -> None:
    """AUTH from who is let in already ends the connection with WRONG_STATE."""
    peer = await stage.lobby()
    await peer.send(wire.auth(new_name()))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Auth.TYPE)


@case("EST-ST-01e")
async def world_twice(stage: Stage) -> None:
    """ENTER_WORLD from who is in a world ends the connection with WRONG_STATE."""
    peer = await stage.player()
    await peer.send(wire.enter_world())
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.EnterWorld.TYPE)


@case("EST-ST-01f")
async def play_before_hello(stage: Stage) -> None:
    """INPUT before HELLO ends the connection with WRONG_STATE."""
    peer = await stage.connect()
    await peer.send(wire.commands(1, wire.command()))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Input.TYPE)


@case("EST-ST-02a")
async def play_in_the_lobby(stage: Stage) -> None:
    """INPUT in the lobby ends the connection with WRONG_STATE."""
    peer = await stage.lobby()
    await peer.send(wire.commands(1, wire.command()))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Input.TYPE)


@case("EST-ST-02b")
async def chat_in_the_lobby(stage: Stage) -> None:
    """CHAT_MESSAGE in the lobby ends the connection with WRONG_STATE."""
    peer = await stage.lobby()
    await peer.send(wire.chat("is anybody there"))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.ChatMessage.TYPE)


@case("EST-ST-02c")
async def chat_while_entering(stage: Stage) -> None:
    """CHAT_MESSAGE right behind ENTER_WORLD, before WORLD_ENTERED, is WRONG_STATE."""
    peer = await stage.lobby()
    await peer.send(wire.enter_world(), wire.chat("already"))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.ChatMessage.TYPE)


@case("EST-ST-02d")
async def resync_in_the_lobby(stage: Stage) -> None:
    """RESYNC in the lobby ends the connection with WRONG_STATE."""
    peer = await stage.lobby()
    await peer.send(codec.Resync().encode())
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Resync.TYPE)


@case("EST-ST-03a")
async def welcome_from_a_client(stage: Stage) -> None:
    """WELCOME from a client ends the connection with WRONG_DIRECTION."""
    peer = await stage.connect()
    await peer.send(codec.Welcome(1, 0, 0, 20, 1, 60, 500, "").encode())
    await peer.ended(ErrorCode.WRONG_DIRECTION, message=codec.Welcome.TYPE)


@case("EST-ST-03b")
async def snapshot_from_a_client(stage: Stage) -> None:
    """WORLD_STATE from a player ends the connection with WRONG_DIRECTION."""
    peer = await stage.player()
    state = codec.WorldState(1, 0, 0, 0, 0, 0, 0, 0, 0, b"")
    await peer.send(state.encode())
    await peer.ended(ErrorCode.WRONG_DIRECTION, message=codec.WorldState.TYPE)


@case("EST-ST-03c")
async def update_from_a_client(stage: Stage) -> None:
    """PLAYER_UPDATE from a player, who would like to be elsewhere, is WRONG_DIRECTION."""
    peer = await stage.player()
    me = peer.last(codec.AuthOk).player_id
    await peer.send(codec.PlayerUpdate(me, 0, 0, 0, 0, 0).encode())
    await peer.ended(ErrorCode.WRONG_DIRECTION, message=codec.PlayerUpdate.TYPE)


@case("EST-HS-01a")
async def hello_first(stage: Stage) -> None:
    """HELLO is answered with WELCOME, and with nothing else."""
    peer = await stage.connect()
    await peer.send(wire.hello())
    came = await peer.settle()
    expect([title(each) for each in came], ["WELCOME"], "the answer")


@case("EST-HS-01b")
async def ping_before_hello(stage: Stage) -> None:
    """PING and PONG may come before HELLO, and PING is answered."""
    peer = await stage.connect()
    await peer.send(codec.Pong(1, 0, 0).encode())
    await peer.settle()
    await peer.send(wire.hello())
    await peer.until(codec.Welcome)


@case("EST-HS-02a")
async def wrong_magic(stage: Stage) -> None:
    """Another magic ends the connection with BAD_MAGIC."""
    peer = await stage.connect()
    await peer.send(wire.hello(magic=0x4245434B))
    await peer.ended(ErrorCode.BAD_MAGIC, message=codec.Hello.TYPE)


@case("EST-HS-02b")
async def magic_in_little_endian(stage: Stage) -> None:
    """The magic with its bytes the other way round ends the connection with BAD_MAGIC."""
    peer = await stage.connect()
    await peer.send(wire.hello(magic=int.from_bytes(b"RTSE")))
    await peer.ended(ErrorCode.BAD_MAGIC)


@case("EST-HS-03a")
async def version_in_range(stage: Stage) -> None:
    """Of a range of versions the one that both speak is named, within the range."""
    peer = await stage.connect()
    await peer.send(wire.hello(lowest=0, highest=255))
    welcome = await peer.until(codec.Welcome)
    expect(welcome.version, codec.PROTOCOL_VERSION, "the version")


@case("EST-HS-03b")
async def versions_too_new(stage: Stage) -> None:
    """A client that speaks later versions alone is told VERSION_UNSUPPORTED."""
    peer = await stage.connect()
    await peer.send(wire.hello(lowest=200, highest=255))
    await peer.ended(ErrorCode.VERSION_UNSUPPORTED, message=codec.Hello.TYPE)


@case("EST-HS-03c")
async def versions_too_old(stage: Stage) -> None:
    """A client that speaks earlier versions alone is told VERSION_UNSUPPORTED."""
    peer = await stage.connect()
    await peer.send(wire.hello(lowest=0, highest=0))
    await peer.ended(ErrorCode.VERSION_UNSUPPORTED)


@case("EST-HS-03d")
async def versions_turned_round(stage: Stage) -> None:
    """A range whose lowest version is above its highest holds none: VERSION_UNSUPPORTED."""
    peer = await stage.connect()
    await peer.send(wire.hello(lowest=2, highest=0))
    await peer.ended(ErrorCode.VERSION_UNSUPPORTED)


@case("EST-HS-04a")
async def no_features(stage: Stage) -> None:
    """WELCOME names no feature that the client did not offer."""
    peer = await stage.greeted()
    expect(peer.last(codec.Welcome).features, 0, "the features")


@case("EST-HS-05a")
async def another_schema_hash(stage: Stage) -> None:
    """A client with another schema hash is let in like any other."""
    peer = await stage.connect()
    await peer.send(wire.hello(schema_hash=0xDEADBEEF))
    await peer.until(codec.Welcome)


@case("EST-HS-06a")
async def client_without_a_name(stage: Stage) -> None:
    """A client that says no name of its own is welcome."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=b""))
    await peer.until(codec.Welcome)


@case("EST-HS-06b")
async def client_with_a_hostile_name(stage: Stage) -> None:
    """A client name with control characters decides nothing."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=("\x1b[31m\n\x00\u202e" + "Ж" * 27).encode()))
    await peer.until(codec.Welcome)


@case("EST-HS-07a")
async def what_welcome_tells(stage: Stage) -> None:
    """WELCOME tells a tick rate and limits with which one can play."""
    welcome = (await stage.greeted()).last(codec.Welcome)
    expect_that(welcome.tick_rate > 0, "the tick rate is 0")
    expect_that(welcome.chat_characters > 0, "a chat message may have no characters")
    expect_that(welcome.messages_per_second >= welcome.tick_rate, "there is no room for INPUT")
