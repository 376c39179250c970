"""The first owner over HTTP, for the page that the server's link leads to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from server.people.first_owner import FirstOwner, SetupClosed
from server.web.account_api import (
    SAID,
    LoggedInInfo,
    Name,
    Password,
    Refusal,
    Secure,
    SmallBodies,
    Strict,
    logged_in_info,
)


class Setup(Strict):
    token: Annotated[str, Field(max_length=128)]
    """What stands behind `#token=` in the link."""
    name: Name
    password: Password


def router(first_owner: FirstOwner) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["setup"], responses=SAID, route_class=SmallBodies)

    @routes.post(
        "/setup",
        status_code=201,
        response_model=LoggedInInfo,
        responses={
            410: {
                "model": Refusal,
                "description": "SETUP_DONE: there is an owner. SETUP_OVER: the link came too late, "
                "or after too many wrong tokens; a restart of the server gives another.",
            }
        },
    )
    async def set_up(body: Setup, caller: Secure) -> LoggedInInfo | JSONResponse:
        """Makes the first owner and logs in. A wrong token is one of five tries."""
        try:
            return logged_in_info(
                await first_owner.create(
                    body.token, body.name, body.password, caller.address, caller.remote
                )
            )
        except SetupClosed as closed:
            refusal = Refusal(code=f"SETUP_{closed.state.name}", text=str(closed), retry_after_ms=0)
            return JSONResponse(refusal.model_dump(), 410)

    return routes
