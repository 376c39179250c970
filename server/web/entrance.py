"""What every request passes first: who calls, and from whose page."""

from __future__ import annotations

import logging

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from server.settings import Settings
from server.web.callers import identify
from server.web.origins import refusal

log = logging.getLogger(__name__)


class Entrance:
    """Refuses pages of foreign origin, and tells those inside who is there.

    They find the Caller by `caller_of(scope)`; `client` and `scheme` are the client's own too,
    where a trusted proxy stands in between.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._settings = settings
        self._app = app
        if settings.allowed_origins:
            # Without this a browser keeps our answers from the page that asked.
            self._app = CORSMiddleware(
                app,
                allow_origins=settings.allowed_origins,
                allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
                allow_headers=("Authorization",),
                expose_headers=("Retry-After",),
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers, (host, port) = scope["headers"], scope.get("client") or ("", 0)
        is_socket, is_tls = scope["type"] == "websocket", scope["scheme"] in ("https", "wss")
        caller = identify(host, headers, self._settings.trusted_proxies, is_tls=is_tls)
        why = refusal(caller, scope["path"], headers, self._settings.allowed_origins)
        if why:
            log.info("%s is refused at %r: %s", caller.remote, scope["path"], why)
            await PlainTextResponse(why, 403)(scope, receive, send)
            return
        scope["estragon.caller"] = caller
        scope["client"] = (caller.remote, port)
        scope["scheme"] = caller.scheme.replace("http", "ws") if is_socket else caller.scheme
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            log.info("%s hung up in the midst of a request for %r", caller.remote, scope["path"])
