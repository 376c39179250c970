"""A page answers to the session alone that it was built for, and to its own socket.

NiceGUI knows a page by a number that only its own browser was told, and takes whatever comes with
that number as a deed of whoever opened the page. Should the number get about, it must not be worth
anything: a page's socket has to show the cookie that the page was built with, and what comes by any
other socket is not heard. The same goes for files, which are sent to the page by HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, core
from socketio.exceptions import ConnectionRefusedError  # type: ignore[import-untyped]
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from admin.map_library import LARGEST_UPLOAD
from admin.panel import COOKIE

UPLOAD = re.compile(r"/_nicegui/client/([^/]+)/")
"""Where NiceGUI takes files for a page, whose number that is."""
AROUND_A_FILE = 64 * 1024
"""Its name, and what parts it from others."""
FROM_PAGES = ("event", "javascript_response", "ack", "log")


def install() -> None:
    """Stands before NiceGUI's own handlers from here on."""
    handlers = core.sio.handlers["/"]
    for name in FROM_PAGES:
        core.sio.on(name, _from_own_socket(handlers[name]))
    connect_at_once, shake_hands = handlers["connect"], handlers["handshake"]

    async def connect(socket: str, environment: dict[str, Any], told: Any = None) -> None:
        query = parse_qs(environment.get("QUERY_STRING", ""))
        is_at_once = query.get("implicit_handshake", [""])[0] == "true"
        if is_at_once and not _is_own(query.get("client_id", [""])[0], _cookies(environment)):
            raise ConnectionRefusedError("not this page's browser")
        await connect_at_once(socket, environment, told)

    async def handshake(socket: str, told: dict[str, Any]) -> bool:
        if not _is_own(told.get("client_id"), _cookies(core.sio.get_environ(socket) or {})):
            return False  # The browser then loads the page anew.
        return bool(await shake_hands(socket, told))

    core.sio.on("connect", connect)
    core.sio.on("handshake", handshake)


class OwnFilesOnly:
    """Takes a file for a page from that page's browser alone, and none that is too large.

    The browser, too, looks at how large it is; but it can be told not to.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if found is not None:
            headers = Headers(scope=scope)
            if not _is_own(found[1], headers.get("cookie", "")):
                await PlainTextResponse("not this page's browser", 403)(scope, receive, send)
                return
            length = headers.get("content-length", "")
            if not length.isdecimal() or int(length) > LARGEST_UPLOAD + AROUND_A_FILE:
                await PlainTextResponse("too large", 413)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _from_own_socket(handle: Callable[[str, Any], object]) -> Callable[[str, Any], object]:
    def handle_own(socket: str, told: Any) -> object:
        # After its handshake a socket is in the room that is called like its page.
        is_own = isinstance(told, dict) and told.get("client_id") in core.sio.rooms(socket)
        return handle(socket, told) if is_own else None

    return handle_own


def _cookies(environment: dict[str, Any]) -> str:
    return str(environment.get("HTTP_COOKIE", ""))


def _is_own(client_id: object, cookies: str) -> bool:
    """Whether somebody has the cookie with which the page was built."""
    client = Client.instances.get(str(client_id))
    if client is None or client.request is None:
        return False
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        found = None
    return client.request.cookies.get(COOKIE, "") == (found.value if found else "")
