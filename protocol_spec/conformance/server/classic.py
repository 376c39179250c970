"""The classic endpoint, /ws/{player_id}: four messages without an envelope."""

from __future__ import annotations

import asyncio
import math
import random
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed, Unimplemented
from protocol_spec.conformance.course import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    going,
    ground_of,
    own_id,
)
from protocol_spec.conformance.ground import Body, Ground
from protocol_spec.conformance.peer import WAIT_SECONDS
from protocol_spec.conformance.stage import Stage, expect, expect_that, new_name

category = Category("classic")
case = category.case

UPDATE, JOIN, LEAVE, CHAT = 1, 2, 3, 4
NEAR_ENOUGH = 0.05
"""In tiles: a fiftieth, and the rounding of the float."""
WALK_TILES_A_SECOND = 5.0
WISH_TILES = 3


@dataclass(frozen=True)
class Said:
    """A message of the classic endpoint."""

    kind: int
    player_id: int
    floats: tuple[float, ...] = ()
    """x, y, z, rotation and timestamp of an update."""
    text: str = ""


def read(data: bytes | str) -> Said:
    """Raises Failed where it is none of the four, or too long or short."""
    if isinstance(data, str):
        raise Failed("a text message came")
    try:
        kind, player_id = struct.unpack_from("!BI", data)
        if kind == UPDATE:
            return Said(kind, player_id, struct.unpack("!fffff", data[5:]))
        if kind in (JOIN, LEAVE):
            expect(len(data), 5, f"the length of message {kind}")
            return Said(kind, player_id)
        if kind == CHAT:
            (size,) = struct.unpack_from("!I", data, 5)
            expect(len(data), 13 + size, "the length of a CHAT_MESSAGE")
            return Said(kind, player_id, text=data[9 : 9 + size].decode())
    except (struct.error, UnicodeDecodeError) as error:
        raise Failed(f"{data[:20].hex(' ')} cannot be read: {error}") from None
    raise Failed(f"a message of type {kind} came")


def update(player_id: int, x: float, y: float, rotation: float = 0.0) -> bytes:
    return struct.pack("!BIfffff", UPDATE, player_id, x, y, 0.0, rotation, 0.0)


