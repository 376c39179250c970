"""The page that a link of the staff leads to: its owner sets a new password there."""

from __future__ import annotations

from fastapi import APIRouter, Request
from nicegui import ui
from pydantic import BaseModel, ConfigDict, Field

from admin.panel import Panel
from admin.theme import WORDS, frame, word
from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.web.account_api import SmallBodies
from server.web.callers import caller_of

PATH = "/new-password"
PREFIX = "new_password_"


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=128)
    password: str = Field(max_length=1024)


class NewPasswordForm(ui.element, component="components/new_password_form.js"):
    """Takes the token from behind the address's #, which no server and no log ever sees."""

    def __init__(self) -> None:
        super().__init__()
        words = [key for key in WORDS if key.startswith(PREFIX)]
        self._props["words"] = {key.removeprefix(PREFIX): word(key) for key in words}
        self.classes("w-full max-w-sm mx-auto")


def router(panel: Panel) -> APIRouter:
    routes = APIRouter(prefix="/api/panel", include_in_schema=False, route_class=SmallBodies)

    @routes.post("/new-password", status_code=204)
    async def new_password(body: NewPassword, request: Request) -> None:
        if not caller_of(request.scope).is_secure:
            raise Rejected(ErrorCode.AUTH_INSECURE)
        await panel.services.accounts.use_password_link(body.token, body.password)

    return routes


def register() -> None:
    @ui.page(PATH)
    def page() -> None:
        with frame(word("new_password_title")):
            NewPasswordForm()
