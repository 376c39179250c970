"""What all pages stand on: who is at a page, whether they may, and what the server can do."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from nicegui import ui

from admin.open_pages import OpenPages
from admin.sessions import PanelSession, PanelSessions
from admin.theme import WORDS, word
from protocol_spec.codec import ErrorCode
from server.desks.audit import AuditDesk
from server.desks.maps import MapDesk, MapRefused
from server.desks.settings import SettingsDesk
from server.desks.worlds import WorldDesk
from server.failures import Rejected
from server.moderation.actor import Actor
from server.people.identity import Account
from server.people.roles import is_staff, may
from server.services import Services
from server.store import StoreError, accounts

T = TypeVar("T")

VIA = "panel"
COOKIE = "estragon_panel"
SIGN_IN = "/sign-in"
PATIENCE_SECONDS = 20.0
"""A page that is not built by then is a failure: a database that is slow just now is none."""


class SignedOut(Exception):
    """The session is over, or its owner is no longer of the staff."""


@dataclass(frozen=True)
class Panel:
    services: Services
    maps: MapDesk
    world_desk: WorldDesk
    settings_desk: SettingsDesk
    audit_desk: AuditDesk
    sessions: PanelSessions
    open_pages: OpenPages

    def page(self, path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorates what builds the page."""
        return ui.page(path, response_timeout=PATIENCE_SECONDS)

    async def enter(self, resource: str = "panel", action: str = "enter") -> Staff | None:
        """Who is at the page that is being built.

        None where nobody is signed in, who is then led to where one does that, and where they may
        not, which they then read.
        """
        request = ui.context.client.request
        staff = Staff(self, request.cookies.get(COOKIE, "") if request else "")
        try:
            await staff.account(is_use=True)
        except SignedOut:
            way_back = quote(request.url.path, safe="/") if request else ""
            ui.navigate.to(f"{SIGN_IN}?to={way_back}")
            return None
        if not staff.may(resource, action):
            ui.label(word("forbidden")).classes("m-8 text-lg")
            return None
        return staff


class Staff:
    """Somebody at an open page. They are looked up anew before anything that they do."""

    def __init__(self, panel: Panel, token: str) -> None:
        self.panel = panel
        self._token = token
        self._account: Account | None = None

    @property
    def name(self) -> str:
        return self._account.name if self._account else ""

    @property
    def account_id(self) -> int:
        return self._account.player_id if self._account else 0

    @property
    def role(self) -> str:
        return self._account.role if self._account else ""

    @property
    def session(self) -> PanelSession | None:
        """None where it is over."""
        return self.panel.sessions.find(self._token, time.monotonic(), is_use=False)

    def may(self, resource: str, action: str) -> bool:
        """For what a page shows; what is done is checked again by who does it."""
        return self._account is not None and may(self._account.role, resource, action)

    async def account(self, *, is_use: bool) -> Account:
        """Raises SignedOut."""
        found = self.panel.sessions.find(self._token, time.monotonic(), is_use=is_use)
        if found is None:
            raise SignedOut
        account = await self.panel.services.database.do(
            accounts.find_account, player_id=found.account_id
        )
        if account is None or not is_staff(account.role):
            self.panel.sessions.close(self._token)
            raise SignedOut
        self._account = account
        return account

    async def actor(self) -> Actor:
        """Raises SignedOut."""
        account = await self.account(is_use=True)
        return Actor(account.player_id, account.name, account.role, VIA)

    async def see(self, read: Callable[[Actor], Awaitable[T]]) -> T | None:
        """What a page shows of itself, again and again: that is no use of the session.

        None where there is nothing to see. Who may no longer see it gets the page anew.
        """
        try:
            account = await self.account(is_use=False)
            return await read(Actor(account.player_id, account.name, account.role, VIA))
        except Rejected as refusal:
            if refusal.code is ErrorCode.FORBIDDEN:
                ui.navigate.reload()
        except (SignedOut, StoreError):
            pass  # The frame sees to the one; the other may be over the next time.
        return None

    async def act(self, work: Callable[[Actor], Awaitable[T]], done: str = "") -> T | None:
        """Does something in their name, and says `done`, or why not; then the result is None."""
        try:
            result = await work(await self.actor())
        except SignedOut:
            ui.navigate.to(SIGN_IN)
            return None
        except (Rejected, MapRefused, StoreError) as refusal:
            ui.notify(explained(refusal), type="negative", multi_line=True)
            return None
        if done:
            ui.notify(done, type="positive")
        return result


def explained(refusal: Rejected | MapRefused | StoreError) -> str:
    """Why not, in the visitor's words as far as there are any."""
    if not isinstance(refusal, Rejected):
        return str(refusal)
    key = f"refused_{refusal.code.name.lower()}"
    said = word(key) if key in WORDS else refusal.code.name
    return f"{said} {refusal}".strip()
