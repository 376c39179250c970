"""The first owner: whoever has the link that the server prints at its start.

Of the link's token only the hash is kept, and only in memory. A new link takes a restart, which is
for those alone who may start the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.moderation.actor import OPERATOR
from server.people.accounts import Accounts, LoggedIn
from server.people.identity import OWNER, Account
from server.people.login_limits import LoginLimits
from server.people.names import checked_name
from server.people.tokens import TokenKind, is_token, new_token, token_hash
from server.store import accounts
from server.store.thread import Database

LINK_SECONDS = 30 * 60.0
TRIES = 5
"""So many wrong tokens end the link, whoever sent them."""
LIMIT_KEY = "SETUP"
"""Counts in the limits of log-ins as a name. No name's skeleton has capitals."""


class SetupState(StrEnum):
    OPEN = "open"
    """Who has the link can become the owner."""
    OVER = "over"
    """Too late, or too many wrong tokens: a restart gives another link."""
    DONE = "done"
    """There is an owner."""


class SetupClosed(Exception):
    """No owner can be made this way, by whatever token."""

    def __init__(self, state: SetupState) -> None:
        super().__init__(
            "there is an owner already"
            if state is SetupState.DONE
            else "the link is over: restart the server for another"
        )
        self.state = state


class FirstOwner:
    def __init__(
        self,
        database: Database,
        kept: Accounts,
        limits: LoginLimits,
        clock: Callable[[], float],
    ) -> None:
        """`clock` gives seconds and never goes back."""
        self._database = database
        self._accounts = kept
        self._limits = limits
        self._clock = clock
        self._kept_hash = ""
        self._until = 0.0
        self._tries_left = 0
        self._has_owner = False
        self._turn = asyncio.Lock()

    def open_link(self) -> str:
        """The token for a new link, which only the caller has; empty where there is an owner.

        Waits for the database. Raises StoreError.
        """
        self._has_owner = self._database.store.do(accounts.has_owner, OWNER)
        if self._has_owner:
            return ""
        token = new_token(TokenKind.SETUP)
        self._kept_hash = token_hash(token)
        self._until = self._clock() + LINK_SECONDS
        self._tries_left = TRIES
        return token

    async def state(self) -> SetupState:
        """Raises StoreError."""
        if not self._has_owner:
            # A command may have made one.
            self._has_owner = await self._database.do(accounts.has_owner, OWNER)
        return self._state()

    async def create(
        self, token: str, name: str, password: str, address: str, remote: str
    ) -> LoggedIn:
        """Makes the owner and logs in. Raises Rejected, SetupClosed, StoreError.

        `address` is what limits count, `remote` the true one. Only a wrong token is a try: whoever
        has the right one may look for a name and a password that will do.
        """
        if (state := self._state()) is not SetupState.OPEN:
            raise SetupClosed(state)
        self._limits.check(LIMIT_KEY, address)
        if not is_token(token, self._kept_hash):
            self._tries_left -= 1
            self._limits.failed(LIMIT_KEY, address)
            raise Rejected(ErrorCode.AUTH_EXPIRED, "this is not the link's token")
        try:
            async with self._turn:
                account = await self._create(name, password, remote)
        finally:
            self._limits.abandoned(LIMIT_KEY, address)
        return await self._accounts.begin_login(account, remote)

    async def _create(self, name: str, password: str, remote: str) -> Account:
        if await self.state() is SetupState.DONE:
            raise SetupClosed(SetupState.DONE)
        operator = replace(OPERATOR, via="panel")
        audit = operator.audit("account.create", checked_name(name), role=OWNER, address=remote)
        account = await self._accounts.create(name, password, OWNER, audit=audit)
        self._has_owner = True
        return account

    def _state(self) -> SetupState:
        if self._has_owner:
            return SetupState.DONE
        is_open = self._tries_left > 0 and self._clock() < self._until
        return SetupState.OPEN if is_open else SetupState.OVER