def chat(player_id: int, text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack(f"!BII{len(raw)}sf", CHAT, player_id, len(raw), raw, 0.0)


class Classic:
    """A connection to it; what it heard, read strictly."""

    def __init__(self, connection: ClientConnection, me: int) -> None:
        self.me = me
        self.heard: list[Said] = []
        self._connection = connection
        self._cursor = 0

    async def send(self, data: bytes | str) -> None:
        await self._connection.send(data)

    def cut(self) -> None:
        """Is gone without a word."""
        self._connection.transport.abort()

    async def until(
        self, fits: Callable[[Said], bool], what: str, seconds: float = WAIT_SECONDS
    ) -> Said:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    while self._cursor < len(self.heard):
                        self._cursor += 1
                        if fits(self.heard[self._cursor - 1]):
                            return self.heard[self._cursor - 1]
                    self.heard.append(read(await self._connection.recv()))
        except TimeoutError:
            raise Failed(f"no {what} within {seconds:g} s") from None
        except ConnectionClosed:
            raise Failed(f"closed with {self._connection.close_code}, without {what}") from None

    def is_own_update(self, said: Said) -> bool:
        return said.kind == UPDATE and said.player_id == self.me

    async def place(self) -> tuple[float, float]:
        """Where the own player is, as soon as the server says so."""
        said = await self.until(self.is_own_update, "PLAYER_UPDATE")
        return said.floats[0], said.floats[1]

    async def hears(self, player_id: int, text: str) -> None:
        await self.until(
            lambda each: each.kind == CHAT and each.player_id == player_id and each.text == text,
            f"the line {text!r} of {player_id}",
        )

    async def closed_with(self, code: int, seconds: float = WAIT_SECONDS) -> None:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.heard.append(read(await self._connection.recv()))
        except ConnectionClosed:
            expect(self._connection.close_code, code, "the close code")
        except TimeoutError:
            raise Failed(f"not closed within {seconds:g} s") from None


def number() -> int:
    return random.randrange(1 << 30, 1 << 31)


@asynccontextmanager
async def opened(
    stage: Stage, me: int | str | None = None, query: str = ""
) -> AsyncIterator[Classic]:
    """Raises Unimplemented where the endpoint is shut."""
    chosen = number() if me is None else me
    try:
        connection = await connect(
            f"{stage.url}/{chosen}{query}",
            compression=None,
            user_agent_header=None,
            ping_interval=None,
            proxy=None,
        )
    except InvalidHandshake as refusal:
        raise Unimplemented(f"there is no classic endpoint: {refusal}") from None
    try:
        yield Classic(connection, chosen if isinstance(chosen, int) else 0)
    finally:
        await connection.close()


@asynccontextmanager
async def playing(stage: Stage, query: str = "") -> AsyncIterator[Classic]:
    """A client that stands somewhere."""
    async with opened(stage, None, query) as peer:
        await peer.place()
        yield peer


@case("EST-CL-01a")
async def nothing_else(stage: Stage) -> None:
    """All that comes in two seconds is one of the four messages, whole and without an envelope."""
    async with playing(stage) as peer:
        x, y = peer.heard[-1].floats[:2]
        await peer.send(update(peer.me, x + 2, y))
        await peer.send(chat(peer.me, new_name()))
        for _ in range(8):
            await peer.until(lambda each: each.kind == UPDATE, "PLAYER_UPDATE")


@case("EST-CL-02a")
async def units(stage: Stage) -> None:
    """x and y are tiles: where an ordinary client sees the same player."""
    watcher = await stage.player()
    name = new_name()
    async with opened(stage, None, f"?name={name}") as peer:
        x, y = await peer.place()
        join = await watcher.until(codec.PlayerJoin, lambda each: each.name == name)
        place = await watcher.until(
            codec.PlayerUpdate, lambda each: each.player_id == join.player_id
        )
        expect((x, y), (place.x / 1024, place.y / 1024), "the place")


@case("EST-CL-03a")
async def numbers_that_are_none(stage: Stage) -> None:
    """A path whose number is 0, signed or too great leads nowhere."""
    for path in ("0", "-1", "+5", "4294967296", "seven"):
        try:
            async with opened(stage, path) as peer:
                await peer.until(lambda each: True, "message", 2)
        except (Failed, Unimplemented):
            continue
        raise Failed(f"/ws/{path} is taken for a number")


@case("EST-CL-03b")
async def the_same_number(stage: Stage) -> None:
    """Two clients may wish for the same number: each is called so on its own connection."""
    me = number()
    async with opened(stage, me) as one, opened(stage, me) as two:
        for peer in (one, two):
            joined = await peer.until(lambda each: each.kind == JOIN, "PLAYER_JOIN")
            expect(joined.player_id, me, "the number in the first PLAYER_JOIN")
        text = new_name()
        await one.place()
        await two.place()
        await one.send(chat(me, text))
        await one.hears(me, text)
        line = await two.until(lambda each: each.text == text, "line")
        expect_that(line.player_id != me, "another speaks with the own number")


@case("EST-CL-04a")
async def claimed_numbers(stage: Stage) -> None:
    """A number that a client sends is ignored: the line is its own."""
    other = await stage.player()
    async with playing(stage) as peer:
        text = f"I am somebody else {new_name()}"
        await peer.send(chat(own_id(other), text))
        await peer.hears(peer.me, text)
        line = await other.until(codec.ChatMessage, lambda each: each.text == text)
        expect_that(line.player_id != own_id(other), "the line has the claimed number")


@case("EST-CL-05a")
async def names(stage: Stage) -> None:
    """A name in the query is the player's; without one it is Player and the number."""
    watcher = await stage.player()
    name = new_name()
    async with playing(stage, f"?name={name}"):
        await watcher.until(codec.PlayerJoin, lambda each: each.name == name)
    async with playing(stage) as peer:
        wanted = f"Player{peer.me}"
        await watcher.until(codec.PlayerJoin, lambda each: each.name.replace(" ", "") == wanted)


@case("EST-CL-06a")
async def refused_names(stage: Stage) -> None:
    """A name that AUTH would refuse closes with 4000 and its code, without a message."""
    async with opened(stage, None, "?name=x") as peer:
        await peer.closed_with(4000 + ErrorCode.NAME_TOO_SHORT)
        expect(peer.heard, [], "what came before")


@case("EST-CL-06b")
async def unknown_worlds(stage: Stage) -> None:
    """So does an unknown world."""
    async with opened(stage, None, "?world=nowhere+at+all") as peer:
        await peer.closed_with(4000 + ErrorCode.WORLD_UNKNOWN)


@case("EST-CL-07a")
async def first_messages(stage: Stage) -> None:
    """The first two messages are PLAYER_JOIN and PLAYER_UPDATE of the own player."""
    async with playing(stage) as peer:
        first = [(each.kind, each.player_id) for each in peer.heard[:2]]
        expect(first, [(JOIN, peer.me), (UPDATE, peer.me)], "what comes first")


@case("EST-CL-08a")
async def walking_to_a_wish(stage: Stage) -> None:
    """The server walks the player to where it would like to be, no faster than one walks."""
    ground = ground_of(await stage.player())
    async with playing(stage) as peer:
        x, y = peer.heard[-1].floats[:2]
        goal = free_goal(ground, x, y)
        began = asyncio.get_running_loop().time()
        await peer.send(update(peer.me, *goal))

        def is_there(said: Said) -> bool:
            return peer.is_own_update(said) and math.dist(said.floats[:2], goal) < NEAR_ENOUGH

        await peer.until(is_there, "PLAYER_UPDATE at the place that was wished for")
        lasted = asyncio.get_running_loop().time() - began
        fastest = WISH_TILES / WALK_TILES_A_SECOND / 1.4
        expect_that(lasted > fastest, f"{WISH_TILES} tiles took {lasted:.2f} s")


def free_goal(ground: Ground, x: float, y: float) -> tuple[float, float]:
    """So many tiles away, with nothing in between. Raises Unimplemented where there is none."""
    body = Body(round(x * 1024), round(y * 1024), 0, 0)
    for direction, right, down in ((EAST, 1, 0), (SOUTH, 0, 1), (WEST, -1, 0), (NORTH, 0, -1)):
        end = ground.foresee(body, going(direction, 30))[-1]
        gone = (end.x - body.x) * right + (end.y - body.y) * down
        if gone > WISH_TILES * 1024 and end.z == 0:
            return x + WISH_TILES * right, y + WISH_TILES * down
    raise Unimplemented("something is in the way on all sides of the spawn")


@case("EST-CL-08b")
async def wishes_that_are_no_numbers(stage: Stage) -> None:
    """A place that is no finite number says nothing."""
    async with playing(stage) as peer:
        x, y = peer.heard[-1].floats[:2]
        for wish in (math.nan, math.inf, -math.inf):
            await peer.send(update(peer.me, wish, y))
        text = new_name()
        await peer.send(chat(peer.me, text))
        await peer.hears(peer.me, text)
        own = [each.floats[:2] for each in peer.heard if peer.is_own_update(each)]
        expect_that(all(math.dist(each, (x, y)) < NEAR_ENOUGH for each in own), "it moved")


@case("EST-CL-09a")
async def others_who_walk(stage: Stage) -> None:
    """Where others really are is told of: an ordinary client that walks."""
    walker = await stage.player()
    async with playing(stage) as peer:
        start = walker.last(codec.WorldState)
        await walker.send(wire.commands(start.tick + 6, *[wire.command(0)] * 8))
        await peer.until(
            lambda each: (
                each.kind == UPDATE
                and each.player_id == own_id(walker)
                and each.floats[0] > start.x / 1024 + 0.5
            ),
            "PLAYER_UPDATE of who walks",
        )


@case("EST-CL-10a")
async def coming_and_going(stage: Stage) -> None:
    """Who comes into sight is told by PLAYER_JOIN, who is gone by PLAYER_LEAVE."""
    async with playing(stage) as peer:
        other = await stage.player()
        me = own_id(other)
        await peer.until(lambda each: each.kind == JOIN and each.player_id == me, "PLAYER_JOIN")
        await other.leave()
        await peer.until(lambda each: each.kind == LEAVE and each.player_id == me, "PLAYER_LEAVE")


@case("EST-CL-11a")
async def good_bye(stage: Stage) -> None:
    """A client's PLAYER_JOIN is ignored; its PLAYER_LEAVE closes with 1000."""
    async with playing(stage) as peer:
        await peer.send(struct.pack("!BI", JOIN, peer.me))
        text = new_name()
        await peer.send(chat(peer.me, text))
        await peer.hears(peer.me, text)
        await peer.send(struct.pack("!BI", LEAVE, peer.me))
        await peer.closed_with(1000)


@case("EST-CL-12a")
async def talking_with_all(stage: Stage) -> None:
    """Chat goes both ways between classic clients and others."""
    other = await stage.player()
    async with playing(stage) as peer:
        text = f"Привет {new_name()}"
        await peer.send(chat(peer.me, text))
        await other.until(codec.ChatMessage, lambda each: each.text == text)
        text = f"hello {new_name()}"
        await other.send(wire.chat(text))
        await peer.hears(own_id(other), text)


@case("EST-CL-12b")
async def words_of_the_server(stage: Stage) -> None:
    """A refusal that is not fatal comes from player 0 and names itself."""
    async with playing(stage) as peer:
        await peer.send(chat(peer.me, "   "))
        line = await peer.until(lambda each: each.kind == CHAT and each.player_id == 0, "word")
        expect_that("CHAT_EMPTY" in line.text, f"it says {line.text!r}")


@case("EST-CL-14a")
async def faulty_messages(stage: Stage) -> None:
    """Each fault closes with its code: too short, too long, no UTF-8, unknown, empty, text."""
    faults: list[tuple[bytes | str, int]] = [
        (b"\x01\x00\x00", 4017),
        (struct.pack("!BII", CHAT, 1, 50) + b"short", 4017),
        (chat(1, b"x" * 2001), 4018),
        (chat(1, b"\xc3\x28"), 4019),
        (b"\x09\x00\x00\x00\x01", 4014),
        (b"", 4010),
        (bytes([UPDATE]) + bytes(4096), 4012),
        ("text", 1003),
    ]
    for data, code in faults:
        async with playing(stage) as peer:
            await peer.send(data)
            await peer.closed_with(code)


@case("EST-CL-14b")
async def later_fields(stage: Stage) -> None:
    """Bytes after the last field are ignored."""
    async with playing(stage) as peer:
        text = new_name()
        await peer.send(chat(peer.me, text) + b"more")
        await peer.hears(peer.me, text)


@case("EST-CL-15a")
async def gone_for_good(stage: Stage) -> None:
    """The name of who is gone is free at once, also where the connection was cut."""
    name = new_name()
    async with playing(stage, f"?name={name}") as peer:
        peer.cut()
    peer_of_the_name = await stage.greeted()
    for _ in range(20):
        await peer_of_the_name.send(wire.auth(name))
        try:
            await peer_of_the_name.until(codec.AuthOk)
        except Failed:
            error = peer_of_the_name.last(codec.Error)
            expect(ErrorCode(error.code), ErrorCode.NAME_IN_USE, "the refusal")
            await asyncio.sleep(0.1)
        else:
            return
    raise Failed("the name is not free")


@case("EST-CL-13a", lasts_seconds=29)
async def silence(stage: Stage) -> None:
    """Who says nothing for 25 seconds is closed with 4024."""
    async with playing(stage) as peer:
        await peer.closed_with(4000 + ErrorCode.SILENT, 28.5)
