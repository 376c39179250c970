"""Generated from protocol.toml by `python -m protocol_spec.generate`: do not edit.

`parse` cuts a WebSocket message into frames, `decode` reads a frame's payload, and every message's
`encode` gives a whole frame: type u8, length u16, payload. Arrays stay packed bytes, because a
client in a crowd throws most of them away: a record's `unpack` gives objects, its DTYPE is for
numpy.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self


class DecodeError(ValueError):
    """The bytes are not the protocol's; `code` says why, `message_type` where (0: nowhere)."""

    def __init__(self, code: ErrorCode, message_type: int = 0) -> None:
        super().__init__(code.name)
        self.code = code
        self.message_type = message_type


_HEAD = struct.Struct("!BH")


PROTOCOL_VERSION = 1
SUBPROTOCOL = "estragon.v1"
SCHEMA_HASH = 0x72740A69
MAGIC = 1163088978
"""The first field of HELLO, "ESTR" in ASCII: whoever does not send it is not one of us."""
MAX_CLIENT_MESSAGE = 4096
"""The longest WebSocket message that a client may send. In bytes."""
MAX_SERVER_MESSAGE = 32768
"""The longest WebSocket message that a server sends; Godot's receive buffer is 65,535 bytes.
In bytes.
"""
CHUNK_SIZE = 16
"""The side of a chunk, the square in which maps are streamed and players are seen. In tiles."""
LAYER_COUNT = 3
"""Layers of a map, in this order: ground, things, roofs (drawn over the players' heads)."""
UNITS_PER_TILE = 1024
"""Positions are integers in this unit. In units."""
WALK_SPEED = 256
"""Full pace on a tile of speed 100: five tiles a second. In units per tick."""
BODY_RADIUS = 300
"""Half the side of the square that a body fills on the ground. In units."""
STEP_HEIGHT = 256
"""A body walks up a difference of height up to this; a higher one stops it. In units."""
JUMP_SPEED = 150
"""How fast a body leaves the ground: it rises by 360 and lands after 9 ticks. No multiple of
GRAVITY, so that vz is 0 of those alone who stand. In units per tick.
"""
GRAVITY = 40
"""How much faster a body falls with each tick in the air. In units per tick, per tick."""
NEVER_ENTER = 32767
"""The height of what nobody enters, from whatever height. In units."""
FREE_SEARCH_TILES = 32
"""How far around a body that is inside solid ground a free cell is looked for. In tiles."""
INPUT_REPEAT_TICKS = 3
"""For so many ticks a missing command is taken to equal the one before; then the body stands.
In ticks.
"""
INPUT_BUFFER_TICKS = 32
"""Commands for ticks further ahead than this are not kept. In ticks."""
HIGHEST_CORE_TYPE = 63
"""Types up to here are the core's: an unknown one is an error. Above, unknown ones are
skipped.
"""
LOWEST_OWN_TYPE = 128
"""Types from here on are the game's own: no version of the protocol will ever use them..."""
HIGHEST_OWN_TYPE = 191
"""...up to here."""
WATCHER = 65535
"""WORLD_ENTERED.slot of who only watches."""
WATCHED_CHUNKS = 16
"""The side of the largest square that one may watch: so far 16 bits of a place tell where it
is. In chunks.
"""
COSINE = (
16384, 16379, 16364, 16340, 16305, 16261, 16207, 16143, 16069, 15986, 15893, 15791, 15679,
15557, 15426, 15286, 15137, 14978, 14811, 14635, 14449, 14256, 14053, 13842, 13623, 13395,
13160, 12916, 12665, 12406, 12140, 11866, 11585, 11297, 11003, 10702, 10394, 10080, 9760, 9434,
9102, 8765, 8423, 8076, 7723, 7366, 7005, 6639, 6270, 5897, 5520, 5139, 4756, 4370, 3981, 3590,
3196, 2801, 2404, 2006, 1606, 1205, 804, 402, 0, -402, -804, -1205, -1606, -2006, -2404, -2801,
-3196, -3590, -3981, -4370, -4756, -5139, -5520, -5897, -6270, -6639, -7005, -7366, -7723,
-8076, -8423, -8765, -9102, -9434, -9760, -10080, -10394, -10702, -11003, -11297, -11585,
-11866, -12140, -12406, -12665, -12916, -13160, -13395, -13623, -13842, -14053, -14256, -14449,
-14635, -14811, -14978, -15137, -15286, -15426, -15557, -15679, -15791, -15893, -15986, -16069,
-16143, -16207, -16261, -16305, -16340, -16364, -16379, -16384, -16379, -16364, -16340, -16305,
-16261, -16207, -16143, -16069, -15986, -15893, -15791, -15679, -15557, -15426, -15286, -15137,
-14978, -14811, -14635, -14449, -14256, -14053, -13842, -13623, -13395, -13160, -12916, -12665,
-12406, -12140, -11866, -11585, -11297, -11003, -10702, -10394, -10080, -9760, -9434, -9102,
-8765, -8423, -8076, -7723, -7366, -7005, -6639, -6270, -5897, -5520, -5139, -4756, -4370,
-3981, -3590, -3196, -2801, -2404, -2006, -1606, -1205, -804, -402, 0, 402, 804, 1205, 1606,
2006, 2404, 2801, 3196, 3590, 3981, 4370, 4756, 5139, 5520, 5897, 6270, 6639, 7005, 7366, 7723,
8076, 8423, 8765, 9102, 9434, 9760, 10080, 10394, 10702, 11003, 11297, 11585, 11866, 12140,
12406, 12665, 12916, 13160, 13395, 13623, 13842, 14053, 14256, 14449, 14635, 14811, 14978,
15137, 15286, 15426, 15557, 15679, 15791, 15893, 15986, 16069, 16143, 16207, 16261, 16305,
16340, 16364, 16379
)  # fmt: skip
"""The cosine of n/256 of a turn, rounded once and for all: no side calls its own mathematics
library. The sine of n is the cosine of n - 64. In 1/16384.
"""


class MessageType(IntEnum):
    """The numbers of the messages."""

    PLAYER_UPDATE = 1
    PLAYER_JOIN = 2
    PLAYER_LEAVE = 3
    CHAT_MESSAGE = 4
    WORLD_STATE = 5
    HELLO = 6
    WELCOME = 7
    AUTH = 8
    AUTH_OK = 9
    ENTER_WORLD = 10
    WORLD_ENTERED = 11
    PING = 12
    PONG = 13
    INPUT = 14
    CHUNK_DATA = 15
    CHUNK_DROP = 16
    ERROR = 17
    TILE = 18
    RESYNC = 19
    CHUNK_EDIT = 20
    CHUNK_REQUEST = 21
    EDIT_CELLS = 22
    EDIT_SHAPE = 23
    EDIT_STAMP = 24
    EDIT_UNDO = 25
    EDIT_RESULT = 26
    NOTICE = 27
    CHAT_COMMAND = 28
    WHISPER = 29
    REPORT = 30
    RENAME = 31
    CHAT_REMOVED = 32
    WATCH = 33
    EMOTE = 34
    MODE_STATE = 65
    MODE_SCORES = 66
    MODE_RECORD = 67
    MODE_NEWS = 68
    MODE_GOAL = 69


