"""Players whose machines hang: they join, and never read again."""

from __future__ import annotations

import socket

from protocol_spec import codec

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==\r\n\r\n"
)
TIMEOUT_SECONDS = 10.0
SMALL_BYTES = 4096


def join_and_never_read(port: int, name: str) -> socket.socket:
    """A player on a socket that holds next to nothing; close it when done."""
    deaf = socket.socket()
    deaf.settimeout(TIMEOUT_SECONDS)
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
    deaf.connect(("127.0.0.1", port))
    deaf.sendall(HANDSHAKE)
    deaf.recv(SMALL_BYTES)
    deaf.sendall(
        masked(
            codec.Hello(codec.MAGIC, 1, 1, 0, 0, "deaf").encode()
            + codec.Auth(codec.AuthMethod.GUEST, 0, name, b"").encode()
        )
    )
    heard = b""
    while name.encode() not in heard:  # AUTH_OK tells it.
        heard += deaf.recv(SMALL_BYTES)
    deaf.sendall(masked(codec.EnterWorld("").encode()))
    return deaf


def masked(payload: bytes) -> bytes:
    """A binary frame of less than 126 bytes, with the mask 0, which changes nothing."""
    return bytes([0x82, 0x80 | len(payload), 0, 0, 0, 0]) + payload
