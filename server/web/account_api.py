"""Accounts over HTTP: to register, log in and out, and to change, export or delete one's own.

Every refusal is {"code", "text", "retry_after_ms"}; the codes are those of the byte protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import Message

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.accounts import Accounts, LoggedIn
from server.people.authentication import busy
from server.people.identity import Account
from server.store import StoreError
from server.web.callers import Caller, caller_of

Name = Annotated[str, Field(max_length=255)]
"""Longer than any name may be, so that a long one is answered with NAME_TOO_LONG."""
Password = Annotated[str, Field(max_length=1024, json_schema_extra={"format": "password"})]


LARGEST_BODY = 32 * 1024
"""Two passwords at their longest, each letter written as an escape, are 24 KiB."""
LONGEST_TEXT = 255


class SmallBodies(APIRoute):
    """Reads no more than there can be to say."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_small(request: Request) -> Response:
            body = bytearray()
            async for some in request.stream():
                body += some
                if len(body) > LARGEST_BODY:
                    raise Rejected(ErrorCode.MESSAGE_TOO_LARGE)

            async def receive() -> Message:
                return {"type": "http.request", "body": bytes(body)}

            try:
                return await handle(Request(request.scope, receive))
            except HTTPException as error:
                # FastAPI's word for bytes that are no JSON at all.
                raise RequestValidationError([{"loc": ("body",), "msg": error.detail}]) from None

        return handle_small


class Strict(BaseModel):
    # Strict, for otherwise false is taken for the number 0.
    model_config = ConfigDict(extra="forbid", strict=True)


class Registration(Strict):
    name: Name = ""
    """May be left out by a guest who keeps theirs."""
    password: Password
    look: int = Field(default=0, ge=0, le=255)
    resume_token: str = Field(default="", max_length=128)
    """AUTH_OK's, of a guest who plays just now: they become the account and play on."""


class Credentials(Strict):
    name: Name
    password: Password


class AccountChange(Strict):
    name: Name | None = None
    look: int | None = Field(default=None, ge=0, le=255)


class PasswordChange(Strict):
    old: Password
    new: Password


class Deletion(Strict):
    password: Password


class AccountInfo(BaseModel):
    player_id: int
    name: str
    role: str
    look: int
    created_ms: int


class LoggedInInfo(BaseModel):
    account: AccountInfo
    token: str
    """Keep it secret; each use at /api/tickets gives another."""
    expires_ms: int
    ticket: str
    """For AUTH, once and within `ticket_seconds`."""
    ticket_seconds: float


class Refusal(BaseModel):
    code: str
    """The name of an ErrorCode of the byte protocol."""
    text: str
    retry_after_ms: int


STATUS = {
    ErrorCode.AUTH_FAILED: 401,
    ErrorCode.AUTH_EXPIRED: 401,
    ErrorCode.AUTH_INSECURE: 403,
    ErrorCode.BANNED: 403,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NAME_IN_USE: 409,
    ErrorCode.NAME_REGISTERED: 409,
    ErrorCode.MESSAGE_TOO_LARGE: 413,
    ErrorCode.AUTH_TOO_MANY_TRIES: 429,
    ErrorCode.SERVER_BUSY: 429,
}
"""All other codes: 422."""

SAID: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": description}
    for status, description in (
        (401, "Name and password, or the token, are no good."),
        (403, "Not for this account, or not over a line that others can read."),
        (409, "The name is somebody else's."),
        (413, "The body is longer than any that makes sense."),
        (422, "What was sent is not sound."),
        (429, "Too many tries, or too much at once; Retry-After tells when to come back."),
    )
}

