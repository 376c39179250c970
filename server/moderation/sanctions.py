"""Kick, warn, mute, ban: kept with reason and end, and felt at once by who is here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from protocol_spec.codec import ErrorCode, NoticeCode
from server.failures import Rejected
from server.game import wall_clock_ms
from server.identity import GUEST, Sanction, SanctionKind, parse_network
from server.lobby import Lobby
from server.moderation.actor import Actor, checked_reason
from server.store import accounts, sanctions
from server.store.sanctions import Note
from server.store.thread import Database

LONGEST_MS = 100 * 366 * 24 * 3600 * 1000
"""Longer is for good: no calendar goes so far."""


@dataclass(frozen=True)
class Subject:
    """Whom it is about, here or not."""

    player_id: int
    name: str
    role: str


class SanctionDesk:
    def __init__(self, database: Database, lobby: Lobby) -> None:
        self._database = database
        self._lobby = lobby

    async def find(self, player_id: int) -> Subject:
        """Somebody who is here, has an account, or was here as a guest. Raises Rejected."""
        if (identity := self._lobby.find_identity(player_id)) is not None:
            return Subject(player_id, identity.name, identity.role)
        account = await self._database.do(accounts.find_account, player_id=player_id)
        if account is not None:
            return Subject(player_id, account.name, account.role)
        visits = await self._database.do(accounts.visits_of, player_id, 1)
        if not visits:
            raise Rejected(ErrorCode.CHAT_NOBODY)
        return Subject(player_id, visits[0].name, GUEST)

    async def sanction(
        self,
        actor: Actor,
        kind: SanctionKind,
        player_id: int,
        reason: str,
        note: str = "",
        duration_ms: int | None = None,
    ) -> Sanction:
        """Does it to a player; for good where there is no duration. Raises Rejected."""
        subject = await self.find(player_id)
        actor.check("player", _ACTIONS[kind], subject.role)
        kept = await self._keep(
            actor, self._made(actor, kind, subject, "", reason, note, duration_ms)
        )
        self._apply(kept)
        return kept

    async def ban_network(
        self,
        actor: Actor,
        network: str,
        reason: str,
        note: str = "",
        duration_ms: int | None = None,
    ) -> Sanction:
        """Bans an address or a range; whoever is here from there goes. Raises Rejected."""
        actor.check("player", "ban_address")
        try:
            parsed = parse_network(network)
        except ValueError as error:
            raise Rejected(ErrorCode.COMMAND_USAGE, str(error)) from None
        if parsed.prefixlen == 0:
            raise Rejected(ErrorCode.COMMAND_USAGE, "that is everybody")
        nobody = Subject(0, "", GUEST)
        kept = await self._keep(
            actor,
            self._made(actor, SanctionKind.BAN, nobody, str(parsed), reason, note, duration_ms),
        )
        left_ms = kept.left_ms(wall_clock_ms())
        for session in list(self._lobby.players.values()):
            # The staff does not lock itself out by a range that is too wide.
            if kept.covers(session.peer.remote) and session.player_id != actor.player_id:
                self._lobby.expel(session.player_id, ErrorCode.BANNED, kept.reason, left_ms)
        return kept

    async def change(
        self,
        actor: Actor,
        number: int,
        *,
        reason: str,
        note: str,
        expires_ms: int | None,
    ) -> Sanction:
        """Gives a sanction another reason, note or end. Raises Rejected."""
        found = await self._found(actor, number)
        changed = await self._database.do(
            sanctions.change_sanction,
            number,
            actor.audit(_named(found), _subject_of(found), number=number, expires_ms=expires_ms),
            {
                "reason": checked_reason(reason),
                "note": checked_reason(note, "a note"),
                "expires_ms": expires_ms,
            },
        )
        assert changed is not None
        self._replace(changed)
        return changed

    async def lift(self, actor: Actor, number: int) -> Sanction:
        """Ends a sanction before its time. Raises Rejected."""
        found = await self._found(actor, number)
        if found.lifted_ms is not None:
            return found
        lifted = await self._database.do(
            sanctions.change_sanction,
            number,
            actor.audit(_named(found), _subject_of(found), lifted=number),
            {"lifted_ms": wall_clock_ms(), "lifted_by": actor.name[:64]},
        )
        assert lifted is not None
        self._replace(lifted)
        session = self._lobby.players.get(lifted.player_id or 0)
        if session is not None and lifted.kind is SanctionKind.MUTE:
            session.notice(NoticeCode.UNMUTED)
        return lifted

    async def lift_all(self, actor: Actor, kind: SanctionKind, player_id: int) -> int:
        """Ends all of a kind that are in force against a player; returns how many."""
        held = await self._database.do(
            sanctions.all_sanctions,
            player_id=player_id,
            kind=kind,
            in_force_at_ms=wall_clock_ms(),
        )
        for each in held:
            await self.lift(actor, each.number)
        return len(held)

    async def note(self, actor: Actor, player_id: int, text: str) -> None:
        """Writes down something about a player that the staff alone can read."""
        subject = await self.find(player_id)
        actor.check("player", "note")
        line = checked_reason(text, "a note")
        if not line:
            raise Rejected(ErrorCode.CHAT_EMPTY)
        await self._database.do(
            sanctions.add_note,
            Note(player_id, line, actor.name[:64], wall_clock_ms()),
            actor.audit("player.note", subject.name, player_id=player_id, text=line),
        )

    async def _keep(self, actor: Actor, sanction: Sanction) -> Sanction:
        audit = actor.audit(
            _named(sanction),
            _subject_of(sanction),
            player_id=sanction.player_id,
            reason=sanction.reason,
            expires_ms=sanction.expires_ms,
        )
        return await self._database.do(sanctions.add_sanction, sanction, audit)

    async def _found(self, actor: Actor, number: int) -> Sanction:
        found = await self._database.do(sanctions.find_sanction, number)
        if found is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, f"there is no sanction {number}")
        if found.network:
            actor.check("player", "ban_address")
        else:
            actor.check("player", _ACTIONS[found.kind])
        return found

    def _made(
        self,
        actor: Actor,
        kind: SanctionKind,
        subject: Subject,
        network: str,
        reason: str,
        note: str,
        duration_ms: int | None,
    ) -> Sanction:
        now_ms = wall_clock_ms()
        lasts = duration_ms is not None and duration_ms < LONGEST_MS
        return Sanction(
            kind=kind,
            player_id=None if network else subject.player_id,
            name=subject.name,
            network=network,
            reason=checked_reason(reason),
            note=checked_reason(note, "a note"),
            by_id=actor.player_id,
            by_name=actor.name[:64],
            created_ms=now_ms,
            expires_ms=now_ms + (duration_ms or 0) if lasts else None,
        )

    def _apply(self, sanction: Sanction) -> None:
        """What the player feels of it."""
        player_id = sanction.player_id or 0
        if (identity := self._lobby.find_identity(player_id)) is not None:
            identity.sanctions.append(sanction)
        session = self._lobby.players.get(player_id)
        left_ms = sanction.left_ms(wall_clock_ms())
        match sanction.kind:
            case SanctionKind.KICK:
                self._lobby.expel(player_id, ErrorCode.KICKED, sanction.reason)
            case SanctionKind.BAN:
                self._lobby.expel(player_id, ErrorCode.BANNED, sanction.reason, left_ms)
            case SanctionKind.MUTE if session is not None:
                session.notice(NoticeCode.MUTED, sanction.reason, -(-left_ms // 60_000))
            case SanctionKind.WARNING if session is not None:
                session.notice(NoticeCode.WARNED, sanction.reason)

    def _replace(self, sanction: Sanction) -> None:
        identity = self._lobby.find_identity(sanction.player_id or 0)
        if identity is not None:
            others = [each for each in identity.sanctions if each.number != sanction.number]
            identity.sanctions = [*others, replace(sanction)]


_ACTIONS = {
    SanctionKind.WARNING: "warn",
    SanctionKind.MUTE: "mute",
    SanctionKind.SHADOW_MUTE: "shadow_mute",
    SanctionKind.KICK: "kick",
    SanctionKind.BAN: "ban",
}


def _named(sanction: Sanction) -> str:
    return f"player.{'ban_address' if sanction.network else _ACTIONS[sanction.kind]}"


def _subject_of(sanction: Sanction) -> str:
    return sanction.network or sanction.name