class ErrorCode(IntEnum):
    """Why the server refuses. An ERROR whose field fatal is 1 ends the connection, with the
    close code that is told here. What comes in EDIT_RESULT or over HTTP alone is marked so.
    """

    INTERNAL = 1
    """The server made a mistake; it is logged there."""
    EMPTY_MESSAGE = 10
    """A WebSocket message without a single byte."""
    TEXT_FRAME = 11
    """A text message; closed with 1003 as RFC 6455 asks."""
    MESSAGE_TOO_LARGE = 12
    """A WebSocket message over MAX_CLIENT_MESSAGE."""
    LENGTH_BEYOND_END = 13
    """A length, or the envelope itself, reaches beyond the end of the WebSocket message."""
    UNKNOWN_TYPE = 14
    """A core type that this version does not have."""
    WRONG_DIRECTION = 15
    """A message that only the other side may send."""
    WRONG_STATE = 16
    """A message that this state of the connection does not allow."""
    TRUNCATED = 17
    """A payload that ends before its last field."""
    VALUE_TOO_LONG = 18
    """A string, byte field or array over its limit."""
    BAD_TEXT = 19
    """A string that is not UTF-8."""
    BAD_MAGIC = 20
    """HELLO does not begin with MAGIC."""
    VERSION_UNSUPPORTED = 21
    """No version lies in both sides' ranges."""
    AUTH_TIMEOUT = 22
    """Not authenticated within the time that the server allows."""
    RATE_LIMITED = 23
    """Too many messages: first a warning, then the end."""
    SILENT = 24
    """Nothing was heard, not even a PONG, for too long."""
    AUTH_METHOD_UNSUPPORTED = 30
    """This server does not offer that way to authenticate."""
    NAME_EMPTY = 31
    """No name, or nothing but spaces."""
    NAME_TOO_SHORT = 32
    """A name under 3 characters."""
    NAME_TOO_LONG = 33
    """A name over 20 characters."""
    NAME_INVALID = 34
    """A name with characters, or a mix of scripts, that names may not have."""
    NAME_IN_USE = 35
    """Somebody has that name; case does not make it another."""
    WORLD_UNKNOWN = 36
    """No world of that name runs here. Fatal where the one that the player is in has been
    stopped.
    """
    WORLD_FULL = 37
    """The world takes no more players."""
    TOO_MANY_CONNECTIONS = 38
    """Too many connections, from this address or not yet authenticated."""
    NAME_REGISTERED = 39
    """The name, or one that looks like it, belongs to an account: log in, or take another."""
    CHAT_EMPTY = 40
    """A chat message of nothing but spaces."""
    CHAT_TOO_LONG = 41
    """A chat message over the server's limit of characters."""
    CHAT_TOO_FAST = 42
    """Too many chat messages; retry_after_ms tells when the next may come."""
    CHAT_MUTED = 43
    """The player may not speak for now; retry_after_ms tells how long, 0: until somebody lifts
    it. text is the staff's reason.
    """
    CHAT_NOBODY = 44
    """There is nobody of that name or number here."""
    COMMAND_UNKNOWN = 45
    """There is no such command, or not for this player."""
    COMMAND_USAGE = 46
    """The command wants other parameters; text says which."""
    EMOTE_UNKNOWN = 48
    """There is no such emote."""
    WATCH_TOO_MUCH = 47
    """More chunks than one may watch, or none."""
    EDIT_FORBIDDEN = 60
    """This player may not change this map."""
    EDIT_OUTSIDE = 61
    """A cell, layer, spawn or area that the map does not have."""
    EDIT_TILE = 62
    """A tile that the tile set does not have, or of another layer; or a cell named twice."""
    EDIT_TOO_LARGE = 63
    """More cells than one edit may touch, or a brush that is too wide."""
    EDIT_TOO_FAST = 64
    """Too many edits; retry_after_ms tells when the next may come."""
    EDIT_NOT_SAVED = 65
    """The server could not write it down, so it was taken back. Try again later."""
    EDIT_NOTHING = 66
    """There is nothing to undo, or to redo."""
    EDIT_PROTECTED = 67
    """A cell in an area where this player may not build; text is the area's name."""
    PASSWORD_TOO_SHORT = 77
    """A password under 8 characters, or under 15 for staff."""
    PASSWORD_TOO_LONG = 78
    """A password over 128 characters."""
    PASSWORD_COMMON = 79
    """A password that is easily guessed: a common one, a run of keys, or much like the name."""
    SERVER_STOPPING = 50
    """The server is shutting down; come back soon."""
    KICKED = 51
    """Somebody of the staff ended the connection. text is their reason, for the player's eyes."""
    BANNED = 52
    """This player, or this address, may not come in; retry_after_ms tells how long, 0: for
    good. text is the staff's reason.
    """
    TAKEN_OVER = 53
    """The same player came in from elsewhere."""
    LOGGED_OUT = 54
    """The account was logged out everywhere, its password changed, or it was deleted."""
    AUTH_FAILED = 70
    """Name and password do not belong together."""
    AUTH_TOO_MANY_TRIES = 71
    """Too many tries; retry_after_ms tells when the next may come."""
    AUTH_INSECURE = 72
    """A password is taken over TLS or from the same machine only."""
    AUTH_EXPIRED = 73
    """The ticket or token is not, or no longer, good."""
    GUESTS_FORBIDDEN = 74
    """This server lets accounts in only."""
    FORBIDDEN = 75
    """This player may not do that. Fatal to who watches and may no longer."""
    SERVER_BUSY = 76
    """Too much at once; retry_after_ms tells when to try again."""


class AuthMethod(IntEnum):
    """How a client says who it is."""

    GUEST = 1
    """By a name alone."""
    PASSWORD = 2
    """By an account's name and, as the secret, its password; over TLS or from the same machine
    only.
    """
    TICKET = 3
    """By a ticket of the HTTP interface, used once and soon; the name is ignored."""
    RESUME = 4
    """By the resume token of AUTH_OK, after the connection was lost; name and look are
    ignored.
    """


class NoticeCode(IntEnum):
    """What the server has to say. What players read is made from the code and its values."""

    ANNOUNCEMENT = 1
    """Values: who, text."""
    WARNED = 2
    """The staff warns the receiver. Values: reason."""
    MUTED = 3
    """The receiver may not speak. Values: reason, minutes (0: until lifted)."""
    UNMUTED = 4
    """The receiver may speak again. No values."""
    CHAT_HELD = 5
    """The receiver's line waits for the staff. No values."""
    SLOW_MODE = 6
    """Everybody may speak once in so many seconds; 0: as they like. Values: seconds."""
    TELEPORTED = 7
    """The staff moved the receiver. Values: who."""
    REPORT_FILED = 8
    """The receiver's report is with the staff. Values: name."""
    DONE = 9
    """The receiver's command was carried out. Values: command, name."""
    PLAYERS = 10
    """Who is here. Values: world, then names."""
    COMMANDS = 11
    """What the receiver may command: each with its parameters. Values: lines."""
    NAME_CHANGED = 12
    """Values: the old name, the new one."""
    ROLE_CHANGED = 13
    """The receiver's role. Values: role."""


class EmoteKind(IntEnum):
    """What a player shows without words."""

    WAVE = 1
    """Hello, or goodbye."""
    LAUGH = 2
    """How funny."""
    HEART = 3
    """I like that."""
    SAD = 4
    """A pity."""
    ANGRY = 5
    """Stop that."""
    QUESTION = 6
    """I do not understand."""
    SURPRISE = 7
    """Look at that."""
    SLEEP = 8
    """Away, or bored."""


class LeaveReason(IntEnum):
    """Why a player is gone."""

    LEFT = 1
    """Left of their own will."""
    LOST = 2
    """The connection was lost."""
    REMOVED = 3
    """The server ended the connection."""


class Shape(IntEnum):
    """What EDIT_SHAPE draws."""

    STROKE = 1
    """A round brush of `size` tiles, led from (x0, y0) to (x1, y1)."""
    RECTANGLE = 2
    """All cells between the corners (x0, y0) and (x1, y1)."""
    FILL = 3
    """The cells that hang together with (x0, y0) and hold the same tile, sides touching."""