bearer = HTTPBearer(auto_error=False, description="The token of a log-in.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def accounts_of(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


async def token_of(credentials: Bearer) -> str:
    if credentials is None:
        raise Rejected(ErrorCode.AUTH_EXPIRED, "no token")
    return credentials.credentials


AllAccounts = Annotated[Accounts, Depends(accounts_of)]
Token = Annotated[str, Depends(token_of)]


async def account_of(token: Token, accounts: AllAccounts) -> Account:
    return await accounts.who(token)


async def secure_caller(request: Request) -> Caller:
    found = caller_of(request.scope)
    if not found.is_secure:
        raise Rejected(ErrorCode.AUTH_INSECURE)
    return found


Own = Annotated[Account, Depends(account_of)]
Secure = Annotated[Caller, Depends(secure_caller)]

routes = APIRouter(prefix="/api", tags=["accounts"], responses=SAID, route_class=SmallBodies)


@routes.post("/accounts", status_code=201)
async def register(body: Registration, caller: Secure, accounts: AllAccounts) -> LoggedInInfo:
    """Makes an account and logs in."""
    return logged_in_info(
        await accounts.register(
            body.name,
            body.password,
            caller.remote,
            resume_token=body.resume_token,
            look=body.look,
        )
    )


@routes.post("/login")
async def log_in(body: Credentials, caller: Secure, accounts: AllAccounts) -> LoggedInInfo:
    return logged_in_info(
        await accounts.log_in(body.name, body.password, caller.address, caller.remote)
    )


@routes.post("/tickets")
async def come_back(token: Token, caller: Secure, accounts: AllAccounts) -> LoggedInInfo:
    """A ticket for the game's socket, for a remembered log-in; its token is then another."""
    return logged_in_info(await accounts.come_back(token, caller.remote))


@routes.post("/logout", status_code=204)
async def log_out(token: Token, accounts: AllAccounts) -> None:
    await accounts.log_out(token)


@routes.post("/logout-everywhere", status_code=204)
async def log_out_everywhere(account: Own, accounts: AllAccounts) -> None:
    """Ends all log-ins, and every connection to the game."""
    await accounts.log_out_everywhere(account.player_id)


@routes.get("/account")
async def account(account: Own) -> AccountInfo:
    return _info(account)


@routes.patch("/account")
async def change(body: AccountChange, account: Own, accounts: AllAccounts) -> AccountInfo:
    """Another name or look."""
    if body.name is not None:
        account = await accounts.change_name(account, body.name)
    if body.look is not None:
        account = await accounts.change_look(account, body.look)
    return _info(account)


@routes.post("/account/password", status_code=204)
async def change_password(
    body: PasswordChange, account: Own, caller: Secure, accounts: AllAccounts
) -> None:
    """Ends all log-ins, and every connection to the game."""
    await accounts.change_password(account, body.old, body.new, caller.address)


@routes.get("/account/export")
async def export(account: Own, accounts: AllAccounts) -> Response:
    """All that the server keeps of the account's owner."""
    return Response(await accounts.export(account), media_type="application/json")


@routes.delete("/account", status_code=204)
async def delete(body: Deletion, account: Own, caller: Secure, accounts: AllAccounts) -> None:
    """For good."""
    await accounts.delete(account, body.password, caller.address)


def answer_refusals(app: FastAPI) -> None:
    """Makes answers of what the parts refuse."""

    @app.exception_handler(Rejected)
    async def rejected(request: Request, refusal: Rejected) -> JSONResponse:
        return _answer(refusal)

    @app.exception_handler(StoreError)
    async def not_stored(request: Request, trouble: StoreError) -> JSONResponse:
        return _answer(busy(trouble))

    @app.exception_handler(RequestValidationError)
    async def unsound(request: Request, error: RequestValidationError) -> JSONResponse:
        fault = error.errors()[0]
        # Without the value itself: it may be a password.
        place = ".".join(str(each) for each in fault["loc"])
        # A key may be a long one, and have half of a surrogate pair, for which UTF-8 has no bytes.
        text = f"{place}: {fault['msg']}"[:LONGEST_TEXT].encode(errors="replace").decode()
        refusal = Refusal(code="INVALID", text=text, retry_after_ms=0)
        return JSONResponse(refusal.model_dump(), 422)


def _answer(refusal: Rejected) -> JSONResponse:
    body = Refusal(code=refusal.code.name, text=str(refusal), retry_after_ms=refusal.retry_after_ms)
    status = STATUS.get(refusal.code, 422)
    headers = {}
    if status == 429:
        headers["Retry-After"] = str(max(1, -(-refusal.retry_after_ms // 1000)))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(), status, headers)


def logged_in_info(logged_in: LoggedIn) -> LoggedInInfo:
    return LoggedInInfo(
        account=_info(logged_in.account),
        token=logged_in.token,
        expires_ms=logged_in.expires_ms,
        ticket=logged_in.ticket,
        ticket_seconds=logged_in.ticket_seconds,
    )


def _info(account: Account) -> AccountInfo:
    return AccountInfo(
        player_id=account.player_id,
        name=account.name,
        role=account.role,
        look=account.look,
        created_ms=account.created_ms,
    )
