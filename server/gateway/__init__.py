"""Sockets <-> Session: the only part of the server that knows a WebSocket."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from server.gateway.connection import LARGEST_MESSAGE as LARGEST_MESSAGE
from server.gateway.plain import GAME_PATH, PlainProtocol
from server.lobby import Lobby

log = logging.getLogger(__name__)

try:
    from server.gateway import fast as fast_gateway
except ImportError:  # picows has no build for every platform.
    fast_gateway = None  # type: ignore[assignment]

SEND_BUFFER_BYTES = 64 * 1024
"""The kernel's, a socket: left alone it grows to megabytes and hides seconds of old state."""


def choose(wanted: str) -> str:
    """The gateway to use: "fast" where it is wanted and there, else "asgi"."""
    if wanted == "fast" and fast_gateway is None:
        log.warning("picows is not installed: the slower ASGI gateway serves the game")
        return "asgi"
    return wanted


def upgrade_protocol(lobby: Lobby, *, fast: bool) -> type[asyncio.Protocol]:
    """The class for uvicorn's `ws=`: sends each upgrade to the protocol that serves its path.

    It leans on how uvicorn hands an upgrade over (a new protocol, `connection_made`, then
    `data_received` with the request, then `set_protocol`) and on picows' own protocol class:
    tests/test_gateway.py fails where either moves.
    """

    class UpgradeProtocol(asyncio.Protocol):
        def __init__(self, **uvicorn: Any) -> None:
            self._uvicorn = uvicorn
            self._chosen: Any = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport: Any = transport

        def data_received(self, data: bytes) -> None:
            if self._chosen is None:
                path = data.split(b" ", 2)[1].split(b"?", 1)[0]
                self._is_fast = fast and path == GAME_PATH.encode()
                self._chosen = (
                    fast_gateway.fast_protocol(lobby, self._transport)
                    if self._is_fast
                    else PlainProtocol(**self._uvicorn)
                )
                self._chosen.connection_made(self._transport)
                # uvicorn sets this very object on the transport when we return.
                asyncio.get_running_loop().call_soon(self._hand_over)
            if self._is_fast:
                fast_gateway.feed(self._chosen, data)
            else:
                self._chosen.data_received(data)

        def _hand_over(self) -> None:
            if not self._transport.is_closing():
                self._transport.set_protocol(self._chosen)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._chosen is not None:
                self._chosen.connection_lost(exc)

    return UpgradeProtocol
