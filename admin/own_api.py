"""What somebody of the staff does to their own account with a password or a code.

Those go over HTTP and not through NiceGUI, whose fields would tell its socket every letter.
"""

from __future__ import annotations

import io
import time
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from admin.panel import Panel, SignedOut, Staff
from admin.sign_in import Token, set_cookie
from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.moderation.actor import Actor
from server.people.identity import Account
from server.web.account_api import SmallBodies
from server.web.callers import Caller, caller_of

Typed = Annotated[str, Field(max_length=1024)]
TypedCode = Annotated[str, Field(max_length=64)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Confirmation(Strict):
    password: Typed


class FirstCode(Strict):
    code: TypedCode


class BothConfirmed(Strict):
    password: Typed
    code: TypedCode


class PasswordChange(Strict):
    old: Typed
    new: Typed


class OfferInfo(BaseModel):
    secret: str
    picture: str
    """The QR code, as SVG."""


class RecoveryCodes(BaseModel):
    codes: list[str]
    """Shown once, and good once each."""


def router(panel: Panel) -> APIRouter:
    routes = APIRouter(prefix="/api/panel/own", include_in_schema=False, route_class=SmallBodies)
    services = panel.services
    two_factor = services.two_factor

    async def enter(request: Request, token: str) -> tuple[Actor, Account, Caller]:
        """Who asks. Raises Rejected."""
        caller = caller_of(request.scope)
        if not caller.is_secure:
            raise Rejected(ErrorCode.AUTH_INSECURE)
        staff = Staff(panel, token)
        try:
            return await staff.actor(), await staff.account(is_use=True), caller
        except SignedOut:
            raise Rejected(ErrorCode.AUTH_EXPIRED) from None

    @routes.post("/password", status_code=204)
    async def change_password(
        body: PasswordChange, request: Request, response: Response, token: Token = ""
    ) -> None:
        """Ends all log-ins, connections and sessions but this one, which has another token."""
        _, account, caller = await enter(request, token)
        session = panel.sessions.find(token, time.monotonic(), is_use=True)
        await services.accounts.change_password(account, body.old, body.new, caller.address)
        if session is not None:
            set_cookie(response, panel.sessions.succeed(token, session, time.monotonic()), caller)

    @routes.post("/two-factor")
    async def offer(body: Confirmation, request: Request, token: Token = "") -> OfferInfo:
        actor, account, caller = await enter(request, token)
        await services.accounts.confirmed(account, body.password, caller.address)
        offered = await two_factor.offer(actor, services.lobby.settings.name)
        return OfferInfo(secret=offered.secret, picture=_picture(offered.uri))

    @routes.post("/two-factor/on")
    async def switch_on(body: FirstCode, request: Request, token: Token = "") -> RecoveryCodes:
        actor, account, caller = await enter(request, token)
        return RecoveryCodes(
            codes=await two_factor.switch_on(actor, account, body.code, caller.address)
        )

    @routes.post("/two-factor/off", status_code=204)
    async def switch_off(body: BothConfirmed, request: Request, token: Token = "") -> None:
        actor, account, caller = await enter(request, token)
        await services.accounts.confirmed(account, body.password, caller.address)
        await two_factor.check(account, body.code, caller.address)
        await two_factor.switch_off(actor)

    @routes.post("/recovery-codes")
    async def renew(body: BothConfirmed, request: Request, token: Token = "") -> RecoveryCodes:
        actor, account, caller = await enter(request, token)
        await services.accounts.confirmed(account, body.password, caller.address)
        await two_factor.check(account, body.code, caller.address)
        return RecoveryCodes(codes=await two_factor.renew_recovery(actor))

    return routes


def _picture(uri: str) -> str:
    # Imported for those who switch it on: it is 3 MiB.
    import segno

    drawn = io.BytesIO()
    # Dark on light with a margin, whatever the page's colours: so every camera reads it.
    segno.make(uri, error="m").save(drawn, "svg", scale=5, border=4, light="#fff", xmldecl=False)
    return drawn.getvalue().decode()
