"""What else the staff does: teleports, announcements, chat lines, filter rules, roles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from protocol_spec.codec import ErrorCode, NoticeCode
from server.chat.chat import READ, Chat
from server.chat.filter import ChatFilter, Rule, Verdict, starter_rules
from server.failures import Rejected
from server.lobby import Lobby
from server.moderation.actor import Actor, checked_reason
from server.people.identity import GUEST
from server.people.roles import may_grant
from server.session import Session
from server.store import accounts, chat
from server.store.accounts import LastOwner
from server.store.audit import write_audit
from server.store.chat import ChatLine
from server.store.settings import change_setting, find_setting
from server.store.thread import Database

SLOWEST_SECONDS = 3600
FILTER_RULES = "filter_rules"
"""The setting that holds them."""
TRIED_LINES = 1000
"""On so many lines other rules are tried."""


class Deeds:
    def __init__(self, database: Database, lobby: Lobby, chat: Chat) -> None:
        self._database = database
        self._lobby = lobby
        self._chat = chat
        self.on_role_changed: Callable[[int, str], None] = lambda player_id, role: None
        """Told whose role is another now, and which."""

    async def teleport_to(self, actor: Actor, moved: Session, goal: Session) -> None:
        """Puts one player beside another of the same world. Raises Rejected."""
        game = goal.game
        if game is None or moved.game is not game or not goal.is_in_world:
            raise Rejected(ErrorCode.CHAT_NOBODY, "they are not in the same world")
        x, y, z = (int(each[goal.slot]) for each in (game.world.x, game.world.y, game.world.z))
        await self.teleport(actor, moved, x, y, z)

    async def teleport(self, actor: Actor, moved: Session, x: int, y: int, z: int = 0) -> None:
        """Puts a player somewhere in their world, in 1/1024 tile. Raises Rejected."""
        is_own = moved.player_id == actor.player_id
        role = None if is_own or moved.identity is None else moved.identity.role
        actor.check("player", "teleport", role)
        if moved.game is None or not moved.game.world.map.is_on_map(x >> 10, y >> 10):
            raise Rejected(ErrorCode.EDIT_OUTSIDE)
        audit = actor.audit("player.teleport", moved.name, x=x >> 10, y=y >> 10)
        await self._database.do(write_audit, audit)
        moved.game.move(moved.player_id, x, y, z)
        if not is_own:
            moved.notice(NoticeCode.TELEPORTED, actor.name)

    async def send_to(self, actor: Actor, player_id: int, x: int, y: int) -> None:
        """Puts a player who is here on a tile of their world. Raises Rejected."""
        await self.teleport(actor, self._here(player_id), (x << 10) + 512, (y << 10) + 512)

    async def send_to_player(self, actor: Actor, player_id: int, name: str) -> None:
        """Puts a player who is here beside another. Raises Rejected."""
        goal = self._lobby.find_named(name)
        if goal is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, name)
        await self.teleport_to(actor, self._here(player_id), self._here(goal.player_id))

    async def send_to_spawn(self, actor: Actor, player_id: int) -> None:
        """Puts a player who is here where newcomers begin. Raises Rejected."""
        game = self._here(player_id).game
        if game is None:
            raise Rejected(ErrorCode.CHAT_NOBODY)
        await self.send_to(actor, player_id, *game.world.places.spawns[0])

    def _here(self, player_id: int) -> Session:
        session = self._lobby.players.get(player_id)
        if session is None or not session.is_in_world:
            raise Rejected(ErrorCode.CHAT_NOBODY)
        return session

    async def tell(self, actor: Actor, player_id: int, text: str) -> None:
        """Says something to one player as the server. Raises Rejected."""
        actor.check("chat", "announce")
        line = checked_reason(text, "an announcement")
        if not line:
            raise Rejected(ErrorCode.CHAT_EMPTY)
        session = self._here(player_id)
        audit = actor.audit("chat.announce", session.name, player_id=player_id, text=line)
        await self._database.do(write_audit, audit)
        session.notice(NoticeCode.ANNOUNCEMENT, actor.name, line)

    async def announce(self, actor: Actor, text: str, world: str = "") -> None:
        """Tells everybody in a world, or in all. Raises Rejected."""
        actor.check("chat", "announce")
        line = checked_reason(text, "an announcement")
        if not line:
            raise Rejected(ErrorCode.CHAT_EMPTY)
        await self._database.do(write_audit, actor.audit("chat.announce", world, text=line))
        self._chat.announce(actor.name, line, world)

    async def slow_mode(self, actor: Actor, world: str, seconds: float) -> None:
        """Raises Rejected."""
        actor.check("chat", "slow_mode")
        if not 0 <= seconds <= SLOWEST_SECONDS:
            raise Rejected(ErrorCode.COMMAND_USAGE, f"0 to {SLOWEST_SECONDS} seconds")
        await self._database.do(write_audit, actor.audit("chat.slow_mode", world, seconds=seconds))
        self._chat.set_slow_mode(world, seconds)

    async def delete_line(self, actor: Actor, number: int) -> ChatLine:
        """Takes a line from everybody's sight. Raises Rejected."""
        actor.check("chat", "delete")
        fates = (*READ, "held", "shadowed")
        line = await self._change_line(actor, number, fates, "deleted")
        self._chat.remove(line)
        return line

    async def release_line(self, actor: Actor, number: int) -> ChatLine:
        """Lets a line go out that the filter held. Raises Rejected."""
        actor.check("chat", "delete")
        line = await self._change_line(actor, number, ("held",), "said")
        self._chat.release(line)
        return line

    async def _change_line(
        self, actor: Actor, number: int, only_from: tuple[str, ...], fate: str
    ) -> ChatLine:
        audit = actor.audit("chat.delete", f"line {number}", fate=fate)
        line = await self._database.do(chat.change_fate, number, only_from, fate, audit)
        if line is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, f"no line {number} is {' or '.join(only_from)}")
        return line

    async def filter_rules(self, actor: Actor) -> list[Rule]:
        """Those in force. Raises Rejected."""
        actor.check("filter", "see")
        rows = await self._database.do(find_setting, FILTER_RULES)
        return starter_rules() if rows is None else [Rule(**row) for row in rows]

    async def try_filter_rules(
        self, actor: Actor, rules: list[Rule]
    ) -> list[tuple[ChatLine, Verdict]]:
        """What rules would make of the lines said lately, those left out that would just pass.

        Raises Rejected where they are not sound.
        """
        actor.check("filter", "try")
        judge = _judge(rules)
        lately = await self._database.do(chat.lines, with_whispers=False, limit=TRIED_LINES)
        # It may take a while, and the worlds shall not wait for it.
        found = await asyncio.to_thread(judge.dry_run, [each.text for each in lately])
        return [(lately[index], verdict) for index, verdict in found]

    async def set_filter_rules(self, actor: Actor, rules: list[Rule]) -> None:
        """Puts other rules into force. Raises Rejected where they are not sound."""
        actor.check("filter", "edit")
        judge = _judge(rules)
        rows = [each.as_columns() for each in rules]
        audit = actor.audit("filter.edit", f"{len(rules)} rules")
        await self._database.do(change_setting, FILTER_RULES, rows, audit)
        self._chat.filter = judge

    async def change_role(self, actor: Actor, player_id: int, role: str) -> None:
        """Gives an account another role. Raises Rejected."""
        account = await self._database.do(accounts.find_account, player_id=player_id)
        if account is None or role == GUEST:
            raise Rejected(ErrorCode.CHAT_NOBODY, "only accounts have other roles")
        actor.check("account", "change_role")
        if not may_grant(actor.role, account.role, role):
            raise Rejected(ErrorCode.FORBIDDEN, f"{actor.role} may not make {role}")
        audit = actor.audit("account.change_role", account.name, was=account.role, now=role)
        try:
            await self._database.do(accounts.change_role, player_id, role, audit)
        except LastOwner:
            raise Rejected(ErrorCode.FORBIDDEN, "a server needs an owner") from None
        self._lobby.role_changed(player_id, role)
        self.on_role_changed(player_id, role)
        identity = self._lobby.find_identity(player_id)
        if identity is not None:
            identity.role = role
            self._lobby.identity_changed(identity)
            session = self._lobby.players.get(player_id)
            if session is not None:
                session.notice(NoticeCode.ROLE_CHANGED, role)


def _judge(rules: list[Rule]) -> ChatFilter:
    """Raises Rejected where the rules are not sound."""
    try:
        return ChatFilter(rules)
    except ValueError as error:
        raise Rejected(ErrorCode.COMMAND_USAGE, str(error)) from None
