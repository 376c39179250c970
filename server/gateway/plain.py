"""The plain gateway: the game's sockets as an ASGI route, for where picows is missing."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from protocol_spec.codec import SUBPROTOCOL
from server.classic import Wish
from server.gateway.classic import classic_wish
from server.gateway.connection import Connection
from server.gateway.lengths import Lengths
from server.lobby import Lobby
from server.member import CLOGGED_BYTES
from server.web.callers import caller_of

GAME_PATH = "/ws"
ABNORMAL_CLOSURE = 1006
"""RFC 6455, 7.4.1: the connection was lost without a close frame."""
PROTOCOL_ERROR = 1002
INVALID_TEXT = 1007
_TRANSPORT = "estragon.transport"
_BROKEN_OFF = "estragon.broken_off"
"""Of the end of a connection: our close frame was the first, for what came broke RFC 6455."""


def router(lobby: Lobby) -> APIRouter:
    routes = APIRouter()

    @routes.websocket(GAME_PATH)
    async def play(websocket: WebSocket) -> None:
        await PlainConnection(lobby, websocket).serve()

    @routes.websocket(f"{GAME_PATH}/{{player_id}}")
    async def play_classic(websocket: WebSocket, player_id: str) -> None:
        wish = classic_wish(lobby, websocket.url.path, websocket.url.query)
        if wish is None:
            await websocket.close()  # Before it is accepted: answered with 403.
        else:
            await PlainConnection(lobby, websocket, wish).serve()

    return routes


class PlainConnection(Connection):
    """A game socket on an ASGI route; a task of its own writes what was sent."""

    def __init__(self, lobby: Lobby, websocket: WebSocket, wish: Wish | None = None) -> None:
        super().__init__(lobby, caller_of(websocket.scope), wish)
        self._websocket = websocket
        self._transport: asyncio.Transport = websocket.scope["extensions"][_TRANSPORT]
        self._queue: deque[bytes | tuple[int, str]] = deque()
        self._queued = 0
        """Bytes in the queue; what the transport has taken of it waits on there."""
        self._wake = asyncio.Event()

    async def serve(self) -> None:
        """Reads until the socket is gone."""
        offered = self._websocket.scope["subprotocols"]
        is_echoed = self._wish is None and SUBPROTOCOL in offered
        await self._websocket.accept(SUBPROTOCOL if is_echoed else None)
        writer = asyncio.create_task(self._write())
        said_goodbye = False
        try:
            self.begin()
            while True:
                event = await self._websocket.receive()
                if event["type"] == "websocket.disconnect":
                    if event.get(_BROKEN_OFF):
                        self.broke_off()
                    said_goodbye = event.get("code") != ABNORMAL_CLOSURE
                    return
                self.take(event.get("bytes"))
        finally:
            self.end(said_goodbye=said_goodbye)
            writer.cancel()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                item = self._queue.popleft()
                try:
                    if isinstance(item, bytes):
                        await self._websocket.send_bytes(item)
                        self._queued -= len(item)
                    else:
                        await self._websocket.close(*item)
                except (WebSocketDisconnect, RuntimeError):
                    return  # The peer was faster; the reader sees it too.

    @property
    def queued_bytes(self) -> int:
        return self._queued + self._transport.get_write_buffer_size()

    def _send_binary(self, message: bytes) -> None:
        self._queued += len(message)
        self._queue.append(message)
        self._wake.set()
        if self.queued_bytes > CLOGGED_BYTES:
            self.clogged()

    def _send_close(self, code: int, reason: str) -> None:
        self._queue.append((code, reason))
        self._wake.set()

    def abort(self) -> None:
        self._transport.abort()


class PlainProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, which also lets the route see and drop what is never read."""

    def __init__(self, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self.conn.debug = False  # It would log frames, and in a frame may be a password.
        self._lengths = Lengths()

    def data_received(self, data: bytes) -> None:
        # The first bytes are the request, which comes whole; what follows are frames.
        frames = data if self.handshake_initiated else data.partition(b"\r\n\r\n")[2]
        end = None if self.close_sent else self._lengths.find_padded(frames)
        if end is None:
            super().data_received(data)
            return
        super().data_received(data[: len(data) - len(frames) + end])
        if not self.close_sent:
            self.conn.fail(PROTOCOL_ERROR, "a length in more bytes than it needs")
            self.handle_parser_exception()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.close_sent:
            return  # It was no WebSocket handshake.
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[_TRANSPORT] = self.transport

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not is_text(b"".join(self.frames)):
            # RFC 6455, 8.1. uvicorn would do it with a traceback, as if it were our fault.
            self.frames = []
            self.conn.send_close(INVALID_TEXT)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        if self.transport.get_write_buffer_size() <= CLOGGED_BYTES:
            super().handle_ping()
        else:
            # Who does not read gets no more PONGs, or their PINGs would fill our memory.
            self.conn.data_to_send()

    def handle_parser_exception(self) -> None:
        broken_off: Any = {"type": "websocket.disconnect", _BROKEN_OFF: True}
        self.queue.put_nowait(broken_off)
        super().handle_parser_exception()

    def connection_lost(self, exc: Exception | None) -> None:
        # uvicorn's own word for it is that of a close frame without a code; the first one counts.
        self.queue.put_nowait({"type": "websocket.disconnect", "code": ABNORMAL_CLOSURE})
        super().connection_lost(exc)

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            # uvicorn takes an answer in words for a bug of the application's, and logs it as one.
            self.handshake_complete = True


def is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
