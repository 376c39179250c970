"""Sockets <-> Session: the only part of the server that knows a WebSocket."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from server.classic import Wish
from server.gateway.classic import classic_wish
from server.gateway.connection import LARGEST_MESSAGE as LARGEST_MESSAGE
from server.gateway.connection import SEND_BUFFER_BYTES as SEND_BUFFER_BYTES
from server.gateway.connection import UNSENT_BYTES as UNSENT_BYTES
from server.gateway.plain import GAME_PATH, PlainProtocol
from server.lobby import Lobby
from server.web.callers import Caller, Headers, identify
from server.web.origins import refusal

log = logging.getLogger(__name__)

try:
    from server.gateway import fast as fast_gateway
except ImportError:  # picows has no build for every platform.
    fast_gateway = None  # type: ignore[assignment]


def choose(wanted: str) -> str:
    """The gateway to use: "fast" where it is wanted and there, else "asgi"."""
    if wanted == "fast" and fast_gateway is None:
        log.warning("picows is not installed: the slower ASGI gateway serves the game")
        return "asgi"
    return wanted


def upgrade_protocol(lobby: Lobby, *, fast: bool) -> type[asyncio.Protocol]:
    """The class for uvicorn's `ws=`: sends each upgrade to the protocol that serves its path.

    picows gets only who may come in. All others go the way that leads past `server.web.entrance`,
    which tells them so.

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
                admitted = self._admitted(data) if fast else None
                self._is_fast = admitted is not None
                self._chosen = (
                    fast_gateway.fast_protocol(lobby, *admitted)
                    if admitted is not None
                    else PlainProtocol(**self._uvicorn)
                )
                if self._is_fast:
                    data = _in_plain_words(data)
                self._chosen.connection_made(self._transport)
                # uvicorn sets this very object on the transport when we return.
                asyncio.get_running_loop().call_soon(self._hand_over)
            if self._is_fast:
                fast_gateway.feed(self._chosen, data)
            else:
                self._chosen.data_received(data)

        def _admitted(self, data: bytes) -> tuple[Caller, Wish | None] | None:
            """Who knocks at the game's door and may come in, from the request as uvicorn wrote it.

            With what they wish at the classic one. None for all others.
            """
            target, *lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
            path, _, query = target.split(b" ")[1].decode("latin-1").partition("?")
            wish = None if path == GAME_PATH else classic_wish(lobby, path, query)
            if path != GAME_PATH and wish is None:
                return None
            headers = [
                (name, value) for name, _, value in (each.partition(b": ") for each in lines)
            ]
            if not _is_handshake(target, headers):
                return None
            peer = self._transport.get_extra_info("peername")
            caller = identify(
                peer[0] if isinstance(peer, tuple) else "",
                headers,
                lobby.settings.trusted_proxies,
                is_tls=self._transport.get_extra_info("sslcontext") is not None,
            )
            is_refused = refusal(caller, path, headers, lobby.settings.allowed_origins)
            return None if is_refused else (caller, wish)

        def _hand_over(self) -> None:
            if not self._transport.is_closing():
                self._transport.set_protocol(self._chosen)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._chosen is not None:
                self._chosen.connection_lost(exc)

    return UpgradeProtocol


def _is_handshake(target: bytes, headers: Headers) -> bool:
    """Whether it is one as RFC 6455 has it (4.2.1), as far as picows does not look itself."""
    versions = [value for name, value in headers if name == b"sec-websocket-version"]
    keys = [name for name, _ in headers if name == b"sec-websocket-key"]
    return target.startswith(b"GET ") and versions == [b"13"] and len(keys) == 1


def _in_plain_words(request: bytes) -> bytes:
    """An upgrade with the one word in `Connection` that picows knows: Firefox sends two."""
    head, end, rest = request.partition(b"\r\n\r\n")
    lines = [
        b"connection: Upgrade" if line.startswith(b"connection: ") else line
        for line in head.split(b"\r\n")
    ]
    return b"\r\n".join(lines) + end + rest
