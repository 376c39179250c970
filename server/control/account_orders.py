"""What an operator's command asks of the accounts, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from protocol_spec.codec import ErrorCode
from server.desks.accounts import AccountDesk
from server.failures import Rejected
from server.moderation.actor import Actor
from server.people.identity import OWNER, Account

if TYPE_CHECKING:
    from server.control.orders import Order

DEEDS = ("accounts", "create_account", "change_role", "reset_password", "end_two_factor")
WORDS = {
    ErrorCode.NAME_EMPTY: "there is no name",
    ErrorCode.NAME_TOO_SHORT: "the name will not do",
    ErrorCode.NAME_TOO_LONG: "the name will not do",
    ErrorCode.NAME_INVALID: "the name will not do",
    ErrorCode.NAME_IN_USE: "somebody who is there has that name, or one that looks like it",
    ErrorCode.NAME_REGISTERED: "there is an account of that name, or of one that looks like it",
    ErrorCode.PASSWORD_TOO_SHORT: "the password will not do",
    ErrorCode.PASSWORD_TOO_LONG: "the password will not do",
    ErrorCode.PASSWORD_COMMON: "the password will not do",
    ErrorCode.AUTH_EXPIRED: "the account is gone",
    ErrorCode.SERVER_BUSY: "the server is busy: try again",
}
"""What is said before a refusal's own text. The other codes have no need of it."""


async def perform(desk: AccountDesk, order: Order) -> Any:
    """Does it; the result is fit for JSON. Raises Rejected, StoreError."""
    # Whoever may read the data folder may do all, and is told apart by their name on the machine.
    operator = Actor(0, order.author, OWNER, "cli")
    match order.do:
        case "accounts":
            return [_told(each) for each in await desk.accounts(operator)]
        case "create_account":
            return _told(await desk.create(operator, order.name, order.password, order.role))
        case "change_role":
            if order.role is None:
                raise Rejected(ErrorCode.COMMAND_USAGE, "say which role")
            return asdict(await desk.change_role(operator, order.name, order.role))
        case "reset_password":
            return _told(await desk.reset_password(operator, order.name, order.password))
        case "end_two_factor":
            return _told(await desk.end_two_factor(operator, order.name))


def said(refusal: Rejected) -> str:
    """A refusal as one line for a person."""
    words = (WORDS.get(refusal.code, ""), str(refusal))
    return ": ".join(each for each in words if each) or refusal.code.name


def _told(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "created": _time(account.created_ms),
        "seen": _time(account.seen_ms),
    }


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat("T", "milliseconds")
