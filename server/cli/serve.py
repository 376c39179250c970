"""Runs the server: one port for HTTP, the panel and the game's sockets."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial

import uvicorn

from protocol_spec.codec import PROTOCOL_VERSION
from server import __version__, gateway
from server.control.claim import claimed, here, reachable
from server.lobby import Lobby
from server.main import create_app
from server.people.first_owner import LINK_SECONDS, FirstOwner
from server.settings import Settings
from server.web.deadlines import deadline_protocol
from server.web.discovery import Told
from server.web.nearby import answer_on, asking_socket
from server.web.tls import Certificate, TlsRefused

log = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0002
"""How long the database's thread may keep the interpreter from the tick. With Python's own 5 ms the
tick's p99 was 13 to 16 ms while 50 painted, with this 11 (tests/bench/edits.py)."""


class Server(uvicorn.Server):
    """uvicorn's, which says good-bye to the players before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, lobby: Lobby, way_here: ExitStack) -> None:
        super().__init__(config)
        self._lobby = lobby
        self._way_here = way_here
        self.on_hangup: Callable[[], None] | None = None
        """What SIGHUP does; None: what it does to every program."""
        self.on_startup: Callable[[], Awaitable[asyncio.BaseTransport]] | None = None
        """Opens what else is to be closed at the end."""
        self._opened: asyncio.BaseTransport | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.on_hangup is not None and sys.platform != "win32":
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.on_hangup)
        if self.on_startup is not None:
            self._opened = await self.on_startup()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Here, for uvicorn ends the process by the signal that it was sent: nothing comes after.
        self._way_here.close()
        if self._opened is not None:
            self._opened.close()
        await self._lobby.close()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM.

    Raises OSError where the address cannot be had or a file cannot be read, TlsRefused where the
    certificate or its key will not do, DataInUse where somebody else works on the data folder,
    StoreError where the database cannot be used.
    """
    certificate = _certificate(settings)
    # Under TLS the loop keeps as much again in a buffer that nobody can look into.
    send_buffer = gateway.SEND_BUFFER_BYTES // (1 if certificate is None else 2)
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
            ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
            proxy_headers=False,  # It believes more than `server.callers` does.
            # uvicorn's httptools: the one whose way of handing upgrades over the gateway knows.
            http=deadline_protocol(settings.request_seconds),
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=5,
        )
        host, port = listening.getsockname()[:2]
        _say_next_steps(host, port, app.state.first_owner, is_tls=certificate is not None)
        # What is loaded now stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        _give_memory_back()
        sys.setswitchinterval(SWITCH_SECONDS)
        with (
            ExitStack() as way_here,
            asyncio.Runner(loop_factory=config.get_loop_factory()) as runner,
        ):

            def open_way() -> None:
                way_here.close()
                shown = certificate.fingerprint if certificate else ""
                token = app.state.control_token
                way_here.enter_context(reachable(settings.data, host, port, token, shown))

            server = Server(config, lobby, way_here)
            if certificate is not None:
                server.on_hangup = partial(_renew, certificate, open_way)
            open_way()
            if settings.discovery:
                asking = asking_socket(host, settings.discovery_port)
                if asking is not None:
                    told = partial(_told, lobby, port, is_tls=certificate is not None)
                    server.on_startup = partial(answer_on, asking, told)
            runner.run(server.serve(sockets=[listening]))


def _told(lobby: Lobby, port: int, *, is_tls: bool) -> Told:
    """What the local network may know: the same as everybody who asks `/api/server`."""
    worlds = lobby.world_statuses()
    return Told(
        name=lobby.settings.name,
        version=__version__,
        protocol_versions=(PROTOCOL_VERSION,),
        port=port,
        is_tls=is_tls,
        players=sum(each.player_count for each in worlds),
        max_players=lobby.settings.max_players * len(worlds),
        world_count=len(worlds),
    )


def _certificate(settings: Settings) -> Certificate | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Certificate(settings.tls_cert, settings.tls_key)


def _renew(certificate: Certificate, open_way: Callable[[], None]) -> None:
    """Certificates are renewed every few weeks: nobody needs to leave the game for that."""
    try:
        certificate.renew()
    except (TlsRefused, OSError) as error:
        log.warning("the certificate stays as it is: %s", error)
        return
    open_way()
    log.info("the certificate was read again")


def _give_memory_back() -> None:
    """Starting takes more than running: reading Unicode's and passwords' lists alone 10 MiB."""
    with contextlib.suppress(OSError, AttributeError):  # glibc has it, and nobody else.
        ctypes.CDLL(None).malloc_trim(0)


def _listening_socket(host: str, port: int, send_buffer: int) -> socket.socket:
    """Bound, with the send buffer that accepted sockets inherit."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux and macOS have it.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, gateway.UNSENT_BYTES)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        error.filename = f"{host}:{port}"
        raise
    return listening


def _say_next_steps(host: str, port: int, first_owner: FirstOwner, *, is_tls: bool) -> None:
    # Nobody keeps the token: it goes with this call.
    token = first_owner.open_link()
    s = "s" if is_tls else ""
    address = _address(host, port)
    typed = f"https://{address}" if is_tls else address
    steps = f"""Estragon {__version__} waits for Godot at {typed}

  play:     open godot_client/ in Godot 4.6, run it, and join {typed}
  watch:    http{s}://{address}/admin
  company:  .venv/bin/estragon bots ws{s}://{address}/ws --count 20 --seconds 600
  describe: http{s}://{address}/api/server
"""
    if token:
        # Behind the # it reaches no server, no log of one, and no other page.
        steps += f"""
Nobody owns this server yet. Within {LINK_SECONDS / 60:.0f} minutes, on this machine or over https:

  own it:   http{s}://{_address(here(host), port)}/admin/setup#token={token}
"""
    print(steps, flush=True)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
