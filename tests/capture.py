"""Captures of WebSocket sessions, as files that Wireshark reads.

Sniffing takes privileges. So a `Recorder` stands between client and server, and what went through
it is written down as the TCP packets that it might have been.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

CLIENT_PORT, SERVER_PORT = 40000, 8000
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
)
"""RFC 6455's own example of a key (1.3)."""
MASK = b"\x37\xfa\x21\x3d"

_FILE_HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)
"""pcap, its packets being IPv4."""


@dataclass
class Conversation:
    """What both sides of a TCP connection said, in order."""

    said: list[tuple[bool, bytes]] = field(default_factory=list)
    """(whether the client did, the bytes)"""
    port: int = CLIENT_PORT

    @classmethod
    def of(
        cls, messages: Iterable[tuple[bool, bytes]], subprotocol: str = "", opcode: int = 2
    ) -> Self:
        """A made-up one: each WebSocket message, from the client or not, in a packet of its own."""
        line = f"Sec-WebSocket-Protocol: {subprotocol}\r\n".encode() if subprotocol else b""
        said = [(True, HANDSHAKE + line + b"\r\n"), (False, ANSWER + line + b"\r\n")]
        for is_client, data in messages:
            said.append((is_client, frame(data, opcode, is_masked=is_client)))
        return cls(said)


def frame(payload: bytes, opcode: int = 2, *, is_masked: bool) -> bytes:
    """A WebSocket frame of a whole message (RFC 6455, 5.2)."""
    mask_bit, size = 0x80 * is_masked, len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, mask_bit | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, mask_bit | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, mask_bit | 127, size)
    if not is_masked:
        return head + payload
    return head + MASK + bytes(each ^ MASK[at % 4] for at, each in enumerate(payload))


def write_pcap(path: Path, *conversations: Conversation) -> None:
    """Writes them one after the other, each with the TCP handshake and its end."""
    with path.open("wb") as file:
        file.write(_FILE_HEAD)
        clock = 0
        for index, each in enumerate(conversations):
            for packet in _packets(each, each.port + index):
                clock += 1
                seconds, millis = divmod(clock, 1000)
                file.write(struct.pack("<IIII", seconds, millis * 1000, len(packet), len(packet)))
                file.write(packet)


def _packets(conversation: Conversation, client_port: int) -> Iterable[bytes]:
    syn, ack, psh, fin = 2, 16, 8, 1
    numbers = {True: 1000, False: 5000}

    def packet(is_client: bool, flags: int, data: bytes = b"") -> bytes:
        ports = (client_port, SERVER_PORT) if is_client else (SERVER_PORT, client_port)
        acknowledged = numbers[not is_client] if flags & ack else 0
        tcp = struct.pack(
            "!HHIIBBHHH", *ports, numbers[is_client], acknowledged, 5 << 4, flags, 65535, 0, 0
        )
        loopback = b"\x7f\x00\x00\x01"
        size = 20 + len(tcp) + len(data)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, loopback, loopback)
        numbers[is_client] += len(data) + bool(flags & (syn | fin))
        return ip + tcp + data

    yield packet(True, syn)
    yield packet(False, syn | ack)
    yield packet(True, ack)
    for is_client, data in conversation.said:
        # Longer ones than an IPv4 packet holds are cut, as TCP would.
        for at in range(0, len(data), 60_000):
            yield packet(is_client, psh | ack, data[at : at + 60_000])
    yield packet(True, fin | ack)
    yield packet(False, fin | ack)


class Recorder:
    """A proxy on loopback that writes down what goes through. Use as a context manager."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.port = 0
        self.conversations: list[Conversation] = []
        self._open = 0

    def __enter__(self) -> Recorder:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(task)
        self._listening.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def wait_until_over(self, seconds: float = 10) -> None:
        """Until all connections are closed by both sides."""
        deadline = time.monotonic() + seconds
        while self._open or not self.conversations:
            assert time.monotonic() < deadline, "a connection stays open"
            time.sleep(0.02)

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def _take(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        conversation = Conversation()
        self.conversations.append(conversation)
        self._open += 1
        there, on = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            await asyncio.gather(
                self._pass_on(conversation, True, here, on),
                self._pass_on(conversation, False, there, back),
            )
        finally:
            self._open -= 1
            on.close()
            back.close()

    async def _pass_on(
        self,
        conversation: Conversation,
        is_client: bool,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                conversation.said.append((is_client, data))
                target.write(data)
                await target.drain()
            if target.can_write_eof():
                target.write_eof()
