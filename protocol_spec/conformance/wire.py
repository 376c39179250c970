"""Bytes by hand: frames that no codec would write."""

from __future__ import annotations

import struct

from protocol_spec import codec

FULL_PACE = 255
LARGEST_READ = 65_536
"""EST-TR-05: what is longer is closed with MESSAGE_TOO_BIG, and not read to its end."""
MESSAGE_TOO_BIG = 1009
"""RFC 6455, 7.4.1."""


def frame(kind: int, payload: bytes = b"", length: int | None = None) -> bytes:
    """A frame; `length` is what its head says, where that is not the truth."""
    return struct.pack("!BH", kind, len(payload) if length is None else length) + payload


def head(length: int) -> bytes:
    """RFC 6455, 5.2: a binary message of so many bytes, 65,536 or more, from a client, begins."""
    return struct.pack("!BBQ4s", 0x82, 0xFF, length, b"mask")


def hello(
    *,
    magic: int = codec.MAGIC,
    lowest: int = codec.PROTOCOL_VERSION,
    highest: int = codec.PROTOCOL_VERSION,
    features: int = 0,
    schema_hash: int = 0,
    client: bytes = b"conformance",
) -> bytes:
    head = struct.pack("!IBBII", magic, lowest, highest, features, schema_hash)
    return frame(codec.Hello.TYPE, head + bytes([len(client)]) + client)


def auth(
    name: str | bytes = b"", *, method: int = 1, look: int = 0, secret: bytes | str = b""
) -> bytes:
    raw = name.encode() if isinstance(name, str) else name
    said = secret.encode() if isinstance(secret, str) else secret
    head = bytes([method, look, len(raw)]) + raw
    return frame(codec.Auth.TYPE, head + struct.pack("!H", len(said)) + said)


def enter_world(world: str = "") -> bytes:
    return frame(codec.EnterWorld.TYPE, bytes([len(world.encode())]) + world.encode())


def ping(token: int) -> bytes:
    return frame(codec.Ping.TYPE, struct.pack("!I", token))


def chat(text: str | bytes, player_id: int = 0, timestamp: int = 0) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    head = struct.pack("!IH", player_id, len(raw))
    return frame(codec.ChatMessage.TYPE, head + raw + struct.pack("!Q", timestamp))


def command(
    direction: int = 0, aim: int | None = None, pace: int = FULL_PACE, buttons: int = 0
) -> bytes:
    """A Command: walks and, where no other aim is given, looks the same way."""
    return struct.pack("!HHBB", direction, direction if aim is None else aim, pace, buttons)


def commands(tick: int, *each: bytes) -> bytes:
    """An INPUT."""
    head = struct.pack("!IB", tick & 0xFFFFFFFF, len(each))
    return frame(codec.Input.TYPE, head + b"".join(each))
