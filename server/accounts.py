"""Accounts: making, changing and ending them, and the log-ins by which their owners come back."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any

from protocol_spec.codec import ErrorCode, MessageType, NoticeCode
from server.authentication import Authentication, busy
from server.failures import Rejected
from server.game import wall_clock_ms
from server.identity import GUEST, PLAYER, Account, Identity
from server.lobby import Lobby
from server.names import checked_name, is_reserved, skeleton
from server.passwords import Busy, Passwords, check_strength
from server.roles import is_staff
from server.session import Session
from server.store import StoreError, accounts, chat, sanctions
from server.store.accounts import NameTaken
from server.store.audit import Audit
from server.store.thread import Database
from server.tokens import TokenKind, new_token, token_hash

LOGIN_MS = 30 * 24 * 3600 * 1000
"""A log-in is remembered for so long after its last use."""


@dataclass(frozen=True)
class LoggedIn:
    account: Account
    token: str
    """Keeps somebody logged in; each use gives another."""
    expires_ms: int
    ticket: str
    """For AUTH, once and within a minute."""


class Accounts:
    def __init__(
        self,
        database: Database,
        lobby: Lobby,
        passwords: Passwords,
        authentication: Authentication,
    ) -> None:
        self._database = database
        self._lobby = lobby
        self._passwords = passwords
        self._authentication = authentication

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
        guest: Identity | None = None
        if resume_token:
            guest = self._lobby.guest_of(resume_token)
            if guest is None or guest.is_account:
                raise Rejected(ErrorCode.AUTH_EXPIRED)
        checked = checked_name(name or (guest.name if guest else ""))
        player_id = guest.player_id if guest else await self._authentication.new_player_id()
        await self._authentication.check_bans(address, player_id)
        account = await self.create(
            checked, password, PLAYER, guest.look if guest else look, player_id
        )
        if guest is not None:
            self._lobby.release(skeleton(guest.name), player_id)
            guest.name, guest.role = account.name, account.role
            self._lobby.claim(account.skeleton, player_id)
            self._lobby.identity_changed(guest)
        return await self._logged_in(account, address)

    async def create(
        self,
        name: str,
        password: str,
        role: str,
        look: int = 0,
        player_id: int | None = None,
        audit: Audit | None = None,
    ) -> Account:
        """An account with any role. Raises Rejected."""
        name = checked_name(name)
        if is_reserved(name) and not is_staff(role):
            raise Rejected(ErrorCode.NAME_INVALID, "this name is the server's own")
        check_strength(password, for_staff=is_staff(role), name=name)
        key = skeleton(name)
        if player_id is None:
            player_id = await self._authentication.new_player_id()
        is_own = self._lobby.is_claimed_by(key, player_id)
        # Before anything is awaited, so that nobody else takes it meanwhile.
        self._lobby.claim(key, player_id)
        now_ms = wall_clock_ms()
        try:
            account = Account(
                player_id, name, key, await self._hash(password), role, look, now_ms, now_ms
            )
            await self._database.do(accounts.add_account, account, audit)
        except NameTaken:
            raise Rejected(ErrorCode.NAME_REGISTERED) from None
        finally:
            if not is_own:
                self._lobby.release(key, player_id)
        return account

    async def log_in(self, name: str, password: str, address: str, remote: str) -> LoggedIn:
        """Raises Rejected; for an unknown name in the same words and the same time.

        `address` is what limits count, `remote` the true one.
        """
        account = await self._authentication.log_in(name, password, address)
        await self._authentication.check_bans(remote, account.player_id)
        return await self._logged_in(account, remote)

    async def come_back(self, token: str, remote: str) -> LoggedIn:
        """By the token of an earlier log-in, which is then another. Raises Rejected."""
        now_ms = wall_clock_ms()
        fresh = new_token(TokenKind.LOGIN)
        account = await self._database.do(
            accounts.use_login,
            token_hash(token),
            now_ms,
            token_hash(fresh),
            now_ms + LOGIN_MS,
        )
        if account is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        await self._authentication.check_bans(remote, account.player_id)
        ticket = self._authentication.issue_ticket(account.player_id)
        return LoggedIn(account, fresh, now_ms + LOGIN_MS, ticket)

    async def who(self, token: str) -> Account:
        """Whose log-in it is. Raises Rejected."""
        account = await self._database.do(accounts.use_login, token_hash(token), wall_clock_ms())
        if account is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        return account

    async def log_out(self, token: str) -> None:
        await self._database.do(accounts.drop_login, token_hash(token))

    async def log_out_everywhere(self, player_id: int) -> None:
        """Ends all log-ins and every connection of an account."""
        await self._database.do(accounts.drop_logins, player_id)
        self._authentication.drop_tickets(player_id)
        self._lobby.expel(player_id, ErrorCode.LOGGED_OUT)

    async def change_password(self, account: Account, old: str, new: str, address: str) -> None:
        """Ends all log-ins and connections, for whoever may have known the old one.

        Raises Rejected.
        """
        await self._authentication.log_in(account.name, old, address)
        check_strength(new, for_staff=is_staff(account.role), name=account.name)
        await self._change(account.player_id, password_hash=await self._hash(new))
        await self.log_out_everywhere(account.player_id)

    async def change_name(self, account: Account, name: str) -> Account:
        """Raises Rejected."""
        identity = self._lobby.find_identity(account.player_id)
        name = await self._rename(account.player_id, account.role, account.name, name)
        if identity is not None:
            self._renamed(identity, name)
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
        name = await self._rename(identity.player_id, identity.role, before, name)
        self._renamed(identity, name)
        session.notice(NoticeCode.NAME_CHANGED, before, name)

    async def _rename(self, player_id: int, role: str, before: str, name: str) -> str:
        name = checked_name(name)
        if is_reserved(name) and not is_staff(role):
            raise Rejected(ErrorCode.NAME_INVALID, "this name is the server's own")
        key = skeleton(name)
        self._lobby.claim(key, player_id)
        with ExitStack() as claim:
            claim.callback(self._release, key, player_id, before)
            if role == GUEST:
                if await self._database.do(accounts.find_account, skeleton=key):
                    raise Rejected(ErrorCode.NAME_REGISTERED)
            else:
                await self._change(player_id, name=name, skeleton=key)
            if self._lobby.is_expected(player_id):
                claim.pop_all()  # It is granted, and the player's while they are here.
        return name

    def _release(self, key: str, player_id: int, kept: str) -> None:
        """A new name was not to be had; one that looks like the old one is the old one."""
        if key != skeleton(kept) or not self._lobby.is_expected(player_id):
            self._lobby.release(key, player_id)

    def _renamed(self, identity: Identity, name: str) -> None:
        if skeleton(identity.name) != skeleton(name):
            self._lobby.release(skeleton(identity.name), identity.player_id)
        identity.name = name
        self._lobby.identity_changed(identity)

    async def export(self, account: Account) -> dict[str, Any]:
        """All that is kept of somebody, fit for JSON."""
        number = account.player_id
        kept = await self._database.do(accounts.standings, number)
        own = {key: value for key, value in asdict(account).items() if key != "password_hash"}
        lines = await self._database.do(chat.lines, player_id=number, limit=100_000)
        held = await self._database.do(sanctions.all_sanctions, player_id=number)
        visits = await self._database.do(accounts.visits_of, number, 10_000)
        return {
            "account": own,
            "logins": await self._database.do(accounts.logins, number),
            "standings": {world: asdict(each) for world, each in kept.items()},
            "visits": [asdict(each) for each in visits],
            "chat": [asdict(each) for each in lines],
            "sanctions": [
                {
                    "kind": each.kind,
                    "reason": each.reason,
                    "created_ms": each.created_ms,
                    "expires_ms": each.expires_ms,
                    "lifted_ms": each.lifted_ms,
                }
                for each in held
            ],
        }

    async def delete(self, account: Account, password: str, address: str) -> None:
        """Ends an account for good; its name is free. Raises Rejected."""
        await self._authentication.log_in(account.name, password, address)
        await self._database.do(accounts.delete_account, account.player_id)
        self._authentication.drop_tickets(account.player_id)
        self._lobby.expel(account.player_id, ErrorCode.LOGGED_OUT)

    async def _logged_in(self, account: Account, remote: str) -> LoggedIn:
        token = new_token(TokenKind.LOGIN)
        now_ms = wall_clock_ms()
        expires_ms = now_ms + LOGIN_MS
        await self._database.do(
            accounts.add_login, account.player_id, token_hash(token), remote, now_ms, expires_ms
        )
        ticket = self._authentication.issue_ticket(account.player_id)
        return LoggedIn(account, token, expires_ms, ticket)

    async def _hash(self, password: str) -> str:
        try:
            return await self._passwords.hash(password)
        except Busy as trouble:
            raise busy(trouble) from None

    async def _change(self, player_id: int, **columns: Any) -> None:
        try:
            changed = await self._database.do(accounts.change_account, player_id, None, columns)
        except NameTaken:
            raise Rejected(ErrorCode.NAME_REGISTERED) from None
        if changed is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
