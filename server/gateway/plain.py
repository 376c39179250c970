"""The plain gateway: the game's sockets as an ASGI route, for where picows is missing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from protocol_spec.codec import SUBPROTOCOL
from server.gateway.connection import Connection, counted_address
from server.lobby import Lobby

GAME_PATH = "/ws"
ABNORMAL_CLOSURE = 1006
"""RFC 6455, 7.4.1: the connection was lost without a close frame."""
_ABORT = "estragon.abort"


def router(lobby: Lobby) -> APIRouter:
    routes = APIRouter()

    @routes.websocket(GAME_PATH)
    async def play(websocket: WebSocket) -> None:
        await PlainConnection(lobby, websocket).serve()

    return routes


class PlainConnection(Connection):
    """A game socket on an ASGI route; a task of its own writes what was sent."""

    def __init__(self, lobby: Lobby, websocket: WebSocket) -> None:
        host = websocket.client.host if websocket.client else ""
        super().__init__(lobby, counted_address(host))
        self._websocket = websocket
        self._abort: Callable[[], None] = websocket.scope["extensions"][_ABORT]
        self._queue: deque[bytes | tuple[int, str]] = deque()
        self._queued = 0
        self._wake = asyncio.Event()

    async def serve(self) -> None:
        """Reads until the socket is gone."""
        offered = self._websocket.scope["subprotocols"]
        await self._websocket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        writer = asyncio.create_task(self._write())
        said_goodbye = False
        try:
            self.begin()
            while True:
                event = await self._websocket.receive()
                if event["type"] == "websocket.disconnect":
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
        return self._queued

    def _send_binary(self, message: bytes) -> None:
        self._queued += len(message)
        self._queue.append(message)
        self._wake.set()

    def _send_close(self, code: int, reason: str) -> None:
        self._queue.append((code, reason))
        self._wake.set()

    def abort(self) -> None:
        self._abort()


class PlainProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, which also lets the route drop a connection that never reads."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.close_sent:
            return  # It was no WebSocket handshake.
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[_ABORT] = self.transport.abort
