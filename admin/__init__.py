"""The operators' panel, in the browser: another client of the server's own ways.

One page a file; `theme.frame` is what they share. The panel is for the machine that the server runs
on. Only the page that makes the first owner is open to others, as long as there is none: whoever
uses it needs the link's token.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from admin import overview, setup_page
from server.first_owner import FirstOwner
from server.lobby import Lobby

MOUNT_PATH = "/admin"
LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via")
SETUP_PATH = MOUNT_PATH + setup_page.PATH
SETUP_FOLDERS = (f"{MOUNT_PATH}/_nicegui/", f"{MOUNT_PATH}/_nicegui_ws/")
"""What the set-up page consists of. NiceGUI's socket serves none but pages that were fetched."""


class LoopbackOnly:
    """Keeps everybody else out of the panel, its pages and its socket alike."""

    def __init__(self, app: ASGIApp, is_setup_open: Callable[[], bool]) -> None:
        self._app = app
        self._is_setup_open = is_setup_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not (
            _is_local(scope) or (self._is_setup_open() and _is_setup(scope["path"]))
        ):
            response = PlainTextResponse("The panel is open to this machine only.", 403)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(scope: Scope) -> bool:
    """From this machine, and not passed on by a proxy that runs here."""
    client = scope.get("client")
    forwarded = any(name in FORWARDED for name, _ in scope["headers"])
    return client is not None and client[0] in LOOPBACK and not forwarded


def _is_setup(path: str) -> bool:
    return path == SETUP_PATH or path.startswith(SETUP_FOLDERS)


def register(app: FastAPI, lobby: Lobby, first_owner: FirstOwner) -> None:
    """Mounts the panel on the server's application."""
    overview.register(lobby)
    setup_page.register(first_owner)
    pages.add_middleware(LoopbackOnly, is_setup_open=lambda: first_owner.is_wanted)
    ui.run_with(app, mount_path=MOUNT_PATH, title="Estragon", favicon="🌳", reconnect_timeout=5)
