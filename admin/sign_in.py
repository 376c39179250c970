"""Signing in and out of the panel, and the tickets by which its pages watch the worlds."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response
from nicegui import ui
from pydantic import BaseModel, ConfigDict, Field

from admin.panel import COOKIE, SIGN_IN, Panel, SignedOut, Staff
from admin.sessions import WHOLE_SECONDS
from admin.theme import WORDS, frame, word
from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.roles import is_staff
from server.web.callers import caller_of

PREFIX = "sign_in_"
Token = Annotated[str, Cookie(alias=COOKIE, max_length=128)]


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=255)
    password: str = Field(max_length=1024)


class TicketInfo(BaseModel):
    ticket: str


class SignInForm(ui.element, component="components/sign_in_form.js"):
    """Asks for name and password, and posts them. The password does not pass through NiceGUI."""

    def __init__(self, way_back: str) -> None:
        super().__init__()
        words = [key for key in WORDS if key.startswith(PREFIX)]
        self._props["words"] = {key.removeprefix(PREFIX): word(key) for key in words}
        self._props["way-back"] = way_back
        self.classes("w-full max-w-sm mx-auto")


def router(panel: Panel) -> APIRouter:
    routes = APIRouter(prefix="/api/panel", include_in_schema=False)

    @routes.post("/session", status_code=204)
    async def sign_in(
        body: Credentials, request: Request, response: Response, token: Token = ""
    ) -> None:
        caller = caller_of(request.scope)
        if not caller.is_secure:
            raise Rejected(ErrorCode.AUTH_INSECURE)
        authentication = panel.services.authentication
        account = await authentication.log_in(body.name, body.password, caller.address)
        await authentication.check_bans(caller.remote, account.player_id)
        if not is_staff(account.role):
            raise Rejected(ErrorCode.FORBIDDEN, "not of the staff")
        panel.sessions.close(token)  # Whoever knew that one shall not have this one.
        response.set_cookie(
            COOKIE,
            panel.sessions.open(account.player_id, time.monotonic()),
            max_age=WHOLE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=caller.scheme == "https",
        )

    @routes.delete("/session", status_code=204)
    async def sign_out(response: Response, token: Token = "") -> None:
        panel.sessions.close(token)
        response.delete_cookie(COOKIE)

    @routes.post("/ticket")
    async def ticket(token: Token = "") -> TicketInfo:
        """For AUTH, by which a page watches a world through the game's own socket."""
        try:
            account = await Staff(panel, token).account(is_use=False)
        except SignedOut:
            raise Rejected(ErrorCode.AUTH_EXPIRED) from None
        issued = panel.services.authentication.issue_ticket(account.player_id, only_watches=True)
        return TicketInfo(ticket=issued)

    return routes


def register() -> None:
    @ui.page(SIGN_IN)
    def page(to: str = "/admin/") -> None:
        # Elsewhere than into the panel nobody is led.
        is_own = to.startswith("/admin/") and not to.startswith("/admin//")
        with frame(word("sign_in_title")):
            SignInForm(to if is_own else "/admin/")
