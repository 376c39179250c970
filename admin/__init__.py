"""The operators' panel, in the browser: another client of the server's own ways.

One page a file; `theme.frame` is what they share. Until there are accounts the panel is for the
machine that the server runs on.
"""

from __future__ import annotations

from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from admin import overview
from server.lobby import Lobby

MOUNT_PATH = "/admin"
LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via")


class LoopbackOnly:
    """Keeps everybody else out of the panel, its pages and its socket alike."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not _is_local(scope):
            response = PlainTextResponse("The panel is open to this machine only.", 403)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(scope: Scope) -> bool:
    """From this machine, and not passed on by a proxy that runs here."""
    client = scope.get("client")
    forwarded = any(name in FORWARDED for name, _ in scope["headers"])
    return client is not None and client[0] in LOOPBACK and not forwarded


def register(app: FastAPI, lobby: Lobby) -> None:
    """Mounts the panel on the server's application."""
    overview.register(lobby)
    pages.add_middleware(LoopbackOnly)
    ui.run_with(app, mount_path=MOUNT_PATH, title="Estragon", favicon="🌳", reconnect_timeout=5)
