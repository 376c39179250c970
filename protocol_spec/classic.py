"""The bytes of the classic endpoint, `/ws/{player_id}`: four messages without an envelope.

They are those of the game's first sketch (PROTOCOL.md, "The classic endpoint"): one WebSocket
message each, in network byte order. Numbers with a point are 32-bit floats.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

from protocol_spec.codec import MAX_CLIENT_MESSAGE, DecodeError, ErrorCode

CHAT_BYTES = 2000
"""What a text may have: as much as CHAT_MESSAGE.text."""

_UPDATE = struct.Struct("!BIfffff")
_WHO = struct.Struct("!BI")
_CHAT_HEAD, _CHAT_TAIL = struct.Struct("!BII"), struct.Struct("!f")


@dataclass(frozen=True, slots=True)
class PlayerUpdate:
    """From the server: where a player is. From a client: where it would like to be."""

    TYPE: ClassVar[int] = 1

    player_id: int
    x: float
    """Tiles east."""
    y: float
    """Tiles south."""
    z: float
    """Tiles up."""
    rotation: float
    """Degrees: 0 looks east, 90 south."""
    timestamp: float
    """Seconds of the world's clock."""

    def encode(self) -> bytes:
        return _UPDATE.pack(
            self.TYPE, self.player_id, self.x, self.y, self.z, self.rotation, self.timestamp
        )


@dataclass(frozen=True, slots=True)
class PlayerJoin:
    """A player is there to be seen."""

    TYPE: ClassVar[int] = 2

    player_id: int

    def encode(self) -> bytes:
        return _WHO.pack(self.TYPE, self.player_id)


@dataclass(frozen=True, slots=True)
class PlayerLeave:
    """A player is not to be seen any more."""

    TYPE: ClassVar[int] = 3

    player_id: int

    def encode(self) -> bytes:
        return _WHO.pack(self.TYPE, self.player_id)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """Somebody says something; 0 is the server itself."""

    TYPE: ClassVar[int] = 4

    player_id: int
    text: str
    timestamp: float

    def encode(self) -> bytes:
        text = self.text.encode()
        head = _CHAT_HEAD.pack(self.TYPE, self.player_id, len(text))
        return head + text + _CHAT_TAIL.pack(self.timestamp)


Message = PlayerUpdate | PlayerJoin | PlayerLeave | ChatMessage


def decode(data: bytes) -> Message:
    """Reads a WebSocket message; what follows the last field is ignored. Raises DecodeError."""
    if not data:
        raise DecodeError(ErrorCode.EMPTY_MESSAGE)
    if len(data) > MAX_CLIENT_MESSAGE:
        raise DecodeError(ErrorCode.MESSAGE_TOO_LARGE)
    kind = data[0]
    try:
        match kind:
            case PlayerUpdate.TYPE:
                return PlayerUpdate(*_UPDATE.unpack_from(data)[1:])
            case PlayerJoin.TYPE:
                return PlayerJoin(_WHO.unpack_from(data)[1])
            case PlayerLeave.TYPE:
                return PlayerLeave(_WHO.unpack_from(data)[1])
            case ChatMessage.TYPE:
                return _decode_chat(data)
    except struct.error:
        raise DecodeError(ErrorCode.TRUNCATED, kind) from None
    raise DecodeError(ErrorCode.UNKNOWN_TYPE, kind)


def _decode_chat(data: bytes) -> ChatMessage:
    _, player_id, size = _CHAT_HEAD.unpack_from(data)
    if size > CHAT_BYTES:
        raise DecodeError(ErrorCode.VALUE_TOO_LONG, ChatMessage.TYPE)
    end = _CHAT_HEAD.size + size
    (timestamp,) = _CHAT_TAIL.unpack_from(data, end)
    try:
        text = data[_CHAT_HEAD.size : end].decode()
    except UnicodeDecodeError:
        raise DecodeError(ErrorCode.BAD_TEXT, ChatMessage.TYPE) from None
    return ChatMessage(player_id, text, timestamp)
