"""Runs the server: one port for HTTP, the panel and the game's sockets."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import sys
from contextlib import ExitStack

import uvicorn

from server import __version__, gateway, tls
from server.claim import claimed, reachable
from server.lobby import Lobby
from server.main import create_app
from server.settings import Settings

SWITCH_SECONDS = 0.0002
"""How long the database's thread may keep the interpreter from the tick. With Python's own 5 ms the
tick's p99 was 13 to 16 ms while 50 painted, with this 11 (tests/bench/edits.py)."""


class Server(uvicorn.Server):
    """uvicorn's, which says good-bye to the players before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, lobby: Lobby, way_here: ExitStack) -> None:
        super().__init__(config)
        self._lobby = lobby
        self._way_here = way_here

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Here, for uvicorn ends the process by the signal that it was sent: nothing comes after.
        self._way_here.close()
        await self._lobby.close()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM.

    Raises OSError where the address cannot be had or a file cannot be read, TlsRefused where the
    certificate or its key will not do, DataInUse where somebody else works on the data folder,
    StoreError where the database cannot be used.
    """
    context, certificate = _certificate(settings)
    # Under TLS the loop keeps as much again in a buffer that nobody can look into.
    send_buffer = gateway.SEND_BUFFER_BYTES // (1 if context is None else 2)
    listening = _listening_socket(settings.host, settings.port, send_buffer)
    with listening, claimed(settings.data):
        app = create_app(settings)
        lobby: Lobby = app.state.lobby
        is_fast = gateway.choose(settings.gateway) == "fast"
        config = uvicorn.Config(
            app,
            ws=gateway.upgrade_protocol(lobby, fast=is_fast),
            ws_max_size=gateway.LARGEST_MESSAGE,
            ws_ping_interval=None,  # The protocol has its own PING.
            ws_per_message_deflate=False,
            ssl_context_factory=None if context is None else lambda *_: context,
            proxy_headers=False,  # It believes more than `server.callers` does.
            http="httptools",  # The one whose way of handing upgrades over the gateway knows.
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=5,
        )
        host, port = listening.getsockname()[:2]
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        print(_next_steps(address, is_tls=context is not None), flush=True)
        # What is loaded now stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH_SECONDS)
        with (
            ExitStack() as way_here,
            asyncio.Runner(loop_factory=config.get_loop_factory()) as runner,
        ):
            way_here.enter_context(
                reachable(settings.data, host, port, app.state.control_token, certificate)
            )
            runner.run(Server(config, lobby, way_here).serve(sockets=[listening]))


def _certificate(settings: Settings) -> tuple[ssl.SSLContext | None, str]:
    """What makes connections https and wss, and the certificate's fingerprint."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None, ""
    context = tls.server_context(settings.tls_cert, settings.tls_key)
    return context, tls.fingerprint(settings.tls_cert)


def _listening_socket(host: str, port: int, send_buffer: int) -> socket.socket:
    """Bound, with the send buffer that accepted sockets inherit."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        error.filename = f"{host}:{port}"
        raise
    return listening


def _next_steps(address: str, *, is_tls: bool) -> str:
    s = "s" if is_tls else ""
    typed = f"https://{address}" if is_tls else address
    return f"""Estragon {__version__} waits for Godot at {typed}

  play:     open godot_client/ in Godot 4.6, run it, and join {typed}
  watch:    http{s}://{address}/admin
  company:  .venv/bin/estragon bots ws{s}://{address}/ws --count 20 --seconds 600
  describe: http{s}://{address}/api/server
"""
