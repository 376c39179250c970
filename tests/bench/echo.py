"""The least that a server can do with WebSocket messages: a bare picows echo, and load for it."""

from __future__ import annotations

import asyncio
import sys
import time

import picows
import uvloop

from protocol_spec import codec

MESSAGES_PER_SECOND = 20
SLICES = 10
"""The clients send in so many groups, one after the other, as players do."""


class Echo(picows.WSListener):
    """Answers what it gets, or as many bytes as it was told to."""

    def __init__(self, answer_bytes: int = 0) -> None:
        self._answer = bytes(answer_bytes)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        else:
            answer = self._answer or frame.get_payload_as_bytes()
            transport.send(picows.WSMsgType.BINARY, answer)


class Talker(picows.WSListener):
    """Sends an INPUT's bytes and counts what comes back."""

    def __init__(self) -> None:
        self.heard = 0
        self.transport: picows.WSTransport | None = None

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        self.heard += 1


async def serve(answer_bytes: int) -> None:
    """An echo server on a free port of loopback, which it prints."""
    server = await picows.ws_create_server(lambda request: Echo(answer_bytes), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def talk(port: int, count: int, seconds: float) -> None:
    """`count` clients that each send 20 messages a second; prints how many came back in all."""
    talkers = [Talker() for _ in range(count)]
    for talker in talkers:
        await picows.ws_connect(lambda talker=talker: talker, f"ws://127.0.0.1:{port}/")
    message = codec.Input(tick=1, commands=bytes(codec.Command.SIZE)).encode()
    due = time.perf_counter()
    until = due + seconds
    turn = 0
    while time.perf_counter() < until:
        for talker in talkers[turn % SLICES :: SLICES]:
            if talker.transport is not None:
                talker.transport.send(picows.WSMsgType.BINARY, message)
        turn += 1
        due += 1 / MESSAGES_PER_SECOND / SLICES
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    print(sum(talker.heard for talker in talkers), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        uvloop.run(serve(int(sys.argv[2])))
    else:
        port, count, seconds = sys.argv[1:]
        uvloop.run(talk(int(port), int(count), float(seconds)))
