"""What the staff does with other people's accounts, and the same way whether a server runs or not.

Where none runs, the lobby has no worlds and nobody is there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.moderation.actor import Actor
from server.moderation.deeds import Deeds
from server.people.accounts import Accounts
from server.people.identity import OWNER, Account
from server.people.names import checked_name, skeleton
from server.people.roles import Role, is_staff
from server.store import accounts, two_factors
from server.store.audit import write_audit
from server.store.thread import Database


@dataclass(frozen=True)
class RoleChange:
    name: str
    was: str
    now: str
    needs_password: bool
    """Whether it has a player's password and is of the staff now."""


class AccountDesk:
    def __init__(self, database: Database, kept: Accounts, deeds: Deeds) -> None:
        self._database = database
        self._accounts = kept
        self._deeds = deeds

    async def accounts(self, actor: Actor) -> list[Account]:
        """All of them, the highest roles first, then by name. Raises Rejected."""
        actor.check("account", "see")
        found = await self._database.do(accounts.all_accounts)
        ranks = list(Role)
        return sorted(found, key=lambda each: ranks.index(Role(each.role)))

    async def create(
        self, actor: Actor, name: str, password: str, role: str | None = None
    ) -> Account:
        """An account for somebody. Without a role it is the first owner's. Raises Rejected."""
        if role is None:
            if await self._database.do(accounts.has_owner, OWNER):
                raise Rejected(ErrorCode.FORBIDDEN, "there is an owner already: say which role")
            role = OWNER
        if role == Role.GUEST:
            raise Rejected(ErrorCode.FORBIDDEN, "a guest has no account")
        actor.check("account", "create", role)
        audit = actor.audit("account.create", checked_name(name), role=role)
        return await self._accounts.create(name, password, role, audit=audit)

    async def invite(self, actor: Actor, name: str, role: str) -> str:
        """An account for somebody, who sets its password by the token that is the result.

        Until then nobody can log in to it. Raises Rejected.
        """
        await self.create(actor, name, secrets.token_urlsafe(), role)
        return self._accounts.issue_password_link(await self._find(name))

    async def change_role(self, actor: Actor, name: str, role: str) -> RoleChange:
        """Raises Rejected."""
        account = await self._find(name)
        await self._deeds.change_role(actor, account.player_id, role)
        is_new = is_staff(role) and not is_staff(account.role)
        return RoleChange(account.name, account.role, role, is_new)

    async def reset_password(self, actor: Actor, name: str, password: str) -> Account:
        """Gives an account another password; ends its log-ins and connections. Raises Rejected."""
        account = await self._find(name)
        actor.check("account", "reset_password", account.role)
        audit = actor.audit("account.reset_password", account.name)
        await self._accounts.set_password(account, password, audit)
        return account

    async def end_two_factor(self, actor: Actor, name: str) -> Account:
        """Switches the second factor off for somebody who lost it. Raises Rejected."""
        account = await self._find(name)
        actor.check("account", "end_two_factor", account.role)
        audit = actor.audit("account.end_two_factor", account.name)
        if not await self._database.do(two_factors.drop_factor, account.player_id, audit):
            raise Rejected(ErrorCode.COMMAND_USAGE, f"{account.name} has no second factor")
        return account

    async def search(
        self, actor: Actor, text: str, role: str, limit: int, offset: int = 0
    ) -> list[Account]:
        """By a part of the name; whoever was here last comes first. Raises Rejected."""
        actor.check("account", "see")
        return await self._database.do(accounts.search_accounts, text, role, limit, offset)

    async def rename(self, actor: Actor, name: str, now: str) -> str:
        """Gives an account another name; returns how it is spelled. Raises Rejected."""
        account = await self._find(name)
        actor.check("account", "rename", _other(actor, account))
        audit = actor.audit("account.rename", account.name, now=checked_name(now))
        return await self._accounts.rename_account(account, now, audit)

    async def log_out(self, actor: Actor, name: str) -> None:
        """Ends all log-ins and connections of an account. Raises Rejected."""
        account = await self._find(name)
        actor.check("account", "log_out", _other(actor, account))
        await self._database.do(write_audit, actor.audit("account.log_out", account.name))
        await self._accounts.log_out_everywhere(account.player_id)

    async def password_link(self, actor: Actor, name: str) -> str:
        """A token by which the account's owner sets a new password, once and within a day.

        Whoever asks for it never learns the password. Raises Rejected.
        """
        account = await self._find(name)
        actor.check("account", "reset_password", _other(actor, account))
        await self._database.do(
            write_audit, actor.audit("account.reset_password", account.name, way="link")
        )
        return self._accounts.issue_password_link(account)

    async def export(self, actor: Actor, name: str) -> bytes:
        """All that is kept of somebody, as JSON. Raises Rejected."""
        account = await self._find(name)
        actor.check("account", "export", _other(actor, account))
        await self._database.do(write_audit, actor.audit("account.export", account.name))
        return await self._accounts.export(account)

    async def delete(self, actor: Actor, name: str) -> None:
        """For good. Raises Rejected."""
        account = await self._find(name)
        actor.check("account", "delete", _other(actor, account))
        audit = actor.audit("account.delete", account.name, role=account.role)
        await self._accounts.delete_at_once(account, audit)

    async def _find(self, name: str) -> Account:
        """By the name, however it is spelled. Raises Rejected."""
        found = await self._database.do(accounts.find_account, skeleton=skeleton(name))
        if found is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, f"there is no account {name!r}")
        return found


def _other(actor: Actor, account: Account) -> str | None:
    """The role that must be outranked: nobody's where it is the actor's own account."""
    return None if account.player_id == actor.player_id else account.role
