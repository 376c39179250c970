"""Kick, warn, mute, ban: kept with reason and end, and felt at once by who is here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from protocol_spec.codec import ErrorCode, NoticeCode
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.lobby import Lobby
from server.moderation.actor import Actor, checked_reason
from server.people.identity import GUEST, Sanction, SanctionKind, parse_network
from server.people.names import skeleton
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
        self.on_banned: Callable[[int], None] = lambda player_id: None
        """Told who is kept out from now on."""

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

    async def find_named(self, name: str) -> Subject:
        """Somebody who is here, or has an account, by name. Raises Rejected."""
        if (identity := self._lobby.find_named(name)) is not None:
            return Subject(identity.player_id, identity.name, identity.role)
        account = await self._database.do(accounts.find_account, skeleton=skeleton(name))
        if account is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, name)
        return Subject(account.player_id, account.name, account.role)

    async def sanction(
        self,
        actor: Actor,
        kind: SanctionKind,
        player_id: int,
        reason: str,
        note: str = "",
        duration_ms: int | None = None,
    ) -> Sanction:
        """Does it to a player; for good where there is no duration. Raises Rejected.

        The ban of a guest holds for all who come from the same address without an account.
        """
        subject = await self.find(player_id)
        actor.check("player", _ACTIONS[kind], subject.role)
        if player_id == actor.player_id:
            raise Rejected(ErrorCode.FORBIDDEN, "nobody does that to themselves")
        if kind is SanctionKind.KICK and player_id not in self._lobby.players:
            raise Rejected(ErrorCode.CHAT_NOBODY, subject.name)
        is_guests_ban = kind is SanctionKind.BAN and subject.role == GUEST
        network = await self._network_of(player_id) if is_guests_ban else ""
        made = self._made(actor, kind, subject, network, reason, note, duration_ms)
        kept = await self._keep(actor, made)
        self._apply(kept)
        return kept

    async def _network_of(self, player_id: int) -> str:
        """Where a guest is, or was last; empty on this machine, as that may be everybody's.

        Of IPv6 the 64 bits that are the least that anybody is given.
        """
        if (session := self._lobby.players.get(player_id)) is not None:
            remote = session.peer.remote
        else:
            visits = await self._database.do(accounts.visits_of, player_id, 1)
            remote = visits[0].address if visits else ""
        if not remote or (address := ip_address(remote)).is_loopback:
            return ""
        return str(parse_network(f"{remote}/64" if address.version == 6 else remote))

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
        kind = SanctionKind.BAN
        made = self._made(actor, kind, None, str(parsed), reason, note, duration_ms)
        kept = await self._keep(actor, made)
        self._apply(kept)
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
        if expires_ms is not None and expires_ms - wall_clock_ms() >= LONGEST_MS:
            expires_ms = None
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
        self._reconsider(changed)
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
        self._reconsider(lifted)
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
        if found.player_id is None:
            actor.check("player", "ban_address")
            return found
        account = await self._database.do(accounts.find_account, player_id=found.player_id)
        # As those who may do it may take it back, nobody does with what was done to themselves.
        actor.check("player", _ACTIONS[found.kind], account.role if account else GUEST)
        return found

    def _made(
        self,
        actor: Actor,
        kind: SanctionKind,
        subject: Subject | None,
        network: str,
        reason: str,
        note: str,
        duration_ms: int | None,
    ) -> Sanction:
        if duration_ms is not None and duration_ms <= 0:
            raise Rejected(ErrorCode.COMMAND_USAGE, "it must last for some time")
        now_ms = wall_clock_ms()
        lasts = duration_ms is not None and duration_ms < LONGEST_MS
        return Sanction(
            kind=kind,
            player_id=subject.player_id if subject else None,
            name=subject.name if subject else "",
            network=network,
            reason=checked_reason(reason),
            note=checked_reason(note, "a note"),
            by_id=actor.player_id,
            by_name=actor.name[:64],
            created_ms=now_ms,
            expires_ms=now_ms + (duration_ms or 0) if lasts else None,
        )

    def _apply(self, sanction: Sanction) -> None:
        """What those feel of it whom it is about."""
        player_id = sanction.player_id or 0
        if (identity := self._lobby.find_identity(player_id)) is not None:
            identity.sanctions.append(sanction)
        session = self._lobby.players.get(player_id)
        left_ms = sanction.left_ms(wall_clock_ms())
        match sanction.kind:
            case SanctionKind.KICK:
                self._lobby.expel(player_id, ErrorCode.KICKED, sanction.reason)
            case SanctionKind.BAN:
                for banned in self._banned(sanction):
                    self._lobby.expel(banned, ErrorCode.BANNED, sanction.reason, left_ms)
                    self.on_banned(banned)
            case SanctionKind.MUTE if session is not None:
                session.notice(NoticeCode.MUTED, sanction.reason, -(-left_ms // 60_000))
            case SanctionKind.WARNING if session is not None:
                session.notice(NoticeCode.WARNED, sanction.reason)

    def _banned(self, ban: Sanction) -> list[int]:
        """Whom a ban throws out: a player, here or expected, or who is here from an address."""
        if ban.player_id is not None:
            return [ban.player_id]
        return [
            identity.player_id
            for identity, session in self._lobby.identities()
            if session is not None
            and ban.covers(session.peer.remote)
            and ban.keeps_out(identity.player_id, identity.role)
        ]

    def _reconsider(self, sanction: Sanction) -> None:
        """What the player feels of it is another thing now, or nothing any more."""
        player_id, now_ms = sanction.player_id or 0, wall_clock_ms()
        identity = self._lobby.find_identity(player_id)
        if identity is not None:
            others = [each for each in identity.sanctions if each.number != sanction.number]
            identity.sanctions = others
        if sanction.is_in_force(now_ms):
            self._apply(sanction)
            return
        session = self._lobby.players.get(player_id)
        is_muted = identity is not None and identity.sanction(SanctionKind.MUTE, now_ms)
        if session is not None and sanction.kind is SanctionKind.MUTE and not is_muted:
            session.notice(NoticeCode.UNMUTED)


_ACTIONS = {
    SanctionKind.WARNING: "warn",
    SanctionKind.MUTE: "mute",
    SanctionKind.SHADOW_MUTE: "shadow_mute",
    SanctionKind.KICK: "kick",
    SanctionKind.BAN: "ban",
}


def _named(sanction: Sanction) -> str:
    is_of_addresses = sanction.player_id is None
    return f"player.{'ban_address' if is_of_addresses else _ACTIONS[sanction.kind]}"


def _subject_of(sanction: Sanction) -> str:
    return sanction.name if sanction.player_id is not None else sanction.network