class TilePattern(IntEnum):
    """How a tile's picture is chosen from the cells to the right of its first one."""

    SINGLE = 0
    """Always the first cell."""
    RANDOM = 1
    """One of four cells, by a hash of the place: the drawer's own choice."""
    EDGES = 2
    """One of sixteen, by which neighbours hold the same tile: north 1, east 2, south 4, west
    8. Beyond the map counts as the same.
    """


class Button(IntEnum):
    """Bits of Command.buttons."""

    JUMP = 1
    """Leap off the ground, again at each landing while it is held."""
    USE = 2
    """Reserved."""


class PlayerFlag(IntEnum):
    """Bits of PlayerState.flags."""

    MOVING = 1
    """The body moved over the ground in this tick."""
    AIRBORNE = 2
    """The body leaps or falls."""


class SnapshotFlag(IntEnum):
    """Bits of WORLD_STATE.flags."""

    FULL = 1
    """Everybody in sight is listed: who is not listed is out of sight."""


class ModePhase(IntEnum):
    """Where the world's mode is in its play."""

    NONE = 0
    """It has no rounds."""
    WAITING = 1
    """For more players."""
    PAUSE = 2
    """A round begins soon, at ends_tick."""
    RUNNING = 3
    """A round is being played, until ends_tick where that is known."""
    OVER = 4
    """A round is over; its scores are shown until ends_tick."""


class ScoreKind(IntEnum):
    """What ModeScore.score counts."""

    NONE = 0
    """Nothing: only the marks are to be shown."""
    POINTS = 1
    """More are better."""
    LAPS = 2
    """More are better."""
    TILES = 3
    """Tiles placed or taken; more are better."""


class ModeMark(IntEnum):
    """Bits of ModeScore.marks: what is to be seen of a player in the world, or in the table."""

    IT = 1
    """The one to run from."""
    SPECTATOR = 2
    """Does not play in this round."""
    FINISHED = 4
    """Has reached the end of this round."""
    WINNER = 8
    """Has won the round that is over."""


@dataclass(slots=True)
class Command:
    """What a player wants for one tick. Intent, never a position."""

    SIZE: ClassVar[int] = 6
    DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("direction", ">u2"),
        ("aim", ">u2"),
        ("pace", ">u1"),
        ("buttons", ">u1"),
    ]
    FORMAT: ClassVar[struct.Struct] = struct.Struct("!HHBB")

    direction: int
    """Where to walk: 0 is east (+x), a quarter turn is south (+y). In 1/65536 turn."""
    aim: int
    """Where to look. In 1/65536 turn."""
    pace: int
    """How fast: 0 stands, 255 is full pace. In 1/255."""
    buttons: int
    """Bits of Button."""

    def pack(self) -> bytes:
        return self.FORMAT.pack(self.direction, self.aim, self.pace, self.buttons)

    @classmethod
    def unpack(cls, packed: bytes) -> list[Self]:
        return [cls(*row) for row in cls.FORMAT.iter_unpack(packed)]


@dataclass(slots=True)
class PlayerState:
    """A player in sight, in 8 bytes."""

    SIZE: ClassVar[int] = 8
    DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("slot", ">u2"),
        ("x", ">u2"),
        ("y", ">u2"),
        ("rotation", ">u1"),
        ("flags", ">u1"),
    ]
    FORMAT: ClassVar[struct.Struct] = struct.Struct("!HHHBB")

    slot: int
    """Who: see PLAYER_JOIN."""
    x: int
    """The low 16 bits: of all matching positions the one nearest to the receiver's own. In
    1/256 tile.
    """
    y: int
    """Likewise. In 1/256 tile."""
    rotation: int
    """Where the player looks: 0 is east, a quarter turn is south. In 1/256 turn."""
    flags: int
    """Bits of PlayerFlag."""

    def pack(self) -> bytes:
        return self.FORMAT.pack(self.slot, self.x, self.y, self.rotation, self.flags)

    @classmethod
    def unpack(cls, packed: bytes) -> list[Self]:
        return [cls(*row) for row in cls.FORMAT.iter_unpack(packed)]


@dataclass(slots=True)
class CellChange:
    """A cell of a chunk and what it holds now."""

    SIZE: ClassVar[int] = 4
    DTYPE: ClassVar[list[tuple[str, str]]] = [("index", ">u2"), ("tile", ">u2")]
    FORMAT: ClassVar[struct.Struct] = struct.Struct("!HH")

    index: int
    """Its place in CHUNK_DATA.cells: (layer * CHUNK_SIZE + row) * CHUNK_SIZE + column."""
    tile: int

    def pack(self) -> bytes:
        return self.FORMAT.pack(self.index, self.tile)

    @classmethod
    def unpack(cls, packed: bytes) -> list[Self]:
        return [cls(*row) for row in cls.FORMAT.iter_unpack(packed)]


@dataclass(slots=True)
class CellEdit:
    """A cell of a map and what it shall hold."""

    SIZE: ClassVar[int] = 7
    DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("layer", ">u1"),
        ("x", ">u2"),
        ("y", ">u2"),
        ("tile", ">u2"),
    ]
    FORMAT: ClassVar[struct.Struct] = struct.Struct("!BHHH")

    layer: int
    x: int
    """In tiles."""
    y: int
    """In tiles."""
    tile: int
    """0 empties the cell."""

    def pack(self) -> bytes:
        return self.FORMAT.pack(self.layer, self.x, self.y, self.tile)

    @classmethod
    def unpack(cls, packed: bytes) -> list[Self]:
        return [cls(*row) for row in cls.FORMAT.iter_unpack(packed)]


@dataclass(slots=True)
class ModeScore:
    """How a player stands in the world's mode."""

    SIZE: ClassVar[int] = 13
    DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("player_id", ">u4"),
        ("score", ">i4"),
        ("time", ">u4"),
        ("marks", ">u1"),
    ]
    FORMAT: ClassVar[struct.Struct] = struct.Struct("!IiIB")

    player_id: int
    score: int
    """See MODE_STATE.score_kind."""
    time: int
    """A time of the player's, such as that of a race; less is better. 0: none. In ticks."""
    marks: int
    """Bits of ModeMark."""

    def pack(self) -> bytes:
        return self.FORMAT.pack(self.player_id, self.score, self.time, self.marks)

    @classmethod
    def unpack(cls, packed: bytes) -> list[Self]:
        return [cls(*row) for row in cls.FORMAT.iter_unpack(packed)]


_U8 = struct.Struct("!B")
_U16 = struct.Struct("!H")


@dataclass(slots=True)
class PlayerUpdate:
    """A player was put somewhere: at joining, or by a jump through space. Exact; nothing is to
    be interpolated to it.
    """

    TYPE: ClassVar[int] = 1

    player_id: int
    x: int
    """East. In 1/1024 tile."""
    y: int
    """South. In 1/1024 tile."""
    z: int
    """Up. In 1/1024 tile."""
    rotation: int
    """In 1/65536 turn."""
    timestamp: int
    """In ticks."""

    def encode(self) -> bytes:
        return _frame(
            1,
            struct.pack(
                "!IiiiHI", self.player_id, self.x, self.y, self.z, self.rotation, self.timestamp
            ),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id, x, y, z, rotation, timestamp) = struct.unpack_from("!IiiiHI", payload, 0)
        return cls(player_id, x, y, z, rotation, timestamp)


