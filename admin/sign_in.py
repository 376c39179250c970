"""Signing in and out of the panel, and the tickets by which its pages watch the worlds.

Who has a second factor gets a token for their password, and the session for token and code.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response
from nicegui import ui
from pydantic import BaseModel, ConfigDict, Field

from admin.panel import COOKIE, SIGN_IN, Panel, SignedOut, Staff
from admin.sessions import WHOLE_SECONDS
from admin.theme import WORDS, frame, word
from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.identity import Account
from server.people.roles import is_staff
from server.people.tickets import Tickets
from server.people.tokens import TokenKind
from server.store import accounts
from server.web.account_api import SmallBodies
from server.web.callers import Caller, caller_of

PREFIX = "sign_in_"
CODE_SECONDS = 300.0
"""So long after the password the code may come."""
MOST_HALVES = 1000
Token = Annotated[str, Cookie(alias=COOKIE, max_length=128)]


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=255)
    password: str = Field(max_length=1024)


class Code(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=128)
    code: str = Field(max_length=64)


class CodeWanted(BaseModel):
    token: str
    """Goes with the code."""


@dataclass(frozen=True)
class Half:
    """Somebody who gave the password, and not yet the code."""

    account_id: int
    password_hash: str


class TicketInfo(BaseModel):
    ticket: str


class SignInForm(
    ui.element, component="components/sign_in_form.js", esm={"estragon-forms": "components/forms"}
):
    """Asks for name and password, and posts them. The password does not pass through NiceGUI."""

    def __init__(self, way_back: str) -> None:
        super().__init__()
        words = [key for key in WORDS if key.startswith(PREFIX)]
        self._props["words"] = {key.removeprefix(PREFIX): word(key) for key in words}
        self._props["way-back"] = way_back
        self.classes("w-full max-w-sm mx-auto")


def router(panel: Panel) -> APIRouter:
    routes = APIRouter(prefix="/api/panel", include_in_schema=False, route_class=SmallBodies)

    services = panel.services
    halves: Tickets[Half] = Tickets(CODE_SECONDS, MOST_HALVES, TokenKind.CODE)

    async def begin(account: Account, request: Request, response: Response, token: str) -> None:
        """Opens the session. Raises Rejected."""
        caller = caller_of(request.scope)
        await services.authentication.check_bans(caller.remote, account.player_id)
        if not is_staff(account.role):
            raise Rejected(ErrorCode.FORBIDDEN, "not of the staff")
        panel.sessions.close(token)  # Whoever knew that one shall not have this one.
        browser = request.headers.get("user-agent", "")
        opened = panel.sessions.open(
            account.player_id, time.monotonic(), caller.remote, browser_name(browser)
        )
        set_cookie(response, opened, caller)
        response.status_code = 204

    @routes.post("/session", status_code=202, response_model=None)
    async def sign_in(
        body: Credentials, request: Request, response: Response, token: Token = ""
    ) -> CodeWanted | None:
        """204 and the cookie; or 202, where a code is wanted as well."""
        caller = caller_of(request.scope)
        if not caller.is_secure:
            raise Rejected(ErrorCode.AUTH_INSECURE)
        account = await services.authentication.log_in(body.name, body.password, caller.address)
        if is_staff(account.role) and await services.two_factor.state(account.player_id):
            half = Half(account.player_id, account.password_hash)
            return CodeWanted(token=halves.issue(half, time.monotonic()))
        await begin(account, request, response, token)
        return None

    @routes.post("/session/code", status_code=204)
    async def give_code(
        body: Code, request: Request, response: Response, token: Token = ""
    ) -> None:
        caller = caller_of(request.scope)
        if not caller.is_secure:
            raise Rejected(ErrorCode.AUTH_INSECURE)
        too_late = Rejected(ErrorCode.AUTH_EXPIRED, "give the password again")
        half = halves.peek(body.token, time.monotonic())
        if half is None:
            raise too_late
        account = await services.database.do(accounts.find_account, player_id=half.account_id)
        if account is None or account.password_hash != half.password_hash:
            raise too_late
        await services.two_factor.check(account, body.code, caller.address)
        if halves.take(body.token, time.monotonic()) is None:
            raise too_late
        await begin(account, request, response, token)

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


def set_cookie(response: Response, token: str, caller: Caller) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=WHOLE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=caller.scheme == "https",
    )


def browser_name(agent: str) -> str:
    """What somebody knows their browser by, out of its User-Agent; empty where that is strange."""
    names = (
        # Each names itself after those that it wants to be taken for.
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("YaBrowser", "Yandex"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    name = next((name for mark, name in names if f"{mark}/" in agent), "")
    system = next((each for each in systems if each in agent), "")
    return ", ".join(each for each in (name, system) if each)


def register() -> None:
    @ui.page(SIGN_IN)
    def page(to: str = "/admin/") -> None:
        # Elsewhere than into the panel nobody is led.
        is_own = to.startswith("/admin/") and not to.startswith("/admin//")
        with frame(word("sign_in_title")):
            SignInForm(to if is_own else "/admin/")
