"""What a later version may send: it must not trouble an earlier one."""

from __future__ import annotations

import struct

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category
from protocol_spec.conformance.course import own_id
from protocol_spec.conformance.stage import Stage, expect, new_name

category = Category("forward")
case = category.case

LATER = b"\x2a\x00\xff fields of a later version"


def longer(frame: bytes) -> bytes:
    """A frame with more fields than this version has."""
    return wire.frame(frame[0], frame[3:] + LATER)


@case("EST-FR-06a")
async def longer_hello(stage: Stage) -> None:
    """Bytes after the last field of HELLO are ignored."""
    peer = await stage.connect()
    await peer.send(longer(wire.hello()))
    await peer.until(codec.Welcome)


@case("EST-FR-06b")
async def longer_auth(stage: Stage) -> None:
    """So are those after the last field of AUTH."""
    peer = await stage.greeted()
    await stage.authenticate(peer, longer(wire.auth(new_name())))


@case("EST-FR-06c")
async def longer_world(stage: Stage) -> None:
    """So are those of ENTER_WORLD."""
    peer = await stage.lobby()
    await peer.send(longer(wire.enter_world()))
    await peer.until(codec.WorldEntered)


@case("EST-FR-06d")
async def longer_ping(stage: Stage) -> None:
    """So are those of PING, and its answer has none."""
    peer = await stage.connect()
    await peer.send(longer(wire.ping(5)))
    await peer.until(codec.Pong, lambda pong: pong.token == 5)


@case("EST-FR-06e")
async def longer_input(stage: Stage) -> None:
    """So are those of INPUT: its commands count."""
    peer = await stage.player()
    at = peer.last(codec.WorldState).tick + 6
    await peer.send(longer(wire.commands(at, wire.command(0, 0x4444, 0))))
    state = await peer.until(codec.WorldState, lambda state: state.tick >= at)
    expect((state.input_tick, state.rotation), (at, 0x4444), "input_tick and rotation")


@case("EST-FR-06f")
async def longer_chat(stage: Stage) -> None:
    """So are those of CHAT_MESSAGE: what is said is heard."""
    peer = await stage.player()
    text = f"said {new_name()}"
    await peer.send(longer(wire.chat(text)))
    await peer.until(codec.ChatMessage, lambda chat: chat.text == text)


@case("EST-FR-06g")
async def longer_resync(stage: Stage) -> None:
    """A message that had no fields may have some."""
    peer = await stage.player()
    await peer.send(longer(codec.Resync().encode()))
    await peer.until(codec.WorldState, lambda state: bool(state.flags & codec.SnapshotFlag.FULL))


async def skipped(stage: Stage, *kinds: int) -> None:
    peer = await stage.greeted()
    for kind in kinds:
        for payload in (b"", b"\x00", bytes(300)):
            await peer.send(wire.frame(kind, payload), wire.ping(kind))
            expect((await peer.until(codec.Pong)).token, kind, "the token of the PING behind it")


@case("EST-FR-09a")
async def optional_types(stage: Stage) -> None:
    """Unknown messages of optional parts (40-7F) are skipped, and what follows is read."""
    await skipped(stage, 0x7D, 0x7E, 0x7F)


@case("EST-FR-09b")
async def the_games_types(stage: Stage) -> None:
    """So are those of games (80-BF)."""
    await skipped(stage, 0x80, 0x9C, 0xBF)


@case("EST-FR-09c")
async def experimental_types(stage: Stage) -> None:
    """So are those of experiments (C0-FF)."""
    await skipped(stage, 0xC0, 0xE1, 0xFF)


@case("EST-FR-09d")
async def skipped_in_every_state(stage: Stage) -> None:
    """They are skipped before HELLO and in a world as well."""
    peer = await stage.connect()
    await peer.send(wire.frame(0x7F, b"before"))
    await peer.send(wire.hello())
    await peer.until(codec.Welcome)
    await stage.authenticate(peer, wire.auth(new_name()))
    await peer.send(wire.frame(0x95, b"in the lobby"), wire.enter_world())
    await peer.until(codec.WorldState)
    await peer.send(wire.frame(0xD5, b"in the world"))
    await peer.until(codec.WorldState)


@case("EST-FR-09e")
async def skipped_beyond_the_end(stage: Stage) -> None:
    """What is skipped must be whole all the same: LENGTH_BEYOND_END."""
    peer = await stage.greeted()
    await peer.send(wire.frame(0x7F, b"", length=1))
    await peer.ended(ErrorCode.LENGTH_BEYOND_END)


@case("EST-FR-10a")
async def unknown_core_type(stage: Stage) -> None:
    """An unknown type of the core (01-3F) is UNKNOWN_TYPE, and fatal."""
    peer = await stage.greeted()
    await peer.send(wire.frame(0x3F, b"x"))
    await peer.ended(ErrorCode.UNKNOWN_TYPE, message=0x3F)


@case("EST-FR-10b")
async def type_zero(stage: Stage) -> None:
    """So is the type 0, which is nobody's."""
    peer = await stage.greeted()
    await peer.send(wire.frame(0))
    await peer.ended(ErrorCode.UNKNOWN_TYPE, message=0)


@case("EST-FR-10c")
async def unknown_core_type_in_a_world(stage: Stage) -> None:
    """So is one from a player in a world."""
    peer = await stage.player()
    await peer.send(wire.frame(0x3E, b"x"))
    await peer.ended(ErrorCode.UNKNOWN_TYPE, message=0x3E)


@case("EST-FC-01a")
async def one_version(stage: Stage) -> None:
    """WELCOME names the version that is spoken from there on, and it is one of the offered."""
    peer = await stage.connect()
    await peer.send(wire.hello(lowest=1, highest=1))
    expect((await peer.until(codec.Welcome)).version, 1, "the version")


@case("EST-FC-02a")
async def fields_are_where_they_were(stage: Stage) -> None:
    """WELCOME begins with the fields of version 1, whatever may follow them."""
    peer = await stage.greeted()
    raw = peer.batches[0]
    version, features, schema, rate = struct.unpack_from("!BIIB", raw, 3)
    told = peer.last(codec.Welcome)
    expect(
        (version, features, schema, rate),
        (told.version, told.features, told.schema_hash, told.tick_rate),
        "the first four fields",
    )


@case("EST-FC-05a")
async def unknown_features(stage: Stage) -> None:
    """Bits of features that nobody has defined are no reason to refuse a client."""
    peer = await stage.connect()
    await peer.send(wire.hello(features=0xFFFFFFFF))
    expect((await peer.until(codec.Welcome)).features, 0, "the features")


@case("EST-FC-05c")
async def unknown_look(stage: Stage) -> None:
    """A look that no client has yet is taken as it is."""
    peer = await stage.player(look=255)
    joined = {each.player_id: each.look for each in peer.messages(codec.PlayerJoin)}
    expect(joined.get(own_id(peer)), 255, "the look in PLAYER_JOIN")