@dataclass(slots=True)
class PlayerJoin:
    """Who a player is. Sent for everybody in the world at entering it, then for each who
    comes, and again for a player whose name or look has changed.
    """

    TYPE: ClassVar[int] = 2

    player_id: int
    """Never given to anybody else. An account has the same at every visit."""
    slot: int
    """The player's short number in WORLD_STATE, free for others after PLAYER_LEAVE."""
    look: int
    """Which of the looks, modulo the number of them that a client has."""
    name: str

    def encode(self) -> bytes:
        return _frame(
            2,
            struct.pack("!IHB", self.player_id, self.slot, self.look)
            + _prefixed(self.name.encode(), 80, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id, slot, look) = struct.unpack_from("!IHB", payload, 0)
        name_bytes, _ = _cut(payload, 7, 80, _U8)
        name = name_bytes.decode()
        return cls(player_id, slot, look, name)


@dataclass(slots=True)
class PlayerLeave:
    """A player is gone from the world; the slot is free."""

    TYPE: ClassVar[int] = 3

    player_id: int
    reason: int
    """A value of LeaveReason."""

    def encode(self) -> bytes:
        return _frame(3, struct.pack("!IB", self.player_id, self.reason))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id, reason) = struct.unpack_from("!IB", payload, 0)
        return cls(player_id, reason)


@dataclass(slots=True)
class ChatMessage:
    """Somebody speaks, to all in the world."""

    TYPE: ClassVar[int] = 4

    player_id: int
    """Who. What a client writes here is ignored; from the server, 0 is the server itself."""
    text: str
    timestamp: int
    """When. Ignored from a client. Below 2^53. In ms since 1970."""

    def encode(self) -> bytes:
        return _frame(
            4,
            struct.pack("!I", self.player_id)
            + _prefixed(self.text.encode(), 2000, _U16)
            + struct.pack("!Q", self.timestamp),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id,) = struct.unpack_from("!I", payload, 0)
        text_bytes, at = _cut(payload, 4, 2000, _U16)
        text = text_bytes.decode()
        (timestamp,) = struct.unpack_from("!Q", payload, at)
        return cls(player_id, text, timestamp)


