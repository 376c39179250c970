"""The operators' panel, in the browser: another client of the server's own ways.

One page a file; `frame.page` is what they share. Whoever has signed in sees what their role may
see; what they do is judged again by who does it. Passwords and pages go over secure ways only.
"""

from __future__ import annotations

from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from admin import (
    accounts_page,
    audit_page,
    chat,
    live_map,
    new_password,
    overview,
    own_api,
    own_page,
    player_page,
    players,
    report_page,
    reports,
    sanctions,
    settings_page,
    setup_page,
    sign_in,
    socket_guard,
    worlds_page,
)
from admin.open_pages import OpenPages, let_go
from admin.panel import Panel
from admin.sessions import PanelSessions
from server.desks.audit import AuditDesk
from server.desks.maps import MapDesk
from server.desks.settings import SettingsDesk
from server.desks.worlds import WorldDesk
from server.people.roles import is_staff
from server.services import Services
from server.trends import Trends
from server.web.callers import caller_of

MOUNT_PATH = "/admin"


class SecureOnly:
    """Keeps the panel, its pages and its socket alike, off lines that others can read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not caller_of(scope).is_secure:
            text = "The panel is served over https, or on the server's own machine."
            await PlainTextResponse(text, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def register(
    app: FastAPI,
    services: Services,
    maps: MapDesk,
    world_desk: WorldDesk,
    settings_desk: SettingsDesk,
    trends: Trends,
) -> None:
    """Mounts the panel on the server's application."""
    panel = Panel(
        services,
        maps,
        world_desk,
        settings_desk,
        AuditDesk(services.database),
        PanelSessions(),
        OpenPages(),
    )
    panel.sessions.on_closed = panel.open_pages.look
    services.accounts.on_closed = panel.sessions.close_all
    services.sanctions.on_banned = panel.sessions.close_all

    def role_changed(player_id: int, role: str) -> None:
        if is_staff(role):
            panel.open_pages.look(player_id)
        else:
            panel.sessions.close_all(player_id)

    services.deeds.on_role_changed = role_changed
    app.include_router(sign_in.router(panel))
    app.include_router(new_password.router(panel))
    app.include_router(own_api.router(panel))
    new_password.register()
    sign_in.register()
    own_page.register(panel)
    setup_page.register(services.first_owner)
    overview.register(panel, trends)
    players.register(panel)
    player_page.register(panel)
    chat.register(panel)
    reports.register(panel)
    report_page.register(panel)
    sanctions.register(panel)
    live_map.register(panel)
    worlds_page.register(panel)
    settings_page.register(panel)
    audit_page.register(panel)
    accounts_page.register(panel)
    socket_guard.install()
    pages.on_delete(let_go)
    pages.add_middleware(socket_guard.OwnFilesOnly)
    pages.add_middleware(SecureOnly)
    ui.run_with(app, mount_path=MOUNT_PATH, title="Estragon", favicon="🌳", reconnect_timeout=5)
