"""Accounts: making, changing and ending them, and the log-ins by which their owners come back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from protocol_spec.codec import ErrorCode, MessageType, NoticeCode
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.lobby import Lobby
from server.people.authentication import Authentication, busy
from server.people.identity import GUEST, PLAYER, Account
from server.people.names import checked_name, is_reserved, skeleton
from server.people.passwords import Busy, Passwords, check_strength
from server.people.registrations import Registrations
from server.people.roles import is_staff
from server.people.tickets import Tickets
from server.people.tokens import TokenKind, family, new_token, successor, token_hash
from server.session import Session
from server.store import StoreError, accounts
from server.store.accounts import LastOwner, Login, NameTaken
from server.store.audit import Audit
from server.store.export import export
from server.store.thread import Database

LINK_SECONDS = 24 * 3600.0
MOST_LINKS = 1000
LOGIN_MS = 30 * 24 * 3600 * 1000
"""A log-in is remembered for so long after its last use."""


@dataclass(frozen=True)
class LoggedIn:
    account: Account
    token: str
    """Keeps somebody logged in; each use gives another."""
    expires_ms: int
    ticket: str
    """For AUTH, once and in time."""
    ticket_seconds: float


class Accounts:
    def __init__(
        self,
        database: Database,
        lobby: Lobby,
        passwords: Passwords,
        authentication: Authentication,
        registrations: Registrations,
    ) -> None:
        self._database = database
        self._lobby = lobby
        self._passwords = passwords
        self._authentication = authentication
        self._registrations = registrations
        self._links: Tickets[tuple[int, str]] = Tickets(LINK_SECONDS, MOST_LINKS, TokenKind.RESET)
        """Whose password, and the hash of the one that it takes the place of."""
        self.on_closed: Callable[[int], None] = lambda player_id: None
        """Told whose log-ins have all ended."""

    async def register(
        self,
        name: str,
        password: str,
        address: str,
        *,
        resume_token: str = "",
        look: int = 0,
    ) -> LoggedIn:
        """A new account; that of a guest who plays just now, where their resume token is given.

        Raises Rejected. The guest keeps number, name, place and history, and plays on.
        """
        guest = self._lobby.guest_of(resume_token) if resume_token else None
        if guest is not None:
            if guest.is_account:
                raise Rejected(ErrorCode.FORBIDDEN, "that is an account already")
            name, look = name or guest.name, guest.look
        elif resume_token:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        player_id = guest.player_id if guest else await self._authentication.new_player_id()
        await self._authentication.check_bans(address, player_id)
        self._registrations.take(address)
        token, login = _new_login(address)
        account = await self.create(name, password, PLAYER, look, player_id, login=login)
        return self._logged_in(account, token, login.expires_ms)

    async def create(
        self,
        name: str,
        password: str,
        role: str,
        look: int = 0,
        player_id: int | None = None,
        audit: Audit | None = None,
        login: Login | None = None,
    ) -> Account:
        """An account with any role; where it is a guest's who is here, they play on with it.

        Raises Rejected.
        """
        name = _allowed_name(name, role)
        check_strength(password, for_staff=is_staff(role), name=name)
        key = skeleton(name)
        if player_id is None:
            player_id = await self._authentication.new_player_id()
        with self._lobby.names.claiming(key, player_id):
            kept, now_ms = await self._hash(password), wall_clock_ms()
            account = Account(player_id, name, key, kept, role, look, now_ms, now_ms)
            try:
                await self._database.do(accounts.add_account, account, audit, login)
            except NameTaken:
                raise Rejected(ErrorCode.NAME_REGISTERED) from None
            if (guest := self._lobby.find_identity(player_id)) is not None:
                guest.role = role
                self._lobby.rename(guest, name)
        return account

    async def log_in(self, name: str, password: str, address: str, remote: str) -> LoggedIn:
        """Raises Rejected; for an unknown name in the same words and the same time.

        `address` is what limits count, `remote` the true one.
        """
        account = await self._authentication.log_in(name, password, address)
        await self._authentication.check_bans(remote, account.player_id)
        return await self.begin_login(account, remote)

    async def come_back(self, token: str, remote: str) -> LoggedIn:
        """By the token of an earlier log-in, which is then another. Raises Rejected."""
        fresh, now_ms = successor(token), wall_clock_ms()
        expires_ms = now_ms + LOGIN_MS
        arrival = await self._database.do(
            accounts.come_back,
            token_hash(family(token)),
            token_hash(token),
            token_hash(fresh),
            expires_ms,
            remote,
            now_ms,
        )
        if arrival is None or arrival.account is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        # Nothing is awaited from here on: who logs out everywhere now finds the ticket.
        self._authentication.refuse_banned(arrival, arrival.account.player_id)
        return self._logged_in(arrival.account, fresh, expires_ms)

    async def who(self, token: str) -> Account:
        """Whose log-in it is. Raises Rejected."""
        account = await self._database.do(
            accounts.use_login, token_hash(family(token)), token_hash(token), wall_clock_ms()
        )
        if account is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        return account

    async def log_out(self, token: str) -> None:
        """Ends a log-in, by any token that it ever had."""
        await self._database.do(accounts.drop_login, token_hash(family(token)))

    async def log_out_everywhere(self, player_id: int) -> None:
        """Ends all log-ins and every connection of an account."""
        await self._database.do(accounts.drop_logins, player_id)
        self._close_all(player_id)

    async def change_password(self, account: Account, old: str, new: str, address: str) -> None:
        """Ends all log-ins and connections, for whoever may have known the old one.

        Raises Rejected.
        """
        await self.set_password(await self.confirmed(account, old, address), new)

    async def set_password(
        self, account: Account, password: str, audit: Audit | None = None
    ) -> None:
        """Another password, whatever the old one; ends all log-ins and connections.

        Raises Rejected.
        """
        check_strength(password, for_staff=is_staff(account.role), name=account.name)
        kept = await self._hash(password)
        if not await self._database.do(accounts.set_password, account.player_id, kept, audit):
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        self._close_all(account.player_id)

    def issue_password_link(self, account: Account) -> str:
        """A token for `use_password_link`; good until the password changes in whatever way."""
        value = (account.player_id, account.password_hash)
        self._links.drop_where(lambda each: each[0] == account.player_id)
        return self._links.issue(value, time.monotonic())

    async def use_password_link(self, token: str, password: str) -> None:
        """Another password for whoever has the link; ends all log-ins. Raises Rejected.

        A password that will not do leaves the link good.
        """
        now = time.monotonic()
        found = self._links.peek(token, now)
        account = None
        if found is not None:
            account = await self._database.do(accounts.find_account, player_id=found[0])
        if found is None or account is None or account.password_hash != found[1]:
            raise Rejected(ErrorCode.AUTH_EXPIRED, "this link is over")
        check_strength(password, for_staff=is_staff(account.role), name=account.name)
        if self._links.take(token, now) is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED, "this link is over")
        await self.set_password(account, password)

    async def change_name(self, account: Account, name: str) -> Account:
        """Raises Rejected."""
        name = await self._rename(account.player_id, account.role, name)
        return replace(account, name=name, skeleton=skeleton(name))

    async def change_look(self, account: Account, look: int) -> Account:
        await self._change(account.player_id, look=look)
        identity = self._lobby.find_identity(account.player_id)
        if identity is not None:
            identity.look = look
            self._lobby.identity_changed(identity)
        return replace(account, look=look)

    async def rename(self, session: Session, name: str) -> None:
        """A player's RENAME; the answer goes to the session."""
        try:
            await self.rename_player(session, name)
        except Rejected as refusal:
            session.refuse(refusal, MessageType.RENAME)
        except StoreError as trouble:
            session.refuse(busy(trouble), MessageType.RENAME)

    async def rename_player(self, session: Session, name: str) -> None:
        """Gives a player who is here another name. Raises Rejected."""
        identity = session.identity
        if identity is None:
            return
        if not session.may("own", "rename"):
            raise Rejected(ErrorCode.FORBIDDEN)
        before = identity.name
        name = await self._rename(identity.player_id, identity.role, name)
        session.notice(NoticeCode.NAME_CHANGED, before, name)

    async def _rename(
        self, player_id: int, role: str, name: str, audit: Audit | None = None
    ) -> str:
        name = _allowed_name(name, role)
        key = skeleton(name)
        with self._lobby.names.claiming(key, player_id):
            if role != GUEST:
                await self._change(player_id, audit, name=name, skeleton=key)
            elif await self._database.do(accounts.find_account, skeleton=key):
                raise Rejected(ErrorCode.NAME_REGISTERED)
            if (identity := self._lobby.find_identity(player_id)) is not None:
                self._lobby.rename(identity, name)
        return name

    async def rename_account(self, account: Account, name: str, audit: Audit) -> str:
        """Gives an account another name, whether its owner is here or not. Raises Rejected."""
        return await self._rename(account.player_id, account.role, name, audit)

    async def export(self, account: Account) -> bytes:
        """All that is kept of somebody, as JSON."""
        kept = await self._database.do(export, account.player_id)
        # It may be long, and the tick must not wait for it.
        return await asyncio.to_thread(orjson.dumps, kept)

    async def delete(self, account: Account, password: str, address: str) -> None:
        """Ends an account for good; its name is free. Raises Rejected."""
        await self.confirmed(account, password, address)
        await self.delete_at_once(account)

    async def delete_at_once(self, account: Account, audit: Audit | None = None) -> None:
        """Without its password. Raises Rejected."""
        try:
            await self._database.do(accounts.delete_account, account.player_id, audit)
        except LastOwner:
            raise Rejected(ErrorCode.FORBIDDEN, "a server needs an owner") from None
        self._close_all(account.player_id)

    async def begin_login(self, account: Account, remote: str) -> LoggedIn:
        """For somebody who gave the account's password just now. Raises Rejected."""
        token, login = _new_login(remote)
        now = await self._database.do(
            accounts.add_login, account.player_id, account.password_hash, login
        )
        if now is None:
            raise Rejected(ErrorCode.AUTH_FAILED)  # Changed, or deleted, in this very moment.
        return self._logged_in(now, token, login.expires_ms)

    def _logged_in(self, account: Account, token: str, expires_ms: int) -> LoggedIn:
        authentication = self._authentication
        ticket = authentication.issue_ticket(account.player_id)
        return LoggedIn(account, token, expires_ms, ticket, authentication.ticket_seconds)

    async def confirmed(self, account: Account, password: str, address: str) -> Account:
        """The account as it is now, of whose owner more is wanted than a token. Raises Rejected."""
        found = await self._authentication.log_in(account.name, password, address)
        if found.player_id != account.player_id:
            raise Rejected(ErrorCode.AUTH_FAILED)  # The name has changed hands meanwhile.
        return found

    def _close_all(self, player_id: int) -> None:
        self._authentication.drop_tickets(player_id)
        self.on_closed(player_id)
        self._lobby.expel(player_id, ErrorCode.LOGGED_OUT)

    async def _hash(self, password: str) -> str:
        try:
            return await self._passwords.hash(password)
        except Busy as trouble:
            raise busy(trouble) from None

    async def _change(self, player_id: int, audit: Audit | None = None, **columns: Any) -> None:
        try:
            changed = await self._database.do(accounts.change_account, player_id, audit, columns)
        except NameTaken:
            raise Rejected(ErrorCode.NAME_REGISTERED) from None
        if changed is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)


def _allowed_name(raw: str, role: str) -> str:
    """As it will be shown. Raises Rejected where it is no name, or none for that role."""
    name = checked_name(raw)
    if is_reserved(name) and not is_staff(role):
        raise Rejected(ErrorCode.NAME_INVALID, "this name is the server's own")
    return name


def _new_login(remote: str) -> tuple[str, Login]:
    """A token, and what is kept of it."""
    token, now_ms = new_token(TokenKind.LOGIN), wall_clock_ms()
    return token, Login(token_hash(token), remote, now_ms, now_ms + LOGIN_MS)