@dataclass(slots=True)
class WorldState:
    """A tick's result: the receiver's own state, exactly, and everybody in sight who changed.
    A player whose last known place lies in a chunk that the receiver does not hold is out
    of sight.
    """

    TYPE: ClassVar[int] = 5
    FRAME_DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("type", ">u1"),
        ("length", ">u2"),
        ("tick", ">u4"),
        ("input_tick", ">u4"),
        ("lead", ">i1"),
        ("flags", ">u1"),
        ("x", ">i4"),
        ("y", ">i4"),
        ("z", ">i4"),
        ("vz", ">i2"),
        ("rotation", ">u2"),
        ("players_count", ">u2"),
    ]
    """The frame up to its records, the envelope included."""

    tick: int
    input_tick: int
    """The tick of the newest command of the receiver's that was applied, or 0."""
    lead: int
    """How far ahead of this tick the newest command received is. In ticks."""
    flags: int
    """Bits of SnapshotFlag."""
    x: int
    """In 1/1024 tile."""
    y: int
    """In 1/1024 tile."""
    z: int
    """In 1/1024 tile."""
    vz: int
    """Up; 0 stands. In units per tick."""
    rotation: int
    """In 1/65536 turn."""
    players: bytes
    """May name the receiver and may name a player twice, in equal words. Packed PlayerState,
    at most 4000.
    """

    def encode(self) -> bytes:
        return _frame(
            5,
            struct.pack(
                "!IIbBiiihH",
                self.tick,
                self.input_tick,
                self.lead,
                self.flags,
                self.x,
                self.y,
                self.z,
                self.vz,
                self.rotation,
            )
            + _prefixed(self.players, 4000, _U16, 8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (tick, input_tick, lead, flags, x, y, z, vz, rotation) = struct.unpack_from(
            "!IIbBiiihH", payload, 0
        )
        players, _ = _cut(payload, 26, 4000, _U16, 8)
        return cls(tick, input_tick, lead, flags, x, y, z, vz, rotation, players)


@dataclass(slots=True)
class Hello:
    """The first message of a connection."""

    TYPE: ClassVar[int] = 6

    magic: int
    """MAGIC."""
    lowest_version: int
    highest_version: int
    features: int
    """Bits of optional features; none is defined yet."""
    schema_hash: int
    """SCHEMA_HASH of the sender's codec, 0 where it has none. A difference is noted, not
    refused.
    """
    client: str
    """What the client calls itself, for the server's log."""

    def encode(self) -> bytes:
        return _frame(
            6,
            struct.pack(
                "!IBBII",
                self.magic,
                self.lowest_version,
                self.highest_version,
                self.features,
                self.schema_hash,
            )
            + _prefixed(self.client.encode(), 64, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (magic, lowest_version, highest_version, features, schema_hash) = struct.unpack_from(
            "!IBBII", payload, 0
        )
        client_bytes, _ = _cut(payload, 14, 64, _U8)
        client = client_bytes.decode()
        return cls(magic, lowest_version, highest_version, features, schema_hash, client)


@dataclass(slots=True)
class Welcome:
    """The answer to HELLO: what is spoken from here on, and the server's limits."""

    TYPE: ClassVar[int] = 7

    version: int
    """The highest version that both know."""
    features: int
    schema_hash: int
    tick_rate: int
    """In ticks per second."""
    tick: int
    messages_per_second: int
    """How many protocol messages a connection may send."""
    chat_characters: int
    """The longest chat message, in Unicode code points."""
    server: str
    """The server's name, for people."""

    def encode(self) -> bytes:
        return _frame(
            7,
            struct.pack(
                "!BIIBIHH",
                self.version,
                self.features,
                self.schema_hash,
                self.tick_rate,
                self.tick,
                self.messages_per_second,
                self.chat_characters,
            )
            + _prefixed(self.server.encode(), 80, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (version, features, schema_hash, tick_rate, tick, messages_per_second, chat_characters) = (
            struct.unpack_from("!BIIBIHH", payload, 0)
        )
        server_bytes, _ = _cut(payload, 18, 80, _U8)
        server = server_bytes.decode()
        return cls(
            version,
            features,
            schema_hash,
            tick_rate,
            tick,
            messages_per_second,
            chat_characters,
            server,
        )


@dataclass(slots=True)
class Auth:
    """Who wants to play. Answered by AUTH_OK or by an ERROR after which another AUTH may
    follow.
    """

    TYPE: ClassVar[int] = 8

    method: int
    """A value of AuthMethod."""
    look: int
    """See PLAYER_JOIN."""
    name: str
    """Longer than any name may be, so that a long one is answered with NAME_TOO_LONG."""
    secret: bytes
    """Empty for a guest."""

    def encode(self) -> bytes:
        return _frame(
            8,
            struct.pack("!BB", self.method, self.look)
            + _prefixed(self.name.encode(), 255, _U8)
            + _prefixed(self.secret, 512, _U16),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (method, look) = struct.unpack_from("!BB", payload, 0)
        name_bytes, at = _cut(payload, 2, 255, _U8)
        name = name_bytes.decode()
        secret, _ = _cut(payload, at, 512, _U16)
        return cls(method, look, name, secret)


@dataclass(slots=True)
class AuthOk:
    """The server takes the client for this player. Comes again, in any state, when a guest has
    become an account, or the name, the look or the role has changed.
    """

    TYPE: ClassVar[int] = 9

    player_id: int
    """For an account the same at every visit."""
    name: str
    """The name as the server writes it."""
    account: int
    """1: an account, 0: a guest."""
    look: int
    """See PLAYER_JOIN: for an account the one that it chose last."""
    role: str
    """guest, player, or what the staff made of them."""
    resume_seconds: int
    """So long after a lost connection the resume token is good. In seconds."""
    resume_token: bytes
    """The secret for AUTH by RESUME, once."""

    def encode(self) -> bytes:
        return _frame(
            9,
            struct.pack("!I", self.player_id)
            + _prefixed(self.name.encode(), 80, _U8)
            + struct.pack("!BB", self.account, self.look)
            + _prefixed(self.role.encode(), 16, _U8)
            + struct.pack("!H", self.resume_seconds)
            + _prefixed(self.resume_token, 64, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id,) = struct.unpack_from("!I", payload, 0)
        name_bytes, at = _cut(payload, 4, 80, _U8)
        name = name_bytes.decode()
        (account, look) = struct.unpack_from("!BB", payload, at)
        role_bytes, at = _cut(payload, at + 2, 16, _U8)
        role = role_bytes.decode()
        (resume_seconds,) = struct.unpack_from("!H", payload, at)
        resume_token, _ = _cut(payload, at + 2, 64, _U8)
        return cls(player_id, name, account, look, role, resume_seconds, resume_token)


@dataclass(slots=True)
class EnterWorld:
    """Asks to be put into a world."""

    TYPE: ClassVar[int] = 10

    world: str
    """One of those that /api/server names; empty for the first."""

    def encode(self) -> bytes:
        return _frame(10, _prefixed(self.world.encode(), 64, _U8))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        world_bytes, _ = _cut(payload, 0, 64, _U8)
        world = world_bytes.decode()
        return cls(world)


@dataclass(slots=True)
class WorldEntered:
    """The client is in the world. TILE messages, everybody's PLAYER_JOIN, chunks and
    WORLD_STATEs follow.
    """

    TYPE: ClassVar[int] = 11

    tick: int
    slot: int
    """The receiver's own."""
    width: int
    """In tiles."""
    height: int
    """In tiles."""
    world: str
    mode: str

    def encode(self) -> bytes:
        return _frame(
            11,
            struct.pack("!IHHH", self.tick, self.slot, self.width, self.height)
            + _prefixed(self.world.encode(), 64, _U8)
            + _prefixed(self.mode.encode(), 64, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (tick, slot, width, height) = struct.unpack_from("!IHHH", payload, 0)
        world_bytes, at = _cut(payload, 10, 64, _U8)
        world = world_bytes.decode()
        mode_bytes, _ = _cut(payload, at, 64, _U8)
        mode = mode_bytes.decode()
        return cls(tick, slot, width, height, world, mode)


@dataclass(slots=True)
class Ping:
    """Are you there? To be answered by PONG at once."""

    TYPE: ClassVar[int] = 12

    token: int
    """Comes back in the PONG."""

    def encode(self) -> bytes:
        return _frame(12, struct.pack("!I", self.token))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (token,) = struct.unpack_from("!I", payload, 0)
        return cls(token)


@dataclass(slots=True)
class Pong:
    """I am."""

    TYPE: ClassVar[int] = 13

    token: int
    tick: int
    """The tick that the server did last; 0 from a client."""
    phase: int
    """How much of the next tick had passed; 0 from a client. In 1/65536 tick."""

    def encode(self) -> bytes:
        return _frame(13, struct.pack("!IIH", self.token, self.tick, self.phase))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (token, tick, phase) = struct.unpack_from("!IIH", payload, 0)
        return cls(token, tick, phase)


@dataclass(slots=True)
class Input:
    """Commands for consecutive ticks. One that comes after its tick is dropped."""

    TYPE: ClassVar[int] = 14
    FRAME_DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("type", ">u1"),
        ("length", ">u2"),
        ("tick", ">u4"),
        ("commands_count", ">u1"),
    ]
    """The frame up to its records, the envelope included."""

    tick: int
    """The tick of the first command."""
    commands: bytes
    """Packed Command, at most 8."""

    def encode(self) -> bytes:
        return _frame(14, struct.pack("!I", self.tick) + _prefixed(self.commands, 8, _U8, 6))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (tick,) = struct.unpack_from("!I", payload, 0)
        commands, _ = _cut(payload, 4, 8, _U8, 6)
        return cls(tick, commands)


@dataclass(slots=True)
class ChunkData:
    """The tiles of a chunk. From here on its players are in sight."""

    TYPE: ClassVar[int] = 15

    chunk_x: int
    """In chunks."""
    chunk_y: int
    """In chunks."""
    revision: int
    cells: bytes
    """zlib: LAYER_COUNT x CHUNK_SIZE rows x CHUNK_SIZE tile ids, each u16; 0 is an empty cell.
    Cells beyond the map are 0.
    """

    def encode(self) -> bytes:
        return _frame(
            15,
            struct.pack("!HHI", self.chunk_x, self.chunk_y, self.revision)
            + _prefixed(self.cells, 8192, _U16),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (chunk_x, chunk_y, revision) = struct.unpack_from("!HHI", payload, 0)
        cells, _ = _cut(payload, 8, 8192, _U16)
        return cls(chunk_x, chunk_y, revision, cells)


@dataclass(slots=True)
class ChunkDrop:
    """The chunk is out of sight, and so are its players; it may be forgotten."""

    TYPE: ClassVar[int] = 16

    chunk_x: int
    """In chunks."""
    chunk_y: int
    """In chunks."""

    def encode(self) -> bytes:
        return _frame(16, struct.pack("!HH", self.chunk_x, self.chunk_y))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (chunk_x, chunk_y) = struct.unpack_from("!HH", payload, 0)
        return cls(chunk_x, chunk_y)


@dataclass(slots=True)
class Error:
    """Something was refused."""

    TYPE: ClassVar[int] = 17

    code: int
    """A value of ErrorCode."""
    fatal: int
    """1: the server closes with 4000 + code after this."""
    message: int
    """The type of the message that was refused, 0 where it was none."""
    retry_after_ms: int
    """When trying again makes sense; 0: not said. In ms."""
    text: str
    """For a developer's eyes, in English. What players read is made from the code."""

    def encode(self) -> bytes:
        return _frame(
            17,
            struct.pack("!HBBI", self.code, self.fatal, self.message, self.retry_after_ms)
            + _prefixed(self.text.encode(), 255, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (code, fatal, message, retry_after_ms) = struct.unpack_from("!HBBI", payload, 0)
        text_bytes, _ = _cut(payload, 8, 255, _U8)
        text = text_bytes.decode()
        return cls(code, fatal, message, retry_after_ms, text)


@dataclass(slots=True)
class Tile:
    """One tile of the world's tile set. All of them come before the first CHUNK_DATA."""

    TYPE: ClassVar[int] = 18

    id: int
    layer: int
    """The layer that it belongs on: 0 ground, 1 things, 2 roofs."""
    height: int
    """A cell is as high as the higher of its ground and its thing; 32767 is never entered. In
    1/1024 tile.
    """
    speed: int
    """Of WALK_SPEED. A cell's is that of its thing, where there is none that of its ground. In
    percent.
    """
    colour: int
    """For a picture with one point a tile. In 0xRRGGBB."""
    column: int
    """Its first cell in the tile set's picture. In cells."""
    row: int
    """In cells."""
    pattern: int
    """A value of TilePattern."""
    name: str

    def encode(self) -> bytes:
        return _frame(
            18,
            struct.pack(
                "!HBhHIBBB",
                self.id,
                self.layer,
                self.height,
                self.speed,
                self.colour,
                self.column,
                self.row,
                self.pattern,
            )
            + _prefixed(self.name.encode(), 64, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (id, layer, height, speed, colour, column, row, pattern) = struct.unpack_from(
            "!HBhHIBBB", payload, 0
        )
        name_bytes, _ = _cut(payload, 14, 64, _U8)
        name = name_bytes.decode()
        return cls(id, layer, height, speed, colour, column, row, pattern, name)


@dataclass(slots=True)
class Resync:
    """Asks that the next WORLD_STATE be a FULL one."""

    TYPE: ClassVar[int] = 19

    def encode(self) -> bytes:
        return _frame(19, b"")

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        return cls()


@dataclass(slots=True)
class ChunkEdit:
    """Some cells of a chunk changed. Where base_revision is not the one that the receiver
    holds, it asks for the chunk by CHUNK_REQUEST.
    """

    TYPE: ClassVar[int] = 20
    FRAME_DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("type", ">u1"),
        ("length", ">u2"),
        ("chunk_x", ">u2"),
        ("chunk_y", ">u2"),
        ("base_revision", ">u4"),
        ("revision", ">u4"),
        ("cells_count", ">u2"),
    ]
    """The frame up to its records, the envelope included."""

    chunk_x: int
    """In chunks."""
    chunk_y: int
    """In chunks."""
    base_revision: int
    """What this is a change of."""
    revision: int
    """What the chunk is with it."""
    cells: bytes
    """Packed CellChange, at most 768."""

    def encode(self) -> bytes:
        return _frame(
            20,
            struct.pack("!HHII", self.chunk_x, self.chunk_y, self.base_revision, self.revision)
            + _prefixed(self.cells, 768, _U16, 4),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (chunk_x, chunk_y, base_revision, revision) = struct.unpack_from("!HHII", payload, 0)
        cells, _ = _cut(payload, 12, 768, _U16, 4)
        return cls(chunk_x, chunk_y, base_revision, revision, cells)


@dataclass(slots=True)
class ChunkRequest:
    """Asks for a chunk in view as a whole, answered by CHUNK_DATA. One that is out of view is
    not answered.
    """

    TYPE: ClassVar[int] = 21

    chunk_x: int
    """In chunks."""
    chunk_y: int
    """In chunks."""

    def encode(self) -> bytes:
        return _frame(21, struct.pack("!HH", self.chunk_x, self.chunk_y))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (chunk_x, chunk_y) = struct.unpack_from("!HH", payload, 0)
        return cls(chunk_x, chunk_y)


@dataclass(slots=True)
class EditCells:
    """Asks that cells be changed, each on its own. Like every edit it is answered by
    EDIT_RESULT.
    """

    TYPE: ClassVar[int] = 22
    FRAME_DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("type", ">u1"),
        ("length", ">u2"),
        ("edit", ">u4"),
        ("cells_count", ">u2"),
    ]
    """The frame up to its records, the envelope included."""

    edit: int
    """The client's own number for it, for the answer."""
    cells: bytes
    """Packed CellEdit, at most 500."""

    def encode(self) -> bytes:
        return _frame(22, struct.pack("!I", self.edit) + _prefixed(self.cells, 500, _U16, 7))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (edit,) = struct.unpack_from("!I", payload, 0)
        cells, _ = _cut(payload, 4, 500, _U16, 7)
        return cls(edit, cells)


@dataclass(slots=True)
class EditShape:
    """Asks that a shape be drawn with one tile."""

    TYPE: ClassVar[int] = 23

    edit: int
    shape: int
    """A value of Shape."""
    layer: int
    tile: int
    """0 empties the cells."""
    x0: int
    """In tiles."""
    y0: int
    """In tiles."""
    x1: int
    """In tiles."""
    y1: int
    """In tiles."""
    size: int
    """Of the brush, for a stroke. In tiles."""

    def encode(self) -> bytes:
        return _frame(
            23,
            struct.pack(
                "!IBBHHHHHB",
                self.edit,
                self.shape,
                self.layer,
                self.tile,
                self.x0,
                self.y0,
                self.x1,
                self.y1,
                self.size,
            ),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (edit, shape, layer, tile, x0, y0, x1, y1, size) = struct.unpack_from(
            "!IBBHHHHHB", payload, 0
        )
        return cls(edit, shape, layer, tile, x0, y0, x1, y1, size)


@dataclass(slots=True)
class EditStamp:
    """Asks that a rectangle be copied to another place."""

    TYPE: ClassVar[int] = 24

    edit: int
    layers: int
    """One bit a layer: 1 ground, 2 things, 4 roofs."""
    x: int
    """The source's left column. In tiles."""
    y: int
    """The source's upper row. In tiles."""
    width: int
    """In tiles."""
    height: int
    """In tiles."""
    to_x: int
    """In tiles."""
    to_y: int
    """In tiles."""

    def encode(self) -> bytes:
        return _frame(
            24,
            struct.pack(
                "!IBHHHHHH",
                self.edit,
                self.layers,
                self.x,
                self.y,
                self.width,
                self.height,
                self.to_x,
                self.to_y,
            ),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (edit, layers, x, y, width, height, to_x, to_y) = struct.unpack_from(
            "!IBHHHHHH", payload, 0
        )
        return cls(edit, layers, x, y, width, height, to_x, to_y)


@dataclass(slots=True)
class EditUndo:
    """Asks that the player's last edit be taken back, or the last that was taken back be done
    again. Cells that somebody else changed since stay.
    """

    TYPE: ClassVar[int] = 25

    edit: int
    redo: int
    """1: redo."""

    def encode(self) -> bytes:
        return _frame(25, struct.pack("!IB", self.edit, self.redo))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (edit, redo) = struct.unpack_from("!IB", payload, 0)
        return cls(edit, redo)


@dataclass(slots=True)
class EditResult:
    """An edit is in the database, or was refused. What it changed was seen before, as
    CHUNK_EDIT; what could not be written down is changed back.
    """

    TYPE: ClassVar[int] = 26

    edit: int
    """The number that the client gave."""
    code: int
    """0: done. A value of ErrorCode."""
    cells: int
    """How many cells it changed."""
    skipped: int
    """How many an undo left alone because somebody had changed them since."""
    retry_after_ms: int
    """In ms."""
    text: str
    """For a developer's eyes."""

    def encode(self) -> bytes:
        return _frame(
            26,
            struct.pack(
                "!IHIII", self.edit, self.code, self.cells, self.skipped, self.retry_after_ms
            )
            + _prefixed(self.text.encode(), 255, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (edit, code, cells, skipped, retry_after_ms) = struct.unpack_from("!IHIII", payload, 0)
        text_bytes, _ = _cut(payload, 18, 255, _U8)
        text = text_bytes.decode()
        return cls(edit, code, cells, skipped, retry_after_ms, text)


@dataclass(slots=True)
class Notice:
    """The server has something to say to the receiver, for people to read."""

    TYPE: ClassVar[int] = 27

    code: int
    """A value of NoticeCode."""
    values: str
    """As NoticeCode says, separated by U+001F."""

    def encode(self) -> bytes:
        return _frame(
            27, struct.pack("!B", self.code) + _prefixed(self.values.encode(), 4000, _U16)
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (code,) = struct.unpack_from("!B", payload, 0)
        values_bytes, _ = _cut(payload, 1, 4000, _U16)
        values = values_bytes.decode()
        return cls(code, values)


@dataclass(slots=True)
class ChatCommand:
    """A chat command that the receiver may use, for help and completion. All of them come
    after WORLD_ENTERED, and again, from the first, when the role has changed.
    """

    TYPE: ClassVar[int] = 28

    index: int
    """0 begins the list anew."""
    name: str
    """Without the slash."""
    parameters: str
    """Separated by spaces: player, duration, text, ...; those in brackets may be left out."""

    def encode(self) -> bytes:
        return _frame(
            28,
            struct.pack("!B", self.index)
            + _prefixed(self.name.encode(), 32, _U8)
            + _prefixed(self.parameters.encode(), 128, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (index,) = struct.unpack_from("!B", payload, 0)
        name_bytes, at = _cut(payload, 1, 32, _U8)
        name = name_bytes.decode()
        parameters_bytes, _ = _cut(payload, at, 128, _U8)
        parameters = parameters_bytes.decode()
        return cls(index, name, parameters)


@dataclass(slots=True)
class Whisper:
    """Somebody speaks to one other player, in whatever world that player is. The speaker gets
    it back with `own` set.
    """

    TYPE: ClassVar[int] = 29

    player_id: int
    """From a client: for whom. From the server: from whom, or for whom where `own` is set."""
    own: int
    """1: the receiver wrote it. Ignored from a client."""
    name: str
    """That player's, who may be in another world. Ignored from a client."""
    text: str
    timestamp: int
    """When. Ignored from a client. Below 2^53. In ms since 1970."""

    def encode(self) -> bytes:
        return _frame(
            29,
            struct.pack("!IB", self.player_id, self.own)
            + _prefixed(self.name.encode(), 80, _U8)
            + _prefixed(self.text.encode(), 2000, _U16)
            + struct.pack("!Q", self.timestamp),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id, own) = struct.unpack_from("!IB", payload, 0)
        name_bytes, at = _cut(payload, 5, 80, _U8)
        name = name_bytes.decode()
        text_bytes, at = _cut(payload, at, 2000, _U16)
        text = text_bytes.decode()
        (timestamp,) = struct.unpack_from("!Q", payload, at)
        return cls(player_id, own, name, text, timestamp)


@dataclass(slots=True)
class Report:
    """Tells the staff about a player; the chat around it goes with it. Answered by NOTICE
    REPORT_FILED or an ERROR.
    """

    TYPE: ClassVar[int] = 30

    player_id: int
    text: str
    """Up to 500 characters."""

    def encode(self) -> bytes:
        return _frame(
            30, struct.pack("!I", self.player_id) + _prefixed(self.text.encode(), 2000, _U16)
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id,) = struct.unpack_from("!I", payload, 0)
        text_bytes, _ = _cut(payload, 4, 2000, _U16)
        text = text_bytes.decode()
        return cls(player_id, text)


@dataclass(slots=True)
class Rename:
    """Asks for another name. Everybody hears of it by PLAYER_JOIN, the receiver also by NOTICE
    NAME_CHANGED.
    """

    TYPE: ClassVar[int] = 31

    name: str

    def encode(self) -> bytes:
        return _frame(31, _prefixed(self.name.encode(), 255, _U8))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        name_bytes, _ = _cut(payload, 0, 255, _U8)
        name = name_bytes.decode()
        return cls(name)


@dataclass(slots=True)
class ChatRemoved:
    """The staff took a chat line away: it is no longer to be shown."""

    TYPE: ClassVar[int] = 32

    player_id: int
    """Who had said it..."""
    timestamp: int
    """...and when. In ms since 1970."""

    def encode(self) -> bytes:
        return _frame(32, struct.pack("!IQ", self.player_id, self.timestamp))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id, timestamp) = struct.unpack_from("!IQ", payload, 0)
        return cls(player_id, timestamp)


@dataclass(slots=True)
class Watch:
    """Asks to see a world without being in it: a rectangle of its chunks, or what a player
    sees. In the lobby, instead of ENTER_WORLD, and then again to look elsewhere in the same
    world; for those of the staff. The answer is that to ENTER_WORLD, with WATCHER for a
    slot.
    """

    TYPE: ClassVar[int] = 33

    world: str
    """As in ENTER_WORLD."""
    player_id: int
    """Whose view; 0: the rectangle's."""
    chunk_x: int
    """The left column. In chunks."""
    chunk_y: int
    """The upper row. In chunks."""
    width: int
    """Up to WATCHED_CHUNKS. In chunks."""
    height: int
    """Likewise. In chunks."""

    def encode(self) -> bytes:
        return _frame(
            33,
            _prefixed(self.world.encode(), 64, _U8)
            + struct.pack(
                "!IHHBB", self.player_id, self.chunk_x, self.chunk_y, self.width, self.height
            ),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        world_bytes, at = _cut(payload, 0, 64, _U8)
        world = world_bytes.decode()
        (player_id, chunk_x, chunk_y, width, height) = struct.unpack_from("!IHHBB", payload, at)
        return cls(world, player_id, chunk_x, chunk_y, width, height)


@dataclass(slots=True)
class Emote:
    """Somebody shows something without words, to all who see them."""

    TYPE: ClassVar[int] = 34

    player_id: int
    """Who. Ignored from a client."""
    kind: int
    """A value of EmoteKind."""

    def encode(self) -> bytes:
        return _frame(34, struct.pack("!IB", self.player_id, self.kind))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (player_id, kind) = struct.unpack_from("!IB", payload, 0)
        return cls(player_id, kind)


@dataclass(slots=True)
class ModeState:
    """What the world's mode does just now. Comes after WORLD_ENTERED and at each change."""

    TYPE: ClassVar[int] = 65

    mode: str
    """Its name. It may change while the receiver is there."""
    phase: int
    """A value of ModePhase."""
    ends_tick: int
    """When the phase ends; 0: nobody knows. In ticks."""
    score_kind: int
    """A value of ScoreKind."""
    key: str
    """Names a text about what is going on, which clients have in their languages; empty: there
    is none.
    """
    values: str
    """What belongs into that text, in its order, separated by U+001F."""
    texts: str
    """The text itself, for clients that do not know the key: a language code and the text,
    again and again, all separated by U+001F. May be empty.
    """

    def encode(self) -> bytes:
        return _frame(
            65,
            _prefixed(self.mode.encode(), 64, _U8)
            + struct.pack("!BIB", self.phase, self.ends_tick, self.score_kind)
            + _prefixed(self.key.encode(), 64, _U8)
            + _prefixed(self.values.encode(), 1000, _U16)
            + _prefixed(self.texts.encode(), 2000, _U16),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        mode_bytes, at = _cut(payload, 0, 64, _U8)
        mode = mode_bytes.decode()
        (phase, ends_tick, score_kind) = struct.unpack_from("!BIB", payload, at)
        key_bytes, at = _cut(payload, at + 6, 64, _U8)
        key = key_bytes.decode()
        values_bytes, at = _cut(payload, at, 1000, _U16)
        values = values_bytes.decode()
        texts_bytes, _ = _cut(payload, at, 2000, _U16)
        texts = texts_bytes.decode()
        return cls(mode, phase, ends_tick, score_kind, key, values, texts)


@dataclass(slots=True)
class ModeScores:
    """How players stand in the mode. Rows that did not change are not repeated; that of a
    player goes with PLAYER_LEAVE.
    """

    TYPE: ClassVar[int] = 66
    FRAME_DTYPE: ClassVar[list[tuple[str, str]]] = [
        ("type", ">u1"),
        ("length", ">u2"),
        ("full", ">u1"),
        ("rows_count", ">u2"),
    ]
    """The frame up to its records, the envelope included."""

    full: int
    """1: forget all rows so far."""
    rows: bytes
    """Packed ModeScore, at most 2000."""

    def encode(self) -> bytes:
        return _frame(66, struct.pack("!B", self.full) + _prefixed(self.rows, 2000, _U16, 13))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (full,) = struct.unpack_from("!B", payload, 0)
        rows, _ = _cut(payload, 1, 2000, _U16, 13)
        return cls(full, rows)


@dataclass(slots=True)
class ModeRecord:
    """A line of the mode's best list, which outlasts rounds and restarts. All lines come after
    WORLD_ENTERED, and again, from the first, when the list has changed.
    """

    TYPE: ClassVar[int] = 67

    index: int
    """Counts from 0, the best. 0 begins the list anew."""
    count: int
    """How many lines there are in all; 0: none, and this is no line."""
    player_id: int
    score: int
    """See MODE_STATE.score_kind."""
    time: int
    """0: none. In ticks."""
    name: str
    """The player's, when it was set."""

    def encode(self) -> bytes:
        return _frame(
            67,
            struct.pack("!BBIiI", self.index, self.count, self.player_id, self.score, self.time)
            + _prefixed(self.name.encode(), 80, _U8),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (index, count, player_id, score, time) = struct.unpack_from("!BBIiI", payload, 0)
        name_bytes, _ = _cut(payload, 14, 80, _U8)
        name = name_bytes.decode()
        return cls(index, count, player_id, score, time, name)


@dataclass(slots=True)
class ModeNews:
    """Something has happened in the mode, for people to read: a line of the chat."""

    TYPE: ClassVar[int] = 68

    key: str
    """As in MODE_STATE."""
    values: str
    """As in MODE_STATE."""
    texts: str
    """As in MODE_STATE."""

    def encode(self) -> bytes:
        return _frame(
            68,
            _prefixed(self.key.encode(), 64, _U8)
            + _prefixed(self.values.encode(), 1000, _U16)
            + _prefixed(self.texts.encode(), 2000, _U16),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        key_bytes, at = _cut(payload, 0, 64, _U8)
        key = key_bytes.decode()
        values_bytes, at = _cut(payload, at, 1000, _U16)
        values = values_bytes.decode()
        texts_bytes, _ = _cut(payload, at, 2000, _U16)
        texts = texts_bytes.decode()
        return cls(key, values, texts)


@dataclass(slots=True)
class ModeGoal:
    """Where the receiver is to go next in the mode, to be marked on the map."""

    TYPE: ClassVar[int] = 69

    x: int
    """The left column. In tiles."""
    y: int
    """The upper row. In tiles."""
    width: int
    """0: nowhere in particular. In tiles."""
    height: int
    """In tiles."""

    def encode(self) -> bytes:
        return _frame(69, struct.pack("!HHHH", self.x, self.y, self.width, self.height))

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        (x, y, width, height) = struct.unpack_from("!HHHH", payload, 0)
        return cls(x, y, width, height)


Message = (
    PlayerUpdate
    | PlayerJoin
    | PlayerLeave
    | ChatMessage
    | WorldState
    | Hello
    | Welcome
    | Auth
    | AuthOk
    | EnterWorld
    | WorldEntered
    | Ping
    | Pong
    | Input
    | ChunkData
    | ChunkDrop
    | Error
    | Tile
    | Resync
    | ChunkEdit
    | ChunkRequest
    | EditCells
    | EditShape
    | EditStamp
    | EditUndo
    | EditResult
    | Notice
    | ChatCommand
    | Whisper
    | Report
    | Rename
    | ChatRemoved
    | Watch
    | Emote
    | ModeState
    | ModeScores
    | ModeRecord
    | ModeNews
    | ModeGoal
)

MESSAGES: dict[int, type[Message]] = {
    PlayerUpdate.TYPE: PlayerUpdate,
    PlayerJoin.TYPE: PlayerJoin,
    PlayerLeave.TYPE: PlayerLeave,
    ChatMessage.TYPE: ChatMessage,
    WorldState.TYPE: WorldState,
    Hello.TYPE: Hello,
    Welcome.TYPE: Welcome,
    Auth.TYPE: Auth,
    AuthOk.TYPE: AuthOk,
    EnterWorld.TYPE: EnterWorld,
    WorldEntered.TYPE: WorldEntered,
    Ping.TYPE: Ping,
    Pong.TYPE: Pong,
    Input.TYPE: Input,
    ChunkData.TYPE: ChunkData,
    ChunkDrop.TYPE: ChunkDrop,
    Error.TYPE: Error,
    Tile.TYPE: Tile,
    Resync.TYPE: Resync,
    ChunkEdit.TYPE: ChunkEdit,
    ChunkRequest.TYPE: ChunkRequest,
    EditCells.TYPE: EditCells,
    EditShape.TYPE: EditShape,
    EditStamp.TYPE: EditStamp,
    EditUndo.TYPE: EditUndo,
    EditResult.TYPE: EditResult,
    Notice.TYPE: Notice,
    ChatCommand.TYPE: ChatCommand,
    Whisper.TYPE: Whisper,
    Report.TYPE: Report,
    Rename.TYPE: Rename,
    ChatRemoved.TYPE: ChatRemoved,
    Watch.TYPE: Watch,
    Emote.TYPE: Emote,
    ModeState.TYPE: ModeState,
    ModeScores.TYPE: ModeScores,
    ModeRecord.TYPE: ModeRecord,
    ModeNews.TYPE: ModeNews,
    ModeGoal.TYPE: ModeGoal,
}


def _frame(message_type: int, payload: bytes) -> bytes:
    if len(payload) > 0xFFFF:
        raise ValueError(f"a payload of {len(payload)} bytes does not fit a frame")
    return _HEAD.pack(message_type, len(payload)) + payload


def _prefixed(value: bytes, maximum: int, prefix: struct.Struct, size: int = 1) -> bytes:
    count = len(value) // size
    if count > maximum:
        raise ValueError(f"{count} is more than the {maximum} that fit this field")
    return prefix.pack(count) + value


def _cut(
    payload: bytes, at: int, maximum: int, prefix: struct.Struct, size: int = 1
) -> tuple[bytes, int]:
    """The counted bytes at `at`, and where they end."""
    (count,) = prefix.unpack_from(payload, at)
    if count > maximum:
        raise DecodeError(ErrorCode.VALUE_TOO_LONG)
    start = at + prefix.size
    end = start + count * size
    if end > len(payload):
        raise DecodeError(ErrorCode.TRUNCATED)
    return payload[start:end], end


def parse(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cuts a WebSocket message into (type, payload). Raises DecodeError where it is not whole."""
    if not data:
        raise DecodeError(ErrorCode.EMPTY_MESSAGE)
    at, end = 0, len(data)
    while at < end:
        if at + 3 > end:
            raise DecodeError(ErrorCode.LENGTH_BEYOND_END)
        message_type, length = _HEAD.unpack_from(data, at)
        at += 3 + length
        if at > end:
            raise DecodeError(ErrorCode.LENGTH_BEYOND_END, message_type)
        yield message_type, data[at - length : at]


def decode(message_type: int, payload: bytes) -> Message | None:
    """Reads a payload. None: a type outside the core that this codec does not know; skip it.

    Bytes after the last field are ignored: a later version may have added fields.
    """
    message = MESSAGES.get(message_type)
    if message is None:
        if 0 < message_type <= HIGHEST_CORE_TYPE:
            raise DecodeError(ErrorCode.UNKNOWN_TYPE, message_type)
        if message_type == 0:
            raise DecodeError(ErrorCode.UNKNOWN_TYPE)
        return None
    try:
        return message.decode(payload)
    except struct.error:
        raise DecodeError(ErrorCode.TRUNCATED, message_type) from None
    except UnicodeDecodeError:
        raise DecodeError(ErrorCode.BAD_TEXT, message_type) from None
    except DecodeError as error:
        raise DecodeError(error.code, message_type) from None
